//! `vouch replay`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets};

use super::convert::{EXIT_CODES, ended};
use super::output::{self, Failure, FolderLock, grouped};
use super::progress::{bar, bytes_bar};
use super::{ConfigArg, check, setup};
use crate::config::{Champion, Config};
use crate::domain::Money;
use crate::engine::Setup;
use crate::history::{
    self, DECISIONS_FILE, Intake, OUTCOMES_FILE, REJECTS_FILE, Replayed, WORK_FOLDER,
};
use crate::report;
use crate::tables::write_whole;

/// The name of the report.
const REPORT_FILE: &str = "report.html";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Replay {
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    saving: Saving,
    #[command(flatten)]
    results: Results,
}

/// What is replayed.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Inputs {
    /// Folder with `facts` and `claims`, each as `.parquet`, `.csv`, `.ndjson` or `.jsonl`: what simulate, convert and
    /// export write.
    #[arg(long, value_name = "FOLDER", required_unless_present = "facts")]
    from: Option<PathBuf>,
    /// Files of facts in any of these formats; may be a pattern in quotes, and be given several times.
    #[arg(long, value_name = "FILE")]
    facts: Vec<String>,
    /// Files of claims; likewise.
    #[arg(long, value_name = "FILE")]
    claims: Vec<String>,
}

/// What judges.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Judging {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Policy file; instead of the one that the settings name.
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// Judge by rules alone, whatever model the settings name: what training and a comparison with rules want.
    #[arg(long)]
    rules_only: bool,
}

/// How often a replay saves its state.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Saving {
    /// Save what is remembered when so many seconds have passed since the last time: an interrupted run goes on from
    /// there. The more is remembered, the longer it takes.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    save_every_s: u64,
}

/// Where results go.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Results {
    /// Folder for the results; it must be empty or not there yet, or hold an interrupted run, which goes on.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Replace the results of an earlier run, and begin an interrupted one anew.
    #[arg(long)]
    overwrite: bool,
}

impl Replay {
    /// Replays, and says what came of it.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.judging.read()?;
        let files = self.inputs.files()?;
        let setup = Arc::new(setup(&config)?);
        let work = self.results.prepare("replay")?;
        let (work_folder, out) = (&work.folder, &self.results.out);
        let intake = take_in(&files, work_folder)?;
        warn_of_empty(&intake)?;
        let replayed = replay(&config, &setup, &intake, self.saving, work_folder, out)?;
        output::line(report(&setup, &self.results.out, "Replay")?)?;
        work.done()?;
        self.results.end(&replayed)
    }
}

/// Files of facts, and of claims.
pub(super) type Files = (Vec<PathBuf>, Vec<PathBuf>);

impl Inputs {
    /// The files that are replayed.
    pub(super) fn files(&self) -> Result<Files, Failure> {
        let mut facts = expanded(&self.facts)?;
        let mut claims = expanded(&self.claims)?;
        if let Some(folder) = &self.from {
            facts.extend(tables(folder, "facts")?);
            claims.extend(tables(folder, "claims")?);
        }
        Ok((facts, claims))
    }
}

impl Judging {
    /// The settings.
    pub(super) fn read(&self) -> Result<Config, Failure> {
        let mut config = check::read_config(&self.config)?;
        if let Some(policy) = &self.policy {
            config.policy = Some(policy.clone());
        }
        if self.rules_only {
            config.model.champion = Champion::Off;
            config.model.challengers.clear();
        }
        Ok(config)
    }
}

/// The files that patterns name, in order.
fn expanded(patterns: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for pattern in patterns {
        let found = glob::glob(pattern)
            .map_err(|error| format!("`{pattern}` is no pattern of files: {error}"))?;
        let before = files.len();
        for file in found {
            files.push(file?);
        }
        if files.len() == before {
            return Err(format!("no file is named `{pattern}`").into());
        }
    }
    Ok(files)
}

/// The table of a folder, in whatever format.
fn tables(folder: &Path, name: &str) -> Result<Option<PathBuf>, Failure> {
    let endings = ["parquet", "csv", "ndjson", "jsonl"];
    let found = endings.map(|ending| folder.join(format!("{name}.{ending}")));
    let mut there = found.into_iter().filter(|path| path.exists());
    match (there.next(), there.next()) {
        (Some(path), None) => Ok(Some(path)),
        (Some(one), Some(other)) => Err(format!(
            "`{}` and `{}` hold the same; name the one to read with --{name}",
            one.display(),
            other.display()
        )
        .into()),
        // A history without claims is a history.
        (None, _) if name == "claims" => Ok(None),
        (None, _) => Err(format!("`{}` holds no `{name}.parquet`", folder.display()).into()),
    }
}

/// Work that may be interrupted: its folder, and the lock on that of the results.
#[derive(Debug)]
pub(super) struct Work {
    /// Where it keeps what it goes on from.
    pub(super) folder: PathBuf,
    _lock: FolderLock,
}

/// Which command a work folder is of.
const COMMAND_NOTE: &str = "command.json";

impl Work {
    /// All results are there: nothing is gone on with.
    pub(super) fn done(self) -> Result<(), Failure> {
        Ok(history::remove_work(&self.folder)?)
    }
}

impl Results {
    /// Where they go.
    pub(super) fn folder(&self) -> &Path {
        &self.out
    }

    /// Makes the folders for the results of a command, or takes those of an interrupted run of it.
    pub(super) fn prepare(&self, command: &str) -> Result<Work, Failure> {
        let lock = FolderLock::take(&self.out)?;
        let folder = self.out.join(WORK_FOLDER);
        if self.overwrite {
            history::remove_work(&folder)?;
        }
        lock.require_empty(self.overwrite || folder.exists())?;
        output::make_folder(&folder)?;
        match history::note::<String>(&folder, COMMAND_NOTE)? {
            Some(other) if other != command => {
                let shown = self.out.display();
                return Err(format!(
                    "the folder `{shown}` holds an interrupted `vouch {other}`; name another one, or give --overwrite"
                )
                .into());
            }
            Some(_) => {}
            None => history::keep_note(&folder, COMMAND_NOTE, &command)?,
        }
        Ok(Work { folder, _lock: lock })
    }

    /// Says what came of it; the exit code.
    pub(super) fn end(&self, replayed: &Replayed) -> Result<ExitCode, Failure> {
        let shown = self.out.display();
        output::line(format!("events    {}", grouped(replayed.events)))?;
        output::line(format!("repeated  {}", grouped(replayed.repeated)))?;
        output::line(format!("rejected  {}", grouped(replayed.rejected)))?;
        output::line(format!(
            "written to {shown}: {DECISIONS_FILE}, {OUTCOMES_FILE}, {REPORT_FILE}"
        ))?;
        ended(replayed.rejected, &self.out.join(REJECTS_FILE))
    }
}

/// Writes the report on the decisions of a folder; its summary for the terminal.
pub(super) fn report(setup: &Setup, out: &Path, title: &str) -> Result<String, Failure> {
    let summary = report::summarise(&out.join(DECISIONS_FILE), &out.join(OUTCOMES_FILE))?;
    let terms = &setup.policy.terms;
    let (currency, digits) = (terms.currency.as_str(), u32::from(terms.currency.exponent()));
    let about = format!(
        "Policy {} ({}), {}, vouch {}.",
        setup.policy.name,
        short(&setup.versions.policy_sha256),
        model_name(setup),
        setup.versions.vouch
    );
    let html = report::summary_html(&summary, title, &about, currency, digits)?;
    write_whole(&out.join(REPORT_FILE), html.as_bytes())?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["\ndecided by", "\ndecision", "\nclaims", "\nmoney"]);
    for (layer, decisions) in &summary.layers {
        for (decision, tally) in decisions {
            table.add_row([
                layer.clone(),
                decision.clone(),
                grouped(tally.claims),
                Money { amount_minor: tally.value_minor, currency: terms.currency }.to_string(),
            ]);
        }
    }
    for column in [2, 3] {
        if let Some(figures) = table.column_mut(column) {
            figures.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(table.trim_fmt())
}

/// The model that judges, in words.
pub(super) fn model_name(setup: &Setup) -> String {
    setup.models.champion.as_ref().map_or_else(
        || "no model".to_owned(),
        |model| format!("model {} {}", model.name(), model.version()),
    )
}

/// The first digits of a digest.
pub(super) fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

/// Takes files in, with progress.
pub(super) fn take_in((facts, claims): &Files, work: &Path) -> Result<Intake, Failure> {
    let read = bytes_bar();
    let intake = history::intake(facts, claims, work, |at| {
        read.set_length(at.total_bytes);
        read.set_position(at.bytes);
        read.set_message(format!("{} rows read", grouped(at.rows)));
    })?;
    read.finish_and_clear();
    Ok(intake)
}

/// Tells of the files that hold no rows.
pub(super) fn warn_of_empty(intake: &Intake) -> Result<(), Failure> {
    for file in &intake.empty_files {
        output::line(output::holds_no_rows(file))?;
    }
    Ok(())
}

/// Replays what was taken in, with progress.
#[expect(clippy::disallowed_methods, reason = "the command line reads the clock")]
pub(super) fn replay(
    config: &Config,
    setup: &Arc<Setup>,
    intake: &Intake,
    saving: Saving,
    work: &Path,
    out: &Path,
) -> Result<Replayed, Failure> {
    let setup = Arc::clone(setup);
    let events = bar(intake.events(), "events");
    let every = Duration::from_secs(saving.save_every_s);
    // Counted from the end of a save, which may take long: nothing while one is under way.
    let mut saved = Some(Instant::now());
    let save_due = || match saved {
        Some(at) if at.elapsed() >= every => {
            saved = None;
            true
        }
        Some(_) => false,
        None => {
            saved = Some(Instant::now());
            false
        }
    };
    let replayed = history::replay(setup, &config.tenant, intake, work, out, save_due, |done| {
        events.set_position(done.events);
        events.set_message(format!("at {}", done.observed_at));
    })?;
    events.finish_and_clear();
    Ok(replayed)
}
