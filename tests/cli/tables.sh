#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tables: their width, their headers, and their columns' units.
#
#     tables.sh PATH/TO/sysinfo PATH/TO/THE/CLOCK [topology]
#
# On this machine, nearly every figure has its largest value; the clock is that of percentages.sh.
set -u
command=$(realpath "$1")
clock=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2

checks=0 failures=0
bad() { # description, output
    failures=$((failures + 1))
    printf 'not ok: %s\n%s\n' "$1" "$2"
}
fits() { # words of the command: no line is longer than 80, except one with only a path
    checks=$((checks + 1))
    local printed
    printed=$("$command" "$@" 2>err)
    [ -n "$printed" ] || bad "sysinfo $* prints nothing" "$(cat err)"
    awk 'length($0) > 80 && !/^\/[^ ]*$/ { exit 1 }' <<<"$printed" ||
        bad "sysinfo $* is wider than 80 columns" "$printed"
}
# heads WORDS GROUP SKIPPED: every word of the header, except the first SKIPPED, is a field of the group, perhaps
# followed by a unit or "/s".
heads() {
    checks=$((checks + 1))
    local header word
    # shellcheck disable=SC2086 # Words.
    header=$("$command" $1 2>err | sed -n 1p)
    [ -n "$header" ] || bad "sysinfo $1 prints nothing" "$(cat err)"
    "$command" fields "$2" | awk '{ print $1 }' >fields
    for word in $(awk -v skipped="$3" '{ for (i = 1 + skipped; i <= NF; i++) print $i }' <<<"$header"); do
        word=${word%/s}
        word=${word%(*}
        grep -qE "^$2\.([a-z.]+\.)?$word\$" fields || bad "sysinfo $1: '$word' is not a field of $2" "$header"
    done
}

# A machine with 8 PiB, 3 CPUs with large counters and an uptime of 30 years, and a cgroup with a long name.
mkdir -p big/proc/self big/proc/pressure big/sys/fs/cgroup
kib=8796093022207 seconds=94608000000 large=9007199254740991
{
    printf '%s: %s kB\n' MemTotal $kib MemFree 0 MemAvailable $((kib / 3)) Buffers $kib Cached $kib Shmem $kib Slab $kib \
        SReclaimable 1 SwapTotal $kib SwapFree $((kib / 7)) Active 1 Inactive $kib
} >big/proc/meminfo
{
    printf 'cpu  %s %s %s %s %s %s %s %s 0 0\n' $((3 * seconds)) 9000000 $((3 * seconds)) $((6 * seconds)) \
        7000000 0 123456789 7000000
    for cpu in 0 9999 99999; do
        printf 'cpu%s %s %s %s %s %s %s %s %s 0 0\n' $cpu $seconds 3000000 $seconds $((2 * seconds)) 3000000 0 \
            4000000 2000000
    done
    printf 'intr %s\nctxt %s\nsoftirq %s\nbtime 1700000000\n' $large $large $large
} >big/proc/stat
printf 'pswpin %s\npswpout %s\n' $large $large >big/proc/vmstat
printf '99999.99 99999.99 99999.99 1/1 1\n' >big/proc/loadavg
for what in cpu memory io irq; do
    printf '%s avg10=99.99 avg60=99.99 avg300=100.00 total=%s\n' some $large full $large |
        tee big/proc/pressure/$what >/dev/null
done
scope=kubepods.slice/kubepods-burstable.slice/cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123.scope
group=big/sys/fs/cgroup/$scope
mkdir -p "$group"
printf '0::/%s\n' "$scope" >big/proc/self/cgroup
printf '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n' >big/proc/self/mountinfo
for level in big/sys/fs/cgroup/kubepods.slice "$(dirname "$group")" "$group"; do
    echo $((kib * 500)) >"$level/memory.max"
    echo $((kib * 400)) | tee "$level/memory.current" "$level/memory.peak" >/dev/null
    echo $((kib * 300)) >"$level/memory.swap.max"
    echo $((kib * 10)) >"$level/memory.swap.current"
    printf 'inactive_file 4096\nactive_file 4096\nslab_reclaimable 0\n' >"$level/memory.stat"
    printf 'low 0\nhigh 0\nmax %s\noom 0\noom_kill %s\n' 123456789 12345 >"$level/memory.events"
    printf '150000 100000\n' >"$level/cpu.max"
    printf 'usage_usec %s\nuser_usec 1\nsystem_usec 1\nnr_periods 1\nnr_throttled 1\nthrottled_usec %s\n' $large $large \
        >"$level/cpu.stat"
    cp big/proc/pressure/cpu "$level/cpu.pressure"
    cp big/proc/pressure/cpu "$level/memory.pressure"
    cp big/proc/pressure/cpu "$level/io.pressure"
done

for unit in '' -b -k -m -g --unit=kB --unit=GB; do
    for table in mem swap; do
        for time in '' -t --time=unix; do
            # shellcheck disable=SC2086 # Words.
            fits $table $unit $time --root big
        done
        # shellcheck disable=SC2086
        fits $table $unit
    done
    for table in 'cgroup --root big' cgroup process; do
        # shellcheck disable=SC2086
        fits $table $unit
    done
done
fits cgroup -t --root big
for table in load stats pressure 'cpu --since-boot' 'cpu --since-boot --percpu' 'cpu --times' 'cpu --times --percpu'; do
    for time in '' -t --time=unix; do
        # shellcheck disable=SC2086 # Words.
        fits $table $time --root big
    done
done
for table in swap stats cgroup; do
    fits $table --rate 0.1 2
done
fits swap --rate -b 0.1 2
fits limits --root big
fits limits
if sysinfo heap >/dev/null 2>&1; then # Not every allocator reports its heap.
    fits heap
    fits heap -b
fi
fits

# Ten packages of one core, whose four CPUs have numbers from 10000 on.
if [ "${3-}" = topology ]; then
    mkdir -p built/proc
    cpus=built/sys/devices/system/cpu
    for cpu in {0..39}; do
        mask=$(printf '%x' $((15 << cpu / 4 * 4)))
        high=$((0x$mask >> 32)) low=$((0x$mask & 0xffffffff))
        mask=$(printf '%08x,%08x' $high $low)
        mkdir -p $cpus/cpu$cpu/topology
        for file in core_cpus thread_siblings package_cpus core_siblings; do
            echo "$mask" >$cpus/cpu$cpu/topology/$file
        done
        echo $((cpu / 4)) | tee $cpus/cpu$cpu/topology/core_id >$cpus/cpu$cpu/topology/physical_package_id
        index=0
        for cache in '1 Data 32K' '1 Instruction 32K' '2 Unified 256K' '3 Unified 4096K'; do
            mkdir -p $cpus/cpu$cpu/cache/index$index
            read -r level type size <<<"$cache"
            echo "$level" >$cpus/cpu$cpu/cache/index$index/level
            echo "$type" >$cpus/cpu$cpu/cache/index$index/type
            echo "$size" >$cpus/cpu$cpu/cache/index$index/size
            echo "$mask" >$cpus/cpu$cpu/cache/index$index/shared_cpu_map
            index=$((index + 1))
        done
        printf 'cpu%s 1 1 1 1\n' $cpu >>built/proc/stat
    done
    echo 0-39 | tee $cpus/online $cpus/possible >$cpus/present
    printf 'MemTotal: 16777216 kB\nMemFree: 1 kB\n' >built/proc/meminfo
    fits topology --root built
fi

heads 'mem' mem 0
heads 'mem -m' mem 0
heads 'swap' swap 0
heads 'swap -b' swap 0
heads 'load' load 0
heads 'stats' stats 0
heads 'stats --rate 0.1 1' stats 0
heads 'cpu --since-boot' cpu 0
heads 'cpu --since-boot --percpu' cpu 1
heads 'cpu --times' cpu.times 0
heads 'process' process 0
heads 'pressure --root big' pressure 0
heads 'cgroup --root big' cgroup 0

# What does not fit is dropped from the right, and the rest stays.
checks=$((checks + 1))
printed=$("$command" mem -b --root big | sed -n 1p)
[ "$(xargs <<<"$printed")" = 'total(B) available(B) usable(B) percent used(B)' ] || bad 'the first columns of mem -b' "$printed"

# ---- Tests with the clock ----

"$command" --version >plain
LD_PRELOAD=$clock "$command" --version >preloaded 2>&1
if cmp -s plain preloaded; then
    # From 900 MiB free to 16 GiB and back: a column keeps its unit.
    mkdir -p moves/proc
    meminfo() { # KiB free
        printf '%s: %s kB\n' MemTotal 16777216 MemFree "$1" MemAvailable "$1" Cached $((16777216 - $1)) Shmem 0
    }
    meminfo 921600 >moves/proc/meminfo
    meminfo 16777216 >moves/proc/meminfo.1
    meminfo 1024 >moves/proc/meminfo.2
    checks=$((checks + 1))
    printed=$(CLOCK_FILE=moves/proc/meminfo LD_PRELOAD=$clock "$command" mem 1 3 --root moves 2>err)
    [ "$printed" = '     total available    usable percent      used      free    cached    shared
  16.0 GiB   900 MiB   900 MiB    94.5  15.1 GiB   900 MiB  15.1 GiB     0 MiB
  16.0 GiB 16384 MiB 16384 MiB     0.0     0 GiB 16384 MiB     0 GiB     0 MiB
  16.0 GiB   1.0 MiB   1.0 MiB   100.0  16.0 GiB   1.0 MiB  16.0 GiB     0 MiB' ] || bad 'units of a stream' "$printed"

    # Each sample of several rows has a header: in a file, in a pipe and on a terminal.
    mkdir -p rows/proc
    printf 'cpu  %s 0 0 0\ncpu0 %s 0 0 0\n' 1000 1000 >rows/proc/stat
    printf 'cpu  %s 0 0 0\ncpu0 %s 0 0 0\n' 2000 2000 >rows/proc/stat.1
    printf 'cpu  %s 0 0 0\ncpu0 %s 0 0 0\n' 3000 3000 >rows/proc/stat.2
    stream() { cp rows/proc/stat.2 rows/proc/stat && "$@" cpu --times --percpu 1 2 --root rows; }
    checks=$((checks + 1))
    stream env LD_PRELOAD="$clock" "$command" >printed
    [ "$(grep -c '^cpu  *user  *nice' printed)" = 2 ] && [ "$(wc -l <printed)" = 6 ] ||
        bad 'the header of each sample' "$(cat printed)"
    checks=$((checks + 1))
    stream env LD_PRELOAD="$clock" "$command" --no-header >printed
    [ "$(wc -l <printed)" = 4 ] && ! grep -q user printed || bad '--no-header of a stream of rows' "$(cat printed)"
    if command -v script >/dev/null; then
        checks=$((checks + 1))
        stream env LD_PRELOAD="$clock" "$command" >printed
        script -qec "LD_PRELOAD=$clock $command cpu --times --percpu 1 2 --root rows" /dev/null </dev/null |
            tr -d '\r' >terminal
        cmp printed terminal || bad 'the same bytes on a terminal' "$(cat terminal)"
    fi
fi

printf '%s checks, %s failed\n' "$checks" "$failures"
[ "$failures" = 0 ]
