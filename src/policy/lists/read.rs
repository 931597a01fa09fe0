//! Reading list entries.

use std::collections::{BTreeMap, HashMap};

use super::{ListEntry, ListMatch};
use crate::document::Problems;
use crate::domain::Timestamp;
use crate::policy::Reasoning;
use crate::policy::raw::{RawListEntry, Text};

/// Most list entries of a policy: every claim is held against each.
pub const LISTS_MAX: usize = 10_000;

pub(in crate::policy) fn read(
    raw: &[RawListEntry],
    reasons: &BTreeMap<String, Reasoning>,
    now: Option<Timestamp>,
    problems: &mut Problems<'_>,
) -> Vec<ListEntry> {
    if raw.len() > LISTS_MAX {
        let text = format!("there are {} list entries; write at most {LISTS_MAX}", raw.len());
        problems.error(0, text);
    }
    let mut entries: Vec<ListEntry> = Vec::new();
    // Entries in force about one subject: where in `raw` and in `entries`.
    let mut first: HashMap<ListMatch, usize> = HashMap::new();
    for raw in raw {
        let Some(entry) = read_one(raw, reasons, problems) else { continue };
        let over = now.is_some_and(|now| now >= entry.expires);
        if over && let Some(expires) = &raw.expires {
            let text = format!("{} is over since {}; remove it", raw.place, entry.expires);
            problems.warning(expires.span().start, text);
        }
        if !over && let Some(value) = &raw.value {
            let twin = *first.entry(entry.matches.clone()).or_insert(entries.len());
            if let Some(twin) = entries.get(twin) {
                twins(&entry, twin, &raw.place, value, problems);
            }
        }
        entries.push(entry);
    }
    entries
}

/// Two entries about one subject: they say the same twice, or contradict each other.
fn twins(
    entry: &ListEntry,
    twin: &ListEntry,
    place: &str,
    value: &Text,
    problems: &mut Problems<'_>,
) {
    let (at, value, twin_id) = (value.span().start, value.as_ref(), &twin.id);
    if entry.then == twin.then {
        let text = format!("{place} is about `{value}`, as list `{twin_id}` is; remove one");
        problems.warning(at, text);
    } else {
        let text = format!("{place} contradicts list `{twin_id}`: both are about `{value}`");
        problems.error(at, text);
    }
}

fn read_one(
    raw: &RawListEntry,
    reasons: &BTreeMap<String, Reasoning>,
    problems: &mut Problems<'_>,
) -> Option<ListEntry> {
    let place = &raw.place;
    let matches = raw.value.as_ref().zip(raw.subject).and_then(|(value, subject)| {
        ListMatch::parse(subject, value.as_ref())
            .map_err(|error| {
                let text = format!("{place}: `{}` {error}", value.as_ref());
                problems.error(value.span().start, text);
            })
            .ok()
    });
    let expires = raw.expires.as_ref().and_then(|expires| time(expires, place, problems));
    if let Some(owner) = raw.owner.as_ref().filter(|owner| owner.as_ref().trim().is_empty()) {
        let text = format!("{place} has no owner; name who answers for it");
        problems.error(owner.span().start, text);
    }
    Some(ListEntry {
        id: raw.id.as_ref()?.as_ref().clone(),
        matches: matches?,
        then: raw.then?,
        reasoning: reasons.get(raw.reason.as_ref()?.as_ref())?.clone(),
        owner: raw.owner.as_ref()?.as_ref().clone(),
        expires: expires?,
    })
}

fn time(text: &Text, place: &str, problems: &mut Problems<'_>) -> Option<Timestamp> {
    match text.as_ref().parse::<jiff::Timestamp>() {
        Ok(time) => Some(Timestamp::from_ms(time.as_millisecond())),
        Err(_) => {
            let given = text.as_ref();
            let instead = "write a time such as `2027-01-31T00:00:00Z`";
            let text_at = text.span().start;
            problems.error(text_at, format!("{place}: expires is `{given}`; {instead}"));
            None
        }
    }
}
