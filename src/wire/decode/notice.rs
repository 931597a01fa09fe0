//! Facts about accounts, incidents and outcomes.

use crate::domain::{
    AccountActivity, AccountId, ActivityKind, BatchId, IncidentDeclared, IncidentId, OrderId,
    OutcomeReported, RefundId, Sku, SupplierId, Timestamp,
};
use crate::wire::choice::WireEnum;
use crate::wire::decode::common::client;
use crate::wire::field::{Field, every};
use crate::wire::limits::{Era, VERIFIED_LEVEL_MAX};
use crate::wire::pb::v1;

pub(super) fn account_activity(at: &Field<'_>, m: v1::AccountActivity) -> Option<AccountActivity> {
    every!(AccountActivity {
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        kind: at.field("kind").choice(m.kind),
        verified_level: verified_level(&at.field("verified_level"), m.verified_level, kind),
        client: client(&at.field("client"), m.client),
    })
}

/// A level that came with a login would be believed like the result of a check.
fn verified_level(
    at: &Field<'_>,
    level: Option<u32>,
    kind: Option<ActivityKind>,
) -> Option<Option<u8>> {
    let level = at.optional(level, |at, level| {
        let level = at.within(level, 0..=u32::from(VERIFIED_LEVEL_MAX))?;
        u8::try_from(level).ok()
    })?;
    let verified = ActivityKind::Verified;
    if level.is_some() && kind.is_some_and(|kind| kind != verified) {
        return at
            .refuse(format_args!("is for {} only; leave it out otherwise", verified.wire_name()));
    }
    Some(level)
}

pub(super) fn incident_declared(
    at: &Field<'_>,
    m: v1::IncidentDeclared,
) -> Option<IncidentDeclared> {
    if m.sku.is_none() && m.supplier_id.is_none() && m.batch_id.is_none() {
        at.refuse::<()>("has no scope; give `sku`, `supplier_id` or `batch_id`");
    }
    every!(IncidentDeclared {
        incident_id: at.field("incident_id").parse(&m.incident_id, IncidentId::parse),
        kind: at.field("kind").choice(m.kind),
        sku: at.field("sku").parse_optional(m.sku.as_deref(), Sku::parse),
        supplier_id: at
            .field("supplier_id")
            .parse_optional(m.supplier_id.as_deref(), SupplierId::parse),
        batch_id: at.field("batch_id").parse_optional(m.batch_id.as_deref(), BatchId::parse),
        from: at.field("from").time(m.from, Era::Planned),
        until: until(&at.field("until"), m.until, from),
    })
}

fn until(
    at: &Field<'_>,
    until: Option<prost_types::Timestamp>,
    from: Option<Timestamp>,
) -> Option<Option<Timestamp>> {
    at.optional(until, |at, until| {
        let until = at.time(Some(until), Era::Planned)?;
        match from {
            Some(from) if until < from => {
                at.refuse(format_args!("is {until}, before `from`; give at least {from}"))
            }
            _ => Some(until),
        }
    })
}

pub(super) fn outcome_reported(at: &Field<'_>, m: v1::OutcomeReported) -> Option<OutcomeReported> {
    every!(OutcomeReported {
        refund_id: at.field("refund_id").parse(&m.refund_id, RefundId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        label: at.field("label").choice(m.label),
        source: at.field("source").choice(m.source),
        effective_at: at.field("effective_at").time(m.effective_at, Era::Past),
    })
}
