//! What evidence tells without anybody looking at it: the digest of a file and, of a picture, a perceptual hash; the
//! digest of a text.
//!
//! # The perceptual hash
//!
//! 64 bits that stay nearly the same when a picture is scaled, compressed again, cropped a little or made brighter. Two
//! pictures whose hashes differ in at most 6 bits are taken as copies of one. A platform may compute it elsewhere:
//!
//! 1. **Decode** the picture (of an animation the first frame) without regard to colour profiles, put it on white where
//!    it is transparent, and take the luma of ITU-R BT.601, `Y = 0.299 R + 0.587 G + 0.114 B`, rounded to 0..=255.
//! 2. **Average** it over 32 x 32 equal cells, by area: a pixel that lies in two cells counts in both with its share. Then
//!    turn and mirror the cells as the Exif orientation demands, so that they lie as the picture is shown.
//! 3. **Transform** the cells by the discrete cosine transform (DCT-II) along rows and columns:
//!    `F(v, u) = sum over y, x of cell(y, x) * cos(pi (2y + 1) v / 64) * cos(pi (2x + 1) u / 64)`. Keep `v`, `u` in 0..8.
//! 4. **Compare** the 64 coefficients with their median `m` (the mean of the two in the middle): a bit is 1 where
//!    `F > m + 32`. What lies within 32 of the median is noise (a wave of 1/8 grey level gives 32).
//! 5. **Write** the bits in the order (0, 0), (0, 1), ..., (7, 7), the first one as the most significant of 8 bytes.
//!
//! A picture of which fewer than 48 coefficients are further than 32 from the median is plain (a blank page, a
//! gradient): it would look like every other plain picture, so it has no hash.
//!
//! Here the cells are held in 1/256 of a grey level and the cosines in 1/2^14, all whole numbers: every machine gives
//! the same bits. But for the noise in step 4 this is what others call pHash; `imagehash.phash` of Python, which scales
//! by another filter, gives the same but for a few bits.
//!
//! INVARIANT: the same pixels have the same hash for ever: hashes are remembered and compared for years.

mod cells;
mod inspect;
mod perceptual;
mod picture;
mod text;

pub use inspect::{EvidenceError, FILE_MAX_BYTES, IMAGE_MAX_BYTES, Inspected, inspect};
pub use picture::{IMAGE_MAX_PIXELS, IMAGE_MAX_SIDE, Picture, PictureError};
pub use text::{SYLLABLE_LETTERS, TEXT_MIN_LETTERS, text_digest};

#[cfg(test)]
mod tests;
