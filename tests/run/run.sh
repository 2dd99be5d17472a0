#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `sysinfo run`, its recordings and marks, with programs that behave in every way.
#
#     run.sh PATH/TO/sysinfo PATH/TO/actor [SANITIZER]
#
# Programs built with a sanitizer have other sizes and costs, which are not checked then. Sizes are checked in MiB, cost
# in CPU time. Nothing depends on elapsed time, because the machine may be busy: a program that must be seen waits for
# rows in the recording, and one that is to be signalled reports that it is ready.
# shellcheck disable=SC2016 source=tests/run/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# ---- Exit statuses ----

check "success" ends_with 0 sysinfo run true
check "the command's own status" ends_with 3 sysinfo run -- sh -c 'exit 3'
check "a status of 2 is the command's" ends_with 2 sysinfo run sh -c 'exit 2'
check "killed by a signal" ends_with 137 sysinfo run sh -c 'kill -9 $$'
check "killed by another" ends_with 143 sysinfo run sh -c 'kill $$'
check "no such command" ends_with 127 sysinfo run nosuch
check "no such file" ends_with 127 sysinfo run ./nosuch
: >not-executable
check "not executable" ends_with 126 sysinfo run ./not-executable
check "a directory" ends_with 126 sysinfo run "$scratch"
check "an option that there is not" ends_with 125 sysinfo run --nosuch true
check "no command" ends_with 125 sysinfo run
check "a size that is none" ends_with 125 sysinfo run --max-mem 2Q true
check "a size of nothing" ends_with 125 sysinfo run --max-mem 0 true
check "a duration that is none" ends_with 125 sysinfo run --timeout never true
check "a format that is none" ends_with 125 sysinfo run --csv true
check "a process and a command" ends_with 125 sysinfo run --pid 1 true
check "options after the command belong to it" ends_with 0 sysinfo run sh -c '[ "$1" = --json ] && [ "$2" = --help ]' \
    sh --json --help
check "-- ends options" ends_with 0 sysinfo run -- env -u NOTHING true
check "a script without #!" sh -c 'echo "exit 6" >script; chmod +x script; sysinfo run ./script; [ $? = 6 ]'
says() { # sentence, command...
    local sentence=$1
    shift
    "$@" 2>message >/dev/null
    cat message
    [ "$(head -1 message)" = "$sentence" ]
}
stale() { # An earlier run's report is not that of a command that was not started.
    echo '{"status":0}' >stale.json
    ends_with 127 sysinfo run --json -o stale.json nosuch 2>err && python3 -c '
import json
r = json.load(open("stale.json"))
assert r["status"] == 127 and r["pid"] is None and r["command"] == ["nosuch"], r' &&
        echo old >stale.txt && ends_with 127 sysinfo run -o stale.txt nosuch 2>err &&
        [ "$(cat stale.txt)" = 'sysinfo: nosuch: not started, status 127' ]
}
check "an old report does not survive a command that is not found" stale
short() { # However short it lived, its own memory is a part of the tree's; and time is told to the millisecond.
    local i
    for i in 1 2 3 4 5 6 7 8 9 10; do
        sysinfo run --json -o short.json true || return 1
        python3 -c '
import json, re
text = open("short.json").read()
r = json.loads(text)
assert r["peak_tree_rss"] is not None and r["peak_tree_rss"] >= r["peak_process"] > 0, r
assert re.search(r"\"elapsed\":[0-9]+\.[0-9]{3},", text), text' || return 1
    done
}
check "the tree of a short run has a peak" short
check "no such command is said" says 'sysinfo run: nosuch: command not found' sysinfo run nosuch
check "not executable is said" says 'sysinfo run: ./not-executable: Permission denied' sysinfo run ./not-executable

# ---- The command is not affected ----

check "stdin and stdout are the command's" sh -c \
    '[ "$(printf "a\nb" | sysinfo run cat 2>/dev/null)" = "$(printf "a\nb")" ]'
check "nothing is printed on stdout" sh -c '[ -z "$(sysinfo run true 2>/dev/null)" ]'
check "descriptors, signals, group and session" same_state '$RUN actor state $1'
check "with ignored signals" same_state 'trap "" INT QUIT HUP TERM USR1 PIPE CHLD; $RUN actor state $1'
check "with closed descriptors" same_state '$RUN actor state $1 <&- >&- 2>&-'
limited() { # the limits on open files that a command of every run finds
    (ulimit -Sn 300; ulimit -Hn 1000; sysinfo run --repeat 2 sh -c 'ulimit -Sn; ulimit -Hn' 2>/dev/null) >limits
    [ "$(tr '\n' ' ' <limits)" = "300 1000 300 1000 " ]
}
check "with the limits on open files that were" limited
check "with more open descriptors" same_state '$RUN actor state $1 7</dev/null 9</dev/null'
check "with a recording and an output" same_state \
    'if [ "$RUN" ]; then RUN="$RUN --record r.csv -o report --pss"; fi; $RUN actor state $1'
blocked() { # blocked signals are inherited; Python can block them
    python3 -c '
import signal, os, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1])
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}
export -f blocked
check "with blocked signals" same_state 'blocked $RUN actor state $1'

signalled() { # signal to send, receiver (run: the wrapper; group: all), status
    rm -f ready
    setsid bash -c "echo \$\$ >group; exec sysinfo run actor on $1 ready" 2>report.txt &
    local job=$!
    wait_for ready || return 1
    local pid
    pid=$(cat group)
    if [ "$2" = group ]; then kill "-$1" -- "-$pid"; else kill "-$1" "$pid"; fi
    wait "$job"
    local status=$?
    cat report.txt
    echo "status $status"
    [ "$status" = "$3" ] && grep -q 'exit 7' report.txt
}
check "TERM is handed on, and the report follows" signalled 15 run 7
check "HUP is handed on" signalled 1 run 7
check "USR2 is handed on" signalled 12 run 7
asked() { # command...: a question, and the end; the answer is in asked.txt
    rm -f ready a.csv asked.txt
    "$@" 2>asked.txt &
    local job=$! i
    wait_for ready && wait_for_lines a.csv 4 || return 1
    kill -USR1 "$job"
    for ((i = 0; i < 1200; i++)); do
        grep -q 'so far' asked.txt && break
        sleep 0.05
    done
    kill "$job"
    wait "$job"
    echo "status $?"
    cat asked.txt
    grep -E "^sysinfo: (actor|test_run_actor|sh): [0-9.]+ s so far; memory [0-9.]+ [KM]iB in [12] process(es)? \(sum of RSS\), peak [0-9.]+ [KM]iB; cpu [0-9.]+ s$" asked.txt
}
check "USR1 asks how far it is" asked sysinfo run --record a.csv actor on 15 ready
check "and the command goes on" grep "exit 7" asked.txt
watcher() {
    exec sysinfo run --pid "$(cat watched)" --record a.csv
}
asked_watcher() {
    sh -c 'echo $$ >watched; actor on 15 ready' &
    wait_for ready
    cp ready other
    asked_later() { cp other ready; watcher; }
    asked asked_later
    local status=$?
    kill "$(cat other)"
    return $status
}
check "with --pid too" asked_watcher
check "an interrupt from the terminal is the command's" signalled 2 group 7
check "a command that closes everything" ends_with 5 sysinfo run actor close-all
check "an unread report has no effect" bash -c \
    'sysinfo run sh -c "sleep 0.2; exit 4" 2> >(exit 0); [ $? = 4 ]'

# ---- Peak memory ----

spike() {
    report "$@" && holds 'abs(r["peak_process"] - 200 * MIB) <= 3 * MIB'
}
measure "a spike of 200 MiB for 40 ms" spike actor spike 200 40
measure "in a grandchild" spike sh -c 'actor spike 200 40; true'
measure "started from a process of 300 MiB" spike actor spike 200 40
ballast_is_not_counted() { # how
    actor "$1" 300 sysinfo run --json -o report.json actor spike 20 40 && holds \
        'abs(r["peak_process"] - 20 * MIB) <= 3 * MIB'
}
measure "a parent of 300 MiB is not counted" ballast_is_not_counted ballast
measure "a process of 300 MiB that becomes sysinfo is not counted" ballast_is_not_counted become
tree() {
    report -i 50ms actor each 60 3 a.csv+3 &&
        holds '180 * MIB <= r["peak_tree_rss"] <= 195 * MIB' '60 * MIB <= r["peak_process"] <= 64 * MIB' \
            'r["peak_tree_processes"] == 4' 'r["samples"] >= 3'
}
measure "the tree's peak and its largest process" tree
largest() { # Those with memory, and the leader, which has little.
    report -i 50ms actor each 60 3 a.csv+3 && holds 'r["peak_tree_largest"][0]["name"] in ("actor", "test_run_actor")' \
        'r["peak_tree_largest"][0]["processes"] == 4' \
        'len(r["peak_tree_largest"]) == 1' 'r["peak_tree_largest"][0]["bytes"] == r["peak_tree_rss"]' && rm a.csv &&
        sysinfo run -i 50ms --record a.csv actor each 60 3 a.csv+3 2>&1 | grep -E \
            '^sysinfo:   at that moment (actor|test_run_actor) x 4: 1[89][0-9] MiB$'
}
measure "what was largest at the peak, by name" largest
# Processes are read in succession. While they fork, a page may be seen whole in one, half in the next, a third in the
# one after that...
shared() {
    report --pss -i 50ms actor share 100 4 a.csv+3 && holds 'r["peak_tree_rss"] >= 490 * MIB' \
        '98 * MIB <= r["peak_tree_pss"] <= 235 * MIB'
}
measure "shared pages count once with --pss" shared
daemons() {
    rm -f daemon.pid
    report sh -c 'actor daemon 60 daemon.pid; actor until a.csv+2' || return 1
    kill "$(cat daemon.pid)" || { echo "the daemon is gone"; return 1; }
    holds 'r["still_running"] == 1' 'r["peak_tree_rss"] >= 60 * MIB' 'r["peak_process_name"] == "actor"'
}
check "a daemon stays visible, is not waited for and left running" daemons
foreign() { # a child that the shell had before it became sysinfo
    rm -f ready over report.json a.csv
    sh -c 'actor each 40 1 over+1 ready & while [ ! -e ready ]; do sleep 0.05; done; exec sysinfo run --json -o report.json --record a.csv actor until a.csv+3'
    local status=$?
    echo >over
    [ $status = 0 ] && holds 'r["peak_tree_rss"] < 20 * MIB' 'r["still_running"] == 0'
}
check "earlier children are not in the tree" foreign

# ---- Many processes, and the cost of sampling ----

# It uses at most 0.8 % of the elapsed time, and as much for PSS. The first samples are free (0.075 s), and start, end
# and the last sample take at most a tenth of a second of CPU on any machine.
overhead() { # command...: CPU time of sysinfo itself
    local total
    total=$(actor cost sysinfo run --json -o report.json "$@" | tail -1)
    holds "$total - r['cpu'] < 0.016 * r['elapsed'] + 0.18" 'r["samples"] >= 1'
    local status=$?
    echo "total $total"
    return $status
}
measure "ten processes cost less than 1 % of a CPU" overhead actor idle 10 3000
measure "a hundred are seen less often instead of costing more" overhead -i 20ms actor idle 100 4000
measure "short intervals stretch instead of costing more" overhead -i 1ms actor idle 10 4000
stretches() { # Up to 50 ms of CPU are free. On a busy machine only samples that take long are more than that share.
    report --cost 3% -i 1ms actor idle 500 a.csv+20 && holds 'r["interval_stretched"]' 'r["interval"] > 0.001' &&
        rm a.csv && sysinfo run --cost 3% -i 1ms --record a.csv actor idle 500 a.csv+20 2>&1 | grep -E \
            'sampled every [0-9.]+ s, not every 0.001 s'
}
check "and it is said" stretches
many() { # ORPHANS
    report actor forks "$2" "$1" && holds 'r["status"] == 0' 'r["still_running"] == 0'
}
check "ten thousand short-lived children" many 0 10000
check "ten thousand that are never waited for" many 1 10000
crowd() { # The header, the comment and a sample that began too early make three lines.
    report actor idle 1000 a.csv+5 && holds 'r["peak_tree_processes"] == 1000'
}
check "a thousand at once" crowd
starved() {
    ulimit -n 16
    report -i 20ms actor each 10 30 a.csv+3 && holds 'r["peak_tree_processes"] == 31' 'r["peak_tree_rss"] > 300 * MIB'
}
check "with hardly a descriptor left" bash -c "$(declare -f starved report holds); starved"

# ---- Limits ----

check "--max-mem" ends_with 124 sysinfo run --max-mem 100M actor spike 200 5000
check "a spike between samples counts too" ends_with 124 sysinfo run -i 10s --max-mem 100M sh -c \
    'sleep 0.3; actor spike 200 1'
check "below it nothing happens" ends_with 0 sysinfo run --max-mem 300M actor spike 200 100
check "shared pages are not counted again and again" ends_with 0 sysinfo run -i 50ms --max-mem 250M --record a.csv \
    actor share 100 4 a.csv+5
check "a percentage of the machine's memory" ends_with 0 sysinfo run --max-mem 99% actor spike 20 10
check "a tree is ended, not only the command" ends_with 124 sysinfo run --max-mem 150M sh -c \
    "actor each 60 3 60000 $scratch/each & wait"
check "with all of its processes" is_gone "$scratch/each"
stubborn() {
    ends_with 124 report --max-mem 50M actor stubborn 100 && holds 'r["ended_for"] == "max-mem"' 'r["elapsed"] > 2' \
        'r["signal"] == 9'
}
check "what does not end at TERM is killed after two seconds" stubborn
check "--timeout" ends_with 124 sysinfo run --timeout 0.3 sleep 20
check "a stopped command too" ends_with 124 sysinfo run --timeout 0.5 sh -c 'kill -STOP $$; exit 0'
check "within the time nothing happens" ends_with 4 sysinfo run --timeout 30 sh -c 'exit 4'
check "--budget lets the command finish, and fails" ends_with 124 sysinfo run --budget 100M sh -c \
    'actor spike 200 10; touch finished'
check "it has finished" [ -e finished ]
check "within the budget the status is the command's" ends_with 0 sysinfo run --budget 300M actor spike 200 10
check "a command that fails keeps its status" ends_with 3 sysinfo run --budget 100M sh -c 'actor spike 200 10; exit 3'
check "shared pages are within a budget once" ends_with 0 sysinfo run -i 50ms --budget 250M --record a.csv actor share \
    100 4 a.csv+5
over_budget() {
    report --budget 100M actor spike 200 10
    [ $? = 124 ] && holds 'r["over_budget"]' 'r["status"] == 124' 'r["ended_for"] is None' 'r["signal"] is None'
}
check "and the report has it" over_budget
check "why is said" bash -c 'sysinfo run --max-mem 100M actor spike 200 5000 2>&1 | grep -E "^sysinfo run: actor: .* in the whole tree \(PSS\) is above --max-mem 100M$"'

# ---- The report ----

check "a report for people" bash -c 'sysinfo run sh -c "sleep 0.5; exit 3" 2>out; cat out; grep -qE "^sysinfo: sh: exit 3 after [0-9.]+ s; cpu [0-9.]+ s user, [0-9.]+ s system$" out &&
    grep -qE "^sysinfo: peak memory [0-9.]+ MiB in the largest single process" out && grep -qE "^sysinfo: peak memory [0-9.]+ MiB in the whole tree \([12] process(es)?, (sum of RSS|PSS; [0-9.]+ MiB as the sum of RSS(, PSS read at [0-9.]+ MiB)?); [0-9]+ samples(, one every [0-9.]+ s)?(, nothing seen for up to [0-9.]+ s)?\)$" out'
check "a signal is named" bash -c \
    'sysinfo run sh -c "kill -SEGV \$\$" 2>&1 | grep -q "^sysinfo: sh: killed by signal 11 (SEGV) after"'
cpu_time() { # As measured by Python itself, without its start and end.
    report python3 -c '
import time
while time.process_time() < 0.5: pass
print(time.process_time())' >spent && holds "$(cat spent) - 0.02 <= r['cpu'] <= $(cat spent) + 0.3"
}
check "CPU time" cpu_time
counts() { # As measured by Python at the end; its exit, and a script that starts it, are only in the report.
    report python3 -c '
import resource, time
for i in range(20): time.sleep(0.002)
data = bytearray(8 << 20)
with open("written", "wb") as file: file.write(data[:1 << 20])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_minflt, usage.ru_majflt, usage.ru_nvcsw, usage.ru_nivcsw, usage.ru_inblock * 512,
    usage.ru_oublock * 512)' \
        >counted || return 1
    read -r minor major voluntary involuntary read written <counted
    holds "200 < $minor <= r['minor_faults']" "$major <= r['major_faults'] < r['minor_faults']" \
        "20 <= $voluntary <= r['voluntary_switches']" "$involuntary <= r['involuntary_switches']" \
        "r['read_bytes'] is None or $read <= r['read_bytes']" \
        "r['written_bytes'] is None or $written <= r['written_bytes'] <= $written + (1 << 20)" \
        "abs(r['cpu_percent'] - r['cpu'] / r['elapsed'] * 100) < 2 + 0.2 / r['elapsed']"
}
check "faults, switches and bytes are those that the kernel counts" counts
check "and people read them" bash -c 'sysinfo run true 2>&1 | grep -qE "^sysinfo: [0-9]+ % of a CPU; page faults: [0-9]+ minor, [0-9]+ major; context switches: [0-9]+ voluntary, [0-9]+ involuntary(; disk: .* read, .* written)?$"'
check "any bytes in the command line" bash -c 'sysinfo run --json true "$(printf "a\"b\\\\c\n\377")" 2>&1 | python3 -c "
import json, sys
sys.exit(0 if json.load(sys.stdin)[\"command\"] == [\"true\", \"a\\\"b\\\\c\\n\\ufffd\"] else 1)"'
check "-o keeps stderr clean" bash -c \
    '[ -z "$(sysinfo run -o report.txt true 2>&1)" ] && grep -q "^sysinfo: true: exit 0" report.txt'
check "-o that cannot be written: nothing is run" bash -c \
    'sysinfo run -o nowhere/report touch started; [ $? = 125 ] && [ ! -e started ]'
check "a full disk" bash -c 'sysinfo run -o /dev/full true; [ $? = 125 ]'
check "a report to a closed stderr changes no status" bash -c 'sysinfo run true 2>&-; [ $? = 0 ] && { sysinfo run true 2>/dev/full; [ $? = 0 ]; } && { sysinfo run sh -c "exit 3" 2>/dev/full; [ $? = 3 ]; }'
check "a failing command on a full disk" bash -c 'sysinfo run -o /dev/full sh -c "exit 3"; [ $? = 3 ]'

# ---- Recordings ----

recorded() {
    rm -f a.csv
    sysinfo run --record a.csv -i 20ms sh -c 'actor spike 50 a.csv+3' &&
        rows 'times == sorted(times) and len(tree) >= 3 and not each
              and max(int(r["rss_bytes"] or 0) for r in tree) >= 50 * MIB and int(tree[-1]["peak_bytes"]) >= 50 * MIB
              and all(r["pss_bytes"] == "" for r in rows) and tree[0]["name"] == "sh"
              and tree[0]["cpu_percent"] == "" and tree[1]["cpu_percent"] != ""' a.csv
}
check "samples with a header that names columns and units" recorded
# A process that is ending has no PSS any more, and on a busy machine ending may take several samples.
per_process() {
    rm -f a.csv
    sysinfo run --record a.csv --per-process --pss -i 20ms actor each 20 2 a.csv+9 &&
        rows 'len(set(r["pid"] for r in each)) == 3 and max(int(r["pss_bytes"] or 0) for r in each) >= 20 * MIB
              and all(a["pss_bytes"] or not b["pss_bytes"]
                      for pid in set(r["pid"] for r in each)
                      for one in [[r for r in each if r["pid"] == pid]]
                      for a, b in zip(one, one[1:]))
              and all(t["pss_bytes"] or any(r["time"] == t["time"] and not r["pss_bytes"] for r in each)
                      for t in tree[:-1])' a.csv
}
check "rows for each process, with PSS" per_process
titled() {
    rm -f a.csv
    sysinfo run --record a.csv -- sh -c 'actor until a.csv+2; exit "$1"' "it's" 2 "$(printf 'a,"b\n\377')" ',"c' \
        2>/dev/null
    rows 'comments == ["# command: sh -c $\x27actor until a.csv+2; exit \\x22$1\\x22\x27 $\x27it\\x27s\x27 2 $\x27a,\\x22b\\x0a\\xff\x27 $\x27,\\x22c\x27", "# ended: exit 2"]
          and text.splitlines()[1] == comments[0] and text.splitlines()[-1] == comments[1]
          and all(len(l) <= len(lines[0]) for l in csv.reader(text.splitlines()))' a.csv && sysinfo plot a.csv | head -1 | grep -E "^sh -c .*, [-0-9]+ [0-9:]+ UTC, [0-9.]+ s, exit 2$"
}
check "comments name the command and how it ended, for any reader of CSV" titled
check "the command's own mark comes after its name" bash -c \
    'sysinfo run --record a.csv -- sh -c "sed -n 2p a.csv >second; sysinfo mark first" 2>/dev/null; grep -q "^# command: sh -c" second && [ "$(sed -n 2p a.csv)" = "$(cat second)" ]'
replaced() {
    sysinfo run --record a.csv sleep 0.1 && sysinfo run --record a.csv true && rows \
        'times == sorted(times) and set(r["name"] for r in tree) == {"true"}' a.csv
}
check "an earlier recording is replaced" replaced
check "another file is not" bash -c 'echo "my only copy" >text; sysinfo run --record text touch started; [ $? = 125 ] && [ ! -e started ] && [ "$(cat text)" = "my only copy" ]'
check "a recording that cannot be made: nothing is run" bash -c \
    'sysinfo run --record nowhere/a.csv touch started; [ $? = 125 ] && [ ! -e started ]'
check "two recordings in one file are refused" bash -c \
    'sysinfo run --record b.csv sh -c "sysinfo run --record b.csv touch started"; [ $? = 125 ] && [ ! -e started ]'
check "a limit on the size of files ends no mark with a signal" bash -c 'sysinfo run --record a.csv -- bash -c "ulimit -f 0; sysinfo mark x 2>/dev/null"; [ $? = 3 ] && ! grep -q "\"x\"" a.csv'
check "the command finds that signal as it was" bash -c \
    'sysinfo run -- bash -c "ulimit -f 0; exec cat /etc/passwd >file" 2>/dev/null; [ $? = 153 ]'
check "a full disk ends the recording, not the command" bash -c 'sysinfo run --record /dev/full true; [ $? = 125 ]'
full() {
    ulimit -f 2 # KiB: the first row that does not fit ends the recording
    trap '' XFSZ
    rm -f a.csv
    sysinfo run --record a.csv -i 2ms sh -c \
        'while [ "$(wc -c <a.csv)" -lt 1900 ]; do sleep 0.05; done; sleep 1; exit 0' 2>message
    [ $? = 125 ] && grep 'sysinfo run: --record a.csv:' message && sysinfo plot a.csv >/dev/null
}
check "what fitted on the disk can be plotted" bash -c "$(declare -f full); full"
check "a pipe" bash -c 'sysinfo run --record >(cat >piped.csv) -i 20ms sleep 0.2; wait $!
    [ "$(grep -c ^20 piped.csv)" -ge 2 ]'
killed() {
    rm -f ready a.csv
    sysinfo run --record a.csv -i 10ms actor on 15 ready &
    local recorder=$!
    wait_for ready && wait_for_lines a.csv 5
    kill -9 $recorder
    wait $recorder
    kill "$(cat ready)"
    rows 'len(tree) >= 2' a.csv
}
check "a killed recorder leaves whole lines" killed

# ---- Marks ----

check "outside a recording nothing happens, quietly" bash -c '[ -z "$(sysinfo mark here 2>&1)" ]'
check "no name" ends_with 2 sysinfo mark
check "two names" ends_with 2 sysinfo mark a b
check "a file that is not a recording is reported" bash -c 'SYSINFO_RECORDING=rubbish sysinfo mark a; [ $? = 3 ]'
marked() {
    sysinfo run --record a.csv sh -c \
        'sysinfo mark "load, \"all\""; sleep 0.1; cd /; sysinfo mark "$(printf "two\nlines")"; actor marks 1 library' \
        && rows 'marks == ["load, \"all\"", "two lines", "library 0"]' a.csv
}
check "from a script and from the library" marked
late() {
    sysinfo run --record a.csv sh -c 'echo "$SYSINFO_RECORDING" >recording' && cp a.csv before.csv &&
        SYSINFO_RECORDING=$(cat recording) sysinfo mark late && cmp a.csv before.csv
}
check "when the recording is over nothing happens" late
check "no file but a recording is written to" bash -c \
    'echo mine >file; SYSINFO_RECORDING="1:1:$PWD/file" sysinfo mark a; [ "$(cat file)" = mine ]'
check "a recording that was removed" bash -c \
    'sysinfo run --record c.csv sh -c "rm c.csv; sysinfo mark a" && [ ! -e c.csv ]'
check "a run within does not take the marks" bash -c \
    'sysinfo run --record c.csv sysinfo run sysinfo mark inner && grep -q "\"inner\"" c.csv'
storm() {
    sysinfo run --record a.csv --per-process -i 2ms bash -c \
        'for i in $(seq 30); do actor marks 100 "process $i" & done; wait' &&
        rows 'len(marks) == 3000 and len(set(marks)) == 3000' a.csv
}
check "marks of many processes at once never tear" storm
long_name() {
    sysinfo run --record a.csv sh -c \
        'sysinfo mark "$(printf "%0300d" 7)"; sysinfo mark "$(printf "a%.0s\303\244" $(seq 150))"' &&
        rows 'len(marks) == 2 and len(marks[0]) == 200 and len(marks[1].encode()) <= 200 and "\ufffd" not in marks[1]' \
            a.csv
}
check "a long name is cut between characters" long_name

# ---- An already running process ----

watched() {
    rm -f ready a.csv
    actor each 40 2 a.csv+6 ready &
    wait_for ready
    report --pid $! -i 50ms &&
        holds 'r["pid"] > 0' 'r["command"] == ["actor"]' 'r["peak_tree_rss"] >= 80 * MIB' \
            'r["peak_tree_processes"] == 3' 'r["status"] is None' && rows 'len(tree) > 3' a.csv
}
check "it and its tree, until it ends" watched
old_peak() {
    rm -f ready a.csv
    sh -c 'actor spike 100 10; : >ready; actor until a.csv+3; exit 0' &
    wait_for ready
    report --pid $! -i 50ms && holds 'r["peak_process"] < 50 * MIB'
}
check "a peak from before is not counted" old_peak
repeated() {
    rm -f count report.json
    sysinfo run --repeat 3 --json -o report.json sh -c 'echo >>count; sleep 0.1' && [ "$(wc -l <count)" = 3 ] && [ \
        "$(wc -l <report.json)" = 3 ] &&
        sysinfo compare report.json report.json | grep -E '^time +[0-9.]+ s +[0-9.]+ s'
}
check "--repeat runs it again, a line for each" repeated
check "with the spread at the end" bash -c 'sysinfo run --repeat 2 sleep 0.1 2>&1 | tail -1 | grep -E "^sysinfo: 2 runs: elapsed [0-9.]+ to [0-9.]+ s, mean [0-9.]+ s; cpu [0-9.]+ to [0-9.]+ s, mean [0-9.]+ s; peak memory .* to .*, mean .*B$"'
check "a run without a sample has no peak of 0" bash -c \
    'sysinfo run --pss --repeat 20 -i 10 true >spread 2>&1 && ! tail -1 spread | grep "memory 0 B"'
check "until one fails" bash -c 'rm -f count; sysinfo run --repeat 5 sh -c "echo >>count; exit \$(wc -l <count)"; [ $? = 1 ] && [ "$(wc -l <count)" = 1 ]'
# interrupted_series SIGNAL FAST_COMMAND: the third run continues until a signal to the whole group ends the series.
interrupted_series() {
    rm -f count series
    python3 - "$1" "$2" <<'P'
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
script = 'trap "exit 0" INT TERM; echo >>count; [ "$(wc -l <count)" -lt 3 ] || while :; do sleep 0.05; done'
if sys.argv[2] == "dies":
    script = script.split(";", 1)[1]
with open("series", "w") as log:
    run = subprocess.Popen(["sysinfo", "run", "--repeat", "9", "sh", "-c", script], stderr=log, start_new_session=True)
    while not os.path.exists("count") or len(open("count").read()) < 3:
        time.sleep(0.02)
    time.sleep(0.2)
    os.killpg(run.pid, int(sys.argv[1]))
    print(run.wait())
P
    cat series
    [ "$(wc -l <count)" = 3 ] && tail -1 series | grep -q '^sysinfo: 2 runs: elapsed 0\.'
}
ends_series() { # signal, action of the command, status
    local printed
    printed=$(interrupted_series "$1" "$2") && echo "$printed" && [ "$(head -1 <<<"$printed")" = "$3" ]
}
check "^C ends a series, with what was measured" ends_series 2 dies 130
check "^C ends it also where the command exits with 0" ends_series 2 survives 130
check "SIGTERM ends a series" ends_series 15 dies 143
check "SIGTERM ends it also where the command exits with 0" ends_series 15 survives 143
check "every run finds the same signals" same_state 'if [ "$RUN" ]; then RUN="$RUN --repeat 2"; fi; $RUN actor state $1'
check "not into one recording" ends_with 125 sysinfo run --repeat 2 --record a.csv true
watched_for_a_time() {
    sleep 60 &
    report --pid $! --timeout 0.5
    local status=$?
    kill $! || return 1
    [ $status = 0 ] && holds 'r["elapsed"] >= 0.5' 'r["samples"] >= 1' 'r["ended_for"] is None'
}
check "--timeout ends the watching, not the process" watched_for_a_time
watched_for_no_time() { # Over before the first sample, as on a busy machine.
    sleep 60 &
    until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.05; done # It has memory then.
    report --pid $! --timeout 0.000001
    local status=$?
    kill $! || return 1
    [ $status = 0 ] && holds 'r["samples"] == 1' 'r["ended_for"] is None'
}
check "and takes a sample, however short it is" watched_for_no_time
check "no such process" ends_with 125 sysinfo run --pid 4194304
check "not a number" ends_with 125 sysinfo run --pid sh
check "it is not ended" ends_with 125 sysinfo run --pid 1 --max-mem 1G
interrupted() { # The shell starts background programs with interrupts ignored; Python can undo that.
    rm -f report.json a.csv
    sleep 60 &
    local sleeper=$!
    python3 -c '
import signal, os, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' sysinfo run --json -o report.json --record a.csv --pid $sleeper &
    local job=$!
    wait_for_lines a.csv 3
    kill -INT $job
    wait $job
    local status=$?
    kill $sleeper
    [ $status = 130 ] && holds 'r["elapsed"] > 0' 'r["samples"] >= 1'
}
check "an interrupt ends the watch with a report" interrupted

# ---- Linked libraries ----

measure "it needs libc alone" bash -c '[ "$(readelf -d "$1" | sed -n "s/.*(NEEDED).*\[\(.*\)\]/\1/p" )" = libc.so.6 ]' \
    _ "$command"

all_passed
