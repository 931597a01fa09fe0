//! `vouch backtest`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};

use super::convert::{EXIT_CODES, ended};
use super::output::{self, Failure, grouped};
use super::replay::{
    Files, Inputs, Results, Saving, model_name, replay, report, short, take_in, warn_of_empty,
};
use super::{ConfigArg, check, setup};
use crate::config::{Champion, Config};
use crate::domain::{Layer, Money};
use crate::engine::Setup;
use crate::history::{self, DECISIONS_FILE, HistoryError, OUTCOMES_FILE, REJECTS_FILE};
use crate::report::{self, Comparison, RuleFacts};
use crate::tables::{FileStamp, write_whole};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Backtest {
    #[command(flatten)]
    config: ConfigArg,
    /// A policy file; give two: what holds today, and what may replace it. One, or none, counts for both.
    #[arg(long = "policy", value_name = "FILE", required_unless_present = "models")]
    policies: Vec<PathBuf>,
    /// A model, likewise: the folder of a version or of versions, `shipped`, or `none` for rules alone.
    #[arg(long = "model", value_name = "FOLDER")]
    models: Vec<PathBuf>,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    saving: Saving,
    #[command(flatten)]
    results: Results,
}

impl Backtest {
    /// Replays the history under both, each with its own consequences, and says what changes.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let [policy_a, policy_b] = pair("policies", &self.policies)?;
        let [model_a, model_b] = pair("models", &self.models)?;
        let config = check::read_config(&self.config)?;
        let files = self.inputs.files()?;
        // Both are read before the long work begins.
        let sides = [
            Side::read(FIRST_SIDE, policy_a, model_a, &config)?,
            Side::read("b", policy_b, model_b, &config)?,
        ];
        let work = self.results.prepare("backtest")?;
        let out = self.results.folder();
        begin(&work.folder, out, &sides, &files)?;
        let mut rejected = 0;
        for side in &sides {
            // Both read the same rows.
            rejected = side.replay(&files, self.saving, &work.folder, out)?;
        }
        let [a, b] = &sides;
        let comparison = report::compare(
            &out.join("a").join(DECISIONS_FILE),
            &out.join("b").join(DECISIONS_FILE),
            &out.join("a").join(OUTCOMES_FILE),
            &a.entries(),
            &b.entries(),
        )?;
        write(out, &comparison, a, b)?;
        output::line(changes(&comparison, &a.setup))?;
        work.done()?;
        output::line(format!("written to {}: {REPORT}, {FLIPS}, {FIGURES}, a, b", out.display()))?;
        ended(rejected, &out.join("b").join(REJECTS_FILE))
    }
}

/// What a backtest is of, in its work folder.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Subject {
    /// What judges in A and in B.
    judges: [String; 2],
    facts: Vec<FileStamp>,
    claims: Vec<FileStamp>,
}

const SUBJECT_NOTE: &str = "backtest.json";

impl Subject {
    fn change(&self, now: &Self) -> Option<String> {
        let what = "a policy, a model, the settings, the geo files or vouch changed";
        let judges = (self.judges != now.judges).then(|| what.to_owned());
        judges
            .or_else(|| FileStamp::change(&self.facts, &now.facts))
            .or_else(|| FileStamp::change(&self.claims, &now.claims))
    }
}

/// Begins anew, or goes on with an interrupted backtest of the same.
fn begin(
    work: &Path,
    out: &Path,
    sides: &[Side; 2],
    (facts, claims): &Files,
) -> Result<(), Failure> {
    let stamps = |files: &[PathBuf]| FileStamp::all(files.iter().map(PathBuf::as_path));
    let judges = sides.each_ref().map(|side| format!("{:?}", side.setup.versions));
    let now = Subject { judges, facts: stamps(facts)?, claims: stamps(claims)? };
    if let Some(then) = history::note::<Subject>(work, SUBJECT_NOTE)? {
        let Some(what) = then.change(&now) else { return Ok(()) };
        return Err(HistoryError::OtherWork { what }.into());
    }
    // Of an earlier backtest nothing is taken for this one's.
    for side in sides {
        for file in [DECISIONS_FILE, OUTCOMES_FILE, REJECTS_FILE] {
            let path = out.join(side.name).join(file);
            if path.exists() {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(history::keep_note(work, SUBJECT_NOTE, &now)?)
}

/// What is compared with.
const FIRST_SIDE: &str = "a";

const REPORT: &str = "backtest.html";
const FLIPS: &str = "flips.csv";
const FIGURES: &str = "backtest.json";

/// What each of the two judges by; `None` is what the settings name.
fn pair<'a>(what: &str, given: &'a [PathBuf]) -> Result<[Option<&'a Path>; 2], Failure> {
    match given {
        [] => Ok([None, None]),
        [both] => Ok([Some(both), Some(both)]),
        [a, b] => Ok([Some(a), Some(b)]),
        more => Err(format!("{} {what} are given; give two at most", more.len()).into()),
    }
}

/// The model that an argument names.
fn champion(model: &Path) -> Champion {
    match model.to_str() {
        Some("none") => Champion::Off,
        Some("shipped") => Champion::Shipped,
        Some(_) | None => Champion::Folder(model.to_path_buf()),
    }
}

/// One of the two.
struct Side {
    name: &'static str,
    config: Config,
    setup: Arc<Setup>,
}

impl Side {
    fn read(
        name: &'static str,
        policy: Option<&Path>,
        model: Option<&Path>,
        config: &Config,
    ) -> Result<Self, Failure> {
        let mut config = config.clone();
        if let Some(policy) = policy {
            config.policy = Some(policy.to_path_buf());
        }
        if let Some(model) = model {
            config.model.champion = champion(model);
        }
        let setup = Arc::new(setup(&config)?);
        Ok(Self { name, config, setup })
    }

    /// Replays into a folder of its own, unless an interrupted backtest has done so. How many rows were rejected.
    fn replay(
        &self,
        files: &Files,
        saving: Saving,
        work: &Path,
        out: &Path,
    ) -> Result<u64, Failure> {
        let done = format!("{}.json", self.name);
        if let Some(rejected) = history::note(work, &done)? {
            return Ok(rejected);
        }
        let (folder, own_work) = (out.join(self.name), work.join(self.name));
        output::make_folder(&folder)?;
        output::make_folder(&own_work)?;
        let intake = take_in(files, &own_work)?;
        if self.name == FIRST_SIDE {
            // Both read the same files: it is told once.
            warn_of_empty(&intake)?;
        }
        let replayed = replay(&self.config, &self.setup, &intake, saving, &own_work, &folder)?;
        report(&self.setup, &folder, &format!("Replay under {}", self.about()))?;
        history::keep_note(work, &done, &replayed.rejected)?;
        history::remove_work(&own_work)?;
        Ok(replayed.rejected)
    }

    /// The entries of the policy, as reports name them.
    fn entries(&self) -> Vec<RuleFacts> {
        let policy = &self.setup.policy;
        let entry = |layer: Layer, id: &str| format!("{}:{id}", layer.as_str());
        let by_condition = policy.entries.iter();
        let by_condition =
            by_condition.map(|e| (entry(e.layer, &e.id), e.then.as_str().to_owned()));
        let lists = policy.lists.iter();
        let lists = lists.map(|e| (entry(Layer::List, &e.id), e.then.as_str().to_owned()));
        by_condition.chain(lists).collect()
    }

    fn about(&self) -> String {
        let policy = &self.setup.policy;
        let sha256 = short(&self.setup.versions.policy_sha256);
        let file = self.config.policy.as_ref();
        let file =
            file.map_or_else(|| "the shipped policy".into(), |file| file.display().to_string());
        format!("{file} ({}, {sha256}) with {}", policy.name, model_name(&self.setup))
    }
}

fn write(out: &Path, comparison: &Comparison, a: &Side, b: &Side) -> Result<(), Failure> {
    let terms = &a.setup.policy.terms;
    let (currency, digits) = (terms.currency.as_str(), u32::from(terms.currency.exponent()));
    let about =
        "The same history, judged in two ways, each with the consequences of its own decisions.";
    let (a, b) = (a.about(), b.about());
    let html = report::comparison_html(comparison, about, [&a, &b], currency, digits);
    write_whole(&out.join(FIGURES), serde_json::to_string_pretty(comparison)?.as_bytes())?;
    write_whole(&out.join(FLIPS), flips(comparison).as_bytes())?;
    Ok(write_whole(&out.join(REPORT), html.as_bytes())?)
}

/// One line for each claim that is decided otherwise. Ids are quoted: they may hold what a table would take for a
/// separator, or a spreadsheet for a formula.
fn flips(comparison: &Comparison) -> String {
    let head = "request_id,order_id,claimed,value_minor,label,a,a_reason,b,b_reason\n";
    let mut text = head.to_owned();
    for flip in &comparison.flips {
        let value = flip.value_minor.map_or_else(String::new, |value| value.to_string());
        let label = format!("{:?}", flip.label).to_lowercase();
        text.push_str(&format!(
            "{},{},{},{value},{label},{},{},{},{}\n",
            quoted(&flip.request_id),
            quoted(&flip.order_id),
            flip.claimed,
            flip.a.0,
            quoted(&flip.a.1),
            flip.b.0,
            quoted(&flip.b.1),
        ));
    }
    text
}

fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

/// Claims by what A and what B decide.
fn changes(comparison: &Comparison, setup: &Setup) -> String {
    let currency = setup.policy.terms.currency;
    let money = |minor: i64| Money { amount_minor: minor, currency }.to_string();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "\nA",
        "\nB",
        "\nclaims",
        "\nmoney",
        "\nturned out good",
        "\nturned out bad",
    ]);
    for (a, row) in &comparison.decisions {
        for (b, tally) in row {
            table.add_row([
                a.clone(),
                b.clone(),
                grouped(tally.claims),
                money(tally.value_minor),
                grouped(tally.good),
                grouped(tally.bad),
            ]);
        }
    }
    for column in 2..6 {
        if let Some(figures) = table.column_mut(column) {
            figures.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_takes_ids_for_text() {
        assert_eq!(quoted("r-1"), "\"r-1\"");
        assert_eq!(quoted("a\"b,c"), "\"a\"\"b,c\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
