/* SPDX-License-Identifier: MIT */
/* Every text fits 24 lines of 80 columns, and begins with what people come for: examples. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "platform.h"
#include "text.h"

static const char general[] =
    "  sysinfo                          CPUs, memory and swap at a glance\n"
    "  sysinfo cpu --percpu             how busy each CPU is, over 0.5 s\n"
    "  sysinfo mem available            one number: bytes that programs may have\n"
    "  sysinfo mem --json 5             a line of JSON every 5 seconds\n"
    "\n"
    "Commands: [FIELD...] [INTERVAL [COUNT]] may follow the first five\n"
    "  cpu     how busy the CPUs are, and how many there are\n"
    "  mem     memory                swap    swap space\n"
    "  load    load averages         stats   interrupts, context switches\n"
    "  fields  every field: unit, meaning, source     help [COMMAND]\n"
    "\n"
    "Options\n"
    "  -i, --interval DUR  -c, --count N      0.5, 250ms, 2s, 5m, 1h\n"
    "  -j, --json  --csv  --kv                for programs: bytes, seconds, percent\n"
    "  -b -k -m -g, --unit=UNIT  -H, --human  bytes in B KiB MiB GiB kB MB GB\n"
    "  -t, --time[=iso|unix]  --no-header     time beside each sample; no header\n"
    "  --root DIR                             the machine whose files are below DIR\n"
    "  -h, --help  -V, --version\n"
    "\n"
    "Status: 0 done, 2 wrong command line, 3 not measured or not written.\n";

static const char cpu[] =
    "  sysinfo cpu                      how busy, by mode, over 0.5 s\n"
    "  sysinfo cpu --percpu 1           each CPU, every second\n"
    "  sysinfo cpu percent 1 1          one number: percent busy over 1 s\n"
    "  sysinfo cpu --times --json       seconds spent by mode since boot\n"
    "  make -j\"$(sysinfo cpu count)\"\n"
    "\n"
    "sysinfo cpu [FIELD...] [INTERVAL [COUNT]]\n"
    "\n"
    "  --percpu       a row for each CPU, one for all of them first\n"
    "  --times        seconds since boot instead of percentages; no waiting\n"
    "  --since-boot   the average since boot; no waiting\n"
    "\n"
    "busy% is 100 - idle - iowait; the modes add up to 100. The kernel counts in\n"
    "ticks of 10 ms: over 0.5 s one CPU moves in steps of 2 %. Without COUNT it\n"
    "goes on until it is interrupted.\n"
    "Fields: sysinfo fields cpu. Options: sysinfo -h.\n";

static const char mem[] =
    "  sysinfo mem                      a table\n"
    "  sysinfo mem available            one number, in bytes\n"
    "  sysinfo mem available -m         in MiB, rounded down; -H: 18.4 GiB\n"
    "  sysinfo mem used percent 5       two numbers a line, every 5 seconds\n"
    "  eval \"$(sysinfo mem --kv)\"; echo \"$mem_available\"\n"
    "\n"
    "sysinfo mem [FIELD...] [INTERVAL [COUNT]]\n"
    "\n"
    "available is what programs could still be given without swapping; used is\n"
    "total - available. free is memory that nobody has found a use for.\n"
    "Fields: sysinfo fields mem. Options: sysinfo -h.\n";

static const char swap[] =
    "  sysinfo swap                     a table\n"
    "  sysinfo swap used                one number, in bytes\n"
    "  sysinfo swap sin sout 1          bytes read from and written to swap\n"
    "\n"
    "sysinfo swap [FIELD...] [INTERVAL [COUNT]]\n"
    "\n"
    "sin and sout count since the machine started.\n"
    "Fields: sysinfo fields swap. Options: sysinfo -h.\n";

static const char load[] =
    "  sysinfo load                     over 1, 5 and 15 minutes\n"
    "  sysinfo load min1                one number\n"
    "\n"
    "sysinfo load [FIELD...] [INTERVAL [COUNT]]\n"
    "\n"
    "Fields: min1 min5 min15. Options: sysinfo -h.\n";

static const char stats[] =
    "  sysinfo stats                    counters since boot\n"
    "  sysinfo stats ctx_switches 1     every second\n"
    "\n"
    "sysinfo stats [FIELD...] [INTERVAL [COUNT]]\n"
    "\n"
    "Fields: sysinfo fields stats. Options: sysinfo -h.\n";

static const char fields[] =
    "  sysinfo fields                   every field\n"
    "  sysinfo fields mem               those of a group\n"
    "  sysinfo fields --json            one object a line\n"
    "\n"
    "sysinfo fields [GROUP]\n"
    "\n"
    "For each field: its unit, whether it is a gauge or a counter, whether this\n"
    "machine tells it, what it means, and where it comes from.\n";

static const char help[] =
    "  sysinfo help                     commands and options\n"
    "  sysinfo help cpu                 the same as sysinfo cpu --help\n";

static const struct {
    const char *command, *text;
} texts[] = {{"cpu", cpu}, {"mem", mem}, {"swap", swap}, {"load", load}, {"stats", stats}, {"fields", fields}, {"help", help}};

static int put(const char *text) {
    const char *error = platform_write(1, text, strlen(text));
    return error == NULL ? 0 : trouble_writing(error);
}

int print_help(const char *command) {
    for (size_t i = 0; command != NULL && i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(command, texts[i].command) == 0) {
            return put(texts[i].text);
        }
    }
    return put(general);
}

int print_version(void) {
    char line[128];
    snprintf(line, sizeof line, "sysinfo %s (%s)\n", sysinfo_version(), sysinfo_backend());
    return put(line);
}
