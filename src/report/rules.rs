//! What a policy entry does.

use std::collections::BTreeMap;

use serde::Serialize;

use super::read::Row;
use super::tally::{Label, Tally, share};

/// Entries that are told for one that fires together with others.
pub const OVERLAPS_MAX: usize = 3;

/// One policy entry over a history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleRow {
    /// `layer:entry`.
    pub entry: String,
    /// What it speaks for, when the policy says so.
    pub then: String,
    /// Claims for which it fired.
    pub fires: Tally,
    /// Those for which it decided.
    pub decided: u64,
    /// Those for which no other entry fired but fallbacks and the model, which speak for whatever comes to them.
    pub alone: u64,
    /// Other entries that fired for the same claims, and for how many, the most frequent first: at most
    /// [`OVERLAPS_MAX`]. Fallbacks and the model are none.
    pub overlaps: Vec<(String, u64)>,
    /// Claims for which it lacked a signal.
    pub unjudged: u64,
    /// Share of the bad among the labelled claims for which it fired.
    pub precision: Option<f64>,
    /// Share of all bad claims for which it fired.
    pub recall: Option<f64>,
}

impl RuleRow {
    /// It never fired.
    #[must_use]
    pub const fn never_fired(&self) -> bool {
        self.fires.claims == 0
    }

    /// It lacked a signal for every claim: nothing feeds it.
    #[must_use]
    pub const fn never_fed(&self, claims: u64) -> bool {
        claims > 0 && self.unjudged == claims
    }
}

/// An entry of a policy, as `layer:entry`, and what it speaks for.
pub type RuleFacts = (String, String);

/// Counts entries.
#[derive(Debug, Default)]
pub(super) struct RuleTable {
    rows: BTreeMap<String, Counted>,
    bad: u64,
}

#[derive(Debug, Default)]
struct Counted {
    fires: Tally,
    decided: u64,
    alone: u64,
    together: BTreeMap<String, u64>,
    unjudged: u64,
}

/// Layers that speak for every claim that comes to them: they say nothing of the entries that fire beside them.
const ALWAYS: [&str; 2] = ["fallback:", "model:"];

fn speaks_always(entry: &str) -> bool {
    ALWAYS.iter().any(|layer| entry.starts_with(layer))
}

impl RuleTable {
    pub(super) fn add(&mut self, row: &Row, label: Label) {
        self.bad += u64::from(label == Label::Bad);
        let one = Tally::one(row.value_minor, label);
        let speaking = row.fired.iter().filter(|entry| !speaks_always(entry)).count();
        let decisive = row.rule_ids.first();
        let decisive = decisive.map(|id| format!("{}:{id}", row.decided_by.as_str()));
        for entry in &row.fired {
            let is_always = speaks_always(entry);
            let counted = self.rows.entry(entry.clone()).or_default();
            counted.fires += one;
            counted.decided += u64::from(Some(entry) == decisive.as_ref());
            counted.alone += u64::from(speaking == usize::from(!is_always));
            let others = row.fired.iter().filter(|other| *other != entry);
            for other in others.filter(|other| !is_always && !speaks_always(other)) {
                *counted.together.entry(other.clone()).or_default() += 1;
            }
        }
        for entry in &row.unjudged {
            self.rows.entry(entry.clone()).or_default().unjudged += 1;
        }
    }

    /// The entries of a policy, in its order; behind them others that fired.
    pub(super) fn finish(mut self, policy: &[RuleFacts]) -> Vec<RuleRow> {
        let bad = self.bad;
        let row = |entry: String, then: String, counted: Counted| RuleRow {
            precision: counted.fires.bad_share(),
            recall: share(counted.fires.bad, bad),
            entry,
            then,
            fires: counted.fires,
            decided: counted.decided,
            alone: counted.alone,
            overlaps: most(counted.together),
            unjudged: counted.unjudged,
        };
        let mut table: Vec<RuleRow> = policy
            .iter()
            .map(|(entry, then)| {
                let counted = self.rows.remove(entry).unwrap_or_default();
                row(entry.clone(), then.clone(), counted)
            })
            .collect();
        table.extend(self.rows.into_iter().map(|(entry, c)| row(entry, "-".to_owned(), c)));
        table
    }
}

fn most(together: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut most: Vec<_> = together.into_iter().collect();
    most.sort_by_key(|(_, claims)| std::cmp::Reverse(*claims));
    most.truncate(OVERLAPS_MAX);
    most
}
