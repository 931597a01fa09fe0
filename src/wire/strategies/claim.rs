//! Claims.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{client, fact, id, keys, money_and_rate, text, time};
use crate::domain::{
    AccountId, ClaimChannel, ClaimReason, Destination, Evidence, EvidenceKind, OrderId,
    PayoutFingerprint, RefundClaim, RefundId, RefundRoute, RequestId, Sha256, Timestamp,
};

/// Any claim, with up to three inline facts.
pub(crate) fn claim() -> impl Strategy<Value = RefundClaim> {
    let ids = (id(RequestId::parse), id(RefundId::parse), id(OrderId::parse), id(AccountId::parse));
    let asked = (
        time(),
        money_and_rate(),
        select(ClaimReason::ALL),
        option::of(text(4_000)),
        destination(),
        select(ClaimChannel::ALL),
    );
    let shown = (client(), vec(evidence(), 0..4), keys(0..=3), vec(fact(), 0..4));
    (ids, asked, shown)
        .prop_filter("ids of facts are unique", |(_, _, (_, _, _, facts))| {
            facts.iter().enumerate().all(|(i, a)| facts.iter().skip(i + 1).all(|b| a.id != b.id))
        })
        .prop_map(|(ids, asked, shown)| {
            let (request_id, refund_id, order_id, account_id) = ids;
            let (requested_at, (amount, fx_rate_today), reason, reason_text, destination, channel) =
                asked;
            let (client, evidence, keys, facts) = shown;
            RefundClaim {
                request_id,
                refund_id,
                order_id,
                account_id,
                requested_at,
                amount,
                reason,
                reason_text,
                destination,
                client,
                channel,
                evidence,
                keys,
                fx_rate_today,
                facts,
            }
        })
}

fn destination() -> impl Strategy<Value = Destination> {
    (select(RefundRoute::ALL), option::of(id(PayoutFingerprint::parse)), any::<Option<bool>>())
        .prop_filter("another route has a destination", |(route, payout, _)| {
            *route == RefundRoute::Original || payout.is_some()
        })
        .prop_map(|(route, payout, agreement_signed)| Destination {
            route,
            payout,
            agreement_signed,
        })
}

/// Evidence, captured at any time that protobuf allows.
fn evidence() -> impl Strategy<Value = Evidence> {
    (
        select(EvidenceKind::ALL),
        any::<[u8; 32]>().prop_map(Sha256),
        any::<Option<u64>>(),
        option::of((-62_135_596_800_000_i64..253_402_300_800_000).prop_map(Timestamp::from_ms)),
        any::<Option<bool>>(),
    )
        .prop_map(|(kind, sha256, perceptual_hash, captured_at, edited)| Evidence {
            kind,
            sha256,
            perceptual_hash,
            captured_at,
            edited,
        })
}
