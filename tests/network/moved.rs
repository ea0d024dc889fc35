//! An interface that is moved in comes back, whatever ends the sandbox.

use super::in_a_network;
use super::support::who::tool;

/// A wire with two ends, and where they are then.
const WIRE: &str = "
    ip link add wire0 type veth peer name wire1
    outside() { ip -o link show dev wire0 2>/dev/null | wc -l; }
    back() { until [ \"$(outside)\" = 1 ]; do read -rt 0.02 <> <(:) || true; done; echo back; }
";

#[test]
fn a_moved_interface_is_inside_and_then_outside_again() {
    // Looks like eth0 inside with its looks, wire0 gone meanwhile, and back under its name.
    let script = format!(
        "{WIRE}
        moved='name=eth0,move=wire0,mtu=1300,address=10.6.0.2/24'
        $nsinit run --interface $moved -- sh -c '
            ip -o link show eth0 | grep -o \"mtu [0-9]*\"
            ip -4 -o addr show eth0 | grep -o \"inet [^ ]*\"'
        outside"
    );
    assert_eq!(in_a_network(&script).quietly(0), "mtu 1300\ninet 10.6.0.2/24\n1\n");
}

#[test]
fn it_comes_back_when_either_side_is_killed() {
    // Looks like "back" twice: KILL for the launcher, and KILL for PID 1.
    let script = format!(
        "{WIRE}
        for side in launcher init; do
            $nsinit run --interface name=eth0,move=wire0 -- sleep 100 &
            launcher=$!
            until init=$(pgrep -P $launcher -f 'run.*move=wire0' | head -n1) && [ -n \"$init\" ] \\
                && pgrep -P $init sleep >/dev/null; do read -rt 0.02 <> <(:) || true; done
            outside
            case $side in launcher) kill -9 $launcher ;; init) kill -9 $init ;; esac
            wait $launcher || true
            back
        done 2>/dev/null"
    );
    assert_eq!(in_a_network(&script).quietly(0), "0\nback\n0\nback\n");
}

#[test]
fn it_comes_back_when_a_later_step_fails() {
    // Looks like 125 for a bridge that is none, and wire0 where it was.
    let script = format!(
        "{WIRE}
        code=0
        $nsinit run --interface name=eth0,move=wire0 --interface name=a,veth=b,bridge=none \\
            -- true 2>/dev/null || code=$?
        echo $code $(outside)"
    );
    assert_eq!(in_a_network(&script).quietly(0), "125 1\n");
}

#[test]
fn it_comes_back_when_pid_1_ends_before_it_comes() {
    // Looks like a launcher that is late with the move: PID 1 got KILL meanwhile, and whoever was
    // to bring the interface back has looked for it in vain. Or that one got KILL itself.
    tool("strace");
    let script = format!(
        "{WIRE}
        strace -qq -o /dev/null -e inject=ioctl:delay_enter=1000000:when=1 \\
            $nsinit run --interface name=eth0,move=wire0 -- sleep 100 2>/dev/null &
        strace=$!
        until launcher=$(pgrep -P $strace) && [ $(pgrep -c -P $launcher) = 2 ] \\
            && grep -q wire0 /proc/net/dev && ls -l /proc/$launcher/fd | grep -q socket; do
            read -rt 0.005 <> <(:) || true
        done
        kill -9 $(pgrep -o -P $launcher)
        wait $strace || true
        back
        $nsinit run --interface name=eth0,move=wire0 -- sleep 100 2>/dev/null &
        launcher=$!
        until pgrep -P \"$(pgrep -d, -P $launcher)\" sleep >/dev/null; do
            read -rt 0.02 <> <(:) || true
        done
        for keeper in $(pgrep -P $launcher); do pgrep -P $keeper >/dev/null || kill -9 $keeper; done
        kill -TERM $launcher
        wait $launcher || true
        back"
    );
    assert_eq!(in_a_network(&script).quietly(0), "back\nback\n");
}
