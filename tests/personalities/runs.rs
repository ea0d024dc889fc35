//! Commands that run to their end: what is told of them, at each level, and the exit code.

use super::row::{Row, row};
use super::texts::TINI_WARNING;

const TINI: &[Row] = &[
    // Who gets orphans.
    row("tini", &["true"]).err(TINI_WARNING),
    row("tini", &["--", "true"]).err(TINI_WARNING),
    row("tini", &["-s", "true"]),
    row("tini", &["true"]).env(&[("TINI_SUBREAPER", "")]),
    row("tini", &["true"]).env(&[("TINI_VERBOSITY", "0")]),
    row("tini", &["-vvv", "true"]).env(&[("TINI_VERBOSITY", "no number")]),
    row("tini", &["true"]).pid1(),
    row("tini", &["-gw", "--", "true"]).pid1(),
    row("tini-static", &["--", "true"]).pid1(),
    // Exit codes.
    row("tini", &["-s", "--", "sh", "-c", "exit 7"]).code(7),
    row("tini", &["-s", "--", "sh", "-c", "exit 255"]).code(255),
    row("tini", &["-s", "--", "sh", "-c", "kill -KILL $$"]).code(137),
    row("tini", &["-s", "-e", "7", "--", "sh", "-c", "exit 7"]),
    row("tini", &["-s", "-e7", "-e", " +8", "--", "sh", "-c", "exit 8"]),
    row("tini", &["-s", "-e", "7", "--", "sh", "-c", "exit 8"]).code(8),
    row("tini", &["-s", "-e", "", "--", "sh", "-c", "exit 8"]).code(8),
    row("tini", &["-s", "-e", "137", "--", "sh", "-c", "kill -KILL $$"]),
    row("tini", &["-s", "-e", "255", "--", "sh", "-c", "exit 255"]),
    row("tini", &["--", "sh", "-c", "exit 7"]).pid1().code(7),
    row("tini", &["--", "sh", "-c", "kill -KILL $$"]).pid1().code(137),
    // What cannot be executed.
    row("tini", &["-s", "/nope"])
        .code(127)
        .err("[FATAL tini (N)] exec /nope failed: No such file or directory\n"),
    row("tini", &["-s", "no-such-program"])
        .code(127)
        .err("[FATAL tini (N)] exec no-such-program failed: No such file or directory\n"),
    row("tini", &["-s", ""])
        .code(127)
        .err("[FATAL tini (N)] exec  failed: No such file or directory\n"),
    row("tini", &["-s", "-"])
        .code(127)
        .err("[FATAL tini (N)] exec - failed: No such file or directory\n"),
    row("tini", &["-s", "/etc/passwd"])
        .code(126)
        .err("[FATAL tini (N)] exec /etc/passwd failed: Permission denied\n"),
    row("tini", &["-s", "/"]).code(126).err("[FATAL tini (N)] exec / failed: Permission denied\n"),
    row("tini", &["-s", "-e", "127", "/nope"])
        .err("[FATAL tini (N)] exec /nope failed: No such file or directory\n"),
    row("tini", &["/nope"])
        .env(&[("TINI_VERBOSITY", "0")])
        .code(127)
        .err("[FATAL tini (N)] exec /nope failed: No such file or directory\n"),
    row("tini", &["-s", "/etc/passwd/x"])
        .code(126)
        .err("[FATAL tini (N)] exec /etc/passwd/x failed: Not a directory\n")
        .differs(),
    // The first operand ends the flags; glibc looks for more behind it.
    row("tini", &["-s", "sh", "-c", "exit 7"]).code(7).differs(),
];

/// What tini tells while all goes well, level by level.
const TINI_LEVELS: &[Row] = &[
    row("tini", &["-sv", "true"]).out(
        "[INFO  tini (N)] Spawned child process 'true' with pid 'N'\n\
         [INFO  tini (N)] Main child exited normally (with status '0')\n",
    ),
    row("tini", &["-s", "true"]).env(&[("TINI_VERBOSITY", "2")]).out(
        "[INFO  tini (N)] Spawned child process 'true' with pid 'N'\n\
         [INFO  tini (N)] Main child exited normally (with status '0')\n",
    ),
    row("tini", &["-v", "--", "sh", "-c", "kill -SEGV $$"]).pid1().code(139).out(
        "[INFO  tini (N)] Spawned child process 'sh' with pid 'N'\n\
         [INFO  tini (N)] Main child exited with signal (with signal 'Segmentation fault')\n",
    ),
    row("tini", &["-svv", "true"]).out(
        "[INFO  tini (N)] Spawned child process 'true' with pid 'N'\n\
         [DEBUG tini (N)] Received SIGCHLD\n\
         [DEBUG tini (N)] Reaped child with pid: 'N'\n\
         [INFO  tini (N)] Main child exited normally (with status '0')\n",
    ),
    row("tini", &["-svvv", "true"]).out(TINI_ALL),
    row("tini", &["-s", "true"]).env(&[("TINI_VERBOSITY", "-1")]).out(TINI_ALL),
    row("tini", &["-sv", "/nope"])
        .code(127)
        .out(
            "[INFO  tini (N)] Spawned child process '/nope' with pid 'N'\n\
             [INFO  tini (N)] Main child exited normally (with status '127')\n",
        )
        .err("[FATAL tini (N)] exec /nope failed: No such file or directory\n"),
    // Its child prints what it was about to print itself, a second time.
    row("tini", &["-svvv", "/nope"])
        .code(127)
        .out(
            "[TRACE tini (N)] Registered as child subreaper\n\
             [INFO  tini (N)] Spawned child process '/nope' with pid 'N'\n\
             [DEBUG tini (N)] Received SIGCHLD\n\
             [DEBUG tini (N)] Reaped child with pid: 'N'\n\
             [INFO  tini (N)] Main child exited normally (with status '127')\n\
             [TRACE tini (N)] No child to wait\n\
             [TRACE tini (N)] Exiting: child has exited\n",
        )
        .err("[FATAL tini (N)] exec /nope failed: No such file or directory\n")
        .differs(),
];

const TINI_ALL: &str = "\
[TRACE tini (N)] Registered as child subreaper
[INFO  tini (N)] Spawned child process 'true' with pid 'N'
[DEBUG tini (N)] Received SIGCHLD
[DEBUG tini (N)] Reaped child with pid: 'N'
[INFO  tini (N)] Main child exited normally (with status '0')
[TRACE tini (N)] No child to wait
[TRACE tini (N)] Exiting: child has exited
";

const DUMB_INIT: &[Row] = &[
    row("dumb-init", &["true"]),
    row("dumb-init", &["--", "true"]),
    row("dumb-init", &["-c", "true"]),
    row("dumb-init", &["true"]).pid1(),
    row("dumb-init", &["sh", "-c", "exit 7"]).code(7),
    row("dumb-init", &["-c", "sh", "-c", "exit 7"]).pid1().code(7),
    row("dumb-init", &["sh", "-c", "kill -KILL $$"]).code(137),
    row("dumb-init", &["sh", "-c", "kill -KILL $$"]).pid1().code(137),
    row("dumb-init", &["/doesnotexist"])
        .code(2)
        .err("[dumb-init] /doesnotexist: No such file or directory\n"),
    row("dumb-init", &["no-such-program", "-h"])
        .code(2)
        .err("[dumb-init] no-such-program: No such file or directory\n"),
    row("dumb-init", &["-"]).code(2).err("[dumb-init] -: No such file or directory\n"),
    row("dumb-init", &["/etc/passwd"]).code(2).err("[dumb-init] /etc/passwd: Permission denied\n"),
    row("dumb-init", &["/etc/passwd/x"])
        .code(2)
        .err("[dumb-init] /etc/passwd/x: Not a directory\n"),
    // Whatever stands behind the second number.
    row("dumb-init", &["--rew=15:3x", "true"]),
    row("dumb-init", &["-r", " +15: 3", "true"]),
];

/// What dumb-init tells; its two processes write at once.
const DUMB_INIT_TALKING: &[Row] = &[
    row("dumb-init", &["-v", "true"]).err(DUMB_INIT_ALL).same_lines(),
    row("dumb-init", &["--verb", "true"]).err(DUMB_INIT_ALL).same_lines(),
    row("dumb-init", &["-cv", "true"]).err(DUMB_INIT_SINGLE),
    row("dumb-init", &["-v", "true"])
        .env(&[("DUMB_INIT_DEBUG", "1"), ("DUMB_INIT_SETSID", "0")])
        .err(concat!(
            "[dumb-init] Running in debug mode.\n[dumb-init] Not running in setsid mode.\n",
            "[dumb-init] Child spawned with PID N.\n",
            "[dumb-init] Received signal 17.\n",
            "[dumb-init] A child with PID N exited with exit status 0.\n",
            "[dumb-init] Forwarded signal 15 to children.\n",
            "[dumb-init] Child exited with status 0. Goodbye.\n",
        )),
    row("dumb-init", &["true"]).env(&[("DUMB_INIT_DEBUG", "0"), ("DUMB_INIT_SETSID", "1")]),
    row("dumb-init", &["true"]).env(&[("DUMB_INIT_DEBUG", "yes"), ("DUMB_INIT_SETSID", "")]),
    row("dumb-init", &["-cv", "sh", "-c", "kill -KILL $$"]).code(137).err(
        "[dumb-init] Child spawned with PID N.\n\
         [dumb-init] Received signal 17.\n\
         [dumb-init] A child with PID N was terminated by signal 9.\n\
         [dumb-init] Forwarded signal 15 to children.\n\
         [dumb-init] Child exited with status 137. Goodbye.\n",
    ),
    row("dumb-init", &["-cv", "-r", "15:0", "true"]).err(
        "[dumb-init] Child spawned with PID N.\n\
         [dumb-init] Received signal 17.\n\
         [dumb-init] A child with PID N exited with exit status 0.\n\
         [dumb-init] Translating signal 15 to 0.\n\
         [dumb-init] Not forwarding signal 0 to children (ignored).\n\
         [dumb-init] Child exited with status 0. Goodbye.\n",
    ),
    row("dumb-init", &["-cv", "/nope"])
        .code(2)
        .err(
            "[dumb-init] Child spawned with PID N.\n\
             [dumb-init] /nope: No such file or directory\n\
             [dumb-init] Received signal 17.\n\
             [dumb-init] A child with PID N exited with exit status 2.\n\
             [dumb-init] Forwarded signal 15 to children.\n\
             [dumb-init] Child exited with status 2. Goodbye.\n",
        )
        .same_lines(),
];

const DUMB_INIT_ALL: &str = "\
[dumb-init] Unable to detach from controlling tty (errno=25 Inappropriate ioctl for device).
[dumb-init] Child spawned with PID N.
[dumb-init] Unable to attach to controlling tty (errno=25 Inappropriate ioctl for device).
[dumb-init] setsid complete.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N exited with exit status 0.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 0. Goodbye.
";

const DUMB_INIT_SINGLE: &str = "\
[dumb-init] Child spawned with PID N.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N exited with exit status 0.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 0. Goodbye.
";

const CATATONIT: &[Row] = &[
    row("catatonit", &["true"]),
    row("catatonit", &["-g", "--", "true"]),
    row("catatonit", &["true"]).pid1(),
    row("catatonit", &["--", "sh", "-c", "exit 7"]).code(7),
    row("catatonit", &["--", "sh", "-c", "exit 7"]).pid1().code(7),
    row("catatonit", &["--", "sh", "-c", "kill -KILL $$"]).code(137),
    row("catatonit", &["/nope"])
        .code(1)
        .err("ERROR (catatonit:N): failed to exec pid1: No such file or directory\n"),
    row("catatonit", &["/etc/passwd"])
        .code(1)
        .err("ERROR (catatonit:N): failed to exec pid1: Permission denied\n"),
    row("catatonit", &[""])
        .code(1)
        .err("ERROR (catatonit:N): failed to exec pid1: No such file or directory\n"),
    // Debug lines about a terminal that is not there are left out.
    row("catatonit", &["true"])
        .env(&[("CATATONIT_DEBUG", "")])
        .err(
            "DEBUG (catatonit:N): pid1 (N) spawned: true\n\
             DEBUG (catatonit:N): got ECHILD: no children left to monitor\n",
        )
        .differs(),
    // tini's flags, which it refuses.
    row("catatonit", &["-s", "true"]).differs(),
    row("catatonit", &["-w", "--", "true"]).differs(),
    row("catatonit", &["-p", "SIGTERM", "true"]).differs(),
    row("catatonit", &["-e", "7", "--", "sh", "-c", "exit 7"]).differs(),
    row("catatonit", &["-e", "x", "true"])
        .code(1)
        .err(
            "ERROR (catatonit:N): not a valid value: x\n\
             usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n",
        )
        .differs(),
];

#[test]
fn tini_runs_a_command_to_its_end() {
    // Looks like `tini -s -e 7 -- sh -c 'exit 7'`, which is 0.
    TINI.iter().for_each(Row::check);
}

#[test]
fn tini_tells_as_much_as_its_level_says() {
    // Looks like `tini -svv true`, on standard output.
    TINI_LEVELS.iter().for_each(Row::check);
}

#[test]
fn dumb_init_runs_a_command_to_its_end() {
    // Looks like `dumb-init /doesnotexist`, which is 2.
    DUMB_INIT.iter().for_each(Row::check);
}

#[test]
fn dumb_init_tells_every_signal() {
    // Looks like `dumb-init -v true`, on standard error.
    DUMB_INIT_TALKING.iter().for_each(Row::check);
}

#[test]
fn catatonit_runs_a_command_to_its_end() {
    // Looks like `catatonit /nope`, which is 1.
    CATATONIT.iter().for_each(Row::check);
}
