//! What is tried to know whether it works, and how it went.
//!
//! Everything that would change anything is tried by a child, in namespaces of its own that end
//! with it; what came of it comes back through a pipe, one word for each probe. So a child that an
//! outer filter kills has told what went before.

use crate::engine::child::wait_for;
use crate::model::{Errno, NamespaceSet, Signal};
use crate::sys::process::{self, Side};
use crate::sys::{Fd, fd, file};

/// Something that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Probe {
    /// A new user namespace.
    User = 0,
    /// In it, our own id mapped to itself.
    MapIds,
    /// A new cgroup namespace.
    Cgroup,
    /// A new IPC namespace.
    Ipc,
    /// A new network namespace.
    Net,
    /// A new mount namespace.
    Mnt,
    /// A new PID namespace.
    Pid,
    /// A new time namespace.
    Time,
    /// A new UTS namespace.
    Uts,
    /// Offsets of the clocks in the time namespace.
    ShiftClocks,
    /// Mounts that are seen nowhere else.
    PrivateMounts,
    /// A procfs of the new PID namespace.
    FreshProc,
    /// A mount that is nowhere: fsopen(2) and fsmount(2).
    DetachedMount,
    /// An overlay of directories of ours.
    Overlay,
    /// The root's mount with other ids.
    IdmappedMount,
    /// A descriptor for a child.
    Pidfd,
    /// How a child ended, from that descriptor, when the kernel has reaped it.
    ExitByPidfd,
    /// A cgroup below our own.
    OwnCgroup,
    /// A pair of interfaces.
    Veth,
    /// An interface that shares another one.
    Macvlan,
    /// Interfaces by a program (tun(4)).
    Tun,
}

impl Probe {
    /// Every probe, by its number.
    pub const ALL: [Self; 21] = [
        Self::User,
        Self::MapIds,
        Self::Cgroup,
        Self::Ipc,
        Self::Net,
        Self::Mnt,
        Self::Pid,
        Self::Time,
        Self::Uts,
        Self::ShiftClocks,
        Self::PrivateMounts,
        Self::FreshProc,
        Self::DetachedMount,
        Self::Overlay,
        Self::IdmappedMount,
        Self::Pidfd,
        Self::ExitByPidfd,
        Self::OwnCgroup,
        Self::Veth,
        Self::Macvlan,
        Self::Tun,
    ];
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trial {
    /// It was not tried, or whoever tried it was killed for it.
    #[default]
    Untried,
    /// It works.
    Works,
    /// The kernel refused it.
    Refused(Errno),
}

impl Trial {
    /// What a call returned.
    pub fn of<T>(result: Result<T, Errno>) -> Self {
        match result {
            Ok(_) => Self::Works,
            Err(errno) => Self::Refused(errno),
        }
    }

    /// Whether it works.
    pub fn works(self) -> bool {
        self == Self::Works
    }
}

/// How everything went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trials([Trial; Probe::ALL.len()]);

impl Trials {
    /// How one went.
    pub fn get(&self, probe: Probe) -> Trial {
        self.0.get(usize::from(probe as u8)).copied().unwrap_or_default()
    }

    /// The same, in its place.
    pub fn get_ref(&self, probe: Probe) -> &Trial {
        self.0.get(usize::from(probe as u8)).unwrap_or(&Trial::Untried)
    }

    /// Notes how one went.
    pub fn set(&mut self, probe: Probe, trial: Trial) {
        if let Some(place) = self.0.get_mut(usize::from(probe as u8)) {
            *place = trial;
        }
    }
}

/// How one went, as four bytes.
fn to_bytes(probe: Probe, trial: Trial) -> [u8; 4] {
    let errno = match trial {
        Trial::Untried => u16::MAX,
        Trial::Works => 0,
        Trial::Refused(errno) => errno.number(),
    };
    let [low, high] = errno.to_le_bytes();
    [probe as u8, low, high, 0]
}

/// The same, read back.
fn of_bytes(bytes: &[u8]) -> Option<(Probe, Trial)> {
    let [number, low, high, _] = *bytes.first_chunk()?;
    let trial = match u16::from_le_bytes([low, high]) {
        u16::MAX => Trial::Untried,
        0 => Trial::Works,
        errno => Trial::Refused(Errno::new(errno.into())),
    };
    Some((Probe::ALL.get(usize::from(number)).copied()?, trial))
}

/// Where a child tells how its trials go.
pub(super) struct Out(Fd);

impl Out {
    /// Tells how one went.
    pub(super) fn tell<T>(&self, probe: Probe, result: Result<T, Errno>) {
        let bytes = to_bytes(probe, Trial::of(result));
        let _ = file::write(&self.0, &bytes); // the parent reads until we end
    }

    /// Tells how one went; whether it works.
    pub(super) fn works<T>(&self, probe: Probe, result: Result<T, Errno>) -> bool {
        let works = result.is_ok();
        self.tell(probe, result);
        works
    }
}

/// Has a child do `steps`, and notes what it tells.
pub(super) fn in_child(trials: &mut Trials, steps: &dyn Fn(&Out)) {
    let Ok((read, write)) = fd::pipe(true) else { return };
    match process::clone_into(NamespaceSet::empty()) {
        Ok(Side::Child) => {
            let _ = process::signal_at_parent_death(Signal::KILL); // it cannot fail
            steps(&Out(write));
            process::exit(0);
        }
        Ok(Side::Parent(child)) => {
            drop(write);
            let mut bytes = [0; 64];
            while let Ok(len @ 1..) = file::read(&read, &mut bytes) {
                for word in bytes.get(..len).unwrap_or_default().chunks(4) {
                    if let Some((probe, trial)) = of_bytes(word) {
                        trials.set(probe, trial);
                    }
                }
            }
            let _ = wait_for(&child); // what counts has been told
        }
        Err(_) => {} // nothing was tried
    }
}

/// Has a child of the child do `steps` in new namespaces of these kinds, and waits for it.
pub(super) fn below(kinds: NamespaceSet, steps: &dyn Fn()) -> Result<(), Errno> {
    match process::clone_into(kinds)? {
        Side::Child => {
            let _ = process::signal_at_parent_death(Signal::KILL); // it cannot fail
            steps();
            process::exit(0);
        }
        Side::Parent(child) => {
            let _ = wait_for(&child); // what counts has been told
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_tells_is_read_as_it_was_told() {
        for (number, probe) in Probe::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(probe as u8), number);
            for trial in [Trial::Untried, Trial::Works, Trial::Refused(Errno::EPERM)] {
                assert_eq!(of_bytes(&to_bytes(probe, trial)), Some((probe, trial)));
            }
        }
        assert_eq!(of_bytes(&[21, 0, 0, 0]), None);
        assert_eq!(of_bytes(&[0, 0, 0]), None);
    }
}
