//! Claims.

use std::collections::HashSet;

use super::common::{client, keys, money, rate_from};
use super::fact::fact;
use crate::domain::{
    AccountId, Destination, Evidence, Fact, OrderId, PayoutFingerprint, RefundClaim, RefundId,
    RefundRoute, RequestId, Sha256,
};
use crate::wire::field::{Field, every};
use crate::wire::limits::{
    CLAIM_EVIDENCE_MAX, CLAIM_FACTS_MAX, CLAIM_KEYS_MAX, Era, REASON_TEXT_MAX_BYTES,
};
use crate::wire::pb::v1;

pub(in crate::wire) fn claim(at: &Field<'_>, m: v1::RefundClaim) -> Option<RefundClaim> {
    every!(RefundClaim {
        request_id: at.field("request_id").parse(&m.request_id, RequestId::parse),
        refund_id: at.field("refund_id").parse(&m.refund_id, RefundId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        requested_at: at.field("requested_at").time(m.requested_at, Era::Past),
        amount: money(&at.field("amount"), m.amount),
        reason: at.field("reason").choice(m.reason),
        reason_text: at
            .field("reason_text")
            .optional(m.reason_text, |at, text| at.text(&text, REASON_TEXT_MAX_BYTES)),
        destination: destination(&at.field("destination"), m.destination),
        client: client(&at.field("client"), m.client),
        channel: at.field("channel").choice(m.channel),
        evidence: at.field("evidence").list(m.evidence, 0..=CLAIM_EVIDENCE_MAX, evidence),
        keys: keys(&at.field("key_fingerprints"), m.key_fingerprints, 0..=CLAIM_KEYS_MAX),
        fx_rate_today: rate_from(&at.field("fx_rate_today"), m.fx_rate_today, amount),
        facts: facts(&at.field("facts"), m.facts),
    })
}

fn destination(at: &Field<'_>, destination: Option<v1::Destination>) -> Option<Destination> {
    let m = at.require(destination)?;
    let destination = every!(Destination {
        route: at.field("route").choice(m.route),
        payout: at
            .field("payout_fingerprint")
            .parse_optional(m.payout_fingerprint.as_deref(), PayoutFingerprint::parse),
        agreement_signed: Some(m.agreement_signed),
    })?;
    if destination.route == RefundRoute::Alternative && destination.payout.is_none() {
        return at
            .field("payout_fingerprint")
            .refuse("is missing; give the receiving account, which another route needs");
    }
    Some(destination)
}

fn evidence(at: &Field<'_>, m: v1::Evidence) -> Option<Evidence> {
    every!(Evidence {
        kind: at.field("kind").choice(m.kind),
        sha256: at.field("sha256").exact(&m.sha256).map(Sha256),
        perceptual_hash: at
            .field("perceptual_hash")
            .optional(m.perceptual_hash, |at, bytes| at.exact(&bytes).map(u64::from_be_bytes)),
        // Clocks of cameras start in 1970 or run ahead: odd, but no reason to turn a buyer away.
        captured_at: at.field("captured_at").optional(m.captured_at, Field::any_time),
        edited: Some(m.edited),
    })
}

/// Facts of one claim are recorded together: a repeated id could only be a mistake.
fn facts(at: &Field<'_>, facts: Vec<v1::Fact>) -> Option<Vec<Fact>> {
    let mut seen = HashSet::new();
    at.list(facts, 0..=CLAIM_FACTS_MAX, |at, m| {
        let fact = fact(at, m)?;
        if seen.insert(fact.id.clone()) {
            Some(fact)
        } else {
            at.field("fact_id")
                .refuse("repeats the id of an earlier fact of the claim; give each once")
        }
    })
}
