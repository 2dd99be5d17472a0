/* SPDX-License-Identifier: MIT */
#include "sysctl.h"

#include <stdlib.h>

void sysinfo__bsd_open(struct sysinfo__state *state) {
    *state = (struct sysinfo__state){0};
}

void sysinfo__bsd_close(struct sysinfo__state *state) {
    free(state->room);
}

bool sysinfo__make_room(struct sysinfo_host *host, size_t size) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (size <= state->capacity) {
        return true;
    }
    void *room = realloc(state->room, size);
    if (room == NULL) {
        return false;
    }
    state->room = room;
    state->capacity = size;
    return true;
}
