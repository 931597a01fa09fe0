//! What time it is, as an argument.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::domain::Timestamp;

/// Tells the time. Only `cli` has one that reads the machine's.
pub trait Clock: Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Time since a moment that stays the same. It never runs backwards, and is for measuring how long work takes: no
    /// verdict hangs on it.
    fn elapsed(&self) -> Duration;
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct ManualClock {
    now_ms: AtomicI64,
    elapsed_ns: AtomicU64,
}

impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub const fn new(at: Timestamp) -> Self {
        Self { now_ms: AtomicI64::new(at.ms()), elapsed_ns: AtomicU64::new(0) }
    }

    /// Sets it.
    pub fn set(&self, at: Timestamp) {
        self.now_ms.store(at.ms(), Ordering::SeqCst);
    }

    /// Lets time pass for whoever measures. What it shows stays.
    pub fn pass(&self, time: Duration) {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.elapsed_ns.fetch_add(ns, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.now_ms.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed_ns.load(Ordering::SeqCst))
    }
}
