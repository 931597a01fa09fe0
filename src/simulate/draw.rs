//! Chance. Every draw of a simulation comes from one seeded generator, in one order.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// The generator.
#[derive(Debug)]
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From 0 to below 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Any 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// From 0 to below `count`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, count: usize) -> usize {
        if count < 2 { 0 } else { self.0.random_range(0..count) }
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most.max(least))
    }

    /// One of a list.
    pub(super) fn one<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// One of the weighted values; `default` stands for what the weights leave up to 1.
    pub(super) fn weighted<T: Copy>(&mut self, default: T, items: &[(f64, T)]) -> T {
        let mut left = self.unit();
        for (weight, value) in items {
            left -= weight;
            if left < 0.0 {
                return *value;
            }
        }
        default
    }

    /// From the standard normal distribution.
    pub(super) fn normal(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// Log-normal: half of the draws lie below `median`; `sigma` is the deviation of the logarithm. Waiting times of
    /// people look like this.
    pub(super) fn around(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// As [`Self::around`], in whole milliseconds, at least 1 and at most a thousand medians.
    pub(super) fn wait_ms(&mut self, median_ms: i64, sigma: f64) -> i64 {
        let median = real(median_ms);
        whole(self.around(median, sigma).clamp(1.0, 1_000.0 * median))
    }

    /// How many of something rare happen when `mean` are expected, as Poisson's law says.
    pub(super) fn count(&mut self, mean: f64) -> usize {
        let floor = (-mean.min(500.0)).exp();
        let (mut product, mut count) = (self.unit(), 0);
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

/// A whole number as a real one.
#[expect(clippy::cast_precision_loss, reason = "times, amounts and counts are far below 2^53")]
pub(super) const fn real(number: i64) -> f64 {
    number as f64
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) const fn size(count: usize) -> f64 {
    count as f64
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and nothing here comes near")]
pub(super) fn whole(number: f64) -> i64 {
    number.round() as i64
}

/// Bits that look random, and are another for every input: the finisher of splitmix64 (Steele, Lea and Flood 2014).
pub(super) const fn mixed(input: u64) -> u64 {
    let a = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

/// A share from 0 to below 1 that follows from a number.
pub(super) fn share_of(number: u64) -> f64 {
    let upper = u32::try_from(mixed(number) >> 32).unwrap_or(u32::MAX);
    f64::from(upper) / (f64::from(u32::MAX) + 1.0)
}

/// The low 16 bits.
pub(super) fn low16(bits: u64) -> u16 {
    u16::try_from(bits & 0xffff).unwrap_or(u16::MAX)
}

/// The low 8 bits.
pub(super) fn low8(bits: u64) -> u8 {
    u8::try_from(bits & 0xff).unwrap_or(u8::MAX)
}

/// An index as bits.
pub(super) fn bits_of(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}

/// A number reduced to below `count`.
pub(super) fn reduced(bits: u64, count: usize) -> usize {
    usize::try_from(bits % bits_of(count.max(1))).unwrap_or(0)
}
