//! What models said, as the ledger keeps it.

use super::common::money;
use crate::domain::{CHALLENGERS_MAX, ChallengerVerdict, Decision, Money, ScoreBin, Sha256};
use crate::wire::field::{Field, every};
use crate::wire::pb::{ledger, v1};

pub(in crate::wire) fn challengers(
    at: &Field<'_>,
    challengers: Vec<v1::ChallengerVerdict>,
) -> Option<Vec<ChallengerVerdict>> {
    at.list(challengers, 0..=CHALLENGERS_MAX, challenger)
}

fn challenger(at: &Field<'_>, m: v1::ChallengerVerdict) -> Option<ChallengerVerdict> {
    let decided: Option<Decision> = at.field("decision").choice(m.decision);
    let amount = approved(&at.field("approved_amount"), m.approved_amount, decided);
    every!(ChallengerVerdict {
        name: Some(m.name),
        version: Some(m.version),
        sha256: Some(m.sha256),
        score: Some(m.score),
        decision: decided,
        decided_by: at.field("decided_by").choice(m.decided_by),
        approved: amount,
    })
}

fn approved(
    at: &Field<'_>,
    amount: Option<v1::Money>,
    decision: Option<Decision>,
) -> Option<Option<Money>> {
    let amount = at.optional(amount, |at, amount| money(at, Some(amount)))?;
    if amount.is_some() != (decision? == Decision::Approve) {
        return at.refuse("must be there for an approval, and only then");
    }
    Some(amount)
}

pub(in crate::wire) fn score_bins(
    at: &Field<'_>,
    scored: Vec<ledger::v1::ScoreBin>,
) -> Option<Vec<ScoreBin>> {
    at.list(scored, 0..=CHALLENGERS_MAX + 1, score_bin)
}

fn score_bin(at: &Field<'_>, m: ledger::v1::ScoreBin) -> Option<ScoreBin> {
    let bin = at.field("bin").within(m.bin, 0..=u32::from(u8::MAX));
    every!(ScoreBin {
        model: at.field("model_sha256").exact(&m.model_sha256).map(Sha256),
        bin: bin.and_then(|bin| u8::try_from(bin).ok()),
    })
}
