//! What is wrong with a file that a person wrote.

use std::fmt;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the file can be used all the same.
    pub severity: Severity,
    /// Line in the file, from 1; 0 when it has no place.
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

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}: {severity}: {}", self.line, self.message)
    }
}

/// The problems of one text, found at byte offsets.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    source: &'a str,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(crate) const fn new(source: &'a str) -> Self {
        Self { source, found: Vec::new() }
    }

    pub(crate) fn error(&mut self, at: usize, message: impl fmt::Display) {
        self.add(Severity::Error, at, message);
    }

    pub(crate) fn warning(&mut self, at: usize, message: impl fmt::Display) {
        self.add(Severity::Warning, at, message);
    }

    fn add(&mut self, severity: Severity, at: usize, message: impl fmt::Display) {
        let before = self.source.get(..at).unwrap_or(self.source);
        let line = before.matches('\n').count() + 1;
        self.found.push(Problem { severity, line, message: message.to_string() });
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Every problem, in the order of the lines.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| problem.line);
        self.found
    }
}
