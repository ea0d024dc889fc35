#!/bin/sh
# Linux kernels to boot in tests: Debian's own, old and new, for x86_64 and aarch64.
#
#   tools/kernels.sh [ARCH/SERIES…]    fetch what is not there yet (15 to 35 MB each), print the paths;
#                                      ARCH: x86_64, aarch64. SERIES: 5.10, 6.1, 6.12, 7
#   tools/kernels.sh path ARCH/SERIES  print the path of one that is there; exit code 1: it is not
#
# Debian's cloud kernels, which boot fastest: 5.10 from bullseye, 6.1 from bookworm, 6.12 from
# bookworm-backports, 7 from trixie-backports. They are downloaded and unpacked below .cache/kernels (tools/debian.sh), need no
# root and are never installed. From 6.12 on, virtio-serial is built in; older ones have modules for it,
# so that a guest with 5.10 or 6.1 has its console and nothing else. A folder ARCH/SERIES has
#
#   kernel    what QEMU boots: for x86_64 the vmlinux out of the package's bzImage, when it is packed
#             with zstd (0.6 s less for each boot: QEMU starts it by PVH), else as it came
#   modules/  lib/modules/VERSION of the package, for the series that bring them in the same package
#   version   of the kernel, as uname -r says it
#
# NSINIT_KERNELS_CACHE moves the folder.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
cache=${NSINIT_KERNELS_CACHE:-$project/.cache/kernels}

say() { printf 'kernels: %s\n' "$*" >&2; }
die() {
    say "$1"
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}
. "$project/tools/debian.sh"

# Debian's name of an architecture.
debian_name() {
    case $1 in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) die "no kernels for \"$1\"" "try: x86_64 or aarch64" ;;
    esac
}

# The suite that a series comes from.
suite_of() {
    case $1 in
    5.10) echo bullseye ;;
    6.1) echo bookworm ;;
    6.12) echo bookworm-backports ;;
    7) echo trixie-backports ;;
    *) die "no kernels of series \"$1\"" "try: 5.10, 6.1, 6.12 or 7" ;;
    esac
}

read_lists() {
    [ -z "${lists_are_read:-}" ] || return 0
    command -v apt-get >/dev/null || die "no apt-get on this machine" \
        "why: the kernels are packages of Debian" \
        "try: put one at $cache/ARCH/SERIES/kernel by hand"
    codename=$(codename)
    uri=$(mirror_of "$codename")
    [ -n "$uri" ] || die "no apt source of this machine names its own suite \"$codename\"" \
        "why: the mirror that it names is asked for the kernels"
    for suite in bullseye bookworm bookworm-backports trixie-backports; do
        source_line "$uri" "$suite"
    done | begin_apt
    say "reading the package lists"
    patiently ours get update || die "apt-get update failed" "try: the same again later"
    lists_are_read=yes
}

# The package that has the image: the newest of its series, which the meta package names.
package_of() {
    meta=linux-image-cloud-$1:$1
    version=$(ours cache madison "$meta" |
        awk -v prefix="$2." 'index($3, prefix) == 1 { print $3 }' | sort -V | tail -n 1)
    [ -n "$version" ] || return 1
    image=$(depends "$meta=$version" linux-image-)
    # From 7.1 on the image is in a package of its own, without modules.
    binary=$(depends "$image" linux-binary-)
    echo "${binary:-$image}"
}

# number FILE OFFSET BYTES: a little-endian number.
number() { od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# unpack_vmlinux BZIMAGE INTO: the ELF file inside (Documentation/arch/x86/boot.rst: setup_sects,
# payload_offset, payload_length). Fails when it is not packed with zstd, or nobody can unpack it.
unpack_vmlinux() {
    command -v zstd >/dev/null || return 1
    start=$((($(number "$1" 497 1) + 1) * 512 + $(number "$1" 584 4)))
    length=$(($(number "$1" 588 4) - 4)) # behind it stands its length, unpacked
    [ "$(number "$1" "$start" 4)" = 4247762216 ] || return 1 # zstd's magic number
    tail -c +$((start + 1)) "$1" | head -c "$length" | zstd -dcq >"$2" || {
        rm -f "$2"
        return 1
    }
}

fetch() {
    arch=${1%/*} series=${1#*/}
    debian=$(debian_name "$arch")
    suite=$(suite_of "$series")
    home=$cache/$1
    [ ! -e "$home/version" ] || return 0
    read_lists
    package=$(package_of "$debian" "$series") && [ -n "$package" ] ||
        die "no kernel $series for $debian in $suite" "try: the same again later"
    say "Linux $series for $arch"
    rm -rf "$cache/unpacked" "$home"
    mkdir -p "$home"
    fetch_into "$cache/unpacked" "$package"
    image=$(find "$cache/unpacked" -name 'vmlinuz*' -type f)
    [ -f "$image" ] || die "no image in $package"
    if [ "$arch" != x86_64 ] || ! unpack_vmlinux "$image" "$home/kernel"; then
        mv "$image" "$home/kernel"
    fi
    modules=$(find "$cache/unpacked" -path '*/lib/modules/*' -name modules.order -type f)
    [ -z "$modules" ] || mv "${modules%/modules.order}" "$home/modules"
    rm -rf "$cache/unpacked"
    version=${package#linux-*-}
    echo "${version%%:*}" >"$home/version" # last: with it the home is whole
}

case ${1:-} in
path)
    [ $# -eq 2 ] && [ -e "$cache/$2/version" ] || exit 1
    echo "$cache/$2/kernel"
    exit
    ;;
-*)
    sed -n '/^#   tools/,/^#$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
[ $# -gt 0 ] || set -- x86_64/5.10 x86_64/6.1 x86_64/6.12 x86_64/7 aarch64/6.1 aarch64/6.12 aarch64/7
mkdir -p "$cache"
for each in "$@"; do
    fetch "$each"
    echo "$cache/$each/kernel"
done
rm -rf "$cache/apt"
