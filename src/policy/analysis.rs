//! What a policy says that was hardly meant: conditions that can never hold.

use crate::features::{Expression, Schema, never_true};
use crate::geo::Available;
use crate::signals::{Catalogue, SignalDef, SignalSource};

/// The text of an expression with every shared condition written out in parentheses. Shared conditions are given with
/// their own text already written out.
pub(super) fn write_out(sql: &str, defines: &[(String, String)]) -> String {
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
                out.push_str(sql);
                out.push(')');
            }
            None => out.push_str(token),
        }
        rest = tail;
    }
    out
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

const fn is_fed(source: SignalSource, geo: Available) -> bool {
    match source {
        SignalSource::Claim | SignalSource::Facts => true,
        SignalSource::City => geo.city,
        SignalSource::Asn => geo.asn,
        SignalSource::Anonymous => geo.anonymous_ip,
    }
}
