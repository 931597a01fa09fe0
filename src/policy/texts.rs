//! Texts with signals in braces.

use crate::domain::LocalizedText;
use crate::signals::{Catalogue, SignalRow};

/// Whether every brace has its partner.
pub(super) fn braces(text: &str) -> bool {
    let mut open = false;
    let fits = text.chars().all(|c| match c {
        '{' => !std::mem::replace(&mut open, true),
        '}' => std::mem::replace(&mut open, false),
        _ => true,
    });
    fits && !open
}

/// The names in braces of a text.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// The text with every name replaced by its value; what is unknown becomes a question mark.
pub(super) fn fill(text: &LocalizedText, row: &SignalRow) -> LocalizedText {
    LocalizedText { zh: fill_one(&text.zh, row), en: fill_one(&text.en, row) }
}

fn fill_one(text: &str, row: &SignalRow) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                filled.push_str(&value(name, row));
                filled.push_str(rest);
            }
            None => {
                filled.push('{');
                filled.push_str(part);
            }
        }
    }
    filled
}

fn value(name: &str, row: &SignalRow) -> String {
    let position = Catalogue::get().position(name);
    match position.and_then(|position| row.get(position)) {
        Some(Some(value)) => value.to_string(),
        Some(None) | None => "?".to_owned(),
    }
}
