//! What a condition demands of one column.

use std::cmp::Ordering;

use crate::features::Domain;
use crate::features::tree::{Comparison, Literal};

/// Integers up to this magnitude are exact as floats.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A set of values. All but [`Self::Null`] leave null out.
#[derive(Clone, Debug)]
pub(super) enum Constraint<'a> {
    Null,
    NotNull,
    Truth(bool),
    /// Numbers between two ends.
    Span(End, End),
    Numbers(Vec<f64>),
    NotNumbers(Vec<f64>),
    Words(Vec<&'a str>),
    NotWords(Vec<&'a str>),
}

/// One end of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    value: f64,
    included: bool,
}

impl<'a> Constraint<'a> {
    /// That a column compares with a literal in this way; none if nothing can be said.
    pub(super) fn compare(op: Comparison, value: &'a Literal) -> Option<Self> {
        let end = |included| number(value).map(|value| End { value, included });
        let (low, high) = (End::open(f64::NEG_INFINITY), End::open(f64::INFINITY));
        Some(match op {
            Comparison::Equal => Self::among([value], true)?,
            Comparison::NotEqual => Self::among([value], false)?,
            Comparison::Less => Self::Span(low, end(false)?),
            Comparison::LessOrEqual => Self::Span(low, end(true)?),
            Comparison::Greater => Self::Span(end(false)?, high),
            Comparison::GreaterOrEqual => Self::Span(end(true)?, high),
            // Null is beside the literal, so only equality says something.
            Comparison::Same => Self::among([value], true)?,
            Comparison::Distinct => return None,
        })
    }

    /// That a column is, or is not, among literals; none if nothing can be said.
    pub(super) fn among(list: impl IntoIterator<Item = &'a Literal>, inside: bool) -> Option<Self> {
        let list: Vec<&Literal> = list.into_iter().collect();
        let words: Option<Vec<&str>> = list.iter().map(|item| word(item)).collect();
        let numbers: Option<Vec<f64>> = list.iter().map(|item| number(item)).collect();
        match (list.as_slice(), words, numbers, inside) {
            ([Literal::Bool(value)], ..) => Some(Self::Truth(*value == inside)),
            (_, Some(words), _, true) => Some(Self::Words(words)),
            (_, Some(words), _, false) => Some(Self::NotWords(words)),
            (_, _, Some(numbers), true) => Some(Self::Numbers(numbers)),
            (_, _, Some(numbers), false) => Some(Self::NotNumbers(numbers)),
            (_, None, None, _) => None,
        }
    }

    /// Whether some value satisfies both.
    pub(super) fn agrees(&self, other: &Self, whole: bool) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Null, _) | (_, Self::Null) => false,
            (Self::Truth(a), Self::Truth(b)) => a == b,
            (Self::Span(a, b), Self::Span(c, d)) => {
                holds_any(a.tighter_low(*c), b.tighter_high(*d), whole)
            }
            (Self::Numbers(values), demand) | (demand, Self::Numbers(values)) => {
                values.iter().any(|value| demand.admits(*value))
            }
            (Self::Words(words), demand) | (demand, Self::Words(words)) => {
                words.iter().any(|word| demand.admits_word(word))
            }
            (Self::Span(low, high), Self::NotNumbers(out))
            | (Self::NotNumbers(out), Self::Span(low, high)) => {
                !(same(low.value, high.value) && out.iter().any(|value| same(*value, low.value)))
            }
            (
                Self::NotNull
                | Self::Truth(_)
                | Self::Span(..)
                | Self::NotNumbers(_)
                | Self::NotWords(_),
                _,
            ) => true,
        }
    }

    /// Whether a domain has such a value.
    pub(super) fn fits(&self, domain: &Domain) -> bool {
        match *domain {
            Domain::Any => true,
            _ if matches!(self, Self::Null) => true,
            Domain::AtLeast(_) | Domain::Within(..) => {
                let (low, high) = domain_range(domain);
                self.agrees(&Self::Span(low, high), false)
            }
            Domain::Words(words) => words.iter().any(|word| self.admits_word(word)),
        }
    }

    /// Whether some value of a domain satisfies all.
    pub(super) fn leave_something(all: &[&Self], domain: &Domain, whole: bool) -> bool {
        let words = all.iter().find_map(|demand| match demand {
            Self::Words(words) => Some(words.as_slice()),
            Self::Null
            | Self::NotNull
            | Self::Truth(_)
            | Self::Span(..)
            | Self::Numbers(_)
            | Self::NotNumbers(_)
            | Self::NotWords(_) => None,
        });
        let numbers = all.iter().find_map(|demand| match demand {
            Self::Numbers(numbers) => Some(numbers.clone()),
            Self::Null
            | Self::NotNull
            | Self::Truth(_)
            | Self::Span(..)
            | Self::Words(_)
            | Self::NotNumbers(_)
            | Self::NotWords(_) => None,
        });
        let admitted = |word: &str| all.iter().all(|demand| demand.admits_word(word));
        match (words, *domain) {
            _ if all.iter().any(|demand| matches!(demand, Self::Null)) => return true,
            (Some(words), _) => return words.iter().any(|word| admitted(word)),
            (None, Domain::Words(words)) => return words.iter().any(|word| admitted(word)),
            (None, Domain::Any | Domain::AtLeast(_) | Domain::Within(..)) => {}
        }
        let range = domain_range(domain);
        let (low, high) = all.iter().fold(range, |(low, high), demand| match demand {
            Self::Span(a, b) => (low.tighter_low(*a), high.tighter_high(*b)),
            Self::Null
            | Self::NotNull
            | Self::Truth(_)
            | Self::Numbers(_)
            | Self::NotNumbers(_)
            | Self::Words(_)
            | Self::NotWords(_) => (low, high),
        });
        match numbers.or_else(|| only(low, high, whole).map(|value| vec![value])) {
            None => holds_any(low, high, whole),
            Some(numbers) => numbers.iter().any(|&value| {
                let fits = low.below(value) && high.above(value);
                let fits = fits && (!whole || same(value, value.trunc()));
                fits && all.iter().all(|demand| demand.admits(value))
            }),
        }
    }

    fn admits(&self, value: f64) -> bool {
        match self {
            Self::Null => false,
            Self::Span(low, high) => low.below(value) && high.above(value),
            Self::Numbers(values) => values.iter().any(|other| same(*other, value)),
            Self::NotNumbers(values) => !values.iter().any(|other| same(*other, value)),
            Self::NotNull | Self::Truth(_) | Self::Words(_) | Self::NotWords(_) => true,
        }
    }

    fn admits_word(&self, word: &str) -> bool {
        match self {
            Self::Null => false,
            Self::Words(words) => words.contains(&word),
            Self::NotWords(words) => !words.contains(&word),
            Self::NotNull
            | Self::Truth(_)
            | Self::Span(..)
            | Self::Numbers(_)
            | Self::NotNumbers(_) => true,
        }
    }
}

impl End {
    const fn open(value: f64) -> Self {
        Self { value, included: false }
    }

    const fn closed(value: f64) -> Self {
        Self { value, included: true }
    }

    /// As a lower end: whether a value lies above it.
    fn below(self, value: f64) -> bool {
        self.value < value || (self.included && same(self.value, value))
    }

    /// As an upper end: whether a value lies below it.
    fn above(self, value: f64) -> bool {
        value < self.value || (self.included && same(self.value, value))
    }

    fn tighter_low(self, other: Self) -> Self {
        if self.value > other.value || (same(self.value, other.value) && !self.included) {
            self
        } else {
            other
        }
    }

    fn tighter_high(self, other: Self) -> Self {
        if self.value < other.value || (same(self.value, other.value) && !self.included) {
            self
        } else {
            other
        }
    }
}

/// Whether a number, or a whole number, lies between two ends.
fn holds_any(low: End, high: End, whole: bool) -> bool {
    if whole {
        let (first, last) = whole_ends(low, high);
        return first <= last;
    }
    low.value < high.value || only(low, high, whole).is_some()
}

/// The number between two ends, if there is but one.
fn only(low: End, high: End, whole: bool) -> Option<f64> {
    let ends = if whole {
        whole_ends(low, high)
    } else {
        (low.included && high.included).then_some((low.value, high.value))?
    };
    same(ends.0, ends.1).then_some(ends.0)
}

/// The first and the last whole number between two ends.
fn whole_ends(low: End, high: End) -> (f64, f64) {
    let (first, last) = (low.value.ceil(), high.value.floor());
    (
        if low.below(first) { first } else { low.value + 1.0 },
        if high.above(last) { last } else { high.value - 1.0 },
    )
}

/// The numbers of a domain.
const fn domain_range(domain: &Domain) -> (End, End) {
    match *domain {
        Domain::AtLeast(least) => (End::closed(least), End::open(f64::INFINITY)),
        Domain::Within(least, most) => (End::closed(least), End::closed(most)),
        Domain::Any | Domain::Words(_) => (End::open(f64::NEG_INFINITY), End::open(f64::INFINITY)),
    }
}

/// A literal number that a float holds exactly.
fn number(literal: &Literal) -> Option<f64> {
    literal
        .as_float()
        .filter(|value| value.abs() <= EXACT_MAX || matches!(literal, Literal::Float(_)))
}

fn word(literal: &Literal) -> Option<&str> {
    if let Literal::Text(word) = literal { Some(word) } else { None }
}

fn same(a: f64, b: f64) -> bool {
    a.partial_cmp(&b) == Some(Ordering::Equal)
}
