//! What a program is asked about.

/// A call as a program sees it (`struct seccomp_data` of linux/seccomp.h).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Its number.
    pub number: u32,
    /// The machine whose number that is (linux/audit.h).
    pub arch: u32,
    /// Where it was made.
    pub instruction: u64,
    /// Its arguments, as the registers have them.
    pub arguments: [u64; 6],
}

impl Call {
    /// Bytes of the struct.
    pub const LEN: u32 = 64;

    /// The word at this offset, in bytes.
    pub(super) fn word(&self, offset: u32) -> Option<u32> {
        let half = |value: u64, is_high: bool| {
            let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
            u32::from_le_bytes(if is_high { [e, f, g, h] } else { [a, b, c, d] })
        };
        match offset {
            0 => Some(self.number),
            4 => Some(self.arch),
            8 | 12 => Some(half(self.instruction, offset == 12)),
            _ => {
                let (at, rest) = (offset.checked_sub(16)? / 8, offset % 8);
                let argument = self.arguments.get(usize::try_from(at).ok()?)?;
                Some(half(*argument, rest == 4))
            }
        }
    }
}
