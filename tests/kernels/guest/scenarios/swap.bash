# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# Swap on compressed memory, with pages that really move out and in, and the resulting pressure.
. /guest/lib.bash

echo $((256 * MiB)) >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null
swapon /dev/zram0

# vmstat KEY: prints it in bytes.
vmstat() {
    awk -v key="$1" '$1 == key { printf "%.0f\n", $2 * 4096 }' /proc/vmstat
}
meminfo() {
    awk -v key="$1:" '$1 == key { printf "%.0f\n", $2 * 1024 }' /proc/meminfo
}
# stalled: prints seconds, from the kernel's microseconds.
stalled() {
    awk '/^some/ { sub(/.*total=/, ""); printf "%.6f\n", $0 / 1e6 }' "$1"
}

make "$memory" small
echo $((64 * MiB)) >"$memory/small/$limit"
: >/tmp/held
exec {held}> >(inside "$memory/small" actor hold $((120 * MiB)) >/tmp/held)
wait_for grep -q held /tmp/held
compare 'swap in all' "$(sysinfo swap total)" "$(meminfo SwapTotal)"
free=$(meminfo SwapFree)
compare 'swap in use' "$(sysinfo swap used)" $(($(meminfo SwapTotal) - free)) $((4 * MiB))
check 'much of it is in use' test $(($(meminfo SwapTotal) - free)) -gt $((40 * MiB))
if [[ $cg == v2 ]]; then
    swap_limit=memory.swap.max
    echo $((100 * MiB)) >"$memory/small/$swap_limit"
    group_used=$(<"$memory/small/memory.swap.current")
else # Memory and swap together.
    swap_limit=memory.memsw.limit_in_bytes
    before=$(<"$memory/small/$swap_limit")
    echo $((164 * MiB)) >"$memory/small/$swap_limit"
    group_used=$(($(<"$memory/small/memory.memsw.usage_in_bytes") - $(<"$memory/small/$used")))
fi
both=$(inside "$memory/small" sysinfo get swap.limit swap.usable)
compare 'limit of swap of the group' "${both% *}" $((100 * MiB))
compare 'usable swap of the group' "${both#* }" $((100 * MiB - group_used)) $((4 * MiB))
echo "${before:-max}" >"$memory/small/$swap_limit"
exec {held}>&-

for key in pswpin:sin pswpout:sout; do
    before=$(vmstat "${key%:*}")
    inside "$memory/small" actor take $((120 * MiB)) 2
    middle=$(vmstat "${key%:*}")
    ours=$(sysinfo swap "${key#*:}")
    between "swap.${key#*:}" "$middle" "$ours" "$(vmstat "${key%:*}")"
    check "pages were swapped (${key%:*})" test "$middle" -gt $((before + 20 * MiB))
done

# With swap, a process of 105 % survives and pages move out; with one of 95 % none do.
echo $((128 * MiB)) >"$memory/small/$limit"
for share in 95 105; do
    usable=$(inside "$memory/small" sysinfo mem usable)
    before=$(vmstat pswpout)
    inside "$memory/small" actor take $((usable * share / 100))
    compare "with swap, $share % of $((usable / MiB)) MiB, exit status" $? 0
    after=$(vmstat pswpout)
    if ((share < 100)); then
        check 'nothing was swapped out' test "$after" -eq "$before"
    else
        check 'something was swapped out' test "$after" -gt "$before"
    fi
done

# The sum of memory and swap, tested by force: 95 % of it survives, and 105 % is killed.
echo $((64 * MiB)) >"$memory/small/$limit"
if [[ $cg == v2 ]]; then
    echo $((64 * MiB)) >"$memory/small/$swap_limit"
else
    echo $((128 * MiB)) >"$memory/small/$swap_limit"
fi
for share in 95 105; do
    read -r usable swap < <(inside "$memory/small" sysinfo get mem.usable swap.usable)
    inside "$memory/small" actor take $(((usable + swap) * share / 100)) 2>/dev/null
    compare "$share % of $((usable / MiB)) MiB and of $((swap / MiB)) MiB of swap, exit status" $? \
        $((share < 100 ? 0 : 137))
done

for what in cpu memory io; do
    if ! cat /proc/pressure/$what >/dev/null 2>&1; then
        printf 'failed   this kernel has no pressure of %s\n' $what
        failed=1
        continue
    fi
    before=$(stalled /proc/pressure/$what)
    ours=$(sysinfo get --json pressure.$what.some_total | sed 's/.*"some_total":\([0-9.]*\).*/\1/')
    # Ours has two decimals.
    between "seconds stalled, $what" "${before%????}" "$ours" \
        "$(awk -v after="$(stalled /proc/pressure/$what)" 'BEGIN { print after + 0.005 }')"
done
check 'memory was short' awk -v s="$(stalled /proc/pressure/memory)" 'BEGIN { exit !(s > 0.01) }'
swapoff /dev/zram0
compare 'swap in all, after swapoff' "$(sysinfo swap total)" "$(meminfo SwapTotal)"
exit $failed
