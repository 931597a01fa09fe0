//! Every kind of problem, provoked by one small edit of a policy that has none.

mod conditions;
mod entries;
mod file;
mod lists;
mod texts;

use super::{MINIMAL, problems_of};
use crate::document::Severity;

/// Where a text stands.
fn line_of(source: &str, needle: &str) -> usize {
    let at = source.find(needle).unwrap_or_else(|| panic!("`{needle}` is not there"));
    source[..at].matches('\n').count() + 1
}

/// The problems of a text, one line each.
fn lines(source: &str) -> Vec<String> {
    problems_of(source).iter().map(ToString::to_string).collect()
}

/// Replaces `from` by `to` and expects just this, at the line where `to` begins.
fn provokes(from: &str, to: &str, severity: Severity, message: &str) {
    assert!(MINIMAL.contains(from), "`{from}` is not in the minimal policy");
    let source = MINIMAL.replacen(from, to, 1);
    let expected = format!("{}: {severity}: {message}", line_of(&source, to));
    assert_eq!(lines(&source), [expected], "{from} -> {to}");
}

/// Appends entries and expects just this, at the line of them that holds `needle`.
fn appended(more: &str, needle: &str, severity: Severity, message: &str) {
    let source = format!("{MINIMAL}\n{more}");
    let line = line_of(&source, more) + line_of(more, needle) - 1;
    assert_eq!(lines(&source), [format!("{line}: {severity}: {message}")], "{more}");
}
