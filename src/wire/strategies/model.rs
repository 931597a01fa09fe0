use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::money;
use crate::domain::{ChallengerVerdict, Decision, Layer, ScoreBin, Sha256};

/// What any challenger would have decided.
pub(crate) fn challenger() -> impl Strategy<Value = ChallengerVerdict> {
    let texts = (".{0,8}", ".{0,8}", "[0-9a-f]{0,8}");
    (texts, option::of(0.0..=1.0), select(Decision::ALL), select(Layer::ALL), money()).prop_map(
        |((name, version, sha256), score, decision, decided_by, amount)| ChallengerVerdict {
            name,
            version,
            sha256,
            score,
            decision,
            decided_by,
            approved: (decision == Decision::Approve).then_some(amount),
        },
    )
}

/// Where any model's score may lie.
pub(crate) fn score_bin() -> impl Strategy<Value = ScoreBin> {
    (any::<[u8; 32]>(), any::<u8>()).prop_map(|(model, bin)| ScoreBin { model: Sha256(model), bin })
}
