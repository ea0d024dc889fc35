//! An ordinary user's network by pasta(1).
//!
//! /dev/net/tun belongs to root on some machines; here it is everybody's, by a mount of the test's
//! own.

use super::support::who::tool;
use super::support::{Run, Who};
use super::{in_a_network, programs};

#[test]
fn an_ordinary_user_reaches_the_outside_by_pasta() {
    // Looks like a word from a listener in another sandbox, which has the other end of the outer
    // wire; and nobody stays.
    tool("pasta");
    let user = Who::User.prefix().into_iter().map(|word| word.to_str().unwrap().to_owned());
    let user = user.collect::<Vec<_>>().join(" ");
    let script = format!(
        "
        ip link set lo up
        ip link add out0 type veth peer name out1
        ip addr add 10.5.0.1/24 dev out0
        ip link set out0 up
        ip route add default via 10.5.0.2
        tun=$(mktemp -d)
        mount --make-rprivate /
        mount -t tmpfs none $tun
        mknod -m 666 $tun/tun c 10 200
        mount --bind $tun/tun /dev/net/tun
        wire=name=eth0,move=out1,address=10.5.0.2/24
        $nsinit run --interface $wire -- $witness tcp-serve 10.5.0.2:7000 'from outside' &
        {user} $nsinit run --network pasta -- $witness tcp-ask 10.5.0.2:7000 2>/dev/null
        wait
        ! pgrep -f '^pasta --config-net'
        umount -l /dev/net/tun $tun; rmdir $tun"
    );
    let script = format!(
        "exec unshare --mount --pid --fork --mount-proc bash -euc '{}'",
        script.replace('\'', "'\\''")
    );
    assert_eq!(in_a_network(&script).quietly(0), "from outside\n");
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
