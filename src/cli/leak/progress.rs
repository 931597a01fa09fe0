//! How far it has come, for a person who waits.

use std::io::{self, IsTerminal, Write};

/// A counter on standard error, when that is a terminal. It is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    shown: bool,
    total: usize,
}

impl Progress {
    pub(super) fn new(total: usize) -> Self {
        Self { shown: io::stderr().is_terminal(), total }
    }

    /// So many are done.
    pub(super) fn done(&self, count: usize) {
        if self.shown {
            let total = self.total;
            // Nothing is lost when it cannot be shown.
            drop(write!(io::stderr().lock(), "\r{count} of {total} keys"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            // To the start of the line, and clear it.
            drop(write!(io::stderr().lock(), "\r\x1b[K"));
        }
    }
}
