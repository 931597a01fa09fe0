//! `vouch verify`.

use std::sync::Arc;

use comfy_table::{CellAlignment, Table, presets};

use super::open::open_ledger;
use super::output::{self, Failure, grouped};
use super::progress::bar;
use super::replay::Judging;
use super::setup;
use crate::history::{self, Verified};

#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    #[command(flatten)]
    judging: Judging,
    /// Print so many differences one by one.
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    show: usize,
}

impl Verify {
    /// Prints what differs, by signal and by part of the verdict. Fails when a claim that these versions judged
    /// differs.
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = self.judging.read()?;
        let ledger = open_ledger(&config)?;
        let setup = Arc::new(setup(&config)?);
        let records = bar(0, "records");
        let verified = history::verify(setup, &ledger, &config.tenant, |done, all| {
            records.set_length(all);
            records.set_position(done);
        })?;
        records.finish_and_clear();
        self.report(&verified)
    }

    fn report(&self, verified: &Verified) -> Result<(), Failure> {
        let Verified { facts, claims, differing, findings_differing, .. } = *verified;
        output::line(format!("facts     {}", grouped(facts)))?;
        output::line(format!("claims    {}", grouped(claims)))?;
        if verified.claims_of_other_versions > 0 {
            output::line(format!(
                "          {} of them judged by another vouch, policy, model or other geo files; {} differ, which proves \
                 nothing",
                grouped(verified.claims_of_other_versions),
                grouped(verified.differing_of_other_versions)
            ))?;
        }
        output::line(format!("differing {}", grouped(differing)))?;
        output::line(format!("findings that differ {}", grouped(findings_differing)))?;
        if !verified.by_field.is_empty() {
            output::line(by_field(verified))?;
        }
        for told in verified.differences.iter().take(self.show) {
            output::line(format!(
                "ledger {}, request {}: {} was {}, is {} now",
                told.position, told.request_id, told.field, told.recorded, told.replayed
            ))?;
        }
        if differing == 0 && findings_differing == 0 {
            return Ok(());
        }
        Err("the replay of this ledger is not what was served".into())
    }
}

fn by_field(verified: &Verified) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["\ndiffers in", "\nclaims"]);
    for (field, claims) in &verified.by_field {
        table.add_row([field.clone(), grouped(*claims)]);
    }
    if let Some(counts) = table.column_mut(1) {
        counts.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}
