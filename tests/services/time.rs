//! Time: it passes also where something always comes, and by the clock that sleep is counted by.

use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::time::Duration;

use super::support::terminal::Terminal;
use super::support::{Mode, Run, Who, file, proc, signals, wait};
use super::{command, run_file};

/// Sends to NOTIFY_SOCKET, again and again.
const NOTIFY: &str = "exec python3 -c 'import os, socket\n\
                      there = os.environ[\"NOTIFY_SOCKET\"].replace(\"@\", \"\\0\")\n\
                      own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n\
                      while True: own.sendto(b\"STATUS=x\", there)'";

#[test]
fn who_always_has_something_to_say_is_killed_after_its_grace_all_the_same() {
    // Looks like a service that does not heed TERM and writes to its log, or to its notify socket,
    // without a pause: so there never is a moment in which nothing comes.
    for who in Who::BOTH {
        for (key, script) in
            [("log = '%LOG'", "exec yes"), ("ready = 'notify'\nstart-timeout = '1h'", NOTIFY)]
        {
            let directory = file::directory();
            let script = format!("trap '' TERM; echo on >&2; {script}");
            let text = format!(
                "[[service]]\nname = 'main'\ngrace = '200ms'\n{key}\n\
                 command = ['sh', '-c', {script:?}]\n"
            );
            let text = if key.starts_with("log") { text + "stderr = 'inherit'\n" } else { text };
            let mut run = run_file(who, &directory, &text).start();
            run.wait_for_error("on");
            run.kill(libc::SIGTERM);
            assert!(run.ends(wait::LIMIT), "{who:?} {key}");
            run.end().saying(137, &["run: \"main\" did not stop within its grace and was killed"]);
        }
    }
}

#[test]
fn a_service_that_was_ready_and_stops_in_one_breath_was_ready() {
    // Looks like a job that says both and ends, twenty times, and a main service behind it.
    let job = command(&["notify-and-end", "READY=1\nSTOPPING=1"]);
    let text = format!(
        "[[service]]\nname = 'job'\nready = 'notify'\n{job}\n\
         [[service]]\nname = 'main'\nmain = true\nafter = ['job']\ncommand = ['true']\n"
    );
    for who in Who::BOTH {
        for _ in 0..20 {
            drop(run_file(who, &file::directory(), &text).end().quietly(0));
        }
    }
}

#[test]
fn time_is_counted_by_the_clock_that_a_sleep_is_counted_by() {
    // Looks like CLOCK_MONOTONIC in each call, which stands still while the machine is suspended,
    // as a timeout of ppoll(2) does: a service that slept with the machine was not silent.
    let flags = ["--restart", "always", "--restart-limit", "1", "--restart-delay", "1ms"];
    let words = Mode::Subreaper.words(Who::Root, &flags, &["false".as_ref()]);
    let strace = ["strace", "-qq", "-e", "trace=clock_gettime"].map(std::ffi::OsString::from);
    let ended = Run::command(Who::Root, strace.into_iter().chain(words)).end();
    let calls: Vec<_> = ended.err.lines().filter(|line| line.contains("clock_gettime")).collect();
    assert!(calls.len() > 2, "{}", ended.err);
    assert!(calls.iter().all(|call| call.contains("CLOCK_MONOTONIC")), "{}", ended.err);
}

/// The first child of a process.
fn child_of(pid: i32) -> i32 {
    wait::until("a child", || proc::children(pid).first().copied())
}

/// The PID of the command, `sleep`, of whoever supervises.
fn command_of(supervisor: i32) -> i32 {
    let pid = child_of(supervisor);
    let is_sleep = || std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap() == "sleep\n";
    wait::until("its command", || is_sleep().then_some(()));
    pid
}

/// This very thread traces a process from now on (ptrace(2)): when it ends it stays a zombie until
/// we look at it.
fn traced(pid: i32) -> i32 {
    // SAFETY: two integers in, and two that are not used.
    let done = unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, 0, 0) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    pid
}

/// Whoever traces it takes note of its end.
fn look_at(pid: i32) {
    // SAFETY: the kernel writes nothing.
    assert_eq!(unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::__WALL) }, pid);
}

/// The processor time of a process in ticks (proc_pid_stat(5)): 100 a second.
fn ticks(pid: i32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

#[test]
fn an_end_that_a_debugger_has_not_looked_at_is_waited_for_and_not_asked_for() {
    // Looks like a killed service, or a killed PID 1, that stays a zombie, because whoever traces
    // it takes half a second to look: nsinit sleeps meanwhile, and has the exit code when it is
    // known.
    for mode in [Mode::Subreaper, Mode::Run] {
        let run = Run::mode(mode, Who::Root, &[], &["sleep", "1000"]).start();
        let pid = match mode {
            Mode::Subreaper | Mode::Pid1 => traced(command_of(run.pid)),
            Mode::Run => {
                let init = child_of(run.pid);
                let _ = command_of(init);
                traced(init)
            }
        };
        assert_eq!(signals::kill(pid, libc::SIGKILL), 0);
        wait::until("its end", || proc::status(pid).unwrap().contains("State:\tZ").then_some(()));
        let before = ticks(run.pid);
        std::thread::sleep(Duration::from_millis(500)); // nothing happens: that is the test
        let used = ticks(run.pid) - before;
        look_at(pid);
        assert_eq!(run.end().code, 137);
        assert!(used < 10, "{mode:?}: {used} ticks");
    }
}

#[test]
fn what_cannot_die_is_not_waited_for_for_ever() {
    // Looks like a killed service of which a debugger has not taken note: ten seconds for it, and
    // ten more for what is left, and nsinit ends as if it had died.
    let flags = ["--grace", "100ms", "--stop-signal", "WINCH"];
    let run = Run::mode(Mode::Subreaper, Who::Root, &flags, &["sleep", "1000"]).start();
    let pid = traced(command_of(run.pid));
    run.kill(libc::SIGTERM);
    let ended = run.end();
    look_at(pid);
    assert!(ended.took > Duration::from_secs(20), "{:?}", ended.took);
    ended.saying(137, &["\"main\" did not stop within its grace and was killed"]);
}

/// Whether a program can write to this terminal now.
fn has_room(terminal: &Terminal) -> bool {
    let fd = terminal.program_end.as_raw_fd();
    let mut source = libc::pollfd { fd, events: libc::POLLOUT, revents: 0 };
    // SAFETY: the kernel reads and writes one entry.
    unsafe { libc::poll(&raw mut source, 1, 0) == 1 }
}

#[test]
fn a_terminal_that_nobody_reads_from_holds_nobody_up() {
    // Looks like a service that crashes all the time, until its messages have filled the terminal;
    // nsinit hears TERM all the same. What fits is filled first, but for some hundred bytes.
    let terminal = Terminal::new();
    let mut filler = std::fs::File::from(terminal.program_end.try_clone().unwrap());
    while has_room(&terminal) {
        filler.write_all(&[b'x'; 64]).unwrap();
    }
    let mut reader = std::fs::File::from(terminal.person_end.try_clone().unwrap());
    while !has_room(&terminal) {
        let _ = reader.read(&mut [0; 64]).unwrap();
    }
    let flags = ["--restart=always", "--restart-limit=1000000", "--restart-delay=1ms"];
    let flags = [&flags[..], &["--restart-delay-max=1ms"]].concat();
    let run = Run::mode(Mode::Subreaper, Who::User, &flags, &["false"]);
    let error = terminal.program_end.as_raw_fd();
    // SAFETY: two integers in.
    let run = run.before_exec(move || unsafe { _ = libc::dup2(error, 2) });
    let mut run = run.start();
    wait::until("the terminal to be full", || (!has_room(&terminal)).then_some(()));
    std::thread::sleep(Duration::from_millis(100)); // for more messages, which find no room
    run.kill(libc::SIGTERM);
    assert!(run.ends(wait::LIMIT), "it waits for a reader");
    drop(run.end());
}
