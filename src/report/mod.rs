//! Reports on decisions: what was answered, why, for how much money, and how two policies differ.
//!
//! They read `decisions.parquet` and `outcomes.parquet` of a replay or an export, a row group at a time; what is held is
//! what is counted. An outcome says what a claim really was: the last one that was reported of a refund stands, abuse
//! and a taken-over account count as bad, an honest claim and the platform's own fault as good, and what nobody could
//! tell as unlabelled. Money is in minor units of the policy's currency (`claim_value_minor`).

mod calendar;
mod compare;
mod compare_html;
mod read;
mod rules;
mod summary;
mod summary_html;
mod tally;

#[cfg(test)]
mod tests;

pub use compare::{Comparison, Flip, compare};
pub use compare_html::comparison_html;
pub use read::ReportError;
pub use rules::{OVERLAPS_MAX, RuleFacts, RuleRow};
pub use summary::{Summary, summarise};
pub use summary_html::summary_html;
pub use tally::{Label, Tally};
