//! A step that failed, as an address: which step, which errno.
//!
//! Small and without borrowed data, so that it fits one write into a pipe: whoever holds the same
//! plan can make words of it.

use super::Errno;

/// A reason that only the process that failed could see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Why {
    /// Nothing beyond the errno.
    #[default]
    Errno = 0,
    /// exec: the file is there, the interpreter its first line names is not.
    InterpreterMissing,
    /// exec: as before, and the name ends in a carriage return.
    InterpreterHasCr,
    /// exec: the interpreter is there, and cannot be executed itself.
    InterpreterUnable,
    /// exec: the program's dynamic loader is not there.
    LoaderMissing,
    /// exec: a program for another machine.
    WrongMachine,
    /// exec: neither a program nor a script.
    NoFormat,
    /// exec: a directory.
    IsDirectory,
    /// exec: no execute permission for anybody.
    NoExecuteBit,
    /// exec: an executable file on a file system mounted noexec.
    Noexec,
    /// exec: it or its interpreter is forbidden by Landlock or a security module.
    Forbidden,
    /// A name that stands in no line of /etc/passwd.
    NoSuchUser,
    /// A name that stands in no line of /etc/group.
    NoSuchGroup,
    /// A line of /etc/passwd or /etc/group that cannot be read, or is too long.
    BadAccountLine,
    /// More environment variables or words than a changed list holds.
    TooMany,
    /// The clock offsets read back are not those that were written.
    ReadBack,
    /// No list of modules has it, or its file is not there.
    NoSuchModule,
    /// The machine has no clock that goes on without power, or its driver is not loaded.
    NoRtc,
    /// The device of a root did not come in time.
    NoRootDevice,
    /// No file system that the kernel has is on the device of a root.
    NoFileSystem,
    /// A root has no directory for a file system of the kernel, and none can be made.
    NoPlaceInRoot,
    /// A program that we started for this did not succeed.
    Tool,
    /// A place in a root: a symbolic link on the way leads to nothing.
    DanglingLink,
    /// As before: a symbolic link where none may be.
    LinkInTheWay,
    /// As before: it leads to the root itself.
    LeadsToRoot,
    /// A symbolic link with another content is there.
    OtherLink,
    /// A name outside is not that of the descriptor any more.
    OtherFile,
    /// What has the name of a device is another one, or none.
    NoDevice,
    /// The old root lies over the new one.
    OldRootThere,
    /// A device that has no blocks, for a limit of one that has.
    NotABlockDevice,
    /// The launcher died while the sandbox was being set up.
    LauncherGone,
    /// The directory of the control sockets is somebody else's, or others may write to it.
    NotOurs,
    /// A sandbox of this name runs already.
    NameTaken,
    /// The directory in which a command was to begin cannot be entered.
    NoDirectory,
    /// PID 1 did not come back from it, and heard no signal meanwhile.
    Deaf,
    /// Somebody asked us to end before we went on.
    AskedToEnd,
    /// A user namespace can be made, which nobody was to be able to.
    UsernsThere,
}

impl Why {
    /// All reasons, by their number.
    const ALL: [Self; 37] = [
        Self::Errno,
        Self::InterpreterMissing,
        Self::InterpreterHasCr,
        Self::InterpreterUnable,
        Self::LoaderMissing,
        Self::WrongMachine,
        Self::NoFormat,
        Self::IsDirectory,
        Self::NoExecuteBit,
        Self::Noexec,
        Self::Forbidden,
        Self::NoSuchUser,
        Self::NoSuchGroup,
        Self::BadAccountLine,
        Self::TooMany,
        Self::ReadBack,
        Self::NoSuchModule,
        Self::NoRtc,
        Self::NoRootDevice,
        Self::NoFileSystem,
        Self::NoPlaceInRoot,
        Self::Tool,
        Self::DanglingLink,
        Self::LinkInTheWay,
        Self::LeadsToRoot,
        Self::OtherLink,
        Self::OtherFile,
        Self::NoDevice,
        Self::OldRootThere,
        Self::NotABlockDevice,
        Self::LauncherGone,
        Self::NotOurs,
        Self::NameTaken,
        Self::NoDirectory,
        Self::Deaf,
        Self::AskedToEnd,
        Self::UsernsThere,
    ];

    /// Its number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The reason with this number.
    pub fn new(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step's place in the plan, from 0.
    pub step: u16,
    /// What the kernel answered.
    pub errno: Errno,
    /// What else is known.
    pub why: Why,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_goes_there_and_back() {
        for (number, why) in (0u8..).zip(Why::ALL) {
            assert_eq!((why.number(), Why::new(number)), (number, Some(why)));
        }
        assert_eq!(Why::new(200), None);
    }
}
