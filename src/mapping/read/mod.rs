//! Cells become values, by the settings of a field.

mod id;
mod list;
mod money;
mod time;
mod word;

pub(super) use money::{MoneyRead, Unit};
pub(super) use time::{TimeFormat, TimeRead};
pub(super) use word::{TruthMap, WordMap};

use std::net::IpAddr;

use prost::bytes::Bytes;

use super::cell::Cell;
use super::decimal::{Decimal, NumberStyle};
use super::fault::Reason;
use super::value::Value;
use crate::domain::canonical_ip;
use crate::fingerprint::Fingerprinter;

/// How the cell of a field is read; money apart, which needs two cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Read {
    /// A short text.
    Id {
        /// It is replaced by its pseudonym.
        hash: bool,
    },
    /// Free text.
    Text,
    /// A value of an enum.
    Word(WordMap),
    /// A whole number.
    Whole(NumberStyle),
    /// A real number.
    Real(NumberStyle),
    /// Yes or no.
    Truth(TruthMap),
    /// A point in time.
    Time(TimeRead),
    /// An IP address.
    Address,
    /// A card key.
    Key {
        /// The cell holds the key itself.
        hash: bool,
    },
    /// Bytes in hexadecimal.
    Digest(usize),
    /// Several values.
    List {
        /// What stands between them in a text.
        separator: String,
        item: Box<Read>,
    },
}

impl Read {
    /// Reads a cell that is not null.
    pub(super) fn read(
        &self,
        cell: &Cell<'_>,
        maker: Option<&Fingerprinter>,
    ) -> Result<Value, Reason> {
        match self {
            Self::Id { hash } => id::id(cell, *hash, maker),
            Self::Text => id::text_of(cell).map(Value::Text),
            Self::Word(map) => map.read(cell),
            Self::Truth(map) => map.read(cell),
            Self::Whole(style) => whole(cell, *style),
            Self::Real(style) => real(cell, *style),
            Self::Time(time) => time.read(cell).map(Value::Time),
            Self::Address => address(cell),
            Self::Key { hash } => id::key(cell, *hash, maker),
            Self::Digest(bytes) => digest(cell, *bytes),
            Self::List { separator, item } => list::list(cell, separator, item, maker),
        }
    }
}

/// The exact number of a cell.
pub(super) fn decimal(cell: &Cell<'_>, style: NumberStyle) -> Result<Decimal, Reason> {
    match cell {
        Cell::Exact(number) => Ok(*number),
        Cell::Text(text) => {
            let text = text.trim();
            Decimal::parse(text, style).ok_or_else(|| {
                let point = style.point;
                Reason::of(
                    format!("is no number; give digits with `{point}` before the decimals, see `decimal_point` and `thousands`"),
                    text,
                )
            })
        }
        Cell::Real(real) => Decimal::of_real(*real).ok_or_else(|| {
            Reason::of(
                "has more digits than a floating-point number keeps; export it as text or as a decimal type",
                &real.to_string(),
            )
        }),
        Cell::Null
        | Cell::Truth(_)
        | Cell::Instant(_)
        | Cell::Local(_)
        | Cell::Bytes(_)
        | Cell::List(_)
        | Cell::Structure => {
            Err(Reason::new(format!("is {}; give a number", cell.type_name())))
        }
    }
}

fn whole(cell: &Cell<'_>, style: NumberStyle) -> Result<Value, Reason> {
    let number = decimal(cell, style)?;
    let whole = number.shifted(0).and_then(|whole| u32::try_from(whole).ok());
    whole.map(Value::Whole).ok_or_else(|| {
        Reason::of("is no whole number from 0 to 4294967295; give one", &number.to_string())
    })
}

/// Rates: the nearest floating-point number is what vouch reckons with.
fn real(cell: &Cell<'_>, style: NumberStyle) -> Result<Value, Reason> {
    if let Cell::Real(real) = cell {
        return Ok(Value::Real(*real));
    }
    let text = decimal(cell, style)?.to_string();
    text.parse().map(Value::Real).map_err(|_| Reason::of("is no number; give one", &text))
}

/// The message does not repeat it.
fn address(cell: &Cell<'_>) -> Result<Value, Reason> {
    let address: Option<IpAddr> = cell.as_text().and_then(|text| text.parse().ok());
    let none = || {
        Reason::new(
            "is no IP address; give IPv4 or IPv6 without port, or nothing; see `null_values`",
        )
    };
    Ok(Value::Text(canonical_ip(address.ok_or_else(none)?).to_string()))
}

fn digest(cell: &Cell<'_>, length: usize) -> Result<Value, Reason> {
    let bytes = cell.digest(length);
    let digits = 2 * length;
    let wrong = || Reason::new(format!("is no digest; give {digits} hexadecimal digits"));
    bytes.map(|bytes| Value::Bytes(Bytes::from(bytes))).ok_or_else(wrong)
}
