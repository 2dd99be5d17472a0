/* SPDX-License-Identifier: MIT */
/* With SYSINFO_NO_SCOPES the macros expand to nothing: this program is linked with no library. */
#define SYSINFO_NO_SCOPES
#include <sysinfo/sysinfo.h>

int main(void) {
    struct sysinfo_heap_scopes *table = NULL;
    SYSINFO_SCOPE_ENTER(outer, "outer");
    for (int i = 0; i < 3; i++) {
        SYSINFO_SCOPE_ENTER(inner, "inner");
        SYSINFO_SCOPE_LEAVE(inner, table);
    }
    SYSINFO_SCOPE_LEAVE(outer, table);
    return 0;
}
