//! What qemu-run makes of guests that tell the truth, of guests that do not, and of its own words.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::kit::{ALL, Ended, Guest, SHORT_LIMIT, USUAL, ended, file, initramfs, together, top};

/// `… -- port 7`: the guest says EXIT_STATUS=7 by the port, and turns itself off.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_code_comes_home_by_the_port_and_by_the_console() {
    for code in [0, 1, 77, 255] {
        Guest::broken(USUAL, &format!("port {code}")).check(code, "");
        Guest::broken(USUAL, &format!("console {code}")).check(code, "");
    }
}

/// Six kernels, each by its console; those with a port by that as well.
#[test]
#[ignore = "long: make test-boot-long"]
fn every_kernel_brings_a_code_home() {
    for kernel in ALL.into_iter().filter(|kernel| kernel.is_asked_for()) {
        Guest::broken(kernel, "console 77").check(77, "");
        if kernel.has_port() {
            Guest::broken(kernel, "port 78").check(78, "");
        }
        Guest::broken(kernel, "return 3").check(240, "the kernel panicked: \"Kernel panic");
    }
}

/// A line of a verdict with another number than that of this run is anybody's.
#[test]
fn a_verdict_with_another_nonce_is_none() {
    Guest::broken(USUAL, "another 0").check(241, "nsinit never started");
}

#[test]
fn garbage_on_the_port_does_not_hide_the_line_on_the_console() {
    Guest::broken(USUAL, "garbage 5").check(5, "");
}

#[test]
fn the_port_is_believed_before_the_console() {
    Guest::broken(USUAL, "forged 9").check(9, "");
}

/// QEMU ends with 0 in every one of these.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_guest_that_goes_away_silently_has_not_succeeded() {
    Guest::broken(USUAL, "gone").check(241, "nsinit never started: the guest went away");
    Guest::broken(USUAL, "cut").check(243, "the guest went away without a verdict");
    Guest::broken(USUAL, "return 0").check(240, "the kernel panicked");
}

#[test]
#[ignore = "long: make test-boot-long"]
fn a_guest_that_does_not_end_is_ended() {
    let guest = |words| Guest::broken(USUAL, words).limit(SHORT_LIMIT);
    together(&[
        (guest("silent"), 241, "nsinit never started: time limit of 60 s"),
        (guest("hang"), 242, "time limit of 60 s: the guest did not end"),
        (guest("late 3"), 3, "the workload ended with exit code 3, but the guest did not"),
        (guest("late 0"), 242, "the workload ended with exit code 0, but the guest did not"),
    ]);
}

/// The command goes over the kernel's command line: `-- words "two three" a=b`.
#[test]
fn every_word_of_a_command_arrives_as_it_was() {
    let words =
        ["two three", "a=b", "a=b c", "", "--flag", "$HOME * 'x' \\", "é", "quiet", "a.b=c"];
    let all: Vec<&str> = ["words"].into_iter().chain(words).collect();
    let initramfs = initramfs(USUAL, "nsinit-guest", &[]);
    let ended = Guest::new(USUAL, initramfs).command(all).run();
    let expected: String = words.iter().map(|word| format!("<{word}>\n")).collect();
    assert!(ended.console.contains(&expected), "{expected} is not in: {ended:#?}");
}

/// A file, and a folder with a folder and a link in it; the guest reads them at their new places.
#[test]
fn files_are_in_the_guest() {
    let deep = Path::new(env!("CARGO_TARGET_TMPDIR")).join("folder");
    fs::create_dir_all(deep.join("in/it")).unwrap();
    fs::write(deep.join("in/it/odd name"), "deep inside\n").unwrap();
    drop(std::os::unix::fs::symlink("in/it/odd name", deep.join("link"))); // from the last time
    let sentence = file("a-file", "said by a file\n");
    let check = |path: &str, expected: &str| {
        let option = |from: &Path, to: &str| format!("{}:{to}", from.display());
        let guest = Guest::broken(USUAL, &format!("cat {path}"))
            .option("--file", option(&sentence, "/opt/some/where/a-file"))
            .option("--file", option(&deep, "/srv/folder"));
        let ended = guest.run();
        assert!(ended.console.contains(expected), "{path}: {ended:#?}");
    };
    check("/opt/some/where/a-file", "said by a file\n");
    check("/srv/folder/link", "deep inside\n");
}

#[test]
#[ignore = "long: make test-boot-long"]
fn own_codes_can_be_moved() {
    Guest::broken(USUAL, "gone").option("--codes", "90").check(91, "nsinit never started");
}

/// Nothing of it is started: the machine has no time to lose with a wrong question.
#[test]
fn what_cannot_be_done_is_refused_with_a_reason() {
    let kernel = file("no-kernel", "this is no kernel");
    let check = |words: &[&str], expected: &str| {
        let Ended { code, said, .. } = run(words);
        assert!(code == 245 && said.contains(expected), "{words:?}: {code}\n{said}");
    };
    let file = kernel.to_str().unwrap();
    check(&[], "a kernel and an initramfs are needed");
    check(&[file], "a kernel and an initramfs are needed");
    check(&[file, "/nowhere"], "\"/nowhere\" cannot be read");
    check(&[file, file], "is no kernel that is known here");
    check(&[file, file, file], "is one word too many");
    check(&["--nonsense"], "unknown option \"--nonsense\"");
    check(&["--time-limit"], "--time-limit needs a value");
    check(&["--time-limit", "soon"], "not a number from 1 to 86400");
    check(&["--time-limit", "0"], "not a number from 1 to 86400");
    check(&["--accel", "hope", file, file], "try: auto, tcg or kvm");
    check(&["--file", "here"], "not of the form SRC:DEST");
    check(&["--file", "/nowhere:/x"], "\"/nowhere\" cannot be read");
    check(&["--file", &format!("{file}:/tmp/x")], "nobody would see it there");
    check(&[file, file, "--"], "no command behind \"--\"");
    check(&[file, file, "--", "a\"b"], "a double quote");
    check(&[file, file, "--", "a\nb"], "a line end");
    check(&[file, file, "--", "a", "--", "b"], "a word \"--\"");
    let many: Vec<&str> = [file, file, "--"].into_iter().chain(["x"; 25]).collect();
    check(&many, "25 words, and 24 are the most");
}

/// On a machine without QEMU.
#[test]
fn a_missing_qemu_is_named_with_its_package() {
    let kernel = initramfs(USUAL, "nsinit-guest", &[]);
    let elf = USUAL.program("nsinit-guest"); // an ELF of this machine will do
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools");
    fs::create_dir_all(&tools).unwrap();
    for tool in ["od", "tr", "sed"] {
        let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
        let found = found.iter().find(|path| path.exists()).unwrap();
        drop(std::os::unix::fs::symlink(found, tools.join(tool))); // there from the last time
    }
    let mut command = Command::new("/bin/sh");
    let command = command.arg(top().join("rootfs/qemu-run")).arg(elf).arg(kernel);
    let ended = ended(command.env("PATH", tools));
    assert_eq!(ended.code, 244, "{ended:?}");
    assert!(ended.said.contains("try: apt-get install qemu-system-"), "{ended:?}");
}

/// What goes wrong in the script itself, such as a full disk, has not the code of a workload.
#[test]
fn a_failure_of_its_own_is_no_exit_code_of_a_workload() {
    let initramfs = initramfs(USUAL, "nsinit-guest", &[]);
    let elf = USUAL.program("nsinit-guest"); // an ELF of this machine will do
    let mut command = Command::new(top().join("rootfs/qemu-run"));
    let command = command.args(["--accel", "tcg"]).arg(elf).arg(initramfs);
    let ended = ended(command.env("TMPDIR", "/nowhere"));
    assert_eq!(ended.code, 244, "{ended:?}");
    assert!(ended.said.contains("came to an end of its own"), "{ended:?}");
}

/// QEMU parts its options by commas, and takes what stands before a colon for a protocol.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_disk_may_have_any_name() {
    let disk = file("a,disk:of,one", &"\0".repeat(4096));
    let guest = Guest::broken(USUAL, "port 7").option("--disk", disk);
    guest.check(7, "");
}

fn run(words: &[&str]) -> Ended {
    ended(Command::new(top().join("rootfs/qemu-run")).args(words))
}
