# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the shell tests of the installed package.
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

export LC_ALL=C

failures=()

# check SENTENCE COMMAND...: the sentence is true if the command succeeds.
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

# check_same SENTENCE EXPECTED ACTUAL: the two texts are equal.
check_same() {
    check "$1" diff -u --label expected --label actual <(printf '%s\n' "$2") <(printf '%s\n' "$3")
}

# Must be the last line of a test: repeats what failed.
all_checks_passed() {
    ((${#failures[@]} == 0)) || printf 'failed: %s\n' "${failures[@]}"
    ((${#failures[@]} == 0))
}

# Prints the shared objects that a program or library needs, separated by blanks.
needed() {
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | paste -sd ' '
}
