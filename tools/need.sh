#!/bin/sh
# What has to be on this machine: names what is missing with its Debian package, or installs it.
#
#   tools/need.sh [--install] FOR…    FOR is build, check, test, boot, boot-long or bench
#
# Exit code 0: everything is there. 1: something is missing, each thing named with its remedy.
# --install asks apt for it (as root, or through sudo) and rustup for parts of the toolchain.
# What building for aarch64 needs, tools/aarch64.sh fetches by itself.
set -u

# "command package" lines; a package of two words is two packages.
needs() {
    case $1 in
    build) echo 'cc gcc libc6-dev' ;;
    check) ;;
    test)
        echo 'strace strace'
        echo 'unshare util-linux'  # and setpriv
        echo 'mount mount'
        echo 'ip iproute2'
        echo 'pgrep procps'
        echo 'pasta passt'         # a network for ordinary users
        echo 'newuidmap uidmap'
        echo 'systemd-notify systemd'
        echo 'bash bash'
        echo 'readelf binutils'    # and addr2line, strip, nm
        echo 'file file'
        echo 'python3 python3'
        echo 'crun crun'
        echo 'tini tini'           # and tini-static
        echo 'dumb-init dumb-init'
        echo 'catatonit catatonit'
        echo 'busybox busybox-static'  # in roots that have no library
        echo 'bwrap bubblewrap'    # an attack that it does not stop is live
        ;;
    boot)
        echo 'qemu-system-x86_64 qemu-system-x86'
        echo 'cpio cpio'
        echo 'gzip gzip'
        echo 'zstd zstd'           # unpacks kernels, so that they boot faster
        echo 'xz xz-utils'
        echo 'mke2fs e2fsprogs'    # disks for guests
        echo 'busybox busybox-static'  # a workload that swaps
        echo 'mksquashfs squashfs-tools'
        echo '/usr/lib/qemu/virtiofsd qemu-system-common'  # folders of the host
        ;;
    boot-long) echo 'qemu-system-aarch64 qemu-system-arm' ;;
    bench)
        echo 'strace strace'
        echo 'unshare util-linux'
        echo 'bwrap bubblewrap'
        echo 'crun crun'
        echo 'tini tini'           # and tini-static
        echo 'dumb-init dumb-init'
        echo 'catatonit catatonit'
        echo 'busybox busybox-static'
        ;;
    *)
        echo "need: \"$1\" is not one of build, check, test, boot, boot-long, bench" >&2
        exit 2
        ;;
    esac
}

# The parts of a Rust toolchain that a group uses.
components() { [ "$1" != check ] || echo 'rustfmt clippy'; }

has() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1; }

# Puts what is missing into $packages and $parts, and says so when asked.
look() {
    packages='' parts='' rust=yes
    for group in "$@"; do
        list=$(needs "$group") || exit 2
        while read -r command package; do
            [ -n "$command" ] && ! has "$command" || continue
            case " $packages " in *" $package "*) continue ;; esac
            packages="$packages${packages:+ }$package"
            echo "need: MISSING \"$command\", to $group: apt-get install $package"
        done <<LIST
$list
LIST
        has cargo || rust=no
        for part in $(components "$group"); do
            case $part in rustfmt) command=fmt ;; *) command=$part ;; esac
            [ $rust = no ] || cargo "$command" --version >/dev/null 2>&1 || {
                parts="$parts${parts:+ }$part"
                echo "need: MISSING \"cargo $command\", to $group: rustup component add $part"
            }
        done
    done
    [ $rust = yes ] || echo 'need: MISSING "cargo": Rust 1.88 or newer, see https://rustup.rs'
}

install() {
    if [ -n "$packages" ]; then
        root=
        [ "$(id -u)" = 0 ] || root=sudo
        has apt-get || { echo 'need: no apt-get on this machine' >&2; return 1; }
        # A mirror may be in the middle of its own update: a second try often finds it in order.
        $root apt-get update -qq || { sleep 10 && $root apt-get update -qq; } || return 1
        # shellcheck disable=SC2086 # several words are several packages
        DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends \
            $packages </dev/null || return 1
    fi
    # shellcheck disable=SC2086
    [ -z "$parts" ] || rustup component add $parts
}

do_install=no
[ "${1:-}" != --install ] || { do_install=yes && shift; }
[ $# -gt 0 ] || { sed -n '/^#   tools/s/^# *//p' "$0" >&2 && exit 2; }

look "$@" >&2
if [ $do_install = yes ] && [ -n "$packages$parts" ]; then
    install || exit 1
    look "$@" >&2
fi
if [ -n "$packages$parts" ] || [ $rust = no ]; then
    [ $do_install = yes ] || [ -z "$packages" ] || {
        echo "need: all of it at once: apt-get install $packages"
        echo 'need: or: make setup'
    } >&2
    exit 1
fi
