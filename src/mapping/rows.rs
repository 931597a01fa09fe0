//! A row becomes records.

use std::borrow::Cow;

use prost::Message;

use super::build;
use super::cell::Cell;
use super::columns::{CurrencyOf, Field, Origin, Record, Table};
use super::fault::{Fault, Reason};
use super::value::{Value, Values};
use crate::domain::{Currency, Fact, RefundClaim, Timestamp, Violation, Violations, derived_id};
use crate::fingerprint::Fingerprinter;
use crate::tables::Observed;
use crate::wire::{CLOCK_AHEAD_MAX_MS, TimeLimits, decode_claim, decode_fact, encode_time};

/// Milliseconds since 1970 at which the year 10000 begins, which protobuf has not.
const LATEST_MS: i64 = 253_402_300_800_000;

/// What a row gave.
#[derive(Debug)]
pub(super) enum Made {
    Fact(Box<Observed<Fact>>),
    Claim(Box<Observed<RefundClaim>>),
}

/// Makes records of the rows of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowReader<'a> {
    pub(super) table: &'a Table,
    pub(super) maker: Option<&'a Fingerprinter>,
}

impl RowReader<'_> {
    /// The record of a row; `None` when a condition does not hold.
    ///
    /// # Errors
    /// Everything that is wrong with the row.
    pub(super) fn record(
        &self,
        record: &Record,
        cells: &[Cell<'_>],
    ) -> Result<Option<Made>, Vec<Fault>> {
        if !record.when.iter().all(|condition| condition.holds(cells)) {
            return Ok(None);
        }
        let mut values = Values::default();
        let mut faults = Vec::new();
        for field in &record.fields {
            match self.value(field, cells) {
                Ok(Some(value)) => values.put(field.def.name, value),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.made(record, cells, values).map(Some)
    }

    fn value(&self, field: &Field, cells: &[Cell<'_>]) -> Result<Option<Value>, Fault> {
        let cell = |slot: usize| cells.get(slot).unwrap_or(&Cell::Null);
        let empty = |slot: usize| {
            if field.def.required {
                let text = "is empty; give it, or leave such rows out by `when`";
                Err(self.fault(slot, Reason::new(text)))
            } else {
                Ok(None)
            }
        };
        match &field.origin {
            Origin::Constant(value) => Ok(Some(value.clone())),
            Origin::Column { slot, nulls, .. } | Origin::Money { slot, nulls, .. }
                if cell(*slot).is_null(nulls) =>
            {
                empty(*slot)
            }
            Origin::Column { slot, read, .. } => {
                let value = read.read(cell(*slot), self.maker);
                value.map(Some).map_err(|reason| self.fault(*slot, reason))
            }
            Origin::Money { slot, read, currency, .. } => {
                let currency = match currency {
                    CurrencyOf::Code(currency) => *currency,
                    CurrencyOf::Slot(slot) => {
                        currency_of(cell(*slot)).map_err(|reason| self.fault(*slot, reason))?
                    }
                };
                let value = read.read(cell(*slot), currency);
                value.map(Some).map_err(|reason| self.fault(*slot, reason))
            }
        }
    }

    /// What is wrong with a column. The values of secret ones are not shown, in whatever field they turn up.
    fn fault(&self, slot: usize, mut reason: Reason) -> Fault {
        let column = self.table.columns.get(slot);
        if column.is_none_or(|column| column.secret) {
            reason.value = None;
        }
        Fault { column: column.map(|column| column.name.clone()).unwrap_or_default(), reason }
    }

    fn made(
        &self,
        record: &Record,
        cells: &[Cell<'_>],
        mut values: Values,
    ) -> Result<Made, Vec<Fault>> {
        let frame = record.def.frame;
        let time = values.time(frame.time.name);
        let id = values.text(frame.id.name);
        let told = values.time(frame.observed_at.name);
        let at = time.unwrap_or_default();
        let observed_at = told.unwrap_or_else(|| at.plus_ms(record.delay_ms));
        if let Some(fault) = self.untimely(record, at, observed_at) {
            return Err(vec![fault]);
        }
        let limits = TimeLimits::at(observed_at);
        let wire_time = time.map(encode_time);
        let told = |violations: Violations| self.told(record, violations);
        if record.def.is_claim() {
            let mut claim = build::claim(wire_time, &mut values)
                .map_err(|fault| vec![self.renamed(record, fault)])?;
            claim.request_id =
                id.unwrap_or_else(|| self.derived(record, cells, &claim.encode_to_vec()));
            let claim = decode_claim(claim, "", &limits).map_err(told)?;
            return Ok(Made::Claim(Box::new(Observed {
                observed_at,
                position: None,
                record: claim,
            })));
        }
        let mut fact = build::fact(record.def.name, wire_time, &mut values);
        fact.fact_id = id.unwrap_or_else(|| self.derived(record, cells, &fact.encode_to_vec()));
        let fact = decode_fact(fact, "", &limits).map_err(told)?;
        Ok(Made::Fact(Box::new(Observed { observed_at, position: None, record: fact })))
    }

    /// The id of a record that has none: it follows from the columns that are named for it, or from all that is mapped,
    /// so that the same row always has the same.
    fn derived(&self, record: &Record, cells: &[Cell<'_>], content: &[u8]) -> String {
        let (table, kind) = (self.table.name.as_str(), record.def.name);
        if record.id_columns.is_empty() {
            return derived_id(&[table, kind, &hex::encode(content)]);
        }
        let alike = self.table.records.iter().filter(|other| other.def == record.def);
        let number = alike.take_while(|other| !std::ptr::eq(*other, record)).count().to_string();
        let cell = |slot: &usize| {
            let cell = cells.get(*slot).unwrap_or(&Cell::Null);
            let text = cell.as_text().unwrap_or_else(|| Cow::Owned(format!("{cell:?}")));
            let is_secret = self.table.columns.get(*slot).is_none_or(|column| column.secret);
            match self.maker.filter(|_| is_secret) {
                // Guesses of a key could be tested against its plain hash.
                Some(maker) => maker.pseudonym(&text),
                None => text.replace('\0', "\u{fffd}"),
            }
        };
        let keys: Vec<String> = record.id_columns.iter().map(cell).collect();
        let mut parts = vec![table, kind, number.as_str()];
        parts.extend(keys.iter().map(String::as_str));
        derived_id(&parts)
    }

    /// Times that no server would believe.
    fn untimely(&self, record: &Record, at: Timestamp, observed_at: Timestamp) -> Option<Fault> {
        let (name, text, time) = if at < Timestamp::EARLIEST {
            let text = "is before the year 2000; are `time_format` and the column right?";
            (record.def.frame.time.name, text, at)
        } else if observed_at.ms() >= LATEST_MS || at.ms() >= LATEST_MS {
            let text = "is behind the year 9999; are `time_format` and the column right?";
            (record.def.frame.time.name, text, at)
        } else if at.ms_since(observed_at) > CLOCK_AHEAD_MAX_MS {
            let text = "is before the event itself; is `time_zone` right for both?";
            (record.def.frame.observed_at.name, text, observed_at)
        } else {
            return None;
        };
        Some(self.of_field(record, name, Reason::of(text, &time.to_string())))
    }

    fn told(&self, record: &Record, violations: Violations) -> Vec<Fault> {
        let fault = |violation: Violation| {
            let name = field_of(&violation.field, record);
            // The value comes first, when there is one.
            let parts = violation.description.strip_prefix('`').and_then(|d| d.split_once("` "));
            let reason = match parts {
                Some((value, text)) => Reason::of(text.to_owned(), value),
                None => Reason::new(violation.description),
            };
            self.of_field(record, &name, reason)
        };
        violations.0.into_iter().map(fault).collect()
    }

    /// A fault of a field becomes one of its column.
    fn renamed(&self, record: &Record, fault: Fault) -> Fault {
        self.of_field(record, &fault.column, fault.reason)
    }

    fn of_field(&self, record: &Record, name: &str, reason: Reason) -> Fault {
        let (name, is_currency) = match name.strip_suffix("_currency_code") {
            Some(amount) if !amount.ends_with("_to") => (amount, true),
            Some(_) | None => (name, false),
        };
        let field = record.fields.iter().find(|field| field.def.name == name);
        match field.map(|field| &field.origin) {
            Some(Origin::Money { currency: CurrencyOf::Slot(slot), .. }) if is_currency => {
                self.fault(*slot, reason)
            }
            Some(Origin::Column { slot, .. } | Origin::Money { slot, .. }) => {
                self.fault(*slot, reason)
            }
            // A constant, or what no column can help.
            Some(Origin::Constant(_)) | None => Fault { column: name.to_owned(), reason },
        }
    }
}

fn currency_of(cell: &Cell<'_>) -> Result<Currency, Reason> {
    let text = cell.as_text().filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Reason::new("is empty; give the currency"))?;
    Currency::parse(&text).map_err(|_| {
        Reason::of("is no ISO 4217 currency; give an upper-case code such as `CNY`", &text)
    })
}

/// The field of columns.toml that a path of the message means: `order_placed.client.ip` is `client_ip`.
fn field_of(path: &str, record: &Record) -> String {
    let inside = path.strip_prefix(record.def.name).and_then(|path| path.strip_prefix('.'));
    let inside = inside.unwrap_or(path);
    let inside = inside.strip_prefix("destination.").unwrap_or(inside);
    let mut flat = String::new();
    let mut in_index = false;
    for c in inside.chars() {
        match c {
            '[' => in_index = true,
            ']' => in_index = false,
            '.' => flat.push('_'),
            c if !in_index => flat.push(c),
            _ => {}
        }
    }
    let known = |name: &&str| {
        let rest = flat.strip_prefix(*name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    if flat.ends_with("_from_currency_code") || flat == "amount_currency_code" {
        return flat;
    }
    let names = record.def.fields().map(|field| field.name);
    names.filter(known).max_by_key(|name| name.len()).map_or(flat.clone(), str::to_owned)
}
