//! Values of signals.

use std::fmt;
use std::sync::Arc;

/// The type of a signal, and of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignalType {
    /// A whole number.
    Int,
    /// A real number, finite.
    Real,
    /// True or false.
    Truth,
    /// A word.
    Text,
}

/// The value of a signal.
#[derive(Debug, Clone, PartialEq)]
pub enum SignalValue {
    /// A whole number.
    Int(i64),
    /// A real number, finite.
    Real(f64),
    /// True or false.
    Truth(bool),
    /// One of a closed list of words.
    Word(&'static str),
    /// Any text.
    Text(Arc<str>),
}

/// The values of one claim, in catalogue order; `None` is unknown.
pub type SignalRow = Vec<Option<SignalValue>>;

impl From<i64> for SignalValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for SignalValue {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<bool> for SignalValue {
    fn from(value: bool) -> Self {
        Self::Truth(value)
    }
}

impl From<&'static str> for SignalValue {
    fn from(value: &'static str) -> Self {
        Self::Word(value)
    }
}

impl From<Arc<str>> for SignalValue {
    fn from(value: Arc<str>) -> Self {
        Self::Text(value)
    }
}

impl SignalValue {
    /// The value as text, when it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Text(text) => Some(text),
            Self::Int(_) | Self::Real(_) | Self::Truth(_) => None,
        }
    }
}

impl fmt::Display for SignalValue {
    /// As a person reads it: reals with at most two decimals, tiny ones by their power of ten.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Real(value) if *value != 0.0 && value.abs() < 0.005 => write!(f, "{value:.1e}"),
            Self::Real(value) if value.fract().abs() < f64::EPSILON => write!(f, "{value:.0}"),
            Self::Real(value) => write!(f, "{value:.2}"),
            Self::Truth(value) => write!(f, "{value}"),
            Self::Word(value) => f.write_str(value),
            Self::Text(value) => f.write_str(value),
        }
    }
}
