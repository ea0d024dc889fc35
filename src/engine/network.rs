//! The acts about the network: interfaces made, moved, set up, and taken back.
//!
//! The launcher does what comes from outside, PID 1 what is said inside; both by messages to the
//! kernel of one net namespace, theirs (rtnetlink(7)).

use core::ffi::CStr;

use super::descriptors::close_others;
use super::hands::Hands;
use super::pipe::Pipe;
use super::record::{self, Record};
use super::trouble::{Trouble, plain};
use super::{child, tool, word};
use crate::limits::TOOL_WORDS_MAX;
use crate::model::rtnetlink::{Looks, Message, answer};
use crate::model::{
    End, Errno, Failure, InterfaceName, Namespace, NamespaceSet, Signal, Why, Wire, code,
};
use crate::plan::{Act, Actor, NetAct, Plan};
use crate::spec::InterfaceSpec;
use crate::sys::fd::redirect;
use crate::sys::file::{self, Mode};
use crate::sys::process::{self, Child, Side};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, namespace, net, terminal};
use crate::text::{Buffer, put};

/// Carries out one of these acts.
pub(super) fn perform(act: &NetAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        NetAct::MakePair { outer, inner, looks } => {
            let inside = open_inside(hands)?;
            let kernel = net::open_route().map_err(plain)?;
            ask(&kernel, &Message::make_pair(outer, inner, inside.number(), looks))?;
            // As long as we hold the inner end's namespace, nobody else has that name.
            let index = net::index_of(&kernel, outer).map_err(plain)?;
            let _ = hands.net.pairs.push_back(index); // a place for each
            Ok(())
        }
        NetAct::MakeMacvlan { parent, inner, looks } => {
            let inside = open_inside(hands)?;
            let kernel = net::open_route().map_err(plain)?;
            let parent = net::index_of(&kernel, parent).map_err(plain)?;
            ask(&kernel, &Message::make_macvlan(parent, inner, inside.number(), looks))
        }
        NetAct::Keep(interfaces) => keep(interfaces, hands),
        NetAct::Move { outer, inner } => {
            let inside = open_inside(hands)?;
            let kernel = net::open_route().map_err(plain)?;
            let index = net::index_of(&kernel, outer).map_err(plain)?;
            ask(&kernel, &Message::move_link(index, inside.number(), inner))
        }
        NetAct::Up { name, looks, bridge } => set_up(name, looks, bridge),
        NetAct::AddAddress(name, network) => {
            about(name, |index| Message::add_address(index, network))
        }
        NetAct::AddRoute(name, gateway) => {
            about(name, |index| Message::add_default_route(index, gateway))
        }
        NetAct::TellIds => word::say(Record::Alive, hands),
        NetAct::AwaitIds => word::await_word(hands),
        NetAct::StartPasta => start_pasta(hands),
        NetAct::AwaitKeeper(interfaces) => {
            // They end when PID 1 has.
            let [kept, _] = [hands.net.keeper.take(), hands.net.pasta.take()]
                .map(|keeper| keeper.and_then(|keeper| child::wait_for(&keeper)));
            match hands.net.sides.take().filter(|_| kept != Some(End::Exited(0))) {
                Some((inside, outside)) => bring_back_again(interfaces, &inside, &outside),
                None => Ok(()),
            }
        }
        NetAct::Delete(_) => delete(hands),
    }
}

/// What the launcher does at the very end, whatever came before.
pub(super) fn take_back(plan: &Plan<'_>, hands: &mut Hands) {
    for (_, step) in plan.steps_of(Actor::Last) {
        if let Act::Net(act) = &step.act {
            let _ = perform(act, hands); // the kernel does the same, only later
        }
    }
}

/// The net namespace of PID 1.
fn open_inside(hands: &Hands) -> Result<Fd, Trouble> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", hands.init_pid(), "/ns/net");
    file::open(path.path().unwrap_or_default(), Mode::Read).map_err(plain)
}

/// Sends a message to the kernel and waits for its answer, which comes at once.
pub(super) fn ask(kernel: &Fd, message: &Message) -> Result<(), Trouble> {
    let _ = file::write(kernel, message.bytes()).map_err(plain)?; // a datagram goes as a whole
    let mut reply = [0u8; 1024]; // the answer has our message behind it
    let len = file::read(kernel, &mut reply).map_err(plain)?;
    let answer = answer(reply.get(..len).unwrap_or_default());
    answer.unwrap_or(Err(Errno::EIO)).map_err(plain)
}

/// A message about the interface of this name, in our own namespace.
fn about(name: InterfaceName<'_>, message: impl FnOnce(u32) -> Message) -> Result<(), Trouble> {
    let kernel = net::open_route().map_err(plain)?;
    let index = net::index_of(&kernel, name).map_err(plain)?;
    ask(&kernel, &message(index))
}

fn set_up(
    name: InterfaceName<'_>,
    looks: Looks,
    bridge: Option<InterfaceName<'_>>,
) -> Result<(), Trouble> {
    let kernel = net::open_route().map_err(plain)?;
    let index = net::index_of(&kernel, name).map_err(plain)?;
    let bridge = match bridge {
        Some(bridge) => Some(net::index_of(&kernel, bridge).map_err(plain)?),
        None => None,
    };
    ask(&kernel, &Message::set_up(index, looks, bridge))
}

/// Takes the next pair away that we have made. The kernel may have done so, and its name be
/// somebody else's by now: an index it gives to nobody else.
fn delete(hands: &mut Hands) -> Result<(), Trouble> {
    match hands.net.pairs.pop_front() {
        None => Ok(()),
        Some(index) => ask(&net::open_route().map_err(plain)?, &Message::delete(index)),
    }
}

/// Makes the process that waits for PID 1's end and then moves interfaces back. Whatever is killed
/// before, it is there: PID 1 ends with the launcher, and this one with neither.
fn keep(interfaces: &[InterfaceSpec<'_>], hands: &mut Hands) -> Result<(), Trouble> {
    let inside = open_inside(hands)?;
    let outside = file::open(c"/proc/self/ns/net", Mode::Read).map_err(plain)?;
    match process::clone_into(NamespaceSet::empty()).map_err(plain)? {
        Side::Parent(keeper) => {
            hands.net.keeper = Some(keeper);
            hands.net.sides = Some((inside, outside));
            Ok(())
        }
        Side::Child => {
            let init = hands.init.take();
            let init = init.as_ref().and_then(|init| init.pidfd.as_ref());
            stay_alone([Some(&inside), Some(&outside), init]);
            await_end(init);
            // Nobody else can do it: what fails once is tried once more.
            let again = || bring_back(interfaces, &inside, &outside);
            let is_back = again().or_else(|_| again());
            process::exit(u8::from(is_back.is_err()))
        }
    }
}

/// Waits until the process of this pidfd has ended. It need not be a child of ours.
fn await_end(process: Option<&Fd>) {
    let mut sources = [Source::of(process)];
    while process.is_some() && !sources[0].is_ready() {
        let _ = wait::poll(&mut sources, None); // an interruption is one more round
    }
}

/// Holds nothing of whoever started us but what is needed: somebody may wait for the end of a pipe,
/// and a terminal may hang up.
fn stay_alone(needed: [Option<&Fd>; 3]) {
    let _ = terminal::new_session(); // it leads no group, so that it can
    let kept = || needed.iter().flatten().map(|fd| fd.number().unsigned_abs());
    let _ = close_others(0, kept); // before Linux 5.9, and without a /proc, they stay
}

/// Does the same for a process that was killed meanwhile, or came too early: PID 1 may end before
/// an interface is moved to its namespace, which we hold.
#[cold]
fn bring_back_again(
    interfaces: &[InterfaceSpec<'_>],
    inside: &Fd,
    outside: &Fd,
) -> Result<(), Trouble> {
    let is_back = bring_back(interfaces, inside, outside);
    namespace::enter(outside, Namespace::Net).and(is_back).map_err(plain)
}

/// Moves every moved interface back under the name it had; where that is taken by now, under the
/// one it has inside. ENODEV when one of them is not there: it was not moved yet, is back already,
/// or somebody inside took it away.
fn bring_back(interfaces: &[InterfaceSpec<'_>], inside: &Fd, outside: &Fd) -> Result<(), Errno> {
    namespace::enter(inside, Namespace::Net)?;
    let kernel = net::open_route()?;
    let mut all = Ok(());
    for interface in interfaces {
        let Some(Wire::Moved(outer)) = interface.wire.map(|said| said.value) else { continue };
        let inner = interface.name.map_or(outer, |said| said.value);
        let back = |name| {
            let index = net::index_of(&kernel, inner)?;
            let message = Message::move_link(index, outside.number(), name);
            ask(&kernel, &message).map_err(|(errno, _)| errno)
        };
        match back(outer) {
            Ok(()) => {}
            Err(Errno::EEXIST) => all = back(inner),
            Err(errno) => all = Err(errno),
        }
    }
    all
}

/// Where pasta(1) is, in the order of PATH.
const PASTA: [&CStr; 3] = [c"/usr/local/bin/pasta", c"/usr/bin/pasta", c"/bin/pasta"];

/// The pasta(1) that is started.
pub(super) fn pasta() -> Option<&'static CStr> {
    PASTA.into_iter().find(|path| file::access(path, true).is_ok())
}

/// Starts pasta(1) for the namespaces of PID 1, by way of a process that ends it when PID 1 has
/// ended: it holds their net namespace open, and would never know. We come back when the network is
/// there.
fn start_pasta(hands: &mut Hands) -> Result<(), Trouble> {
    let Pipe { read, write } = Pipe::open(true)?;
    let (answer, word) = (read.ok_or(plain(Errno::EBADF))?, write.ok_or(plain(Errno::EBADF))?);
    match process::clone_into(NamespaceSet::empty()).map_err(plain)? {
        Side::Parent(keeper) => hands.net.pasta = Some(keeper),
        Side::Child => stay_with_pasta(hands, &word),
    }
    drop(word);
    let mut bytes = [0u8; record::LEN];
    match file::read(&answer, &mut bytes).map_err(plain)? {
        record::LEN => match Record::from_bytes(bytes) {
            Some(Record::Failed(failure)) => Err((failure.errno, failure.why)),
            Some(
                Record::Alive | Record::Stopped(_) | Record::ToldOutOfMemory | Record::Born { .. },
            )
            | None => Ok(()),
        },
        _ => Err((Errno::EIO, Why::Tool)),
    }
}

/// The process that starts pasta(1), says what came of it, and ends it. Whatever ends this one,
/// even KILL, the kernel ends pasta(1) with it.
fn stay_with_pasta(hands: &mut Hands, word: &Fd) -> ! {
    let _ = terminal::new_session(); // it leads no group; pasta(1) is in its session then
    let init = hands.init.take();
    let connected = connect_by_pasta(init.as_ref().map_or(0, |init| init.pid));
    let record = match &connected {
        Ok(_) => Record::Alive,
        Err((errno, why)) => Record::Failed(Failure { step: 0, errno: *errno, why: *why }),
    };
    let _ = file::write(word, &record.to_bytes()); // whoever waited for it is gone
    let Ok(pasta) = connected else { process::exit(code::FAILED) };
    let init = init.as_ref().and_then(|init| init.pidfd.as_ref());
    stay_alone([init, pasta.pidfd.as_ref(), None]);
    await_end(init);
    end(&pasta);
    process::exit(0)
}

/// Runs pasta(1), which is a child of ours, until it has connected the network: then it says its
/// number.
#[inline(never)] // its text would lie in the frame of every step
fn connect_by_pasta(pid: i32) -> Result<Child, Trouble> {
    let program = pasta().ok_or(plain(Errno::ENOENT))?;
    let mut text = Buffer::<16>::new();
    put!(&mut text, pid);
    let pid = text.path().unwrap_or_default();
    // No port of either side is passed on, and the outer host has no address inside. Nor does it
    // leave us for the background: nobody would know any more whose it is.
    let ports = [c"-t", c"none", c"-u", c"none", c"-T", c"none", c"-U", c"none"];
    let words = [c"pasta", c"--foreground", c"--config-net", c"--quiet", c"--no-map-gw"];
    let words = words.into_iter().chain([c"--pid", c"/dev/stdout"]).chain(ports).chain([pid]);
    let Pipe { read, write } = Pipe::open(true)?;
    let (read, write) = (read.ok_or(plain(Errno::EBADF))?, write.ok_or(plain(Errno::EBADF))?);
    let own = process::pid();
    let mut prepare = || {
        process::signal_at_parent_death(Signal::KILL)?;
        match process::parent_pid() == own {
            true => redirect(&write, 1),
            false => Err(Errno::ESRCH),
        }
    };
    let mut list = tool::listed::<TOOL_WORDS_MAX>(words)?;
    let pasta = tool::start(program, &list.finish(), &mut prepare)?;
    drop(write); // so that its end is the end of the pipe
    match file::read(&read, &mut [0u8; 16]) {
        Ok(0) => {
            end(&pasta); // whose end is near
            Err((Errno::EIO, Why::Tool))
        }
        Ok(_) => Ok(pasta),
        Err(errno) => {
            end(&pasta);
            Err(plain(errno))
        }
    }
}

/// Ends a child and waits for that.
fn end(child: &Child) {
    for _ in 0..2 {
        child::send(child, Signal::KILL, None); // it may have ended by itself
    }
    let _ = child::wait_for(child); // by that, or not
}
