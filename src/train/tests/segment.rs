//! What segments cost, taken together, is what all claims cost.

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use proptest::prelude::*;

use super::super::cost::{CostFigures, Costed, SegmentCost, costs};
use super::super::history::History;
use super::super::label::Label;
use super::super::segment::{Scored, SegmentFigures, Segments};
use super::super::settings::Settings;
use super::super::split::Example;
use crate::domain::{Decision, HOUR_MS, Timestamp};
use crate::models::Labels;

/// A claim, and what is known of it.
#[derive(Debug, Clone)]
struct Claim {
    hour: i64,
    goods: Option<&'static str>,
    age_d: Option<f64>,
    country: Option<&'static str>,
    costed: Option<Costed>,
    probability: f64,
    fraud: bool,
    weight: f64,
}

fn costed() -> impl Strategy<Value = Costed> {
    let decisions = [Decision::Approve, Decision::Review, Decision::Reject];
    // Who decided: a rule, the fallback, a model.
    let who = prop::sample::select(vec![(false, false), (true, false), (true, true)]);
    let claim = (1.0..1e6_f64, prop::sample::select(decisions.to_vec()), who, 0.0..1.0_f64);
    claim.prop_map(|(amount, decided, (is_open, by_model), probability)| Costed {
        amount,
        decided,
        is_open,
        by_model,
        probability,
    })
}

/// Claims of a few days, rarely one that a model decided, so that often rules alone can be compared with.
fn claims() -> impl Strategy<Value = Vec<Claim>> {
    let word = |words: &[&'static str]| prop::option::of(prop::sample::select(words.to_vec()));
    let claim = (
        0..2_000_i64,
        word(&["key", "top_up"]),
        prop::option::of(0.0..60.0_f64),
        word(&["CN", "DE", "US", "JP"]),
        prop::option::weighted(0.8, costed()),
        0.0..1.0_f64,
        any::<bool>(),
        prop::sample::select(vec![1.0, 10.0, 3.3]),
    );
    let claim = claim.prop_map(|of| {
        let (hour, goods, age_d, country, costed, probability, fraud, weight) = of;
        Claim { hour, goods, age_d, country, costed, probability, fraud, weight }
    });
    (prop::collection::vec(claim, 1..40), prop::bool::weighted(0.3)).prop_map(
        |(mut claims, with_model)| {
            for costed in claims.iter_mut().filter_map(|claim| claim.costed.as_mut()) {
                costed.by_model &= with_model;
            }
            claims
        },
    )
}

/// The figures by segment and by day, and those of all.
fn figures(claims: &[Claim], is_calibrated: bool) -> (Vec<SegmentFigures>, CostFigures) {
    let start = Timestamp::from_ms(1_772_409_600_000);
    let mut claims = claims.to_vec();
    claims.sort_by_key(|claim| claim.hour);
    let at = |claim: &Claim| (start.plus_ms(claim.hour * HOUR_MS), Vec::new());
    let history = History::of_refunds(claims.iter().map(at).collect());
    let refunds = history.between(start, history.last_at().plus_ms(1));
    assert_eq!(refunds.len(), claims.len());
    let example = |(refund, claim): (_, &Claim)| Example {
        refund,
        label: Label { fraud: claim.fraud, weight: claim.weight, effective_at: start },
    };
    let examples: Vec<Example<'_>> = refunds.iter().zip(&claims).map(example).collect();
    let goods: Vec<_> = claims.iter().map(|claim| claim.goods).collect();
    let ages: Vec<_> = claims.iter().map(|claim| claim.age_d).collect();
    let countries: Vec<_> = claims.iter().map(|claim| claim.country).collect();
    let table = DataFrame::new(
        claims.len(),
        vec![
            Series::new("sku_class".into(), goods).into_column(),
            Series::new("account_age_d".into(), ages).into_column(),
            Series::new("ip_country".into(), countries).into_column(),
        ],
    );
    let table = table.unwrap();
    let weights = claims.iter().map(|claim| claim.weight).collect();
    let labels = Labels::weighted(claims.iter().map(|claim| claim.fraud).collect(), weights);
    let labels = labels.unwrap();
    let probabilities: Vec<f64> = claims.iter().map(|claim| claim.probability).collect();
    let costed: Vec<Option<Costed>> = claims.iter().map(|claim| claim.costed).collect();
    let mut settings = Settings::default();
    settings.report.countries_max = 2;
    let (examples, table, labels, probabilities) = (&examples, &table, &labels, &probabilities);
    let scored = Scored { examples, table, labels, probabilities };
    let given = is_calibrated.then_some(costed.as_slice());
    let segments = Segments { scored: &scored, costed: given, settings: &settings };
    let mut all = segments.by_kind().unwrap();
    all.extend(segments.by_day(start).unwrap());
    (all, costs(&costed, labels, &settings.costs))
}

/// The sum over segments, each mean by its weight.
fn sum(costs: &[&SegmentCost], figure: impl Fn(&SegmentCost) -> f64) -> f64 {
    costs.iter().map(|cost| cost.weight * figure(cost)).sum()
}

proptest! {
    #[test]
    fn segments_of_a_kind_make_up_the_whole(claims in claims()) {
        let (segments, all) = figures(&claims, true);
        let whole = all.whole();
        for kind in ["goods", "account", "country", "day"] {
            let own: Vec<_> = segments.iter().filter(|own| own.kind == kind).collect();
            prop_assert_eq!(own.iter().map(|own| own.claims).sum::<u64>(), claims.len() as u64);
            for one in &own {
                let known = one.cost.as_ref().is_some_and(|cost| cost.rules_only.is_some());
                prop_assert_eq!(one.cost_lacks.is_none(), known, "a dash is explained: {:?}", one);
            }
            let costs: Vec<&SegmentCost> = own.iter().filter_map(|own| own.cost.as_ref()).collect();
            prop_assert_eq!(costs.iter().map(|cost| cost.claims).sum::<u64>(), all.claims);
            let Some(whole) = &whole else {
                prop_assert!(costs.is_empty());
                continue;
            };
            let weight = whole.weight;
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * weight;
            prop_assert!(near(sum(&costs, |_| 1.0), weight));
            prop_assert!(near(sum(&costs, |own| own.approve_all), weight * whole.approve_all));
            prop_assert!(near(sum(&costs, |own| own.rules_and_model), weight * whole.rules_and_model));
            prop_assert!(near(sum(&costs, |own| own.saved_per_claim), weight * whole.saved_per_claim));
            // What rules alone would have cost is known of all where it is known of each segment.
            let rules: Option<Vec<f64>> = costs.iter().map(|own| Some(own.weight * own.rules_only?)).collect();
            let saved: Option<Vec<f64>> =
                costs.iter().map(|own| Some(own.weight * own.saved_against_rules?)).collect();
            prop_assert_eq!(rules.is_some(), whole.rules_only.is_some());
            for (parts, of_all) in [(rules, whole.rules_only), (saved, whole.saved_against_rules)] {
                if let (Some(parts), Some(of_all)) = (parts, of_all) {
                    prop_assert!(near(parts.iter().sum(), weight * of_all));
                }
            }
        }
    }
}

/// A rank decides nothing, so that nothing is saved by it, and this is said.
#[test]
fn scores_that_are_no_probabilities_save_nothing() {
    let claim = |hour| Claim {
        hour,
        goods: Some("key"),
        age_d: None,
        country: None,
        costed: None,
        probability: 0.5,
        fraud: hour == 1,
        weight: 1.0,
    };
    let (segments, _) = figures(&[claim(0), claim(1)], false);
    assert_eq!(segments.len(), 4);
    for own in segments {
        assert!(
            own.cost.is_none() && own.cost_lacks.unwrap().contains("no probability"),
            "{own:?}"
        );
    }
}
