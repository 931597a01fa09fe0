//! `vouch score`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::convert::{EXIT_CODES, Tables, ended};
use super::output::{self, Failure};
use super::replay::{Judging, Results, replay, report};
use super::setup;
use crate::mapping::{CLAIMS_FILE, FACTS_FILE, REJECTS_FILE};

/// What `vouch convert` would write.
const CONVERTED: &str = "converted";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Score {
    #[command(flatten)]
    tables: Tables,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    results: Results,
}

impl Score {
    /// Converts and replays, and says what came of it.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.judging.read()?;
        let setup = Arc::new(setup(&config)?);
        let plan = self.tables.plan()?;
        let work = self.results.prepare()?;
        let out = self.results.folder();
        let converted = out.join(CONVERTED);
        let files = (vec![converted.join(FACTS_FILE)], vec![converted.join(CLAIMS_FILE)]);
        // Both are there when an interrupted run has written them: they appear when they are whole.
        let is_done = files.0.iter().chain(&files.1).all(|path| path.exists());
        let rejects = converted.join(REJECTS_FILE);
        let converted_rejects = if is_done && !self.results.overwrite() {
            rejected(&rejects)?
        } else {
            fs::create_dir_all(&converted)?;
            self.tables.convert(&plan, &converted)?.bad_rows()
        };
        let replayed = replay(&config, &setup, &files, &work, out)?;
        output::line(report(&setup, out, "Historical orders")?)?;
        let code = self.results.end(&replayed)?;
        if converted_rejects == 0 { Ok(code) } else { ended(converted_rejects, &rejects) }
    }
}

/// Rows that an earlier run rejected: the lines of the file below its head.
fn rejected(file: &Path) -> Result<u64, Failure> {
    let lines = BufReader::new(File::open(file)?).lines().count();
    Ok(u64::try_from(lines.saturating_sub(1))?)
}
