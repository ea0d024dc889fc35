//! Where a machine's root file system comes from, in the words of the kernel's own `root=`
//! (Documentation/admin-guide/kernel-parameters.txt; block/early-lookup.c).

use core::ffi::CStr;

use crate::text::{Fault, Quoted, Show, Sink, put, units};

/// A root file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootSource<'a> {
    /// There is none: the machine stays in its initramfs.
    None,
    /// A device below /dev.
    Device(&'a CStr),
    /// A device by its numbers, major and minor.
    Number(u32, u32),
    /// A partition, by the name that its table has for it (GPT).
    PartLabel(&'a CStr),
    /// A partition, by the UUID that its table has for it.
    PartUuid(&'a CStr),
    /// A file system by what is written in it, which only its own tools can read.
    Inside(&'a CStr),
    /// What a file system of no device is told: the tag of a virtiofs or 9p.
    Tag(&'a CStr),
}

impl<'a> RootSource<'a> {
    /// Reads it. Whether the kernel knows what is named, and whether it can be the root, is not
    /// seen here.
    ///
    /// # Errors
    /// [`Fault::Empty`].
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        let bytes = text.to_bytes();
        // What stands behind so many bytes, up to the same NUL.
        let behind = |len: usize| {
            let rest = text.to_bytes_with_nul().get(len..).unwrap_or_default();
            CStr::from_bytes_with_nul(rest).unwrap_or_default()
        };
        Ok(match bytes {
            b"" => return Err(Fault::Empty),
            b"none" => Self::None,
            [b'/', b'd', b'e', b'v', b'/', ..] => Self::Device(text),
            bytes if bytes.starts_with(b"PARTLABEL=") => Self::PartLabel(behind(10)),
            bytes if bytes.starts_with(b"PARTUUID=") => Self::PartUuid(behind(9)),
            bytes if bytes.starts_with(b"UUID=") || bytes.starts_with(b"LABEL=") => {
                Self::Inside(text)
            }
            bytes => match numbers(bytes) {
                Some((major, minor)) => Self::Number(major, minor),
                None => Self::Tag(text),
            },
        })
    }
}

/// `MAJOR:MINOR`, within what a device number has room for (linux/kdev_t.h).
fn numbers(text: &[u8]) -> Option<(u32, u32)> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (major, minor) = text.split_at_checked(colon)?;
    let number = |text, max| u32::try_from(units::unsigned(text, max).ok()?).ok();
    Some((number(major, 0xfff)?, number(minor.get(1..)?, 0xf_ffff)?))
}

/// Prints it as it is said.
impl Show for RootSource<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::None => put!(out, "none"),
            Self::Device(text) | Self::Inside(text) | Self::Tag(text) => {
                put!(out, Quoted(text.to_bytes()));
            }
            Self::Number(major, minor) => put!(out, major, ":", minor),
            Self::PartLabel(name) => put!(out, "PARTLABEL=", Quoted(name.to_bytes())),
            Self::PartUuid(name) => put!(out, "PARTUUID=", Quoted(name.to_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_named_as_the_kernel_names_it() {
        for (text, source) in [
            (c"none", RootSource::None),
            (c"/dev/vda2", RootSource::Device(c"/dev/vda2")),
            (c"254:1", RootSource::Number(254, 1)),
            (c"PARTLABEL=root one", RootSource::PartLabel(c"root one")),
            (c"PARTUUID=0123-01", RootSource::PartUuid(c"0123-01")),
            (c"UUID=abc", RootSource::Inside(c"UUID=abc")),
            (c"LABEL=root", RootSource::Inside(c"LABEL=root")),
            (c"myfs", RootSource::Tag(c"myfs")),
            (c"4096:1", RootSource::Tag(c"4096:1")),
            (c"host:/srv", RootSource::Tag(c"host:/srv")),
        ] {
            assert_eq!(RootSource::parse(text), Ok(source), "{text:?}");
        }
        assert_eq!(RootSource::parse(c""), Err(Fault::Empty));
    }
}
