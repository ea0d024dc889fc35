//! What is done in each domain: acts with their text, the system calls they are made of, and their
//! sort. Which of them are done, and for whom, is decided elsewhere.
//!
//! Those of a root and of a machine stand in the folders of these.

mod confine;
mod control;
mod filter;
mod join;
mod keep;
mod landlock;
mod limits;
mod log;
mod net;
mod ties;

pub use confine::{ConfineAct, Holding};
pub use control::{Base, ControlAct};
pub use filter::{FilterAct, Lock};
pub use join::JoinAct;
pub use keep::KeepAct;
pub use landlock::{HARMLESS, LandlockAct, Ruleset};
pub use limits::{LimitsAct, Whose};
pub use log::LogAct;
pub use net::NetAct;
pub use ties::{IS_BUILT as HAS_TIES, TieAct};
