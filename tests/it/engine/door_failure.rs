//! Storage that fails.

use vouch::engine::{Answer, EngineError};
use vouch::ledger::LedgerError;

use super::door::{is_told, run, tell, wait};
use super::hooked::{Gate, HookedLedger, begin};
use super::run::NOW;
use super::world::World;
use crate::support::{SharedLedger, limits, record, shared_setup};

/// A disk that has room for so many appends.
fn full_behind(room: usize, appends: usize) -> Result<(), LedgerError> {
    if appends < room { Ok(()) } else { Err(LedgerError::Storage("the disk is full".into())) }
}

#[test]
fn a_failing_ledger_acknowledges_nothing_and_stops_the_engine() {
    let ledger = SharedLedger::default();
    // The first append is the engine's own.
    let hooked = HookedLedger::new(ledger.clone(), Box::new(|appends| full_behind(2, appends)));
    let (handle, thread) = run(hooked, limits(8, 64));
    assert!(matches!(wait(tell(&handle, "before")), Ok(Answer::Recorded(_))));
    assert_eq!(wait(tell(&handle, "lost")).err(), Some(EngineError::Storage));
    assert_eq!(thread.join(), Err(EngineError::Storage));
    assert!(handle.is_stopped());
    assert_eq!(wait(tell(&handle, "after")).err(), Some(EngineError::Storage));
    assert!(is_told(&ledger, "before") && !is_told(&ledger, "lost"));

    // What was not acknowledged is new to the next engine.
    let mut core = ledger.open(shared_setup(), NOW);
    let facts = World::copy("channel-app", "lost").facts;
    let told = core.process(vec![record(facts[..1].to_vec())], NOW).unwrap();
    let Ok(Answer::Recorded(receipts)) = &told[0] else { panic!("{told:?}") };
    assert!(!receipts[0].duplicate);
}

#[test]
fn everybody_who_waits_hears_of_the_failure() {
    let ledger = SharedLedger::default();
    let (gate, mut wait_at_gate) = Gate::new();
    let hook = move |appends: usize| {
        wait_at_gate(appends)?;
        full_behind(1, appends)
    };
    let hooked = HookedLedger::new(ledger.clone(), Box::new(hook));
    let (handle, thread) = run(hooked, limits(8, 2));
    let labels = ["f1", "f2", "f3", "f4", "f5"];
    let mut asked = labels.map(|label| tell(&handle, label));
    assert!(begin(&mut asked[0]).is_pending());
    gate.reached();
    assert!(asked[1..].iter_mut().all(|asked| begin(asked).is_pending()));

    gate.open();
    for asked in asked {
        assert_eq!(wait(asked).err(), Some(EngineError::Storage));
    }
    assert_eq!(thread.join(), Err(EngineError::Storage));
    assert!(handle.is_stopped());
    assert_eq!(ledger.records().len(), 1, "nothing but the engine's own record");
}
