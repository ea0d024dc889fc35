//! The name a machine has for its programs: machine-id(5), 32 digits in base sixteen.

use crate::text::{Fault, Show, Sink};

/// The forms, for messages.
const FORM: &str = "random, firmware, or 32 digits 0-9, a-f";

/// A machine's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineId([u8; 32]);

impl MachineId {
    /// Reads 32 digits, or those of a UUID with its dashes; capital ones become small. `None` for
    /// all else, and for a UUID that stands for none: firmware fills it with 0 or f.
    pub fn read(text: &[u8]) -> Option<Self> {
        let mut id = [0; 32];
        let mut digits = text.iter().filter(|byte| **byte != b'-');
        for place in &mut id {
            let digit = digits.next().filter(|digit| digit.is_ascii_hexdigit())?;
            *place = digit.to_ascii_lowercase();
        }
        let dashes = text.len().checked_sub(id.len())?;
        let is_blank = id == [b'0'; 32] || id == [b'f'; 32];
        (digits.next().is_none() && matches!(dashes, 0 | 4) && !is_blank).then_some(Self(id))
    }

    /// As machine-id(5) has it in a file.
    pub const fn digits(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Where a machine's name comes from when it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineIdFrom {
    /// By chance, so that each start is another machine.
    Random,
    /// The UUID that the firmware tells (SMBIOS), where it does; else by chance.
    Firmware,
    /// This one.
    Said(MachineId),
}

impl MachineIdFrom {
    /// Reads `random`, `firmware`, or a name.
    ///
    /// # Errors
    /// [`Fault::NotA`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"random" => Ok(Self::Random),
            b"firmware" => Ok(Self::Firmware),
            text => MachineId::read(text).map(Self::Said).ok_or(Fault::NotA(FORM)),
        }
    }
}

/// Prints it as it is said.
impl Show for MachineIdFrom {
    fn show(&self, out: &mut dyn Sink) {
        out.put(match self {
            Self::Random => b"random",
            Self::Firmware => b"firmware",
            Self::Said(id) => id.digits(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_32_digits_with_or_without_the_dashes_of_a_uuid() {
        let id = b"0123456789abcdef0123456789abcdef";
        for text in [
            "0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789ABCDEF",
            "01234567-89ab-cdef-0123-456789abcdef",
        ] {
            assert_eq!(MachineId::read(text.as_bytes()).unwrap().digits(), id, "{text}");
        }
        for text in [
            "",
            "0123456789abcdef0123456789abcde",
            "0123456789abcdef0123456789abcdef0",
            "0123456789abcdef0123456789abcdeg",
            "0123456789abcdef-0123456789abcdef",
            "00000000-0000-0000-0000-000000000000",
            "ffffffffffffffffffffffffffffffff",
        ] {
            assert_eq!(MachineId::read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(MachineIdFrom::parse(b"random"), Ok(MachineIdFrom::Random));
        assert!(MachineIdFrom::parse(b"smbios").is_err());
    }
}
