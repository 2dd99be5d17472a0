/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "groups.h"
#include "json.h"
#include "output.h"
#include "platform.h"
#include "text.h"
#include "value.h"

struct machine {
    struct sysinfo_host *host;
    struct sysinfo_topology_object_list *list;
    struct sysinfo_numa_node_list *nodes; /* NULL: the system does not report the nodes' memory. */
    struct sysinfo_cpu_description cpus;  /* No present bits: not reported by the system. */
};

static const struct sysinfo_topology_object *object_at(const struct machine *machine, size_t row) {
    const struct sysinfo_topology_object *object = sysinfo_topology_object_list_at(machine->list, row);
    return object != NULL && object->type != SYSINFO_TOPOLOGY_CORE_KIND ? object : NULL;
}

/* The row after `row` and everything inside it. */
static size_t end_of(const struct machine *machine, size_t row) {
    uint64_t depth = object_at(machine, row)->depth;
    const struct sysinfo_topology_object *object;
    do {
        object = object_at(machine, ++row);
    } while (object != NULL && object->depth > depth);
    return row;
}

/* The figures of a NUMA node; NULL: unknown. */
static const struct sysinfo_numa_node *node_of(const struct machine *machine,
                                               const struct sysinfo_topology_object *object) {
    const struct sysinfo_numa_node *node;
    for (size_t i = 0; (node = sysinfo_numa_node_list_at(machine->nodes, i)) != NULL; i++) {
        if (SYSINFO_HAS(object, number) && node->number == object->number && SYSINFO_HAS(node, total)) {
            return node;
        }
    }
    return NULL;
}

/* ---- The picture ---- */

static const char *cache_letter(const struct sysinfo_topology_object *object) {
    return object->cache_type == SYSINFO_CACHE_DATA ? "d" : object->cache_type == SYSINFO_CACHE_INSTRUCTION ? "i" : "";
}

static void add_number(struct text *text, const char *name, const struct sysinfo_topology_object *object,
                       bool with_number) {
    text_add(text, name);
    if (with_number && SYSINFO_HAS(object, number)) {
        text_addf(text, " %llu", (unsigned long long)object->number);
    }
}

/* "package 0", "L2 512 KiB", "core"; without the number in a line that covers several equal parts. */
static void add_label(struct text *text, const struct machine *machine, const struct sysinfo_topology_object *object,
                      bool with_number) {
    const struct sysinfo_numa_node *node;
    switch (object->type) {
    case SYSINFO_TOPOLOGY_PACKAGE:
        add_number(text, "package", object, with_number);
        break;
    case SYSINFO_TOPOLOGY_DIE:
        add_number(text, "die", object, with_number);
        break;
    case SYSINFO_TOPOLOGY_NUMA_NODE:
        add_number(text, "node", object, true);
        node = node_of(machine, object);
        if (node != NULL || SYSINFO_HAS(object, bytes)) {
            text_add(text, ": ");
            bytes_add_human(text, node != NULL ? node->total : object->bytes);
        }
        if (node != NULL && SYSINFO_HAS(node, free)) {
            text_add(text, ", ");
            bytes_add_human(text, node->free);
            text_add(text, " free");
        }
        break;
    case SYSINFO_TOPOLOGY_CACHE:
        text_addf(text, "L%llu%s", (unsigned long long)object->level, cache_letter(object));
        if (SYSINFO_HAS(object, bytes)) {
            text_add(text, " ");
            bytes_add_human(text, object->bytes);
        }
        break;
    case SYSINFO_TOPOLOGY_CORE:
        add_number(text, "core", object, with_number);
        if (object->cpus > 1) {
            text_addf(text, " with %llu CPUs", (unsigned long long)object->cpus);
        }
        break;
    default:
        add_number(text, "CPU", object, with_number);
        break;
    }
}

/* The only row inside `row`, if there is just one and it is not a CPU; 0: none. */
static size_t only_child(const struct machine *machine, size_t row) {
    const struct sysinfo_topology_object *child = object_at(machine, row + 1);
    bool has_one = end_of(machine, row) > row + 1 && end_of(machine, row + 1) == end_of(machine, row);
    return has_one && child->type != SYSINFO_TOPOLOGY_CPU && child->type != SYSINFO_TOPOLOGY_NUMA_NODE ? row + 1 : 0;
}

enum { LINE_WIDTH = 80, CPUS_COLUMN = 56, MOST_SETS = 8 };

/*
 * Adds a line for the row and its chain of only children, continued on another line if too long. Returns the last of
 * the chain.
 */
static size_t add_chain(struct text *text, const struct machine *machine, size_t row, bool with_number,
                        size_t *line_start, size_t indent) {
    struct text label = TEXT_INIT;
    for (size_t next = row; next != 0; next = only_child(machine, next)) {
        text_clear(&label);
        add_label(&label, machine, object_at(machine, next), with_number);
        if (next != row && text->length - *line_start + strlen(", ,") + label.length > LINE_WIDTH) {
            text_add(text, ",\n");
            *line_start = text->length;
            text_pad(text, indent + 2);
        } else {
            text_add(text, next == row ? "" : ", ");
        }
        text_add(text, label.bytes);
        row = next;
    }
    text_free(&label);
    return row;
}

/* Whether two rows and everything inside them differ only in their numbers. Memory is never merged. */
static bool are_alike(const struct machine *machine, size_t a, size_t b) {
    size_t end = end_of(machine, a);
    if (end_of(machine, b) - b != end - a) {
        return false;
    }
    for (; a < end; a++, b++) {
        const struct sysinfo_topology_object *one = object_at(machine, a), *other = object_at(machine, b);
        if (one->type != other->type || one->depth != other->depth || one->cpus != other->cpus ||
            one->bytes != other->bytes || one->level != other->level || one->cache_type != other->cache_type ||
            one->type == SYSINFO_TOPOLOGY_NUMA_NODE) {
            return false;
        }
    }
    return true;
}

static void add_sets(struct text *text, const struct machine *machine, const size_t *row, size_t rows, bool is_short) {
    text_add(text, "CPUs");
    for (size_t i = 0; i < rows; i++) {
        if (is_short && i == 2) {
            text_add(text, " ..");
            i = rows - 1;
        }
        bool is_known = SYSINFO_HAS(sysinfo_topology_object_list_at(machine->list, row[i]), cpus);
        text_addf(text, " %s", is_known ? sysinfo_topology_object_list_cpus(machine->list, row[i]) : "unknown");
    }
}

/*
 * Adds the CPUs of rows side by side: all sets, or the first two and the last if there are many or the line ends; on
 * their own line if they do not fit.
 */
static void add_cpus(struct text *text, const struct machine *machine, size_t line_start, const size_t *row,
                     size_t rows) {
    struct text sets = TEXT_INIT;
    size_t length = text->length - line_start, column = length < CPUS_COLUMN ? CPUS_COLUMN : length + 2;
    add_sets(&sets, machine, row, rows, rows > MOST_SETS);
    if (column + sets.length > LINE_WIDTH && rows > 3) {
        text_clear(&sets);
        add_sets(&sets, machine, row, rows, true);
    }
    size_t most = sets.length < LINE_WIDTH ? LINE_WIDTH - sets.length : 0;
    if (column > most && length + 2 > most) {
        text_add(text, "\n");
        length = 0;
        column = CPUS_COLUMN;
    }
    column = column > most ? most : column;
    text_pad(text, column - length);
    text_add(text, sets.bytes);
    text_free(&sets);
}

static void add_inside(struct text *text, const struct machine *machine, size_t row, int indent, bool with_cpus);

/* Adds rows that are alike as one line, and everything inside each. */
static void add_rows(struct text *text, const struct machine *machine, const size_t *row, size_t rows, int indent,
                     bool with_cpus) {
    size_t line_start = text->length;
    text_pad(text, (size_t)indent * 2);
    if (rows > 1) {
        text_addf(text, "%llu x ", (unsigned long long)rows);
    }
    size_t last = add_chain(text, machine, row[0], rows == 1 && with_cpus, &line_start, (size_t)indent * 2);
    const struct sysinfo_topology_object *object = object_at(machine, row[0]);
    if (with_cpus && (object->cpus > 0 || !SYSINFO_HAS(object, cpus)) && object->type != SYSINFO_TOPOLOGY_CPU) {
        add_cpus(text, machine, line_start, row, rows);
    }
    text_add(text, "\n");
    add_inside(text, machine, last, indent + 1, with_cpus && rows == 1);
}

static void add_inside(struct text *text, const struct machine *machine, size_t row, int indent, bool with_cpus) {
    size_t end = end_of(machine, row);
    const struct sysinfo_topology_object *object = object_at(machine, row);
    bool names_cpus = object->type == SYSINFO_TOPOLOGY_CORE || (row > 0 && object->cpus == 1); /* In its line. */
    size_t *alike = calloc(end - row, sizeof *alike);
    if (alike == NULL) {
        fail_no_memory();
    }
    for (size_t child = row + 1; child < end;) {
        if (names_cpus && object_at(machine, child)->type == SYSINFO_TOPOLOGY_CPU) {
            child++;
            continue;
        }
        size_t count = 0;
        do {
            alike[count++] = child;
            child = end_of(machine, child);
        } while (child < end && are_alike(machine, alike[0], child));
        add_rows(text, machine, alike, count, indent, with_cpus);
    }
    free(alike);
}

static void add_count(struct text *text, const struct machine *machine, uint32_t type, const char *one,
                      const char *many) {
    size_t count = sysinfo_topology_object_list_count_type(machine->list, type);
    text_add(text, text->length > 0 ? ", " : "");
    if (count > 0) {
        text_addf(text, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
    } else {
        text_addf(text, "%s unknown", many);
    }
}

static void add_kinds(struct text *text, const struct machine *machine) {
    const struct sysinfo_topology_object *object;
    for (size_t row = 0; (object = sysinfo_topology_object_list_at(machine->list, row)) != NULL; row++) {
        if (object->type != SYSINFO_TOPOLOGY_CORE_KIND ||
            sysinfo_topology_object_list_count_type(machine->list, SYSINFO_TOPOLOGY_CORE_KIND) < 2) {
            continue;
        }
        size_t line_start = text->length;
        text_addf(text, "kind %llu", (unsigned long long)object->number);
        if (SYSINFO_HAS(object, efficiency) && object->efficiency == 0) {
            text_add(text, ", the most power-saving");
        }
        add_cpus(text, machine, line_start, &row, 1);
        text_add(text, "\n");
    }
}

/* "AMD EPYC, AuthenticAMD, x86_64": the known names in one line. */
static void add_description(struct text *text, const struct sysinfo_cpu_description *cpus) {
    const char *const words[] = {cpus->model, cpus->vendor, cpus->architecture}; /* Empty where unknown. */
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        text_add(text, text->length > 0 && *words[i] != '\0' ? ", " : "");
        text_add_plain(text, words[i]);
    }
    text_add(text, text->length > 0 ? "\n" : "");
}

static void add_picture(struct text *text, const struct machine *machine) {
    struct text counts = TEXT_INIT;
    add_description(text, &machine->cpus);
    add_count(&counts, machine, SYSINFO_TOPOLOGY_CPU, "CPU", "CPUs");
    add_count(&counts, machine, SYSINFO_TOPOLOGY_CORE, "core", "cores");
    if (SYSINFO_HAS(&machine->cpus, cores_performance) && SYSINFO_HAS(&machine->cpus, cores_efficiency)) {
        text_addf(&counts, " (%llu performance, %llu efficiency)", (unsigned long long)machine->cpus.cores_performance,
                  (unsigned long long)machine->cpus.cores_efficiency);
    }
    add_count(&counts, machine, SYSINFO_TOPOLOGY_PACKAGE, "package", "packages");
    add_count(&counts, machine, SYSINFO_TOPOLOGY_NUMA_NODE, "NUMA node", "NUMA nodes");
    text_addf(text, "%s\n", counts.bytes);
    text_free(&counts);
    if (object_at(machine, 0) != NULL) {
        add_inside(text, machine, 0, 0, true);
    }
    add_kinds(text, machine);
}

/* ---- JSON ---- */

static const char *type_name(uint64_t type) {
    static const char *const names[] = {[SYSINFO_TOPOLOGY_MACHINE] = "machine", [SYSINFO_TOPOLOGY_PACKAGE] = "package",
                                        [SYSINFO_TOPOLOGY_DIE] = "die",         [SYSINFO_TOPOLOGY_NUMA_NODE] = "node",
                                        [SYSINFO_TOPOLOGY_CACHE] = "cache",     [SYSINFO_TOPOLOGY_CORE] = "core",
                                        [SYSINFO_TOPOLOGY_CPU] = "cpu",         [SYSINFO_TOPOLOGY_CORE_KIND] = "kind"};
    return type < sizeof names / sizeof names[0] && names[type] != NULL ? names[type] : "other";
}

static void add_member(struct json *json, const char *name, bool is_known, uint64_t value) {
    if (is_known) {
        json_add_uint(json, name, value);
    }
}

/* Adds the members of an object, which the caller opens and closes. */
static void add_members(struct json *json, const struct machine *machine, size_t row) {
    static const char *const cache_types[] = {"unified", "data", "instruction"};
    const struct sysinfo_topology_object *object = sysinfo_topology_object_list_at(machine->list, row);
    json_add_string(json, "type", type_name(object->type));
    add_member(json, "number", SYSINFO_HAS(object, number), object->number);
    add_member(json, "level", SYSINFO_HAS(object, level), object->level);
    if (SYSINFO_HAS(object, cache_type) && object->cache_type < 3) {
        json_add_string(json, "cache", cache_types[object->cache_type]);
    }
    if (object->type == SYSINFO_TOPOLOGY_NUMA_NODE) {
        const struct sysinfo_numa_node *node = node_of(machine, object);
        add_member(json, "total", node != NULL || SYSINFO_HAS(object, bytes),
                   node != NULL ? node->total : object->bytes);
        add_member(json, "free", node != NULL && SYSINFO_HAS(node, free), node != NULL ? node->free : 0);
    } else {
        add_member(json, "bytes", SYSINFO_HAS(object, bytes), object->bytes);
    }
    add_member(json, "efficiency", SYSINFO_HAS(object, efficiency), object->efficiency);
    add_member(json, "count", SYSINFO_HAS(object, cpus), object->cpus);
    if (SYSINFO_HAS(object, cpus)) {
        json_add_string(json, "cpus", sysinfo_topology_object_list_cpus(machine->list, row));
    }
}

/* Recursive: hwloc's tree is about ten levels deep. */
static void add_json_tree(struct json *json, const char *key, const struct machine *machine, size_t row) {
    size_t end = end_of(machine, row);
    json_open_object(json, key);
    add_members(json, machine, row);
    if (end > row + 1) {
        json_open_array(json, "inside");
        for (size_t child = row + 1; child < end; child = end_of(machine, child)) {
            add_json_tree(json, NULL, machine, child);
        }
        json_close(json);
    }
    json_close(json);
}

static void add_json(struct text *text, const struct machine *machine) {
    static const struct {
        const char *name;
        uint32_t type;
    } counts[] = {{"cpus", SYSINFO_TOPOLOGY_CPU},
                  {"cores", SYSINFO_TOPOLOGY_CORE},
                  {"packages", SYSINFO_TOPOLOGY_PACKAGE},
                  {"nodes", SYSINFO_TOPOLOGY_NUMA_NODE}};
    struct json json = JSON_INIT(text);
    json_open_object(&json, NULL);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t count = sysinfo_topology_object_list_count_type(machine->list, counts[i].type);
        json_add_uint_or_null(&json, counts[i].name, count, count > 0);
    }
    json_add_string(&json, "vendor", SYSINFO_HAS(&machine->cpus, vendor) ? machine->cpus.vendor : NULL);
    json_add_string(&json, "model", SYSINFO_HAS(&machine->cpus, model) ? machine->cpus.model : NULL);
    json_add_string(&json, "architecture",
                    SYSINFO_HAS(&machine->cpus, architecture) ? machine->cpus.architecture : NULL);
    json_add_uint_or_null(&json, "cores_performance", machine->cpus.cores_performance,
                          SYSINFO_HAS(&machine->cpus, cores_performance));
    json_add_uint_or_null(&json, "cores_efficiency", machine->cpus.cores_efficiency,
                          SYSINFO_HAS(&machine->cpus, cores_efficiency));
    if (object_at(machine, 0) != NULL) {
        add_json_tree(&json, "machine", machine, 0);
    } else {
        json_add_null(&json, "machine");
    }
    json_open_array(&json, "kinds");
    const struct sysinfo_topology_object *object;
    for (size_t row = 0; (object = sysinfo_topology_object_list_at(machine->list, row)) != NULL; row++) {
        if (object->type == SYSINFO_TOPOLOGY_CORE_KIND) {
            json_open_object(&json, NULL);
            add_members(&json, machine, row);
            json_close(&json);
        }
    }
    json_close(&json);
    json_close(&json);
    text_add(text, "\n");
}

/* ---- The command ---- */

static int print_machine(const struct options *options, const struct machine *machine) {
    struct text text = TEXT_INIT;
    if (options->format == FORMAT_JSON) {
        add_json(&text, machine);
    } else {
        add_picture(&text, machine);
    }
    int status = output_put(options->output, &text);
    text_free(&text);
    return status;
}

int run_topology(struct options *options) {
    if (options->operands > 0) {
        return usage("unexpected '%s'; topology takes no fields and no interval", options->operand[0]);
    }
    int status = 0;
    struct machine machine = {.host = NULL};
    groups_choose_root(options->root);
    int library = sysinfo_host_open(&machine.host, options->root);
    if (library == SYSINFO_OK) {
        library = sysinfo_topology_objects(machine.host, &machine.list);
    }
    if (library != SYSINFO_OK) {
        status = trouble("%s", sysinfo_explain(machine.host, library));
    } else {
        /* If the system reports neither, nodes are as hwloc read them, and CPUs have no name. */
        bool has_nodes = sysinfo_numa_nodes(machine.host, &machine.nodes) == SYSINFO_OK;
        bool has_names = sysinfo_cpu_info(machine.host, &machine.cpus, sizeof machine.cpus) == SYSINFO_OK;
        (void)(has_nodes && has_names);
        status = print_machine(options, &machine);
    }
    sysinfo_numa_node_list_free(machine.nodes);
    sysinfo_topology_object_list_free(machine.list);
    sysinfo_host_close(machine.host);
    return status;
}
