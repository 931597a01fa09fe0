//! Counts as reals and back: the casts of this layer in one place.

/// A count as a real. Exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of rows and columns stay far below 2^53")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// A share of a count, rounded down; between 0 and the count.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the count, and not negative"
)]
pub(super) fn part(count: usize, share: f64) -> usize {
    ((real(count) * share).clamp(0.0, real(count)) as usize).min(count)
}

/// An index as it is stored in a tree.
#[expect(clippy::cast_possible_truncation, reason = "rows and nodes are checked to be below 2^32")]
pub(super) fn short(index: usize) -> u32 {
    debug_assert!(u32::try_from(index).is_ok());
    index as u32
}

/// A stored index as an index.
pub(super) fn long(index: u32) -> usize {
    index as usize
}

/// `1 / (1 + exp(-x))`, without overflow on either side.
pub(super) fn sigmoid(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + (-log_odds).exp())
    } else {
        let odds = log_odds.exp();
        odds / (1.0 + odds)
    }
}

/// `ln(1 + exp(x))`, without overflow.
pub(super) fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// `ln(p / (1 - p))`.
pub(super) fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}
