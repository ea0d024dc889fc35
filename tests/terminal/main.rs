//! `nsinit` at a terminal, below a shell with job control: keys, foreground and background, stop
//! and continue, hang-up. The person in front of the terminal is this test.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod jobs;
#[path = "../support/mod.rs"]
mod support;

use support::desk::Desk;
use support::terminal::{CTRL_BACKSLASH, CTRL_C, CTRL_Z, Terminal};
use support::who::programs;
use support::{Run, Who, file};

fn nsinit() -> String {
    file::text(&programs().nsinit)
}

/// Both ways to run below a shell.
const WAYS: [&str; 2] = ["$N run --", "$N --"];

/// Plays a scene at a desk as root and as an ordinary user, each way to run; the desk is left as it
/// should be then.
fn in_all_ways(scene: impl Fn(&mut Desk, &str)) {
    for who in Who::BOTH {
        for way in WAYS {
            let mut desk = Desk::new(who);
            scene(&mut desk, way);
            desk.leave();
        }
    }
}

#[test]
fn ctrl_c_ends_the_workload_and_the_shell_has_its_prompt_back() {
    // Looks like ^C while sleep runs, and 130.
    in_all_ways(|desk, way| {
        desk.enter(&format!("{way} sh -c 'echo up; exec sleep 1000'"));
        desk.expect("up\r\n");
        assert_ne!(desk.terminal.foreground(), desk.shell.pid);
        desk.press(CTRL_C);
        desk.expect_code(130);
    });
}

#[test]
fn ctrl_backslash_quits_the_workload() {
    // Looks like ^\ while sleep runs, and 131.
    in_all_ways(|desk, way| {
        desk.enter(&format!("ulimit -c 0; {way} sh -c 'echo up; exec sleep 1000'"));
        desk.expect("up\r\n");
        desk.press(CTRL_BACKSLASH);
        desk.expect_code(131);
    });
}

#[test]
fn the_workload_reads_what_is_typed_and_gives_its_code() {
    // Looks like `read` getting a line, and exit 7.
    in_all_ways(|desk, way| {
        desk.enter(&format!("{way} sh -c 'echo up; read line; echo got-$line; exit 7'"));
        desk.expect("up\r\n");
        desk.be_read();
        desk.expect_code(7);
    });
}

#[test]
fn ctrl_z_stops_it_and_fg_goes_on() {
    // Looks like ^Z, the shell saying Stopped, fg, and the workload reading what is typed; twice.
    in_all_ways(|desk, way| {
        desk.enter(&format!("{way} sh -c 'echo up; read line; echo got-$line; exit 7'"));
        desk.expect("up\r\n");
        let running = desk.terminal.foreground();
        for _ in 0..2 {
            desk.stop();
            desk.wait_for_state("nsinit", 'T');
            assert_eq!(desk.terminal.foreground(), desk.shell.pid);
            desk.ask_shell();
            desk.enter("fg");
            desk.wait_for_state("sh", 'S');
            assert_eq!(desk.terminal.foreground(), running);
        }
        desk.be_read();
        desk.expect_code(7);
    });
}

#[test]
fn a_stopped_workload_can_go_on_in_the_background() {
    // Looks like ^Z, bg, a shell that is still in the foreground, and kill.
    in_all_ways(|desk, way| {
        desk.enter(&format!("{way} sh -c 'echo up; exec sleep 1000'"));
        desk.wait_for_state("sleep", 'S');
        desk.stop();
        desk.wait_for_state("sleep", 'T');
        desk.enter("bg");
        desk.wait_for_state("sleep", 'S');
        desk.wait_for_state("nsinit", 'S');
        assert_eq!(desk.terminal.foreground(), desk.shell.pid);
        desk.enter("kill %1; wait %1");
        desk.expect_code(143);
    });
}

#[test]
fn a_shell_inside_has_job_control_of_its_own() {
    // Looks like bash in the sandbox: no complaint, ^Z stops its own child only, exit 5.
    in_all_ways(|desk, way| {
        desk.enter(&format!("PS1='<inner>' {way} bash --norc --noprofile --noediting -i"));
        desk.expect("<inner>");
        desk.enter("sleep 1000");
        desk.wait_for_state("sleep", 'S');
        desk.press(CTRL_Z);
        desk.expect("Stopped");
        desk.expect("<inner>");
        desk.wait_for_state("sleep", 'T');
        desk.enter("fg");
        desk.wait_for_state("sleep", 'S');
        desk.press(CTRL_C);
        desk.expect("<inner>");
        desk.enter("echo code-$?");
        desk.expect("code-130\r\n");
        desk.expect("<inner>");
        desk.enter("exit 5");
        desk.expect_code(5);
        let screen = desk.shell.wait_for("");
        assert!(!screen.contains("job control"), "{screen}");
    });
}

#[test]
fn a_start_in_the_background_leaves_the_foreground_alone() {
    // Looks like `nsinit run … &`: the shell keeps the terminal and reads on.
    in_all_ways(|desk, way| {
        desk.enter_job(&format!("{way} sleep 1000"));
        desk.wait_for_state("sleep", 'S');
        assert_eq!(desk.terminal.foreground(), desk.shell.pid);
        desk.ask_shell();
        desk.enter("kill %1; wait %1");
        desk.expect_code(143);
    });
}

#[test]
fn keys_reach_a_job_that_was_brought_to_the_front_while_it_ran() {
    // Looks like `… sleep 1000 &`, fg, ^Z, Stopped, fg, ^C, 130.
    in_all_ways(|desk, way| {
        desk.enter_job(&format!("{way} sleep 1000"));
        desk.wait_for_state("sleep", 'S');
        desk.enter("fg");
        desk.expect("sleep 1000\r\n");
        desk.wait_for_front();
        desk.stop();
        desk.enter("fg");
        desk.wait_for_state("sleep", 'S');
        desk.press(CTRL_C);
        desk.expect_code(130);
    });
}

#[test]
fn a_job_in_the_background_that_reads_leaves_the_shell_its_terminal() {
    // Looks like ^Z, bg, Stopped because it reads; the shell reads on, and fg lets the job read.
    in_all_ways(|desk, way| {
        desk.enter(&format!("{way} sh -c 'echo up; read line; echo got-$line; exit 7'"));
        desk.expect("up\r\n");
        desk.stop();
        desk.enter("bg");
        desk.expect("<prompt>"); // now it goes on, and stops again behind its workload
        desk.wait_for_state("nsinit", 'T');
        desk.wait_for_state("sh", 'T');
        assert_eq!(desk.terminal.foreground(), desk.shell.pid);
        desk.ask_shell();
        desk.enter("fg");
        desk.wait_for_state("sh", 'S');
        desk.be_read();
        desk.expect_code(7);
    });
}

#[test]
fn whoever_nobody_could_let_go_on_neither_spins_nor_takes_the_terminal() {
    // Looks like a reader whose caller is gone: it stays stopped, and we sleep.
    in_all_ways(|desk, way| {
        desk.enter("export F=$(mktemp -u); mkfifo $F");
        desk.expect("<prompt>");
        let reader = r#"sh -c "echo up; cat $F; read line" </dev/tty"#;
        desk.enter(&format!("sh -c '{way} {reader} & exec sleep 1000'"));
        desk.expect("up\r\n");
        desk.kill("sleep");
        desk.expect("<prompt>");
        desk.enter("echo >$F; rm $F; echo shell-$((40 + 2))");
        desk.expect("shell-42\r\n");
        desk.wait_for_state("sh", 'T');
        desk.wait_for_state("nsinit", 'S');
        assert_eq!(desk.terminal.foreground(), desk.shell.pid);
        desk.kill("sh");
        desk.wait_for_end("nsinit");
    });
}

#[test]
fn ctrl_c_ends_the_pause_before_a_restart() {
    // Looks like a workload that fails, a pause of an hour, and ^C.
    in_all_ways(|desk, way| {
        let flags = "--restart always --restart-delay 1h --restart-delay-max 1h";
        desk.enter(&way.replace("--", &format!("{flags} -- false")));
        desk.expect("starts again in");
        desk.press(CTRL_C);
        desk.expect_code(1);
    });
}

#[test]
fn a_background_job_in_a_pid_namespace_of_others_leaves_the_foreground_alone() {
    // Looks like `unshare -pf nsinit -- … &`, where every group outside has the number 0.
    let mut desk = Desk::new(Who::Root);
    desk.enter_job("unshare -pf --kill-child $N -- sleep 1000");
    desk.wait_for_state("sleep", 'S');
    assert_eq!(desk.terminal.foreground(), desk.shell.pid);
    desk.ask_shell();
    desk.enter("kill -9 %1; wait %1");
    desk.expect_code(137);
    desk.leave();
}

#[test]
fn the_end_gives_the_foreground_back_to_a_caller_without_job_control() {
    // Looks like a script that runs nsinit and then reads from the terminal itself.
    in_all_ways(|desk, way| {
        let inner = way.replace("$N", &nsinit());
        desk.enter(&format!("sh -c '{inner} true; echo up; read line; echo got-$line'"));
        desk.expect("up\r\n");
        desk.be_read();
        desk.expect_code(0);
    });
}

#[test]
fn a_service_without_the_terminal_has_none() {
    // Looks like --terminal=none: /dev/tty cannot be opened; ^C reaches nsinit, which passes it on.
    for who in Who::BOTH {
        let mut desk = Desk::new(who);
        desk.enter("$N run --terminal=none -- sh -c 'true </dev/tty; echo up; exec sleep 1000'");
        desk.expect("/dev/tty");
        desk.expect("up\r\n");
        desk.wait_for_state("sleep", 'S');
        desk.press(CTRL_C);
        desk.expect_code(130);
        desk.leave();
    }
}

#[test]
fn a_hang_up_ends_everything() {
    // Looks like the terminal being closed on nsinit, which leads the session: HUP, nothing left.
    for who in Who::BOTH {
        for way in [&["run", "--"][..], &["--"]] {
            let terminal = Terminal::new();
            let words = [way, &["sh", "-c", "echo up; exec sleep 1000"]].concat();
            let mut run = Run::nsinit(who, &words).start_at(&terminal);
            run.expect("up\r\n");
            drop(terminal);
            run.hang_up();
            assert_eq!(run.end_of_killed().code, 128 + libc::SIGHUP, "{who:?} {way:?}");
        }
    }
}

#[test]
fn a_failure_at_a_terminal_is_told_there() {
    // Looks like the same words as without a terminal.
    for who in Who::BOTH {
        let mut desk = Desk::new(who);
        desk.enter("$N run -- /nope");
        desk.expect("execute \"/nope\": ENOENT");
        desk.expect_code(127);
        desk.enter("$N run --chdir /nope -- true");
        desk.expect("change directory to \"/nope\": ENOENT");
        desk.expect_code(125);
        desk.leave();
    }
}
