//! A root of its own: the root that every subject gets, and what each needs to be told of it.
//!
//! The root has the workloads, at the paths that they have outside, and the libraries that one of
//! them loads. crun takes its root from a bundle, unshare needs a script, and the C program has
//! nsinit's own filters as constants, which are written for it here.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use nsinit::model::filter::{DEFAULT_PROGRAM, OWN_PROGRAM, Program};

use crate::Subject;
use crate::compile;
use crate::kit::{self, Kit};
use crate::report::Trouble;

/// Namespaces of each are the same but for the time namespace, which is nsinit's, the C program's
/// and unshare's.
pub const ROOTED: [Subject; 6] = [
    Subject { name: "nsinit run", line: NSINIT },
    Subject { name: "C program", line: FLOOR },
    Subject { name: "unshare and sh", line: "unshare -pfmuiT SCRIPT" },
    Subject { name: "bwrap", line: BWRAP },
    Subject { name: "crun run", line: CRUN },
    Subject { name: "direct exec", line: "" },
];

pub const NSINIT: &str = "nsinit run --root ROOT --proc /proc --dev /dev --tmpfs /tmp --";
pub const FLOOR: &str = "root-floor ROOT";
pub const BWRAP: &str = "bwrap --unshare-pid --unshare-ipc --unshare-uts --bind ROOT / \
                         --proc /proc --dev /dev --tmpfs /tmp";
pub const CRUN: &str = "crun --root STATE --cgroup-manager=disabled run --bundle BUNDLE bench";

/// Makes all of it anew, and tells the kit what the words of [`ROOTED`] are.
pub fn prepare(kit: &mut Kit) -> Result<(), Trouble> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rooted");
    let root = folder.join("root");
    let workloads = [kit.path("true")?, kit.path("sleeper")?, PathBuf::from("/bin/true")];
    make_root(&root, &workloads).map_err(Trouble::because(root.display()))?;
    let script = folder.join("unshare.sh");
    make_script(&script, &root).map_err(Trouble::because(script.display()))?;
    let header = folder.join("root-floor-filters.h");
    fs::write(&header, filters()?).map_err(Trouble::because(header.display()))?;
    let include = format!("-I{}", folder.display());
    let floor = compile::program_with("benches/root-floor.c", "root-floor", &[&include]);
    let word = |name, path| kit::Program { name, package: "", path: Some(path) };
    kit.programs.extend([
        word("root-floor", floor.map_err(Trouble::Failed)?),
        word("ROOT", root),
        word("SCRIPT", script),
        word("STATE", folder.join("state")),
        word("BUNDLE", folder),
        kit::Program { name: "crun", package: "crun", path: kit::in_path("crun") },
    ]);
    Ok(())
}

fn make_root(root: &Path, workloads: &[PathBuf]) -> io::Result<()> {
    let _ = fs::remove_dir_all(root); // of an earlier run; the first has none
    for name in ["proc", "dev", "tmp"] {
        fs::create_dir_all(root.join(name))?;
    }
    for workload in workloads {
        let libraries = Command::new("ldd").arg(workload).output()?;
        let libraries = String::from_utf8_lossy(&libraries.stdout).into_owned();
        let words = libraries.split_whitespace().filter(|word| word.starts_with('/'));
        for path in words.map(Path::new).chain([workload.as_path()]) {
            let copy = root.join(path.strip_prefix("/").unwrap_or(path));
            copy.parent().map_or(Ok(()), fs::create_dir_all)?;
            let _ = fs::copy(path, copy)?; // its length
        }
    }
    Ok(())
}

/// By hand. A root without umount(8) cannot be pivoted to from a shell; it ends in a chroot.
fn make_script(script: &Path, root: &Path) -> io::Result<()> {
    let text = format!(
        "#!/bin/sh -e\n\
         cd '{}'\n\
         mount -t proc -o nosuid,nodev,noexec proc proc\n\
         mount -t tmpfs -o nosuid,mode=0755 tmpfs dev\n\
         for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do\n\
         \tIFS=:\n\tset -- $device \"$@\"\n\tmknod -m 666 dev/$1 c $2 $3\n\tshift 3\ndone\n\
         ln -s /proc/self/fd dev/fd\n\
         mkdir dev/shm dev/pts\n\
         mount -t devpts -o nosuid,noexec,mode=0620,ptmxmode=0666 devpts dev/pts\n\
         mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs tmp\n\
         exec chroot . \"$@\"\n",
        root.display()
    );
    fs::write(script, text)?;
    fs::set_permissions(script, fs::Permissions::from_mode(0o755))
}

/// The filters of a service and of PID 1, as C has them.
fn filters() -> Result<String, Trouble> {
    let mut text = String::from("#include <linux/filter.h>\n");
    for (name, program) in [("DEFAULT_FILTER", &DEFAULT_PROGRAM[..]), ("OWN_FILTER", &OWN_PROGRAM)]
    {
        write_filter(&mut text, name, program).map_err(Trouble::because("filters in C"))?;
    }
    Ok(text)
}

fn write_filter(text: &mut String, name: &str, program: Program<'_>) -> std::fmt::Result {
    writeln!(text, "static const struct sock_filter {name}[] = {{")?;
    for word in program {
        writeln!(text, "\t{{ {}, {}, {}, {} }},", word.code, word.yes, word.no, word.k)?;
    }
    writeln!(text, "}};")
}

/// The bundle of crun, with this workload in it.
pub fn bundle(kit: &Kit, workload: &Path) -> Result<(), Trouble> {
    let config = CONFIG
        .replace("WORKLOAD", &workload.display().to_string())
        .replace("ROOT", &kit.path("ROOT")?.display().to_string());
    let path = kit.path("BUNDLE")?.join("config.json");
    fs::write(&path, config).map_err(Trouble::because(path.display()))
}

/// The OCI runtime specification; what it hides in /proc is what nsinit hides.
const CONFIG: &str = r#"{
  "ociVersion": "1.0.0",
  "process": {
    "cwd": "/", "args": ["WORKLOAD"], "env": ["PATH=/bin"], "user": { "uid": 0, "gid": 0 },
    "noNewPrivileges": true
  },
  "root": { "path": "ROOT" },
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc",
      "options": ["nosuid", "nodev", "noexec"] },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
      "options": ["nosuid", "mode=0755"] },
    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
      "options": ["nosuid", "noexec", "newinstance", "mode=0620", "ptmxmode=0666"] },
    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
      "options": ["nosuid", "nodev", "mode=0755"] }
  ],
  "linux": {
    "namespaces": [{ "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" }],
    "maskedPaths": [
      "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
      "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats"
    ],
    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
  }
}"#;

/// Mounts a cgroup2 of this bench's own over what a machine of two hierarchies has, which crun does
/// not take: the bench is started again by unshare(1) in a mount namespace.
pub fn with_one_hierarchy() -> Result<(), Trouble> {
    use std::os::unix::process::CommandExt;
    const MARK: &str = "NSINIT_BENCH_HIERARCHY";
    let is_one = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    if is_one || std::env::var_os(MARK).is_some() {
        return Ok(());
    }
    let script = "mount -t cgroup2 none /sys/fs/cgroup; exec \"$@\"";
    let program = std::env::current_exe().map_err(Trouble::because("this program"))?;
    let mut command = Command::new("unshare");
    let command = command.args(["-m", "sh", "-c", script, "sh"]).arg(program);
    let error = command.args(std::env::args_os().skip(1)).env(MARK, "1").exec();
    Err(Trouble::Failed(format!("unshare: {error}")))
}
