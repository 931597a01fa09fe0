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
use crate::mapping::{CLAIMS_FILE, FACTS_FILE, Plan, REJECTS_FILE};

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
        let bad_rows = self.convert(&plan, &work.folder, &converted)?;
        let files = (vec![converted.join(FACTS_FILE)], vec![converted.join(CLAIMS_FILE)]);
        // The conversion has told of the user's own files without rows.
        let intake = take_in(&files, &work.folder)?;
        let replayed = replay(&config, &setup, &intake, self.saving, &work.folder, out)?;
        output::line(report(&setup, out, "Historical orders")?)?;
        work.done()?;
        let code = self.results.end(&replayed)?;
        if bad_rows == 0 { Ok(code) } else { ended(bad_rows, &converted.join(REJECTS_FILE)) }
    }

    /// Converts, unless an interrupted run has done so: from the same tables, in the same way. How many rows are bad.
    fn convert(&self, plan: &Plan, work: &Path, folder: &Path) -> Result<u64, Failure> {
        let origin = self.tables.origin(plan)?;
        if let Some(done) = history::note::<Converted>(work, CONVERTED_NOTE)? {
            if let Some(what) = done.origin.change(&origin) {
                return Err(HistoryError::OtherWork { what }.into());
            }
            output::line("an interrupted run goes on with the tables that it had converted")?;
            return Ok(done.bad_rows);
        }
        output::make_folder(folder)?;
        let bad_rows = self.tables.convert(plan, folder)?.bad_rows();
        history::keep_note(work, CONVERTED_NOTE, &Converted { origin, bad_rows })?;
        Ok(bad_rows)
    }
}
