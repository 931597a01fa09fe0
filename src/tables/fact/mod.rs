//! The table of facts.

mod read;
mod write;

use self::read::Row;
use super::lines;
use super::record::private::Sealed;
use super::record::{Fault, Observed, Place, Record, columns};
use super::value::{Seen, parse, position, time};
use crate::domain::{Fact, FactId, Violations};
use crate::wire::pb::tables::v1::FactLine;

columns! {
    /// The columns of facts.
    pub FactColumns, FactView;
    observed_at: time,
    ledger_position: int,
    kind: text,
    fact_id: text,
    occurred_at: time,
    order_id: text,
    account_id: text,
    sku: text,
    sku_class: text,
    region_lock_countries: texts,
    supplier_id: text,
    quantity: int,
    amount_minor: int,
    currency_code: text,
    client_ip: text,
    client_device_id: text,
    client_device_emulator: truth,
    client_device_rooted: truth,
    client_user_agent: text,
    client_timezone: text,
    psp_transaction_id: text,
    payer_fingerprint: text,
    payment_method: text,
    fx_rate_from_currency_code: text,
    fx_rate_to_currency_code: text,
    fx_rate: real,
    payment_country: text,
    key_fingerprint: bytes,
    batch_id: text,
    activation_result: text,
    activator_id: text,
    activity_kind: text,
    verified_level: int,
    refund_id: text,
    refund_route: text,
    settlement_status: text,
    chargeback_id: text,
    chargeback_result: text,
    key_fingerprints: blobs,
    leak_source: text,
    first_seen_at: time,
    incident_id: text,
    incident_kind: text,
    incident_from: time,
    incident_until: time,
    outcome_label: text,
    outcome_source: text,
    effective_at: time,
}

/// The kinds, in the order of the proto file.
const KINDS: [&str; 13] = [
    "order_placed",
    "payment_captured",
    "payment_reversed",
    "key_delivered",
    "key_viewed",
    "key_activated",
    "account_activity",
    "refund_settled",
    "chargeback_opened",
    "chargeback_closed",
    "keys_leaked",
    "incident_declared",
    "outcome_reported",
];

impl Sealed for Fact {}

impl Record for Fact {
    type Columns = FactColumns;
    type View = FactView;
    type Line = FactLine;
    const LINE: &'static str = "vouch.tables.v1.FactLine";
    const REQUIRED: &'static [&'static str] = &["observed_at", "kind", "fact_id", "occurred_at"];

    fn put(at: Place, fact: &Self, columns: &mut FactColumns) {
        columns.observed_at.set(at.observed_at);
        columns.ledger_position.set_optional(at.column());
        columns.fact_id.set(fact.id.as_str());
        columns.occurred_at.set(fact.occurred_at);
        write::put_body(&fact.body, columns);
    }

    fn get(view: &FactView, row: usize, seen: &mut Seen) -> Result<Observed<Self>, Fault> {
        let record = Self {
            id: parse(&view.fact_id, row, FactId::parse)?,
            occurred_at: time(&view.occurred_at, row)?,
            body: Row { view, row, seen }.body()?,
        };
        let observed_at = time(&view.observed_at, row)?;
        Ok(Observed { observed_at, position: position(&view.ledger_position, row)?, record })
    }

    fn line(at: Place, fact: &Self) -> FactLine {
        lines::fact_line(at, fact)
    }

    fn from_line(line: FactLine) -> Result<Observed<Self>, Violations> {
        lines::fact(line)
    }
}
