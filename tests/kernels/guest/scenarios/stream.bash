# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# A stream whose process is moved, and whose groups are removed and recreated; limits of memory, quotas and cpusets.
. /guest/lib.bash

make "$memory" one two three
echo $((100 * MiB)) >"$memory/one/$limit"
echo $((150 * MiB)) >"$memory/two/$limit"
echo $((120 * MiB)) >"$memory/three/$limit"
rows=/tmp/rows
: >$rows
(
    echo "$BASHPID" >"$memory/one/cgroup.procs"
    exec sysinfo get mem.limit 0.05 >$rows
) &
stream=$!

# shows GROUP: the newest row has the group's limit.
shows() {
    [[ $(newest $rows) == "$(<"$memory/$1/$limit")" ]]
}

# follow WHAT GROUP
follow() {
    wait_for shows "$2"
    compare "$1: the limit in the stream" "$(newest $rows)" "$(<"$memory/$2/$limit")"
}

follow 'started in one group' one
echo $stream >"$memory/two/cgroup.procs"
follow 'moved to another' two
check 'the first group can be removed' rmdir "$memory/one"
echo $stream >"$memory/three/cgroup.procs"
follow 'moved to the third' three
echo $((110 * MiB)) >"$memory/three/$limit"
follow 'another limit' three
echo $stream >"$memory/two/cgroup.procs"
check 'the third group can be removed' rmdir "$memory/three"
follow 'moved back' two
make "$memory" three
echo $((130 * MiB)) >"$memory/three/$limit"
echo $stream >"$memory/three/cgroup.procs"
follow 'moved to a new group of the old name' three
check 'the stream goes on' kill $stream
known=$(printf '|%s' $((100 * MiB)) $((150 * MiB)) $((120 * MiB)) $((110 * MiB)) $((130 * MiB)))
compare 'rows that are the limit of none of them' "$(grep -cvxE "${known#|}" $rows)" 0

make "$cpu" fast
[[ $cg == v2 ]] || make "$cpuset" fast slow
[[ $cg == v1 ]] || make "$cpu" slow
[[ $cg == v2 ]] || for group in fast slow; do
    cat "$cpuset/cpuset.mems" >"$cpuset/$group/cpuset.mems"
    cat "$cpuset/cpuset.cpus" >"$cpuset/$group/cpuset.cpus"
done
: >$rows
sysinfo get cpu.quota cpu.usable 0.05 >$rows &
stream=$!

# quota GROUP MICROSECONDS: per 100000.
quota() {
    if [[ $cg == v2 ]]; then
        echo "$2 100000" >"$cpu/$1/cpu.max"
    else
        echo "$2" >"$cpu/$1/cpu.cfs_quota_us"
    fi
}
# kernel_cpus GROUP: prints the quota in its file in CPUs, and how many of the allowed CPUs it leaves.
kernel_cpus() {
    local mask allowed part=("$none")
    mask=$(awk '/^Cpus_allowed:/ { print $2 }' /proc/$stream/status)
    for ((mask = 16#${mask//,/}, allowed = 0; mask > 0; mask >>= 1)); do
        allowed=$((allowed + (mask & 1)))
    done
    if [[ -n $1 && $cg == v2 ]]; then
        read -ra part <"$cpu/$1/cpu.max"
    elif [[ -n $1 ]]; then
        part=("$(<"$cpu/$1/cpu.cfs_quota_us")")
    fi
    awk -v quota="${part[0]}" -v none="$none" -v allowed=$allowed 'BEGIN {
        if (quota == none) {
            print "none " allowed
            exit
        }
        whole = int((quota + 99999) / 100000)
        printf "%.2f %d\n", quota / 100000, whole < allowed ? whole : allowed
    }'
}
shows_cpus() {
    [[ $(newest $rows) == "$(kernel_cpus "$1")" ]]
}
# follow_cpus WHAT GROUP
follow_cpus() {
    wait_for shows_cpus "$2"
    compare "$1: the quota and the usable CPUs in the stream" "$(newest $rows)" "$(kernel_cpus "$2")"
}
none=-1
[[ $cg == v1 ]] || none=max

follow_cpus 'in the topmost group' ''
quota fast 250000
echo $stream >"$cpu/fast/cgroup.procs"
follow_cpus 'moved to a group with a quota' fast
quota fast 120000
follow_cpus 'another quota' fast
quota fast "$none"
[[ $cg == v2 ]] || echo $stream >"$cpuset/fast/cgroup.procs"
echo 1-2 >"$cpuset/fast/cpuset.cpus"
follow_cpus 'no quota, and a cpuset' fast
echo 1 >"$cpuset/fast/cpuset.cpus"
follow_cpus 'another cpuset' fast
echo 0,2-3 >"$cpuset/slow/cpuset.cpus"
if [[ $cg == v2 ]]; then
    quota slow 150000
    echo $stream >"$cpu/slow/cgroup.procs"
    follow_cpus 'moved to a group with both' slow
    check 'the group it left can be removed' rmdir "$cpu/fast"
else
    quota fast 150000
    echo $stream >"$cpuset/slow/cgroup.procs"
    follow_cpus 'moved to another cpuset, with a quota' fast
    check 'the cpuset it left can be removed' rmdir "$cpuset/fast"
fi
check 'this stream goes on' kill $stream
exit $failed
