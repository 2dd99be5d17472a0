/* SPDX-License-Identifier: MIT */
/*
 * Corrects hwloc where the kernel describes the machine's parts differently, so that the topology agrees with every
 * other count: cores (hwloc counts each thread of an AMD compute unit, the kernel does not), packages, and caches
 * outside sysfs's usual place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"
#include "scan.h"

#define CPUS "/sys/devices/system/cpu"
#define UNKNOWN UINT64_MAX

static const struct sysinfo_topology_object *object_at(const struct sysinfo_topology_object_list *list, size_t row) {
    return sysinfo_topology_object_list_at(list, row);
}

static size_t count_rows(const struct sysinfo_topology_object_list *list) {
    size_t rows = 0;
    while (object_at(list, rows) != NULL) {
        rows++;
    }
    return rows;
}

/* ---- Sets ---- */

enum relation { APART, INSIDE, EQUAL, AROUND, CROSSING };

/* How `set` relates to `other`. An empty set is apart from all. */
static enum relation relate(const struct sysinfo__cpu_set *set, const struct sysinfo__cpu_set *other) {
    bool shared = false, more = false, missing = false;
    for (size_t i = 0; i < set->words || i < other->words; i++) {
        uint64_t a = i < set->words ? set->word[i] : 0, b = i < other->words ? other->word[i] : 0;
        shared = shared || (a & b) != 0;
        more = more || (a & ~b) != 0;
        missing = missing || (b & ~a) != 0;
    }
    return !shared ? APART : more && missing ? CROSSING : more ? AROUND : missing ? INSIDE : EQUAL;
}

/* How each row's CPUs relate to `set`, in an array that the caller frees; NULL: no memory. */
static enum relation *relate_rows(const struct sysinfo_topology_object_list *list, const struct sysinfo__cpu_set *set) {
    size_t rows = count_rows(list);
    enum relation *relation = calloc(rows + 1, sizeof *relation);
    struct sysinfo__cpu_set cpus = {NULL, 0};
    if (relation == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < rows; i++) {
        const char *text = sysinfo_topology_object_list_cpus(list, i);
        if (sysinfo__decode_cpu_list(text, strlen(text), &cpus) == SYSINFO__CPU_SET_NO_MEMORY) {
            free(relation);
            relation = NULL;
            break;
        }
        relation[i] = relate(&cpus, set);
    }
    sysinfo__cpu_set_free(&cpus);
    return relation;
}

/* ---- Replacing objects by one ---- */

static bool is_of_tree(uint64_t type) {
    return type != SYSINFO_TOPOLOGY_NUMA_NODE && type != SYSINFO_TOPOLOGY_CORE_KIND;
}

/*
 * Whether the object can replace those of its type that share CPUs with it: nothing may cross it. A package is only
 * merged from several: if hwloc has none, or a larger one, that stays.
 */
static bool is_wanted(const struct sysinfo_topology_object_list *list, uint64_t type, const enum relation *relation) {
    const struct sysinfo_topology_object *object;
    size_t parts = 0;
    for (size_t i = 0; (object = object_at(list, i)) != NULL; i++) {
        bool is_larger = relation[i] == AROUND || relation[i] == CROSSING;
        if (object->type == type && type == SYSINFO_TOPOLOGY_PACKAGE && is_larger) {
            return false;
        }
        if (object->type != type && is_of_tree(object->type) && relation[i] == CROSSING) {
            return false;
        }
        parts += object->type == type && relation[i] == INSIDE;
    }
    return type != SYSINFO_TOPOLOGY_PACKAGE || parts > 1;
}

/* The row that the object belongs in: the last one around it. A core goes inside an object of its own size. */
static size_t find_container(const struct sysinfo_topology_object_list *list, uint64_t type,
                             const enum relation *relation) {
    const struct sysinfo_topology_object *object;
    size_t container = 0;
    for (size_t i = 1; (object = object_at(list, i)) != NULL; i++) {
        bool is_around = relation[i] == AROUND || (relation[i] == EQUAL && type == SYSINFO_TOPOLOGY_CORE);
        if (is_around && is_of_tree(object->type) && object->type != SYSINFO_TOPOLOGY_CPU) {
            container = i;
        }
    }
    return container;
}

static bool is_inside(const struct sysinfo_topology_object *object, enum relation relation) {
    return is_of_tree(object->type) && (relation == INSIDE || relation == EQUAL);
}

/* Whether such an object exists already. */
static bool is_there(const struct sysinfo_topology_object_list *list, uint64_t type, const char *cpus) {
    const struct sysinfo_topology_object *object;
    for (size_t i = 0; (object = object_at(list, i)) != NULL; i++) {
        if (object->type == type && strcmp(sysinfo_topology_object_list_cpus(list, i), cpus) == 0) {
            return true;
        }
    }
    return false;
}

/* Inserts the new object, with what is inside it, into the container. False: no memory. */
static bool put(struct sysinfo_topology_object_list *list, const struct sysinfo_topology_object *object,
                const char *cpus, const enum relation *relation) {
    const struct sysinfo_topology_object *other;
    size_t container = find_container(list, object->type, relation), row = container + 1;
    uint64_t depth = object_at(list, container)->depth + 1;
    while ((other = object_at(list, row)) != NULL && !(other->depth == depth && is_inside(other, relation[row]))) {
        row++;
    }
    struct sysinfo_topology_object *placed = sysinfo__topology_insert(list, row, cpus);
    if (placed == NULL) {
        return false;
    }
    *placed = *object;
    FACT(placed, depth, depth);
    for (size_t i = row + 1, rows; (other = object_at(list, i)) != NULL && other->depth >= depth; i += rows) {
        rows = 1;
        if (other->depth == depth && is_inside(other, relation[i - 1])) {
            rows = sysinfo__topology_take_in(list, row, i);
        }
    }
    return true;
}

/* Inserts it in place of all objects of its type that share CPUs with it. */
static bool replace(struct sysinfo_topology_object_list *list, const struct sysinfo_topology_object *object,
                    const struct sysinfo__cpu_set *set, const char *cpus) {
    enum relation *relation = relate_rows(list, set);
    bool had_memory = relation != NULL;
    if (had_memory && is_wanted(list, object->type, relation)) {
        for (size_t i = count_rows(list); i > 0; i--) {
            if (object_at(list, i - 1)->type == object->type && relation[i - 1] != APART) {
                sysinfo__topology_remove(list, i - 1);
            }
        }
        free(relation);
        relation = relate_rows(list, set);
        had_memory = relation != NULL && put(list, object, cpus, relation);
    }
    free(relation);
    return had_memory;
}

/* Makes sure that the CPUs in `set` form one object of that type. False: no memory. */
static bool regroup(struct sysinfo_topology_object_list *list, uint64_t type, uint64_t number,
                    const struct sysinfo__cpu_set *set) {
    size_t size = sysinfo__cpu_set_write(set, NULL, 0) + 1;
    char *cpus = malloc(size);
    bool had_memory = cpus != NULL;
    if (had_memory) {
        sysinfo__cpu_set_write(set, cpus, size);
        struct sysinfo_topology_object object = {.present = 0};
        FACT(&object, type, type);
        FACT(&object, cpus, sysinfo__cpu_set_count(set));
        if (number != UNKNOWN) {
            FACT(&object, number, number);
        }
        had_memory = is_there(list, type, cpus) || replace(list, &object, set, cpus);
    }
    free(cpus);
    return had_memory;
}

/* ---- Cores and packages ---- */

/* Where the kernel places a CPU; UNKNOWN: not reported. */
struct place {
    uint64_t core; /* The lowest CPU of the core. */
    uint64_t core_number, package;
};

static int read_number(struct sysinfo_host *host, uint64_t cpu, const char *name, uint64_t *number) {
    char path[96];
    snprintf(path, sizeof path, CPUS "/cpu%u/topology/%s", (unsigned)cpu, name);
    int status = sysinfo__file_read_once(host, path);
    if (status != SYSINFO_OK || sysinfo__scan_number(sysinfo__state(host)->text, number) == NULL) {
        *number = UNKNOWN;
    }
    return sysinfo__forgive(status);
}

static int read_place(struct sysinfo_host *host, uint64_t cpu, const struct sysinfo__cpu_set *online,
                      struct place *place) {
    struct sysinfo__cpu_set siblings = {NULL, 0};
    bool is_known = true, is_lasting;
    int status = sysinfo__read_siblings(host, cpu, &siblings, &is_known, &is_lasting);
    place->core = UNKNOWN;
    for (uint64_t other = 0; other <= cpu && is_known && place->core == UNKNOWN; other++) {
        if (sysinfo__cpu_set_has(&siblings, other) && sysinfo__cpu_set_has(online, other)) {
            place->core = other;
        }
    }
    sysinfo__cpu_set_free(&siblings);
    status = status == SYSINFO_OK ? read_number(host, cpu, "core_id", &place->core_number) : status;
    return status == SYSINFO_OK ? read_number(host, cpu, "physical_package_id", &place->package) : status;
}

/* A CPU's value of `key`, an offset into struct place. */
static uint64_t value_of(const struct place *place, size_t key) {
    uint64_t value;
    memcpy(&value, (const char *)place + key, sizeof value);
    return value;
}

/* Creates an object of that type for each value of `key`, which all online CPUs have. */
static int group_by(struct sysinfo_host *host, struct sysinfo_topology_object_list *list, uint64_t type,
                    const struct sysinfo__cpu_set *online, const struct place *place, size_t key) {
    bool had_memory = true;
    for (uint64_t cpu = 0; cpu < online->words * 64 && had_memory; cpu++) {
        struct sysinfo__cpu_set set = {NULL, 0};
        uint64_t value = sysinfo__cpu_set_has(online, cpu) ? value_of(&place[cpu], key) : UNKNOWN;
        for (uint64_t other = 0; other < online->words * 64 && value != UNKNOWN && had_memory; other++) {
            if (sysinfo__cpu_set_has(online, other) && value_of(&place[other], key) == value) {
                had_memory = sysinfo__cpu_set_add(&set, other);
                value = other < cpu ? UNKNOWN : value; /* Its group exists already. */
            }
        }
        if (value != UNKNOWN && had_memory) {
            uint64_t number = type == SYSINFO_TOPOLOGY_CORE ? place[cpu].core_number : place[cpu].package;
            had_memory = regroup(list, type, number, &set);
        }
        sysinfo__cpu_set_free(&set);
    }
    return had_memory ? SYSINFO_OK : sysinfo__no_memory(host, CPUS);
}

/*
 * Whether two CPUs of different cores have the same package and core numbers: then the package number is that of a
 * board with several packages.
 */
static bool is_ambiguous(const struct place *a, const struct place *b) {
    return a->package == b->package && a->core_number == b->core_number && a->core != b->core;
}

/* Whether every online CPU reports its core and package. */
struct known_places {
    bool cores, packages;
};

static struct known_places judge(const struct sysinfo__cpu_set *online, struct place *place) {
    struct known_places has = {true, true};
    for (uint64_t cpu = 0; cpu < online->words * 64; cpu++) {
        if (!sysinfo__cpu_set_has(online, cpu)) {
            continue;
        }
        has.cores = has.cores && place[cpu].core != UNKNOWN;
        has.packages = has.packages && has.cores && place[cpu].core_number != UNKNOWN && place[cpu].package != UNKNOWN;
        place[cpu].core = has.cores ? place[place[cpu].core].core : UNKNOWN; /* If files differ, the lowest. */
        for (uint64_t other = 0; other < cpu && has.packages; other++) {
            has.packages = !sysinfo__cpu_set_has(online, other) || !is_ambiguous(&place[cpu], &place[other]);
        }
    }
    return has;
}

/* The places of all online CPUs, by number, in an array that the caller frees. */
static int read_places(struct sysinfo_host *host, const struct sysinfo__cpu_set *online, struct place **place) {
    *place = calloc(online->words * 64 + 1, sizeof **place);
    if (*place == NULL) {
        return sysinfo__no_memory(host, CPUS);
    }
    int status = SYSINFO_OK;
    for (uint64_t cpu = 0; cpu < online->words * 64 && status == SYSINFO_OK; cpu++) {
        if (sysinfo__cpu_set_has(online, cpu)) {
            status = read_place(host, cpu, online, &(*place)[cpu]);
        }
    }
    return status;
}

static int correct_groups(struct sysinfo_host *host, struct sysinfo_topology_object_list *list,
                          const struct sysinfo__cpu_set *online) {
    struct place *place;
    struct known_places has = {false, false};
    int status = read_places(host, online, &place);
    if (status == SYSINFO_OK) {
        has = judge(online, place);
    }
    if (has.cores) {
        status = group_by(host, list, SYSINFO_TOPOLOGY_CORE, online, place, offsetof(struct place, core));
    }
    if (has.packages && status == SYSINFO_OK) {
        status = group_by(host, list, SYSINFO_TOPOLOGY_PACKAGE, online, place, offsetof(struct place, package));
    }
    free(place);
    return status;
}

int sysinfo__count_packages(struct sysinfo_host *host, const struct sysinfo__cpu_set *online, uint64_t *packages) {
    struct place *place;
    int status = read_places(host, online, &place);
    bool is_known = status == SYSINFO_OK && judge(online, place).packages;
    *packages = 0;
    for (uint64_t cpu = 0; cpu < online->words * 64 && is_known; cpu++) {
        bool is_first = sysinfo__cpu_set_has(online, cpu);
        for (uint64_t other = 0; other < cpu && is_first; other++) {
            is_first = !sysinfo__cpu_set_has(online, other) || place[other].package != place[cpu].package;
        }
        *packages += is_first;
    }
    free(place);
    return status;
}

/* ---- Caches with a known size but unknown CPUs ---- */

/* Adds a cache unless a similar one exists, with that size or with CPUs. False: no memory. */
static bool add_cache(struct sysinfo_topology_object_list *list, const struct sysinfo__cache *cache) {
    const struct sysinfo_topology_object *other;
    size_t row = 1;
    for (size_t i = 1; (other = object_at(list, i)) != NULL; i++) {
        bool is_alike =
            other->type == SYSINFO_TOPOLOGY_CACHE && other->level == cache->level && other->cache_type == cache->type;
        if (is_alike && (SYSINFO_HAS(other, cpus) || other->bytes == cache->bytes)) {
            return true;
        }
        row = other->type == SYSINFO_TOPOLOGY_CACHE && !SYSINFO_HAS(other, cpus) ? i + 1 : row;
    }
    struct sysinfo_topology_object *object = sysinfo__topology_insert(list, row, "");
    if (object != NULL) {
        FACT(object, type, SYSINFO_TOPOLOGY_CACHE);
        FACT(object, depth, 1);
        FACT(object, bytes, cache->bytes);
        FACT(object, level, cache->level);
        FACT(object, cache_type, cache->type);
    }
    return object != NULL;
}

/* For s390, which keeps caches shared by CPUs out of sysfs. */
static int add_caches_of_cpuinfo(struct sysinfo_host *host, struct sysinfo_topology_object_list *list) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read_once(host, "/proc/cpuinfo");
    const char *end = state->text + state->length;
    struct sysinfo__cache cache;
    for (const char *line = state->text; status == SYSINFO_OK && line < end;
         line = sysinfo__scan_next_line(line, end)) {
        if (sysinfo__decode_cpuinfo_cache(line, &cache) && !add_cache(list, &cache)) {
            return sysinfo__no_memory(host, "/proc/cpuinfo");
        }
    }
    return sysinfo__forgive(status);
}

/* For sparc64, which has no cache directory; in bytes. */
static int add_caches_of_cpu(struct sysinfo_host *host, struct sysinfo_topology_object_list *list, uint64_t cpu,
                             bool *has_any) {
    static const struct {
        const char *name;
        uint64_t level, type;
    } files[] = {{"l1_dcache_size", 1, SYSINFO_CACHE_DATA},
                 {"l1_icache_size", 1, SYSINFO_CACHE_INSTRUCTION},
                 {"l2_cache_size", 2, SYSINFO_CACHE_UNIFIED}};
    int status = SYSINFO_OK;
    for (size_t i = 0; i < sizeof files / sizeof files[0] && status == SYSINFO_OK; i++) {
        char path[96];
        struct sysinfo__cache cache = {files[i].level, files[i].type, 0};
        snprintf(path, sizeof path, CPUS "/cpu%u/%s", (unsigned)cpu, files[i].name);
        status = sysinfo__file_read_once(host, path);
        *has_any = *has_any || status == SYSINFO_OK;
        if (status == SYSINFO_OK && sysinfo__scan_number(sysinfo__state(host)->text, &cache.bytes) != NULL &&
            cache.bytes > 0 && !add_cache(list, &cache)) {
            status = sysinfo__no_memory(host, path);
        }
        status = sysinfo__forgive(status);
    }
    return status;
}

static int add_caches(struct sysinfo_host *host, struct sysinfo_topology_object_list *list,
                      const struct sysinfo__cpu_set *online) {
    int status = add_caches_of_cpuinfo(host, list);
    bool has_any = true;
    for (uint64_t cpu = 0; cpu < online->words * 64 && has_any && status == SYSINFO_OK; cpu++) {
        if (sysinfo__cpu_set_has(online, cpu)) {
            has_any = false;
            status = add_caches_of_cpu(host, list, cpu, &has_any);
        }
    }
    return status;
}

int sysinfo__linux_topology(struct sysinfo_host *host, struct sysinfo_topology_object_list *list) {
    struct sysinfo__cpu_set online = {NULL, 0};
    int status = sysinfo__online_cpus(host, &online);
    status = status == SYSINFO_OK ? correct_groups(host, list, &online) : status;
    status = status == SYSINFO_OK ? add_caches(host, list, &online) : status;
    sysinfo__cpu_set_free(&online);
    return status;
}
