//! Facts about keys.

use super::common::{client, key, key_optional, keys};
use crate::domain::{
    ActivatorId, BatchId, ID_MAX_BYTES, IdError, KeyActivated, KeyDelivered, KeyViewed, KeysLeaked,
    OrderId, SupplierId,
};
use crate::wire::field::{Field, every};
use crate::wire::limits::{Era, LEAKED_KEYS_MAX};
use crate::wire::pb::v1;

pub(super) fn key_delivered(at: &Field<'_>, m: v1::KeyDelivered) -> Option<KeyDelivered> {
    every!(KeyDelivered {
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        key: key_optional(&at.field("key_fingerprint"), m.key_fingerprint),
        batch_id: at.field("batch_id").parse_optional(m.batch_id.as_deref(), BatchId::parse),
        supplier_id: at
            .field("supplier_id")
            .parse_optional(m.supplier_id.as_deref(), SupplierId::parse),
    })
}

pub(super) fn key_viewed(at: &Field<'_>, m: v1::KeyViewed) -> Option<KeyViewed> {
    every!(KeyViewed {
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        key: key_optional(&at.field("key_fingerprint"), m.key_fingerprint),
        client: client(&at.field("client"), m.client),
    })
}

pub(super) fn key_activated(at: &Field<'_>, m: v1::KeyActivated) -> Option<KeyActivated> {
    every!(KeyActivated {
        key: key(&at.field("key_fingerprint"), &m.key_fingerprint),
        result: at.field("result").choice(m.result),
        activator_id: at
            .field("activator_id")
            .parse_optional(m.activator_id.as_deref(), ActivatorId::parse),
        client: client(&at.field("client"), m.client),
    })
}

pub(super) fn keys_leaked(at: &Field<'_>, m: v1::KeysLeaked) -> Option<KeysLeaked> {
    let source = at.field("source");
    every!(KeysLeaked {
        keys: keys(&at.field("key_fingerprints"), m.key_fingerprints, 1..=LEAKED_KEYS_MAX),
        source: match m.source.as_str() {
            "" => source.refuse(IdError::Empty),
            text => source.text(text, ID_MAX_BYTES),
        },
        first_seen_at: at.field("first_seen_at").time(m.first_seen_at, Era::Past),
    })
}
