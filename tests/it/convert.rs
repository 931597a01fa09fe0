//! `vouch convert`, as a person at a terminal meets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use vouch::domain::{Fact, FactBody, OutcomeLabel, RefundClaim};
use vouch::fingerprint::Fingerprinter;
use vouch::tables::TableReader;

use crate::terminal::{told, vouch};

const PEPPER: &str = "an example, not a secret";

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/history-example")
}

fn convert(folder: &Path, columns: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["convert", "--out", "out", "--columns"])
        .arg(columns)
        .args(more)
        .current_dir(folder)
        .env("VOUCH_KEY_PEPPER", PEPPER)
        .output()
        .unwrap()
}

/// The example in a folder of its own, with some files changed.
fn changed(change: impl Fn(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(example()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    change(folder.path());
    folder
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "`{from}` in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

fn append(path: &Path, bytes: &[u8]) {
    let mut text = fs::read(path).unwrap();
    text.extend_from_slice(bytes);
    fs::write(path, text).unwrap();
}

#[test]
fn the_example_becomes_facts_and_claims() {
    let folder = tempfile::tempdir().unwrap();
    let columns = example().join("columns.toml");
    let (code, printed, complaint) = told(&convert(folder.path(), &columns, &[]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "no progress bar without a terminal");
    for part in ["order_placed         267", "claims                  30", "written to out"] {
        assert!(printed.contains(part), "`{part}` in {printed}");
    }
    let out = folder.path().join("out");
    let facts = TableReader::<Fact>::read_all(&out.join("facts.parquet")).unwrap();
    let claims = TableReader::<RefundClaim>::read_all(&out.join("claims.parquet")).unwrap();
    assert_eq!((facts.len(), claims.len()), (1_600, 30));
    assert!(facts.iter().all(|fact| fact.observed_at >= fact.record.occurred_at));
    let rejects = fs::read_to_string(out.join("rejects.csv")).unwrap();
    assert_eq!(rejects, "file,row,line,table,record,column,value,reason\n");

    // What stands in the tables, found again by another way: sums of the columns.
    let paid: i64 = facts
        .iter()
        .filter_map(|fact| {
            let FactBody::PaymentCaptured(payment) = &fact.record.body else { return None };
            Some(payment.amount.amount_minor)
        })
        .sum();
    let rows = fs::read_to_string(example().join("payments.csv")).unwrap();
    let fen =
        rows.lines().skip(1).map(|row| row.split(';').nth(4).unwrap().parse::<i64>().unwrap());
    assert_eq!(paid, fen.sum::<i64>());
    let abuse = facts.iter().filter(|fact| {
        matches!(&fact.record.body, FactBody::OutcomeReported(o) if o.label == OutcomeLabel::Abuse)
    });
    let rows = fs::read_to_string(example().join("reviews.csv")).unwrap();
    assert_eq!(abuse.count(), rows.matches("滥用").count());

    // A card that was sold, tried and leaked is one key.
    let leaked = fs::read_to_string(example().join("leaks.csv")).unwrap();
    let card = leaked.lines().nth(1).unwrap().split(',').next().unwrap();
    let key = Fingerprinter::new(PEPPER.as_bytes()).unwrap().fingerprint(card).unwrap();
    let delivered =
        |fact: &FactBody| matches!(fact, FactBody::KeyDelivered(d) if d.key == Some(key));
    let found = |fact: &FactBody| matches!(fact, FactBody::KeysLeaked(l) if l.keys == [key]);
    assert_eq!(facts.iter().filter(|fact| delivered(&fact.record.body)).count(), 1);
    assert_eq!(facts.iter().filter(|fact| found(&fact.record.body)).count(), 1);
    for file in ["facts.parquet", "claims.parquet", "rejects.csv"] {
        let bytes = fs::read(out.join(file)).unwrap();
        assert!(!bytes.windows(card.len()).any(|window| window == card.as_bytes()), "{file}");
    }
}

#[test]
fn it_writes_the_same_again_and_spoils_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let columns = example().join("columns.toml");
    assert_eq!(told(&convert(folder.path(), &columns, &[])).0, Some(0));
    let path = folder.path().join("out/facts.parquet");
    let first = fs::read(&path).unwrap();
    let (code, printed, complaint) = told(&convert(folder.path(), &columns, &[]));
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    let expected = "error: the folder `out` is not empty; name another one, or give --overwrite\n";
    assert_eq!(complaint, expected);
    assert_eq!(told(&convert(folder.path(), &columns, &["--overwrite"])).0, Some(0));
    assert!(fs::read(&path).unwrap() == first, "the same bytes");
}

#[test]
fn bad_rows_are_told_and_show_in_the_exit_code() {
    let folder = changed(|folder| {
        replace(&folder.join("columns.toml"), ", \"SUB\" = \"subscription\"", "");
        append(&folder.join("payments.csv"), b"psp-x;;9999;WX;12.5;CNY;x;CN\n");
        append(&folder.join("refunds.csv"), b"rf9,\"1,\nrf10,\xd6\xd0\n");
    });
    let output = convert(folder.path(), Path::new("columns.toml"), &[]);
    let (code, printed, complaint) = told(&output);
    assert_eq!((code, complaint.as_str()), (Some(3), ""), "{printed}");
    for part in [
        "rejected, by column and reason:",
        "orders.order_placed.goods_type is unknown; map it by `values` to one of key, top_up,",
        "payments.payment_captured.order_no is empty; give it, or leave such rows out by `when`",
        "payments.payment_captured.amount_fen has more than 0 decimals, in CNY; should it be `money_unit = \"major\"`?",
        "1  refunds opens a quote that is not closed",
        "1  refunds has 2 fields where the header has 15; is a quote or `delimiter` amiss?",
        "orders.goods_type `SUB`",
        "what was rejected is in out/rejects.csv",
    ] {
        assert!(printed.contains(part), "`{part}` in {printed}");
    }
    let rejects = fs::read_to_string(folder.path().join("out/rejects.csv")).unwrap();
    let opened = rejects.lines().find(|line| line.contains("opens a quote")).unwrap();
    assert!(opened.starts_with("refunds.csv,31,32,refunds,,,,"), "{opened}");
    assert!(folder.path().join("out/facts.parquet").exists());

    let stop = ["--overwrite", "--max-rejects", "3"];
    let (code, printed, complaint) =
        told(&convert(folder.path(), Path::new("columns.toml"), &stop));
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    assert!(complaint.starts_with("error: stopped: of "), "{complaint}");
    assert!(complaint.contains("orders.goods_type `SUB`"), "{complaint}");
    let (code, _, _) =
        told(&convert(folder.path(), Path::new("columns.toml"), &["--max-rejects", "many"]));
    assert_eq!(code, Some(2));
}

#[test]
fn what_cannot_be_read_is_told_before_anything_is_written() {
    let folder = changed(|folder| {
        replace(&folder.join("columns.toml"), "order_id = \"order_no\"", "order_id = \"oder_no\"");
        fs::write(folder.join("leaks.csv"), "").unwrap();
        fs::write(folder.join("reviews.csv"), b"out_refund_no,\xb6\xa9\xb5\xa5\n").unwrap();
        fs::write(folder.join("incidents.parquet"), b"PAR1 cut short").unwrap();
        replace(&folder.join("columns.toml"), "incidents.csv", "incidents.parquet");
        replace(&folder.join("columns.toml"), "\"activations.tsv\"", "\"activations-*.tsv\"");
    });
    let output = convert(folder.path(), Path::new("columns.toml"), &[]);
    let (code, printed, complaint) = told(&output);
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    for part in [
        "error: `orders-2026-07.csv` (and 2 more files) has no column `oder_no`; did you mean `order_no`?",
        "error: `leaks.csv` is empty; it needs a line with the names of the columns",
        "error: `reviews.csv` has names of columns that are not UTF-8; save it as UTF-8, for example by `iconv -f GB18030 -t UTF-8`",
        "error: `incidents.parquet` cannot be read as Parquet; is it whole?",
        "error: `activations-*.tsv` names no file; paths are relative to this file",
    ] {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
    assert!(complaint.lines().all(|line| line.starts_with("columns.toml:")), "{complaint}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn clear_keys_need_the_pepper() {
    let folder = tempfile::tempdir().unwrap();
    let run = |pepper: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vouch"));
        command.args(["convert", "--out", "out", "--columns"]).arg(example().join("columns.toml"));
        command.current_dir(folder.path()).env_remove("VOUCH_KEY_PEPPER");
        if let Some(pepper) = pepper {
            command.env("VOUCH_KEY_PEPPER", pepper);
        }
        told(&command.output().unwrap())
    };
    let (code, _, complaint) = run(None);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("set VOUCH_KEY_PEPPER"), "{complaint}");
    let (code, _, complaint) = run(Some("short"));
    assert_eq!(code, Some(1));
    assert!(complaint.contains("the pepper has 5 bytes"), "{complaint}");
    assert!(!folder.path().join("out").exists());
}

/// A limit on the size of files stands for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_files_that_look_whole() {
    let folder = tempfile::tempdir().unwrap();
    let command = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' convert --out out --columns '{}'",
        env!("CARGO_BIN_EXE_vouch"),
        example().join("columns.toml").display()
    );
    let output = Command::new("sh")
        .args(["-c", &command])
        .current_dir(folder.path())
        .env("VOUCH_KEY_PEPPER", PEPPER)
        .output()
        .unwrap();
    let (code, printed, complaint) = told(&output);
    assert_eq!((code, printed.as_str()), (Some(1), ""), "{complaint}");
    assert!(complaint.contains("`out/facts.parquet` cannot be written"), "{complaint}");
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 0);
}

/// Records that contradict each other are told by the rows and columns that the user has, not by those of the tables between.
#[test]
fn rows_that_contradict_each_other_are_told_by_the_users_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let columns = r#"
[defaults]
time_zone = "UTC"
money_unit = "major"
currency = "CNY"
[[table]]
name = "logins"
files = ["logins-*.csv"]
[table.account_activity]
fact_id = "no"
occurred_at = "at"
account_id = "who"
kind = { constant = "login" }
[[table]]
name = "orders"
files = ["orders.ndjson"]
[table.order_placed]
id_columns = ["order", "part"]
occurred_at = "at"
order_id = "order"
account_id = "who"
sku = { constant = "s" }
sku_class = { constant = "key" }
quantity = { constant = 1 }
amount = "price"
[[table]]
name = "refunds"
files = ["refunds.csv"]
[table.refund_claim]
request_id = "ticket"
refund_id = "ticket"
order_id = "order"
account_id = "who"
requested_at = "at"
amount = "price"
reason = { constant = "key_invalid" }
route = { constant = "original" }
channel = { constant = "web" }
"#;
    fs::write(path("columns.toml"), columns).unwrap();
    let day = "2026-03-01 10:00:0";
    fs::write(
        path("logins-1.csv"),
        format!("no,at,who\n1,{day}1,\"a\nb\"\n2,{day}2,b\n3,{day}3,c\n"),
    )
    .unwrap();
    fs::write(path("logins-2.csv"), format!("who,no,at\nd,4,{day}4\n\ne,2,{day}5\n")).unwrap();
    let order = |price: &str| {
        format!(
            "{{\"order\":\"o\",\"part\":1,\"at\":\"{day}1\",\"who\":\"b\",\"price\":\"{price}\"}}\n"
        )
    };
    fs::write(path("orders.ndjson"), order("9.00") + "\n" + &order("9.00") + &order("8.00"))
        .unwrap();
    let refunds =
        format!("ticket,order,who,at,price\nt,o,b,{day}6,9\nu,o,b,{day}7,1\nt,o,b,{day}8,2\n");
    fs::write(path("refunds.csv"), refunds).unwrap();
    let score = ["score", "--columns", "columns.toml", "--out", "out"];
    let (code, printed, complaint) = vouch(folder.path(), &score);
    assert_eq!((code, complaint.as_str()), (Some(3), ""), "{printed}");
    let rejects = fs::read_to_string(path("out/rejects.ndjson")).unwrap();
    // The row that the conversion itself rejected disturbs no number.
    let mut rejects: Vec<&str> = rejects.lines().collect();
    rejects.sort_unstable();
    let expected = [
        r#"{"file":"logins-2.csv","row":2,"line":4,"column":"no","reason":"used before with other content: fact_id 2"}"#,
        r#"{"file":"orders.ndjson","row":3,"line":4,"column":"order, part","reason":"used before with other content: fact_id "#,
        r#"{"file":"refunds.csv","row":3,"line":4,"column":"ticket","reason":"used before with other content: request_id t"}"#,
    ];
    assert_eq!(rejects.len(), expected.len(), "{rejects:#?}");
    for (line, expected) in rejects.iter().zip(expected) {
        assert!(line.starts_with(expected), "`{expected}` in {line}");
    }
}
