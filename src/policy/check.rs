//! What holds between the entries of a file.

use std::collections::{BTreeSet, HashMap};

use super::model::is_own_id;
use super::names::Names;
use super::raw::{RawEntry, RawPolicy, Text};
use super::reasons::BUILT_IN;
use crate::document::Problems;
use crate::domain::{Decision, Layer};
use crate::features::{Expression, always_true};

/// Ids are how a verdict names an entry.
pub(super) fn ids(raw: &RawPolicy, problems: &mut Problems<'_>) {
    let mut seen = BTreeSet::new();
    let entries = raw.entries.iter().filter_map(|entry| entry.id.as_ref());
    for id in entries.chain(raw.lists.iter().filter_map(|entry| entry.id.as_ref())) {
        let (at, text) = (id.span().start, id.as_ref().as_str());
        if !is_id(text) {
            problems.error(at, format!("`{text}` is no id; use letters, digits, `-`, `_` and `.`"));
        } else if BUILT_IN.contains(&text) || is_own_id(text) {
            problems.error(at, format!("the id `{text}` is vouch's own; choose another"));
        } else if !seen.insert(text) {
            problems.error(at, format!("the id `{text}` is used twice; give each entry its own"));
        }
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Two entries of a layer with one condition: they say the same twice, or contradict each other.
pub(super) fn opposites(entries: &[RawEntry], problems: &mut Problems<'_>) {
    let mut first: HashMap<(Layer, String), &RawEntry> = HashMap::new();
    for entry in entries {
        let (Some(when), Some(then)) = (&entry.when, &entry.then) else { continue };
        let twin = *first.entry((entry.layer, plain(when))).or_insert(entry);
        let (Some(other), false) = (&twin.then, std::ptr::eq(twin, entry)) else { continue };
        let (at, place, twin) = (when.span().start, &entry.place, &twin.place);
        if then.as_ref() == other.as_ref() {
            problems.warning(at, format!("{place} has the condition of {twin}; remove one"));
        } else {
            let text = format!("{place} contradicts {twin}: the same condition, another decision");
            problems.error(at, text);
        }
    }
}

/// A condition whatever its spaces and line breaks.
fn plain(when: &Text) -> String {
    when.as_ref().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The last fallback must answer whatever the others leave.
pub(super) fn fallback(raw: &RawPolicy, names: &Names, problems: &mut Problems<'_>) {
    let last = raw.entries.iter().rfind(|entry| entry.layer == Layer::Fallback);
    let Some(last) = last else {
        if !raw.broken {
            let text =
                "there is no [[fallback]]; add one with `when = \"TRUE\"` and `then = \"review\"`";
            problems.error(0, text);
        }
        return;
    };
    // What could not be read is told already.
    let (Some(when), Some(then)) = (&last.when, &last.then) else { return };
    let sql = names.write_out(when.as_ref()).unwrap_or_default();
    let always = Expression::parse(&sql, &names.signals).is_ok_and(|when| always_true(&when));
    if !always || *then.as_ref() != Decision::Review {
        let text = "the last [[fallback]] must always fire and review: write `when = \"TRUE\"` and `then = \"review\"`";
        problems.error(when.span().start, text);
    }
}
