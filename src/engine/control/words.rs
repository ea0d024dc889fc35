//! What a service says of itself, as far as those want to know it who ask.

use super::super::turn::Turn;
use super::room::{Card, Reading};
use crate::limits::STATUS_MAX;
use crate::model::{Heard, ServiceId};

/// What stands behind a state that is longer than what is kept of it.
const CUT: &str = "\u{2026}";

impl Turn<'_, '_> {
    /// Keeps what it says of its state; of a long text the beginning, and that it is one.
    pub(in super::super) fn note_state(&mut self, id: ServiceId, text: &str) {
        let Some(card) = self.card(id) else { return };
        card.says.clear();
        let (head, end) = match text.len() <= STATUS_MAX {
            true => (text, ""),
            false => {
                let most = STATUS_MAX.saturating_sub(CUT.len());
                let mut heads = (0..=most).rev().filter_map(|len| text.get(..len)); // whole letters
                (heads.next().unwrap_or_default(), CUT)
            }
        };
        for part in [head, end] {
            let _ = card.says.extend_from_slice(part.as_bytes()); // it has been cut for that
        }
    }

    /// Keeps how far it is with reading its configuration again. What it says of a time before it
    /// was told to is about another reading.
    pub(in super::super) fn note_reading(&mut self, id: ServiceId, heard: Heard) {
        let Some(card) = self.card(id) else { return };
        if let Some(since) = heard.reloading {
            card.reading = match card.reading {
                Reading::Asked(at) if since < at => Reading::Asked(at),
                Reading::No | Reading::Asked(_) | Reading::Underway => Reading::Underway,
            };
        }
        if heard.is_ready && card.reading == Reading::Underway {
            card.reading = Reading::No;
        }
    }

    /// What is kept of a service.
    pub(super) fn card(&mut self, id: ServiceId) -> Option<&mut Card> {
        self.hands.room.as_mut()?.cards.get_mut(id.index())
    }
}
