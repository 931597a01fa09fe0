//! What came of a conversion, in numbers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::fault::Fault;
use super::origins::RecordSource;

/// Most groups of equal faults that are counted apart, and most spellings of a column.
const GROUPS_MAX: usize = 1_000;

/// What came of a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// In the order of columns.toml.
    pub tables: Vec<TableSummary>,
    /// Facts by kind.
    pub facts: BTreeMap<&'static str, u64>,
    /// Claims.
    pub claims: u64,
    /// Faults by table, record, column and reason.
    pub rejects: BTreeMap<RejectGroup, u64>,
    /// Spellings that no `values` knows, and how often each came.
    pub unknown_words: BTreeMap<UnknownWord, u64>,
    /// Files without a row.
    pub empty_files: Vec<PathBuf>,
    /// Columns of NDJSON that no row of the table had: table and column. Of a table without rows none is told.
    pub never_seen: Vec<(String, String)>,
    /// What [`super::Origins`] speaks of.
    pub sources: Vec<RecordSource>,
}

/// What was read of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableSummary {
    /// Its name.
    pub name: String,
    /// Files.
    pub files: u64,
    /// Rows, bad ones too.
    pub rows: u64,
    /// Rows of which at least one record could not be made.
    pub bad_rows: u64,
    /// Rows that no condition wanted.
    pub left_out: u64,
    /// Facts and claims.
    pub records: u64,
}

/// Equal faults.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectGroup {
    /// The table.
    pub table: String,
    /// The kind of record; empty when the row as a whole is bad.
    pub record: String,
    /// The column; empty when it is the row as a whole.
    pub column: String,
    /// What is wrong, without the value.
    pub reason: String,
}

/// A spelling that no `values` knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownWord {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The spelling.
    pub word: String,
}

impl Summary {
    /// Rows that were read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Rows of which at least one record could not be made.
    #[must_use]
    pub fn bad_rows(&self) -> u64 {
        self.tables.iter().map(|table| table.bad_rows).sum()
    }

    /// Facts of all kinds.
    #[must_use]
    pub fn fact_count(&self) -> u64 {
        self.facts.values().sum()
    }

    pub(super) fn reject(&mut self, table: &str, record: &str, fault: &Fault) {
        let group = RejectGroup {
            table: table.to_owned(),
            record: record.to_owned(),
            column: fault.column.clone(),
            reason: fault.reason.text.clone().into_owned(),
        };
        let rest = RejectGroup { reason: "other reasons".to_owned(), ..group.clone() };
        count(&mut self.rejects, group, rest);
        if let Some(word) = fault.reason.value.as_ref().filter(|_| fault.reason.unknown_word) {
            let (table, column) = (table.to_owned(), fault.column.clone());
            let rest =
                UnknownWord {
                    table: table.clone(), column: column.clone(), word: "…".to_owned()
                };
            let word = UnknownWord { table, column, word: word.clone() };
            count(&mut self.unknown_words, word, rest);
        }
    }
}

/// Counts a group; when there are too many groups, with the rest.
fn count<K: Ord>(groups: &mut BTreeMap<K, u64>, group: K, rest: K) {
    let is_new = !groups.contains_key(&group);
    let group = if is_new && groups.len() >= GROUPS_MAX { rest } else { group };
    *groups.entry(group).or_default() += 1;
}
