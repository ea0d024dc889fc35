//! What is done about the network: one act a step, with its calls and its words.

use crate::model::rtnetlink::Looks;
use crate::model::{Address, InterfaceName, Network};
use crate::plan::kinds::Kind;
use crate::spec::InterfaceSpec;
use crate::text::{Quoted, Show, Sink, put};

/// What is done about the network.
#[derive(Clone, Copy, Debug)]
pub enum NetAct<'a> {
    /// A pair is made, one end here and one inside.
    MakePair {
        /// The end here.
        outer: InterfaceName<'a>,
        /// The end inside.
        inner: InterfaceName<'a>,
        /// How the inner one is to be.
        looks: Looks,
    },
    /// An interface is made inside that shares one here.
    MakeMacvlan {
        /// The one here.
        parent: InterfaceName<'a>,
        /// The one inside.
        inner: InterfaceName<'a>,
        /// How it is to be.
        looks: Looks,
    },
    /// A process is made that brings moved interfaces back when PID 1 has ended.
    Keep(&'a [InterfaceSpec<'a>]),
    /// An interface from here is moved inside.
    Move {
        /// Its name here.
        outer: InterfaceName<'a>,
        /// Its name inside.
        inner: InterfaceName<'a>,
    },
    /// An interface is set up.
    Up {
        /// Its name.
        name: InterfaceName<'a>,
        /// How it is to be.
        looks: Looks,
        /// The bridge it is put on.
        bridge: Option<InterfaceName<'a>>,
    },
    /// An interface gets an address.
    AddAddress(InterfaceName<'a>, Network),
    /// What is in no network goes there.
    AddRoute(InterfaceName<'a>, Address),
    /// PID 1 says that it has its ids.
    TellIds,
    /// The launcher waits for that.
    AwaitIds,
    /// pasta(1) connects the net namespace, until it is gone.
    StartPasta,
    /// The interfaces that were moved in are back.
    AwaitKeeper(&'a [InterfaceSpec<'a>]),
    /// A pair that we made is taken away.
    Delete(InterfaceName<'a>),
}

impl NetAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::MakePair { .. } => "openat|socket|write|read|ioctl|close|close",
            Self::MakeMacvlan { .. } => "openat|socket|ioctl|write|read|close|close",
            Self::Keep(_) => "openat|openat|clone3",
            Self::Move { .. } => "openat|socket|ioctl|write|read|close|close",
            Self::Up { bridge: Some(_), .. } => "socket|ioctl|ioctl|write|read|close",
            Self::Up { bridge: None, .. } | Self::AddAddress(..) | Self::AddRoute(..) => {
                "socket|ioctl|write|read|close"
            }
            Self::TellIds => "write",
            Self::AwaitIds => "ppoll*|read?",
            Self::StartPasta => "pipe2|clone3|close|read|close",
            Self::AwaitKeeper(_) => {
                "wait4|ppoll?|ioctl?|close?|setns?|socket?|ioctl*|write*|read*|close*|setns?|close*"
            }
            Self::Delete(_) => "socket|write|read|close",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::MakePair { .. } | Self::MakeMacvlan { .. } => Kind::MakeInterface,
            Self::Keep(_) => Kind::KeepInterfaces,
            Self::Move { .. } => Kind::MoveInterface,
            Self::Up { .. } => Kind::SetInterfaceUp,
            Self::AddAddress(..) => Kind::AddAddress,
            Self::AddRoute(..) => Kind::AddRoute,
            Self::TellIds => Kind::TellIds,
            Self::AwaitIds => Kind::AwaitIds,
            Self::StartPasta => Kind::StartPasta,
            Self::AwaitKeeper(_) | Self::Delete(_) => Kind::TakeBack,
        }
    }

    /// More about it, for `explain`.
    pub(in crate::plan) fn show_detail(&self, out: &mut dyn Sink) {
        let looks = match self {
            Self::MakePair { looks, .. }
            | Self::MakeMacvlan { looks, .. }
            | Self::Up { looks, .. } => *looks,
            Self::Keep(_) => return put!(out, "when PID 1 has ended, whatever ended it"),
            Self::StartPasta => return put!(out, "no port is passed on"),
            Self::Move { .. }
            | Self::AddAddress(..)
            | Self::AddRoute(..)
            | Self::TellIds
            | Self::AwaitIds
            | Self::AwaitKeeper(_)
            | Self::Delete(_) => return,
        };
        if let Some(mac) = looks.mac {
            put!(out, "mac ", mac);
        }
        if let Some(mtu) = looks.mtu {
            put!(out, if looks.mac.is_some() { ", mtu " } else { "mtu " }, mtu);
        }
    }
}

/// Prints what is done: `make interface "eth0" inside and "kiosk0" outside`.
impl Show for NetAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::MakePair { outer, inner, .. } => {
                put!(out, "make interface ", Quoted(inner.bytes()), " inside, wired to ");
                put!(out, Quoted(outer.bytes()));
            }
            Self::MakeMacvlan { parent, inner, .. } => {
                put!(out, "make interface ", Quoted(inner.bytes()), " inside, on ");
                put!(out, Quoted(parent.bytes()));
            }
            Self::Keep(_) => put!(out, "keep a process that brings moved interfaces back"),
            Self::Move { outer, inner } => {
                put!(out, "move interface ", Quoted(outer.bytes()), " inside");
                if outer != inner {
                    put!(out, " as ", Quoted(inner.bytes()));
                }
            }
            Self::Up { name, bridge, .. } => {
                put!(out, "set interface ", Quoted(name.bytes()), " up");
                if let Some(bridge) = bridge {
                    put!(out, ", on bridge ", Quoted(bridge.bytes()));
                }
            }
            Self::AddAddress(name, network) => {
                put!(out, "give interface ", Quoted(name.bytes()), " the address ", network);
            }
            Self::AddRoute(name, gateway) => {
                put!(out, "route to all by ", gateway, " on interface ", Quoted(name.bytes()));
            }
            Self::TellIds => put!(out, "tell the launcher that the ids are mapped"),
            Self::AwaitIds => put!(out, "wait until PID 1 has its ids"),
            Self::StartPasta => put!(out, "connect the network by pasta"),
            Self::AwaitKeeper(_) => put!(out, "wait until the outer network is as it was"),
            Self::Delete(name) => {
                put!(out, "take interface ", Quoted(name.bytes()), " away");
            }
        }
    }
}
