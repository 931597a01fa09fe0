//! Playing scripts, and comparing what comes of it.

use std::collections::HashMap;

use proptest::test_runner::{Config, RngSeed};
use prost::Message;
use vouch::domain::Timestamp;
use vouch::engine::{Answer, Core, EngineError, Request};
use vouch::ledger::Record;
use vouch::wire::pb::v1;

use super::script::Script;
use super::world::World;

/// After every sample case: they happen in November 2026.
pub(super) const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

/// So many sequences, the same ones every time.
pub(super) fn sequences(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Config::default() }
}

/// What came of a request.
pub(super) type Answered = Result<Answer, EngineError>;

/// A script as it was played.
#[derive(Default)]
pub(super) struct Played {
    pub(super) requests: Vec<Request>,
    pub(super) answers: Vec<Answered>,
    /// Decision ids by request id.
    decisions: HashMap<String, String>,
}

/// Plays a script one request at a time.
pub(super) fn play(core: &mut Core, script: &Script, world: &World) -> Played {
    let mut played = Played::default();
    for request in script.opening(world) {
        played.ask(core, request);
    }
    for step in &script.steps {
        played.ask(core, step.request(world, &played.decisions));
    }
    played
}

impl Played {
    fn ask(&mut self, core: &mut Core, request: Request) {
        let answer = process(core, std::slice::from_ref(&request), NOW).remove(0);
        if let Ok(Answer::Scored(stored)) = &answer {
            let verdict = v1::Verdict::decode(stored.bytes.clone()).expect("verdicts decode");
            self.decisions.insert(verdict.request_id, verdict.decision_id);
        }
        self.requests.push(request);
        self.answers.push(answer);
    }
}

/// Works on requests together.
pub(super) fn process(core: &mut Core, requests: &[Request], now: Timestamp) -> Vec<Answered> {
    let answers = core.process(requests.to_vec(), now).expect("the storage does not fail");
    assert_eq!(answers.len(), requests.len(), "every request has an answer");
    answers
}

/// Cuts requests into batches of these sizes, over and over.
pub(super) fn batches<'a>(requests: &'a [Request], sizes: &[usize]) -> Vec<&'a [Request]> {
    let mut rest = requests;
    let mut batches = Vec::new();
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = sizes.next().expect("there are sizes");
        let (batch, behind) = rest.split_at((*size).clamp(1, rest.len()));
        batches.push(batch);
        rest = behind;
    }
    batches
}

/// The first of two sequences of records that differs.
pub(super) fn difference(one: &[Record], other: &[Record]) -> Option<String> {
    let ends = one.len().min(other.len());
    let differs = (0..ends).find(|at| one[*at] != other[*at]);
    let show = |records: &[Record], at: usize| match records.get(at) {
        None => "nothing".to_owned(),
        Some(record) => format!("{:?} {} {:?}", record.kind, record.id, verdict_of(record)),
    };
    let at = differs.or((one.len() != other.len()).then_some(ends))?;
    Some(format!("position {}:\n{}\n{}", at + 1, show(one, at), show(other, at)))
}

/// The first of two sequences of answers that differs.
pub(super) fn other_answer(
    requests: &[Request],
    one: &[Answered],
    other: &[Answered],
) -> Option<String> {
    let texts = |answers: &[Answered]| answers.iter().map(|a| format!("{a:?}")).collect::<Vec<_>>();
    let (one, other) = (texts(one), texts(other));
    let at = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at))?;
    Some(format!("{:?}:\n{:?}\n{:?}", requests.get(at), one.get(at), other.get(at)))
}

/// Requests in a few words each, for the message of a failed test.
pub(super) fn brief(batches: &[&[Request]]) -> String {
    let line = |request: &Request| match request {
        Request::Record { tenant, facts } => {
            let facts: Vec<&str> = facts.iter().map(|fact| fact.id.as_str()).collect();
            format!("  {tenant}: facts {}\n", facts.join(", "))
        }
        Request::Score { tenant, claim } => {
            let facts: Vec<&str> = claim.facts.iter().map(|fact| fact.id.as_str()).collect();
            format!(
                "  {tenant}: claim {} {} {} {} {} {} with {}\n",
                claim.request_id,
                claim.refund_id,
                claim.order_id,
                claim.account_id,
                claim.amount,
                claim.requested_at,
                facts.join(", "),
            )
        }
        Request::Find { tenant, key, .. } => format!("  {tenant}: find {key:?}\n"),
        Request::Findings { tenant, after, limit } => {
            format!("  {tenant}: {limit} findings behind {after}\n")
        }
    };
    let batch =
        |batch: &&[Request]| format!("batch\n{}", batch.iter().map(line).collect::<String>());
    batches.iter().map(batch).collect()
}

/// The decision, deciding reason and signals of a claim's record.
fn verdict_of(record: &Record) -> Option<String> {
    let entry = vouch::wire::decode_claim_entry(&record.body).ok()?;
    let verdict = v1::Verdict::decode(entry.verdict.as_slice()).ok()?;
    let reason = verdict.reasons.first().map(|reason| reason.code.clone());
    Some(format!(
        "{} {reason:?} {:?} {:?}",
        verdict.decision, verdict.approved_amount, entry.signals
    ))
}
