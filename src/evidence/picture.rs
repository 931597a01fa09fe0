//! Decoding a picture within limits: a small file may unfold into more than the machine has.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::cells;
use super::perceptual::perceptual_hash;

/// Longest side of a picture, in pixels.
pub const IMAGE_MAX_SIDE: u32 = 30_000;
/// Most pixels of a picture.
pub const IMAGE_MAX_PIXELS: u64 = 100_000_000;

/// Memory that decoding may take, in bytes: each pixel in 4 bytes, and what the decoder needs beside them.
const DECODE_MAX_BYTES: u64 = 4 * IMAGE_MAX_PIXELS + (128 << 20);

/// What a picture tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// In pixels, as the picture is shown.
    pub width: u32,
    /// In pixels, as the picture is shown.
    pub height: u32,
    /// The perceptual hash; `None` of a plain picture.
    pub perceptual_hash: Option<u64>,
}

/// Why an image gives no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It would take too much memory.
    #[error(
        "unfolds into {width} x {height} pixels; give at most {IMAGE_MAX_SIDE} a side and {IMAGE_MAX_PIXELS} in all"
    )]
    TooLarge {
        /// In pixels, as stored.
        width: u32,
        /// In pixels, as stored.
        height: u32,
    },
    /// It cannot be decoded, or decoding takes too much memory.
    #[error("cannot be decoded: {0}")]
    Decode(#[from] ImageError),
}

/// Files of this format are decoded.
pub(super) const fn is_read(format: ImageFormat) -> bool {
    matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)
}

impl Picture {
    pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<Self, PictureError> {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        // Sides are checked below, where there are words for it.
        let mut limits = Limits::default();
        limits.max_alloc = Some(DECODE_MAX_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder()?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        let within = width.max(height) <= IMAGE_MAX_SIDE && pixels <= IMAGE_MAX_PIXELS;
        if !within || decoder.total_bytes() > DECODE_MAX_BYTES {
            return Err(PictureError::TooLarge { width, height });
        }
        let orientation = decoder.orientation()?;
        let image = DynamicImage::from_decoder(decoder)?;
        let cells = cells::average(&image, orientation);
        let (width, height) = if lies(orientation) { (height, width) } else { (width, height) };
        Ok(Self { width, height, perceptual_hash: perceptual_hash(&cells) })
    }
}

/// The picture is shown turned by a quarter.
pub(super) const fn lies(orientation: Orientation) -> bool {
    match orientation {
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => false,
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => true,
    }
}
