#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a transcript cannot show: other shells and readers, signals, slow pipes, other roots on the running kernel.
#
#     behaviour.sh PATH/TO/sysinfo DIRECTORY/OF/ROOTS PATH/TO/THE/CLOCK
#
# A check that this machine cannot run is named and counted as skipped; the status is then 77 if nothing failed.
set -u
command=$(realpath "$1")
made=$(realpath "$2")
roots=$(realpath "$(dirname "$0")/roots")
symbols=$(realpath "$(dirname "$0")/../abi/symbols.txt")
scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
ln -s "$command" "$scratch/bin/sysinfo"
clock=$scratch/clock.so # LD_PRELOAD cannot name a path with a blank, which the build directory may contain.
cp "$3" "$clock" || exit 2
PATH="$scratch/bin:$PATH"
cd "$scratch" || exit 2

passed=0 failed=0 skipped=0
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
skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}
has() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || {
            skip "$tool is not installed"
            return 1
        }
    done
}
without_times() {
    sed -E 's/20[0-9]{2}-[0-9-]+T[0-9:.]+Z/TIME/g'
}

# ---- The same bytes everywhere ----

print_everything() {
    local format
    for format in '' --json --csv --kv --prom; do
        # shellcheck disable=SC2086
        sysinfo mem $format --root "$roots/server"
        # shellcheck disable=SC2086
        sysinfo swap $format --root "$roots/server"
        # shellcheck disable=SC2086
        sysinfo cpu --times $format --root "$roots/server"
    done
    sysinfo mem --help
    sysinfo fields --root "$roots/server"
    sysinfo mem nosuch
    sysinfo mem --root "$roots/nosuch"
}
same_in_every_locale() {
    local locale
    LC_ALL=C print_everything 2>&1 | without_times >plain
    for locale in C.UTF-8 de_DE.UTF-8 fr_FR.UTF-8 en_US.UTF-8 ja_JP.UTF-8; do
        LC_ALL=$locale LANG=$locale TERM=xterm COLUMNS=20 NO_COLOR=1 POSIXLY_CORRECT=1 OMP_NUM_THREADS=7 \
            print_everything 2>&1 | without_times >other
        cmp plain other || return 1
    done
}
check "the same bytes in every locale and environment" same_in_every_locale

# Prints a command's output on a terminal that does not translate line ends.
on_a_terminal() { # command...
    python3 - "$@" <<'END'
import os, subprocess, sys, termios

ours, terminal = os.openpty()
settings = termios.tcgetattr(terminal)
settings[1] &= ~termios.OPOST
termios.tcsetattr(terminal, termios.TCSANOW, settings)
child = subprocess.Popen(sys.argv[1:], stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
os.close(terminal)
while True:
    try:
        some = os.read(ours, 65536)
    except OSError:  # EIO: the command has closed the terminal.
        break
    sys.stdout.buffer.write(some)
sys.exit(child.wait())
END
}
same_on_a_terminal() {
    export -f print_everything
    export roots
    print_everything 2>&1 | without_times >plain
    on_a_terminal bash -c print_everything | without_times >terminal
    diff plain terminal | cat -A
    cmp plain terminal
}
if has python3; then check "the same bytes on a terminal" same_on_a_terminal; fi

# ---- Readers ----

kv_is_safe_in() { # shell...
    local said
    # shellcheck disable=SC2016
    said=$("$@" -c 'eval "$(sysinfo mem --kv --root "$0")"; echo "$mem_total,$mem_percent,$mem_wired"' "$roots/server")
    [ "$said" = 16777216000,25.00, ]
}
for shell in dash bash zsh; do
    if has $shell; then check "--kv survives eval in $shell" kv_is_safe_in $shell; fi
done
if has busybox; then check "--kv survives eval in busybox sh" kv_is_safe_in busybox sh; fi

kv_matches() {
    sysinfo cpu --percpu --kv 0.02 2 >kv
    sysinfo --kv >>kv
    sysinfo mem -t --kv >>kv
    ! grep -vE '^([a-z0-9_]+=[-0-9.]* ?)+$' kv
}
check "--kv is nothing but names and numbers" kv_matches

json_is_read() {
    {
        sysinfo --json && sysinfo cpu --percpu --json 0.02 3 && sysinfo mem --json --root "$roots/old" &&
            sysinfo fields --json
    } >json 2>/dev/null
    jq -es 'length > 60 and .[0].cpu.count >= 1 and (.[1].cpu.percpu | length) == .[0].cpu.count and
        .[3].interval > 0 and .[4].mem.estimated == ["available","usable"]' json
}
if has jq; then check "--json is read by jq" json_is_read; fi

# Some kernels report no pressure, some containers hide their cgroup: only reported values are checked.
is_rare() {
    [ "$1" = cgroup ] || [ "$1" = pressure ] || [ "$1" = 'cpu --freq' ]
}
every_field_is_in_json() {
    local command
    sysinfo fields --json | jq -r '.group + "." + .name' >names
    : >everything
    for command in '' --all heap 'cpu --times' 'cpu --freq' cgroup pressure process; do
        # shellcheck disable=SC2086
        sysinfo $command --json >>everything && continue
        is_rare "$command" || return 1
        sed -i "/^$command\\./d" names
    done 2>/dev/null
    jq -r 'paths | map(tostring) | join(".")' everything >paths
    ! grep -vxFf paths names
}
if has jq; then check "every field is a path of the JSON" every_field_is_in_json; fi

csv_is_read() {
    sysinfo cpu --percpu --csv 0.2 3 >csv # Ticks of the clock must pass in each, even on a busy machine.
    python3 - csv <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
cpus = sorted({row["cpu"] for row in rows}, key=int)
assert len(rows) == 3 * len(cpus), rows
for row in rows:
    if row["cpu.percent"]:
        parts = sum(float(row["cpu." + mode]) for mode in "user system nice idle iowait irq softirq steal".split())
        assert abs(parts - 100) < 0.1, row
END
}
if has python3; then check "--csv is read by Python, and its parts add up to 100" csv_is_read; fi

prometheus_takes_it() {
    local what
    for what in mem --all stats cgroup pressure heap; do
        if sysinfo $what --prom >prom; then
            promtool check metrics <prom 2>&1 | tee promtool.log
            [ "${PIPESTATUS[0]}" -eq 0 ] && ! [ -s promtool.log ] || return 1
        else
            is_rare $what || return 1
        fi
    done
}
if has promtool; then check "promtool has nothing to say about --prom" prometheus_takes_it; fi

# ---- Streams ----

one_write_per_sample() {
    strace -qq -e trace=write -o writes "$command" cpu --times --percpu --csv 0.02 5 >/dev/null || return 1
    [ "$(grep -c '^write(1' writes)" -eq 5 ]
}

# Counts the system calls of so many samples, without those by which the library reads the machine.
count_calls() { # samples, words...
    local samples=$1
    shift
    strace -qq -o calls "$command" "$@" 0.02 "$samples" >/dev/null || return 1
    grep -cvE '^(pread64|getpid|sched_getaffinity|u?getrlimit|prlimit64|clock_gettime)' calls
}
few_calls() { # words...
    local few many
    few=$(count_calls 3 "$@") && many=$(count_calls 23 "$@") || return 1
    echo "$few calls for 3 samples, $many for 23"
    [ $((many - few)) -gt 0 ] && [ $((many - few)) -le 80 ]
}
if has strace; then
    if strace -o /dev/null true 2>/dev/null; then
        check "one write for each sample" one_write_per_sample
        check "a sample takes at most four system calls besides reading" few_calls cpu
        check "of memory too" few_calls mem --csv
        check "of chosen figures too" few_calls get mem.available cpu.percent
        check "as JSON too" few_calls swap --json
        check "into a file too" few_calls cpu --csv -o samples.csv
    else
        skip "strace may not trace here"
    fi
fi

# Prints when each sample was taken, in milliseconds of the test's own clock, on which every write takes a given time.
moments() { # milliseconds, samples
    CLOCK_WORK=$1 LD_PRELOAD=$clock sysinfo mem available --time=unix 0.05 "$2" |
        awk '{ printf("%s%.0f", (NR > 1 ? " " : ""), ($1 - 1700000000) * 1000) }'
}
on_time() {
    local samples
    samples=$(moments 20 40)
    echo "$samples"
    [ "$samples" = "$(seq -s ' ' 0 50 1950)" ]
}
check "a stream keeps to its plan, whatever the work between" on_time
never_bursts() {
    local samples
    samples=$(moments '0 0 0 0 520 0 10 60 0 0 0 0 0 0' 12)
    echo "$samples"
    [ "$samples" = '0 50 100 150 200 750 800 850 910 950 1000 1050' ]
}
check "a stream that was stopped skips, and never bursts" never_bursts
never_early() {
    sysinfo mem available --time=unix 0.05 8 |
        awk '{ if (NR == 1) first = $1; last = $1 }
            END { print last - first; exit !(NR == 8 && last - first > 7 * 0.05 - 0.05) }'
}
check "no sample is early" never_early

# A program that shares the pipe made it non-blocking, and it is full when the command writes.
waits_for_room() { # arguments of sysinfo...
    python3 - "$@" <<'END'
import fcntl, os, subprocess, sys, time

command = ["sysinfo"] + sys.argv[1:]
expected = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
reader, writer = os.pipe()
fcntl.fcntl(writer, fcntl.F_SETFL, os.O_WRONLY | os.O_NONBLOCK)
full = 0
try:
    while True:
        full += os.write(writer, b"x" * 4096)
except BlockingIOError:
    pass
child = subprocess.Popen(command, stdout=writer)
os.close(writer)


def state():
    with open(f"/proc/{child.pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


while state() not in "SZ":
    time.sleep(0.01)
with open(reader, "rb") as pipe:
    output = pipe.read()[full:]
assert child.wait() == 0, child.returncode
assert output == expected, (len(output), len(expected))
END
}
if has python3; then
    check "a short line waits for room in a pipe that does not block" waits_for_room mem --kv --root "$roots/server"
    check "so does a long text" waits_for_room fields --root "$roots/server"
fi

# Lines of more than 4096 bytes into a pipe that is read slowly: a signal ends the command only after a line.
make_large_machine() {
    mkdir -p large/proc
    {
        echo 'cpu  40000 200 20000 338800 800 0 100 100 1000 0'
        for ((i = 0; i < 400; i++)); do echo "cpu$i 10000 50 5000 84700 200 0 40 10 250 0"; done
    } >large/proc/stat
}
ends_behind_a_line() {
    make_large_machine
    mkfifo slow
    sysinfo cpu --times --percpu --json 0.01 --root large >slow &
    local stream=$! attempt
    {
        for attempt in 1 2 3 4 5 6; do
            head -c $((30000 + attempt))
            sleep 0.05
        done
        kill -TERM $stream
        cat
    } <slow >lines
    wait $stream
    [ $? -eq 143 ] || return 1
    [ -z "$(tail -c 1 lines)" ] && [ "$(wc -l <lines)" -ge 3 ] && ! grep -qv '^{"time":.*}$' lines
}
check "TERM waits for the end of a long line" ends_behind_a_line

ends_though_nobody_reads() {
    make_large_machine
    mkfifo stuck
    sysinfo cpu --times --percpu --json 0.01 --root large >stuck &
    local stream=$!
    exec 9<stuck
    sleep 0.3
    kill -TERM $stream
    local attempt
    for ((attempt = 0; attempt < 1200; attempt++)); do
        kill -0 $stream 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL $stream 2>/dev/null
    wait $stream
    local status=$?
    exec 9<&-
    [ $status -eq 143 ]
}
check "TERM ends it even without a reader" ends_though_nobody_reads

# ---- The running kernel, seen through other mounts ----

in_mounts() { # script: runs with private mounts.
    unshare --mount bash -c "set -e; $1"
}
if has unshare; then
    if in_mounts 'mount --bind /proc/loadavg /proc/uptime' 2>/dev/null; then
        masked_proc() {
            local total=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) * 1024))
            local swap=$(($(awk '/^SwapTotal:/ { print $2 }' /proc/meminfo) * 1024))
            local limit
            limit=$(sysinfo mem limit)
            in_mounts 'mount -t proc -o subset=pid proc /proc; set +e; sysinfo mem total; sysinfo swap total
                sysinfo mem limit; sysinfo cpu --times; echo $?; sysinfo cpu count; echo $?' >masked 2>&1
            cat masked
            [ "$(head -3 masked | tr '\n' ' ')" = "$total $swap $limit " ] &&
                grep -qx 'sysinfo cpu: /proc/stat: No such file or directory' masked &&
                [ "$(grep -cx 3 masked)" -ge 1 ] && [ "$(tail -1 masked)" = 0 ]
        }
        if in_mounts 'mount -t proc -o subset=pid proc /proc' 2>/dev/null; then
            check "/proc mounted with subset=pid" masked_proc
        else
            skip "no other /proc may be mounted here"
        fi
        # shellcheck disable=SC2016
        without_proc() {
            in_mounts 'mount -t tmpfs none /proc; set +e; sysinfo mem limit; echo $?; sysinfo cpu quota; echo $?
                sysinfo get mem.usable -j' >masked 2>&1
            cat masked
            grep -q "'limit' is not reported" masked && grep -q "'quota' is not reported" masked &&
                [ "$(grep -cx 3 masked)" = 2 ] && grep -q '"estimated":\["usable"\]' masked
        }
        check "no /proc: no limit is known, and usable is estimated" without_proc
        shadowed() { # file under /proc, its content, command, expected output
            printf '%b' "$2" >shadow
            # shellcheck disable=SC2016
            [ "$(in_mounts "mount --bind shadow $1; set +e; $3 2>&1")" = "$4" ]
        }
        check "an empty meminfo" shadowed /proc/meminfo '' 'sysinfo mem' \
            'sysinfo mem: /proc/meminfo has no MemTotal line'
        check "an empty stat" shadowed /proc/stat '' 'sysinfo cpu' 'sysinfo cpu: /proc/stat has no cpu line'
        check "a meminfo of a container" shadowed /proc/meminfo \
            'MemTotal: 1000 kB\nMemFree: 600 kB\nMemAvailable: 9999 kB\n' 'sysinfo mem available' \
            $'sysinfo mem: note: estimated: available (see sysinfo fields mem)\n614400'
    else
        skip "this user may not mount"
    fi
fi

unreadable() { # command...: runs it as a user who may not read it
    mkdir -p locked/proc
    echo 'MemTotal: 1000 kB' >locked/proc/meminfo
    chmod 000 locked/proc/meminfo
    chmod 755 locked locked/proc
    "$@" mem --root locked >said 2>&1
    [ $? -eq 3 ] && [ "$(cat said)" = 'sysinfo mem: locked/proc/meminfo: Permission denied' ]
}
if [ "$(id -u)" -ne 0 ]; then
    check "a file that may not be read" unreadable sysinfo
elif has setpriv; then
    nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    install -m 755 "$command" plain_command
    chmod 755 .
    if "${nobody[@]}" "$scratch/plain_command" --version >/dev/null 2>&1; then
        check "a file that may not be read" unreadable "${nobody[@]}" "$scratch/plain_command"
    else
        skip "nobody else may start a program below $scratch"
    fi
fi

no_hwloc() {
    ! LD_DEBUG=libs sysinfo mem 2>&1 | grep -q hwloc
}
check "hwloc is not loaded for memory" no_hwloc

# ---- Rates ----

# A root whose counter of context switches grows by 1000 at a time, while that of interrupts runs backwards: every rate
# times its interval is the counter's growth.
rates_are_growth_over_time() {
    mkdir -p grows/proc
    step() { # number; the file keeps its length
        printf 'cpu %06d 0 0 0\nintr %06d\nctxt %06d000\n' "$1" $((100000 - $1)) "$1" 1<>grows/proc/stat
    }
    step 1
    (for ((i = 2; ; i++)); do
        step $i
        sleep 0.01
    done) &
    local grower=$!
    sysinfo get stats.ctx_switches stats.interrupts --rate --json 0.3 6 --root grows >rates
    kill $grower
    cat rates
    python3 - <<'END'
import json
lines = [json.loads(line) for line in open("rates")]
assert len(lines) == 6
# On a busy machine the root may not change during an interval, which then has no rate.
rates = [(line["stats"]["ctx_switches_rate"], line["interval"]) for line in lines]
grown = [rate * interval / 1000 for rate, interval in rates if rate is not None]
assert grown and all(abs(steps - round(steps)) < 0.02 * max(1, steps) and steps > 0.9 for steps in grown), grown
assert all(line["stats"]["interrupts_rate"] is None for line in lines)
END
}
if has python3; then check "a rate is what a counter grew by, over the time it took" rates_are_growth_over_time; fi

# ---- The manual ----

manual_is_clean() {
    local page
    for page in "$made/man/sysinfo.1" "$made"/man3/*; do
        grep -q '^\.so ' "$page" || mandoc -T lint "$page"
    done | tee lint
    ! [ -s lint ]
}
if has mandoc; then check "mandoc finds nothing wrong with the manual" manual_is_clean; fi
manual_has_every_field() {
    python3 - "$made/man/sysinfo.1" <<'END'
import json, subprocess, sys
page = " ".join(open(sys.argv[1]).read().split())
fields = [json.loads(line) for line in subprocess.check_output(["sysinfo", "fields", "--json"], text=True).splitlines()]
assert len(fields) > 100
for field in fields:
    entry = ".BR %s \" (" % field["name"]
    assert entry in page, field
    assert field["meaning"] in page, field
END
}
if has python3; then check "the manual has every field and its meaning" manual_has_every_field; fi
manual_reads_as_text() { # No macro is printed as letters, no list of commands is empty; `run`'s own statuses are there.
    mandoc -T utf8 "$made/man/sysinfo.1" | sed 's/.\x08//g' >page || return 1
    if grep -nE '\\f[BIPR]|\\-|\bWith *:' page; then return 1; fi
    [ "$(grep -E '^[A-Z]' page | grep -nE '^(EXAMPLES|COMMANDS|OPTIONS|EXIT STATUS|FIELDS)$' | cut -d: -f2 | tr '\n' ' ')" = \
        "EXAMPLES COMMANDS OPTIONS EXIT STATUS FIELDS " ] || { echo "other sections"; return 1; }
    local status
    for status in 0 1 2 3 123 124 125 126 127; do
        sed -n '/^EXIT STATUS/,/^STABILITY/p' page | grep -qE "^ +$status( |\$)" || { echo "no $status"; return 1; }
    done
}
if has mandoc; then check "the manual is text, with every exit status" manual_reads_as_text; fi
every_function_has_a_page() {
    local name
    [ -s "$symbols" ] || return 1
    # The notes that the field table is made from are not for readers of a page.
    if grep -nE '^none[,:]|, prom [a-z]|, last\)|^group [a-z.]+, result' "$made"/man3/*; then return 1; fi
    while read -r name; do
        [ -s "$made/man3/$name.3" ] || { echo "no page: $name"; return 1; }
    done <"$symbols"
    for name in "$made"/man3/*; do
        if grep -q '^\.so ' "$name"; then
            [ -s "$made/$(sed 's/^\.so //' "$name")" ] || { echo "$name: no target"; return 1; }
        fi
    done
}
if has awk; then check "every function has a manual page" every_function_has_a_page; fi

echo "$passed passed, $failed failed, $skipped skipped"
if [ "$failed" -gt 0 ]; then exit 1; fi
if [ "$skipped" -gt 0 ]; then exit 77; fi
