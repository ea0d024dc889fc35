//! Many times, for long, and at rest: a thousand starts, a hundred thousand orphans, no wake-up
//! while nothing happens, and the memory of PID 1.
//!
//! Memory is a promise about the release build; a debug test builds that for itself, in a directory
//! of its own.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use support::who::programs;
use support::{Mode, Run, Running, Who, compile, file, proc, signals, wait, witness};

#[test]
fn a_thousand_starts_end_well_and_leave_nothing() {
    // Looks like 1,000 × `nsinit run -- true`, two at a time, half of them as an ordinary user.
    let starts = |who| {
        move || {
            for _ in 0..500 {
                Run::nsinit(who, &["run", "--", "true"]).end().quietly(0);
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = Who::BOTH.map(|who| scope.spawn(starts(who)));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A sandbox with a name and all it can have of namespaces, again and again, in a user namespace
/// that allows only so many of each kind at a time.
const AGAIN_AND_AGAIN: &str = r#"
    for kind in cgroup ipc mnt pid time user uts; do
        echo 40 >/proc/sys/user/max_${kind}_namespaces
    done
    mount -t tmpfs run /run
    count=0
    while [ $count -lt 500 ]; do
        set -- --name soak --control true --boottime +1d --hostname soak
        set -- "$@" --namespaces cgroup,ipc,mnt,pid,time,user,uts
        "$NSINIT" run "$@" -- true || exit
        count=$((count + 1))
    done
    find /run/nsinit -mindepth 1 | wc -l
    grep -c nsinit /proc/self/mountinfo
"#;

#[test]
fn a_thousand_sandboxes_leave_no_namespace_name_mount_or_cgroup() {
    // Looks like 2 × 500 starts where only 40 of each kind may be there at once, and no directory
    // of a socket, no mount, no namespace more, and no cgroup more than before.
    let unshare = support::who::tool("unshare");
    let cgroups = || Command::new("find").args(["/sys/fs/cgroup", "-name", "nsinit-*"]).output();
    let before = cgroups().unwrap().stdout;
    for who in Who::BOTH {
        let words = [unshare.to_str().unwrap(), "-Urm", "sh", "-c", AGAIN_AND_AGAIN];
        let run = Run::command(who, words).limit(Duration::from_secs(120));
        let ended = run.env("NSINIT", &file::text(&programs().nsinit)).end();
        assert_eq!((ended.code, ended.out.as_str()), (1, "0\n0\n"), "{}", ended.err);
    }
    assert_eq!(cgroups().unwrap().stdout, before);
}

/// How many zombies are below PID 1 of a run.
fn zombies(init: i32) -> usize {
    let is_zombie = |pid: &i32| {
        let status = proc::status(*pid);
        status.is_some_and(|status| proc::field(&status, "State").starts_with('Z'))
    };
    proc::children(init).iter().filter(|pid| is_zombie(pid)).count()
}

/// The process that is PID 1 of a run.
fn init_of(run: &Running) -> i32 {
    wait::until("PID 1", || proc::children(run.pid).first().copied())
}

#[test]
fn a_hundred_thousand_orphans_leave_no_zombie() {
    // Looks like 50,000 orphans as root and as an ordinary user, in a PID namespace and below a
    // subreaper, and no process but those that run when the last one has ended.
    const ORPHANS: &str = "25000";
    for who in Who::BOTH {
        for mode in [Mode::Run, Mode::Subreaper] {
            let script = "\"$@\"; echo over; read line; exit 6";
            let role = witness(&["orphans", ORPHANS]);
            let command = [&["sh", "-c", script, "sh"].map(String::from), &role[..]].concat();
            let (input, keep) = std::io::pipe().unwrap();
            let run = Run::mode(mode, who, &[], &command).limit(Duration::from_secs(120));
            let mut run = run.stdin(input).start();
            run.wait_for("over\n");
            let reaper = if mode == Mode::Run { init_of(&run) } else { run.pid };
            wait::until("the last orphan", || (proc::children(reaper).len() == 1).then_some(()));
            assert_eq!(zombies(reaper), 0);
            drop(keep);
            run.end().quietly(6);
        }
    }
}

/// Whether a pidfd keeps an exit status that the kernel has reaped: since Linux 6.15.
fn kernel_reaps() -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(['.', '-']).map(|number| number.parse().unwrap_or(0));
    (numbers.next(), numbers.next()) >= (Some(6), Some(15))
}

#[test]
fn orphans_leave_no_zombie_while_pid_1_is_stopped() {
    // Looks like 10,000 orphans while PID 1 sleeps under SIGSTOP: the kernel itself reaps. Before
    // Linux 6.15 it cannot, and they are gone when PID 1 goes on.
    for who in Who::BOTH {
        let (input, keep) = std::io::pipe().unwrap();
        let script = "read line; \"$@\"; echo over; read line; exit 6";
        let role = witness(&["orphans", "10000"]);
        let command = [&["sh", "-c", script, "sh"].map(String::from), &role[..]].concat();
        let mut run = Run::mode(Mode::Run, who, &[], &command).stdin(input).start();
        let init = init_of(&run);
        wait::until("the shell", || proc::children(init).first().copied());
        signals::kill(init, libc::SIGSTOP);
        wait::until("PID 1 to stop", || {
            proc::field(&proc::status(init)?, "State").starts_with('T').then_some(())
        });
        std::io::Write::write_all(&mut &keep, b"go\n").unwrap();
        run.wait_for("over\n");
        let only_the_shell = || (proc::children(init).len() == 1).then_some(());
        if kernel_reaps() {
            wait::until("the last orphan, by the kernel", only_the_shell);
        }
        signals::kill(init, libc::SIGCONT);
        wait::until("the last orphan", only_the_shell);
        drop(keep);
        run.end().quietly(6);
    }
}

/// How often a process has gone to sleep: every wake-up is followed by one more.
fn sleeps(pid: i32) -> u64 {
    let status = proc::status(pid).unwrap();
    proc::field(&status, "voluntary_ctxt_switches").parse().unwrap()
}

/// A run that has settled: PID 1 sleeps, and what follows a start is behind it.
fn idle(who: Who, nsinit: &Path) -> (Running, i32) {
    let words = [nsinit.to_str().unwrap(), "run", "--"].map(String::from);
    let mut run = Run::command(who, words).and(witness(&["signals"])).start();
    run.wait_for("ready;");
    let init = init_of(&run);
    for pid in [run.pid, init] {
        let mut before = None;
        wait::until("it to sleep on", || {
            std::thread::sleep(Duration::from_millis(150)); // that it does is seen by time alone
            let last = before.replace(sleeps(pid));
            let is_asleep = proc::field(&proc::status(pid)?, "State").starts_with('S');
            (is_asleep && last == before).then_some(())
        });
    }
    (run, init)
}

#[test]
fn idle_costs_no_wake_up() {
    // Looks like three seconds in which neither the launcher nor PID 1 ran once.
    for who in Who::BOTH {
        let (run, init) = idle(who, &programs().nsinit);
        let before = [run.pid, init].map(sleeps);
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            std::thread::sleep(Duration::from_millis(100)); // the time that passes is the test
        }
        assert_eq!([run.pid, init].map(sleeps), before, "{who:?}");
        run.kill(libc::SIGTERM);
        run.end().quietly(0);
    }
}

/// The release build of nsinit, where `make check` and `make test` have it as well.
fn release() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--bin", "nsinit", "--target-dir"])
        .arg(directory)
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .status();
    assert!(status.unwrap().success(), "cargo build --release failed");
    directory.join("release/nsinit")
}

/// A line of smaps_rollup in KiB.
fn kib(rollup: &str, name: &str) -> u64 {
    proc::field(rollup, name).strip_suffix(" kB").unwrap().trim().parse().unwrap()
}

#[test]
fn pid_1_with_one_service_has_at_most_24_kib_of_its_own() {
    // Looks at Private_Dirty and Rss of /proc/PID/smaps_rollup.
    let release = release();
    let nsinit = file::text(&file::directory().join("nsinit"));
    file::copy(&release, Path::new(&nsinit));
    // Pages of a file that are not on the disk yet count as dirty to whoever maps them alone.
    fs::File::open(&nsinit).unwrap().sync_all().unwrap();
    for who in Who::BOTH {
        let (run, init) = idle(who, Path::new(&nsinit));
        // What a start took is given back before PID 1 waits.
        wait::until("24 KiB dirty and 64 resident at most", || {
            let rollup = fs::read_to_string(format!("/proc/{init}/smaps_rollup")).unwrap();
            (kib(&rollup, "Private_Dirty") <= 24 && kib(&rollup, "Rss") <= 64).then_some(())
        });
        run.kill(libc::SIGTERM);
        run.end().quietly(0);
    }
}

/// The page faults of a command, of many runs the fewest: the stack begins at another place each
/// time, and with it what lies on a page. Those of a child that the kernel reaped are not in it.
fn faults_of(nsinit: &str, words: &[&str]) -> i64 {
    #[allow(clippy::zombie_processes, reason = "wait4 does it, and gives the account")]
    let one = || {
        let child = Command::new(nsinit).args(words).spawn().unwrap();
        let pid = child.id().cast_signed();
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        let mut status = 0;
        // SAFETY: both are written before the call comes back, and a zeroed rusage is one, too.
        let ended = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
        assert_eq!((ended, status), (pid, 0), "{words:?}");
        // SAFETY: as above.
        unsafe { usage.assume_init() }.ru_minflt
    };
    (0..20).map(|_| one()).min().unwrap()
}

#[test]
fn a_launch_touches_few_pages() {
    // Looks at what link.ld is for: what runs together lies together. Code that has become part of
    // each launch and is named nowhere there shows here, as a fault or two more.
    let nsinit = release();
    let nsinit = nsinit.to_str().unwrap();
    let nothing = compile::program("benches/true.c", "nothing").unwrap();
    let nothing = nothing.to_str().unwrap();
    let own = faults_of(nothing, &[]);
    for (front, most) in [(&["--"][..], 13), (&["run", "--"], 12)] {
        let faults = faults_of(nsinit, &[front, &[nothing]].concat()) - own;
        assert!(faults <= most, "{front:?}: {faults} page faults of ours, {most} at most");
    }
}
