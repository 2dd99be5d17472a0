/* SPDX-License-Identifier: MIT */
#include "blocks/references.h"

#include "fail.h"

int graph_draw(struct text *graph) {
    (void)graph;
    return trouble("SVG is not drawn on this system; write -o FILE.dot, and run dot -Tsvg");
}
