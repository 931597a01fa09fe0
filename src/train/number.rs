//! Counts as floats.

/// A count; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "nothing that is counted here comes near 2^53")]
pub(super) const fn real(count: usize) -> f64 {
    count as f64
}

/// A share of a count, rounded down, never more than the count.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the count"
)]
pub(super) fn part(count: usize, share: f64) -> usize {
    ((real(count) * share.clamp(0.0, 1.0)) as usize).min(count)
}

/// Days as milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "settings allow at most some years")]
pub(super) fn days_ms(days: f64) -> i64 {
    (days * 86_400_000.0) as i64
}

/// A count as it is written.
pub(super) fn long(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
