//! Other ways out of a machine than to switch its power off.
//!
//! It looks like this: with a testdev behind a port of QEMU, and `nsinit.report=testdev`, QEMU is
//! gone before the kernel can say "Power down".

use super::kit::{ALL, Guest, Kernel, OLD, USUAL, appliance};

const TESTDEV: &str = "-chardev testdev,id=testdev -device virtserialport,chardev=testdev,\
                       name=org.nsinit.testdev";

/// Whoever looks at nothing but QEMU's own exit code has these; the verdict is there as well.
#[test]
fn a_testdev_of_qemu_ends_it() {
    check(USUAL, "testdev", TESTDEV, true);
}

#[test]
#[ignore = "long: make test-boot-long"]
fn devices_of_qemu_end_it_with_the_code() {
    for (report, qemu) in [
        ("isa-debug-exit", "-device isa-debug-exit,iobase=0x501,iosize=1"),
        ("isa-debug-exit:0xf4", "-device isa-debug-exit,iobase=0xf4,iosize=4"),
    ] {
        check(USUAL, report, qemu, true);
        check(USUAL, report, "", false);
    }
    check(USUAL, "testdev", "", false);
    let arm64 = ALL.into_iter().find(|kernel| kernel.arch == "aarch64" && kernel.series == "6.12");
    if let Some(arm64) = arm64.filter(|kernel| kernel.is_asked_for()) {
        check(arm64, "testdev", TESTDEV, true);
        check(arm64, "semihosting", "-semihosting-config enable=on,userspace=on", true);
        check(arm64, "semihosting", "", false);
    }
}

/// Without the device the machine goes down as ever.
fn check(kernel: Kernel, report: &str, qemu: &str, has_device: bool) {
    let ended = Guest::new(kernel, appliance(kernel, &[]))
        .command(["/bin/guest", "exit", "77"])
        .option("--append", format!("nsinit.report={report}"))
        .option("--qemu", qemu)
        .run();
    let went_down = ended.console.contains("Power down");
    assert!(ended.code == 77 && went_down != has_device, "{report}: {ended:#?}");
}

/// The workload leaves a second kernel in memory and passes; the farewell starts that one, whose
/// workload ends with another code.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_farewell_by_kexec_starts_the_kernel_that_was_left_in_memory() {
    // A bzImage, which kexec_file_load(2) wants; for QEMU the usual one was unpacked.
    let initramfs = appliance(OLD, &[]);
    let in_guest = |path: &std::path::Path, to: &str| format!("{}:{to}", path.display());
    let line =
        "console=ttyS0 panic=-1 quiet no_timer_check nsinit.nonce=second -- /bin/guest exit 33";
    let guest = Guest::new(OLD, initramfs.clone())
        .option("--file", in_guest(&OLD.path(), "/opt/kernel"))
        .option("--file", in_guest(&initramfs, "/opt/initramfs"))
        .option("--append", "nsinit.farewell=kexec")
        .option("--memory", "512")
        .command(["/bin/guest", "kexec", "/opt/kernel", "/opt/initramfs", line]);
    let ended = guest.run();
    assert_eq!(ended.code, 0, "{ended:#?}"); // of the first, whose number this run knows
    assert!(ended.console.contains("nsinit: verdict second EXIT_STATUS=33"), "{ended:#?}");
}
