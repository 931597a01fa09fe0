//! `datasets/sample` is what its README says: what `vouch simulate` makes of the knobs beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::terminal::{names, vouch};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/sample")
}

#[test]
fn the_sample_is_what_the_simulator_makes_of_its_knobs() {
    let folder = tempfile::tempdir().unwrap();
    let knobs = sample().join("knobs.toml");
    let simulate = ["simulate", "--out", "made", "--knobs", knobs.to_str().unwrap()];
    let (code, printed, complaint) = vouch(folder.path(), &simulate);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    let made = folder.path().join("made");
    let mut expected = names(&made);
    for name in &expected {
        let (ours, made) = (fs::read(sample().join(name)), fs::read(made.join(name)));
        let same = ours.is_ok_and(|ours| ours == made.unwrap());
        assert!(same, "{name} is another: make the sample again, as its README says");
    }
    expected.extend(["README.md", "SIGNALS.md", "knobs.toml"].map(str::to_owned));
    expected.sort();
    assert_eq!(names(&sample()), expected);
}

#[test]
fn a_replay_of_the_sample_meets_every_kind_of_charge() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample();
    let (config, from) = (path.join("vouch.toml"), path.to_str().unwrap());
    let config = config.to_str().unwrap();
    let replay = ["replay", "--config", config, "--from", from, "--out", "out", "--rules-only"];
    let (code, printed, complaint) = vouch(folder.path(), &replay);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    let file = fs::File::open(folder.path().join("out/decisions.parquet")).unwrap();
    let decisions = ParquetReader::new(file).finish().unwrap();
    let kinds = decisions.column("charge_kind").unwrap().str().unwrap();
    let kinds: BTreeSet<&str> = kinds.iter().flatten().collect();
    for kind in ["none", "proven_duplicate", "psp_retry", "reversed"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}
