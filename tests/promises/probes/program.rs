//! The programs, and what each of them calls a thing. The only place where a probe's program has a
//! name. Where a program has no word for a wish it is started without one, and what it does then is
//! its result.

/// Whose flags a program takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nsinit,
    Tini,
    DumbInit,
    Catatonit,
}

impl Kind {
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Nsinit, "nsinit"),
        (Self::Tini, "tini"),
        (Self::DumbInit, "dumb-init"),
        (Self::Catatonit, "catatonit"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).unwrap().1
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, its)| *its == name).map(|(kind, _)| *kind)
    }

    /// The flags in this seat with this wish.
    pub fn flags(self, seat: Seat, wish: Wish) -> Vec<String> {
        let mut flags = Vec::new();
        if (self, seat) == (Self::Tini, Seat::Child) {
            flags.push("-s"); // catatonit and nsinit see by themselves, dumb-init cannot
        }
        flags.extend(self.wish(wish));
        flags.iter().map(ToString::to_string).collect()
    }

    fn wish(self, wish: Wish) -> &'static [&'static str] {
        match (self, wish) {
            (Self::DumbInit, Wish::Single) => &["-c"],
            (_, Wish::Plain | Wish::Single) => &[],
            (Self::Nsinit, Wish::Group) => &["--signal-group"],
            (Self::Tini | Self::Catatonit, Wish::Group) => &["-g"],
            (Self::Nsinit, Wish::Verbose) => &["-v"],
            (Self::Tini, Wish::Verbose) => &["-vvv"],
            (Self::DumbInit, Wish::Verbose) => &["-v"],
            (Self::Nsinit, Wish::ShortGrace) => &["--grace", "500ms"],
            (Self::Nsinit, Wish::ParentDeath) => &["--parent-death", "TERM:PARENT"],
            (Self::Tini, Wish::ParentDeath) => &["-p", "SIGTERM"],
            (Self::Nsinit, Wish::SameSignal) => &["--die-by-signal"],
            (Self::Nsinit, Wish::TermIsSuccess) => &["--exit-map", "143:0"],
            (Self::Tini, Wish::TermIsSuccess) => &["-e", "143"],
            (Self::Nsinit, Wish::ThreeIsSeven) => &["--exit-map", "3:7"],
            (Self::Nsinit, Wish::TermIsQuit) => &["--rewrite", "TERM:QUIT"],
            (Self::DumbInit, Wish::TermIsQuit) => &["-r", "15:3"],
            (Self::Nsinit, Wish::RealTimeIsUsr1) => &["--rewrite", "RTMIN+6:USR1"],
            (Self::DumbInit, Wish::RealTimeIsUsr1) => &["-r", "40:10"],
            (Self::Nsinit, Wish::DropUnhandled) => &["--unhandled", "drop"],
            (Self::Nsinit, Wish::PreStop) => &["--pre-stop", "300ms"],
            (Self::Nsinit, Wish::TerminationMessage) => {
                &["--termination-message", Wish::TERMINATION_MESSAGE]
            }
            (Self::Nsinit, Wish::Restart) => {
                &["--restart", "on-failure", "--restart-delay", "1ms", "--restart-limit", "9"]
            }
            (_, _) => &[],
        }
    }
}

/// Where a program sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// PID 1 of a namespace.
    PidOne,
    /// Somebody's child, as in a pod with a shared PID namespace; a subreaper where it can.
    Child,
}

impl Seat {
    pub const BOTH: [Self; 2] = [Self::PidOne, Self::Child];

    pub fn name(self) -> &'static str {
        match self {
            Self::PidOne => "as PID 1",
            Self::Child => "not PID 1",
        }
    }
}

/// What is asked of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing: what it does by itself.
    Plain,
    /// Signals for the command alone; dumb-init has to be asked.
    Single,
    /// Signals for the command's whole process group; dumb-init does it by itself.
    Group,
    /// To say what it does.
    Verbose,
    /// Not to wait for ever.
    ShortGrace,
    /// To end with its parent, whose PID stands for the word "PARENT".
    ParentDeath,
    SameSignal,
    TermIsSuccess,
    ThreeIsSeven,
    TermIsQuit,
    RealTimeIsUsr1,
    DropUnhandled,
    PreStop,
    TerminationMessage,
    Restart,
}

impl Wish {
    /// In the scratch directory of the probe.
    pub const TERMINATION_MESSAGE: &'static str = "/mnt/termination-log";
}
