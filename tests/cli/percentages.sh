#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Percentages over intervals whose counters jump, run backwards or belong to other CPUs than before.
#
#     percentages.sh PATH/TO/sysinfo PATH/TO/THE/CLOCK
#
# A machine is a directory with proc/stat; proc/stat.1, proc/stat.2, ... are its contents one, two, ... seconds later,
# on the clock of tests/cli/clock.c. No test waits for real time to pass.
set -u
command=$(realpath "$1")
clock=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2

LD_PRELOAD=$clock "$command" --version >check.log 2>&1 && [ ! -s check.log ] || [ "$(wc -l <check.log)" = 1 ] || {
    echo 'skipped: no clock can be preloaded here' # A sanitizer must be preloaded first.
    exit 77
}

checks=0 failures=0
expect() { # description, expected output
    checks=$((checks + 1))
    if [ "$2" != "$(cat "$scratch/out")" ]; then
        failures=$((failures + 1))
        printf 'not ok: %s\n' "$1"
        diff -u --label expected --label actual <(printf '%s\n' "$2") "$scratch/out"
    fi
}

# machine TEXT...: the contents of /proc/stat, second by second. Missing columns are 0; commas separate lines.
machine() {
    rm -rf machine
    mkdir -p machine/proc
    local second=0 text
    for text in "$@"; do
        printf '%s\n' "${text//,/$'\n'}" |
            awk '{ for (i = NF; i < 11; i++) $0 = $0 " 0"; sub(/^cpu /, "cpu  "); print }' \
            >"machine/proc/stat$([ "$second" = 0 ] || echo ".$second")"
        second=$((second + 1))
    done
}
# typed WORD...: runs the command on that machine, starting at its first second.
typed() {
    cp machine/proc/stat machine/first
    CLOCK_FILE=machine/proc/stat LD_PRELOAD=$clock "$command" "$@" --root machine >out 2>err
    local status=$?
    sed 's/^/! /' err >>out
    echo "=> $status" >>out
    mv machine/first machine/proc/stat
}

# Every row is fully busy, while the kernel's own sum gives 0.
before='cpu 300 0 0 5000000,cpu0 100 0 0 2000,cpu1 100 0 0 2000,cpu2 0 0 0 67,cpu3 100 0 0 2000'
after='cpu 600 0 0 7600000,cpu0 200 0 0 2000,cpu1 200 0 0 2000,cpu3 200 0 0 2000'
back='cpu 900 0 0 5000044,cpu0 300 0 0 2000,cpu1 300 0 0 2000,cpu2 0 0 0 44,cpu3 300 0 0 2000'
machine "$before" "$after" "$back"
typed get cpu.percent 1 2
expect 'a CPU that goes and comes back leaves the others fully busy' '100.00
100.00
=> 0'
typed cpu --percpu --csv percent 1 2 --no-header
sed -i 's/^[^,]*,//' out
expect 'and each row is that of its CPU' '1.000,0,100.00
1.000,1,100.00
1.000,3,100.00
1.000,0,100.00
1.000,1,100.00
1.000,2,
1.000,3,100.00
=> 0'
typed check 'cpu.percent < 20' -i 1
expect 'no condition is true of a machine that is fully busy' '=> 1'

machine 'cpu 1000 0 100 9000 0 0 0 50,cpu0 1000 0 100 9000 0 0 0 50' \
    'cpu 1010 0 105 9085 0 0 0 400000050,cpu0 1010 0 105 9085 0 0 0 400000050' \
    'cpu 1035 0 105 9160 0 0 0 400000050,cpu0 1035 0 105 9160 0 0 0 400000050'
sentence='the CPU counters advanced by more than the time between the two samples'
typed get cpu.percent 1 1
expect 'a jump of steal has no percentage' "! sysinfo get: $sentence
=> 3"
typed get cpu.percent 1 2
expect 'and the next window has' "-
25.00
! sysinfo get: note: $sentence
=> 0"
typed cpu 1 2
expect 'a table goes on after it' " percent    user  system   nice  iowait    irq  softirq  steal   idle
       -       -       -      -       -      -        -      -      -
    25.0    25.0     0.0    0.0     0.0    0.0      0.0    0.0   75.0
! sysinfo cpu: note: $sentence
=> 0"
typed cpu --percpu --csv percent 1 2 --no-header
sed -i 's/^[^,]*,//' out
expect 'and the table of each CPU has its lines' ",0,
1.000,0,25.00
! sysinfo cpu: note: $sentence
=> 0"
typed cpu --json percent 1 2
sed -i -E 's/"time":"[^"]*"/"time":"TIME"/' out
expect 'as JSON does' "{\"time\":\"TIME\",\"interval\":null,\"cpu\":{\"percent\":null}}
{\"time\":\"TIME\",\"interval\":1.000,\"cpu\":{\"percent\":25.00}}
! sysinfo cpu: note: $sentence
=> 0"
typed wait 'cpu.percent < 20' -i 1 --timeout 2
expect 'a condition waits for a window with an answer' '=> 1'
typed wait 'cpu.steal > 90' -i 1 --timeout 2
expect 'and does not believe the jump' '=> 1'

machine 'cpu 1000 0 100 9000,cpu0 1000 0 100 9000' 'cpu 1100 0 100 1009000,cpu0 1100 0 100 1009000'
typed get cpu.percent 1 1
expect 'nor has a jump of idle time' "! sysinfo get: $sentence
=> 3"

machine 'cpu 1000 0 100 90000,cpu0 1000 0 100 90000' 'cpu 1010 0 105 1000,cpu0 1010 0 105 1000' \
    'cpu 1010 0 105 1000,cpu0 1010 0 105 1000'
typed cpu 1 1
expect 'after a resume the sentence is the library'"'s" '! sysinfo cpu: idle time ran backwards between the two samples
=> 3'
typed cpu percent 1 2
expect 'a stream in which no window has an answer fails at its end' '-
! sysinfo cpu: note: idle time ran backwards between the two samples
! sysinfo cpu: no CPU percentage: the files under --root machine did not change meanwhile; use --times or --since-boot
=> 3'

machine 'cpu 1000 0 100 9000,cpu0 1000 0 100 9000' \
    'cpu 1010 0 105 12345678901234567890,cpu0 1010 0 105 12345678901234567890'
typed cpu 1 1
expect 'idle time that wrapped has no percentage' \
    '! sysinfo cpu: idle time, or another mode, is missing or unusable in one of the two samples
=> 3'
typed cpu --times user system idle
expect 'and the other modes go on' '10.00 1.00 90.00
=> 0'
cp machine/proc/stat.1 machine/proc/stat
typed cpu --times user system idle
expect 'without it' '10.10 1.05 -
=> 0'

for line in '18446744073709551610 0 100 9000' '1000 0 100 9000 18446744073709551610 0 0 0 0 0' \
    '1000 0 100 9000 0 0 0 18446744073709551610 0 0'; do
    machine "cpu $line,cpu0 $line" "cpu ${line/9000/9050},cpu0 ${line/9000/9050}"
    typed get cpu.percent 1 1
    expect "nor has time of another mode: $line" \
        '! sysinfo get: idle time, or another mode, is missing or unusable in one of the two samples
=> 3'
done

machine 'cpu 279979 0 0 1000 0 0 0 0 712,cpu0 279979 0 0 1000 0 0 0 0 712' \
    'cpu 280164 0 0 1215 0 0 0 0 897,cpu0 280164 0 0 1215 0 0 0 0 897'
typed cpu guest user 4 1
expect 'a guest that is all of user is no estimate' '46.25 46.25
=> 0'

echo "$checks checks, $failures failed"
[ "$failures" = 0 ]
