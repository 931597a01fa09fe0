//! Rates of few events.
//!
//! One fraud among two claims is not a rate of 50 %. A rate is therefore drawn toward the base that its entity belongs
//! to: the posterior mean of a binomial rate under a Beta prior whose mean is the base and whose strength is a number
//! of imagined trials,
//!
//! ```text
//! rate = (events + strength * base) / (trials + strength)
//! ```
//!
//! This is the beta-binomial estimate of empirical Bayes: H. Robbins, "An Empirical Bayes Approach to Statistics", Proc.
//! Third Berkeley Symposium (1956); B. Efron and C. Morris, "Data Analysis Using Stein's Estimator and its
//! Generalizations", JASA 70 (1975); A. Gelman et al., "Bayesian Data Analysis", 3rd ed., sections 2.4 and 5.3. The
//! prior's mean is estimated from the data (the base), its strength is stated here: it is the number of trials at which
//! an entity's own history weighs as much as the base.
//!
//! Bases nest: an address is drawn toward its network, that toward its autonomous system, that toward the tenant; an
//! account toward the SKU that it ordered, that toward the tenant; a batch of keys toward the rest of its supplier, that
//! toward the rest of the tenant. The tenant is drawn toward a constant, so that the first claims of a new platform are no
//! extremes either.

/// The rate of `events` in `trials`, drawn toward `base` with the weight of `strength` trials. In `0..=1` when `base`
/// is; `events` above `trials` count as `trials`, so that late news cannot give a rate above 1.
pub(super) fn shrunk(events: i64, trials: i64, base: f64, strength: f64) -> f64 {
    shrunk_share(share(events, trials), trials, base, strength)
}

/// The same for a share that `trials` showed, in `0..=1`.
pub(super) fn shrunk_share(share: f64, trials: i64, base: f64, strength: f64) -> f64 {
    let trials = as_real(trials);
    ((share * trials + strength * base) / (trials + strength)).clamp(0.0, 1.0)
}

/// A part of a whole, in `0..=1`; of nothing it is 0.
pub(super) fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { (as_real(part) / as_real(whole)).min(1.0) }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn as_real(count: i64) -> f64 {
    count.max(0) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::shrunk;

    #[test]
    fn few_events_stay_near_the_base_and_many_speak_for_themselves() {
        assert!((shrunk(0, 0, 0.03, 20.0) - 0.03).abs() < 1e-12);
        assert!((shrunk(1, 2, 0.03, 20.0) - 1.6 / 22.0).abs() < 1e-12);
        assert!((shrunk(500, 1_000, 0.03, 20.0) - 500.6 / 1_020.0).abs() < 1e-12);
        assert!((shrunk(7, 5, 0.5, 1.0) - 5.5 / 6.0).abs() < 1e-12, "more events than trials");
    }

    proptest! {
        #[test]
        fn lies_between_the_base_and_the_raw_rate(
            trials in 1_i64..10_000,
            share in 0.0_f64..=1.0,
            base in 0.0_f64..=1.0,
            strength in 0.1_f64..1_000.0,
        ) {
            #[expect(clippy::cast_possible_truncation, reason = "a share of a small number")]
            let events = (super::as_real(trials) * share) as i64;
            let raw = super::as_real(events) / super::as_real(trials);
            let rate = shrunk(events, trials, base, strength);
            prop_assert!(rate >= raw.min(base) - 1e-12 && rate <= raw.max(base) + 1e-12);
        }
    }
}
