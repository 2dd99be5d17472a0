# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# A clock that is set, and a machine that is stopped and continued, during a stream.
. /guest/lib.bash

rows=/tmp/rows
uptime() {
    cut -d ' ' -f 1 /proc/uptime
}
has_rows() {
    [[ $(wc -l <$rows) -ge "$1" ]]
}

# stream WHAT COMMAND...: the sum of the rows' intervals never exceeds the elapsed uptime.
stream() {
    local what=$1 start process
    shift
    start=$(uptime)
    : >$rows
    sysinfo cpu --json 0.2 >$rows &
    process=$!
    wait_for has_rows 3
    "$@"
    wait_for has_rows 8
    check "$what: the stream goes on" kill "$process"
    wait "$process" 2>/dev/null
    check "$what: intervals are positive, percentages at most 100" awk -F '"interval":' '
        { split($2, part, /[,:]/); split($0, percent, /"percent":/) }
        part[1] <= 0 || percent[2] + 0 > 100 { exit 1 }' $rows
    between "$what: seconds of all rows" 0.5 \
        "$(awk -F '"interval":' '{ split($2, part, ","); sum += part[1] } END { print sum }' $rows)" \
        "$(awk -v start="$start" '{ print $1 - start + 0.02 }' /proc/uptime)"
}

forward() {
    date -s "@$(($(date +%s) + 3600))" >/dev/null
}
back() {
    date -s "@$(($(date +%s) - 7200))" >/dev/null
}
# The hardware clock advances while the processors are stopped.
stop_and_continue() {
    local board start
    board=$(</sys/class/rtc/rtc0/since_epoch)
    start=$(uptime)
    echo '@monitor pause 4'
    sleep 2
    compare 'the machine was stopped for some seconds' \
        "$(awk -v board=$(($(</sys/class/rtc/rtc0/since_epoch) - board)) -v start="$start" \
            '{ print (board - ($1 - start) > 2 ? "yes" : "no") }' /proc/uptime)" yes
}

stream 'the clock is set forward by an hour' forward
stream 'the clock is set back by two hours' back
stream 'the machine is stopped and continued' stop_and_continue
exit $failed
