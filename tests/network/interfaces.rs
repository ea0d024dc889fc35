//! Pairs, bridges and macvlan: made, used, and gone.

use super::in_a_network;

#[test]
fn two_sandboxes_on_a_bridge_exchange_traffic() {
    // Looks like "hello from 10.9.0.2", said in one sandbox and heard in the other.
    let script = "
        ip link add br0 type bridge
        ip link set br0 up
        one='name=eth0,veth=one0,bridge=br0,address=10.9.0.2/24'
        two='name=eth0,veth=two0,bridge=br0,address=10.9.0.3/24'
        $nsinit run --interface $one -- $witness tcp-serve 10.9.0.2:7000 'hello from 10.9.0.2' &
        $nsinit run --interface $two -- $witness tcp-ask 10.9.0.2:7000
        wait $!
        ip -o link | grep -c -e one0 -e two0 || true
    ";
    assert_eq!(in_a_network(script).quietly(0), "hello from 10.9.0.2\n0\n");
}

#[test]
fn a_pair_reaches_the_outside_by_ipv4_and_ipv6() {
    // Looks like the same word by 10.8.0.1 and by [fd00::1], which are the outer end's.
    let script = "
        wire='name=eth0,veth=out0,address=10.8.0.2/30,address=fd00::2/64'
        outer='outer-address=10.8.0.1/30,outer-address=fd00::1/64'
        $witness tcp-serve 0.0.0.0:7000 four &
        $witness tcp-serve [::]:7001 six &
        $nsinit run --interface $wire,$outer -- $witness tcp-ask 10.8.0.1:7000 [fd00::1]:7001
        wait
    ";
    assert_eq!(in_a_network(script).quietly(0), "four\nsix\n");
}

#[test]
fn an_interface_is_as_it_was_asked_to_be() {
    // Looks like what `ip` prints of name, link address, length of packets, addresses and routes.
    let script = "
        wire='name=lan7,veth=out0,mac=02:00:00:00:00:07,mtu=1400,address=10.8.0.2/24'
        routes='address=fd00::2/64,gateway=10.8.0.1,gateway=fd00::1'
        $nsinit run --interface $wire,$routes -- sh -c '
            cat /sys/class/net/lan7/address /sys/class/net/lan7/mtu 2>/dev/null
            ip -o link show lan7 | grep -o \"mtu [0-9]*\"
            ip -o link show lan7 | grep -o \"link/ether [0-9a-f:]*\"
            ip -4 -o addr show lan7 | grep -o \"inet .* scope\"
            ip -6 -o addr show lan7 scope global | grep -o \"inet6 [^ ]*\"
            ip -4 route show default
            ip -6 route show default | cut -d\" \" -f1-5'
    ";
    let seen = in_a_network(script).quietly(0);
    // /sys shows the outer network, which has no lan7.
    let expected = "mtu 1400\nlink/ether 02:00:00:00:00:07\n\
        inet 10.8.0.2/24 brd 10.8.0.255 scope\ninet6 fd00::2/64\n\
        default via 10.8.0.1 dev lan7 proto static \ndefault via fd00::1 dev lan7\n";
    assert_eq!(seen, expected);
}

#[test]
fn a_macvlan_shares_an_interface_under_an_address_of_its_own() {
    // Looks like a word from a neighbour on the same wire: the parent's other end.
    let script = "
        ip link add wire0 type veth peer name wire1
        ip link set wire0 up
        ip link set wire1 up
        ip addr add 10.7.0.1/24 dev wire1
        $witness tcp-serve 10.7.0.1:7000 'over the wire' &
        shared='name=eth0,macvlan=wire0,address=10.7.0.2/24'
        $nsinit run --interface $shared -- $witness tcp-ask 10.7.0.1:7000
        wait
    ";
    assert_eq!(in_a_network(script).quietly(0), "over the wire\n");
}

#[test]
fn what_fails_midway_leaves_no_interface() {
    // Looks like 125 with the step, and an outer network as it was; also what was there before.
    let script = "
        ip link add taken type veth peer name taken1
        ip -o link | sort >before.$$
        for wire in name=eth0,veth=taken name=a,veth=b,bridge=none name=a,macvlan=none \\
            name=a,move=none name=a,veth=b,bridge=taken; do
            code=0
            $nsinit run --interface name=eth9,veth=first --interface $wire -- true 2>said.$$ \\
                || code=$?
            echo $code $(sed 's/.*: //;q' said.$$)
        done
        ip -o link | sort | diff before.$$ -
        rm before.$$ said.$$
    ";
    let expected = "125 EEXIST\n125 ENODEV\n125 ENODEV\n125 ENODEV\n125 EOPNOTSUPP\n";
    let script = format!("cd \"$(mktemp -d)\"\n{script}\nrmdir \"$PWD\"");
    assert_eq!(in_a_network(&script).quietly(0), expected);
}

#[test]
fn many_pairs_of_one_name_come_and_go_one_after_the_other() {
    // Looks like 20 starts that all find the name free: an end is waited for.
    let script = "
        for n in $(seq 20); do
            $nsinit run --interface name=eth0,veth=again0 -- true
        done
        ip -o link | grep -c again0 || true
    ";
    assert_eq!(in_a_network(script).quietly(0), "0\n");
}

#[test]
fn a_pair_that_somebody_else_has_made_since_stays() {
    // Looks like "mine0@other0": the launcher is held up until its own pair has gone with PID 1,
    // and another one has that name.
    let script = "
        pause() { read -rt 0.02 <> <(:) || true; }
        $nsinit run --interface name=eth0,veth=mine0 -- sleep 100 2>/dev/null &
        launcher=$!
        until init=$(pgrep -P $launcher) && pgrep -P $init sleep >/dev/null; do pause; done
        kill -STOP $launcher
        kill -9 $init
        while ip link show mine0 >/dev/null 2>&1; do pause; done
        ip link add mine0 type veth peer name other0
        kill -CONT $launcher
        wait $launcher || true
        ip -o link show mine0 | grep -o mine0@other0 || true
    ";
    assert_eq!(in_a_network(script).quietly(0), "mine0@other0\n");
}
