//! Cells become values of the domain, by the rules of the proto files.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::sync::Arc;

use jiff::tz::TimeZoneDatabase;

use super::column::{BytesCells, IntCells, ListCells, TextCells, TimeCells};
use super::record::Fault;
use crate::domain::{Country, Currency, KeyFingerprint, Timestamp};
use crate::wire::{TIMEZONE_MAX_BYTES, USER_AGENT_MAX_BYTES, WireEnum};

/// Distinct texts that are remembered of one column; a column with more is not repetitive.
const SEEN_MAX: usize = 4_096;
/// Most characters of a cell that a message repeats.
const SHOWN_CHARS: usize = 64;
/// Milliseconds since 1970 that protobuf's Timestamp allows: years 1 to 9999.
const PROTOBUF_MS: std::ops::Range<i64> = -62_135_596_800_000..253_402_300_800_000;

/// Texts that come again and again are checked and kept once.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Seen {
    timezones: HashMap<Box<str>, Arc<str>>,
    agents: HashMap<Box<str>, Arc<str>>,
    currencies: HashMap<Box<str>, Currency>,
}

impl Seen {
    /// The time zone of a row, which must be in the IANA database.
    pub(super) fn timezone(
        &mut self,
        cells: &TextCells,
        row: usize,
    ) -> Result<Option<Arc<str>>, Fault> {
        let Some(name) = cells.get(row) else { return Ok(None) };
        let text = once(&mut self.timezones, name, |name| {
            let known = TimeZoneDatabase::bundled().get(name).is_ok_and(|zone| !zone.is_unknown());
            let fits = name.len() <= TIMEZONE_MAX_BYTES;
            if known && fits { Ok(Arc::from(name)) } else { Err(()) }
        });
        text.map(Some).map_err(|()| {
            cells.fault(format_args!(
                "`{}` is no IANA time zone; give one such as `Asia/Shanghai`, or leave it out",
                shown(name)
            ))
        })
    }

    /// The User-Agent header of a row.
    pub(super) fn agent(
        &mut self,
        cells: &TextCells,
        row: usize,
    ) -> Result<Option<Arc<str>>, Fault> {
        let Some(agent) = cells.get(row) else { return Ok(None) };
        let bounded = bounded(cells, agent, USER_AGENT_MAX_BYTES)?;
        once(&mut self.agents, bounded, |agent| Ok(Arc::from(agent))).map(Some)
    }

    /// The currency of a row.
    pub(super) fn currency(&mut self, cells: &TextCells, row: usize) -> Result<Currency, Fault> {
        let code = cells.require(row)?;
        once(&mut self.currencies, code, Currency::parse).map_err(|error| cells.fault(error))
    }
}

fn once<V: Clone, E>(
    seen: &mut HashMap<Box<str>, V>,
    text: &str,
    make: impl FnOnce(&str) -> Result<V, E>,
) -> Result<V, E> {
    if let Some(value) = seen.get(text) {
        return Ok(value.clone());
    }
    let value = make(text)?;
    if seen.len() < SEEN_MAX {
        seen.insert(text.into(), value.clone());
    }
    Ok(value)
}

/// A text that `parse` understands, which must be there.
pub(super) fn parse<T, E: Display>(
    cells: &TextCells,
    row: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Fault> {
    parse(cells.require(row)?).map_err(|error| cells.fault(error))
}

/// A text that `parse` understands, or nothing.
pub(super) fn parse_optional<T, E: Display>(
    cells: &TextCells,
    row: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Fault> {
    cells.get(row).map(parse).transpose().map_err(|error| cells.fault(error))
}

/// A word of an enum, which must be there.
pub(super) fn word<T: WireEnum>(
    cells: &TextCells,
    row: usize,
    words: &'static [&'static str],
) -> Result<T, Fault> {
    let text = cells.require(row)?;
    choose(words, text).ok_or_else(|| cells.fault(not_a_word(text, words)))
}

/// The value that a word stands for; `words` are in the order of the values.
pub(super) fn choose<T: WireEnum>(words: &[&str], text: &str) -> Option<T> {
    T::VALUES.iter().zip(words).find(|(_, word)| **word == text).map(|(value, _)| *value)
}

/// Says which words there are.
pub(super) fn not_a_word(text: &str, words: &[&str]) -> String {
    format!("is `{}`, which is unknown; give one of {}", shown(text), words.join(", "))
}

/// A country.
pub(super) fn country(text: &str) -> Result<Country, String> {
    Country::parse(text).ok_or_else(|| {
        format!(
            "`{}` is no ISO 3166 country; give two upper-case letters such as `CN`",
            shown(text)
        )
    })
}

/// Text of so many bytes.
pub(super) fn bounded<'a>(
    cells: &TextCells,
    text: &'a str,
    max_bytes: usize,
) -> Result<&'a str, Fault> {
    if text.len() > max_bytes {
        let bytes = text.len();
        return Err(cells.fault(format_args!("is {bytes} bytes long; give at most {max_bytes}")));
    }
    Ok(text)
}

/// A point in time that is believed.
pub(super) fn time(cells: &TimeCells, row: usize) -> Result<Timestamp, Fault> {
    let time = cells.require(row)?;
    if time < Timestamp::EARLIEST {
        let earliest = Timestamp::EARLIEST;
        return Err(cells.fault(format_args!("is {time}; give a time from {earliest} on")));
    }
    if !is_protobuf_time(time) {
        return Err(cells.fault(format_args!("is {time}; give a time before the year 10000")));
    }
    Ok(time)
}

/// A position in a ledger.
pub(super) fn position(cells: &IntCells, row: usize) -> Result<Option<u64>, Fault> {
    let Some(position) = cells.get(row) else { return Ok(None) };
    let told = u64::try_from(position).ok().filter(|position| *position > 0);
    let fault = || cells.fault(format_args!("is {position}; give a number from 1 on, or none"));
    told.map(Some).ok_or_else(fault)
}

/// Whether protobuf has this time.
pub(super) fn is_protobuf_time(time: Timestamp) -> bool {
    PROTOBUF_MS.contains(&time.ms())
}

/// A key, which must be there.
pub(super) fn key(cells: &BytesCells, row: usize) -> Result<KeyFingerprint, Fault> {
    exact(cells.require(row)?).map(KeyFingerprint).map_err(|error| cells.fault(error))
}

/// A key, or nothing.
pub(super) fn key_optional(
    cells: &BytesCells,
    row: usize,
) -> Result<Option<KeyFingerprint>, Fault> {
    cells.get(row).map(|_| key(cells, row)).transpose()
}

/// Keys, each once, up to so many.
pub(super) fn keys(
    cells: &ListCells,
    row: usize,
    max: usize,
) -> Result<Vec<KeyFingerprint>, Fault> {
    let mut seen = HashSet::new();
    let items = cells.blobs(row)?;
    if items.len() > max {
        let count = items.len();
        return Err(cells.fault(format_args!("has {count} items; give at most {max}")));
    }
    let read = |(index, item): (usize, Option<Vec<u8>>)| {
        let bytes = item.unwrap_or_default();
        let key = exact(&bytes)
            .map(KeyFingerprint)
            .map_err(|error| cells.fault(format_args!("item {index} {error}")))?;
        if seen.insert(key) {
            Ok(key)
        } else {
            Err(cells.fault(format_args!("item {index} repeats an earlier key; give each once")))
        }
    };
    items.into_iter().enumerate().map(read).collect()
}

/// Exactly `N` bytes.
pub(super) fn exact<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("is {} bytes long; give exactly {N}", bytes.len()))
}

/// As much of a cell as a message repeats.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}
