//! What is wrong with an input: all of it at once.

use std::fmt;

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field, for example `claim.amount.currency_code`.
    pub field: String,
    /// What is wrong and what to change.
    pub description: String,
}

/// Every field of an input that is wrong, in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    /// Most violations that are kept of one input; more would only repeat the lesson.
    pub const MAX: usize = 100;

    /// Adds one, up to [`Self::MAX`].
    pub fn add(&mut self, field: impl Into<String>, description: impl fmt::Display) {
        if self.0.len() < Self::MAX {
            self.0.push(Violation { field: field.into(), description: description.to_string() });
        }
    }

    /// Nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}`{}` {}", violation.field, violation.description)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
