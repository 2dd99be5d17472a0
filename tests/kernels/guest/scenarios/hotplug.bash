# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# CPUs that go offline and come back during `cpu --percpu`, on a busy and on an idle machine.
. /guest/lib.bash

rows=/tmp/rows

has_rows() {
    [[ $(wc -l <$rows) -ge "$1" ]]
}

# judge BUSY: the total lies between the lowest and the highest of its rows. If every CPU is busy, it is high on
# average: a CPU that has just come back is idle for a moment. Prints violations.
judge() {
    awk -v busy="$1" '
        function value(text) {
            sub(/^.*"percent":/, "", text)
            sub(/,.*/, "", text)
            return text
        }
        {
            start = index($0, "\"percpu\":")
            all = substr($0, 1, start)
            sub(/^.*"cpu":[{]/, "", all)
            all = value(all)
            count = split(substr($0, start), row, /"cpu":/)
            low = 101
            high = -1
            for (i = 2; i <= count; i++) {
                one = value(row[i])
                if (one != "null") {
                    low = one + 0 < low ? one + 0 : low
                    high = one + 0 > high ? one + 0 : high
                }
            }
            if (all == "null") {
                unknown++
                next
            }
            rows++
            sum += all
            if (all + 0 < low - 0.02 || all + 0 > high + 0.02) {
                print "all " all ", CPUs from " low " to " high
                wrong++
            }
        }
        END {
            printf "         %d rows, %d without a figure, %.1f %% on average\n", rows, unknown, rows ? sum / rows : -1
            exit wrong > 0 || rows < 6 || (busy && sum / rows < 85)
        }' $rows
}

# stream: takes CPUs offline and online while rows are written.
stream() {
    local cpu count=0
    : >$rows
    sysinfo cpu --percpu --json 0.3 >$rows &
    wait_for has_rows 2
    for cpu in 3 5 3 5; do
        count=$(wc -l <$rows)
        echo $((1 - $(</sys/devices/system/cpu/cpu$cpu/online))) >/sys/devices/system/cpu/cpu$cpu/online
        wait_for has_rows $((count + 3))
        compare "CPUs online" "$(sysinfo cpu count)" "$(grep -c ^processor /proc/cpuinfo)"
        compare 'rows of the stream' "$(newest $rows | grep -o '"cpu":[0-9]' | wc -l)" \
            "$(grep -c '^cpu[0-9]' /proc/stat)"
    done
    check 'the stream goes on' kill $!
}

stream
check 'idle: the figure of all CPUs is one of theirs' judge 0

for ((i = 0; i < 4 + $(nproc); i++)); do
    while :; do :; done &
    spinners+=($!)
done
stream
check 'busy: the figure of all CPUs is one of theirs' judge 1
kill "${spinners[@]}"
exit $failed
