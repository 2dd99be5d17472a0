/* SPDX-License-Identifier: MIT */
/*
 * Writes the references between blocks as a graph for graphviz: a node for each site, a box for each variable, stack or
 * other root, and the number of pointers on each edge. Cycles that nothing points to are clusters.
 */
#include "blocks/references.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"
#include "value.h"

/*
 * Limits on what is drawn: larger graphs cannot be read, and dot takes minutes for them. NODES_MOST applies around
 * chosen sites, NODES_OF_ALL without a choice; ARROWS_MOST is the arrows to one site.
 */
enum { NODES_MOST = 200, NODES_OF_ALL = 40, ROOTS_MOST = 30, ARROWS_MOST = 3, LARGEST = 10, CLUSTERS_MOST = 20 };

/* Pointers from a site, or from a group of roots, to a site; and how many blocks were first reached through one. */
struct arrow {
    size_t from, to;
    uint64_t count, held;
};

struct arrows {
    struct arrow *arrow;
    size_t count;
};

/* Cycles through the same sites. */
struct cluster {
    size_t site[64], sites;
    uint64_t cycles, blocks, bytes;
};

struct graph {
    const struct table *table;
    size_t sites;
    struct arrows inner, outer; /* From sites, and from roots; by `to`, then the arrow that holds the most first. */
    struct roots roots;
    bool *is_node, *is_in_cluster; /* For each site. */
    bool *is_box, *has_arrow;      /* For each group of roots. */
    size_t nodes, nodes_most;
    uint64_t pointers_left_out;
    struct cluster cluster[CLUSTERS_MOST];
    size_t clusters;
};

/* ---- Arrows ---- */

static int by_target(const void *a, const void *b) {
    const struct arrow *left = a, *right = b;
    if (left->to != right->to) {
        return left->to < right->to ? -1 : 1;
    }
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    return 0;
}

static int by_target_and_held(const void *a, const void *b) {
    const struct arrow *left = a, *right = b;
    if (left->to == right->to && left->held != right->held) {
        return left->held > right->held ? -1 : 1;
    }
    if (left->to == right->to && left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return by_target(a, b);
}

/* Merges arrows with the same ends. */
static void put_together(struct arrows *arrows) {
    size_t used = 0;
    if (arrows->count > 0) {
        qsort(arrows->arrow, arrows->count, sizeof *arrows->arrow, by_target);
    }
    for (size_t i = 0; i < arrows->count; i++) {
        if (used > 0 && by_target(&arrows->arrow[used - 1], &arrows->arrow[i]) == 0) {
            arrows->arrow[used - 1].count += arrows->arrow[i].count;
            arrows->arrow[used - 1].held += arrows->arrow[i].held;
        } else {
            arrows->arrow[used++] = arrows->arrow[i];
        }
    }
    arrows->count = used;
    if (used > 0) {
        qsort(arrows->arrow, used, sizeof *arrows->arrow, by_target_and_held);
    }
}

static void add_arrow(struct arrows *arrows, size_t from, size_t to, uint64_t count, uint64_t held) {
    arrows->arrow[arrows->count++] = (struct arrow){from, to, count, held};
}

static void read_edges(struct graph *graph, size_t edges) {
    for (size_t i = 0; i < edges; i++) {
        struct sysinfo_heap_edge edge;
        if (sysinfo_heap_snapshot_edge(graph->table->snapshot, i, &edge, sizeof edge) != SYSINFO_OK) {
            continue;
        }
        if (edge.is_from_root != 0) {
            add_arrow(&graph->outer, graph->roots.group[edge.from], (size_t)edge.to, edge.count, 0);
        } else {
            add_arrow(&graph->inner, (size_t)edge.from, (size_t)edge.to, edge.count, 0);
        }
    }
}

static void read_holders(struct graph *graph, size_t blocks) {
    for (size_t i = 0; i < blocks; i++) {
        struct sysinfo_heap_block block, holder;
        if (sysinfo_heap_snapshot_block(graph->table->snapshot, i, &block, sizeof block) != SYSINFO_OK) {
            continue;
        }
        if (!SYSINFO_HAS(&block, holder)) {
            if (SYSINFO_HAS(&block, root)) {
                add_arrow(&graph->outer, graph->roots.group[block.root], (size_t)block.site, 0, 1);
            }
        } else if (sysinfo_heap_snapshot_block(graph->table->snapshot, (size_t)block.holder, &holder, sizeof holder) ==
                   SYSINFO_OK) {
            add_arrow(&graph->inner, (size_t)holder.site, (size_t)block.site, 0, 1);
        }
    }
}

static void read_arrows(struct graph *graph) {
    size_t edges = sysinfo_heap_snapshot_edges(graph->table->snapshot),
           blocks = sysinfo_heap_snapshot_blocks(graph->table->snapshot);
    graph->inner.arrow = calloc(edges + blocks + 1, sizeof *graph->inner.arrow);
    graph->outer.arrow = calloc(edges + blocks + 1, sizeof *graph->outer.arrow);
    if (graph->inner.arrow == NULL || graph->outer.arrow == NULL) {
        fail_no_memory();
    }
    read_edges(graph, edges);
    read_holders(graph, blocks);
    put_together(&graph->inner);
    put_together(&graph->outer);
}

/* The index of the first arrow to a site. */
static size_t first_to(const struct arrows *arrows, size_t site) {
    size_t low = 0, high = arrows->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (arrows->arrow[middle].to < site) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether an arrow holds a fair share beside the one that holds most of the same site. */
static bool holds_much(const struct arrow *arrow, const struct arrow *first) {
    enum { LEAST_SHARE = 50 };
    return arrow->held > 0 && arrow->held >= first->held / LEAST_SHARE;
}

/* ---- Nodes ---- */

static void add_node(struct graph *graph, size_t site, size_t *queue, size_t *queued) {
    if (graph->is_node[site]) {
        return;
    }
    if (graph->nodes == graph->nodes_most) {
        return;
    }
    graph->is_node[site] = true;
    graph->nodes++;
    queue[(*queued)++] = site;
}

/*
 * Takes the chosen sites, or else those that leak and those with the most bytes; then what points to them, `depth`
 * steps up.
 */
static void choose_nodes(struct graph *graph, const bool *chosen, uint64_t depth) {
    size_t *queue = calloc(graph->sites + 1, sizeof *queue), queued = 0, done = 0;
    if (queue == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; chosen == NULL && i < graph->clusters; i++) {
        for (size_t k = 0; k < graph->cluster[i].sites; k++) {
            add_node(graph, graph->cluster[i].site[k], queue, &queued);
        }
    }
    for (size_t i = 0; i < graph->sites; i++) {
        if (chosen != NULL ? chosen[i] : i < LARGEST) {
            add_node(graph, i, queue, &queued);
        }
    }
    for (uint64_t level = 0; level < depth && done < queued; level++) {
        for (size_t end = queued; done < end; done++) {
            const struct arrows *arrows = &graph->inner;
            size_t first = first_to(arrows, queue[done]);
            for (size_t i = first; i < arrows->count && arrows->arrow[i].to == queue[done] && i < first + ARROWS_MOST &&
                                   holds_much(&arrows->arrow[i], &arrows->arrow[first]);
                 i++) {
                add_node(graph, arrows->arrow[i].from, queue, &queued);
            }
        }
    }
    free(queue);
}

/* Orders roots by how much of the graph they hold. */
static int by_count(const void *a, const void *b) {
    const struct arrow *left = a, *right = b;
    if (left->held != right->held) {
        return left->held > right->held ? -1 : 1;
    }
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return left->from < right->from ? -1 : left->from > right->from ? 1 : 0;
}

static void choose_boxes(struct graph *graph) {
    struct arrow *sum = calloc(graph->roots.groups + 1, sizeof *sum);
    size_t most = graph->nodes_most - graph->nodes / 2 < ROOTS_MOST ? graph->nodes_most - graph->nodes / 2 : ROOTS_MOST;
    if (sum == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < graph->roots.groups; i++) {
        sum[i].from = i;
    }
    for (size_t i = 0; i < graph->outer.count; i++) {
        const struct arrow *arrow = &graph->outer.arrow[i];
        if (graph->is_node[arrow->to]) {
            sum[arrow->from].count += arrow->count;
            sum[arrow->from].held += arrow->held;
        }
    }
    if (graph->roots.groups > 0) {
        qsort(sum, graph->roots.groups, sizeof *sum, by_count);
    }
    for (size_t i = 0; i < graph->roots.groups && i < most && sum[i].count > 0; i++) {
        graph->is_box[sum[i].from] = true;
    }
    free(sum);
}

/* ---- Cycles ---- */

static void add_cycle(struct graph *graph, const struct sysinfo_heap_leak *leak,
                      const struct sysinfo_heap_member *member) {
    struct cluster found = {.sites = 0};
    for (uint64_t i = 0; i < leak->members && i < 64; i++) { /* In order, each site once. */
        size_t at = found.sites;
        while (at > 0 && found.site[at - 1] > member[i].site) {
            at--;
        }
        if (at == 0 || found.site[at - 1] != member[i].site) {
            memmove(&found.site[at + 1], &found.site[at], (found.sites - at) * sizeof found.site[0]);
            found.site[at] = (size_t)member[i].site;
            found.sites++;
        }
    }
    size_t at = 0;
    while (at < graph->clusters && (graph->cluster[at].sites != found.sites ||
                                    memcmp(graph->cluster[at].site, found.site, found.sites * sizeof(size_t)) != 0)) {
        at++;
    }
    if (at == CLUSTERS_MOST) {
        return;
    }
    if (at == graph->clusters) {
        graph->cluster[graph->clusters++] = found;
    }
    graph->cluster[at].cycles++;
    graph->cluster[at].blocks += leak->blocks;
    graph->cluster[at].bytes += leak->bytes;
}

static void find_cycles(struct graph *graph) {
    for (size_t i = 0; i < sysinfo_heap_snapshot_leaks(graph->table->snapshot); i++) {
        struct sysinfo_heap_leak leak;
        const struct sysinfo_heap_member *member;
        if (sysinfo_heap_snapshot_leak(graph->table->snapshot, i, &leak, sizeof leak, &member) == SYSINFO_OK &&
            leak.is_cycle != 0) {
            add_cycle(graph, &leak, member);
        }
    }
}

/* ---- Writing ---- */

/*
 * Adds a quoted string; graphviz writes a line break as
 * .
 */
static void add_quoted(struct text *text, const char *string) {
    text_add(text, "\"");
    for (; *string != '\0'; string++) {
        if (*string == '\n') {
            text_add(text, "\\n");
        } else {
            text_addf(text, *string == '"' || *string == '\\' ? "\\%c" : "%c", *string);
        }
    }
    text_add(text, "\"");
}

/* Names the nearest caller, and the next one in another function: many sites share one allocating function. */
static void add_node_line(struct text *text, const struct graph *graph, size_t index, bool is_chosen) {
    struct sysinfo_heap_site site;
    const struct sysinfo_heap_frame *frame;
    struct text label = TEXT_INIT;
    if (sysinfo_heap_snapshot_site(graph->table->snapshot, index, &site, sizeof site, &frame) != SYSINFO_OK) {
        return;
    }
    if (site.frames == 0) {
        text_add(&label, site.is_earlier != 0 ? "(earlier)" : "(stack not readable)");
    }
    for (uint64_t i = 0; i < site.frames && i < 2; i++) {
        text_add(&label, i == 0 ? "" : "\n<- ");
        frame_add(&label, graph->table->names, &frame[i], true);
    }
    text_add(&label, "\n");
    amount_add(&label, (uint64_t)site.blocks, (uint64_t)site.bytes);
    bool is_lost = SYSINFO_HAS(&site, lost_blocks) && site.lost_blocks > 0;
    if (is_lost && site.lost_blocks < (uint64_t)site.blocks) {
        text_addf(&label, "\n%" PRIu64 " unreachable", site.lost_blocks);
    } else if (is_lost) {
        text_add(&label, "\nunreachable");
    }
    text_addf(text, "s%zu [label=", index);
    add_quoted(text, label.bytes);
    text_addf(text, "%s%s];\n", is_lost ? ", fillcolor=\"#fbdcd6\", color=\"#a93226\"" : "",
              is_chosen ? ", penwidth=2.5" : "");
    text_free(&label);
}

static void add_cluster(struct text *text, struct graph *graph, size_t number, const bool *chosen) {
    const struct cluster *cluster = &graph->cluster[number];
    bool is_whole = true; /* A node can be in only one cluster. */
    for (size_t i = 0; i < cluster->sites; i++) {
        is_whole = is_whole && graph->is_node[cluster->site[i]] && !graph->is_in_cluster[cluster->site[i]];
    }
    if (!is_whole) {
        return;
    }
    struct text label = TEXT_INIT;
    if (cluster->cycles == 1) {
        text_add(&label, "CYCLE of ");
    } else {
        text_addf(&label, "%" PRIu64 " CYCLES, ", cluster->cycles);
    }
    amount_add(&label, cluster->blocks, cluster->bytes);
    text_addf(text, "  subgraph cluster_%zu {\n    label=", number);
    add_quoted(text, label.bytes);
    text_add(text, ";\n    color=\"#c0392b\"; fontcolor=\"#a93226\"; penwidth=2; style=rounded; margin=12;\n");
    for (size_t i = 0; i < cluster->sites; i++) {
        text_add(text, "    ");
        add_node_line(text, graph, cluster->site[i], chosen != NULL && chosen[cluster->site[i]]);
        graph->is_in_cluster[cluster->site[i]] = true;
    }
    text_add(text, "  }\n");
    text_free(&label);
}

/* Adds "cache of app (global)" on two lines. */
static void add_box(struct text *text, const struct graph *graph, size_t group) {
    struct text label = TEXT_INIT;
    text_add(&label, roots_label(&graph->roots, group));
    char *second = strstr(label.bytes, " of ");
    if (second != NULL) {
        *second = '\n';
    }
    text_addf(text, "  r%zu [style=filled, fillcolor=\"#fdf1c7\", color=\"#9a7d0a\", label=", group);
    add_quoted(text, label.bytes);
    text_add(text, "];\n");
    text_free(&label);
}

static bool is_within_cycle(const struct graph *graph, const struct arrow *arrow) {
    for (size_t i = 0; i < graph->clusters; i++) {
        bool has_from = false, has_to = false;
        for (size_t k = 0; k < graph->cluster[i].sites; k++) {
            has_from = has_from || graph->cluster[i].site[k] == arrow->from;
            has_to = has_to || graph->cluster[i].site[k] == arrow->to;
        }
        if (has_from && has_to) {
            return true;
        }
    }
    return false;
}

/* With many arrows, draws only those that hold something and those of cycles. */
static bool are_many(const struct graph *graph) {
    size_t count = 0;
    for (size_t i = 0; i < graph->inner.count; i++) {
        const struct arrow *arrow = &graph->inner.arrow[i];
        count += graph->is_node[arrow->from] && graph->is_node[arrow->to] ? 1 : 0;
    }
    return count > 2 * graph->nodes;
}

static void add_arrows(struct text *text, struct graph *graph, bool is_inner) {
    const struct arrows *arrows = is_inner ? &graph->inner : &graph->outer;
    const bool *is_there = is_inner ? graph->is_node : graph->is_box;
    bool only_held = are_many(graph);
    size_t shown = 0, first = 0;
    for (size_t i = 0; i < arrows->count; i++) {
        const struct arrow *arrow = &arrows->arrow[i];
        if (arrow->to != arrows->arrow[first].to) {
            first = i;
            shown = 0;
        }
        if (!graph->is_node[arrow->to] || arrow->count == 0) {
            continue;
        }
        bool is_drawn = is_there[arrow->from] &&
                        ((shown < ARROWS_MOST && (holds_much(arrow, &arrows->arrow[first]) || !only_held)) ||
                         (is_inner && is_within_cycle(graph, arrow)));
        if (is_drawn) {
            shown++;
            if (!is_inner) {
                graph->has_arrow[arrow->from] = true;
            }
            text_addf(text, "  %c%zu -> s%zu [label=\"%" PRIu64 "\"];\n", is_inner ? 's' : 'r', arrow->from, arrow->to,
                      arrow->count);
        } else {
            graph->pointers_left_out += arrow->count;
        }
    }
}

static void add_title(struct text *text, const struct graph *graph) {
    struct text label = TEXT_INIT;
    const struct sysinfo_heap_moment *moment = &graph->table->moment;
    text_add_plain(&label, platform_file_name(graph->table->image));
    text_addf(&label, " (pid %" PRIu64 "): ", moment->pid);
    amount_add(&label, (uint64_t)moment->blocks, (uint64_t)moment->live);
    if (graph->pointers_left_out > 0) {
        text_addf(&label, "\n%" PRIu64 " pointers to what is drawn are left out", graph->pointers_left_out);
    }
    text_add(text, "  graph [fontname=\"Helvetica\", fontsize=13, labelloc=t, ranksep=0.6, nodesep=0.35, label=");
    add_quoted(text, label.bytes);
    text_add(text, "];\n"
                   "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\", "
                   "fillcolor=\"#e8f0f8\", color=\"#34658c\"];\n"
                   "  edge [fontname=\"Helvetica\", fontsize=10, color=\"#555555\"];\n");
    text_free(&label);
}

void graph_add(struct text *text, const struct table *table, const bool *chosen, uint64_t depth) {
    struct graph graph = {.table = table,
                          .sites = sysinfo_heap_snapshot_sites(table->snapshot),
                          .nodes_most = chosen != NULL ? NODES_MOST : NODES_OF_ALL};
    roots_open(&graph.roots, table);
    graph.is_node = calloc(2 * graph.sites + 2 * graph.roots.groups + 1, sizeof *graph.is_node);
    if (graph.is_node == NULL) {
        fail_no_memory();
    }
    graph.is_in_cluster = graph.is_node + graph.sites;
    graph.is_box = graph.is_in_cluster + graph.sites;
    graph.has_arrow = graph.is_box + graph.roots.groups;
    read_arrows(&graph);
    find_cycles(&graph);
    choose_nodes(&graph, chosen, depth);
    choose_boxes(&graph);
    struct text arrows = TEXT_INIT;
    add_arrows(&arrows, &graph, true);
    add_arrows(&arrows, &graph, false);
    text_add(text, "digraph blocks {\n");
    add_title(text, &graph);
    for (size_t i = 0; i < graph.roots.groups; i++) {
        if (graph.has_arrow[i]) {
            add_box(text, &graph, i);
        }
    }
    for (size_t i = 0; i < graph.clusters; i++) {
        add_cluster(text, &graph, i, chosen);
    }
    for (size_t i = 0; i < graph.sites; i++) {
        if (graph.is_node[i] && !graph.is_in_cluster[i]) {
            text_add(text, "  ");
            add_node_line(text, &graph, i, chosen != NULL && chosen[i]);
        }
    }
    text_add(text, arrows.length > 0 ? arrows.bytes : "");
    text_add(text, "}\n");
    text_free(&arrows);
    roots_free(&graph.roots);
    free(graph.is_node);
    free(graph.inner.arrow);
    free(graph.outer.arrow);
}
