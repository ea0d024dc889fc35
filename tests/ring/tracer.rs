//! A tracer (ptrace(2)) that sees every system call of nsinit and makes one of them fail.
//!
//! strace can inject faults too, but its `when=N` counts in each process on its own: the service's
//! first `prctl` cannot fail, because that of PID 1 fails before. Here a call is named by the
//! process's role, its number and how often this role has made it.
//!
//! A process is let go when it becomes the workload. What is still there when nsinit has ended or
//! its time is over is killed, and told.

#![allow(unsafe_code)] // ptrace(2) and waitpid(2)

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::launch::become_nobody;
use super::proc;
use libc::{c_int, c_long, c_void, pid_t};

/// How long one launch may take. Nothing in it waits for anything but other processes.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long anybody else may be there when the process that was started has ended. Where no PID
/// namespace ends with PID 1, a service on its way sees that PID 1 is gone by its next steps.
const MOMENT: Duration = Duration::from_secs(2);

/// Which process of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The one that was started: the launcher, or the supervisor where there is no launcher.
    Started,
    /// The one that joins namespaces of others.
    Joiner,
    /// The one whose user namespace mounts are mapped by.
    Mapper,
    /// The one that brings moved interfaces back.
    Keeper,
    /// The one that starts pasta(1), and ends it.
    Pasta,
    /// PID 1 of the sandbox.
    Init,
    /// The one that becomes a service, by the order in which they are made.
    Service(u8),
    /// The one that becomes a program for the launcher or for one of these, likewise.
    Tool(u8),
}

/// A system call: whose, which, and how many of it this role has made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub role: Role,
    pub call: c_long,
    pub before: usize,
}

/// How a launch went.
#[derive(Debug)]
pub struct Launch {
    /// Every system call, in the order they were begun.
    pub calls: Vec<Place>,
    /// Whether the call that was to fail was made.
    pub is_reached: bool,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard error.
    pub said: String,
    /// Whether it took longer than we wait.
    pub is_late: bool,
    /// How many processes were there a moment after the one that was started had ended.
    pub outlived_by: usize,
}

/// A process that is traced.
struct Tracee {
    role: Role,
    counts: HashMap<c_long, usize>,
    /// The error that the call it is in is to return.
    pending: Option<c_int>,
}

/// Everything known during one launch.
struct Tracer {
    tracees: HashMap<pid_t, Tracee>,
    /// New processes that stopped before we were told of them, and wait.
    early: Vec<pid_t>,
    /// New processes that ended before we were told of them.
    gone: Vec<pid_t>,
    services: u8,
    tools: u8,
    has_launcher: bool,
    started: pid_t,
    /// The copies of itself that the process which was started will make yet, the last one first.
    copies: Vec<Role>,
    fault: Option<(Place, c_int)>,
    launch: Launch,
}

/// Starts `command`, which is a launcher or not and makes these copies of itself, and sees it
/// through, by `nobody` if it is to be; with `fault` this one call fails with this errno.
pub fn launch(
    mut command: Command,
    has_launcher: bool,
    copies: &[Role],
    is_nobody: bool,
    fault: Option<(Place, c_int)>,
) -> Launch {
    let mut said = memory_file();
    let _ = command.stdout(std::process::Stdio::null()); // itself
    let _ = command.stderr(said.try_clone().unwrap()); // itself
    // SAFETY: one system call between fork and exec.
    let traced = || match unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    };
    // SAFETY: as it says.
    let _ = unsafe { command.pre_exec(traced) }; // itself
    if is_nobody {
        // Only now: who is traced by root keeps what a setuid program gives (ptrace(2)).
        become_nobody(&mut command);
    }
    let started = pid_t::try_from(command.spawn().unwrap().id()).unwrap();
    let watchdog = Watchdog::new();
    let mut tracer = Tracer {
        tracees: HashMap::new(),
        early: Vec::new(),
        gone: Vec::new(),
        services: 0,
        tools: 0,
        has_launcher,
        started,
        copies: copies.iter().rev().copied().collect(),
        fault,
        launch: Launch {
            calls: Vec::new(),
            is_reached: false,
            code: None,
            said: String::new(),
            is_late: false,
            outlived_by: 0,
        },
    };
    tracer.adopt(started, Role::Started, &watchdog);
    tracer.run(&watchdog);
    let mut launch = tracer.launch;
    (launch.is_late, launch.outlived_by) = watchdog.end();
    said.rewind().unwrap();
    let _ = said.read_to_string(&mut launch.said).unwrap(); // its length
    launch
}

impl Tracer {
    /// Takes every stop of every process until none is left.
    fn run(&mut self, watchdog: &Watchdog) {
        let mut is_new = true;
        loop {
            let mut status = 0;
            // Children of other threads are other tests'.
            // SAFETY: one integer is written.
            let pid =
                unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
            if pid < 0 {
                return;
            }
            if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
                self.ended(pid, status, watchdog);
                // Whoever holds namespaces for the launch is a child of ours as well.
                match self.tracees.is_empty() && !self.finds_more(watchdog) {
                    true => return,
                    false => continue,
                }
            }
            if is_new {
                is_new = false;
                let options = libc::PTRACE_O_TRACESYSGOOD
                    | libc::PTRACE_O_TRACECLONE
                    | libc::PTRACE_O_TRACEFORK
                    | libc::PTRACE_O_TRACEVFORK
                    | libc::PTRACE_O_TRACEEXEC
                    | libc::PTRACE_O_EXITKILL;
                let is_set = trace(libc::PTRACE_SETOPTIONS, pid, 0, options as isize);
                assert!(is_set, "{pid} cannot be traced");
            }
            self.stopped(pid, status, watchdog);
        }
    }

    /// A new process: it is known from now on, and goes on when it has stopped already.
    fn adopt(&mut self, pid: pid_t, role: Role, watchdog: &Watchdog) {
        if let Some(place) = self.gone.iter().position(|gone| *gone == pid) {
            let _ = self.gone.swap_remove(place); // itself
            return;
        }
        watchdog.watch(pid);
        let tracee = Tracee { role, counts: HashMap::new(), pending: None };
        assert!(self.tracees.insert(pid, tracee).is_none(), "{pid} twice");
        if let Some(place) = self.early.iter().position(|early| *early == pid) {
            let _ = self.early.swap_remove(place); // itself
            let _ = trace(libc::PTRACE_SYSCALL, pid, 0, 0); // it may have been killed
        }
    }

    /// Takes on whoever was made by a process that was killed before we were told of it, and says
    /// whether there is such a one: it may not have stopped yet.
    fn finds_more(&mut self, watchdog: &Watchdog) -> bool {
        let untold = traced_by_us();
        for pid in &untold {
            self.adopt(*pid, Role::Service(self.services), watchdog);
            self.services += 1;
        }
        !untold.is_empty()
    }

    fn ended(&mut self, pid: pid_t, status: c_int, watchdog: &Watchdog) {
        if self.tracees.remove(&pid).is_none() {
            self.early.retain(|early| *early != pid);
            self.gone.push(pid);
        }
        watchdog.forget(pid);
        if pid == self.started {
            self.launch.code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
            watchdog.hurry();
        }
    }

    /// One stop: at a call's begin or end, at a new process, at a new program, at a signal.
    fn stopped(&mut self, pid: pid_t, status: c_int, watchdog: &Watchdog) {
        let signal = libc::WSTOPSIG(status);
        let mut pass_on = 0;
        if !self.tracees.contains_key(&pid) {
            return self.early.push(pid);
        }
        match status >> 16 {
            libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK => {
                // When it was killed meanwhile, whom it has made is found when it has ended.
                let Some(child) = message(pid) else { return };
                let is_borrower = status >> 16 == libc::PTRACE_EVENT_VFORK;
                let parent = self.tracees.get(&pid).map(|tracee| tracee.role);
                let has_tools = matches!(parent, Some(Role::Started | Role::Pasta));
                let role = match is_borrower {
                    // The joiner makes PID 1.
                    false if pid == self.started => self.copies.pop().unwrap_or(Role::Init),
                    false => Role::Init,
                    true if self.has_launcher && has_tools => Role::Tool(self.tools),
                    true => Role::Service(self.services),
                };
                self.tools += u8::from(matches!(role, Role::Tool(_)));
                self.services += u8::from(matches!(role, Role::Service(_)));
                self.adopt(child, role, watchdog);
            }
            libc::PTRACE_EVENT_EXEC if pid != self.started => {
                // It is the workload now, and no business of ours.
                let _ = self.tracees.remove(&pid); // nothing to be done with it
                watchdog.forget(pid);
                let _ = trace(libc::PTRACE_DETACH, pid, 0, 0); // it may have been killed
                return;
            }
            0 if signal == libc::SIGTRAP | 0x80 => self.at_call(pid),
            0 if !matches!(signal, libc::SIGTRAP | libc::SIGSTOP) => pass_on = signal,
            _ => {}
        }
        let _ = trace(libc::PTRACE_SYSCALL, pid, 0, pass_on as isize); // it may have been killed
    }

    /// The begin or the end of a system call.
    fn at_call(&mut self, pid: pid_t) {
        let Some((is_begin, call)) = call_of(pid) else { return };
        let Some(tracee) = self.tracees.get_mut(&pid) else { return };
        if !is_begin {
            if let Some(errno) = tracee.pending.take() {
                set_result(pid, errno);
            }
            return;
        }
        let count = tracee.counts.entry(call).or_default();
        let place = Place { role: tracee.role, call, before: *count };
        *count += 1;
        self.launch.calls.push(place);
        if let Some((_, errno)) = self.fault.filter(|(fault, _)| *fault == place) {
            tracee.pending = Some(errno);
            self.launch.is_reached = true;
            skip_call(pid);
        }
    }
}

/// Kills a launch that takes too long, from a thread of its own.
struct Watchdog {
    pids: Arc<Mutex<Vec<pid_t>>>,
    news: Sender<News>,
    thread: JoinHandle<(bool, usize)>,
}

/// What the watchdog is told.
enum News {
    /// The process that was started has ended.
    Hurry,
    /// All have.
    Over,
}

impl Watchdog {
    fn new() -> Self {
        let pids = Arc::new(Mutex::new(Vec::new()));
        let (news, told) = channel();
        let watched = Arc::clone(&pids);
        let kill_all = move || {
            let left = watched.lock().unwrap();
            for pid in left.iter() {
                // SAFETY: two integers in.
                let _ = unsafe { libc::kill(*pid, libc::SIGKILL) }; // it may be gone
            }
            left.len()
        };
        let thread = std::thread::spawn(move || match told.recv_timeout(PATIENCE) {
            Err(_) => (kill_all() > 0, 0),
            Ok(News::Over) => (false, 0),
            Ok(News::Hurry) => match told.recv_timeout(MOMENT) {
                Err(_) => (false, kill_all()),
                Ok(News::Hurry | News::Over) => (false, 0),
            },
        });
        Self { pids, news, thread }
    }

    fn watch(&self, pid: pid_t) {
        self.pids.lock().unwrap().push(pid);
    }

    fn forget(&self, pid: pid_t) {
        self.pids.lock().unwrap().retain(|watched| *watched != pid);
    }

    /// Nobody has anything left to do.
    fn hurry(&self) {
        let _ = self.news.send(News::Hurry); // it may have ended by itself
    }

    /// Whether it had to kill the whole launch, and how many it had to kill behind it.
    fn end(self) -> (bool, usize) {
        let _ = self.news.send(News::Over); // as above
        self.thread.join().unwrap()
    }
}

/// The processes whose tracer is this thread (proc_pid_status(5): TracerPid).
fn traced_by_us() -> Vec<pid_t> {
    // SAFETY: nothing goes in, an integer comes out.
    let ours = unsafe { libc::gettid() }.to_string();
    let tracer = |pid: i32| Some(proc::field(&proc::status(pid)?, "TracerPid") == ours);
    proc::pids().into_iter().filter(|pid| tracer(*pid) == Some(true)).collect()
}

/// ptrace(2); whether it went well.
fn trace(request: libc::c_uint, pid: pid_t, address: usize, data: isize) -> bool {
    let (address, data) = (address as *mut c_void, data as *mut c_void);
    // SAFETY: these requests take integers.
    unsafe { libc::ptrace(request, pid, address, data) == 0 }
}

/// The process that an event is about; `None` when the one it happened to is gone.
fn message(pid: pid_t) -> Option<pid_t> {
    let mut number: libc::c_ulong = 0;
    let (request, place) = (libc::PTRACE_GETEVENTMSG, (&raw mut number).cast::<c_void>());
    // SAFETY: the kernel writes one integer.
    let result = unsafe { libc::ptrace(request, pid, std::ptr::null_mut::<c_void>(), place) };
    if result == 0 { pid_t::try_from(number).ok() } else { None }
}

/// Whether it stands at the begin of a call, and which one.
fn call_of(pid: pid_t) -> Option<(bool, c_long)> {
    // SAFETY: integers, for which zero is a value.
    let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
    let (size, place) = (size_of_val(&info), (&raw mut info).cast::<c_void>());
    // SAFETY: the kernel writes at most `size` bytes.
    let len =
        unsafe { libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, pid, size as *mut c_void, place) };
    match info.op {
        _ if len <= 0 => None,
        // SAFETY: the field of a begin.
        libc::PTRACE_SYSCALL_INFO_ENTRY => Some((true, unsafe { info.u.entry.nr }.cast_signed())),
        libc::PTRACE_SYSCALL_INFO_EXIT => Some((false, 0)),
        _ => None,
    }
}

/// x86_64: the number and the result of a call are in the registers orig_rax and rax (user_regs).
#[cfg(target_arch = "x86_64")]
mod registers {
    use super::{c_int, pid_t, trace};

    const WORD: usize = size_of::<u64>();

    pub fn skip_call(pid: pid_t) {
        let place = libc::ORIG_RAX as usize * WORD;
        assert!(trace(libc::PTRACE_POKEUSER, pid, place, -1), "orig_rax of {pid}");
    }

    pub fn set_result(pid: pid_t, errno: c_int) {
        let place = libc::RAX as usize * WORD;
        assert!(trace(libc::PTRACE_POKEUSER, pid, place, -(errno as isize)), "rax of {pid}");
    }
}

/// aarch64: the number is a register set of its own, the result is x0 of the general ones.
#[cfg(target_arch = "aarch64")]
mod registers {
    use super::{c_int, c_void, pid_t};

    const NT_PRSTATUS: usize = 1;
    const NT_ARM_SYSTEM_CALL: usize = 0x404;

    fn set<T>(request: libc::c_uint, pid: pid_t, which: usize, value: &mut T) {
        let mut place = libc::iovec { iov_base: (&raw mut *value).cast(), iov_len: size_of::<T>() };
        // SAFETY: the kernel reads or writes the bytes of `value`, which `place` describes.
        let result = unsafe {
            libc::ptrace(request, pid, which as *mut c_void, (&raw mut place).cast::<c_void>())
        };
        assert_eq!(result, 0, "registers of {pid}");
    }

    pub fn skip_call(pid: pid_t) {
        set(libc::PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &mut -1);
    }

    pub fn set_result(pid: pid_t, errno: c_int) {
        let mut general = [0u64; 34]; // x0 to x30, sp, pc, pstate
        set(libc::PTRACE_GETREGSET, pid, NT_PRSTATUS, &mut general);
        general[0] = (-i64::from(errno)).cast_unsigned();
        set(libc::PTRACE_SETREGSET, pid, NT_PRSTATUS, &mut general);
    }
}

use registers::{set_result, skip_call};

/// A file without a name, for what is written to standard error: unlike a pipe it never blocks.
fn memory_file() -> std::fs::File {
    // SAFETY: a C string in; a descriptor that is ours alone comes out.
    let number = unsafe { libc::memfd_create(c"said".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(number >= 0, "memfd_create: {}", std::io::Error::last_os_error());
    // SAFETY: as above.
    unsafe { OwnedFd::from_raw_fd(number) }.into()
}
