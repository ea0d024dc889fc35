//! `seccomp-log`: which calls were refused, told once each, by an answer that is the filter's.

use super::support::{Mode, Run, Who, file, witness};

/// What a call comes to, and what was told of it.
fn tried(who: Who, mode: Mode, log: &str, numbers: &[&str]) -> (String, String) {
    let words = witness(&[&["call"], numbers].concat());
    let flags = ["--seccomp=default", "--seccomp-log", log];
    let ended = Run::mode(mode, who, &flags, &words).end();
    assert_eq!(ended.code, 0, "{}", ended.err);
    (ended.out.trim().to_owned(), ended.err)
}

#[test]
fn a_refused_call_is_told_with_its_task_and_fails_as_ever() {
    // Looks like run: "main", task 2, was refused unshare(0x10000000, …): errno EPERM.
    let unshare = libc::SYS_unshare.to_string();
    let socket = libc::SYS_socket.to_string();
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let (said, told) = tried(who, mode, "refused", &[&unshare, "0x10000000"]);
            assert_eq!(said, "EPERM", "{who:?} {mode:?}");
            assert!(told.contains("was refused unshare(0x10000000, "), "{told}");
            assert!(told.contains("): errno EPERM\n") && told.lines().count() == 1, "{told}");
            let (said, told) = tried(who, mode, "refused", &[&socket, "40", "1", "0"]);
            assert_eq!(said, "EAFNOSUPPORT", "{who:?} {mode:?}");
            assert!(told.contains("socket(0x28, 0x1, 0x0): errno EAFNOSUPPORT"), "{told}");
            let (said, told) = tried(who, mode, "refused", &["500"]);
            assert!(said == "ENOSYS" && told.contains("call 500(0x0, 0x0, 0x0)"), "{told}");
            let (said, told) = tried(who, mode, "none", &[&unshare, "0x10000000"]);
            assert_eq!((said.as_str(), told.as_str()), ("EPERM", ""), "{who:?} {mode:?}");
        }
    }
}

#[test]
fn a_filter_can_be_tried_before_it_holds() {
    // Looks like "would be refused", and the call made.
    let unshare = libc::SYS_unshare.to_string();
    for who in Who::BOTH {
        let (said, told) = tried(who, Mode::Run, "allowed", &[&unshare, "0x10000000"]);
        assert_eq!(said, "done");
        assert!(told.contains("would be refused unshare(0x10000000"), "{told}");
    }
    // A file that kills is as harmless then, but for calls of our own before the command.
    let filter = "default kill\nallow execve exit_group sendmsg\n";
    let path = file::write(&file::directory(), "tried.seccomp", 0o644, filter);
    let words = ["run", "--seccomp", &path, "--seccomp-log=allowed", "--", "/bin/busybox", "true"];
    let ended = Run::nsinit(Who::User, &words).end();
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("would be refused brk(0x0, 0x"), "{}", ended.err);
    assert!(ended.err.contains("): kill\n"), "{}", ended.err);
}

#[test]
fn each_call_is_told_once_whoever_makes_it() {
    // Looks like one line for a thousand calls, of processes and of a service that starts again.
    let script = "for i in 1 2 3 4 5; do unshare -U true 2>/dev/null; done; exit 3";
    let flags = ["run", "--seccomp=default", "--seccomp-log=refused", "--restart=on-failure"];
    let more = ["--restart-limit=2", "--restart-delay=1ms", "--", "sh", "-c", script];
    let ended = Run::nsinit(Who::User, &[&flags[..], &more].concat()).end();
    let told = ended.err.lines().filter(|line| line.contains("refused unshare"));
    assert_eq!((ended.code, told.count()), (124, 1), "{}", ended.err);
}

#[test]
fn commands_beside_a_service_are_told_of_as_well() {
    // Looks like the check of a service, which is refused what it wants.
    let text = r#"
[security]
seccomp = "default"
seccomp-log = "refused"

[[service]]
name = "web"
command = ["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.01; done"]
ready = { exec = ["sh", "-c", "unshare -U true 2>/dev/null; kill $PPID"] }
"#;
    let path = file::write(&file::directory(), "box.toml", 0o644, text);
    let mut run = Run::nsinit(Who::User, &["run", &path]).start();
    run.wait_for_error("\"web\", task ");
    run.wait_for_error("was refused unshare(0x10000000");
    run.kill(libc::SIGTERM);
    assert_eq!(run.end().code, 7);
}

#[test]
fn a_command_before_the_stop_has_its_filter_when_all_was_let_go() {
    // Looks like the line of the call that it was refused, and the end that was asked for.
    for mode in [Mode::Subreaper, Mode::Run] {
        let filter = ["--seccomp=default", "--seccomp-log=refused"];
        let flags = [&filter[..], &["--pre-stop", "exec=unshare -U true"]].concat();
        let mut run = Run::mode(mode, Who::Root, &flags, &witness(&["handle", "15"])).start();
        run.wait_for("ready;");
        run.kill(libc::SIGTERM);
        run.wait_for_error("was refused unshare(0x10000000");
        run.wait_for("handled;");
        run.kill(libc::SIGQUIT);
        assert_eq!(run.end().code, 128 + libc::SIGQUIT, "{mode:?}");
    }
}

#[test]
fn threads_and_signals_do_not_lose_an_answer() {
    // Looks like many threads that are refused at once, and all of them get their error.
    if !std::path::Path::new("/usr/bin/python3").exists() {
        println!("python3 is not here");
        return;
    }
    let script = "
import ctypes, os, threading, signal
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
libc = ctypes.CDLL(None, use_errno=True)
lost = []
def ask():
    for _ in range(200):
        if libc.unshare(0x10000000) != -1 or ctypes.get_errno() not in (1, 4): lost.append(1)
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
print(len(lost), flush=True)
os._exit(0)
";
    let words = ["run", "--seccomp=default", "--seccomp-log=refused", "--", "/usr/bin/python3"];
    let ended = Run::nsinit(Who::User, &words).and(["-c", script]).end();
    assert_eq!((ended.code, ended.out.as_str()), (0, "0\n"), "{}", ended.err);
}

#[test]
fn what_cannot_be_told_is_refused_before() {
    // Looks like exit code 125 where there is no filter of ours, or none that lets it be told.
    for flags in [&["--seccomp-log=refused"][..], &["--seccomp=none", "--seccomp-log=allowed"]] {
        let words = [&["run"], flags, &["--", "true"]].concat();
        Run::nsinit(Who::User, &words).end().saying(125, &["seccomp-log has no filter to tell of"]);
    }
    let filter = "include default\nerrno EPERM sendmsg\n";
    let path = file::write(&file::directory(), "mute.seccomp", 0o644, filter);
    let words = ["run", "--seccomp", &path, "--seccomp-log=refused", "--", "true"];
    Run::nsinit(Who::User, &words).end().saying(125, &["\"sendmsg\" is refused", "try: allow"]);
}
