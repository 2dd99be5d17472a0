# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# Nested limits, quotas and cpusets: the tightest level applies, whichever it is.
. /guest/lib.bash

make "$memory" outer outer/inner outer/sibling
echo $((400 * MiB)) >"$memory/outer/$limit"
echo $((300 * MiB)) >"$memory/outer/inner/$limit"
: >/tmp/held
exec {held}> >(inside "$memory/outer/sibling" actor hold $((150 * MiB)) >/tmp/held)
wait_for grep -q held /tmp/held

# The inner group has the lowest limit; the outer group, part of which the sibling uses, has the least room.
both=$(inside "$memory/outer/inner" sysinfo get mem.limit mem.usable)
compare 'the limit is the lowest of the levels' "${both% *}" "$(<"$memory/outer/inner/$limit")"
compare 'usable is the least room of the levels' "${both#* }" "$(room "$memory/outer")" $((2 * MiB))
check 'the sibling took that room' test "$(room "$memory/outer")" -lt $((260 * MiB))
exec {held}>&-
wait_for rmdir "$memory/outer/sibling" 2>/dev/null
compare 'the sibling ended: usable' "$(inside "$memory/outer/inner" sysinfo mem usable)" \
    "$(room "$memory/outer/inner")" $((2 * MiB))

# quota GROUP MICROSECONDS: per 100000.
quota() {
    if [[ $cg == v2 ]]; then
        echo "$2 100000" >"$1/cpu.max"
    else
        echo "$2" >"$1/cpu.cfs_quota_us"
    fi
}

none=-1
[[ $cg == v1 ]] || none=max
make "$cpu" outer outer/inner
quota "$cpu/outer" 350000
quota "$cpu/outer/inner" 250000
# least: prints both groups' quotas in CPUs, the lower one, and that rounded up.
least() {
    local group
    for group in outer outer/inner; do
        if [[ $cg == v2 ]]; then
            cat "$cpu/$group/cpu.max"
        else
            paste "$cpu/$group/cpu.cfs_quota_us" "$cpu/$group/cpu.cfs_period_us"
        fi
    done | awk '$1 + 0 > 0 && (!least || $1 / $2 < least) { least = $1 / $2 }
        END { printf "%.2f %d\n", least, least == int(least) ? least : int(least) + 1 }'
}

compare 'the quota of the inner group' "$(inside "$cpu/outer/inner" sysinfo get cpu.quota cpu.usable)" "$(least)"
check 'it is the inner one' test "$(least)" = '2.50 3'
quota "$cpu/outer/inner" "$none"
compare 'the quota of the outer group' "$(inside "$cpu/outer/inner" sysinfo get cpu.quota cpu.usable)" "$(least)"
check 'it is the outer one' test "$(least)" = '3.50 4'
quota "$cpu/outer" "$none"

make "$cpuset" outer outer/inner
[[ $cg == v2 ]] || for group in outer outer/inner; do
    cat "$cpuset/cpuset.mems" >"$cpuset/$group/cpuset.mems"
done
echo 0,2-3 >"$cpuset/outer/cpuset.cpus"
echo 2-3 >"$cpuset/outer/inner/cpuset.cpus"
for group in outer/inner outer; do
    [[ $cg == v1 || $group == outer/inner ]] || rmdir "$cpuset/outer/inner"
    [[ $cg == v1 || $group == outer/inner ]] || echo '-memory -cpu -cpuset' >"$cpuset/outer/cgroup.subtree_control"
    compare "CPUs of the cpuset $group" "$(inside "$cpuset/$group" sysinfo cpu usable)" \
        "$(inside "$cpuset/$group" nproc)"
done
exit $failed
