//! What was asked of the kernel's init: the table `[init]`.

use core::ffi::CStr;

use heapless::Vec;

use super::{Item, List, Origin, Said, SaidKey, SwitchRoot};
use crate::limits::{MODULES_MAX, REPORTS_MAX, RLIMITS_MAX, SYSCTLS_MAX};
use crate::model::{
    Down, FailOn, Farewell, MachineIdFrom, ReportTo, Rlimit, Span, Sysctl, WallClock,
};
use crate::text::{Fault, Words};

/// The memory of its lists.
#[derive(Debug)]
pub struct MachineLists<'a> {
    report: Vec<Said<ReportTo<'a>>, REPORTS_MAX>,
    modules: Vec<Said<&'a CStr>, MODULES_MAX>,
    sysctl: Vec<Said<Sysctl<'a>>, SYSCTLS_MAX>,
    rlimits: Vec<Said<Rlimit>, RLIMITS_MAX>,
}

impl MachineLists<'_> {
    /// Empty lists.
    #[allow(clippy::new_without_default)] // it is made once, within those of the whole
    pub const fn new() -> Self {
        Self { report: Vec::new(), modules: Vec::new(), sysctl: Vec::new(), rlimits: Vec::new() }
    }
}

/// What was asked of the kernel's init; `None` and empty lists were not said.
#[derive(Debug)]
pub struct MachineSpec<'a> {
    /// How the machine is left.
    pub farewell: Option<Said<Farewell<'a>>>,
    /// Who is told how it ended, besides the console and the port of our name.
    pub report: List<'a, Said<ReportTo<'a>>, REPORTS_MAX>,
    /// The word that the console's line is known by.
    pub nonce: Option<Said<&'a CStr>>,
    /// Which trouble of the kernel fails a test that its workload passed.
    pub fail_on: Option<Said<FailOn>>,
    /// Kernel modules to load.
    pub modules: List<'a, Said<&'a CStr>, MODULES_MAX>,
    /// Settings of the kernel.
    pub sysctl: List<'a, Said<Sysctl<'a>>, SYSCTLS_MAX>,
    /// Resource limits of everybody.
    pub rlimits: List<'a, Said<Rlimit>, RLIMITS_MAX>,
    /// The root that it goes on with.
    pub root: SwitchRoot<'a>,
    /// Where the time of day comes from.
    pub clock: Option<Said<WallClock>>,
    /// Where the machine's name for its programs comes from, when it has none.
    pub machine_id: Option<Said<MachineIdFrom>>,
    /// The watchdog that is fed.
    pub watchdog: Option<Said<&'a CStr>>,
    /// How long it waits before it resets the machine.
    pub watchdog_timeout: Option<Said<Span>>,
}

impl<'a> MachineSpec<'a> {
    /// Nothing said yet, with memory for its lists.
    pub(super) const fn new(lists: &'a mut MachineLists<'a>) -> Self {
        let MachineLists { report, modules, sysctl, rlimits } = lists;
        Self {
            farewell: None,
            report: List::new(report),
            nonce: None,
            fail_on: None,
            modules: List::new(modules),
            sysctl: List::new(sysctl),
            rlimits: List::new(rlimits),
            root: SwitchRoot::NONE,
            clock: None,
            machine_id: None,
            watchdog: None,
            watchdog_timeout: None,
        }
    }

    /// Its keys that were said, and where.
    pub fn keys(&self) -> [SaidKey; 17] {
        let origin = |said: Option<Origin>, key| said.map(|origin| (origin, key));
        let [source, kind, options, is_writable, is_volatile, wait] = self.root.keys();
        [
            origin(self.farewell.map(|said| said.origin), "farewell"),
            origin(self.report.first().map(|said| said.origin), "report"),
            origin(self.nonce.map(|said| said.origin), "nonce"),
            origin(self.fail_on.map(|said| said.origin), "fail-on"),
            origin(self.modules.first().map(|said| said.origin), "modules"),
            origin(self.sysctl.first().map(|said| said.origin), "sysctl"),
            origin(self.rlimits.first().map(|said| said.origin), "default-rlimits"),
            origin(self.clock.map(|said| said.origin), "clock"),
            origin(self.machine_id.map(|said| said.origin), "machine-id"),
            origin(self.watchdog.map(|said| said.origin), "watchdog-device"),
            origin(self.watchdog_timeout.map(|said| said.origin), "watchdog-timeout"),
            source,
            kind,
            options,
            is_writable,
            is_volatile,
            wait,
        ]
    }

    /// A command that takes over.
    pub(super) fn farewell_by(&mut self, said: Said<Words<'a>>) {
        self.farewell = Some(Said { value: Farewell::Exec(said.value), origin: said.origin });
    }

    /// One sysctl; the last word on a name counts.
    pub(super) fn set_sysctl(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let said = Said { value: Sysctl::parse(item.text)?, origin: item.origin };
        match self.sysctl.iter_mut().find(|known| known.value.name() == said.value.name()) {
            Some(known) => *known = said,
            None => self.sysctl.push(said)?,
        }
        Ok(())
    }

    /// One resource limit; the last word on a resource counts.
    pub(super) fn set_rlimit(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let said = Said { value: Rlimit::parse(item.bytes())?, origin: item.origin };
        let is_known = |known: &&mut Said<Rlimit>| known.value.resource == said.value.resource;
        match self.rlimits.iter_mut().find(is_known) {
            Some(known) => *known = said,
            None => self.rlimits.push(said)?,
        }
        Ok(())
    }

    /// How the machine is left when no signal says otherwise.
    pub fn farewell(&self) -> Farewell<'a> {
        self.farewell.map_or(Farewell::Down(Down::default()), |said| said.value)
    }
}

/// A module's name, or its path from the root.
pub(super) fn module(text: &CStr) -> Result<&CStr, Fault> {
    match text.to_bytes() {
        [] => Err(Fault::Empty),
        [b'/', ..] => Ok(text),
        name if name.contains(&b'/') => Err(Fault::NotA("module name, or path from the root")),
        _ => Ok(text),
    }
}

/// A device, by its path.
pub(super) fn device(text: &CStr) -> Result<&CStr, Fault> {
    match text.to_bytes() {
        [b'/', _, ..] => Ok(text),
        _ => Err(Fault::NotA("path from the root, such as /dev/watchdog")),
    }
}

/// How long a watchdog waits: it counts whole seconds.
pub(super) fn watchdog_timeout(text: &[u8]) -> Result<Span, Fault> {
    let (min, max) = (1, 86_400);
    let span = Span::parse(text)?;
    let is_right = (Span::from_s(min)..=Span::from_s(max)).contains(&span);
    is_right.then_some(span).ok_or(Fault::NotA("time from 1s to 1d"))
}

/// A nonce: letters, digits and marks that no shell and no line is parted by.
pub(super) fn nonce(text: &CStr) -> Result<&CStr, Fault> {
    let is_bad = |byte: &&u8| !byte.is_ascii_graphic();
    match (text.is_empty(), text.to_bytes().iter().find(is_bad)) {
        (true, _) => Err(Fault::Empty),
        (false, Some(bad)) => Err(Fault::BadByte(*bad)),
        (false, None) => Ok(text),
    }
}
