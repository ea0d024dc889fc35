//! What the witness can be asked to do. Each role gives the exit code.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use super::signals::{Received, block_all, fork, kill, wait_for_children};
use super::{calls, hold_up, hunt, proc, reach};

pub fn play(words: &[&str]) -> i32 {
    match *words {
        ["clocks"] => clocks(),
        ["call", ref numbers @ ..] => calls::call(numbers),
        ["foreign-call"] => calls::foreign(),
        ["reach", ref words @ ..] => reach::reach(words),
        ["lock-namespaces"] => reach::lock_namespaces(),
        ["locked-namespaces"] => reach::locked_namespaces(),
        ["thread"] => calls::thread(),
        ["breed", most] => breed(most.parse().unwrap()),
        ["hunt", command] => hunt::hunt(command),
        ["loopback"] => loopback(),
        ["tcp-serve", address, text] => tcp_serve(address, text),
        ["tcp-listen", address] => tcp_listen(address),
        ["tcp-ask", ref addresses @ ..] => tcp_ask(addresses),
        ["die", signal] => die(signal.parse().unwrap()),
        ["signals"] => signals(),
        ["family"] => family(),
        ["provoke-init"] => provoke_init(),
        ["leave", file, code, ref who @ ..] => leave(file, code.parse().unwrap(), who),
        ["serve", name, log] => serve(name, log),
        ["crash", log, left, code] => crash(log, left, code.parse().unwrap()),
        ["orphans", count] => orphans(count.parse().unwrap()),
        ["idle"] => idle(),
        ["handle", signal] => handle(signal.parse().unwrap()),
        ["hold", file, code] => hold(file, code.parse().unwrap()),
        ["fork-on"] => fork_on(),
        ["notify", text] => notify(text),
        ["notify-and-end", text] => notify_and_end(text),
        ["flood"] => flood(),
        ["linger"] => hold_up::linger(),
        ["last-words", count] => last_words(count.parse().unwrap()),
        ["listened"] => listened(),
        ["apart", kind] => apart(kind),
        ["abandon", micros, ref words @ ..] => abandon(micros.parse().unwrap(), words),
        _ => 99,
    }
}

/// Prints one line at once.
fn say(line: &str) {
    let mut out = std::io::stdout();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// A clock in nanoseconds.
pub fn clock_ns(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// The two clocks of a time namespace.
fn clocks() -> i32 {
    say(&format!("{} {}", clock_ns(libc::CLOCK_MONOTONIC), clock_ns(libc::CLOCK_BOOTTIME)));
    0
}

/// Says a text to the first who asks.
fn tcp_serve(address: &str, text: &str) -> i32 {
    let listener = TcpListener::bind(address).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(format!("{text}\n").as_bytes()).unwrap();
    0
}

/// Lets everybody in who comes, and says nothing.
fn tcp_listen(address: &str) -> i32 {
    let listener = TcpListener::bind(address).unwrap();
    listener.incoming().for_each(drop);
    0
}

/// Prints what each of these says. One that is not there yet is asked again: nothing tells when a
/// listener in another sandbox begins.
fn tcp_ask(addresses: &[&str]) -> i32 {
    for address in addresses {
        let mut stream = super::wait::until("a listener", || TcpStream::connect(address).ok());
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        say(text.trim_end());
    }
    0
}

/// A byte through 127.0.0.1; what stands in the way, if something does.
fn loopback() -> i32 {
    let through = || {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut there = TcpStream::connect(listener.local_addr()?)?;
        let (mut here, _) = listener.accept()?;
        there.write_all(b"!")?;
        here.read_exact(&mut [0])
    };
    match through() {
        Ok(()) => say("a byte came through"),
        Err(error) => say(&format!("{:?}", error.kind())),
    }
    0
}

/// Is ended by a signal, without a core dump.
fn die(signal: i32) -> i32 {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel reads one struct.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    kill(i32::try_from(std::process::id()).unwrap(), signal);
    98
}

/// Tells every signal that comes: number, si_code, value. TERM is the last.
fn signals() -> i32 {
    block_all();
    say("ready;");
    loop {
        let Received { number, code, value } = Received::next();
        say(&format!("{number} {code} {value};"));
        if number == libc::SIGTERM {
            return 0;
        }
    }
}

/// Two in one process group, each of which tells every signal that it gets but CHLD. The child
/// ends by QUIT, its parent by TERM.
fn family() -> i32 {
    block_all();
    let (who, last) = match fork() {
        0 => ("child", libc::SIGQUIT),
        _ => ("parent", libc::SIGTERM),
    };
    say(&format!("{who} is ready;"));
    loop {
        match Received::next().number {
            libc::SIGCHLD => {}
            number => {
                say(&format!("{who} {number};"));
                if number == last {
                    return 0;
                }
            }
        }
    }
}

/// Sends PID 1 every signal but TERM, which asks for the end. KILL and STOP it cannot get from
/// inside (pid_namespaces(7)). What it passes on comes to us, who do not mind.
fn provoke_init() -> i32 {
    block_all();
    for number in (1..=64).filter(|number| *number != libc::SIGTERM) {
        assert_eq!(kill(1, number), 0, "kill(1, {number})");
    }
    assert_eq!(kill(1, 0), 0, "PID 1 is gone");
    say("alive");
    0
}

/// Ends with `code` and leaves processes behind, each in a session of its own: a "slow" one needs a
/// while to stop and then writes "saved" into `file`, a "stubborn" one does not mind TERM, and the
/// first thread of a "headless" one has ended (pthread_exit(3)); it is as slow.
fn leave(file: &str, code: i32, who: &[&str]) -> i32 {
    let (mut ready, tell) = std::io::pipe().unwrap();
    block_all();
    for who in who {
        if fork() == 0 {
            // SAFETY: nothing in; a forked child leads no process group.
            unsafe { libc::setsid() };
            let is_stubborn = *who == "stubborn";
            let is_headless = *who == "headless";
            let status = || std::fs::read_to_string("/proc/self/status").unwrap();
            let (mut tell, file) = (tell.try_clone().unwrap(), file.to_string());
            let work = move || {
                let is_whole = || proc::field(&status(), "State").starts_with(|c| c != 'Z');
                while is_headless && is_whole() {
                    std::thread::yield_now();
                }
                tell.write_all(b"+").unwrap();
                while Received::next().number != libc::SIGTERM || is_stubborn {}
                std::thread::sleep(std::time::Duration::from_millis(200)); // its work, not a wait
                std::fs::write(file, "saved").unwrap();
                // SAFETY: an integer in; it does not return.
                unsafe { libc::_exit(0) }
            };
            if !is_headless {
                work();
            }
            let _ = std::thread::spawn(work);
            // SAFETY: exit(2) of this thread alone; nothing of its stack is borrowed.
            unsafe { libc::syscall(libc::SYS_exit, 0) };
        }
    }
    for _ in who {
        ready.read_exact(&mut [0]).unwrap();
    }
    code
}

/// Makes so many children that do nothing, or as many as can be; they end with us.
fn breed(most: usize) -> i32 {
    let (mut end, keep) = std::io::pipe().unwrap();
    let mut children = 0;
    let ended = loop {
        if children == most {
            break "done";
        }
        // SAFETY: nothing in; the child waits and ends.
        match unsafe { libc::fork() } {
            -1 => break calls::name(std::io::Error::last_os_error().raw_os_error().unwrap()),
            0 => {
                drop(keep);
                let _ = end.read(&mut [0]); // nothing comes before our end
                return 0;
            }
            _ => children += 1,
        }
    };
    say(&format!("{children} {ended}"));
    0
}

/// Does nothing until its input ends.
fn idle() -> i32 {
    while std::io::stdin().read(&mut [0]).is_ok_and(|len| len > 0) {}
    0
}

/// Has a handler for one signal, and for no other.
fn handle(signal: i32) -> i32 {
    extern "C" fn tell(_number: i32) {
        // SAFETY: eight bytes of this program; write(2) may be called in a handler.
        unsafe { libc::write(1, c"handled;".as_ptr().cast(), 8) };
    }
    // SAFETY: a handler that lives as long as the program.
    unsafe { libc::signal(signal, tell as *const () as usize) };
    say("ready;");
    loop {
        // SAFETY: nothing in.
        unsafe { libc::pause() };
    }
}

/// Ends with `code` on TERM, at once, beside a process in a session of its own that takes 200 ms to
/// write "saved" into `file`.
fn hold(file: &str, code: i32) -> i32 {
    leave(file, 0, &["slow"]);
    say("ready;");
    while Received::next().number != libc::SIGTERM {}
    code
}

/// Ends and leaves a process, in a session of its own and deaf to signals, that forks and ends, and
/// so does its child, and so on.
fn fork_on() -> i32 {
    let (mut ready, tell) = std::io::pipe().unwrap();
    block_all();
    if fork() == 0 {
        // SAFETY: nothing in; a forked child leads no process group.
        unsafe { libc::setsid() };
        // SAFETY: an integer in. Nobody shall wait for the end of its outputs.
        (0..3).for_each(|fd| unsafe { _ = libc::close(fd) });
        drop(tell);
        loop {
            if fork() != 0 {
                return 0;
            }
        }
    }
    drop(tell);
    ready.read(&mut [0]).map_or(1, |_| 0)
}

/// sd_notify(3): one datagram to NOTIFY_SOCKET; then waits for TERM.
fn notify(text: &str) -> i32 {
    let Ok(path) = std::env::var("NOTIFY_SOCKET") else {
        say("no NOTIFY_SOCKET");
        return 1;
    };
    block_all();
    let sent = UnixDatagram::unbound().and_then(|socket| match path.strip_prefix('@') {
        Some(name) => socket.send_to_addr(text.as_bytes(), &SocketAddr::from_abstract_name(name)?),
        None => socket.send_to(text.as_bytes(), path),
    });
    say(&format!("{} {sent:?};", std::process::id()));
    while Received::next().number != libc::SIGTERM {}
    0
}

/// Where NOTIFY_SOCKET leads, and a socket to speak from.
pub fn manager() -> (UnixDatagram, SocketAddr) {
    let name = std::env::var("NOTIFY_SOCKET").unwrap();
    let address = SocketAddr::from_abstract_name(name.strip_prefix('@').unwrap()).unwrap();
    (UnixDatagram::unbound().unwrap(), address)
}

/// Says this to our manager and has nothing more to do.
fn notify_and_end(text: &str) -> i32 {
    let (socket, address) = manager();
    socket.send_to_addr(text.as_bytes(), &address).map_or(1, |_| 0)
}

/// Messages that are none, in front of one that is; then waits for TERM.
fn flood() -> i32 {
    block_all();
    let (socket, address) = manager();
    let pids = "MAINPID=1\n".repeat(300);
    let noise: Vec<u8> =
        (0..4096u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    for _ in 0..300 {
        for text in [b"".as_slice(), &[0; 4096], &noise, &[b'='; 9000], pids.as_bytes()] {
            socket.send_to_addr(text, &address).unwrap();
        }
    }
    socket.send_to_addr(b"READY=1", &address).unwrap();
    while Received::next().number != libc::SIGTERM {}
    0
}

/// Says so many things and READY=1 while our parent is stopped, and ends; then that goes on.
fn last_words(count: usize) -> i32 {
    let (socket, address) = manager();
    // SAFETY: takes no memory of ours.
    let parent = unsafe { libc::getppid() };
    // SAFETY: as above; no other thread runs, and the child only waits for our end.
    let child = unsafe { libc::fork() };
    if child == 0 {
        while std::os::unix::process::parent_id() != parent.unsigned_abs() {
            std::thread::yield_now();
        }
        // SAFETY: two integers in.
        return unsafe { libc::kill(parent, libc::SIGCONT) };
    }
    // SAFETY: two integers in.
    unsafe { libc::kill(parent, libc::SIGSTOP) };
    for _ in 0..count {
        socket.send_to_addr(b"STATUS=busy", &address).unwrap();
    }
    socket.send_to_addr(b"READY=1", &address).unwrap();
    0
}

/// Whether LISTEN_PID, WATCHDOG_PID and LISTEN_PIDFDID name us, and descriptor 3 is open.
fn listened() -> i32 {
    let own = std::process::id().to_string();
    // SAFETY: an integer in.
    let is_open = unsafe { libc::fcntl(3, libc::F_GETFD) } >= 0;
    // SAFETY: two integers in.
    let pidfd = unsafe { libc::syscall(libc::SYS_pidfd_open, std::process::id(), 0) };
    // SAFETY: plain numbers, for which zero is a value.
    let mut state: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one struct.
    unsafe { libc::fstat(i32::try_from(pidfd).unwrap(), &raw mut state) };
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|own| own == value);
    let names = is("LISTEN_PID", &own) && is("WATCHDOG_PID", &own);
    say(&format!("{names} {} {is_open}", is("LISTEN_PIDFDID", &state.st_ino.to_string())));
    0
}

/// Starts a program, sees it executed, and ends so long after that. Our PID is "PARENT" to it.
#[allow(clippy::zombie_processes, reason = "to leave it behind is the role")]
fn abandon(micros: u64, words: &[&str]) -> i32 {
    let own = std::process::id().to_string();
    let mut program = std::process::Command::new(words[0]);
    program.args(words[1..].iter().map(|word| word.replace("PARENT", &own))).spawn().unwrap();
    super::wait::spin(std::time::Duration::from_micros(micros));
    0
}

/// A service that notes its start, its PID and its stop in `log`, each with one write, and stops on
/// TERM.
fn serve(name: &str, log: &str) -> i32 {
    block_all();
    note(log, &format!("{name} starts {}", std::process::id()));
    say(&format!("{name} serves"));
    while Received::next().number != libc::SIGTERM {}
    note(log, &format!("{name} stops"));
    0
}

/// Notes the time, how many others there are and our namespaces in `log`; leaves a "child" or
/// "daemon" that does not end by itself, or nothing; exits with `code`, from 128 on by a signal.
fn crash(log: &str, left: &str, code: i32) -> i32 {
    let kinds = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
    let links = kinds.map(|kind| proc::namespace("self", kind)).join(" ");
    let others = proc::pids().len() - 2; // PID 1 and we
    note(log, &format!("{} {others} {links}", clock_ns(libc::CLOCK_MONOTONIC)));
    let (mut ready, mut tell) = std::io::pipe().unwrap();
    if left != "nothing" && fork() == 0 {
        if left == "daemon" {
            // SAFETY: nothing in; a forked child leads no process group.
            unsafe { libc::setsid() };
        }
        block_all();
        tell.write_all(b"+").unwrap();
        loop {
            Received::next();
        }
    }
    drop(tell);
    let _ = ready.read(&mut [0]).unwrap(); // until it is set up, or there is none
    if code >= 128 { die(code - 128) } else { code }
}

/// One line at the end of a file, in one write.
fn note(log: &str, line: &str) {
    let mut log = OpenOptions::new().append(true).create(true).open(log).unwrap();
    log.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Makes orphans: families whose parent ends at once and leaves its children, each of which ends at
/// once, too, before or after.
fn orphans(count: u32) -> i32 {
    const FAMILY: u32 = 50;
    for _ in 0..count / FAMILY {
        if fork() == 0 {
            for _ in 0..FAMILY {
                if fork() == 0 {
                    return 0;
                }
            }
            return 0;
        }
        wait_for_children();
    }
    say("all are orphans");
    0
}

/// A thread in a namespace of its own, and children that will be in another one, where the process
/// is in neither.
fn apart(kind: &str) -> i32 {
    let flag = if kind == "time" { libc::CLONE_NEWTIME } else { libc::CLONE_NEWUTS };
    let unshare = move || {
        // SAFETY: an integer in.
        assert_eq!(unsafe { libc::unshare(flag) }, 0, "{}", std::io::Error::last_os_error());
        say("apart");
        loop {
            std::thread::park();
        }
    };
    match kind {
        "time" => unshare(),
        _ => std::thread::spawn(unshare).join().map_or(1, |never: i32| never),
    }
}
