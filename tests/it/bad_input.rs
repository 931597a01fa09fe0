//! Files as they should not be: each is told by file, row and column, and leaves nothing that looks whole.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::terminal::{names, told, vouch};

const TABLES: [&str; 4] =
    ["decisions.parquet", "outcomes.parquet", "facts.parquet", "claims.parquet"];

/// A small history in a folder: tables, the same as lines, and geo files.
fn simulated(folder: &Path) {
    let formats = ["--format", "parquet", "--format", "ndjson"];
    let simulate = ["simulate", "--out", "sim", "--orders", "150", "--days", "10"];
    let (code, _, complaint) = vouch(folder, &[simulate.as_slice(), &formats].concat());
    assert_eq!(code, Some(0), "{complaint}");
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join("sim").join(name)).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Facts of a simulation with some columns changed.
fn changed(folder: &Path, name: &str, change: impl Fn(DataFrame) -> DataFrame) {
    let file = fs::File::open(folder.join("sim/facts.parquet")).unwrap();
    let mut frame = change(ParquetReader::new(file).finish().unwrap());
    let file = fs::File::create(folder.join(name)).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
}

/// No table is left in the folder of results.
fn nothing_whole(out: &Path) {
    if out.exists() {
        let left = names(out);
        assert!(TABLES.iter().all(|table| !left.contains(&(*table).to_owned())), "{left:?}");
    }
}

#[test]
fn a_file_that_cannot_be_replayed_is_named_with_its_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path());
    let whole = fs::read(path("sim/facts.parquet")).unwrap();
    fs::write(path("half.parquet"), &whole[..whole.len() / 2]).unwrap();
    fs::write(path("end.parquet"), &whole[..whole.len() - 5]).unwrap();
    fs::write(path("empty.parquet"), b"").unwrap();
    fs::write(path("text.parquet"), b"fact_id,kind\n1,2\n").unwrap();
    fs::write(path("empty.ndjson"), b"").unwrap();
    fs::write(path("blank.jsonl"), b"\xef\xbb\xbf\r\n\n").unwrap();
    let wide: Vec<u8> = "{}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(path("wide.ndjson"), wide).unwrap();
    fs::write(path("facts.txt"), b"fact_id,kind\n").unwrap();
    fs::write(path("empty.csv"), b"").unwrap();
    fs::write(path("header.csv"), b"observed_at,kind,fact_id,occurred_at\r\n").unwrap();
    fs::write(path("missing.csv"), b"\xef\xbb\xbffact_id;kind\n1;2\n").unwrap();
    fs::write(path("unknown.csv"), b"observed_at,kind,fact_id,occured_at\n").unwrap();
    fs::write(path("wide.csv"), b"\xff\xfek\0\n\0").unwrap();
    fs::write(path("open.csv"), b"\"kind,fact_id\n").unwrap();
    changed(folder.path(), "missing.parquet", |frame| frame.drop("fact_id").unwrap());
    changed(folder.path(), "unknown.parquet", |mut frame| {
        frame.rename("sku", "skus".into()).unwrap();
        frame
    });
    changed(folder.path(), "typed.parquet", |mut frame| {
        let text = frame.column("amount_minor").unwrap().cast(&DataType::String).unwrap();
        frame.with_column(text).unwrap();
        frame
    });
    for (file, expected) in [
        ("half.parquet", "`half.parquet` cannot be read as Parquet; is it whole?"),
        ("end.parquet", "`end.parquet` cannot be read as Parquet; is it whole?"),
        ("empty.parquet", "`empty.parquet` cannot be read as Parquet; is it whole?"),
        ("text.parquet", "`text.parquet` cannot be read as Parquet; is it whole?"),
        ("empty.ndjson", "there is no row in `empty.ndjson`"),
        ("blank.jsonl", "there is no row in `blank.jsonl`"),
        ("wide.ndjson", "`wide.ndjson` is UTF-16; save it as UTF-8"),
        (
            "facts.txt",
            "`facts.txt` has no known ending; name it `.parquet`, `.csv`, `.ndjson` or `.jsonl`",
        ),
        ("empty.csv", "`empty.csv` is empty; it needs a line with the names of the columns"),
        ("header.csv", "there is no row in `header.csv`"),
        ("missing.csv", "`missing.csv` has no column `observed_at`, `occurred_at`; add them"),
        (
            "unknown.csv",
            "`unknown.csv` has a column `occured_at`, which is unknown; did you mean `occurred_at`?",
        ),
        ("wide.csv", "`wide.csv` is UTF-16; save it as UTF-8"),
        ("open.csv", "`open.csv`, line 1: the names of the columns have no end"),
        ("missing.parquet", "`missing.parquet` has no column `fact_id`; add it"),
        (
            "unknown.parquet",
            "`unknown.parquet` has a column `skus`, which is unknown; did you mean `sku`?",
        ),
        ("typed.parquet", "column `amount_minor` of `typed.parquet` is str; give whole numbers"),
    ] {
        for command in [&["replay"][..], &["backtest", "--model", "none"]] {
            let arguments = [command, &["--facts", file, "--out", "out", "--overwrite"]].concat();
            let (code, printed, complaint) = vouch(folder.path(), &arguments);
            assert_eq!((code, printed.as_str()), (Some(1), ""), "{arguments:?}");
            assert!(complaint.contains(expected), "`{expected}` in {complaint}");
            nothing_whole(&path("out"));
        }
    }
}

#[test]
fn bad_rows_are_told_and_the_others_are_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path());
    let (facts, claims) =
        (lines(folder.path(), "facts.ndjson"), lines(folder.path(), "claims.ndjson"));
    let id = facts[7].split('"').skip_while(|part| *part != "fact_id").nth(2).unwrap().to_owned();
    let mut mixed: Vec<Vec<u8>> = facts.iter().map(|line| line.clone().into_bytes()).collect();
    // Behind the good ones: bytes of GB18030, a wrong type, a line that is cut, one that holds two, and another fact under
    // a used id.
    mixed.push(b"{\"fact\":\"\xbf\xdb\xbf\xee\"}".to_vec());
    mixed.push(facts[7].replace(&format!("\"{id}\""), "12").into_bytes());
    mixed.push(facts[7].as_bytes()[..40].to_vec());
    mixed.push(format!("{}{}", facts[7], facts[8]).into_bytes());
    mixed.push(
        facts[7].replace("\"occurred_at\":\"2026-03", "\"occurred_at\":\"2025-03").into_bytes(),
    );
    mixed.reverse();
    let rows = mixed.len();
    fs::write(path("facts.ndjson"), mixed.join(&b'\n')).unwrap();
    fs::write(path("claims.ndjson"), claims.join("\r\n")).unwrap();
    let replay = ["replay", "--config", "sim/vouch.toml", "--from", ".", "--out", "out"];
    let (code, printed, complaint) = vouch(folder.path(), &replay);
    assert_eq!((code, complaint.as_str()), (Some(3), ""), "{printed}");
    assert!(printed.contains("rejected  5\n"), "{printed}");
    let rejects = fs::read_to_string(path("out/rejects.ndjson")).unwrap();
    for part in [
        "\"row\":5,\"reason\":\"is no UTF-8 text".to_owned(),
        "\"row\":4,\"column\":\"fact.fact_id\",\"reason\":\"invalid type: integer `12`".to_owned(),
        "\"row\":3,".to_owned(),
        "\"row\":2,\"reason\":\"trailing characters".to_owned(),
        // Of two that were observed at once the first row counts.
        format!(
            "\"row\":{},\"column\":\"fact_id\",\"reason\":\"used before with other content: fact_id {id}\"",
            rows - 7
        ),
    ] {
        assert!(rejects.contains(&part), "`{part}` in {rejects}");
    }
    assert!(
        rejects.lines().all(|line| line.contains("\"file\":\"./facts.ndjson\"")
            || line.contains("\"file\":\"facts.ndjson\"")),
        "{rejects}"
    );
    // Turned around and with what is wrong beside them, they give what they gave in order.
    let sim = ["replay", "--config", "sim/vouch.toml", "--facts", "sim/facts.parquet"];
    let sim = [sim.as_slice(), &["--claims", "sim/claims.parquet", "--out", "whole"]].concat();
    let (code, _, complaint) = vouch(folder.path(), &sim);
    assert_eq!(code, Some(0), "{complaint}");
    let requests = |out: &str| {
        let file = fs::File::open(path(out).join("decisions.parquet")).unwrap();
        let frame = ParquetReader::new(file).finish().unwrap();
        frame.column("request_id").unwrap().clone()
    };
    assert!(requests("out").equals(&requests("whole")));
    assert!(rows > 500);

    let (code, _, complaint) = {
        fs::write(path("none.ndjson"), "{}\nnonsense\n").unwrap();
        vouch(folder.path(), &["replay", "--facts", "none.ndjson", "--out", "none"])
    };
    assert_eq!(code, Some(1));
    let expected = "none of the 2 rows could be taken in; see `none/work/rejects-intake.ndjson`, which begins with {\"file\":\"none.ndjson\",\"row\":1,\"column\":\"observed_at\"";
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn bad_rows_of_csv_are_told_and_the_others_are_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let header = "observed_at,kind,fact_id,occurred_at,account_id,activity_kind,client_user_agent";
    let login = |id: &str, agent: &str| {
        format!(
            "2026-03-02T08:00:01+08:00,account_activity,{id},2026-03-02T08:00:00+08:00,x,login,{agent}\n"
        )
    };
    let mut facts = format!("{header}\n").into_bytes();
    for row in [
        login("a", "\"two\nlines\""),
        login("b", "\"is never closed"),
        login("c", ""),
        login("d", "").replacen("2026-03-02T08:00:01+08:00", "2026-03-02 08:00:01", 1),
        login("e", "").replace("login,", "login"),
        login("a", "another"),
        login("f", "").replace("login", "\"log\"in"),
    ] {
        facts.extend_from_slice(row.as_bytes());
    }
    facts.extend_from_slice(
        b"2026-03-02T08:00:01Z,account_activity,g,2026-03-02T08:00:00Z,x,login,\xbf\xdb\n",
    );
    fs::write(path("facts.csv"), facts).unwrap();
    let replay = ["replay", "--from", ".", "--out", "out"];
    let (code, printed, complaint) = vouch(folder.path(), &replay);
    assert_eq!((code, complaint.as_str()), (Some(3), ""), "{printed}");
    assert!(printed.contains("events    3\n") && printed.contains("rejected  6\n"), "{printed}");
    let rejects = fs::read_to_string(path("out/rejects.ndjson")).unwrap();
    let rejects: Vec<&str> = rejects.lines().collect();
    assert_eq!(rejects.len(), 6, "{rejects:#?}");
    for (line, expected) in rejects.iter().zip([
        r#""row":2,"line":4,"reason":"has text behind a closing quote"#,
        r#""row":4,"line":6,"column":"observed_at","reason":"is `2026-03-02 08:00:01`, which is no time"#,
        r#""row":5,"line":7,"reason":"has 6 fields where the header has 7"#,
        r#""row":7,"line":9,"reason":"has text behind a closing quote"#,
        r#""row":8,"line":10,"column":"client_user_agent","reason":"is not UTF-8"#,
        r#""row":6,"column":"fact_id","reason":"used before with other content: fact_id a""#,
    ]) {
        assert!(line.contains("facts.csv\"") && line.contains(expected), "`{expected}` in {line}");
    }
}

#[test]
fn rows_that_score_cannot_convert_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let columns = "[[table]]\nname = \"logins\"\nfiles = [\"logins.csv\"]\ntime_zone = \"UTC\"\n\
                   [table.account_activity]\noccurred_at = \"at\"\naccount_id = \"who\"\n\
                   kind = { constant = \"login\" }\n";
    fs::write(path("columns.toml"), columns).unwrap();
    let table = b"at,who\n2026-03-01 10:00:00,a\n2026-03-01 11:00:00,\"b\n2026-03-01 12:00:00,\xd6\xd0\nsoon,d\n2026-03-01 13:00:00,e\n";
    fs::write(path("logins.csv"), table).unwrap();
    let score = ["score", "--columns", "columns.toml", "--out", "out"];
    let (code, printed, complaint) = vouch(folder.path(), &score);
    assert_eq!((code, complaint.as_str()), (Some(3), ""), "{printed}");
    assert!(printed.contains("what was rejected is in out/converted/rejects.csv"), "{printed}");
    let rejects = fs::read_to_string(path("out/converted/rejects.csv")).unwrap();
    let rejects: Vec<&str> = rejects.lines().skip(1).collect();
    assert_eq!(rejects.len(), 3, "{rejects:#?}");
    for (line, begin) in rejects.iter().zip([
        "logins.csv,2,3,logins,,,,",
        "logins.csv,3,4,logins,,who,,",
        "logins.csv,4,5,logins,account_activity,at,soon,",
    ]) {
        assert!(line.starts_with(begin), "{line}");
    }
    // A table that is bad in every row is a wrong mapping, however small it is.
    fs::write(path("logins.csv"), "at,who\nsoon,a\nlater,b\n").unwrap();
    let bad = ["score", "--columns", "columns.toml", "--out", "bad"];
    let (code, printed, complaint) = vouch(folder.path(), &bad);
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    for expected in [
        "error: stopped: none of the 2 rows of table `logins` is good; see `bad/converted/rejects.csv`",
        "2  logins.account_activity.at ",
    ] {
        assert!(complaint.contains(expected), "`{expected}` in {complaint}");
    }
    nothing_whole(&path("bad/converted"));
    let (code, _, complaint) = vouch(folder.path(), &[&bad[..], &["--max-rejects", "5"]].concat());
    assert_eq!(code, Some(1));
    assert!(complaint.contains("there is no row in"), "{complaint}");

    for (bytes, expected) in [
        (b"".as_slice(), "`logins.csv` is empty"),
        (b"\xff\xfea\0t\0", "`logins.csv` is UTF-16"),
        (b"at,whom\n", "has no column `who`; did you mean `whom`?"),
    ] {
        fs::write(path("logins.csv"), bytes).unwrap();
        let other = ["score", "--columns", "columns.toml", "--out", "other"];
        let (code, printed, complaint) = vouch(folder.path(), &other);
        assert_eq!((code, printed.as_str()), (Some(1), ""));
        assert!(complaint.contains(expected), "{complaint}");
        assert!(!path("other").exists(), "nothing is begun");
    }
}

#[test]
fn a_file_without_rows_is_told_and_the_others_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path());
    changed(folder.path(), "none.parquet", |frame| frame.head(Some(0)));
    fs::write(path("none.ndjson"), b"\n").unwrap();
    let files = ["--facts", "none.parquet", "--facts", "sim/facts.parquet"];
    let files = [files.as_slice(), &["--claims", "none.ndjson"]].concat();
    for (command, out) in
        [(&["replay"][..], "replayed"), (&["backtest", "--model", "none"][..], "both")]
    {
        let arguments = [command, &files, &["--config", "sim/vouch.toml", "--out", out]].concat();
        let (code, printed, complaint) = vouch(folder.path(), &arguments);
        assert_eq!((code, complaint.as_str()), (Some(0), ""), "{printed}");
        for file in ["none.parquet", "none.ndjson"] {
            let warning = format!("warning: `{file}` holds no rows: the file is empty\n");
            assert_eq!(printed.matches(&warning).count(), 1, "{printed}");
        }
        assert!(!printed.contains("facts.parquet` holds no rows"), "{printed}");
    }

    let columns = "[[table]]\nname = \"logins\"\nfiles = [\"logins.csv\", \"logins.ndjson\"]\n\
                   time_zone = \"UTC\"\n[table.account_activity]\noccurred_at = \"at\"\n\
                   account_id = \"who\"\nkind = { constant = \"login\" }\n";
    fs::write(path("columns.toml"), columns).unwrap();
    fs::write(path("logins.csv"), "at,who\n2026-03-01 10:00:00,a\n").unwrap();
    fs::write(path("logins.ndjson"), b"").unwrap();
    let score = ["score", "--columns", "columns.toml", "--out", "scored"];
    let (code, printed, complaint) = vouch(folder.path(), &score);
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{printed}");
    assert_eq!(printed.matches("holds no rows").count(), 1, "{printed}");
    let warning = "warning: `logins.ndjson` holds no rows: the file is empty\n";
    assert!(printed.contains(warning), "{printed}");
    assert!(!printed.contains("misspelt"), "{printed}");
}

/// A limit on the size of files stands for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_leaves_nothing_that_looks_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    simulated(folder.path());
    let columns = "[[table]]\nname = \"logins\"\nfiles = [\"logins.csv\"]\ntime_zone = \"UTC\"\n\
                   [table.account_activity]\noccurred_at = \"at\"\naccount_id = \"who\"\n\
                   kind = { constant = \"login\" }\n";
    fs::write(path("columns.toml"), columns).unwrap();
    let row = |n: usize| format!("2026-03-01 10:{:02}:{:02},{:x}\n", n / 60, n % 60, n * 7_919);
    let table: String = std::iter::once("at,who\n".to_owned()).chain((0..3_000).map(row)).collect();
    fs::write(path("logins.csv"), table).unwrap();
    let from = "--config sim/vouch.toml --facts sim/facts.parquet --claims sim/claims.parquet";
    for (blocks, command) in [
        (8, "simulate --orders 300".to_owned()),
        (8, "convert --columns columns.toml".to_owned()),
        (8, "score --columns columns.toml".to_owned()),
        (8, format!("replay {from}")),
        (300, format!("replay --save-every-s 0 {from}")),
        (8, format!("backtest --model none {from}")),
    ] {
        let limited = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' {command} --out out --overwrite",
            env!("CARGO_BIN_EXE_vouch"),
        );
        let mut shell = std::process::Command::new("sh");
        let output = shell.args(["-c", &limited]).current_dir(folder.path()).output().unwrap();
        let (code, _, complaint) = told(&output);
        assert_eq!(code, Some(1), "{command}: {complaint}");
        assert!(complaint.contains("cannot be written"), "{command}: {complaint}");
        for out in ["out", "out/a", "out/converted"] {
            nothing_whole(&path(out));
        }
        fs::remove_dir_all(path("out")).unwrap();
    }
}
