//! Kernels that get into trouble while their workload passes.
//!
//! It looks like this: `qemu-run --append nsinit.fail-on=oops … -- /bin/guest oops /lib/broken.ko`
//! has to end with 240, and the kernel's first words to be told. A process cannot write such
//! words itself, so the trouble is real: a module of this kernel that begins with a null pointer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::kit::{Guest, Kernel, OLD, USUAL, appliance};
use super::root::{DISK, ext4, guest};

/// What the kernel says of it, of whatever version.
const WORDS: &str = "BUG: kernel NULL pointer dereference, address: 0000000000000000";

#[test]
fn an_oops_is_told_and_fails_a_test_that_asks_for_it() {
    check_oops(USUAL);
}

#[test]
#[ignore = "long: make test-boot-long"]
fn an_oops_of_an_old_kernel_is_told_by_the_console() {
    check_oops(OLD);
}

/// An oops, and behind it more messages than the kernel keeps: its first words come home still.
fn check_oops(kernel: Kernel) {
    let module = broken_module(kernel);
    let option = format!("{}:/lib/broken.ko", module.display());
    let guest = Guest::new(kernel, appliance(kernel, &[]))
        .option("--file", option)
        .option("--append", "printk.devkmsg=on") // all that is written there is kept
        .command(["/bin/guest", "oops", "/lib/broken.ko"]);
    let ended = guest.run();
    assert_eq!(ended.code, 0, "{ended:#?}");
    let told = format!("X_NSINIT_KERNEL_TROUBLE=\"{WORDS}\"");
    assert!(ended.console.contains(&told), "{ended:#?}");
    let strict = guest.option("--append", "nsinit.fail-on=oops");
    strict.check(240, &format!("the kernel complained: \"{WORDS}\""));
}

/// A process that waits for a frozen disk for longer than a second: the kernel warns, and goes on.
#[test]
fn a_warning_of_the_kernel_fails_a_test_that_asks_for_it() {
    let disk = ext4("root-frozen", true);
    let append = "root=/dev/vda rw nsinit.sysctl=kernel.hung_task_timeout_secs=1";
    let strict = guest(&disk, &[DISK], &format!("{append} nsinit.fail-on=warn"), "stuck");
    strict.check(240, "the kernel complained: \"INFO: task guest:");
    let lenient = guest(&disk, &[DISK], &format!("{append} nsinit.fail-on=oops"), "stuck");
    lenient.check(0, "");
}

/// A module of this kernel, without its signature, whose first instruction is
/// `xor %eax, %eax; mov %eax, (%rax)`.
fn broken_module(kernel: Kernel) -> PathBuf {
    let modules = kernel.path().parent().unwrap().join("modules/kernel/drivers/net");
    let packed = ["dummy.ko", "dummy.ko.xz"].map(|name| modules.join(name));
    let packed = packed.iter().find(|path| path.exists()).expect("no dummy.ko");
    let mut image = match packed.extension().is_some_and(|extension| extension == "xz") {
        true => Command::new("xz").arg("-dc").arg(packed).output().unwrap().stdout,
        false => fs::read(packed).unwrap(),
    };
    let (at, end) = (init_module(&image), signature(&image));
    image[at..at + 4].copy_from_slice(&[0x31, 0xc0, 0x89, 0x00]);
    image.truncate(end);
    let name = format!("broken-{}.ko", kernel.series);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, image).unwrap();
    path
}

/// Where the signature begins, if there is one (linux/module_signature.h): a module that is changed
/// is refused with it, and taken without.
fn signature(image: &[u8]) -> usize {
    const MARK: &[u8] = b"~Module signature appended~\n";
    if !image.ends_with(MARK) {
        return image.len();
    }
    let end = image.len() - MARK.len();
    let len = u32::from_be_bytes(image[end - 4..end].try_into().unwrap());
    end - 12 - usize::try_from(len).unwrap()
}

/// Where the code of `init_module` lies in the file (elf(5)), behind what functions begin with:
/// endbr64, and the call that a tracer may take; that one is filled in when the module is loaded.
fn init_module(image: &[u8]) -> usize {
    let number = |at: usize, len: usize| {
        let bytes = image[at..at + len].iter().rev();
        bytes.fold(0usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (table, count) = (number(40, 8), number(60, 2));
    // Type, offset, size, link of a section.
    let section = |index: usize| {
        let at = table + 64 * index;
        (number(at + 4, 4), number(at + 24, 8), number(at + 32, 8), number(at + 40, 4))
    };
    let (_, symbols, size, names) =
        (0..count).map(section).find(|(kind, ..)| *kind == 2).expect("no symbols");
    let (_, names, ..) = section(names);
    let symbol = (symbols..symbols + size).step_by(24).find(|at| {
        let name = &image[names + number(*at, 4)..];
        name.starts_with(b"init_module\0")
    });
    let symbol = symbol.expect("no init_module");
    let (_, code, ..) = section(number(symbol + 6, 2));
    let mut at = code + number(symbol + 8, 8);
    for (beginning, len) in [(&[0xf3, 0x0f, 0x1e, 0xfa][..], 4), (&[0xe8], 5)] {
        at += if image[at..].starts_with(beginning) { len } else { 0 };
    }
    at
}
