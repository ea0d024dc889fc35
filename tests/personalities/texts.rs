//! What the originals print when they are asked, as their users' scripts expect it.

#![allow(dead_code)] // each table uses a part of it

/// tini's usage under a name.
macro_rules! tini_usage {
    ($name:literal) => {
        concat!(
            $name,
            " (tini version 0.19.0)\nUsage: ",
            $name,
            " [OPTIONS] PROGRAM -- [ARGS] | --version\n\nExecute a program under the supervision \
             of a valid init process (",
            $name,
            ")\n\nCommand line options:\n\n  --version: Show version and exit.\n  \
             -h: Show this help message and exit.\n  \
             -s: Register as a process subreaper (requires Linux >= 3.4).\n  \
             -p SIGNAL: Trigger SIGNAL when parent dies, e.g. \"-p SIGKILL\".\n  \
             -v: Generate more verbose output. Repeat up to 3 times.\n  \
             -w: Print a warning when processes are getting reaped.\n  \
             -g: Send signals to the child's process group.\n  \
             -e EXIT_CODE: Remap EXIT_CODE (from 0 to 255) to 0.\n  \
             -l: Show license and exit.\n\nEnvironment variables:\n\n  \
             TINI_SUBREAPER: Register as a process subreaper (requires Linux >= 3.4).\n  \
             TINI_VERBOSITY: Set the verbosity level (default: 1).\n  \
             TINI_KILL_PROCESS_GROUP: Send signals to the child's process group.\n\n"
        )
    };
}
pub(super) use tini_usage;

/// What tini says where orphans do not come to it.
pub const TINI_WARNING: &str = "\
[WARN  tini (N)] Tini is not running as PID 1 and isn't registered as a child subreaper.
Zombie processes will not be re-parented to Tini, so zombie reaping won't work.
To fix the problem, use the -s option or set the environment variable TINI_SUBREAPER to register \
Tini as a child subreaper, or run Tini as PID 1.
";

pub const DUMB_INIT_HELP: &str = "\
dumb-init v1.2.5
Usage: dumb-init [option] command [[arg] ...]

dumb-init is a simple process supervisor that forwards signals to children.
It is designed to run as PID1 in minimal container environments.

Optional arguments:
   -c, --single-child   Run in single-child mode.
                        In this mode, signals are only proxied to the
                        direct child and not any of its descendants.
   -r, --rewrite s:r    Rewrite received signal s to new signal r before proxying.
                        To ignore (not proxy) a signal, rewrite it to 0.
                        This option can be specified multiple times.
   -v, --verbose        Print debugging information to stderr.
   -h, --help           Print this help message and exit.
   -V, --version        Print the current version and exit.

Full help is available online at https://github.com/Yelp/dumb-init
";

pub const DUMB_INIT_USAGE: &str = "\
Usage: dumb-init [option] program [args]
Try dumb-init --help for full usage.
";

pub const DUMB_INIT_REWRITE: &str = "\
Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.
This option can be specified multiple times.
Use --help for full usage.
";

pub const CATATONIT_USAGE: &str = "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n";
