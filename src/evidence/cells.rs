//! A picture as 32 x 32 cells.

use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageBuffer, Luma, Rgba};

/// Cells a side.
pub(super) const SIDE: usize = 32;
/// The same, of the cells as a small picture.
const SIDE_PIXELS: u32 = 32;
/// One grey level.
pub(super) const CELL_UNIT: i64 = 256;

/// The average luma of 32 x 32 equal parts of a picture, 0 to 255 in [`CELL_UNIT`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cells(Vec<u16>);

impl Cells {
    /// From the top.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[u16]> {
        self.0.chunks_exact(SIDE)
    }
}

/// Averages a picture over the cells, exactly, then turns the cells: it is the same as turning the picture, and takes no
/// memory.
pub(super) fn average(image: &DynamicImage, orientation: Orientation) -> Cells {
    let (width, height) = image.dimensions();
    let columns: Vec<Vec<Share>> = (0..width).map(|x| shares(x, width).collect()).collect();
    let mut sums = [[0_u64; SIDE]; SIDE];
    let mut row = [0_u64; SIDE];
    for (x, y, pixel) in image.pixels() {
        let luma = luma(pixel);
        for share in columns.get(at(x)).into_iter().flatten() {
            add(&mut row, share, luma);
        }
        if x + 1 == width {
            for share in shares(y, height) {
                let cells = sums.get_mut(share.cell).into_iter().flatten();
                cells.zip(row).for_each(|(sum, value)| *sum += value * share.part);
            }
            row = [0; SIDE];
        }
    }
    // Every cell has this many parts.
    let parts = u64::from(width) * u64::from(height);
    let cell = |sum: &u64| (sum * CELL_UNIT.unsigned_abs() + parts / 2) / parts;
    let cells = sums.as_flattened().iter().map(|sum| u16::try_from(cell(sum)).unwrap_or(u16::MAX));
    turned(cells.collect(), orientation)
}

/// How much of a pixel lies in a cell.
struct Share {
    cell: usize,
    /// Of [`SIDE`] parts of a pixel.
    part: u64,
}

/// In which cells a pixel lies. A side has `extent` pixels of [`SIDE`] parts, and so [`SIDE`] cells of `extent` parts.
fn shares(pixel: u32, extent: u32) -> impl Iterator<Item = Share> {
    let (side, extent) = (SIDE as u64, u64::from(extent));
    let (from, to) = (u64::from(pixel) * side, u64::from(pixel) * side + side);
    (from / extent..to.div_ceil(extent)).map(move |cell| {
        let (start, end) = (from.max(cell * extent), to.min((cell + 1) * extent));
        Share { cell: usize::try_from(cell).unwrap_or(SIDE), part: end - start }
    })
}

fn add(row: &mut [u64; SIDE], share: &Share, luma: u64) {
    if let Some(sum) = row.get_mut(share.cell) {
        *sum += luma * share.part;
    }
}

/// Luma of ITU-R BT.601 on white, in 1/2^16 and rounded.
fn luma(Rgba([red, green, blue, alpha]): Rgba<u8>) -> u64 {
    let alpha = u64::from(alpha);
    let on_white = |value: u8| (u64::from(value) * alpha + 255 * (255 - alpha) + 127) / 255;
    (19_595 * on_white(red) + 38_470 * on_white(green) + 7_471 * on_white(blue) + (1 << 15)) >> 16
}

fn turned(cells: Vec<u16>, orientation: Orientation) -> Cells {
    let image =
        ImageBuffer::<Luma<u16>, _>::from_raw(SIDE_PIXELS, SIDE_PIXELS, cells).unwrap_or_default();
    let mut image = DynamicImage::ImageLuma16(image);
    image.apply_orientation(orientation);
    Cells(image.into_luma16().into_raw())
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
