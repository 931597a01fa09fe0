//! Draws of rows and columns from a seed.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::real::{part, short};

/// The generator of one stream of a seed: each tree has its own, so that it does not matter who grows first.
pub(super) fn stream(seed: u64, stream: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream as u64);
    rng
}

/// Another seed for another purpose (the finaliser of SplitMix64, G. Steele et al., OOPSLA 2014).
pub(super) fn derived(seed: u64, purpose: u64) -> u64 {
    let mixed = seed.wrapping_add(purpose.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Rows drawn one by one with the chance of `share`, ascending; all where it is 1, or where none was drawn.
pub(super) fn sampled_rows(rows: usize, share: f64, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let drawn = (0..rows).filter(|_| share >= 1.0 || rng.random::<f64>() < share);
    let drawn: Vec<u32> = drawn.map(short).collect();
    if drawn.is_empty() { (0..rows).map(short).collect() } else { drawn }
}

/// A share of `0..count`, at least one, ascending.
pub(super) fn sampled_columns(count: usize, share: f64, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut pool: Vec<usize> = (0..count).collect();
    let wanted = part(count, share).max(1).min(count);
    for place in 0..wanted {
        let other = rng.random_range(place..count);
        pool.swap(place, other);
    }
    pool.truncate(wanted);
    pool.sort_unstable();
    pool
}
