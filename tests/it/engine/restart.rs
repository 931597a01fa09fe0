//! An engine on disk that is stopped without notice goes on where it was.

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;
use vouch::disk::open_database;
use vouch::domain::{RefundId, RequestId};
use vouch::engine::{Answer, Core, EngineError, Request, StoredDecision};
use vouch::ledger::{FjallLedger, Ledger, Record};
use vouch::store::{FjallStore, StoreLimits};

use super::run::{
    Answered, NOW, batches, brief, difference, other_answer, play, process, sequences,
};
use super::script::script;
use super::world::World;
use crate::support::{SharedLedger, score, shared_setup};

/// A data folder of which an engine keeps little in memory.
struct Disk {
    folder: TempDir,
    limits: StoreLimits,
}

impl Disk {
    fn new(limits: StoreLimits) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), limits }
    }

    fn open(&self) -> Core {
        let database = open_database(self.folder.path(), 1 << 20).unwrap();
        let ledger = FjallLedger::open(&database).unwrap();
        let store = FjallStore::open(&database, self.limits, ledger.end()).unwrap();
        Core::open(shared_setup(), Box::new(ledger), Box::new(store), NOW).unwrap()
    }

    fn records(&self) -> Vec<Record> {
        let database = open_database(self.folder.path(), 1 << 20).unwrap();
        let ledger = FjallLedger::open(&database).unwrap();
        ledger.scan(1).map(|read| read.unwrap().1).collect()
    }
}

/// Claims that were never asked, on everything that the script is about.
fn later_claims(world: &World) -> Vec<Request> {
    let later = |claim: &vouch::domain::RefundClaim| {
        let mut claim = claim.clone();
        claim.request_id = RequestId::parse(&format!("later-{}", claim.request_id)).unwrap();
        claim.refund_id = RefundId::parse(&format!("later-{}", claim.refund_id)).unwrap();
        claim.facts.clear();
        score(claim)
    };
    world.claims.iter().map(later).collect()
}

/// The same answer, but for the note that it was given before.
fn is_repetition(first: &Answered, again: &Answered) -> bool {
    match (first, again) {
        (Ok(Answer::Scored(first)), Ok(Answer::Scored(again))) => {
            again.repeated && first.bytes == again.bytes
        }
        (Ok(Answer::Recorded(first)), Ok(Answer::Recorded(again))) => {
            again.iter().all(|receipt| receipt.duplicate)
                && first.iter().map(|r| r.position).eq(again.iter().map(|r| r.position))
        }
        // More of its ids may have been used since.
        (Err(EngineError::Conflict { .. }), Err(EngineError::Conflict { .. })) => true,
        // What was looked for may have come since, and the facts behind it may have been forgotten for later ones.
        (Ok(Answer::Found(Some(first))), Ok(Answer::Found(Some(again)))) => {
            let bare =
                |found: &StoredDecision| StoredDecision { facts: Vec::new(), ..found.clone() };
            bare(first) == bare(again) && again.facts.iter().all(|fact| first.facts.contains(fact))
        }
        (Ok(Answer::Found(first)), Ok(Answer::Found(_))) => first.is_none(),
        _ => false,
    }
}

fn limits() -> impl Strategy<Value = StoreLimits> {
    (0_usize..20_000, 1_u64..40)
        .prop_map(|(cache_bytes, checkpoint_every)| StoreLimits { cache_bytes, checkpoint_every })
}

proptest! {
    #![proptest_config(sequences(40))]

    #[test]
    fn stopped_at_any_point_and_opened_again(
        script in script(24),
        sizes in vec(1..12_usize, 1..6),
        stops in vec(prop::bool::weighted(0.4), 1..6),
        limits in limits(),
    ) {
        let world = script.world();
        let memory = SharedLedger::default();
        let mut steady = memory.open(shared_setup(), NOW);
        let played = play(&mut steady, &script, &world);

        let disk = Disk::new(limits);
        let mut core = Some(disk.open());
        let batches = batches(&played.requests, &sizes);
        let mut answers = Vec::new();
        for (batch, stop) in batches.iter().zip(stops.iter().cycle()) {
            if *stop {
                core = None;
            }
            answers.extend(process(core.get_or_insert_with(|| disk.open()), batch, NOW));
        }
        let other = other_answer(&played.requests, &played.answers, &answers);
        prop_assert_eq!(other, None, "{:?}\n{}", limits, brief(&batches));

        drop(core);
        let mut core = disk.open();
        let end = core.ledger_end();
        for (first, request) in answers.iter().zip(&played.requests) {
            let again = process(&mut core, std::slice::from_ref(request), NOW).remove(0);
            prop_assert!(is_repetition(first, &again), "{request:?}\n{first:?}\n{again:?}");
        }
        prop_assert_eq!(core.ledger_end(), end, "asking again adds nothing");

        let later = later_claims(&world);
        process(&mut core, &later, NOW);
        process(&mut steady, &later, NOW);
        drop(core);
        let differs = difference(&memory.records(), &disk.records());
        prop_assert_eq!(differs, None, "{:?}\n{}", limits, brief(&batches));
    }
}
