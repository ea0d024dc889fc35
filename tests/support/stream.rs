//! The reading end of a pipe or terminal, and what has been read from it.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

/// One output of a program.
pub struct Stream {
    /// `None` when everybody has closed the other end.
    source: Option<File>,
    text: Vec<u8>,
    /// How much of it was expected and has come.
    seen: usize,
}

impl Stream {
    pub fn new(source: OwnedFd) -> Self {
        Self { source: Some(source.into()), ..Self::ended() }
    }

    /// An output that nobody writes to.
    pub fn ended() -> Self {
        Self { source: None, text: Vec::new(), seen: 0 }
    }

    /// The descriptor to poll; -1, which poll(2) skips, at the end.
    pub fn number(&self) -> RawFd {
        self.source.as_ref().map_or(-1, |source| source.as_raw_fd())
    }

    pub fn is_at_end(&self) -> bool {
        self.source.is_none()
    }

    /// Reads what poll(2) says is there. A terminal that nobody has open any more says EIO.
    pub fn take(&mut self) {
        let mut buffer = [0; 65536];
        let Some(source) = &mut self.source else { return };
        match source.read(&mut buffer) {
            Ok(0) | Err(_) => self.source = None,
            Ok(len) => self.text.extend_from_slice(&buffer[..len]),
        }
    }

    /// Whether `text` stands behind what was seen; then it has been seen, too.
    pub fn skip_past(&mut self, text: &str) -> bool {
        let rest = &self.text[self.seen..];
        let at = rest.windows(text.len()).position(|bytes| bytes == text.as_bytes());
        self.seen += at.map_or(0, |at| at + text.len());
        at.is_some()
    }

    /// Everything so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}
