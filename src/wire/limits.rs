//! The bounds that the proto files state.

use crate::domain::{DAY_MS, MINUTE_MS, Timestamp};

/// Most facts of one `RecordFactsRequest`.
pub const RECORD_FACTS_MAX: usize = 1_000;
/// Most inline facts of a claim.
pub const CLAIM_FACTS_MAX: usize = 100;
/// Most pieces of evidence of a claim.
pub const CLAIM_EVIDENCE_MAX: usize = 20;
/// Most keys that a claim names.
pub const CLAIM_KEYS_MAX: usize = 100;
/// Most keys of one leak.
pub const LEAKED_KEYS_MAX: usize = 1_000;
/// Most keys of a finding.
pub const FINDING_KEYS_MAX: usize = 1_000;
/// Most kinds of findings that are asked for.
pub const FINDING_KINDS_MAX: usize = 16;
/// Most countries of a region lock.
pub const REGION_LOCK_MAX: usize = 300;
/// Most units of an order.
pub const QUANTITY_MAX: u32 = 10_000;
/// Highest level of a verification.
pub const VERIFIED_LEVEL_MAX: u8 = 9;
/// Longest text of a buyer, in bytes.
pub const REASON_TEXT_MAX_BYTES: usize = 4_000;
/// Longest User-Agent header, in bytes.
pub const USER_AGENT_MAX_BYTES: usize = 512;
/// Longest name of a time zone, in bytes.
pub const TIMEZONE_MAX_BYTES: usize = 64;

/// How far the platform's clock may be ahead of ours, in milliseconds.
pub const CLOCK_AHEAD_MAX_MS: i64 = 10 * MINUTE_MS;
/// How far ahead an incident may be declared, for example maintenance, in milliseconds.
pub const PLANNED_AHEAD_MAX_MS: i64 = 365 * DAY_MS;

/// Which times are believed. The earliest is always [`Timestamp::EARLIEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    now: Option<Timestamp>,
}

impl TimeLimits {
    /// For what was taken in once: it was judged by the clock of that time, so the future is open.
    pub const STORED: Self = Self { now: None };

    /// For what comes in at `now`: up to [`CLOCK_AHEAD_MAX_MS`] ahead, incidents up to [`PLANNED_AHEAD_MAX_MS`].
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now: Some(now) }
    }

    /// The latest time that is believed of `era`.
    pub(super) fn latest(&self, era: Era) -> Option<Timestamp> {
        let ahead_ms = match era {
            Era::Past => CLOCK_AHEAD_MAX_MS,
            Era::Planned => PLANNED_AHEAD_MAX_MS,
        };
        self.now.map(|now| now.plus_ms(ahead_ms))
    }
}

/// When something can lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    /// It has happened; clocks may differ a little.
    Past,
    /// It may be planned.
    Planned,
}
