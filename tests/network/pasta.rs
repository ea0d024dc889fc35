//! An ordinary user's network by pasta(1).
//!
//! /dev/net/tun belongs to root on some machines; here it is everybody's, by a mount of the test's
//! own. pasta(1) is called "passt.avx2" as a process, so that it is known by its command line.

use super::support::who::tool;
use super::support::{Ended, Run, Who};
use super::{in_a_network, programs};

/// A way out of the outer network, and tunnels for everybody.
const OUTER: &str = "
    ip link set lo up
    ip link add out0 type veth peer name out1
    ip addr add 10.5.0.1/24 dev out0
    ip link set out0 up
    ip route add default via 10.5.0.2
    mount -t tmpfs none /dev/net
    mknod -m 666 /dev/net/tun c 10 200
    pastas() { pgrep -f '^pasta --' || true; }
";

/// Runs a script behind these in namespaces of its own, with `$user`, which makes a command that
/// user's.
fn with_a_way_out(script: &str) -> Ended {
    tool("pasta");
    let user = Who::User.prefix().into_iter().map(|word| word.to_str().unwrap().to_owned());
    let script = format!("user='{}'\n{OUTER}{script}", user.collect::<Vec<_>>().join(" "));
    in_a_network(&format!(
        "exec unshare --mount --pid --fork --mount-proc bash -euc '{}'",
        script.replace('\'', "'\\''")
    ))
}

#[test]
fn an_ordinary_user_reaches_the_outside_by_pasta() {
    // Looks like a word from a listener in another sandbox, which has the other end of the outer
    // wire; and nobody stays.
    let script = "
        wire=name=eth0,move=out1,address=10.5.0.2/24
        $nsinit run --interface $wire -- $witness tcp-serve 10.5.0.2:7000 'from outside' &
        $user $nsinit run --network pasta -- $witness tcp-ask 10.5.0.2:7000 2>/dev/null
        wait
        pastas";
    assert_eq!(with_a_way_out(script).quietly(0), "from outside\n");
}

#[test]
fn pasta_ends_with_whoever_is_killed() {
    // Looks like no pasta(1) any more when the launcher, PID 1 or the process between got KILL.
    let script = "
        for side in launcher init keeper; do
            $user $nsinit run --network pasta -- sleep 100 2>/dev/null &
            launcher=$!
            until init=$(pgrep sleep -P \"$(pgrep -d, -P $launcher)\"); do
                read -rt 0.02 <> <(:) || true
            done
            init=$(ps -o ppid= $init)
            keeper=$(ps -o ppid= $(pastas))
            kill -9 ${!side}
            while [ -n \"$(pastas)\" ]; do read -rt 0.02 <> <(:) || true; done
            echo $side
            kill -9 $launcher 2>/dev/null || true
            wait $launcher || true
        done 2>/dev/null";
    assert_eq!(with_a_way_out(script).quietly(0), "launcher\ninit\nkeeper\n");
}

#[test]
fn without_pasta_the_package_is_named() {
    // Looks like ENOENT and "apt install passt", where no directory has it.
    let script = "
        mount -t tmpfs none /usr/bin/../local
        for place in /usr/bin/pasta /bin/pasta; do
            [ ! -e $place ] || mount --bind /dev/null $place
        done
        exec \"$@\"";
    let nsinit = programs().nsinit.to_str().unwrap();
    let mut words = vec!["unshare", "--mount", "--", "sh", "-euc", script, "sh"];
    let prefix = Who::User.prefix();
    words.extend(prefix.iter().map(|word| word.to_str().unwrap()));
    words.extend([nsinit, "run", "--network", "pasta", "--", "true"]);
    Run::command(Who::Root, words).end().saying(125, &["pasta", "ENOENT", "apt install passt"]);
}
