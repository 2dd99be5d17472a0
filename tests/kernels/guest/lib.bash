# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# Shared by the scenarios. Every figure is compared with one that the shell reads from the kernel's files.
failed=0
MiB=1048576

# compare WHAT OURS KERNEL'S [SLACK]: compares two integers, or without SLACK two words.
compare() {
    local what=$1 ours=$2 theirs=$3 slack=${4:-0}
    if [[ $ours == "$theirs" ]] ||
        { [[ $ours$theirs =~ ^[0-9]+$ ]] && ((ours - theirs <= slack && theirs - ours <= slack)); }; then
        printf 'same     %s: sysinfo %s, kernel %s\n' "$what" "$ours" "$theirs"
    else
        printf 'failed   %s: sysinfo %s, kernel %s\n' "$what" "$ours" "$theirs"
        failed=1
    fi
}

# between WHAT BEFORE OURS AFTER: a figure that only grows lies between two of the kernel's readings. Decimals are
# allowed.
between() {
    if awk -v a="$2" -v b="$3" -v c="$4" 'BEGIN { exit !(b != "" && a <= b && b <= c) }'; then
        printf 'same     %s: sysinfo %s, kernel %s before and %s after\n' "$1" "$3" "$2" "$4"
    else
        printf 'failed   %s: sysinfo %s, kernel %s before and %s after\n' "$1" "$3" "$2" "$4"
        failed=1
    fi
}

# check WHAT COMMAND...: the command succeeds.
check() {
    local what=$1
    shift
    if "$@"; then
        printf 'holds    %s\n' "$what"
    else
        printf 'failed   %s: %s\n' "$what" "$*"
        failed=1
    fi
}

# newest FILE: its last complete line. A line that extends over two pages may be seen when half of it is written.
newest() {
    head -n "$(wc -l <"$1")" "$1" | tail -n 1
}

# wait_for COMMAND...: repeats until it succeeds. False: it did not, even after far more time than it needs.
wait_for() {
    local i
    for ((i = 0; i < 600; i++)); do
        ! "$@" || return 0
        sleep 0.1
    done
    return 1
}

# ---- Control groups ----

if [[ $cg == v2 ]]; then
    for controller in $(</sys/fs/cgroup/cgroup.controllers); do
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
    done
    memory=/sys/fs/cgroup cpu=/sys/fs/cgroup cpuset=/sys/fs/cgroup
    limit=memory.max used=memory.current prefix=
else
    memory=/sys/fs/cgroup/memory cpu=/sys/fs/cgroup/cpu,cpuacct cpuset=/sys/fs/cgroup/cpuset
    limit=memory.limit_in_bytes used=memory.usage_in_bytes prefix=total_
    [[ ! -e $memory/memory.use_hierarchy ]] || echo 1 >$memory/memory.use_hierarchy
fi

# make HIERARCHY NAME...: creates groups, which are directories; in version 2 they get their controllers.
make() {
    local top=$1 name
    shift
    for name in "$@"; do
        mkdir -p "$top/$name"
        [[ $cg == v1 ]] || echo '+memory +cpu +cpuset' >"$top/$(dirname "$name")/cgroup.subtree_control"
    done
}

# inside GROUP COMMAND...: runs a process in the group.
inside() {
    (
        echo "$BASHPID" >"$1/cgroup.procs" || exit 98
        shift
        exec "$@"
    )
}

# room GROUP: prints how much more the group may take: its limit minus what it uses and cannot reclaim.
room() {
    awk -v limit="$(<"$1/$limit")" -v used="$(<"$1/$used")" -v prefix="$prefix" '
        $1 == prefix "active_file" || $1 == prefix "inactive_file" || $1 == prefix "slab_reclaimable" { back += $2 }
        END { used -= back; printf "%.0f\n", limit - (used > 0 ? used : 0) }' "$1/memory.stat"
}

# event GROUP NAME: prints a counter of limit events, which only version 2 has.
event() {
    awk -v name="$2" '$1 == name { print $2 }' "$1/memory.events"
}
