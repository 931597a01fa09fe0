//! The engine on its thread, with many callers.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use prost::Message;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use vouch::clock::ManualClock;
use vouch::engine::{
    Answer, Core, EngineError, EngineHandle, EngineThread, QueueLimits, Request, start,
};
use vouch::ledger::{Ledger, RecordKind};
use vouch::store::MemoryStore;
use vouch::wire::pb::v1;

use super::hooked::{Gate, HookedLedger, begin};
use super::run::{Answered, NOW};
use super::world::World;
use crate::support::{SharedLedger, limits, record, score, shared_setup};

/// An engine on its thread.
pub(super) fn run(
    ledger: impl Ledger + 'static,
    limits: QueueLimits,
) -> (EngineHandle, EngineThread) {
    let (ledger, store) = (Box::new(ledger), Box::new(MemoryStore::default()));
    let core = Core::open(shared_setup(), ledger, store, NOW).unwrap();
    start(core, Arc::new(ManualClock::new(NOW)), limits).unwrap()
}

/// An engine that waits at a gate before every append, and its ledger.
pub(super) fn gated(waiting_max: usize) -> (EngineHandle, EngineThread, Gate, SharedLedger) {
    let (gate, hook) = Gate::new();
    let ledger = SharedLedger::default();
    let hooked = HookedLedger::new(ledger.clone(), hook);
    let (handle, thread) = run(hooked, limits(waiting_max, 64));
    (handle, thread, gate, ledger)
}

/// Asks to record one fact of its own.
pub(super) type Asked = Pin<Box<dyn Future<Output = Answered>>>;

pub(super) fn tell(handle: &EngineHandle, label: &str) -> Asked {
    let handle = handle.clone();
    let facts = World::copy("channel-app", label).facts;
    Box::pin(async move { handle.ask(record(vec![facts[0].clone()])).await })
}

pub(super) fn wait(asked: Asked) -> Answered {
    Builder::new_current_thread().build().unwrap().block_on(asked)
}

/// Whether the fact of [`tell`] is in the ledger.
pub(super) fn is_told(ledger: &SharedLedger, label: &str) -> bool {
    let id = World::copy("channel-app", label).facts[0].id.clone();
    ledger.records().iter().any(|record| record.id == id.as_str())
}

#[test]
fn each_caller_gets_its_own_answer() {
    const CALLERS: usize = 24;
    const CLAIMS: usize = 6;
    let runtime = Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let ledger = SharedLedger::default();
    let limits = limits(CALLERS, 8);
    let (handle, thread) = run(ledger.clone(), limits);
    let call = |handle: EngineHandle, caller: usize| async move {
        for n in 0..CLAIMS {
            let World { facts, claims } = World::copy("channel-app", &format!("c{caller}-{n}"));
            let told = handle.ask(record(facts.clone())).await.unwrap();
            let Answer::Recorded(receipts) = told else { panic!("{told:?}") };
            assert_eq!(receipts.len(), facts.len());
            assert!(receipts.iter().all(|receipt| !receipt.duplicate));

            let scored = handle.ask(score(claims[0].clone())).await.unwrap();
            let Answer::Scored(stored) = scored else { panic!("{scored:?}") };
            let verdict = v1::Verdict::decode(stored.bytes).unwrap();
            assert_eq!(verdict.request_id, claims[0].request_id.as_str());
            assert_eq!(verdict.refund_id, claims[0].refund_id.as_str());
            assert!(verdict.ledger_position > receipts[0].position, "its facts stand before it");
        }
    };
    runtime.block_on(async {
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            callers.spawn(call(handle.clone(), caller));
        }
        while let Some(called) = callers.join_next().await {
            called.expect("no caller is disappointed");
        }
    });
    drop(handle);
    assert_eq!(thread.join(), Ok(()));
    let facts = World::copy("channel-app", "any").facts.len();
    // Copies are so many that some share a key: what is noticed of it comes on top.
    let records = ledger.records();
    let told = records.iter().filter(|record| record.kind != RecordKind::Finding);
    assert_eq!(told.count(), 1 + CALLERS * CLAIMS * (facts + 1));
}

#[test]
fn callers_who_ask_the_same_get_the_same_bytes() {
    const CALLERS: usize = 32;
    let runtime = Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let (handle, thread) = run(SharedLedger::default(), limits(CALLERS, 5));
    let mut claim = World::copy("channel-app", "same").claims.remove(0);
    claim.facts = World::copy("channel-app", "same").facts;
    let (first, bytes) = runtime.block_on(async {
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (handle, request) = (handle.clone(), score(claim.clone()));
            callers.spawn(async move { handle.ask(request).await.unwrap() });
        }
        let (mut first, mut bytes) = (0, BTreeSet::new());
        while let Some(Ok(Answer::Scored(stored))) = callers.join_next().await {
            first += usize::from(!stored.repeated);
            bytes.insert(stored.bytes);
        }
        (first, bytes)
    });
    assert_eq!((first, bytes.len()), (1, 1), "decided once");
    drop(handle);
    assert_eq!(thread.join(), Ok(()));
}

#[test]
fn a_full_queue_refuses_and_the_others_are_answered() {
    let (handle, thread, gate, ledger) = gated(2);
    let mut at_work = tell(&handle, "at-work");
    assert!(begin(&mut at_work).is_pending());
    gate.reached();
    let mut waiting = [tell(&handle, "w1"), tell(&handle, "w2")];
    assert!(waiting.iter_mut().all(|asked| begin(asked).is_pending()));
    let refused = wait(tell(&handle, "refused"));
    assert!(matches!(refused, Err(EngineError::Overloaded { retry_after_ms: 1.. })), "{refused:?}");

    gate.open();
    for asked in [at_work].into_iter().chain(waiting) {
        assert!(matches!(wait(asked), Ok(Answer::Recorded(_))));
    }
    assert!(matches!(wait(tell(&handle, "refused")), Ok(Answer::Recorded(_))), "there is room");
    drop(handle);
    assert_eq!(thread.join(), Ok(()));
    assert!(["at-work", "w1", "w2", "refused"].iter().all(|label| is_told(&ledger, label)));
}

#[test]
fn draining_answers_what_was_accepted_and_refuses_the_rest() {
    let (handle, thread, gate, ledger) = gated(8);
    let mut accepted = [tell(&handle, "a1"), tell(&handle, "a2"), tell(&handle, "a3")];
    assert!(begin(&mut accepted[0]).is_pending());
    gate.reached();
    assert!(accepted[1..].iter_mut().all(|asked| begin(asked).is_pending()));
    thread.drain();
    assert_eq!(wait(tell(&handle, "late")).err(), Some(EngineError::Draining));
    assert!(!handle.is_stopped());
    drop(handle);

    gate.open();
    for asked in accepted {
        assert!(matches!(wait(asked), Ok(Answer::Recorded(_))));
    }
    assert_eq!(thread.join(), Ok(()));
    assert!(["a1", "a2", "a3"].iter().all(|label| is_told(&ledger, label)));
    assert!(!is_told(&ledger, "late"));
}

#[test]
fn a_caller_that_goes_away_stops_nobody() {
    let (handle, thread, gate, ledger) = gated(8);
    let mut begun = tell(&handle, "begun");
    assert!(begin(&mut begun).is_pending());
    gate.reached();
    let mut gone = tell(&handle, "gone");
    let mut stays = tell(&handle, "stays");
    assert!(begin(&mut gone).is_pending() && begin(&mut stays).is_pending());
    drop((begun, gone));

    gate.open();
    assert!(matches!(wait(stays), Ok(Answer::Recorded(_))));
    assert!(is_told(&ledger, "begun"), "what was begun is finished");
    assert!(!is_told(&ledger, "gone"), "nobody waits for it");
    let request = Request::Record { tenant: crate::support::tenant(), facts: Vec::new() };
    let empty: Asked = Box::pin({
        let handle = handle.clone();
        async move { handle.ask(request).await }
    });
    assert!(matches!(wait(empty), Ok(Answer::Recorded(receipts)) if receipts.is_empty()));
    drop(handle);
    assert_eq!(thread.join(), Ok(()));
}
