//! Below a container runtime, as its `--init`: crun(1) runs a bundle into which nsinit is bound.
//!
//! crun wants one cgroup hierarchy: the test gives it an empty cgroup2 in a mount namespace of its
//! own, whatever the machine has, and asks for no cgroup.

use std::fs;
use std::path::PathBuf;

use super::place;
use super::support::who::{programs, tool};
use super::support::{Ended, Run, Running, Who, file, signals};

/// A bundle: config.json (the OCI runtime specification) and an empty root.
struct Bundle {
    path: PathBuf,
    id: String,
}

impl Bundle {
    /// nsinit is bound to /run/init, as `podman run --init` does; `process` are more keys of it.
    fn new(id: &str, flags: &[&str], workload: [&str; 2], process: &str) -> Self {
        let path = place::root();
        fs::create_dir_all(path.join("root/run")).unwrap();
        fs::rename(path.join("workload"), path.join("root/workload")).unwrap();
        let words = [&["/run/init"], flags, &["--", "/workload"], &workload[..]].concat();
        let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let config = CONFIG
            .replace("WORDS", &words.join(", "))
            .replace("PROCESS", process)
            .replace("NSINIT", &file::text(&programs().nsinit));
        fs::write(path.join("config.json"), config).unwrap();
        Self { path, id: format!("{id}-{}", std::process::id()) }
    }

    fn start(&self) -> Running {
        let crun = file::text(&tool("crun"));
        let state = file::text(&self.path.join("state"));
        let script = "mount -t cgroup2 none /sys/fs/cgroup && exec \"$@\"";
        let front = ["unshare", "-m", "sh", "-c", script, "sh", &crun, "--root", &state];
        let words = ["--cgroup-manager=disabled", "run", "--bundle"];
        let bundle = file::text(&self.path);
        let run = Run::command(Who::Root, front.iter().chain(&words).copied());
        run.and([bundle.as_str(), &self.id]).start()
    }
}

const CONFIG: &str = r#"{
  "ociVersion": "1.0.0",
  "process": { "cwd": "/", "args": [WORDS], "env": ["PATH=/"], PROCESS },
  "root": { "path": "root", "readonly": true },
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc" },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs" },
    { "destination": "/run/init", "type": "bind", "source": "NSINIT", "options": ["bind", "ro"] }
  ],
  "linux": {
    "namespaces": [{ "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" }],
    "maskedPaths": ["/proc/kcore", "/proc/keys"],
    "readonlyPaths": ["/proc/sys", "/proc/bus"],
    "seccomp": {
      "defaultAction": "SCMP_ACT_ALLOW",
      "syscalls": [{
        "names": ["clone3", "pidfd_open"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1
      }]
    }
  }
}"#;

const ROOT: &str = r#""user": { "uid": 0, "gid": 0 }"#;
const NOBODY: &str = r#""user": { "uid": 65534, "gid": 65534 }, "noNewPrivileges": true"#;

#[test]
fn crun_starts_us_as_its_init() {
    // Looks like the exit code of the workload, as root and as uid 65534.
    for (id, user) in [("root", ROOT), ("nobody", NOBODY)] {
        let ended: Ended = Bundle::new(id, &[], ["exit", "7"], user).start().end();
        ended.saying(7, &[]);
    }
}

#[test]
fn a_container_stops_by_term() {
    // Looks like TERM for the container's PID 1, and the workload's own code.
    for (id, user) in [("root-term", ROOT), ("nobody-term", NOBODY)] {
        let mut run = Bundle::new(id, &[], ["term", "9"], user).start();
        run.wait_for("ready");
        assert_eq!(signals::kill(place::below(run.pid, "init"), libc::SIGTERM), 0);
        run.end().saying(9, &[]);
    }
}

#[test]
fn a_container_s_daemons_can_finish() {
    // Looks like "saved" from a process that the command has left.
    let ended = Bundle::new("leave", &[], ["leave", "3"], ROOT).start().end();
    assert!(ended.out.contains("saved"), "{} {}", ended.out, ended.err);
    ended.saying(3, &[]);
}
