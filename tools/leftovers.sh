#!/bin/sh
# What is on this machine that nsinit, or a test of it, may have left behind: files, cgroups, mounts,
# interfaces, processes. One a line, sorted, so that two of these lists can be compared.
#
#   tools/leftovers.sh           the list
#   tools/leftovers.sh BEFORE    what is not in that list, if anything: then the exit code is 1
#
# The directories in which control sockets are stay (/run/nsinit, /tmp/nsinit-UID); what is in them
# should not.
set -eu

list() {
    set +e # what is not there is nowhere
    find "${TMPDIR:-/tmp}" /tmp /dev/shm /run -maxdepth 1 -name 'nsinit-*' | grep -v '/nsinit-[0-9]*$'
    find /run/nsinit /tmp/nsinit-[0-9]* -mindepth 1 -maxdepth 1
    find /sys/fs/cgroup -type d -name '*nsinit*'
    awk '$5 ~ /nsinit/ { print "mount on " $5 }' /proc/self/mountinfo
    for interface in /sys/class/net/*; do echo "interface ${interface##*/}"; done
    for words in /proc/[0-9]*/cmdline; do
        line=$(tr '\0' ' ' <"$words") || continue
        case $line in
        pasta\ --* | */nsinit\ * | nsinit\ *) words=${words#/proc/}; echo "process ${words%/*}: $line" ;;
        esac
    done
}

if [ $# = 0 ]; then
    list 2>/dev/null | sort -u
    exit
fi
# The kernel takes its time for interfaces and namespaces that nobody has any more.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    left=$(list 2>/dev/null | sort -u | comm -13 "$1" -)
    [ -n "$left" ] || exit 0
    sleep 1
done
printf 'left behind:\n%s\n' "$left" >&2
exit 1
