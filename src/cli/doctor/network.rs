//! What is found of networks beside loopback.

use super::finding::{Finding, Group, Row, Said, no, partly, yes};
use super::namespaces::refused;
use crate::cli::report::Args;
use crate::engine::doctor::{Machine, Probe, Trial};
use crate::model::Errno;

static INTERFACES: Row = Row {
    group: Group::Network,
    name: "interfaces",
    then: "what is missing of [[net.interface]] is refused",
};
static PASTA: Row = Row {
    group: Group::Network,
    name: "pasta",
    then: "no network = \"pasta\": an ordinary user has loopback alone",
};

/// The findings of both; root has no need of pasta.
pub(super) fn findings(machine: &Machine, visit: &mut dyn FnMut(&Finding<'_>)) {
    let mut args = Args::NONE;
    let said = interfaces(machine, &mut args);
    visit(&Finding { row: &INTERFACES, said, is_needed: false, args });
    if !machine.has_privilege {
        let mut args = Args::NONE;
        let said = pasta(machine, &mut args);
        visit(&Finding { row: &PASTA, said, is_needed: false, args });
    }
}

fn interfaces<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    let made = (machine.trials.get_ref(Probe::Veth), machine.trials.get_ref(Probe::Macvlan));
    match made {
        _ if !machine.has_network_privilege => no!(
            "only with CAP_NET_ADMIN and CAP_SYS_ADMIN, where we are",
            try: "as root, or network = \"pasta\""
        ),
        (Trial::Works, Trial::Works) => yes!("veth, macvlan, and those that are moved in"),
        (Trial::Works, _) => partly!("no macvlan", try: "modprobe macvlan"),
        (Trial::Refused(Errno::EOPNOTSUPP), _) => partly!("no veth", try: "modprobe veth"),
        (Trial::Refused(errno), _) => refused(machine, errno, args),
        (Trial::Untried, _) => no!("not without a net namespace"),
    }
}

fn pasta<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    args.said = machine.pasta.unwrap_or_default().to_bytes();
    match (machine.pasta, machine.trials.get_ref(Probe::Tun)) {
        (None, _) => no!("pasta is not there", try: "apt-get install passt"),
        (Some(_), Trial::Works) => yes!("{s}"),
        (Some(_), Trial::Refused(Errno::EACCES)) => no!(
            "{s} needs /dev/net/tun: EACCES",
            try: "chmod a+rw /dev/net/tun, as root"
        ),
        (Some(_), Trial::Refused(errno)) => {
            args.text = errno;
            no!(
                "{s} needs /dev/net/tun: {t}",
                try: "modprobe tun, or a container with --device /dev/net/tun"
            )
        }
        (Some(_), Trial::Untried) => no!("{s} needs /dev/net/tun"),
    }
}
