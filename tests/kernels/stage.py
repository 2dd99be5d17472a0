#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stage.py BUILD DIRECTORY [TRIPLET]: the part of a guest's root that a build brings.

Copies what CTest would run, with its shared libraries, to the paths it has here, as the
programs have some of these compiled in. DIRECTORY/suites is the list for the guest: one
bash command a line, with the test's name, its limit in seconds and its environment.
TRIPLET is that of the cross compiler which made the build.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LABELS = "^(contract|unit|root|live|heap|tracker|run)$"

# Tests that do not depend on the kernel, or need more tools than the guest has; other parts run them. mimalloc does not
# report what heap_growth needs.
ELSEWHERE = re.compile(
    r"root_machines|heap_valgrind|heap_growth_mimalloc|example_.*|cli_.*|run_(programs|heaps|limits|blocks|compare|plot|charts)|windows_.*"
)

# Seconds for one test of a suite, and for a suite: a guest that hangs reports where, long before its own limit.
TEST_SECONDS, SUITE_SECONDS = 240, 300

LIBRARY = re.compile(r"/usr/\S*\.so[.\d]*")


def properties(test):
    return {entry["name"]: entry["value"] for entry in test.get("properties", [])}


def tests_of(build):
    command = ["ctest", "--test-dir", build, "--show-only=json-v1", "-L", LABELS]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return [test for test in json.loads(shown.stdout)["tests"] if not ELSEWHERE.fullmatch(test["name"])]


class Root:
    def __init__(self, build, directory, triplet):
        self.build, self.directory, self.triplet, self.seen = build, directory, triplet, set()
        self.strip = f"{triplet}-strip" if triplet else "strip"

    def place(self, path):
        target = self.directory + path
        os.makedirs(os.path.dirname(target), exist_ok=True)
        return target

    def add(self, path):
        """A file, with what the dynamic linker loads for it."""
        if path in self.seen or not os.path.isfile(path):
            return
        self.seen.add(path)
        target = self.place(path)
        shutil.copy2(os.path.realpath(path), target)
        with open(path, "rb") as file:
            start = file.read(128)
        if start[:4] == b"\x7fELF":
            subprocess.run([self.strip, "--strip-debug", target], check=False, stderr=subprocess.DEVNULL)
            self.add_libraries(path)
            if path.startswith(self.build + "/"):
                self.add_paths_in(path)

    def add_libraries(self, path):
        command = ["readelf", "--dynamic", path] if self.triplet else ["ldd", path]
        listed = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        for library in re.findall(r"(/\S+) \(0x", listed.decode()):
            self.add(library)
        for library in re.findall(r"\(NEEDED\).*\[(.*)\]", listed.decode()):
            self.add(f"/usr/{self.triplet}/lib/{library}")

    def add_paths_in(self, program):
        """The source's files and directories, and the programs and libraries, that a program was compiled with."""
        with open(program, "rb") as file:
            found = set(re.findall(rb"/[\w./+-]{4,}", file.read()))
        for path in map(os.fsdecode, found):
            if path.startswith(SOURCE + "/tests/") and os.path.isdir(path):
                shutil.copytree(path, self.place(path), symlinks=True, dirs_exist_ok=True)
            elif path.startswith((SOURCE + "/", self.build + "/")) or LIBRARY.fullmatch(path):
                self.add(path)


def main():
    build, directory = sys.argv[1:3]
    triplet = sys.argv[3] if len(sys.argv) > 3 else ""
    root = Root(os.path.abspath(build), directory, triplet)
    lines = []
    for test in tests_of(build):
        wanted = properties(test)
        environment = wanted.get("ENVIRONMENT", [])
        if os.path.basename(test["command"][0]).startswith("qemu-"):
            del test["command"][0]
        for text in test["command"] + environment:
            for path in re.findall(r"/[^:=]+", text):
                root.add(path)
        environment = [text for text in environment if not text.startswith("CK_DEFAULT_TIMEOUT=")]
        command = ["env", f"CK_DEFAULT_TIMEOUT={TEST_SECONDS}"] + environment + test["command"]
        lines.append(f"suite {test['name']} {SUITE_SECONDS} {shlex.join(command)}")
    for path, _, names in os.walk(os.path.join(build, "tests")):  # libraries that tests load with dlopen()
        for name in names:
            if name.endswith(".so"):
                root.add(os.path.join(path, name))
    if triplet:  # Where the dynamic linker looks for what a library needs.
        os.symlink(f"/usr/{triplet}/lib", root.place(f"/usr/lib/{triplet}"))
    else:  # Tests load the tracker into these, so they must be dynamic.
        for program in ("bash", "sh", "true"):
            root.add(shutil.which(program))
    for name, path in (("sysinfo", "cli/sysinfo"), ("actor", "tests/test_kernels_actor")):
        command = os.path.join(os.path.abspath(build), path)
        root.add(command)
        os.symlink(command, root.place("/usr/bin/" + name))
    for name in os.listdir(build):
        if name.startswith("libsysinfo"):
            root.add(os.path.join(build, name))
    with open(os.path.join(directory, "suites"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main()
