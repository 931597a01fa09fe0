//! `vouch score`.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::convert::{EXIT_CODES, Origin, Tables, ended};
use super::output::{self, Failure};
use super::replay::{Judging, Results, Saving, replay, report, take_in};
use super::setup;
use crate::history::{self, HistoryError};
use crate::mapping::{
    CLAIM_ORIGINS_FILE, CLAIMS_FILE, FACT_ORIGINS_FILE, FACTS_FILE, Origins, Plan, REJECTS_FILE,
    RecordSource, RowOrigin,
};
use crate::tables::RowError;

/// What `vouch convert` would write.
const CONVERTED: &str = "converted";
/// Says that the conversion is done, and of what.
const CONVERTED_NOTE: &str = "converted.json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Score {
    #[command(flatten)]
    tables: Tables,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    saving: Saving,
    #[command(flatten)]
    results: Results,
}

/// A conversion that is done.
#[derive(Debug, Serialize, Deserialize)]
struct Converted {
    origin: Origin,
    bad_rows: u64,
    sources: Vec<RecordSource>,
}

impl Score {
    /// Converts and replays, and says what came of it.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.judging.read()?;
        let setup = Arc::new(setup(&config)?);
        let plan = self.tables.plan()?;
        let work = self.results.prepare("score")?;
        let out = self.results.folder();
        let converted = out.join(CONVERTED);
        let Converted { bad_rows, sources, .. } = self.convert(&plan, &work.folder, &converted)?;
        let files = (vec![converted.join(FACTS_FILE)], vec![converted.join(CLAIMS_FILE)]);
        // The conversion has told of the user's own files without rows.
        let intake = take_in(&files, &work.folder)?;
        let replayed = replay(&config, &setup, &intake, self.saving, &work.folder, out)?;
        name_rows(&work.folder, &converted, out, &sources)?;
        output::line(report(&setup, out, "Historical orders")?)?;
        work.done()?;
        let code = self.results.end(&replayed)?;
        if bad_rows == 0 { Ok(code) } else { ended(bad_rows, &converted.join(REJECTS_FILE)) }
    }

    /// Converts, unless an interrupted run has done so: from the same tables, in the same way.
    fn convert(&self, plan: &Plan, work: &Path, folder: &Path) -> Result<Converted, Failure> {
        let origin = self.tables.origin(plan)?;
        if let Some(done) = history::note::<Converted>(work, CONVERTED_NOTE)? {
            if let Some(what) = done.origin.change(&origin) {
                return Err(HistoryError::OtherWork { what }.into());
            }
            output::line("an interrupted run goes on with the tables that it had converted")?;
            return Ok(done);
        }
        output::make_folder(folder)?;
        let summary = self.tables.convert(plan, folder, Some(work))?;
        let (bad_rows, sources) = (summary.bad_rows(), summary.sources);
        let converted = Converted { origin, bad_rows, sources };
        history::keep_note(work, CONVERTED_NOTE, &converted)?;
        Ok(converted)
    }
}

/// Has what the replay rejected speak of the user's own rows and columns, not of the tables that were made of them.
fn name_rows(
    work: &Path,
    converted: &Path,
    out: &Path,
    sources: &[RecordSource],
) -> Result<(), Failure> {
    let mut facts = Origins::open(&work.join(FACT_ORIGINS_FILE), sources)?;
    let mut claims = Origins::open(&work.join(CLAIM_ORIGINS_FILE), sources)?;
    let claims_file = converted.join(CLAIMS_FILE);
    history::rename_rejects(&out.join(history::REJECTS_FILE), |file, error| {
        let origins = if file == claims_file { &mut claims } else { &mut facts };
        let Some(RowOrigin { source, row, line }) = origins.of(error.row)? else {
            return Ok(None);
        };
        let is_id = ["fact_id", "request_id"].contains(&error.column.as_str());
        let column = if is_id { &source.id_columns } else { &error.column };
        let (column, message) = (column.clone(), error.message.clone());
        Ok(Some((source.file.clone(), RowError { row, line, column, message })))
    })?;
    Ok(())
}
