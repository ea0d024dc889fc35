//! A root to go on with: the initramfs has nsinit and modules, and everything else is on a disk.
//!
//! It looks like this: `qemu-run --disk IMAGE --append root=/dev/vda … -- /bin/guest cat
//! /proc/mounts` shows that disk as the root. The program that runs is on the disk alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::kit::{Ended, Guest, USUAL, file, initramfs};

pub const DISK: &str = "drivers/block/virtio_blk";
const OVERLAY: &str = "fs/overlayfs/overlay";
const SQUASHFS: &str = "fs/squashfs/squashfs";

/// A guest with that disk, whose initramfs has no program but nsinit.
pub fn guest(disk: &Path, modules: &[&str], append: &str, words: &str) -> Guest {
    let names: Vec<_> = modules.iter().filter_map(|path| path.rsplit('/').next()).collect();
    let append = format!("nsinit.modules={} {append}", names.join(","));
    Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
        .modules(USUAL, modules)
        .option("--disk", disk)
        .option("--append", append)
        .command(["/bin/guest"].into_iter().chain(words.split(' ')))
}

/// An archive with one file that is no init.
pub fn initramfs_without_init(file: &Path) -> PathBuf {
    let archive = file.with_extension("cpio");
    let script = "cd \"$1\" && echo \"$2\" | cpio --quiet -o -H newc >\"$3\"";
    let (folder, name) = (file.parent().unwrap(), file.file_name().unwrap());
    let arguments = [folder.as_os_str(), name, archive.as_os_str()];
    let made = Command::new("sh").args(["-c", script, "sh"]).args(arguments).status().unwrap();
    assert!(made.success(), "cpio");
    archive
}

/// A folder with the workload in it, and with places for the kernel's file systems or not.
pub fn tree(name: &str, has_places: bool) -> PathBuf {
    let tree = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let places: &[&str] =
        if has_places { &["dev", "proc", "sys", "run", "tmp", "etc"] } else { &["etc"] };
    for folder in places.iter().chain(&["bin"]) {
        fs::create_dir_all(tree.join(folder)).unwrap();
    }
    let _ = fs::copy(USUAL.program("nsinit-guest"), tree.join("bin/guest")).unwrap();
    tree
}

fn made_by(program: &str, package: &str, arguments: &[&str]) {
    let path = "/usr/sbin:/sbin:/usr/bin:/bin";
    let output = Command::new(program).args(arguments).env("PATH", path).output();
    let output = output.unwrap_or_else(|_| panic!("no {program}: apt-get install {package}"));
    assert!(output.status.success(), "{program}: {output:?}");
}

/// A disk with an ext4 of that tree and nothing else.
pub fn ext4(name: &str, has_places: bool) -> PathBuf {
    ext4_of(&tree(name, has_places), "8M")
}

/// The same, of a machine that has nsinit, too.
pub fn ext4_with_nsinit(name: &str) -> PathBuf {
    let tree = tree(name, true);
    let _ = fs::copy(USUAL.program("nsinit"), tree.join("bin/nsinit")).unwrap();
    ext4_of(&tree, "8M")
}

pub fn ext4_of(tree: &Path, size: &str) -> PathBuf {
    let image = tree.with_extension("ext4");
    drop(fs::remove_file(&image)); // from the last time
    let (tree, path) = (tree.to_str().unwrap(), image.to_str().unwrap());
    made_by("mke2fs", "e2fsprogs", &["-q", "-t", "ext4", "-d", tree, path, size]);
    image
}

/// The line of the root in what `cat /proc/mounts` printed.
fn root_of(ended: &Ended) -> &str {
    let is_root = |line: &&str| line.split(' ').nth(1) == Some("/");
    ended.console.lines().rfind(is_root).unwrap_or_else(|| panic!("no root: {ended:#?}"))
}

#[test]
fn a_disk_that_the_kernel_is_told_of_becomes_the_root() {
    let disk = ext4("root-plain", true);
    let ended = guest(&disk, &[DISK], "root=/dev/vda", "cat /proc/mounts").run();
    assert_eq!(ended.code, 0, "{ended:#?}");
    let root = root_of(&ended);
    assert!(root.starts_with("/dev/vda / ext4 ro,"), "{root}");
    for place in ["/dev", "/dev/pts", "/proc", "/sys", "/sys/fs/cgroup", "/run", "/tmp"] {
        assert!(ended.console.contains(&format!(" {place} ")), "{place}: {ended:#?}");
    }
    let ended = guest(&disk, &[DISK], "root=/dev/vda", "write /etc/word written").run();
    let is_refused = ended.console.contains("workload: Errno(30)"); // EROFS
    assert!(ended.code == 1 && is_refused, "{ended:#?}");
}

/// A disk that keeps what is written: the file is there afterwards, and e2fsck finds no fault.
#[test]
fn what_is_written_is_on_the_disk_when_the_power_is_off() {
    let disk = ext4("root-kept", true);
    let append = "nsinit.modules=virtio_blk root=/dev/vda rw rootfstype=ext4";
    Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
        .modules(USUAL, &[DISK])
        .option("--qemu", format!("-drive file={},format=raw,if=virtio", disk.display()))
        .option("--append", append)
        .command(["/bin/guest", "write", "/etc/word", "written"])
        .check(0, "");
    made_by("e2fsck", "e2fsprogs", &["-f", "-n", disk.to_str().unwrap()]);
    let arguments = ["-R", "cat /etc/word", disk.to_str().unwrap()];
    let output = Command::new("/sbin/debugfs").args(arguments).output().unwrap();
    assert_eq!(output.stdout, b"written", "{output:?}");
}

/// Fifty megabytes of it, which are free again with a new root.
#[test]
#[ignore = "long: make test-boot-long"]
fn the_memory_of_the_initramfs_is_free_again() {
    let large = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large");
    fs::write(&large, vec![7; 50 << 20]).unwrap();
    let disk = ext4("root-alone", true);
    let guest = guest(&disk, &[DISK], "root=/dev/vda", "cat /proc/meminfo");
    let free = |guest: Guest| {
        let ended = guest.run();
        let line = ended.console.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        number.unwrap_or_else(|| panic!("{ended:#?}"))
    };
    let option = format!("{}:/opt/large", large.display());
    let (alone, with_large) = (free(guest.clone()), free(guest.option("--file", option)));
    assert!(with_large + (20 << 10) > alone, "{with_large} KiB of {alone} are available");
}

/// A squashfs, in the second partition of a table, with memory laid over it; it has no places for
/// /dev and its like.
#[test]
fn a_partition_is_found_by_its_name_and_covered_by_memory() {
    let tree = tree("root-squashed", false);
    let (system, disk) = (tree.with_extension("squashfs"), tree.with_extension("gpt"));
    drop(fs::remove_file(&system)); // from the last time
    let (tree, path) = (tree.to_str().unwrap(), system.to_str().unwrap());
    made_by("mksquashfs", "squashfs-tools", &[tree, path, "-quiet", "-noappend", "-all-root"]);
    let partitions = [("boot", vec![0; 1 << 20]), ("the root", fs::read(&system).unwrap())];
    fs::write(&disk, gpt(&partitions)).unwrap();

    let append = "nsinit.switch-root=\"PARTLABEL=the root\" nsinit.switch-root-volatile";
    let modules = [DISK, OVERLAY, SQUASHFS];
    let ended = guest(&disk, &modules, append, "write /etc/word written").run();
    assert!(ended.code == 0 && ended.console.contains("written"), "{ended:#?}");
    let ended = guest(&disk, &modules, append, "cat /proc/mounts").run();
    assert!(root_of(&ended).starts_with("overlay / overlay rw,"), "{ended:#?}");
    let by_number = "nsinit.switch-root=254:2 nsinit.switch-root-type=squashfs \
                     nsinit.switch-root-volatile";
    let ended = guest(&disk, &modules, by_number, "cat /proc/mounts").run();
    assert!(root_of(&ended).starts_with("overlay / overlay rw,"), "{ended:#?}");
}

/// Another init of that disk takes over when the service has ended: it reports a 5.
#[test]
fn another_init_takes_over_in_the_new_root() {
    let disk = ext4("root-other", true);
    let append = "root=/dev/vda nsinit.farewell=\"exec=/bin/guest port 5\"";
    guest(&disk, &[DISK], append, "exit 0").check(5, "");
}

/// A program that runs beside a guest, and ends with the test at the latest.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have ended
        let _ = self.0.wait();
    }
}

/// The folder of a host by virtiofs, which QEMU hands to a guest through a program of its own.
#[test]
fn a_folder_of_the_host_becomes_the_root_by_its_tag() {
    let tree = tree("root-shared", true);
    let socket = tree.with_extension("socket");
    drop(fs::remove_file(&socket)); // from the last time
    let daemon = Command::new("/usr/lib/qemu/virtiofsd")
        .arg(format!("--socket-path={}", socket.display()))
        .args(["-f", "-o", &format!("source={},log_level=err", tree.display())])
        .stderr(Stdio::null()) // it complains when its guest goes
        .spawn()
        .expect("no virtiofsd: apt-get install qemu-system-common");
    let daemon = Daemon(daemon);
    // Memory that both see, and the device (docs/tools/virtiofsd.rst of QEMU 7.2).
    let qemu = format!(
        "-object memory-backend-memfd,id=shared,size=256M,share=on -numa node,memdev=shared \
         -chardev socket,id=daemon,path={} -device vhost-user-fs-pci,chardev=daemon,tag=host",
        socket.display()
    );
    let waited = (0..1000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10)); // nothing tells of a new socket
        socket.exists()
    });
    assert!(waited, "virtiofsd does not listen");
    let ended = Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
        .option("--qemu", qemu)
        .option("--append", "root=host rootfstype=virtiofs rw")
        .command(["/bin/guest", "write", "/etc/word", "written"])
        .run();
    drop(daemon);
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_eq!(fs::read(tree.join("etc/word")).unwrap(), b"written");
}

/// No init in the initramfs: the kernel mounts `root=` by itself, and nsinit is a file of that
/// disk. It does not look for it a second time.
#[test]
fn a_root_that_the_kernel_has_mounted_is_kept() {
    let tree = tree("root-mounted", true);
    fs::create_dir_all(tree.join("sbin")).unwrap();
    let _ = fs::copy(USUAL.program("nsinit"), tree.join("sbin/init")).unwrap();
    let disk = ext4("root-mounted", true);
    let qemu = format!(
        "-drive file={},format=raw,if=none,id=disk,snapshot=on -device nvme,serial=1,drive=disk",
        disk.display()
    );
    let empty = file("no-init", "nothing to see here\n");
    let ended = Guest::new(USUAL, initramfs_without_init(&empty))
        .option("--qemu", qemu)
        .option("--append", "root=/dev/nvme0n1 rootfstype=ext4 rootwait rw")
        .command(["/bin/guest", "cat", "/proc/mounts"])
        .run();
    assert_eq!(ended.code, 0, "{ended:#?}");
    let root = root_of(&ended);
    assert!(root.starts_with("/dev/root / ext4 rw,"), "{root}");
}

#[test]
#[ignore = "long: make test-boot-long"]
fn a_root_that_cannot_be_is_told_with_its_reason() {
    let (disk, bare) = (ext4("root-good", true), ext4("root-bare", false));
    let check = |disk: &Path, append: &str, words: &str| {
        let ended = guest(disk, &[DISK], append, "exit 0").run();
        assert!(ended.code == 125 && ended.console.contains(words), "{append}: {ended:#?}");
    };
    check(&disk, "root=/dev/vdb nsinit.switch-root-wait=1s", "why: no such device came in time");
    check(&disk, "root=/dev/vda rootfstype=xfs", "why: the kernel lacks that type");
    check(&disk, "root=/dev/vda rootflags=nonsense", "no file system that the kernel has is on it");
    check(&disk, "root=LABEL=x", "switch-root cannot look into file systems");
    check(&bare, "root=/dev/vda", "the new root lacks one of them");
}

/// A disk with a table of partitions (UEFI, "GUID Partition Table"), each with its name.
fn gpt(partitions: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const FIRST: usize = 2048; // of the first partition
    let sectors = |bytes: &[u8]| bytes.len().div_ceil(SECTOR);
    let data: usize = partitions.iter().map(|(_, bytes)| sectors(bytes)).sum();
    let all = FIRST + data + 34;
    let mut disk = vec![0; all * SECTOR];
    let mut table = vec![0; 128 * 128];
    let mut at = FIRST;
    for ((name, bytes), entry) in partitions.iter().zip(table.chunks_mut(128)) {
        entry[..16].fill(0x11); // its type and its own UUID: any but zero
        entry[16..32].fill(0x22);
        entry[32..40].copy_from_slice(&(at as u64).to_le_bytes());
        entry[40..48].copy_from_slice(&((at + sectors(bytes) - 1) as u64).to_le_bytes());
        for (unit, place) in name.encode_utf16().zip(entry[56..].chunks_mut(2)) {
            place.copy_from_slice(&unit.to_le_bytes());
        }
        disk[at * SECTOR..at * SECTOR + bytes.len()].copy_from_slice(bytes);
        at += sectors(bytes);
    }
    disk[2 * SECTOR..2 * SECTOR + table.len()].copy_from_slice(&table);
    let mut header = [0; 92];
    header[..12].copy_from_slice(b"EFI PART\0\0\x01\0");
    header[12] = 92;
    for (place, number) in [(24, 1), (32, all - 1), (40, 34), (48, all - 34), (72, 2)] {
        header[place..place + 8].copy_from_slice(&(number as u64).to_le_bytes());
    }
    header[80] = 128; // entries, of 128 bytes
    header[84] = 128;
    header[88..92].copy_from_slice(&crc32(&table).to_le_bytes());
    let sum = crc32(&header);
    header[16..20].copy_from_slice(&sum.to_le_bytes());
    disk[SECTOR..SECTOR + 92].copy_from_slice(&header);
    // The old table in front, whose one entry says that there is a new one.
    disk[446 + 4] = 0xee;
    disk[446 + 8] = 1;
    disk[446 + 12..446 + 16].copy_from_slice(&u32::try_from(all - 1).unwrap().to_le_bytes());
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    disk
}

/// The sum that the table is held against: CRC-32 of ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}
