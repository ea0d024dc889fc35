//! Limits of a cgroup, each one a file of the kernel
//! (Documentation/admin-guide/cgroup-v2.rst, "Controllers").

use core::ffi::CStr;

use super::Controller;
pub use super::limit_value::Device;
use super::limit_value::{
    Amount, PIDS_MAX, Value, io, is_infinite, list, number, pages, scaled, show_io, size, time,
};
use crate::text::{Fault, Names, Show, Sink, put};

/// What is limited; the keys have the files' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum LimitKind {
    /// The share of processor time.
    CpuMax,
    /// Its part of that when there is not enough.
    CpuWeight,
    /// The processors.
    CpusetCpus,
    /// The memory nodes.
    CpusetMems,
    /// Bytes and requests of one device.
    IoMax,
    /// Its part of all devices when there is not enough.
    IoWeight,
    /// Memory.
    MemoryMax,
    /// Memory above which it is slowed down.
    MemoryHigh,
    /// Memory that is taken from it last.
    MemoryLow,
    /// Memory that is never taken from it.
    MemoryMin,
    /// Swap.
    MemorySwapMax,
    /// Whether all of it is killed for want of memory, not one process.
    MemoryOomGroup,
    /// Processes and threads.
    PidsMax,
    /// Huge pages of one size.
    HugetlbMax,
}

/// Their files. A huge page's has its size in it.
const FILES: Names = Names::new(
    "cpu.max|cpu.weight|cpuset.cpus|cpuset.mems|io.max|io.weight|memory.max|memory.high|memory.low|\
     memory.min|memory.swap.max|memory.oom.group|pids.max|hugetlb",
);

impl LimitKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::CpuMax,
        Self::CpuWeight,
        Self::CpusetCpus,
        Self::CpusetMems,
        Self::IoMax,
        Self::IoWeight,
        Self::MemoryMax,
        Self::MemoryHigh,
        Self::MemoryLow,
        Self::MemoryMin,
        Self::MemorySwapMax,
        Self::MemoryOomGroup,
        Self::PidsMax,
        Self::HugetlbMax,
    ];

    /// Its file.
    fn file(self) -> &'static str {
        FILES.get(self as usize).unwrap_or_default()
    }

    /// The controller that enforces it.
    pub const fn controller(self) -> Controller {
        match self {
            Self::CpuMax | Self::CpuWeight => Controller::Cpu,
            Self::CpusetCpus | Self::CpusetMems => Controller::Cpuset,
            Self::IoMax | Self::IoWeight => Controller::Io,
            Self::MemoryMax
            | Self::MemoryHigh
            | Self::MemoryLow
            | Self::MemoryMin
            | Self::MemorySwapMax
            | Self::MemoryOomGroup => Controller::Memory,
            Self::PidsMax => Controller::Pids,
            Self::HugetlbMax => Controller::Hugetlb,
        }
    }
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit<'a> {
    kind: LimitKind,
    value: Value<'a>,
}

impl<'a> Limit<'a> {
    /// Reads a limit of this kind.
    ///
    /// # Errors
    /// What the kernel would refuse, and what is written in another form.
    pub fn parse(kind: LimitKind, text: &'a CStr) -> Result<Self, Fault> {
        let bytes = text.to_bytes();
        let value = match kind {
            LimitKind::CpuMax => time(bytes)?,
            LimitKind::CpuWeight | LimitKind::IoWeight => Value::Amount(number(bytes, 1, 10_000)?),
            LimitKind::CpusetCpus | LimitKind::CpusetMems => Value::List(list(bytes)?),
            LimitKind::IoMax => io(bytes)?,
            LimitKind::MemoryMax
            | LimitKind::MemoryHigh
            | LimitKind::MemoryLow
            | LimitKind::MemoryMin
            | LimitKind::MemorySwapMax => Value::Amount(size(bytes)?),
            LimitKind::MemoryOomGroup => match bytes {
                b"true" => Value::Amount(Amount(Some(1))),
                b"false" => Value::Amount(Amount(Some(0))),
                _ => return Err(Fault::NotOneOf(Names::new("true|false"))),
            },
            LimitKind::PidsMax => Value::Amount(match is_infinite(bytes) {
                true => Amount(None),
                false => number(bytes, 1, PIDS_MAX)?,
            }),
            LimitKind::HugetlbMax => pages(bytes)?,
        };
        Ok(Self { kind, value })
    }

    /// What it limits.
    pub const fn kind(&self) -> LimitKind {
        self.kind
    }

    /// Whether both limit the same, so that the later one counts.
    pub fn is_of_same(&self, other: &Self) -> bool {
        let is_same = match (self.value, other.value) {
            (Value::Io(device, _), Value::Io(other, _)) => device == other,
            (Value::Pages { size, .. }, Value::Pages { size: other, .. }) => size == other,
            (_, _) => true,
        };
        self.kind == other.kind && is_same
    }

    /// The device it is about, where it is one.
    pub const fn device(&self) -> Option<Device<'a>> {
        match self.value {
            Value::Io(device, _) => Some(device),
            Value::Amount(_) | Value::Time { .. } | Value::List(_) | Value::Pages { .. } => None,
        }
    }

    /// Its file; huge pages have one for what is used and one for what is reserved (mmap(2)), which
    /// comes first and is missing before Linux 5.7.
    pub fn show_file(&self, is_of_reserved: bool, out: &mut dyn Sink) {
        put!(out, self.kind.file());
        if let Value::Pages { size, .. } = self.value {
            let (number, unit) = scaled(size);
            put!(out, ".", number, unit, if is_of_reserved { ".rsvd.max" } else { ".max" });
        }
    }

    /// Whether it is one of huge pages, with two files.
    pub const fn has_reserved(&self) -> bool {
        matches!(self.value, Value::Pages { .. })
    }

    /// What is written to the file; a device that was named by its path has these numbers.
    pub fn show_value(&self, device: (u32, u32), out: &mut dyn Sink) {
        match self.value {
            Value::Amount(amount) | Value::Pages { amount, .. } => put!(out, amount),
            Value::Time { quota, period } => put!(out, quota, " ", period),
            Value::List(list) => out.put(list),
            Value::Io(own, amounts) => {
                let (major, minor) = match own {
                    Device::Number(major, minor) => (major, minor),
                    Device::Path(_) => device,
                };
                put!(out, major, ":", minor);
                show_io(amounts, out);
            }
        }
    }
}

/// Prints the file and what is written to it: `memory.max 67108864`.
impl Show for Limit<'_> {
    fn show(&self, out: &mut dyn Sink) {
        self.show_file(false, out);
        put!(out, " ");
        match self.value {
            Value::Io(Device::Path(path), amounts) => {
                out.put(path);
                show_io(amounts, out);
            }
            Value::Io(Device::Number(..), _)
            | Value::Amount(_)
            | Value::Time { .. }
            | Value::List(_)
            | Value::Pages { .. } => self.show_value((0, 0), out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;
    use std::string::{String, ToString};

    /// The limit as it is shown, or its fault.
    fn shown(kind: LimitKind, text: &str) -> Result<String, Fault> {
        let text = CString::new(text).unwrap();
        Limit::parse(kind, &text).map(|limit| limit.to_string())
    }

    fn good(kind: LimitKind, text: &str, expected: &str) {
        assert_eq!(shown(kind, text).as_deref(), Ok(expected), "{text:?}");
    }

    #[test]
    fn limits_are_written_as_the_kernel_reads_them() {
        use LimitKind::*;
        good(MemoryMax, "64MiB", "memory.max 67108864");
        good(MemoryHigh, "infinity", "memory.high max");
        good(MemoryLow, "0", "memory.low 0");
        good(MemoryMin, "1k", "memory.min 1024");
        good(MemorySwapMax, "0", "memory.swap.max 0");
        good(MemoryOomGroup, "true", "memory.oom.group 1");
        good(PidsMax, "64", "pids.max 64");
        good(PidsMax, "max", "pids.max max");
        good(CpuMax, "50%", "cpu.max 50000 100000");
        good(CpuMax, "250%", "cpu.max 250000 100000");
        good(CpuMax, "12.5%", "cpu.max 12500 100000");
        good(CpuMax, "20ms/50ms", "cpu.max 20000 50000");
        good(CpuMax, "infinity", "cpu.max max 100000");
        good(CpuWeight, "10000", "cpu.weight 10000");
        good(IoWeight, "1", "io.weight 1");
        good(CpusetCpus, "0-3,7", "cpuset.cpus 0-3,7");
        good(CpusetMems, "0", "cpuset.mems 0");
        good(IoMax, "8:16 rbps=1MiB wiops=100", "io.max 8:16 rbps=1048576 wiops=100");
        good(IoMax, "/dev/vda  wbps=max riops=5", "io.max /dev/vda wbps=max riops=5");
        good(HugetlbMax, "2MiB=64MiB", "hugetlb.2MB.max 67108864");
        good(HugetlbMax, "1GiB=0", "hugetlb.1GB.max 0");
        good(HugetlbMax, "64KiB=max", "hugetlb.64KB.max max");
    }

    #[test]
    fn what_the_kernel_would_refuse_is_refused_here() {
        use LimitKind::*;
        let bad: [(LimitKind, &[&str]); 8] = [
            (MemoryMax, &["", "64MB", "-1", "50%", "1.5M"]),
            (PidsMax, &["0", "4194305", "x", ""]),
            (
                CpuMax,
                &["", "50", "0%", "0.9%", "x%", "5.55%", "20ms", "10us/1ms", "1ms/2s", "1/2/3"],
            ),
            (CpuWeight, &["0", "10001", "idle"]),
            (CpusetCpus, &["", "a", "3-1", "0,", "0-", "-1", "65536", "0 1"]),
            (
                IoMax,
                &[
                    "",
                    "8:0",
                    "8:0 x=1",
                    "8:0 rbps",
                    "8:0 rbps=0",
                    "sda rbps=1",
                    "8: rbps=1",
                    "4096:0 rbps=1",
                ],
            ),
            (HugetlbMax, &["2MiB", "3MiB=1", "=1", "4k=1", "2MiB=x"]),
            (MemoryOomGroup, &["1", ""]),
        ];
        for (kind, texts) in bad {
            for text in texts {
                assert!(shown(kind, text).is_err(), "{kind:?} {text:?}");
            }
        }
    }

    #[test]
    fn the_later_word_on_the_same_counts() {
        let limit = |kind, text: &'static CStr| Limit::parse(kind, text).unwrap();
        let of = |text| limit(LimitKind::IoMax, text);
        assert!(of(c"8:0 rbps=1").is_of_same(&of(c"8:0 wbps=1")));
        assert!(!of(c"8:0 rbps=1").is_of_same(&of(c"8:1 rbps=1")));
        let pages = |text| limit(LimitKind::HugetlbMax, text);
        assert!(!pages(c"2M=0").is_of_same(&pages(c"1G=0")));
        assert!(pages(c"2M=0").is_of_same(&pages(c"2MiB=1G")));
        let memory = |kind| limit(kind, c"1");
        assert!(!memory(LimitKind::MemoryMax).is_of_same(&memory(LimitKind::MemoryHigh)));
    }

    #[test]
    fn huge_pages_have_a_file_for_what_is_reserved() {
        let limit = Limit::parse(LimitKind::HugetlbMax, c"2M=0").unwrap();
        let mut text = crate::text::Buffer::<64>::new();
        limit.show_file(true, &mut text);
        assert_eq!(text.text(), Some(b"hugetlb.2MB.rsvd.max".as_slice()));
        let files = LimitKind::ALL.map(LimitKind::file);
        assert!(files.iter().all(|file| !file.is_empty()));
        assert_eq!(FILES.iter().count(), files.len());
    }
}
