//! `vouch leak import` against a real server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use vouch::disk::open_database;
use vouch::domain::{FactBody, KeyFingerprint};
use vouch::fingerprint::Fingerprinter;
use vouch::ledger::{FjallLedger, Ledger, RecordKind};
use vouch::wire::decode_fact_entry;

use crate::server::Server;

const PEPPER: &str = "a pepper for tests";
/// More than one fact holds.
const KEYS: usize = 2_345;

fn import(server: &str, arguments: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["leak", "import", "--server", server, "--source", "forum"])
        .args(arguments)
        .env("VOUCH_KEY_PEPPER", PEPPER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that refuses its arguments reads nothing.
    drop(process.stdin.take().unwrap().write_all(input.as_bytes()));
    process.wait_with_output().unwrap()
}

/// What it printed, when it went well.
fn printed(output: &Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{complaint}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it complained, when it did not.
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn clear_key(index: usize) -> String {
    format!("GAME-{index:05}-CARD")
}

fn fingerprint(index: usize) -> KeyFingerprint {
    Fingerprinter::new(PEPPER.as_bytes()).unwrap().fingerprint(&clear_key(index)).unwrap()
}

fn list(keys: impl Iterator<Item = String>) -> String {
    keys.map(|key| key + "\n").collect()
}

/// Source, time and keys of every leak in the ledger of a server that has stopped.
fn leaks(folder: &Path) -> Vec<(String, String, Vec<KeyFingerprint>)> {
    let database = open_database(&folder.join("data"), 1 << 20).unwrap();
    let ledger = FjallLedger::open(&database).unwrap();
    let records = ledger.scan(1).map(|read| read.unwrap().1);
    let facts = records.filter(|record| record.kind == RecordKind::Fact);
    facts
        .map(|record| {
            let fact = decode_fact_entry(&record.body).unwrap().0;
            let FactBody::KeysLeaked(leak) = fact.body else { panic!("another fact: {fact:?}") };
            (leak.source.to_string(), leak.first_seen_at.to_string(), leak.keys)
        })
        .collect()
}

#[test]
fn a_list_is_told_once_however_often_it_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "");
    let fingerprints = folder.path().join("fingerprints.txt");
    let hex = (0..KEYS).map(|index| hex::encode(fingerprint(index).0));
    std::fs::write(&fingerprints, list(hex)).unwrap();
    let fingerprints = fingerprints.to_str().unwrap();
    let said = |known| {
        format!("{KEYS} keys read, {KEYS} distinct, {KEYS} sent, {known} of them already known\n")
    };

    let undated = [fingerprints];
    assert_eq!(printed(&import(&server.address, &undated, "")), said(0));
    assert_eq!(printed(&import(&server.address, &undated, "")), said(KEYS));
    let dated = [fingerprints, "--first-seen", "2026-01-02T05:00:00+02:00"];
    assert_eq!(printed(&import(&server.address, &dated, "")), said(0), "a date is news");
    assert_eq!(printed(&import(&server.address, &dated, "")), said(KEYS));
    // The same keys in clear are the same list, read from standard input, each twice.
    let clear = list((0..KEYS).chain(0..KEYS).map(clear_key));
    let arguments = ["-", "--format", "keys", "--first-seen", "2026-01-02T03:00:00Z"];
    let twice = format!(
        "{} keys read, {KEYS} distinct, {KEYS} sent, {KEYS} of them already known\n",
        2 * KEYS
    );
    assert_eq!(printed(&import(&server.address, &arguments, &clear)), twice);
    server.stop();

    let leaks = leaks(folder.path());
    assert_eq!(leaks.len(), 6, "three facts of each telling that was news");
    let mut expected: Vec<_> = (0..KEYS).map(fingerprint).collect();
    expected.sort();
    for (index, told) in leaks.chunks(3).enumerate() {
        let keys: Vec<_> = told.iter().map(|(_, _, keys)| keys.clone()).collect();
        let mut keys = keys.concat();
        keys.sort();
        assert_eq!(keys, expected);
        assert!(told.iter().all(|(source, _, _)| source == "forum"));
        assert_eq!(index == 1, told.iter().all(|(_, at, _)| at == "2026-01-02T03:00:00Z"));
    }
}

#[test]
fn nothing_is_sent_of_a_list_with_bad_lines_unless_they_are_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "");
    let good = hex::encode(fingerprint(1).0);
    let text = format!("{good}\nSECRET-KEY-1\n\n{good}\n{good}ff\n");
    let refused = complaint(&import(&server.address, &["-"], &text));
    let bad = "the line is no fingerprint; write 64 hexadecimal digits, or give keys with `--format keys`";
    let expected = format!(
        "standard input:2: {bad}\nstandard input:5: {bad}\n\
         nothing was sent: 2 bad lines; correct them, or pass over them with `--skip-bad`\n"
    );
    assert_eq!(refused, expected);
    let clear = format!("{}\n - \n", clear_key(7));
    let refused = complaint(&import(&server.address, &["-", "--format", "keys"], &clear));
    assert!(refused.starts_with("standard input:2: the line the key is empty"), "{refused}");
    assert!(!refused.contains("GAME"), "{refused}");

    let skipped = import(&server.address, &["-", "--skip-bad"], &text);
    let said = "4 keys read, 1 distinct, 1 sent, 0 of them already known, 2 bad lines skipped\n";
    assert_eq!(printed(&skipped), said);
    server.stop();
    let leaks = leaks(folder.path());
    assert_eq!(leaks.len(), 1);
    assert_eq!(leaks[0].2, [fingerprint(1)]);
}

#[test]
fn what_stands_in_the_way_is_named() {
    let missing = complaint(&import("127.0.0.1:9", &["no-such-list"], ""));
    assert!(missing.starts_with("error: `no-such-list` cannot be read: "), "{missing}");
    let good = hex::encode(fingerprint(1).0);
    let nobody = complaint(&import("127.0.0.1:9", &["-"], &good));
    assert!(nobody.starts_with("error: no vouch answers at `127.0.0.1:9`"), "{nobody}");
    let short = Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["leak", "import", "-", "--source", "forum", "--format", "keys"])
        .env_remove("VOUCH_KEY_PEPPER")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(complaint(&short).contains("set VOUCH_KEY_PEPPER"));
    for arguments in [["--source", ""], ["--first-seen", "yesterday"]] {
        let refused = import("127.0.0.1:9", &[arguments.as_slice(), &["-"]].concat(), "");
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_date_that_the_server_does_not_believe_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "");
    let good = hex::encode(fingerprint(1).0);
    let future = import(&server.address, &["-", "--first-seen", "2999-01-01T00:00:00Z"], &good);
    let refused = complaint(&future);
    assert!(
        refused.starts_with("error: 0 of 1 keys were recorded, then the server answered"),
        "{refused}"
    );
    assert!(refused.contains("in the future"), "{refused}");
    server.stop();
    assert_eq!(leaks(folder.path()), []);
}
