//! Batches that overlap: some are put on disk while the next one is worked on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use vouch::clock::ManualClock;
use vouch::domain::Timestamp;
use vouch::engine::{Answer, Core, EngineError, EngineHandle, EngineThread, QueueLimits, start};
use vouch::ledger::{Ledger, LedgerError};
use vouch::state::{Entity, EntityKey, Event, EventBody};
use vouch::store::{MemoryStore, StateStore, StoreError};

use super::door::{Asked, is_told, tell, wait};
use super::hooked::{Gate, Hook, HookedLedger, begin};
use super::run::NOW;
use super::world::World;
use crate::support::{SharedLedger, limits, score, shared_setup};

/// What a store was told.
#[derive(Debug, PartialEq)]
enum Told {
    /// A fact is applied.
    Committed(String),
    /// The ledger is on disk up to here.
    Settled(u64),
}

/// A store that repeats what it is told.
struct Echoing(MemoryStore, Sender<Told>);

impl StateStore for Echoing {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        self.0.load(keys, now)
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            if let EventBody::Fact(fact, _) = &event.body {
                self.1.send(Told::Committed(fact.id.to_string())).ok();
            }
        }
        self.0.commit(events)
    }

    fn settled(&mut self, position: u64) -> Result<(), StoreError> {
        self.1.send(Told::Settled(position)).ok();
        self.0.settled(position)
    }

    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.0.evict_expired(now)
    }

    fn flush(&mut self, position: u64) -> Result<(), StoreError> {
        self.0.flush(position)
    }

    fn checkpoint(&self) -> u64 {
        self.0.checkpoint()
    }
}

/// An engine that works on one request at a time, and whose ledger asks the hook before each append.
struct Engine {
    handle: EngineHandle,
    thread: EngineThread,
    ledger: SharedLedger,
    told: Receiver<Told>,
}

impl Engine {
    fn new(hook: Hook) -> Self {
        let ledger = SharedLedger::default();
        let (tell, told) = channel();
        let store = Box::new(Echoing(MemoryStore::default(), tell));
        let hooked = Box::new(HookedLedger::new(ledger.clone(), hook));
        let core = Core::open(shared_setup(), hooked, store, NOW).unwrap();
        let (handle, thread) = start(core, Arc::new(ManualClock::new(NOW)), limits(8, 1)).unwrap();
        Self { handle, thread, ledger, told }
    }

    fn tell(&self, label: &str) -> Asked {
        tell(&self.handle, label)
    }

    /// Asks about a claim with all facts behind it.
    fn score(&self, label: &str) -> Asked {
        let World { facts, mut claims } = World::copy("channel-app", label);
        let mut claim = claims.remove(0);
        claim.facts = facts;
        let handle = self.handle.clone();
        Box::pin(async move { handle.ask(score(claim)).await })
    }

    /// Waits until the fact of [`tell`] is applied. Meanwhile nothing is settled that is not in the ledger.
    fn applied(&self, label: &str) {
        let id = World::copy("channel-app", label).facts[0].id.to_string();
        loop {
            match self.told.recv().expect("the engine runs") {
                Told::Committed(fact) if fact == id => return,
                Told::Committed(_) => {}
                Told::Settled(position) => assert!(position <= self.ledger.end()),
            }
        }
    }
}

/// Appends up to this one succeed.
fn failing_behind(last: usize) -> (Gate, Hook) {
    let (gate, mut held) = Gate::new();
    let hook = move |appends: usize| {
        held(appends)?;
        if appends <= last { Ok(()) } else { Err(LedgerError::Storage("the disk is full".into())) }
    };
    (gate, Box::new(hook))
}

#[test]
fn batches_are_worked_on_while_one_is_written_and_go_to_the_disk_together() {
    let (gate, mut held) = Gate::new();
    let appends = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&appends);
    let engine = Engine::new(Box::new(move |before| {
        counted.store(before + 1, Ordering::Relaxed);
        held(before)
    }));
    let [mut a, others @ ..] = ["a", "b", "c", "d", "e"].map(|label| engine.tell(label));
    let [mut b, mut c, mut d, mut e] = others;
    assert!(begin(&mut a).is_pending());
    gate.reached();
    assert!([&mut b, &mut c, &mut d, &mut e].into_iter().all(|asked| begin(asked).is_pending()));
    let before = appends.load(Ordering::Relaxed);
    gate.pass();
    assert!(matches!(wait(a), Ok(Answer::Recorded(_))));

    gate.reached();
    // So those before it have been handed on.
    engine.applied("e");
    assert!(!is_told(&engine.ledger, "b"), "what stands behind it is worked on before it is there");
    assert!([&mut b, &mut c, &mut d, &mut e].into_iter().all(|asked| begin(asked).is_pending()));
    gate.open();
    for (asked, label) in [(b, "b"), (c, "c"), (d, "d"), (e, "e")] {
        assert!(matches!(wait(asked), Ok(Answer::Recorded(_))));
        assert!(is_told(&engine.ledger, label), "it is answered when it is there");
    }
    let written = appends.load(Ordering::Relaxed) - before;
    assert!(written < 4, "c and d waited for the disk, and needed {written} appends");
    let Engine { handle, thread, ledger, told } = engine;
    drop(handle);
    assert_eq!(thread.join(), Ok(()));
    assert_eq!(told.into_iter().last(), Some(Told::Settled(ledger.end())), "all is settled");
}

#[test]
fn the_engine_does_not_run_far_ahead_of_the_disk() {
    let (gate, hook) = Gate::new();
    let engine = Engine::new(hook);
    let mut asked = ["a", "b", "c", "d", "e", "f", "g"].map(|label| engine.tell(label));
    assert!(begin(&mut asked[0]).is_pending());
    gate.reached();
    assert!(asked[1..].iter_mut().all(|asked| begin(asked).is_pending()));
    gate.pass();
    gate.reached();
    let on_disk = engine.ledger.end();
    // Four before it are on their way.
    engine.applied("f");
    gate.open();
    asked.into_iter().for_each(|asked| assert!(wait(asked).is_ok()));
    let last = World::copy("channel-app", "g").facts[0].id.to_string();
    let meanwhile = engine.told.iter().take_while(|told| *told != Told::Committed(last.clone()));
    let behind = |told| matches!(told, Told::Settled(position) if position > on_disk);
    assert!({ meanwhile }.any(behind), "the next one waits until something has arrived");
}

#[test]
fn a_claim_that_is_on_its_way_is_known_and_its_answer_waits_for_it() {
    let (gate, hook) = Gate::new();
    let engine = Engine::new(hook);
    let mut first = engine.tell("first");
    assert!(begin(&mut first).is_pending());
    gate.reached();
    let [mut asked, mut again] = ["same", "same"].map(|label| engine.score(label));
    let mut behind = engine.tell("behind");
    assert!(begin(&mut asked).is_pending() && begin(&mut again).is_pending());
    assert!(begin(&mut behind).is_pending());
    gate.pass();
    assert!(matches!(wait(first), Ok(Answer::Recorded(_))));

    gate.reached();
    let on_disk = engine.ledger.end();
    engine.applied("behind");
    assert!(begin(&mut asked).is_pending() && begin(&mut again).is_pending());
    gate.open();
    let (Ok(Answer::Scored(asked)), Ok(Answer::Scored(again))) = (wait(asked), wait(again)) else {
        panic!("both are answered");
    };
    assert!(!asked.repeated && again.repeated);
    assert_eq!(asked.bytes, again.bytes);
    assert!(matches!(wait(behind), Ok(Answer::Recorded(_))));
    let facts = World::copy("channel-app", "same").facts.len();
    let records = u64::try_from(facts).unwrap() + 1;
    assert_eq!(engine.ledger.end(), on_disk + records + 1, "taken in once");
    drop(engine.handle);
    assert_eq!(engine.thread.join(), Ok(()));
}

#[test]
fn a_write_that_fails_beside_the_next_batch_fails_all_behind_it() {
    let (gate, hook) = failing_behind(1);
    let engine = Engine::new(hook);
    let mut asked = ["a", "b", "c", "d"].map(|label| engine.tell(label));
    assert!(begin(&mut asked[0]).is_pending());
    gate.reached();
    assert!(asked[1..].iter_mut().all(|asked| begin(asked).is_pending()));
    gate.pass();
    gate.reached();
    engine.applied("c");
    gate.open();
    let [a, lost @ ..] = asked;
    assert!(matches!(wait(a), Ok(Answer::Recorded(_))));
    for lost in lost {
        assert_eq!(wait(lost).err(), Some(EngineError::Storage));
    }
    assert_eq!(engine.thread.join(), Err(EngineError::Storage));
    assert!(engine.handle.is_stopped());
    assert!(is_told(&engine.ledger, "a") && !is_told(&engine.ledger, "b"));
    assert!(engine.told.into_iter().all(|told| match told {
        Told::Settled(position) => position <= engine.ledger.end(),
        Told::Committed(_) => true,
    }));
}

#[test]
fn an_idle_engine_hears_of_a_write_that_fails() {
    let (gate, hook) = failing_behind(1);
    let engine = Engine::new(hook);
    let mut asked = ["a", "b", "gone"].map(|label| engine.tell(label));
    assert!(begin(&mut asked[0]).is_pending());
    gate.reached();
    assert!(asked[1..].iter_mut().all(|asked| begin(asked).is_pending()));
    let [a, b, gone] = asked;
    drop(gone);
    gate.pass();
    assert!(matches!(wait(a), Ok(Answer::Recorded(_))));
    gate.reached();
    // Nobody asks any more.
    gate.open();
    assert_eq!(wait(b).err(), Some(EngineError::Storage));
    assert_eq!(engine.thread.join(), Err(EngineError::Storage));
    assert!(engine.handle.is_stopped());
}

#[test]
fn who_would_wait_too_long_is_refused_and_told_for_how_long() {
    const APPEND: Duration = Duration::from_millis(10);
    let clock = Arc::new(ManualClock::new(NOW));
    let (gate, mut held) = Gate::new();
    let passing = Arc::clone(&clock);
    let hook = move |appends: usize| {
        passing.pass(APPEND);
        held(appends)
    };
    let hooked = HookedLedger::new(SharedLedger::default(), Box::new(hook)).without_writer();
    let core = Core::open(shared_setup(), Box::new(hooked), Box::new(MemoryStore::default()), NOW)
        .unwrap();
    let limits = QueueLimits { waiting_max: 100, longest_wait: APPEND * 5 / 2, batch_max: 1 };
    let (handle, thread) = start(core, clock, limits).unwrap();

    let mut first = tell(&handle, "first");
    assert!(begin(&mut first).is_pending());
    gate.reached();
    gate.pass();
    assert!(wait(first).is_ok());
    // Now it is known that each takes 10 ms.
    let labels = ["b", "c", "d", "e", "f", "g", "h", "i"];
    let mut asked = labels.map(|label| tell(&handle, label));
    assert!(asked.iter_mut().all(|asked| begin(asked).is_pending()), "facts have time");
    gate.reached();
    // A claim would wait for 80 ms; a little less, when the one at work was measured while time stood still.
    let claim = World::copy("channel-app", "late").claims.remove(0);
    let late = || -> Asked {
        let (handle, claim) = (handle.clone(), claim.clone());
        Box::pin(async move { handle.ask(score(claim)).await })
    };
    let refused = wait(late());
    assert!(
        matches!(refused, Err(EngineError::Overloaded { retry_after_ms: 70..=80 })),
        "{refused:?}"
    );
    gate.open();
    for asked in asked {
        assert!(wait(asked).is_ok(), "what was let in is answered");
    }
    assert!(wait(late()).is_ok(), "there is room again");
    drop(handle);
    assert_eq!(thread.join(), Ok(()));
}
