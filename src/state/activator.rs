//! What is remembered of one who tries keys: an account, ours or the vendor's.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts, SeenSet};
use crate::domain::{FactBody, KeyFingerprint};

/// What is remembered of one who tries keys, whatever orders the keys were sold on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivatorDoc {
    /// Tries by 5 minutes.
    pub tries_minutely: HopCounts,
    /// Tries by day.
    pub tries_daily: HopCounts,
    /// Of these, failures by 5 minutes.
    pub failures_minutely: HopCounts,
    /// Failures by day.
    pub failures_daily: HopCounts,
    /// Keys that failed.
    pub failed_keys: SeenSet<KeyFingerprint>,
}

impl Default for ActivatorDoc {
    fn default() -> Self {
        Self {
            tries_minutely: HopCounts::five_minutes(),
            tries_daily: HopCounts::daily(),
            failures_minutely: HopCounts::five_minutes(),
            failures_daily: HopCounts::daily(),
            failed_keys: SeenSet::default(),
        }
    }
}

impl ActivatorDoc {
    /// It hears of its own tries.
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Fact(fact, _) = &event.body else { return };
        let FactBody::KeyActivated(tried) = &fact.body else { return };
        let at = fact.occurred_at;
        self.tries_minutely.add(at);
        self.tries_daily.add(at);
        if tried.result.is_refusal() {
            self.failures_minutely.add(at);
            self.failures_daily.add(at);
            self.failed_keys.add(&tried.key, at);
        }
    }
}
