//! `vouch drift`.

use std::path::PathBuf;

use comfy_table::{CellAlignment, Table, presets};

use super::model_folder::open_model;
use super::output::{self, Failure, grouped};
use super::train::HistoryArg;
use crate::domain::Timestamp;
use crate::train::{self, Drift};

#[derive(Debug, clap::Args)]
pub(super) struct DriftArgs {
    /// The model: `models/<name>/<version>`, or `models/<name>` for the version in use.
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    #[command(flatten)]
    history: HistoryArg,
    /// Claims from this time on, such as `2026-11-01T00:00:00Z`; without one, those behind the model's calibration.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Fail when the score or a feature has a population stability index of this or more.
    #[arg(long, value_name = "PSI", default_value_t = 0.25, value_parser = index)]
    threshold: f64,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

impl DriftArgs {
    /// Prints the drift; fails when something moved too far.
    pub(super) fn run(self) -> Result<(), Failure> {
        let model = open_model(&self.model)?;
        let history = self.history.open()?;
        let drift = train::drift(&model, &history, self.since)?;
        if self.json {
            output::line(serde_json::to_string_pretty(&drift)?)?;
        } else {
            output::line(table(&drift))?;
        }
        let moved = drift.lines.iter().filter(|line| line.psi >= self.threshold);
        let names: Vec<String> = moved.map(|line| format!("`{}`", line.name)).collect();
        if names.is_empty() {
            return Ok(());
        }
        let threshold = self.threshold;
        Err(format!("drifted to {threshold} or more: {}", names.join(", ")).into())
    }
}

fn table(drift: &Drift) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["", "PSI", "verdict"]);
    for line in &drift.lines {
        table.add_row([line.name.clone(), format!("{:.4}", line.psi), line.verdict.to_string()]);
    }
    if let Some(psi) = table.column_mut(1) {
        psi.set_cell_alignment(CellAlignment::Right);
    }
    let (from, until, claims) = (drift.from.0, drift.until.0, grouped(drift.claims));
    format!(
        "{} {} against {claims} refunds claimed from {from} to {until}\n{}\n\
         below 0.1 stable, to 0.25 moving, above moved (N. Siddiqi, Credit Risk Scorecards, 2006)",
        drift.name,
        drift.version,
        table.trim_fmt()
    )
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    Ok(Timestamp::from_ms(time.as_millisecond()))
}

/// A population stability index; nothing is at or above a threshold that is no number.
fn index(text: &str) -> Result<f64, String> {
    let found = text.parse().ok().filter(|index: &f64| index.is_finite() && *index >= 0.0);
    found.ok_or_else(|| "give a number from 0 on, such as 0.25".to_owned())
}
