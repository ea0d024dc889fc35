#!/bin/sh
# Tests of this project inside a guest, where they are root on a kernel of another version.
#
#   tools/inside.sh KERNEL NSINIT TEST [ARGS]    KERNEL of tools/kernels.sh; TEST a test program
#
# TEST (target/release/deps/sandbox-…) is the workload, with the programs it starts, their libraries
# and the nsinit it was built beside: together the root file system, in memory. nsinit is also the
# kernel's init there. Exit code: that of TEST, or what rootfs/qemu-run makes of the guest.
set -eu

kernel=$1 nsinit=$2 test=$3
shift 3
project=$(cd "$(dirname "$0")/.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# What the tests start. /bin/sh is Debian's, as on the machine that they were written on; and as there
# all programs and libraries are below /usr.
programs='bash sh cat chroot cp date dirname echo env false head hostname id kill ln ls mkdir mount
    mv nohup ps pwd readlink rm rmdir seq setpriv setsid sleep sort stat stty tail tee touch tr true
    umount uname unshare uptime wc test grep sed dd stdbuf timeout yes sync find xargs mktemp chmod
    chown nice prlimit busybox newuidmap newgidmap script mkfifo mountpoint df tty'
mkdir -p "$tree/usr/bin" "$tree/usr/lib" "$tree/usr/lib64" "$tree/etc" "$tree/opt" "$tree/mnt"
for place in bin lib lib64; do ln -s "usr/$place" "$tree/$place"; done
for program in $programs; do
    path=$(command -v -- "$program" 2>/dev/null) || continue
    case $path in /*) ;; *) path=/usr/bin/$program ;; esac
    [ -x "$path" ] || continue
    cp -L "$path" "$tree/usr/bin/$program"
done
cp "$test" "$tree/opt/test"
strip "$tree/opt/test"
for program in "$tree"/usr/bin/* "$tree/opt/test"; do ldd "$program" 2>/dev/null || :; done |
    grep -o '/[^ ]*' | sort -u | while IFS= read -r library; do
    mkdir -p "$tree${library%/*}"
    cp -L "$library" "$tree$library"
done
echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
echo 'root:x:0:' >"$tree/etc/group"
: >"$tree/etc/subuid"
: >"$tree/etc/subgid"
echo 'passwd: files' >"$tree/etc/nsswitch.conf"

# The test finds nsinit where cargo left it. A machine that has just started cannot be told to have
# started five seconds earlier, so it waits until then. The kernel's first root is no place for
# pivot_root(2), so it is bound over itself, and all that nsinit has mounted moves along.
place=$(cd "$(dirname "$nsinit")" && pwd)
cp "$nsinit" "$tree/opt/nsinit"
cat >"$tree/opt/go" <<END
#!/bin/bash
umount /tmp # where nsinit has mounted it, no device file is a device
mkdir -p "$place"
cp /opt/nsinit "$place/nsinit"
chmod 1777 /tmp
chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap # no archive of qemu-run's has such a bit
while read -r up _ </proc/uptime && [ "\${up%.*}" -lt 6 ]; do sleep 1; done
mkdir /new
mount -n --bind / /new
for each in /dev /proc /sys /run; do
    ! mountpoint -q "\$each" || mount -n --move "\$each" "/new\$each"
done
cd /new
mount -n --move . /
exec chroot . /opt/test "\$@"
END
chmod +x "$tree/opt/go"

set -- --memory 512 --cpus 2 --time-limit 300 "$kernel" "$tree/initramfs" -- /opt/go "$@"
# Overlays are a module of Debian's; the newest of its packages bring none.
for module in "${kernel%/*}"/modules/kernel/fs/overlayfs/overlay.ko*; do
    [ -e "$module" ] || continue
    cp "$module" "$tree/opt/"
    set -- --append "nsinit.modules=/opt/${module##*/}" "$@"
done
for each in bin etc lib lib64 mnt opt usr; do
    [ ! -e "$tree/$each" ] || set -- --file "$tree/$each:/$each" "$@"
done
"$project/tools/initramfs.sh" "$tree/initramfs" "$nsinit"
"$project/rootfs/qemu-run" "$@"
