# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the shell tests of the installed package share. To be sourced.
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

export LC_ALL=C

failures=()

# check SENTENCE COMMAND...: the sentence is true when the command succeeds.
check() {
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s\n' "$sentence"
    else
        printf 'FAILED  %s\n' "$sentence"
        printf '  %s\n' "$*"
        printf '    %s\n' "${output//$'\n'/$'\n    '}"
        failures+=("$sentence")
    fi
}

# check_same SENTENCE EXPECTED ACTUAL: two texts are the same.
check_same() {
    check "$1" diff -u --label expected --label actual <(printf '%s\n' "$2") <(printf '%s\n' "$3")
}

# To be the last line of a test: says once more what failed.
all_checks_passed() {
    ((${#failures[@]} == 0)) || printf 'failed: %s\n' "${failures[@]}"
    ((${#failures[@]} == 0))
}

# The shared objects that a program or library asks for, blank-separated.
needed() {
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | paste -sd ' '
}
