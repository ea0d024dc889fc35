//! Capabilities, and the bits that say what root means (capabilities(7)).
//!
//! Numbers and names are those of linux/capability.h and linux/securebits.h. Which of them a kernel
//! has, it says itself; a number that it does not know is refused by it.

use crate::text::{Fault, Names, Show, Sink, nearest, put, units};

/// The capabilities, in the order of their numbers; the last one came with Linux 5.9.
const NAMES: Names = Names::new(
    "chown|dac_override|dac_read_search|fowner|fsetid|kill|setgid|setuid|setpcap|linux_immutable|\
     net_bind_service|net_broadcast|net_admin|net_raw|ipc_lock|ipc_owner|sys_module|sys_rawio|\
     sys_chroot|sys_ptrace|sys_pacct|sys_admin|sys_boot|sys_nice|sys_resource|sys_time|\
     sys_tty_config|mknod|lease|audit_write|audit_control|setfcap|mac_override|mac_admin|syslog|\
     wake_alarm|block_suspend|audit_read|perfmon|bpf|checkpoint_restore",
);

/// A set of capabilities: bit N is capability N. One that was made of "all" has bit 63, which no
/// capability will have for long, and stands for all there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u64);

impl Capabilities {
    /// None.
    pub const NONE: Self = Self(0);

    /// All there are, whatever the kernel has.
    pub const ALL: Self = Self(u64::MAX);

    /// What a container needs and can do no harm outside with: what podman leaves to one.
    pub const CONTAINER: Self = Self(
        1 << 0 // chown
            | 1 << 1 // dac_override
            | 1 << 3 // fowner
            | 1 << 4 // fsetid
            | 1 << 5 // kill
            | 1 << 6 // setgid
            | 1 << 7 // setuid
            | 1 << 8 // setpcap
            | 1 << 10 // net_bind_service
            | 1 << 18 // sys_chroot
            | 1 << 31, // setfcap
    );

    /// The set with these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Reads `NET_ADMIN`, `cap_net_admin`, the number of a capability, or `all`.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::Unknown`]; [`Fault::NotA`] or [`Fault::OutOfRange`] for a number.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let without = |prefix: &[u8]| {
            let (head, name) = text.split_at_checked(prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then_some(name)
        };
        let name = without(b"cap_").unwrap_or(text);
        match name.first() {
            None => Err(Fault::Empty),
            Some(b'0'..=b'9') => Ok(Self(1 << units::unsigned(name, 62)?)),
            Some(_) if name.eq_ignore_ascii_case(b"all") => Ok(Self::ALL),
            Some(_) => {
                let mut names = NAMES.iter();
                let number = names.position(|known| known.as_bytes().eq_ignore_ascii_case(name));
                let unknown = || Fault::Unknown("capability", nearest(name, NAMES.iter()));
                number.map(|number| Self(1 << number)).ok_or_else(unknown)
            }
        }
    }

    /// Whether it was made of "all".
    pub const fn is_open(self) -> bool {
        self.0 >> 63 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of these are among them.
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those that both have.
    #[must_use]
    pub const fn within(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Those that are not among these.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// The numbers of all others, in rising order.
    pub fn complement(self) -> impl Iterator<Item = u8> {
        Self(!self.0).numbers()
    }

    /// Their numbers, in rising order.
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        (0..64u8).filter(move |number| self.0 >> number & 1 != 0)
    }
}

/// Prints `none`, `chown, kill`, `all`, or `all but net_raw`.
impl Show for Capabilities {
    fn show(&self, out: &mut dyn Sink) {
        let (before, listed) = match self.is_open() {
            true => ("all but ", Self(!self.0)),
            false => ("", *self),
        };
        if listed.is_empty() {
            return put!(out, if self.is_open() { "all" } else { "none" });
        }
        for (index, number) in listed.numbers().enumerate() {
            put!(out, if index == 0 { before } else { ", " });
            match NAMES.get(usize::from(number)) {
                Some(name) => put!(out, name),
                None => put!(out, number),
            }
        }
    }
}

/// What was said of the capabilities to keep: names, and perhaps those that are kept anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapabilityList {
    /// Those that were named.
    pub named: Capabilities,
    /// Whether those that are kept by default were meant as well.
    pub has_default: bool,
}

impl CapabilityList {
    /// Reads one more: a capability, `all`, `none` or `default`.
    ///
    /// # Errors
    /// Those of [`Capabilities::parse`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        match text {
            b"default" => self.has_default = true,
            b"none" => {}
            _ => self.named = self.named.and(Capabilities::parse(text)?),
        }
        Ok(())
    }
}

/// Changes to the capabilities that are kept, each one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapabilityChanges {
    /// Those that were added and not dropped again.
    pub added: Capabilities,
    /// Those that were dropped and not added again.
    pub dropped: Capabilities,
}

impl CapabilityChanges {
    /// One more change: a capability or `all` is added.
    ///
    /// # Errors
    /// Those of [`Capabilities::parse`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        let which = Capabilities::parse(text)?;
        (self.added, self.dropped) = (self.added.and(which), self.dropped.without(which));
        Ok(())
    }

    /// One more change: a capability or `all` is dropped.
    ///
    /// # Errors
    /// Those of [`Capabilities::parse`].
    pub fn drop(&mut self, text: &[u8]) -> Result<(), Fault> {
        let which = Capabilities::parse(text)?;
        (self.added, self.dropped) = (self.added.without(which), self.dropped.and(which));
        Ok(())
    }

    /// What becomes of these capabilities.
    pub const fn of(self, capabilities: Capabilities) -> Capabilities {
        capabilities.and(self.added).without(self.dropped)
    }
}

/// The securebits, bit by bit; the lock of each stands behind it. Those from `exec-restrict-file`
/// on came with Linux 6.14.
const BITS: Names = Names::new(
    "noroot|noroot-locked|no-setuid-fixup|no-setuid-fixup-locked|keep-caps|keep-caps-locked|\
     no-cap-ambient-raise|no-cap-ambient-raise-locked|exec-restrict-file|\
     exec-restrict-file-locked|exec-deny-interactive|exec-deny-interactive-locked",
);

/// A set of securebits (linux/securebits.h).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecureBits(u16);

impl SecureBits {
    /// SECBIT_NOROOT: uid 0 is a user like others.
    pub const NOROOT: Self = Self(1);

    /// None.
    pub const NONE: Self = Self(0);

    /// The set with these bits.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether all of these are among them.
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Reads one more by its name.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        let number = BITS.number_of(text).ok_or(Fault::NotOneOf(BITS))?;
        self.0 |= 1 << number;
        Ok(())
    }
}

/// Prints `noroot, noroot-locked`.
impl Show for SecureBits {
    fn show(&self, out: &mut dyn Sink) {
        let names = (0u16..).zip(BITS.iter()).filter(|(bit, _)| self.0 >> bit & 1 != 0);
        for (index, (_, name)) in names.enumerate() {
            put!(out, if index == 0 { "" } else { ", " }, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    #[test]
    fn a_capability_is_a_name_in_any_case_or_a_number() {
        for (text, bits) in [
            ("CAP_CHOWN", 1u64),
            ("chown", 1),
            ("Cap_Net_Admin", 1 << 12),
            ("checkpoint_restore", 1 << 40),
            ("0", 1),
            ("41", 1 << 41),
            ("ALL", u64::MAX),
        ] {
            assert_eq!(Capabilities::parse(text.as_bytes()), Ok(Capabilities(bits)), "{text}");
        }
        let near = Fault::Unknown("capability", Some("net_admin"));
        assert_eq!(Capabilities::parse(b"CAP_NETADMIN"), Err(near));
        assert_eq!(Capabilities::parse(b"cap_"), Err(Fault::Empty));
        assert_eq!(Capabilities::parse(b""), Err(Fault::Empty));
        for text in ["63", "-1", "0x1", "1 ", "+net_raw", "none"] {
            assert!(Capabilities::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!((NAMES.iter().count(), NAMES.get(40)), (41, Some("checkpoint_restore")));
    }

    #[test]
    fn a_set_shows_what_is_in_it_or_what_is_not() {
        let set = |text: &[&str]| {
            let mut list = CapabilityList::default();
            text.iter().for_each(|name| list.add(name.as_bytes()).unwrap());
            list.named
        };
        assert_eq!(set(&[]).to_string(), "none");
        assert_eq!(set(&["none"]).to_string(), "none");
        assert_eq!(set(&["kill", "chown", "61"]).to_string(), "chown, kill, 61");
        assert_eq!(set(&["all"]).to_string(), "all");
        let but =
            CapabilityChanges { added: Capabilities::NONE, dropped: set(&["net_raw", "bpf"]) };
        assert_eq!(but.of(Capabilities::ALL).to_string(), "all but net_raw, bpf");
    }

    #[test]
    fn of_changes_the_last_word_counts() {
        let after = |words: &[&str]| {
            let mut changes = CapabilityChanges::default();
            for word in words {
                let (sign, name) = word.split_at(1);
                match sign {
                    "+" => changes.add(name.as_bytes()).unwrap(),
                    _ => changes.drop(name.as_bytes()).unwrap(),
                }
            }
            changes.of(Capabilities::parse(b"chown").unwrap()).to_string()
        };
        assert_eq!(after(&["+kill"]), "chown, kill");
        assert_eq!(after(&["-all"]), "none");
        assert_eq!(after(&["-all", "+kill"]), "kill");
        assert_eq!(after(&["+kill", "-all"]), "none");
        assert_eq!(after(&["+all", "-net_raw"]), "all but net_raw");
        assert_eq!(after(&["-chown", "+chown"]), "chown");
    }

    #[test]
    fn securebits_have_the_numbers_of_the_kernel() {
        let mut bits = SecureBits::default();
        for name in ["noroot-locked", "noroot", "exec-deny-interactive-locked"] {
            bits.add(name.as_bytes()).unwrap();
        }
        assert_eq!(bits.bits(), 0b1000_0000_0011);
        assert!(bits.has(SecureBits::NOROOT));
        assert_eq!(bits.to_string(), "noroot, noroot-locked, exec-deny-interactive-locked");
        assert!(bits.add(b"no_root").is_err());
    }
}
