//! Histories: replayed, interrupted, exported, compared.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use vouch::domain::{Fact, RefundClaim, TenantId};
use vouch::history::{self, DECISIONS_FILE, OUTCOMES_FILE, REJECTS_FILE};
use vouch::simulate::{Knobs, simulate};
use vouch::tables::{Format, Observed, Record, TableReader, TableWriter};

use crate::support::shared_setup;
use crate::terminal::vouch;

/// A small platform, in `facts.parquet` and `claims.parquet`.
fn simulated(folder: &Path, orders: u64, days: u64) {
    let mut knobs = Knobs::default();
    knobs.size.orders = orders;
    knobs.size.days = days;
    simulate(&knobs, folder, &[Format::Parquet], |_| ()).unwrap();
}

fn facts(folder: &Path) -> Vec<Observed<Fact>> {
    TableReader::read_all(&folder.join("facts.parquet")).unwrap()
}

fn claims(folder: &Path) -> Vec<Observed<RefundClaim>> {
    TableReader::read_all(&folder.join("claims.parquet")).unwrap()
}

fn written(path: PathBuf, facts: &[Observed<Fact>]) -> PathBuf {
    let mut writer = TableWriter::create(&path).unwrap();
    for fact in facts {
        writer.write(fact.observed_at, &fact.record).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn frame(folder: &Path, table: &str) -> DataFrame {
    let file = fs::File::open(folder.join(table)).unwrap();
    ParquetReader::new(file).finish().unwrap()
}

/// A table of a folder as CSV, which a pattern names as two files.
fn as_csv<T: Record>(folder: &Path, name: &str) {
    let rows: Vec<Observed<T>> = TableReader::read_all(&folder.join(name)).unwrap();
    let stem = name.strip_suffix(".parquet").unwrap();
    for (part, rows) in rows.chunks(rows.len().div_ceil(2)).enumerate() {
        let path = folder.join(format!("{stem}-{part}.csv"));
        let mut writer = TableWriter::create(&path).unwrap();
        for row in rows {
            writer.write(row.observed_at, &row.record).unwrap();
        }
        writer.finish().unwrap();
    }
}

/// Replays files; `at_batch` is called in front of each batch, and says whether to save there.
fn replayed(
    facts: &[PathBuf],
    claims: &[PathBuf],
    out: &Path,
    at_batch: impl FnMut() -> bool,
) -> history::Replayed {
    let work = out.join("work");
    fs::create_dir_all(&work).unwrap();
    let intake = history::intake(facts, claims, &work, |_| ()).unwrap();
    let tenant = TenantId::parse("default").unwrap();
    let replayed =
        history::replay(shared_setup(), &tenant, &intake, &work, out, at_batch, |_| ()).unwrap();
    history::remove_work(&work).unwrap();
    replayed
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn files_in_any_order_give_the_same_and_an_interruption_does_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), 2_400, 25);
    let all = facts(folder.path());
    let claimed = vec![path("claims.parquet")];
    let whole = replayed(&[path("facts.parquet")], &claimed, &path("whole"), || false);
    assert_eq!(whole.rejected, 0);
    assert!(whole.repeated > 0, "the simulator repeats facts");
    let decisions = frame(&path("whole"), DECISIONS_FILE);
    assert_eq!(decisions.height(), claims(folder.path()).len(), "each claim is asked once");
    let outcomes = frame(&path("whole"), OUTCOMES_FILE);
    assert!(outcomes.height() > 0);
    assert_eq!(
        outcomes.column("fact_id").unwrap().n_unique().unwrap(),
        outcomes.height(),
        "a repeated fact is no second outcome"
    );
    assert!(!path("whole").join("work").exists() && !path("whole").join(REJECTS_FILE).exists());

    // The later half in front, in two files; cut where the time moves on.
    let cut = (all.len() / 2..).find(|at| all[*at].observed_at != all[at - 1].observed_at).unwrap();
    let (early, late) = all.split_at(cut);
    let parts = [written(path("late.parquet"), late), written(path("early.ndjson"), early)];
    replayed(&parts, &claimed, &path("parts"), || false);
    assert!(decisions.equals_missing(&frame(&path("parts"), DECISIONS_FILE)));
    assert!(outcomes.equals_missing(&frame(&path("parts"), OUTCOMES_FILE)));

    // Saved after the second batch; killed in front of the third.
    let mut batches = 0;
    replayed(&[path("facts.parquet")], &claimed, &path("saved"), || {
        batches += 1;
        if batches == 3 {
            copied(&path("saved/work"), &path("killed/work"));
        }
        batches == 2
    });
    assert!(batches >= 3, "the history is long enough to be interrupted");
    let resumed = replayed(&[path("facts.parquet")], &claimed, &path("killed"), || false);
    assert!(resumed.resumed_from > 0);
    assert_eq!((resumed.events, resumed.repeated), (whole.events, whole.repeated));
    for out in ["saved", "killed"] {
        assert!(decisions.equals_missing(&frame(&path(out), DECISIONS_FILE)), "{out}");
        assert!(outcomes.equals_missing(&frame(&path(out), OUTCOMES_FILE)), "{out}");
    }
}

#[test]
fn csv_gives_the_same_bytes_as_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/sample");
    copied(&sample, folder.path());
    as_csv::<Fact>(folder.path(), "facts.parquet");
    as_csv::<RefundClaim>(folder.path(), "claims.parquet");
    let replay = |from: &[&str], out: &str| {
        let common = ["replay", "--config", "vouch.toml", "--out", out];
        let (code, printed, complaint) = vouch(folder.path(), &[&common, from].concat());
        assert_eq!((code, complaint.as_str()), (Some(0), ""), "{printed}");
    };
    replay(&["--from", "."], "of-parquet");
    replay(&["--facts", "facts-*.csv", "--claims", "claims-*.csv"], "of-csv");
    fs::create_dir(path("whole")).unwrap();
    let joined = |stem: &str| {
        let second = fs::read_to_string(path(&format!("{stem}-1.csv"))).unwrap();
        let first = fs::read_to_string(path(&format!("{stem}-0.csv"))).unwrap();
        let (_, rows) = second.split_once('\n').unwrap();
        fs::write(path(&format!("whole/{stem}.csv")), first + rows).unwrap();
    };
    joined("facts");
    joined("claims");
    replay(&["--from", "whole"], "of-whole");
    for table in [DECISIONS_FILE, OUTCOMES_FILE] {
        let of_parquet = fs::read(path("of-parquet").join(table)).unwrap();
        for out in ["of-csv", "of-whole"] {
            assert!(fs::read(path(out).join(table)).unwrap() == of_parquet, "{table} {out}");
        }
    }
    assert_eq!(
        frame(&path("of-csv"), DECISIONS_FILE).height(),
        claims(folder.path()).len(),
        "each claim is asked once"
    );
}

#[test]
fn what_is_refused_is_told_and_the_rest_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), 200, 10);
    let mut all = facts(folder.path());
    let mut other = all[3].clone();
    other.record.occurred_at = other.record.occurred_at.plus_ms(-1);
    all.insert(9, other);
    written(path("facts.ndjson"), &all);
    let mut text = fs::read_to_string(path("facts.ndjson")).unwrap();
    text.push_str("{\"fact\":{\"fact_id\":\"x\"}}\nno json\n");
    fs::write(path("facts.ndjson"), text).unwrap();
    fs::remove_file(path("facts.parquet")).unwrap();

    let (code, printed, complaint) =
        vouch(folder.path(), &["replay", "--from", ".", "--out", "out"]);
    assert_eq!(code, Some(3), "{printed} {complaint}");
    for part in ["rejected  3", "what was rejected is in out/rejects.ndjson"] {
        assert!(printed.contains(part), "`{part}` in {printed}");
    }
    let rejects = fs::read_to_string(path("out/rejects.ndjson")).unwrap();
    let rows = all.len();
    // Of two that were observed at once, the one that stands behind is refused.
    for part in [
        format!("\"row\":{},\"column\":\"observed_at\",\"reason\":\"is missing", rows + 1),
        "\"row\":10,\"column\":\"fact_id\",\"reason\":\"used before".to_owned(),
        format!("\"row\":{}", rows + 2),
        format!("used before with other content: fact_id {}", all[3].record.id),
    ] {
        assert!(rejects.contains(&part), "`{part}` in {rejects}");
    }
    assert_eq!(frame(&path("out"), DECISIONS_FILE).height(), claims(folder.path()).len());

    let (code, _, complaint) = vouch(folder.path(), &["replay", "--from", ".", "--out", "out"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("is not empty; name another one"), "{complaint}");
    fs::write(path("cut.parquet"), &fs::read(path("claims.parquet")).unwrap()[..900]).unwrap();
    for (arguments, expected) in [
        (["--facts", "cut.parquet"], "`cut.parquet` cannot be read as Parquet; is it whole?"),
        (["--facts", "none-*.parquet"], "no file is named `none-*.parquet`"),
        (["--from", "nowhere"], "`nowhere` holds no `facts.parquet`"),
    ] {
        let arguments = [&["replay", "--out", "other"], arguments.as_slice()].concat();
        let (code, _, complaint) = vouch(folder.path(), &arguments);
        assert_eq!(code, Some(1));
        assert!(complaint.contains(expected), "{complaint}");
        assert!(!path("other").join(DECISIONS_FILE).exists());
    }
}

#[test]
fn an_export_of_a_time_range_goes_on_where_it_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    simulated(folder.path(), 300, 8);
    let ledger = crate::support::SharedLedger::default();
    let all = facts(folder.path());
    let mut core = ledger.open(shared_setup(), all[0].observed_at);
    let tenant = TenantId::parse("default").unwrap();
    for fact in &all {
        let request = vouch::engine::Request::Record {
            tenant: tenant.clone(),
            facts: vec![fact.record.clone()],
        };
        core.process(vec![request], fact.observed_at).unwrap();
    }
    let (from, until) = (all[all.len() / 4].observed_at, all[all.len() / 2].observed_at);
    let plan = history::ExportPlan { from: Some(from), until: Some(until), part_records: 100 };
    let (out, killed) = (folder.path().join("out"), folder.path().join("killed"));
    let work = out.join("work");
    fs::create_dir_all(&work).unwrap();
    let setup = shared_setup();
    let export = |out: &Path, at_part: &dyn Fn(u64)| {
        let work = out.join("work");
        history::export(&ledger, &*setup.codec, &tenant, plan, &work, out, |done, _| at_part(done))
    };
    // Killed behind the second part.
    let copy_work = |done| {
        if done == 200 {
            copied(&work, &killed.join("work"));
        }
    };
    let exported = export(&out, &copy_work).unwrap();
    let resumed = export(&killed, &|done| assert!(done > 200, "the first parts are done")).unwrap();
    assert_eq!(exported, resumed);
    for table in ["facts.parquet", DECISIONS_FILE, OUTCOMES_FILE] {
        assert!(frame(&out, table).equals_missing(&frame(&killed, table)), "{table}");
    }
    let rows: Vec<Observed<Fact>> = TableReader::read_all(&out.join("facts.parquet")).unwrap();
    assert_eq!(u64::try_from(rows.len()).unwrap(), exported.facts);
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.observed_at >= from && row.observed_at < until));
    let mut expected: Vec<&str> = Vec::new();
    for fact in &all {
        let id = fact.record.id.as_str();
        let is_inside = fact.observed_at >= from && fact.observed_at < until;
        let is_first =
            all.iter().find(|other| other.record.id == fact.record.id).unwrap().observed_at
                == fact.observed_at;
        if is_inside && is_first && !expected.contains(&id) {
            expected.push(id);
        }
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.record.id.as_str()).collect();
    assert_eq!(ids, expected);
    assert!(rows.is_sorted_by_key(|row| row.position.unwrap()));
}

#[test]
fn two_ways_of_judging_are_held_against_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), 400, 20);
    let backtest = |more: &[&str]| {
        let common = ["backtest", "--config", "vouch.toml", "--from", ".", "--out", "compared"];
        vouch(folder.path(), &[common.as_slice(), more].concat())
    };
    let (code, _, complaint) = backtest(&["--model", "none", "--model", "a", "--model", "b"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("3 models are given; give two at most"), "{complaint}");
    let (code, printed, complaint) = backtest(&["--model", "none", "--model", "shipped"]);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    let figures = fs::read_to_string(path("compared/backtest.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    let asked = u64::try_from(claims(folder.path()).len()).unwrap();
    assert_eq!((&figures["all"]["claims"], &figures["unmatched"]), (&asked.into(), &0.into()));
    let flips = fs::read_to_string(path("compared/flips.csv")).unwrap();
    let flipped = figures["flips"].as_array().unwrap().len();
    assert_eq!(flips.lines().count(), flipped + 1, "a head, and a line for each");
    let by_model = |side: &str| {
        let decisions = frame(&path("compared").join(side), DECISIONS_FILE);
        let layers = decisions.column("decided_by").unwrap().str().unwrap().clone();
        layers.iter().flatten().filter(|layer| *layer == "model").count()
    };
    assert_eq!(by_model("a"), 0);
    assert!(by_model("b") > 0, "the model decides what rules leave open");
    let page = fs::read_to_string(path("compared/backtest.html")).unwrap();
    assert!(page.contains("with no model") && page.contains("with model default"), "{page}");
}
