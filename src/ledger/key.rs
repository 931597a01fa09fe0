//! Names of records as bytes.

use super::RecordKind;
use crate::domain::TenantId;

/// `tenant 0x00 kind id`: unique, because a tenant holds no control character.
pub(super) fn id_key(tenant: &TenantId, kind: RecordKind, id: &str) -> Vec<u8> {
    join(tenant, &[0, kind_byte(kind)], id)
}

/// `tenant 0x00 alias`.
pub(super) fn alias_key(tenant: &TenantId, alias: &str) -> Vec<u8> {
    join(tenant, &[0], alias)
}

/// `tenant 0x00 kind position`, the position big-endian: a tenant's records of a kind stand together, in ledger order.
pub(super) fn listed_key(tenant: &TenantId, kind: RecordKind, position: u64) -> Vec<u8> {
    let between = [0, kind_byte(kind)];
    [tenant.as_str().as_bytes(), &between, &position.to_be_bytes()].concat()
}

/// The position at the end of a key of [`listed_key`].
pub(super) fn listed_position(key: &[u8]) -> Option<u64> {
    key.last_chunk().map(|position| u64::from_be_bytes(*position))
}

/// The kind as it is stored. A number is never given to another kind.
pub(super) const fn kind_byte(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Fact => 1,
        RecordKind::Claim => 2,
        RecordKind::Schema => 3,
        RecordKind::Finding => 4,
    }
}

/// The kind that is stored as `byte`.
pub(super) const fn kind_of(byte: u8) -> Option<RecordKind> {
    match byte {
        1 => Some(RecordKind::Fact),
        2 => Some(RecordKind::Claim),
        3 => Some(RecordKind::Schema),
        4 => Some(RecordKind::Finding),
        _ => None,
    }
}

fn join(tenant: &TenantId, between: &[u8], name: &str) -> Vec<u8> {
    [tenant.as_str().as_bytes(), between, name.as_bytes()].concat()
}
