/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "fail.h"
#include "platform.h"
#include "text.h"

/* ---- Which CPUs ---- */

/* Takes the next range of "0-3,8", as the library writes it; false: none is left. */
static bool take_range(const char **cpus, struct cpu_range *range) {
    if (take_digits(cpus, MOST_DIGITS, &range->first) == 0) {
        return false;
    }
    range->last = range->first;
    if (**cpus == '-') {
        (*cpus)++;
        take_digits(cpus, MOST_DIGITS, &range->last);
    }
    *cpus += **cpus == ',';
    return true;
}

bool cpus_have(const char *cpus, uint64_t cpu) {
    struct cpu_range range;
    while (take_range(&cpus, &range)) {
        if (cpu >= range.first && cpu <= range.last) {
            return true;
        }
    }
    return false;
}

static void add_group(struct cpu_groups *groups, uint64_t number, const char *cpus) {
    struct cpu_group *grown = realloc(groups->group, (groups->count + 1) * sizeof *grown);
    struct cpu_range *range = calloc(strlen(cpus) + 1, sizeof *range);
    if (grown == NULL || range == NULL) {
        fail_no_memory();
    }
    groups->group = grown;
    struct cpu_group *group = &groups->group[groups->count++];
    *group = (struct cpu_group){number, range, 0};
    while (take_range(&cpus, &group->range[group->ranges])) {
        group->ranges++;
    }
}

void groups_choose_root(const char *path) {
    platform_set_variable("HWLOC_HIDE_ERRORS", "2"); /* The library reports a status instead. */
    if (path == NULL) {
        return;
    }
    struct text root = TEXT_INIT;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    text_addf(&root, "%.*s", (int)length, path);
    platform_set_variable("HWLOC_FSROOT", root.bytes);
    text_free(&root);
}

int groups_by_node(struct cpu_groups *groups, struct sysinfo_host *host) {
    struct sysinfo_numa_node_list *list = NULL;
    const struct sysinfo_numa_node *node;
    int status = sysinfo_numa_nodes(host, &list);
    if (status != SYSINFO_OK) {
        return trouble("%s", sysinfo_explain(host, status));
    }
    for (size_t i = 0; (node = sysinfo_numa_node_list_at(list, i)) != NULL; i++) {
        add_group(groups, node->number, sysinfo_numa_node_list_cpus(list, i));
    }
    sysinfo_numa_node_list_free(list);
    return 0;
}

int groups_by_kind(struct cpu_groups *groups, struct sysinfo_host *host) {
    struct sysinfo_topology_object_list *list = NULL;
    const struct sysinfo_topology_object *object;
    int status = sysinfo_topology_objects(host, &list);
    if (status != SYSINFO_OK) {
        return trouble("%s", sysinfo_explain(host, status));
    }
    for (size_t i = 0; (object = sysinfo_topology_object_list_at(list, i)) != NULL; i++) {
        if (object->type == SYSINFO_TOPOLOGY_CORE_KIND) {
            add_group(groups, object->number, sysinfo_topology_object_list_cpus(list, i));
        }
    }
    sysinfo_topology_object_list_free(list);
    return groups->count > 0 ? 0 : trouble("this machine does not report kinds of cores");
}

void groups_free(struct cpu_groups *groups) {
    for (size_t i = 0; i < groups->count; i++) {
        free(groups->group[i].range);
    }
    free(groups->group);
    *groups = (struct cpu_groups){NULL, 0};
}

bool group_has(const struct cpu_group *group, uint64_t cpu) {
    for (size_t i = 0; i < group->ranges; i++) {
        if (cpu >= group->range[i].first && cpu <= group->range[i].last) {
            return true;
        }
    }
    return false;
}

const struct cpu_group *group_of(const struct cpu_groups *groups, uint64_t cpu) {
    for (size_t i = 0; i < groups->count; i++) {
        if (group_has(&groups->group[i], cpu)) {
            return &groups->group[i];
        }
    }
    return NULL;
}

/* ---- Their times ---- */

static bool list_has(const struct sysinfo_cpu_sample_list *list, uint64_t cpu) {
    const struct sysinfo_cpu_sample *sample;
    for (size_t i = 0; (sample = sysinfo_cpu_sample_list_at(list, i)) != NULL; i++) {
        if (sample->cpu == cpu) {
            return true;
        }
    }
    return false;
}

/* Adds every counter that both have. A counter missing from one is missing from the sum. */
static void add_times(struct sysinfo_cpu_sample *sum, const struct sysinfo_cpu_sample *sample) {
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (field->result == SYSINFO_RESULT_CPU_SAMPLE && field->kind == SYSINFO_KIND_COUNTER) {
            double value = sysinfo_field_double(field, sum) + sysinfo_field_double(field, sample);
            memcpy((char *)sum + field->offset, &value, sizeof value);
        }
    }
    sum->present &= sample->present;
}

bool group_sum(const struct cpu_group *group, const struct sysinfo_cpu_sample_list *list,
               const struct sysinfo_cpu_sample_list *both, struct sysinfo_cpu_sample *sum) {
    const struct sysinfo_cpu_sample *sample;
    uint64_t cpus = 0;
    memset(sum, 0, sizeof *sum);
    for (size_t i = 0; (sample = sysinfo_cpu_sample_list_at(list, i)) != NULL; i++) {
        if (!group_has(group, sample->cpu) || (both != NULL && !list_has(both, sample->cpu))) {
            continue;
        }
        if (cpus++ == 0) {
            *sum = *sample;
        } else {
            add_times(sum, sample);
        }
    }
    sum->cpu = group->number;
    sum->cpus = cpus; /* Lets the library bound how much time can have passed on them. */
    sum->present |= SYSINFO_BIT(struct sysinfo_cpu_sample, cpus);
    return cpus > 0;
}
