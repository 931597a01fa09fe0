//! Which buckets a hash is kept in, and which ones hold what is near it.

use serde::{Deserialize, Serialize};

/// How many parts a hash is cut into.
const BANDS: u8 = 4;
/// Bits of a part.
const BAND_BITS: u8 = 16;
/// A hash with fewer bits set, or fewer bits not set, is that of a blank page or of a gradient: it looks like every
/// other blank page. Hashes of `vouch evidence hash` have 16 to 32 bits set, those of other pHashes 31 to 33.
const TELLING_BITS: std::ops::RangeInclusive<u32> = 8..=56;

/// One part of a hash and its value. Part 0 is the most significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PictureBucket {
    band: u8,
    value: u16,
}

impl PictureBucket {
    /// The buckets that a hash is kept in: one for each of its parts, and none when it is the hash of a plain picture.
    pub fn of(hash: u64) -> impl Iterator<Item = Self> {
        let bands = if TELLING_BITS.contains(&hash.count_ones()) { BANDS } else { 0 };
        (0..bands).map(move |band| Self::at(band, hash))
    }

    /// The buckets in which every hash that differs in at most 6 bits is found at least once: 52 of 262,144.
    ///
    /// When two hashes differ in no more than 6 bits, then their first parts are equal, or some other part differs in at
    /// most one bit: else there would be at least 1 + 2 + 2 + 2 = 7 (the general pigeonhole principle of J. Qin and
    /// others, "GPH: similarity search in Hamming space", ICDE 2018; the plain one asks the first part for neighbours too,
    /// and so needs 68). The first part has the lowest frequencies, in which pictures are most alike and buckets fullest.
    pub fn near(hash: u64) -> impl Iterator<Item = Self> {
        Self::of(hash).flat_map(|bucket| {
            let flips = if bucket.band == 0 { 0 } else { BAND_BITS };
            let flipped = move |bit| Self { value: bucket.value ^ (1_u16 << bit), ..bucket };
            std::iter::once(bucket).chain((0..flips).map(flipped))
        })
    }

    /// How many buckets there are.
    pub const COUNT: usize = (BANDS as usize) << BAND_BITS;

    /// Which of all buckets it is, below [`Self::COUNT`] but for one of a damaged record.
    #[must_use]
    pub fn number(self) -> usize {
        usize::from(self.band) << BAND_BITS | usize::from(self.value)
    }

    /// The bucket as bytes: part, value.
    pub(in crate::state) const fn to_bytes(self) -> [u8; 3] {
        let [high, low] = self.value.to_be_bytes();
        [self.band, high, low]
    }

    /// The bucket that [`Self::to_bytes`] wrote; `None` when there is no such part.
    pub(in crate::state) const fn from_bytes([band, high, low]: [u8; 3]) -> Option<Self> {
        if band < BANDS {
            Some(Self { band, value: u16::from_be_bytes([high, low]) })
        } else {
            None
        }
    }

    /// A hash as this part of it and the 48 bits around it.
    pub(super) fn split(self, hash: u64) -> (u16, u64) {
        // A part that there is not, of a damaged record, counts as the last.
        let below = u32::from((BANDS - 1).saturating_sub(self.band) * BAND_BITS);
        let above = below + u32::from(BAND_BITS);
        let value = u16::try_from(hash >> below & 0xFFFF).unwrap_or_default();
        let high = hash.checked_shr(above).map_or(0, |high| high << below);
        (value, high | hash & ((1 << below) - 1))
    }

    /// Bits between a hash and that of a picture in this bucket, of which the rest is given.
    #[must_use]
    pub fn bits_between(self, rest: u64, hash: u64) -> u32 {
        let (value, other) = self.split(hash);
        (value ^ self.value).count_ones() + (other ^ rest).count_ones()
    }

    fn at(band: u8, hash: u64) -> Self {
        let (value, _) = Self { band, value: 0 }.split(hash);
        Self { band, value }
    }
}
