//! CSV as people and programs write it, and as they should not.

use std::path::Path;

use polars::prelude::{AnyValue, Column};
use proptest::collection::vec;
use proptest::prelude::*;

use super::problems;
use crate::domain::{Fact, RefundClaim, Timestamp};
use crate::tables::{Observed, ROW_GROUP_ROWS, TableReader};

const HEADER: &str = "observed_at,kind,fact_id,occurred_at,account_id,activity_kind,verified_level";
/// What has every kind of cell.
const CLAIM_HEADER: &str = "observed_at,ledger_position,request_id,refund_id,order_id,account_id,requested_at,amount_minor,currency_code,reason,reason_text,destination_route,destination_agreement_signed,channel,evidence_kind,evidence_sha256,evidence_perceptual_hash,evidence_captured_at,evidence_edited,key_fingerprints,fx_rate_today_from_currency_code,fx_rate_today_to_currency_code,fx_rate_today";

fn login(id: &str) -> String {
    format!("2026-03-02T08:00:01+08:00,account_activity,{id},2026-03-02 00:00:00Z,x,login,")
}

/// A file of logins, with some rows in their place.
fn written(path: &Path, rows: &[&str]) {
    std::fs::write(path, format!("{HEADER}\n{}", rows.join("\n"))).unwrap();
}

fn claims(text: &[u8]) -> (Vec<Observed<RefundClaim>>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claims.csv");
    std::fs::write(&path, text).unwrap();
    let mut reader = TableReader::<RefundClaim>::open(&path).unwrap();
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    while reader.read(&mut records, &mut bad).unwrap() {}
    (records, bad.iter().map(ToString::to_string).collect())
}

#[test]
fn every_kind_of_cell_is_read() {
    let digest = "0A".repeat(32);
    let row = format!(
        "2026-03-02T08:00:01.0019+08:00,7,q,r,o,x,2026-03-02 00:00:00+00, 9800 ,CNY,key_invalid,\"says \"\"no\"\",\nthen\",original,True,web,\"chat_log, payment_record\",\"{digest},{digest}\",\",00000000000000ff\",\"2026-03-01T00:00:00Z,\",\"false,\",{digest},CNY,USD,1.4e-1"
    );
    let (records, bad) = claims(format!("{CLAIM_HEADER}\r\n{row}\r\n").as_bytes());
    assert_eq!(bad, Vec::<String>::new());
    let [read] = records.as_slice() else { panic!("{records:?}") };
    let claim = &read.record;
    assert_eq!(read.observed_at, Timestamp::from_ms(1_772_409_601_001), "cut to milliseconds");
    assert_eq!((read.position, claim.amount.amount_minor), (Some(7), 9_800));
    assert_eq!(claim.reason_text.as_deref(), Some("says \"no\",\nthen"));
    assert_eq!(claim.destination.agreement_signed, Some(true));
    let hashes: Vec<_> = claim.evidence.iter().map(|item| item.perceptual_hash).collect();
    assert_eq!(hashes, [None, Some(255)]);
    let edited: Vec<_> = claim.evidence.iter().map(|item| item.edited).collect();
    assert_eq!(edited, [Some(false), None]);
    let captured = claim.evidence.iter().map(|item| item.captured_at.is_some());
    assert_eq!(captured.collect::<Vec<_>>(), [true, false]);
    assert_eq!(claim.keys[0].0, [10; 32]);
    assert_eq!(claim.fx_rate_today.unwrap().rate().to_string(), "0.14");
}

#[test]
fn files_come_in_many_forms() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let plain = format!("{HEADER}\n{}\n{}\n", login("a"), login("b"));
    let quoted: String = plain
        .lines()
        .map(|line| format!("\"{}\"\n", line.split(',').collect::<Vec<_>>().join("\",\"")))
        .collect();
    for text in [
        plain.clone(),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\n\n"),
        format!("\u{feff}{plain}"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.trim_end().to_owned(),
        plain.replacen(',', " , ", 6),
        quoted,
    ] {
        std::fs::write(&path, &text).unwrap();
        assert_eq!(problems(&path), (2, Vec::new()), "{text}");
    }
    std::fs::write(&path, HEADER).unwrap();
    assert_eq!(problems(&path), (0, Vec::new()), "a header is no row");
}

#[test]
fn a_bad_row_is_told_by_row_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let cut = login("d");
    written(
        &path,
        &[
            &login("\"a\nb\""),
            "soon,account_activity,c,2026-03-02T00:00:00Z,x,login,",
            "2026-03-02T00:00:00,account_activity,c,2026-03-02T00:00:00Z,x,login,",
            cut.trim_end_matches(','),
            &login("e").replace(",login", ",\"login"),
            &login("\"f\"f"),
            &login("g").replace("login,", "login,1.0"),
            &login("h").replace(",x,", ",,"),
            &login("i").replace("login,", "lgin,"),
            &login("j").replace("login,", "login,\u{7}\u{1b}[31m"),
            &login("k"),
        ],
    );
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(
        b"\n2026-03-02T00:00:00Z,account_activity,\xd6\xd0,2026-03-02T00:00:00Z,x,login,",
    );
    std::fs::write(&path, bytes).unwrap();
    let (read, bad) = problems(&path);
    let no_time = "which is no time with its offset; give one such as `2026-03-02T08:00:00+08:00`";
    let no_whole = "which is no whole number; give digits alone";
    let expected = [
        "row 1 (line 2), column `fact_id`: contains a control character; remove it".to_owned(),
        format!("row 2 (line 4), column `observed_at`: is `soon`, {no_time}"),
        format!("row 3 (line 5), column `observed_at`: is `2026-03-02T00:00:00`, {no_time}"),
        "row 4 (line 6), column ``: has 6 fields where the header has 7; is a quote or `delimiter` amiss?".to_owned(),
        "row 5 (line 7), column ``: has text behind a closing quote".to_owned(),
        "row 6 (line 8), column ``: has text behind a closing quote".to_owned(),
        format!("row 7 (line 9), column `verified_level`: is `1.0`, {no_whole}"),
        "row 8 (line 10), column `account_id`: is missing; give it".to_owned(),
        "row 9 (line 11), column `activity_kind`: is `lgin`, which is unknown; give one of registered".to_owned(),
        format!("row 10 (line 12), column `verified_level`: is `\u{fffd}\u{fffd}[31m`, {no_whole}"),
        "row 12 (line 14), column `fact_id`: is not UTF-8; save the file as UTF-8".to_owned(),
    ];
    assert_eq!(bad.len(), expected.len(), "{bad:#?}");
    for (bad, expected) in bad.iter().zip(expected) {
        assert!(bad.starts_with(&expected), "`{expected}` in {bad}");
    }
    assert_eq!(read, 1);
    let mut reader = TableReader::<Fact>::open(&path).unwrap();
    reader.read(&mut Vec::new(), &mut Vec::new()).unwrap();
    assert_eq!((reader.numbers(), reader.rows()), ([11].as_slice(), 12));
}

#[test]
fn what_is_in_a_column_of_bytes_is_not_repeated() {
    let header = format!("{HEADER},key_fingerprint");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let text = format!("{header}\n{},XK4F-99QQ-SECRET\n{},0a0b\n", login("a"), login("b"));
    std::fs::write(&path, text.replace("account_activity", "key_activated")).unwrap();
    let (_, bad) = problems(&path);
    let expected = [
        "row 1 (line 2), column `key_fingerprint`: is not hexadecimal; give two digits for each byte, never a key itself",
        "row 2 (line 3), column `key_fingerprint`: is 2 bytes long; give exactly 32",
    ];
    assert_eq!(bad, expected);
}

#[test]
fn a_file_that_cannot_be_used_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let error = TableReader::<Fact>::open(&path).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "facts.csv")
    };
    let misspelt = HEADER.replace("account_id", "acount_id");
    let twice = format!("{HEADER},kind");
    for (bytes, expected) in [
        (b"".as_slice(), "`facts.csv` is empty; it needs a line with the names of the columns"),
        (b"\xef\xbb\xbf", "`facts.csv` is empty; it needs a line with the names of the columns"),
        (b"\n", "`facts.csv`, line 1: is blank; it must have the names of the columns"),
        (b"\"kind", "`facts.csv`, line 1: the names of the columns have no end"),
        (b"\xff\xfek\0", "`facts.csv` is UTF-16; save it as UTF-8"),
        (b"\xca\xb1\xbc\xe4,kind\n", "`facts.csv` has names of columns that are not UTF-8"),
        (
            misspelt.as_bytes(),
            "`facts.csv` has a column `acount_id`, which is unknown; did you mean `account_id`?",
        ),
        (twice.as_bytes(), "`facts.csv` has two columns `kind`; rename one"),
        (b"kind,fact_id\n", "`facts.csv` has no column `observed_at`, `occurred_at`; add them"),
        (
            login("a").as_bytes(),
            "`facts.csv` has a column `2026-03-02T08:00:01+08:00`, which is unknown; remove it",
        ),
    ] {
        let error = refused(bytes);
        assert!(error.starts_with(expected), "`{expected}` in {error}");
    }
    let none = TableReader::<Fact>::open(&folder.path().join("none.csv")).unwrap_err();
    assert!(none.to_string().ends_with("none.csv` cannot be read"), "{none}");
}

#[test]
fn rows_are_read_some_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let rows: Vec<String> = (0..ROW_GROUP_ROWS + 10).map(|row| login(&row.to_string())).collect();
    written(&path, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let bytes = std::fs::metadata(&path).unwrap().len();
    let mut reader = TableReader::<Fact>::open(&path).unwrap();
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    assert!(reader.read(&mut records, &mut bad).unwrap());
    assert_eq!(records.len(), ROW_GROUP_ROWS);
    assert!(reader.bytes() < bytes);
    assert!(reader.read(&mut records, &mut bad).unwrap());
    assert_eq!(reader.bytes(), bytes);
    assert!(!reader.read(&mut records, &mut bad).unwrap());
    let ids = records.iter().map(|read| read.record.id.as_str().parse::<usize>().unwrap());
    assert!(ids.eq(0..ROW_GROUP_ROWS + 10) && bad.is_empty());
    // Rows that are long are fewer at a time.
    let header = format!("{HEADER},client_user_agent");
    let long = format!("{},{}\n", login("a"), "y".repeat(900 << 10));
    std::fs::write(&path, format!("{header}\n{}", long.repeat(40))).unwrap();
    let mut reader = TableReader::<Fact>::open(&path).unwrap();
    let mut bad = Vec::new();
    assert!(reader.read(&mut Vec::new(), &mut bad).unwrap());
    assert!((10..25).contains(&bad.len()), "{}", bad.len());
    assert!(bad[0].message.contains("give at most 512"), "{}", bad[0]);
}

/// A file of CSV with a row, every cell in quotes; `None` when a text or bytes in it are empty, which CSV cannot say.
pub(super) fn as_csv(row: &[Column]) -> Option<String> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let names: Vec<String> = row.iter().map(|column| quoted(column.name())).collect();
    let cells: Option<Vec<String>> =
        row.iter().map(|column| Some(quoted(&cell(&column.get(0).unwrap())?))).collect();
    Some(format!("{}\r\n{}\r\n", names.join(";"), cells?.join(";")))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "polars has more types than these tables")]
fn cell(value: &AnyValue<'_>) -> Option<String> {
    let cell = match value {
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Binary(bytes) => hex::encode_upper(bytes),
        AnyValue::BinaryOwned(bytes) => hex::encode_upper(bytes),
        AnyValue::Boolean(true) => "True".to_owned(),
        AnyValue::Boolean(false) => " false ".to_owned(),
        AnyValue::Int64(number) => format!("{number:+}"),
        AnyValue::Float64(number) => format!("{number:e}"),
        AnyValue::Datetime(ms, ..) | AnyValue::DatetimeOwned(ms, ..) => {
            // Farther away is no time at all, and is refused as a message, too.
            let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
            let time = epoch.checked_add(jiff::SignedDuration::from_millis(*ms)).ok();
            time.map_or_else(|| "never".to_owned(), |time| time.to_string().replace('T', " ") + "Z")
        }
        AnyValue::List(items) => {
            let item = |item: AnyValue<'_>| match item {
                AnyValue::Null => Some(String::new()),
                item => cell(&item),
            };
            let items: Option<Vec<String>> = items.iter().map(item).collect();
            // A list of one null is empty, and as good as none.
            return Some(items?.join(", "));
        }
        other => panic!("no cell is {other:?}"),
    };
    (!cell.trim().is_empty()).then_some(cell)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_makes_it_panic(bytes in vec(proptest::sample::select(b"2026-03,login\"\n\r;T:Z\xff\0".to_vec()), 0..80)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.csv");
        let mut file = format!("{HEADER}\n{}\n", login("a")).into_bytes();
        file.extend_from_slice(&bytes);
        std::fs::write(&path, &file).unwrap();
        prop_assert!(problems(&path).0 >= 1);
    }
}
