#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares what bash, zsh and fish offer for a line with --help and `sysinfo fields`:
#
#     completions.sh PATH/TO/sysinfo DIRECTORY/OF/ROOTS
#
# A shell that is not installed is named; the status is then 77 if nothing failed.
set -u
command=$(realpath "$1")
completions=$(realpath "$2")/completions
tests=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/bin" "$scratch/expected" "$scratch/here/tree" "$scratch/here/trunk/tree"
ln -s "$command" "$scratch/bin/sysinfo"
printf '#!/bin/sh\n' >"$scratch/bin/a-program-to-run"
chmod +x "$scratch/bin/a-program-to-run"
touch "$scratch/here/trace.csv"
PATH="$scratch/bin:$PATH"
cd "$scratch/here" || exit 2

# ---- Expected completions ----

lines=()
want() { # line, words...
    local line=$1
    shift
    printf '%s\n' "$@" | grep . | sort -u >"$scratch/expected/${#lines[@]}"
    lines+=("$line")
}

options_in_help() { # command...
    sysinfo "$@" --help | grep '^  -' | grep -oE '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,'
}
fields_of() { # group: names as typed after it
    sysinfo fields "$1" --json 2>/dev/null |
        sed -nE "s/.*\"group\":\"$1(\.([a-z.]+))?\",\"name\":\"([a-z0-9_]+)\".*/\2.\3/p" | sed 's/^\.//'
}
is_command() {
    sysinfo help "$1" >/dev/null 2>&1
}
commands=()
for word in $(sysinfo --help | sed -n '/^Commands/,/^$/p'); do
    if is_command "$word" && [[ " ${commands[*]} " != *" $word "* ]]; then
        commands+=("$word")
    fi
done

want 'sysinfo ' "${commands[@]}"
want 'sysinfo me' mem
want 'sysinfo help ' "${commands[@]}"
want 'sysinfo -' -i --interval -c --count -j --json --csv --kv --prom --format -t --time --no-header -a --append -o --output \
    --root --all -h --help -V --version
for command in "${commands[@]}"; do
    # shellcheck disable=SC2046
    want "sysinfo $command -" $(options_in_help "$command") -h --help -V --version
done
groups=()
for command in "${commands[@]}"; do
    mapfile -t fields < <(fields_of "$command")
    if [ "$command" = cpu ]; then # cpu.times and cpu.freq are separate groups.
        mapfile -t fields < <(printf '%s\n' "${fields[@]}" | grep -vE '^(times|freq)\.')
    fi
    if [ -n "${fields[*]}" ]; then
        groups+=("$command")
        want "sysinfo $command " "${fields[@]}"
    fi
done
mapfile -t fields < <(sysinfo fields --json | sed -E 's/.*"group":"([a-z.]+)","name":"([a-z0-9_]+)".*/\1.\2/')
for command in get check wait; do
    want "sysinfo $command " "${fields[@]}"
done
want 'sysinfo get swap.s' swap.sin swap.sout
want 'sysinfo fields ' "$(printf '%s\n' "${fields[@]}" | sed 's/\.[^.]*$//')"
want 'sysinfo watch ' cpu mem swap load pressure cgroup stats
want 'sysinfo watch mem s' swap stats
want 'sysinfo mark '
want 'sysinfo topology '

# Arguments of options, which may look like a command's name.
want 'sysinfo --root tr' tree trunk
want 'sysinfo mem --root tr' tree trunk
want 'sysinfo mem --root=tr' tree trunk
want 'sysinfo mem --root trunk/' tree
want 'sysinfo mem -o tr' trace.csv tree trunk
want 'sysinfo mem --output=tr' trace.csv tree trunk
want 'sysinfo run --record tr' trace.csv tree trunk
want 'sysinfo plot tr' trace.csv tree trunk
want 'sysinfo mem --unit M' MB MiB
want 'sysinfo mem --format ' csv json kv prom
want 'sysinfo mem --format=k' kv
want 'sysinfo mem --time=' iso unix
want 'sysinfo mem --count '
want 'sysinfo -i 5 mem tot' total
want 'sysinfo --root cpu mem tot' total
want 'sysinfo --root=cpu mem tot' total
want 'sysinfo run a-program-to' a-program-to-run
want 'sysinfo run ls tr' trace.csv tree trunk
want 'sysinfo run ls --perc'

if [ "${#commands[@]}" -lt 17 ] || [ "${#groups[@]}" -lt 8 ] || [ "${#fields[@]}" -lt 50 ]; then
    echo "too few to try: ${commands[*]}; ${groups[*]}; ${#fields[@]} fields"
    exit 1
fi

# ---- Actual completions: the matches of each line, then an empty line ----

offered_by_bash() {
    # shellcheck disable=SC1091
    . "$completions/sysinfo.bash"
    local line
    for line in "$@"; do
        COMPREPLY=()
        # bash makes each "=" a separate word.
        read -ra COMP_WORDS <<<"${line//=/ = }"
        [[ $line != *[\ =] ]] || { [[ $line == *= ]] || COMP_WORDS+=(''); }
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _sysinfo
        printf '%s\n' "${COMPREPLY[@]}" | grep .
        echo
    done
}
offered_by_zsh() {
    "$tests/complete.zsh" "$completions" "$@"
}
offered_by_fish() {
    # shellcheck disable=SC2016
    fish --no-config -c 'source $argv[1]/sysinfo.fish
for line in $argv[2..-1]
    complete -C $line
    echo
end' "$completions" "$@"
}

# fish adds meanings, the option before "=" and a directory's slash; zsh leaves out a name's directory.
words_of() {
    cut -f 1 | sed -E 's/^--[a-z]+=//; s:/$::; s:.*/::' | grep . | sort -u
}

failed=0 missing=0
for shell in bash zsh fish; do
    if ! type "$shell" >/dev/null 2>&1; then
        echo "skipped: $shell is not installed"
        missing=$((missing + 1))
        continue
    fi
    "offered_by_$shell" "${lines[@]}" >"$scratch/offered" 2>"$scratch/said"
    at=0
    : >"$scratch/words"
    while IFS= read -r word; do
        if [ -n "$word" ]; then
            printf '%s\n' "$word" >>"$scratch/words"
            continue
        fi
        words_of <"$scratch/words" >"$scratch/got"
        if ! diff "$scratch/expected/$at" "$scratch/got" >"$scratch/diff"; then
            echo "not ok: $shell: '${lines[at]}' (< is expected, > is offered)"
            head -20 "$scratch/diff"
            failed=$((failed + 1))
        fi
        at=$((at + 1))
        : >"$scratch/words"
    done <"$scratch/offered"
    if [ "$at" -ne "${#lines[@]}" ]; then
        echo "not ok: $shell: $at of ${#lines[@]} lines were completed"
        head -20 "$scratch/said"
        failed=$((failed + 1))
    fi
done
echo "${#lines[@]} lines in $((3 - missing)) shells, $failed failed"
if [ "$failed" -gt 0 ]; then exit 1; fi
if [ "$missing" -gt 0 ]; then exit 77; fi
