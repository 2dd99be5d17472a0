# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the tests of `sysinfo run`, with the arguments PATH/TO/sysinfo PATH/TO/actor [SANITIZER].
set -u
command=$(realpath "$1")
actor=$(realpath "$2")
sanitizer=${3-}
scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
ln -s "$command" "$scratch/bin/sysinfo"
ln -s "$actor" "$scratch/bin/actor"
PATH="$scratch/bin:$PATH"
export LC_ALL=C
unset SYSINFO_RECORDING
cd "$scratch" || exit 2

passed=0 failed=0
check() { # description, command...
    local description=$1
    shift
    if "$@" >"$scratch/check.log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok: $description"
        sed 's/^/    /' "$scratch/check.log" | head -40
    fi
}
measure() { # the same, for sizes and costs
    [ -n "$sanitizer" ] || check "$@"
}
ends_with() { # status, command...: shows its output
    local wanted=$1 status
    shift
    "$@" </dev/null
    status=$?
    echo "status $status, wanted $wanted"
    [ "$status" = "$wanted" ]
}
# holds EXPRESSION...: evaluates expressions on report.json in Python. MIB is 1048576.
holds() {
    python3 - "$@" <<'P'
import json, sys
r = json.load(open("report.json"))
print(r)
sys.exit(0 if all(eval(e, {"MIB": 1048576, "r": r, "abs": abs}) for e in sys.argv[1:]) else 1)
P
}
report() { # command...: runs it, keeps the report, and a recording that the command may wait for
    rm -f report.json a.csv
    sysinfo run --json -o report.json --record a.csv "$@"
}
# rows EXPRESSION FILE: evaluates an expression on a recording: `rows` are dictionaries, `tree` those of the whole tree,
# `marks` the names of marks, `comments` lines.
rows() {
    python3 - "$@" <<'P'
import csv, sys, datetime
text = open(sys.argv[2], newline="").read()
assert text.endswith("\n"), "the last line is cut"
comments = [l for l in text.splitlines() if l.startswith("#")]
assert all('"' not in l for l in comments), comments
lines = list(csv.reader(l for l in text.splitlines() if not l.startswith("#")))
bad = [l for l in lines if len(l) != len(lines[0])]
assert not bad, bad[:3]
rows = [dict(zip(lines[0], l)) for l in lines[1:]]
for r in rows:
    datetime.datetime.strptime(r["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
    float(r["elapsed_seconds"])
marks = [r["mark"] for r in rows if r["mark"]]
samples = [r for r in rows if not r["mark"]]
tree = [r for r in samples if not r["pid"]]
each = [r for r in samples if r["pid"]]
times = [float(r["elapsed_seconds"]) for r in samples]
print(text[:3000])
names = dict(globals())
names["MIB"] = 1048576
sys.exit(0 if eval("(" + sys.argv[1] + ")", names) else 1)
P
}
wait_for() { # file: waits until it exists
    local i
    for ((i = 0; i < 1200; i++)); do
        [ -e "$1" ] && return 0
        sleep 0.05
    done
    return 1
}
wait_for_lines() { # file, count: waits until it has that many lines
    local i
    for ((i = 0; i < 1200; i++)); do
        [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ] && return 0
        sleep 0.05
    done
    return 1
}
is_gone() { # file named in the command lines of the processes meant, and in no others
    local i
    for ((i = 0; i < 1200; i++)); do
        pgrep -f "$1" >/dev/null || return 0
        sleep 0.05
    done
    pgrep -af "$1"
    return 1
}
same_state() { # script in which RUN is replaced by nothing, or by sysinfo run, [options of it]
    RUN='' bash -c "$1" _ bare
    RUN="sysinfo run ${2-}" bash -c "$1" _ run
    diff bare run
}
all_passed() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
