# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# mem.usable, tested by force: a process that takes 95 % of it survives, and one that takes 105 % is killed by the
# kernel.
. /guest/lib.bash

over=105

# force WHAT GROUP [COMMAND...]: COMMAND runs both sysinfo and the process that takes the memory.
force() {
    local what=$1 group=$2 usable share status expected
    shift 2
    usable=$(inside "$group" "$@" sysinfo mem usable)
    for share in 95 "$over"; do
        expected=$((share < 100 ? 0 : 137))
        inside "$group" "$@" actor take $((usable * share / 100)) 2>/dev/null
        status=$?
        compare "$what: $share % of $((usable / MiB)) MiB, exit status" "$status" "$expected"
    done
}

make "$memory" outer outer/inner
echo $((192 * MiB)) >"$memory/outer/$limit"
force 'the limit of the group above' "$memory/outer/inner"

echo $((128 * MiB)) >"$memory/outer/inner/$limit"
force 'nested limits' "$memory/outer/inner"

dd if=/dev/zero of=/var/tmp/data bs=1M count=48 2>/dev/null
sync
echo 3 >/proc/sys/vm/drop_caches
inside "$memory/outer/inner" cat /var/tmp/data >/dev/null
check 'clean page cache is in the group' test "$(<"$memory/outer/inner/$used")" -gt $((40 * MiB))
force 'clean page cache' "$memory/outer/inner"

inside "$memory/outer/inner" dd if=/dev/zero of=/var/tmp/data bs=1M count=32 conv=notrunc 2>/dev/null
force 'page cache just written' "$memory/outer/inner"

inside "$memory/outer/inner" dd if=/dev/zero of=/dev/shm/data bs=1M count=32 2>/dev/null
check 'a file in tmpfs is in the group' test "$(<"$memory/outer/inner/$used")" -gt $((30 * MiB))
force 'a file in tmpfs' "$memory/outer/inner"
rm /dev/shm/data /var/tmp/data

force 'in a cgroup namespace' "$memory/outer/inner" actor inside
if [[ $cg == v2 ]]; then
    # Above memory.high, a process is slowed down but not killed.
    echo $((96 * MiB)) >"$memory/outer/inner/memory.high"
    usable=$(inside "$memory/outer/inner" sysinfo mem usable)
    before=$(event "$memory/outer/inner" high)
    inside "$memory/outer/inner" actor take $((usable * 95 / 100))
    compare "memory.high: 95 % of $((usable / MiB)) MiB, times that it was reached" \
        "$(event "$memory/outer/inner" high)" "$before"
    inside "$memory/outer/inner" actor take $((usable * 105 / 100))
    check "memory.high: 105 % of it reached it" test "$(event "$memory/outer/inner" high)" -gt "$before"
else
    echo 'left out: version 1 has no memory.high'
fi

# MemAvailable excludes the kernel's reserves, part of which a process does get.
over=125
mkdir "$memory/free"
force 'no limit but the machine' "$memory/free"
exit $failed
