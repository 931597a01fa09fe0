//! What decisions cost: expected, to choose by; and realised, once the truth is known.

use serde::Serialize;

use super::number::long;
use super::settings::CostSettings;
use crate::domain::Decision;
use crate::models::Labels;

impl CostSettings {
    /// What a decision is expected to cost when the claim is fraud with probability `p`, minor units, as the policy counts
    /// it: approve `p * loss`, review `review + p * miss * loss`, reject `(1 - p) * insult + dispute`.
    #[must_use]
    pub fn expected(&self, decision: Decision, p: f64, amount: f64) -> f64 {
        let loss = amount * (1.0 - self.salvage_share);
        let insult = self.insult_share.mul_add(amount, self.insult_minor);
        match decision {
            Decision::Approve => p * loss,
            Decision::Review => self.review_minor + p * self.review_miss_share * loss,
            Decision::Reject => (1.0 - p) * insult + self.dispute_minor,
        }
    }

    /// What a decision cost, the truth being known.
    #[must_use]
    pub fn realised(&self, decision: Decision, fraud: bool, amount: f64) -> f64 {
        self.expected(decision, f64::from(u8::from(fraud)), amount)
    }

    /// The decision of least expected cost. Between equals a person decides, else the buyer gets the money.
    #[must_use]
    pub fn cheapest(&self, p: f64, amount: f64) -> Decision {
        let cost = |decision| self.expected(decision, p, amount);
        let (approve, review) = (cost(Decision::Approve), cost(Decision::Review));
        let reject = cost(Decision::Reject);
        if review <= approve.min(reject) {
            Decision::Review
        } else if approve <= reject {
            Decision::Approve
        } else {
            Decision::Reject
        }
    }
}

/// A claim as it is costed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Costed {
    /// In the policy's currency, minor units.
    pub(super) amount: f64,
    /// What was answered.
    pub(super) decided: Decision,
    /// No rule decided: the model may.
    pub(super) is_open: bool,
    /// A model decided, so that nobody knows what rules alone would have answered.
    pub(super) by_model: bool,
    pub(super) probability: f64,
}

/// What a way to decide cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WayCost {
    /// How it is decided.
    pub way: &'static str,
    /// Cost of a claim on average, minor units.
    pub cost_per_claim: f64,
    /// What is saved against approving everything, minor units a claim.
    pub saved_per_claim: f64,
    /// What is saved against deciding by rules only, minor units a claim; below 0 it costs more. `None` where the history
    /// does not tell what rules alone would have answered: see [`CostFigures::lacks`].
    pub saved_against_rules: Option<f64>,
    /// Share of the claims that are approved, reviewed and rejected.
    pub approved: f64,
    /// See `approved`.
    pub reviewed: f64,
    /// See `approved`.
    pub rejected: f64,
    /// Share of the frauds that are paid at once.
    pub frauds_paid: f64,
    /// Share of the honest claims that are refused.
    pub honest_refused: f64,
}

/// What approving everything, the rules, the model and both together cost. Where a model took part in the answers of the
/// history, they are not those of rules only, and the way is called `as answered`.
///
/// Guards, proofs, terms and lists stand in front of all of these and decide the same whichever is taken: what they
/// decided is not in the figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostFigures {
    /// The figures that costs are counted with.
    pub settings: CostSettings,
    /// Claims that are counted: left to rules and model, their amount known in the policy's currency.
    pub claims: u64,
    /// Those of them that no rule decided.
    pub open_claims: u64,
    /// What the counted claims weigh together: a mean of segments by their weights is the figure here.
    pub weight: f64,
    /// Each way.
    pub ways: [WayCost; 4],
    /// What cannot be compared, and how to get it: a sentence for people. `None` where nothing is lacking.
    pub lacks: Option<&'static str>,
    /// Share of the claims that are reviewed, those of highest score; mean cost when the others are approved.
    pub curve: Vec<[f64; 2]>,
}

/// What claims that have something in common cost, in minor units a claim: counted as in [`CostFigures`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentCost {
    /// Claims that are counted.
    pub claims: u64,
    /// What they weigh together.
    pub weight: f64,
    /// When everything is approved.
    pub approve_all: f64,
    /// When rules alone decide. `None` where a model took part in the answers to these claims.
    pub rules_only: Option<f64>,
    /// When the model decides what rules leave open.
    pub rules_and_model: f64,
    /// What rules and model save against approving everything.
    pub saved_per_claim: f64,
    /// What they save against rules alone; below 0 they cost more.
    pub saved_against_rules: Option<f64>,
}

/// Said of a history whose answers are not those of rules alone.
const NO_RULES: &str = "\
    A model took part in the answers of this history, so that nobody knows what rules alone would have cost: replay it \
    with `vouch replay --rules-only` first to compare with them.";

/// Said of claims of which none is counted.
const NO_CLAIMS: &str = "\
    None of these claims was left to rules and model with an amount in the policy's currency.";

/// Said of some claims whose answers are not those of rules alone.
const NO_RULES_HERE: &str = "\
    A model took part in the answers to these claims: what rules alone would have cost is not known.";

/// Compares the ways to decide. Claims that are not counted are `None`.
pub(super) fn costs(
    claims: &[Option<Costed>],
    labels: &Labels,
    settings: &CostSettings,
) -> CostFigures {
    let rows = counted(claims, labels);
    let with_model = has_model(&rows);
    let open = rows.iter().filter(|row| row.0.is_open).count();
    CostFigures {
        settings: settings.clone(),
        claims: long(rows.len()),
        open_claims: long(open),
        weight: weight(&rows),
        ways: compared(&rows, settings),
        lacks: with_model.then_some(NO_RULES),
        curve: curve(rows, settings),
    }
}

/// What the claims of a segment cost, and what of it cannot be said. Claims that are not counted are `None`.
pub(super) fn segment_cost(
    claims: &[Option<Costed>],
    labels: &Labels,
    settings: &CostSettings,
) -> (Option<SegmentCost>, Option<&'static str>) {
    let rows = counted(claims, labels);
    let weight = weight(&rows);
    if weight <= 0.0 {
        return (None, Some(NO_CLAIMS));
    }
    let cost = SegmentCost::of(&compared(&rows, settings), long(rows.len()), weight);
    (Some(cost), has_model(&rows).then_some(NO_RULES_HERE))
}

impl CostFigures {
    /// All claims as one segment; `None` when none is counted.
    pub(super) fn whole(&self) -> Option<SegmentCost> {
        (self.weight > 0.0).then(|| SegmentCost::of(&self.ways, self.claims, self.weight))
    }
}

impl SegmentCost {
    fn of(ways: &[WayCost; 4], claims: u64, weight: f64) -> Self {
        let [all, answered, _, combined] = ways;
        Self {
            claims,
            weight,
            approve_all: all.cost_per_claim,
            rules_only: answered.saved_against_rules.map(|_| answered.cost_per_claim),
            rules_and_model: combined.cost_per_claim,
            saved_per_claim: combined.saved_per_claim,
            saved_against_rules: combined.saved_against_rules,
        }
    }
}

/// A claim, whether it was fraud, and its weight.
type Row = (Costed, bool, f64);

/// The claims that are counted.
fn counted(claims: &[Option<Costed>], labels: &Labels) -> Vec<Row> {
    let rows = claims.iter().zip(labels.fraud().iter().zip(labels.weights()));
    rows.filter_map(|(claim, (fraud, weight))| Some(((*claim)?, *fraud, *weight))).collect()
}

fn weight(rows: &[Row]) -> f64 {
    rows.iter().map(|row| row.2).sum()
}

/// A model decided one of them, so that nobody knows what rules alone would have answered.
fn has_model(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.0.by_model)
}

/// The ways: approve everything, as answered, the model alone, rules and model.
fn compared(rows: &[Row], settings: &CostSettings) -> [WayCost; 4] {
    let cheapest = |claim: &Costed| settings.cheapest(claim.probability, claim.amount);
    let combined = |claim: &Costed| if claim.is_open { cheapest(claim) } else { claim.decided };
    let with_model = has_model(rows);
    let answered = if with_model { "as answered" } else { "rules only" };
    let ways = [
        way("approve all", rows, settings, |_| Decision::Approve),
        way(answered, rows, settings, |claim| claim.decided),
        way("model alone", rows, settings, cheapest),
        way("rules and model", rows, settings, combined),
    ];
    let [all, rules, _, _] = ways.each_ref().map(|way| way.cost_per_claim);
    ways.map(|way| WayCost {
        saved_per_claim: all - way.cost_per_claim,
        saved_against_rules: (!with_model).then_some(rules - way.cost_per_claim),
        ..way
    })
}

/// A way's figures, but for what it saves.
fn way(
    name: &'static str,
    rows: &[Row],
    settings: &CostSettings,
    decide: impl Fn(&Costed) -> Decision,
) -> WayCost {
    let mean = |of: &dyn Fn(Decision, &Row) -> Option<f64>| {
        let values = rows.iter().filter_map(|row| Some((of(decide(&row.0), row)?, row.2)));
        let (sum, weight) = values.fold((0.0, 0.0), |(sum, total), (value, weight)| {
            (f64::mul_add(value, weight, sum), total + weight)
        });
        if weight > 0.0 { sum / weight } else { 0.0 }
    };
    let is = |wanted: Decision, found: Decision| f64::from(u8::from(found == wanted));
    let share = |wanted| mean(&|found, _| Some(is(wanted, found)));
    let share_of = |fraud, wanted| mean(&|found, row| (row.1 == fraud).then(|| is(wanted, found)));
    let cost = mean(&|found, row| Some(settings.realised(found, row.1, row.0.amount)));
    WayCost {
        way: name,
        cost_per_claim: cost,
        saved_per_claim: 0.0,
        saved_against_rules: None,
        approved: share(Decision::Approve),
        reviewed: share(Decision::Review),
        rejected: share(Decision::Reject),
        frauds_paid: share_of(true, Decision::Approve),
        honest_refused: share_of(false, Decision::Reject),
    }
}

/// Points of the curve.
const POINTS: usize = 100;

/// Costs when ever more claims are reviewed, from the highest score down.
fn curve(mut rows: Vec<Row>, settings: &CostSettings) -> Vec<[f64; 2]> {
    rows.sort_by(|a, b| b.0.probability.total_cmp(&a.0.probability));
    let total = weight(&rows);
    let cost = |decision, row: &Row| row.2 * settings.realised(decision, row.1, row.0.amount);
    let mut sum: f64 = rows.iter().map(|row| cost(Decision::Approve, row)).sum();
    let mut reviewed = 0.0;
    let mut points = Vec::with_capacity(POINTS + 1);
    if total <= 0.0 {
        return points;
    }
    points.push([0.0, sum / total]);
    let step = rows.len().div_ceil(POINTS).max(1);
    for some in rows.chunks(step) {
        for row in some {
            sum += cost(Decision::Review, row) - cost(Decision::Approve, row);
            reviewed += row.2;
        }
        points.push([reviewed / total, sum / total]);
    }
    points
}
