//! The files of a mapping, found and looked into before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use super::columns::{Mapping, Pattern, Table};
use super::source::{Source, SourceError};
use crate::document::{Problem, Severity};

/// A mapping whose files are there and have the columns that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(super) tables: Vec<PlannedTable>,
    needs_pepper: bool,
}

/// A table and its files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlannedTable {
    pub(super) table: Table,
    /// In the order of their paths, each with its size in bytes.
    pub(super) files: Vec<(PathBuf, u64)>,
}

impl Plan {
    /// Finds the files of a mapping, whose paths are relative to `folder`, and their columns.
    ///
    /// # Errors
    /// Every pattern without a file, every file that cannot be read, and every column that is missing, with the line of
    /// columns.toml that names it.
    pub fn new(mapping: Mapping, folder: &Path) -> Result<Self, Vec<Problem>> {
        let needs_pepper = mapping.needs_pepper();
        let mut problems = Vec::new();
        let mut tables = Vec::new();
        for table in mapping.tables {
            let files = find(&table, folder, &mut problems);
            look_into(&table, &files, &mut problems);
            let files = files.into_iter().map(|(path, (bytes, _))| (path, bytes)).collect();
            tables.push(PlannedTable { table, files });
        }
        if problems.is_empty() {
            return Ok(Self { tables, needs_pepper });
        }
        problems.sort_by_key(|problem| problem.line);
        Err(problems)
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.tables.iter().flat_map(|table| &table.files).map(|(_, bytes)| bytes).sum()
    }

    /// All files, in the order in which they are read.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.tables.iter().flat_map(|table| &table.files).map(|(path, _)| path.as_path())
    }

    /// Whether a column is to be hashed, which takes the platform's pepper.
    #[must_use]
    pub const fn needs_pepper(&self) -> bool {
        self.needs_pepper
    }
}

/// The files of a table: their sizes, and the lines that name them. A file that two patterns name is read once.
fn find(
    table: &Table,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> BTreeMap<PathBuf, (u64, usize)> {
    let mut files = BTreeMap::new();
    for pattern in &table.files {
        let mut found = 0_usize;
        for path in paths(pattern, folder) {
            let looked = path.and_then(|path| Ok((path.metadata()?, path)));
            match looked {
                Ok((meta, path)) if meta.is_file() => {
                    found += 1;
                    files.entry(path).or_insert((meta.len(), pattern.line));
                }
                Ok(_) => {}
                Err(error) => {
                    found += 1;
                    problems.push(problem(pattern.line, format!("cannot be read: {error}")));
                }
            }
        }
        if found == 0 {
            let message =
                format!("`{}` names no file; paths are relative to this file", pattern.text);
            problems.push(problem(pattern.line, message));
        }
    }
    files
}

fn paths(pattern: &Pattern, folder: &Path) -> Vec<Result<PathBuf, std::io::Error>> {
    // The folder is no pattern, whatever it is called. An empty one would make the path absolute.
    let inside = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let full = if Path::new(&pattern.text).is_absolute() {
        pattern.text.clone()
    } else {
        format!("{}/{}", glob::Pattern::escape(&inside.to_string_lossy()), pattern.text)
    };
    let found = glob::glob(&full).map(|paths| {
        let plain = |path: PathBuf| path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
        paths.map(|path| path.map(plain).map_err(Into::into)).collect()
    });
    // Loading has held it to the rules of patterns.
    found.unwrap_or_default()
}

/// Opens every file once. The same column missing in many files is one problem.
fn look_into(table: &Table, files: &BTreeMap<PathBuf, (u64, usize)>, problems: &mut Vec<Problem>) {
    let mut missing: BTreeMap<(usize, String), BTreeSet<&Path>> = BTreeMap::new();
    for (path, (_, line)) in files {
        match Source::open(path, table) {
            Ok(_) => {}
            Err(SourceError::Columns { columns, .. }) => {
                for column in columns {
                    missing.entry(column).or_default().insert(path);
                }
            }
            Err(error @ (SourceError::UnknownFormat { .. } | SourceError::Table(_))) => {
                problems.push(problem(*line, with_causes(&error)))
            }
        }
    }
    for ((slot, text), paths) in missing {
        let line = table.columns.get(slot).map_or(1, |column| column.line);
        let Some(first) = paths.first() else { continue };
        let more = match paths.len() {
            1 => String::new(),
            count => format!(" (and {} more files)", count - 1),
        };
        problems.push(problem(line, format!("`{}`{more} {text}", first.display())));
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(cause.to_string().lines().next().unwrap_or_default());
        source = cause.source();
    }
    text
}

const fn problem(line: usize, message: String) -> Problem {
    Problem { severity: Severity::Error, line, message }
}
