//! A guest: its kernel, its initramfs, what qemu-run is asked, and what came of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Seconds that a guest has which ends by itself. A boot takes two; the machine may be busy.
pub const LIMIT: u64 = 120;
/// Seconds that a guest has which hangs. It has to come as far as its workload in them.
pub const SHORT_LIMIT: u64 = 60;
/// What qemu-run may need beside the guest's own time.
const MARGIN: Duration = Duration::from_secs(30);

/// Where a kernel comes from: `tools/kernels.sh` knows them by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    pub arch: &'static str,
    pub series: &'static str,
}

const fn kernel(arch: &'static str, series: &'static str) -> Kernel {
    Kernel { arch, series }
}

/// The one that most tests use.
pub const USUAL: Kernel = kernel("x86_64", "6.12");
/// Without a virtio-serial port: its driver is a module.
pub const OLD: Kernel = kernel("x86_64", "6.1");
/// The same, and without all that mounts, cgroups and pidfds have learned since.
pub const OLDEST: Kernel = kernel("x86_64", "5.10");
pub const ALL: [Kernel; 8] = [
    OLDEST,
    OLD,
    USUAL,
    kernel("x86_64", "7"),
    kernel("aarch64", "5.10"),
    kernel("aarch64", "6.1"),
    kernel("aarch64", "6.12"),
    kernel("aarch64", "7"),
];

impl Kernel {
    /// Whether it is to be tried: NSINIT_BOOT_ARCHES can leave an architecture out.
    pub fn is_asked_for(self) -> bool {
        let Ok(arches) = env::var("NSINIT_BOOT_ARCHES") else { return true };
        let is_asked_for = arches.split_whitespace().any(|arch| arch == self.arch);
        if !is_asked_for {
            println!("LEFT OUT, by NSINIT_BOOT_ARCHES: {self:?}");
        }
        is_asked_for
    }

    /// Whether it has virtio-serial built in.
    pub fn has_port(self) -> bool {
        ![OLDEST.series, OLD.series].contains(&self.series)
    }

    /// Whether it has Landlock, of Linux 5.13.
    pub fn has_landlock(self) -> bool {
        self.series != OLDEST.series
    }

    pub fn path(self) -> PathBuf {
        let name = format!("{}/{}", self.arch, self.series);
        let asked = Command::new(top().join("tools/kernels.sh")).args(["path", &name]).output();
        let path = String::from_utf8(asked.unwrap().stdout).unwrap();
        assert!(!path.is_empty(), "there is no kernel {name}: tools/kernels.sh {name} brings it");
        PathBuf::from(path.trim_end())
    }

    /// A program of ours for its architecture, in the release build.
    pub fn program(self, name: &str) -> PathBuf {
        let native = Path::new(env!("CARGO_BIN_EXE_nsinit-guest")).parent().unwrap();
        let folder = match self.arch {
            env::consts::ARCH => native.to_owned(),
            other => {
                let triple = format!("{other}/{other}-unknown-linux-gnu/release");
                native.parent().unwrap().join(triple)
            }
        };
        let program = folder.join(name);
        let remedy = "make test-boot builds it (tools/aarch64.sh build --features demo)";
        assert!(program.exists(), "{} is not there: {remedy}", program.display());
        program
    }
}

pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An initramfs with a program of ours as /init, and files. Each is made once.
pub fn initramfs(kernel: Kernel, init: &str, files: &[(PathBuf, &str)]) -> PathBuf {
    static MADE: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let names: String = files.iter().map(|(_, dest)| dest.replace('/', "-")).collect();
    let name = format!("boot-{}-{init}{names}.img", kernel.arch);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    if !made.contains(&name) {
        let mut command = Command::new(top().join("tools/initramfs.sh"));
        let mut command = command.arg(&path).arg(kernel.program(init));
        for (source, dest) in files {
            command = command.arg(format!("{}:{dest}", source.display()));
        }
        assert!(command.status().unwrap().success());
        made.push(name);
    }
    path
}

/// nsinit as /init, the workload of these tests as /bin/guest.
pub fn appliance(kernel: Kernel, files: &[(PathBuf, &str)]) -> PathBuf {
    let guest = (kernel.program("nsinit-guest"), "bin/guest");
    let files: Vec<_> = files.iter().cloned().chain([guest]).collect();
    initramfs(kernel, "nsinit", &files)
}

/// A guest that is about to be started.
#[derive(Clone, Debug)]
pub struct Guest {
    kernel: PathBuf,
    initramfs: PathBuf,
    limit: u64,
    options: Vec<OsString>,
    words: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    /// Its console, without carriage returns.
    pub console: String,
    /// What qemu-run said.
    pub said: String,
}

impl Guest {
    pub fn new(kernel: Kernel, initramfs: PathBuf) -> Self {
        let kernel = kernel.path();
        Self { kernel, initramfs, limit: LIMIT, options: Vec::new(), words: Vec::new() }
    }

    /// With an nsinit that is broken in the way that `words` say: tests/boot/guest.rs.
    pub fn broken(kernel: Kernel, words: &str) -> Self {
        Self::new(kernel, initramfs(kernel, "nsinit-guest", &[])).command(words.split(' '))
    }

    pub fn limit(mut self, seconds: u64) -> Self {
        self.limit = seconds;
        self
    }

    pub fn option(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.options.extend([OsString::from(name), value.into()]);
        self
    }

    /// With modules of its kernel (`drivers/block/virtio_blk`), and a modules.dep that says of each
    /// that it needs those before it.
    pub fn modules(mut self, kernel: Kernel, names: &[&str]) -> Self {
        let folder = kernel.path().parent().unwrap().to_owned();
        let version = fs::read_to_string(folder.join("version")).unwrap();
        let home = format!("/lib/modules/{}", version.trim());
        let paths: Vec<_> = names.iter().map(|name| format!("kernel/{name}.ko.xz")).collect();
        let mut dep = String::new();
        for (index, path) in paths.iter().enumerate() {
            let before: Vec<_> = paths[..index].iter().rev().map(String::as_str).collect();
            dep += &format!("{path}: {}\n", before.join(" "));
            let source = folder.join("modules").join(path);
            self = self.option("--file", format!("{}:{home}/{path}", source.display()));
        }
        let dep = file(&format!("{}.dep", names.join("-").replace('/', "-")), &dep);
        self.option("--file", format!("{}:{home}/modules.dep", dep.display()))
    }

    pub fn command<'w>(mut self, words: impl IntoIterator<Item = &'w str>) -> Self {
        self.words = words.into_iter().map(str::to_owned).collect();
        self
    }

    /// Runs it to its end, which comes in bounded time.
    pub fn run(&self) -> Ended {
        let mut command = Command::new(top().join("rootfs/qemu-run"));
        let mut command =
            command.args(&self.options).args(["--time-limit", &self.limit.to_string()]);
        command = command.arg(&self.kernel).arg(&self.initramfs);
        if !self.words.is_empty() {
            command = command.arg("--").args(&self.words);
        }
        let begin = Instant::now();
        let ended = ended(command);
        let most = Duration::from_secs(self.limit) + MARGIN;
        assert!(begin.elapsed() < most, "{self:?} took {:?}: {ended:?}", begin.elapsed());
        ended
    }

    /// Runs it: it has to end with this code, and qemu-run to say something with these words in it,
    /// or nothing at all where they are none.
    pub fn check(&self, code: i32, words: &str) {
        let ended = self.run();
        let is_right = ended.code == code
            && ended.said.contains(words)
            && (!words.is_empty() || ended.said.is_empty());
        assert!(
            is_right,
            "{self:?}\nis to end with {code} and \"{words}\", and did so:\n{ended:#?}"
        );
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\r', "");
    Ended {
        code: output.status.code().unwrap_or(-1),
        console: text(&output.stdout),
        said: text(&output.stderr),
    }
}

/// Runs each of them at the same time: guests that hang cost time, and nothing else.
pub fn together(checks: &[(Guest, i32, &str)]) {
    std::thread::scope(|scope| {
        for (guest, code, words) in checks {
            let _ = scope.spawn(|| guest.check(*code, words)); // the scope joins it
        }
    });
}

/// A file of this test run.
pub fn file(name: &str, contents: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, contents).unwrap();
    path
}
