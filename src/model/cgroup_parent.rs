//! The cgroup in which ours is made.

use core::ffi::CStr;

use crate::text::Fault;

/// Where a sandbox's cgroup is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupParent<'a> {
    /// Below our own, or beside it.
    Own,
    /// In this one: a path from the root of the hierarchy, as we see it.
    At(&'a CStr),
}

/// The form, for messages.
const FORM: Fault = Fault::NotA("cgroup: own, or a path such as /machine.slice");

impl<'a> CgroupParent<'a> {
    /// Reads `own` or a path.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::NotA`] for a path that is not from the root, or goes up or stays.
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        match text.to_bytes() {
            [] => Err(Fault::Empty),
            b"own" => Ok(Self::Own),
            b"/" => Ok(Self::At(text)),
            [b'/', path @ ..] => {
                let is_bad = |part: &[u8]| matches!(part, b"" | b"." | b"..");
                match path.split(|byte| *byte == b'/').any(is_bad) {
                    true => Err(FORM),
                    false => Ok(Self::At(text)),
                }
            }
            _ => Err(FORM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_down_from_the_root() {
        assert_eq!(CgroupParent::parse(c"own"), Ok(CgroupParent::Own));
        for path in [c"/", c"/machine.slice", c"/a/b c/..d"] {
            assert_eq!(CgroupParent::parse(path), Ok(CgroupParent::At(path)));
        }
        assert_eq!(CgroupParent::parse(c""), Err(Fault::Empty));
        for bad in [c"a", c"/a/", c"//", c"/a/../b", c"/.", c"/a//b", c"Own"] {
            assert_eq!(CgroupParent::parse(bad), Err(FORM), "{bad:?}");
        }
    }
}
