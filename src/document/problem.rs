//! What is wrong with a file that a person wrote.

use std::fmt;

/// Problems that are told of one file; a file with more is of another kind, or made by a machine.
pub const PROBLEMS_MAX: usize = 1_000;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the file can be used all the same.
    pub severity: Severity,
    /// Line in the file, from 1; what is missing is told of line 1.
    pub line: usize,
    /// What is wrong and what to change.
    pub message: String,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is used, but says something that was hardly meant.
    Warning,
    /// The file cannot be used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.line, self.severity, self.message)
    }
}

/// The problems of one text, found at byte offsets.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    source: &'a str,
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    at: usize,
    severity: Severity,
    message: String,
}

impl<'a> Problems<'a> {
    pub(crate) const fn new(source: &'a str) -> Self {
        Self { source, found: Vec::new() }
    }

    pub(crate) fn error(&mut self, at: usize, message: impl fmt::Display) {
        self.found.push(Found { at, severity: Severity::Error, message: message.to_string() });
    }

    pub(crate) fn warning(&mut self, at: usize, message: impl fmt::Display) {
        self.found.push(Found { at, severity: Severity::Warning, message: message.to_string() });
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|found| found.severity == Severity::Error)
    }

    /// Every problem, in the order of the lines; of more than [`PROBLEMS_MAX`] the first, and how many more there are.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|found| found.at);
        let more = self.found.split_off(self.found.len().min(PROBLEMS_MAX));
        let (mut line, mut counted) = (1, 0);
        let mut sorted: Vec<Problem> = Vec::with_capacity(self.found.len() + 1);
        for Found { at, severity, message } in self.found {
            let between = self.source.get(counted..at).unwrap_or_default();
            line += between.bytes().filter(|byte| *byte == b'\n').count();
            counted = counted.max(at.min(self.source.len()));
            sorted.push(Problem { severity, line, message });
        }
        if let Some(severity) = more.iter().map(|found| found.severity).max() {
            let message = format!("{} more problems; solve these first", more.len());
            sorted.push(Problem { severity, line, message });
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_in_the_order_of_the_text() {
        let mut problems = Problems::new("a\nb\n\nd");
        problems.error(5, "d");
        problems.warning(0, "a");
        problems.error(2, "b");
        problems.error(99, "behind the end");
        assert!(problems.has_errors());
        let lines: Vec<String> = problems.into_sorted().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            ["1: warning: a", "2: error: b", "4: error: d", "4: error: behind the end"]
        );
    }

    #[test]
    fn tells_the_first_thousand() {
        let source = "x\n".repeat(3_000);
        let mut problems = Problems::new(&source);
        for line in 0..3_000 {
            problems.error(2 * line, "bad");
        }
        let sorted = problems.into_sorted();
        assert_eq!(sorted.len(), PROBLEMS_MAX + 1);
        let last = sorted.last().unwrap().to_string();
        assert_eq!(last, "1000: error: 2000 more problems; solve these first");
    }
}
