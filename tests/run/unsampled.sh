#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `sysinfo run` where other processes cannot be watched: the system's figures for a finished child.
#
#     unsampled.sh PATH/TO/sysinfo PATH/TO/actor
set -u
sysinfo=$(realpath "$1")
actor=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2

failed=0
check() { # description, command...
    local description=$1
    shift
    if ! "$@" >check.log 2>&1; then
        failed=$((failed + 1))
        echo "not ok: $description"
        sed 's/^/    /' check.log
    fi
}
ends_with() {
    local wanted=$1
    shift
    "$@"
    [ $? = "$wanted" ]
}
check "the command's status" ends_with 3 "$sysinfo" run sh -c 'exit 3'
check "not found" ends_with 127 "$sysinfo" run nosuch
check "--timeout" ends_with 124 "$sysinfo" run --timeout 0.3 sleep 20
check "a peak that was too high" ends_with 124 "$sysinfo" run --max-mem 100M "$actor" spike 200 40
check "nothing can be recorded" ends_with 125 "$sysinfo" run --record a.csv true
check "no heap can be counted" ends_with 125 "$sysinfo" run --heap true
check "nothing can be watched" ends_with 125 "$sysinfo" run --pid $$
report() {
    "$sysinfo" run --json -o report.json "$actor" spike 200 40 && python3 -c '
import json, sys
r = json.load(open("report.json"))
print(r)
unknown = [r["samples"], r["peak_tree_rss"], r["still_running"]]
sys.exit(0 if abs(r["peak_process"] / 1048576 - 200) <= 3 and unknown == [None, None, None] else 1)'
}
check "the peak is exact" report
text() {
    "$sysinfo" run true 2>report.txt
    cat report.txt
    [ "$(wc -l <report.txt)" = 4 ] && grep -q \
        '^sysinfo: no samples of the whole tree: other processes cannot be watched on this system$' report.txt
}
check "the report says that there are no samples" text
[ "$failed" = 0 ]
