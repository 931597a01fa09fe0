//! Spellings: enums and truth values.

use std::collections::HashMap;

use super::id::text_of;
use crate::mapping::cell::Cell;
use crate::mapping::fault::Reason;
use crate::mapping::schema::Words;
use crate::mapping::value::Value;

/// The user's spellings of an enum.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct WordMap {
    pub(in crate::mapping) words: Words,
    /// The user's spelling, and the number of what it stands for.
    pub(in crate::mapping) values: HashMap<String, i32>,
    /// What every other spelling stands for.
    pub(in crate::mapping) otherwise: Option<i32>,
}

impl WordMap {
    /// The word of a cell: what `values` says of it, vouch's own spelling, or what all others are.
    pub(super) fn read(&self, cell: &Cell<'_>) -> Result<Value, Reason> {
        let text = text_of(cell)?;
        let mapped = self.values.get(&text).copied();
        let number = mapped.or_else(|| self.words.number(&text)).or(self.otherwise);
        number.map(Value::Word).ok_or_else(|| Reason::unknown_word(self.words.words, &text))
    }
}

/// The user's spellings of yes and no.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::mapping) struct TruthMap {
    pub(in crate::mapping) values: HashMap<String, bool>,
}

impl TruthMap {
    /// Yes or no: what `values` says of it, or what programs write.
    pub(super) fn read(&self, cell: &Cell<'_>) -> Result<Value, Reason> {
        if let Cell::Truth(truth) = cell {
            return Ok(Value::Truth(*truth));
        }
        let text = text_of(cell)?;
        if let Some(truth) = self.values.get(&text) {
            return Ok(Value::Truth(*truth));
        }
        match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" => Ok(Value::Truth(true)),
            "false" | "f" | "no" | "n" | "0" => Ok(Value::Truth(false)),
            _ => Err(Reason::unknown_word(&["true", "false"], &text)),
        }
    }
}
