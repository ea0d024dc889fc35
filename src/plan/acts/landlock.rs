//! What is done with Landlock.

use core::ffi::CStr;

use crate::model::{Beneath, LandlockAbi, Port, PortKind, Scopes, rights};
use crate::plan::kinds::Kind;
use crate::text::{Quoted, Show, Sink, put};

/// Devices that give nothing away and take everything, and the terminal that a process has anyway.
pub const HARMLESS: [&CStr; 6] =
    [c"/dev/null", c"/dev/zero", c"/dev/full", c"/dev/random", c"/dev/urandom", c"/dev/tty"];

/// A ruleset to be: what is forbidden where no rule allows it.
#[derive(Clone, Copy, Debug)]
pub struct Ruleset {
    /// The version of the interface.
    pub abi: LandlockAbi,
    /// Rights of files.
    pub files: u64,
    /// Rights of ports.
    pub ports: u8,
    /// Scopes.
    pub scopes: Scopes,
    /// What this kernel cannot do of what was asked: rights of files.
    pub(in crate::plan) missing: u64,
    /// Ports and scopes, likewise.
    pub(in crate::plan) missing_more: (u8, Scopes),
}

/// One step of Landlock.
#[derive(Clone, Copy, Debug)]
pub enum LandlockAct<'a> {
    /// Nothing is done: this kernel has no Landlock, and nobody insists.
    GoWithout,
    /// A ruleset is made.
    Begin(Ruleset),
    /// A path gets its rights.
    Allow {
        /// The path.
        path: &'a CStr,
        /// What that is called.
        beneath: Beneath,
        /// The rights that the kernel has.
        rights: u64,
        /// Whether it need not be there.
        is_optional: bool,
    },
    /// Files may be moved between directories, which every ruleset about files forbids; this right.
    AllowMoves(u64),
    /// A port may be used.
    AllowPort(Port),
    /// Devices that do no harm may be read and written; these rights.
    AllowDevices(u64),
    /// From now on this process and all below it do nothing else; whether audit hears of it.
    Restrict(bool),
}

impl LandlockAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::GoWithout => "",
            Self::Begin(_) => "landlock_create_ruleset",
            Self::Allow { is_optional: false, .. } => {
                "openat|landlock_add_rule|landlock_add_rule?|close"
            }
            Self::Allow { is_optional: true, .. } => {
                "openat|landlock_add_rule?|landlock_add_rule?|close?"
            }
            Self::AllowMoves(_) => "openat|landlock_add_rule|close",
            Self::AllowPort(_) => "landlock_add_rule",
            Self::AllowDevices(_) => {
                "openat|landlock_add_rule?|close?|openat|landlock_add_rule?|close?|\
                 openat|landlock_add_rule?|close?|openat|landlock_add_rule?|close?|\
                 openat|landlock_add_rule?|close?|openat|landlock_add_rule?|close?"
            }
            Self::Restrict(_) => "landlock_restrict_self|close",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::GoWithout
            | Self::Begin(_)
            | Self::Allow { .. }
            | Self::AllowMoves(_)
            | Self::AllowPort(_)
            | Self::AllowDevices(_) => Kind::LandlockRule,
            Self::Restrict(_) => Kind::Landlock,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Begin(ruleset) => ruleset.show(out),
            Self::Allow { is_optional: true, .. } => put!(out, "if it is there"),
            Self::Restrict(true) => put!(out, "refusals are logged"),
            Self::GoWithout
            | Self::Allow { .. }
            | Self::AllowMoves(_)
            | Self::AllowPort(_)
            | Self::AllowDevices(_)
            | Self::Restrict(false) => {}
        }
    }
}

impl Show for LandlockAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::GoWithout => put!(out, "go without Landlock, which this kernel has not"),
            Self::Begin(_) => put!(out, "make a Landlock ruleset"),
            Self::Allow { path, beneath, .. } => {
                put!(out, "allow it to ", beneath.name(), " ", Quoted(path.to_bytes()));
            }
            Self::AllowMoves(_) => put!(out, "allow it to move files between directories"),
            Self::AllowPort(port) => {
                put!(out, "allow it to ", port.kind.phrase(), " ", port.number);
            }
            Self::AllowDevices(_) => {
                put!(out, "allow it to use null, zero, full, random, urandom and tty");
            }
            Self::Restrict(_) => put!(out, "allow nothing else, by Landlock"),
        }
    }
}

/// Prints `ABI 7: files, TCP, signal; without connecting to sockets`.
impl Show for Ruleset {
    fn show(&self, out: &mut dyn Sink) {
        let (ports, scopes) = self.missing_more;
        put!(out, "ABI ", self.abi.0);
        let has = [
            (self.files != 0, "files"),
            (self.ports & TCP != 0, "TCP"),
            (self.ports & UDP != 0, "UDP"),
            (self.scopes.has(Scopes::ABSTRACT), "abstract sockets"),
            (self.scopes.has(Scopes::SIGNAL), "signals"),
        ];
        let lacks = [
            (self.missing & rights::TRUNCATE != 0, "truncation"),
            (self.missing & rights::IOCTL != 0, "ioctl of devices"),
            (self.missing & rights::CONNECT != 0, "sockets with a path"),
            (ports & TCP != 0, "TCP"),
            (ports & UDP != 0, "UDP"),
            (scopes.has(Scopes::ABSTRACT), "abstract sockets"),
            (scopes.has(Scopes::SIGNAL), "signals"),
        ];
        list(out, ": ", &has);
        list(out, "; not ", &lacks);
    }
}

/// The rights of TCP and UDP ports.
const TCP: u8 = PortKind::BindTcp.bit() | PortKind::ConnectTcp.bit();
const UDP: u8 = PortKind::BindUdp.bit() | PortKind::ConnectUdp.bit();

/// The words that hold, behind `before`.
fn list(out: &mut dyn Sink, before: &'static str, words: &[(bool, &'static str)]) {
    for (index, (_, word)) in words.iter().filter(|(holds, _)| *holds).enumerate() {
        put!(out, if index == 0 { before } else { ", " }, word);
    }
}
