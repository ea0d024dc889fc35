//! Why rights could not be taken away.

use super::Place;
use super::sentence::{Args, sentence};
use crate::model::Errno;
use crate::plan::{ConfineAct, ConfineReason, LandlockAct};

pub(super) const USERNS_THERE: &str = sentence!(
    why: "a user namespace can be made inside",
    try: "--disable-userns"
);

/// Reports a refusal.
pub(super) fn refusal(place: Place<'_>, reason: &ConfineReason, said: &[u8]) {
    let mut args = Args { said, is_flag: place.is_flag(), ..Args::NONE };
    match reason {
        ConfineReason::CapabilityNotOurs(which) | ConfineReason::AmbientNotKept(which) => {
            args.text = which;
        }
        ConfineReason::LandlockTooOld(needed, has) => {
            (args.a, args.b) = (needed.0.into(), has.0.into());
        }
        ConfineReason::CapabilitiesComeBack
        | ConfineReason::ScopeHidesNotify
        | ConfineReason::UsernsComeBack => {}
    }
    place.tell(sentence_of(reason), &args);
}

const fn sentence_of(reason: &ConfineReason) -> &'static str {
    match reason {
        ConfineReason::CapabilityNotOurs(_) => sentence!(
            "a service cannot have {t}: it is not ours",
            why: "nobody gives a capability that he does not have (capabilities(7))",
            try: "without it, or as root; in a user namespace of run every one is there"
        ),
        ConfineReason::AmbientNotKept(_) => sentence!(
            "{t} cannot outlive an exec, for it is not kept",
            try: "capabilities or cap-add with it"
        ),
        ConfineReason::CapabilitiesComeBack => sentence!(
            "{s} would hold only until the next setuid program",
            why: "the bounding set is not ours to change: that needs CAP_SETPCAP",
            try: "{[}no-new-privs = true{|}--no-new-privs{]}"
        ),
        ConfineReason::UsernsComeBack => sentence!(
            "{s} would hold only until a service sets the limit anew",
            why: "it keeps CAP_SYS_RESOURCE, which may (kernel/ucount.c, set_permissions)",
            try: "{[}cap-drop = \"SYS_RESOURCE\"{|}--cap-drop SYS_RESOURCE{]}"
        ),
        ConfineReason::LandlockTooOld(..) => sentence!(
            "{s} needs version {a} of Landlock, this kernel has {b}",
            why: "0 is none: CONFIG_SECURITY_LANDLOCK is off, or landlock is not among lsm= of the \
                  kernel command line",
            try: "a newer kernel, or {[}required = false{|}--landlock-required=false{]}, which \
                  leaves out what it has not"
        ),
        ConfineReason::ScopeHidesNotify => sentence!(
            "in this scope the service could not say that it is ready",
            why: "NOTIFY_SOCKET is an abstract socket of ours",
            try: "{[}scope = \"signal\", or ready = { fd = 3 }{|}--landlock-scope signal, or \
                  --ready fd=3{]}"
        ),
    }
}

/// What we know of an errno of such a step.
pub(super) fn by_errno(act: &ConfineAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (ConfineAct::Capabilities(_), Errno::EPERM) => sentence!(
            why: "one of them is not ours, a bit is locked or unknown to this kernel, or a \
                  security module takes capabilities away in this user namespace",
            try: "nsinit explain, and CapPrm in /proc/self/status"
        ),
        (ConfineAct::Landlock(LandlockAct::Allow { .. }), Errno::ENOENT) => sentence!(
            why: "there is no such file inside",
            try: "- in front of the path, if it need not be there"
        ),
        (ConfineAct::Landlock(LandlockAct::Allow { .. }), Errno::EBADFD) => sentence!(
            why: "it leads to what lies in no file system, such as a pipe (landlock_add_rule(2))"
        ),
        (ConfineAct::Landlock(LandlockAct::Restrict(_)), Errno::EPERM) => sentence!(
            why: "without no_new_privs that needs CAP_SYS_ADMIN (landlock_restrict_self(2))",
            try: "no-new-privs = true"
        ),
        (ConfineAct::Landlock(LandlockAct::Restrict(_)), Errno::E2BIG) => sentence!(
            why: "sixteen domains are one in the other already, outer ones included (landlock(7))"
        ),
        (ConfineAct::DenyMemoryWrite, Errno::EINVAL) => sentence!(
            why: "this kernel cannot do that",
            try: "Linux 6.3 or newer, or without memory-deny-write"
        ),
        (ConfineAct::NewKeyring, Errno::EDQUOT) => sentence!(
            why: "this user has as many keys as he may have",
            try: "a higher number in /proc/sys/kernel/keys/maxkeys, or --no-new-keyring"
        ),
        (ConfineAct::KeepCapabilities, Errno::EPERM) => sentence!(
            why: "whoever started us has locked it (SECBIT_KEEP_CAPS_LOCKED of capabilities(7))"
        ),
        (ConfineAct::LeaveGroups, Errno::EPERM) => sentence!(
            why: "only CAP_SETGID may change groups (setgroups(2))"
        ),
        (_, _) => "",
    }
}
