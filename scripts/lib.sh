# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What scripts/run, scripts/test and the parts in scripts/parts/ share. To be sourced.

set -u -o pipefail
unset CDPATH
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$top/build/logs

# What the library and the command are built with.
# shellcheck disable=SC2034
build_packages=(gcc libc6-dev cmake ninja-build libhwloc-dev)

# And the tests.
# shellcheck disable=SC2034
test_packages=("${build_packages[@]}" g++ pkg-config check libsubunit-dev locales bzip2 python3 procps)

# What hangs is ended; what is slow on a busy machine is not. libcheck's own limit is 4 s for each test.
export CK_DEFAULT_TIMEOUT=600

say() {
    printf '%s\n' "$*" >&2
}

# ---- Packages ----

# Whether what the Debian package brings is here, wherever it came from; 2: only the package manager can tell.
is_provided() {
    case $1 in
    gcc) command -v cc || command -v gcc ;;
    libc6-dev) [[ -e /usr/include/stdio.h ]] ;;
    cmake | clang | g++ | git | npm | pkg-config | python3 | shellcheck | valgrind) command -v "$1" ;;
    ninja-build) command -v ninja ;;
    libhwloc-dev) [[ -e /usr/include/hwloc.h || -e /usr/local/include/hwloc.h ]] ;;
    *) return 2 ;;
    esac >/dev/null
}

# missing_packages PACKAGE...: those that are not installed, each once, one a line.
missing_packages() {
    local package unsure=()
    local -A seen=()
    for package in "$@"; do
        [[ -z ${seen[$package]-} ]] || continue
        seen[$package]=1
        is_provided "$package"
        case $? in
        1) printf '%s\n' "$package" ;;
        2) unsure+=("$package") ;;
        esac
    done
    if ((${#unsure[@]} > 0)); then
        local installed
        installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${unsure[@]}" 2>/dev/null)
        for package in "${unsure[@]}"; do
            grep -qxF "${package%%:*} installed" <<<"$installed" || printf '%s\n' "$package"
        done
    fi
}

# The commands below print themselves before they run, and what they print goes to a log.
as_root() {
    local command=("$@")
    if ((EUID != 0)); then
        command=(sudo "${command[@]}")
    fi
    say "${command[*]}"
    "${command[@]}" >>"$logs/apt.log" 2>&1
}

# may_sudo PURPOSE: asks for the password where there is somebody to ask.
may_sudo() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v -p "password of %u, $1: "; }
}

ask_for() {
    say "These packages are missing, and installing them needs root: $*"
    say "Ask for: apt-get install --no-install-recommends $*"
}

# install_packages PACKAGE...: installs those that are missing; 3: it may not, and has said what to ask for; 1: apt-get failed.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    if ! command -v apt-get >/dev/null; then
        say "These are missing (named as in Debian), and there is no apt-get to install them: ${missing[*]}"
        return 3
    fi
    if ((EUID != 0)) && ! may_sudo "to install ${missing[*]}"; then
        ask_for "${missing[@]}"
        return 3
    fi
    mkdir -p "$logs" && : >"$logs/apt.log" || return 1
    local apt_get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -y)
    if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
        as_root "${apt_get[@]}" update
    fi
    if as_root "${apt_get[@]}" install --no-install-recommends "${missing[@]}"; then
        return 0
    fi
    # The lists may be older than the archive.
    if as_root "${apt_get[@]}" update && as_root "${apt_get[@]}" install --no-install-recommends "${missing[@]}"; then
        return 0
    fi
    tail -n 20 "$logs/apt.log" >&2
    say "apt-get did not install: ${missing[*]}"
    return 1
}

# unpack_package PACKAGE: takes a package apart below build/cache/PACKAGE without installing it; 77: it cannot be had.
unpack_package() {
    local cache=$top/build/cache/$1
    [[ ! -e $cache/.unpacked ]] || return 0
    mkdir -p "$cache" || return 1
    if ! (cd "$cache" && quietly "$1" apt-get download "$1" && dpkg-deb -x "$1"_*.deb . && rm -f "$1"_*.deb); then
        echo "the package $1 cannot be downloaded"
        return 77
    fi
    touch "$cache/.unpacked"
}

# ---- Building ----

# quietly NAME COMMAND...: keeps what it prints in build/logs/NAME.log, and shows it only when it fails.
quietly() {
    local log=$logs/$1.log
    shift
    if "$@" >"$log" 2>&1; then
        return 0
    fi
    say "failed: $*"
    tail -n 60 "$log" >&2
    return 1
}

# build_preset PRESET [OPTION...] [-- TARGET...]: configures build/PRESET where that was not done yet or the presets have changed, then builds.
build_preset() {
    mkdir -p "$logs" || return 1
    # Two at once would build into one folder.
    (flock 9 && configure_and_build "$@") 9>"$top/build/.lock-$1"
}

# is_to_be_configured FOLDER [OPTION...]: not where that was done with these options; tests may be running there.
is_to_be_configured() {
    local stamp=$1/.configured
    shift
    [[ ! -e $stamp || $top/CMakePresets.json -nt $stamp || ${SYSINFO_MACHINES_DIR-} -nt $stamp ]] || { (($# > 0)) && [[ $(<"$stamp") != "$*" ]]; }
}

configure_and_build() {
    local preset=$1 options=() targets=() folder=$top/build/$1
    shift
    while (($# > 0)) && [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    if (($# > 1)); then
        shift
        targets=(--target "$@")
    fi
    # A build folder that was moved or copied with its checkout is of no use.
    if [[ -e $folder/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$folder/CMakeCache.txt"; then
        rm -rf "$folder"
    fi
    if is_to_be_configured "$folder" ${options[@]+"${options[@]}"}; then
        (cd "$top" && quietly "$preset-configure" cmake --preset "$preset" ${options[@]+"${options[@]}"}) || return 1
        printf '%s\n' "${options[*]-}" >"$folder/.configured"
    fi
    quietly "$preset-build" cmake --build "$folder" ${targets[@]+"${targets[@]}"}
}

# test_preset PRESET [CTEST_OPTION...]: builds it with the captured machines of SYSINFO_MACHINES_DIR, and runs its tests.
test_preset() {
    local preset=$1
    shift
    printf '\n== %s\n' "$preset"
    build_preset "$preset" ${SYSINFO_MACHINES_DIR:+"-DSYSINFO_MACHINES_DIR=$SYSINFO_MACHINES_DIR"} || return 1
    run_tests "$top/build/$preset" "$@"
}

# run_tests BUILD_FOLDER [CTEST_OPTION...]: CTest's own files go to a folder of this part, as another part may test the same build meanwhile.
run_tests() {
    local folder=$logs/ctest/${0##*/}-${1##*/}
    mkdir -p "$folder" && printf 'subdirs("%s")\n' "$1" >"$folder/CTestTestfile.cmake" || return 1
    shift
    ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$(nproc)" "$@"
}

# answer_packages ARGUMENT PACKAGE...: prints the packages where a part is asked for them; false: it is to run.
answer_packages() {
    [[ $1 == packages ]] || return 1
    shift
    printf '%s\n' "$*"
}
