//! Values of the domain for property tests: every kind of fact, claims, and findings.

mod claim;
mod context;
mod fact;
mod finding;
mod model;

pub(crate) use claim::claim;
pub(crate) use context::{claim_context, fact_context};
pub(crate) use fact::fact;
pub(crate) use finding::finding;
pub(crate) use model::{challenger, score_bin};

use std::net::IpAddr;
use std::sync::Arc;

use proptest::collection::hash_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::domain::{
    AMOUNT_MAX_MINOR, Client, Country, Currency, DeviceId, FxRate, IdError, KeyFingerprint, Money,
    Timestamp, canonical_ip,
};

/// Any id: 1 to 128 bytes, not only ASCII, nothing that controls a terminal.
fn id<T: std::fmt::Debug>(parse: fn(&str) -> Result<T, IdError>) -> impl Strategy<Value = T> {
    prop_oneof!["[!-~]{1,128}", "\\PC{1,32}"].prop_map(move |text| parse(&text).unwrap())
}

fn text(max_bytes: usize) -> impl Strategy<Value = Arc<str>> {
    prop_oneof!["[ -~\t\n]{0,40}", any::<String>()]
        .prop_filter("too long", move |text| text.len() <= max_bytes)
        .prop_map(Into::into)
}

/// From 2000 to 2100.
fn time() -> impl Strategy<Value = Timestamp> {
    (Timestamp::EARLIEST.ms()..4_102_444_800_000).prop_map(Timestamp::from_ms)
}

fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["CNY", "USD", "JPY", "KWD", "EUR"]).prop_map(|code| Currency::parse(code).unwrap())
}

fn money() -> impl Strategy<Value = Money> {
    (1..=AMOUNT_MAX_MINOR, currency())
        .prop_map(|(minor, currency)| Money::positive(minor, currency).unwrap())
}

/// Money, and a rate from its currency; of few digits, which JSON keeps exactly.
fn money_and_rate() -> impl Strategy<Value = (Money, Option<FxRate>)> {
    let rate = (1..=u32::MAX).prop_map(|rate| f64::from(rate) / 1e4);
    (money(), option::of((currency(), rate))).prop_map(|(money, rate)| {
        (money, rate.map(|(to, rate)| FxRate::new(money.currency, to, rate).unwrap()))
    })
}

fn country() -> impl Strategy<Value = Country> {
    "[A-Z]{2}".prop_map(|code| Country::parse(&code).unwrap())
}

fn key() -> impl Strategy<Value = KeyFingerprint> {
    any::<[u8; 32]>().prop_map(KeyFingerprint)
}

fn keys(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<KeyFingerprint>> {
    hash_set(key(), count).prop_map(|keys| keys.into_iter().collect())
}

fn client() -> impl Strategy<Value = Client> {
    let zone = select(vec!["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires"]);
    (
        option::of(any::<IpAddr>().prop_map(canonical_ip)),
        option::of(id(DeviceId::parse)),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        option::of(text(512)),
        option::of(zone.prop_map(Into::into)),
    )
        .prop_map(|(ip, device_id, device_emulator, device_rooted, user_agent, timezone)| {
            Client { ip, device_id, device_emulator, device_rooted, user_agent, timezone }
        })
}
