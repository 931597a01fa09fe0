//! What facts and claims share.

use std::collections::HashSet;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::tz::TimeZoneDatabase;
use prost::bytes::Bytes;

use crate::domain::{
    AMOUNT_MAX_MINOR, Client, Country, Currency, DeviceId, FX_RATE_MAX, FxRate, KeyFingerprint,
    Money, MoneyError, canonical_ip,
};
use crate::wire::field::{Field, every, shown};
use crate::wire::limits::{TIMEZONE_MAX_BYTES, USER_AGENT_MAX_BYTES};
use crate::wire::pb::v1;

/// Money above zero. The amount is judged even when the currency is unknown.
pub(in crate::wire) fn money(at: &Field<'_>, money: Option<v1::Money>) -> Option<Money> {
    let v1::Money { amount_minor, currency_code } = at.require(money)?;
    every!(Money {
        amount_minor: positive_minor(&at.field("amount_minor"), amount_minor),
        currency: at.field("currency_code").parse(&currency_code, Currency::parse),
    })
}

fn positive_minor(at: &Field<'_>, amount_minor: i64) -> Option<i64> {
    if amount_minor <= 0 {
        at.refuse(MoneyError::NotPositive { amount_minor })
    } else if amount_minor > AMOUNT_MAX_MINOR {
        at.refuse(MoneyError::TooLarge { amount_minor })
    } else {
        Some(amount_minor)
    }
}

/// An exchange rate from the currency of `amount`, or none.
pub(super) fn rate_from(
    at: &Field<'_>,
    rate: Option<v1::FxRate>,
    amount: Option<Money>,
) -> Option<Option<FxRate>> {
    let Some(rate) = at.optional(rate, fx_rate)? else { return Some(None) };
    match amount {
        Some(amount) if amount.currency != rate.from => {
            at.field("from_currency_code").refuse(format_args!(
                "is `{}`; give `{}`, the currency of the amount",
                rate.from, amount.currency
            ))
        }
        _ => Some(Some(rate)),
    }
}

fn fx_rate(at: &Field<'_>, rate: v1::FxRate) -> Option<FxRate> {
    let from = at.field("from_currency_code").parse(&rate.from_currency_code, Currency::parse);
    let to = at.field("to_currency_code").parse(&rate.to_currency_code, Currency::parse);
    let value = rate.rate;
    if !(value > 0.0 && value <= FX_RATE_MAX) {
        // In scientific notation: 10^300 has 301 digits otherwise.
        return at.field("rate").refuse(MoneyError::BadRate { rate: format!("{value:e}") });
    }
    FxRate::new(from?, to?, value).map_or_else(|error| at.field("rate").refuse(error), Some)
}

/// Where a person came from. No client and an empty one are the same.
pub(super) fn client(at: &Field<'_>, client: Option<v1::Client>) -> Option<Client> {
    let Some(client) = client else { return Some(Client::default()) };
    every!(Client {
        ip: at.field("ip").parse_optional(client.ip.as_deref(), ip),
        device_id: at
            .field("device_id")
            .parse_optional(client.device_id.as_deref(), DeviceId::parse),
        device_emulator: Some(client.device_emulator),
        device_rooted: Some(client.device_rooted),
        user_agent: at
            .field("user_agent")
            .optional(client.user_agent, |at, text| at.text(&text, USER_AGENT_MAX_BYTES)),
        timezone: at.field("timezone").optional(client.timezone, |at, name| timezone(at, &name)),
    })
}

fn ip(text: &str) -> Result<IpAddr, String> {
    text.parse().map(canonical_ip).map_err(|_| {
        let shown = shown(text);
        format!(
            "`{shown}` is no IP address; give IPv4 or IPv6 such as `203.0.113.7`, or leave it out"
        )
    })
}

/// Names come from the bundled database alone, so that a claim is not judged by the machine that takes it in.
fn timezone(at: &Field<'_>, name: &str) -> Option<Arc<str>> {
    let text = at.text(name, TIMEZONE_MAX_BYTES)?;
    match TimeZoneDatabase::bundled().get(name) {
        Ok(zone) if !zone.is_unknown() => Some(text),
        _ => at.refuse(format_args!(
            "`{}` is no IANA time zone; give one such as `Asia/Shanghai`, or leave it out",
            shown(name)
        )),
    }
}

/// An ISO 3166 country.
pub(super) fn country(text: &str) -> Result<Country, String> {
    Country::parse(text).ok_or_else(|| {
        let shown = shown(text);
        format!("`{shown}` is no ISO 3166 country; give two upper-case letters such as `CN`")
    })
}

/// One key.
pub(super) fn key(at: &Field<'_>, bytes: &[u8]) -> Option<KeyFingerprint> {
    at.exact(bytes).map(KeyFingerprint)
}

/// A key, or none for goods without one.
pub(super) fn key_optional(at: &Field<'_>, bytes: Option<Bytes>) -> Option<Option<KeyFingerprint>> {
    at.optional(bytes, |at, bytes| key(at, &bytes))
}

/// So many keys, each once.
pub(super) fn keys(
    at: &Field<'_>,
    keys: Vec<Bytes>,
    bounds: RangeInclusive<usize>,
) -> Option<Vec<KeyFingerprint>> {
    let mut seen = HashSet::new();
    at.list(keys, bounds, |at, bytes| {
        let key = key(at, &bytes)?;
        if seen.insert(key) {
            Some(key)
        } else {
            at.refuse("repeats an earlier key; give each once")
        }
    })
}
