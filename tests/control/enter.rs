//! `enter` by name: a command beside a service, confined as that is, and nothing of the caller's.

use std::io::Read as _;
use std::os::fd::AsRawFd as _;
use std::time::Duration;

use super::sandbox::Sandbox;
use super::support::terminal::{CTRL_C, CTRL_Z, Terminal};
use super::support::{Run, Who, proc, wait};

const PLAIN: &str = "[[service]]\nname = 'main'\ncommand = ['sleep', '1000']\n";

/// Everything that can be said of rights, with what `run` gives by itself.
const CONFINED: &str = "
[sandbox]
control = true
hostname = 'inside'

[security]
capabilities = ['net_raw']
seccomp = 'default'
landlock = { read = ['/'], execute = ['/'], write = ['/tmp'] }

[[service]]
name = 'main'
command = ['sleep', '1000']
cwd = '/usr'
env = { OWN = 'service' }
umask = '027'
rlimits = { nofile = 77 }
";

fn enter(sandbox: &Sandbox, words: &[&str]) -> Run {
    Run::nsinit(sandbox.who, &["enter", &sandbox.name, "--"]).and(words)
}

/// What /proc says of the rights of a process.
fn rights(status: &str) -> Vec<String> {
    let is_right = |line: &&str| {
        ["Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp", "Umask"]
            .iter()
            .any(|name| line.starts_with(name))
    };
    status.lines().filter(is_right).map(String::from).collect()
}

#[test]
fn what_enters_is_confined_as_the_service_is() {
    // Looks like the same ids, capabilities, filters, umask, limits, directory and variables.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, CONFINED);
        let script = "cat /proc/self/status; echo; pwd; echo $OWN; ulimit -n; hostname; \
                      echo x >/etc/nsinit-test-entered; unshare -u true; echo $?";
        let out = enter(&sandbox, &["sh", "-c", script]).end();
        let (status, rest) = out.out.split_once("\n\n").unwrap();
        let service = proc::status(sandbox.pid("main")).unwrap();
        // Both as inside: in a user namespace the numbers outside are others.
        let inside: Vec<String> =
            rights(status).into_iter().filter(|l| l.contains("Cap")).collect();
        let own: Vec<String> = rights(&service).into_iter().filter(|l| l.contains("Cap")).collect();
        assert_eq!(inside, own, "{who:?}");
        for name in ["NoNewPrivs", "Seccomp", "Umask"] {
            assert_eq!(proc::field(status, name), proc::field(&service, name), "{name}");
        }
        assert_eq!(rest, "/usr\nservice\n77\ninside\n1\n", "{}", out.err);
        assert!(out.err.contains("Permission denied"), "Landlock: {}", out.err);
        drop(sandbox.stop());
    }
}

#[test]
fn what_enters_is_in_each_namespace_and_cgroup_of_the_service() {
    // Looks like eight links and a line of /proc/self/cgroup that are the service's.
    for who in Who::BOTH {
        let kinds = "[sandbox]\nnamespaces = ['+net', '+user', '+cgroup']\n";
        let sandbox = Sandbox::start(who, &format!("{kinds}{PLAIN}"));
        let script = "cd /proc/self/ns; readlink cgroup ipc mnt net pid time user uts; \
                      cat /proc/self/cgroup";
        let out = enter(&sandbox, &["sh", "-c", script]).end().quietly(0);
        let pid = sandbox.pid("main").to_string();
        let kinds = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
        let links: String = kinds.map(|kind| proc::namespace(&pid, kind) + "\n").concat();
        assert!(out.starts_with(&links), "{who:?}: {out}{links}");
        drop(sandbox.stop());
    }
}

#[test]
fn nothing_of_the_caller_comes_along_but_its_standard_descriptors() {
    // Looks like descriptors 0 to 2, the service's variables, and no word of the caller's.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, PLAIN);
        let file = std::fs::File::open("/").unwrap();
        let run = enter(&sandbox, &["sh", "-c", "ls /proc/self/fd; env"]);
        let run = run.env("SECRET", "mine").env("TERM", "vt52").giving(&file, 77);
        let out = run.end().quietly(0);
        assert!(out.starts_with("0\n1\n2\n3\n"), "3 is ls's own: {out}");
        assert!(!out.contains("77\n") && !out.contains("SECRET"), "{out}");
        assert!(out.contains("TERM=vt52\n"), "{out}");
        let words = ["enter", "--env", "A=b", "--env=C=d", "--cwd", "/etc", &sandbox.name];
        let run = Run::nsinit(who, &words).and(["sh", "-c", "echo $A $C; pwd"]);
        assert_eq!(run.end().quietly(0), "b d\n/etc\n");
        drop(sandbox.stop());
    }
}

#[test]
fn input_output_codes_and_signals_pass_through() {
    // Looks like a filter in a pipe, 7, 137, 126, 127, and a handler that was told of TERM.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, PLAIN);
        let file = std::fs::File::open("/proc/sys/kernel/ostype").unwrap();
        assert_eq!(enter(&sandbox, &["cat"]).stdin(file).end().quietly(0), "Linux\n");
        enter(&sandbox, &["sh", "-c", "exit 7"]).end().quietly(7);
        enter(&sandbox, &["sh", "-c", "kill -9 $$"]).end().quietly(137);
        enter(&sandbox, &["/nope"]).end().saying(127, &["enter: execute \"/nope\": ENOENT"]);
        enter(&sandbox, &["/etc/passwd"]).end().saying(126, &["EACCES", "we may not execute"]);
        let script = "trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.01; done";
        let mut running = enter(&sandbox, &["sh", "-c", script]).start();
        running.wait_for("up");
        running.kill(libc::SIGTERM);
        assert_eq!(running.end().quietly(9), "up\ntold\n");
        drop(sandbox.stop());
    }
}

#[test]
fn what_entered_ends_with_its_caller_and_with_the_sandbox() {
    // Looks like no process inside after a KILL outside; and 137 when the sandbox is stopped.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, PLAIN);
        let count = || sandbox.run.marked().len();
        let before = count();
        let mut running = enter(&sandbox, &["sh", "-c", "echo up; exec sleep 1000"]).start();
        running.wait_for("up");
        wait::until("it to be seen inside", || (count() > before).then_some(()));
        running.kill(libc::SIGKILL);
        running.end_of_killed();
        wait::until("it to end inside", || (count() == before).then_some(()));
        let mut running = enter(&sandbox, &["sh", "-c", "echo up; exec sleep 1000"]).start();
        running.wait_for("up");
        drop(sandbox.stop());
        let ended = running.end();
        assert!([137, 143].contains(&ended.code), "{} {}", ended.code, ended.err);
    }
}

#[test]
fn at_a_terminal_it_has_one_of_its_own_that_follows() {
    // Looks like a terminal that is not ours, its size, keys that are signals there, and echo.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, PLAIN);
        let terminal = Terminal::new();
        terminal.set_columns(91);
        let script = "trap 'stty size' WINCH; trap 'echo int' INT; stty size; \
                      test -t 0 && test -t 1 && echo tty; ps -o tty= -p $$ | grep -c pts; \
                      while read line; do echo got-$line; done; echo over; exit 5";
        let mut running = enter(&sandbox, &["bash", "-c", script]).start_at(&terminal);
        running.expect("24 91");
        running.expect("tty");
        terminal.type_keys("hello\r");
        running.expect("got-hello");
        terminal.set_columns(55);
        running.kill(libc::SIGWINCH);
        terminal.type_keys("again\r");
        running.expect("24 55");
        // One that comes just before bash reads again is heard when it has read.
        wait::until("Ctrl-C to be heard", || {
            terminal.type_keys(CTRL_C);
            running.comes("int", Duration::from_millis(500)).then_some(())
        });
        terminal.type_keys("\x04");
        running.expect("over");
        drop(terminal);
        assert_eq!(running.end().code, 5);
        drop(sandbox.stop());
    }
}

#[test]
fn who_types_is_heard_while_a_slow_terminal_shows_a_flood() {
    // Looks like `yes` on a line of 100 KiB a second, and ^C; and one that goes on behind a shell
    // that has ended, which is not waited for.
    let sandbox = Sandbox::start(Who::Root, PLAIN);
    let is_inside = || sandbox.run.marked().iter().any(|line| line.contains(" yes "));
    let terminal = Terminal::new();
    let mut running = enter(&sandbox, &["sh", "-c", "echo up; exec yes"]).start_at(&terminal);
    running.expect("up");
    wait::until("both terminals to be full", || {
        let all = sandbox.run.marked();
        let line = all.iter().find(|line| line.contains(" yes "))?;
        let is_full = |pid: &str| {
            let call = std::fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
            call.starts_with(&format!("{} ", libc::SYS_write)) // and has to wait there
        };
        (is_full(line.split(' ').next()?) && is_full(&running.pid.to_string())).then_some(())
    });
    terminal.type_keys(CTRL_C);
    let mut screen = std::fs::File::from(terminal.person_end.try_clone().unwrap());
    for _ in (0..1_000).take_while(|_| is_inside()) {
        let _ = screen.read(&mut [0; 512]); // it may have ended
        std::thread::sleep(Duration::from_millis(5)); // as slow as that
    }
    assert!(!is_inside());
    drop((terminal, screen));
    assert_eq!(running.end().code, 130);
    let terminal = Terminal::new();
    let running =
        enter(&sandbox, &["sh", "-c", "trap '' HUP; yes & sleep 0.1"]).start_at(&terminal);
    drop(terminal);
    assert_eq!(running.end().code, 0);
    drop(sandbox.stop());
}

#[test]
fn a_terminal_that_waits_for_nobody_is_shown_everything() {
    // Looks like every number, on a terminal that is not read for a while and that a program before
    // us has left so that a write to it does not wait.
    let sandbox = Sandbox::start(Who::Root, PLAIN);
    let terminal = Terminal::new();
    // SAFETY: integers in.
    let set = unsafe {
        let end = terminal.program_end.as_raw_fd();
        libc::fcntl(end, libc::F_SETFL, libc::O_RDWR | libc::O_NONBLOCK)
    };
    assert_eq!(set, 0);
    let running = enter(&sandbox, &["seq", "50000"]).start_at(&terminal);
    wait::until("both terminals to be full, or the end", || {
        let all = sandbox.run.marked();
        let line = all.iter().find(|line| line.contains(" seq "));
        let pid = line.and_then(|line| line.split(' ').next()).unwrap_or_default();
        let call = std::fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
        let has_ended = proc::status(running.pid).is_none_or(|own| own.contains("State:\tZ"));
        (has_ended || call.starts_with(&format!("{} ", libc::SYS_write))).then_some(())
    });
    drop(terminal.program_end);
    let shown = running.end().quietly(0).replace('\r', "");
    let expected: String = (1..=50_000).map(|number| format!("{number}\n")).collect();
    assert!(shown == expected, "{} of {} bytes", shown.len(), expected.len());
    drop(sandbox.stop());
}

#[test]
fn stopped_from_outside_it_gives_our_terminal_back_and_goes_on() {
    // Looks like settings that are as before while it is stopped, and are raw again afterwards.
    let sandbox = Sandbox::start(Who::Root, PLAIN);
    let mut desk = super::support::desk::Desk::new(Who::Root);
    let nsinit = super::support::who::programs().nsinit.display().to_string();
    desk.enter(&format!("{nsinit} enter {} -- cat", sandbox.name));
    wait::until("it to be inside", || {
        sandbox.run.marked().iter().any(|line| line.contains("cat")).then_some(())
    });
    desk.press("typed\r");
    desk.expect("typed\r\ntyped\r\n");
    desk.press(CTRL_Z); // to cat, whom nobody inside could let go on: the kernel does not stop it
    desk.press("more\r");
    desk.expect("more\r\n");
    let is_it = |line: &String| line.contains(" nsinit ");
    let pid = desk.shell.marked().into_iter().find(is_it).unwrap();
    let pid = pid.split(' ').next().unwrap().to_owned();
    super::support::signals::kill(pid.parse().unwrap(), libc::SIGTSTP);
    desk.expect("<prompt>");
    desk.enter("stty -a | grep -ow '.icanon\\|icanon'");
    desk.expect("icanon\r\n");
    desk.expect("<prompt>");
    desk.enter("fg");
    desk.expect("nsinit enter"); // as bash names what goes on
    desk.press("again\r");
    desk.expect("again\r\nagain\r\n");
    desk.press(CTRL_C);
    desk.expect_code(130);
    desk.leave();
    drop(sandbox.stop());
}

#[test]
fn what_cannot_enter_is_told_why() {
    // Looks like a name that is near, a service that is not there, a PID 1 that is locked in.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, PLAIN);
        let near = format!("{}x", sandbox.name);
        let ended = Run::nsinit(who, &["enter", &near, "true"]).end();
        ended.saying(125, &["enter: no sandbox", &format!("try: {:?}", sandbox.name)]);
        let words = ["enter", "--service", "web", &sandbox.name, "true"];
        let remedy = format!("try: nsinit ps {:?}", sandbox.name);
        Run::nsinit(who, &words).end().saying(125, &["has no service \"web\"", &remedy]);
        enter(&sandbox, &["/etc"]).end().saying(126, &["why: \"/etc\" is a directory"]);
        enter(&sandbox, &["/nope/x"]).end().saying(127, &["why: there is no such file inside"]);
        enter(&sandbox, &["nope"]).end().saying(127, &["why: no directory in PATH has it"]);
        Run::nsinit(who, &["enter", &sandbox.name]).end().saying(125, &["enter: no command"]);
        Run::nsinit(who, &["enter"]).end().saying(125, &["which sandbox, process or directory?"]);
        let words = ["enter", "--nope", &sandbox.name, "true"];
        Run::nsinit(who, &words).end().saying(125, &["argument 2: unknown flag \"--nope\""]);
        let words = ["enter", "--env", "A", &sandbox.name, "true"];
        Run::nsinit(who, &words).end().saying(125, &["\"A\" is no variable"]);
        let words = ["enter", "--cwd", "/nope", &sandbox.name, "true"];
        Run::nsinit(who, &words).end().saying(125, &["--cwd names cannot be entered"]);
        let long = "x".repeat(20_000);
        enter(&sandbox, &["echo", &long]).end().saying(125, &["the command is too long", "16384"]);
        drop(sandbox.stop());

        let sandbox = Sandbox::start(who, &CONFINED.replace("control = true", ""));
        let ended = enter(&sandbox, &["true"]).end();
        ended.saying(125, &["starts nothing any more", "control = true"]);
        drop(sandbox.stop());
    }
}

#[test]
fn many_enter_and_nothing_is_left_but_the_sandbox() {
    // Looks like the same processes and descriptors of PID 1 after a hundred as before.
    let sandbox = Sandbox::start(Who::Root, PLAIN);
    let count = || {
        let init = sandbox.run.marked().len();
        let status = proc::status(sandbox.pid("main")).unwrap();
        let parent = proc::field(&status, "PPid");
        (init, std::fs::read_dir(format!("/proc/{parent}/fd")).unwrap().count())
    };
    let before = count();
    for _ in 0..100 {
        enter(&sandbox, &["true"]).end().quietly(0);
    }
    wait::until("everybody to be gone", || (count() == before).then_some(()));
    drop(sandbox.stop());
}

#[test]
fn who_asks_without_what_it_takes_is_refused() {
    // Looks like "not-understood" for no descriptors at all, and a sandbox that goes on.
    use std::io::{Read as _, Write as _};
    let sandbox = Sandbox::start(Who::Root, PLAIN);
    for line in ["enter\n", "enter main\n", "enter main main\n"] {
        let path = sandbox.directory().join("control");
        let mut socket = std::os::unix::net::UnixStream::connect(path).unwrap();
        socket.write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = socket.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "{\"error\":\"not-understood\"}\n", "{line:?}");
    }
    enter(&sandbox, &["true"]).end().quietly(0);
    drop(sandbox.stop());
}

#[test]
fn what_enters_is_asked_about_its_calls_as_the_service_is() {
    // Looks like EPERM inside and a line that names the call, from a filter that asks first.
    for who in Who::BOTH {
        let security = "[security]\nseccomp = 'default'\nseccomp-log = 'refused'\n";
        let control = "[sandbox]\ncontrol = true\n";
        let mut sandbox = Sandbox::start(who, &[control, security, PLAIN].concat());
        let ended = enter(&sandbox, &["unshare", "-u", "true"]).end();
        ended.saying(1, &["Operation not permitted"]);
        sandbox.run.wait_for_error("was refused unshare(");
        drop(sandbox.stop());
    }
}

#[test]
fn signals_that_the_starter_ignored_are_heard_by_who_enters() {
    // Looks like INT and QUIT ignored in the service, as a shell has them in the background, and
    // neither ignored nor blocked in the command.
    for who in Who::BOTH {
        let name = format!("deaf-{}", std::process::id());
        let script = "trap '' INT QUIT; exec \"$@\"";
        let nsinit = super::support::file::text(&super::support::who::programs().nsinit);
        let words = ["sh", "-c", script, "-", &nsinit, "run", "--name", &name, "--", "sh", "-c"];
        let mut running = Run::command(who, words).and(["echo up; exec sleep 1000"]).start();
        running.wait_for("up");
        let words = ["enter", &name, "--", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
        let out = Run::nsinit(who, &words).end().quietly(0);
        let none = "0000000000000000";
        assert_eq!(out, format!("SigBlk:\t{none}\nSigIgn:\t{none}\n"), "{who:?}");
        Run::nsinit(who, &["stop", &name]).end().quietly(0);
        running.end().quietly(143);
    }
}

#[test]
fn a_sandbox_that_is_called_like_a_pid_is_entered_all_the_same() {
    // Looks like the host name of the sandbox, although a process has its name as PID: the test's.
    let name = std::process::id().to_string();
    let words = ["run", "--name", &name, "--hostname", "by-name", "--", "sh", "-c"];
    let mut running = Run::nsinit(Who::Root, &words).and(["echo up; exec sleep 1000"]).start();
    running.wait_for("up");
    let words = ["enter", &name, "--", "hostname"];
    assert_eq!(Run::nsinit(Who::Root, &words).end().quietly(0), "by-name\n");
    Run::nsinit(Who::Root, &["stop", &name]).end().quietly(0);
    running.end().quietly(143);
    let ended = Run::nsinit(Who::Root, &["enter", "/nope/at/all", "--", "true"]).end();
    ended.saying(125, &["enter: nothing is at \"/nope/at/all\""]);
}
