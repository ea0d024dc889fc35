//! What is left when a start failed or was killed, and what is left to others when a workload takes
//! all there is. Rows 24 and 25 of the list.

use std::time::Duration;

use super::support::subtree::{Subtree, mount, within};
use super::support::who::{programs, tool};
use super::support::{Run, Who, file, witness};

/// In mounts, processes, a network, a /run and a /tmp of its own: looks at all of them, starts
/// nsinit as it was told to, a hundred times in vain and a hundred times killed at some moment of
/// its first milliseconds, and once more under each name with success. Then it looks again: what
/// was killed leaves its cgroup and the socket of its name to who comes next.
const SCRIPT: &str = r#"
set -e
cgroups=$1; shift
mount -t tmpfs -o mode=755 opt /mnt
cp "$NSINIT" /mnt/nsinit
for place in /run /tmp /dev/shm; do mount -t tmpfs -o mode=1777 own $place; done
mkdir -m 777 /run/nsinit-test
export XDG_RUNTIME_DIR=/run/nsinit-test
look() {
    findmnt -rno TARGET,FSTYPE,OPTIONS
    ip -o link | sed 's/: eth.*//'
    find /run /tmp /dev/shm -mindepth 1 ! -path /run/nsinit ! -path /run/nsinit-test/nsinit
    find "$cgroups" -mindepth 1 -type d ! -name 'nsinit-launcher*'
    cat /proc/[0-9]*/comm 2>/dev/null | grep -v '^cat$\|^bash$\|^grep$\|^find$\|^sed$\|^ip$' || :
}
run() { "$@"; }
fail() { if "$@" >/dev/null 2>&1; then echo "did not fail: $*"; exit 1; fi; }
all="--name=left --control=true --cgroup=own --hostname=x --boottime=+1d --namespaces=+net,+cgroup"
root="--ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --tmpfs /tmp"
look >/mnt/before
killed=0
for ((i = 0; i < 20; i++)); do
    fail "$@" /mnt/nsinit run $all $root --dir /usr/x/y -- /usr/bin/true
    fail "$@" /mnt/nsinit run $all $root --ro-bind /nowhere /x -- /usr/bin/true
    fail "$@" /mnt/nsinit run $all $root --chdir /nowhere -- /usr/bin/true
    fail "$@" /mnt/nsinit run $all -- /nowhere
    fail "$@" /mnt/nsinit run $all $root --proc /proc --remount-ro /nowhere -- /usr/bin/true
done
for ((i = 0; i < 100; i++)); do
    name=--name=left$((i % 8))
    "$@" /mnt/nsinit run $all $root --proc /proc $name -- /usr/bin/sleep 99 2>/dev/null &
    for ((j = 0; j < i * 30; j++)); do :; done
    kill -KILL $! 2>/dev/null && killed=$((killed + 1))
    wait $! 2>/dev/null || :
done
[ $killed -gt 50 ] || echo "only $killed were there"
for ((i = 0; i < 8; i++)); do "$@" /mnt/nsinit run $all $root --name=left$i -- /usr/bin/true; done
for ((i = 0; i < 500; i++)); do
    look >/mnt/after
    cmp -s /mnt/before /mnt/after && break
    sleep 0.02
done
diff /mnt/before /mnt/after && echo "nothing is left"
mkdir /tmp/seen; mount -t tmpfs seen /tmp/seen; ip link add seen type veth; mkdir "$cgroups/seen"
look >/mnt/after
diff /mnt/before /mnt/after | grep -c seen || :
rmdir "$cgroups/seen"
"#;

#[test]
fn row_24_a_hundred_failed_and_killed_starts_leave_nothing() {
    // Looks like no mount, process, interface, file or cgroup more than before; and a look that
    // sees one of each that was made by hand.
    for who in Who::BOTH {
        let subtree = Subtree::new(who);
        let place = mount().join(&subtree.name[1..]);
        let unshare = ["unshare", "-m", "-p", "-f", "-n", "-i", "--mount-proc", "--kill-child"];
        let run = Run::command(Who::Root, unshare).and(["bash", "-c", SCRIPT, "bash"]);
        let run = run.and([place.as_os_str()]).and(who.prefix());
        let run = run.and((who == Who::Root).then_some("env")); // a word in front, as the other has
        let run = within(run, &subtree.path).env("NSINIT", &file::text(&programs().nsinit));
        let ended = run.limit(Duration::from_secs(120)).end();
        assert_eq!(ended.out, "nothing is left\n5\n", "{who:?}: {}", ended.err);
        subtree.names().iter().for_each(|name| _ = std::fs::remove_dir(subtree.path.join(name)));
    }
}

#[test]
fn row_25_a_fork_bomb_ends_at_its_limit() {
    // Looks like EAGAIN behind so many processes, where two hundred can be made without a limit;
    // with a bomb inside others go on, and it is gone with its sandbox. Root is not counted.
    const MAPS: [&str; 2] = ["--uid-map=0 100000 65536", "--gid-map=0 100000 65536"];
    for who in Who::BOTH {
        let another = [&["run", "--user=1000"][..], &MAPS].concat();
        let flags = if who == Who::Root { another } else { vec!["run"] };
        let bred = |limit: &[&str]| {
            let words = [&flags[..], limit, &["--"]].concat();
            let ended = Run::nsinit(who, &words).and(witness(&["breed", "200"])).end();
            ended.quietly(0)
        };
        assert_eq!(bred(&[]), "200 done\n", "{who:?}");
        let said = bred(&["--rlimits=nproc=32"]);
        let count: u32 = said.strip_suffix(" EAGAIN\n").unwrap_or_default().parse().unwrap();
        assert!((16..32).contains(&count), "{who:?}: {said}");
        let words = [&flags[..], &["--rlimits=nproc=32", "--grace=100ms", "--"]].concat();
        let bash = file::text(&tool("bash"));
        let bomb = [bash.as_str(), "-c", "b() { b | b & }; b; wait; read -r x </dev/zero"];
        let mut running = Run::nsinit(who, &words).and(bomb).start();
        running.wait_for_error("fork: ");
        Run::command(who, ["sh", "-c", "true | true"]).end().quietly(0);
        assert!(running.marked().len() < 40, "{:?}", running.marked());
        running.kill(libc::SIGTERM);
        assert!([137, 143].contains(&running.end().code));
    }
}
