//! Reading a file once, within limits.

use std::io::{self, Read};

use image::ImageFormat;
use sha2::{Digest, Sha256 as Hasher};

use super::picture::{Picture, PictureError, is_read};
use crate::domain::Sha256;

/// Largest file that is digested, in bytes: a long screen recording.
pub const FILE_MAX_BYTES: u64 = 4 << 30;
/// Largest image file that is decoded, in bytes.
pub const IMAGE_MAX_BYTES: u64 = 64 << 20;

/// Bytes that show what a file is.
const MAGIC_BYTES: u64 = 16;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// What a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    /// Digest of the whole file.
    pub sha256: Sha256,
    /// The picture, when the file is a PNG, JPEG, WebP or GIF by its first bytes; its name does not matter.
    pub picture: Option<Picture>,
}

/// Why a file tells nothing.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The file is too large.
    #[error("has more than {max_bytes} bytes; give a smaller file")]
    TooManyBytes {
        /// The limit for such a file.
        max_bytes: u64,
    },
    /// The file is an image that gives no picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// Reads a file once: at most [`FILE_MAX_BYTES`], of an image at most [`IMAGE_MAX_BYTES`].
///
/// # Errors
/// The file cannot be read, is too large, or is an image that is damaged or too large.
pub fn inspect(mut file: impl Read) -> Result<Inspected, EvidenceError> {
    let mut start = Vec::new();
    file.by_ref().take(MAGIC_BYTES).read_to_end(&mut start)?;
    match image::guess_format(&start).ok().filter(|format| is_read(*format)) {
        Some(format) => inspect_image(start, file, format),
        None => Ok(Inspected { sha256: digest(&start, file)?, picture: None }),
    }
}

fn inspect_image(
    mut bytes: Vec<u8>,
    file: impl Read,
    format: ImageFormat,
) -> Result<Inspected, EvidenceError> {
    // One byte more than is allowed shows that there is more.
    file.take(IMAGE_MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if exceeds(bytes.len(), IMAGE_MAX_BYTES) {
        return Err(EvidenceError::TooManyBytes { max_bytes: IMAGE_MAX_BYTES });
    }
    let sha256 = Sha256(Hasher::digest(&bytes).into());
    Ok(Inspected { sha256, picture: Some(Picture::decode(&bytes, format)?) })
}

fn digest(start: &[u8], mut rest: impl Read) -> Result<Sha256, EvidenceError> {
    let mut hasher = Hasher::new();
    hasher.update(start);
    let mut left = FILE_MAX_BYTES;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = match rest.read(&mut buffer) {
            Ok(0) => return Ok(Sha256(hasher.finalize().into())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hasher.update(buffer.get(..count).unwrap_or_default());
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        left = left
            .checked_sub(count)
            .ok_or(EvidenceError::TooManyBytes { max_bytes: FILE_MAX_BYTES })?;
    }
}

fn exceeds(bytes: usize, max_bytes: u64) -> bool {
    u64::try_from(bytes).is_ok_and(|bytes| bytes > max_bytes)
}
