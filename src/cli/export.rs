//! `vouch export`.

use super::open::open_ledger;
use super::output::{self, Failure, grouped};
use super::progress::bar;
use super::replay::Results;
use super::{ConfigArg, check};
use crate::domain::Timestamp;
use crate::history::{self, ExportPlan};
use crate::records::ProtobufRecords;

/// Records after which what was written is safe.
const PART_RECORDS: u64 = 500_000;

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    #[command(flatten)]
    config: ConfigArg,
    /// Only what was taken in from this time on, as in 2026-01-31T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
    /// Only what was taken in before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    #[command(flatten)]
    results: Results,
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp =
        text.parse().map_err(|_| "give a time as 2026-01-31T00:00:00Z".to_owned())?;
    Ok(Timestamp::from_ms(time.as_millisecond()))
}

impl Export {
    /// Writes the tables, and says how large they are.
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = check::read_config(&self.config)?;
        let ledger = open_ledger(&config)?;
        let work = self.results.prepare("export")?;
        let records = bar(0, "records");
        let exported = history::export(
            &ledger,
            &ProtobufRecords,
            &config.tenant,
            ExportPlan { from: self.from, until: self.until, part_records: PART_RECORDS },
            &work.folder,
            self.results.folder(),
            |done, all| {
                records.set_length(all);
                records.set_position(done);
            },
        )?;
        records.finish_and_clear();
        work.done()?;
        output::line(format!("facts   {}", grouped(exported.facts)))?;
        output::line(format!("claims  {}", grouped(exported.claims)))?;
        output::line(format!("written to {}", self.results.folder().display()))
    }
}
