/* SPDX-License-Identifier: MIT */
/*
 * Every command, in the order of all listings, and how one is found and run. cmake/command.cmake parses these rows for
 * the manual and the completions: a row must begin with {.name = and give its options as a sum of BIT() and the sets
 * defined here.
 */
#include "command.h"

#include <string.h>

#include "blocks/blocks.h"
#include "fail.h"
#include "parse.h"
#include "plot/plot.h"
#include "run/run.h"
#include "text.h"
#include "watch/watch.h"

static int run_help(struct options *options);

#define BIT(option) OPTION_BIT(OPTION_##option)

/* The options of every command that prints samples. */
#define FILES (BIT(OUTPUT) | BIT(APPEND))
#define SAMPLES (BIT(INTERVAL) | BIT(COUNT) | BIT(JSON) | BIT(FORMAT) | BIT(TIME) | BIT(NO_HEADER) | FILES)
#define FIGURES (SAMPLES | BIT(HUMAN) | BIT(ROOT))
#define ROWS (BIT(PERCPU) | BIT(PERNODE) | BIT(BYKIND) | BIT(TIMES) | BIT(FREQ) | BIT(SINCE_BOOT))
#define CONDITIONS (BIT(ANY) | BIT(VERBOSE) | BIT(ROOT) | BIT(INTERVAL))

#define NO_BYTES {OPTION_UNIT, "@ applies to fields in bytes, and none was requested"}

static const struct command overview = {
    .options = SAMPLES | BIT(ROOT) | BIT(ALL),
    .refuses = {{OPTION_HUMAN, "@ needs a command, for example sysinfo mem @"},
                {OPTION_VERBOSE, "@ is for sysinfo check and wait; the version is -V"}},
    .run = run_overview,
};

static const struct command commands[] = {
    {.name = "cpu",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES | ROWS,
     .refuses = {NO_BYTES},
     .meaning = "how busy the CPUs are",
     .examples = "  sysinfo cpu                      how busy, by mode, over 0.5 s\n"
                 "  sysinfo cpu --percpu 1           each CPU, every second\n"
                 "  sysinfo cpu percent 1 1          one number: percent busy over 1 s\n"
                 "  sysinfo cpu --times --json       seconds spent by mode since boot\n"
                 "  sysinfo cpu --freq --percpu      how fast each CPU runs\n"
                 "  make -j\"$(sysinfo cpu usable)\"\n",
     .notes = "percent is 100 - idle - iowait; the modes add up to 100. The kernel counts in\n"
              "ticks of 10 ms: over 0.5 s one CPU moves in steps of 2 %. Without COUNT it\n"
              "goes on until it is interrupted.\n"
              "Fields: sysinfo fields cpu.\n",
     .run = run_group},
    {.name = "mem",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES | BIT(UNIT),
     .meaning = "memory",
     .examples = "  sysinfo mem                      a table\n"
                 "  sysinfo mem available            one number, in bytes: of the machine\n"
                 "  sysinfo mem usable               the same for this process, within its limits\n"
                 "  sysinfo mem available -m         in MiB, rounded down; -H: 18.4 GiB\n"
                 "  sysinfo mem used percent 5       two numbers a line, every 5 seconds\n"
                 "  eval \"$(sysinfo mem --kv)\"; echo \"$mem_available\"\n",
     .notes = "available is what programs can still get without swapping; used is total -\n"
              "available. free is memory that is not used for anything. usable is what this\n"
              "process may still take; limit is the tightest of its limits.\n"
              "Fields: sysinfo fields mem.\n",
     .run = run_group},
    {.name = "swap",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES | BIT(UNIT) | BIT(RATE),
     .meaning = "swap space",
     .examples = "  sysinfo swap                     a table\n"
                 "  sysinfo swap used                one number, in bytes\n"
                 "  sysinfo swap sin sout --rate 1   bytes a second read from and written to swap\n",
     .notes = "sin and sout count since the machine started; with --rate they are per second.\n"
              "Fields: sysinfo fields swap.\n",
     .run = run_group},
    {.name = "load",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES,
     .refuses = {NO_BYTES},
     .meaning = "load averages",
     .examples = "  sysinfo load                     over 1, 5 and 15 minutes\n"
                 "  sysinfo load min1                one number\n",
     .notes = "Fields: min1 min5 min15.\n",
     .run = run_group},
    {.name = "stats",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES | BIT(RATE),
     .refuses = {NO_BYTES},
     .meaning = "counters of the kernel",
     .examples = "  sysinfo stats                    counters since boot\n"
                 "  sysinfo stats --rate 1           what happens in each second\n"
                 "  sysinfo stats ctx_switches --rate --csv 60 >>switches.csv\n",
     .notes = "Fields: sysinfo fields stats.\n",
     .run = run_group},
    {.name = "cgroup",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES | BIT(UNIT) | BIT(RATE),
     .meaning = "what this process's cgroup uses",
     .examples = "  sysinfo cgroup                   what this process's cgroup uses, over 0.5 s\n"
                 "  sysinfo cgroup cpu_percent 1     its CPU use as a share of its quota\n"
                 "  sysinfo cgroup throttled events_oom_kill\n"
                 "  sysinfo check 'cgroup.current < 80%'\n",
     .notes = "cpu_percent and throttled are of the cgroup with the tightest quota, which may\n"
              "be a parent. 100 is the whole quota or, without one, all CPUs that the process\n"
              "may use. limit is the tightest limit of the cgroup and its parents.\n"
              "Fields: sysinfo fields cgroup.\n",
     .run = run_group},
    {.name = "pressure",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = FIGURES | BIT(RATE),
     .refuses = {NO_BYTES},
     .meaning = "time that work was held up",
     .examples = "  sysinfo pressure                 shares of the last 10 to 300 seconds\n"
                 "  sysinfo pressure memory.full_avg10 1\n"
                 "  sysinfo wait 'pressure.io.some_avg10 < 5'\n",
     .notes = "How much of the time work was held up: some of it (some), all of it (full).\n"
              "FIELD begins with cpu, memory, io or irq, of the machine; or with cgroup.cpu\n"
              "and so on, of this process's cgroup.\n"
              "Fields: sysinfo fields pressure.\n",
     .run = run_group},
    {.name = "heap",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = SAMPLES | BIT(HUMAN) | BIT(UNIT) | BIT(RATE),
     .refuses = {{OPTION_ROOT, "heap and @ exclude each other: the heap is that of sysinfo itself"}},
     .meaning = "the heap of sysinfo itself",
     .examples = "  sysinfo heap                     what sysinfo's own heap holds\n"
                 "  sysinfo heap used                one number, in bytes\n"
                 "  LD_PRELOAD=libjemalloc.so.2 sysinfo heap\n",
     .notes = "A process can ask only its own allocator: this shows what the library reports\n"
              "to a program about its heap, and which allocators it knows. What the\n"
              "allocator does not report is left out.\n"
              "Fields: sysinfo fields heap.\n",
     .run = run_group},
    {.name = "process",
     .operands = "[FIELD...] [INTERVAL [COUNT]]",
     .completes = "fields",
     .options = SAMPLES | BIT(HUMAN) | BIT(UNIT),
     .refuses = {{OPTION_ROOT, "process and @ exclude each other: the process is sysinfo itself"}},
     .meaning = "what sysinfo itself uses",
     .line = "a group of figures, as a table or values",
     .examples = "  sysinfo process                  memory, threads, CPU time of sysinfo itself\n"
                 "  sysinfo process rss peak_rss     two numbers, in bytes\n",
     .notes = "It shows what sysinfo_process_detail() reports to a program about itself. For\n"
              "another program use sysinfo run.\n"
              "Fields: sysinfo fields process.\n",
     .run = run_group},
    {.name = "get",
     .operands = "GROUP.FIELD... [INTERVAL [COUNT]]",
     .completes = "all fields",
     .options = FIGURES | BIT(UNIT) | BIT(SINCE_BOOT) | BIT(RATE) | BIT(PERCPU),
     .meaning = "chosen fields",
     .line = "chosen figures, one line a sample",
     .examples = "  sysinfo get mem.available cpu.percent        both on one line\n"
                 "  sysinfo get mem.available swap.used --csv 60 >>mem.csv\n"
                 "  sysinfo get load.min1 cpu.count --json\n"
                 "  sysinfo get mem.usable cpu.percent --percpu --json 1\n",
     .notes = "Values in the order given, in bytes, seconds, percent and hertz; - where one\n"
              "is unknown. A CPU percentage is measured over the interval, or 0.5 s. With\n"
              "--percpu a line for all CPUs and one for each, with the other figures in all.\n"
              "Fields: sysinfo fields.\n",
     .run = run_get},
    {.name = "check",
     .operands = "EXPR...",
     .completes = "all fields",
     .options = CONDITIONS,
     .refuses = {{OPTION_FOR, "@ is for sysinfo wait: check looks once"},
                 {OPTION_TIMEOUT, "@ is for sysinfo wait: check looks once"}},
     .meaning = "test a condition",
     .examples = "  sysinfo check 'mem.available > 2G' && ./big-job\n"
                 "  sysinfo check mem.available above 10% swap.used below 1G\n"
                 "  sysinfo check 'cpu.percent < 50' || echo busy\n",
     .notes = "EXPR is FIELD OP VALUE, in one word or three. OP: < <= > >= == != below\n"
              "above. VALUE: a number; for bytes 2G, 500MiB, 1.5GB or 10% of the total; for\n"
              "load 80% of the usable CPUs; or another field: 'load.min1 < cpu.usable'.\n"
              "All must hold; with --any one is enough.\n"
              "Status: 0 true, 1 false, 3 unknown. CPU percentages are measured over 0.5 s.\n",
     .run = run_check},
    {.name = "wait",
     .operands = "EXPR...",
     .completes = "all fields",
     .options = CONDITIONS | BIT(FOR) | BIT(TIMEOUT),
     .lines = {{OPTION_TIMEOUT, "give up after this time, with status 1"}},
     .meaning = "wait until a condition holds",
     .line = "test a condition; wait until it holds",
     .examples = "  sysinfo wait mem.available above 2G --timeout 10m || exit 1\n"
                 "  sysinfo wait 'cpu.percent < 20' --for 30s\n"
                 "  sysinfo wait 'mem.available < 10%' 'swap.used > 1G' --any -i 5\n",
     .notes = "Looks once a second (-i) and ends when all conditions hold, or one with --any;\n"
              "with --for, when they have held so long. EXPR: see sysinfo check --help.\n"
              "Status: 0 it holds, 1 it timed out, 3 it is unknown.\n",
     .run = run_wait},
    {.name = "jobs",
     .operands = "",
     .options = BIT(EACH) | BIT(ROOT),
     .meaning = "how many jobs fit",
     .examples = "  make -j\"$(sysinfo jobs --each 700M)\"    as many as CPUs and memory allow\n"
                 "  sysinfo jobs                     as many as CPUs allow: sysinfo cpu usable\n",
     .notes = "The smaller of cpu.usable and mem.usable / SIZE, and at least 1. Memory that\n"
              "running jobs have yet to take is not subtracted.\n",
     .run = run_jobs},
    {.name = "watch",
     .operands = "[GROUP...] [INTERVAL]",
     .completes = "one of cpu mem swap load pressure cgroup stats",
     .options = BIT(INTERVAL) | BIT(ROOT),
     .refuses = {{OPTION_JSON, "@ is for streams: sysinfo cpu @ 1"},
                 {OPTION_FORMAT, "@ is for streams: sysinfo cpu @ 1"},
                 {OPTION_COUNT, "@ is for streams: a screen goes on until q is pressed"},
                 {OPTION_OUTPUT, "@ is for streams: a screen is drawn on the terminal"}},
     .meaning = "a live screen",
     .line = "how many jobs fit; a live screen",
     .examples = "  sysinfo watch                    CPUs, memory, swap, load, pressure\n"
                 "  sysinfo watch cpu 0.5            only the CPUs, twice a second\n"
                 "  sysinfo watch cgroup mem         what a container uses, and its limit\n",
     .notes = "GROUP: cpu mem swap load pressure cgroup stats. The signs in the bars are named\n"
              "below the first; in memory the light part is what would be given back, such as\n"
              "page cache, and a line marks where this process runs into its limit. At the\n"
              "right is the last minute. Colours show the load; NO_COLOR=1 turns them off.\n",
     .run = run_watch},
    {.name = "run",
     .operands = "COMMAND [ARG...]",
     .completes = "program",
     .options = BIT(INTERVAL) | BIT(JSON) | BIT(OUTPUT) | BIT(TIMEOUT) | BIT(RECORD) | BIT(PSS) | BIT(PER_PROCESS) |
                BIT(MAX_MEM) | BIT(COST) | BIT(BUDGET) | BIT(REPEAT) | BIT(HEAP) | BIT(SITES) | BIT(HEAP_RECORD) |
                BIT(EVERY) | BIT(LEAKS) | BIT(REFERENCES) | BIT(MAX_LEAKS) | BIT(IGNORE) | BIT(PID),
     .refuses = {{OPTION_FORMAT, "@ is not a format of the report; write --json, or --record FILE for samples"}},
     .lines = {{OPTION_TIMEOUT, "end the command after this time"}},
     .runs_program = true,
     .meaning = "watch the memory of a command",
     .line = "memory and CPU time of a process tree",
     .examples = "  sysinfo run -- make test         peak memory and CPU time, on stderr\n"
                 "  sysinfo run --max-mem 2G --timeout 10m -- ./job\n"
                 "  sysinfo run --heap --record job.csv ./job; sysinfo plot job.csv\n",
     .notes = "Options come before COMMAND. It samples every 0.1 s (-i), below 1 % of a CPU.\n"
              "Status: the command's own, 128 + N killed by signal N, 123 leaks, 124 over a\n"
              "limit, 125 sysinfo failed, 126 not executable, 127 not found.\n",
     .run = run_command},
    {.name = "blocks",
     .operands = "FILE...",
     .completes = "files",
     .options = BIT(GENERATIONS) | BIT(LEAKS) | BIT(IGNORE) | BIT(FOLDED) | BIT(HOLDERS) | BIT(GRAPH) | BIT(TOP) |
                BIT(JSON) | BIT(OUTPUT) | BIT(PID),
     .refuses = {{OPTION_FORMAT, "@ is not a format of this table; write --json"}},
     .lines = {{OPTION_PID, "the process whose snapshots to print"}},
     .meaning = "which calls hold the memory",
     .examples = "  sysinfo run --sites --heap-record job.blocks -- ./job\n"
                 "  sysinfo blocks job.blocks              what was live at the exit\n"
                 "  sysinfo blocks job.blocks@load job.blocks@save    what came between\n"
                 "  sysinfo blocks --generations job.blocks           which site leaks\n"
                 "  sysinfo blocks --holders parse_name job.blocks    what holds its blocks\n"
                 "  sysinfo blocks --graph -o job.svg job.blocks      what points to what\n",
     .notes = "FILE is what run --heap-record wrote; with a second, the difference is printed.\n"
              "FILE@MARK is the snapshot at a mark: its name, \"exit\", \"every\" or its number;\n"
              "without it, the last. Of several processes, that with the most bytes, or --pid.\n",
     .run = run_blocks},
    {.name = "plot",
     .operands = "FILE...",
     .completes = "files",
     .options = BIT(SVG) | BIT(ASCII) | BIT(WIDTH) | BIT(FROM) | BIT(TO) | BIT(COLUMN) | BIT(TITLE) | BIT(OUTPUT) |
                BIT(PER_PROCESS) | BIT(JSON),
     .refuses = {{OPTION_FORMAT, "@ is not a format of a plot; write --json for its figures"}},
     .meaning = "draw a recording",
     .examples = "  sysinfo plot job.csv             a chart in the terminal, and the slope\n"
                 "  sysinfo plot -o job.svg job.csv  a picture for a report\n"
                 "  sysinfo plot before.csv after.csv\n"
                 "  sysinfo mem --csv 1 60 | sysinfo plot -\n",
     .notes = "FILE is a recording of run, or what --csv printed; cpu --percpu becomes a heat\n"
              "map. Without --column it draws memory, without --width as wide as the terminal.\n"
              "The slope is that of a straight line through the samples, where there is one:\n"
              "memory that keeps growing (R^2 near 1) may be a leak.\n",
     .run = run_plot},
    {.name = "compare",
     .operands = "FILE...",
     .completes = "files",
     .options = BIT(MAX) | BIT(COLUMN) | BIT(JSON) | BIT(MARKDOWN) | BIT(OUTPUT),
     .refuses = {{OPTION_FORMAT, "@ is not a format of a comparison; write --json or --markdown"}},
     .meaning = "compare two recordings",
     .examples = "  sysinfo compare before.csv after.csv\n"
                 "  sysinfo run --repeat 5 -j -o before.json -- ./job\n"
                 "  sysinfo compare before.json after.json --max +10%\n",
     .notes = "Two FILEs, before and after: recordings of run, what --csv printed, or reports\n"
              "of run --json, of which each may hold several: then it prints the median, the\n"
              "least and the most. A ! marks what --max does not allow. --column rss_bytes\n"
              "compares by RSS although one of them has PSS.\n"
              "Status: 0 within --max, 1 beyond it.\n",
     .run = run_compare},
    {.name = "mark",
     .operands = "NAME",
     .meaning = "put a label into a recording",
     .line = "what run has recorded",
     .examples = "  sysinfo mark load                a label in the recording, at this moment\n",
     .notes = "For scripts that sysinfo run --record FILE starts. Elsewhere it does nothing.\n"
              "A C program calls sysinfo_mark(getenv(SYSINFO_RECORDING), \"load\").\n",
     .run = run_mark},
    {.name = "limits",
     .operands = "",
     .options = BIT(JSON) | BIT(ROOT) | BIT(OUTPUT),
     .refuses = {{OPTION_FORMAT, "@ is not a format of this table; write --json"}},
     .meaning = "which limits hold this process, and what is left",
     .examples = "  sysinfo limits                   every level, the tightest marked\n"
                 "  sysinfo limits --json            the same as objects\n"
                 "  sysinfo get mem.limit mem.usable swap.usable cpu.usable\n",
     .notes = "The machine, the cgroups from the highest that can be seen down to this\n"
              "process's own, its resource limits and its affinity. A star marks the lowest\n"
              "limit of memory, swap and CPUs. usable is what the level leaves, with the page\n"
              "cache that would be given up. events: how often a cgroup ran into its memory\n"
              "limit (max), and how many of its processes the kernel then killed (oom_kill).\n",
     .run = run_limits},
    {.name = "topology",
     .operands = "",
     .options = BIT(JSON) | BIT(ROOT) | BIT(OUTPUT),
     .refuses = {{OPTION_FORMAT, "@ is not a format of this picture; write --json"}},
     .meaning = "how the machine is built",
     .examples = "  sysinfo topology                 packages, caches, cores, NUMA nodes\n"
                 "  sysinfo topology --json          the same as nested objects\n"
                 "  sysinfo cpu --bykind             how busy each kind of core is\n",
     .notes = "Indentation shows what contains what; parts that are alike share a line.\n"
              "Kinds of cores come last, the most power-saving first. Needs the hwloc library.\n",
     .run = run_topology},
    {.name = "fields",
     .operands = "[GROUP]",
     .completes = "groups",
     .options = BIT(JSON) | BIT(ROOT),
     .refuses = {{OPTION_FORMAT, "@ is not a format of this list; write --json"}},
     .meaning = "describe every field",
     .examples = "  sysinfo fields                   every field\n"
                 "  sysinfo fields mem               those of a group\n"
                 "  sysinfo fields --json            one object a line\n",
     .notes = "For each field: its unit, whether it is a gauge or a counter, whether this\n"
              "machine reports it, what it means, and where it comes from.\n",
     .run = run_fields},
    {.name = "help",
     .operands = "[COMMAND]",
     .completes = "commands",
     .meaning = "help",
     .line = "limits, hardware, fields",
     .examples = "  sysinfo help                     commands and options\n"
                 "  sysinfo help cpu                 the same as sysinfo cpu --help\n",
     .notes = "",
     .run = run_help},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* ---- By name ---- */

/* Words from elsewhere: programs, psutil's functions, and plain words. */
static const struct {
    char word[20], here[16];
} aliases[] = {
    {"free", "mem"},
    {"memory", "mem"},
    {"virtual_memory", "mem"},
    {"swap_memory", "swap"},
    {"vmstat", "cpu"},
    {"busy", "cpu percent"},
    {"cpu_percent", "cpu percent"},
    {"cpu_times_percent", "cpu"},
    {"cpu_times", "cpu --times"},
    {"cpu_count", "cpu count"},
    {"cpu_freq", "cpu --freq"},
    {"cpu_info", "topology"},
    {"mpstat", "cpu --percpu"},
    {"nproc", "cpu usable"},
    {"cpu_stats", "stats"},
    {"getloadavg", "load"},
    {"uptime", "stats uptime"},
    {"heap_info", "heap"},
    {"lscpu", "topology"},
    {"time", "run"},
};
enum { ALIASES = sizeof aliases / sizeof aliases[0] };

static const struct command *find(const char *name) {
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int unknown_command(const char *name) {
    if (looks_like_number(name)) {
        return usage("'%s' needs a command before it, for example sysinfo cpu %s", name, *name == '-' ? "5" : name);
    }
    const char *names[COMMANDS + ALIASES];
    for (size_t i = 0; i < ALIASES; i++) {
        names[COMMANDS + i] = aliases[i].word;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
    }
    const char *meant = closest(name, names, COMMANDS + ALIASES);
    for (size_t i = 0; i < ALIASES; i++) {
        if (meant == aliases[i].word || strcmp(name, aliases[i].word) == 0) {
            return usage("unknown command '%s'; did you mean 'sysinfo %s'? (sysinfo --help)", name, aliases[i].here);
        }
    }
    if (meant != NULL) {
        return usage("unknown command '%s'; did you mean '%s'? (sysinfo --help)", name, meant);
    }
    return usage("unknown command '%s' (sysinfo --help)", name);
}

/* Finds the command in the line first, even after options, because it decides which options are valid. */
static const struct command *named_command(int argc, char **argv) {
    for (int i = 1; i < argc; i += argv[i][0] == '-' ? option_length(argv[i]) : 1) {
        const struct command *command = argv[i][0] == '-' ? NULL : find(argv[i]);
        if (command != NULL) {
            return command;
        }
    }
    return &overview;
}

/* ---- Options that do not belong ---- */

/* Names the commands that take the option, unless there are many. */
static int refuse_of_others(const struct command *command, const char *word, enum option_id id) {
    enum { FEW = 3 };
    struct text takers = TEXT_INIT;
    const char *first = NULL, *last = NULL;
    int count = 0;
    for (int i = 0; i < COMMANDS; i++) {
        if ((commands[i].options >> id & 1) != 0) {
            if (last != NULL) {
                text_addf(&takers, "%s%s", count > 1 ? ", " : "", last);
            }
            first = first == NULL ? commands[i].name : first;
            last = commands[i].name;
            count++;
        }
    }
    int status;
    if (command->name == NULL) {
        status = usage("%s needs a command, for example sysinfo %s %s", word, first, word);
    } else if (count == 0) {
        status = usage("%s is for sysinfo without a command", word);
    } else if (count <= FEW) {
        status = usage("%s is for sysinfo %s%s%s", word, count > 1 ? takers.bytes : "", count > 1 ? " and " : "", last);
    } else {
        status = usage("%s does not apply here (sysinfo %s --help)", word, command->name);
    }
    text_free(&takers);
    return status;
}

static int refuse_in_words(const char *why, const char *word) {
    struct text message = TEXT_INIT;
    for (const char *p = why; *p != '\0'; p++) {
        text_addf(&message, *p == '@' ? "%s" : "%.1s", *p == '@' ? word : p);
    }
    int status = usage("%s", message.bytes);
    text_free(&message);
    return status;
}

static int refuse(const struct command *command, const char *word, enum option_id id) {
    const struct refusal *end = command->refuses + sizeof command->refuses / sizeof command->refuses[0];
    for (const struct refusal *refusal = command->refuses; refusal < end && refusal->why != NULL; refusal++) {
        if (refusal->id == id) {
            return refuse_in_words(refusal->why, word);
        }
    }
    return refuse_of_others(command, word, id);
}

static int refuse_others(const struct options *options) {
    uint64_t others = options->given & ~options->command->options;
    for (int id = 0; id < OPTION_HELP; id++) {
        if ((others >> id & 1) != 0) {
            return refuse(options->command, options->word[id], (enum option_id)id);
        }
    }
    return 0;
}

/* ---- Running ---- */

static int run_help(struct options *options) {
    if (options->operands > 1) {
        return usage("unexpected '%s' after the command", options->operand[1]);
    }
    if (options->operands == 0) {
        return print_help(commands, COMMANDS);
    }
    const struct command *command = find(options->operand[0]);
    return command != NULL ? print_command_help(command, commands, COMMANDS) : unknown_command(options->operand[0]);
}

int command_parse(struct options *options, int argc, char **argv) {
    const char *stray;
    const struct command *command = named_command(argc, argv);
    /* Set before anything can fail: messages name the command, and it decides the exit status of a failure. */
    fail_set_command(command->name != NULL ? command->name : "", command->runs_program);
    int status = options_parse(options, command, argc, argv, &stray);
    if (status == 0 && stray != NULL) {
        fail_set_command("", false);
        status = unknown_command(stray);
    }
    return status;
}

int command_run(struct options *options) {
    const struct command *command = options->command;
    if (options_has(options, OPTION_HELP)) {
        return command->name != NULL ? print_command_help(command, commands, COMMANDS) : print_help(commands, COMMANDS);
    }
    if (options_has(options, OPTION_VERSION)) {
        return print_version();
    }
    int status = options_check(options);
    status = status != 0 ? status : refuse_others(options);
    return status != 0 ? status : command->run(options);
}
