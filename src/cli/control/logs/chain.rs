//! The log of one service: its files one behind the other, read as lines.

use heapless::{Deque, Vec};

use super::printer::Printer;
use crate::limits::{FILE_MAX, LOG_FRONT_MAX, LOG_LINE_MAX, LOG_PARTS_MAX, SERVICES_MAX};
use crate::sys::{Fd, file, inotify, stat};

/// Bytes of a log that are looked at at a time: two of its longest lines.
const CHUNK: usize = FILE_MAX / SERVICES_MAX;

const _: () = assert!(CHUNK > LOG_LINE_MAX + LOG_FRONT_MAX);

/// A service's name.
pub(super) type Name = Vec<u8, 32>;

/// The logs of all services that were asked for.
pub(super) type Chains = Vec<Chain, SERVICES_MAX>;

/// The log of one service, as far as it was not printed.
pub(super) struct Chain {
    pub name: Name,
    /// Its files, the earliest first; the last one may grow.
    parts: Deque<Fd, LOG_PARTS_MAX>,
    /// Which of them is read, and how far.
    at: usize,
    offset: usize,
    /// What was read and not printed, in its piece of the memory.
    start: usize,
    end: usize,
}

/// What came of more files.
pub(super) enum Added {
    /// None was new.
    Nothing,
    /// They follow what there was.
    Next,
    /// Between them and what there was others have come and gone.
    BehindAGap,
}

/// The chain of this service, which may be new; `None` when no sandbox has as many.
pub(super) fn of(chains: &mut Chains, name: Name) -> Option<&mut Chain> {
    let place = match chains.iter().position(|chain| chain.name == name) {
        Some(place) => place,
        None => {
            let (parts, at, offset, start, end) = (Deque::new(), 0, 0, 0, 0);
            chains.push(Chain { name, parts, at, offset, start, end }).ok()?;
            chains.len().saturating_sub(1)
        }
    };
    chains.get_mut(place)
}

impl Chain {
    /// Adds those of its files that come behind what it has.
    pub fn add<const N: usize>(&mut self, mut files: Vec<Fd, N>, watch: Option<&Fd>) -> Added {
        let identity = |file: &Fd| stat::identity_of(file).ok().map(|own| (own.device, own.inode));
        let last = self.parts.back().and_then(identity);
        let known = last.and_then(|last| files.iter().position(|own| identity(own) == Some(last)));
        let count = files.len().saturating_sub(known.map_or(0, |at| at.saturating_add(1)));
        let mut is_gap = last.is_some() && known.is_none() && count > 0;
        files.reverse();
        files.truncate(count);
        while let Some(part) = files.pop() {
            if let Some(watch) = watch {
                let _ = inotify::watch(watch, &part); // without it, it is not seen to grow
            }
            if self.parts.is_full() {
                drop(self.parts.pop_front());
                is_gap |= self.at == 0;
                self.offset = if self.at == 0 { 0 } else { self.offset };
                self.at = self.at.saturating_sub(1);
            }
            let _ = self.parts.push_back(part); // there is room now
        }
        match (count, is_gap) {
            (0, _) => Added::Nothing,
            (_, false) => Added::Next,
            (_, true) => Added::BehindAGap,
        }
    }

    /// What was not printed stands at the front of the piece.
    fn move_to_front(&mut self, piece: &mut [u8]) {
        let len = self.end.saturating_sub(self.start);
        for at in 0..len {
            let byte = piece.get(self.start.saturating_add(at)).copied();
            if let (Some(byte), Some(place)) = (byte, piece.get_mut(at)) {
                *place = byte;
            }
        }
        (self.start, self.end) = (0, len);
    }

    /// The length of the next line, its newline included; 0 when there is no whole one.
    fn look(&mut self, piece: &mut [u8]) -> usize {
        loop {
            let ready = piece.get(self.start..self.end).unwrap_or_default();
            if let Some(at) = ready.iter().position(|byte| *byte == b'\n') {
                return at.saturating_add(1);
            }
            if ready.len() == piece.len() {
                return ready.len(); // no line of ours is as long
            }
            self.move_to_front(piece);
            let Some(part) = self.parts.iter().nth(self.at) else { return 0 };
            let room = piece.get_mut(self.end..).unwrap_or_default();
            match file::read_at(part, self.offset, room) {
                Ok(len @ 1..) => {
                    self.end = self.end.saturating_add(len);
                    self.offset = self.offset.saturating_add(len);
                }
                Ok(_) | Err(_) if self.at.saturating_add(1) < self.parts.len() => {
                    (self.at, self.offset) = (self.at.saturating_add(1), 0);
                }
                Ok(_) | Err(_) if is_emptied(part, self.offset) => self.offset = 0,
                Ok(_) | Err(_) => return 0,
            }
        }
    }
}

/// Whether a file that was read so far has become shorter. PID 1 empties a log that it may not turn
/// over, because its directory is somebody else's.
fn is_emptied(part: &Fd, offset: usize) -> bool {
    stat::len_of(part).is_ok_and(|len| len < offset as u64)
}

/// How many lines are there, a last one that is no whole one included.
pub(super) fn count(chains: &mut Chains, memory: &mut [u8]) -> u64 {
    let mut count = 0u64;
    let mut pieces = memory.chunks_mut(CHUNK);
    for chain in chains {
        let Some(piece) = pieces.next() else { break }; // as many as services
        loop {
            let len = chain.look(piece);
            if len == 0 {
                break;
            }
            chain.start = chain.start.saturating_add(len);
            count = count.saturating_add(1);
        }
        count = count.saturating_add(u64::from(chain.start < chain.end));
    }
    count
}

/// Everything is read from its beginning on.
pub(super) fn rewind(chains: &mut Chains) {
    for chain in chains {
        (chain.at, chain.offset, chain.start, chain.end) = (0, 0, 0, 0);
    }
}

/// Prints every whole line that is there, the earliest first.
pub(super) fn print(chains: &mut Chains, memory: &mut [u8], out: &mut Printer) {
    loop {
        let mut first: Option<(usize, usize, [u8; 24])> = None;
        for (place, (chain, piece)) in chains.iter_mut().zip(memory.chunks_mut(CHUNK)).enumerate() {
            let len = chain.look(piece);
            if len == 0 {
                continue;
            }
            let mut time = [0u8; 24];
            let line = piece.get(chain.start..).unwrap_or_default();
            time.iter_mut().zip(line).for_each(|(own, byte)| *own = *byte);
            if first.is_none_or(|(_, _, earliest)| time < earliest) {
                first = Some((place, len, time));
            }
        }
        let Some((place, len, _)) = first else { return };
        let Some(chain) = chains.get_mut(place) else { return };
        let piece = memory.get(place.saturating_mul(CHUNK)..).unwrap_or_default();
        let end = chain.start.saturating_add(len);
        out.line(&chain.name, piece.get(chain.start..end).unwrap_or_default());
        chain.start = end;
    }
}

/// Prints what is no whole line, and will not become one.
pub(super) fn print_rest(chains: &Chains, memory: &[u8], out: &mut Printer) {
    for (chain, piece) in chains.iter().zip(memory.chunks(CHUNK)) {
        let rest = piece.get(chain.start..chain.end).unwrap_or_default();
        if !rest.is_empty() {
            out.line(&chain.name, rest);
        }
    }
}
