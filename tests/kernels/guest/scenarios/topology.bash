# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# Sockets, cores, threads and NUMA nodes compared with /sys, and huge pages of two sizes.
. /guest/lib.bash

cpus=/sys/devices/system/cpu
compare 'CPUs' "$(sysinfo cpu count)" "$(grep -c ^processor /proc/cpuinfo)"
compare 'cores' "$(sysinfo cpu cores)" "$(cat $cpus/cpu[0-9]*/topology/thread_siblings_list | sort -u | wc -l)"
check 'cores have two threads each' test $((2 * $(sysinfo cpu cores))) -eq "$(sysinfo cpu count)"

topology=$(sysinfo topology --json)
number() {
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"${topology%%,\"machine\"*}"
}
compare 'packages' "$(number packages)" "$(cat $cpus/cpu[0-9]*/topology/physical_package_id | sort -u | wc -l)"
compare 'NUMA nodes' "$(number nodes)" "$(find /sys/devices/system/node -name 'node[0-9]*' -maxdepth 1 | wc -l)"
check 'there are two packages and two nodes' test "$(number packages) $(number nodes)" = '2 2'
for node in 0 1; do
    found=$(grep -o "\"type\":\"node\",\"number\":$node,\"total\":[0-9]*" <<<"$topology")
    compare "bytes of node $node" "${found##*:}" \
        "$(awk '/MemTotal/ { printf "%.0f\n", $4 * 1024 }' /sys/devices/system/node/node$node/meminfo)"
done

# huge FILE: prints the total of all sizes, in bytes.
huge() {
    local size total=0
    for size in /sys/kernel/mm/hugepages/*; do
        total=$((total + $(<"$size/$1") * $(tr -dc 0-9 <<<"${size##*-}") * 1024))
    done
    echo $total
}
mkdir -p /mnt/2M /mnt/1G
mount -t hugetlbfs -o pagesize=2M none /mnt/2M
mount -t hugetlbfs -o pagesize=1G none /mnt/1G
check 'there are huge pages of both sizes' \
    test "$(cat /sys/kernel/mm/hugepages/*/nr_hugepages | sort -n | head -n 1)" -gt 0
for file in /mnt/2M/a /mnt/1G/a /mnt/2M/b; do
    fallocate -l $((2 * MiB)) $file 2>/dev/null || fallocate -l $((1024 * MiB)) $file
    compare "huge pages in all, $file made" "$(sysinfo mem hugepages_total)" "$(huge nr_hugepages)"
    compare "huge pages free, $file made" "$(sysinfo mem hugepages_free)" "$(huge free_hugepages)"
done
rm /mnt/2M/a /mnt/1G/a /mnt/2M/b
compare 'huge pages free again' "$(sysinfo mem hugepages_free)" "$(huge nr_hugepages)"
exit $failed
