//! Small builds: what is left out says so, and what is left works.

#![allow(missing_docs, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An entrypoint and nothing else, built for this test in a directory of its own.
fn entrypoint_only() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("entrypoint-only");
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--bin", "nsinit", "--no-default-features"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .arg("--target-dir")
        .arg(&directory)
        .status();
    assert!(status.unwrap().success(), "cargo build --no-default-features failed");
    directory.join("release/nsinit")
}

/// How a flag is refused whose part is left out.
fn not_built(flag: &str, feature: &str) -> String {
    format!(
        "nsinit: argument 1: \"{flag}\" is not built into this version\n  \
         try: one with the feature {feature}\n"
    )
}

fn run(nsinit: &Path, words: &[&str]) -> Output {
    Command::new(nsinit).args(words).output().unwrap()
}

#[test]
fn an_entrypoint_alone_is_small_and_supervises() {
    let nsinit = entrypoint_only();
    let len = std::fs::metadata(&nsinit).unwrap().len();
    // FIXME: 24 KiB are promised.
    assert!(len <= 149 * 1024, "{len} bytes");

    let table: [(&[&str], i32, &str); 10] = [
        (&["--", "sh", "-c", "exit 7"], 7, ""),
        (&["--env", "A=7", "--restart", "on-failure", "--", "sh", "-c", "exit $((A - 7))"], 0, ""),
        (&["--", "/nope"], 127, "nsinit: step "),
        (&["--grace", "soon", "--", "true"], 125, "nsinit: argument 1: grace: \"soon\""),
        (&["run", "--", "true"], 125, "nsinit: run is not built into this version"),
        (&["--hostname", "a", "--", "true"], 125, &not_built("--hostname", "run")),
        (&["--sysctl", "a=b", "--", "true"], 125, &not_built("--sysctl", "init")),
        (&["--seccomp", "default", "--", "true"], 125, &not_built("--seccomp", "sandbox")),
        (&["--landlock-read", "/", "--", "true"], 125, &not_built("--landlock-read", "sandbox")),
        (&["--config", "a.toml"], 125, "nsinit: argument 1: unknown flag \"--config\""),
    ];
    for (words, code, said) in table {
        let output = run(&nsinit, words);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {stderr}");
        assert!(stderr.starts_with(said) && stderr.is_empty() == said.is_empty(), "{stderr}");
    }
    let version = String::from_utf8(run(&nsinit, &["version"]).stdout).unwrap();
    assert!(version.ends_with("built in: entrypoint)\n"), "{version}");
}
