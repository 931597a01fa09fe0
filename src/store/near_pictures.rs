//! What is known of buckets of pictures without a look at them.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use thin_vec::ThinVec;

use crate::domain::TenantId;
use crate::state::{NEAR_MAX_BITS, PictureBucket, PicturesDoc};

/// Most tenants that are remembered, 2 MB each.
const TENANTS_MAX: usize = 64;
/// Most pictures of a bucket that are listed; a fuller one is looked at. Enough for four million of a tenant.
const LISTED_MAX: usize = 64;
/// Most pictures that are listed in all buckets of all tenants, 8 bytes each in each of its four buckets.
const LISTED_ALL_MAX: usize = 16 << 20;

/// The pictures of each bucket that is known, by what of their hashes does not name the bucket: at least all that the
/// disk and the cache have. A claim with a picture asks dozens of buckets, and hardly any has a picture that is near: to
/// find that out here takes two looks at memory, where an entity takes seven.
#[derive(Debug, Default)]
pub(super) struct NearPictures {
    /// By the number of the bucket; of those that are not known there is no list.
    tenants: HashMap<TenantId, Box<[Option<ThinVec<u64>>]>, RandomState>,
    /// How many pictures are listed.
    listed: usize,
}

impl NearPictures {
    /// The buckets that may hold a picture near this one.
    pub(super) fn candidates(&self, tenant: &TenantId, hash: u64) -> Vec<PictureBucket> {
        let known = self.tenants.get(tenant);
        let pictures = |bucket: PictureBucket| known?.get(bucket.number())?.as_ref();
        let may_be = |bucket: &PictureBucket| {
            pictures(*bucket).is_none_or(|pictures| {
                pictures.iter().any(|rest| bucket.bits_between(*rest, hash) <= NEAR_MAX_BITS)
            })
        };
        PictureBucket::near(hash).filter(may_be).collect()
    }

    /// A bucket has these pictures now.
    pub(super) fn note(&mut self, tenant: &TenantId, pictures: &PicturesDoc) {
        if self.listed >= LISTED_ALL_MAX {
            *self = Self::default();
        }
        if !self.tenants.contains_key(tenant) {
            if self.tenants.len() >= TENANTS_MAX {
                *self = Self::default();
            }
            let none = vec![None; PictureBucket::COUNT].into_boxed_slice();
            self.tenants.insert(tenant.clone(), none);
        }
        let buckets = self.tenants.get_mut(tenant);
        let place = buckets.and_then(|buckets| buckets.get_mut(pictures.bucket().number()));
        if let Some(known) = place {
            let listed: ThinVec<u64> = pictures.rests().take(LISTED_MAX + 1).collect();
            let before = known.take();
            *known = Some(listed).filter(|listed| listed.len() <= LISTED_MAX);
            self.listed += known.as_ref().map_or(0, ThinVec::len);
            self.listed -= before.map_or(0, |before| before.len());
        }
    }
}
