mod agreement;
mod csv;

use std::io::Write;
use std::path::Path;

use polars::prelude::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::domain::{Client, Fact, FactBody, RefundClaim, Timestamp};
use crate::wire::strategies;

fn observed() -> impl Strategy<Value = Timestamp> {
    (Timestamp::EARLIEST.ms()..4_102_444_800_000).prop_map(Timestamp::from_ms)
}

/// Where the record of a row stands in a ledger, for every second one.
fn position(row: usize) -> Option<u64> {
    (row % 2 == 1).then(|| u64::try_from(row).unwrap())
}

fn round_trip<T: Record + Clone + PartialEq + std::fmt::Debug>(
    records: &[(Timestamp, T)],
    format: Format,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("records.{format}"));
    let mut writer = TableWriter::<T>::create(&path).unwrap();
    for (row, (observed_at, record)) in records.iter().enumerate() {
        match position(row) {
            Some(position) => writer.export(*observed_at, position, record).unwrap(),
            None => writer.write(*observed_at, record).unwrap(),
        }
    }
    assert!(!path.exists(), "a file that is not whole has no name yet");
    writer.finish().unwrap();
    let read = TableReader::<T>::read_all(&path).unwrap();
    let expected: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(row, (observed_at, record))| Observed {
            observed_at: *observed_at,
            position: position(row),
            record: record.clone(),
        })
        .collect();
    assert_eq!(read, expected);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A text of no letters is null in CSV.
fn sayable(mut client: Client) -> Client {
    client.user_agent = client.user_agent.filter(|agent| !agent.is_empty());
    client
}

fn sayable_fact(mut fact: Fact) -> Fact {
    match &mut fact.body {
        FactBody::OrderPlaced(body) => body.client = sayable(body.client.clone()),
        FactBody::KeyViewed(body) => body.client = sayable(body.client.clone()),
        FactBody::KeyActivated(body) => body.client = sayable(body.client.clone()),
        FactBody::AccountActivity(body) => body.client = sayable(body.client.clone()),
        FactBody::PaymentCaptured(_)
        | FactBody::PaymentReversed(_)
        | FactBody::KeyDelivered(_)
        | FactBody::RefundSettled(_)
        | FactBody::ChargebackOpened(_)
        | FactBody::ChargebackClosed(_)
        | FactBody::KeysLeaked(_)
        | FactBody::IncidentDeclared(_)
        | FactBody::OutcomeReported(_) => {}
    }
    fact
}

fn sayable_claim(mut claim: RefundClaim) -> RefundClaim {
    claim.client = sayable(claim.client);
    claim.reason_text = claim.reason_text.filter(|text| !text.is_empty());
    claim
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn facts_come_back_as_they_were(records in vec((observed(), strategies::fact()), 0..60)) {
        round_trip(&records, Format::Parquet);
        round_trip(&records, Format::Ndjson);
        let sayable = records.into_iter().map(|(at, fact)| (at, sayable_fact(fact)));
        round_trip(&sayable.collect::<Vec<_>>(), Format::Csv);
    }

    #[test]
    fn claims_come_back_as_they_were(records in vec((observed(), strategies::claim()), 0..12)) {
        round_trip(&records, Format::Parquet);
        round_trip(&records, Format::Ndjson);
        let sayable = records.into_iter().map(|(at, claim)| (at, sayable_claim(claim)));
        round_trip(&sayable.collect::<Vec<_>>(), Format::Csv);
    }
}

fn time(name: &str, ms: &[i64]) -> Column {
    let times = Int64Chunked::from_slice(name.into(), ms);
    times.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column()
}

fn text(name: &str, texts: &[Option<&str>]) -> Column {
    StringChunked::from_slice_options(name.into(), texts).into_column()
}

fn write(path: &Path, columns: Vec<Column>) {
    let height = columns[0].len();
    let mut frame = DataFrame::new(height, columns).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

/// Three logins as somebody else's tool might write them: few columns, in their own order, times in microseconds.
fn logins(path: &Path, kinds: [Option<&str>; 3], more: Vec<Column>) {
    let at = [1_770_000_000_000, 1_770_000_001_000, 1_770_000_002_000];
    let fine: Vec<i64> = at.iter().map(|ms| ms * 1_000).collect();
    let fine = Int64Chunked::from_slice("occurred_at".into(), &fine)
        .into_datetime(TimeUnit::Microseconds, None)
        .into_column();
    let mut columns = vec![
        text("fact_id", &[Some("a"), Some("b"), Some("c")]),
        text("kind", &[Some("account_activity"); 3]),
        fine,
        time("observed_at", &at),
        text("account_id", &[Some("x"); 3]),
        text("activity_kind", &kinds),
    ];
    columns.extend(more);
    write(path, columns);
}

fn problems(path: &Path) -> (usize, Vec<String>) {
    let mut reader = TableReader::<Fact>::open(path).unwrap();
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    while reader.read(&mut records, &mut bad).unwrap() {}
    (records.len(), bad.iter().map(ToString::to_string).collect())
}

#[test]
fn a_bad_row_is_told_and_the_next_one_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.parquet");
    let levels = || {
        vec![
            Int32Chunked::from_slice_options("verified_level".into(), &[None, Some(1), Some(2)])
                .into_column(),
        ]
    };
    logins(&path, [Some("login"), Some("lgin"), Some("login")], levels());
    let (read, bad) = problems(&path);
    assert_eq!(read, 1);
    let expected = [
        "row 2, column `activity_kind`: is `lgin`, which is unknown; give one of registered, login, password_changed, payout_changed, verified",
        "row 3, column `verified_level`: is for `verified` only; leave it out otherwise",
    ];
    assert_eq!(bad, expected);
    let error = TableReader::<Fact>::read_all(&path).unwrap_err().to_string();
    assert!(error.contains("facts.parquet`, row 3, column `verified_level`"), "{error}");

    logins(&path, [Some("login"), None, Some("verified")], levels());
    let (read, bad) = problems(&path);
    assert_eq!((read, bad.len()), (2, 1));
    assert_eq!(bad[0], "row 2, column `activity_kind`: is missing; give it");
}

#[test]
fn columns_that_cannot_be_used_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.parquet");
    let refused = || TableReader::<Fact>::open(&path).unwrap_err().to_string();
    let fine = [Some("login"); 3];
    logins(&path, fine, vec![text("acount_id", &[None; 3])]);
    assert!(refused().contains("column `acount_id`, which is unknown; did you mean `account_id`?"));
    logins(&path, fine, vec![text("amount_minor", &[Some("1"); 3])]);
    assert!(refused().contains("column `amount_minor` of"), "{}", refused());
    assert!(refused().ends_with("is str; give whole numbers"), "{}", refused());
    write(&path, vec![text("fact_id", &[Some("a")])]);
    let expected = "has no column `observed_at`, `kind`, `occurred_at`; add them";
    assert!(refused().ends_with(expected), "{}", refused());
}

#[test]
fn what_is_no_table_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.parquet");
    logins(&path, [Some("login"); 3], Vec::new());
    let whole = std::fs::read(&path).unwrap();
    for bytes in [&whole[..whole.len() - 9], &whole[..40], b"", b"PAR1", b"fact_id,kind\n"] {
        std::fs::write(&path, bytes).unwrap();
        let error = TableReader::<Fact>::open(&path).unwrap_err().to_string();
        assert!(error.contains("cannot be read as Parquet; is it whole?"), "{error}");
    }
    let error = TableReader::<Fact>::open(Path::new("facts.txt")).unwrap_err().to_string();
    assert!(error.contains("no known ending"), "{error}");
    let missing = folder.path().join("none.parquet");
    let error = TableReader::<Fact>::open(&missing).unwrap_err();
    assert!(matches!(error, TableError::Io { doing: "read", .. }), "{error}");
}

#[test]
fn lines_name_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.jsonl");
    let login = |account: &str| {
        format!(
            "{{\"observed_at\":\"2026-01-01T00:00:01Z\",\"fact\":{{\"fact_id\":\"a\",\"occurred_at\":\"2026-01-01T00:00:00Z\",\"account_activity\":{{\"account_id\":\"{account}\",\"kind\":\"ACTIVITY_KIND_LOGIN\"}}}}}}"
        )
    };
    let text = format!(
        "{}\n\n{}\nnonsense\n{{\"fact\":{{}}}}\n\u{fffd}\n{}",
        login("x"),
        login(""),
        login("y")
    );
    std::fs::write(&path, text).unwrap();
    let (read, bad) = problems(&path);
    assert_eq!(read, 2, "the last line needs no end");
    assert_eq!(bad.len(), 4, "{bad:#?}");
    let expected = [
        "row 3, column `fact.account_activity.account_id`: is empty; give 1 to 128 bytes",
        "row 4, column ``: expected ident",
        "row 5, column `observed_at`: is missing; give it",
        "row 6, column ``: expected value",
    ];
    for (bad, expected) in bad.iter().zip(expected) {
        assert!(bad.starts_with(expected), "{bad}");
    }
}

#[test]
fn lines_of_windows_are_read_and_others_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.ndjson");
    let leak = "{\"observed_at\":\"2026-01-01T00:00:01Z\",\"fact\":{\"fact_id\":\"a\",\"occurred_at\":\"2026-01-01T00:00:00Z\",\"account_activity\":{\"account_id\":\"x\",\"kind\":\"ACTIVITY_KIND_LOGIN\"}}}";
    std::fs::write(&path, format!("\u{feff}{leak}\r\n{leak}\r\n")).unwrap();
    assert_eq!(problems(&path), (2, Vec::new()), "the mark is no part of the first row");
    let wide: Vec<u8> = leak.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &wide].concat();
    for bytes in [wide, marked] {
        std::fs::write(&path, bytes).unwrap();
        let error = TableReader::<Fact>::open(&path).unwrap_err().to_string();
        assert!(error.contains("facts.ndjson` is UTF-16; save it as UTF-8"), "{error}");
    }
    std::fs::write(&path, "\u{feff}").unwrap();
    assert_eq!(problems(&path), (0, Vec::new()));
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Parquet, Format::Ndjson, Format::Csv] {
        let path = folder.path().join(format!("claims.{format}"));
        TableWriter::<RefundClaim>::create(&path).unwrap().finish().unwrap();
        let before = std::fs::read(&path).unwrap();
        drop(TableWriter::<RefundClaim>::create(&path).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    let nowhere = folder.path().join("none").join("facts.parquet");
    assert!(TableWriter::<Fact>::create(&nowhere).is_err());
}

#[test]
fn row_groups_are_bounded_and_read_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.parquet");
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let fact = strategies::fact().new_tree(&mut runner).unwrap().current();
    let mut writer = TableWriter::<Fact>::create(&path).unwrap();
    let rows = ROW_GROUP_ROWS + 10;
    for row in 0..rows {
        let at = Timestamp::from_ms(1_770_000_000_000 + i64::try_from(row).unwrap());
        writer.write(at, &fact).unwrap();
    }
    writer.finish().unwrap();
    let mut reader = TableReader::<Fact>::open(&path).unwrap();
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    assert!(reader.read(&mut records, &mut bad).unwrap());
    assert_eq!(records.len(), ROW_GROUP_ROWS);
    assert!(reader.read(&mut records, &mut bad).unwrap());
    assert!(!reader.read(&mut records, &mut bad).unwrap());
    assert_eq!((records.len(), bad.len()), (rows, 0));
    assert!(records.iter().all(|read| read.record == fact));
    assert!(records.is_sorted_by_key(|read| read.observed_at));
}

#[test]
fn row_groups_that_were_read_are_not_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.parquet");
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let fact = strategies::fact().new_tree(&mut runner).unwrap().current();
    let mut writer = TableWriter::<Fact>::create(&path).unwrap();
    for row in 0..2 * ROW_GROUP_ROWS {
        let at = Timestamp::from_ms(1_770_000_000_000 + i64::try_from(row).unwrap());
        writer.write(at, &fact).unwrap();
    }
    writer.finish().unwrap();
    let mut groups = RowGroups::open(&path).unwrap();
    assert_eq!((groups.rows(), groups.bytes()), (2 * ROW_GROUP_ROWS, 0));
    assert_eq!(groups.next().unwrap().unwrap().height(), ROW_GROUP_ROWS);
    // The first half of the file is within the first row group: both hold the same fact.
    let whole = std::fs::metadata(&path).unwrap().len();
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let damage = vec![0xff; usize::try_from(whole / 3).unwrap()];
    file.write_all(&damage).unwrap();
    assert_eq!(groups.next().unwrap().unwrap().height(), ROW_GROUP_ROWS);
    assert_eq!(groups.bytes(), whole);
    assert!(groups.next().unwrap().is_none());
    assert!(RowGroups::open(&path).unwrap().next().is_err(), "that was damage");
}

#[test]
fn tables_are_put_together_alike_wherever_they_were_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut fact = || strategies::fact().new_tree(&mut runner).unwrap().current();
    let facts: Vec<Fact> = (0..50).map(|_| fact()).collect();
    let rows = ROW_GROUP_ROWS + 500;
    let joined = |name: &str, cuts: &[usize]| {
        let ends = cuts.iter().copied().chain([rows]);
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let mut parts = Vec::new();
        for (n, (start, end)) in starts.zip(ends).enumerate() {
            let path = folder.path().join(format!("{name}-{n}.parquet"));
            let mut writer = TableWriter::<Fact>::create(&path).unwrap();
            for row in start..end {
                let at = Timestamp::from_ms(1_770_000_000_000 + i64::try_from(row).unwrap());
                writer.write(at, &facts[row % facts.len()]).unwrap();
            }
            writer.finish().unwrap();
            parts.push(path);
        }
        let path = folder.path().join(format!("{name}.parquet"));
        concatenate(&parts, &path).unwrap().unwrap().finish().unwrap();
        let bytes = std::fs::read(path).unwrap();
        (bytes, std::fs::read(&parts[0]).unwrap())
    };
    let (whole, as_written) = joined("whole", &[]);
    assert!(whole == as_written, "one file is written as it is");
    let (cut, _) = joined("cut", &[3, 40_000, 40_001, ROW_GROUP_ROWS + 2]);
    assert!(cut == whole, "{} and {} bytes", cut.len(), whole.len());
    assert!(concatenate(&[], &folder.path().join("none.parquet")).unwrap().is_none());
}
