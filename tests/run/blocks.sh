#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `sysinfo run --sites` and `sysinfo blocks`, with a program whose every live block is known.
#
#     blocks.sh PATH/TO/sysinfo PATH/TO/test_run_sites
# shellcheck disable=SC2016 source=tests/run/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export TMPDIR=$scratch
sites=$actor

# table OPERANDS...: of sysinfo blocks --json, as Python: `s` is a dictionary from the first function's name to its
# site.
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
check "a file that is cut: what is whole is read" cut
check "what is no such file" ends_with 3 sysinfo blocks "$command"
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
check "a full disk: the command is not affected" full
check "nothing is left behind" bash -c '! ls -d /dev/shm/sysinfo-heap-* "$TMPDIR"/sysinfo-heap-* 2>/dev/null | while read -r d; do flock -n "$d" true && echo "$d"; done | grep .'

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
        case 'b': for (;;) free(malloc(100)); /* busy */
        case 's': pause(); return 0; /* sleeps */
        default: return 0;
        }
    }
}
C
leak() { # FILE OPTION... -- COMMAND...: runs it, and keeps what is said
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
    ignoring() { echo 'make_[ab]' >known && leak --ignore known -- ./ring && grep -q '3 blocks, .* unreachable' \
        leaks.txt &&
        echo '*ake_b' >known && ends_with 0 sysinfo run --leaks --max-leaks 0 --ignore known -- ./ring && leak \
            --ignore known -- ./ring && grep -q 'ignored: 3 blocks' leaks.txt; }
    check "what is ignored is counted" ignoring
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
        sysinfo blocks --leaks --json l.blocks | python3 -c 'import json,sys; t=json.load(sys.stdin); sys.exit(t["unreachable"]["blocks"] != 3 or t["leaks"][0]["kind"] != "cycle")'; }
    check "from a file, as text and as JSON" saved
fi
check "nothing leaks" bash -c 'sysinfo run --leaks -- "$0" true 2>&1 | grep -q "leaks: none in 1 process"' \
    "$(type -P env)"
check "--max-leaks without --leaks" ends_with 125 sysinfo run --max-leaks 0 -- true
check "leaks of a snapshot without" ends_with 3 sysinfo blocks --leaks a.blocks

all_passed
