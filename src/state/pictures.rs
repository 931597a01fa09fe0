//! Pictures that claims showed, found again though they were scaled, cropped a little or compressed once more.
//!
//! A picture is known by its 64-bit perceptual hash, and two hashes that differ in at most [`NEAR_MAX_BITS`] bits are
//! taken as one picture. To find these without looking at every hash there is, hashes are filed by their parts
//! (multi-index hashing; M. Norouzi, A. Punjani, D. Fleet, "Fast search in Hamming space with multi-index hashing",
//! CVPR 2012): each of the four 16-bit bands of a hash names a [`PictureBucket`], and the hash is kept in all four. How
//! few buckets answer a question is told at [`PictureBucket::near`].
//!
//! An entity holds one bucket. It is written anew whenever a picture is added to it, so its [layout](layout) is tight:
//! 18 bytes for a picture that one account sent, 30 for one that more did.

mod band;
mod layout;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::layout::{Entries, Entry, Sender};
use super::{Event, EventBody};
use crate::domain::{AccountId, DAY_MS, MINUTE_MS, Timestamp};

pub use band::PictureBucket;

/// Hashes that differ in at most so many of their 64 bits are taken as one picture.
pub const NEAR_MAX_BITS: u32 = 6;
/// A picture is forgotten when a bucket's newest was sent so much later, in days.
pub const PICTURES_KEPT_D: i64 = 180;
/// Most pictures in a bucket; the one that was sent least recently goes. Hashes spread over 65,536 buckets a band: this
/// is room for some 60 million different pictures in [`PICTURES_KEPT_D`].
pub(super) const BUCKET_MAX: usize = 1_024;

/// One bucket of pictures.
///
/// Of each picture the two accounts that sent it last are kept: enough to tell of any account whether another one sent
/// it, and a picture that everybody sends takes no more room than others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicturesDoc {
    bucket: PictureBucket,
    saturated: bool,
    entries: Entries,
}

/// A question to buckets: how near does a picture come to one of other accounts?
#[derive(Debug, Clone, Copy)]
pub struct PictureQuery {
    hash: u64,
    account: u64,
    since_min: u32,
}

impl PictureQuery {
    /// A picture that an account sends; what others sent up to `since` is passed over.
    #[must_use]
    pub fn new(hash: u64, account: &AccountId, since: Timestamp) -> Self {
        Self { hash, account: digest(account), since_min: minute(since) }
    }
}

impl PicturesDoc {
    pub(super) const fn empty(bucket: PictureBucket) -> Self {
        Self { bucket, saturated: false, entries: Entries::EMPTY }
    }

    /// Back to an empty bucket.
    pub(super) fn forget(&mut self) {
        *self = Self::empty(self.bucket);
    }

    /// Bits between the picture and the nearest one here that another account sent; `None` when none lies within
    /// [`NEAR_MAX_BITS`]. The whole answer is the least of every bucket of [`PictureBucket::near`].
    #[must_use]
    pub fn nearest(&self, query: &PictureQuery) -> Option<u32> {
        let by_other = |entry: &Entry| {
            let other = |s: &Sender| s.account != query.account && s.at_min > query.since_min;
            other(&entry.last) || entry.before.as_ref().is_some_and(other)
        };
        let within = |entry: Entry| {
            let bits = self.bucket.bits_between(entry.rest, query.hash);
            (bits <= NEAR_MAX_BITS && by_other(&entry)).then_some(bits)
        };
        self.entries.iter().filter_map(within).min()
    }

    /// Which bucket it is.
    #[must_use]
    pub const fn bucket(&self) -> PictureBucket {
        self.bucket
    }

    /// What of the hashes of its pictures does not name the bucket.
    pub fn rests(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().map(|entry| entry.rest)
    }

    /// A picture here lies within [`NEAR_MAX_BITS`] of this hash.
    #[must_use]
    pub fn has_near(&self, hash: u64) -> bool {
        self.rests().any(|rest| self.bucket.bits_between(rest, hash) <= NEAR_MAX_BITS)
    }

    /// How many pictures are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.iter().count()
    }

    /// There are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Pictures were forgotten for want of room.
    #[must_use]
    pub const fn is_saturated(&self) -> bool {
        self.saturated
    }

    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Claimed(claim, _) = &event.body else { return };
        for hash in claim.evidence.iter().filter_map(|item| item.perceptual_hash) {
            if PictureBucket::of(hash).any(|bucket| bucket == self.bucket) {
                self.add(hash, &claim.account_id, claim.requested_at);
            }
        }
    }

    /// Notes that an account sent a picture of this bucket.
    fn add(&mut self, hash: u64, account: &AccountId, at: Timestamp) {
        let (_, rest) = self.bucket.split(hash);
        let sender = Sender { at_min: minute(at), account: digest(account) };
        let mut entries: Vec<Entry> = self.entries.iter().collect();
        match entries.binary_search_by_key(&rest, |entry| entry.rest) {
            Ok(found) => {
                if let Some(entry) = entries.get_mut(found) {
                    entry.add(sender);
                }
            }
            Err(place) => entries.insert(place, Entry { rest, last: sender, before: None }),
        }
        let newest = entries.iter().map(|entry| entry.last.at_min).max().unwrap_or_default();
        let kept_min = u32::try_from(PICTURES_KEPT_D * DAY_MS / MINUTE_MS).unwrap_or(u32::MAX);
        let oldest = newest.saturating_sub(kept_min);
        entries.retain_mut(|entry| {
            entry.before = entry.before.filter(|sender| sender.at_min >= oldest);
            entry.last.at_min >= oldest
        });
        if entries.len() > BUCKET_MAX {
            self.saturated = true;
            let least = entries.iter().enumerate().min_by_key(|(_, e)| (e.last.at_min, e.rest));
            if let Some((least, _)) = least {
                entries.remove(least);
            }
        }
        self.entries = Entries::new(&entries);
    }
}

/// An account as buckets know it: 64 bits of its SHA-256.
fn digest(account: &AccountId) -> u64 {
    let digest: [u8; 32] = Sha256::digest(account.as_str()).into();
    digest.first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

/// Minutes since 1970. Believed times lie between 2000 and 5900.
fn minute(at: Timestamp) -> u32 {
    let minutes = at.ms().div_euclid(MINUTE_MS);
    u32::try_from(minutes.max(0)).unwrap_or(u32::MAX).min(layout::LATEST_MIN)
}

#[cfg(test)]
mod tests;
