//! What is wrong with a row.

use std::borrow::Cow;

/// Most characters of a value that are shown.
const SHOWN_CHARS: usize = 64;

/// Why a value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    /// What is wrong and what to change, without the value: equal faults have equal texts.
    pub(super) text: Cow<'static, str>,
    /// The value, when it is no secret.
    pub(super) value: Option<String>,
    /// It is a spelling that `values` does not know.
    pub(super) unknown_word: bool,
}

impl Reason {
    /// A reason that shows no value.
    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), value: None, unknown_word: false }
    }

    /// A reason that shows the value.
    pub(super) fn of(text: impl Into<Cow<'static, str>>, value: &str) -> Self {
        Self { value: Some(shown(value)), ..Self::new(text) }
    }

    /// A spelling that nothing explains.
    pub(super) fn unknown_word(words: &[&str], value: &str) -> Self {
        let words = words.join(", ");
        let text = format!("is unknown; map it by `values` to one of {words}");
        Self { unknown_word: true, ..Self::of(text, value) }
    }
}

/// What is wrong with a row, and in which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The column of the user's table; empty when it is the row as a whole.
    pub(super) column: String,
    pub(super) reason: Reason,
}

/// As much of a value as is shown, without what controls a terminal.
pub(super) fn shown(value: &str) -> String {
    let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    value.chars().take(SHOWN_CHARS).map(visible).collect()
}
