//! What facts and claims share: clients, money and rates.

use super::column::{IntCells, RealCells, TextCells, TruthCells};
use super::record::Fault;
use super::value::{Seen, parse_optional};
use crate::domain::{
    AMOUNT_MAX_MINOR, Client, Currency, DeviceId, FxRate, Money, MoneyError, canonical_ip,
};

/// Sets the columns of a client.
macro_rules! put_client {
    ($columns:expr, $client:expr) => {{
        let client: &$crate::domain::Client = $client;
        if let Some(ip) = client.ip {
            $columns.client_ip.set(&ip.to_string());
        }
        $columns.client_device_id.set_optional(client.device_id.as_ref().map(|id| id.as_str()));
        $columns.client_device_emulator.set_optional(client.device_emulator);
        $columns.client_device_rooted.set_optional(client.device_rooted);
        $columns.client_user_agent.set_optional(client.user_agent.as_deref());
        $columns.client_timezone.set_optional(client.timezone.as_deref());
    }};
}
pub(super) use put_client;

/// Sets the columns of money.
macro_rules! put_money {
    ($columns:expr, $money:expr) => {{
        let money: $crate::domain::Money = $money;
        $columns.amount_minor.set(money.amount_minor);
        $columns.currency_code.set(money.currency.as_str());
    }};
}
pub(super) use put_money;

/// The columns of a client.
pub(super) struct ClientCells<'a> {
    pub(super) ip: &'a TextCells,
    pub(super) device_id: &'a TextCells,
    pub(super) device_emulator: &'a TruthCells,
    pub(super) device_rooted: &'a TruthCells,
    pub(super) user_agent: &'a TextCells,
    pub(super) timezone: &'a TextCells,
}

macro_rules! client_cells {
    ($view:expr) => {
        $crate::tables::part::ClientCells {
            ip: &$view.client_ip,
            device_id: &$view.client_device_id,
            device_emulator: &$view.client_device_emulator,
            device_rooted: &$view.client_device_rooted,
            user_agent: &$view.client_user_agent,
            timezone: &$view.client_timezone,
        }
    };
}
pub(super) use client_cells;

impl ClientCells<'_> {
    pub(super) fn get(&self, row: usize, seen: &mut Seen) -> Result<Client, Fault> {
        let ip = |text: &str| {
            text.parse().map(canonical_ip).map_err(
                |_| "is no IP address; give IPv4 or IPv6 such as `203.0.113.7`, or leave it out",
            )
        };
        Ok(Client {
            ip: parse_optional(self.ip, row, ip)?,
            device_id: parse_optional(self.device_id, row, DeviceId::parse)?,
            device_emulator: self.device_emulator.get(row),
            device_rooted: self.device_rooted.get(row),
            user_agent: seen.agent(self.user_agent, row)?,
            timezone: seen.timezone(self.timezone, row)?,
        })
    }
}

/// Money above zero.
pub(super) fn money(
    amount: &IntCells,
    currency: &TextCells,
    row: usize,
    seen: &mut Seen,
) -> Result<Money, Fault> {
    let amount_minor = amount.require(row)?;
    if amount_minor > AMOUNT_MAX_MINOR {
        return Err(amount.fault(MoneyError::TooLarge { amount_minor }));
    }
    let currency = seen.currency(currency, row)?;
    Money::positive(amount_minor, currency).map_err(|error| amount.fault(error))
}

/// The columns of a rate.
pub(super) struct RateCells<'a> {
    pub(super) from: &'a TextCells,
    pub(super) to: &'a TextCells,
    pub(super) rate: &'a RealCells,
}

impl RateCells<'_> {
    /// A rate from the currency `from`; none when no part of it is there.
    pub(super) fn get(
        &self,
        row: usize,
        from: Currency,
        seen: &mut Seen,
    ) -> Result<Option<FxRate>, Fault> {
        if self.rate.get(row).is_none()
            && self.from.get(row).is_none()
            && self.to.get(row).is_none()
        {
            return Ok(None);
        }
        let given = seen.currency(self.from, row)?;
        let to = seen.currency(self.to, row)?;
        if given != from {
            return Err(self
                .from
                .fault(format_args!("is `{given}`; give `{from}`, the currency of the amount")));
        }
        let rate = self.rate.require(row)?;
        FxRate::new(from, to, rate).map(Some).map_err(|error| self.rate.fault(error))
    }
}
