//! The machine's clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::clock::Clock;
use crate::domain::Timestamp;

/// The machine's clock, in UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemClock {
    started: Instant,
}

impl SystemClock {
    pub(super) fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
        let started = Instant::now();
        Self { started }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
