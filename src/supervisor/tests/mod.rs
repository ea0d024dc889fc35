//! The law, tried as a whole, without a kernel and in virtual time.
//!
//! `starts` and `stops` tell single days as stories (`story`, in the words of `show`). `walk` lives
//! a hundred thousand by chance, in a small `world` that holds the house to its `promises`. The law
//! of one service is printed as a `table`. What belongs to one file alone is tried there: the
//! phases in `shutdown`, the policy in `restart`.

mod promises;
pub mod show;
mod starts;
mod stops;
mod story;
mod table;
mod walk;
mod words;
mod world;
