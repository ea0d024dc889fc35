//! nsinit, room by room.
//!
//! A room looks only downward, and the rooms that decide never name the rooms that act:
//!
//! ```text
//!                         cli            floor 4   the words: commands, help, reports
//!                          |
//!                        engine          floor 3   the only room where decision meets kernel
//!                       /      \
//!          pure wing   /        \   kernel wing
//!    plan   supervisor            sys    floor 2   decide | act
//!         \   /                    |
//!         spec                     |     floor 1   what was asked: one parser per front
//!           \                     /
//!                model   text            floor 0   vocabulary and bytes
//! ```
//!
//! `tests/house.rs` holds this picture against the code.

#![no_std]

#[cfg(test)]
extern crate std;

pub mod cli;
pub mod engine;
pub mod limits;
pub mod model;
pub mod plan;
pub mod spec;
pub mod supervisor;
pub mod sys;
pub mod text;
