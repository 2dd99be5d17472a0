# SPDX-License-Identifier: MIT
# For the parts that build presets and run their tests. Sourced from the project's top folder; not a part itself.

usage() {
    echo "usage: $0 packages|run" >&2
    exit 2
}

# Ends the part as "could not run here" unless all these programs are there.
need() {
    local program
    for program; do
        if ! command -v "$program" > /dev/null; then
            echo "could not run: $program is not installed"
            exit 77
        fi
    done
    if ! pkg-config --exists check; then
        echo "could not run: libcheck is not installed"
        exit 77
    fi
}

build_preset() {
    echo "== $1: build"
    cmake --preset "$1" ${SYSINFO_MACHINES_DIR:+"-DSYSINFO_MACHINES_DIR=$SYSINFO_MACHINES_DIR"} > "build/$1.log" 2>&1 || { cat "build/$1.log"; return 1; }
    cmake --build "build/$1" -j "$(nproc)" > "build/$1.log" 2>&1 || { cat "build/$1.log"; return 1; }
}

test_preset() {
    build_preset "$1"
    echo "== $1: test"
    ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j "$(nproc)"
}

mkdir -p build
