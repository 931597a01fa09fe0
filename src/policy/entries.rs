//! Entries with conditions: what each layer may say, and conditions that were hardly meant.

use std::collections::{BTreeMap, HashMap};

use super::analysis::{bounds_the_amount, starved, unreachable};
use super::entry::{Entry, Reasoning};
use super::names::{Names, expression};
use super::raw::{RawEntry, RawPolicy};
use crate::document::Problems;
use crate::domain::{Decision, FollowUpKind, Layer, LocalizedText};
use crate::features::{Expression, ValueType, always_true};
use crate::geo::Available;

/// Most entries of a policy: nobody keeps track of more.
pub const ENTRIES_MAX: usize = 1_000;

/// Entries, and what they evaluate: one condition for each, then the amounts.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    pub(super) outputs: Vec<Expression>,
}

pub(super) fn read(
    raw: &RawPolicy,
    names: &Names,
    reasons: &BTreeMap<String, Reasoning>,
    follow_ups: &HashMap<FollowUpKind, LocalizedText>,
    geo: Available,
    problems: &mut Problems<'_>,
) -> Entries {
    let mut all = Entries::default();
    let mut amounts = Vec::new();
    let (broken, given) = (raw.broken, raw.entries.len());
    if given > ENTRIES_MAX {
        problems.error(0, format!("there are {given} entries; write at most {ENTRIES_MAX}"));
    }
    for raw in raw.entries.iter().take(ENTRIES_MAX) {
        if !broken {
            follow_up(raw, follow_ups, problems);
        }
        shape(raw, problems);
        let amount = raw.amount.as_ref().and_then(|amount| {
            let place = format!("{}, amount", raw.place);
            expression(amount, &names.all, ValueType::Int, &place, problems)
        });
        let when = raw.when.as_ref().and_then(|when| {
            let parsed = expression(when, &names.all, ValueType::Bool, &raw.place, problems)?;
            reachable(raw, names, geo, problems);
            Some((parsed, when.as_ref().clone()))
        });
        let (Some(id), Some(then), Some((parsed, when))) = (&raw.id, &raw.then, when) else {
            continue;
        };
        let reasoning = raw.reason.as_ref().and_then(|reason| reasons.get(reason.as_ref()));
        let Some(reasoning) = reasoning else { continue };
        let amount = amount.map(|amount| {
            amounts.push(amount);
            amounts.len() - 1
        });
        all.outputs.push(parsed);
        all.entries.push(Entry {
            id: id.as_ref().clone(),
            layer: raw.layer,
            then: *then.as_ref(),
            reasoning: Reasoning { clause: raw.clause.clone(), ..reasoning.clone() },
            when,
            amount,
            follow_up: raw.follow_up.as_ref().map(|kind| *kind.as_ref()),
        });
    }
    // Amounts stand behind the conditions.
    for entry in &mut all.entries {
        entry.amount = entry.amount.map(|amount| amount + all.outputs.len());
    }
    all.outputs.extend(amounts);
    all
}

fn follow_up(
    raw: &RawEntry,
    follow_ups: &HashMap<FollowUpKind, LocalizedText>,
    problems: &mut Problems<'_>,
) {
    if let Some(kind) = &raw.follow_up
        && !follow_ups.contains_key(kind.as_ref())
    {
        let (place, name) = (&raw.place, kind.as_ref().as_str());
        let text = format!("{place}: `{name}` has no text; add it to [follow_up]");
        problems.error(kind.span().start, text);
    }
}

/// What an entry may say.
fn shape(raw: &RawEntry, problems: &mut Problems<'_>) {
    let place = &raw.place;
    let Some(then) = &raw.then else { return };
    let (at, then) = (then.span().start, *then.as_ref());
    if let Some(wrong) = wrong_in_layer(raw.layer, then, raw.amount.is_some()) {
        problems.error(at, format!("{place}: {wrong}"));
    }
    if let Some(amount) = raw.amount.as_ref().filter(|_| then != Decision::Approve) {
        let text = format!("{place}: only an approval has an `amount`; remove it");
        problems.error(amount.span().start, text);
    }
    if let Some(follow_up) = raw.follow_up.as_ref().filter(|_| then == Decision::Approve) {
        let text = format!("{place}: what is approved is paid now; remove `follow_up`");
        problems.error(follow_up.span().start, text);
    }
}

/// What a layer does not say, and what to write instead.
const fn wrong_in_layer(layer: Layer, then: Decision, amount: bool) -> Option<&'static str> {
    match (layer, then) {
        (Layer::Guard, Decision::Approve) => {
            Some("a guard holds money back; write `review` or `reject`")
        }
        (Layer::Proof, Decision::Approve) if !amount => Some("say what is proven; add `amount`"),
        (Layer::Proof, Decision::Reject) => {
            Some("a proof of our fault rejects nobody; write `approve` or `review`")
        }
        // It would pass by lists and rules.
        (Layer::Eligibility, Decision::Approve) => Some(
            "to be eligible is not yet to be approved; write `review` or `reject`, or make it a [[rule]]",
        ),
        (Layer::Fallback, Decision::Reject) => {
            Some("nothing was found, so nothing can be rejected; write `approve` or `review`")
        }
        (
            Layer::Guard
            | Layer::Proof
            | Layer::Eligibility
            | Layer::List
            | Layer::Rule
            | Layer::Model
            | Layer::Fallback,
            Decision::Approve | Decision::Review | Decision::Reject,
        ) => None,
    }
}

/// Conditions that never hold, that always hold, and that approve whatever is asked for.
fn reachable(raw: &RawEntry, names: &Names, geo: Available, problems: &mut Problems<'_>) {
    let (Some(when), place) = (&raw.when, &raw.place) else { return };
    let at = when.span().start;
    let written_out = names.write_out(when.as_ref());
    let sql = written_out.as_deref().unwrap_or_default();
    if let Some(why) = unreachable(sql, &names.signals) {
        problems.error(at, format!("{place} can never fire: {why}"));
        return;
    }
    let starved = starved(sql, &names.signals, geo);
    if !starved.is_empty() {
        let signals = starved.join("`, `");
        let text = format!(
            "{place} can never fire here: nothing feeds `{signals}`; configure the geo file that does"
        );
        problems.warning(at, text);
    }
    let then = raw.then.as_ref().map(|then| *then.as_ref());
    let fallback = raw.layer == Layer::Fallback;
    if fallback && then == Some(Decision::Approve) && !bounds_the_amount(sql, &names.signals) {
        let text = format!(
            "{place} approves whatever is asked for; add a bound such as `claim_value_minor <= 5000 AND ...`"
        );
        problems.error(at, text);
    }
    let parsed = Expression::parse(sql, &names.signals);
    if !fallback && parsed.is_ok_and(|parsed| always_true(&parsed)) {
        problems.warning(at, format!("{place} fires for every claim: nothing below it is asked"));
    }
}
