//! How likely so many events are by chance.

use std::f64::consts::TAU;

/// From here on factorials are approximated; below, they are multiplied out.
const STIRLING_FROM: f64 = 16.0;

/// `P(X >= events)` for a Poisson variable of this mean: in `0..=1`, with a relative error below 1e-11 however small it
/// is, down to the smallest normal `f64`, below which it is 0.
///
/// The tail is the probability of its first value times a series whose terms only shrink: for more events than the
/// mean the upper tail itself, else what the lower tail leaves of 1. Neither cancels digits.
pub(super) fn upper_tail(events: i64, mean: f64) -> f64 {
    if events <= 0 {
        return 1.0;
    }
    if mean.is_nan() || mean <= 0.0 {
        return 0.0;
    }
    if mean.is_infinite() {
        return 1.0;
    }
    let events = as_real(events);
    let tail = if events > mean {
        probability(events, mean) * series(|step| mean / (events + step))
    } else {
        let below = events - 1.0;
        1.0 - probability(below, mean) * series(|step| (below - step + 1.0).max(0.0) / mean)
    };
    tail.clamp(0.0, 1.0)
}

/// `1 + f(1) + f(1) f(2) + ..`, for factors that fall below 1 and stay there, up to where further terms do not show.
/// About `9 * sqrt(mean)` terms are needed at most.
fn series(factor: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut term, mut step) = (1.0, 1.0, 1.0);
    while term > sum * (f64::EPSILON / 8.0) {
        term *= factor(step);
        sum += term;
        step += 1.0;
    }
    sum
}

/// `P(X = events)`, by the saddle point of C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
fn probability(events: f64, mean: f64) -> f64 {
    if events < STIRLING_FROM {
        let mut product = (-mean).exp();
        let mut factor = 1.0;
        while factor <= events {
            product *= mean / factor;
            factor += 1.0;
        }
        return product;
    }
    (-stirling_error(events) - deviance(events, mean)).exp() / (TAU * events).sqrt()
}

/// `ln(n!)` less Stirling's formula, from its asymptotic series: for `n >= 16` the next term is below 1e-15.
fn stirling_error(n: f64) -> f64 {
    let square = n * n;
    let tail = 1.0 / 1_680.0 - 1.0 / (1_188.0 * square);
    let tail = 1.0 / 1_260.0 - tail / square;
    let tail = 1.0 / 360.0 - tail / square;
    (1.0 / 12.0 - tail / square) / n
}

/// `x ln(x / mean) + mean - x`, which near `x = mean` would lose its digits, so that it is summed up there: with
/// `v = (x - mean) / (x + mean)` it is `(x - mean) v + 2 x v (v^2 / 3 + v^4 / 5 + ..)`.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    let v = difference / (x + mean);
    if v.abs() >= 0.1 {
        return x * (x / mean).ln() - difference;
    }
    let square = v * v;
    // With v below 0.1, the eleventh term is below 1e-22 of the first.
    let odd = [3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 19.0, 21.0];
    let sum = odd.iter().rev().fold(0.0, |sum, divisor| (sum + 1.0 / divisor) * square);
    difference * v + 2.0 * x * v * sum
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn as_real(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::upper_tail;

    /// Events, mean, and the tail as the regularised lower incomplete gamma function `P(events, mean)` gives it, computed
    /// with 40 digits by an arbitrary-precision library.
    const KNOWN: [(i64, f64, f64); 22] = [
        (1, 0.001, 0.000_999_500_166_625_008_5),
        (5, 0.07, 1.321_284_386_767_848_4e-8),
        (5, 0.5, 0.000_172_115_629_955_840_78),
        (6, 0.0123, 4.759_046_745_895_735_5e-15),
        (7, 0.4, 2.293_069_120_675_790_2e-7),
        (10, 10.0, 0.542_070_285_528_147_8),
        (15, 3.0, 6.703_859_112_405_606e-7),
        (16, 3.0, 1.240_801_708_399_645_8e-7),
        (17, 20.0, 0.778_925_798_445_559_1),
        (29, 10.0, 7.644_666_408_138_257e-7),
        (40, 100.0, 0.999_999_999_997_039_7),
        (100, 40.0, 1.206_254_205_308_651_4e-15),
        (100, 100.0, 0.513_298_798_279_148_7),
        (120, 100.0, 0.028_230_393_964_865_694),
        (500, 100.0, 3.808_754_228_926_463_6e-178),
        (1_000, 1_000.0, 0.504_205_244_180_215_5),
        (1_200, 1_000.0, 4.684_203_855_872_281e-10),
        (20_000, 19_000.0, 3.236_874_643_618_59e-13),
        (1_000_000, 1_000_000.0, 0.500_132_980_760_872_5),
        (3, 1e-100, 1.666_666_666_666_666_7e-301),
        (1, 700.0, 1.0),
        (2, 1e-12, 4.999_999_999_996_667e-25),
    ];

    #[test]
    fn equals_the_incomplete_gamma_function() {
        for (events, mean, expected) in KNOWN {
            let error = (upper_tail(events, mean) / expected - 1.0).abs();
            assert!(
                error < 1e-11,
                "{events} of {mean}: {} is off by {error}",
                upper_tail(events, mean)
            );
        }
    }

    #[test]
    fn ends_are_certain() {
        for (events, mean, expected) in [
            (0, 0.0, 1.0),
            (-3, 5.0, 1.0),
            (1, 0.0, 0.0),
            (1, -1.0, 0.0),
            (1, f64::NAN, 0.0),
            (i64::MAX, 1.0, 0.0),
            (90, f64::INFINITY, 1.0),
        ] {
            let got = upper_tail(events, mean);
            assert!((got - expected).abs() < 1e-300, "{events} of {mean}: {got}");
        }
    }

    proptest! {
        /// What the naive sum of the terms below leaves of 1.
        #[test]
        fn equals_the_naive_sum(events in 1_u32..60, mean in 0.01_f64..40.0) {
            let mut term = (-mean).exp();
            let mut below = 0.0;
            for n in 0..events {
                below += term;
                term *= mean / f64::from(n + 1);
            }
            prop_assert!((upper_tail(i64::from(events), mean) - (1.0 - below)).abs() < 1e-13);
        }

        #[test]
        fn more_events_are_less_likely_and_a_higher_mean_makes_them_likelier(
            events in 1_i64..3_000,
            mean in 1e-6_f64..3_000.0,
        ) {
            let here = upper_tail(events, mean);
            prop_assert!((0.0..=1.0).contains(&here));
            prop_assert!(upper_tail(events + 1, mean) <= here * (1.0 + 1e-11));
            prop_assert!(upper_tail(events, mean * 1.01) >= here * (1.0 - 1e-11));
        }
    }
}
