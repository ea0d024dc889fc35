//! Who asks in bad faith: noise, floods, descriptors, silence.
//!
//! Whatever comes, the services keep their processes, PID 1 keeps no descriptor and no processor,
//! and whoever asks properly meanwhile is answered at once.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nsinit::limits::{CONNECTIONS_MAX, REQUEST_MAX};
use nsinit::model::answer::Answer;
use nsinit::model::{Order, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::sandbox::Sandbox;
use super::support::{Who, file, hold_up, proc, signals, wait};

const TWO: &str = "[[service]]\nname = 'deaf'\ngrace = '1h'\n\
                   command = ['sh', '-c', \"trap '' TERM; sleep 1000\"]\n\
                   [[service]]\nname = 'main'\nmain = true\ncommand = ['sleep', '1000']\n";

/// A sandbox that is asked in bad faith, and what it was like before.
struct Victim {
    sandbox: Sandbox,
    main: i32,
    init: i32,
    descriptors: usize,
}

impl Victim {
    fn new(who: Who) -> Self {
        let sandbox = Sandbox::start(who, TWO);
        sandbox.until("deaf", "running");
        let main = sandbox.pid("main");
        let init = proc::field(&proc::status(main).unwrap(), "PPid").parse().unwrap();
        let descriptors = count_descriptors(init);
        Self { sandbox, main, init, descriptors }
    }

    fn connect(&self) -> UnixStream {
        let socket = UnixStream::connect(self.sandbox.directory().join("control")).unwrap();
        socket.set_read_timeout(Some(wait::LIMIT)).unwrap();
        socket
    }

    /// Everything is as it was, and whoever asks properly is answered.
    #[track_caller]
    fn is_well(&self, after: &str) {
        assert_eq!(self.sandbox.pid("main"), self.main, "after {after}");
        wait::until(&format!("its descriptors to be closed after {after}"), || {
            (count_descriptors(self.init) <= self.descriptors).then_some(())
        });
    }

    /// The processor time of PID 1 in ticks (proc_pid_stat(5)): 100 a second.
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.init)).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    fn end(self) {
        // The deaf one would take its hour, and whoever is stopping starts nothing any more.
        self.sandbox.said(&["stop", "--no-wait"]);
        drop(self.sandbox.ask(&["signal", "deaf", "KILL"])); // noise may have ended it
        drop(self.sandbox.end());
    }
}

fn count_descriptors(pid: i32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// sendmsg(2) of bytes and this many copies of a descriptor; whether the kernel took it.
fn send(socket: &UnixStream, bytes: &[u8], descriptor: RawFd, count: usize, flags: i32) -> bool {
    let mut control = vec![0u64; 2 + count.div_ceil(2)];
    let len = 16 + 4 * count;
    control[0] = len as u64;
    control[1] = u64::from(libc::SOL_SOCKET as u32) | u64::from(libc::SCM_RIGHTS as u32) << 32;
    for (index, word) in control[2..].iter_mut().enumerate() {
        let own = u64::from(descriptor as u32);
        *word = if 2 * index + 1 < count { own | own << 32 } else { own };
    }
    let mut part = libc::iovec { iov_base: bytes.as_ptr() as *mut _, iov_len: bytes.len() };
    // SAFETY: all zero is an empty header.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    if count > 0 {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = len;
    }
    let flags = flags | libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;
    // SAFETY: the kernel reads the header, the bytes and the control message.
    unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const header, flags) >= 0 }
}

/// All that is answered until the other end closes.
fn answer(socket: &mut UnixStream) -> String {
    let mut bytes = Vec::new();
    let _ = socket.read_to_end(&mut bytes); // a reset is an end, too
    String::from_utf8(bytes).expect("an answer is text")
}

#[test]
fn what_is_no_request_is_denied_in_a_word() {
    // Looks like {"error":"too-long"} and {"error":"not-understood"}, and then the end.
    let victim = Victim::new(Who::User);
    let long = "x".repeat(REQUEST_MAX + 1) + "\n";
    let endless = vec![b'x'; 1 << 20];
    for (said, error) in [
        (b"\n".as_slice(), "not-understood"),
        (b" status\n", "not-understood"),
        (b"status\r\n", "not-understood"),
        (b"STATUS\n", "not-understood"),
        (b"status main deaf\n", "not-understood"),
        (b"status main\nstop\n", "not-understood"),
        (b"status\0\n", "not-understood"),
        (b"status \x1b[31mmain\n", "not-understood"),
        (b"signal\n", "not-understood"),
        (b"signal main 0\n", "not-understood"),
        (b"signal main 65\n", "not-understood"),
        (b"signal main 4294967305\n", "not-understood"),
        (b"signal main -1\n", "not-understood"),
        (b"stop nobody\n", "no-such-service"),
        (b"enter\n", "not-understood"),
        (long.as_bytes(), "too-long"),
        (&endless, "too-long"),
    ] {
        let mut socket = victim.connect();
        let _ = socket.write_all(said); // it is not read to its end
        let shown = String::from_utf8_lossy(said.get(..40).unwrap_or(said));
        assert_eq!(answer(&mut socket), format!("{{\"error\":\"{error}\"}}\n"), "{shown:?}");
        victim.is_well(&shown);
    }
    victim.end();
}

#[test]
fn a_request_may_come_byte_by_byte_and_half_of_one_is_none() {
    // Looks like an answer to "s", "t", …, and none to "stat" and the end of the writer.
    let victim = Victim::new(Who::User);
    let mut socket = victim.connect();
    for byte in b"status deaf\n" {
        socket.write_all(&[*byte]).unwrap();
    }
    let said = answer(&mut socket);
    assert!(said.starts_with("{\"sandbox\":") && said.lines().count() == 2, "{said}");
    let mut socket = victim.connect();
    socket.write_all(b"stop").unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(answer(&mut socket), "");
    victim.is_well("half a request");
    victim.end();
}

#[test]
fn descriptors_that_nobody_asked_for_are_closed() {
    // Looks like as many open files as before, after 253 with each of a hundred messages.
    for who in Who::BOTH {
        let victim = Victim::new(who);
        let null = std::fs::File::open("/dev/null").unwrap();
        for said in [b"status\n".as_slice(), b"stop nobody\n", b"s", b"enter\n", b"noise\n"] {
            for count in [1, 2, 4, 5, 64, 253] {
                let mut socket = victim.connect();
                assert!(send(&socket, said, null.as_raw_fd(), count, 0), "{count}");
                if said.ends_with(b"\n") {
                    let _ = answer(&mut socket); // for the test of words
                }
            }
        }
        victim.is_well("descriptors");
        victim.end();
    }
}

#[test]
fn a_socket_that_lingers_holds_nobody_up() {
    // Looks like an answer at once, where PID 1 has the last descriptors of a connection that is
    // waited for for an hour when it is closed.
    for who in Who::BOTH {
        let victim = Victim::new(who);
        let mut socket = victim.connect();
        let (_listener, stream) = hold_up::lingering();
        assert_eq!(signals::kill(victim.init, libc::SIGSTOP), 0); // until ours is closed
        assert!(send(&socket, b"enter\n", stream.as_raw_fd(), 4, 0));
        drop(stream);
        assert_eq!(signals::kill(victim.init, libc::SIGCONT), 0);
        assert!(answer(&mut socket).contains("not-understood"));
        victim.is_well("a socket that lingers");
        victim.end();
    }
}

#[test]
fn an_errand_that_could_change_or_keep_us_waiting_is_refused() {
    // Looks like "not-understood" for a pipe, a file on disk, a memfd without seals, and for sealed
    // nonsense.
    use std::os::fd::{FromRawFd as _, OwnedFd};
    let sealed = |bytes: &[u8], seals: i32| {
        // SAFETY: a name and a flag in, a descriptor out, which is ours alone.
        let mut memory = unsafe {
            let fd = libc::memfd_create(c"errand".as_ptr(), libc::MFD_ALLOW_SEALING);
            assert!(fd >= 0);
            std::fs::File::from(OwnedFd::from_raw_fd(fd))
        };
        memory.write_all(bytes).unwrap();
        // SAFETY: three integers in.
        assert_eq!(unsafe { libc::fcntl(memory.as_raw_fd(), libc::F_ADD_SEALS, seals) }, 0);
        memory
    };
    let all = libc::F_SEAL_SEAL | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;
    let good = b"\0\0\x01\0true\0";
    let (pipe, _writer) = std::io::pipe().unwrap();
    let on_disk = file::write(&file::directory(), "errand", 0o644, "\0\0\x01\0true\0");
    let victim = Victim::new(Who::Root);
    let huge = [good.as_slice(), &vec![b'x'; 1 << 20]].concat();
    for (what, errand) in [
        ("a pipe", std::fs::File::from(OwnedFd::from(pipe))),
        ("a file on disk", std::fs::File::open(on_disk).unwrap()),
        ("no seals", sealed(good, 0)),
        ("half the seals", sealed(good, libc::F_SEAL_WRITE)),
        ("nothing", sealed(b"", all)),
        ("no words", sealed(b"\0\0\0\0", all)),
        ("too many words", sealed(b"\0\0\xff\xfftrue\0", all)),
        ("no end", sealed(b"\0\0\x01\0true", all)),
        ("more than there is room for", sealed(&huge, all)),
        ("only ends", sealed(&[0; 4096], all)),
    ] {
        let mut socket = victim.connect();
        assert!(send(&socket, b"enter\n", errand.as_raw_fd(), 4, 0));
        assert_eq!(answer(&mut socket), "{\"error\":\"not-understood\"}\n", "{what}");
        victim.is_well(what);
    }
    victim.end();
}

#[test]
fn who_says_nothing_or_never_reads_is_in_nobodys_way() {
    // Looks like `status` answered at once while a thousand others hold on to what they have.
    let victim = Victim::new(Who::User);
    let mut silent = Vec::new();
    for index in 0..1000 {
        let mut socket = victim.connect();
        match index % 4 {
            0 => {}
            1 => socket.write_all(b"sta").unwrap(),
            2 => socket.write_all(b"status\n").unwrap(),
            _ => socket.write_all(b"stop deaf\n").unwrap(), // waits for an hour
        }
        silent.push(socket);
        if index % 100 == 0 {
            assert_eq!(victim.sandbox.pid("main"), victim.main);
        }
    }
    let most = victim.descriptors + CONNECTIONS_MAX;
    wait::until("the others to be let go", || {
        (count_descriptors(victim.init) <= most).then_some(())
    });
    drop(silent);
    victim.is_well("a thousand who hold on");
    victim.end();
}

#[test]
fn nobody_makes_pid_1_turn_in_circles() {
    // Looks like hardly any processor time of PID 1 while urgent bytes and half-closed sockets of
    // those who wait for an answer lie there for a second.
    let victim = Victim::new(Who::User);
    let mut waiting: Vec<UnixStream> = (0..CONNECTIONS_MAX).map(|_| victim.connect()).collect();
    for (index, socket) in waiting.iter_mut().enumerate() {
        match index % 4 {
            0 => {}
            1 => socket.write_all(b"stop deaf\n").unwrap(),
            2 => socket.write_all(b"status").unwrap(),
            _ => _ = send(socket, b"s", 0, 1, 0),
        }
        if index % 4 == 1 {
            let mut word = [0; 64];
            assert!(socket.read(&mut word).unwrap() > 0, "it is accepted and waits");
        }
        send(socket, b"!", 0, 0, libc::MSG_OOB); // EOPNOTSUPP before Linux 5.15
        if index % 8 > 4 {
            socket.shutdown(std::net::Shutdown::Write).unwrap();
        }
    }
    let (begin, before) = (Instant::now(), victim.ticks());
    while begin.elapsed() < Duration::from_secs(1) {
        assert_eq!(victim.sandbox.pid("main"), victim.main);
    }
    let (spent, passed) = (victim.ticks() - before, begin.elapsed());
    let half = passed / 2;
    assert!(Duration::from_millis(10 * spent) < half, "{spent} ticks of {passed:?}");
    drop(waiting);
    victim.is_well("urgent bytes");
    victim.end();
}

/// Lines near the grammar, and far from it. None stops the whole.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let verb = "(status|stop|restart|reload|logs|enter|signal|ps|[a-z]{0,9})";
    let service = "(main|deaf|nobody|[ -~]{0,70})";
    let words = format!("{verb}( {service}){{0,3}}( (HUP|CONT|9|64|RTMIN|-1|[0-9]{{1,20}}))?\n?");
    let near = proptest::string::string_regex(&words).unwrap().prop_map(String::into_bytes).boxed();
    let noise = proptest::collection::vec(any::<u8>(), 0..2 * REQUEST_MAX);
    let cut = (near.clone(), noise.clone(), 0..64usize).prop_map(|(mut line, noise, at)| {
        line.truncate(at.min(line.len()));
        line.extend(noise);
        line
    });
    prop_oneof![4 => near, 1 => noise, 1 => cut].prop_filter("would end it", |line| {
        let end = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
        match Request::parse(&line[..end]) {
            Some(Request { order: Order::Stop, service }) => service == Some(b"deaf"),
            Some(Request { order: Order::Signal(_) | Order::Restart, service }) => {
                service == Some(b"deaf")
            }
            Some(_) | None => true,
        }
    })
}

#[test]
fn a_thousand_lines_of_noise_are_answered_or_dropped() {
    // Looks like nothing but answers that our own verbs can read, and the sandbox as it was.
    let victim = Victim::new(Who::User);
    let null = std::fs::File::open("/dev/null").unwrap();
    let config = Config { cases: 1000, failure_persistence: None, ..Config::default() };
    let how = (line(), 0..8usize, any::<bool>(), any::<bool>(), 1..300usize);
    let done = TestRunner::new(config).run(&how, |(line, fds, is_oob, reads, piece)| {
        let mut socket = victim.connect();
        for piece in line.chunks(piece) {
            let flags = if is_oob && fds == 0 { libc::MSG_OOB } else { 0 };
            if !send(&socket, piece, null.as_raw_fd(), fds, flags) {
                break; // it was let go
            }
        }
        if reads {
            let _ = socket.shutdown(std::net::Shutdown::Write); // it may be gone
            for line in answer(&mut socket).lines() {
                prop_assert!(Answer::read(line.as_bytes()).is_some(), "{line}");
            }
        }
        prop_assert!(proc::status(victim.main).is_some());
        Ok(())
    });
    done.unwrap_or_else(|error| panic!("{error}"));
    victim.is_well("noise");
    victim.end();
}
