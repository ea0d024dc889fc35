//! Jobs of a shell of which nsinit is a part: in the background, in a script, in a pipeline, in
//! itself.

use super::in_all_ways;
use super::support::terminal::CTRL_C;

/// Says when it runs, reads a line, and ends with 7.
const READER: &str = "sh -c 'echo up; read line; echo got-$line; exit 7'";

#[test]
fn fg_gives_the_terminal_to_what_was_started_in_the_background() {
    // Looks like `… &` that is stopped when it reads, and the shell saying so; it reads after fg;
    // ^Z and fg again.
    in_all_ways(|desk, way| {
        desk.enter_job(&format!("{way} sh -c 'read line; echo got-$line; read line; exit 7'"));
        desk.wait_for_state("sh", 'T');
        desk.wait_for_state("nsinit", 'T');
        desk.ask_shell();
        assert_eq!(desk.terminal.foreground(), desk.shell.pid);
        desk.enter("fg");
        desk.wait_for_state("sh", 'S');
        desk.be_read();
        desk.stop();
        desk.enter("fg");
        desk.wait_for_state("sh", 'S');
        desk.enter("again");
        desk.expect_code(7);
    });
}

#[test]
fn a_job_that_fg_found_running_reads_when_it_comes_to_that() {
    // Looks like `… &` that waits for a file, fg, and then it reads what is typed.
    in_all_ways(|desk, way| {
        desk.enter("export F=$(mktemp -u); mkfifo -m 666 $F");
        desk.expect("<prompt>");
        desk.enter_job(&format!("{way} sh -c 'cat $F; read line; echo got-$line; exit 7'"));
        desk.wait_for_state("cat", 'S');
        desk.enter("(sleep 0.3; echo open >$F; rm $F) & fg %1");
        desk.expect("open\r\n");
        desk.be_read();
        desk.expect_code(7);
        desk.enter("wait"); // for the one that removes the file
        desk.expect("<prompt>");
    });
}

#[test]
fn a_script_that_runs_it_stops_and_goes_on_with_it() {
    // Looks like ^Z in a script that waits for nsinit: the whole job is stopped, and after fg the
    // script does what comes next.
    in_all_ways(|desk, way| {
        let reader = READER.replace('\'', "\"").replace('$', "\\$");
        desk.enter(&format!("sh -c '{way} {reader}; echo next-$?'"));
        desk.expect("up\r\n");
        desk.stop();
        assert_eq!(desk.terminal.foreground(), desk.shell.pid);
        desk.ask_shell();
        desk.enter("fg");
        desk.wait_for_front();
        desk.be_read();
        desk.expect("next-7\r\n");
        desk.expect_code(0);
    });
}

#[test]
fn a_pager_behind_it_has_the_terminal_when_it_asks() {
    // Looks like `nsinit … | less`: the other end of the pipe reads the keyboard while the workload
    // runs, and ^C ends both.
    in_all_ways(|desk, way| {
        let pager = "sh -c 'read x; echo piped-$x; read y </dev/tty; echo typed-$y; cat'";
        desk.enter(&format!("{way} sh -c 'echo data; exec sleep 1000' | {pager}"));
        desk.expect("piped-data\r\n");
        desk.enter("key");
        desk.expect("typed-key\r\n");
        desk.press(CTRL_C);
        desk.expect_code(130);
    });
}

#[test]
fn a_pager_reads_on_when_the_workload_has_ended() {
    // Looks like `nsinit … | less` with little to show: the workload is over about when the pager
    // asks for the terminal, and it is never left stopped.
    let pager = "sh -c 'read y </dev/tty; echo typed-$y; cat'";
    in_all_ways(|desk, way| {
        for _ in 0..8 {
            desk.enter(&format!("{way} echo data | {pager}"));
            desk.wait_for_end("nsinit");
            desk.enter("key");
            desk.expect("typed-key\r\ndata\r\n");
            desk.expect_code(0);
        }
    });
}

#[test]
fn a_key_for_the_pager_leaves_it_the_terminal() {
    // Looks like ^C in a pager that minds none, after which it reads what is typed.
    in_all_ways(|desk, way| {
        let pager = "sh -c 'trap \"\" INT; read x; echo piped-$x; read y </dev/tty; \
                     echo typed-$y; read z </dev/tty; echo then-$z'";
        desk.enter(&format!("{way} sh -c 'echo data; exec sleep 1000' | {pager}"));
        desk.expect("piped-data\r\n");
        desk.enter("key");
        desk.expect("typed-key\r\n");
        desk.press(CTRL_C);
        desk.wait_for_end("sleep");
        desk.enter("more");
        desk.expect("then-more\r\n");
    });
}

#[test]
fn a_script_that_does_not_wait_for_it_reads_on() {
    // Looks like a shell without job control that starts it with `&` and reads a line itself.
    in_all_ways(|desk, way| {
        let script = "echo up; read x; echo got-$x; kill $!; wait $!; exit 9";
        desk.enter(&format!("sh -c '{way} sleep 1000 & {script}'"));
        desk.expect("up\r\n");
        desk.wait_for_state("sleep", 'S');
        desk.be_read();
        desk.expect_code(9);
    });
}

#[test]
fn one_in_another_stops_and_goes_on_as_one() {
    // Looks like nsinit in nsinit: ^Z, fg, a line read, the code.
    in_all_ways(|desk, way| {
        desk.enter(&format!("{way} {way} {READER}"));
        desk.expect("up\r\n");
        for _ in 0..2 {
            desk.stop();
            desk.ask_shell();
            desk.enter("fg");
            desk.wait_for_state("sh", 'S');
        }
        desk.be_read();
        desk.expect_code(7);
    });
}

#[test]
fn a_job_that_a_shell_inside_has_stopped_holds_the_end_up_for_nobody() {
    // Looks like ^Z inside, and two exits: the job is asked to end, and can.
    in_all_ways(|desk, way| {
        let way = way.replace("--", "--grace 1h --");
        desk.enter(&format!("PS1='<inner>' {way} bash --norc --noprofile --noediting -i"));
        desk.expect("<inner>");
        desk.enter("sleep 1000");
        desk.wait_for_state("sleep", 'S');
        desk.stop_inner();
        desk.enter("exit");
        desk.expect("stopped jobs");
        desk.expect("<inner>");
        desk.enter("exit 5");
        desk.expect_code(5);
    });
}
