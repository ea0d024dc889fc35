//! From words to a plan: the file first, then the arguments that overrule it, then the decision.

use core::ffi::CStr;

use heapless::Vec;

use super::Call;
use super::env_files;
use super::filters;
use super::given;
use super::printer::{Detail, Printer};
use super::read_file::read_file;
use crate::engine::root::Held;
use crate::engine::{self, control, inspect, probe::OurTerminal};
use crate::limits::{ARENA_MAX, FILE_MAX, KERNEL_LINE_MAX};
use crate::model::SignalSet;
use crate::plan::{self, Facts, Mode, Plan, Questions, resolve};
use crate::spec::argv::{self, Front, Line, Named};
use crate::spec::{Lists, Origin, Said, Spec, Table, file};
use crate::sys::start::Start;
use crate::text::Arena;

/// The buffers that reading needs. Pages that are not touched cost nothing, so what every start
/// uses comes first and lies together, and what only a file needs comes last.
#[repr(C)]
pub struct Desk {
    pub(super) spec: Vec<Spec<'static>, 1>,
    pub(super) lists: Lists<'static>,
    pub(super) plan: plan::Lists<'static>,
    pub(super) arena: [u8; ARENA_MAX],
    pub(super) file: [u8; FILE_MAX + 1],
    pub(super) env: [u8; FILE_MAX + 1],
    pub(super) kernel_line: [u8; KERNEL_LINE_MAX],
    pub(super) given: given::Memory,
    pub(super) namespaces: inspect::Memory,
    pub(super) filters: filters::Room,
    pub(super) held: Held,
    pub(super) heard: engine::machine::Heard,
    pub(super) callers: control::Room,
}

impl Desk {
    /// Empty buffers.
    #[allow(clippy::new_without_default)] // it is made once, in a static
    pub const fn new() -> Self {
        Self {
            spec: Vec::new(),
            lists: Lists::new(),
            plan: plan::Lists::new(),
            arena: [0; ARENA_MAX],
            file: [0; FILE_MAX + 1],
            env: [0; FILE_MAX + 1],
            kernel_line: [0; KERNEL_LINE_MAX],
            given: given::Memory::new(),
            namespaces: inspect::Memory::new(),
            filters: filters::Room::new(),
            held: Held::new(),
            heard: engine::machine::Heard::new(),
            callers: control::Room::new(),
        }
    }
}

/// What was asked, what the machine is, and what will be done.
pub struct Decided {
    /// What was asked.
    pub spec: &'static Spec<'static>,
    /// Which facts it needed.
    pub questions: Questions,
    /// What the machine is.
    pub facts: Facts,
    /// Our terminal, when we have one.
    pub terminal: OurTerminal,
    /// The namespaces that are to be joined.
    pub joins: engine::join::Handles,
    /// What will be done.
    pub plan: Plan<'static>,
    /// Memory for what is held while a root is made.
    pub held: Option<&'static mut Held>,
    /// Memory for those who may ask a running nsinit.
    pub callers: &'static mut control::Room,
}

/// Reads everything that was said and decides what will be done. `None` when it cannot be: then the
/// reason has been printed, and nothing was touched.
pub fn decide(
    scope: &'static str,
    mode: Mode,
    front: Front,
    call: Call,
    detail: Detail,
    start: &Start,
    desk: &'static mut Desk,
) -> Option<Decided> {
    let Desk { file, env, arena, lists, spec, plan, filters: room, given, held, callers, .. } =
        desk;
    let spec = new_spec(spec, lists)?;
    let mut arena = Arena::new(arena);
    let mut line = Line::new(front, call.words, call.first);
    if cfg!(feature = "sandbox") {
        line = given::read(scope, line, start, given)?;
    }
    let named = if cfg!(feature = "toml") { argv::file(line) } else { None };
    let mut printer = Printer::new(scope, named.map(|named| named.path.value), detail);
    load(Source { line, named, mask: start.mask }, file, &mut arena, spec, &mut printer);
    env_files::read(start, env, &mut arena, spec, &mut printer);
    filters::read(start.mask, room, env, &mut arena, spec, &mut printer);
    if !printer.goes_on() {
        printer.end();
        return None;
    }
    // A file of the kernel's init is checked as that, and so is one of an entrypoint.
    let is_of_init =
        || spec.machine.keys().iter().any(Option::is_some) || printer.has_fault_in(Table::Init);
    let is_checked = cfg!(feature = "verbs") && front == Front::Check;
    let mode = match is_checked {
        true if is_of_init() => Mode::Init,
        true if plan::is_for_entrypoint(spec) => Mode::Entrypoint,
        true | false => mode,
    };
    let decided = plan_for(mode, is_checked, spec, start, plan, callers, &mut printer)?;
    Some(Decided { held: Some(held), ..decided })
}

/// A spec that nothing was asked of yet, in its place.
fn new_spec(
    place: &'static mut Vec<Spec<'static>, 1>,
    lists: &'static mut Lists<'static>,
) -> Option<&'static mut Spec<'static>> {
    place.clear(); // a page that is written before it is read is fetched once
    let _ = place.push(Spec::new(lists)); // the one place there is
    place.last_mut()
}

/// Decides what will be done for a spec that `read` fills, unless it gives `None`.
pub fn decide_as<T>(
    start: &Start,
    desk: &'static mut Desk,
    read: impl FnOnce(&mut Spec<'static>) -> Option<T>,
) -> Option<(Decided, T)> {
    let Desk { lists, spec, plan, callers, .. } = desk;
    let spec = new_spec(spec, lists)?;
    let read = read(spec)?;
    let mode = Mode::Entrypoint;
    let mut printer = Printer::new(mode.scope(), spec.file, Detail::Some);
    plan_for(mode, false, spec, start, plan, callers, &mut printer).map(|decided| (decided, read))
}

/// Asks the machine and makes the plan. `None` where anything was refused, or complained of before.
/// Where a file `is_checked`, whether this machine has what is asked is no fault of the file.
fn plan_for(
    mode: Mode,
    is_checked: bool,
    spec: &'static Spec<'static>,
    start: &Start,
    plan: &'static mut plan::Lists<'static>,
    callers: &'static mut control::Room,
    printer: &mut Printer<'_>,
) -> Option<Decided> {
    let mut questions = Questions::of(mode, spec);
    if is_checked {
        plan.survey.cgroups.assume_all();
        questions.cgroups = false;
        questions.ties = Default::default(); // whoever checks has other descriptors
    }
    let (mut facts, terminal) = engine::ask(questions, start);
    let cgroup = spec.limits.cgroup.map(|said| said.value);
    engine::survey(questions, cgroup, &facts, &mut plan.survey);
    let joins = match cfg!(feature = "join") && questions.joins > 0 {
        true => engine::join::open(&spec.join, &mut facts),
        false => engine::join::Handles::default(),
    };
    if let Some(said) = spec.join.persist.filter(|_| questions.keeping && cfg!(feature = "join")) {
        facts.keeping = engine::persist::look(said.value);
    }
    let mut plan = Plan::new(mode, plan);
    resolve(spec, &facts, &mut plan, &mut |refusal| printer.refuse(&refusal));
    printer.end();
    let is_refused = printer.count() > 0;
    let decided = Decided { spec, questions, facts, terminal, joins, plan, callers, held: None };
    (!is_refused).then_some(decided)
}

/// Who reads what.
#[derive(Clone, Copy)]
struct Source {
    line: Line<'static>,
    /// The file.
    named: Option<Named<'static>>,
    /// The signals that were blocked when we were started.
    mask: SignalSet,
}

/// Reads the file and the arguments into `spec`.
fn load(
    source: Source,
    buffer: &'static mut [u8],
    arena: &mut Arena<'static>,
    spec: &mut Spec<'static>,
    printer: &mut Printer<'_>,
) {
    let Source { line, named, mask } = source;
    if let Some(named) = named {
        match read_file(named.path.value, mask, buffer) {
            Ok(source) => {
                spec.file = Some(named.path.value); // whose directory paths in it begin at
                read_into(spec, source, arena, printer);
            }
            Err(errno) => printer.without_file(named, errno),
        }
    }
    argv::read(line, arena, spec, printer);
    if spec.name.is_none() {
        spec.name = named.and_then(|named| stem(named.path.value, arena));
    }
}

#[inline(never)] // what it needs would lie in the frame of every start, also without a file
pub(super) fn read_into(
    spec: &mut Spec<'static>,
    source: &'static [u8],
    arena: &mut Arena<'static>,
    printer: &mut Printer<'_>,
) {
    file::read(source, arena, spec, printer);
}

/// A sandbox without a name is called like its file.
fn stem(
    path: &CStr,
    arena: &mut Arena<'static>,
) -> Option<Said<crate::model::ServiceName<'static>>> {
    let name = path.to_bytes().rsplit(|byte| *byte == b'/').next()?;
    let name = name.strip_suffix(b".toml").unwrap_or(name);
    let word = arena.word(name).ok()?;
    let value = crate::model::ServiceName::parse(word).ok()?;
    Some(Said { value, origin: Origin::Default })
}
