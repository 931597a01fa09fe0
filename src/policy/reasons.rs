//! Reasons, and what a buyer is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::entry::Reasoning;
use super::raw::{RawPolicy, RawReason, RawText, Text};
use super::texts::{braces, placeholders};
use crate::document::{Problems, nearest};
use crate::domain::{Decision, FollowUpKind, LocalizedText};
use crate::signals::Catalogue;

/// Reasons that vouch gives by itself, each for a review.
pub(super) const AUTO_APPROVE_OFF: &str = "auto_approve_off";
pub(super) const BUDGET_SPENT: &str = "auto_approve_budget_spent";
pub(super) const NOT_COMPARABLE: &str = "amount_not_comparable";
pub(super) const BUILT_IN: [&str; 3] = [AUTO_APPROVE_OFF, BUDGET_SPENT, NOT_COMPARABLE];

/// The reason of lists that others will add: the shipped file has it and no list.
const LISTED: &str = "listed";

/// The texts for buyers. They name no signals, for what a buyer reads must not teach the rule.
pub(super) fn texts(
    raw: &[(Text, RawText)],
    problems: &mut Problems<'_>,
) -> BTreeMap<String, LocalizedText> {
    let mut texts = BTreeMap::new();
    for (name, raw) in raw {
        let place = format!("customer text `{}`", name.as_ref());
        for text in [&raw.zh, &raw.en].into_iter().flatten() {
            if text.as_ref().contains(['{', '}']) {
                let wrong = "a buyer must not see signals; write it without braces";
                problems.error(text.span().start, format!("{place}: {wrong}"));
            }
        }
        // A text with a fault is there all the same: its users are not at fault.
        texts.insert(name.as_ref().clone(), localized(raw, &place, problems));
    }
    texts
}

pub(super) fn localized(raw: &RawText, place: &str, problems: &mut Problems<'_>) -> LocalizedText {
    for text in [&raw.zh, &raw.en].into_iter().flatten() {
        if text.as_ref().trim().is_empty() {
            problems.error(text.span().start, format!("{place} is empty; write it"));
        }
    }
    let text = |text: &Option<Text>| text.as_ref().map_or_else(String::new, |t| t.as_ref().clone());
    LocalizedText { zh: text(&raw.zh), en: text(&raw.en) }
}

/// How the buyer is asked for each step.
pub(super) fn follow_ups(
    raw: &[(Text, Text)],
    texts: &BTreeMap<String, LocalizedText>,
    problems: &mut Problems<'_>,
) -> HashMap<FollowUpKind, LocalizedText> {
    let mut follow_ups = HashMap::new();
    for (name, text) in raw {
        let kind = FollowUpKind::ALL.iter().find(|kind| kind.as_str() == name.as_ref());
        let told = texts.get(text.as_ref());
        if kind.is_none() {
            let kinds = FollowUpKind::WORDS.join("`, `");
            let message = format!("`{}` is no follow-up; there are `{kinds}`", name.as_ref());
            problems.error(name.span().start, message);
        }
        if told.is_none() {
            let place = format!("follow-up `{}`", name.as_ref());
            no_text(&place, text, texts, problems);
        }
        if let Some(kind) = kind {
            // Also when its text is missing: entries that ask for it are not at fault.
            let nothing = || LocalizedText { zh: String::new(), en: String::new() };
            follow_ups.insert(*kind, told.cloned().unwrap_or_else(nothing));
        }
    }
    follow_ups
}

pub(super) fn no_text(
    place: &str,
    text: &Text,
    texts: &BTreeMap<String, LocalizedText>,
    problems: &mut Problems<'_>,
) {
    let name = text.as_ref();
    let hint = did_you_mean(name, texts.keys().map(String::as_str));
    problems.error(text.span().start, format!("{place}: there is no customer text `{name}`{hint}"));
}

fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Every reason that can be given.
pub(super) fn reasons(
    raw: &RawPolicy,
    texts: &BTreeMap<String, LocalizedText>,
    problems: &mut Problems<'_>,
) -> BTreeMap<String, Reasoning> {
    let mut reasons = BTreeMap::new();
    for (code, raw) in &raw.reasons {
        let place = format!("reason `{}`", code.as_ref());
        if !is_code(code.as_ref()) {
            let wrong =
                "is no code; use a lower-case letter, then lower-case letters, digits and `_`";
            problems.error(code.span().start, format!("{place} {wrong}"));
        }
        let agent = agent(raw, &place, problems);
        let customer = raw.customer.as_ref().and_then(|name| {
            let text = texts.get(name.as_ref());
            if text.is_none() {
                no_text(&place, name, texts, problems);
            }
            text.cloned()
        });
        let code = code.as_ref().clone();
        let reasoning = customer.map(|customer| Reasoning {
            code: code.clone(),
            agent,
            customer,
            clause: None,
        });
        reasons.extend(reasoning.map(|reasoning| (code, reasoning)));
    }
    uses(raw, problems);
    one_decision(raw, problems);
    reasons
}

/// Codes are for machines.
fn is_code(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn agent(raw: &RawReason, place: &str, problems: &mut Problems<'_>) -> LocalizedText {
    signals_exist(&raw.agent, place, problems);
    localized(&raw.agent, place, problems)
}

/// What stands in braces must be a signal.
pub(super) fn signals_exist(text: &RawText, place: &str, problems: &mut Problems<'_>) {
    for text in [&text.zh, &text.en].into_iter().flatten() {
        let at = text.span().start;
        if !braces(text.as_ref()) {
            problems.error(at, format!("{place}: a brace has no partner; write `{{signal}}`"));
            continue;
        }
        for name in placeholders(text.as_ref()) {
            if Catalogue::get().position(name).is_none() {
                let known = Catalogue::get().defs().iter().map(|def| def.name);
                let hint = did_you_mean(name, known);
                problems.error(at, format!("{place}: there is no signal `{name}`{hint}"));
            }
        }
    }
}

/// What the file gives a reason for, and what nobody does.
fn uses(raw: &RawPolicy, problems: &mut Problems<'_>) {
    let given: BTreeSet<&str> =
        raw.reasons.iter().map(|(code, _)| code.as_ref().as_str()).collect();
    let mut used = BTreeSet::from(BUILT_IN);
    let entries = raw.entries.iter().filter_map(|entry| entry.reason.as_ref());
    for reason in entries.chain(raw.lists.iter().filter_map(|entry| entry.reason.as_ref())) {
        let code = reason.as_ref().as_str();
        used.insert(code);
        if !given.contains(code) && !raw.broken {
            let instead = match nearest(code, given.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "add it to [reason]".to_owned(),
            };
            let text = format!("there is no reason `{code}`; {instead}");
            problems.error(reason.span().start, text);
        }
    }
    for code in BUILT_IN.iter().filter(|code| !given.contains(*code) && !raw.broken) {
        let text = format!("vouch itself gives the reason `{code}`; add it to [reason]");
        problems.error(0, text);
    }
    if raw.broken {
        return;
    }
    let unused = raw.reasons.iter().filter(|(code, _)| !used.contains(code.as_ref().as_str()));
    for (code, _) in unused.filter(|(code, _)| code.as_ref() != LISTED) {
        let text = format!("no entry gives the reason `{}`; remove it", code.as_ref());
        problems.warning(code.span().start, text);
    }
    let told = raw.reasons.iter().filter_map(|(_, reason)| reason.customer.as_ref());
    let told: BTreeSet<&str> = told
        .chain(raw.follow_ups.iter().map(|(_, text)| text))
        .chain(told_by_model(raw).map(|(_, text)| text))
        .map(|t| t.as_ref().as_str())
        .collect();
    for (name, _) in raw.texts.iter().filter(|(name, _)| !told.contains(name.as_ref().as_str())) {
        let text = format!("nobody is told the customer text `{}`; remove it", name.as_ref());
        problems.warning(name.span().start, text);
    }
}

fn told_by_model(raw: &RawPolicy) -> impl Iterator<Item = &(Decision, Text)> {
    raw.model.iter().flatten().flat_map(|model| &model.customer)
}

/// A text that is told both when a claim is rejected and when it is reviewed misleads one of the two buyers.
fn one_decision(raw: &RawPolicy, problems: &mut Problems<'_>) {
    let mut given: BTreeSet<(&str, Decision)> =
        BUILT_IN.iter().map(|code| (*code, Decision::Review)).collect();
    let entries = raw.entries.iter().filter_map(|entry| {
        Some((entry.reason.as_ref()?.as_ref().as_str(), *entry.then.as_ref()?.as_ref()))
    });
    let lists = raw.lists.iter();
    let lists =
        lists.filter_map(|entry| Some((entry.reason.as_ref()?.as_ref().as_str(), entry.then?)));
    given.extend(entries.chain(lists));
    let mut decisions: BTreeMap<&str, BTreeSet<Decision>> = BTreeMap::new();
    for (code, reason) in &raw.reasons {
        let Some(text) = &reason.customer else { continue };
        let of_code = given.iter().filter(|(given, _)| given == code.as_ref());
        let of_text = decisions.entry(text.as_ref()).or_default();
        of_text.extend(of_code.map(|(_, decision)| *decision));
    }
    for (decision, text) in told_by_model(raw) {
        decisions.entry(text.as_ref()).or_default().insert(*decision);
    }
    for (name, _) in &raw.texts {
        let Some(of_text) = decisions.get(name.as_ref().as_str()) else { continue };
        if of_text.len() > 1 {
            let words: Vec<&str> = of_text.iter().map(|decision| decision.as_str()).collect();
            let text = format!(
                "customer text `{}` is told of {}; give each decision its own text",
                name.as_ref(),
                words.join(" and of ")
            );
            problems.warning(name.span().start, text);
        }
    }
}
