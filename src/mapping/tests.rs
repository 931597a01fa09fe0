mod conversion;
mod loading;
mod parquet;
mod secrets;

use std::path::Path;

use super::*;
use crate::domain::{Fact, RefundClaim};
use crate::fingerprint::Fingerprinter;
use crate::tables::{Observed, TableReader};

const PEPPER: &[u8] = b"a pepper for tests";

/// What came of some files.
struct Converted {
    summary: Summary,
    facts: Vec<Observed<Fact>>,
    claims: Vec<Observed<RefundClaim>>,
    rejects: String,
}

impl Converted {
    /// The lines of rejects.csv behind the header.
    fn rejected(&self) -> Vec<&str> {
        self.rejects.lines().skip(1).collect()
    }
}

fn options() -> ConvertOptions {
    ConvertOptions {
        fingerprinter: Some(Fingerprinter::new(PEPPER).unwrap()),
        max_rejects: MaxRejects::default(),
        origins: None,
    }
}

fn plan(folder: &Path, columns: &str, files: &[(&str, &[u8])]) -> Plan {
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let mapping = Mapping::load(columns).unwrap_or_else(|problems| panic!("{problems:?}"));
    Plan::new(mapping, folder).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn converted(columns: &str, files: &[(&str, &[u8])]) -> Converted {
    converted_by(&options(), columns, files)
}

fn converted_by(options: &ConvertOptions, columns: &str, files: &[(&str, &[u8])]) -> Converted {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path(), columns, files);
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let mut passed = Vec::new();
    let summary = convert(&plan, options, &out, |bytes| passed.push(bytes)).unwrap();
    assert!(passed.is_sorted());
    assert_eq!(passed.last(), Some(&plan.bytes()));
    let rejects = std::fs::read_to_string(out.join(REJECTS_FILE)).unwrap();
    Converted {
        summary,
        facts: TableReader::read_all(&out.join(FACTS_FILE)).unwrap(),
        claims: TableReader::read_all(&out.join(CLAIMS_FILE)).unwrap(),
        rejects: rejects.replace(&format!("{}/", folder.path().display()), ""),
    }
}
