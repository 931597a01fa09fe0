//! `vouch evaluate`.

use std::path::PathBuf;

use comfy_table::{CellAlignment, Table, presets};

use super::model_folder::open_model;
use super::output::{self, Failure};
use super::train::{HistoryArg, SettingsArg, summary};
use crate::train::{self, SignalStrength};

#[derive(Debug, clap::Args)]
pub(super) struct Evaluate {
    /// The model: `models/<name>/<version>`, or `models/<name>` for the version in use.
    #[arg(long, value_name = "FOLDER", required_unless_present = "signals")]
    model: Option<PathBuf>,
    #[command(flatten)]
    history: HistoryArg,
    #[command(flatten)]
    settings: SettingsArg,
    /// Print what each signal alone tells of fraud, on all labelled claims of the history; no model is needed.
    #[arg(long)]
    signals: bool,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE", requires = "model")]
    json: Option<PathBuf>,
    /// Write the page with plots.
    #[arg(long, value_name = "FILE", requires = "model")]
    html: Option<PathBuf>,
}

impl Evaluate {
    /// Evaluates on the claims behind those that the model was fitted on.
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = self.settings.read()?;
        let model = self.model.as_deref().map(open_model).transpose()?;
        let history = self.history.open()?;
        if self.signals {
            output::line(signal_table(&train::signal_strengths(&history, &settings)?))?;
        }
        let Some(model) = model else { return Ok(()) };
        for note in model.notes() {
            output::line(format!("note: {note}"))?;
        }
        let evaluation = train::evaluate(&model, &history, &settings)?;
        output::line(summary(&evaluation))?;
        if let Some(path) = &self.json {
            output::file(path, &serde_json::to_string_pretty(&evaluation)?)?;
        }
        if let Some(path) = &self.html {
            output::file(path, &train::html(&evaluation)?)?;
        }
        Ok(())
    }
}

fn signal_table(signals: &[SignalStrength]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "signal",
        "group",
        "known",
        "AUC",
        "fraud is",
        "fraud where known",
        "where unknown",
    ]);
    // In tenths; what is nothing has no sign.
    let share = |value: Option<f64>| {
        let tenths = |value: f64| (1_000.0 * value).round() / 10.0 + 0.0;
        value.map_or_else(|| "-".to_owned(), |value| format!("{:.1} %", tenths(value)))
    };
    for own in signals {
        table.add_row([
            own.signal.clone(),
            own.group.clone(),
            share(Some(own.known)),
            own.roc_auc.map_or_else(|| "-".to_owned(), |auc| format!("{auc:.3}")),
            if own.rises { "more" } else { "less" }.to_owned(),
            share(own.fraud_known),
            share(own.fraud_unknown),
        ]);
    }
    for column in [2, 3, 5, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}
