//! How a machine is left: what reboot(2) does at the end, or which program takes over.

use super::Signal;
use crate::text::{Fault, Names, Show, Sink, Words, put};

/// What reboot(2) can do with a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Down {
    /// Power is switched off.
    #[default]
    Poweroff,
    /// It starts anew.
    Reboot,
    /// It stands still.
    Halt,
    /// The kernel that kexec_load(2) left in memory takes over.
    Kexec,
}

impl Down {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Poweroff, Self::Reboot, Self::Halt, Self::Kexec];

    /// Its name in a file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poweroff => "poweroff",
            Self::Reboot => "reboot",
            Self::Halt => "halt",
            Self::Kexec => "kexec",
        }
    }

    /// What comes instead where the machine cannot do it; nothing comes after a halt.
    pub const fn fallback(self) -> Option<Self> {
        match self {
            Self::Poweroff | Self::Kexec => Some(Self::Reboot),
            Self::Reboot => Some(Self::Halt),
            Self::Halt => None,
        }
    }

    /// Whether a reset by a watchdog is what could come instead, too. A kernel that is started by
    /// kexec may know of no watchdog.
    pub const fn may_be_a_reset(self) -> bool {
        matches!(self, Self::Poweroff | Self::Reboot)
    }

    /// What a signal to the kernel's init asks for. The names of busybox init (TERM reboots, USR1
    /// halts, USR2 switches off), those of systemd(1) (RTMIN+3 to +6, and +13 to +16), the kernel's
    /// own for Ctrl-Alt-Del (INT, reboot(2)) and for a failing power supply (PWR).
    pub fn of_signal(signal: Signal) -> Option<Self> {
        const RTMIN: u8 = 34;
        match signal.number() {
            2 | 15 => Some(Self::Reboot),    // INT, TERM
            10 => Some(Self::Halt),          // USR1
            12 | 30 => Some(Self::Poweroff), // USR2, PWR
            number => match number.checked_sub(RTMIN)? {
                3 | 13 => Some(Self::Halt),
                4 | 14 => Some(Self::Poweroff),
                5 | 15 => Some(Self::Reboot),
                6 | 16 => Some(Self::Kexec),
                _ => None,
            },
        }
    }
}

impl Show for Down {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.name());
    }
}

/// How the machine is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell<'a> {
    /// By reboot(2).
    Down(Down),
    /// This program becomes PID 1 in our place.
    Exec(Words<'a>),
}

impl Farewell<'_> {
    /// Reads `poweroff`, `reboot`, `halt` or `kexec`; a command is a list of words, which the
    /// fronts read.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`] for another word.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        const NAMES: Names = Names::new("poweroff|reboot|halt|kexec|exec=COMMAND");
        let known = Down::ALL.into_iter().find(|down| down.name().as_bytes() == text);
        known.map(Self::Down).ok_or(Fault::NotOneOf(NAMES))
    }
}

impl Default for Farewell<'_> {
    fn default() -> Self {
        Self::Down(Down::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_farewell_is_read_by_its_name_and_every_fallback_ends_in_a_halt() {
        for down in Down::ALL {
            assert_eq!(Farewell::parse(down.name().as_bytes()), Ok(Farewell::Down(down)));
            let mut last = down;
            while let Some(next) = last.fallback() {
                last = next;
            }
            assert_eq!(last, Down::Halt);
        }
        assert!(Farewell::parse(b"exec").is_err());
    }

    #[test]
    fn signals_ask_for_what_other_inits_do() {
        // INT is Ctrl-Alt-Del; everything else is for the main service.
        let asks = (1..=64).filter_map(Signal::new).filter_map(|signal| {
            Down::of_signal(signal).map(|down| std::format!("{signal} {}", down.name()))
        });
        let asks: std::vec::Vec<_> = asks.map(|text| text.to_string()).collect();
        assert_eq!(
            asks.join(", "),
            "INT reboot, USR1 halt, USR2 poweroff, TERM reboot, PWR poweroff, RTMIN+3 halt, \
             RTMIN+4 poweroff, RTMIN+5 reboot, RTMIN+6 kexec, RTMIN+13 halt, RTMIN+14 poweroff, \
             RTMIN+15 reboot, RTMIN+16 kexec"
        );
    }
}
