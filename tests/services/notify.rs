//! sd_notify(3): services that say that they are ready, and a service manager outside that listens.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

use super::support::who::Mode;
use super::support::{Run, Who, file, witness};
use super::{command, log, logged, run_file};

/// A service manager: a socket at a path that everybody may send to.
struct Manager {
    path: PathBuf,
    socket: UnixDatagram,
}

impl Manager {
    fn new() -> Self {
        let path = file::directory().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        Self { path, socket }
    }

    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// The next message and how many descriptors came with it, which are closed.
    fn next(&self) -> (String, usize) {
        let (mut text, mut control) = ([0u8; 8192], [0u64; 32]);
        let mut part = libc::iovec { iov_base: text.as_mut_ptr().cast(), iov_len: text.len() };
        // SAFETY: plain numbers and pointers, for which zero is a value.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&control);
        // SAFETY: the kernel writes into the two buffers, whose lengths are given.
        let len = unsafe { libc::recvmsg(self.socket.as_raw_fd(), &raw mut message, 0) };
        let len = usize::try_from(len).expect("no message came");
        let mut count = 0;
        // SAFETY: the kernel filled the control buffer: at most one list of descriptors.
        unsafe {
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            if !header.is_null() && (*header).cmsg_type == libc::SCM_RIGHTS {
                count = ((*header).cmsg_len - size_of::<libc::cmsghdr>()) / 4;
                let numbers = libc::CMSG_DATA(header).cast::<i32>();
                for index in 0..count {
                    libc::close(numbers.add(index).read_unaligned());
                }
            }
        }
        (String::from_utf8_lossy(&text[..len]).into_owned(), count)
    }

    /// Messages until this one.
    fn until(&self, last: &str) -> Vec<String> {
        self.socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut all = Vec::new();
        while all.last().is_none_or(|text| text != last) {
            all.push(self.next().0);
        }
        all
    }

    /// Nothing more came.
    fn assert_silent(&self) {
        self.socket.set_nonblocking(true).unwrap();
        let error = self.socket.recv(&mut [0]).expect_err("there is one more message");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }
}

#[test]
fn services_start_when_those_they_need_have_said_that_they_are_ready() {
    // Looks like three services: two that send READY=1 after others things, the main one after
    // both; a fourth that is ready without a word.
    for who in Who::BOTH {
        let directory = file::directory();
        let late = |name: &str| {
            let notify = "systemd-notify --status=soon; sleep 0.2; echo $0 >>%LOG";
            let script = format!("{notify}; systemd-notify --ready; exec sleep 60");
            let command = format!("command = [\"sh\", \"-c\", {script:?}, {name:?}]");
            format!("[[service]]\nname = {name:?}\nready = 'notify'\n{command}\n")
        };
        let main = "[[service]]\nname = 'main'\nmain = true\nafter = ['one', 'two', 'other']\n\
                    command = ['sh', '-c', 'echo main >>%LOG']\n";
        let other = "[[service]]\nname = 'other'\ncommand = ['sleep', '60']\n";
        let text = [&late("one"), &late("two"), main, other].concat();
        assert_eq!(run_file(who, &directory, &text).end().quietly(0), "");
        let mut log = logged(&directory);
        assert_eq!(log.pop().unwrap(), "main");
        log.sort();
        assert_eq!(log, ["one", "two"]);
    }
}

#[test]
fn the_word_of_one_service_is_nobody_elses() {
    // Looks like READY=1 from a service that is ready already, and another that never says it.
    let text = r#"
        [[service]]
        name = "loud"
        ready = "notify"
        command = ["sh", "-c", "systemd-notify --ready; systemd-notify --ready; exec sleep 60"]
        [[service]]
        name = "mute"
        ready = "notify"
        start-timeout = "300ms"
        command = ["sleep", "60"]
        [[service]]
        name = "main"
        main = true
        after = ["loud", "mute"]
        command = ["sh", "-c", "echo main >>%LOG"]
    "#;
    let directory = file::directory();
    let ended = run_file(Who::Root, &directory, text).end();
    ended.saying(124, &["\"mute\" was not ready within 300ms"]);
    assert_eq!(logged(&directory), [""; 0]);
}

#[test]
fn the_manager_hears_the_main_service_in_every_mode() {
    // Looks like STATUS and READY=1 with MAINPID of nsinit where that is the manager's main
    // process, and without where nobody knows its number outside; a PID inside is never told.
    let command = ["systemd-notify", "STATUS=up", "MAINPID=7", "READY=1", "MAINPIDFD=1"];
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let manager = Manager::new();
            let run = Run::mode(mode, who, &[], &command);
            let run = run.env("NOTIFY_SOCKET", manager.path()).start();
            let expected = match mode {
                Mode::Subreaper => format!("STATUS=up\nREADY=1\nMAINPID={}", run.pid),
                Mode::Run | Mode::Pid1 => "STATUS=up\nREADY=1".into(),
            };
            assert_eq!(manager.next(), (expected, 0), "{mode:?} {who:?}");
            assert_eq!(manager.next(), ("BARRIER=1".into(), 1), "{mode:?} {who:?}");
            run.end().quietly(0);
            manager.assert_silent();
        }
    }
}

#[test]
fn descriptors_go_on_to_the_manager_and_a_barrier_ends_when_it_closes_it() {
    // systemd-notify waits for the barrier; with nobody outside PID 1 is the end of it.
    for who in Who::BOTH {
        let manager = Manager::new();
        let command = ["systemd-notify", "--ready"];
        let run = Run::mode(Mode::Subreaper, who, &[], &command);
        let run = run.env("NOTIFY_SOCKET", manager.path()).start();
        let ready = format!("READY=1\nMAINPID={}", run.pid);
        assert_eq!(manager.next(), (ready, 0));
        assert_eq!(manager.next(), ("BARRIER=1".into(), 1));
        run.end().quietly(0);
        let alone = Run::mode(Mode::Subreaper, who, &["--ready", "notify"], &command).end();
        assert!(alone.took < Duration::from_secs(4), "{:?}", alone.took);
        alone.quietly(0);
    }
}

#[test]
fn side_services_and_commands_beside_them_do_not_speak_to_the_manager() {
    // Looks like no NOTIFY_SOCKET but for main, and READY=1 that nobody outside hears.
    let text = r#"
        [[service]]
        name = "side"
        ready = "notify"
        command = ["sh", "-c", "systemd-notify --ready; exec sleep 60"]
        [[service]]
        name = "mute"
        ready = { exec = ["sh", "-c", "echo check ${NOTIFY_SOCKET-none} >>%LOG"] }
        command = ["sh", "-c", "echo mute ${NOTIFY_SOCKET-none} >>%LOG; exec sleep 60"]
        [[service]]
        name = "main"
        main = true
        after = ["side", "mute"]
        command = ["systemd-notify", "STATUS=main"]
    "#;
    for who in Who::BOTH {
        let (directory, manager) = (file::directory(), Manager::new());
        let run = run_file(who, &directory, text).env("NOTIFY_SOCKET", manager.path()).start();
        assert_eq!(manager.until("STATUS=main"), ["STATUS=main"]);
        drop(manager); // nobody takes the barrier: that is told, and no reason to wait
        run.end().saying(0, &[""]);
        let mut log = logged(&directory);
        log.sort();
        assert_eq!(log, ["check none", "mute none"], "{who:?}");
    }
}

#[test]
fn a_readiness_of_another_kind_is_told_to_the_manager() {
    // Looks like READY=1 for a line to descriptor 3 and for a check that succeeds.
    for flag in ["fd=3", "exec=true"] {
        let manager = Manager::new();
        let script = ["sh", "-c", "echo >&3; exec sleep 60"];
        let run = Run::mode(Mode::Subreaper, Who::User, &["--ready", flag], &script);
        let run = run.stdin(std::fs::File::open("/dev/null").unwrap());
        let run = run.env("NOTIFY_SOCKET", manager.path()).start();
        let expected = format!("READY=1\nMAINPID={}", run.pid);
        assert_eq!(manager.until(&expected), [expected], "{flag}");
        run.kill(libc::SIGTERM);
        drop(run.end());
    }
}

#[test]
fn what_a_manager_is_asked_to_keep_is_not_said_to_be_closed() {
    // Looks like FDSTORE=1 that goes on to the manager, and no word of ours.
    let manager = Manager::new();
    let command = ["systemd-notify", "--no-block", "READY=1", "FDSTORE=1"];
    let run = Run::mode(Mode::Subreaper, Who::User, &["--ready", "notify"], &command);
    let run = run.env("NOTIFY_SOCKET", manager.path()).start();
    assert_eq!(manager.next().0, format!("READY=1\nFDSTORE=1\nMAINPID={}", run.pid));
    run.end().quietly(0);
}

#[test]
fn hostile_messages_are_survived() {
    // Looks like a flood of noise, of empty, cut and long messages, in front of READY=1.
    let directory = file::directory();
    let text = format!(
        "[[service]]\nname = 'loud'\nready = 'notify'\n{}\n\
         [[service]]\nname = 'main'\nmain = true\nafter = ['loud']\n{}\n",
        command(&["flood"]),
        command(&["serve", "main", &log(&directory)])
    );
    let mut run = run_file(Who::User, &directory, &text).start();
    run.wait_for("main serves");
    run.kill(libc::SIGTERM);
    run.end().saying(0, &["\"loud\" names 1 as its main process, which is not taken"]);
}

#[test]
fn variables_that_named_us_name_the_main_service() {
    // Looks like the PID of the shell in LISTEN_PID and WATCHDOG_PID, and descriptor 3 open in it;
    // LISTEN_PIDFDID is the inode number of its pidfd.
    let front = "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_PIDFDID=1 WATCHDOG_PID=$$; \
                 exec 3</dev/null \"$@\"";
    for who in Who::BOTH {
        for mode in [Mode::Subreaper, Mode::Pid1] {
            let own = witness(&["listened"]);
            let own: Vec<&OsStr> = own.iter().map(AsRef::as_ref).collect();
            let words = mode.words(who, &[], &own);
            // The shell stands where nsinit is started: behind unshare(1).
            let at = words.iter().position(|word| word.to_string_lossy().ends_with("nsinit"));
            let (before, nsinit) = words.split_at(at.unwrap());
            let shell = ["sh", "-c", front, "sh"].map(OsString::from);
            let all = [before, shell.as_slice(), nsinit].concat();
            assert_eq!(Run::command(who, all).end().quietly(0), "true true true\n");
        }
    }
}

#[test]
fn a_manager_that_is_gone_is_told_and_no_harm() {
    // Looks like a message on standard error, and the right exit code.
    let run = Run::mode(Mode::Subreaper, Who::User, &[], &["systemd-notify", "--ready"]);
    let ended = run.env("NOTIFY_SOCKET", "@nobody-listens-here").end();
    ended.saying(0, &["a message for the manager at NOTIFY_SOCKET: ECONNREFUSED, going on"]);
}

#[test]
fn a_manager_that_does_not_read_holds_nobody_up() {
    // Looks like 200 messages that lie there when their sender has ended, and a manager with room
    // for ten of them: it is waited for once, and not 190 times.
    let manager = Manager::new();
    let front = "echo 512 >/proc/sys/net/unix/max_dgram_qlen && exec \"$@\"";
    let own = witness(&["last-words", "200"]);
    let own: Vec<&OsStr> = own.iter().map(AsRef::as_ref).collect();
    let words = Mode::Subreaper.words(Who::Root, &["--ready", "notify"], &own);
    let before = ["unshare", "-n", "sh", "-c", front, "sh"].map(OsString::from);
    let run = Run::command(Who::Root, before.into_iter().chain(words));
    let ended = run.env("NOTIFY_SOCKET", manager.path()).end();
    assert!(ended.took < Duration::from_secs(10), "{:?}", ended.took);
    ended.saying(0, &["a message for the manager at NOTIFY_SOCKET: EAGAIN, going on"]);
}
