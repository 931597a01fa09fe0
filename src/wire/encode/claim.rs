//! Claims.

use prost::bytes::Bytes;

use super::common::{client, fx_rate, keys, money, time};
use super::encode_fact;
use crate::domain::{Destination, Evidence, RefundClaim};
use crate::wire::choice::WireEnum;
use crate::wire::pb::v1;

/// The canonical message of a claim.
#[must_use]
pub fn encode_claim(claim: &RefundClaim) -> v1::RefundClaim {
    v1::RefundClaim {
        request_id: claim.request_id.to_string(),
        refund_id: claim.refund_id.to_string(),
        order_id: claim.order_id.to_string(),
        account_id: claim.account_id.to_string(),
        requested_at: Some(time(claim.requested_at)),
        amount: Some(money(claim.amount)),
        reason: claim.reason.number(),
        reason_text: claim.reason_text.as_deref().map(str::to_owned),
        destination: Some(destination(&claim.destination)),
        client: client(&claim.client),
        channel: claim.channel.number(),
        evidence: claim.evidence.iter().map(evidence).collect(),
        key_fingerprints: keys(&claim.keys),
        fx_rate_today: claim.fx_rate_today.map(fx_rate),
        facts: claim.facts.iter().map(encode_fact).collect(),
    }
}

fn destination(destination: &Destination) -> v1::Destination {
    v1::Destination {
        route: destination.route.number(),
        payout_fingerprint: destination.payout.as_ref().map(ToString::to_string),
        agreement_signed: destination.agreement_signed,
    }
}

fn evidence(evidence: &Evidence) -> v1::Evidence {
    v1::Evidence {
        kind: evidence.kind.number(),
        sha256: Bytes::copy_from_slice(&evidence.sha256.0),
        perceptual_hash: evidence
            .perceptual_hash
            .map(|hash| Bytes::copy_from_slice(&hash.to_be_bytes())),
        captured_at: evidence.captured_at.map(time),
        edited: evidence.edited,
    }
}
