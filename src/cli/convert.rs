//! `vouch convert`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::output::{self, Failure, located};
use super::progress::bytes_bar;
use crate::document::read_text;
use crate::fingerprint::Fingerprinter;
use crate::mapping::{
    self, ConvertError, ConvertOptions, Mapping, MaxRejects, Plan, REJECTS_FILE, Summary,
};
use crate::tables::FileStamp;

/// What the command exits with when it did all there was to do, but for bad rows. 2 is for arguments.
const EXIT_REJECTS: u8 = 3;
/// Groups of equal faults that are printed; the file has all of them.
const GROUPS_SHOWN: usize = 20;
/// Unknown spellings that are printed.
const WORDS_SHOWN: usize = 30;

/// What exit codes mean.
pub(super) const EXIT_CODES: &str = "Exit code 0: every row was used; 1: stopped, and standard error says why; 2: the arguments are not understood; 3: \
     done, but some rows were rejected.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Convert {
    #[command(flatten)]
    tables: Tables,
    /// Folder for facts.parquet, claims.parquet and rejects.csv; it must be empty or not there yet, unless --overwrite
    /// is given.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Replace the files of an earlier run.
    #[arg(long)]
    overwrite: bool,
}

/// Tables of a user's own.
#[derive(Debug, clap::Args)]
pub(super) struct Tables {
    /// What says which column of which table is what; datasets/history-example/columns.toml is one to copy.
    #[arg(long, value_name = "FILE")]
    columns: PathBuf,
    /// How many bad rows are borne: a share of a table of at least 1000 rows, such as `5%`, or a number of rows in all. A
    /// table without a good row is borne only by `100%` or a number.
    #[arg(long, value_name = "SHARE|NUMBER", default_value_t)]
    max_rejects: MaxRejects,
    /// The platform's secret pepper, at least 16 bytes, when columns.toml hashes columns.
    #[arg(long, env = "VOUCH_KEY_PEPPER", hide_env_values = true, value_name = "SECRET")]
    pepper: Option<String>,
}

/// What a conversion follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    vouch: String,
    columns_sha256: String,
    pepper: Option<String>,
    max_rejects: String,
    files: Vec<FileStamp>,
}

impl Origin {
    /// What changed since, in words; `None` when nothing did.
    pub(super) fn change(&self, now: &Self) -> Option<String> {
        let changed = [
            (self.vouch != now.vouch, "vouch is of another version"),
            (self.columns_sha256 != now.columns_sha256, "columns.toml was changed"),
            (self.pepper != now.pepper, "the pepper is another"),
            (self.max_rejects != now.max_rejects, "--max-rejects is another"),
        ];
        let changed = changed.into_iter().find(|(is_changed, _)| *is_changed);
        let changed = changed.map(|(_, what)| what.to_owned());
        changed.or_else(|| FileStamp::change(&self.files, &now.files))
    }
}

impl Convert {
    /// Converts, and says what came of it.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let plan = self.tables.plan()?;
        let _lock = output::prepare_folder(&self.out, self.overwrite)?;
        let summary = self.tables.convert(&plan, &self.out, None)?;
        output::line(format!("written to {}", self.out.display()))?;
        ended(summary.bad_rows(), &self.out.join(REJECTS_FILE))
    }
}

/// Says where rejects are, when there are any; the exit code.
pub(super) fn ended(rejected: u64, rejects: &Path) -> Result<ExitCode, Failure> {
    if rejected == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("what was rejected is in {}", rejects.display()))?;
    Ok(ExitCode::from(EXIT_REJECTS))
}

impl Tables {
    /// Everything that can be known before rows are read.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        let file = self.columns.display().to_string();
        let problems = |problems: Vec<_>| Failure::Problems(located(&file, &problems));
        let source = read_text(&self.columns).map_err(|error| format!("`{file}` {error}"))?;
        let mapping = Mapping::load(&source).map_err(problems)?;
        let folder = self.columns.parent().unwrap_or_else(|| Path::new(""));
        let plan = Plan::new(mapping, folder).map_err(problems)?;
        // A pepper that is missing is told of before anything is written.
        self.fingerprinter(&plan)?;
        Ok(plan)
    }

    /// Converts into a folder that exists, and prints what came of it. Where records came from is kept in `origins`.
    pub(super) fn convert(
        &self,
        plan: &Plan,
        out: &Path,
        origins: Option<&Path>,
    ) -> Result<Summary, Failure> {
        let options = ConvertOptions {
            fingerprinter: self.fingerprinter(plan)?,
            max_rejects: self.max_rejects,
            origins: origins.map(Path::to_path_buf),
        };
        let bar = bytes_bar();
        bar.set_length(plan.bytes());
        let done = mapping::convert(plan, &options, out, |bytes| bar.set_position(bytes));
        bar.finish_and_clear();
        let summary = done.map_err(stopped)?;
        output::line(report(&summary))?;
        Ok(summary)
    }

    /// What a conversion follows from: the same gives the same files.
    pub(super) fn origin(&self, plan: &Plan) -> Result<Origin, Failure> {
        let source = read_text(&self.columns)
            .map_err(|error| format!("`{}` {error}", self.columns.display()))?;
        let pepper = self.fingerprinter(plan)?;
        Ok(Origin {
            vouch: env!("CARGO_PKG_VERSION").to_owned(),
            columns_sha256: hex::encode(Sha256::digest(source)),
            // One more fingerprint tells no more of the pepper than those in the files.
            pepper: pepper.map(|maker| maker.pseudonym("the pepper of this conversion")),
            max_rejects: self.max_rejects.to_string(),
            files: FileStamp::all(plan.files())?,
        })
    }

    fn fingerprinter(&self, plan: &Plan) -> Result<Option<Fingerprinter>, Failure> {
        if !plan.needs_pepper() {
            return Ok(None);
        }
        let missing = "columns.toml hashes columns, which needs the platform's secret pepper; set VOUCH_KEY_PEPPER";
        let pepper = self.pepper.as_deref().ok_or(missing)?;
        Ok(Some(Fingerprinter::new(pepper.as_bytes())?))
    }
}

/// What was found before too much was bad is told too: it says what to correct.
fn stopped(error: ConvertError) -> Failure {
    let reasons = match &error {
        ConvertError::TooManyRejects { summary, .. } | ConvertError::NoGoodRow { summary, .. } => {
            reasons(summary)
        }
        ConvertError::NoPepper | ConvertError::Source(_) | ConvertError::Table(_) => None,
    };
    match reasons {
        Some(reasons) => Failure::Problems(vec![format!("error: {error}"), reasons]),
        None => error.into(),
    }
}

fn report(summary: &Summary) -> String {
    let mut parts = vec![tables(summary), records(summary)];
    parts.extend(reasons(summary));
    parts.extend(summary.empty_files.iter().map(|file| output::holds_no_rows(file)));
    for (table, column) in &summary.never_seen {
        parts.push(format!("warning: no row of table {table} has a `{column}`; is it misspelt?"));
    }
    parts.join("\n\n")
}

fn tables(summary: &Summary) -> String {
    let mut table = numbers(["table", "files", "rows", "left out", "bad", "facts and claims"]);
    for one in &summary.tables {
        let counts = [one.files, one.rows, one.left_out, one.bad_rows, one.records];
        let counts = counts.map(output::grouped);
        table.add_row([vec![one.name.clone()], counts.to_vec()].concat());
    }
    table.trim_fmt()
}

fn records(summary: &Summary) -> String {
    let mut table = numbers(["facts", &output::grouped(summary.fact_count())]);
    for (kind, count) in &summary.facts {
        table.add_row([format!("  {kind}"), output::grouped(*count)]);
    }
    table.add_row(["claims".to_owned(), output::grouped(summary.claims)]);
    table.trim_fmt()
}

/// Why rows were rejected, the most frequent reason first, and every spelling that is unknown.
fn reasons(summary: &Summary) -> Option<String> {
    if summary.rejects.is_empty() {
        return None;
    }
    let mut groups: Vec<_> = summary.rejects.iter().collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let mut lines = vec!["rejected, by column and reason:".to_owned()];
    for (group, count) in groups.iter().take(GROUPS_SHOWN) {
        let place: Vec<&str> = [&group.table, &group.record, &group.column]
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let (count, place) = (output::grouped(**count), place.join("."));
        lines.push(format!("{count:>9}  {place} {}", group.reason));
    }
    let more = groups.len().saturating_sub(GROUPS_SHOWN);
    if more > 0 {
        lines.push(format!("           and {more} more reasons"));
    }
    let mut words: Vec<_> = summary.unknown_words.iter().collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    if !words.is_empty() {
        lines.push("spellings that `values` must explain:".to_owned());
    }
    for (word, count) in words.iter().take(WORDS_SHOWN) {
        let count = output::grouped(**count);
        lines.push(format!("{count:>9}  {}.{} `{}`", word.table, word.column, word.word));
    }
    Some(lines.join("\n"))
}

/// A table of numbers behind names.
fn numbers<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
