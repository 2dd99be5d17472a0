#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a transcript and compares every byte:
#
#     transcript.sh [--update] PATH/TO/sysinfo FILE.transcript
#
# With --update it writes what was printed into the transcript instead, for `git diff` to show.
#
# A transcript is a list of blocks. `$ ` begins one, with what a person would type in a shell (bash; `sysinfo` is the
# command under test). What it prints follows: stdout as it is, stderr with `! ` in front; `=> N` is the exit status and
# ends the block. A last line that ends without a newline is written with `\` at its end. Text between blocks is a
# comment. Each block has an empty directory of its own; $roots is the directory of the tests' machines, and is shown as
# $roots where it is printed.
set -u
update=''
if [ "$1" = --update ]; then
    update=1
    shift
fi
command=$(realpath "$1")
transcript=$(realpath "$2")
roots=$(realpath "$(dirname "$0")/roots")
export roots
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
ln -s "$command" "$scratch/bin/sysinfo"
PATH="$scratch/bin:$PATH"

blocks=0 failures=0
run_block() { # typed, file of what was expected
    rm -rf "$scratch/work"
    mkdir "$scratch/work"
    (cd "$scratch/work" && eval "$1") >"$scratch/out" 2>"$scratch/err" </dev/null
    local status=$?
    {
        cat "$scratch/out"
        if [ -n "$(tail -c 1 "$scratch/out")" ]; then echo "\\"; fi
        sed 's/^/! /' "$scratch/err"
        echo "=> $status"
    } | sed "s|$roots|\$roots|g" >"$scratch/actual"
    blocks=$((blocks + 1))
    printf '$ %s\n' "$1" | cat - "$scratch/actual" >>"$scratch/updated"
    if ! diff -u --label expected --label actual "$2" "$scratch/actual" >"$scratch/diff"; then
        failures=$((failures + 1))
        printf '\n$ %s\n' "$1"
        cat "$scratch/diff"
    fi
}

typed=''
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    '$ '*) if [ -z "$typed" ]; then
        typed=${line#'$ '}
        : >"$scratch/expected"
    else
        printf '%s\n' "$line" >>"$scratch/expected"
    fi ;;
    '=> '*) if [ -n "$typed" ]; then
        printf '%s\n' "$line" >>"$scratch/expected"
        run_block "$typed" "$scratch/expected"
        typed=''
    fi ;;
    *) if [ -n "$typed" ]; then
        printf '%s\n' "$line" >>"$scratch/expected"
    else
        printf '%s\n' "$line" >>"$scratch/updated"
    fi ;;
    esac
done <"$transcript"
if [ -n "$typed" ] || [ "$blocks" -eq 0 ]; then
    echo "$transcript: no block, or a block without its '=> N': $typed"
    exit 1
fi
if [ -n "$update" ]; then
    cmp -s "$scratch/updated" "$transcript" || cat "$scratch/updated" >"$transcript"
    echo "$transcript: $failures of $blocks blocks updated"
    exit 0
fi
echo "$((blocks - failures)) passed, $failures failed"
[ "$failures" -eq 0 ]
