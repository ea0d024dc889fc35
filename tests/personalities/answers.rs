//! Help, versions, licences, and what is wrong with a command line: nothing is run.

use super::pair::{Whose, child};
use super::row::{Row, row};
use super::texts::{
    CATATONIT_USAGE, DUMB_INIT_HELP, DUMB_INIT_REWRITE, DUMB_INIT_USAGE, tini_usage,
};

const TINI: &[Row] = &[
    row("tini", &["-h"]).out(tini_usage!("tini")),
    row("tini", &["-hx"]).out(tini_usage!("tini")),
    row("tini", &["-gsvvh", "a"]).out(tini_usage!("tini")),
    row("tini-static", &["-h"]).out(tini_usage!("tini-static")),
    row("docker-init", &["-h"]).out(tini_usage!("docker-init")).no_original(),
    row("podman-init", &["--version"]).out("tini version 0.19.0\n").no_original(),
    row("docker-init", &["--version"]).out("tini version 0.19.0\n").no_original(),
    row("tini", &["--version"]).out("tini version 0.19.0\n"),
    row("tini-static", &["--version"]).out("tini version 0.19.0\n"),
    row("tini", &[]).code(1).err(tini_usage!("tini")),
    row("tini", &["--"]).code(1).err(tini_usage!("tini")),
    row("tini", &["-s", "--"]).code(1).err(tini_usage!("tini")),
    row("tini", &["-x"]).code(1).err(concat!("tini: invalid option -- 'x'\n", tini_usage!("tini"))),
    row("tini", &["-gx", "a"])
        .code(1)
        .err(concat!("tini: invalid option -- 'x'\n", tini_usage!("tini"))),
    // The version is a flag only when it is alone.
    row("tini", &["--version", "a"])
        .code(1)
        .err(concat!("tini: invalid option -- '-'\n", tini_usage!("tini"))),
    row("tini", &["--help"])
        .code(1)
        .err(concat!("tini: invalid option -- '-'\n", tini_usage!("tini"))),
    row("tini", &["-p"])
        .code(1)
        .err(concat!("tini: option requires an argument -- 'p'\n", tini_usage!("tini"))),
    row("tini", &["-se"])
        .code(1)
        .err(concat!("tini: option requires an argument -- 'e'\n", tini_usage!("tini"))),
    row("tini", &["-p", "TERM", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -p: TERM\n"),
    row("tini", &["-p", "sigterm", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -p: sigterm\n"),
    row("tini", &["-pSIGFOO", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -p: SIGFOO\n"),
    row("tini", &["-p", "15", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -p: 15\n"),
    row("tini", &["-p", "SIGRTMIN", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -p: SIGRTMIN\n"),
    row("tini", &["-e", "256", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -e: 256\n"),
    row("tini", &["-e", "-1", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -e: -1\n"),
    row("tini", &["-e0x1", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -e: 0x1\n"),
    row("tini", &["-e", "99999999999999999999", "true"])
        .code(1)
        .err("[FATAL tini (N)] Not a valid option for -e: 99999999999999999999\n"),
];

const DUMB_INIT: &[Row] = &[
    row("dumb-init", &["-h"]).err(DUMB_INIT_HELP),
    row("dumb-init", &["--help"]).err(DUMB_INIT_HELP),
    row("dumb-init", &["--he", "-x"]).err(DUMB_INIT_HELP),
    row("dumb-init", &["-ch", "a"]).err(DUMB_INIT_HELP),
    row("dumb-init", &["-V"]).err("dumb-init v1.2.5\n"),
    row("dumb-init", &["--version"]).err("dumb-init v1.2.5\n"),
    row("dumb-init", &["--vers"]).err("dumb-init v1.2.5\n"),
    row("dumb-init", &[]).code(1).err(DUMB_INIT_USAGE),
    row("dumb-init", &["--"]).code(1).err(DUMB_INIT_USAGE),
    row("dumb-init", &["--single-child"]).code(1).err(DUMB_INIT_USAGE),
    row("dumb-init", &["--yolo"]).code(1).err("dumb-init: unrecognized option '--yolo'\n"),
    row("dumb-init", &["--yolo=3"]).code(1).err("dumb-init: unrecognized option '--yolo=3'\n"),
    row("dumb-init", &["-y"]).code(1).err("dumb-init: invalid option -- 'y'\n"),
    row("dumb-init", &["-vy"]).code(1).err("dumb-init: invalid option -- 'y'\n"),
    row("dumb-init", &["-r"]).code(1).err("dumb-init: option requires an argument -- 'r'\n"),
    row("dumb-init", &["--rewrite"])
        .code(1)
        .err("dumb-init: option '--rewrite' requires an argument\n"),
    row("dumb-init", &["--rew"])
        .code(1)
        .err("dumb-init: option '--rewrite' requires an argument\n"),
    row("dumb-init", &["--help=3"])
        .code(1)
        .err("dumb-init: option '--help' doesn't allow an argument\n"),
    row("dumb-init", &["--s=3"])
        .code(1)
        .err("dumb-init: option '--single-child' doesn't allow an argument\n"),
    row("dumb-init", &["--ver"])
        .code(1)
        .err("dumb-init: option '--ver' is ambiguous; possibilities: '--verbose' '--version'\n"),
    row("dumb-init", &["--v=1"])
        .code(1)
        .err("dumb-init: option '--v=1' is ambiguous; possibilities: '--verbose' '--version'\n"),
    row("dumb-init", &["-r", "foo", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "TERM:QUIT", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "15", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "15:", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "15:32", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "0:15", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "32:15", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["-r", "-1:15", "true"]).code(1).err(DUMB_INIT_REWRITE),
    row("dumb-init", &["--rewrite=15:-1", "true"]).code(1).err(DUMB_INIT_REWRITE),
];

const CATATONIT: &[Row] = &[
    row("catatonit", &["-V"]).out("tini version 0.1.7_catatonit\n"),
    row("catatonit", &["--version"]).out("tini version 0.1.7_catatonit\n"),
    row("catatonit", &["--ver"]).out("tini version 0.1.7_catatonit\n"),
    row("catatonit", &[]).code(1).err(NO_NAME),
    row("catatonit", &["--"]).code(1).err(NO_NAME),
    row("catatonit", &["-g"]).code(1).err(NO_NAME),
    row("catatonit", &["-x"]).code(1).err(concat!(
        "catatonit: invalid option -- 'x'\n",
        "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n"
    )),
    row("catatonit", &["--nope"]).code(1).err(concat!(
        "catatonit: unrecognized option '--nope'\n",
        "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n"
    )),
    row("catatonit", &["--version=3"]).code(1).err(concat!(
        "catatonit: option '--version' doesn't allow an argument\n",
        "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n"
    )),
    row("catatonit", &["-h"]).env(&[("CATATONIT_LOG", "")]).code(1).err(RESERVED),
    row("catatonit", &["true"]).env(&[("CATATONIT_LOG", "x")]).code(1).err(RESERVED),
];

const NO_NAME: &str = "\
ERROR (catatonit:N): missing program name
usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]
";

const RESERVED: &str = "ERROR (catatonit:N): CATATONIT_LOG is reserved for future use\n";

const PAUSE: &[Row] = &[
    row("pause", &["-v"]).out(PAUSE_VERSION).no_original(),
    row("pause", &["-V"]).out(PAUSE_VERSION).no_original(),
    row("pause", &["a", "-v"]).out(PAUSE_VERSION).no_original(),
];

const PAUSE_VERSION: &str = concat!("pause.c v3.10-nsinit-", env!("CARGO_PKG_VERSION"), "\n");

#[test]
fn tini_answers_in_its_words() {
    // Looks like `tini -h` of ours and of Debian's beside each other.
    TINI.iter().for_each(Row::check);
}

#[test]
fn dumb_init_answers_in_its_words() {
    // Looks like `dumb-init --ver`, which is ambiguous, on standard error.
    DUMB_INIT.iter().for_each(Row::check);
}

#[test]
fn catatonit_answers_in_its_words() {
    // Looks like `catatonit -V`, which docker reads.
    CATATONIT.iter().for_each(Row::check);
}

#[test]
fn pause_tells_its_version_and_nothing_else() {
    // Looks like `pause -v`.
    PAUSE.iter().for_each(Row::check);
}

#[test]
fn licences_are_told_with_their_authors() {
    // tini's licence as tini prints it, then ours; catatonit's is ours alone, we have none of its
    // code.
    let ours = child(Whose::Ours, "tini", &["-l"]).end().quietly(0);
    let theirs = child(Whose::Theirs, "tini", &["-l"]).end().quietly(0);
    assert!(theirs.starts_with("The MIT License") && theirs.ends_with("THE SOFTWARE.\n"));
    let behind = ours.strip_prefix(&theirs).expect("tini's own text first");
    assert!(behind.contains("nsinit") && behind.contains("MIT OR Apache-2.0"), "{behind}");
    for flag in ["-L", "-l"] {
        let said = child(Whose::Ours, "catatonit", &[flag]).end().quietly(0);
        assert!(said.contains("nsinit") && !said.contains("GNU"), "{said}");
    }
}

#[test]
fn the_help_of_catatonit_begins_with_its_usage() {
    // Ours names tini's flags, too; the line that scripts look for is the same.
    for whose in Whose::BOTH {
        child(whose, "catatonit", &["-h"]).end().saying(0, &[CATATONIT_USAGE, "-P ", "-g "]);
    }
}
