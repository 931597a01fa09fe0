//! What decisions cost, and which costs least.

use crate::domain::{AMOUNT_MAX_MINOR, Currency, Decision, ExpectedCosts, Money};

/// What decisions cost, in minor units of the terms' currency and in shares of what is asked for.
///
/// A claim is abusive with probability `p`. Paying an abusive one loses the amount less what is saved of it; a reviewer
/// costs money and lets some abuse through; rejecting an honest buyer costs the buyer, and any rejection may be disputed:
///
/// ```text
/// loss    = amount * (1 - salvage_share)
/// approve = p * loss
/// review  = review + p * review_miss_share * loss
/// reject  = (1 - p) * (insult + insult_share * amount) + dispute
/// ```
///
/// INVARIANT: each is a line in `p`, the steeper the milder the decision: with growing `p` the cheapest only becomes
/// more severe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// A look by a person, 1 or more.
    pub review_minor: i64,
    /// Share of abusive claims that reviewers let through, 0 to below 1.
    pub review_miss_share: f64,
    /// The rejection of an honest buyer, whatever the amount.
    pub insult_minor: i64,
    /// The same, as a share of the amount, 0 to 10.
    pub insult_share: f64,
    /// What any rejection costs: answering complaints and disputes.
    pub dispute_minor: i64,
    /// Share of the amount that is not lost when an abusive claim is paid, 0 to 1: goods that can be sold again.
    pub salvage_share: f64,
}

/// What each decision is expected to cost, in minor units of the terms' currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Of paying.
    pub approve: f64,
    /// Of having a person look.
    pub review: f64,
    /// Of not paying.
    pub reject: f64,
}

/// The cut-offs that follow from costs, for claims of one amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Below this probability of abuse paying is cheapest; above 1 it always is.
    pub approve_below: f64,
    /// Above this probability rejecting is cheapest; from 1 on it never is.
    pub reject_above: f64,
}

impl Costs {
    /// What each decision on a claim for `value_minor` is expected to cost when it is abusive with `probability`.
    #[must_use]
    pub fn expected(&self, probability: f64, value_minor: i64) -> Expected {
        let loss = self.loss(value_minor);
        Expected {
            approve: probability * loss,
            review: real(self.review_minor) + probability * self.review_miss_share * loss,
            reject: (1.0 - probability) * self.insult(value_minor) + real(self.dispute_minor),
        }
    }

    /// The cut-offs for claims for `value_minor`, above 0: where the lines of [`Costs::expected`] cross.
    #[must_use]
    pub fn thresholds(&self, value_minor: i64) -> Thresholds {
        let (loss, insult) = (self.loss(value_minor), self.insult(value_minor));
        let (review, dispute) = (real(self.review_minor), real(self.dispute_minor));
        let missed = self.review_miss_share * loss;
        let approve_or_reject = (insult + dispute) / (loss + insult);
        Thresholds {
            approve_below: (review / (loss - missed)).min(approve_or_reject),
            reject_above: ((insult + dispute - review) / (missed + insult)).max(approve_or_reject),
        }
    }

    fn loss(&self, value_minor: i64) -> f64 {
        real(value_minor) * (1.0 - self.salvage_share)
    }

    fn insult(&self, value_minor: i64) -> f64 {
        self.insult_share.mul_add(real(value_minor), real(self.insult_minor))
    }
}

impl Expected {
    /// The cheapest decision. Between equals a person decides, and between the others the buyer gets the money.
    #[must_use]
    pub fn cheapest(&self) -> Decision {
        if self.review <= self.approve.min(self.reject) {
            Decision::Review
        } else if self.approve <= self.reject {
            Decision::Approve
        } else {
            Decision::Reject
        }
    }

    /// The same as money, to the nearest minor unit.
    pub(crate) fn as_money(&self, currency: Currency) -> ExpectedCosts {
        let money = |minor: f64| Money { amount_minor: nearest_minor(minor), currency };
        ExpectedCosts {
            approve: money(self.approve),
            review: money(self.review),
            reject: money(self.reject),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "amounts are exact in f64")]
const fn real(minor: i64) -> f64 {
    minor as f64
}

#[expect(clippy::cast_possible_truncation, reason = "held to the bounds of money before")]
fn nearest_minor(minor: f64) -> i64 {
    minor.round_ties_even().clamp(0.0, real(AMOUNT_MAX_MINOR)) as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the shipped policy states.
    const SHIPPED: Costs = Costs {
        review_minor: 600,
        review_miss_share: 0.1,
        insult_minor: 6_000,
        insult_share: 0.5,
        dispute_minor: 300,
        salvage_share: 0.0,
    };

    fn costs() -> impl Strategy<Value = Costs> {
        let shares = (0.0..0.95, 0.0..10.0, 0.0..=0.95);
        (1_i64..100_000, 0_i64..1_000_000, 0_i64..100_000, shares).prop_map(
            |(review_minor, insult_minor, dispute_minor, (miss, insult_share, salvage_share))| {
                Costs {
                    review_minor,
                    review_miss_share: miss,
                    insult_minor,
                    insult_share,
                    dispute_minor,
                    salvage_share,
                }
            },
        )
    }

    fn of(expected: &Expected, decision: Decision) -> f64 {
        match decision {
            Decision::Approve => expected.approve,
            Decision::Review => expected.review,
            Decision::Reject => expected.reject,
        }
    }

    proptest! {
        #[test]
        fn the_chosen_decision_costs_least(
            costs in costs(), p in 0.0_f64..=1.0, value_minor in 1_i64..100_000_000,
        ) {
            let expected = costs.expected(p, value_minor);
            let chosen = of(&expected, expected.cheapest());
            for decision in Decision::ALL {
                prop_assert!(chosen <= of(&expected, *decision), "{expected:?}");
            }
        }

        #[test]
        fn more_likely_abuse_is_never_decided_more_mildly(
            costs in costs(), p in 0.0_f64..=1.0, q in 0.0..=1.0, value_minor in 100_i64..100_000_000,
        ) {
            let (low, high) = (f64::min(p, q), f64::max(p, q));
            let decision = |p| costs.expected(p, value_minor).cheapest();
            prop_assert!(decision(low) <= decision(high));
        }

        /// The cut-offs that analysts are shown are those that decide.
        #[test]
        fn thresholds_part_the_decisions(
            costs in costs(), p in 0.0_f64..=1.0, value_minor in 100_i64..100_000_000,
        ) {
            let Thresholds { approve_below, reject_above } = costs.thresholds(value_minor);
            prop_assert!(approve_below <= reject_above);
            let near = |cut: f64| (p - cut).abs() < 1e-9;
            prop_assume!(!near(approve_below) && !near(reject_above));
            let expected = if p < approve_below {
                Decision::Approve
            } else if p > reject_above {
                Decision::Reject
            } else {
                Decision::Review
            };
            prop_assert_eq!(costs.expected(p, value_minor).cheapest(), expected);
        }
    }

    #[test]
    fn costs_by_hand() {
        // 100.00: approve 0.05 * 100, review 6 + 0.05 * 0.1 * 100, reject 0.95 * (60 + 50) + 3.
        let expected = SHIPPED.expected(0.05, 10_000);
        for (got, by_hand) in
            [(expected.approve, 500.0), (expected.review, 650.0), (expected.reject, 10_750.0)]
        {
            assert!((got - by_hand).abs() < 1e-9, "{got}, not {by_hand}");
        }
        assert_eq!(expected.cheapest(), Decision::Approve);
        let cny = Currency::parse("CNY").unwrap();
        assert_eq!(expected.as_money(cny).reject, Money { amount_minor: 10_750, currency: cny });
    }

    #[test]
    fn nothing_is_approved_or_rejected_against_a_tie() {
        let tie = Expected { approve: 5.0, review: 5.0, reject: 5.0 };
        assert_eq!(tie.cheapest(), Decision::Review);
        let tie = Expected { approve: 5.0, review: 6.0, reject: 5.0 };
        assert_eq!(tie.cheapest(), Decision::Approve);
    }

    #[test]
    fn what_is_saved_makes_paying_cheaper() {
        let saving = Costs { salvage_share: 0.8, ..SHIPPED };
        assert!(saving.expected(0.3, 10_000).approve < SHIPPED.expected(0.3, 10_000).approve);
        assert!(saving.thresholds(10_000).approve_below > SHIPPED.thresholds(10_000).approve_below);
    }
}
