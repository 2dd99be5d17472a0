#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `sysinfo run --heap`, with programs that print their use of malloc(): every figure is exact except what is kept for
# reuse.
#
#     heap.sh PATH/TO/sysinfo PATH/TO/actor [SANITIZER]
#
# With a sanitizer, which has its own malloc(), the actor's heap cannot be counted.
# shellcheck disable=SC2016 source=tests/run/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export TMPDIR=$scratch # Used for the directory if there is no /dev/shm.
heap() { # command...: as report(), with --heap
    report --heap "$@"
}
# of EXPRESSION...: evaluates expressions on the report: h is the part on heaps, p its program with the highest peak.
of() {
    local expressions=() expression
    for expression in "$@"; do
        expressions+=("(lambda h, p: $expression)(r['heap'], r['heap']['largest'][0] if r['heap']['largest'] else None)")
    done
    holds "${expressions[@]}"
}
# Under glibc, a block of 100 bytes can hold 104, one of 1000 can hold 1000. Takes the minimum of many, because a reused
# block may be larger.
usable() { # size
    python3 -c '
import ctypes, sys
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
c.malloc_usable_size.argtypes = [ctypes.c_void_p]
c.malloc_usable_size.restype = ctypes.c_size_t
print(min(c.malloc_usable_size(c.malloc(int(sys.argv[1]))) for _ in range(1000)))' "$1"
}
programs=$(dirname "$actor")
can_be_reached() { # file: by any user
    setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$1" 2>/dev/null
}
small=$(usable 100)
large=$(usable 1000)

# ---- Figures ----

exact() {
    heap actor blocks 1000 900 100 &&
        of 'h["processes"] == 1' '(h["allocs"], h["frees"], h["failed"]) == (1000, 900, 0)' \
            "(h['exited'], h['blocks_at_exit'], h['in_use_at_exit']) == (1, 100, 100 * $small)" \
            'p["pid"] == r["pid"] and p["name"] in ("actor", "test_run_actor") and p["state"] == "exited" and not p["forked"]' 'p["image"].endswith("/test_run_actor")' \
            "(p['allocs'], p['frees'], p['blocks'], p['in_use']) == (1000, 900, 100, 100 * $small)" \
                "1000 * $small - 65536 <= p['peak'] <= 1000 * $small" 'h["peak_tree"] == p["peak"]' \
            'set(h["not_counted"].values()) == {0} and h["own_allocator"] is None'
}
measure "allocations, frees, and blocks left at exit" exact
killed_program() {
    heap actor blocks 1000 900 100 9
    [ $? = 137 ] && of 'h["exited"] == 0 and h["in_use_at_exit"] is None and h["blocks_at_exit"] is None' \
        "p['state'] == 'gone' and (p['allocs'], p['frees'], p['blocks'], p['in_use']) == (1000, 900, 100, 100 * $small)"
}
measure "of a program that is killed, to the last moment" killed_program
measure "a refused request" bash -c \
    "$(declare -f heap report of holds); heap actor refused && of 'h[\"failed\"] == 1 and h[\"allocs\"] == 0'"
threads() { # The C library allocates some blocks for each thread; the number of threads is the same.
    heap actor threads 4 && of '404 <= h["allocs"] + 0 < 440' \
        'h["allocs"] - h["frees"] == p["blocks"] and 4 <= p["blocks"] < 40'
}
measure "all threads" threads
inherited() { # A child frees the blocks it inherited from its parent, and allocates more, or fewer.
    sysinfo run --heap actor disinherit 1000 "$(($1 - 1001))" 2>out
    cat out
    grep -qE " $1 allocations, 1[0-9]{3} frees \(perhaps including blocks from before a fork\)" out
}
measure "frees of inherited blocks are explained" inherited 1011
measure "also where it allocates more" inherited 4001
no_fork() {
    sysinfo run --heap actor refused 2>out
    cat out
    ! grep -q 'before a fork' out
}
measure "and not without a fork" no_fork
one_figure() { # The record's own peak comes in batches of 64 KiB, and samples see more than that.
    heap -i 10ms --per-process actor creep 40 a.csv+40 && of 'h["peak_tree"] == p["peak"] and h["processes"] == 1' &&
        rows 'max(int(r["heap_bytes"] or 0) for r in rows) <= int(tree[-1]["heap_peak_bytes"])' a.csv
}
measure "the peak of a tree of one process is that of the process" one_figure
heirs() {
    heap actor heirs 5 &&
        of 'h["processes"] == 6' '(h["allocs"], h["frees"]) == (15, 10)' \
            "(h['exited'], h['blocks_at_exit'], h['in_use_at_exit']) == (6, 5, 5 * $large)" \
            'sorted(x["forked"] for x in h["largest"]) == [False] + [True] * 5' \
            "all((x['allocs'], x['frees'], x['blocks'], x['peak'] <= 11 * $large) == (1, 0, 11, True) for x in h['largest'] if x['forked'])"
}
measure "a forked child begins with the blocks of its parent, which count once" heirs
chain() {
    heap sh -c 'actor blocks 10 10 100; exec actor blocks 200 150 100' && of 'r["status"] == 0' 'sorted(x["allocs"] for x in h["largest"] if x["name"] == "actor" or x["image"].endswith("actor"))[-2:] == [10, 200]' \
        'max((x for x in h["largest"]), key=lambda x: x["allocs"] if x["pid"] == r["pid"] and x["image"].endswith("actor") else -1)["blocks"] == 50'
}
measure "a process that goes on as another program is counted again" chain
crowd() {
    heap actor heirs 3000 && of \
        'h["processes"] == 3001 and h["allocs"] == 3010 and h["exited"] == 3001 and h["blocks_at_exit"] == 3000' \
        'len(h["largest"]) == 20' 'r["status"] == 0'
}
measure "three thousand children, and the largest of them" crowd
python() {
    heap python3 -c 'import ctypes
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
for i in range(5000): c.malloc(100000)' &&
        of "any(x['in_use'] >= 5000 * 100000 and x['blocks'] >= 5000 for x in h['largest'])" \
            'h["peak_tree"] >= 500000000'
}
check "python3" python
same() { # What it prints, and how it ends, byte by byte: with threads, a child, a signal's handler and a traceback.
    cat >program.py <<'P'
import ctypes, json, os, re, signal, subprocess, sys, threading, zlib
signal.signal(signal.SIGUSR1, lambda *_: print("signal"))
os.kill(os.getpid(), signal.SIGUSR1)
words = []
threads = [threading.Thread(target=lambda n=n: words.append(zlib.crc32(bytes(n) * 1000))) for n in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(sorted(words)), re.sub("[0-9]+", "n", "a1b22"), ctypes.sizeof(ctypes.c_long))
print(subprocess.run([sys.executable, "-c", "print(sum(range(10 ** 5)))"], capture_output=True, text=True).stdout)
child = os.fork()
if child == 0:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
print([[0] * n for n in range(5)], file=sys.stderr)
raise SystemExit(3) if len(sys.argv) > 1 else ValueError("an end")
P
    local arguments bare
    for arguments in '' end; do
        # shellcheck disable=SC2086
        python3 program.py $arguments >out.bare 2>err.bare
        bare=$?
        # shellcheck disable=SC2086
        sysinfo run --heap -o report python3 program.py $arguments >out.run 2>err.run
        if [ $? != "$bare" ] || ! cmp out.bare out.run || ! cmp err.bare err.run || ! grep -q 'heap of the' report; then
            return 1
        fi
    done
}
check "python3 prints and ends as without it" same

# ---- Over time ----

# The last rows are of a process that is ending.
recorded_leak() {
    heap --per-process actor leak 60 a.csv+8 &&
        rows 'max(int(r["heap_bytes"] or 0) for r in tree) == 60 * 1048 * '"$large"'
              and max(int(r["heap_bytes"] or 0) for r in each) == 60 * 1048 * '"$large"'
              and max(int(r["heap_blocks"] or 0) for r in tree) == 60 * 1048
              and all(int(r["heap_kept_bytes"] or 0) < 5 * MIB for r in tree)
              and all(r["heap_frees"] in ("", "0") and r["heap_processes"] == "" for r in each)
              and int(tree[-1]["heap_allocs"]) == 60 * 1048 and tree[-1]["heap_bytes"] == ""
              and tree[-1]["heap_processes"] == ""
              and "1" in [r["heap_processes"] for r in tree]' a.csv
}
measure "memory in use, in the recording" recorded_leak
recorded_retention() {
    heap actor keep 60 a.csv+8 &&
        rows '55 * MIB < max(int(r["heap_kept_bytes"] or 0) for r in tree if r["heap_bytes"] == "'"$large"'") <= 70 * MIB and 59 * MIB < int(tree[-1]["heap_peak_bytes"]) < 61 * MIB' a.csv &&
        of '55 * MIB < p["kept"] <= 70 * MIB and p["kept_peak"] >= p["kept"] and h["kept_peak_tree"] >= p["kept"]' &&
            sysinfo plot --ascii a.csv | grep '^ *# heap in use   = kept back by malloc (estimated)   . other memory$'
}
measure "memory kept for reuse" recorded_retention
without() {
    report actor until a.csv+2 && rows \
        'all(r["heap_processes"] == r["heap_bytes"] == r["heap_frees"] == "" for r in rows)' a.csv && holds \
        'r["heap"] is None'
}
check "without --heap nothing is said of it" without

# ---- Heaps that cannot be counted ----

unseen() { # program, key: while it waits for a line that the actor does not write
    heap sh -c 'actor until a.csv+6 | "$0"' "$programs/$1" && of \
        "h['not_counted']['$2'] == 1 and sum(h['not_counted'].values()) == 1" 'r["status"] == 0'
}
measure "a static program" unseen test_run_static static
measure "one with an allocator of its own" unseen test_run_own_malloc own_allocator
measure "whose file is named" of 'h["own_allocator"].endswith("/test_run_own_malloc")'
privileged() { # as a user who may not inspect it
    chmod 755 . && cp "$programs/test_run_own_malloc" suid && chmod 4755 suid && cp "$actor" plain && mkdir -p outside \
        && chmod 777 outside || return 1
    (cd outside && setpriv --reuid=65534 --regid=65534 --clear-groups "$command" run --heap --json -o report.json \
        --record a.csv sh -c '../plain until a.csv+6 | ../suid')
    cp outside/report.json . && of 'h["not_counted"]["set_user_id"] == 1' 'r["status"] == 0'
}
[ "$(id -u)" != 0 ] || ! can_be_reached "$command" || check "a set-user-ID program" privileged
other_root() {
    mkdir -p root/bin && cp "$programs/test_run_static" root/bin/ && heap sh -c \
        'actor until a.csv+6 | chroot root /bin/test_run_static' && of 'h["not_counted"]["static"] == 1' \
        'r["status"] == 0'
}
[ "$(id -u)" != 0 ] || check "one in another root" other_root
environment() {
    heap sh -c 'env -u LD_PRELOAD actor until a.csv+6; env -u SYSINFO_HEAP_RECORDS actor until a.csv+6; env -i "$(command -v actor)" until a.csv+6' && of 'h["not_counted"]["environment"] == 3' 'r["status"] == 0'
}
check "a program that is started without the environment" environment
short() { # program, key: too short for any sample, so its file explains it, each time
    local i
    for i in 1 2 3 4 5 6 7 8 9 10; do
        heap -i 10s "$programs/$1" </dev/null && of \
            "h['not_counted']['$2'] == 1 and sum(h['not_counted'].values()) == 1" \
            'h["processes"] == 0' || return 1
    done
}
check "a static program that ends at once" short test_run_static static
check "one with an allocator of its own" short test_run_own_malloc own_allocator
late() { # It is read once before it finds out whose malloc() it calls: the owner in its record is at 192.
    heap python3 -c '
import os, subprocess
records = os.environ["SYSINFO_HEAP_RECORDS"]
own = next(name for name in os.listdir(records) if name.split(".")[0] == str(os.getpid()))
subprocess.run(["actor", "until", "a.csv+4"], check=True)
with open(os.path.join(records, own), "r+b") as record:
    record.seek(192)
    record.write(b"/usr/lib/another.so")' && of \
        'h["not_counted"]["own_allocator"] == 1 and h["own_allocator"] == "/usr/lib/another.so"' \
        'h["processes"] > 0 and all("python" not in p["image"] for p in h["largest"])'
}
measure "one that finds its allocator late" late
script() {
    printf '#! %s\n' "$programs/test_run_static" >script && chmod +x script && heap -i 10s ./script </dev/null && of \
        'h["not_counted"]["static"] == 1'
}
check "an interpreter that is static" script
sanitized() { # The program of a sanitizer's library goes on as it would alone.
    printf '%s\n' '#include <stdlib.h>' 'int main(void) { free(malloc(100)); return 3; }' >sanitized.c
    gcc -fsanitize="$1" sanitized.c -o sanitized || return 0 # No such sanitizer.
    heap ./sanitized
    [ $? = 3 ] && of 'h["not_counted"]["own_allocator"] == 1' \
        'h["own_allocator"].endswith(" (sanitizer)")' 'h["processes"] == 0'
}
measure "gcc's thread sanitizer" sanitized thread
measure "gcc's leak sanitizer" sanitized leak
overwritten() { # A daemon's child that writes over its environment before it allocates for the first time.
    heap actor overwrite a.csv+6 && of 'r["status"] == 0' 'sum(h["not_counted"].values()) == 0' 'h["processes"] == 2'
}
measure "a process that has written over its environment is counted, and nothing else" overwritten

# ---- What cannot be counted, and is gone before any sample ----

unseen_children() { # count, command...: of so many static ones no sample sees one, and each is in the report
    local wanted=$1
    shift
    heap -i 10s "$@" </dev/null && of 'r["status"] == 0' \
        "h['not_counted']['static'] == $wanted and sum(h['not_counted'].values()) == $wanted" \
        'h["not_counted_names"]["static"] == ["test_run_static"]'
}
static=$programs/test_run_static
starter=$programs/test_run_starter
hundred() {
    local i
    for ((i = 0; i < 100; i++)); do
        unseen_children 2 sh -c '"$0"; "$0"' "$static" || return 1
    done
}
measure "two static children, a hundred times" hundred
measure "children of bash" unseen_children 3 bash -c '"$0"; (exec "$0"); "$0" & wait' "$static"
measure "the shell itself goes on as one" unseen_children 1 sh -c 'exec "$0"' "$static"
measure "children of xargs" unseen_children 50 sh -c 'seq 50 | xargs -n 1 -P 4 "$0"' "$static"
measure "each way of the C library" unseen_children 11 "$starter" every "$static"
measure "system() and popen()" unseen_children 4 "$starter" shell "$static"
measure "a signal handler" unseen_children 1 "$starter" handler "$static"
make_all() {
    command -v make >/dev/null || return 0
    printf 'all: $(addprefix t,$(shell seq 30))\nt%%: ; @%s\n' "$static" >Makefile
    unseen_children 30 make -s -j 4
}
measure "children of make" make_all
python_children() {
    unseen_children 8 python3 -c '
import os, subprocess, sys
program = sys.argv[1]
for i in range(2):
    subprocess.run([program], check=True)
    subprocess.run([program], check=True, cwd="/", close_fds=False)
    os.waitpid(os.posix_spawn(program, [program], os.environ), 0)
    assert os.system(program) == 0' "$static"
}
measure "children of python3" python_children
script_child() {
    printf '#!%s\n' "$static" >script && chmod +x script && heap -i 10s sh -c './script' </dev/null && of \
        'h["not_counted"]["static"] == 1 and h["not_counted_names"]["static"] == ["script"]'
}
measure "a script of a static interpreter" script_child
bare_children() { # Also those whose name is found in PATH, and the shell that system() starts.
    heap -i 10s sh -c 'env -i "$(command -v actor)" refused; env -u SYSINFO_HEAP_RECORDS actor refused
        LD_PRELOAD= actor refused; "$0" system' "$starter" </dev/null && of 'r["status"] == 0' \
        'h["not_counted"]["environment"] == 4 and sum(h["not_counted"].values()) == 4'
}
measure "children without the variables" bare_children
refusals() {
    cp "$static" refused && chmod 644 refused && heap -i 10s "$starter" refused refused && of \
        'r["status"] == 0 and set(h["not_counted"].values()) == {0}'
}
measure "what does not start does not count" refusals
privileged_child() { # As a user whom it makes another one; and where that is forbidden, it is counted.
    chmod 755 . && cp "$actor" plain && cp "$actor" suid && chmod 4755 suid && mkdir -p outside && chmod 777 outside &&
        cd outside || return 1
    setpriv --reuid=65534 --regid=65534 --clear-groups "$command" run --heap --json -o report.json -i 10s \
        sh -c '../suid blocks 3 2 100; ../plain blocks 3 2 100'
    cd .. && cp outside/report.json . && of 'h["not_counted"]["set_user_id"] == 1' \
        'sum(h["not_counted"].values()) == 1' 'h["not_counted_names"]["set_user_id"] == ["suid"]' || return 1
    (cd outside && setpriv --no-new-privs --reuid=65534 --regid=65534 --clear-groups "$command" run --heap --json \
        -o report.json -i 10s sh -c '../suid blocks 3 2 100; :')
    cp outside/report.json . && of 'set(h["not_counted"].values()) == {0}' 'h["processes"] == 2'
}
[ "$(id -u)" != 0 ] || ! can_be_reached "$command" || measure "a set-user-ID child" privileged_child
capable_child() { # Its file has capabilities that its user has not.
    cp "$actor" outside/capable && setcap cap_net_raw+ep outside/capable && cd outside || return 1
    setpriv --reuid=65534 --regid=65534 --clear-groups "$command" run --heap --json -o report.json -i 10s \
        sh -c './capable refused; ../plain refused'
    cd .. && cp outside/report.json . && of 'h["not_counted"]["set_user_id"] == 1' \
        'sum(h["not_counted"].values()) == 1' 'h["not_counted_names"]["set_user_id"] == ["capable"]' || return 1
    (cd outside && setpriv --reuid=65534 --regid=65534 --clear-groups "$command" run --heap --json -o report.json \
        -i 10s ./capable refused)
    cp outside/report.json . && of 'h["not_counted"]["set_user_id"] == 1' 'sum(h["not_counted"].values()) == 1'
}
can_give() { # Here, and to a file of this file system.
    cp "$actor" gift && setcap cap_net_raw+ep gift 2>/dev/null && ./gift refused
}
[ "$(id -u)" != 0 ] || ! can_be_reached "$command" || ! can_give || measure "a child with capabilities" capable_child
seen() { # how, reason: one that samples see, too, counts once
    heap -i 20ms sh -c 'actor until a.csv+12 | "$0" "$1" "$2"' "$starter" "$1" "$static" && of 'r["status"] == 0' \
        "h['not_counted']['$2'] == 1 and sum(h['not_counted'].values()) == 1"
}
measure "a child of posix_spawn() that samples see" seen spawn static
measure "an orphan" seen leave static
measure "the shell of system()" seen system environment
measure "the shell of popen()" seen popen environment
not_said_without() { # The report names the programs.
    sysinfo run --heap -i 10s sh -c '"$0"; "$0"; env -i "$(command -v actor)" refused' "$static" 2>out </dev/null
    cat out
    grep -q '^sysinfo: heap not counted: 2 static programs (test_run_static), 1 program started without LD_PRELOAD in its environment (actor)$' out
}
measure "and they are named" not_said_without
many_names() {
    local i
    for i in 1 2 3 4 5; do
        cp "$static" "s$i"
    done
    sysinfo run --heap -i 10s sh -c './s1; ./s2; ./s3; ./s4; ./s5' 2>out </dev/null
    cat out
    grep -qE '^sysinfo: heap not counted: 5 static programs \((s[1-5], ){4}\.\.\.\)$' out
}
measure "no more than four of them" many_names

# ---- Memory mapped without malloc() ----

mapped() {
    heap --per-process actor map 40 a.csv+8 && of 'p["mapped"] == 40 * MIB and p["mapped_peak"] == 40 * MIB' \
        '39 * MIB < h["mapped"] <= 40 * MIB' '39 * MIB < h["outside"] < 44 * MIB' \
        'h["anonymous"] >= h["outside"]' &&
        rows 'max(int(r["heap_mapped_bytes"] or 0) for r in tree) > 39 * MIB and max(int(r["heap_mapped_bytes"] or 0) for r in each) > 39 * MIB and tree[-1]["heap_mapped_bytes"] == ""' a.csv
}
measure "what the program maps itself" mapped
mapped_words() {
    sysinfo run --heap --record a.csv actor map 40 a.csv+8 2>out
    cat out
    grep -qE '^sysinfo:   most memory is not malloc\(\).s: 4[0-3]\.[0-9] MiB of 4[0-3]\.[0-9] MiB at the peak; (39\.[0-9]|40\.0) MiB of that mapped by (actor|test_run_actor) itself$' out
}
measure "and that most memory is not malloc()'s" mapped_words
layers() { # Of 80 MiB, 20 each are in use, kept for reuse, and mapped: each has a quarter of the rows.
    local second
    {
        echo 'time,elapsed_seconds,pid,name,processes,rss_bytes,pss_bytes,peak_bytes,cpu_seconds,cpu_percent,mark,heap_processes,heap_bytes,heap_kept_bytes,heap_peak_bytes,heap_blocks,heap_allocs,heap_frees,heap_mapped_bytes'
        for second in 0 1 2 3 4 5 6 7 8 9; do
            echo "2026-01-01T00:00:0$second.000Z,$second.000,,x,1,83886080,,,,,,1,20971520,20971520,,,,,20971520"
        done
    } >layers.csv
    sysinfo plot --ascii layers.csv | tee plot.txt | grep 'mapped by the program itself' || return 1
    cat plot.txt
    [ "$(grep -E '^ *[0-9]* *[|+][.+=#]' plot.txt | cut -c25 | uniq -c | awk '{ printf "%s%s ", $1, $2 }')" = \
        '4. 4+ 4= 4# ' ] &&
        sysinfo plot -o layers.svg layers.csv && grep -q 'mapped by the program itself' layers.svg
}
check "and is a layer of the plot" layers
not_said() { # malloc() has it.
    sysinfo run --heap --record a.csv actor leak 60 a.csv+8 2>out
    cat out
    ! grep -q 'not malloc' out
}
measure "but not where it is" not_said
python_arenas() { # Its objects are in arenas that it maps; by its own switch in malloc()'s blocks.
    local program='rows = [object() for _ in range(2000000)]; import time; time.sleep(1)'
    heap -i 20ms python3 -c "$program" && of 'h["outside"] > h["anonymous"] / 2 and h["mapped"] > 25 * MIB' &&
        PYTHONMALLOC=malloc heap -i 20ms python3 -c "$program" \
            && of 'h["outside"] < h["anonymous"] / 3 and h["peak_tree"] > 40 * MIB'
}
measure "Python's arenas, and what to do" python_arenas

text() {
    sysinfo run --heap --record a.csv sh -c 'env -i "$(command -v actor)" until a.csv+6' 2>out
    cat out
    grep -q '^sysinfo: heap not counted: 1 program started without LD_PRELOAD in its environment (actor)$' out
}
check "and it is said" text

# ---- The report ----

words() {
    sysinfo run --heap actor blocks 3 2 100 2>out
    cat out
    grep -qE "^sysinfo: heap of the largest process \((actor|test_run_actor), pid [0-9]+\): peak [0-9]+ B in use; 3 allocations, 2 frees$" out && grep -q "^sysinfo:   still in use at its exit: $small B in 1 block" out &&
        ! grep -q 'whole tree: peak' out
}
measure "for people" words

# ---- The command is not affected ----

check "descriptors, signals, group and session" same_state '$RUN actor state $1' --heap
check "with closed descriptors" same_state '$RUN actor state $1 <&- >&- 2>&-' --heap
check "with a recording and blocked signals" same_state \
    'if [ "$RUN" ]; then RUN="$RUN --record r.csv"; fi; trap "" INT QUIT HUP TERM USR1 PIPE CHLD; $RUN actor state $1' \
    --heap
check "stdin and stdout" bash -c '[ "$(printf "a\nb" | sysinfo run --heap cat 2>/dev/null)" = "$(printf "a\nb")" ]'
check "the exit status" ends_with 3 sysinfo run --heap sh -c 'exit 3'
check "a signal" ends_with 143 sysinfo run --heap sh -c 'kill $$'
check "no such command" ends_with 127 sysinfo run --heap nosuch
check "an existing LD_PRELOAD follows it" bash -c '[ "$(LD_PRELOAD=libc.so.6 sysinfo run --heap sh -c "echo \$LD_PRELOAD" 2>/dev/null | sed "s|^/[^ :]*libsysinfo_heap.so.0:||")" = libc.so.6 ]'
check "--max-mem" ends_with 124 sysinfo run --heap --max-mem 100M actor leak 200 60000
check "--timeout" ends_with 124 sysinfo run --heap --timeout 0.3 sleep 60
daemons() {
    heap actor daemon 1 ready && kill "$(cat ready)" && of 'r["still_running"] == 1' \
        'any(x["state"] == "running" for x in h["largest"]) or h["processes"] == 1'
}
measure "a daemon goes on" daemons

# ---- The directory ----

directory() {
    sysinfo run --heap sh -c 'echo "$SYSINFO_HEAP_RECORDS" >directory; stat -c "%a %U" "$SYSINFO_HEAP_RECORDS" >mode'
    cat directory mode
    [ "$(cat mode)" = "700 $(id -un)" ] && [ ! -e "$(cat directory)" ]
}
check "is private, and removed at the end" directory
ended_by_limit() {
    sysinfo run --heap --timeout 0.5 sh -c 'echo "$SYSINFO_HEAP_RECORDS" >directory; sleep 60'
    [ -s directory ] && [ ! -e "$(cat directory)" ]
}
check "also when the command had to be ended" ended_by_limit
stale() {
    rm -f ready
    sysinfo run --heap sh -c 'echo "$SYSINFO_HEAP_RECORDS" >directory; actor on 15 ready' &
    wait_for ready
    kill -9 $!
    wait $! 2>/dev/null
    sysinfo run --heap true
    kill "$(cat ready)"
    local i # Another sysinfo on this machine may be about to remove it.
    for ((i = 0; i < 1200; i++)); do
        [ -e "$(cat directory)" ] || return 0
        sleep 0.05
    done
    return 1
}
check "what a killed one has left is removed by the next" stale
side_by_side() {
    rm -f ready
    sysinfo run --heap --json -o other.json actor on 15 ready &
    local other=$!
    wait_for ready
    sysinfo run --heap true
    kill "$(cat ready)"
    wait $other
    mv other.json report.json
    of 'r["status"] == 7 and h["processes"] == 1 and p["state"] == "gone"'
}
measure "but not that of one that still runs" side_by_side

# ---- Refused ----

refused() { # sentence, arguments
    local sentence=$1
    shift
    sysinfo run "$@" 2>message
    local status=$?
    cat message
    [ $status = 125 ] && [ "$(cat message)" = "$sentence" ]
}
check "a process that runs already" refused 'sysinfo run: --heap counts from the start of a command; it and --pid exclude each other' --heap --pid $$
lonely() {
    mkdir -p lonely && cp "$command" lonely/ || return 1
    [ "$(lonely/sysinfo run --heap touch started 2>&1 | grep -c '^sysinfo run: libsysinfo_heap.so.0 is neither in /.* nor in .* relative to sysinfo; install it beside sysinfo$')" = 1 ] && [ ! -e started ]
}
check "where the library is not" lonely

all_passed
