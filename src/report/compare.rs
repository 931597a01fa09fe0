//! Two ways of deciding over the same history.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Serialize;

use super::read::{ReportError, Row, labels, rows};
use super::rules::{RuleFacts, RuleRow, RuleTable};
use super::tally::{Label, Tally};
use crate::domain::Decision;

/// Two ways of deciding, side by side.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// All claims.
    pub all: Tally,
    /// By the decision of A, then by that of B.
    pub decisions: BTreeMap<String, BTreeMap<String, Tally>>,
    /// What A does.
    pub a: Side,
    /// What B does.
    pub b: Side,
    /// Claims that are decided otherwise, the dearest first.
    pub flips: Vec<Flip>,
    /// Claims that only one of the two has: then they are not of the same history.
    pub unmatched: u64,
}

/// What one of the two does.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Side {
    /// By decision.
    pub decisions: BTreeMap<String, Tally>,
    /// Its entries.
    pub rules: Vec<RuleRow>,
}

impl Side {
    /// Bad claims that are paid without a look: what they are about is lost.
    #[must_use]
    pub fn bad_approved(&self) -> Tally {
        self.of(Decision::Approve)
    }

    /// Good claims that are refused without a look.
    #[must_use]
    pub fn good_rejected(&self) -> Tally {
        self.of(Decision::Reject)
    }

    fn of(&self, decision: Decision) -> Tally {
        self.decisions.get(decision.as_str()).copied().unwrap_or_default()
    }
}

/// A claim that is decided otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// The question.
    pub request_id: String,
    /// The order.
    pub order_id: String,
    /// What the buyer says is wrong.
    pub claimed: String,
    /// What it is about, minor units of the policy's currency.
    pub value_minor: Option<i64>,
    /// What it turned out to be.
    pub label: Label,
    /// What A decides, and its first reason.
    pub a: (String, String),
    /// What B decides, and its first reason.
    pub b: (String, String),
}

/// What is kept of A until B tells of the same claim.
struct Answered {
    decision: Decision,
    reason: String,
}

/// Compares two `decisions.parquet` of the same history. `entries_a` and `entries_b` are the entries of their policies.
///
/// # Errors
/// A file cannot be read or is no such file.
pub fn compare(
    a: &Path,
    b: &Path,
    outcomes: &Path,
    entries_a: &[RuleFacts],
    entries_b: &[RuleFacts],
) -> Result<Comparison, ReportError> {
    let labels = labels(outcomes)?;
    let label = |row: &Row| labels.get(&row.refund_id).copied().unwrap_or(Label::Unlabelled);
    let mut comparison = Comparison::default();
    let mut answered: HashMap<String, Answered> = HashMap::new();
    let mut rules = RuleTable::default();
    rows(a, |row| {
        let label = label(&row);
        comparison.a.add(&row, label);
        rules.add(&row, label);
        let reason = first_reason(&row);
        answered.insert(row.request_id, Answered { decision: row.decision, reason });
        Ok(())
    })?;
    comparison.a.rules = rules.finish(entries_a);
    let mut rules = RuleTable::default();
    rows(b, |row| {
        let label = label(&row);
        comparison.b.add(&row, label);
        rules.add(&row, label);
        match answered.remove(&row.request_id) {
            Some(answered) => comparison.pair(&answered, row, label),
            None => comparison.unmatched += 1,
        }
        Ok(())
    })?;
    comparison.b.rules = rules.finish(entries_b);
    comparison.unmatched += u64::try_from(answered.len()).unwrap_or(u64::MAX);
    comparison.flips.sort_by(|one, other| {
        other.value_minor.cmp(&one.value_minor).then_with(|| one.request_id.cmp(&other.request_id))
    });
    Ok(comparison)
}

fn first_reason(row: &Row) -> String {
    row.reason_codes.first().cloned().unwrap_or_default()
}

impl Side {
    fn add(&mut self, row: &Row, label: Label) {
        let tally = self.decisions.entry(row.decision.as_str().to_owned()).or_default();
        *tally += Tally::one(row.value_minor, label);
    }
}

impl Comparison {
    fn pair(&mut self, a: &Answered, b: Row, label: Label) {
        let one = Tally::one(b.value_minor, label);
        self.all += one;
        let by_a = self.decisions.entry(a.decision.as_str().to_owned()).or_default();
        *by_a.entry(b.decision.as_str().to_owned()).or_default() += one;
        if a.decision != b.decision {
            let reason = first_reason(&b);
            self.flips.push(Flip {
                request_id: b.request_id,
                order_id: b.order_id,
                claimed: b.reason,
                value_minor: b.value_minor,
                label,
                a: (a.decision.as_str().to_owned(), a.reason.clone()),
                b: (b.decision.as_str().to_owned(), reason),
            });
        }
    }
}
