//! What is wrong with the text of an expression.

use super::ValueType;
use super::scan::{NESTING_MAX, SQL_MAX_BYTES, WORDS_MAX};

/// A fault of an expression; the text tells its author what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Nothing but space.
    #[error("is empty; write a condition such as `claim_amount_minor >= 20000`")]
    Empty,
    /// More than [`SQL_MAX_BYTES`].
    #[error("has {bytes} bytes; write at most {SQL_MAX_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// More than [`NESTING_MAX`].
    #[error("nests parentheses and CASE more than {NESTING_MAX} deep; split it")]
    TooDeep,
    /// More than [`WORDS_MAX`].
    #[error("has more than {WORDS_MAX} names, words and operators; split it")]
    TooLarge,
    /// A sign or word that the language has not.
    #[error("`{found}` at byte {at} {problem}")]
    BadText {
        /// The sign or word.
        found: String,
        /// Where it starts, from 0.
        at: usize,
        /// What is wrong and what to write.
        problem: &'static str,
    },
    /// It cannot be parsed.
    #[error("cannot be read: {message}")]
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// SQL that is understood and refused.
    #[error("{what} is not allowed: {instead}")]
    NotAllowed {
        /// What was found.
        what: String,
        /// What to do.
        instead: &'static str,
    },
    /// There is no such column.
    #[error("there is no column `{name}`{}", did_you_mean(suggestion.as_deref()))]
    UnknownColumn {
        /// What was given.
        name: String,
        /// A known name near it.
        suggestion: Option<String>,
    },
    /// The column never has this value.
    #[error("`{column}` is never `{word}`{}", did_you_mean_or(suggestion.as_deref(), known))]
    UnknownWord {
        /// The column.
        column: String,
        /// What it is compared with.
        word: String,
        /// A known word near it.
        suggestion: Option<String>,
        /// All its words.
        known: &'static [&'static str],
    },
    /// A part takes values that it cannot work with.
    #[error("`{part}` {problem}")]
    Types {
        /// The part, as it was understood.
        part: String,
        /// What is wrong and what to write.
        problem: String,
    },
    /// The whole gives another type than its use asks for.
    #[error("gives {found}; {expected} is needed here")]
    WrongResult {
        /// What its use asks for.
        expected: ValueType,
        /// What it gives.
        found: ValueType,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn did_you_mean_or(suggestion: Option<&str>, known: &[&str]) -> String {
    if suggestion.is_some() {
        return did_you_mean(suggestion);
    }
    let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    format!("; its words are {}", words.join(", "))
}
