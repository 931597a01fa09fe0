//! Work that is killed, disturbed or begun anew: nothing is counted twice, and nothing old is taken for new.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use polars::prelude::*;
use vouch::domain::{Fact, TenantId};
use vouch::engine::Request;
use vouch::history::{self, DECISIONS_FILE, HistoryError, OUTCOMES_FILE};
use vouch::tables::{Observed, TableReader};

use crate::support::{SharedLedger, shared_setup};
use crate::terminal::{command, names, vouch};

/// A history in a folder, as its facts, claims, geo files and settings.
fn simulated(folder: &Path, orders: &str) {
    let simulate = ["simulate", "--out", ".", "--orders", orders, "--days", "30", "--overwrite"];
    let (code, _, complaint) = vouch(folder, &simulate);
    assert_eq!(code, Some(0), "{complaint}");
}

fn table(folder: &Path, name: &str) -> DataFrame {
    ParquetReader::new(fs::File::open(folder.join(name)).unwrap()).finish().unwrap()
}

/// Runs a command that is killed again and again, each time later, until it comes to its end, which is when its work is
/// gone from the folder of its results: the last argument. How often it was killed.
fn killed_until_done(folder: &Path, arguments: &[&str]) -> u32 {
    let out = folder.join(arguments.last().unwrap());
    let mut patience = Duration::from_millis(30);
    for times in 0_u32..30 {
        let mut child = command(folder, arguments);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        patience = patience.mul_f64(1.4);
        let step = Duration::from_millis(5);
        let mut waited = Duration::ZERO;
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if waited >= patience {
                break None;
            }
            std::thread::sleep(step);
            waited += step;
        };
        match ended {
            Some(status) => {
                let complaint = child.wait_with_output().unwrap().stderr;
                assert!(status.success(), "{}", String::from_utf8_lossy(&complaint));
                return times;
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                if out.exists() && !names(&out).is_empty() && !out.join("work").exists() {
                    drop(fs::remove_dir_all(out.join("work.removed")));
                    return times + 1;
                }
            }
        }
    }
    panic!("it does not come to an end: what was done is not kept");
}

fn same(one: &Path, other: &Path) {
    for name in [DECISIONS_FILE, OUTCOMES_FILE] {
        assert!(table(one, name).equals_missing(&table(other, name)), "{name}");
    }
    assert_eq!(names(one), names(other), "nothing of the work is left");
}

#[test]
fn a_replay_that_is_killed_again_and_again_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), "4000");
    let replay = |out| {
        ["replay", "--config", "vouch.toml", "--from", ".", "--save-every-s", "0", "--out", out]
    };
    let (code, _, complaint) = vouch(folder.path(), &replay("whole"));
    assert_eq!(code, Some(0), "{complaint}");
    let times = killed_until_done(folder.path(), &replay("killed"));
    assert!(times > 2, "killed {times} times");
    same(&path("whole"), &path("killed"));
}

#[test]
fn a_backtest_that_is_killed_again_and_again_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), "1500");
    let backtest = |out| {
        let models = ["--model", "none", "--model", "shipped"];
        let inputs = ["backtest", "--config", "vouch.toml", "--from", ".", "--save-every-s", "0"];
        [inputs.as_slice(), &models, &["--out", out]].concat()
    };
    let (code, _, complaint) = vouch(folder.path(), &backtest("whole"));
    assert_eq!(code, Some(0), "{complaint}");
    let times = killed_until_done(folder.path(), &backtest("killed"));
    assert!(times > 2, "killed {times} times");
    for side in ["a", "b"] {
        same(&path("whole").join(side), &path("killed").join(side));
    }
    for file in ["backtest.json", "flips.csv", "backtest.html"] {
        assert!(
            fs::read(path("whole").join(file)).unwrap()
                == fs::read(path("killed").join(file)).unwrap(),
            "{file}"
        );
    }
    // Anew means anew: A is judged by what is named now, not by what an earlier backtest left.
    let mut other = backtest("whole");
    let shipped = other.iter().position(|argument| *argument == "shipped").unwrap();
    other[shipped] = "none";
    other.push("--overwrite");
    let (code, printed, complaint) = vouch(folder.path(), &other);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    let figures = fs::read_to_string(path("whole/backtest.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert_eq!(figures["flips"].as_array().unwrap().len(), 0, "both sides are rules alone");
}

#[test]
fn a_score_that_is_killed_goes_on_with_the_same_tables_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/history-example");
    for entry in fs::read_dir(&example).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), path("").join(entry.file_name())).unwrap();
    }
    let pepper = "an example, not a secret";
    let score = |pepper: &'static str, out: &'static str, more: &[&'static str]| {
        let common = ["score", "--columns", "columns.toml", "--pepper", pepper, "--out", out];
        vouch(folder.path(), &[common.as_slice(), more].concat())
    };
    let (code, _, complaint) = score(pepper, "whole", &[]);
    assert_eq!(code, Some(0), "{complaint}");
    let common = ["score", "--columns", "columns.toml", "--pepper", pepper, "--out", "killed"];
    killed_until_done(folder.path(), &common);
    same(&path("whole"), &path("killed"));

    interrupted_at(
        folder.path(),
        &[&common[..5], &["--out", "changed"]].concat(),
        "changed/work/converted.json",
    );
    let refused = |what: &str, (code, _, complaint): (Option<i32>, String, String)| {
        assert_eq!(code, Some(1), "{complaint}");
        assert!(complaint.contains(what) && complaint.contains("--overwrite"), "{complaint}");
    };
    refused("the pepper is another", score("another, no better secret", "changed", &[]));
    refused("--max-rejects is another", score(pepper, "changed", &["--max-rejects", "7"]));
    let columns = fs::read_to_string(path("columns.toml")).unwrap();
    fs::write(path("columns.toml"), format!("{columns}\n# changed\n")).unwrap();
    refused("columns.toml was changed", score(pepper, "changed", &[]));
    fs::write(path("columns.toml"), &columns).unwrap();
    let refunds = fs::File::options().append(true).open(path("refunds.csv")).unwrap();
    let written = refunds.metadata().unwrap().modified().unwrap();
    refunds.set_modified(written + Duration::from_secs(1)).unwrap();
    refused("`refunds.csv` was written to since", score(pepper, "changed", &[]));
    refunds.set_modified(written).unwrap();
    let (code, printed, complaint) = score(pepper, "changed", &[]);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(printed.contains("goes on with the tables that it had converted"), "{printed}");
    same(&path("whole"), &path("changed"));
}

/// Kills a command when a file of its work is there, and before it has come to its end.
fn interrupted_at(folder: &Path, arguments: &[&str], file: &str) {
    for _ in 0..50 {
        let again = [arguments, &["--overwrite"]].concat();
        let mut child = command(folder, &again).stdout(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if folder.join(file).exists() {
                child.kill().unwrap();
                child.wait().unwrap();
                if folder.join(file).exists() {
                    return;
                }
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    panic!("`{file}` was never seen");
}

#[test]
fn a_replay_of_changed_files_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), "200");
    let (facts, claims) = ([path("facts.parquet")], [path("claims.parquet")]);
    let work = path("work");
    fs::create_dir(&work).unwrap();
    let intake = history::intake(&facts, &claims, &work, |_| ()).unwrap();
    assert_eq!(history::intake(&facts, &claims, &work, |_| ()).unwrap(), intake);
    let refused =
        |facts: &[std::path::PathBuf], claims: &[std::path::PathBuf]| match history::intake(
            facts,
            claims,
            &work,
            |_| (),
        ) {
            Err(HistoryError::OtherWork { what }) => what,
            other => panic!("{other:?}"),
        };
    let both = [claims[0].clone(), facts[0].clone()];
    assert!(refused(&both, &[]).contains("another order"));
    let only = refused(&facts, &[]);
    assert!(only.contains("claims.parquet` is no longer among the files"), "{only}");
    let bytes = fs::read(&claims[0]).unwrap();
    fs::write(&claims[0], bytes).unwrap();
    assert!(refused(&facts, &claims).contains("claims.parquet` was written to since"));
}

#[test]
fn an_export_of_another_ledger_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), "100");
    let facts: Vec<Observed<Fact>> = TableReader::read_all(&path("facts.parquet")).unwrap();
    let tenant = TenantId::parse("default").unwrap();
    let ledger_of = |skipped: usize| {
        let ledger = SharedLedger::default();
        let mut core = ledger.open(shared_setup(), facts[0].observed_at);
        for fact in facts.iter().skip(skipped) {
            let (tenant, facts) = (tenant.clone(), vec![fact.record.clone()]);
            core.process(vec![Request::Record { tenant, facts }], fact.observed_at).unwrap();
        }
        ledger
    };
    let work = path("out/work");
    fs::create_dir_all(&work).unwrap();
    let setup = shared_setup();
    let plan = history::ExportPlan { from: None, until: None, part_records: 50 };
    let export = |ledger: &SharedLedger| {
        history::export(ledger, &*setup.codec, &tenant, plan, &work, &path("out"), |_, _| ())
    };
    export(&ledger_of(0)).unwrap();
    let other = export(&ledger_of(3)).unwrap_err();
    assert!(matches!(other, HistoryError::OtherWork { .. }), "{other}");
}

#[test]
fn an_export_of_another_range_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    simulated(folder.path(), "100");
    let facts: Vec<Observed<Fact>> = TableReader::read_all(&path("facts.parquet")).unwrap();
    let tenant = TenantId::parse("default").unwrap();
    let ledger = SharedLedger::default();
    let mut core = ledger.open(shared_setup(), facts[0].observed_at);
    for fact in &facts {
        let (tenant, facts) = (tenant.clone(), vec![fact.record.clone()]);
        core.process(vec![Request::Record { tenant, facts }], fact.observed_at).unwrap();
    }
    let work = path("out/work");
    fs::create_dir_all(&work).unwrap();
    let setup = shared_setup();
    let export = |from, until| {
        let plan = history::ExportPlan { from, until, part_records: 50 };
        history::export(&ledger, &*setup.codec, &tenant, plan, &work, &path("out"), |_, _| ())
    };
    // The work folder is left as an interrupted export leaves it.
    let (first, early) = (facts[0].observed_at, facts[facts.len() / 2].observed_at);
    let late = facts[facts.len() * 3 / 4].observed_at;
    assert!(early < late);
    let begun = export(None, Some(early)).unwrap();
    for (from, until, now) in [
        (None, None, "from the beginning to the end".to_owned()),
        (None, Some(late), format!("from the beginning until {late}")),
        // The same records, but not what was asked for.
        (Some(first), Some(early), format!("from {first} until {early}")),
    ] {
        let refused = export(from, until).unwrap_err();
        assert!(matches!(refused, HistoryError::OtherWork { .. }), "{refused}");
        let expected = format!(
            "it was begun from the beginning until {early}, and what is asked for now is {now};"
        );
        assert!(refused.to_string().contains(&expected), "`{expected}` in {refused}");
    }
    assert_eq!(export(None, Some(early)).unwrap(), begun);
}

#[test]
fn a_folder_is_of_one_command_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    simulated(folder.path(), "3000");
    let replay = ["replay", "--from", ".", "--out", "out"];
    // As another command would hold it.
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let held = fs::File::open(&out).unwrap();
    held.lock().unwrap();
    let expected = "error: another vouch is writing to the folder `out`; wait until it has ended, or name another folder\n";
    for arguments in [
        replay.as_slice(),
        &["replay", "--from", ".", "--out", "out", "--overwrite"],
        &["backtest", "--model", "none", "--from", ".", "--out", "out"],
        &["simulate", "--orders", "10", "--out", "out", "--overwrite"],
    ] {
        let (code, printed, complaint) = vouch(folder.path(), arguments);
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{arguments:?}");
        assert_eq!(complaint, expected, "{arguments:?}");
    }
    held.unlock().unwrap();
    // Killed, a command holds nothing any more; what it began is its own, from its note on that it began.
    let mut first = command(folder.path(), &replay).stdout(Stdio::null()).spawn().unwrap();
    while !out.join("work/command.json").exists() {
        assert!(first.try_wait().unwrap().is_none(), "it takes longer than a look at its folder");
        std::thread::sleep(Duration::from_millis(1));
    }
    let taken = fs::File::open(&out).unwrap().try_lock();
    assert!(matches!(taken, Err(fs::TryLockError::WouldBlock)), "it holds its folder: {taken:?}");
    first.kill().unwrap();
    first.wait().unwrap();
    let backtest = ["backtest", "--model", "none", "--from", ".", "--out", "out"];
    let (code, _, complaint) = vouch(folder.path(), &backtest);
    assert_eq!(code, Some(1));
    let expected = "error: the folder `out` holds an interrupted `vouch replay`; name another one, or give --overwrite\n";
    assert_eq!(complaint, expected);
    let (code, _, complaint) = vouch(folder.path(), &replay);
    assert_eq!(code, Some(0), "{complaint}");
}
