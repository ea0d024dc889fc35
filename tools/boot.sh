#!/bin/sh
# What `make boot` does: boots the appliance of rootfs/boot.toml in QEMU, and looks what comes home.
#
#   tools/boot.sh KERNEL INITRAMFS    a kernel of tools/kernels.sh, and what `make initramfs` made
#
# Exit code 0: it went as it should, which means that the appliance's own 7 came home.
set -eu

want=7
cd "$(dirname "$0")/.."

echo "\$ rootfs/qemu-run $1 $2"
code=0
rootfs/qemu-run "$1" "$2" || code=$?

if [ "$code" != "$want" ]; then
    echo "exit code $code came home, and not the $want that \"test\" ends with" >&2
    exit 1
fi
echo "exit code $code came home: what \"test\" ended with is what qemu-run ended with. All is well."
