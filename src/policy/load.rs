//! Reading a policy file: everything that is wrong with it, at once.

use sha2::{Digest, Sha256};

use super::compile::Compiled;
use super::model::{ModelConditions, model};
use super::names::Names;
use super::policy::Policy;
use super::raw::RawPolicy;
use super::{check, entries, lists, reasons, terms};
use crate::document::{Problem, Problems};
use crate::domain::Timestamp;
use crate::geo::Available;

/// The version of the file format that this binary reads.
const VERSION: i64 = 1;

/// Reads a policy. `geo` says which geo files will be there: entries that need others are warned of.
///
/// # Errors
/// Everything that is wrong, and what else was noticed. Without an error the warnings come with the policy.
pub fn load(source: &str, geo: Available) -> Result<(Policy, Vec<Problem>), Vec<Problem>> {
    load_at(source, geo, None)
}

/// As [`load`]; knowing the time, it also warns of list entries that are over.
///
/// # Errors
/// As [`load`].
pub fn load_at(
    source: &str,
    geo: Available,
    now: Option<Timestamp>,
) -> Result<(Policy, Vec<Problem>), Vec<Problem>> {
    let mut problems = Problems::new(source);
    let policy = read(source, geo, now, &mut problems);
    match policy {
        Some(policy) if !problems.has_errors() => Ok((policy, problems.into_sorted())),
        Some(_) | None => Err(problems.into_sorted()),
    }
}

/// Goes through the whole file whatever is wrong: the policy is built at the end, if nothing was.
fn read(
    source: &str,
    geo: Available,
    now: Option<Timestamp>,
    problems: &mut Problems<'_>,
) -> Option<Policy> {
    let raw = RawPolicy::read(source, problems);
    version(&raw, problems);
    let name = terms::name(raw.name.as_ref(), problems);
    let names = Names::read(&raw, problems)?;
    let texts = reasons::texts(&raw.texts, problems);
    let follow_ups = reasons::follow_ups(&raw.follow_ups, &texts, problems);
    let reasons = reasons::reasons(&raw, &texts, problems);
    check::ids(&raw, problems);
    check::opposites(&raw.entries, problems);
    check::fallback(&raw, &names, problems);
    let mut entries = entries::read(&raw, &names, &reasons, &follow_ups, geo, problems);
    let conditions = raw.model.as_ref().and_then(Option::as_ref);
    let conditions = conditions
        .and_then(|raw| ModelConditions::read(raw, &names, geo, &mut entries.outputs, problems));
    let model = model(raw.costs.as_ref(), raw.model.as_ref(), conditions, &texts, problems);
    let lists = lists::read(&raw.lists, &reasons, now, problems);
    let numbers = terms::numbers(&raw, problems);
    let terms = raw.terms.and_then(|raw| terms::terms(raw, problems));
    if problems.has_errors() {
        return None;
    }
    let numbers = numbers?;
    Some(Policy {
        name: name?,
        sha256: Sha256::digest(source.as_bytes()).into(),
        terms: terms?,
        entries: entries.entries,
        lists,
        review_deadline_min: numbers.review_deadline_min,
        alternative_fee_share: numbers.alternative_fee_share,
        auto_approve: numbers.auto_approve,
        approvals_per_hour: numbers.approvals_per_hour,
        approved_value_per_hour_minor: numbers.approved_value_per_hour_minor,
        model,
        reasons,
        follow_ups,
        compiled: Compiled::new(&names.defines, &entries.outputs),
    })
}

fn version(raw: &RawPolicy, problems: &mut Problems<'_>) {
    if let Some(version) = raw.version.as_ref().filter(|version| *version.as_ref() != VERSION) {
        let text = format!("version {} is not known; write {VERSION}", version.as_ref());
        problems.error(version.span().start, text);
    }
}
