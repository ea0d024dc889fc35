#!/bin/sh
# What `make boot` does: boots the appliance of rootfs/boot.toml in QEMU, and ends as its main service.
#
#   tools/boot.sh KERNEL INITRAMFS [COMMAND…]    a kernel of tools/kernels.sh, what `make initramfs`
#                                                made, and a command in place of the appliance's own
#
# Exit code: the main service's; without its verdict one of rootfs/qemu-run, which says why.
set -eu

cd "$(dirname "$0")/.."
kernel=$1 initramfs=$2
shift 2
[ $# = 0 ] || set -- -- "$@"

echo "\$ rootfs/qemu-run $kernel $initramfs${*:+ $*}"
code=0
rootfs/qemu-run "$kernel" "$initramfs" "$@" || code=$?
echo "exit code $code: the main service's in the guest, unless qemu-run said otherwise."
exit "$code"
