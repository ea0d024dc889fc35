//! JSON (RFC 8259), as much as the verbs with `--json` write: no more is taken.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Table(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text; fails the test where it is none.
    pub fn read(text: &str) -> Self {
        let mut rest = text.trim();
        let value = value(&mut rest).unwrap_or_else(|| panic!("no JSON at {rest:.80?} of {text}"));
        assert_eq!(rest, "", "behind the end of the JSON");
        value
    }

    /// The value of a key, which must be there.
    pub fn get(&self, key: &str) -> &Self {
        let Self::Table(pairs) = self else { panic!("no table: {self:?}") };
        let pair = pairs.iter().find(|(name, _)| name == key);
        &pair.unwrap_or_else(|| panic!("no {key:?} in {self:?}")).1
    }

    /// A string.
    pub fn text(&self) -> &str {
        let Self::Text(text) = self else { panic!("no string: {self:?}") };
        text
    }

    /// A list.
    pub fn list(&self) -> &[Self] {
        let Self::List(list) = self else { panic!("no list: {self:?}") };
        list
    }
}

fn value(rest: &mut &str) -> Option<Json> {
    skip(rest);
    match rest.chars().next()? {
        '"' => string(rest).map(Json::Text),
        '[' => items(rest, '[', ']', value).map(Json::List),
        '{' => items(rest, '{', '}', pair).map(Json::Table),
        '0'..='9' => {
            let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            let (number, behind) = rest.split_at(end);
            *rest = behind;
            number.parse().ok().map(Json::Number)
        }
        _ => {
            let words =
                [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)];
            words.into_iter().find_map(|(word, value)| {
                *rest = rest.strip_prefix(word)?;
                Some(value)
            })
        }
    }
}

fn skip(rest: &mut &str) {
    *rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
}

fn take(rest: &mut &str, sign: char) -> Option<()> {
    skip(rest);
    *rest = rest.strip_prefix(sign)?;
    Some(())
}

/// `[a, b]`, `{a, b}`: a comma between, none behind.
fn items<T>(
    rest: &mut &str,
    open: char,
    close: char,
    item: fn(&mut &str) -> Option<T>,
) -> Option<Vec<T>> {
    take(rest, open)?;
    let mut list = Vec::new();
    if take(rest, close).is_some() {
        return Some(list);
    }
    loop {
        list.push(item(rest)?);
        if take(rest, close).is_some() {
            return Some(list);
        }
        take(rest, ',')?;
    }
}

fn pair(rest: &mut &str) -> Option<(String, Json)> {
    skip(rest);
    let name = string(rest)?;
    take(rest, ':')?;
    Some((name, value(rest)?))
}

fn string(rest: &mut &str) -> Option<String> {
    let mut letters = rest.strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match letters.next()? {
            '"' => break,
            '\\' => match letters.next()? {
                letter @ ('"' | '\\' | '/') => text.push(letter),
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'u' => {
                    let digits: String = letters.by_ref().take(4).collect();
                    text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                }
                _ => return None,
            },
            letter if letter < ' ' => return None,
            letter => text.push(letter),
        }
    }
    *rest = letters.as_str();
    Some(text)
}
