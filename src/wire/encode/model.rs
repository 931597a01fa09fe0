//! What models say.

use prost::bytes::Bytes;

use super::common::money;
use crate::domain::{
    ChallengerVerdict, Contribution, ExpectedCosts, GroupContribution, ModelAssessment, ScoreBin,
};
use crate::wire::choice::WireEnum;
use crate::wire::pb::{ledger, v1};

pub(super) fn assessment(model: ModelAssessment) -> v1::ModelAssessment {
    v1::ModelAssessment {
        name: model.name,
        version: model.version,
        score: model.score,
        calibrated: model.calibrated,
        log_odds: model.log_odds,
        bias: model.bias,
        contributions: model.groups.iter().map(group).collect(),
        expected_costs: model.costs.map(costs),
    }
}

fn group(group: &GroupContribution) -> v1::GroupContribution {
    v1::GroupContribution {
        group: group.group.as_ref().to_owned(),
        log_odds: group.log_odds,
        features: group.features.iter().map(feature).collect(),
    }
}

fn feature(contribution: &Contribution) -> v1::FeatureContribution {
    v1::FeatureContribution {
        feature: contribution.feature.as_ref().to_owned(),
        log_odds: contribution.log_odds,
    }
}

fn costs(costs: ExpectedCosts) -> v1::ExpectedCosts {
    v1::ExpectedCosts {
        approve: Some(money(costs.approve)),
        review: Some(money(costs.review)),
        reject: Some(money(costs.reject)),
    }
}

/// The message of what another model would have decided.
#[must_use]
pub fn encode_challenger(challenger: &ChallengerVerdict) -> v1::ChallengerVerdict {
    v1::ChallengerVerdict {
        name: challenger.name.clone(),
        version: challenger.version.clone(),
        sha256: challenger.sha256.clone(),
        score: challenger.score,
        decision: challenger.decision.number(),
        decided_by: challenger.decided_by.number(),
        approved_amount: challenger.approved.map(money),
    }
}

/// The message of where a score lies.
#[must_use]
pub fn encode_score_bin(scored: &ScoreBin) -> ledger::v1::ScoreBin {
    ledger::v1::ScoreBin {
        model_sha256: Bytes::copy_from_slice(&scored.model.0),
        bin: scored.bin.into(),
    }
}
