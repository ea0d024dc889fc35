//! Resource limits (getrlimit(2)).

use crate::text::{Fault, Names, units};

/// A resource, by its number in the kernel (asm-generic/resource.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource(u8);

/// The resources in the kernel's order, by systemd's and limits.conf(5)'s names.
const NAMES: Names = Names::new(
    "cpu|fsize|data|stack|core|rss|nproc|nofile|memlock|as|locks|sigpending|msgqueue|nice|\
     rtprio|rttime",
);

impl Resource {
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).unwrap_or_default()
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A limit of one resource; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rlimit {
    /// The resource.
    pub resource: Resource,
    /// What is enforced.
    pub soft: Option<u64>,
    /// How far the process itself may raise it.
    pub hard: Option<u64>,
}

impl Rlimit {
    /// Reads `nofile=1024`, `nofile=1024:4096` (soft and hard) or `core=infinity`.
    ///
    /// # Errors
    /// [`Fault::NotA`] for another form, [`Fault::NotOneOf`] for an unknown resource.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        const FORM: Fault = Fault::NotA("limit such as nofile=1024 or nofile=1024:4096");
        let equals = text.iter().position(|byte| *byte == b'=').ok_or(FORM)?;
        let (name, value) = text.split_at_checked(equals).ok_or(FORM)?;
        let value = value.strip_prefix(b"=").ok_or(FORM)?;
        let number = NAMES.number_of(name).and_then(|number| u8::try_from(number).ok());
        let resource = number.map(Resource).ok_or(Fault::NotOneOf(NAMES))?;
        let mut parts = value.splitn(2, |byte| *byte == b':');
        let soft = limit(parts.next().unwrap_or_default())?;
        let hard = parts.next().map_or(Ok(soft), limit)?;
        match (soft, hard) {
            (None, Some(_)) => Err(FORM),
            (Some(soft), Some(hard)) if soft > hard => Err(FORM),
            _ => Ok(Self { resource, soft, hard }),
        }
    }
}

/// A number, or `infinity`.
fn limit(text: &[u8]) -> Result<Option<u64>, Fault> {
    match text {
        b"infinity" | b"unlimited" => Ok(None),
        // RLIM_INFINITY itself is no number.
        _ => units::unsigned(text, u64::MAX - 1).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_soft_and_hard() {
        let both = Rlimit::parse(b"nofile=1024").unwrap();
        assert_eq!((both.resource.number(), both.soft, both.hard), (7, Some(1024), Some(1024)));
        let split = Rlimit::parse(b"core=0:infinity").unwrap();
        assert_eq!((split.resource.name(), split.soft, split.hard), ("core", Some(0), None));
        assert_eq!(Rlimit::parse(b"as=infinity").unwrap().soft, None);
    }

    #[test]
    fn what_the_kernel_would_refuse_is_refused_here() {
        assert_eq!(Rlimit::parse(b"files=1"), Err(Fault::NotOneOf(NAMES)));
        assert!(matches!(Rlimit::parse(b"nofile=9:1"), Err(Fault::NotA(_))));
        assert!(matches!(Rlimit::parse(b"nofile=infinity:1"), Err(Fault::NotA(_))));
        assert!(matches!(Rlimit::parse(b"nofile"), Err(Fault::NotA(_))));
        assert_eq!(Rlimit::parse(b"nofile=-1"), Err(Fault::NotA(units::NUMBER)));
        assert_eq!(Rlimit::parse(b"nofile="), Err(Fault::Empty));
    }
}
