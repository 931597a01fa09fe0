//! Values become messages, which `wire` reads by the rules of the proto files.

mod claim;
mod fact;

pub(super) use claim::claim;
pub(super) use fact::fact;

use super::value::Values;
use crate::domain::Currency;
use crate::wire::encode_time;
use crate::wire::pb::v1;

fn text(values: &mut Values, name: &str) -> String {
    values.text(name).unwrap_or_default()
}

fn word(values: &mut Values, name: &str) -> i32 {
    values.word(name).unwrap_or_default()
}

fn time(values: &mut Values, name: &str) -> Option<prost_types::Timestamp> {
    values.time(name).map(encode_time)
}

fn money(values: &mut Values) -> (Option<v1::Money>, Option<Currency>) {
    let Some((amount_minor, currency)) = values.money("amount") else { return (None, None) };
    let currency_code = currency.as_str().to_owned();
    (Some(v1::Money { amount_minor, currency_code }), Some(currency))
}

/// The rate from the currency of the amount; none into the same one, which tells nothing.
fn rate(values: &mut Values, rate: &str, to: &str, from: Option<Currency>) -> Option<v1::FxRate> {
    let (rate, to, from) = (values.real(rate), values.text(to), from);
    let (rate, to, from) = (rate?, to?, from?.as_str().to_owned());
    (to != from).then_some(v1::FxRate { from_currency_code: from, to_currency_code: to, rate })
}

fn client(values: &mut Values) -> Option<v1::Client> {
    let client = v1::Client {
        ip: values.text("client_ip"),
        device_id: values.text("client_device_id"),
        device_emulator: values.truth("client_device_emulator"),
        device_rooted: values.truth("client_device_rooted"),
        user_agent: values.text("client_user_agent"),
        timezone: values.text("client_timezone"),
    };
    (client != v1::Client::default()).then_some(client)
}
