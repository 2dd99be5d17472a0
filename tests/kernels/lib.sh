# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# Debian's kernels, downloaded and unpacked but not installed, booted in qemu: docs/systems/kernels.md. Source it after
# scripts/lib.sh.
cache=$top/build/cache/kernels
guest_source=$top/tests/kernels
work=$top/build/kernels/${0##*/}
guest_logs=$logs/${0##*/}
native=$(dpkg --print-architecture)

# ---- Downloading ----

# Prints the archive that this system's packages come from.
debian_archive() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' |
        sort -u | head -n 1
}

# with_apt RELEASE ARCHITECTURE COMMAND...: sets $apt to a private configuration for only this release.
with_apt() {
    local release=$1 architecture=$2 directory=$cache/apt-$1-$2 archive
    archive=$(debian_archive)
    apt=(-qq -o "Dir::Etc::SourceList=$directory/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State=$directory"
        -o "Dir::State::Lists=$directory/lists" -o "Dir::State::status=$directory/status"
        -o "Dir::Cache=$directory/cache" -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=root -o Debug::NoLocking=1)
    shift 2
    mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial" && : >"$directory/status" || return 1
    # A release that has left the archive is kept in another one.
    for archive in "${archive:-http://deb.debian.org/debian}" http://archive.debian.org/debian; do
        printf 'deb [arch=%s signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
            "$architecture" "$archive" "$release" >"$directory/sources.list"
        if apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update && "$@"; then
            rm -rf "$directory"
            return 0
        fi
    done
    rm -rf "$directory"
    return 1
}

# download PACKAGE: unpacks it into ./root.
download() {
    rm -rf root && apt-get "${apt[@]}" download "$1" && dpkg -x "${1%%:*}"_*.deb root && rm -f ./*.deb
}

# download_kernel META_PACKAGE: downloads what it depends on; the kernel becomes ./vmlinuz.
download_kernel() {
    local package
    package=$(apt-cache "${apt[@]}" depends "$1" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
    [[ -n $package ]] && download "$package" && cp root/boot/vmlinu[xz]-* vmlinuz
}

# add_module NAME [SETTING...]: adds it, after the modules that it needs, to ./modules-root/modules and to the list that
# the guest loads. Modules that are built into the kernel are skipped.
add_module() {
    local path needed depends modules=modules-root/modules
    path=$(find root/lib/modules/ root/usr/lib/modules/ -name "$1.ko*" 2>/dev/null | head -n 1)
    [[ -n $path && ! -e $modules/$1.ko ]] || return 0
    if [[ $path == *.xz ]]; then
        xz -dc "$path" >"$modules/$1.ko"
    else
        cp "$path" "$modules/$1.ko"
    fi
    depends=$(tr '\0' '\n' <"$modules/$1.ko" | sed -n 's/^depends=//p')
    for needed in ${depends//,/ }; do
        add_module "$needed"
    done
    printf '%s\n' "$1.ko ${2-}" >>"$modules/order"
}

# unpack_kernel META_PACKAGE: unpacks into the current directory.
unpack_kernel() {
    local module modules=modules-root/modules
    rm -rf modules-root && mkdir -p "$modules" && : >"$modules/order" || return 1
    download_kernel "$1" || return 1
    add_module brd 'rd_nr=1 rd_size=131072'
    for module in crc32c_generic ext4 lzo-rle lz4 zram; do
        add_module "$module"
    done
    pack modules-root modules.gz && rm -rf root modules-root
}

# fetch_kernel RELEASE ARCHITECTURE META_PACKAGE: fetches it once, into $cache/RELEASE-ARCHITECTURE.
fetch_kernel() {
    local directory=$cache/$1-$2
    [[ ! -e $directory/vmlinuz || ! -e $directory/modules.gz ]] || return 0
    mkdir -p "$directory" && (cd "$directory" && with_apt "$1" "$2" unpack_kernel "$3")
}

# unpack_program PACKAGE PATH FILE
unpack_program() {
    download "$1" && mv "root/$2" "$3" && rm -rf root
}

# fetch_program ARCHITECTURE PACKAGE PATH: fetches a static program as $cache/NAME-ARCHITECTURE. It is not installed,
# because the package busybox-static would replace another busybox.
fetch_program() {
    local file=$cache/${3##*/}-$1
    [[ ! -x $file ]] || return 0
    mkdir -p "$file.new" && (cd "$file.new" && with_apt bookworm "$1" unpack_program "$2" "$3" "$file") &&
        rm -rf "$file.new"
}

# fetch WHAT COMMAND...: on failure, prints what is not available.
fetch() {
    local what=$1
    shift
    "$@" >"$guest_logs/download.log" 2>&1 && return
    tail -n 5 "$guest_logs/download.log"
    echo "$what cannot be downloaded"
    return 77
}

# fetch_kernels META_PACKAGE RELEASE...
fetch_kernels() {
    local package=$1 release releases
    shift
    kernels=()
    fetch "Debian's busybox-static for $native" fetch_program "$native" busybox-static bin/busybox &&
        fetch "Debian's busybox-static for $architecture" fetch_program "$architecture" busybox-static bin/busybox ||
        return
    if [[ $architecture != "$native" ]]; then
        fetch "Debian's bash-static for $architecture" fetch_program "$architecture" bash-static bin/bash-static ||
            return
    fi
    for releases in "$@"; do
        for release in ${releases//|/ }; do
            if fetch "The kernel of $release" fetch_kernel "$release" "$architecture" "$package"; then
                kernels+=("$release-$architecture")
                break
            fi
        done
    done
    ((${#kernels[@]} == $#)) && return
    echo "of Debian's kernels for $architecture only ${#kernels[@]} of $# can be downloaded: $*"
    return 77
}

# prepare_kernels META_PACKAGE RELEASE...: sets $kernels for $architecture, oldest first. 'bullseye|bookworm' is the
# first of these that the archive has. 77: not all are available.
prepare_kernels() {
    local status
    mkdir -p "$guest_logs" "$cache" "$work" || return 1
    exec 8>"$cache/.lock" && flock 8 || return 1
    fetch_kernels "$@"
    status=$?
    exec 8>&-
    return $status
}

# ---- The guest's root ----

# pack DIRECTORY FILE: packs it in the form that the kernel unpacks into memory.
pack() {
    (cd "$1" && find . | LC_ALL=C sort | "$cache/busybox-$native" cpio -o -H newc -R 0:0 2>/dev/null | gzip -1) >"$2"
}

# prepare_root BUILD: makes the root of every guest of $architecture, with what CTest runs in BUILD.
prepare_root() {
    local directory=$work/root-$architecture name
    rm -rf "$directory" || return 1
    mkdir -p "$directory"/{usr/bin,usr/lib,usr/lib64,proc,sys,dev,root,etc,tmp,mnt,var/tmp,modules} || return 1
    for name in bin lib lib64; do
        ln -s "usr/$name" "$directory/$name"
    done
    ln -s usr/bin "$directory/sbin"
    ln -s bin "$directory/usr/sbin"
    python3 "$guest_source/stage.py" "$1" "$directory" "$triplet" || return 1
    cp "$cache/busybox-$architecture" "$directory/bin/busybox"
    [[ $architecture == "$native" ]] || cp "$cache/bash-static-$architecture" "$directory/bin/bash"
    for name in $("$cache/busybox-$native" --list); do
        [[ -e $directory/bin/$name ]] || ln -s busybox "$directory/bin/$name"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$directory/etc/passwd"
    cp -r "$guest_source/guest" "$directory/guest" && mv "$directory/guest/init" "$directory/init" || return 1
    pack "$directory" "$directory.gz"
}

# ---- Booting ----

# Handles a guest's requests to its machine: @monitor COMMAND, or @monitor pause SECONDS, which stops it that long.
obey() {
    case $1 in
    '@monitor pause '*) printf 'stop\n' && sleep "${1##* }" && printf 'cont\n' ;;
    '@monitor '*) printf '%s\n' "${1#@monitor }" ;;
    esac
}

# choose_machine ARCHITECTURE: selects what is downloaded and booted from now on.
choose_machine() {
    architecture=$1
    case $1 in
    amd64)
        processor=x86_64 triplet='' terminal=ttyS0 meta_package=linux-image-cloud-amd64
        # An emulated processor that waits with MWAIT keeps a real one busy.
        accelerator=(-M pc -accel 'tcg,thread=multi' -cpu 'max,vendor=GenuineIntel,monitor=off')
        ;;
    arm64)
        processor=aarch64 triplet=aarch64-linux-gnu terminal=ttyAMA0 meta_package=linux-image-cloud-arm64
        accelerator=(-M virt -accel 'tcg,thread=multi' -cpu cortex-a72)
        ;;
    s390x)
        processor=s390x triplet=s390x-linux-gnu terminal=ttysclp0 meta_package=linux-image-s390x
        accelerator=(-M s390-ccw-virtio -accel 'tcg,thread=multi' -cpu max)
        ;;
    esac
}
choose_machine amd64

# Seconds without a line on its console after which a guest's kernel stands still: the guest itself ends a suite or a
# scenario sooner.
silence=450

# boot NAME SECONDS KERNEL OPTIONS QEMU_OPTION...: runs a guest until it ends or stands still; its console goes to
# $guest_logs/NAME.log. False: its job failed, or it did not end.
boot() {
    local name=$1 seconds=$2 kernel=$3 options=$4 log=$guest_logs/$1.log monitor=$work/$1.monitor
    local pipe console machine line status
    shift 4
    rm -f "$monitor".{in,out} && mkfifo "$monitor".{in,out} || return 1
    cat "$work/root-$architecture.gz" "$cache/$kernel/modules.gz" >"$work/$name.initrd" || return 1
    exec {pipe}<>"$monitor.in"
    exec {console}< <(exec timeout --foreground -k 5 "$seconds" "qemu-system-$processor" "${accelerator[@]}" \
        -nodefaults -display none -no-reboot -serial stdio -monitor "pipe:$monitor" \
        -kernel "$cache/$kernel/vmlinuz" -initrd "$work/$name.initrd" \
        -append "console=$terminal loglevel=3 panic=-1 mitigations=off $options" "$@" 2>&1 </dev/null)
    machine=$!
    while IFS= read -r -t "$silence" -u "$console" line || { status=$? && false; }; do
        line=${line%$'\r'}
        printf '%s\n' "$line"
        [[ $line != @monitor* ]] || obey "$line" >&"$pipe"
    done >"$log"
    if ((status > 128)); then
        printf 'still    no line for %s s\n' "$silence" >>"$log"
        kill "$machine"
        wait "$machine"
    fi
    exec {pipe}>&- {console}<&-
    rm -f "$monitor".{in,out} "$work/$name.initrd"
    grep -qx 'status 0' "$log"
}

# Whether KVM boots KERNEL here, which /dev/kvm does not guarantee.
try_kvm() {
    local emulated=("${accelerator[@]}")
    [[ $architecture == amd64 && -w /dev/kvm ]] || return 0
    accelerator=(-M pc -accel kvm -cpu host)
    boot kvm 30 "$1" 'cg=v2 job=nothing' -m 1024 -smp 2 || accelerator=("${emulated[@]}")
}

# prepare_guests BUILD: prepares the root of every guest, with what CTest runs in BUILD, and how to boot them.
prepare_guests() {
    prepare_root "$1" && try_kvm "${kernels[0]}" || return
    printf 'kernels: %s; %s\n' "${kernels[*]}" "${accelerator[*]}"
}

# guest NAME KERNEL ...: boots it with boot() and prints the comparisons, or on failure all its output.
guest() {
    local name=$1 log=$guest_logs/$1.log status=0 start=$SECONDS seconds=1200
    boot "$name" $seconds "${@:2}" || status=1
    # An emulated kernel may panic, even before its first process starts. That of bullseye may stand still in its
    # scheduler, with interrupts off, when a group is throttled. Tests that fail, or do not end, have a status.
    if ! grep -q '^status ' "$log"; then
        mv "$log" "$guest_logs/$name-first.log"
        printf '%s: booted again: its kernel ended or stood still in: %s\n' "$name" \
            "$(sed -n 's/^running *//p' "$guest_logs/$name-first.log" | tail -n 1)"
        status=0
        boot "$name" $seconds "${@:2}" || status=1
    fi
    {
        printf '\n== %s: ' "$name"
        printf '%s (%s s)\n' "$(sed -n 's/^kernel //p' "$log")" $((SECONDS - start))
        grep -vE '^(kernel |status |running |@monitor|\[ )' "$log"
        if ! grep -q '^status ' "$log"; then
            printf 'failed   %s: ended after %s of %s s in: %s\n' "$name" $((SECONDS - start)) $seconds \
                "$(sed -n 's/^running *//p' "$log" | tail -n 1)"
        fi
    } >"$work/$name.report"
    cat "$work/$name.report"
    return $status
}

# suites GROUPS KERNEL [REGEX]: runs everything that prepare_guests() found, or a part of it.
suites() {
    guest "suites-$1-$2" "$2" "cg=$1 job=suites only=${3-.*}" -m 1024 -smp 2
}

# scenarios GROUPS KERNEL [REGEX]: on a PC with two packages of two cores with two threads each, two nodes, huge pages
# of two sizes, and pressure enabled; on another machine, four CPUs.
scenarios() {
    local options="cg=$1 job=scenarios psi=1 swapaccount=1 only=${3-.*}"
    if [[ $architecture != amd64 ]]; then
        guest "scenarios-$1-$2" "$2" "$options" -m 1024 -smp 4
        return
    fi
    guest "scenarios-$1-$2" "$2" "$options hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=8" \
        -m 2560 -smp 8,sockets=2,cores=2,threads=2 -object memory-backend-ram,id=low,size=1G \
        -object memory-backend-ram,id=high,size=1536M -numa node,nodeid=0,cpus=0-3,memdev=low \
        -numa node,nodeid=1,cpus=4-7,memdev=high
}

# together COMMAND...: runs functions with their arguments, one guest for every two CPUs at a time, because another part
# runs beside this one. False: one of them failed.
together() {
    local status=0 running=0 most=$((($(nproc) + 1) / 2)) command words
    for command in "$@"; do
        if ((running == most)); then
            wait -n || status=1
            running=$((running - 1))
        fi
        read -ra words <<<"$command"
        "${words[@]}" &
        running=$((running + 1))
    done
    while ((running > 0)); do
        wait -n || status=1
        running=$((running - 1))
    done
    return $status
}
