#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What scripts rely on: fields, metrics, CSV columns, JSON keys, options, exit statuses.

    interface.py [--update] PATH/TO/sysinfo

interface.txt beside this file has a line for each. What it has must still be there; what came since fails too, until
--update adds it. CSV columns stay in place: new ones are at the end.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "interface.txt")
SERVER = os.path.join(HERE, "roots", "server")
GROUPS = ["cpu", "mem", "swap", "load", "stats", "cgroup", "pressure", "heap", "process"]
LISTS = ("estimated", "unlimited")
# A status, and a command line that ends with it. `run` reserves statuses below 128, above the command's own.
STATUSES = [
    (0, "mem total"),
    (0, "check mem.total above 1"),
    (1, "check mem.total below 1"),
    (1, "wait mem.total below 1 --timeout 0"),
    (2, "mem nothing"),
    (2, "--nothing"),
    (3, "mem total --root /nowhere"),
    (0, "run -- true"),
    (1, "run -- false"),
    (124, "run --timeout 0 -- sleep 100"),
    (124, "run --budget 1K -- true"),
    (125, "run --nothing -- true"),
    (126, "run -- /"),
    (127, "run -- /nowhere"),
    (143, "run -- sh -c 'kill -TERM $$'"),
]

command = os.path.abspath(sys.argv[-1])


def run(*words, root=None):
    if root is not None:
        words = [*words, "--root", root]
    done = subprocess.run([command, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("sysinfo %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def keys(value, path=""):
    """Every key in a JSON value; an array is the keys of its members, and the names of CPUs are not keys."""
    if isinstance(value, list):
        return sorted({key for member in value for key in keys(member, path + "[]")})
    if not isinstance(value, dict):
        return []
    found = []
    for name, member in value.items():
        found += [path + "." + name] + keys(member, path + "." + name)
    return sorted(set(found))


def json_keys(name, *words, root=None):
    lines = run(*words, root=root).splitlines()
    return ["json %s %s" % (name, key) for key in sorted({key for line in lines for key in keys(json.loads(line))})]


def make_root(directory):
    """The server, with a cgroup and pressure besides."""
    root = os.path.join(directory, "server")
    shutil.copytree(SERVER, root)
    pressure = "some avg10=1.00 avg60=1.00 avg300=1.00 total=1\nfull avg10=1.00 avg60=1.00 avg300=1.00 total=1\n"
    files = {
        "proc/self/cgroup": "0::/a\n",
        "proc/self/mountinfo": "31 24 0:27 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n",
        "sys/fs/cgroup/a/memory.max": "1048576\n",
        "sys/fs/cgroup/a/memory.current": "4096\n",
    }
    for what in ("cpu", "memory", "io", "irq"):
        files["proc/pressure/" + what] = pressure
        files["sys/fs/cgroup/a/%s.pressure" % what] = pressure
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        with open(os.path.join(root, name), "w") as file:
            file.write(text)
    return root


def interface():
    with tempfile.TemporaryDirectory() as directory:
        return interface_of(directory, make_root(directory))


def interface_of(directory, server):
    lines = []
    for line in run("fields", "--json").splitlines():
        field = json.loads(line)
        lines.append("field %(group)s.%(name)s %(unit)s %(kind)s" % field)
        if field["metric"]:
            lines.append("metric %s{%s}" % (field["metric"], field["metric_labels"] or ""))
    for group in GROUPS:
        root = None if group in ("heap", "process") else server
        lines.append("csv %s %s" % (group, run(group, "--csv", root=root).splitlines()[0]))
        # The lists of estimated and unlimited figures depend on the machine.
        lines += [line for line in json_keys(group, group, "--json", root=root) if root or line[-9:] not in LISTS]
    lines.append("csv cpu --percpu " + run("cpu", "--percpu", "--since-boot", "--csv", root=server).splitlines()[0])
    lines += json_keys("overview", "--json", root=server)
    lines += json_keys("limits", "limits", "--json", root=server)
    lines += json_keys("fields", "fields", "--json")
    report = json_keys("run", "run", "--json", "-o", "/dev/stdout", "--", "true")
    lines += [line for line in report if "[]" not in line]  # Processes seen by a sample, if any were.
    recording = os.path.join(directory, "job.csv")
    run("run", "--record", recording, "--", "true")
    with open(recording) as file:
        lines.append("csv recording " + file.readline().strip())
    row = "2026-11-26T10:00:0%d.000Z,%d.000,,job,1,%d,,%d,%d.00,,," + "," * 7 + "\n"
    with open(recording, "w") as file:
        file.write(lines[-1].rsplit(" ", 1)[1] + "\n")
        file.writelines(row % (i, i, 4096 * i, 4096 * i, i) for i in range(1, 4))
    lines += json_keys("plot", "plot", "--json", recording)
    lines += json_keys("compare", "compare", "--json", recording, recording)
    with open(os.path.join(HERE, "..", "..", "cli", "command_table.c")) as file:
        names = re.findall(r'\{\.name = "([a-z]+)"', file.read())
    for name in names:
        lines.append("command " + name)
        listed = [line for line in run("help", name).splitlines() if line.startswith("  -")]
        options = {option for line in listed for option in re.findall(r"(?<![\w-])--?[a-zA-Z][a-z-]*", line)}
        lines += ["option %s %s" % (name, option) for option in sorted(options)]
    for status, words in STATUSES:
        done = subprocess.run(["sh", "-c", '"$0" ' + words, command], capture_output=True)
        lines.append("status %d %s" % (done.returncode, words))
        if done.returncode != status:
            raise SystemExit("sysinfo %s ends with %d, not %d" % (words, done.returncode, status))
    return lines


def main():
    found = interface()
    if sys.argv[1] == "--update":
        with open(LIST, "w") as file:
            file.write("\n".join(found) + "\n")
        return
    with open(LIST) as file:
        known = file.read().splitlines()
    columns = {line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1] for line in found if line.startswith("csv ")}
    faults = []
    for line in known:
        if line.startswith("csv "):
            name, header = line.rsplit(" ", 1)
            if not (columns.get(name, "") + ",").startswith(header + ","):
                faults.append("no longer so: " + line)
        elif line not in found:
            faults.append("gone: " + line)
    faults += ["new, add it with --update: " + line for line in found if line not in known]
    print("\n".join(faults) or "%d lines are as they were" % len(known))
    sys.exit(1 if faults else 0)


main()
