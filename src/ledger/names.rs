//! The names of records that are held in a list, for looking them up without a copy of any name.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Record, RecordKind};
use crate::domain::TenantId;

/// Places of records in a list, by `(tenant, kind, id)`. The list itself is an argument: always the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    places: HashTable<usize>,
    hasher: RandomState,
}

impl Names {
    /// The place of the record of this name.
    pub(crate) fn find(
        &self,
        records: &[Record],
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        let is_it = |place: &usize| {
            let record = records.get(*place);
            record.is_some_and(|r| r.id == id && r.kind == kind && r.tenant == *tenant)
        };
        self.places.find(hash(&self.hasher, tenant, kind, id), is_it).copied()
    }

    /// Notes the record at `place`, whose name is new.
    pub(crate) fn add(&mut self, records: &[Record], place: usize) {
        let Self { places, hasher } = self;
        let hash_at = |place: &usize| {
            let record = records.get(*place);
            record.map_or(0, |r| hash(hasher, &r.tenant, r.kind, &r.id))
        };
        places.insert_unique(hash_at(&place), place, hash_at);
    }
}

fn hash(hasher: &RandomState, tenant: &TenantId, kind: RecordKind, id: &str) -> u64 {
    hasher.hash_one((tenant, kind, id))
}
