//! `vouch simulate`, as a person at a terminal meets it.

use std::path::Path;
use std::process::{Command, Output};

use crate::terminal::told;

fn simulate(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["simulate", "--out", "out"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn it_says_what_it_wrote_and_spoils_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--orders", "300", "--days", "20", "--seed", "7"];
    let (code, printed, complaint) = told(&simulate(folder.path(), &arguments));
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "no progress bar without a terminal");
    for part in ["over 20 days, seed 7", "order_placed", "refunds claimed", "written to out"] {
        assert!(printed.contains(part), "`{part}` in {printed}");
    }
    let facts = std::fs::read(folder.path().join("out/facts.parquet")).unwrap();

    let (code, printed, complaint) = told(&simulate(folder.path(), &arguments));
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    let expected = "error: the folder `out` is not empty; name another one, or give --overwrite\n";
    assert_eq!(complaint, expected);
    let again = [arguments.as_slice(), &["--overwrite"]].concat();
    assert_eq!(told(&simulate(folder.path(), &again)).0, Some(0));
    assert!(std::fs::read(folder.path().join("out/facts.parquet")).unwrap() == facts);
}

#[test]
fn every_mistake_of_the_knobs_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("knobs.toml"), "[size]\norders = 0\n[feeds]\n").unwrap();
    let (code, printed, complaint) = told(&simulate(folder.path(), &["--knobs", "knobs.toml"]));
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    assert_eq!(
        complaint,
        "knobs.toml:2: error: size.orders is 0; give 1 to 100000000\n\
         knobs.toml:3: error: there is no section `feeds`; did you mean `feed`?\n"
    );
    assert!(!folder.path().join("out").exists());
    let (code, _, complaint) = told(&simulate(folder.path(), &["--knobs", "none.toml"]));
    assert_eq!(code, Some(1));
    assert!(complaint.starts_with("error: `none.toml` cannot be read"), "{complaint}");
    let (code, _, _) = told(&simulate(folder.path(), &["--orders", "0"]));
    assert_eq!(code, Some(2));
}
