//! One thing that was found out: whether it works, what follows when it does not, and what to do.

use crate::cli::report::{Args, fill};
use crate::cli::screen::Colour;
use crate::text::{Show, Sink};

/// What belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The eight kinds.
    Namespaces,
    /// What is set up in them.
    Sandbox,
    /// Its interfaces.
    Network,
    /// Cgroups.
    Limits,
    /// What may be taken away from a workload.
    Confinement,
    /// What PID 1 stands on.
    Supervision,
}

impl Group {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Sandbox => "sandbox",
            Self::Network => "network",
            Self::Limits => "limits",
            Self::Confinement => "confinement",
            Self::Supervision => "supervision",
        }
    }
}

/// Whether it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Yes,
    /// A part of it does, or not for us.
    Partly,
    /// It does not.
    No,
}

impl Verdict {
    /// In one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }

    /// How it looks.
    pub const fn colour(self) -> Colour {
        match self {
            Self::Yes => Colour::Green,
            Self::Partly => Colour::Yellow,
            Self::No => Colour::Red,
        }
    }
}

/// Something that is looked for.
pub struct Row {
    pub group: Group,
    pub name: &'static str,
    /// What does not work without it.
    pub then: &'static str,
}

/// What is said of it. The texts are templates, as those of reports are, and what is said of each
/// outcome lies ready, so that it costs an address.
pub struct Said {
    pub verdict: Verdict,
    /// What was found.
    pub value: &'static str,
    /// What can be done.
    pub remedy: &'static str,
}

/// `yes!("mounted")`, `partly!("no memory", try: "delegate it")`, `no!("not mounted")`.
macro_rules! define_verdicts {
    ($dollar:tt $($name:ident = $verdict:ident),+) => {$(
        macro_rules! $name {
            ($dollar value:expr) => { $name!($dollar value, try: "") };
            ($dollar value:expr, try: $dollar remedy:expr) => {
                const {
                    &$crate::cli::doctor::finding::Said {
                        verdict: $crate::cli::doctor::finding::Verdict::$verdict,
                        value: $dollar value,
                        remedy: $dollar remedy,
                    }
                }
            };
        }
        pub(super) use $name;
    )+};
}
define_verdicts!($ yes = Yes, partly = Partly, no = No);

/// One thing that was found out.
#[derive(Clone, Copy)]
pub struct Finding<'f> {
    pub row: &'static Row,
    pub said: &'static Said,
    /// Whether `run` needs it when nothing is said.
    pub is_needed: bool,
    /// What stands in the braces.
    pub args: Args<'f>,
}

impl<'f> Finding<'f> {
    /// What was found, in full.
    pub const fn value(&self) -> Filled<'_, 'f> {
        Filled(self.said.value, &self.args)
    }

    /// What follows; nothing where it works.
    pub fn consequence(&self) -> Option<Filled<'_, 'f>> {
        self.where_not(self.row.then)
    }

    /// What to do; nothing where it works, and where nothing is known.
    pub fn cure(&self) -> Option<Filled<'_, 'f>> {
        self.where_not(self.said.remedy)
    }

    fn where_not(&self, text: &'static str) -> Option<Filled<'_, 'f>> {
        let is_said = self.said.verdict != Verdict::Yes && !text.is_empty();
        is_said.then_some(Filled(text, &self.args))
    }

    /// Whether `run` lacks it.
    pub fn is_missing(&self) -> bool {
        self.is_needed && self.said.verdict != Verdict::Yes
    }
}

/// A template, filled.
pub struct Filled<'t, 'f>(&'static str, &'t Args<'f>);

impl Show for Filled<'_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        fill(out, self.0, self.1);
    }
}
