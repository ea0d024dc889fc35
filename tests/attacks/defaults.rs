//! What a root of its own brings without a word: each part of it is there, and each can be taken
//! away by its name, and then it is not there, and everything else is.

use std::fs;

use super::support::terminal::Terminal;
use super::support::{Run, Who, file, proc, wait, witness};
