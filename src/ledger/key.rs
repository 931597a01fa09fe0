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

/// The kind as it is stored. A number is never given to another kind.
pub(super) const fn kind_byte(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Fact => 1,
        RecordKind::Claim => 2,
        RecordKind::Schema => 3,
    }
}

/// The kind that is stored as `byte`.
pub(super) const fn kind_of(byte: u8) -> Option<RecordKind> {
    match byte {
        1 => Some(RecordKind::Fact),
        2 => Some(RecordKind::Claim),
        3 => Some(RecordKind::Schema),
        _ => None,
    }
}

fn join(tenant: &TenantId, between: &[u8], name: &str) -> Vec<u8> {
    [tenant.as_str().as_bytes(), between, name.as_bytes()].concat()
}
