//! Looking at an entity before it is needed.
//!
//! An entity in memory is several pieces, each found through the one before. Whoever will need many entities looks at
//! one piece of all of them, then at the next: the processor fetches the pieces of one step all at once. What a look
//! returns means nothing.

use super::{Entity, EntityBody};

/// Ids of a set that are looked at.
const IDS: usize = 4;

/// Looks at all of these entities, step by step.
pub fn glance_at(entities: &[&Entity]) {
    for glance in [Entity::glance, Entity::glance_at_lists, Entity::glance_at_ids] {
        let glances = entities.iter().map(|entity| glance(entity));
        std::hint::black_box(glances.fold(0, |sum, glance| sum ^ glance));
    }
}

impl Entity {
    /// Looks at what it is.
    fn glance(&self) -> usize {
        self.trail().len()
    }

    /// Looks at the lists that most facts change. The length of a list stands at its beginning.
    fn glance_at_lists(&self) -> usize {
        match &self.body {
            EntityBody::Order(order) => {
                order.captures.len() ^ order.deliveries.len() ^ order.views.len()
            }
            EntityBody::CardKey(key) => key.deliveries.len() ^ key.activations.len(),
            EntityBody::Account(account) => {
                account.touches.len()
                    ^ account.devices.len()
                    ^ account.haunts.len()
                    ^ account.orders.len()
                    ^ account.spent.len()
            }
            EntityBody::Activator(activator) => {
                activator.tries_minutely.len() ^ activator.tries_daily.len()
            }
            EntityBody::Device(device) => device.accounts.len(),
            EntityBody::Ip(address) | EntityBody::Network(address) => address.accounts.len(),
            EntityBody::Payer(payer) => payer.captures.len(),
            EntityBody::Asn(_)
            | EntityBody::Sku(_)
            | EntityBody::Supplier(_)
            | EntityBody::Batch(_)
            | EntityBody::Payout(_)
            | EntityBody::Evidence(_)
            | EntityBody::Pictures(_)
            | EntityBody::Phrase(_)
            | EntityBody::Incidents(_)
            | EntityBody::Tenant(_)
            | EntityBody::Approvals(_)
            | EntityBody::Scores(_) => 0,
        }
    }

    /// Looks at what the lists refer to.
    fn glance_at_ids(&self) -> usize {
        match &self.body {
            EntityBody::Order(order) => {
                let captures = order.captures.iter().take(IDS);
                captures.fold(0, |sum, capture| sum ^ glance(capture.psp_transaction_id.as_str()))
            }
            EntityBody::Account(account) => {
                let devices = account.devices.ids().take(IDS);
                devices.fold(account.spent.days(), |sum, device| sum ^ glance(device.as_str()))
            }
            EntityBody::Device(device) => {
                let accounts = device.accounts.ids().take(IDS);
                accounts.fold(0, |sum, account| sum ^ glance(account.as_str()))
            }
            EntityBody::Ip(address) | EntityBody::Network(address) => {
                let accounts = address.accounts.ids().take(IDS);
                accounts.fold(0, |sum, account| sum ^ glance(account.as_str()))
            }
            EntityBody::Payer(payer) => {
                let captures = payer.captures.iter().take(IDS);
                captures.fold(0, |sum, capture| sum ^ glance(capture.psp_transaction_id.as_str()))
            }
            EntityBody::CardKey(_)
            | EntityBody::Activator(_)
            | EntityBody::Asn(_)
            | EntityBody::Sku(_)
            | EntityBody::Supplier(_)
            | EntityBody::Batch(_)
            | EntityBody::Payout(_)
            | EntityBody::Evidence(_)
            | EntityBody::Pictures(_)
            | EntityBody::Phrase(_)
            | EntityBody::Incidents(_)
            | EntityBody::Tenant(_)
            | EntityBody::Approvals(_)
            | EntityBody::Scores(_) => 0,
        }
    }
}

fn glance(id: &str) -> usize {
    id.as_bytes().first().copied().map_or(0, usize::from)
}
