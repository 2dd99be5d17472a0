# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Runs every scenario, or those that only=REGEX names.
echo 1 >/proc/sys/vm/overcommit_memory
status=0
for scenario in /guest/scenarios/*.bash; do
    name=${scenario##*/}
    [[ ${name%.bash} =~ ^(${only:-.*})$ ]] || continue
    printf -- '-- %s\n' "${name%.bash}"
    timeout 900 bash "$scenario" || status=1
done
exit $status
