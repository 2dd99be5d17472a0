# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Runs every scenario, or those that only=REGEX names.
echo 1 >/proc/sys/vm/overcommit_memory
status=0

# The clock of the shell is set by one of them.
uptime() {
    cut -d . -f 1 /proc/uptime
}

for scenario in /guest/scenarios/*.bash; do
    name=${scenario##*/}
    [[ ${name%.bash} =~ ^(${only:-.*})$ ]] || continue
    start=$(uptime)
    timeout 900 bash "$scenario" || status=1
    printf -- '-- %s: %s s\n' "${name%.bash}" $(($(uptime) - start))
done
exit $status
