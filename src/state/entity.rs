//! One remembered entity, whatever its kind.

use serde::{Deserialize, Serialize};

use super::{
    AccountDoc, ApprovalsDoc, CardKeyDoc, DeviceDoc, Event, FeedDoc, IncidentsDoc, IpDoc, OrderDoc,
    PayerDoc, PayoutDoc, Stamp, Subject,
};

/// An entity and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// The last event that was applied.
    applied: Stamp,
    /// What is remembered.
    pub body: EntityBody,
}

/// What is remembered, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EntityBody {
    /// Of an order.
    Order(Box<OrderDoc>),
    /// Of a card key.
    CardKey(Box<CardKeyDoc>),
    /// Of an account.
    Account(Box<AccountDoc>),
    /// Of a device.
    Device(Box<DeviceDoc>),
    /// Of an address.
    Ip(Box<IpDoc>),
    /// Of a payer.
    Payer(Box<PayerDoc>),
    /// Of a payout destination.
    Payout(Box<PayoutDoc>),
    /// Of the tenant's incidents.
    Incidents(Box<IncidentsDoc>),
    /// Of the tenant's feed of facts.
    Feed(FeedDoc),
    /// Of what was approved lately.
    Approvals(ApprovalsDoc),
}

impl Entity {
    /// An entity of which nothing is known yet.
    #[must_use]
    pub fn unknown(subject: &Subject) -> Self {
        let body = match subject {
            Subject::Order(_) => EntityBody::Order(Box::default()),
            Subject::CardKey(_) => EntityBody::CardKey(Box::default()),
            Subject::Account(_) => EntityBody::Account(Box::default()),
            Subject::Device(_) => EntityBody::Device(Box::default()),
            Subject::Ip(_) => EntityBody::Ip(Box::default()),
            Subject::Payer(_) => EntityBody::Payer(Box::default()),
            Subject::Payout(_) => EntityBody::Payout(Box::default()),
            Subject::Incidents => EntityBody::Incidents(Box::default()),
            Subject::Feed => EntityBody::Feed(FeedDoc::default()),
            Subject::Approvals => EntityBody::Approvals(ApprovalsDoc::default()),
        };
        Self { applied: Stamp::default(), body }
    }

    /// Applies an event, once: one that does not stand behind the last applied one changes nothing. Says whether the
    /// entity changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        if event.stamp <= self.applied {
            return false;
        }
        self.applied = event.stamp;
        match &mut self.body {
            EntityBody::Order(order) => order.apply(event),
            EntityBody::CardKey(key) => key.apply(event),
            EntityBody::Account(account) => account.apply(event),
            EntityBody::Device(device) => device.apply(event),
            EntityBody::Ip(ip) => ip.apply(event),
            EntityBody::Payer(payer) => payer.apply(event),
            EntityBody::Payout(payout) => payout.apply(event),
            EntityBody::Incidents(incidents) => incidents.apply(event),
            EntityBody::Feed(feed) => feed.apply(event),
            EntityBody::Approvals(approvals) => approvals.apply(event),
        }
        true
    }
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident: $variant:ident => $doc_type:ty;)*) => {
        impl Entity {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> Option<&$doc_type> {
                if let EntityBody::$variant(doc) = &self.body { Some(doc) } else { None }
            }
        )*}
    };
}

accessors! {
    /// The order, when it is one.
    order: Order => OrderDoc;
    /// The card key, when it is one.
    card_key: CardKey => CardKeyDoc;
    /// The account, when it is one.
    account: Account => AccountDoc;
    /// The device, when it is one.
    device: Device => DeviceDoc;
    /// The address, when it is one.
    ip: Ip => IpDoc;
    /// The payer, when it is one.
    payer: Payer => PayerDoc;
    /// The payout destination, when it is one.
    payout: Payout => PayoutDoc;
    /// The incidents, when it is they.
    incidents: Incidents => IncidentsDoc;
    /// The feed, when it is it.
    feed: Feed => FeedDoc;
    /// The approvals, when it is they.
    approvals: Approvals => ApprovalsDoc;
}
