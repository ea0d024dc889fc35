//! The programs that take part: nsinit from cargo, the peers from PATH, the C programs built here.
//!
//! A peer is named with the Debian package that brings it, so that a missing one can be put right
//! by one command. The C programs (`benches/*.c`) are built at each run, static and without libc,
//! by `cc`, which a Rust toolchain needs anyway to link.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::Trouble;

/// Program and Debian package.
const PEERS: [(&str, &str); 7] = [
    ("unshare", "util-linux"),
    ("bwrap", "bubblewrap"),
    ("tini", "tini"),
    ("tini-static", "tini"),
    ("dumb-init", "dumb-init"),
    ("catatonit", "catatonit"),
    ("strace", "strace"),
];

const C_PROGRAMS: [&str; 5] = ["true", "sleeper", "floor", "calls-floor", "entry-floor"];

const BUSY: &str = "\nBUSY: medians of a busy machine measure its scheduler; read p10, by which \
                    promises are judged now, or try again";

pub struct Kit {
    /// A bench may have more of its own.
    pub programs: Vec<Program>,
    /// Whether others kept the machine busy when this was made.
    pub is_busy: bool,
}

/// What a word of a subject's line is.
pub struct Program {
    pub name: &'static str,
    /// The Debian package that brings it.
    pub package: &'static str,
    pub path: Option<PathBuf>,
}

impl Kit {
    /// With cargo's nsinit or another one, and with a small build of it, if there is one.
    pub fn new(nsinit: Option<&Path>, small: Option<&Path>) -> Result<Self, Trouble> {
        let nsinit = nsinit.unwrap_or(Path::new(env!("CARGO_BIN_EXE_nsinit")));
        let ours = [("nsinit", Some(nsinit)), ("nsinit-small", small)];
        let mut programs = Vec::new();
        for (name, path) in ours.iter().filter_map(|(name, path)| Some((name, (*path)?))) {
            let missing = format!("no nsinit at \"{}\"", path.display());
            let path = std::fs::canonicalize(path).map_err(Trouble::because(missing))?;
            programs.push(Program { name, package: "", path: Some(path) });
        }
        for name in C_PROGRAMS {
            programs.push(Program { name, package: "", path: Some(compile(name)?) });
        }
        for (name, package) in PEERS {
            programs.push(Program { name, package, path: in_path(name) });
        }
        let (load, processors) = load();
        Ok(Self { programs, is_busy: load > 0.5 * f64::from(processors) })
    }

    /// Where a program is; the error names it and its package.
    pub fn path(&self, name: &str) -> Result<PathBuf, Trouble> {
        match self.program(name) {
            Some(Program { path: Some(path), .. }) => Ok(path.clone()),
            Some(program) => Err(Trouble::Missing(program.package)),
            None => Err(Trouble::Failed(format!("no program \"{name}\" in the kit"))),
        }
    }

    /// A subject's line and the workload, ready to be spawned.
    pub fn command(&self, line: &str, workload: &Path) -> Result<Command, Trouble> {
        let argv = self.argv(line, workload)?;
        let (program, args) = argv.split_first().ok_or(Trouble::Failed("no command".into()))?;
        let mut command = Command::new(program);
        let _ = bare(&mut command).args(args); // the same command again
        Ok(command)
    }

    /// The words of a subject's line, programs by their paths, and the workload; a bundle has that
    /// in it.
    pub fn argv(&self, line: &str, workload: &Path) -> Result<Vec<OsString>, Trouble> {
        let mut argv = Vec::new();
        for word in line.split_whitespace() {
            match self.program(word) {
                Some(_) => argv.push(self.path(word)?.into_os_string()),
                None => argv.push(word.into()),
            }
        }
        if !line.contains("BUNDLE") {
            argv.push(workload.into());
        }
        Ok(argv)
    }

    /// "tini (apt-get install tini)" for each peer that is not there.
    pub fn missing(&self) -> Vec<String> {
        let missing = self.programs.iter().filter(|program| program.path.is_none());
        missing.map(|p| format!("{} (apt-get install {})", p.name, p.package)).collect()
    }

    /// The machine, and whom we measure: figures without this line are gossip.
    pub fn describe(&self) -> String {
        let file = |path| std::fs::read_to_string(path).unwrap_or_default();
        let kernel = file("/proc/sys/kernel/osrelease");
        let (load, processors) = load();
        let warning = if self.is_busy { BUSY } else { "" };
        let nsinit = self.path("nsinit").unwrap_or_default();
        format!(
            "Linux {}, {processors} processors, load {load}\nnsinit: {}{warning}",
            kernel.trim(),
            nsinit.display()
        )
    }

    fn program(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.name == name)
    }
}

/// How many processes want a processor, and how many processors there are.
fn load() -> (f64, u32) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (load, u32::try_from(processors).unwrap_or(1))
}

/// Cargo gives benches an LD_LIBRARY_PATH, which would make the loader of every dynamic peer look
/// in three more folders, and the user's locale would make some load it: neither is to be measured.
pub fn bare(command: &mut Command) -> &mut Command {
    command.env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
}

/// execvp(3)'s search, sbin included: sudo and cron may leave those out of PATH.
pub fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn compile(name: &str) -> Result<PathBuf, Trouble> {
    crate::compile::program(&format!("benches/{name}.c"), name).map_err(Trouble::Failed)
}
