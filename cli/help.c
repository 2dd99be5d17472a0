/* SPDX-License-Identifier: MIT */
/* Every text fits 24 lines of 80 columns, and begins with what people come for: examples. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "platform.h"
#include "text.h"

static const char general[] = "  sysinfo                          CPUs, memory and swap at a glance\n"
                              "  sysinfo cpu --percpu             how busy each CPU is, over 0.5 s\n"
                              "  sysinfo mem available            one number: bytes that programs may have\n"
                              "  sysinfo wait 'mem.available > 2G' && ./big-job\n"
                              "\n"
                              "Commands: all down to get take [INTERVAL [COUNT]] last\n"
                              "  cpu mem swap load stats cgroup pressure [FIELD...]   a group of figures\n"
                              "  heap [FIELD...]  topology            sysinfo's own heap; the machine's build\n"
                              "  get GROUP.FIELD...                   chosen figures, one line a sample\n"
                              "  check EXPR...   wait EXPR...         is it so? sleep until it is\n"
                              "  run COMMAND...  plot FILE  mark NAME watch a program's memory; draw it\n"
                              "  fields [GROUP]   help [COMMAND]      every field; the same as --help\n"
                              "\n"
                              "Options\n"
                              "  -i, --interval DUR  -c, --count N    0.5, 250ms, 2s, 5m, 1h\n"
                              "  -j, --json  --csv  --kv  --prom      for programs: bytes, seconds, percent\n"
                              "  -b -k -m -g  --unit=U  -H, --human   bytes in B KiB MiB GiB TiB kB MB GB TB\n"
                              "  -t, --time[=iso|unix]  --no-header   time beside each sample; no header\n"
                              "  -o, --output FILE                    replaced whole; a stream is appended\n"
                              "  --root DIR                           the machine whose files are below DIR\n"
                              "  -h, --help  -V, --version\n"
                              "\n"
                              "Status: 0 done, 1 check is false or wait timed out, 2 wrong command line,\n"
                              "3 not measured or not written.\n";

static const char cpu[] = "  sysinfo cpu                      how busy, by mode, over 0.5 s\n"
                          "  sysinfo cpu --percpu 1           each CPU, every second\n"
                          "  sysinfo cpu percent 1 1          one number: percent busy over 1 s\n"
                          "  sysinfo cpu --times --json       seconds spent by mode since boot\n"
                          "  make -j\"$(sysinfo cpu usable)\"\n"
                          "\n"
                          "sysinfo cpu [FIELD...] [INTERVAL [COUNT]]\n"
                          "\n"
                          "  --percpu       a row for each CPU, one for all of them first\n"
                          "  --pernode      a row for each NUMA node\n"
                          "  --bykind       a row for each kind of core; with --percpu each CPU's kind\n"
                          "  --times        seconds since boot instead of percentages; no waiting\n"
                          "  --since-boot   the average since boot; no waiting\n"
                          "\n"
                          "busy% is 100 - idle - iowait; the modes add up to 100. The kernel counts in\n"
                          "ticks of 10 ms: over 0.5 s one CPU moves in steps of 2 %. Without COUNT it\n"
                          "goes on until it is interrupted.\n"
                          "Fields: sysinfo fields cpu. Options: sysinfo -h.\n";

static const char mem[] = "  sysinfo mem                      a table\n"
                          "  sysinfo mem available            one number, in bytes: of the machine\n"
                          "  sysinfo mem usable               the same for this process, within its limits\n"
                          "  sysinfo mem available -m         in MiB, rounded down; -H: 18.4 GiB\n"
                          "  sysinfo mem used percent 5       two numbers a line, every 5 seconds\n"
                          "  eval \"$(sysinfo mem --kv)\"; echo \"$mem_available\"\n"
                          "\n"
                          "sysinfo mem [FIELD...] [INTERVAL [COUNT]]\n"
                          "\n"
                          "available is what programs could still be given without swapping; used is\n"
                          "total - available. free is memory that nobody has found a use for. usable is\n"
                          "what this process may still take, within limit, its cgroups' tightest limit.\n"
                          "Fields: sysinfo fields mem. Options: sysinfo -h.\n";

static const char swap[] = "  sysinfo swap                     a table\n"
                           "  sysinfo swap used                one number, in bytes\n"
                           "  sysinfo swap sin sout 1          bytes read from and written to swap\n"
                           "\n"
                           "sysinfo swap [FIELD...] [INTERVAL [COUNT]]\n"
                           "\n"
                           "sin and sout count since the machine started.\n"
                           "Fields: sysinfo fields swap. Options: sysinfo -h.\n";

static const char load[] = "  sysinfo load                     over 1, 5 and 15 minutes\n"
                           "  sysinfo load min1                one number\n"
                           "\n"
                           "sysinfo load [FIELD...] [INTERVAL [COUNT]]\n"
                           "\n"
                           "Fields: min1 min5 min15. Options: sysinfo -h.\n";

static const char stats[] = "  sysinfo stats                    counters since boot\n"
                            "  sysinfo stats ctx_switches 1     every second\n"
                            "\n"
                            "sysinfo stats [FIELD...] [INTERVAL [COUNT]]\n"
                            "\n"
                            "Fields: sysinfo fields stats. Options: sysinfo -h.\n";

static const char cgroup[] = "  sysinfo cgroup                   what this process's cgroup uses, over 0.5 s\n"
                             "  sysinfo cgroup cpu_percent 1     its CPU use as a share of its quota\n"
                             "  sysinfo cgroup throttled events_oom_kill\n"
                             "  sysinfo check 'cgroup.current < 80%'\n"
                             "\n"
                             "sysinfo cgroup [FIELD...] [INTERVAL [COUNT]]\n"
                             "\n"
                             "cpu_percent and throttled are those of the cgroup that holds the tightest\n"
                             "quota, which may be one above; 100 is all that it allows, and without a quota\n"
                             "all CPUs that the process may use. limit is the tightest of all above.\n"
                             "Fields: sysinfo fields cgroup. Options: sysinfo -h.\n";

static const char pressure[] = "  sysinfo pressure                 shares of the last 10 seconds\n"
                               "  sysinfo pressure memory.full_avg10 1\n"
                               "  sysinfo wait 'pressure.io.some_avg10 < 5'\n"
                               "\n"
                               "sysinfo pressure [WHAT.FIELD...] [INTERVAL [COUNT]]\n"
                               "\n"
                               "How much of the time work was held up: some of it (some), all of it (full).\n"
                               "WHAT: cpu memory io irq of the machine; cgroup.cpu ... of this process's cgroup.\n"
                               "Fields: sysinfo fields pressure. Options: sysinfo -h.\n";

static const char topology[] = "  sysinfo topology                 packages, caches, cores, NUMA nodes\n"
                               "  sysinfo topology --json          the same as nested objects\n"
                               "  sysinfo cpu --bykind             how busy each kind of core is\n"
                               "\n"
                               "sysinfo topology [--json] [--root DIR] [-o FILE]\n"
                               "\n"
                               "What stands inside what is indented; parts that are alike are one line. Kinds\n"
                               "of cores come last, the most power-saving first. Needs the hwloc library.\n";

static const char heap[] = "  sysinfo heap                     what sysinfo's own heap holds\n"
                           "  sysinfo heap used                one number, in bytes\n"
                           "  LD_PRELOAD=libjemalloc.so.2 sysinfo heap\n"
                           "\n"
                           "sysinfo heap [FIELD...] [INTERVAL [COUNT]]\n"
                           "\n"
                           "A process can ask only its own allocator: this shows what the library tells a\n"
                           "program of its heap, and which allocators it knows. What the allocator does\n"
                           "not tell is left out.\n"
                           "Fields: sysinfo fields heap. Options: sysinfo -h.\n";

static const char get[] = "  sysinfo get mem.available cpu.percent        both on one line\n"
                          "  sysinfo get mem.available swap.used --csv 60 >>mem.csv\n"
                          "  sysinfo get load.min1 cpu.count --json\n"
                          "\n"
                          "sysinfo get GROUP.FIELD... [INTERVAL [COUNT]]\n"
                          "\n"
                          "Values in the order asked, in bytes, seconds and percent; - where one is\n"
                          "unknown. A CPU percentage is measured over the interval, or 0.5 s.\n"
                          "Fields: sysinfo fields. Options: sysinfo -h.\n";

static const char check[] = "  sysinfo check 'mem.available > 2G' && ./big-job\n"
                            "  sysinfo check mem.available above 10% swap.used below 1G\n"
                            "  sysinfo check 'cpu.percent < 50' || echo busy\n"
                            "\n"
                            "sysinfo check EXPR... [--any] [-v] [-i DUR] [--root DIR]\n"
                            "\n"
                            "EXPR is FIELD OP VALUE, in one word or three. OP: < <= > >= == != below\n"
                            "above. VALUE: a number; for bytes 2G, 500MiB, 1.5GB or 10% of the total.\n"
                            "All must hold; with --any one is enough. -v tells the values on stderr.\n"
                            "Status: 0 true, 1 false, 3 unknown. CPU percentages are measured over 0.5 s.\n";

static const char wait[] = "  sysinfo wait mem.available above 2G --timeout 10m || exit 1\n"
                           "  sysinfo wait 'cpu.percent < 20' --for 30s\n"
                           "  sysinfo wait 'mem.available < 10%' 'swap.used > 1G' --any -i 5\n"
                           "\n"
                           "sysinfo wait EXPR... [--any] [--for DUR] [--timeout DUR] [-i DUR] [-v]\n"
                           "\n"
                           "Looks once a second (-i) and ends when all conditions hold, or one with --any;\n"
                           "with --for, when they have held so long. EXPR: see sysinfo check --help.\n"
                           "Status: 0 it holds, 1 it timed out, 3 it is unknown.\n";

static const char run[] = "  sysinfo run -- make test         peak memory and CPU time, on stderr\n"
                          "  sysinfo run --max-mem 2G --timeout 10m -- ./job\n"
                          "  sysinfo run --record job.csv ./job; sysinfo plot job.csv\n"
                          "  sysinfo run --heap --record job.csv ./job      a leak, or memory kept?\n"
                          "  sysinfo run --pid 4711           a process that runs already, until ^C\n"
                          "\n"
                          "sysinfo run [options] [--] COMMAND [ARG...]; options stand before COMMAND\n"
                          "\n"
                          "  -i, --interval DUR   between samples of its process tree (0.1 s); longer\n"
                          "                       where sampling would take over 1 % of a CPU\n"
                          "  --record FILE        samples as CSV; --per-process: rows for each process\n"
                          "  --pss                memory that is shared counts once; costs more\n"
                          "  --heap               what malloc() has handed out, and what it keeps back\n"
                          "  --max-mem SIZE       end a tree with more: 500M, 2GB, 50%\n"
                          "  --timeout DUR        end it after that time\n"
                          "  -j, --json           one object;  -o, --output FILE  instead of stderr\n"
                          "\n"
                          "Status: the command's own, 128 + N when signal N killed it, 124 too much\n"
                          "memory or time, 125 sysinfo failed, 126 not executable, 127 not found.\n";

static const char plot[] = "  sysinfo plot job.csv             a chart in the terminal, and the slope\n"
                           "  sysinfo plot -o job.svg job.csv  a picture for a report\n"
                           "  sysinfo plot before.csv after.csv\n"
                           "  sysinfo mem --csv 1 60 | sysinfo plot -\n"
                           "\n"
                           "sysinfo plot [options] FILE...     recordings of run, and what --csv prints\n"
                           "\n"
                           "  -o, --output FILE    FILE.svg: an SVG;  --svg: the SVG on stdout\n"
                           "  --from DUR --to DUR  that part of the time since the start\n"
                           "  --column NAME        cpu_percent, mem.available ...; memory, if not given\n"
                           "  --per-process        the largest processes of the tree too\n"
                           "  --title TEXT\n"
                           "  --ascii  --width N   without Unicode; columns, if not the terminal's\n"
                           "\n"
                           "The slope is that of a straight line through the samples: memory that grows\n"
                           "for as long as one looks (R^2 near 1) may be a leak.\n";

static const char mark[] = "  sysinfo mark load                a label in the recording, at this moment\n"
                           "\n"
                           "sysinfo mark NAME\n"
                           "\n"
                           "For scripts below sysinfo run --record FILE. Outside it does nothing.\n"
                           "A C program calls sysinfo_mark(getenv(SYSINFO_RECORDING), \"load\").\n";

static const char fields[] = "  sysinfo fields                   every field\n"
                             "  sysinfo fields mem               those of a group\n"
                             "  sysinfo fields --json            one object a line\n"
                             "\n"
                             "sysinfo fields [GROUP]\n"
                             "\n"
                             "For each field: its unit, whether it is a gauge or a counter, whether this\n"
                             "machine tells it, what it means, and where it comes from.\n";

static const char help[] = "  sysinfo help                     commands and options\n"
                           "  sysinfo help cpu                 the same as sysinfo cpu --help\n";

static const struct {
    const char *command, *text;
} texts[] = {{"cpu", cpu},       {"mem", mem},       {"swap", swap},         {"load", load},         {"stats", stats},
             {"heap", heap},     {"cgroup", cgroup}, {"pressure", pressure}, {"topology", topology}, {"get", get},
             {"check", check},   {"wait", wait},     {"run", run},           {"plot", plot},         {"mark", mark},
             {"fields", fields}, {"help", help}};

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
