//! What a model says of a claim, and what may follow from it.

use std::sync::Arc;

use super::ModelTerms;
use super::costs::Expected;
use crate::domain::{
    AMOUNT_MAX_MINOR, Contributions, Coverage, Decision, GroupContribution, ModelAssessment,
    ModelScore,
};
use crate::policy::decide::{Case, known_int};
use crate::policy::policy::Policy;

/// Features of a group that a verdict names.
const FEATURES_TOLD: usize = 3;

/// What a model says of a claim.
#[derive(Debug, Clone, Copy)]
pub struct Opinion<'a> {
    /// Name of the model.
    pub name: &'a str,
    /// Version of its artifact.
    pub version: &'a str,
    /// Its score.
    pub score: &'a ModelScore,
    /// Its scores are probabilities.
    pub calibrated: bool,
    /// It may decide: it is calibrated and not stale.
    pub may_decide: bool,
}

/// What a model says of a claim, and what follows from it.
#[derive(Debug)]
pub(in crate::policy) struct View<'a> {
    pub(in crate::policy) assessment: Option<ModelAssessment>,
    pub(in crate::policy) choice: Choice<'a>,
}

/// What a model would decide.
#[derive(Debug)]
pub(in crate::policy) enum Choice<'a> {
    /// There is none that may decide, or no costs to decide by.
    Absent,
    /// What the claim is worth is unknown.
    Unjudged,
    /// This.
    Made(Made<'a>),
}

/// A decision by a model.
#[derive(Debug)]
pub(in crate::policy) struct Made<'a> {
    pub(super) terms: &'a ModelTerms,
    /// What costs least.
    pub(super) wanted: Decision,
    /// Why a person decides instead.
    pub(super) held: Option<Held<'a>>,
    pub(super) probability: f64,
}

/// Why a model may not decide what it wants to.
#[derive(Debug)]
pub(super) enum Held<'a> {
    /// Less is known than the policy asks for: shares of the signals.
    Coverage { known: f64, least: f64 },
    /// The policy's condition for it does not hold, or cannot be judged.
    Condition,
    /// Worth more than it may approve, minor units.
    TooMuch { most_minor: i64 },
    /// Something that the policy does not tolerate is degraded.
    Degraded { code: &'a str },
}

/// Looks at a claim with the model's eyes.
pub(in crate::policy) fn view<'a>(
    policy: &'a Policy,
    case: &'a Case<'_>,
    coverage: &Coverage,
) -> View<'a> {
    let Some(opinion) = &case.model else {
        return View { assessment: None, choice: Choice::Absent };
    };
    let probability = opinion.score.probability;
    let worth = known_int(case.row, "claim_value_minor")
        .filter(|minor| (1..=AMOUNT_MAX_MINOR).contains(minor));
    let expected = policy
        .model
        .as_ref()
        .filter(|_| opinion.calibrated && (0.0..=1.0).contains(&probability))
        .zip(worth)
        .map(|(terms, worth)| terms.costs.expected(probability, worth));
    let choice = match (&policy.model, worth, &expected) {
        (Some(terms), Some(worth), Some(expected)) if opinion.may_decide => {
            Choice::Made(made(terms, case, coverage, worth, expected))
        }
        (Some(_), None, None) if opinion.may_decide => Choice::Unjudged,
        (Some(_) | None, Some(_) | None, Some(_) | None) => Choice::Absent,
    };
    let currency = policy.terms.currency;
    let assessment = ModelAssessment {
        name: opinion.name.to_owned(),
        version: opinion.version.to_owned(),
        score: probability,
        calibrated: opinion.calibrated,
        log_odds: opinion.score.log_odds,
        bias: opinion.score.bias,
        groups: groups(&opinion.score.contributions),
        costs: expected.map(|expected| expected.as_money(currency)),
    };
    View { assessment: Some(assessment), choice }
}

fn made<'a>(
    terms: &'a ModelTerms,
    case: &'a Case<'_>,
    coverage: &Coverage,
    worth: i64,
    expected: &Expected,
) -> Made<'a> {
    let wanted = expected.cheapest();
    let degraded = case.degraded.iter().map(|degraded| degraded.code.as_str());
    let degraded = degraded.into_iter().find(|code| !terms.tolerates.iter().any(|t| t == code));
    let holds = |condition| case.judged.holds(condition) == Some(true);
    let known = known_share(coverage);
    let covered =
        (known < terms.coverage_min).then_some(Held::Coverage { known, least: terms.coverage_min });
    let unmet = |condition| (!holds(condition)).then_some(Held::Condition);
    let held = match wanted {
        Decision::Review => None,
        Decision::Approve => {
            let most = terms.approve_max_minor.filter(|most| worth > *most);
            let too_much = most.map(|most_minor| Held::TooMuch { most_minor });
            let degraded = degraded.filter(|_| worth > terms.degraded_approve_max_minor);
            let degraded = degraded.map(|code| Held::Degraded { code });
            covered.or_else(|| unmet(terms.approve_when)).or(too_much).or(degraded)
        }
        // Nobody is rejected blindly.
        Decision::Reject => covered
            .or_else(|| unmet(terms.reject_when))
            .or_else(|| degraded.map(|code| Held::Degraded { code })),
    };
    let probability = case.model.as_ref().map_or(0.0, |opinion| opinion.score.probability);
    Made { terms, wanted, held, probability }
}

fn known_share(coverage: &Coverage) -> f64 {
    let unknown = u32::try_from(coverage.unknown_signals.len()).unwrap_or(u32::MAX);
    let used = coverage.signals_used;
    f64::from(used.saturating_sub(unknown)) / f64::from(used.max(1))
}

/// Contributions by group of signals, weightiest first; of equal weight by name. So are the features of a group, of
/// equal weight in the order of the model.
fn groups(contributions: &Contributions) -> Vec<GroupContribution> {
    let mut sums = vec![Group::default(); contributions.features().groups().len()];
    for (feature, (group, log_odds)) in contributions.by_group().enumerate() {
        if let Some(group) = sums.get_mut(group) {
            group.add(feature, log_odds);
        }
    }
    let named = contributions.features().groups().iter().zip(sums);
    let told = named.filter(|(_, sum)| sum.told > 0).map(|(group, sum)| GroupContribution {
        group: Arc::clone(group),
        log_odds: sum.log_odds,
        features: sum.features().filter_map(|feature| contributions.get(feature)).collect(),
    });
    let mut groups: Vec<GroupContribution> = told.collect();
    groups.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
    groups
}

/// A group that is summed up: places and weights of its weightiest features.
#[derive(Clone, Default)]
struct Group {
    log_odds: f64,
    weightiest: [(usize, f64); FEATURES_TOLD],
    told: usize,
}

impl Group {
    fn add(&mut self, feature: usize, log_odds: f64) {
        self.log_odds += log_odds;
        let mut next = (feature, log_odds.abs());
        for own in self.weightiest.iter_mut().take(self.told) {
            if next.1.total_cmp(&own.1).is_gt()
                || next.0 < own.0 && next.1.total_cmp(&own.1).is_eq()
            {
                std::mem::swap(own, &mut next);
            }
        }
        if let Some(free) = self.weightiest.get_mut(self.told) {
            *free = next;
            self.told += 1;
        }
    }

    fn features(&self) -> impl Iterator<Item = usize> + '_ {
        self.weightiest.iter().take(self.told).map(|(feature, _)| *feature)
    }
}

impl View<'_> {
    /// The probability of abuse, when the model may judge.
    pub(in crate::policy) fn probability(&self, case: &Case<'_>) -> Option<f64> {
        case.model
            .as_ref()
            .filter(|opinion| opinion.may_decide)
            .map(|opinion| opinion.score.probability)
    }
}

impl Made<'_> {
    /// What follows: what costs least, or a review where that is held back.
    pub(in crate::policy) const fn decision(&self) -> Decision {
        match self.held {
            Some(_) => Decision::Review,
            None => self.wanted,
        }
    }
}
