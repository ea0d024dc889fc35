//! An ordinary user on a machine whose files say what a test wants them to: each is covered by one
//! of ours, in a mount namespace that nobody else sees.

use std::path::{Path, PathBuf};

use super::who::{Who, programs, tool};
use super::{Run, file};

/// Files that are covered.
pub struct Etc {
    directory: PathBuf,
    script: String,
    count: usize,
    /// More words in front of nsinit.
    prefix: Vec<&'static str>,
}

impl Etc {
    /// A machine that knows uid and gid 1000 as `ann`, and grants nothing.
    pub fn new() -> Self {
        let script = "set -e; mount --make-rprivate /".to_string();
        let etc = Self { directory: file::directory(), script, count: 0, prefix: Vec::new() };
        etc.with("/etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/tmp:/bin/sh\n")
            .with("/etc/group", "root:x:0:\nann:x:1000:\n")
            .with("/etc/subuid", "")
            .with("/etc/subgid", "")
    }

    /// The same, and a range of ids for each map.
    pub fn granting(range: &str) -> Self {
        let line = format!("bob:5000:10\nann:{range}\n");
        Self::new().with("/etc/subuid", &line).with("/etc/subgid", &line)
    }

    /// Covers a file, which must be there.
    pub fn with(self, path: &str, content: &str) -> Self {
        self.with_mode(path, 0o644, content.as_bytes())
    }

    /// The same with a mode.
    pub fn with_mode(mut self, path: &str, mode: u32, content: &[u8]) -> Self {
        assert!(Path::new(path).exists(), "{path} is missing: apt-get install uidmap");
        let ours = file::write(&self.directory, &self.count.to_string(), mode, content);
        self.script += &format!("; mount --bind '{ours}' '{path}'");
        self.count += 1;
        self
    }

    /// Words in front of nsinit.
    pub fn through(mut self, words: &[&'static str]) -> Self {
        self.prefix.extend(words);
        self
    }

    /// nsinit with these words, by the user.
    pub fn nsinit(&self, words: &[&str]) -> Run {
        let setpriv = file::text(&tool("setpriv"));
        let ids = [setpriv.as_str(), "--reuid=1000", "--regid=1000", "--clear-groups"];
        let prefix = self.prefix.iter().copied();
        self.run(ids.into_iter().chain(prefix).chain(["--"]), words)
    }

    /// nsinit with these words, by root.
    pub fn nsinit_as_root(&self, words: &[&str]) -> Run {
        self.run([], words)
    }

    fn run<'w>(&self, prefix: impl IntoIterator<Item = &'w str>, words: &[&'w str]) -> Run {
        let script = format!("{}; exec \"$@\"", self.script);
        let (unshare, nsinit) = (file::text(&tool("unshare")), file::text(&programs().nsinit));
        let before = [unshare.as_str(), "-m", "sh", "-c", &script, "sh"].map(String::from);
        let ours = prefix.into_iter().map(String::from).chain([nsinit]);
        let words = words.iter().map(|word| String::from(*word));
        Run::command(Who::Root, before.into_iter().chain(ours).chain(words))
    }
}
