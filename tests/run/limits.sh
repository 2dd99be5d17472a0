#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Limits of `sysinfo run`, which are enforced at every interval, and the measurements in the report.
#
#     limits.sh PATH/TO/sysinfo PATH/TO/actor [SANITIZER]
# shellcheck disable=SC2016 source=tests/run/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# ---- --max-mem ----

# The sum of RSS is 300 MiB throughout; real use is 60 MiB at first, and all of it at the end.
unshared() {
    report --max-mem 150M actor unshare 60 4 60000
    [ $? = 124 ] && holds 'r["ended_for"] == "max-mem"' 'r["elapsed"] < 50' 'r["peak_tree_pss"] > 150 * MIB'
}
measure "pages that stop being shared are seen, though the sum of RSS stays the same" unshared
always() { # A hundred processes every 20 ms would take far more than 1 % of a CPU.
    report -i 20ms --max-mem 100G actor idle 100 a.csv+20 && holds 'not r["interval_stretched"]' 'r["samples"] >= 10'
}
check "with a limit there is a sample at every interval, whatever it costs" always
words() {
    sysinfo run --max-mem 0.0001% sleep 20 2>out
    local status=$?
    cat out
    [ $status = 124 ] && grep -qE '^sysinfo run: sleep: .* is above --max-mem 0\.0001% of [0-9.]+ [KMGT]iB, (the machine.s memory|the limit of its cgroup)$' out
}
check "a percentage says what it is of" words

# ---- The kernel's own limit ----

# cgroup LIMIT_FILE BYTES: creates a cgroup with that limit; false if that is impossible.
cgroup() {
    local root
    for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
        group=$root/sysinfo-test-$$
        limit=$([ $root = /sys/fs/cgroup ] && echo memory.max || echo memory.limit_in_bytes)
        [ -e "$root/cgroup.procs" ] && mkdir "$group" 2>/dev/null || continue
        if [ -e "$group/$limit" ] && echo "$1" >"$group/$limit" 2>/dev/null; then
            return 0
        fi
        rmdir "$group"
    done
    return 1
}
in_group() { # command...
    sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
}
killed_by_kernel() {
    in_group sysinfo run --json -o report.json actor spike 200 1000
    [ $? = 137 ] && holds 'r["signal"] == 9 and r["ended_for"] is None' \
        'r["oom"]["kills"] == 1' 'r["oom"]["limit"] == 64 * MIB' "r['oom']['cgroup'].endswith('/sysinfo-test-$$')"
}
killed_inside() { # The command itself survives.
    in_group sysinfo run sh -c 'actor spike 200 1000; exit 0' 2>out
    cat out
    grep -q "^sysinfo: sh: exit 0 after" out && grep -qE "^sysinfo: the kernel's OOM killer ended 1 process in the cgroup .*/sysinfo-test-$$, limited to 64\.0 MiB" out
}
in_namespace() { # command...: in the group, with a mount of it alone
    local mount='mount -t cgroup2 none'
    [ "${limit-}" = memory.max ] || mount='mount -t cgroup -o memory none'
    mkdir -p mounted
    in_group unshare --cgroup --mount sh -c "$mount mounted"' && exec "$@"' sh "$@"
}
killed_in_namespace() { # There, only the mounts lead to the counter.
    in_namespace sysinfo run --json -o report.json sh -c 'actor spike 200 1000; exit 0' &&
        holds 'r["oom"]["kills"] == 1' 'r["oom"]["limit"] == 64 * MIB' 'r["oom"]["cgroup"] == "/"'
}
percentage_of_limit() {
    in_group sysinfo run --max-mem 50% actor spike 48 60000 2>out
    local status=$?
    cat out
    [ $status = 124 ] && grep -q 'is above --max-mem 50% of 64.0 MiB, the limit of its cgroup$' out
}
if [ "$(id -u)" = 0 ] && [ -z "$sanitizer" ] && cgroup $((64 << 20)); then
    check "the kernel's OOM killer is named, with the group and its limit" killed_by_kernel
    check "also when it killed another process of the tree" killed_inside
    if in_namespace true 2>/dev/null; then
        check "also in a cgroup namespace" killed_in_namespace
    fi
    check "a percentage is of the group's limit" percentage_of_limit
    sleep 0.2
    rmdir "$group"
else
    echo "skipped: no cgroup with a memory limit can be made here"
fi
quiet() {
    report true && holds 'r["oom"] is None or r["oom"]["kills"] == 0'
}
check "nothing was killed" quiet

# ---- --timeout, --cost ----

check "--timeout 0 is at once" ends_with 124 sysinfo run --timeout 0 sleep 60
for wrong in 0 -1 101% 5x '' nan; do
    check "--cost '$wrong' is refused" ends_with 125 sysinfo run --cost "$wrong" true
done
cost() { # Up to 50 ms of CPU are free. On a busy machine only samples that take long are more than that share.
    sysinfo run --cost 3% -i 1ms --record a.csv actor idle 500 a.csv+20 2>out
    cat out
    grep -qE '^sysinfo: sampled every [0-9.]+ s, not every 0.001 s: more would have taken over 3 % of a CPU$' out
}
check "what samples may cost is said" cost

# ---- Measurements ----

shared() { # Without --pss.
    report -i 50ms actor share 100 4 a.csv+4 && holds 'r["peak_tree_rss"] >= 490 * MIB' \
        '98 * MIB <= r["peak_tree_pss"] <= 235 * MIB' 'r["peak_tree_pss_at_rss"] >= r["peak_tree_rss"] * 8 / 9 - MIB'
}
measure "shared pages do not make the tree larger than it is" shared
headline() {
    sysinfo run -i 50ms --record a.csv actor share 100 4 a.csv+4 2>out
    cat out
    grep -qE '^sysinfo: peak memory [12][0-9]{2} MiB in the whole tree \(5 processes, PSS; [45][0-9]{2} MiB as the sum of RSS; ' out
}
measure "and the report names both sums" headline
no_less() {
    report --pss -i 10s sh -c 'sleep 0.1; actor spike 200 1' && holds \
        'r["peak_process"] > 195 * MIB' 'r["peak_tree_pss"] >= r["peak_process"]'
}
measure "a tree is not smaller than its largest process, with --pss too" no_less
gap() {
    report -i 60s sleep 0.7 && holds 'r["samples"] == 1' \
        'r["elapsed"] - 0.3 <= r["longest_gap"] <= r["elapsed"] + 0.05' \
        'r["interval"] >= r["elapsed"] - 0.3'
}
check "what was not seen until the end counts" gap
no_empty_rows() {
    local i
    for i in 1 2 3 4 5 6 7 8; do
        report --per-process -i 1ms sh -c 'sleep 0.02; true' &&
            rows 'tree and all(r["rss_bytes"] != "0" for r in rows) and (len(tree) == 1 or int(tree[0]["rss_bytes"]) > 0)' a.csv || return 1
    done
}
check "no row is of a process without memory, before exec or after its end" no_empty_rows

all_passed
