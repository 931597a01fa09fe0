//! What a message says, what a row says and what a line of CSV says is held to the same rules: all are read or all are
//! refused, whatever is wrong with them.
//!
//! A record is made a message, spoiled at some places, and laid out as a row by the rules in the documentation of `tables`,
//! without asking the code that writes tables.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "protobuf has more kinds of fields than these messages"
)]

use std::cell::Cell;
use std::fmt::Debug;
use std::path::Path;

use polars::prelude::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

use super::csv::as_csv;
use crate::domain::{AMOUNT_MAX_MINOR, Fact, RefundClaim, Violations};
use crate::tables::record::private::View;
use crate::tables::value::Seen;
use crate::tables::{Observed, Record, TableError, TableReader};
use crate::wire::pb::{DESCRIPTORS, v1};
use crate::wire::{TimeLimits, decode_claim, decode_fact, encode_claim, encode_fact, strategies};

const OBSERVED_MS: i64 = 1_770_000_000_000;
const CASES: u32 = 4_000;

#[test]
fn facts_are_read_or_refused_alike() {
    let of_message =
        |bytes: &[u8]| decode_fact(v1::Fact::decode(bytes).unwrap(), "fact", &TimeLimits::STORED);
    let encoded = strategies::fact().prop_map(|fact| encode_fact(&fact).encode_to_vec());
    agree::<Fact>("vouch.v1.Fact", encoded, of_message);
}

#[test]
fn claims_are_read_or_refused_alike() {
    let of_message = |bytes: &[u8]| {
        decode_claim(v1::RefundClaim::decode(bytes).unwrap(), "claim", &TimeLimits::STORED)
    };
    let encoded = strategies::claim().prop_map(|claim| encode_claim(&claim).encode_to_vec());
    agree::<RefundClaim>("vouch.v1.RefundClaim", encoded, of_message);
}

fn agree<T: Record + Debug + PartialEq>(
    message: &str,
    encoded: impl Strategy<Value = Vec<u8>>,
    of_message: impl Fn(&[u8]) -> Result<T, Violations>,
) {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let descriptor = pool.get_message_by_name(message).unwrap();
    let (read, refused, in_csv) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("row.csv");
    let config = Config { cases: CASES, rng_seed: RngSeed::Fixed(7), ..Config::default() };
    let input = (encoded, 0..3_u8, vec(any::<u32>(), 0..24));
    let outcome = TestRunner::new(config).run(&input, |(bytes, times, picks)| {
        let mut message = DynamicMessage::decode(descriptor.clone(), bytes.as_slice()).unwrap();
        let mut picks = Picks(picks);
        for _ in 0..times {
            spoil(&mut message, &mut picks);
        }
        let told = of_message(&message.encode_to_vec());
        let columns = laid_out(&message);
        let row = of_row::<T>(&columns);
        // CSV has no texts of no letters, and a row that lacks a column there is another matter.
        if let Some(text) = as_csv(&columns).filter(|_| has_required::<T>(&columns)) {
            std::fs::write(&path, text).unwrap();
            let csv = TableReader::<T>::read_all(&path);
            match (&row, csv) {
                (Ok(row), Ok(csv)) => prop_assert_eq!(csv.as_slice(), std::slice::from_ref(row)),
                (Err(_), Err(TableError::Row { .. })) => {}
                (row, csv) => prop_assert!(false, "{message}\nrow: {row:?}\nCSV: {csv:?}"),
            }
            in_csv.set(in_csv.get() + 1);
        }
        match (&told, &row) {
            (Ok(told), Ok(row)) => {
                read.set(read.get() + 1);
                prop_assert_eq!(told, &row.record);
            }
            (Err(_), Err(_)) => refused.set(refused.get() + 1),
            _ => prop_assert!(false, "{message}\nmessage: {told:?}\nrow: {row:?}"),
        }
        Ok(())
    });
    outcome.unwrap();
    let (read, refused, in_csv) = (read.get(), refused.get(), in_csv.get());
    assert!(read > CASES / 4 && refused > CASES / 4, "{read} were read, {refused} refused");
    assert!(in_csv > CASES / 2, "{in_csv} were written as CSV");
}

/// Numbers that choose what is spoiled.
struct Picks(Vec<u32>);

impl Picks {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.0.pop().unwrap_or(0)).unwrap() % count.max(1)
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// Puts something odd into some field, or takes it away.
fn spoil(message: &mut DynamicMessage, picks: &mut Picks) {
    let fields: Vec<FieldDescriptor> = message.descriptor().fields().collect();
    // The body of a fact has most of its rules: choose it more often than another kind of fact.
    let body = fields.iter().find(|field| is_of_oneof(field) && message.has_field(field));
    let field = match body {
        Some(body) if picks.below(4) > 0 => body.clone(),
        Some(_) | None => picks.one(&fields),
    };
    if picks.below(6) == 0 {
        message.clear_field(&field);
        return;
    }
    let value = if field.is_list() {
        spoiled_list(message.get_field(&field).into_owned(), &field.kind(), picks)
    } else {
        spoiled(message.get_field(&field).into_owned(), &field.kind(), picks)
    };
    message.set_field(&field, value);
}

fn is_of_oneof(field: &FieldDescriptor) -> bool {
    field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic())
}

fn spoiled_list(value: Value, kind: &Kind, picks: &mut Picks) -> Value {
    let Value::List(mut items) = value else { panic!("{value:?} is no list") };
    match (picks.below(4), items.len()) {
        (0, 1..) => items.push(items[0].clone()),
        (1, 1..) => {
            let more = picks.one(&[20, 100, 300]);
            items.extend(std::iter::repeat_n(items[0].clone(), more));
        }
        (2, 1..) => {
            let item = picks.below(items.len());
            items[item] = spoiled(items[item].clone(), kind, picks);
        }
        _ => items.push(spoiled(Value::default_value(kind), kind, picks)),
    }
    Value::List(items)
}

fn spoiled(value: Value, kind: &Kind, picks: &mut Picks) -> Value {
    match kind {
        Kind::Message(of) if of.full_name() == "google.protobuf.Timestamp" => time(of, picks),
        Kind::Message(of) => {
            let mut message = match value {
                Value::Message(message) => message,
                _ => DynamicMessage::new(of.clone()),
            };
            spoil(&mut message, picks);
            Value::Message(message)
        }
        Kind::Enum(_) => Value::EnumNumber(picks.one(&[0, 1, 2, 5, 77, -1])),
        Kind::Uint32 => Value::U32(picks.one(&[0, 1, 9, 10, 10_000, 10_001, u32::MAX])),
        Kind::Int64 => {
            let odd = [0, -1, i64::MIN, AMOUNT_MAX_MINOR, AMOUNT_MAX_MINOR + 1, i64::MAX];
            Value::I64(picks.one(&odd))
        }
        Kind::Double => {
            Value::F64(picks.one(&[0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300, 7.25]))
        }
        Kind::Bool => Value::Bool(picks.below(2) == 0),
        Kind::Bytes => {
            let length = picks.one(&[0, 1, 8, 9, 31, 32, 33]);
            Value::Bytes(vec![picks.one(&[0_u8, 7]); length].into())
        }
        Kind::String => {
            let odd = ["", " ", "CN", "cn", "CNY", "XXX", "10.0.0.1", "::1", "UTC", "\u{7}", "é\0"];
            let long = ["x".repeat(128), "x".repeat(129), "字".repeat(200), "x".repeat(4_001)];
            let all: Vec<&str> = odd.into_iter().chain(long.iter().map(String::as_str)).collect();
            Value::String(picks.one(&all).to_owned())
        }
        other => panic!("no field is {other:?}"),
    }
}

/// Times at the bounds; what is finer than a millisecond is cut.
fn time(of: &prost_reflect::MessageDescriptor, picks: &mut Picks) -> Value {
    let seconds = picks.one(&[
        i64::MIN / 1_000,
        -62_135_596_801,
        -62_135_596_800,
        0,
        946_684_799,
        946_684_800,
        1_770_000_000,
        253_402_300_799,
        253_402_300_800,
    ]);
    let mut time = DynamicMessage::new(of.clone());
    time.set_field_by_name("seconds", Value::I64(seconds));
    time.set_field_by_name("nanos", Value::I32(picks.one(&[0, 999_999, 999_999_999])));
    Value::Message(time)
}

/// The row that a message is in a table.
fn laid_out(message: &DynamicMessage) -> Vec<Column> {
    let mut row = Vec::new();
    lay_out(message, "", &mut row);
    row.push(times("observed_at", &[Some(OBSERVED_MS)]));
    row
}

/// Reads a row.
fn of_row<T: Record>(row: &[Column]) -> Result<Observed<T>, String> {
    let view = T::View::of(row, Path::new("row")).unwrap();
    T::get(&view, 0, &mut Seen::default()).map_err(|fault| format!("{fault:?}"))
}

/// A file without one of these has no rows to read.
fn has_required<T: Record>(row: &[Column]) -> bool {
    T::REQUIRED.iter().all(|name| row.iter().any(|column| column.name().as_str() == *name))
}

fn lay_out(message: &DynamicMessage, prefix: &str, row: &mut Vec<Column>) {
    let inside = message.descriptor();
    for field in inside.fields().filter(|field| is_there(message, field)) {
        let value = message.get_field(&field).into_owned();
        let name = column(inside.name(), field.name(), prefix);
        match value {
            Value::Message(body) if is_of_oneof(&field) => {
                row.push(texts("kind", field.name()));
                lay_out(&body, "", row);
            }
            Value::Message(part) if part.descriptor().name() == "Timestamp" => {
                row.push(times(&name, &[Some(millis(&part))]));
            }
            // Money has no name of its own; a rate has that of the field.
            Value::Message(part) => {
                let is_money = part.descriptor().name() == "Money";
                lay_out(&part, if is_money { "" } else { &name }, row);
            }
            Value::List(items) if field.name() == "evidence" => evidence(&items, row),
            Value::List(items) if !items.is_empty() => row.push(list(&name, &items)),
            Value::List(_) => {}
            Value::EnumNumber(0) => {}
            Value::EnumNumber(number) => row.push(texts(&name, &word(&field, number))),
            Value::String(text) => row.push(texts(&name, &text)),
            Value::Bytes(bytes) => row.push(Column::new(name.into(), [bytes.as_ref()])),
            Value::Bool(truth) => row.push(Column::new(name.into(), [truth])),
            Value::U32(number) => row.push(Column::new(name.into(), [i64::from(number)])),
            Value::I64(number) => row.push(Column::new(name.into(), [number])),
            Value::F64(number) => row.push(Column::new(name.into(), [number])),
            other => panic!("no field is {other:?}"),
        }
    }
}

/// Fields without presence are always there.
fn is_there(message: &DynamicMessage, field: &FieldDescriptor) -> bool {
    !field.supports_presence() || message.has_field(field)
}

/// The column of a field, as the documentation of `tables` has it.
fn column(message: &str, field: &str, prefix: &str) -> String {
    let own = match (message, field) {
        ("AccountActivity", "kind") => "activity_kind",
        ("IncidentDeclared", "kind") => "incident_kind",
        ("IncidentDeclared", "from") => "incident_from",
        ("IncidentDeclared", "until") => "incident_until",
        ("KeyActivated", "result") => "activation_result",
        ("ChargebackClosed", "result") => "chargeback_result",
        ("RefundSettled", "status") => "settlement_status",
        ("RefundSettled", "route") => "refund_route",
        ("PaymentCaptured", "method") => "payment_method",
        ("KeysLeaked", "source") => "leak_source",
        ("OutcomeReported", "label") => "outcome_label",
        ("OutcomeReported", "source") => "outcome_source",
        ("FxRate", "rate") => return prefix.to_owned(),
        (_, field) => field,
    };
    if prefix.is_empty() { own.to_owned() } else { format!("{prefix}_{own}") }
}

fn word(field: &FieldDescriptor, number: i32) -> String {
    let Kind::Enum(of) = field.kind() else { panic!("{} is no enum", field.name()) };
    let Some(value) = of.get_value(number) else { return "no such word".to_owned() };
    let mut prefix = String::new();
    for (place, letter) in of.name().char_indices() {
        if place > 0 && letter.is_uppercase() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    value.name().strip_prefix(&format!("{prefix}_")).unwrap().to_lowercase()
}

fn millis(time: &DynamicMessage) -> i64 {
    let field = |name| time.get_field_by_name(name).unwrap().into_owned();
    let (seconds, nanos) = (field("seconds").as_i64().unwrap(), field("nanos").as_i32().unwrap());
    seconds * 1_000 + i64::from(nanos / 1_000_000)
}

fn texts(name: &str, text: &str) -> Column {
    Column::new(name.into(), [text])
}

fn times(name: &str, ms: &[Option<i64>]) -> Column {
    let times = Int64Chunked::from_slice_options(name.into(), ms);
    times.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column()
}

fn lists(name: &str, items: Series) -> Column {
    Series::new(name.into(), [items]).into_column()
}

fn list(name: &str, items: &[Value]) -> Column {
    let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    let bytes = |item: &Value| match item {
        Value::Bytes(bytes) => bytes.to_vec(),
        Value::Message(fact) => fact.encode_to_vec(),
        other => panic!("no list has {other:?}"),
    };
    match texts {
        Some(texts) => lists(name, Series::new("".into(), texts)),
        None => {
            let blobs: Vec<Vec<u8>> = items.iter().map(bytes).collect();
            lists(name, Series::new("".into(), blobs))
        }
    }
}

/// One list for each field, all of the same length.
fn evidence(items: &[Value], row: &mut Vec<Column>) {
    if items.is_empty() {
        return;
    }
    let of = |name: &str| -> Vec<Option<Value>> {
        let get = |item: &Value| {
            let item = item.as_message().unwrap();
            let field = item.descriptor().get_field_by_name(name).unwrap();
            is_there(item, &field).then(|| item.get_field(&field).into_owned())
        };
        items.iter().map(get).collect()
    };
    let kind = items[0].as_message().unwrap().descriptor().get_field_by_name("kind").unwrap();
    let words =
        of("kind").into_iter().map(|value| match value.unwrap().as_enum_number().unwrap() {
            0 => String::new(),
            number => word(&kind, number),
        });
    row.push(lists("evidence_kind", Series::new("".into(), words.collect::<Vec<_>>())));
    for name in ["sha256", "perceptual_hash"] {
        let blobs = of(name).into_iter().map(|value| Some(value?.as_bytes()?.to_vec()));
        let blobs = Series::new("".into(), blobs.collect::<Vec<Option<Vec<u8>>>>());
        row.push(lists(&format!("evidence_{name}"), blobs));
    }
    let captured = of("captured_at").into_iter().map(|value| Some(millis(value?.as_message()?)));
    let captured = times("", &captured.collect::<Vec<_>>());
    row.push(lists("evidence_captured_at", captured.take_materialized_series()));
    let edited = of("edited").into_iter().map(|value| value?.as_bool());
    let edited = Series::new("".into(), edited.collect::<Vec<Option<bool>>>());
    row.push(lists("evidence_edited", edited));
}
