//! Texts with signals in braces.

use std::fmt::Write;

use crate::domain::{Currency, LocalizedText, Money};
use crate::signals::{Catalogue, MINOR_PAYMENT, MINOR_POLICY, SignalRow, SignalValue};

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

/// The values that a text may name, and the currencies that its amounts are in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) row: &'a SignalRow,
    /// Of the payment; `None` when nothing was captured.
    pub(super) payment: Option<Currency>,
    /// Of the policy's thresholds.
    pub(super) policy: Currency,
}

impl Values<'_> {
    /// The text with every name replaced by its value, amounts as money; what is unknown becomes a question mark.
    pub(super) fn fill(&self, text: &LocalizedText) -> LocalizedText {
        LocalizedText { zh: self.fill_one(&text.zh), en: self.fill_one(&text.en) }
    }

    fn fill_one(&self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('}') {
                Some((name, rest)) => {
                    self.write_value(name, &mut filled);
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

    fn write_value(&self, name: &str, filled: &mut String) {
        let catalogue = Catalogue::get();
        let position = catalogue.position(name);
        let def = position.and_then(|position| catalogue.defs().get(position));
        let value = position.and_then(|position| self.row.get(position)).and_then(Option::as_ref);
        let currency = match def.map(|def| def.unit) {
            Some(MINOR_PAYMENT) => self.payment,
            Some(MINOR_POLICY) => Some(self.policy),
            Some(_) | None => None,
        };
        // Nothing is refused by a string.
        let _ = match (value, currency) {
            (Some(SignalValue::Int(amount_minor)), Some(currency)) => {
                write!(filled, "{}", Money { amount_minor: *amount_minor, currency })
            }
            (Some(value), _) => write!(filled, "{value}"),
            (None, _) => filled.write_char('?'),
        };
    }
}
