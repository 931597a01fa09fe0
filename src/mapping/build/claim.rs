//! Claims.

use prost::bytes::Bytes;
use prost_types::Timestamp as WireTime;

use super::{client, money, rate, text, word};
use crate::mapping::fault::{Fault, Reason};
use crate::mapping::value::Values;
use crate::wire::pb::v1;

/// A claim, without its id.
pub(in crate::mapping) fn claim(
    requested_at: Option<WireTime>,
    v: &mut Values,
) -> Result<v1::RefundClaim, Fault> {
    let (amount, currency) = money(v);
    Ok(v1::RefundClaim {
        request_id: String::new(),
        refund_id: text(v, "refund_id"),
        order_id: text(v, "order_id"),
        account_id: text(v, "account_id"),
        requested_at,
        amount,
        reason: word(v, "reason"),
        reason_text: v.text("reason_text"),
        destination: Some(v1::Destination {
            route: word(v, "route"),
            payout_fingerprint: v.text("payout_fingerprint"),
            agreement_signed: v.truth("agreement_signed"),
        }),
        client: client(v),
        channel: word(v, "channel"),
        evidence: evidence(v)?,
        key_fingerprints: v.blobs("key_fingerprints"),
        fx_rate_today: rate(v, "fx_rate_today", "fx_rate_today_to_currency_code", currency),
        facts: Vec::new(),
    })
}

/// Pieces of evidence: one for each digest. One kind stands for all of them.
fn evidence(v: &mut Values) -> Result<Vec<v1::Evidence>, Fault> {
    let digests = v.blobs("evidence_sha256");
    let kinds = v.words("evidence_kind");
    let hashes = v.blobs("evidence_perceptual_hash");
    let count = digests.len();
    let fault =
        |column: &str, text: String| Fault { column: column.to_owned(), reason: Reason::new(text) };
    if count > 0 && kinds.len() != 1 && kinds.len() != count {
        let text = "has another number of items than `evidence_sha256`; give one, or as many";
        return Err(fault("evidence_kind", text.to_owned()));
    }
    if !hashes.is_empty() && hashes.len() != count {
        let text = "has another number of items than `evidence_sha256`; give none, or as many";
        return Err(fault("evidence_perceptual_hash", text.to_owned()));
    }
    let mut hashes = hashes.into_iter();
    let mut kinds = kinds.iter().cycle();
    let piece = |sha256: Bytes| v1::Evidence {
        kind: kinds.next().copied().unwrap_or_default(),
        sha256,
        perceptual_hash: hashes.next(),
        captured_at: None,
        edited: None,
    };
    Ok(digests.into_iter().map(piece).collect())
}
