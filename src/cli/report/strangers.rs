//! What flags of other programs are called here: those of unshare(1), nsenter(1), setpriv(1),
//! chroot(1), systemd-run(1), systemd-nspawn(1), firejail(1), nsjail(1) and docker-run(1), and in
//! the entrypoint of tini and dumb-init.
//!
//! A typing error has a near word among our flags; these mean the same and look otherwise. They are
//! no flags of ours, for many of them take a value there that they would not take here. A build
//! without help has none of this.

use super::rows::find;
use crate::spec::cmdline::is_same_name;

/// A row each: names, parted by `|`, without the dashes where these are two; `=` and the remedy.
/// With `*` at its end a name stands for all that begin so.
const EVERYWHERE: &str = "\
setuid|reuid|ruid|euid=--user USER
setgid|regid|rgid|egid=--group GROUP
userspec=--user USER:GROUP
group-add|clear-groups=--groups GROUP, and it has these alone
init-groups=--user NAME, which brings its groups
wd|wdns|working-directory|skip-chdir|-w=--cwd DIR
-e|keep-env=--env NAME=VALUE; what we have it has anyway
reset-env=--clear-env
rmenv=--unset-env NAME
ambient-caps|inh-caps=--ambient-capabilities CAP
bounding-set|caps|caps.keep|keep-caps=--capabilities CAP
capability|cap=--cap-add CAP
drop-capability|caps.drop=--cap-drop CAP
nnp|nonewprivs=--no-new-privs, which is run's default
disable-no-new-privs=--no-new-privs=false
seccomp-filter|seccomp-policy|seccomp-string|seccomp-bpf-binary|system-call-filter=--seccomp FILE
landlock-access|landlock-rule=--landlock-read PATH, --landlock-write PATH
scope-abstract-af-unix*=--landlock-scope abstract-unix
selinux-*|apparmor*|security-opt=runcon(1) or aa-exec(1) in front of the command; or --seccomp FILE
ulimit|rlimit*=--rlimits RESOURCE=LIMIT
oom-score-adjust=--oom-score-adj N
kill-signal=--stop-signal SIGNAL
service-type|notify-ready|health-cmd=--ready notify, or --ready exec=COMMAND
same-dir|fork|init|rm|collect|wait|pipe|interactive|foreground=leave it out: it is so anyway
keep-groups|no-fork|forward-signals|noprofile|-f|-i|-d=leave it out: it is so anyway
pty|tty|console|-t=leave it out: our terminal is the command's as well
quiet|silent|-q=leave it out: nothing is said without -v
timeout|time-limit=timeout(1) in front of it
detach|daemon|background=& behind it, in a shell
entrypoint|shell|exec-file=-- COMMAND
property|-E=nsinit help lists what can be said
help|usage|-h=nsinit help
version|-V=nsinit version
log-driver|log-opt=--log file=PATH
";

/// Rows of what makes namespaces.
const RUN: &str = "\
pid|ipc|uts|time|-p|-u|-T|unshare-mnt|unshare-mount|ipc-namespace=leave it out: run makes a new \
one anyway, but for --namespaces -KIND
unshare=--namespaces +KIND
mount|-m=leave it out: the mount namespace is a new one anyway; --bind SRC DEST mounts
mount-proc=leave it out: /proc is a new one anyway
kill-child|as-pid2|keep-unit|scope=leave it out: it is so anyway
net|private-network|-n=--namespaces +net, or without it the outer one
-U|map-current-user|-c=--namespaces +user
cgroupns|-C=--namespaces +cgroup
disable-clone-newuser=--namespaces -user
disable-clone-*=--namespaces -KIND
map-root-user|fakeroot|-r=--uid 0 --gid 0
map-user=--uid ID
map-group=--gid ID
map-users|uid-mapping|uidmap=--uid-map \"INSIDE OUTSIDE COUNT\"
map-groups|gid-mapping|gidmap=--gid-map \"INSIDE OUTSIDE COUNT\"
map-auto|private-users|subuidname=--uid-map auto --gid-map auto
setgroups=leave it out: it is denied where the kernel wants that
propagation=leave it out: mounts are private; a file has propagation in [[mount]]
pdeathsig=leave it out: run ends with who started it
target|all|-a=nsinit enter PID -- COMMAND
chroot|directory|rootfs|-R|-D=--root DIR
ephemeral|volatile|overlay-tmpfs=--root DIR --root-overlay tmpfs
volume|bindmount|whitelist|-B=--bind SRC DEST
bind-ro|bindmount-ro=--ro-bind SRC DEST
device=--dev-bind SRC DEST
private-dev=--dev /dev
private|private-tmp|tmpfsmount=--tmpfs DEST
inaccessible|blacklist=type = \"mask\" in [[mount]] of a file
disable-proc=--proc none
netns|network-namespace-path=--join net=PATH
publish|user-net|use-pasta=--network pasta
network-veth=--interface name=eth0,veth=NAME
network-bridge=--interface name=eth0,veth=NAME,bridge=BRIDGE
network-interface=--interface move=NAME
network-macvlan|macvlan-iface=--interface name=eth0,macvlan=NAME
iface-no-lo=--loopback=false
mac|mac-address=--interface name=eth0,veth=NAME,mac=ADDRESS
ip=--interface name=eth0,veth=NAME,address=ADDRESS/PREFIX
dns*=--ro-bind FILE /etc/resolv.conf
add-host=--ro-bind FILE /etc/hosts
port=socat(1) in front of it
private-bin|private-etc|private-lib=--ro-bind PATH PATH, each of them
shm-size=--size BYTES --tmpfs /dev/shm
memory-swap=--memory-swap-max BYTES, memory not counted
unit|machine|-M=--name NAME
slice|cgroup-parent=--cgroup PATH
cpus|max-cpus|cgroup-cpu-ms-per-sec=--cpu-max 100%
cpu-shares=--cpu-weight N
cgroup-mem-max=--memory-max BYTES
cgroup-pids-max=--pids-max N
privileged=--capabilities all --seccomp none
-S=--user USER
-G=--group GROUP
json=--json-status-fd FD; of the plan, nsinit explain --json
";

/// Rows of `explain`, which also has those of what it explains.
const EXPLAIN: &str = "\
json=nsinit explain --json, in front of all else
";

/// Rows of the entrypoint.
const ENTRYPOINT: &str = "\
-s|-c|single-child=leave it out: it is so anyway
-g=--signal-group
-p|pdeathsig=--parent-death SIGNAL
-r=--rewrite FROM:TO
";

/// Rows of `enter`.
const ENTER: &str = "\
-t|target|-a|all=nsinit enter PID -- COMMAND
-m|-u|-i|-n|-p|-U|-C|-T|mount|uts|ipc|net|pid|cgroup|time|root|-r|-F|no-fork=leave it out: all of \
it is entered
setuid|-S=--user USER
setgid|-G=--group GROUP
wd|-w|wdns|workdir=--cwd DIR
-e=--env NAME=VALUE
-h|help=nsinit help enter
";

/// Rows of the verbs that look at what is there and steer it: as ps(1), lsns(8), docker(1),
/// systemctl(1) and journalctl(1) have them.
const STEERING: &str = "\
-p|task=nsinit ls --pid PID
-T=nsinit ls --tree
-J=nsinit ls --json
type=the KIND alone, as in nsinit ls net
tail=nsinit logs --lines N
time|timeout=the key grace of the service
-s|signal=nsinit signal NAME SIGNAL
-a|-A|-e|all|-v|verbose|-q|quiet|-r|-f|-rf|recursive|force=leave it out: it is so anyway
";

/// Rows of keys and tables of a file, as those of systemd, of compose and of OCI runtimes.
const IN_FILE: &str = "\
cmd|exec|args|argv|arguments|exec-start|execstart|program|entrypoint=command = [\"PROGRAM\", \
\"ARGUMENT\"]
working-directory|workingdirectory|working-dir|dir=cwd
depends-on|requires|wants|needs=after
environment|environments|variables=env
environment-file|environmentfile|envfile=env-file
timeout=start-timeout, or grace for its stop
restart-sec|restartsec=restart-delay
kill-signal|killsignal=stop-signal
ulimits=rlimits
volume|volumes|binds|mounts=[[mount]] as a line, with source and target below it
memory|mem-limit|memory-limit=memory-max below a line [limits]
cpus|cpu|cpu-quota=cpu-max below a line [limits]
pids-limit|tasks-max=pids-max below a line [limits]
rootfs|image=path below a line [root]
readonly|read-only-rootfs=read-only
network|networks|interfaces=[[net.interface]] as a line, or network below a line [net]
capability|caps|cap-keep=capabilities
";

/// What a file says in place of a word that is none of its keys or tables.
#[inline(never)] // of few starts
pub(super) fn in_file(word: &[u8]) -> Option<&'static str> {
    if cfg!(feature = "verbs") { find(IN_FILE, &|known| is_it(word, known)) } else { None }
}

/// What to say in place of a flag that another program has; `scope` is whose message it is.
#[inline(never)] // of few starts
pub(super) fn remedy(scope: &str, flag: &[u8]) -> Option<&'static str> {
    let tables = match scope {
        _ if !cfg!(feature = "verbs") => return None,
        "enter" => [ENTER, "", ""],
        "nsinit" => [ENTRYPOINT, EVERYWHERE, ""],
        "explain" => [EXPLAIN, RUN, EVERYWHERE],
        "run" | "init" => [RUN, EVERYWHERE, ""],
        _ => [STEERING, "", ""],
    };
    let has_keys = tables.contains(&EVERYWHERE);
    if let ([b'-', b'A'..=b'Z' | b'a'..=b'z', _, ..], true) = (flag, has_keys) {
        return Some("long flags, each by itself: nsinit help lists them");
    }
    let name = flag.split(|byte| *byte == b'=').next().unwrap_or_default();
    let name = name.strip_prefix(b"--").unwrap_or(name);
    tables.into_iter().find_map(|table| find(table, &|known| is_it(name, known)))
}

/// Whether a name is one of a row.
fn is_it(name: &[u8], known: &str) -> bool {
    let known = known.as_bytes();
    match known.strip_suffix(b"*") {
        Some(front) => name.get(..front.len()).is_some_and(|name| is_same_name(name, front)),
        None => is_same_name(name, known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Key;
    use crate::spec::flags::Flag;
    use std::collections::HashSet;
    use std::vec::Vec;

    const TABLES: [&str; 6] = [EVERYWHERE, RUN, EXPLAIN, ENTRYPOINT, ENTER, STEERING];

    /// Names and remedy of every row.
    fn rows(table: &'static str) -> Vec<(Vec<&'static str>, &'static str)> {
        let row = |line: &'static str| {
            let (names, remedy) = line.split_once('=').unwrap();
            (names.split('|').collect(), remedy)
        };
        table.lines().map(row).collect()
    }

    #[test]
    fn what_is_to_be_tried_is_there() {
        // Looks like --cwd DIR, which is a flag, behind --wd, which is none. What stands behind
        // a verb is that verb's.
        for table in TABLES {
            for (_, remedy) in rows(table) {
                let own = remedy.split("nsinit ").next().unwrap();
                for word in own.split([' ', ',', ';']).filter(|word| word.starts_with("--")) {
                    let name = word.trim_start_matches("--").split('=').next().unwrap().as_bytes();
                    let is_known = Key::of_flag(name).is_some() || Flag::find(name).is_some();
                    assert!(is_known || name.is_empty(), "{remedy}");
                }
            }
        }
    }

    #[test]
    fn each_is_a_stranger_and_is_met_once() {
        for tables in [[RUN, EVERYWHERE], [ENTRYPOINT, EVERYWHERE], [ENTER, EXPLAIN]] {
            let mut met = HashSet::new();
            for (name, remedy) in tables
                .into_iter()
                .flat_map(rows)
                .flat_map(|(names, remedy)| names.into_iter().map(move |name| (name, remedy)))
            {
                let is_ours = Key::of_flag(name.as_bytes()).is_some();
                assert!(!is_ours || tables[0] == ENTER, "{name} is a flag of ours: {remedy}");
                assert!(met.insert(name) || name.starts_with('-'), "{name} twice");
            }
        }
    }

    #[test]
    fn a_flag_is_known_by_any_spelling_and_with_its_value() {
        for (scope, flag, expected) in [
            ("run", "--map-root-user", Some("--uid 0 --gid 0")),
            ("run", "--bindmount_ro", Some("--ro-bind SRC DEST")),
            ("run", "--rlimit_nofile=3", Some("--rlimits RESOURCE=LIMIT")),
            ("nsinit", "-g", Some("--signal-group")),
            ("enter", "-t", Some("nsinit enter PID -- COMMAND")),
            ("run", "-Urpf", Some("long flags, each by itself: nsinit help lists them")),
            ("explain", "--json", Some("nsinit explain --json, in front of all else")),
            ("run", "--json", Some("--json-status-fd FD; of the plan, nsinit explain --json")),
            ("ps", "-a", Some("leave it out: it is so anyway")),
            ("rm", "-r", Some("leave it out: it is so anyway")),
            ("logs", "--tail=5", Some("nsinit logs --lines N")),
            ("enter", "-it", None),
            ("stop", "-t", None),
            ("run", "--pi", None),
            ("run", "--", None),
            ("run", "-", None),
        ] {
            assert_eq!(remedy(scope, flag.as_bytes()), expected, "{flag}");
        }
    }
}
