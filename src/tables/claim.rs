//! The table of claims.

use std::collections::HashSet;

use prost::Message;

use super::lines;
use super::part::{RateCells, client_cells, money, put_client, put_money};
use super::record::private::Sealed;
use super::record::{Fault, Observed, Place, Record, columns};
use super::value::{
    Seen, bounded, choose, exact, is_protobuf_time, keys, not_a_word, parse, parse_optional,
    position, time, word,
};
use crate::domain::{
    AccountId, ClaimChannel, ClaimReason, Destination, Evidence, EvidenceKind, Fact, OrderId,
    PayoutFingerprint, RefundClaim, RefundId, RefundRoute, RequestId, Sha256, Timestamp,
    Violations,
};
use crate::wire::pb::tables::v1::ClaimLine;
use crate::wire::pb::v1;
use crate::wire::{
    CLAIM_EVIDENCE_MAX, CLAIM_FACTS_MAX, CLAIM_KEYS_MAX, REASON_TEXT_MAX_BYTES, TimeLimits,
    decode_fact, encode_fact,
};

columns! {
    /// The columns of claims.
    pub ClaimColumns, ClaimView;
    observed_at: time,
    ledger_position: int,
    request_id: text,
    refund_id: text,
    order_id: text,
    account_id: text,
    requested_at: time,
    amount_minor: int,
    currency_code: text,
    reason: text,
    reason_text: text,
    destination_route: text,
    destination_payout_fingerprint: text,
    destination_agreement_signed: truth,
    client_ip: text,
    client_device_id: text,
    client_device_emulator: truth,
    client_device_rooted: truth,
    client_user_agent: text,
    client_timezone: text,
    channel: text,
    evidence_kind: texts,
    evidence_sha256: blobs,
    evidence_perceptual_hash: blobs,
    evidence_captured_at: times,
    evidence_edited: truths,
    key_fingerprints: blobs,
    fx_rate_today_from_currency_code: text,
    fx_rate_today_to_currency_code: text,
    fx_rate_today: real,
    facts: blobs,
}

impl Sealed for RefundClaim {}

impl Record for RefundClaim {
    type Columns = ClaimColumns;
    type View = ClaimView;
    type Line = ClaimLine;
    const LINE: &'static str = "vouch.tables.v1.ClaimLine";
    const REQUIRED: &'static [&'static str] = &[
        "observed_at",
        "request_id",
        "refund_id",
        "order_id",
        "account_id",
        "requested_at",
        "amount_minor",
        "currency_code",
        "reason",
        "destination_route",
        "channel",
    ];

    fn put(at: Place, claim: &Self, columns: &mut ClaimColumns) {
        columns.observed_at.set(at.observed_at);
        columns.ledger_position.set_optional(at.column());
        columns.request_id.set(claim.request_id.as_str());
        columns.refund_id.set(claim.refund_id.as_str());
        columns.order_id.set(claim.order_id.as_str());
        columns.account_id.set(claim.account_id.as_str());
        columns.requested_at.set(claim.requested_at);
        put_money!(columns, claim.amount);
        columns.reason.set(claim.reason.as_str());
        columns.reason_text.set_optional(claim.reason_text.as_deref());
        columns.destination_route.set(claim.destination.route.as_str());
        let payout = claim.destination.payout.as_ref();
        columns.destination_payout_fingerprint.set_optional(payout.map(PayoutFingerprint::as_str));
        columns.destination_agreement_signed.set_optional(claim.destination.agreement_signed);
        put_client!(columns, &claim.client);
        columns.channel.set(claim.channel.as_str());
        put_evidence(&claim.evidence, columns);
        let keys: Vec<_> = claim.keys.iter().map(|key| Some(key.0.as_slice())).collect();
        columns.key_fingerprints.set(&keys);
        if let Some(rate) = claim.fx_rate_today {
            columns.fx_rate_today_from_currency_code.set(rate.from.as_str());
            columns.fx_rate_today_to_currency_code.set(rate.to.as_str());
            columns.fx_rate_today.set(rate.rate());
        }
        let facts: Vec<_> = claim.facts.iter().map(|f| encode_fact(f).encode_to_vec()).collect();
        let facts: Vec<_> = facts.iter().map(|bytes| Some(bytes.as_slice())).collect();
        columns.facts.set(&facts);
    }

    fn get(view: &ClaimView, row: usize, seen: &mut Seen) -> Result<Observed<Self>, Fault> {
        let amount = money(&view.amount_minor, &view.currency_code, row, seen)?;
        let rate = RateCells {
            from: &view.fx_rate_today_from_currency_code,
            to: &view.fx_rate_today_to_currency_code,
            rate: &view.fx_rate_today,
        };
        let reason_text = view.reason_text.get(row);
        let reason_text = reason_text
            .map(|text| bounded(&view.reason_text, text, REASON_TEXT_MAX_BYTES))
            .transpose()?;
        let record = Self {
            request_id: parse(&view.request_id, row, RequestId::parse)?,
            refund_id: parse(&view.refund_id, row, RefundId::parse)?,
            order_id: parse(&view.order_id, row, OrderId::parse)?,
            account_id: parse(&view.account_id, row, AccountId::parse)?,
            requested_at: time(&view.requested_at, row)?,
            amount,
            reason: word(&view.reason, row, ClaimReason::WORDS)?,
            reason_text: reason_text.map(Into::into),
            destination: destination(view, row)?,
            client: client_cells!(view).get(row, seen)?,
            channel: word(&view.channel, row, ClaimChannel::WORDS)?,
            evidence: evidence(view, row)?,
            keys: keys(&view.key_fingerprints, row, CLAIM_KEYS_MAX)?,
            fx_rate_today: rate.get(row, amount.currency, seen)?,
            facts: facts(view, row)?,
        };
        let observed_at = time(&view.observed_at, row)?;
        Ok(Observed { observed_at, position: position(&view.ledger_position, row)?, record })
    }

    fn line(at: Place, claim: &Self) -> ClaimLine {
        lines::claim_line(at, claim)
    }

    fn from_line(line: ClaimLine) -> Result<Observed<Self>, Violations> {
        lines::claim(line)
    }
}

fn put_evidence(evidence: &[Evidence], columns: &mut ClaimColumns) {
    let kinds: Vec<&str> = evidence.iter().map(|item| item.kind.as_str()).collect();
    columns.evidence_kind.set(&kinds);
    let digests: Vec<_> = evidence.iter().map(|item| Some(item.sha256.0.as_slice())).collect();
    columns.evidence_sha256.set(&digests);
    let hashes: Vec<_> =
        evidence.iter().map(|item| item.perceptual_hash.map(u64::to_be_bytes)).collect();
    let hashes: Vec<_> = hashes.iter().map(|hash| hash.as_ref().map(|h| h.as_slice())).collect();
    columns.evidence_perceptual_hash.set(&hashes);
    let times: Vec<_> = evidence.iter().map(|item| item.captured_at).collect();
    columns.evidence_captured_at.set(&times);
    let edited: Vec<_> = evidence.iter().map(|item| item.edited).collect();
    columns.evidence_edited.set(&edited);
}

fn destination(view: &ClaimView, row: usize) -> Result<Destination, Fault> {
    let cells = &view.destination_payout_fingerprint;
    let destination = Destination {
        route: word(&view.destination_route, row, RefundRoute::WORDS)?,
        payout: parse_optional(cells, row, PayoutFingerprint::parse)?,
        agreement_signed: view.destination_agreement_signed.get(row),
    };
    if destination.route == RefundRoute::Alternative && destination.payout.is_none() {
        return Err(
            cells.fault("is missing; give the receiving account, which another route needs")
        );
    }
    Ok(destination)
}

fn evidence(view: &ClaimView, row: usize) -> Result<Vec<Evidence>, Fault> {
    let kinds = view.evidence_kind.texts(row)?;
    let digests = view.evidence_sha256.blobs(row)?;
    let count = kinds.len();
    if count > CLAIM_EVIDENCE_MAX {
        let text = format_args!("has {count} items; give at most {CLAIM_EVIDENCE_MAX}");
        return Err(view.evidence_kind.fault(text));
    }
    if digests.len() != count {
        let text =
            format_args!("has {} items, `evidence_kind` {count}; give one each", digests.len());
        return Err(view.evidence_sha256.fault(text));
    }
    let mut hashes = aligned(view.evidence_perceptual_hash.blobs(row)?, count)
        .map_err(|error| view.evidence_perceptual_hash.fault(error))?;
    let mut times = aligned(view.evidence_captured_at.times(row)?, count)
        .map_err(|error| view.evidence_captured_at.fault(error))?;
    let mut edited = aligned(view.evidence_edited.truths(row)?, count)
        .map_err(|error| view.evidence_edited.fault(error))?;
    let mut items = Vec::with_capacity(count);
    for (kind, digest) in kinds.iter().zip(digests) {
        let captured_at: Option<Timestamp> = times.next().flatten();
        if captured_at.is_some_and(|at| !is_protobuf_time(at)) {
            return Err(view.evidence_captured_at.fault("is outside the years 1 to 9999"));
        }
        let hash: Option<[u8; 8]> = hashes
            .next()
            .flatten()
            .map(|bytes| exact(&bytes))
            .transpose()
            .map_err(|error| view.evidence_perceptual_hash.fault(error))?;
        items.push(Evidence {
            kind: choose::<EvidenceKind>(EvidenceKind::WORDS, kind)
                .ok_or_else(|| view.evidence_kind.fault(not_a_word(kind, EvidenceKind::WORDS)))?,
            sha256: exact(&digest.unwrap_or_default())
                .map(Sha256)
                .map_err(|error| view.evidence_sha256.fault(error))?,
            perceptual_hash: hash.map(u64::from_be_bytes),
            captured_at,
            edited: edited.next().flatten(),
        });
    }
    Ok(items)
}

/// A list that says something of every piece of evidence, or nothing at all.
fn aligned<T>(
    items: Vec<Option<T>>,
    count: usize,
) -> Result<impl Iterator<Item = Option<T>>, String> {
    if items.is_empty() || items.len() == count {
        Ok(items.into_iter())
    } else {
        let found = items.len();
        Err(format!("has {found} items, `evidence_kind` {count}; give one each, or null"))
    }
}

fn facts(view: &ClaimView, row: usize) -> Result<Vec<Fact>, Fault> {
    let items = view.facts.blobs(row)?;
    if items.len() > CLAIM_FACTS_MAX {
        let count = items.len();
        let text = format_args!("has {count} items; give at most {CLAIM_FACTS_MAX}");
        return Err(view.facts.fault(text));
    }
    let mut seen = HashSet::new();
    let read = |(index, bytes): (usize, Option<Vec<u8>>)| {
        let message = v1::Fact::decode(bytes.unwrap_or_default().as_slice())
            .map_err(|error| view.facts.fault(format_args!("item {index} is no fact: {error}")))?;
        let fact = decode_fact(message, &format!("facts[{index}]"), &TimeLimits::STORED)
            .map_err(|violations| view.facts.fault(violations))?;
        if seen.insert(fact.id.clone()) {
            Ok(fact)
        } else {
            Err(view.facts.fault(format_args!("item {index} repeats the id of an earlier fact")))
        }
    };
    items.into_iter().enumerate().map(read).collect()
}
