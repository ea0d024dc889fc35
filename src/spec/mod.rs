//! What was asked, and nothing else.
//!
//! A [`Spec`] holds only what somebody said, each value with its [`Origin`], so that a refusal can
//! point at it. Three fronts fill it through one key table ([`keys`]): a TOML file ([`mod@file`]),
//! the kernel command line ([`cmdline`]) and the arguments ([`argv`]), in this order; the later
//! wins. No default is filled in here, and nothing is asked of the machine: that is `plan`.
//! A fourth, `personality`, fills it from other programs' command lines.

pub mod argv;
pub mod cmdline;
mod confine;
pub mod env_file;
mod fault;
pub mod file;
pub mod filter;
pub mod filter_file;
pub mod flags;
mod habits;
mod id_maps;
mod join;
pub mod keys;
mod kinds;
mod landlock;
mod limits;
mod list;
mod log;
mod machine;
mod net;
mod outputs;
pub mod personality;
mod root;
mod service;
mod split;
mod switch_root;
mod ties;

use core::ffi::CStr;

use heapless::Vec;

use crate::limits::{ID_MAP_LINES_MAX, SERVICES_MAX};
use crate::model::{Control, HostName, IdMap, Proc, ServiceId, ServiceName, Shift};
use crate::text::{Fault, Names};

use filter::{FilterLists, FilterSpec};

pub use confine::ConfineSpec;
pub use fault::{Complaint, Complaints, FilterFault, SpecFault, Unread};
pub use habits::Habits;
pub use id_maps::IdMapLines;
pub use join::{JoinLists, JoinSpec};
pub use keys::{Key, KeyFor, Shape, Table, Tables};
pub use kinds::Kinds;
pub use landlock::{LandlockLists, LandlockSpec};
pub use limits::{Limits, LimitsRoom, LimitsSpec};
pub use list::List;
pub use log::{LogSize, LogSpec};
pub use machine::{MachineLists, MachineSpec};
pub use net::{InterfaceSpec, NetLists, NetSpec};
pub use root::{RootLists, RootSpec};
pub use service::{EnvChange, ServiceLists, ServiceSpec};
pub use switch_root::SwitchRoot;
pub use ties::{LockFiles, Tie, TieSpec};

/// Where a value was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said it.
    #[default]
    Default,
    /// In the file, at this line and column, both from 1.
    File {
        /// Line, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
    },
    /// On the kernel command line, at this byte, from 1.
    CommandLine {
        /// Column in bytes, from 1.
        column: u32,
    },
    /// In this argument, counted from 1 behind the program's name.
    Argument(u32),
    /// In a word that a descriptor gave, in the place of `--args`.
    Given {
        /// The descriptor.
        number: u16,
        /// The word, from 1.
        word: u32,
    },
}

impl Origin {
    /// Whether both come from the same source, so that items of a list belong together.
    pub const fn is_same_source(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Default, Self::Default)
                | (Self::File { .. }, Self::File { .. })
                | (Self::CommandLine { .. }, Self::CommandLine { .. })
                | (Self::Argument(_), Self::Argument(_))
        ) || cfg!(feature = "sandbox") && self.is_of_line() && other.is_of_line()
    }

    /// Whether it is of the arguments, or stands in their place.
    const fn is_of_line(self) -> bool {
        matches!(self, Self::Argument(_) | Self::Given { .. })
    }
}

/// A value and where it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// Where it was said.
    pub origin: Origin,
}

/// A key with the place where it was said, if it was.
pub type SaidKey = Option<(Origin, &'static str)>;

/// One text for one key: a whole value, or one entry of a list or table.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The text; an entry of a table is `NAME=VALUE`.
    pub text: &'a CStr,
    /// Where it was said.
    pub origin: Origin,
}

impl<'a> Item<'a> {
    /// Its bytes, without a NUL.
    pub const fn bytes(self) -> &'a [u8] {
        self.text.to_bytes()
    }

    /// Puts what `parse` makes of it into `said`, with its place.
    #[inline(never)] // once for each type, and not for each key
    fn put<T>(
        self,
        said: &mut Option<Said<T>>,
        parse: fn(&'a [u8]) -> Result<T, Fault>,
    ) -> Result<(), Fault> {
        *said = Some(Said { value: parse(self.bytes())?, origin: self.origin });
        Ok(())
    }

    /// As [`Item::put`], for values that keep the C string.
    #[inline(never)] // as above
    fn put_text<T>(
        self,
        said: &mut Option<Said<T>>,
        parse: fn(&'a CStr) -> Result<T, Fault>,
    ) -> Result<(), Fault> {
        *said = Some(Said { value: parse(self.text)?, origin: self.origin });
        Ok(())
    }

    /// Adds it to a set or map with `add`; what an earlier source said is replaced as a whole.
    fn gather<T: Copy + Default>(
        self,
        said: &mut Option<Said<T>>,
        add: impl FnOnce(&mut T, &'a [u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let known = said.filter(|known| known.origin.is_same_source(self.origin));
        let mut value = known.map_or_else(T::default, |known| known.value);
        add(&mut value, self.bytes())?;
        *said = Some(Said { value, origin: self.origin });
        Ok(())
    }
}

/// `true` or `false`.
///
/// # Errors
/// [`Fault::NotOneOf`].
pub fn switch(text: &[u8]) -> Result<bool, Fault> {
    match text {
        b"true" => Ok(true),
        b"false" => Ok(false),
        _ => Err(Fault::NotOneOf(Names::new("true|false"))),
    }
}

/// The memory that a spec is filled into, outside the stack. What every spec uses comes first and
/// lies together; the rest is hardly ever touched.
#[derive(Debug)]
#[repr(C)]
pub struct Lists<'a> {
    services: Vec<ServiceSpec<'a>, SERVICES_MAX>,
    of_services: [ServiceLists<'a>; SERVICES_MAX],
    uid_map: Vec<Said<IdMap>, ID_MAP_LINES_MAX>,
    gid_map: Vec<Said<IdMap>, ID_MAP_LINES_MAX>,
    net: NetLists<'a>,
    root: RootLists<'a>,
    limits: LimitsRoom<'a>,
    machine: MachineLists<'a>,
    filter: FilterLists<'a>,
    landlock: LandlockLists<'a>,
    join: JoinLists<'a>,
    locks: LockFiles<'a>,
}

impl Lists<'_> {
    /// Empty lists.
    pub const fn new() -> Self {
        Self {
            services: Vec::new(),
            of_services: [const { ServiceLists::new() }; SERVICES_MAX],
            uid_map: Vec::new(),
            gid_map: Vec::new(),
            net: NetLists::new(),
            root: RootLists::new(),
            limits: Vec::new(),
            machine: MachineLists::new(),
            filter: FilterLists::new(),
            landlock: LandlockLists::new(),
            join: JoinLists::new(),
            locks: Vec::new(),
        }
    }
}

impl Default for Lists<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Everything that was asked.
#[derive(Debug)]
pub struct Spec<'a> {
    /// The file that was read.
    pub file: Option<&'a CStr>,
    /// `-v`: whether to tell what goes well, too.
    pub verbose: bool,
    /// The habits of the program in whose place we are run.
    habits: Habits,
    /// The sandbox's name.
    pub name: Option<Said<ServiceName<'a>>>,
    /// Whether and where those who may steer it are listened to.
    pub control: Option<Said<Control<'a>>>,
    /// The kinds of namespaces.
    pub namespaces: Option<Said<Kinds>>,
    /// The host name inside.
    pub hostname: Option<Said<HostName<'a>>>,
    /// The (NIS) domain name inside.
    pub domainname: Option<Said<HostName<'a>>>,
    /// What stands at /proc.
    pub proc: Option<Said<Proc>>,
    /// The shift of CLOCK_BOOTTIME.
    pub boottime: Option<Said<Shift>>,
    /// The shift of CLOCK_MONOTONIC.
    pub monotonic: Option<Said<Shift>>,
    /// Lines of the uid_map.
    pub uid_map: IdMapLines<'a>,
    /// Lines of the gid_map.
    pub gid_map: IdMapLines<'a>,
    /// Where a uid_map of all that we may map was asked for.
    auto_uid_map: Option<Origin>,
    /// Where such a gid_map was asked for.
    auto_gid_map: Option<Origin>,
    /// Our user id, as it is seen inside.
    pub uid: Option<Said<u32>>,
    /// Our group id, as it is seen inside.
    pub gid: Option<Said<u32>>,
    /// What is asked of the network.
    pub net: NetSpec<'a>,
    /// What is asked of its cgroup.
    pub limits: LimitsSpec<'a>,
    /// Whether no_new_privs is set.
    pub no_new_privs: Option<Said<bool>>,
    /// What is asked of filters of system calls.
    pub filter: FilterSpec<'a>,
    /// What takes rights away.
    pub confine: ConfineSpec,
    /// What is asked of the root.
    pub root: RootSpec<'a>,
    /// What Landlock is to allow.
    pub landlock: LandlockSpec<'a>,
    /// What is asked of the kernel's init alone.
    pub machine: MachineSpec<'a>,
    /// What is asked of namespaces that others made, or that outlive us.
    pub join: JoinSpec<'a>,
    /// What is asked of descriptors that tie us to whoever started us.
    pub ties: TieSpec<'a>,
    /// The services, in the order they were said.
    pub services: &'a mut Vec<ServiceSpec<'a>, SERVICES_MAX>,
    /// Memory for the lists of services to come.
    spare: &'a mut [ServiceLists<'a>],
}

impl<'a> Spec<'a> {
    /// Nothing asked yet, to be filled into these lists.
    pub const fn new(lists: &'a mut Lists<'a>) -> Self {
        let Lists {
            services, of_services, uid_map, gid_map, root, net, limits, machine, join, ..
        } = lists;
        Self {
            file: None,
            verbose: false,
            habits: Habits::OURS,
            name: None,
            control: None,
            namespaces: None,
            hostname: None,
            domainname: None,
            proc: None,
            boottime: None,
            monotonic: None,
            uid_map: List::new(uid_map),
            gid_map: List::new(gid_map),
            auto_uid_map: None,
            auto_gid_map: None,
            uid: None,
            gid: None,
            net: NetSpec::new(net),
            limits: LimitsSpec::new(limits),
            no_new_privs: None,
            filter: FilterSpec::new(&mut lists.filter),
            confine: ConfineSpec::new(),
            root: RootSpec::new(root),
            landlock: LandlockSpec::new(&mut lists.landlock),
            machine: MachineSpec::new(machine),
            join: JoinSpec::new(join),
            ties: TieSpec::new(&mut lists.locks),
            services,
            spare: of_services,
        }
    }

    /// The services with the ids that a plan gives them.
    pub fn services_with_ids(&self) -> impl Iterator<Item = (ServiceId, &ServiceSpec<'a>)> {
        ServiceId::all().zip(self.services.iter())
    }

    /// The habits of the program in whose place we are run. A build without personalities has ours
    /// alone.
    pub const fn habits(&self) -> Habits {
        if cfg!(feature = "personalities") { self.habits } else { Habits::OURS }
    }

    /// Puts one more service behind the others.
    ///
    /// # Errors
    /// [`Fault::TooMany`].
    pub fn add_service(&mut self, origin: Origin) -> Result<(), Fault> {
        let full = Fault::TooMany { max: SERVICES_MAX };
        let (lists, rest) = core::mem::take(&mut self.spare).split_first_mut().ok_or(full)?;
        self.spare = rest;
        self.services.push(ServiceSpec::new(origin, lists)).map_err(|_| full)
    }

    /// The service that flags and the command behind them speak of: the main one, the only one, or
    /// a new one when there is none. `None` when there are several and none is the main one.
    pub fn main_service(&mut self) -> Option<&mut ServiceSpec<'a>> {
        if self.services.is_empty() {
            self.add_service(Origin::Default).ok()?;
        }
        let index = match self.services.as_slice() {
            [_] => 0,
            several => several.iter().position(ServiceSpec::is_main)?,
        };
        self.services.get_mut(index)
    }
}
