//! Verdicts.

use super::common::{fx_rate, money, time};
use super::model;
use crate::domain::{
    Coverage, Degradation, FollowUp, LayerFinding, LocalizedText, Reason, RouteAdvice, Verdict,
    Versions,
};
use crate::wire::choice::WireEnum;
use crate::wire::pb::v1;

/// The message of a verdict, which gives up its texts for it.
#[must_use]
pub fn encode_verdict(verdict: Verdict) -> v1::Verdict {
    v1::Verdict {
        decision_id: verdict.decision_id.to_string(),
        request_id: verdict.request_id.to_string(),
        refund_id: verdict.refund_id.to_string(),
        decision: verdict.decision.number(),
        decided_by: verdict.decided_by.number(),
        approved_amount: verdict.approved.map(money),
        reasons: verdict.reasons.into_iter().map(reason).collect(),
        layers: verdict.layers.into_iter().map(layer_finding).collect(),
        follow_up: verdict.follow_up.map(follow_up),
        route: Some(route_advice(&verdict.route)),
        review_deadline: verdict.review_deadline.map(time),
        score: verdict.score,
        model: verdict.model.map(model::assessment),
        degraded: verdict.degraded.into_iter().map(degradation).collect(),
        coverage: Some(coverage(verdict.coverage)),
        versions: Some(versions(verdict.versions)),
        observed_at: Some(time(verdict.observed_at)),
        ledger_position: verdict.ledger_position,
    }
}

fn reason(reason: Reason) -> v1::Reason {
    v1::Reason {
        code: reason.code,
        layer: reason.layer.number(),
        rule_id: reason.rule_id,
        direction: reason.direction.number(),
        decisive: reason.decisive,
        agent_text: Some(localized(reason.agent_text)),
        customer_text: Some(localized(reason.customer_text)),
        clause: reason.clause,
    }
}

/// The message of a text in two languages.
#[must_use]
pub fn localized(text: LocalizedText) -> v1::LocalizedText {
    v1::LocalizedText { zh: text.zh, en: text.en }
}

fn layer_finding(finding: LayerFinding) -> v1::LayerFinding {
    v1::LayerFinding {
        layer: finding.layer.number(),
        outcome: finding.outcome.number(),
        fired: finding.fired,
        unjudged: finding.unjudged,
    }
}

fn follow_up(follow_up: FollowUp) -> v1::FollowUp {
    v1::FollowUp {
        kind: follow_up.kind.number(),
        evidence_kinds: follow_up.evidence.iter().map(|kind| kind.as_str().to_owned()).collect(),
        customer_text: Some(localized(follow_up.customer_text)),
    }
}

fn route_advice(advice: &RouteAdvice) -> v1::RouteAdvice {
    v1::RouteAdvice {
        route: advice.route.number(),
        psp_transaction_ids: advice.psp_transaction_ids.iter().map(ToString::to_string).collect(),
        fee: advice.fee.map(money),
        fx_rate_at_payment: advice.fx_rate_at_payment.map(fx_rate),
    }
}

fn degradation(degradation: Degradation) -> v1::Degradation {
    v1::Degradation { code: degradation.code, detail: degradation.detail }
}

fn coverage(coverage: Coverage) -> v1::Coverage {
    let unknown = u32::try_from(coverage.unknown_signals.len()).unwrap_or(u32::MAX);
    v1::Coverage {
        signals_used: coverage.signals_used,
        signals_known: coverage.signals_used.saturating_sub(unknown),
        unknown_signals: coverage.unknown_signals,
    }
}

fn versions(versions: Versions) -> v1::Versions {
    v1::Versions {
        vouch: versions.vouch,
        policy_sha256: versions.policy_sha256,
        config_sha256: versions.config_sha256,
        signals_sha256: versions.signals_sha256,
        model_sha256: versions.model_sha256,
        geo_builds: versions.geo_builds,
    }
}
