#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a transcript and compares every byte:
#
#     transcript.sh [--update] PATH/TO/sysinfo FILE.transcript
#
# With --update it writes the actual output into the transcript instead, for review with `git diff`.
#
# A transcript is a list of blocks. A block begins with `$ ` and a line as typed in a shell (bash; `sysinfo` is the
# command under test). Its output follows: stdout unchanged, stderr prefixed with `! `. A line `=> N` with the exit
# status ends the block. A last output line without a newline ends with `\` . Text between blocks is a comment. Each
# block runs in its own empty directory. $roots is the directory of the tests' machines, and is shown as $roots in
# output.
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
run_block() { # line typed, file with the expected output
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
