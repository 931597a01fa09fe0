//! What facts, claims and verdicts share.

use prost::bytes::Bytes;

use crate::domain::{Client, FxRate, KeyFingerprint, Money, SECOND_MS, Timestamp};
use crate::wire::pb::v1;

const NANOS_PER_MS: i64 = 1_000_000;

/// The message of a point in time.
#[must_use]
pub fn time(time: Timestamp) -> prost_types::Timestamp {
    let nanos = time.ms().rem_euclid(SECOND_MS) * NANOS_PER_MS;
    prost_types::Timestamp {
        seconds: time.ms().div_euclid(SECOND_MS),
        // Below 10^9.
        nanos: i32::try_from(nanos).unwrap_or_default(),
    }
}

pub(super) fn money(money: Money) -> v1::Money {
    v1::Money {
        amount_minor: money.amount_minor,
        currency_code: money.currency.as_str().to_owned(),
    }
}

pub(super) fn fx_rate(rate: FxRate) -> v1::FxRate {
    v1::FxRate {
        from_currency_code: rate.from.as_str().to_owned(),
        to_currency_code: rate.to.as_str().to_owned(),
        rate: rate.rate(),
    }
}

/// A client of which nothing is known is left out.
pub(super) fn client(client: &Client) -> Option<v1::Client> {
    if *client == Client::default() {
        return None;
    }
    Some(v1::Client {
        ip: client.ip.map(|ip| ip.to_string()),
        device_id: client.device_id.as_ref().map(|id| id.as_str().to_owned()),
        device_emulator: client.device_emulator,
        device_rooted: client.device_rooted,
        user_agent: client.user_agent.as_deref().map(str::to_owned),
        timezone: client.timezone.as_deref().map(str::to_owned),
    })
}

pub(super) fn key(key: &KeyFingerprint) -> Bytes {
    Bytes::copy_from_slice(&key.0)
}

pub(super) fn keys(keys: &[KeyFingerprint]) -> Vec<Bytes> {
    keys.iter().map(key).collect()
}
