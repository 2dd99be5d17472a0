#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `sysinfo run --sites` and `sysinfo blocks`, with programs whose live blocks are all known.
#
#     blocks.sh PATH/TO/sysinfo PATH/TO/test_run_sites
# shellcheck disable=SC2016 source=tests/run/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export TMPDIR=$scratch
sites=$actor

# table EXPRESSION... -- OPERANDS...: evaluates expressions on `sysinfo blocks --json` in Python; `s` maps the first
# function's name to its site.
table() { # expression... -- operands...
    local expressions=()
    while [ "$1" != -- ]; do
        expressions+=("$1")
        shift
    done
    shift
    sysinfo blocks --json "$@" >table.json || return 1
    python3 - "${expressions[@]}" <<'P'
import json, sys
t = json.load(open("table.json"))
name = lambda site: site["frames"][0]["function"] if site["frames"] else None
s = {name(site): site for site in t["sites"]}
print(json.dumps(t)[:2000])
sys.exit(0 if all(eval(e, {"t": t, "s": s, "len": len, "sum": sum}) for e in sys.argv[1:]) else 1)
P
}

recorded() {
    ends_with 7 sysinfo run --sites --heap-record a.blocks -o report.txt -- "$sites" &&
        grep -q 'exit 7' report.txt
}
check "the command's status is its own" recorded
check "live blocks at the exit, by function" table \
    's["begin"]["blocks"] == 1000 and s["leak"]["blocks"] == 120 and s["refresh_the_cache"]["blocks"] == 100' \
    't["label"] == "exit" and sum(site["blocks"] for site in t["sites"]) == t["blocks"]' -- a.blocks
check "callers are there, up to main" table '[f["function"] for f in s["leak"]["frames"]][:2] == ["leak", "main"]' -- \
    a.blocks
check "files and lines, where libdw is there" bash -c '! python3 -c "import ctypes; ctypes.CDLL(\"libdw.so.1\")" 2>/dev/null || sysinfo blocks a.blocks | grep -qE "leak  sites.c:[0-9]+  <- main sites.c:[0-9]+\$"'
check "survivors of each generation" table \
    's["leak"]["generations"] == 12 and s["begin"]["generations"] == 1 and s["refresh_the_cache"]["generations"] == 1' \
    's["begin"]["newest"] == 1 and s["refresh_the_cache"]["oldest"] == 12' -- a.blocks
check "and as a table" bash -c 'sysinfo blocks --generations a.blocks | grep -qE "  120 +12 of 12 +1  leak"'
check "a snapshot at a mark" table \
    't["label"] == "round c" and s["leak"]["blocks"] == 30 and s["leak"]["generations"] == 3' -- 'a.blocks@round c'
check "or by its number" table 't["number"] == 3' -- a.blocks@3
check "a difference" table 't["is_difference"] and len(t["sites"]) == 1 and s["leak"]["blocks"] == 50' -- \
    'a.blocks@round b' 'a.blocks@round g'
check "of a snapshot with itself: nothing" table 'len(t["sites"]) == 0' -- a.blocks a.blocks
check "stacks for a flame graph" bash -c \
    '[ "$(sysinfo blocks --folded a.blocks | grep -cE "main;(begin|leak|refresh_the_cache) [0-9]+\$")" = 3 ]'
check "callers that do not fit the line are below the site" bash -c \
    'sysinfo blocks --generations a.blocks | awk "length > 80 { exit 1 }"'
check "rows that are left out are counted" bash -c 'sysinfo blocks --top 1 a.blocks | grep -q "more sites: --top"'

killed() {
    ends_with 134 sysinfo run --sites --heap-record k.blocks -- "$sites" kill && table \
        't["label"] == "round k" and s["leak"]["blocks"] == 110' -- k.blocks
}
check "a program that is killed has its marks" killed
every() {
    sysinfo run --sites=4 --every 0.1s --heap-record e.blocks -- bash -c \
        'end=$((SECONDS + 2)); while [ $SECONDS -lt $end ]; do x=$(printf "%s" "$x" | head -c 100)y; done' &&
        table 't["label"] == "every" and t["generation"] > 1' 'all(len(site["frames"]) <= 4 for site in t["sites"])' \
            -- e.blocks@every
}
check "a snapshot after each interval" every
marked() {
    sysinfo run --sites --heap-record m.blocks -- bash -c 'sysinfo mark here; x=$(seq 1000); y=$x$x; true' && table \
        't["label"] == "here"' -- m.blocks@here
}
check "sysinfo mark from a script" marked
unnamed() { # Its symbols are gone, and its file is another.
    cp "$sites" ./stripped && strip stripped && sysinfo run --sites --heap-record s.blocks -- ./stripped >/dev/null 2>&1
    sysinfo blocks s.blocks | grep -qE '  1000  stripped\+0x[0-9a-f]+' && cp "$(type -P true)" ./stripped && sysinfo \
        blocks s.blocks | grep -qE '  1000  stripped\+0x[0-9a-f]+'
}
check "without symbols, the module and the offset" unnamed
replaced() { # Names of another program would be wrong.
    cp "$sites" ./other && sysinfo run --sites --heap-record o.blocks -- ./other >/dev/null 2>&1
    sysinfo blocks o.blocks | grep -q '  1000  begin' && cp "$command" ./other && sysinfo blocks o.blocks | grep -qE \
        '  1000  other\+0x'
}
check "a file that has changed since is not asked for names" replaced

pipe_instead() {
    rm ./other && mkfifo other && timeout 60 sysinfo blocks o.blocks | grep -qE '  1000  other\+0x'
}
check "nor is a pipe that has its name" pipe_instead

cut() {
    head -c "$(($(stat -c %s a.blocks) - 100))" a.blocks >cut.blocks && sysinfo blocks cut.blocks >/dev/null 2>cut.log \
        && grep -q 'cut off or damaged' cut.log
}
check "a truncated file: its complete snapshots are read" cut
check "a file of another kind" ends_with 3 sysinfo blocks "$command"
check "an empty file" bash -c ': >empty; sysinfo blocks empty 2>&1 | grep -q "has no snapshots"'
check "a mark that is not there" ends_with 3 sysinfo blocks a.blocks@nowhere
check "a process that is not there" ends_with 3 sysinfo blocks --pid 1 a.blocks
check "no file" ends_with 2 sysinfo blocks
check "three files" ends_with 2 sysinfo blocks a b c
check "--sites without a file" ends_with 125 sysinfo run --sites -- true
check "a file without --sites" ends_with 125 sysinfo run --heap-record x -- true
check "too many frames" ends_with 125 sysinfo run --sites=33 --heap-record x -- true
check "a file that cannot be made" ends_with 125 sysinfo run --sites --heap-record /nowhere/x -- true
full() {
    ends_with 7 sysinfo run --sites --heap-record /dev/full -- "$sites" && ends_with 125 sysinfo run --sites \
        --heap-record /dev/full -- true
}
without_memory() { # For the result of the copy.
    ends_with 0 sysinfo run --sites --heap-record v.blocks -- bash -c '
        (ulimit -v 900000; "$0" >/dev/null 2>&1 & echo $! >pid; wait $!; echo $? >status)
        ls "$SYSINFO_HEAP_RECORDS" >left' "$sites" && cat left pid status && grep -qx 7 status &&
        ! grep "^$(cat pid)-" left
}
check "no memory for a snapshot: the command is not affected, and no part of it is left" without_memory
check "a full disk: the command is not affected" full
check "nothing is left behind" bash -c '! ls -d /dev/shm/sysinfo-heap-* "$TMPDIR"/sysinfo-heap-* 2>/dev/null | while read -r d; do flock -n "$d/" true && echo "$d"; done | grep .'

# ---- Leaks ----

cat >ring.c <<'C'
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
struct node { struct node *volatile next, *volatile kept; };
#define APART __attribute__((noinline, noclone))
APART static struct node *make_a(void) { return calloc(1, sizeof(struct node)); }
APART static struct node *make_b(void) { struct node *b = malloc(sizeof *b); b->next = b->kept = NULL; return b; }
APART static void ring(void) { struct node *a = make_a(); a->next = make_b(); a->next->next = a; a->kept = make_b(); }
APART static void clear(void) { volatile char bytes[8192]; memset((void *)bytes, 0, sizeof bytes); }
int main(int count, char **arguments) {
    ring();
    clear();
    close(creat("ready", 0600));
    for (;;) {
        switch (count > 1 ? arguments[1][0] : 'r') {
        case 'x': _exit(5);
        case 'q': quick_exit(6);
        case 'b': for (;;) free(malloc(100)); /* busy */
        case 's': pause(); return 0; /* sleeps */
        default: return 0;
        }
    }
}
C
leak() { # FILE OPTION... -- COMMAND...: runs it, and keeps the output
    sysinfo run --leaks "$@" 2>leaks.txt
}
if gcc -O1 -g -fno-builtin ring.c -o ring 2>/dev/null; then
    named() {
        leak -- ./ring && cat leaks.txt && grep -q \
            'leaks of ring (pid [0-9]*): 3 blocks, .* unreachable, of 3 blocks$' leaks.txt &&
            grep -q 'CYCLE of 2 blocks, 48 B, keeps 1 block, 24 B' leaks.txt && grep -q '  make_a' leaks.txt && grep \
                -q '  make_b' leaks.txt
    }
    check "a ring of two is named, with what it keeps" named
    check "with --max-leaks, a status of its own" ends_with 123 sysinfo run --leaks --max-leaks 71 -- ./ring
    check "not below it" ends_with 0 sysinfo run --leaks --max-leaks 72 -- ./ring
    check "nor when the command failed" ends_with 5 sysinfo run --leaks --max-leaks 0 -- ./ring x
    quick() { leak -- ./ring x; [ $? = 5 ] && grep -q 'CYCLE of 2 blocks' leaks.txt; }
    check "at _exit(), too" quick
    at_quick_exit() { leak -- ./ring q; [ $? = 6 ] && grep -q 'CYCLE of 2 blocks' leaks.txt; }
    check "at quick_exit(), too" at_quick_exit
    ignoring() { echo 'make_[ab]' >known && leak --ignore known -- ./ring && grep -q '3 blocks, .* unreachable' \
        leaks.txt &&
        echo '*ake_b' >known && ends_with 0 sysinfo run --leaks --max-leaks 0 --ignore known -- ./ring && leak \
            --ignore known -- ./ring && grep -q 'ignored: 3 blocks' leaks.txt; }
    check "ignored leaks are counted" ignoring
    unread() { # FILE
        rm -f started
        ends_with 125 sysinfo run --leaks --ignore "$1" -- touch started && [ ! -e started ]
    }
    check "a missing file of patterns is an error before the command starts" unread missing
    check "and so is a directory" unread .
    terminated() {
        rm -f ready
        sysinfo run --leaks -- ./ring b 2>leaks.txt &
        until [ -e ready ]; do sleep 0.05; done
        kill -TERM $!
        wait $!
        status=$?
        cat leaks.txt
        [ $status = 143 ] && grep -q 'CYCLE of 2 blocks' leaks.txt
    }
    check "before SIGTERM is handed on to a busy program" terminated
    asleep() {
        rm -f ready
        sysinfo run --leaks -- ./ring s 2>leaks.txt &
        until [ -e ready ]; do sleep 0.05; done
        kill -TERM $!
        wait $!
        status=$?
        cat leaks.txt
        [ $status = 143 ] && grep -q 'could be examined' leaks.txt
    }
    check "one that sleeps is not examined, and says so" asleep
    saved() { sysinfo run --leaks --heap-record l.blocks -- ./ring 2>/dev/null && sysinfo blocks --leaks l.blocks |
        grep -q 'CYCLE of 2 blocks' &&
        sysinfo blocks --leaks --json l.blocks | python3 -c 'import json,sys; t=json.load(sys.stdin); sys.exit(not 0 < t["pause"] < 60 or t["unreachable"]["blocks"] != 3 or t["leaks"][0]["kind"] != "cycle")'; }
    check "from a file, as text and as JSON" saved
fi
# ---- Holders of a block ----

cat >held.c <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#define APART __attribute__((noinline, noclone))
struct item { struct item *volatile next; void *volatile payload; };
static struct item *volatile *cache;
static __thread void *volatile scratch;
static pthread_barrier_t ready;
APART static void *open_one(size_t size) { void *volatile block = calloc(1, size); return block; }
APART static struct item *make_item(struct item *next) {
    struct item *item = malloc(sizeof *item);
    item->next = next;
    item->payload = open_one(1200);
    return item;
}
APART static void make_cache(void) {
    cache = calloc(16, sizeof *cache);
    for (volatile int i = 0; i < 16; i++)
        for (volatile int k = 0; k < 8; k++) cache[i] = make_item(cache[i]);
}
APART static struct item *session(void) { struct item *volatile block = calloc(1, sizeof *block); return block; }
APART static struct item *conn(void) { struct item *volatile block = calloc(2, sizeof *block); return block; }
APART static void *label(void) { void *volatile block = calloc(1, 40); return block; }
APART static void ring(void) {
    struct item *a = session(), *b = conn();
    a->next = b;
    b->next = a;
    a->payload = label();
}
APART static void clear(void) { volatile char bytes[8192]; memset((void *)bytes, 0, sizeof bytes); }
APART static void fill_scratch(void) { scratch = open_one(64); }
static void *work(void *unused) {
    prctl(PR_SET_NAME, "worker", 0, 0, 0);
    fill_scratch();
    pthread_barrier_wait(&ready);
    for (;;) pause();
    return unused;
}
int main(void) {
    pthread_t thread;
    pthread_barrier_init(&ready, NULL, 2);
    pthread_create(&thread, NULL, work, NULL);
    make_cache();
    for (volatile int i = 0; i < 3; i++) ring();
    clear();
    pthread_barrier_wait(&ready);
    return 0;
}
C
held() { # QUERY -- OPERANDS...: a jq query on `sysinfo blocks --holders --json`
    sysinfo blocks --json "${@:3}" held.blocks >held.json && jq -e "$1" held.json
}
if gcc -O1 -g -fno-builtin held.c -o held -pthread 2>/dev/null && type -P jq >/dev/null; then
    check "references are kept" ends_with 0 sysinfo run --references --heap-record held.blocks -- ./held
    check "a way through a list to a global" held '. as $t | [.chosen[] |
        select($t.sites[.site].frames[0].function == "make_item") | .ways[]] | length == 1 and
        .[0].root.kind == "global" and .[0].root.variable == "cache" and .[0].blocks == 128 and
        .[0].references == 128 and ([.[0].holders[] | .bytes] | last) == 136' -- --holders make_item
    check "a block of a thread is held by its variable" held '
        [.chosen[].ways[] | select(.root.kind == "thread-local")] |
        length == 1 and .[0].root.variable == "scratch" and .[0].blocks == 1 and .[0].bytes == 72' -- --holders open_one
    ring() { # The block at which a path begins depends on addresses.
        sysinfo blocks --holders label held.blocks | tee ring.txt
        grep -q '^3 blocks, 120 B  label' ring.txt && grep -q ' reference' ring.txt &&
            [ "$(grep -cE ' references?(;|$)' ring.txt)" = "$(grep -c ' nothing but itself: an unreachable' ring.txt)" ]
    }
    check "a ring is held by itself" ring
    by_line() {
        sysinfo blocks held.blocks | grep -q 'make_item  held.c:' || return 0 # No libdw.
        place=$(sysinfo blocks held.blocks | grep -oE 'make_item  held.c:[0-9]+' | grep -oE '[^ ]+$')
        sysinfo blocks --holders "$place" held.blocks | grep -q '<- cache of held (global)$'
    }
    check "a site by its file and line" by_line
    by_address() {
        sysinfo blocks --json --holders conn held.blocks | jq -r '.chosen[0].ways[0].example' >address &&
            sysinfo blocks --holders "$(printf 0x%x "$(cat address)")" held.blocks | grep -q '^3 blocks, 120 B  conn'
    }
    check "a block by its address" by_address
    check "a site that is not there" ends_with 3 sysinfo blocks --holders nobody held.blocks
    check "an address that is not there" ends_with 3 sysinfo blocks --holders 0x10 held.blocks
    check "without references" ends_with 3 sysinfo blocks --holders leak a.blocks
    check "nor a picture" ends_with 3 sysinfo blocks --graph a.blocks
    check "of a difference" ends_with 2 sysinfo blocks --graph held.blocks held.blocks
    check "a depth that is none" ends_with 2 sysinfo blocks --graph=x held.blocks
    check "--references without a file" ends_with 125 sysinfo run --references -- true
    cluster() {
        sysinfo blocks --graph -o held.dot held.blocks && cat held.dot &&
            grep -q 'label="3 CYCLES, 6 blocks, 192 B"' held.dot &&
            [ "$(grep -c 'style=rounded; margin' held.dot)" = 1 ]
    }
    check "a cycle is a cluster" cluster
    if type -P dot >/dev/null; then
        pointers() { [ "$(grep -cE "^edge s[0-9]+ s[0-9]+ .* $1 " plain.txt)" = 1 ]; }
        drawn() { # As graphviz parses it.
            sysinfo blocks --graph --holders open_one held.blocks | dot -Tplain >plain.txt && cat plain.txt &&
                [ "$(grep -c '^node s' plain.txt)" = 4 ] && [ "$(grep -c '^node r.*cache' plain.txt)" = 1 ] &&
                [ "$(grep -c '^node r.*scratch' plain.txt)" = 1 ] && pointers 112 && pointers 128 && pointers 16
        }
        check "nodes, boxes and numbers of pointers" drawn
        check "depth 0: the site, and what holds it" bash -c 'sysinfo blocks --graph=0 --holders make_cache \
            held.blocks | dot -Tplain | grep -cE "^(node|edge)" | grep -qx 8'
        check "as SVG" bash -c 'sysinfo blocks --graph -o held.svg held.blocks && grep -q "</svg>" held.svg &&
            grep -q "cache" held.svg'
    fi
    no_dot() {
        mkdir -p nothing && PATH=$PWD/nothing ends_with 3 "$command" blocks --graph -o none.svg held.blocks && [ ! -e \
            none.svg ]
    }
    check "without dot, a message and no file" no_dot
    whole_heap() { # Every pointer from a root is in the graph, so all sites are reached except the unreachable ones.
        sysinfo blocks --json held.blocks | jq -e '[.sites[] | select(.frames[0].function == "open_one")] | length == 2'
    }
    check "sites of one function stay apart" whole_heap
fi
check "nothing leaks" bash -c 'sysinfo run --leaks -- "$0" true 2>&1 | grep -q "leaks: none in 1 process"' \
    "$(type -P env)"
check "--max-leaks without --leaks" ends_with 125 sysinfo run --max-leaks 0 -- true
check "leaks of a snapshot without" ends_with 3 sysinfo blocks --leaks a.blocks

all_passed
