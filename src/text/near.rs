//! The word somebody probably meant.

/// The longest word that is compared; longer ones are no typing error of a key.
const LEN_MAX: usize = 32;

/// The entry of `known` nearest to `word`, when it is near enough to be a typing error: at most a
/// third of its bytes differ, or one is the beginning of the other.
pub fn nearest<'n>(word: &[u8], known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut nearest = Nearest { word, found: None };
    known.for_each(|candidate| nearest.look_at(candidate));
    nearest.found.map(|(_, candidate)| candidate)
}

/// The nearest so far, and how many bytes of it differ.
struct Nearest<'w, 'n> {
    word: &'w [u8],
    found: Option<(usize, &'n str)>,
}

impl<'n> Nearest<'_, 'n> {
    #[inline(never)] // it would be built into the loop over every list of words
    fn look_at(&mut self, candidate: &'n str) {
        let (word, known) = (self.word, candidate.as_bytes());
        let Some(distance) = distance(word, known) else { return };
        let is_prefix = word.len() >= 3 && (known.starts_with(word) || word.starts_with(known));
        let is_near = is_prefix || distance.saturating_mul(3) <= known.len().max(3);
        if is_near && self.found.is_none_or(|(least, _)| distance < least) {
            self.found = Some((distance, candidate));
        }
    }
}

/// Edits between two words (insert, delete, replace), one row of the table at a time.
fn distance(from: &[u8], to: &[u8]) -> Option<usize> {
    if from.len() > LEN_MAX || to.len() > LEN_MAX {
        return None;
    }
    if is_swapped(from, to) {
        return Some(1);
    }
    let mut row: [usize; LEN_MAX + 1] = core::array::from_fn(|cell| cell);
    for (line, a) in from.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (b, cell) in to.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(!a.eq_ignore_ascii_case(b)));
            diagonal = *cell;
            *cell = replaced.min(diagonal.saturating_add(1)).min(left.saturating_add(1));
            left = *cell;
        }
    }
    row.get(to.len()).copied()
}

/// Whether two letters that follow each other were typed the wrong way round, and nothing else.
fn is_swapped(from: &[u8], to: &[u8]) -> bool {
    let same = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    match (from.get(same..), to.get(same..)) {
        (Some([a, b, from @ ..]), Some([c, d, to @ ..])) => a == d && b == c && from == to,
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 4] = ["hostname", "memory-max", "restart-delay", "uid-map"];

    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(nearest(word.as_bytes(), KEYS.into_iter()), expected, "{word}");
    }

    #[test]
    fn a_typing_error_finds_its_key_and_nonsense_finds_none() {
        check("hostnmae", Some("hostname"));
        assert_eq!(nearest(b"nmae", ["user", "name"].into_iter()), Some("name"));
        assert_eq!(nearest(b"anme", ["user", "name"].into_iter()), Some("name"));
        check("HostName", Some("hostname"));
        check("memory-maximum", Some("memory-max"));
        check("restart-dellay", Some("restart-delay"));
        check("uidmap", Some("uid-map"));
        check("xyz", None);
        check("", None);
    }

    #[test]
    fn the_distance_is_symmetric_and_zero_for_equal_words() {
        assert_eq!(distance(b"kitten", b"sitting"), Some(3));
        assert_eq!(distance(b"sitting", b"kitten"), Some(3));
        assert_eq!(distance(b"same", b"same"), Some(0));
        assert_eq!(distance(&[b'x'; 33], b"x"), None);
    }
}
