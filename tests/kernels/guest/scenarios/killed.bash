# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# A job that the kernel kills under `run`.
. /guest/lib.bash

make "$memory" job
echo $((64 * MiB)) >"$memory/job/$limit"

# kills: prints how many processes of the group the kernel has killed.
kills() {
    if [[ $cg == v2 ]]; then
        event "$memory/job" oom_kill
    else
        awk '$1 == "oom_kill" { print $2 }' "$memory/job/memory.oom_control"
    fi
}

before=$(kills)
inside "$memory/job" sysinfo run --json -o /tmp/report -- actor take $((256 * MiB))
compare 'the status of run' $? 137
compare 'processes killed' $(($(kills) - before)) 1
compare 'the status in the report' "$(sed -n 's/.*"status":\([0-9]*\).*/\1/p' /tmp/report)" 137
compare 'the signal in the report' "$(sed -n 's/.*"signal":"*\([A-Z0-9]*\).*/\1/p' /tmp/report)" 9
compare 'cgroup.events_oom_kill' "$(inside "$memory/job" sysinfo get cgroup.events_oom_kill)" "$(kills)"
oom='"oom":{"kills":\([0-9]*\),"events":[0-9a-z]*,"cgroup":"\([^"]*\)","limit":\([0-9]*\)}'
compare 'the kills, the group and its limit in the report' "$(sed -n "s/.*$oom.*/\1 \2 \3/p" /tmp/report)" \
    "1 /job $((64 * MiB))"
peak=$(sed -n 's/.*"peak_process":\([0-9]*\).*/\1/p' /tmp/report)
check "the peak, $peak bytes, is near the limit and not above it" \
    test "$peak" -gt $((40 * MiB)) -a "$peak" -lt $((70 * MiB))

# Here the counter does not start at 0.
inside "$memory/job" sysinfo run -o /tmp/report -- actor take $((256 * MiB))
compare 'processes killed in a second run, in words' \
    "$(sed -n "s/^sysinfo: the kernel's OOM killer ended \(1 process in the cgroup [^;]*\).*/\1/p" /tmp/report)" \
    '1 process in the cgroup /job, limited to 64.0 MiB'
inside "$memory/job" sysinfo run --json -o /tmp/report -- true
compare 'processes killed in a run of true' "$(sed -n 's/.*"oom":{"kills":\([0-9]*\),.*/\1/p' /tmp/report)" 0
exit $failed
