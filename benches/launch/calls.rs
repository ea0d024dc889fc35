//! System calls of one launch, counted over all its processes, and the sizes of the files.
//!
//! strace's own summary (`-c`) leaves out the calls that never return, so the lines of `-f` are
//! counted: one for each call, from the launcher's execve to the last exit_group. An ordinary user
//! is `nobody`, from a folder that everybody can enter: a checkout may stand under a closed home.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kit::{Kit, bare};
use crate::report::{Report, Target, Trouble};
use crate::table::Table;
use crate::tree::await_orphans;

/// Whom strace starts the launch as.
#[derive(Clone, Copy, PartialEq)]
pub enum User {
    Root,
    Nobody,
}

/// One row.
pub struct Launch {
    pub name: &'static str,
    pub user: User,
    pub line: &'static str,
    /// A promise of ours about the figure.
    pub limit: Option<f64>,
}

/// Counts of launches of a static program. `apart` is what a direct start of it takes, where that
/// is to be left out.
pub fn table(
    kit: &Kit,
    report: &mut Report,
    launches: &[Launch],
    apart: usize,
) -> Result<(), Trouble> {
    let strace = match kit.path("strace") {
        Ok(strace) => strace,
        Err(trouble) => {
            println!("  strace is {trouble}");
            return Ok(());
        }
    };
    let folder = OpenFolder::new()?;
    let mut table = Table::new(&["", "calls", "processes"]);
    for Launch { name, user, line, limit } in launches {
        let count = folder.trace(kit, &strace, *user, line);
        let count = count.map(|(calls, processes)| (calls.saturating_sub(apart), processes));
        match &count {
            Ok((calls, processes)) => {
                table.row(name, [calls.to_string(), processes.to_string()]);
            }
            Err(trouble) => report.left_out(&mut table, name, trouble),
        }
        if let Some(limit) = *limit {
            let what = format!("system calls, {name}");
            let is = count.ok().and_then(|(calls, _)| u32::try_from(calls).ok()).map(f64::from);
            report.target(Target { what, limit, unit: "", is });
        }
    }
    table.print();
    Ok(())
}

/// A folder for everybody with copies of our two programs; gone when dropped.
struct OpenFolder(PathBuf);

impl OpenFolder {
    fn new() -> Result<Self, Trouble> {
        let path = std::env::temp_dir().join(format!("nsinit-bench-{}", std::process::id()));
        let made = fs::create_dir(&path)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
        made.map_err(Trouble::because(path.display()))?;
        Ok(Self(path))
    }

    /// Calls and processes of one launch.
    fn trace(
        &self,
        kit: &Kit,
        strace: &Path,
        user: User,
        line: &str,
    ) -> Result<(usize, usize), Trouble> {
        let log = self.0.join("log");
        let workload = kit.path("true")?;
        let workload = if user == User::Root { workload } else { self.copy(&workload)? };
        let mut argv = kit.argv(line, &workload)?;
        if let Some(program) = argv.first_mut().filter(|_| line.starts_with("nsinit")) {
            *program = self.copy(Path::new(&program))?.into_os_string();
        }
        let mut command = Command::new(strace);
        let command = bare(&mut command).args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(&log);
        if user == User::Nobody {
            let _ = command.args(["-u", "nobody"]).current_dir("/"); // itself again
        }
        let status = command.args(argv).status().map_err(Trouble::because("strace"))?;
        await_orphans();
        if !status.success() {
            return Err(Trouble::Failed(status.to_string()));
        }
        let text = fs::read(&log).map_err(Trouble::because("its log"))?;
        Ok(count(&String::from_utf8_lossy(&text)))
    }

    fn copy(&self, program: &Path) -> Result<PathBuf, Trouble> {
        let name = program.file_name().ok_or(Trouble::Failed("a program without a name".into()))?;
        let copy = self.0.join(name);
        if !copy.exists() {
            let _ = fs::copy(program, &copy).map_err(Trouble::because("copy"))?; // its length
        }
        Ok(copy)
    }
}

impl Drop for OpenFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // a leftover in the temporary folder harms nobody
    }
}

/// "PID call(…" is a call, "PID <... call resumed>" the rest of one, "PID +++" an end.
fn count(log: &str) -> (usize, usize) {
    let lines = log.lines().filter_map(|line| line.split_once(' '));
    let calls = lines.map(|(pid, rest)| (pid, rest.trim_start()));
    let calls =
        calls.filter(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '_'));
    let pids: Vec<&str> = calls.map(|(pid, _)| pid).collect();
    (pids.len(), pids.iter().collect::<BTreeSet<_>>().len())
}

pub fn sizes(kit: &Kit, names: &[&str]) -> Result<(), Trouble> {
    println!("\nSizes of the files, in KiB: the program, and with the libraries it loads.\n");
    let mut table = Table::new(&["", "program", "with libraries"]);
    for name in names.iter().copied() {
        let path = match kit.path(name) {
            Ok(path) => path,
            Err(trouble) => {
                table.remark(name, &trouble.to_string());
                continue;
            }
        };
        let own = size(&path)?;
        let libraries = libraries(&path)?;
        let kib = |bytes: u64| format!("{}", bytes.div_ceil(1024));
        table.row(name, [kib(own), kib(own + libraries)]);
    }
    table.print();
    Ok(())
}

fn size(path: &Path) -> Result<u64, Trouble> {
    fs::metadata(path).map(|data| data.len()).map_err(Trouble::because(path.display()))
}

/// What ldd(1) names: every absolute path of its answer. It names none for a static program.
fn libraries(path: &Path) -> Result<u64, Trouble> {
    let answer = Command::new("ldd").arg(path).output().map_err(Trouble::because("ldd"))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    text.split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(|word| size(Path::new(word)))
        .sum()
}
