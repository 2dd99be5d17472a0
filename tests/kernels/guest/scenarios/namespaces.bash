# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# Namespaces of control groups, processes and time.
. /guest/lib.bash

make "$memory" outer outer/inner
echo $((256 * MiB)) >"$memory/outer/$limit"
echo $((192 * MiB)) >"$memory/outer/inner/$limit"
group=$memory/outer/inner

# To the process, its group is the top of its namespace.
paths=$(inside "$group" actor inside cat /proc/self/cgroup)
compare 'the path of the group in its namespace' "$(grep -E '^[0-9]+:(memory)?:' <<<"$paths" | grep -o '[^:]*$' |
    sort -u)" /
compare 'the limit in a namespace' "$(inside "$group" actor inside sysinfo mem limit)" "$(<"$group/$limit")"
compare 'usable in a namespace' "$(inside "$group" actor inside sysinfo mem usable)" "$(room "$group")" $((2 * MiB))

# The group above is hidden there: version 2 does not report its limit.
echo "$((320 * MiB))" >"$group/$limit"
seen=$(inside "$group" actor inside sysinfo mem limit)
if [[ $cg == v1 ]]; then
    compare 'the lower limit of the group above, out of sight' "$seen" \
        "$(awk '$1 == "hierarchical_memory_limit" { print $2 }' "$group/memory.stat")"
else
    compare 'the limit that is in sight' "$seen" "$(<"$group/$limit")"
fi
echo "$((192 * MiB))" >"$group/$limit"

# With the hierarchies mounted as before, the kernel hides the names between their top and the group.
compare 'the top of the hierarchy, seen from the namespace' "$(inside "$group" actor apart cat /proc/self/mountinfo |
    awk -v top="$memory" '$5 == top { print $4 }')" /../..
check 'a limit is unknown where its group cannot be found' grep -q "'limit' is not reported" \
    <(inside "$group" actor apart sysinfo mem limit 2>&1)
check 'usable is marked as estimated there' grep -q 'estimated: usable' \
    <(inside "$group" actor apart sysinfo mem usable 2>&1)

# The group's limit changes during a stream.
rows=/tmp/rows
shows() {
    [[ $(newest $rows) == "$1" ]]
}
( # Of inside(), $! would be the shell around it.
    echo "$BASHPID" >"$group/cgroup.procs"
    exec actor inside sysinfo get mem.limit cgroup.limit 0.05 >$rows
) &
stream=$!
wait_for shows "$(<"$group/$limit") $(<"$group/$limit")"
compare 'a stream in a namespace' "$(newest $rows)" "$(<"$group/$limit") $(<"$group/$limit")"
echo $((224 * MiB)) >"$group/$limit"
wait_for shows "$(<"$group/$limit") $(<"$group/$limit")"
compare 'another limit there' "$(newest $rows)" "$(<"$group/$limit") $(<"$group/$limit")"
check 'the stream goes on' kill $stream
wait $stream 2>/dev/null

# A process that is number 1 of its namespace reads its own figures from its own /proc.
ours=$(actor alone sysinfo get cpu.count mem.total process.threads)
compare 'CPUs, memory and threads as the first process of a namespace' "$ours" \
    "$(grep -c ^processor /proc/cpuinfo) $(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo) 1"
actor alone sysinfo run --json -o /tmp/report -- actor take $((48 * MiB))
compare 'the status of run there' $? 0
peak=$(sed -n 's/.*"peak_process":\([0-9]*\).*/\1/p' /tmp/report)
check "the peak of its job there, $peak bytes, is what it took" \
    test "$peak" -ge $((48 * MiB)) -a "$peak" -lt $((56 * MiB))

# A time namespace has a longer uptime than the machine; before 5.11 its /proc/stat does not show it.
now() {
    actor later 100000 bash -c 'echo $(($(date +%s) - $(sed -n "s/^btime //p" /proc/stat)))'
}
before=$(now)
ours=$(actor later 100000 sysinfo stats uptime)
between 'uptime in a namespace of time' "$before" "$ours" "$(now)"
exit $failed
