//! Landlock: what a command can still do to files, ports and others, as root and as an ordinary
//! user. This needs a kernel with version 7 of it, Linux 6.15; older ones are for the guests.

use std::fs;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::PathBuf;

use super::support::who::set_mode;
use super::support::{Mode, Run, Who, file, witness};

/// Where the programs and libraries of a usual machine are.
const SYSTEM: &str = "--landlock-read=/usr,/etc,-/bin,-/lib,-/lib64";

/// A directory of directories for everybody: `r` and `w` with a file `a` each, `w/sub`, and `x`
/// with a program `true`.
fn places() -> PathBuf {
    let directory = file::directory();
    set_mode(&directory, 0o777);
    for name in ["r", "w", "w/sub", "x"] {
        fs::create_dir(directory.join(name)).unwrap();
        set_mode(&directory.join(name), 0o777);
    }
    for name in ["r/a", "w/a", "top"] {
        fs::write(directory.join(name), "content\n").unwrap();
        set_mode(&directory.join(name), 0o666);
    }
    file::copy(std::path::Path::new("/bin/true"), &directory.join("x/true"));
    set_mode(&directory.join("x/true"), 0o755);
    directory
}

/// Which of these shell commands work there.
fn working(who: Who, flags: &[&str], scripts: &[&str]) -> Vec<bool> {
    let directory = places();
    let path = file::text(&directory);
    let flags: Vec<String> = flags.iter().map(|flag| flag.replace("HERE", &path)).collect();
    let script: String =
        scripts.iter().map(|one| format!("x=$( ( {one} ) 2>&1 ) && echo + || echo -\n")).collect();
    let words = ["run", SYSTEM].into_iter().chain(flags.iter().map(String::as_str));
    let words: Vec<&str> = words.chain(["--", "/bin/sh", "-c", &script]).collect();
    let out = Run::nsinit(who, &words).directory(&directory).end().quietly(0);
    let seen: Vec<bool> = out.lines().map(|line| line == "+").collect();
    assert_eq!(seen.len(), scripts.len(), "{out}");
    seen
}

#[track_caller]
fn hold(flags: &[&str], table: &[(&str, bool)]) {
    for who in Who::BOTH {
        let scripts: Vec<&str> = table.iter().map(|(script, _)| *script).collect();
        let wrong: Vec<_> = working(who, flags, &scripts)
            .into_iter()
            .zip(table)
            .filter(|(s, (_, w))| s != w)
            .collect();
        assert!(wrong.is_empty(), "{who:?} {flags:?}: {wrong:?}");
    }
}

#[test]
fn what_is_read_is_not_written_and_what_is_not_said_is_neither() {
    // Looks like EACCES for everything but what the two lists have; what lies beside them is
    // hidden, but for its name.
    hold(
        &["--landlock-read=HERE/r", "--landlock-write=HERE/w"],
        &[
            ("cat r/a", true),
            ("ls r", true),
            ("echo x >r/a", false),
            ("echo x >>r/a", false),
            ("touch r/new", false),
            ("rm r/a", false),
            ("mkdir r/d", false),
            ("cat w/a", true),
            ("echo x >w/a", true),
            ("touch w/new && rm w/new", true),
            ("mkdir w/d && rmdir w/d", true),
            ("ln -s a w/link && rm w/link", true),
            ("mkfifo w/pipe && rm w/pipe", true),
            ("mv w/a w/sub/a && ln w/sub/a w/a && truncate -s 3 w/a", true),
            ("mv w/a r/b", false),
            ("mknod w/null c 1 3", false),
            ("cat top", false),
            ("ls .", false),
            ("test -e top", true),
            ("cat /proc/self/status", false),
            ("cat </dev/null >/dev/null", true),
            ("head -c1 /dev/zero", true),
            ("ls /dev", false),
        ],
    );
}

#[test]
fn what_is_executed_can_be_said_apart() {
    // Looks like a program that is read and not executed; without the word it is both.
    let words = ["--landlock-read=HERE", "--landlock-execute=/usr,-/bin,-/lib,-/lib64"];
    hold(&words, &[("x/true", false), ("cat x/true", true), ("/bin/true", true)]);
    hold(&words[..1], &[("x/true", true), ("cat x/true", true), ("touch w/n", false)]);
    // Alone it says nothing of reading and writing, nor of moving.
    for who in Who::BOTH {
        let script = ["x/true", "cat top", "touch w/n", "mv w/a r/b", "/bin/true"];
        let directory = places();
        let script: String =
            script.map(|one| format!("x=$( ( {one} ) 2>&1 ) && echo + || echo -\n")).concat();
        let execute = "--landlock-execute=/usr,-/bin,-/lib,-/lib64";
        let words = ["run", execute, "--", "/bin/sh", "-c", &script];
        let out = Run::nsinit(who, &words).directory(&directory).end().quietly(0);
        assert_eq!(out, "-\n+\n+\n+\n+\n", "{who:?}");
    }
}

#[test]
fn harmless_devices_can_be_taken_away_and_others_given() {
    hold(&["--no-landlock-devices"], &[("cat /dev/null", false), ("echo x >/dev/null", false)]);
    hold(
        &["--no-landlock-devices", "--landlock-write=/dev/null"],
        &[("cat /dev/null", true), ("echo x >/dev/null", true), ("cat /dev/zero", false)],
    );
}

#[test]
fn a_command_that_may_not_be_executed_is_told_as_that() {
    // Looks like exit code 126, EACCES, and that the mode is not the reason.
    for who in Who::BOTH {
        let run = Run::nsinit(who, &["run", "--landlock-read=/etc", "--", "/bin/true"]);
        run.end().saying(126, &["execute \"/bin/true\": EACCES", "Landlock", "try: landlock.read"]);
        let missing = ["run", "--landlock-read=/nope", "--", "/bin/true"];
        let said = ["allow it to read \"/nope\": ENOENT", "try: - in front of the path"];
        Run::nsinit(who, &missing).end().saying(125, &said);
    }
}

#[test]
fn in_every_mode_a_service_is_restricted_and_its_supervisor_is_not() {
    // Looks like a denied cat of a file that another service without Landlock could read: here the
    // supervisor writes its last words into a directory that the service cannot see.
    for mode in Mode::ALL {
        for who in Who::BOTH {
            let directory = places();
            let message = file::text(&directory.join("words"));
            let flags = [SYSTEM, "--termination-message", &message];
            let run = Run::mode(mode, who, &flags, &["/bin/sh", "-c", "cat top; exit 3"]);
            let ended = run.directory(&directory).end();
            assert_eq!(ended.code, 3, "{mode:?} {who:?}: {}", ended.err);
            assert!(ended.err.contains("Permission denied"), "{}", ended.err);
            assert!(fs::read_to_string(&message).unwrap().contains("exit"), "{mode:?} {who:?}");
        }
    }
}

#[test]
fn a_service_that_is_started_again_is_restricted_again() {
    // Looks like two runs, each of which is denied, and a directory that was made anew in between.
    let directory = places();
    let here = file::text(&directory);
    let script = "cat top 2>&- && exit 9; echo x >w/n || exit 8; test -e w/again && exit 0; \
                  touch w/again; exit 1";
    let words = ["run", SYSTEM, "--landlock-write", &format!("{here}/w"), "--restart=on-failure"];
    let words = [&words[..], &["--restart-delay=1ms", "--", "/bin/sh", "-c", script]].concat();
    let ended = Run::nsinit(Who::User, &words).directory(&directory).end();
    assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{}", ended.err);
}

/// What comes of a TCP connection to this port, or of binding it.
fn tcp(who: Who, flags: &[&str], what: &str, port: u16) -> String {
    let words = [&["run"], flags, &["--"]].concat();
    let run = Run::nsinit(who, &words).and(witness(&["reach", "tcp", what, &port.to_string()]));
    run.end().quietly(0).trim().to_owned()
}

#[test]
fn tcp_ports_are_those_that_were_said() {
    // Looks like EACCES for every other port; a kind of which nothing is said is free.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (own, other) = (port.to_string(), (port ^ 1).to_string());
    for who in Who::BOTH {
        let connect = |flags: &[&str]| tcp(who, flags, "connect", port);
        assert_eq!(connect(&[]), "done");
        assert_eq!(connect(&["--landlock-connect-tcp", &own]), "done");
        assert_eq!(connect(&["--landlock-connect-tcp", &other]), "EACCES");
        assert_eq!(connect(&["--landlock-connect-tcp", "none"]), "EACCES");
        assert_eq!(connect(&["--landlock-bind-tcp", "none"]), "done");
        let bind = |flags: &[&str]| tcp(who, flags, "bind", 0);
        assert_eq!(bind(&[]), "done");
        assert_eq!(bind(&["--landlock-bind-tcp", "1,80"]), "EACCES");
        assert_eq!(bind(&["--landlock-bind-tcp", "0"]), "done");
    }
}

#[test]
fn in_a_scope_nothing_outside_is_reached() {
    // Looks like EPERM for an abstract socket of the machine and for a signal to PID 1, and nothing
    // of that with --landlock-scope none; a child of its own it may signal.
    let name = format!("nsinit-confine-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    for who in Who::BOTH {
        let tell = |flags: &[&str]| {
            let words = [&["run"], flags, &["--"]].concat();
            let run = Run::nsinit(who, &words).and(witness(&["reach", "abstract", &name]));
            run.end().quietly(0).trim().to_owned()
        };
        assert_eq!(tell(&[]), "done");
        assert_eq!(tell(&["--landlock-scope=abstract-unix"]), "EPERM");
        assert_eq!(tell(&["--landlock-scope=signal"]), "done");
        assert_eq!(tell(&["--landlock-read=/"]), "EPERM");
        assert_eq!(tell(&["--landlock-read=/", "--landlock-scope=none"]), "done");
        let script = "sleep 60 & kill $! && ! kill -0 1 2>&-";
        let signal = |scope: &str| {
            let words = ["run", SYSTEM, "--landlock-scope", scope, "--", "/bin/sh", "-c", script];
            Run::nsinit(who, &words).end().code
        };
        assert_eq!((signal("signal"), signal("none")), (0, 1), "{who:?}");
    }
    drop(socket);
}

#[test]
fn readiness_comes_through_where_nobody_spoke_of_a_scope() {
    // Looks like a service that says READY=1 to our abstract socket, and exits 0; a scope that
    // would hold it back is refused before anything is started.
    let flags = ["run", "--landlock-read=/", "--ready=notify", "--start-timeout=20s"];
    let ready = Run::nsinit(Who::User, &flags).and(["--"]).and(witness(&["notify", "READY=1"]));
    let mut running = ready.start();
    running.wait_for("Ok(");
    running.kill(libc::SIGTERM);
    assert_eq!(running.end().code, 0);
    let words = ["run", "--landlock-scope=abstract-unix", "--ready=notify", "--", "true"];
    Run::nsinit(Who::User, &words).end().saying(125, &["could not say that it is ready", "try: "]);
}

#[test]
fn sockets_with_a_path_are_not_held_back_before_version_9() {
    // Looks like what explain says: not sockets with a path. On Linux 7.1 and later they are.
    let directory = places();
    let path = file::text(&directory.join("r/socket"));
    let socket = UnixListener::bind(&path).unwrap();
    set_mode(std::path::Path::new(&path), 0o777);
    let words = ["explain", "run", "--landlock-read=/", "--", "true"];
    let explained = Run::nsinit(Who::User, &words).end().quietly(0);
    let is_free = explained.contains("not sockets with a path");
    let run = Run::nsinit(Who::User, &["run", "--landlock-read=/", "--"]);
    let said = run.and(witness(&["reach", "socket", &path])).end().quietly(0);
    assert_eq!(said.trim(), if is_free { "done" } else { "EACCES" });
    drop(socket);
}

#[test]
fn what_cannot_be_taken_is_refused_with_its_place() {
    let table: [(&[&str], &[&str]); 6] = [
        (&["--landlock-read=usr"], &["landlock-read: \"usr\" is no path from the root"]),
        (&["--landlock-connect-tcp=http"], &["\"http\" is no whole number"]),
        (&["--landlock-bind-tcp=65536"], &["\"65536\" is not between 0 and 65535"]),
        (&["--landlock-scope=tcp"], &["abstract-unix, signal or none"]),
        (&["--landlock-required", "--landlock-read=/"], &["needs version 9 of Landlock"]),
        (&["--landlock-reed=/"], &["unknown flag", "try: --landlock-read"]),
    ];
    for (flags, said) in table {
        let words = [&["run"], flags, &["--", "true"]].concat();
        Run::nsinit(Who::User, &words).end().saying(125, said);
    }
}

#[test]
fn a_file_says_it_as_a_table_in_each_spelling() {
    // Looks like the same plan from an inline table, dotted keys and a header of its own.
    let body = "[[service]]\ncommand = [\"true\"]\n";
    let spellings = [
        "[security]\nlandlock = { read = [\"/usr\", \"-/lib64\"], bind-tcp = [] }\n",
        "[security]\nlandlock.read = [\"/usr\", \"-/lib64\"]\nlandlock.bind-tcp = []\n",
        "[security.landlock]\nread = [\"/usr\", \"-/lib64\"]\nbind-tcp = []\n",
    ];
    let plans = spellings.map(|text| {
        let path = file::write(&file::directory(), "a.toml", 0o644, format!("{text}{body}"));
        let out = Run::nsinit(Who::User, &["explain", "--json", "run", &path]).end().quietly(0);
        let acts = out.split("\"act\":").skip(1).map(|rest| rest.split("\",").next().unwrap());
        acts.filter(|act| act.contains("allow")).map(String::from).collect::<Vec<_>>()
    });
    assert_eq!(plans[0].len(), 4, "{plans:?}");
    assert!(plans.iter().all(|plan| *plan == plans[0]), "{plans:?}");
    for (text, said) in [
        ("[security]\nlandlock = \"x\"\n", "landlock is written as [security.landlock]"),
        ("[security.landlock]\nreed = []\n", "unknown key \"reed\" in [security.landlock]"),
        ("[security]\nlandlock = {}\n[security.landlock]\n", "said twice"),
    ] {
        let path = file::write(&file::directory(), "a.toml", 0o644, format!("{text}{body}"));
        let ended = Run::nsinit(Who::User, &["check", &path]).end();
        assert!(ended.code == 1 && ended.err.contains(said), "{text}: {}", ended.err);
    }
}
