//! The incidents that a tenant declared.

use serde::{Deserialize, Serialize};

use super::bounded::{compare_by, insert_latest};
use super::{Event, EventBody};
use crate::domain::{
    BatchId, FactBody, IncidentDeclared, IncidentKind, Sku, SupplierId, Timestamp,
};

/// Most incidents that are kept; the one that was declared first goes.
pub(super) const INCIDENTS_MAX: usize = 1_000;

/// The incidents that a tenant declared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IncidentsDoc {
    /// When each was declared, and what; ascending, one per incident id.
    declared: Vec<(Timestamp, IncidentDeclared)>,
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

    /// The kinds of incident that something bought at `at` fell into.
    pub fn covering<'a>(
        &'a self,
        at: Timestamp,
        sku: &'a Sku,
        suppliers: &'a [&'a SupplierId],
        batches: &'a [&'a BatchId],
    ) -> impl Iterator<Item = IncidentKind> + 'a {
        let covers = move |incident: &IncidentDeclared| {
            incident.from <= at
                && incident.until.is_none_or(|until| at < until)
                && incident.sku.as_ref().is_none_or(|s| s == sku)
                && incident.supplier_id.as_ref().is_none_or(|s| suppliers.contains(&s))
                && incident.batch_id.as_ref().is_none_or(|b| batches.contains(&b))
        };
        self.declared
            .iter()
            .map(|(_, incident)| incident)
            .filter(move |i| covers(i))
            .map(|i| i.kind)
    }
}
