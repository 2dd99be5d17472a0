/* SPDX-License-Identifier: MIT */
/*
 * The only file that uses hwloc. It loads the library at the first topology question: linking it would add a third to
 * the start-up time of a small program.
 */
#include <sysinfo/topology.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int no_memory(struct sysinfo_host *host) {
    return sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, "", "no memory for the topology");
}

/* ---- hwloc ---- */

#if SYSINFO_WITH_HWLOC

#include <dlfcn.h>
#include <hwloc.h>

#if HWLOC_API_VERSION < 0x00020500
#error "hwloc 2.5 or later is needed: build without it (-DSYSINFO_HWLOC=OFF), or install a newer one"
#endif

/* The functions used, which are looked up by name. */
#define HWLOC_FUNCTIONS(FUNCTION)                    \
    FUNCTION(hwloc_topology_init)                    \
    FUNCTION(hwloc_topology_set_flags)               \
    FUNCTION(hwloc_topology_set_icache_types_filter) \
    FUNCTION(hwloc_topology_load)                    \
    FUNCTION(hwloc_topology_is_thissystem)           \
    FUNCTION(hwloc_topology_destroy)                 \
    FUNCTION(hwloc_get_obj_by_depth)                 \
    FUNCTION(hwloc_bitmap_alloc)                     \
    FUNCTION(hwloc_bitmap_free)                      \
    FUNCTION(hwloc_bitmap_weight)                    \
    FUNCTION(hwloc_bitmap_list_asprintf)             \
    FUNCTION(hwloc_cpukinds_get_nr)                  \
    FUNCTION(hwloc_cpukinds_get_info)

struct hwloc {
    void *handle;
#define FUNCTION(name) __typeof__(name) *(name);
    HWLOC_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static bool load_name(struct hwloc *hwloc, const char *name) {
    hwloc->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (hwloc->handle == NULL) {
        return false;
    }
    void *symbol;
#define FUNCTION(name)                    \
    symbol = dlsym(hwloc->handle, #name); \
    if (symbol == NULL) {                 \
        dlclose(hwloc->handle);           \
        return false;                     \
    }                                     \
    memcpy(&hwloc->name, &symbol, sizeof symbol);
    HWLOC_FUNCTIONS(FUNCTION)
#undef FUNCTION
    return true;
}

/* Tries the library found at build time first, then the names used by this system's packages. */
static bool load_library(struct hwloc *hwloc) {
    static const char *const names[] = {SYSINFO_HWLOC_NAMES};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (load_name(hwloc, names[i])) {
            return true;
        }
    }
    return false;
}

/* Adds a row for a set of CPUs; NULL: no memory. */
static struct sysinfo_topology_object *add_set(const struct hwloc *hwloc, hwloc_const_bitmap_t set, uint64_t type,
                                               uint64_t depth, struct sysinfo_topology_object_list *list) {
    char *cpus = NULL;
    if (set == NULL || hwloc->hwloc_bitmap_list_asprintf(&cpus, set) < 0) {
        return NULL;
    }
    struct sysinfo_topology_object *object = sysinfo__topology_add(list, cpus);
    free(cpus);
    if (object != NULL) {
        int weight = hwloc->hwloc_bitmap_weight(set);
        FACT(object, type, type);
        FACT(object, depth, depth);
        FACT(object, cpus, weight > 0 ? (uint64_t)weight : 0);
    }
    return object;
}

/* Returns 0 for an object that is not listed, such as groups and I/O devices. */
static uint64_t type_of(const struct hwloc_obj *object) {
    switch (object->type) {
    case HWLOC_OBJ_MACHINE:
        return SYSINFO_TOPOLOGY_MACHINE;
    case HWLOC_OBJ_PACKAGE:
        return SYSINFO_TOPOLOGY_PACKAGE;
    case HWLOC_OBJ_DIE:
        return SYSINFO_TOPOLOGY_DIE;
    case HWLOC_OBJ_NUMANODE:
        return SYSINFO_TOPOLOGY_NUMA_NODE;
    case HWLOC_OBJ_CORE:
        return SYSINFO_TOPOLOGY_CORE;
    case HWLOC_OBJ_PU:
        return SYSINFO_TOPOLOGY_CPU;
    case HWLOC_OBJ_L1CACHE:
    case HWLOC_OBJ_L2CACHE:
    case HWLOC_OBJ_L3CACHE:
    case HWLOC_OBJ_L4CACHE:
    case HWLOC_OBJ_L5CACHE:
    case HWLOC_OBJ_L1ICACHE:
    case HWLOC_OBJ_L2ICACHE:
    case HWLOC_OBJ_L3ICACHE:
        return SYSINFO_TOPOLOGY_CACHE;
    default:
        return 0;
    }
}

static void set_details(const struct hwloc_obj *from, struct sysinfo_topology_object *object) {
    if (from->os_index != HWLOC_UNKNOWN_INDEX && object->type != SYSINFO_TOPOLOGY_CACHE &&
        object->type != SYSINFO_TOPOLOGY_MACHINE) {
        FACT(object, number, from->os_index);
    }
    if (object->type == SYSINFO_TOPOLOGY_CACHE) {
        enum sysinfo_cache_type type = from->attr->cache.type == HWLOC_OBJ_CACHE_DATA ? SYSINFO_CACHE_DATA
                                       : from->attr->cache.type == HWLOC_OBJ_CACHE_INSTRUCTION
                                           ? SYSINFO_CACHE_INSTRUCTION
                                           : SYSINFO_CACHE_UNIFIED;
        FACT(object, level, from->attr->cache.depth);
        FACT(object, cache_type, type);
        if (from->attr->cache.size > 0) {
            FACT(object, bytes, from->attr->cache.size);
        }
    }
    if (object->type == SYSINFO_TOPOLOGY_NUMA_NODE && from->attr->numanode.local_memory > 0) {
        FACT(object, bytes, from->attr->numanode.local_memory);
    }
}

/* Adds the object and everything below it, depth first; memory before CPUs. */
static bool add_tree(const struct hwloc *hwloc, const struct hwloc_obj *from, uint64_t depth,
                     struct sysinfo_topology_object_list *list) {
    uint64_t type = type_of(from);
    if (type != 0) {
        struct sysinfo_topology_object *object = add_set(hwloc, from->cpuset, type, depth, list);
        if (object == NULL) {
            return false;
        }
        set_details(from, object);
        depth++;
    }
    for (const struct hwloc_obj *child = from->memory_first_child; child != NULL; child = child->next_sibling) {
        if (!add_tree(hwloc, child, depth, list)) {
            return false;
        }
    }
    for (const struct hwloc_obj *child = from->first_child; child != NULL; child = child->next_sibling) {
        if (!add_tree(hwloc, child, depth, list)) {
            return false;
        }
    }
    return true;
}

static bool add_kinds(const struct hwloc *hwloc, hwloc_topology_t topology, struct sysinfo_topology_object_list *list) {
    int kinds = hwloc->hwloc_cpukinds_get_nr(topology, 0);
    hwloc_bitmap_t cpus = hwloc->hwloc_bitmap_alloc();
    bool had_memory = cpus != NULL;
    for (int kind = 0; kind < kinds && had_memory; kind++) {
        int efficiency = -1;
        if (hwloc->hwloc_cpukinds_get_info(topology, (unsigned)kind, cpus, &efficiency, NULL, NULL, 0) != 0) {
            continue;
        }
        struct sysinfo_topology_object *object = add_set(hwloc, cpus, SYSINFO_TOPOLOGY_CORE_KIND, 1, list);
        had_memory = object != NULL;
        if (had_memory) {
            FACT(object, number, (uint64_t)kind);
            if (efficiency >= 0) {
                FACT(object, efficiency, (uint64_t)efficiency);
            }
        }
    }
    hwloc->hwloc_bitmap_free(cpus);
    return had_memory;
}

/* If a root's files are insufficient, hwloc silently falls back to this machine, which is a different one. */
static bool is_of_root(struct sysinfo_host *host, hwloc_topology_t topology, const struct hwloc *hwloc) {
    const char *backend = hwloc_obj_get_info_by_name(hwloc->hwloc_get_obj_by_depth(topology, 0, 0), "Backend");
    return sysinfo__root(host)[0] == '\0' || (backend != NULL && strcmp(backend, "Linux") == 0);
}

/* Drops the node that hwloc invents for the whole machine if the system has none. */
static int drop_invented_nodes(struct sysinfo_host *host, struct sysinfo_topology_object_list *list) {
    const struct sysinfo_topology_object *object;
    host->spare_nodes.count = 0;
    int status = ASK(host, numa, "the list of NUMA nodes", &host->spare_nodes);
    for (size_t i = 0; status == SYSINFO_NOT_FOUND && (object = sysinfo_topology_object_list_at(list, i)) != NULL;) {
        if (object->type == SYSINFO_TOPOLOGY_NUMA_NODE) {
            sysinfo__topology_remove(list, i);
        } else {
            i++;
        }
    }
    return status == SYSINFO_NO_MEMORY ? status : SYSINFO_OK;
}

/*
 * Reads the whole machine, including what this process may not use. Keeps hwloc from binding this thread to each CPU in
 * turn.
 */
static int ask(struct sysinfo_host *host, const struct hwloc *hwloc, struct sysinfo_topology_object_list *list) {
    hwloc_topology_t topology;
    int status = sysinfo__backend.check_topology != NULL ? sysinfo__backend.check_topology(host) : SYSINFO_OK;
    if (status != SYSINFO_OK) {
        return status;
    }
    if (hwloc->hwloc_topology_init(&topology) != 0) {
        return no_memory(host);
    }
    hwloc->hwloc_topology_set_flags(topology,
                                    HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING);
    hwloc->hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
    if (hwloc->hwloc_topology_load(topology) != 0) {
        status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "", "hwloc could not read this machine's topology");
    } else if (!is_of_root(host, topology, hwloc)) {
        struct sysinfo_processors counts = {.present = 0};
        status = ASK(host, cpu_counts, "the CPU count", &counts); /* Records why, if the root is missing or empty. */
        if (status == SYSINFO_OK) {
            status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "/sys/devices/system/cpu",
                                     "does not describe this machine's topology");
        }
    } else if (!add_tree(hwloc, hwloc->hwloc_get_obj_by_depth(topology, 0, 0), 0, list) ||
               !add_kinds(hwloc, topology, list)) {
        status = no_memory(host);
    } else if (sysinfo__root(host)[0] != '\0' || hwloc->hwloc_topology_is_thissystem(topology)) {
        /* Not if hwloc read a file or made a machine up (HWLOC_XMLFILE, HWLOC_SYNTHETIC). */
        status = sysinfo__backend.topology != NULL ? sysinfo__backend.topology(host, list) : SYSINFO_OK;
        status = status == SYSINFO_OK ? drop_invented_nodes(host, list) : status;
    }
    hwloc->hwloc_topology_destroy(topology);
    return status;
}

/* hwloc takes another root only from an environment variable, which only the program itself should set. */
static bool is_hwloc_root(const char *root) {
    const char *chosen = getenv("HWLOC_FSROOT");
    if (root[0] == '\0' || chosen == NULL) {
        return root[0] == '\0';
    }
    size_t length = strlen(chosen);
    while (length > 1 && chosen[length - 1] == '/') { /* Compare without trailing slashes, as in a host's root. */
        length--;
    }
    return strlen(root) == length && memcmp(chosen, root, length) == 0;
}

static int read_topology(struct sysinfo_host *host, struct sysinfo_topology_object_list *list) {
    if (!is_hwloc_root(sysinfo__root(host))) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "topology",
                               "of another root needs HWLOC_FSROOT set to that root");
    }
    /* hwloc loads plugins from HWLOC_PLUGINS_PATH. */
    if (sysinfo__backend.is_privileged != NULL && sysinfo__backend.is_privileged()) {
        return sysinfo__failed(
            host, SYSINFO_DENIED, 0, "topology",
            "is not read by a program that has more rights than its caller: hwloc obeys environment variables");
    }
    struct hwloc hwloc;
    if (!load_library(&hwloc)) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "topology",
                               "needs the hwloc library, " SYSINFO_HWLOC_SONAME);
    }
    int status = ask(host, &hwloc, list);
    dlclose(hwloc.handle);
    return status;
}

#else

static int read_topology(struct sysinfo_host *host, struct sysinfo_topology_object_list *list) {
    (void)list;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "topology",
                           "is not supported: this library was built without hwloc");
}

#endif

/* ---- The list kept in a host ---- */

static void forget(struct sysinfo_host *host) {
    sysinfo_topology_object_list_free(host->topology);
    host->topology = NULL;
}

static int renew(struct sysinfo_host *host) {
    uint64_t online = sysinfo__backend.online != NULL ? sysinfo__backend.online(host) : 0;
    if (host->topology != NULL && online != 0 && host->topology_online == online) {
        return SYSINFO_OK;
    }
    forget(host);
    host->topology = sysinfo__topology_make();
    if (host->topology == NULL) {
        return no_memory(host);
    }
    host->topology_online = online;
    int status = read_topology(host, host->topology);
    if (status != SYSINFO_OK) {
        forget(host);
    }
    return status;
}

static int give(struct sysinfo_host *host, struct sysinfo_topology_object_list **list) {
    struct sysinfo_topology_object_list *filled = *list != NULL ? *list : sysinfo__topology_make();
    if (filled == NULL || !sysinfo__topology_copy(filled, host->topology)) {
        if (*list == NULL) {
            sysinfo_topology_object_list_free(filled);
        }
        return no_memory(host);
    }
    *list = filled;
    return SYSINFO_OK;
}

int sysinfo_topology_objects(struct sysinfo_host *host, struct sysinfo_topology_object_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    int status = renew(host);
    if (status == SYSINFO_OK) {
        status = give(host, list);
    }
    return sysinfo__end(&call, status);
}
