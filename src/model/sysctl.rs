//! One setting of the kernel, as sysctl(8) names it.

use core::ffi::CStr;

use crate::text::Fault;

/// `NAME=VALUE`: a file below /proc/sys, and what is written to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sysctl<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Sysctl<'a> {
    /// Reads `kernel.printk=1 4 1 7`. Where the first mark is a slash, slashes part the name and
    /// dots belong to it, as in the name of an interface (sysctl.d(5)).
    ///
    /// # Errors
    /// [`Fault::NotA`] without `=` or with a name that leads out of /proc/sys.
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        let form = Fault::NotA("NAME=VALUE, such as kernel.printk=1 4 1 7");
        let bytes = text.to_bytes();
        let end = bytes.iter().position(|byte| *byte == b'=').ok_or(form)?;
        let (name, value) = bytes.split_at_checked(end).ok_or(form)?;
        let sysctl = Self { name, value: value.get(1..).unwrap_or_default() };
        let is_bad = |part: &[u8]| matches!(part, b"" | b"." | b"..");
        let parts = name.split(|byte| *byte == sysctl.mark());
        if parts.into_iter().any(is_bad) || sysctl.path().any(|byte| byte == 0) {
            return Err(form);
        }
        Ok(sysctl)
    }

    /// What parts its name.
    fn mark(self) -> u8 {
        let first = self.name.iter().find(|byte| matches!(byte, b'.' | b'/'));
        first.copied().unwrap_or(b'.')
    }

    /// Its name, as it was said.
    pub const fn name(self) -> &'a [u8] {
        self.name
    }

    /// What is written.
    pub const fn value(self) -> &'a [u8] {
        self.value
    }

    /// Its path below /proc/sys.
    pub fn path(self) -> impl Iterator<Item = u8> + 'a {
        let mark = self.mark();
        self.name.iter().map(move |byte| match *byte {
            b'.' if mark == b'.' => b'/',
            b'/' if mark == b'.' => b'.', // "net.ipv4.conf.eth0/1.forwarding" means eth0.1
            byte => byte,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn a_name_is_a_path_below_proc_sys_and_never_leads_out_of_it() {
        let path = |text| {
            let sysctl = Sysctl::parse(text).unwrap();
            let path: Vec<u8> = sysctl.path().collect();
            (String::from_utf8(path).unwrap(), sysctl.value())
        };
        assert_eq!(path(c"kernel.printk=1 4"), ("kernel/printk".into(), &b"1 4"[..]));
        assert_eq!(path(c"net/ipv4/conf/eth0.1/x=1").0, "net/ipv4/conf/eth0.1/x");
        assert_eq!(path(c"net.ipv4.conf.eth0/1.x=").0, "net/ipv4/conf/eth0.1/x");
        for text in [c"kernel", c"=1", c"a..b=1", c".a=1", c"../etc/x=1", c"a/../b=1", c"./a=1"] {
            assert!(Sysctl::parse(text).is_err(), "{text:?}");
        }
    }
}
