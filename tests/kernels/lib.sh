# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Debian's kernels, downloaded and unpacked but not installed, booted in qemu: docs/systems/kernels.md.
# To be sourced after scripts/lib.sh.
cache=$top/build/cache/kernels
guest_source=$top/tests/kernels
work=$top/build/kernels
native=$(dpkg --print-architecture)

# ---- Downloading ----

# The archive that this system's own packages come from.
debian_archive() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' |
        sort -u | head -n 1
}

# with_apt RELEASE ARCHITECTURE COMMAND...: in $apt is a private configuration that knows this release alone.
with_apt() {
    local release=$1 architecture=$2 directory=$cache/apt-$1-$2 archive
    archive=$(debian_archive)
    apt=(-qq -o "Dir::Etc::SourceList=$directory/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State=$directory"
        -o "Dir::State::Lists=$directory/lists" -o "Dir::State::status=$directory/status"
        -o "Dir::Cache=$directory/cache" -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
        -o Acquire::Languages=none -o APT::Sandbox::User=root -o Debug::NoLocking=1)
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
    return 1
}

# download PACKAGE: unpacked into ./root.
download() {
    rm -rf root && apt-get "${apt[@]}" download "$1" && dpkg -x "${1%%:*}"_*.deb root && rm -f ./*.deb
}

# download_kernel META_PACKAGE: what it depends on; the kernel becomes ./vmlinuz.
download_kernel() {
    local package
    package=$(apt-cache "${apt[@]}" depends "$1" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
    [[ -n $package ]] && download "$package" && cp root/boot/vmlinu[xz]-* vmlinuz
}

# add_module NAME [SETTING...]: with the modules that it needs before it, to ./modules-root/modules and to the list that
# the guest loads. A kernel has as no module what is built in.
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

# unpack_kernel META_PACKAGE: into the current directory.
unpack_kernel() {
    local module modules=modules-root/modules
    rm -rf modules-root && mkdir -p "$modules" && : >"$modules/order" || return 1
    download_kernel "$1" || return 1
    add_module brd 'rd_nr=1 rd_size=131072'
    for module in lzo-rle lz4 zram; do
        add_module "$module"
    done
    pack modules-root modules.gz && rm -rf root modules-root
}

# fetch_kernel RELEASE ARCHITECTURE META_PACKAGE: once, into $cache/RELEASE-ARCHITECTURE.
fetch_kernel() {
    local directory=$cache/$1-$2
    [[ ! -e $directory/vmlinuz || ! -e $directory/modules.gz ]] || return 0
    mkdir -p "$directory" && (cd "$directory" && with_apt "$1" "$2" unpack_kernel "$3")
}

unpack_busybox() {
    download busybox-static && mv root/bin/busybox "$1" && rm -rf root
}

# fetch_busybox ARCHITECTURE: the static one, to $cache/busybox-ARCHITECTURE.
# Installed as a package, it would replace another busybox.
fetch_busybox() {
    local file=$cache/busybox-$1
    [[ ! -x $file ]] || return 0
    mkdir -p "$file.new" && (cd "$file.new" && with_apt bookworm "$1" unpack_busybox "$file") && rm -rf "$file.new"
}

# prepare_kernels ARCHITECTURE META_PACKAGE RELEASE...: into $kernels, the oldest first. 77: there are not two.
prepare_kernels() {
    local architecture=$1 package=$2 release
    shift 2
    mkdir -p "$logs/kernels" "$cache" "$work" || return 1
    kernels=()
    for release in "$native" "$architecture"; do
        if ! fetch_busybox "$release" >"$logs/kernels/busybox.log" 2>&1; then
            tail -n 5 "$logs/kernels/busybox.log"
            echo "Debian's busybox-static for $release cannot be downloaded"
            return 77
        fi
    done
    for release in "$@"; do
        if fetch_kernel "$release" "$architecture" "$package" >"$logs/kernels/$release.log" 2>&1; then
            kernels+=("$cache/$release-$architecture")
        else
            tail -n 5 "$logs/kernels/$release.log"
        fi
    done
    if ((${#kernels[@]} < 2)); then
        echo "of Debian's kernels only ${#kernels[@]} can be downloaded: $*"
        return 77
    fi
}

# ---- The guest's root ----

# pack DIRECTORY FILE: as the kernel unpacks it into memory.
pack() {
    (cd "$1" && find . | LC_ALL=C sort | "$cache/busybox-$native" cpio -o -H newc -R 0:0 2>/dev/null | gzip -1) >"$2"
}

# prepare_root ARCHITECTURE BUILD: the root of every guest, with what CTest runs in BUILD.
prepare_root() {
    local build=$2 directory=$work/root-$1 name
    rm -rf "$directory" || return 1
    mkdir -p "$directory"/{usr/bin,usr/lib,usr/lib64,proc,sys,dev,root,etc,tmp,mnt,var/tmp,modules} || return 1
    for name in bin lib lib64; do
        ln -s "usr/$name" "$directory/$name"
    done
    ln -s usr/bin "$directory/sbin"
    ln -s bin "$directory/usr/sbin"
    python3 "$guest_source/stage.py" "$build" "$directory" || return 1
    cp "$cache/busybox-$1" "$directory/bin/busybox"
    for name in $("$cache/busybox-$native" --list); do
        [[ -e $directory/bin/$name ]] || ln -s busybox "$directory/bin/$name"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$directory/etc/passwd"
    cp -r "$guest_source/guest" "$directory/guest" && mv "$directory/guest/init" "$directory/init" || return 1
    pack "$directory" "$directory.gz"
}

# ---- Booting ----

# What a guest asks of its machine: @monitor COMMAND, or @monitor pause SECONDS, which stops it that long.
obey() {
    case $1 in
    '@monitor pause '*) printf 'stop\n' && sleep "${1##* }" && printf 'cont\n' ;;
    '@monitor '*) printf '%s\n' "${1#@monitor }" ;;
    esac
}

machine=x86_64 architecture=amd64 console=ttyS0
accelerator=(-M pc -accel 'tcg,thread=multi' -cpu max,vendor=GenuineIntel)

# boot NAME SECONDS KERNEL OPTIONS QEMU_OPTION...: runs a guest to its end; its console goes to $logs/kernels/NAME.log.
# False: its job failed, or it came to no end.
boot() {
    local name=$1 seconds=$2 kernel=$3 options=$4 line pipe log=$logs/kernels/$1.log monitor=$work/$1.monitor
    shift 4
    rm -f "$monitor".{in,out} && mkfifo "$monitor".{in,out} || return 1
    cat "$work/root-$architecture.gz" "$kernel/modules.gz" >"$work/$name.initrd" || return 1
    exec {pipe}<>"$monitor.in"
    while IFS= read -r line; do
        line=${line%$'\r'}
        printf '%s\n' "$line"
        [[ $line != @monitor* ]] || obey "$line" >&"$pipe"
    done < <(exec timeout --foreground -k 5 "$seconds" "qemu-system-$machine" "${accelerator[@]}" -nodefaults \
        -display none -no-reboot -serial stdio -monitor "pipe:$monitor" \
        -kernel "$kernel/vmlinuz" -initrd "$work/$name.initrd" \
        -append "console=$console loglevel=3 panic=-1 $options" "$@" 2>&1 </dev/null) >"$log"
    exec {pipe}>&-
    rm -f "$monitor".{in,out} "$work/$name.initrd"
    grep -qx 'status 0' "$log"
}

# guest NAME ...: boots it as boot() does, and prints what it compared; all that it printed where something failed.
guest() {
    local name=$1 status=0 start=$SECONDS
    boot "$@" || status=1
    {
        printf '\n== %s: ' "$name"
        printf '%s (%s s)\n' "$(sed -n 's/^kernel //p' "$logs/kernels/$name.log")" $((SECONDS - start))
        grep -vE '^(kernel |status |@monitor|\[ )' "$logs/kernels/$name.log"
        grep -q '^status ' "$logs/kernels/$name.log" || printf 'failed   %s: no end within %s s\n' "$name" "$2"
    } >"$work/$name.report"
    cat "$work/$name.report"
    return $status
}

# together FUNCTION...: two at a time, as a guest mostly keeps one CPU busy. False: one was.
together() {
    local status=0 running=0 function
    for function in "$@"; do
        if ((running == 2)); then
            wait -n || status=1
            running=1
        fi
        "$function" &
        running=$((running + 1))
    done
    while ((running > 0)); do
        wait -n || status=1
        running=$((running - 1))
    done
    return $status
}

# Whether KVM boots KERNEL here: /dev/kvm may exist and not do so.
try_kvm() {
    local emulated=("${accelerator[@]}")
    [[ $(uname -m) == x86_64 && -w /dev/kvm ]] || return 0
    accelerator=(-M pc -accel kvm -cpu host)
    boot kvm 30 "$1" 'cg=v2 job=nothing' -m 1024 -smp 2 || accelerator=("${emulated[@]}")
}
