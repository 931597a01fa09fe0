//! From cells to 64 bits.

use super::cells::{CELL_UNIT, Cells, SIDE};

/// Coefficients a side.
const LOW: usize = 8;
/// `cos(k pi / 64)` for k in 0..=32, in 1/2^14, rounded.
const QUARTER_WAVE: [i64; 33] = [
    16_384, 16_364, 16_305, 16_207, 16_069, 15_893, 15_679, 15_426, 15_137, 14_811, 14_449, 14_053,
    13_623, 13_160, 12_665, 12_140, 11_585, 11_003, 10_394, 9_760, 9_102, 8_423, 7_723, 7_005,
    6_270, 5_520, 4_756, 3_981, 3_196, 2_404, 1_606, 804, 0,
];
/// `1.0` of a cosine.
const COSINE_UNIT: i64 = 1 << 14;
/// A coefficient this close to the median says nothing: compressing a picture again moves it as far. A wave of 1/8 grey
/// level gives it.
const NOISE: i64 = 32 * CELL_UNIT * COSINE_UNIT * COSINE_UNIT;
/// With fewer coefficients that say something, different pictures would look alike.
const TELLING_MIN: usize = 48;

/// The perceptual hash, as the module describes it. `None` for a plain picture.
pub(super) fn perceptual_hash(cells: &Cells) -> Option<u64> {
    let coefficients = low_frequencies(cells);
    let twice_median = twice_median(&coefficients);
    // Twice the distance from the median, to stay in whole numbers.
    let distances = || coefficients.iter().map(|coefficient| 2 * coefficient - twice_median);
    if distances().filter(|distance| distance.abs() > 2 * NOISE).count() < TELLING_MIN {
        return None;
    }
    Some(distances().fold(0, |bits, distance| bits << 1 | u64::from(distance > 2 * NOISE)))
}

/// The lowest coefficients of the two-dimensional DCT-II, row by row. Below 2^55.
fn low_frequencies(cells: &Cells) -> Vec<i64> {
    let values = |row: &[u16]| row.iter().map(|value| i64::from(*value)).collect::<Vec<_>>();
    let waves = |row: Vec<i64>| std::array::from_fn(|u| wave(u, row.iter().copied()));
    let rows: Vec<[i64; LOW]> = cells.rows().map(values).map(waves).collect();
    let column = |u: usize| rows.iter().filter_map(move |row| row.get(u).copied());
    (0..LOW).flat_map(|v| (0..LOW).map(move |u| wave(v, column(u)))).collect()
}

/// How much of the wave with this frequency is in the values.
fn wave(frequency: usize, values: impl Iterator<Item = i64>) -> i64 {
    values.enumerate().map(|(place, value)| value * cosine((2 * place + 1) * frequency)).sum()
}

/// `cos(k pi / 64)` in [`COSINE_UNIT`]s.
pub(super) fn cosine(k: usize) -> i64 {
    let whole = 4 * SIDE;
    let k = k % whole;
    let half = k.min(whole - k);
    let quarter = half.min(2 * SIDE - half);
    let size = QUARTER_WAVE.get(quarter).copied().unwrap_or_default();
    if half > SIDE { -size } else { size }
}

fn twice_median(coefficients: &[i64]) -> i64 {
    let mut sorted = coefficients.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    sorted.iter().skip(middle - 1).take(2).sum()
}
