//! Lines of NDJSON, and reading them one after another.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::record::Place;
use super::{Observed, Record, RowError, TableError};
use crate::document::{BYTE_ORDER_MARK, is_utf16};
use crate::domain::{Fact, RefundClaim, SECOND_MS, Timestamp, Violations};
use crate::wire::pb::tables::v1::{ClaimLine, FactLine};
use crate::wire::{
    JsonError, TimeLimits, decode_claim, decode_fact, encode_claim, encode_fact, encode_time,
    from_json,
};

/// The longest line that is read: a claim with all that it may carry is far below.
const LINE_MAX_BYTES: u64 = 8 << 20;
const NANOS_PER_MS: i32 = 1_000_000;

pub(super) fn fact_line(at: Place, fact: &Fact) -> FactLine {
    FactLine {
        observed_at: Some(encode_time(at.observed_at)),
        fact: Some(encode_fact(fact)),
        ledger_position: at.position,
    }
}

pub(super) fn claim_line(at: Place, claim: &RefundClaim) -> ClaimLine {
    ClaimLine {
        observed_at: Some(encode_time(at.observed_at)),
        claim: Some(encode_claim(claim)),
        ledger_position: at.position,
    }
}

pub(super) fn fact(line: FactLine) -> Result<Observed<Fact>, Violations> {
    let observed_at = observed_at(line.observed_at)?;
    let fact = line.fact.ok_or_else(|| missing("fact"))?;
    let record = decode_fact(fact, "fact", &TimeLimits::STORED)?;
    Ok(Observed { observed_at, position: line.ledger_position, record })
}

pub(super) fn claim(line: ClaimLine) -> Result<Observed<RefundClaim>, Violations> {
    let observed_at = observed_at(line.observed_at)?;
    let claim = line.claim.ok_or_else(|| missing("claim"))?;
    let record = decode_claim(claim, "claim", &TimeLimits::STORED)?;
    Ok(Observed { observed_at, position: line.ledger_position, record })
}

/// The JSON reader has held it to what protobuf allows.
fn observed_at(time: Option<prost_types::Timestamp>) -> Result<Timestamp, Violations> {
    let time = time.ok_or_else(|| missing("observed_at"))?;
    let ms = time.seconds.saturating_mul(SECOND_MS) + i64::from(time.nanos / NANOS_PER_MS);
    let time = Timestamp::from_ms(ms);
    if time < Timestamp::EARLIEST {
        let earliest = Timestamp::EARLIEST;
        return Err(violation("observed_at", format!("is {time}; give a time from {earliest} on")));
    }
    Ok(time)
}

fn missing(field: &str) -> Violations {
    violation(field, "is missing; give it".to_owned())
}

fn violation(field: &str, text: String) -> Violations {
    let mut violations = Violations::default();
    violations.add(field, text);
    violations
}

/// The lines of a file. Empty ones are passed over, and a byte order mark in front.
#[derive(Debug)]
pub(super) struct Lines<T> {
    path: PathBuf,
    input: BufReader<File>,
    line: Vec<u8>,
    number: u64,
    bytes: u64,
    kind: PhantomData<T>,
}

impl<T: Record> Lines<T> {
    pub(super) fn open(path: &Path) -> Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::io(path, "read"))?;
        let mut input = BufReader::with_capacity(1 << 20, file);
        let head = input.fill_buf().map_err(TableError::io(path, "read"))?;
        if is_utf16(head) {
            return Err(TableError::utf16(path));
        }
        if head.starts_with(BYTE_ORDER_MARK) {
            input.consume(BYTE_ORDER_MARK.len());
        }
        let path = path.to_path_buf();
        Ok(Self { path, input, line: Vec::new(), number: 0, bytes: 0, kind: PhantomData })
    }

    /// Bytes that were read so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The record of the next line, with its number; `None` at the end.
    #[expect(clippy::type_complexity, reason = "the end, the file, the row: three ways to fail")]
    pub(super) fn next(
        &mut self,
    ) -> Result<Option<(u64, Result<Observed<T>, RowError>)>, TableError> {
        loop {
            self.line.clear();
            let mut bounded = self.input.by_ref().take(LINE_MAX_BYTES);
            let read = bounded.read_until(b'\n', &mut self.line);
            let read = read.map_err(TableError::io(&self.path, "read"))?;
            if read == 0 {
                return Ok(None);
            }
            self.bytes += u64::try_from(read).unwrap_or_default();
            self.number += 1;
            if self.line.last() != Some(&b'\n') && bounded.limit() == 0 {
                self.skip_line()?;
                return Ok(Some((self.number, Err(self.too_long()))));
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some((self.number, self.record())));
            }
        }
    }

    fn record(&self) -> Result<Observed<T>, RowError> {
        let fault = |column: &str, message: String| RowError {
            row: self.number,
            line: None,
            column: column.to_owned(),
            message,
        };
        let text = std::str::from_utf8(&self.line)
            .map_err(|_| fault("", "is no UTF-8 text; is it the right file?".to_owned()))?;
        let line = from_json::<T::Line>(T::LINE, text).map_err(|error| match error {
            JsonError::Text { field, message, column, .. } => {
                fault(&field, format!("{message} (byte {column} of the line)"))
            }
            other @ (JsonError::UnknownMessage { .. }
            | JsonError::OtherType(_)
            | JsonError::NoJsonForm(_)) => fault("", other.to_string()),
        })?;
        T::from_line(line).map_err(|violations| {
            let more = violations.0.len().saturating_sub(1);
            let Some(first) = violations.0.into_iter().next() else {
                return fault("", "could not be read".to_owned());
            };
            let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
            fault(&first.field, format!("{}{more}", first.description))
        })
    }

    fn too_long(&self) -> RowError {
        let message = format!("is longer than {LINE_MAX_BYTES} bytes; is it the right file?");
        RowError { row: self.number, line: None, column: String::new(), message }
    }

    fn skip_line(&mut self) -> Result<(), TableError> {
        loop {
            self.line.clear();
            let mut bounded = self.input.by_ref().take(LINE_MAX_BYTES);
            let read = bounded.read_until(b'\n', &mut self.line);
            let read = read.map_err(TableError::io(&self.path, "read"))?;
            self.bytes += u64::try_from(read).unwrap_or_default();
            if read == 0 || self.line.last() == Some(&b'\n') {
                return Ok(());
            }
        }
    }
}
