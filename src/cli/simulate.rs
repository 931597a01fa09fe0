//! `vouch simulate`.

use std::path::PathBuf;

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};

use super::output::{self, Failure, grouped, located};
use super::progress::bar;
use crate::document::read_text;
use crate::simulate::{self, Knobs, Summary};
use crate::tables;

#[derive(Debug, clap::Args)]
pub(super) struct Simulate {
    /// Folder for the files; it must be empty or not there yet, unless --overwrite is given.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// File of knobs; without one, every knob has its default, as in config/simulate.toml.
    #[arg(long, value_name = "FILE")]
    knobs: Option<PathBuf>,
    /// Where chance starts from; instead of the knob `seed`.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many orders; instead of the knob `size.orders`.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    orders: Option<u64>,
    /// Over how many days; instead of the knob `size.days`.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1_500))]
    days: Option<u64>,
    /// What facts and claims are written as; may be given twice.
    #[arg(long, value_enum, default_values_t = [Format::Parquet])]
    format: Vec<Format>,
    /// Replace the files of an earlier run.
    #[arg(long)]
    overwrite: bool,
}

/// What records are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Format {
    /// Parquet tables.
    Parquet,
    /// One line of ProtoJSON for each record. Four times slower.
    Ndjson,
    /// The same tables as CSV, which a spreadsheet reads too.
    Csv,
}

impl From<Format> for tables::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Parquet => Self::Parquet,
            Format::Ndjson => Self::Ndjson,
            Format::Csv => Self::Csv,
        }
    }
}

impl Simulate {
    /// Simulates, and says what came of it.
    pub(super) fn run(self) -> Result<(), Failure> {
        let knobs = self.knobs()?;
        let _lock = output::prepare_folder(&self.out, self.overwrite)?;
        let mut formats: Vec<tables::Format> = self.format.iter().map(|f| (*f).into()).collect();
        formats.sort_unstable();
        formats.dedup();
        let bar = bar(knobs.size.orders, "orders");
        let done =
            simulate::simulate(&knobs, &self.out, &formats, |orders| bar.set_position(orders));
        bar.finish_and_clear();
        let summary = done?;
        output::line(report(&knobs, &summary))?;
        output::line(format!("written to {}", self.out.display()))
    }

    fn knobs(&self) -> Result<Knobs, Failure> {
        let mut knobs = match &self.knobs {
            None => Knobs::default(),
            Some(path) => {
                let file = path.display().to_string();
                let source = read_text(path).map_err(|error| format!("`{file}` {error}"))?;
                Knobs::load(&source)
                    .map_err(|problems| Failure::Problems(located(&file, &problems)))?
            }
        };
        knobs.seed = self.seed.unwrap_or(knobs.seed);
        knobs.size.orders = self.orders.unwrap_or(knobs.size.orders);
        knobs.size.days = self.days.unwrap_or(knobs.size.days);
        Ok(knobs)
    }
}

fn report(knobs: &Knobs, summary: &Summary) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut row = |name: &str, count: u64, share: String| {
        table.add_row([name.to_owned(), grouped(count), share]);
    };
    row("orders", summary.orders, format!("over {} days, seed {}", knobs.size.days, knobs.seed));
    row("accounts", summary.accounts, String::new());
    row("facts", summary.fact_count(), String::new());
    for (kind, count) in &summary.facts {
        row(&format!("  {kind}"), *count, String::new());
    }
    row("claims", summary.claims, String::new());
    row("refunds claimed", summary.refunds, share(summary.refunds, summary.orders, "orders"));
    row("  bad", summary.bad_refunds, share(summary.bad_refunds, summary.refunds, "refunds"));
    row(
        "  labelled",
        summary.labelled_refunds,
        share(summary.labelled_refunds, summary.refunds, "refunds"),
    );
    for (actor, count) in &summary.actors {
        row(&format!("  by {}", actor.as_str()), *count, share(*count, summary.refunds, "refunds"));
    }
    if let Some(counts) = table.column_mut(1) {
        counts.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

fn share(part: u64, whole: u64, of: &str) -> String {
    let hundredths = part.saturating_mul(10_000).checked_div(whole).unwrap_or(0);
    format!("{}.{:02} % of {of}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_two_decimals() {
        assert_eq!(share(1, 8, "refunds"), "12.50 % of refunds");
        assert_eq!(share(0, 0, "orders"), "0.00 % of orders");
    }
}
