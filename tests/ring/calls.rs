//! The notation of `plan::Act::calls` held against calls that were seen.
//!
//! A name is one call; `+` behind it: once or more; `*`: as often as it takes; `?`: or not at all.
//! Names with `/` between them: any of these, each time.

/// One expected call.
pub struct Want<'w> {
    pub name: &'w str,
    pub is_optional: bool,
    pub is_repeated: bool,
}

impl<'w> Want<'w> {
    /// Whether a call is one of these.
    pub fn is(&self, call: &str) -> bool {
        self.name.split('/').any(|name| name == call)
    }

    /// Reads one word of the notation.
    pub fn read(word: &'w str) -> Self {
        let name = word.trim_end_matches(['+', '*', '?']);
        let mark = &word[name.len()..];
        assert!(["", "+", "*", "?"].contains(&mark), "no mark of the notation: {word}");
        Self {
            name,
            is_optional: matches!(mark, "*" | "?"),
            is_repeated: matches!(mark, "+" | "*"),
        }
    }
}

/// For each call that was seen and expected, which of the expected ones it is. What follows them
/// must be as `is_rest` wants it; the marks are read in whatever way makes it so.
pub fn align(
    wanted: &[&str],
    seen: &[&str],
    is_rest: &dyn Fn(&[&str]) -> bool,
) -> Option<Vec<usize>> {
    let wants: Vec<Want<'_>> = wanted.iter().map(|word| Want::read(word)).collect();
    let mut found = Vec::new();
    meets(&wants, 0, seen, is_rest, &mut found).then_some(found)
}

fn meets(
    wants: &[Want<'_>],
    index: usize,
    seen: &[&str],
    is_rest: &dyn Fn(&[&str]) -> bool,
    found: &mut Vec<usize>,
) -> bool {
    let Some(want) = wants.get(index) else { return is_rest(seen) };
    let same = seen.iter().take_while(|name| want.is(name)).count();
    let least = usize::from(!want.is_optional);
    let most = if want.is_repeated { same } else { same.min(1) };
    (least..=most).rev().any(|count| {
        let kept = found.len();
        found.extend(std::iter::repeat_n(index, count));
        let is_met = meets(wants, index + 1, &seen[count..], is_rest, found);
        if !is_met {
            found.truncate(kept);
        }
        is_met
    })
}
