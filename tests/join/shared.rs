//! Several sandboxes in one network: nothing but the network is shared.

use super::holder::Holder;
use super::support::{Run, Who, proc, witness};

#[test]
fn two_sandboxes_joined_on_one_net_exchange_traffic() {
    // Looks like a word that one says at 127.0.0.1 of a network which is neither the machine's nor
    // its own, and that the other hears.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "user,net", "--loopback"]);
        let joins = ["net", "user"].map(|kind| format!("--join={kind}={}", holder.pid));
        let start = |words: &[&str]| {
            Run::nsinit(who, &["run"]).and(&joins).and(["--"]).and(witness(words)).start()
        };
        let serving = start(&["tcp-serve", "127.0.0.1:7000", "hello"]);
        let asking = start(&["tcp-ask", "127.0.0.1:7000"]);
        assert_eq!(asking.end().quietly(0), "hello\n", "{who:?}");
        serving.end().quietly(0);
        assert_ne!(holder.link("net"), proc::namespace("self", "net"));
        holder.end();
    }
}
