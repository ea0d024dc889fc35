//! Tests inside guests: real root, and kernels that this machine does not run.
//!
//! It looks like this: `tools/inside.sh KERNEL NSINIT SANDBOX-TESTS` ends with 0. The kernel reaps
//! orphans on Linux 7, and PID 1 waits for them on 5.10, 6.1 and 6.12; nsinit is the init there as
//! well, and the test program its workload.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::kit::{ALL, Kernel, OLDEST, USUAL, ended, top};

/// Those that compare with a file of this project, which is not in the guest.
const NOT_INSIDE: [&str; 2] = ["--skip", "every_failure_is_told_with_its_reason_and_remedy"];

#[test]
#[ignore = "long: make test-boot-long"]
fn the_tests_of_the_sandbox_pass_on_old_and_new_kernels() {
    let sandbox = test_program("sandbox");
    for kernel in ALL.into_iter().filter(|kernel| kernel.arch == USUAL.arch) {
        passes(kernel, &sandbox, &NOT_INSIDE);
    }
}

/// Attributes of mounts are set by their places there, and what such a kernel cannot have is
/// refused, which these tests look for.
#[test]
#[ignore = "long: make test-boot-long"]
fn the_tests_of_roots_pass_where_there_is_no_mount_setattr() {
    let words = ["flags::", "inside::", "overlays::", "roots::", "files_have_the_ids"];
    // These need a compiler, Python, and a launch within a second.
    let left_out = ["a_static_program_runs_alone", "python_runs", "clocks_names_and_maps"];
    let left_out = left_out.into_iter().flat_map(|name| ["--skip", name]);
    let words: Vec<&str> = words.into_iter().chain(left_out).collect();
    passes(OLDEST, &test_program("root"), &words);
}

/// These tests pass in a guest with that kernel.
fn passes(kernel: Kernel, tests: &Path, words: &[&str]) {
    let mut command = Command::new(top().join("tools/inside.sh"));
    let command = command.arg(kernel.path()).arg(kernel.program("nsinit")).arg(tests);
    let ended = ended(command.args(words));
    assert_eq!(ended.code, 0, "{kernel:?}: {}\n{}", ended.console, ended.said);
    assert!(ended.console.contains("test result: ok."), "{kernel:?}: {}", ended.console);
}

/// Where cargo leaves another test of this package, built as this one is.
fn test_program(name: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    let cargo = cargo.args(["test", "--release", "--features", "demo", "--no-run", "--test", name]);
    let ended = ended(cargo.current_dir(top()));
    let path = ended.said.rsplit_once("Executable ").and_then(|(_, line)| line.split_once('('));
    let path = path.and_then(|(_, rest)| rest.split_once(')')).map(|(path, _)| path);
    top().join(path.unwrap_or_else(|| panic!("cargo names no test program: {}", ended.said)))
}
