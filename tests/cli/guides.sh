#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# guides.sh COMMAND PAGE...: runs every command in the pages' console blocks, with COMMAND as `sysinfo`. Each must
# succeed and print something on stdout or stderr, unless it is silent by design (check, wait).
set -u
command=$(realpath "$1")
shift
mapfile -t pages < <(realpath "$@")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/work"
ln -s "$command" "$scratch/bin/sysinfo"
PATH=$scratch/bin:$PATH
passed=0 failed=0 is_without_blocks=0
for page in "${pages[@]}"; do
    rm -rf "$scratch/work" && mkdir "$scratch/work" && cd "$scratch/work" || exit 1
    before=$((passed + failed))
    while IFS= read -r typed; do
        (eval "$typed") >"$scratch/out" 2>&1 </dev/null
        status=$?
        # Counting the heap needs a library that some builds and processors lack.
        if ((status != 0)) &&
            grep -qE 'cannot be counted on this system|not supported|libsysinfo_heap' "$scratch/out"; then
            printf 'skipped: %s: %s\n' "${page##*/}" "$(tail -n 1 "$scratch/out")"
            is_without_blocks=1
            continue
        fi
        if [[ $is_without_blocks == 1 && $typed == 'sysinfo blocks '* ]]; then # Its file was not written.
            continue
        fi
        # A condition may be false on this machine, which is a valid result.
        [[ $status == 1 && $typed == "sysinfo check "* ]] && status=0
        if ((status == 0)) && [[ -s $scratch/out || $typed =~ ^sysinfo\ (check|wait)\  ]]; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            printf 'not ok: %s: %s (status %d)\n' "${page##*/}" "$typed" "$status"
            sed 's/^/    /' "$scratch/out"
        fi
    done < <(awk '/^```/ { inside = ($0 == "```console") } inside && /^\$ / { print substr($0, 3) }' "$page")
    if ((passed + failed == before)); then
        failed=$((failed + 1))
        printf 'not ok: %s has no command\n' "${page##*/}"
    fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
