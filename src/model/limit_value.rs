//! How much a limit of a cgroup is, in each of the forms that the kernel has for it.

use crate::text::{Fault, Names, Show, Sink, put, units};

/// A number, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount(pub Option<u64>);

impl Show for Amount {
    fn show(&self, out: &mut dyn Sink) {
        match self.0 {
            Some(number) => put!(out, number),
            None => put!(out, "max"),
        }
    }
}

/// A block device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device<'a> {
    /// By its numbers, major and minor.
    Number(u32, u32),
    /// By its path.
    Path(&'a [u8]),
}

/// What io.max limits of a device.
pub(super) const IO: Names = Names::new("rbps|wbps|riops|wiops");

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A number, or no limit.
    Amount(Amount),
    /// Microseconds within a period of so many.
    Time { quota: Amount, period: u64 },
    /// Numbers of processors or memory nodes, as the kernel reads them.
    List(&'a [u8]),
    /// For each of [`IO`], where it was said.
    Io(Device<'a>, [Option<Amount>; 4]),
    /// Bytes in pages of this size.
    Pages { size: u64, amount: Amount },
}

pub(super) fn show_io(amounts: [Option<Amount>; 4], out: &mut dyn Sink) {
    for (name, amount) in IO.iter().zip(amounts) {
        if let Some(amount) = amount {
            put!(out, " ", name, "=", amount);
        }
    }
}

/// PID_MAX_LIMIT of linux/threads.h: more is no limit.
pub(super) const PIDS_MAX: u64 = 1 << 22;

/// `infinity`, or as the kernel has it.
pub(super) fn is_infinite(text: &[u8]) -> bool {
    matches!(text, b"infinity" | b"max")
}

pub(super) fn number(text: &[u8], min: u64, max: u64) -> Result<Amount, Fault> {
    let to = |bound| i64::try_from(bound).unwrap_or(i64::MAX);
    match units::unsigned(text, max) {
        Ok(number) if number >= min => Ok(Amount(Some(number))),
        Err(Fault::NotA(form)) => Err(Fault::NotA(form)),
        Ok(_) | Err(_) => Err(Fault::OutOfRange { min: to(min), max: to(max) }),
    }
}

pub(super) fn size(text: &[u8]) -> Result<Amount, Fault> {
    match is_infinite(text) {
        true => Ok(Amount(None)),
        false => units::size(text).map(|bytes| Amount(Some(bytes))),
    }
}

/// The form of cpu.max, for messages.
const TIME: Fault = Fault::NotA("share such as 50%, 150% or 20ms/100ms");

/// The shortest and the longest period of the scheduler, and the shortest quota
/// (kernel/sched/core.c, `min_bw_quota_period_us` and `max_bw_quota_period_us`), in microseconds.
const PERIOD: core::ops::RangeInclusive<u64> = 1_000..=1_000_000;
/// The period that the kernel has when nobody says another.
const PERIOD_DEFAULT: u64 = 100_000;
/// More processors than there are.
const PERCENT_MAX: u64 = 1_000_000;

/// `50%`, `12.5%`, `20ms/100ms` or `infinity`.
pub(super) fn time<'a>(text: &[u8]) -> Result<Value<'a>, Fault> {
    if is_infinite(text) {
        return Ok(Value::Time { quota: Amount(None), period: PERIOD_DEFAULT });
    }
    if let Some(percent) = text.strip_suffix(b"%") {
        let mut parts = percent.splitn(2, |byte| *byte == b'.');
        let whole = units::unsigned(parts.next().unwrap_or_default(), PERCENT_MAX);
        let tenths = match parts.next() {
            None => 0,
            Some([digit @ b'0'..=b'9']) => u64::from(digit - b'0'),
            Some(_) => return Err(TIME),
        };
        // Of a hundred milliseconds, a percent is one.
        let quota = whole.map_err(|_| TIME)?.saturating_mul(1_000) + tenths * 100;
        return match quota {
            1_000.. => Ok(Value::Time { quota: Amount(Some(quota)), period: PERIOD_DEFAULT }),
            _ => Err(Fault::NotA("share of 1% at least")),
        };
    }
    let mut parts = text.splitn(2, |byte| *byte == b'/');
    let mut next = || match parts.next() {
        Some(part) => units::duration_ns(part).map(|ns| ns / 1_000).map_err(|_| TIME),
        None => Err(TIME),
    };
    let (quota, period) = (next()?, next()?);
    match PERIOD.contains(&period) && quota >= *PERIOD.start() {
        true => Ok(Value::Time { quota: Amount(Some(quota)), period }),
        false => Err(Fault::NotA("time of 1ms at least, in a period of 1ms to 1s")),
    }
}

/// `0-3,7` (cpuset(7), "List format").
pub(super) fn list(text: &[u8]) -> Result<&[u8], Fault> {
    const FORM: Fault = Fault::NotA("list such as 0-3,7");
    for range in text.split(|byte| *byte == b',') {
        let mut ends = range.splitn(2, |byte| *byte == b'-');
        let mut next = || ends.next().map(|end| units::unsigned(end, 65_535).map_err(|_| FORM));
        match (next(), next()) {
            (Some(Ok(_)), None) => {}
            (Some(Ok(first)), Some(Ok(last))) if first <= last => {}
            (_, _) => return Err(FORM),
        }
    }
    Ok(text)
}

/// `/dev/vda rbps=1MiB wiops=100`.
pub(super) fn io(text: &[u8]) -> Result<Value<'_>, Fault> {
    const FORM: Fault = Fault::NotA("limit such as \"/dev/sda rbps=1MiB wiops=100\"");
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let device = device(words.next().ok_or(Fault::Empty)?)?;
    let mut amounts = [None; 4];
    for word in words {
        let mut pair = word.splitn(2, |byte| *byte == b'=');
        let (name, value) = (pair.next().unwrap_or_default(), pair.next().ok_or(FORM)?);
        let number = IO.number_of(name).ok_or(Fault::NotOneOf(IO))?;
        let place = amounts.get_mut(number).ok_or(FORM)?;
        // The kernel takes no zero (block/blk-throttle.c, `tg_set_limit`).
        *place = Some(size(value)?).filter(|amount| *amount != Amount(Some(0)));
        if place.is_none() {
            return Err(Fault::OutOfRange { min: 1, max: i64::MAX });
        }
    }
    match amounts.iter().any(Option::is_some) {
        true => Ok(Value::Io(device, amounts)),
        false => Err(FORM),
    }
}

/// `8:0`, or a path from the root.
fn device(text: &[u8]) -> Result<Device<'_>, Fault> {
    const FORM: Fault = Fault::NotA("block device: a path from the root, or MAJOR:MINOR");
    if text.starts_with(b"/") {
        return Ok(Device::Path(text));
    }
    let mut numbers = text.splitn(2, |byte| *byte == b':');
    let mut next = |max| {
        let number = units::unsigned(numbers.next().ok_or(FORM)?, max).map_err(|_| FORM)?;
        u32::try_from(number).map_err(|_| FORM)
    };
    // MINORBITS of linux/kdev_t.h.
    Ok(Device::Number(next((1 << 12) - 1)?, next((1 << 20) - 1)?))
}

/// `2MiB=64MiB`: the size of a page, and how many bytes.
pub(super) fn pages<'a>(text: &[u8]) -> Result<Value<'a>, Fault> {
    const FORM: Fault = Fault::NotA("limit of huge pages such as 2MiB=64MiB");
    let mut pair = text.splitn(2, |byte| *byte == b'=');
    let (page, bytes) = (pair.next().unwrap_or_default(), pair.next().ok_or(FORM)?);
    match units::size(page)? {
        page if page.is_power_of_two() && page >= 1 << 14 => {
            Ok(Value::Pages { size: page, amount: size(bytes)? })
        }
        _ => Err(Fault::NotA("size of huge pages such as 2MiB or 1GiB")),
    }
}

/// A page's size as it stands in the file's name (mm/hugetlb_cgroup.c, `mem_fmt`).
pub(super) fn scaled(size: u64) -> (u64, &'static str) {
    match size {
        size if size >= 1 << 30 => (size >> 30, "GB"),
        size if size >= 1 << 20 => (size >> 20, "MB"),
        size => (size >> 10, "KB"),
    }
}
