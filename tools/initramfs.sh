#!/bin/sh
# An initramfs with nsinit as its init, the same bytes from the same files.
#
#   tools/initramfs.sh OUT INIT [SRC:DEST…]    INIT becomes /init, each SRC what stands at DEST
#
# Reproducible: names are sorted, times are 0, owners are root, inodes are numbered anew, and gzip
# stores no name. Needs no root: what /dev has, the kernel brings (/dev/console is in the archive
# that is built into it, the others come with devtmpfs).
set -eu

[ $# -ge 2 ] || {
    sed -n '/^#   tools/s/^# *//p' "$0" >&2
    exit 2
}
for needed in cpio gzip; do
    command -v "$needed" >/dev/null || {
        printf 'initramfs: "%s" is missing\n  try: apt-get install %s\n' "$needed" "$needed" >&2
        exit 1
    }
done
out=$1 init=$2
shift 2

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
umask 022
# Where nsinit mounts.
mkdir "$tree/dev" "$tree/proc" "$tree/sys" "$tree/run" "$tree/tmp" "$tree/etc" "$tree/root"
cp "$init" "$tree/init"
for each in "$@"; do
    dest=$tree/${each#*:}
    mkdir -p "${dest%/*}"
    cp -RL "${each%%:*}" "$dest"
done
chmod -R u=rwX,go=rX "$tree"
chmod 755 "$tree/init"
find "$tree" -exec touch -h -d @0 {} +
mkdir -p "$(dirname "$out")"
(
    cd "$tree"
    find . ! -name . | LC_ALL=C sort | cpio --create --quiet --format=newc --owner=0:0 --reproducible
) | gzip -9n >"$out.new"
mv "$out.new" "$out"
