//! What a policy says that was hardly meant: conditions that can never hold, and approvals without a bound.

use crate::domain::AMOUNT_MAX_MINOR;
use crate::features::{Expression, SQL_MAX_BYTES, Schema, never_true};
use crate::geo::Available;
use crate::signals::{Catalogue, SignalDef, SignalSource};

/// What a claim asks for: the signals that bound an approval.
const ASKED: [&str; 2] = ["claim_value_minor", "claim_amount_minor"];

/// The text of an expression with every shared condition written out in parentheses. Shared conditions are given with
/// their own text already written out. `None` when it grows beyond what an expression may be: shared conditions that
/// use each other twice double with each step.
pub(super) fn write_out(sql: &str, defines: &[(String, Option<String>)]) -> Option<String> {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let taken = if first == '\'' {
            rest.get(1..).and_then(|tail| tail.find('\'')).map_or(rest.len(), |end| end + 2)
        } else if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(taken);
        match defines.iter().find(|(name, _)| name == token) {
            Some((_, sql)) => {
                out.push('(');
                out.push_str(sql.as_ref()?);
                out.push(')');
            }
            None => out.push_str(token),
        }
        if out.len() > SQL_MAX_BYTES {
            return None;
        }
        rest = tail;
    }
    Some(out)
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Why the condition, written out, can never hold; `None` when it may.
pub(super) fn unreachable(sql: &str, signals: &Schema) -> Option<String> {
    never_true(&Expression::parse(sql, signals).ok()?)
}

/// The signals without a feed that keep the condition, written out, from ever holding; empty when it may hold.
pub(super) fn starved(sql: &str, signals: &Schema, geo: Available) -> Vec<&'static str> {
    let Ok(condition) = Expression::parse(sql, signals) else { return Vec::new() };
    let unfed: Vec<&SignalDef> = Catalogue::get()
        .defs()
        .iter()
        .filter(|def| !is_fed(def.source, geo))
        .filter(|def| condition.inputs().iter().any(|name| name == def.name))
        .collect();
    if unfed.is_empty() {
        return Vec::new();
    }
    let nulls: String = unfed.iter().map(|def| format!(" AND {} IS NULL", def.name)).collect();
    match unreachable(&format!("({sql}){nulls}"), signals) {
        Some(_) => unfed.iter().map(|def| def.name).collect(),
        None => Vec::new(),
    }
}

/// Whether the condition, written out, is seen to hold only while what is asked for is known and below some bound.
pub(super) fn bounds_the_amount(sql: &str, signals: &Schema) -> bool {
    ASKED.iter().any(|asked| {
        let refuted =
            |beyond: &str| unreachable(&format!("({sql}) AND {beyond}"), signals).is_some();
        refuted(&format!("{asked} IS NULL")) && refuted(&format!("{asked} >= {AMOUNT_MAX_MINOR}"))
    })
}

const fn is_fed(source: SignalSource, geo: Available) -> bool {
    match source {
        SignalSource::Claim | SignalSource::Facts => true,
        SignalSource::City => geo.city,
        SignalSource::Asn => geo.asn,
        SignalSource::Anonymous(kind) => geo.tells(kind),
    }
}
