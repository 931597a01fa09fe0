//! What stops automatic approval whatever was found: the kill switch and the budget of the hour.

use super::decide::{Case, Ruling};
use super::policy::Policy;
use super::reasons::{AUTO_APPROVE_OFF, BUDGET_SPENT};
use crate::domain::Money;

/// The ruling, or the review that an approval becomes.
pub(super) fn limited<'a>(policy: &'a Policy, ruling: Ruling<'a>, case: &Case<'_>) -> Ruling<'a> {
    let Some(approved) = ruling.approved else { return ruling };
    let code = if !policy.auto_approve {
        AUTO_APPROVE_OFF
    } else if is_over_budget(policy, case, approved) {
        BUDGET_SPENT
    } else {
        return ruling;
    };
    policy.overruled(case, code, ruling.into_reasons())
}

fn is_over_budget(policy: &Policy, case: &Case<'_>, approved: Money) -> bool {
    let claims = case.approvals.claims(case.observed_at);
    let spent = case.approvals.amounts(case.observed_at).iter();
    let spent: i64 = spent
        .map(|(currency, sum)| value(policy, Money { amount_minor: *sum, currency: *currency }))
        .fold(0, i64::saturating_add);
    let value_bound = policy.approved_value_per_hour_minor;
    (policy.approvals_per_hour > 0 && claims >= policy.approvals_per_hour)
        || (value_bound > 0 && spent.saturating_add(value(policy, approved)) > value_bound)
}

/// A currency without a stated value counts at its face: the budget is a brake, not a book. No minor unit is worth
/// much more than a fen (the dearest, of KWD, some 2.3), so the brake is not lost; most are worth less, and it pulls
/// early.
fn value(policy: &Policy, money: Money) -> i64 {
    policy.terms.value_minor(money).unwrap_or(money.amount_minor)
}
