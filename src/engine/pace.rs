//! How fast the engine works, and how long a new request would wait.
//!
//! Requests are worked on in batches, and a claim in a large batch costs a fraction of one that comes alone. Only who comes
//! when a full batch waits is refused, so that what counts is the pace of large batches: of those that are a quarter full.
//! Small ones say nothing about an overload: a burst after a quiet time is none. Nor is what one batch of claims holds: a
//! machine on which a single claim takes long refuses nobody for that. And because so much is always let in, large batches
//! are always met again, and the pace never stays what it once was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::request::Request;

/// A fact takes one unit of work, a claim about so many.
const CLAIM_UNITS: u64 = 8;
/// Facts may wait for so many times as long as claims: they come in bulk, and nobody sits and waits for an answer.
const FACTS_PATIENCE: u32 = 20;
/// A batch is large when it is a full one's part of so much.
const LARGE_PART: u64 = 4;
/// A new time moves what is known by this part of the difference ...
const PART: u64 = 8;
/// ... but is taken for no more than so many times what was known: one disk sync that hangs says little.
const OUTLIER: u64 = 2;

/// What waits, and how fast it goes.
#[derive(Debug)]
pub(super) struct Pace {
    longest_wait: Duration,
    /// Units of work that were let in and are not answered.
    units: AtomicU64,
    /// Requests of a full batch.
    full: u64,
    /// Units of work of a full batch of claims.
    full_units: u64,
    /// Time for a unit of work in large batches, ns; 0: not known yet.
    unit_ns: AtomicU64,
}

/// A request's part of the backlog; it ends with this.
#[derive(Debug)]
pub(super) struct Place {
    pace: Arc<Pace>,
    units: u64,
}

impl Pace {
    /// Lets nobody in who would wait longer than `longest_wait`, where `batch_max` requests are worked on together.
    pub(super) fn new(longest_wait: Duration, batch_max: usize) -> Self {
        let full = u64::try_from(batch_max).unwrap_or(u64::MAX);
        Self {
            longest_wait,
            units: AtomicU64::new(0),
            full,
            full_units: full.saturating_mul(CLAIM_UNITS),
            unit_ns: AtomicU64::new(0),
        }
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// It would have to wait too long: as long as this.
    pub(super) fn enter(self: &Arc<Self>, request: &Request) -> Result<Place, Duration> {
        let (units, patience) = weigh(request);
        if self.units.load(Ordering::Relaxed) >= self.full_units {
            let wait = self.wait();
            if wait > self.longest_wait.saturating_mul(patience) {
                return Err(wait);
            }
        }
        self.units.fetch_add(units, Ordering::Relaxed);
        Ok(Place { pace: Arc::clone(self), units })
    }

    /// How long it is going to take until everything that was let in is answered.
    pub(super) fn wait(&self) -> Duration {
        let unit_ns = self.unit_ns.load(Ordering::Relaxed);
        Duration::from_nanos(unit_ns.saturating_mul(self.units.load(Ordering::Relaxed)))
    }

    /// A batch of so many requests and units of work took this long.
    pub(super) fn learn(&self, requests: usize, units: u64, took: Duration) {
        let requests = u64::try_from(requests).unwrap_or(u64::MAX);
        if requests < self.full / LARGE_PART && units < self.full_units / LARGE_PART {
            return;
        }
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX) / units.max(1);
        // The engine's thread alone writes here.
        let before = self.unit_ns.load(Ordering::Relaxed);
        let after = match before {
            0 => ns,
            _ => before - before / PART + ns.min(before.saturating_mul(OUTLIER)) / PART,
        };
        self.unit_ns.store(after.max(PART), Ordering::Relaxed);
    }
}

impl Place {
    pub(super) const fn units(&self) -> u64 {
        self.units
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pace.units.fetch_sub(self.units, Ordering::Relaxed);
    }
}

/// How much work a request is, roughly, and how patient those are who ask.
fn weigh(request: &Request) -> (u64, u32) {
    let facts = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match request {
        Request::Record { facts: told, .. } => (facts(told.len()).max(1), FACTS_PATIENCE),
        Request::Score { claim, .. } => (CLAIM_UNITS.saturating_add(facts(claim.facts.len())), 1),
        Request::Find { .. } | Request::Findings { .. } => (CLAIM_UNITS, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TenantId;

    const MS: Duration = Duration::from_millis(1);

    /// Nobody waits longer than 10 ms.
    fn pace(batch_max: usize) -> Arc<Pace> {
        Arc::new(Pace::new(10 * MS, batch_max))
    }

    /// A batch of so many claims took this long.
    fn learn(pace: &Pace, claims: u32, took: Duration) {
        pace.learn(usize::try_from(claims).unwrap(), u64::from(claims) * CLAIM_UNITS, took);
    }

    /// Work of as many units as a claim.
    fn request() -> Request {
        Request::Findings { tenant: TenantId::parse("shop").unwrap(), after: 0, limit: 1 }
    }

    fn enter(pace: &Arc<Pace>, count: usize) -> Vec<Place> {
        let request = request();
        (0..count).map_while(|_| pace.enter(&request).ok()).collect()
    }

    #[test]
    fn what_is_not_known_holds_nobody_back() {
        let pace = pace(1);
        assert_eq!(enter(&pace, 10_000).len(), 10_000);
        assert_eq!(pace.wait(), Duration::ZERO);
    }

    #[test]
    fn a_request_that_would_wait_too_long_is_refused_until_others_are_answered() {
        let pace = pace(1);
        learn(&pace, 1, MS);
        let mut places = enter(&pace, 100);
        assert_eq!(places.len(), 11, "ten wait for 10 ms, and the eleventh may");
        assert_eq!(pace.enter(&request()).unwrap_err(), 11 * MS, "how long it would be");
        let tenant = TenantId::parse("shop").unwrap();
        let facts = Request::Record { tenant, facts: Vec::new() };
        drop(pace.enter(&facts).expect("facts have time"));
        places.truncate(9);
        assert_eq!(enter(&pace, 1).len(), 1);
        drop(places);
        assert_eq!(pace.wait(), Duration::ZERO);
    }

    #[test]
    fn many_go_at_the_pace_of_many() {
        let pace = pace(64);
        // 1 ms for a batch, and 1/16 ms for a claim in it.
        [1, 4, 64, 8, 2].into_iter().for_each(|claims| learn(&pace, claims, MS + claims * MS / 16));
        let let_in = enter(&pace, 1_000).len();
        // In batches of 64 it is 10 ms for 128.
        assert!((125..=130).contains(&let_in), "{let_in}");
    }

    #[test]
    fn a_burst_after_a_quiet_time_is_no_overload() {
        let pace = pace(64);
        learn(&pace, 1, MS);
        let burst = enter(&pace, 200);
        assert_eq!(burst.len(), 200, "nobody knows how long 200 take together");
        learn(&pace, 200, 20 * MS);
        assert!(pace.enter(&request()).is_err(), "now it is known");
        // More than a batch holds: as many batches.
        let more = self::pace(256);
        learn(&more, 256, 256 * MS / 50);
        let backlog = enter(&more, 500);
        assert_eq!(backlog.len(), 500);
        assert_eq!(more.wait(), 10 * MS);
    }

    #[test]
    fn a_calm_time_says_nothing_about_an_overload() {
        let pace = pace(64);
        [1, 2, 4, 8].into_iter().for_each(|claims| learn(&pace, claims, claims * MS / 50));
        learn(&pace, 64, 64 * MS / 10);
        let let_in = enter(&pace, 1_000).len();
        assert!((100..=102).contains(&let_in), "{let_in}");
    }

    #[test]
    fn what_one_batch_holds_is_no_overload_on_a_slow_machine() {
        let pace = pace(64);
        [1, 16, 64].into_iter().for_each(|claims| learn(&pace, claims, claims * 40 * MS));
        assert_eq!(enter(&pace, 500).len(), 64);
    }

    #[test]
    fn a_slow_start_is_forgotten_by_what_is_let_in_all_the_same() {
        let pace = pace(64);
        learn(&pace, 64, 640 * MS);
        let before = enter(&pace, 500);
        assert_eq!(before.len(), 64, "10 ms for a claim");
        drop(before);
        // Never a full batch again: these 64 are partly at work, partly on their way to disk.
        (0..80).for_each(|_| learn(&pace, 16, 16 * MS / 50));
        assert!(enter(&pace, 500).len() > 400);
    }

    #[test]
    fn one_sync_that_hangs_changes_little_and_a_slow_disk_is_noticed() {
        let pace = pace(1);
        let learn = |took| learn(&pace, 1, took);
        learn(MS);
        learn(100 * MS);
        let place = enter(&pace, 1);
        assert!(pace.wait() < MS * 5 / 4, "{:?}", pace.wait());
        (0..80).for_each(|_| learn(100 * MS));
        assert!(pace.wait() > 90 * MS, "{:?}", pace.wait());
        (0..80).for_each(|_| learn(MS));
        assert!(pace.wait() < MS * 5 / 4, "{:?}", pace.wait());
        drop(place);
    }

    #[test]
    fn facts_are_lighter_than_claims_and_never_nothing() {
        let facts = |facts| Request::Record { tenant: TenantId::parse("shop").unwrap(), facts };
        assert_eq!(weigh(&facts(Vec::new())), (1, FACTS_PATIENCE));
        assert_eq!(weigh(&request()), (CLAIM_UNITS, 1));
    }
}
