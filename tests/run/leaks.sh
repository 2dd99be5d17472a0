#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `sysinfo run --leaks` where it is hindered: many threads, no tracing, few system calls, no room. What the command
# prints and its status stay the same, and the report says what is estimated or missing.
#
#     leaks.sh PATH/TO/sysinfo PATH/TO/test_run_hindered
# shellcheck disable=SC2016 source=tests/run/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export TMPDIR=$scratch
hindered=$actor
name=$(basename "$hindered")
ring='CYCLE of 2 blocks, 80 B'
estimated='estimated: its threads could not be stopped'

# leaks STATUS ARGUMENT...: of the program, whose output and status are checked; the report is in report.txt.
leaks() {
    local status=$1 result
    shift
    "$hindered" "$@" >bare.txt
    result=$?
    is_skipped=false
    if [ $result = 77 ]; then # The kernel does not have it.
        is_skipped=true
        return
    fi
    ends_with "$status" sysinfo run --leaks -o run.txt -- "$hindered" "$@" >out.txt 2>report.txt
    result=$?
    cat out.txt report.txt
    sed '$d' out.txt | cmp - bare.txt && [ $result = 0 ]
}
is_skipped=false
says() { # PATTERN..., and what is after -- it does not say
    local pattern is_there=true
    $is_skipped && return
    for pattern; do
        if [ "$pattern" = -- ]; then
            is_there=false
        elif $is_there; then
            grep -qE -e "$pattern" report.txt || return
        else
            ! grep -qE -e "$pattern" report.txt || return
        fi
    done
}

of_threads() { leaks 9 threads "$1" && says "leaks of $name .*: 2 blocks, 80 B unreachable" "$ring" -- estimated; }
check "no thread" of_threads 0
check "some threads" of_threads 4
check "512 threads" of_threads 512

# ---- Tracing ----

works() { timeout 60 "$@" >/dev/null 2>&1; }
if works strace -f -o /dev/null true; then
    traced() { # COMMAND...
        ends_with 9 "$@" >out.txt 2>report.txt
        local result=$?
        cat out.txt report.txt
        [ $result = 0 ] && [ "$(head -n 1 out.txt)" = hindered ]
    }
    within() {
        traced sysinfo run --leaks -- strace -f -o trace.txt "$hindered" threads 4 &&
            says "leaks of $name .*: 2 blocks, 80 B .*$estimated" "$ring"
    }
    check "a program that strace traces" within
    around() {
        traced strace -f -o trace.txt sysinfo run --leaks -- "$hindered" threads 4 &&
            says "leaks of $name .*: 2 blocks, 80 B .*$estimated" "$ring"
    }
    check "strace around all of it" around
    alone() {
        traced sysinfo run --leaks -- strace -f -o trace.txt "$hindered" threads 0 &&
            says "leaks of $name .*: 2 blocks, 80 B" "$ring" -- "$name .*estimated"
    }
    check "nothing is estimated of a single thread" alone
fi
if works gdb -q -batch -ex run -ex quit --args "$(type -P true)"; then
    debugged() {
        sysinfo run --leaks -o run.txt -- gdb -q -batch -ex run --args "$hindered" threads 4 >out.txt 2>report.txt &&
            cat out.txt report.txt && grep -q '^hindered$' out.txt && grep -q 'exited with code 011' out.txt &&
            says "leaks of $name .*: 2 blocks, 80 B .*$estimated" "$ring"
    }
    check "a program in gdb" debugged
    attached() {
        rm -f over pid out.txt
        sysinfo run --leaks -o run.txt -- bash -c 'echo $$ >pid; exec "$0" threads 4 over' "$hindered" >out.txt \
            2>report.txt &
        until grep -qs hindered out.txt || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
        timeout 120 gdb -q -batch -ex 'shell touch over' -ex continue -p "$(cat pid)" >gdb.txt 2>&1
        wait $!
        status=$?
        cat out.txt report.txt gdb.txt
        [ $status = 9 ] && # What gdb does itself is not looked at: version 13 may fail when threads end together.
            says "leaks of $name .*: 2 blocks, 80 B .*$estimated" "$ring"
    }
    check "gdb attached to it" attached
fi

# ---- System calls that are forbidden ----

confined='not examined: 1 process, restricted by seccomp'
kills() { leaks 9 seccomp "$1" && says 'no process of the command could be examined' "$confined" -- CYCLE; }
check "a filter that kills" kills kill
check "and a program that is not there" kills exec
strict() { leaks 9 seccomp strict && says 'no process of the command could be examined'; }
check "strict mode" strict
forks() {
    leaks 9 seccomp fork && says 'no process of the command could be examined' 'not examined: 2 processes, '
}
check "a filter that kills, and a child" forks
fails() {
    leaks 9 seccomp fail && says 'no process of the command could be examined' '1 snapshot was not taken'
}
check "a filter that lets calls fail" fails
counted() {
    ends_with 9 sysinfo run --heap -o run.txt -- "$hindered" seccomp fork && cat run.txt && grep -q heap run.txt
}
check "heaps are counted with a filter that kills" counted

# ---- Another user, who may not write to the directory ----

daemon() { leaks 9 user && says '1 snapshot was not taken of processes that now run as another user'; }
check "a process that changes to another user" daemon

# ---- No room ----

# In a directory of 256 KiB, which is full when the program ends.
in_small() {
    unshare "$@" -m bash -c '
        mount -t tmpfs -o size=256k none /dev/shm || exit
        timeout 60 "$0" run --leaks -o run.txt -- bash -c "
            head -c 1M /dev/zero >/dev/shm/fill 2>/dev/null
            exec \"\$0\" threads 0" "$1" >out.txt 2>report.txt
        echo $? >status
        ls -d /dev/shm/sysinfo-heap-* >left 2>/dev/null' "$command" "$hindered"
}
full() {
    local unshared
    for unshared in '' -r; do
        rm -f status
        # shellcheck disable=SC2086 # None, or one.
        in_small $unshared 2>/dev/null
        [ -e status ] || continue
        cat status out.txt report.txt
        [ "$(cat status)" = 9 ] && [ "$(cat out.txt)" = hindered ] && [ ! -s left ] &&
            says 'snapshots? (was|were) not taken: '
        return
    done
    true # No file systems of one's own here.
}
check "a full disk" full

all_passed
