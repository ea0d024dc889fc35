//! The namespaces one by one, as a list or as a tree.

use heapless::Vec;

use crate::engine::inspect::{Entry, Order, Table};
use crate::limits::NAMESPACE_DEPTH_MAX;
use crate::text::{Show, Sink, put};

/// Where a namespace stands in a tree: how deep, and which of those above have more behind them.
#[derive(Clone, Copy, Default)]
pub struct Branch {
    depth: u32,
    /// Bit N: something stands behind it at depth N.
    goes_on: u128,
}

const _: () = assert!(NAMESPACE_DEPTH_MAX < 128, "a branch has a bit for each depth");

/// Prints `│  └─ `.
impl Show for Branch {
    fn show(&self, out: &mut dyn Sink) {
        for depth in 1..=self.depth {
            let goes_on = self.goes_on >> depth & 1 != 0;
            put!(
                out,
                match (depth == self.depth, goes_on) {
                    (true, true) => "├─ ",
                    (true, false) => "└─ ",
                    (false, true) => "│  ",
                    (false, false) => "   ",
                }
            );
        }
    }
}

/// Gives every chosen namespace to `visit`: in their order, or, as a tree, what is below one behind
/// it.
pub fn each(table: &Table, order: &Order, is_tree: bool, visit: &mut dyn FnMut(&Entry, Branch)) {
    let chosen = |number: &u16| table.get(usize::from(*number)).filter(|entry| entry.is_chosen);
    if !is_tree {
        for entry in order.numbers().iter().filter_map(chosen) {
            visit(entry, Branch::default());
        }
        return;
    }
    let mut levels: Vec<&[u16], NAMESPACE_DEPTH_MAX> = Vec::new();
    let _ = levels.push(order.below(table, 0)); // there is room
    let mut branch = Branch::default();
    while let Some(level) = levels.last_mut() {
        let Some((first, rest)) = level.split_first() else {
            let _ = levels.pop(); // it is empty
            branch.depth = branch.depth.saturating_sub(1);
            continue;
        };
        *level = rest;
        let Some(entry) = chosen(first) else { continue };
        let goes_on = rest.iter().any(|number| chosen(number).is_some());
        let bit = 1u128.checked_shl(branch.depth).unwrap_or(0);
        branch.goes_on = if goes_on { branch.goes_on | bit } else { branch.goes_on & !bit };
        visit(entry, branch);
        let below = order.below(table, entry.inode);
        // The kernel does not nest them deeper than there is room.
        if !below.is_empty() && levels.push(below).is_ok() {
            branch.depth = branch.depth.saturating_add(1);
        }
    }
}
