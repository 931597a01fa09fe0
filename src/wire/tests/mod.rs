mod claims;
mod facts;
mod json;
mod ledger;
mod round_trip;

use prost_types::Timestamp as WireTime;

use super::pb::v1;
use super::pb::v1::fact::Body;
use super::{TimeLimits, decode_claim, decode_fact};
use crate::domain::{Timestamp, Violations};

/// 2026-01-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_ms(1_767_225_600_000);

fn limits() -> TimeLimits {
    TimeLimits::at(NOW)
}

fn at(seconds: i64) -> Option<WireTime> {
    Some(WireTime { seconds, nanos: 0 })
}

fn now() -> Option<WireTime> {
    at(NOW.ms() / 1_000)
}

fn money(amount_minor: i64, currency: &str) -> Option<v1::Money> {
    Some(v1::Money { amount_minor, currency_code: currency.into() })
}

fn rate(from: &str, to: &str, rate: f64) -> Option<v1::FxRate> {
    Some(v1::FxRate { from_currency_code: from.into(), to_currency_code: to.into(), rate })
}

fn fact(body: Body) -> v1::Fact {
    v1::Fact { fact_id: "f1".into(), occurred_at: now(), body: Some(body) }
}

fn claim() -> v1::RefundClaim {
    v1::RefundClaim {
        request_id: "q1".into(),
        refund_id: "r1".into(),
        order_id: "o1".into(),
        account_id: "a1".into(),
        requested_at: now(),
        amount: money(10_000, "CNY"),
        reason: v1::ClaimReason::KeyInvalid.into(),
        destination: Some(v1::Destination {
            route: v1::RefundRoute::Original.into(),
            ..Default::default()
        }),
        channel: v1::ClaimChannel::App.into(),
        ..Default::default()
    }
}

fn fact_violations(fact: v1::Fact) -> Vec<String> {
    shown(decode_fact(fact, "fact", &limits()).err())
}

fn body_violations(body: Body) -> Vec<String> {
    fact_violations(fact(body))
}

fn claim_violations(claim: v1::RefundClaim) -> Vec<String> {
    shown(decode_claim(claim, "claim", &limits()).err())
}

fn shown(violations: Option<Violations>) -> Vec<String> {
    let list = violations.unwrap_or_default().0;
    list.iter().map(|v| format!("{}: {}", v.field, v.description)).collect()
}
