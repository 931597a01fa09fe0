//! The incidents that a tenant declared.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::bounded::{compare_by, insert_latest};
use super::{Event, EventBody, OrderDoc};
use crate::domain::{BatchId, FactBody, IncidentDeclared, IncidentKind, SupplierId, Timestamp};

/// Most incidents that are kept; the one that was declared first goes.
pub(super) const INCIDENTS_MAX: usize = 1_000;

/// The incidents that a tenant declared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IncidentsDoc {
    /// When each was declared, and what; ascending, one per incident id.
    declared: ThinVec<(Timestamp, IncidentDeclared)>,
}

impl IncidentsDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Fact(fact, _) = &event.body else { return };
        let FactBody::IncidentDeclared(incident) = &fact.body else { return };
        let same =
            |known: &(Timestamp, IncidentDeclared)| known.1.incident_id == incident.incident_id;
        let declared = (fact.occurred_at, incident.clone());
        if let Some(known) = self.declared.iter().position(same) {
            let known = self.declared.remove(known);
            let later = compare_by(&declared, &known, |(at, _)| *at).is_gt();
            let stands = if later { declared } else { known };
            return insert_latest(&mut self.declared, INCIDENTS_MAX, stands, |(at, _)| *at);
        }
        insert_latest(&mut self.declared, INCIDENTS_MAX, declared, |(at, _)| *at);
    }

    /// The kinds of the incidents that cover an order, in order of declaration; none while the order is unknown.
    pub fn covering<'a>(&'a self, order: &'a OrderDoc) -> impl Iterator<Item = IncidentKind> + 'a {
        let covering = self.declared.iter().filter(|(_, incident)| covers(incident, order));
        covering.map(|(_, incident)| incident.kind)
    }
}

/// An incident covers an order by its time, SKU, supplier and batch. An order that nobody told of is covered by none.
#[must_use]
pub fn covers(incident: &IncidentDeclared, order: &OrderDoc) -> bool {
    let Some(placed) = &order.placed else { return false };
    let deliveries = || order.deliveries.iter();
    let supplied_by = |id: &SupplierId| {
        placed.supplier_id.as_ref() == Some(id)
            || deliveries().any(|delivery| delivery.supplier_id.as_ref() == Some(id))
    };
    let of_batch =
        |id: &BatchId| deliveries().any(|delivery| delivery.batch_id.as_ref() == Some(id));
    incident.from <= placed.at
        && incident.until.is_none_or(|until| placed.at < until)
        && incident.sku.as_ref().is_none_or(|sku| *sku == placed.sku)
        && incident.supplier_id.as_ref().is_none_or(supplied_by)
        && incident.batch_id.as_ref().is_none_or(of_batch)
}
