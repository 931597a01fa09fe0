//! The model's layer: expected costs, what bounds it, and what it says.

use std::sync::Arc;

use proptest::prelude::*;

use super::{
    ALL_GEO, Asked, MINIMAL, Scene, cny, int, plain, policy_with, problems_of, told, truth,
};
use crate::domain::{
    Contributions, Decision, Degradation, Layer, LayerOutcome, ModelFeatures, ModelScore, Verdict,
};
use crate::policy::{Policy, load};
use crate::signals::{SignalRow, SignalValue};

/// Costs and bounds of a model, for the end of the minimal policy. 30.00 CNY is approved below 22.2 % and rejected above
/// 92.3 %.
pub(super) const MODEL: &str = r#"
[costs]
review_minor = 600
review_miss_share = 0.1
insult_minor = 6000
insult_share = 0.5
dispute_minor = 300

[model]
approve_when = "order_known AND NOT device_missing"
reject_when = "order_known"
coverage_min = 0.2
approve_max_minor = 8000
degraded_approve_max_minor = 1000
tolerates = ["geo_asn_missing"]
customer = { approve = "paid", review = "wait", reject = "no" }
"#;

/// A model that may decide, and says only this.
pub(super) fn asked_by(probability: f64) -> Asked {
    let bounded = probability.clamp(1e-9, 1.0 - 1e-9);
    let log_odds = (bounded / (1.0 - bounded)).ln();
    let score = ModelScore {
        probability,
        log_odds,
        bias: log_odds,
        contributions: Contributions::default(),
    };
    Asked { score, calibrated: true, may_decide: true }
}

fn policy() -> Policy {
    policy_with(MODEL)
}

fn decide(probability: f64, row: &SignalRow) -> Verdict {
    Scene { model: Some(asked_by(probability)), ..Scene::default() }.decide(&policy(), row)
}

fn outcome(verdict: &Verdict) -> LayerOutcome {
    verdict.layers.iter().find(|finding| finding.layer == Layer::Model).unwrap().outcome
}

fn worth(minor: i64) -> SignalRow {
    plain(&[
        ("claim_amount_minor", int(minor)),
        ("claim_value_minor", int(minor)),
        ("order_refundable_minor", int(minor)),
    ])
}

#[test]
fn what_nothing_above_decided_the_model_decides_by_cost() {
    for (probability, expected) in [
        (0.01, "approve by model: model_expected_cost"),
        (0.21, "approve by model: model_expected_cost"),
        (0.23, "review by model: model_expected_cost"),
        (0.92, "review by model: model_expected_cost"),
        (0.93, "reject by model: model_expected_cost"),
    ] {
        let verdict = decide(probability, &plain(&[]));
        assert_eq!(told(&verdict), expected, "{probability}");
        assert_eq!(outcome(&verdict), LayerOutcome::Decided);
        assert_eq!(verdict.score, Some(probability));
    }
    assert_eq!(decide(0.01, &plain(&[])).approved, Some(cny(3_000)));
}

#[test]
fn the_verdict_states_what_each_decision_would_cost() {
    let verdict = decide(0.2, &plain(&[]));
    let costs = verdict.model.unwrap().costs.unwrap();
    // 0.2 * 30, 6 + 0.2 * 0.1 * 30, 0.8 * (60 + 15) + 3.
    assert_eq!((costs.approve, costs.review, costs.reject), (cny(600), cny(660), cny(6_300)));
    let text = &verdict.reasons[0].agent_text;
    assert!(
        text.en.contains("20.0 %; expected costs: approve 6.00 CNY, review 6.60 CNY"),
        "{text:?}"
    );
    assert!(text.zh.contains("滥用概率 20.0 %；预期成本：通过 6.00 CNY"), "{text:?}");
}

#[test]
fn whoever_stands_above_decides_and_the_model_is_told_aside() {
    let emulator = ("device_emulator", truth(true));
    let late = ("claim_within_window", truth(false));
    let twice = [
        ("charge_kind", SignalValue::Word("proven_duplicate")),
        ("charge_surplus_minor", int(2_000)),
    ];
    for (probability, signals, expected) in [
        (0.01, vec![emulator], "reject by rule: emulator, model_expected_cost"),
        (0.01, vec![late], "reject by eligibility: too-late, model_expected_cost"),
        (0.99, twice.to_vec(), "approve by proof: charged-twice, model_expected_cost"),
        (
            0.01,
            vec![("order_known", truth(false))],
            "review by guard: unknown-order, model_expected_cost",
        ),
    ] {
        let verdict = decide(probability, &plain(&signals));
        assert_eq!(told(&verdict), expected);
        assert_eq!(outcome(&verdict), LayerOutcome::Overruled);
        assert_eq!(verdict.score, Some(probability), "it is told all the same");
    }
}

#[test]
fn brakes_hold_its_approvals_too() {
    let off = MINIMAL.replace("enabled = true", "enabled = false");
    let (off, _) = load(&format!("{off}\n{MODEL}"), ALL_GEO).unwrap();
    let scene = Scene { model: Some(asked_by(0.01)), ..Scene::default() };
    let verdict = scene.decide(&off, &plain(&[]));
    assert_eq!(told(&verdict), "review by guard: auto_approve_off, model_expected_cost");
    assert_eq!(outcome(&verdict), LayerOutcome::Overruled);
    let spent = MINIMAL.replace("claims_per_hour = 0", "claims_per_hour = 1");
    let (spent, _) = load(&format!("{spent}\n{MODEL}"), ALL_GEO).unwrap();
    let mut scene = Scene { model: Some(asked_by(0.01)), ..Scene::default() };
    scene.approvals.add(scene.observed_at, cny(1));
    let verdict = scene.decide(&spent, &plain(&[]));
    assert_eq!(told(&verdict), "review by guard: auto_approve_budget_spent, model_expected_cost");
}

#[test]
fn an_amount_that_cannot_be_paid_is_not_approved_by_a_model_either() {
    let row = plain(&[("claim_amount_minor", int(0)), ("order_refundable_minor", int(0))]);
    let verdict = decide(0.001, &row);
    assert_eq!(told(&verdict), "review by guard: amount_not_comparable, model_expected_cost");
}

/// Decision, rule ids and the agent's English text of a verdict that was held back.
fn held(scene: &Scene, row: &SignalRow) -> (String, String) {
    let verdict = scene.decide(&policy(), row);
    (told(&verdict), verdict.reasons[0].agent_text.en.clone())
}

const HELD: &str = "review by model: model_held_back, model_expected_cost";

#[test]
fn it_decides_only_where_enough_is_known() {
    let approve = Scene { model: Some(asked_by(0.001)), ..Scene::default() };
    let reject = Scene { model: Some(asked_by(0.999)), ..Scene::default() };
    let (ids, text) = held(&approve, &plain(&[("device_missing", truth(true))]));
    assert_eq!(ids, HELD);
    assert!(text.contains("would approve, but model.approve_when"), "{text}");
    let mut unknown = plain(&[]);
    unknown[crate::signals::Catalogue::get().position("device_missing").unwrap()] = None;
    assert_eq!(held(&approve, &unknown).0, HELD, "unknown holds nothing");
    // Almost nothing is known.
    let scarce =
        super::row(&[("claim_value_minor", int(3_000)), ("claim_amount_minor", int(3_000))]);
    for scene in [&approve, &reject] {
        let (ids, text) = held(scene, &scarce);
        assert_eq!(ids, HELD);
        assert!(text.contains("of the signals are known, 20.0 % are needed"), "{text}");
    }
    let (ids, text) = held(&approve, &worth(8_001));
    assert_eq!(ids, HELD);
    assert!(text.contains("more than 80.00 CNY"), "{text}");
    assert_eq!(
        told(&approve.decide(&policy(), &worth(8_000))),
        "approve by model: model_expected_cost"
    );
}

#[test]
fn while_something_is_degraded_it_approves_little_and_rejects_nothing() {
    let degraded = |code: &str| vec![Degradation { code: code.into(), detail: String::new() }];
    let scene = |probability, code: &str| Scene {
        model: Some(asked_by(probability)),
        degraded: degraded(code),
        ..Scene::default()
    };
    let small = "approve by model: model_expected_cost";
    assert_eq!(held(&scene(0.001, "geo_city_missing"), &worth(1_000)).0, small);
    let (ids, text) = held(&scene(0.001, "geo_city_missing"), &worth(1_001));
    assert_eq!(ids, HELD);
    assert!(text.contains("degraded: geo_city_missing"), "{text}");
    assert_eq!(held(&scene(0.999, "geo_city_missing"), &worth(1_000)).0, HELD);
    assert_eq!(held(&scene(0.001, "geo_asn_missing"), &worth(1_001)).0, small, "it is tolerated");
}

#[test]
fn a_worth_that_is_unknown_leaves_it_to_the_fallback() {
    let mut row = plain(&[]);
    row[crate::signals::Catalogue::get().position("claim_value_minor").unwrap()] = None;
    let verdict = decide(0.001, &row);
    assert_eq!(told(&verdict), "review by fallback: rest");
    let finding = verdict.layers.iter().find(|finding| finding.layer == Layer::Model).unwrap();
    assert_eq!(finding.unjudged, ["model_expected_cost"]);
    assert_eq!(finding.outcome, LayerOutcome::Passed);
    assert_eq!(verdict.model.unwrap().costs, None);
}

#[test]
fn a_model_that_may_not_decide_is_shown_and_not_followed() {
    for (calibrated, costs) in [(true, true), (false, false)] {
        let asked = Asked { may_decide: false, calibrated, ..asked_by(0.999) };
        let scene = Scene { model: Some(asked), ..Scene::default() };
        let verdict = scene.decide(&policy(), &plain(&[]));
        assert_eq!(told(&verdict), "approve by fallback: small");
        assert_eq!((outcome(&verdict), verdict.score), (LayerOutcome::Absent, None));
        let model = verdict.model.unwrap();
        assert_eq!((model.calibrated, model.costs.is_some()), (calibrated, costs));
    }
    let scene = Scene { model: Some(asked_by(0.999)), ..Scene::default() };
    let verdict = scene.decide(&policy_with(""), &plain(&[]));
    assert_eq!(told(&verdict), "approve by fallback: small", "no costs, no decision");
}

fn contributions() -> Contributions {
    let parts = [
        ("ratio", "account", 1.5),
        ("new", "device", -0.25),
        ("age", "account", -0.5),
        ("orders", "account", 0.25),
        ("spend", "account", 0.125),
        ("km", "ip / geo", 2.0),
        ("hour", "claim", 0.0625),
        ("mixed", "account x device", -4.0),
    ];
    let features = parts.map(|(feature, group, _)| (feature.into(), group.into()));
    let log_odds = parts.map(|(_, _, log_odds)| log_odds).to_vec();
    Contributions::new(Arc::new(ModelFeatures::new(features)), log_odds)
}

#[test]
fn contributions_become_reasons_by_group_and_add_up() {
    let mut asked = asked_by(0.5);
    asked.score.contributions = contributions();
    asked.score.bias = 1.0;
    asked.score.log_odds = 1.0 + contributions().log_odds().iter().sum::<f64>();
    let log_odds = asked.score.log_odds;
    let scene = Scene { model: Some(asked), ..Scene::default() };
    let verdict = scene.decide(&policy(), &plain(&[]));
    assert_eq!(
        told(&verdict),
        "review by model: model_expected_cost, model_other, model_ip_geo, model_account"
    );
    let account = &verdict.reasons[3];
    assert_eq!(account.direction, Decision::Reject);
    assert_eq!(
        account.agent_text.en,
        "the account's history: +1.38 log-odds (ratio +1.50, age -0.50, orders +0.25)"
    );
    assert_eq!(verdict.reasons[1].direction, Decision::Approve);
    let model = verdict.model.unwrap();
    let sum: f64 = model.groups.iter().map(|group| group.log_odds).sum();
    assert!((model.bias + sum - log_odds).abs() < 1e-12);
    assert_eq!(model.groups.len(), 5, "also those that are no reasons");
}

/// As sorting them all would.
#[test]
fn of_each_group_the_weightiest_features_are_told() {
    let weights = [0.5, -2.0, 0.0, 2.0, -0.5, 0.25, 2.0, -1.0];
    let mut asked = asked_by(0.5);
    let features = (0..weights.len()).map(|place| (format!("f{place}").into(), "account".into()));
    let features = Arc::new(ModelFeatures::new(features));
    asked.score.contributions = Contributions::new(features, weights.to_vec());
    let scene = Scene { model: Some(asked), ..Scene::default() };
    let [group] = &scene.decide(&policy(), &plain(&[])).model.unwrap().groups[..] else { panic!() };
    let told: Vec<&str> = group.features.iter().map(|part| &*part.feature).collect();
    assert_eq!(told, ["f1", "f3", "f6"]);
    assert!((group.log_odds - weights.iter().sum::<f64>()).abs() < 1e-12);
}

#[test]
fn the_buyer_reads_what_fits_the_decision_and_nothing_of_the_model() {
    for (probability, text) in
        [(0.01, "It is paid."), (0.5, "Please wait."), (0.99, "Not this time.")]
    {
        let mut asked = asked_by(probability);
        asked.score.contributions = contributions();
        let scene = Scene { model: Some(asked), ..Scene::default() };
        let verdict = scene.decide(&policy(), &plain(&[]));
        assert!(verdict.reasons.len() > 1);
        assert!(verdict.reasons.iter().all(|reason| reason.customer_text.en == text));
    }
}

#[test]
fn an_analyst_may_say_it_in_other_words() {
    let words = "[model.reason]\naccount = { zh = \"账户 {account_age_d}\", en = \"account of {account_age_d} d\" }\n";
    let mut asked = asked_by(0.5);
    asked.score.contributions = contributions();
    let scene = Scene { model: Some(asked), ..Scene::default() };
    let verdict = scene.decide(&policy_with(&format!("{MODEL}\n{words}")), &plain(&[]));
    assert!(verdict.reasons[3].agent_text.en.starts_with("account of 10 d: +1.38"));
}

proptest! {
    /// Where nothing is held back, the decision is the cheapest of those that the verdict states.
    #[test]
    fn the_cheapest_is_chosen(probability in 0.0..=1.0, worth_minor in 1_i64..=8_000) {
        let verdict = decide(probability, &worth(worth_minor));
        prop_assert_eq!(verdict.decided_by, Layer::Model);
        let costs = verdict.model.unwrap().costs.unwrap();
        let of = |decision| match decision {
            Decision::Approve => costs.approve,
            Decision::Review => costs.review,
            Decision::Reject => costs.reject,
        };
        let chosen = of(verdict.decision).amount_minor;
        prop_assert!(Decision::ALL.iter().all(|other| chosen <= of(*other).amount_minor));
    }

    #[test]
    fn what_the_model_approves_can_be_paid(
        probability in 0.0..=1.0, asked_minor in 1_i64..=8_000, paid_minor in 1_i64..=8_000,
    ) {
        let mut scene = Scene { model: Some(asked_by(probability)), ..Scene::default() };
        scene.order.captures[0].amount = cny(paid_minor);
        let verdict = scene.decide(&policy(), &worth(asked_minor));
        if let Some(approved) = verdict.approved {
            prop_assert!(approved.amount_minor <= asked_minor.min(paid_minor));
        }
    }
}

/// The problems of the minimal policy with this at its end.
fn problem(from: &str, to: &str) -> String {
    assert!(MODEL.contains(from), "{from}");
    let source = format!("{MINIMAL}\n{}", MODEL.replacen(from, to, 1));
    let told: Vec<String> = problems_of(&source).iter().map(ToString::to_string).collect();
    told.join("\n")
}

#[test]
fn mistakes_are_told_with_what_to_change() {
    assert_eq!(problems_of(&format!("{MINIMAL}\n{MODEL}")), []);
    for (from, to, expected) in [
        ("review_minor = 600", "review_minor = 0", "costs.review_minor is 0; give 1 to"),
        ("miss_share = 0.1", "miss_share = 1.0", "give a share of 0 to 0.99"),
        ("insult_share = 0.5", "insult_share = -0.5", "costs.insult_share is -0.5"),
        ("dispute_minor = 300\n", "", "`dispute_minor` is missing"),
        ("dispute_minor", "disputes_minor", "there is no key `disputes_minor`"),
        ("coverage_min = 0.2", "coverage_min = 20.0", "model.coverage_min is 20"),
        ("\"order_known\"", "\"order_know\"", "order_know"),
        ("\"order_known\"", "\"order_known AND NOT order_known\"", "can never hold"),
        (
            "approve = \"paid\"",
            "approve = \"payed\"",
            "there is no customer text `payed`; did you mean `paid`?",
        ),
        ("approve = \"paid\"", "approve = \"no\"", "is told of approve and of reject"),
    ] {
        let told = problem(from, to);
        assert!(told.contains(expected), "{to}: {told}");
    }
    let free = MODEL.replace("insult_minor = 6000", "insult_minor = 0");
    let free = free.replace("insult_share = 0.5", "insult_share = 0.0");
    let told = problems_of(&format!("{MINIMAL}\n{free}"));
    assert!(told[0].message.contains("costs nothing"), "{told:?}");
}

#[test]
fn costs_and_bounds_come_together() {
    let (costs, model) = MODEL.split_at(MODEL.find("[model]").unwrap());
    for (part, missing) in [(costs, "no [model]"), (model, "no [costs]")] {
        let told = problems_of(&format!("{MINIMAL}\n{part}"));
        assert!(told[0].message.contains(missing), "{told:?}");
    }
    assert!(policy_with("").model.is_none());
}

#[test]
fn a_condition_that_nothing_feeds_is_warned_of() {
    let source = MODEL.replace("order_known AND NOT device_missing", "NOT ip_is_vpn");
    let source = format!("{MINIMAL}\n{source}");
    assert_eq!(problems_of(&source), []);
    let (_, warnings) = load(&source, crate::geo::Available::default()).unwrap();
    let [warning] = warnings.as_slice() else { panic!("{warnings:#?}") };
    assert!(warning.message.contains("nothing feeds `ip_is_vpn`"), "{warning}");
}

#[test]
fn false_forbids() {
    let never = MODEL.replace("reject_when = \"order_known\"", "reject_when = \"FALSE\"");
    let scene = Scene { model: Some(asked_by(0.999)), ..Scene::default() };
    let verdict = scene.decide(&policy_with(&never), &plain(&[]));
    assert_eq!(told(&verdict), HELD);
}
