//! One remembered entity, whatever its kind.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::retention::retention_ms;
use super::{
    AccountDoc, ActivatorDoc, AddressDoc, ApprovalsDoc, AsnDoc, BatchDoc, CardKeyDoc, DeviceDoc,
    Event, EventBody, EvidenceDoc, IncidentsDoc, OrderDoc, PayerDoc, PayoutDoc, PhraseDoc,
    PicturesDoc, ScoresDoc, SkuDoc, Stamp, Subject, SupplierDoc, TenantDoc,
};
use crate::domain::Timestamp;

/// An entity and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    // The first two are at the beginning of every record: `touched_at` of the codec reads them alone.
    /// The last event that was applied.
    applied: Stamp,
    /// When vouch took that event in.
    touched_at: Timestamp,
    /// Ledger positions of the latest facts that it applied, ascending.
    trail: ThinVec<u64>,
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
    /// Of one who tries keys.
    Activator(Box<ActivatorDoc>),
    /// Of a device.
    Device(Box<DeviceDoc>),
    /// Of an address.
    Ip(Box<AddressDoc>),
    /// Of a network.
    Network(Box<AddressDoc>),
    /// Of an autonomous system.
    Asn(Box<AsnDoc>),
    /// Of what is sold.
    Sku(Box<SkuDoc>),
    /// Of a supplier.
    Supplier(Box<SupplierDoc>),
    /// Of a batch.
    Batch(Box<BatchDoc>),
    /// Of a payer.
    Payer(Box<PayerDoc>),
    /// Of a payout destination.
    Payout(Box<PayoutDoc>),
    /// Of a file that claims showed.
    Evidence(Box<EvidenceDoc>),
    /// Of pictures that claims showed.
    Pictures(Box<PicturesDoc>),
    /// Of a text that claims gave as their reason.
    Phrase(Box<PhraseDoc>),
    /// Of the tenant's incidents.
    Incidents(Box<IncidentsDoc>),
    /// Of the tenant's totals.
    Tenant(Box<TenantDoc>),
    /// Of what was approved lately.
    Approvals(Box<ApprovalsDoc>),
    /// Of how models scored lately.
    Scores(Box<ScoresDoc>),
}

impl Entity {
    /// An entity of which nothing is known yet.
    #[must_use]
    pub fn unknown(subject: &Subject) -> Self {
        let body = match subject {
            Subject::Order(_) => EntityBody::Order(Box::default()),
            Subject::CardKey(_) => EntityBody::CardKey(Box::default()),
            Subject::Account(_) => EntityBody::Account(Box::default()),
            Subject::Activator(_) => EntityBody::Activator(Box::default()),
            Subject::Device(_) => EntityBody::Device(Box::default()),
            Subject::Ip(_) => EntityBody::Ip(Box::default()),
            Subject::Network(_) => EntityBody::Network(Box::default()),
            Subject::Asn(_) => EntityBody::Asn(Box::default()),
            Subject::Sku(_) => EntityBody::Sku(Box::default()),
            Subject::Supplier(_) => EntityBody::Supplier(Box::default()),
            Subject::Batch(_) => EntityBody::Batch(Box::default()),
            Subject::Payer(_) => EntityBody::Payer(Box::default()),
            Subject::Payout(_) => EntityBody::Payout(Box::default()),
            Subject::Evidence(_) => EntityBody::Evidence(Box::default()),
            Subject::Pictures(bucket) => {
                EntityBody::Pictures(Box::new(PicturesDoc::empty(*bucket)))
            }
            Subject::Phrase(_) => EntityBody::Phrase(Box::default()),
            Subject::Incidents => EntityBody::Incidents(Box::default()),
            Subject::Tenant => EntityBody::Tenant(Box::default()),
            Subject::Approvals => EntityBody::Approvals(Box::default()),
            Subject::Scores => EntityBody::Scores(Box::default()),
        };
        Self {
            applied: Stamp::default(),
            touched_at: Timestamp::default(),
            trail: ThinVec::new(),
            body,
        }
    }

    /// As [`Self::unknown`], without making a new one each time: most of what is looked up of a new order is unknown.
    #[must_use]
    pub fn unknown_shared(subject: &Subject) -> Arc<Self> {
        static SHARED: [OnceLock<Arc<Entity>>; Subject::KINDS] =
            [const { OnceLock::new() }; Subject::KINDS];
        let unknown = || Arc::new(Self::unknown(subject));
        // A bucket of pictures knows which one it is.
        let shared =
            SHARED.get(subject.kind()).filter(|_| !matches!(subject, Subject::Pictures(_)));
        shared.map_or_else(unknown, |shared| Arc::clone(shared.get_or_init(unknown)))
    }

    /// Ledger positions of the latest facts that it applied, ascending: what a person would read to understand it.
    /// Empty for kinds of which a single fact says little: devices, networks, totals.
    #[must_use]
    pub fn trail(&self) -> &[u64] {
        &self.trail
    }

    /// Nothing touched it for so long that it counts as unknown from `now` on, which is never before the time at which
    /// an event that was applied was taken in. How long that is depends on the kind; some kinds are remembered for ever.
    ///
    /// INVARIANT: expiry is a matter of meaning, not of storage. Time does not run backwards in the ledger, so what is
    /// expired once stays so until the next event, which starts it from unknown. Whoever looks at an entity takes an
    /// expired one for unknown. So it may be deleted at any time from then on or never: nobody can tell. That holds for
    /// the part of it, too, that comes back when the tail of the ledger is folded again over a deletion: its last touch
    /// is the same.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at()
    }

    /// From when on it [is expired](Self::is_expired), unless it is touched before.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        retention_ms(&self.body)
            .map_or(Timestamp::from_ms(i64::MAX), |kept_ms| self.touched_at.plus_ms(kept_ms))
    }

    /// Applies an event, once: one that does not stand behind the last applied one changes nothing. An entity that is
    /// expired when the event is taken in starts from unknown. Says whether the entity changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        if event.stamp <= self.applied {
            return false;
        }
        if self.is_expired(event.observed_at) {
            self.body.forget();
            self.trail.clear();
        }
        self.applied = event.stamp;
        self.touched_at = event.observed_at;
        self.note(event);
        match &mut self.body {
            EntityBody::Order(order) => order.apply(event),
            EntityBody::CardKey(key) => key.apply(event),
            EntityBody::Account(account) => account.apply(event),
            EntityBody::Activator(activator) => activator.apply(event),
            EntityBody::Device(device) => device.apply(event),
            EntityBody::Ip(address) | EntityBody::Network(address) => address.apply(event),
            EntityBody::Asn(asn) => asn.apply(event),
            EntityBody::Sku(sku) => sku.apply(event),
            EntityBody::Supplier(supplier) => supplier.apply(event),
            EntityBody::Batch(batch) => batch.apply(event),
            EntityBody::Payer(payer) => payer.apply(event),
            EntityBody::Payout(payout) => payout.apply(event),
            EntityBody::Evidence(evidence) => evidence.apply(event),
            EntityBody::Pictures(pictures) => pictures.apply(event),
            EntityBody::Phrase(phrase) => phrase.apply(event),
            EntityBody::Incidents(incidents) => incidents.apply(event),
            EntityBody::Tenant(tenant) => tenant.apply(event),
            EntityBody::Approvals(approvals) => approvals.apply(event),
            EntityBody::Scores(scores) => scores.apply(event),
        }
        true
    }
}

impl Entity {
    fn note(&mut self, event: &Event) {
        let limit = match self.body {
            EntityBody::Order(_) | EntityBody::CardKey(_) => 64,
            EntityBody::Account(_) | EntityBody::Payer(_) | EntityBody::Incidents(_) => 32,
            EntityBody::Device(_)
            | EntityBody::Ip(_)
            | EntityBody::Network(_)
            | EntityBody::Asn(_)
            | EntityBody::Activator(_)
            | EntityBody::Sku(_)
            | EntityBody::Supplier(_)
            | EntityBody::Batch(_)
            | EntityBody::Payout(_)
            | EntityBody::Evidence(_)
            | EntityBody::Pictures(_)
            | EntityBody::Phrase(_)
            | EntityBody::Tenant(_)
            | EntityBody::Approvals(_)
            | EntityBody::Scores(_) => 0,
        };
        if limit > 0 && matches!(event.body, EventBody::Fact(..)) {
            if self.trail.len() >= limit {
                self.trail.remove(0);
            }
            self.trail.push(event.stamp.position());
        }
    }
}

impl EntityBody {
    /// Back to [`Entity::unknown`].
    fn forget(&mut self) {
        match self {
            Self::Order(order) => **order = OrderDoc::default(),
            Self::CardKey(key) => **key = CardKeyDoc::default(),
            Self::Account(account) => **account = AccountDoc::default(),
            Self::Device(device) => **device = DeviceDoc::default(),
            Self::Ip(address) | Self::Network(address) => **address = AddressDoc::default(),
            Self::Asn(asn) => **asn = AsnDoc::default(),
            Self::Activator(activator) => **activator = ActivatorDoc::default(),
            Self::Sku(sku) => **sku = SkuDoc::default(),
            Self::Supplier(supplier) => **supplier = SupplierDoc::default(),
            Self::Batch(batch) => **batch = BatchDoc::default(),
            Self::Payer(payer) => **payer = PayerDoc::default(),
            Self::Payout(payout) => **payout = PayoutDoc::default(),
            Self::Evidence(evidence) => **evidence = EvidenceDoc::default(),
            Self::Pictures(pictures) => pictures.forget(),
            Self::Phrase(phrase) => **phrase = PhraseDoc::default(),
            Self::Incidents(incidents) => **incidents = IncidentsDoc::default(),
            Self::Tenant(tenant) => **tenant = TenantDoc::default(),
            Self::Approvals(approvals) => **approvals = ApprovalsDoc::default(),
            Self::Scores(scores) => **scores = ScoresDoc::default(),
        }
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
    /// The one who tries keys, when it is one.
    activator: Activator => ActivatorDoc;
    /// The device, when it is one.
    device: Device => DeviceDoc;
    /// The address, when it is one.
    ip: Ip => AddressDoc;
    /// The network, when it is one.
    network: Network => AddressDoc;
    /// The autonomous system, when it is one.
    asn: Asn => AsnDoc;
    /// What is sold, when it is that.
    sku: Sku => SkuDoc;
    /// The supplier, when it is one.
    supplier: Supplier => SupplierDoc;
    /// The batch, when it is one.
    batch: Batch => BatchDoc;
    /// The payer, when it is one.
    payer: Payer => PayerDoc;
    /// The payout destination, when it is one.
    payout: Payout => PayoutDoc;
    /// The file, when it is one.
    evidence: Evidence => EvidenceDoc;
    /// The pictures, when it is they.
    pictures: Pictures => PicturesDoc;
    /// The text, when it is one.
    phrase: Phrase => PhraseDoc;
    /// The incidents, when it is they.
    incidents: Incidents => IncidentsDoc;
    /// The tenant's totals, when it is they.
    tenant: Tenant => TenantDoc;
    /// The approvals, when it is they.
    approvals: Approvals => ApprovalsDoc;
    /// How models scored lately, when it is that.
    scores: Scores => ScoresDoc;
}
