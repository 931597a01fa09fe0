//! `vouch train`.

use std::path::{Path, PathBuf};

use super::output::{self, Failure, grouped, located};
use super::progress::stage;
use crate::document::read_text;
use crate::scoring::{FeatureDefs, ModelKind, SHIPPED_FEATURES};
use crate::train::{self, Evaluation, History, Order, SHIPPED_SETTINGS, Settings, Stage};

/// The longest name of a model, bytes.
const NAME_MAX_BYTES: usize = 64;

#[derive(Debug, clap::Args)]
pub(super) struct Train {
    #[command(flatten)]
    history: HistoryArg,
    /// Name of the model.
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = name)]
    name: String,
    /// File of features; without one, those of config/features.toml.
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArg,
    /// Where chance starts from.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Folder of all models; the new one becomes `<FOLDER>/<NAME>/<version>`.
    #[arg(long, value_name = "FOLDER", default_value = "models")]
    out: PathBuf,
    /// Learn what is odd without any labels: for a start. Such a model decides nothing.
    #[arg(long)]
    unsupervised: bool,
    /// Replace a model of the same data, features, settings and seed.
    #[arg(long)]
    overwrite: bool,
}

/// What was decided, and what became known of it.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct HistoryArg {
    /// Folder with decisions.parquet and outcomes.parquet, as replay and export write them; may be given several times.
    #[arg(long, value_name = "FOLDER", required = true)]
    history: Vec<PathBuf>,
}

/// Settings of training and evaluation.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SettingsArg {
    /// File of settings; without one, those of config/train.toml.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl HistoryArg {
    pub(super) fn open(&self) -> Result<History, Failure> {
        let progress = stage("reading the history");
        let history = History::open(&self.history);
        progress.finish_and_clear();
        Ok(history?)
    }
}

impl SettingsArg {
    pub(super) fn read(&self) -> Result<Settings, Failure> {
        let (file, source) = text(self.settings.as_deref(), "config/train.toml", SHIPPED_SETTINGS)?;
        Settings::load(&source).map_err(|problems| Failure::Problems(located(&file, &problems)))
    }
}

impl Train {
    /// Trains, and says how good the model is.
    pub(super) fn run(self) -> Result<(), Failure> {
        let kind = if self.unsupervised { ModelKind::Unsupervised } else { ModelKind::Supervised };
        let (file, source) =
            text(self.features.as_deref(), "config/features.toml", SHIPPED_FEATURES)?;
        let (features, warnings) = FeatureDefs::load(&source)
            .map_err(|problems| Failure::Problems(located(&file, &problems)))?;
        for warning in located(&file, &warnings) {
            output::line(warning)?;
        }
        let order = Order {
            name: self.name,
            features,
            settings: self.settings.read()?,
            seed: self.seed,
            kind,
        };
        let history = self.history.open()?;
        let folder = self.out.join(&order.name).join(train::version(&history, &order)?);
        if folder.exists() && !self.overwrite {
            let hint = "it is of the same data, features, settings and seed; give --overwrite";
            return Err(format!("`{}` is there already: {hint}", folder.display()).into());
        }
        let progress = stage("choosing the claims");
        let tell = |at| {
            progress.reset_elapsed();
            progress.set_message(told(at));
        };
        let trained = train::train(&history, &order, tell);
        progress.finish_and_clear();
        let trained = trained?;
        let folder = trained.artifact.write(&self.out, self.overwrite)?;
        if let Some(evaluation) = &trained.evaluation {
            output::line(summary(evaluation))?;
        }
        let size = u64::try_from(trained.artifact.size_bytes()).unwrap_or(u64::MAX);
        output::line(format!("written to {} ({} bytes)", folder.display(), grouped(size)))
    }
}

/// A file, or what is used without one, under the name that messages give it.
fn text(path: Option<&Path>, shipped: &str, otherwise: &str) -> Result<(String, String), Failure> {
    let Some(path) = path else { return Ok((shipped.to_owned(), otherwise.to_owned())) };
    let file = path.display().to_string();
    let source = read_text(path).map_err(|error| format!("`{file}` {error}"))?;
    Ok((file, source))
}

fn told(stage: Stage) -> String {
    match stage {
        Stage::Reads(slice, rows) => {
            let rows = grouped(u64::try_from(rows).unwrap_or(u64::MAX));
            format!("reading the {slice} slice: {rows} refunds")
        }
        Stage::Fits => "fitting".to_owned(),
        Stage::Profiles => "taking the profile".to_owned(),
        Stage::Tests => "testing on the last slice".to_owned(),
        Stage::Reports => "writing the report".to_owned(),
    }
}

/// The main figures, a line each.
pub(super) fn summary(of: &Evaluation) -> String {
    let ranking = &of.ranking;
    let calibration = of.calibration.as_ref();
    let mut lines = vec![
        format!("{} {}", of.name, of.version),
        format!("tested on       {} refunds, {} frauds", grouped(of.claims), grouped(of.frauds)),
        format!("claims          {} to {}", of.from.0, of.until.0),
    ];
    let figures = [
        ("AP", ranking.average_precision),
        ("AUC", ranking.roc_auc),
        ("recall @ 1 %", ranking.recall_at_fpr_1_percent),
        ("recall @ 0.1 %", ranking.recall_at_fpr_01_percent),
        ("precision @ cap", ranking.precision_at_capacity),
        ("Brier", calibration.and_then(|figures| figures.brier)),
        ("calibration err", calibration.and_then(|figures| figures.error)),
    ];
    let known = figures.into_iter().filter_map(|(name, value)| Some((name, value?)));
    lines.extend(known.map(|(name, value)| format!("{name:16}{value:.4}")));
    for way in of.costs.iter().flat_map(|costs| &costs.ways) {
        let (cost, saved) = (way.cost_per_claim / 100.0, way.saved_per_claim / 100.0);
        let rules = way.saved_against_rules.map_or_else(String::new, |saved| {
            format!(", {:8.2} against rules only", saved / 100.0)
        });
        let way = way.way;
        lines.push(format!("cost of a claim, {way:16} {cost:8.2}, saves {saved:8.2}{rules}"));
    }
    lines.extend(of.costs.as_ref().and_then(|costs| costs.lacks).map(str::to_owned));
    lines.join("\n")
}

/// Names are folders.
fn name(text: &str) -> Result<String, String> {
    let is_sound = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
        && text.len() <= NAME_MAX_BYTES;
    let rule = "use a lower-case letter, then lower-case letters, digits, `-` and `_`";
    if is_sound { Ok(text.to_owned()) } else { Err(rule.to_owned()) }
}
