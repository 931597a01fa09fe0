use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::mapping::Mapping;

/// A table that reads the columns `at` and `id`, in this order.
fn table(more: &str) -> Table {
    let text = format!(
        "[[table]]\nname = \"t\"\nfiles = [\"*\"]\n{more}\n[table.account_activity]\noccurred_at = \"at\"\naccount_id = \"id\"\nkind = {{ constant = \"login\" }}\n"
    );
    Mapping::load(&text).unwrap().tables.remove(0)
}

type Told = (u64, Option<u64>, Result<Vec<String>, String>);

fn read(path: &Path, table: &Table) -> Result<Vec<Told>, SourceError> {
    let mut told = Vec::new();
    Source::open(path, table)?.each_row::<SourceError>(&mut |row| {
        let text = |cell: &Cell<'_>| {
            if let Cell::Text(text) = cell {
                text.clone().into_owned()
            } else if *cell == Cell::Null {
                "(null)".to_owned()
            } else {
                format!("{cell:?}")
            }
        };
        let cells = row.cells.map(|cells| cells.iter().map(text).collect());
        let cells = cells.map_err(|fault| format!("{}: {}", fault.column, fault.reason.text));
        told.push((row.number, row.line, cells));
        Ok(())
    })?;
    Ok(told)
}

fn read_bytes(name: &str, bytes: &[u8], more: &str) -> Result<Vec<Told>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let told = read(&path, &table(more));
    told.map_err(|error| error.to_string().replace(&path.display().to_string(), name))
}

/// The cells of rows that are all good.
fn cells(name: &str, text: &str) -> Vec<Vec<String>> {
    let told = read_bytes(name, text.as_bytes(), "").unwrap();
    told.into_iter().map(|(_, _, cells)| cells.unwrap()).collect()
}

#[test]
fn csv_comes_in_many_forms() {
    let expected = [["1", "a"], ["2", "b"]];
    for text in [
        "at,id\n1,a\n2,b\n",
        "at,id\r\n1,a\r\n2,b\r\n",
        "\u{feff}at,id\n1,a\n2,b",
        "id;x;at\na;;1\nb;y;2\n",
        "id\tat\na\t1\nb\t2\n",
        "\"at\",\"id\"\n\"1\",\"a\"\n\"2\",b\n",
        " at , id \n1,a\n\n2,b\n\r\n",
        "at|id\n1|a\n2|b\n",
        "\"a,b\";at;id\n;1;a\n;2;b\n",
    ] {
        assert_eq!(cells("t.csv", text), expected, "{text:?}");
    }
    assert_eq!(cells("t.tsv", "at\tid,x\tid\n1\t\ta\n2\t\tb\n"), expected);
    assert_eq!(cells("t.csv", "at,id\n"), Vec::<Vec<String>>::new());
    let quoted = "at,id\n1,\"say \"\"hi\"\", then\r\ngo\"\n\"\",5\" screen\n";
    assert_eq!(cells("t.csv", quoted), [["1", "say \"hi\", then\r\ngo"], ["", "5\" screen"]]);
}

#[test]
fn a_bad_row_costs_itself_only() {
    let text = b"at,id,x\n1,\"open,y\n2,b,z\n3,\"c\"d,z\n4,e\n5,\xc4\xe3,z\n6,f,\xff\n7,\"g\nh\",z\n8,i,j,k\n9,l,m";
    let told = read_bytes("t.csv", text, "").unwrap();
    let good = |number, line, at: &str, id: &str| {
        (number, Some(line), Ok(vec![at.to_owned(), id.to_owned()]))
    };
    let bad = |number, line, text: &str| (number, Some(line), Err(text.to_owned()));
    let stray = ": has text behind a closing quote; put quotes around the whole field and double those inside";
    let few = ": has 2 fields where the header has 3; is a quote or `delimiter` amiss?";
    let many = ": has 4 fields where the header has 3; is a quote or `delimiter` amiss?";
    let expected = [
        bad(1, 2, stray),
        good(2, 3, "2", "b"),
        bad(3, 4, stray),
        bad(4, 5, few),
        bad(5, 6, "id: is not UTF-8; save the file as UTF-8"),
        good(6, 7, "6", "f"),
        good(7, 8, "7", "g\nh"),
        bad(8, 10, many),
        good(9, 11, "9", "l"),
    ];
    assert_eq!(told, expected);
    let open = read_bytes("t.csv", b"at,id\n1,\"a\n2,b\n", "").unwrap();
    assert_eq!(open.len(), 2);
    assert!(open[0].2.as_ref().unwrap_err().contains("opens a quote that is not closed"));
    assert_eq!(open[1], good(2, 3, "2", "b"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let told = |name: &str, bytes: &[u8]| read_bytes(name, bytes, "").unwrap_err();
    assert_eq!(
        told("t.csv", b""),
        "`t.csv` is empty; it needs a line with the names of the columns"
    );
    assert_eq!(
        told("t.csv", b"AT,idd,x\n"),
        "`t.csv` has no column `at`; did you mean `AT`?; has no column `id`; did you mean `idd`?"
    );
    assert_eq!(told("t.csv", b"at,id,id\n"), "`t.csv` has two columns `id`; rename one");
    assert!(told("t.csv", b"\xff\xfea\0t\0").contains("is UTF-16; save it as UTF-8"));
    assert!(told("t.csv", b"a\0t\0,\0").contains("is UTF-16; save it as UTF-8"));
    assert!(told("t.csv", b"at\0,\0").contains("has zero bytes"));
    let lines = told("t.ndjson", b"\xff\xfe{\0}\0");
    assert_eq!(
        lines,
        "`t.ndjson` is UTF-16; save it as UTF-8, for example by `iconv -f UTF-16 -t UTF-8`"
    );
    let chinese = told("t.csv", b"\xca\xb1\xbc\xe4,id\n");
    assert!(chinese.contains("not UTF-8") && chinese.contains("iconv -f GB18030"), "{chinese}");
    assert_eq!(
        told("t.csv", b"\n1,2\n"),
        "`t.csv`, line 1: is blank; it must have the names of the columns"
    );
    assert!(told("t.xlsx", b"PK").contains("no known ending"));
    assert!(told("t.parquet", b"PAR1PAR").contains("is it whole?"));
    assert!(told("t.parquet", b"").contains("is it whole?"));
    let none = read(Path::new("/nowhere/t.csv"), &table("")).unwrap_err();
    assert!(matches!(none, SourceError::Table(TableError::Io { .. })), "{none}");
}

#[test]
fn json_lines_have_types_and_depth() {
    let text = concat!(
        "\u{feff}{\"at\":1.50,\"id\":\"a\"}\n",
        "\n",
        "{\"at\":9007199254740993,\"id\":null}\n",
        "{\"at\":true}\n",
        "[1]\n",
        "{\"at\":\n",
        "{\"id\":[\"x\",7],\"at\":{}}"
    );
    let told = read_bytes("t.ndjson", text.as_bytes(), "").unwrap();
    let lines: Vec<_> = told.iter().map(|(number, line, _)| (*number, line.unwrap())).collect();
    assert_eq!(lines, [(1, 1), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)]);
    let cells: Vec<_> = told.into_iter().map(|(_, _, cells)| cells).collect();
    assert_eq!(cells[0], Ok(vec!["Real(1.5)".to_owned(), "a".to_owned()]));
    assert!(cells[1].as_ref().unwrap()[0].contains("9007199254740993"), "not rounded to even");
    assert_eq!(cells[2], Ok(vec!["Truth(true)".to_owned(), "(null)".to_owned()]));
    assert_eq!(cells[3], Err(": is no JSON object; write one `{…}` on each line".to_owned()));
    assert!(cells[4].as_ref().unwrap_err().starts_with(": is no JSON from byte"));
    assert!(cells[5].as_ref().unwrap()[0].contains("Structure"));
}

/// What other programs write, in the way of RFC 4180.
fn written(rows: &[[String; 3]], delimiter: char, end: &str) -> String {
    let field = |text: &String| {
        if text.contains([delimiter, '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.clone()
        }
    };
    let row = |row: &[String; 3]| {
        let fields: Vec<String> = row.iter().map(field).collect();
        fields.join(&delimiter.to_string()) + end
    };
    rows.iter().map(row).collect()
}

fn header() -> [String; 3] {
    ["at", "id", "x"].map(str::to_owned)
}

fn some_row() -> impl Strategy<Value = [String; 3]> {
    let field = || prop_oneof!["[ a-z0-9.,;\t|\"\n字']{0,12}", "\\PC{0,6}", Just("\"".to_owned())];
    [field(), field(), field()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn csv_comes_back_as_it_was(
        rows in vec(some_row(), 0..20),
        delimiter in proptest::sample::select(vec![',', ';', '\t', '|']),
        end in proptest::sample::select(vec!["\n", "\r\n"]),
    ) {
        let all: Vec<_> = [header()].into_iter().chain(rows.iter().cloned()).collect();
        let text = written(&all, delimiter, end);
        let more = format!("delimiter = {:?}", delimiter.to_string());
        let told = read_bytes("t.csv", text.as_bytes(), &more).unwrap();
        let read: Vec<_> = told.into_iter().map(|(_, _, cells)| cells.unwrap()).collect();
        let expected: Vec<_> = rows.iter().map(|[at, id, _]| vec![at.clone(), id.clone()]).collect();
        prop_assert_eq!(read, expected);
    }

    /// Rows around a quote that somebody forgot are read, whatever quotes they have themselves.
    #[test]
    fn a_forgotten_quote_costs_one_row(
        before in vec(some_row(), 0..5),
        after in vec(some_row(), 0..5),
    ) {
        let all: Vec<_> = [header()].into_iter().chain(before.iter().cloned()).collect();
        let tail = written(&after, ',', "\n");
        let text = format!("{}broken,\"quote\n{tail}", written(&all, ',', "\n"));
        let told = read_bytes("t.csv", text.as_bytes(), "delimiter = \",\"").unwrap();
        let good: Vec<_> = told.iter().filter_map(|(_, _, cells)| cells.clone().ok()).collect();
        let cells = |rows: &[[String; 3]]| -> Vec<Vec<String>> {
            rows.iter().map(|[at, id, _]| vec![at.clone(), id.clone()]).collect()
        };
        prop_assert_eq!(&good[..before.len()], &cells(&before)[..]);
        // Only when what follows has lines inside of its own fields, or makes up a whole row, can more be lost.
        if !tail.contains('"') {
            prop_assert_eq!(&good[before.len()..], &cells(&after)[..]);
        }
    }

    #[test]
    fn nothing_makes_it_panic(bytes in vec(proptest::sample::select(b"at,id\"\n\r;\\x\xff".to_vec()), 0..60)) {
        let mut file = b"at,id\n".to_vec();
        file.extend_from_slice(&bytes);
        prop_assert!(read_bytes("t.csv", &file, "").is_ok());
        prop_assert!(read_bytes("t.jsonl", &file, "").is_ok());
    }
}

#[test]
fn rows_across_chunks_are_whole() {
    let row = |number: usize| {
        [
            number.to_string(),
            format!("line\n\"{number}\"").repeat(number % 40),
            "x".repeat(number % 97),
        ]
    };
    let rows: Vec<[String; 3]> = (0..20_000).map(row).collect();
    let all: Vec<_> = [header()].into_iter().chain(rows.iter().cloned()).collect();
    let text = written(&all, ',', "\n");
    assert!(text.len() > 3 << 20);
    let read = cells("t.csv", &text);
    assert_eq!(read.len(), rows.len());
    assert!(read.iter().zip(&rows).all(|(read, row)| read[..] == row[..2]));
}

#[test]
fn a_row_without_end_is_passed_over() {
    let long = "y".repeat(3 << 20);
    let text = format!("at,id\n1,\"{long}\n2,b\n3,{long}\n4,d\n");
    let told = read_bytes("t.csv", text.as_bytes(), "").unwrap();
    let good: Vec<_> = told
        .iter()
        .filter_map(|(_, line, cells)| Some((line.unwrap(), cells.clone().ok()?)))
        .collect();
    assert_eq!(good[0].1, ["2", "b"]);
    assert_eq!(good.last().unwrap().1, ["4", "d"]);
    assert!(told.iter().any(|(_, _, cells)| {
        cells.as_ref().is_err_and(|text| text.contains("is longer than 1048576 bytes"))
    }));
}
