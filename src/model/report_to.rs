//! Where the record goes besides the console.

use core::ffi::CStr;

use crate::text::{Fault, Show, Sink, put, units};

/// The forms, for messages.
const FORM: &str =
    "/dev/PATH, vsock:CID:PORT, vsock-stream:CID:PORT, isa-debug-exit[:PORT], testdev, semihosting";

/// Where QEMU's isa-debug-exit listens unless it is told otherwise (hw/misc/debugexit.c).
const DEBUG_EXIT_PORT: u16 = 0x501;

/// Somebody who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportTo<'a> {
    /// A file, mostly a device: the record is written to it.
    Path(&'a CStr),
    /// A socket of the host (vsock(7)): the record is sent to it.
    Vsock {
        /// The host's number; 2 is the machine that we are a guest of.
        cid: u32,
        /// Its port.
        port: u32,
        /// Whether it takes streams and nothing else.
        is_stream: bool,
    },
    /// QEMU's isa-debug-exit at this port: QEMU exits with twice the code, and one.
    IsaDebugExit(u16),
    /// QEMU's testdev behind the virtio port of that name: QEMU exits likewise.
    Testdev,
    /// Whoever runs an arm64 machine, such as QEMU, which exits with the code itself.
    Semihosting,
}

impl<'a> ReportTo<'a> {
    /// The name of the virtio port that is told without being asked for.
    pub const PORT: &'static str = "org.nsinit.report";
    /// The name of the virtio port that has a testdev behind it.
    pub const TESTDEV: &'static str = "org.nsinit.testdev";

    /// Reads one.
    ///
    /// # Errors
    /// [`Fault::NotA`] for what is none, [`Fault::OutOfRange`] for a port.
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        let bytes = text.to_bytes();
        let vsock = [(&b"vsock:"[..], false), (b"vsock-stream:", true)];
        if let Some((address, is_stream)) = vsock
            .into_iter()
            .find_map(|(prefix, is_stream)| Some((bytes.strip_prefix(prefix)?, is_stream)))
        {
            let mut numbers = address.splitn(2, |byte| *byte == b':');
            let mut number = || number(numbers.next().unwrap_or_default(), u32::MAX);
            return Ok(Self::Vsock { cid: number()?, port: number()?, is_stream });
        }
        match bytes {
            [b'/', ..] => Ok(Self::Path(text)),
            b"testdev" => Ok(Self::Testdev),
            b"semihosting" if cfg!(target_arch = "aarch64") => Ok(Self::Semihosting),
            b"isa-debug-exit" if cfg!(target_arch = "x86_64") => {
                Ok(Self::IsaDebugExit(DEBUG_EXIT_PORT))
            }
            _ => match bytes.strip_prefix(b"isa-debug-exit:") {
                Some(port) if cfg!(target_arch = "x86_64") => {
                    let port = number(port, u32::from(u16::MAX))?;
                    u16::try_from(port).map(Self::IsaDebugExit).map_err(|_| Fault::NotA(FORM))
                }
                Some(_) | None => Err(Fault::NotA(FORM)),
            },
        }
    }
}

/// A number, in decimal or, behind `0x`, in hexadecimal.
fn number(text: &[u8], max: u32) -> Result<u32, Fault> {
    let beyond = Fault::OutOfRange { min: 0, max: i64::from(max) };
    let Some(digits) = text.strip_prefix(b"0x") else {
        let number = units::unsigned(text, u64::from(max))?;
        return u32::try_from(number).map_err(|_| beyond);
    };
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'a'..=b'f' => Some(u32::from(byte - b'a') + 10),
        b'A'..=b'F' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    };
    let add = |sum: u32, byte: &u8| sum.checked_mul(16)?.checked_add(digit(byte)?);
    let number = digits.iter().try_fold(0, add).filter(|_| !digits.is_empty());
    number.ok_or(Fault::NotA(FORM)).and_then(|n| if n <= max { Ok(n) } else { Err(beyond) })
}

impl ReportTo<'_> {
    /// Whether telling it ends the machine.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::IsaDebugExit(_) | Self::Testdev | Self::Semihosting)
    }
}

/// Prints it as it is said.
impl Show for ReportTo<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Path(path) => out.put(path.to_bytes()),
            Self::Vsock { cid, port, is_stream } => {
                put!(out, if is_stream { "vsock-stream:" } else { "vsock:" }, cid, ":", port);
            }
            Self::IsaDebugExit(port) => put!(out, "isa-debug-exit:", port),
            Self::Testdev => put!(out, "testdev"),
            Self::Semihosting => put!(out, "semihosting"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read_and_others_are_refused() {
        let vsock = |is_stream| ReportTo::Vsock { cid: 2, port: 9_000, is_stream };
        assert_eq!(ReportTo::parse(c"/dev/vport0p1"), Ok(ReportTo::Path(c"/dev/vport0p1")));
        assert_eq!(ReportTo::parse(c"vsock:2:9000"), Ok(vsock(false)));
        assert_eq!(ReportTo::parse(c"vsock-stream:2:9000"), Ok(vsock(true)));
        assert_eq!(ReportTo::parse(c"testdev"), Ok(ReportTo::Testdev));
        if cfg!(target_arch = "x86_64") {
            assert_eq!(ReportTo::parse(c"isa-debug-exit"), Ok(ReportTo::IsaDebugExit(0x501)));
            assert_eq!(ReportTo::parse(c"isa-debug-exit:0xf4"), Ok(ReportTo::IsaDebugExit(0xf4)));
        }
        let semihosting = ReportTo::parse(c"semihosting");
        assert_eq!(semihosting.is_ok(), cfg!(target_arch = "aarch64"));
        for text in [c"", c"vsock:2", c"vsock:-1:2", c"semihost", c"isa-debug-exit:0x10000"] {
            assert!(ReportTo::parse(text).is_err(), "{text:?}");
        }
    }
}
