# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Runs every scenario, or those that match only=REGEX.
echo 1 >/proc/sys/vm/overcommit_memory
status=0 seconds=400

# One of the scenarios sets the clock that the shell uses.
uptime() {
    cut -d . -f 1 /proc/uptime
}

for scenario in /guest/scenarios/*.bash; do
    name=${scenario##*/} name=${name%.bash}
    [[ $name =~ ^(${only:-.*})$ ]] || continue
    echo "running  $name"
    start=$(uptime)
    timeout $seconds bash "$scenario" || status=1
    took=$(($(uptime) - start))
    printf -- '-- %s: %s s\n' "$name" $took
    ((took < seconds)) || printf 'failed   %s: no end within %s s\n' "$name" $seconds
done
exit $status
