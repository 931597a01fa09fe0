//! A model that judges, others beside it, and both of them replaced while the engine works.

use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use vouch::clock::ManualClock;
use vouch::domain::{DAY_MS, Decision, Layer, RequestId};
use vouch::engine::{Answer, DecisionKey, Request, Setup, start};
use vouch::ledger::{Record, RecordKind};
use vouch::store::MemoryStore;
use vouch::wire::pb::v1;
use vouch::wire::{WireEnum, decode_claim_entry};

use super::run::{NOW, batches, brief, difference, play, process, sequences};
use super::script::script;
use super::world::{CASES, World};
use crate::scorer::{Logistic, with_models};
use crate::support::{
    SharedLedger, ask, limits, record, score, setup, shared_setup, tenant, verdict,
};

/// Everything that the sample cases tell, then everything that they claim.
static ALL: LazyLock<Vec<Request>> = LazyLock::new(|| {
    let copies = CASES.iter().enumerate();
    let worlds: Vec<World> =
        copies.map(|(n, (name, _))| World::copy(name, &format!("m{n}"))).collect();
    let facts = worlds.iter().flat_map(|world| world.facts.chunks(100).map(<[_]>::to_vec));
    let facts: Vec<Request> = facts.map(record).collect();
    facts
        .into_iter()
        .chain(worlds.iter().flat_map(|w| w.claims.iter().cloned().map(score)))
        .collect()
});

fn judged_by(champion: Logistic, challengers: &[Logistic]) -> Arc<Setup> {
    Arc::new(with_models(setup(), champion, challengers))
}

/// The verdicts of all sample claims, and the ledger.
fn verdicts(setup: &Arc<Setup>, batch: usize) -> (Vec<v1::Verdict>, Vec<Record>) {
    let ledger = SharedLedger::default();
    let mut core = ledger.open(Arc::clone(setup), NOW);
    let answers: Vec<_> =
        ALL.chunks(batch).flat_map(|some| process(&mut core, some, NOW)).collect();
    let scored = answers.into_iter().filter(|answer| matches!(answer, Ok(Answer::Scored(_))));
    (scored.map(verdict).collect(), ledger.records())
}

fn layer(verdict: &v1::Verdict) -> Layer {
    Layer::from_number(verdict.decided_by).unwrap()
}

fn codes(verdict: &v1::Verdict) -> Vec<&str> {
    verdict.degraded.iter().map(|degraded| degraded.code.as_str()).collect()
}

#[test]
fn what_the_fallback_decided_the_model_decides() {
    let (by_rules, _) = verdicts(&shared_setup(), 64);
    let (by_model, _) = verdicts(&judged_by(Logistic::new("v1", -3.0), &[]), 64);
    let mut decided = 0;
    for (rules, model) in by_rules.iter().zip(&by_model) {
        assert_eq!(rules.request_id, model.request_id);
        assert!(codes(rules).contains(&"rules_only") && !codes(model).contains(&"rules_only"));
        let told = model.model.as_ref().expect("the model says something of every claim");
        let sum: f64 = told.contributions.iter().map(|group| group.log_odds).sum();
        assert!((told.bias + sum - told.log_odds).abs() < 1e-9);
        assert_eq!(model.score, Some(told.score));
        assert_eq!(model.versions.as_ref().unwrap().model_sha256(), hex::encode(sha(b"v1")));
        // A second claim on an order sees what became of the first.
        if !model.request_id.ends_with("-1") {
            continue;
        }
        if layer(rules) == Layer::Fallback {
            assert_eq!(layer(model), Layer::Model, "{}", model.request_id);
            decided += 1;
        } else {
            let told = |v: &v1::Verdict| (v.decided_by, v.decision, v.approved_amount.clone());
            assert_eq!(told(model), told(rules), "{}", model.request_id);
        }
    }
    assert!(decided >= 10, "only {decided} sample claims come to the model");
}

fn sha(version: &[u8]) -> [u8; 32] {
    let mut sha256 = [0; 32];
    sha256[..version.len()].copy_from_slice(version);
    sha256
}

#[test]
fn a_model_that_fails_stops_nothing_and_spoils_no_neighbour() {
    let failing = Logistic { fails_on: Some("device_is_new"), ..Logistic::new("v1", -3.0) };
    let setup = judged_by(failing, &[]);
    let (together, records) = verdicts(&setup, 512);
    let (alone, records_alone) = verdicts(&setup, 1);
    assert_eq!(together, alone);
    assert_eq!(difference(&records, &records_alone), None);
    let (by_rules, _) = verdicts(&shared_setup(), 512);
    let (sound, _) = verdicts(&judged_by(Logistic::new("v1", -3.0), &[]), 512);
    let failed: Vec<bool> = together.iter().map(|v| codes(v).contains(&"model_failed")).collect();
    assert!(failed.iter().any(|failed| *failed) && failed.iter().any(|failed| !failed));
    for (n, verdict) in together.iter().enumerate() {
        if failed[n] {
            assert_eq!((&verdict.model, verdict.score), (&None, None));
            assert_eq!(layer(verdict), layer(&by_rules[n]), "rules go on");
        } else {
            assert_eq!(verdict.decision, sound[n].decision);
        }
    }
}

#[test]
fn a_model_that_cannot_be_trusted_is_shown_and_not_followed() {
    let rank = Logistic { calibrated: false, ..Logistic::new("v1", 9.0) };
    let until = NOW.plus_ms(-121 * DAY_MS);
    let old = Logistic { trained_until: until, ..Logistic::new("v1", 9.0) };
    let (by_rules, _) = verdicts(&shared_setup(), 512);
    for (model, code) in [(rank, "model_uncalibrated"), (old, "model_stale")] {
        let (told, _) = verdicts(&judged_by(model, &[]), 512);
        for (verdict, rules) in told.iter().zip(&by_rules) {
            assert_eq!(codes(verdict)[0], code);
            assert_eq!((verdict.decision, layer(verdict)), (rules.decision, layer(rules)));
            assert_eq!(verdict.score, None);
            assert!(verdict.model.is_some());
        }
    }
}

fn challengers(records: &[Record]) -> Vec<Vec<vouch::domain::ChallengerVerdict>> {
    let claims = records.iter().filter(|record| record.kind == RecordKind::Claim);
    claims.map(|record| decode_claim_entry(&record.body).unwrap().challengers).collect()
}

#[test]
fn challengers_are_recorded_and_change_nothing() {
    let champion = Logistic::new("v1", -3.0);
    let strict = Logistic::new("v2", 6.0);
    let failing = Logistic { fails_on: Some("order_known"), ..Logistic::new("v3", 0.0) };
    let (alone, _) = verdicts(&judged_by(champion.clone(), &[]), 64);
    let beside = judged_by(champion, &[strict.clone(), failing]);
    let (answered, records) = verdicts(&beside, 64);
    assert_eq!(alone, answered, "what is answered does not show them");
    let (as_champion, _) = verdicts(&judged_by(strict, &[]), 64);
    let mut differs = 0;
    for ((recorded, answered), other) in
        challengers(&records).iter().zip(&answered).zip(&as_champion)
    {
        let [strict, failing] = recorded.as_slice() else { panic!("{recorded:?}") };
        assert_eq!((strict.name.as_str(), strict.version.as_str()), ("logistic", "v2"));
        assert_eq!(strict.sha256, hex::encode(sha(b"v2")));
        assert_eq!(strict.score, other.model.as_ref().map(|model| model.score));
        // State follows the champion's decisions: where they differ on an order, later claims on it do too.
        if answered.decision == other.decision {
            assert_eq!(Some(strict.decision), Decision::from_number(other.decision));
        } else {
            differs += 1;
        }
        assert!(failing.score.is_none() || failing.version == "v3");
    }
    assert!(differs > 0, "a stricter model decides otherwise");
    let first = RequestId::parse(&answered[0].request_id).unwrap();
    let mut core = SharedLedger::default().open(Arc::clone(&beside), NOW);
    process(&mut core, &ALL, NOW);
    let find =
        Request::Find { tenant: tenant(), key: DecisionKey::Request(first), with_facts: false };
    match ask(&mut core, find, NOW) {
        Ok(Answer::Found(Some(found))) => assert_eq!(found.challengers, challengers(&records)[0]),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(sequences(60))]

    #[test]
    fn batches_and_replays_give_the_same_with_models(
        script in script(24), sizes in vec(1..40_usize, 1..6),
    ) {
        let failing = Logistic { fails_on: Some("device_is_new"), ..Logistic::new("v2", 1.0) };
        let setup = judged_by(Logistic::new("v1", -2.0), &[failing]);
        let alone = SharedLedger::default();
        let played = play(&mut alone.open(Arc::clone(&setup), NOW), &script, &script.world());
        let together = SharedLedger::default();
        let mut core = together.open(Arc::clone(&setup), NOW);
        let batches = batches(&played.requests, &sizes);
        for batch in &batches {
            process(&mut core, batch, NOW);
        }
        let differs = difference(&alone.records(), &together.records());
        prop_assert_eq!(differs, None, "{}", brief(&batches));
    }
}

/// Everything that a verdict says of what judged it: the version of the model in three places, and the policy.
fn judged_with(verdict: &v1::Verdict) -> (String, String, String, u32) {
    let versions = verdict.versions.as_ref().unwrap();
    let model = verdict.model.as_ref().unwrap();
    let used = verdict.coverage.as_ref().unwrap().signals_used;
    (
        versions.policy_sha256.clone(),
        versions.model_sha256().to_owned(),
        model.version.clone(),
        used,
    )
}

/// A policy that reads one more signal than the shipped one, and a model of another version.
fn other_setup() -> Setup {
    let more = "\n[[rule]]\nid = \"another\"\nwhen = \"claim_local_hour > 100\"\nthen = \"review\"\nreason = \"refund_ratio\"\n";
    let source = format!("{}{more}", vouch::policy::SHIPPED);
    let mut setup = with_models(setup(), Logistic::new("v2", -2.0), &[]);
    let (policy, _) = vouch::policy::load(&source, setup.geo.available()).unwrap();
    setup.versions.policy_sha256 = hex::encode(policy.sha256);
    setup.policy = policy;
    setup
}

#[test]
fn what_judges_is_replaced_under_load_and_nobody_notices() {
    const CALLERS: usize = 8;
    const CLAIMS: usize = 30;
    let setups = [judged_by(Logistic::new("v1", -3.0), &[]), Arc::new(other_setup())];
    let store = Box::new(MemoryStore::default());
    let ledger = Box::new(SharedLedger::default());
    let core = vouch::engine::Core::open(Arc::clone(&setups[0]), ledger, store, NOW).unwrap();
    let limits = limits(2 * CALLERS, 4);
    let (handle, thread) = start(core, Arc::new(ManualClock::new(NOW)), limits).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let (seen, reloads) = runtime.block_on(async {
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let handle = handle.clone();
            callers.spawn(async move {
                let mut seen = Vec::new();
                for n in 0..CLAIMS {
                    let world = World::copy("channel-app", &format!("r{caller}-{n}"));
                    handle.ask(record(world.facts)).await.unwrap();
                    let answer = handle.ask(score(world.claims[0].clone())).await;
                    seen.push(judged_with(&verdict(answer)));
                }
                seen
            });
        }
        let (mut seen, mut reloads) = (Vec::new(), 0_usize);
        while !callers.is_empty() {
            tokio::select! {
                Some(ended) = callers.join_next() => seen.extend(ended.unwrap()),
                () = tokio::time::sleep(std::time::Duration::from_millis(2)) => {
                    reloads += 1;
                    handle.adopt(Arc::clone(&setups[reloads % 2])).await.unwrap();
                }
            }
        }
        (seen, reloads)
    });
    assert_eq!(seen.len(), CALLERS * CLAIMS, "every claim was answered");
    let set = |setup: &Setup, version: &str| {
        let used = u32::try_from(setup.policy.signals_read().len()).unwrap();
        let model = setup.versions.model_sha256.clone().unwrap();
        (setup.versions.policy_sha256.clone(), model, version.to_owned(), used)
    };
    let sets = [set(&setups[0], "v1"), set(&setups[1], "v2")];
    assert_ne!(sets[0].3, sets[1].3);
    assert!(
        seen.iter().all(|judged| sets.contains(judged)),
        "each verdict has one set of versions"
    );
    assert!(reloads >= 2, "only {reloads} reloads");
    assert!(sets.iter().all(|set| seen.contains(set)), "both were at work");
    thread.drain();
    drop(handle);
    thread.join().unwrap();
}

#[test]
fn what_waited_in_front_of_a_reload_is_answered_with_what_was_at_work() {
    let ledger = SharedLedger::default();
    let mut core = ledger.open(judged_by(Logistic::new("v1", -3.0), &[]), NOW);
    let World { facts, claims } = World::copy("channel-app", "before");
    process(&mut core, &[record(facts)], NOW);
    let first = verdict(ask(&mut core, score(claims[0].clone()), NOW));
    core.adopt(judged_by(Logistic::new("v2", 6.0), &[]));
    let again = verdict(ask(&mut core, score(claims[0].clone()), NOW));
    assert_eq!(first, again, "a repeated request gets the first answer, whatever judges now");
    let World { facts, claims } = World::copy("channel-app", "behind");
    process(&mut core, &[record(facts)], NOW);
    let behind = verdict(ask(&mut core, score(claims[0].clone()), NOW));
    assert_eq!(behind.model.unwrap().version, "v2");
    assert_ne!(behind.decision, first.decision);
    // Rolled back.
    core.adopt(judged_by(Logistic::new("v1", -3.0), &[]));
    let World { facts, claims } = World::copy("channel-app", "back");
    process(&mut core, &[record(facts)], NOW);
    let back = verdict(ask(&mut core, score(claims[0].clone()), NOW));
    assert_eq!((back.decision, back.decided_by), (first.decision, first.decided_by));
}
