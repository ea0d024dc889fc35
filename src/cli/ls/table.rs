//! The namespaces as a table: aligned columns, the same ones always, a `-` where there is nothing.

use super::row::{Dash, Keeper, Listening, Sandbox, What};
use super::tree::{Branch, each};
use crate::cli::out::fill;
use crate::cli::screen::{Colour, Cut, Screen};
use crate::engine::inspect::{Entry, Order, Table};
use crate::text::{Length, Show, Sink, put};

/// A column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Kind,
    Inode,
    Processes,
    Pid,
    Uid,
    Owner,
    Parent,
    KeptBy,
    Sandbox,
    What,
}

/// The columns in their order.
const COLUMNS: [Column; 10] = [
    Column::Kind,
    Column::Inode,
    Column::Processes,
    Column::Pid,
    Column::Uid,
    Column::Owner,
    Column::Parent,
    Column::KeptBy,
    Column::Sandbox,
    Column::What,
];

impl Column {
    const fn title(self) -> &'static str {
        match self {
            Self::Kind => "KIND",
            Self::Inode => "INODE",
            Self::Processes => "PROCS",
            Self::Pid => "PID",
            Self::Uid => "UID",
            Self::Owner => "OWNER",
            Self::Parent => "PARENT",
            Self::KeptBy => "KEPT-BY",
            Self::Sandbox => "SANDBOX",
            Self::What => "WHAT",
        }
    }

    /// Whether it has numbers that are compared.
    const fn is_right(self) -> bool {
        match self {
            Self::Processes | Self::Pid | Self::Uid => true,
            Self::Kind
            | Self::Inode
            | Self::Owner
            | Self::Parent
            | Self::KeptBy
            | Self::Sandbox
            | Self::What => false,
        }
    }
}

/// What stands in one column of one row.
struct Cell<'t> {
    column: Column,
    table: &'t Table,
    entry: &'t Entry,
    branch: Branch,
    sandbox: Option<&'t Sandbox<'t>>,
}

impl Show for Cell<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let Self { column, table, entry, branch, sandbox } = self;
        let present = |number: u64| Dash((number != 0).then_some(number));
        match column {
            Column::Kind => put!(out, branch, entry.kind.name()),
            Column::Inode => put!(out, entry.inode),
            Column::Processes => put!(out, entry.processes),
            Column::Pid => put!(out, present(u64::from(entry.pid.unsigned_abs()))),
            Column::Uid => put!(out, Dash(table.uid_of(entry).map(u64::from))),
            Column::Owner => put!(out, present(entry.owner)),
            Column::Parent => put!(out, present(entry.parent)),
            Column::KeptBy => put!(out, Keeper::of(entry).name()),
            Column::Sandbox => match sandbox {
                Some(sandbox) => put!(out, sandbox),
                None => put!(out, "-"),
            },
            Column::What => put!(out, What(table, entry)),
        }
    }
}

/// The space between two columns.
const GAP: usize = 2;

/// How many letters the last column should have; for that, others are left out on a narrow
/// terminal.
const WHAT_COLUMNS: usize = 24;

/// What is left out on a terminal that is too narrow, in this order.
const DISPENSABLE: [Column; 3] = [Column::Parent, Column::Uid, Column::Owner];

/// The columns and how wide they are; one that is left out has no width.
struct Layout {
    widths: [usize; COLUMNS.len()],
}

impl Layout {
    /// As wide as what stands in them.
    fn of(shown: &Shown<'_>, screen: Screen) -> Self {
        let Shown { table, order, listening, is_tree } = *shown;
        let mut layout = Self { widths: COLUMNS.map(|column| column.title().len()) };
        let mut has_sandbox = false;
        each(table, order, is_tree, &mut |entry, branch| {
            let sandbox = Sandbox::of(entry, listening);
            has_sandbox |= sandbox.is_some();
            for (column, width) in COLUMNS.into_iter().zip(&mut layout.widths) {
                let cell = Cell { column, table, entry, branch, sandbox: sandbox.as_ref() };
                if column != Column::What {
                    *width = Length::of(&cell).letters.max(*width);
                }
            }
        });
        if screen.is_terminal && !has_sandbox {
            layout.leave_out(Column::Sandbox);
        }
        for column in DISPENSABLE {
            if layout.room(screen) < WHAT_COLUMNS {
                layout.leave_out(column);
            }
        }
        layout
    }

    fn leave_out(&mut self, out: Column) {
        for (column, width) in COLUMNS.into_iter().zip(&mut self.widths) {
            *width = if column == out { 0 } else { *width };
        }
    }

    /// The columns that there are, with their widths.
    fn columns(&self) -> impl Iterator<Item = (Column, usize)> {
        COLUMNS.into_iter().zip(self.widths).filter(|(_, width)| *width > 0)
    }

    /// How many letters are left for the last column.
    fn room(&self, screen: Screen) -> usize {
        let others = self.columns().filter(|(column, _)| *column != Column::What);
        let taken: usize = others.map(|(_, width)| width.saturating_add(GAP)).sum();
        screen.columns.saturating_sub(taken)
    }
}

/// What is printed.
#[derive(Clone, Copy)]
pub struct Shown<'t> {
    /// The namespaces.
    pub table: &'t Table,
    /// Their order.
    pub order: &'t Order,
    /// Whose they are.
    pub listening: &'t Listening<'t>,
    /// Whether it is a tree.
    pub is_tree: bool,
}

/// Prints the chosen namespaces. Only on a terminal is said in words what is not seen.
pub fn print(out: &mut dyn Sink, screen: Screen, shown: &Shown<'_>) {
    let layout = Layout::of(shown, screen);
    let Shown { table, order, listening, is_tree } = *shown;
    for (column, width) in layout.columns() {
        let title = column.title();
        place(out, column, width, title.len(), &screen.paint(Colour::Bold, &title));
    }
    put!(out, "\n");
    let room = layout.room(screen);
    each(table, order, is_tree, &mut |entry, branch| {
        let sandbox = Sandbox::of(entry, listening);
        for (column, width) in layout.columns() {
            let cell = Cell { column, table, entry, branch, sandbox: sandbox.as_ref() };
            if column == Column::What {
                put!(out, Cut(&cell, room.max(1)));
                continue;
            }
            let colour = match column {
                Column::Sandbox if sandbox.is_some() => Colour::Cyan,
                Column::KeptBy => Keeper::of(entry).colour(),
                Column::Kind
                | Column::Inode
                | Column::Processes
                | Column::Pid
                | Column::Uid
                | Column::Owner
                | Column::Parent
                | Column::Sandbox
                | Column::What => Colour::Plain,
            };
            let letters = Length::of(&cell).letters;
            place(out, column, width, letters, &screen.paint(colour, &cell));
        }
        put!(out, "\n");
    });
    if screen.is_terminal && table.unseen > 0 {
        let plural = if table.unseen == 1 { "" } else { "es" };
        put!(out, "\nnot seen: the namespaces of ", table.unseen, " process", plural);
        put!(out, " that we have no right to look at\n");
    }
}

/// Writes a text of so many letters into its column.
fn place(out: &mut dyn Sink, column: Column, width: usize, letters: usize, what: &dyn Show) {
    let spaces = width.saturating_sub(letters);
    if column == Column::What {
        return what.show(out);
    }
    fill(out, if column.is_right() { spaces } else { 0 });
    what.show(out);
    fill(out, GAP + if column.is_right() { 0 } else { spaces });
}
