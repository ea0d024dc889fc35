//! Expected and seen calls side by side, for people.

use super::calls::Want;

/// `-` stands at what is missing, `+` at what is too much; behind the last that was expected, calls
/// of `rest` are not too much.
pub fn difference(wanted: &[&str], seen: &[(&str, &str)], rest: &[&str]) -> String {
    let wants: Vec<Want<'_>> = wanted.iter().map(|word| Want::read(word)).collect();
    let pairs = common(&wants, seen);
    let mut text = format!("  {:<18} {}\n", "expected", "seen");
    let mut line = |mark, left: &str, right: &str| {
        text.push_str(format!("{mark} {left:<18} {right:.110}").trim_end());
        text.push('\n');
    };
    let (mut w, mut s) = (0, 0);
    while w < wants.len() || s < seen.len() {
        if w < wants.len() && s < seen.len() && wants[w].is(seen[s].0) {
            line(' ', wanted[w], seen[s].1);
            s += 1;
            while wants[w].is_repeated && s < seen.len() && wants[w].is(seen[s].0) {
                line(' ', "", seen[s].1);
                s += 1;
            }
            w += 1;
        } else if s == seen.len() || (w < wants.len() && pairs[w + 1][s] >= pairs[w][s + 1]) {
            line(if wants[w].is_optional { ' ' } else { '-' }, wanted[w], "");
            w += 1;
        } else {
            let is_rest = w == wants.len() && rest.contains(&seen[s].0);
            line(if is_rest { ' ' } else { '+' }, "", seen[s].1);
            s += 1;
        }
    }
    text
}

/// The longest common order: how many pairs there are from each want and each seen call on.
fn common(wants: &[Want<'_>], seen: &[(&str, &str)]) -> Vec<Vec<usize>> {
    let mut pairs = vec![vec![0; seen.len() + 1]; wants.len() + 1];
    for w in (0..wants.len()).rev() {
        for s in (0..seen.len()).rev() {
            pairs[w][s] = match wants[w].is(seen[s].0) {
                true => 1 + pairs[w + 1][s + 1],
                false => pairs[w + 1][s].max(pairs[w][s + 1]),
            };
        }
    }
    pairs
}
