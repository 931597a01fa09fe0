//! Tables are read once: rows are checked and sorted into runs, ids that come again are found.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::HistoryError;
use super::event::{Place, Told};
use super::rejects::Rejects;
use super::repeats::{IdCounter, Repeats};
use super::runs::RunWriter;
use crate::domain::{Fact, RefundClaim, Timestamp};
use crate::tables::{Observed, Record, TableReader};

/// A history that is ready to be replayed: checked, sorted, on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intake {
    /// The files that it came from, with their sizes in bytes.
    pub(super) files: Vec<(PathBuf, u64)>,
    /// Runs, by their names in the work folder.
    pub(super) runs: Vec<PathBuf>,
    /// Digests of ids that come again, and how often they come.
    pub(super) repeats: Repeats,
    /// Facts that will be replayed.
    pub facts: u64,
    /// Claims that will be replayed.
    pub claims: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// When the first event was observed, milliseconds since 1970.
    pub first_at_ms: Option<i64>,
    /// When the last one was.
    pub last_at_ms: Option<i64>,
}

/// The file that says that an intake is whole.
const MANIFEST: &str = "intake.json";
/// Rows that were refused while reading.
pub(super) const INTAKE_REJECTS: &str = "rejects-intake.ndjson";

impl Intake {
    /// Facts and claims.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.facts + self.claims
    }

    /// The intake that a work folder holds, if it is whole.
    ///
    /// # Errors
    /// It is of other files than these, or cannot be read.
    fn found(
        work: &Path,
        facts: &[PathBuf],
        claims: &[PathBuf],
    ) -> Result<Option<Self>, HistoryError> {
        let path = work.join(MANIFEST);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(HistoryError::file(&path, "read"))?;
        let found: Self = serde_json::from_str(&text).map_err(|_| HistoryError::DamagedRun)?;
        if found.files != sized(facts.iter().chain(claims))? {
            return Err(HistoryError::OtherReplay { what: "an input file" });
        }
        Ok(Some(found))
    }

    fn save(&self, work: &Path) -> Result<(), HistoryError> {
        let path = work.join(MANIFEST);
        let failed = HistoryError::file(&path, "written");
        let text = serde_json::to_string(self).map_err(std::io::Error::other);
        let partial = path.with_extension("partial");
        text.and_then(|text| fs::write(&partial, text))
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(failed)
    }
}

fn sized<'a>(
    paths: impl Iterator<Item = &'a PathBuf>,
) -> Result<Vec<(PathBuf, u64)>, HistoryError> {
    paths
        .map(|path| {
            let meta = fs::metadata(path).map_err(HistoryError::file(path, "read"))?;
            Ok((path.clone(), meta.len()))
        })
        .collect()
}

/// Reads files of facts and files of claims into the work folder, which exists. What an earlier call left there whole is
/// taken as it is. `progress` is told of the rows so far.
///
/// # Errors
/// A file cannot be read or written, no row could be taken in, or the folder holds the intake of other files.
pub fn intake(
    facts: &[PathBuf],
    claims: &[PathBuf],
    work: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Intake, HistoryError> {
    if let Some(found) = Intake::found(work, facts, claims)? {
        return Ok(found);
    }
    let files = sized(facts.iter().chain(claims))?;
    let mut sorter = Sorter {
        runs: RunWriter::new(work),
        ids: IdCounter::create(work)?,
        rejects: Rejects::create(&work.join(INTAKE_REJECTS))?,
        rows: 0,
        first_at: None,
        last_at: None,
    };
    let mut number = 0;
    for path in facts {
        sorter.table::<Fact>(number, path, &mut progress, |fact| Told::Fact(Box::new(fact)))?;
        number += 1;
    }
    let facts = sorter.rows;
    for path in claims {
        let told = |claim| Told::Claim(Box::new(claim));
        sorter.table::<RefundClaim>(number, path, &mut progress, told)?;
        number += 1;
    }
    let claims = sorter.rows - facts;
    let (runs, events) = sorter.runs.finish()?;
    let intake = Intake {
        files,
        runs: runs.iter().filter_map(|run| run.file_name()).map(PathBuf::from).collect(),
        repeats: sorter.ids.finish()?,
        facts,
        claims,
        rejected: sorter.rejects.finish()?,
        first_at_ms: sorter.first_at.map(Timestamp::ms),
        last_at_ms: sorter.last_at.map(Timestamp::ms),
    };
    if events == 0 {
        let rejects = work.join(INTAKE_REJECTS);
        return Err(HistoryError::Nothing { files: intake.files.len(), rejects });
    }
    intake.save(work)?;
    Ok(intake)
}

struct Sorter {
    runs: RunWriter,
    ids: IdCounter,
    rejects: Rejects,
    rows: u64,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

impl Sorter {
    fn table<T: Record>(
        &mut self,
        file: u32,
        path: &Path,
        progress: &mut impl FnMut(u64),
        told: impl Fn(T) -> Told,
    ) -> Result<(), HistoryError> {
        let mut reader = TableReader::<T>::open(path)?;
        let (mut records, mut bad) = (Vec::new(), Vec::new());
        while reader.read(&mut records, &mut bad)? {
            for error in bad.drain(..) {
                self.rejects.row(path, &error)?;
            }
            for Observed { observed_at, position, record } in records.drain(..) {
                let told = told(record);
                let is_claim = matches!(told, Told::Claim(_));
                let position = position.unwrap_or(0);
                self.take(Place { observed_at, position, is_claim, file }, &told)?;
            }
            progress(self.rows + self.rejects.count());
        }
        Ok(())
    }

    fn take(&mut self, place: Place, told: &Told) -> Result<(), HistoryError> {
        self.rows += 1;
        let at = place.observed_at;
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        self.last_at = self.last_at.max(Some(at));
        for (kind, id) in told.ids() {
            self.ids.count(kind, id)?;
        }
        self.runs.push(place, told)
    }
}
