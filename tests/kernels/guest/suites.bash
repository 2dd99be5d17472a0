# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2154,SC2317
# Runs every suite of /suites, or those that match only=REGEX. A skipped test counts as failed: these kernels support
# everything that a suite needs.
failed=0

# suite NAME SECONDS COMMAND...: the output goes to a file, because a process that outlives its test would keep a pipe
# open.
suite() {
    local name=$1 seconds=$2 line status start=$SECONDS output=/tmp/output
    shift 2
    [[ $name =~ ^(${only:-.*})$ ]] || return
    echo "running  $name"
    timeout "$seconds" "$@" >"$output" 2>&1 </dev/null
    status=$?
    while read -r line; do
        printf 'failed   %s: %s\n' "$name" "$line"
        failed=1
    done < <(grep '^skipped' "$output")
    if ((status == 0)); then
        printf 'passed   %s (%s s): %s\n' "$name" $((SECONDS - start)) "$(grep -m 1 '^[0-9]*%: ' "$output")"
        return
    fi
    failed=1
    if ((SECONDS - start >= seconds)); then
        printf 'failed   %s: no end within %s s\n' "$name" "$seconds"
    else
        printf 'failed   %s: status %s\n' "$name" "$status"
    fi
    cat "$output"
}

# A test reserves more address space than this machine has memory.
echo 1 >/proc/sys/vm/overcommit_memory
. /suites
if [[ $cg == v2 ]]; then
    # No controller was enabled yet for the groups below the top.
    for controller in $(</sys/fs/cgroup/cgroup.controllers); do
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
    done
    only=live_cgroups
    . /suites
fi
exit $failed
