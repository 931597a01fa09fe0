//! The state of a simulation, and how it tells facts.

use std::collections::VecDeque;

use super::account::{Account, Texts};
use super::catalogue::Catalogue;
use super::draw::{Draw, real, share_of, size, whole};
use super::knobs::Knobs;
use super::names::{self, Names};
use super::places::Spot;
use super::purchase::Purchase;
use super::summary::Summary;
use super::timeline::{Record, Timeline};
use super::truth::{Actor, Cause};
use crate::domain::{
    DAY_MS, Fact, FactBody, FxRate, HOUR_MS, KeyFingerprint, MINUTE_MS, Timestamp,
};

/// Everything that changes while days go by.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) knobs: &'a Knobs,
    pub(super) draw: Draw,
    pub(super) names: Names,
    pub(super) texts: Texts,
    pub(super) catalogue: Catalogue,
    pub(super) accounts: Vec<Account>,
    /// Accounts of each actor, the busy ones several times.
    pub(super) rosters: Vec<Vec<u32>>,
    /// A member of a family that more may join.
    pub(super) family: Option<Account>,
    pub(super) timeline: Timeline,
    pub(super) summary: Summary,
    /// First and last moment, ms.
    pub(super) start: i64,
    pub(super) end: i64,
    /// The day that is simulated, from 0.
    pub(super) day: i64,
    /// Purchases of late, for those who come behind: thieves of accounts and keys.
    pub(super) recent: VecDeque<Purchase>,
    /// Keys that are no good when they are delivered next, and why.
    pub(super) spoiled: VecDeque<(KeyFingerprint, Cause)>,
    /// Suppliers that deliver bad keys, from when until when, ms.
    pub(super) outbreaks: Vec<(usize, i64, i64)>,
    /// When nothing is delivered, ms.
    pub(super) outages: Vec<(i64, i64)>,
}

/// Purchases that are remembered.
const RECENT_MAX: usize = 4_000;
/// Of the purchases, so many are remembered.
const RECENT_SHARE: f64 = 0.3;
/// The most that an exchange rate strays from its first value.
const RATE_STRAYS: f64 = 0.04;

impl<'a> World<'a> {
    pub(super) fn new(knobs: &'a Knobs) -> Self {
        let days = i64::try_from(knobs.size.days).unwrap_or(i64::MAX / DAY_MS);
        let start = knobs.size.start.ms();
        let mut draw = Draw::seeded(knobs.seed);
        let catalogue = Catalogue::new(&mut draw, days);
        let mut world = Self {
            knobs,
            draw,
            names: Names::new(knobs.seed),
            texts: Texts::new(),
            catalogue,
            accounts: Vec::new(),
            rosters: vec![Vec::new(); Actor::ALL.len()],
            family: None,
            timeline: Timeline::new(start, start + days * DAY_MS),
            summary: Summary::default(),
            start,
            end: start + days * DAY_MS,
            day: 0,
            recent: VecDeque::new(),
            spoiled: VecDeque::new(),
            outbreaks: Vec::new(),
            outages: Vec::new(),
        };
        world.settle();
        world
    }

    /// Opens the accounts that are older than the simulation.
    fn settle(&mut self) {
        let orders = size(usize::try_from(self.knobs.size.orders).unwrap_or(usize::MAX));
        let population = &self.knobs.population;
        let old = orders * population.accounts_per_order * population.established_share;
        for _ in 0..whole(old).max(1) {
            self.join(Actor::Honest, true);
        }
    }

    /// Opens an account that stays, and enters it in its roster. Its number.
    fn join(&mut self, actor: Actor, is_old: bool) -> usize {
        let born = if is_old {
            self.start - self.draw.wait_ms(260 * DAY_MS, 0.9).min(3_000 * DAY_MS)
        } else {
            self.now()
        };
        let number = self.open_account(actor, born);
        // Few buy much: a power law with a bound.
        let busy = (1.0 / (0.04 + self.draw.unit())).min(20.0);
        if let Some(roster) = self.rosters.get_mut(actor.place()) {
            let entry = u32::try_from(number).unwrap_or(u32::MAX);
            roster.extend(std::iter::repeat_n(entry, usize::try_from(whole(busy)).unwrap_or(1)));
        }
        number
    }

    /// Some account of an actor: mostly one that is there, now and then a new one. `orders_each` is how many orders such
    /// an account places.
    pub(super) fn someone(&mut self, actor: Actor, orders_each: f64) -> usize {
        let roster = self.rosters.get(actor.place()).map_or(0, Vec::len);
        if roster == 0 || self.draw.chance(1.0 / orders_each) {
            // Newcomers among honest buyers are new; others are mostly known already.
            let is_old = match actor {
                Actor::Honest => false,
                Actor::Careless
                | Actor::Reseller
                | Actor::PatientRefunder
                | Actor::BurstRefunder
                | Actor::Ring
                | Actor::Takeover
                | Actor::TakeoverVictim
                | Actor::FriendlyFraud
                | Actor::NewAttack => self.draw.chance(self.knobs.population.established_share),
            };
            return self.join(actor, is_old);
        }
        let entry = self.draw.below(roster);
        let found = self.rosters.get(actor.place()).and_then(|roster| roster.get(entry));
        found.and_then(|number| usize::try_from(*number).ok()).unwrap_or_default()
    }

    /// Some moment of the day, ms.
    fn now(&mut self) -> i64 {
        let day = self.start + self.day * DAY_MS;
        day + self.draw.between(0, DAY_MS - 1)
    }

    /// A moment of today when people where `spot` is are awake, ms.
    pub(super) fn waking_moment(&mut self, spot: Spot) -> i64 {
        let hour = self.draw.weighted(20, &WAKING);
        let utc = (hour - spot.city().offset_h).rem_euclid(24);
        let day = self.start + self.day * DAY_MS;
        day + utc * HOUR_MS + self.draw.between(0, HOUR_MS - 1)
    }

    /// Tells a fact that happens at `at`, ms: soon, late, twice, as the feed goes. What happens behind the end is not
    /// told.
    pub(super) fn tell(&mut self, at: i64, body: FactBody) {
        if at >= self.end {
            return;
        }
        let fact = Fact { id: self.names.fact(), occurred_at: Timestamp::from_ms(at), body };
        let observed = at + self.latency_ms();
        if self.draw.chance(self.knobs.feed.repeated_share) {
            let again = observed + self.draw.wait_ms(20 * MINUTE_MS, 1.8);
            self.timeline.add(again, Record::Fact(Box::new(fact.clone())));
        }
        self.timeline.add(observed, Record::Fact(Box::new(fact)));
    }

    /// As [`Self::tell`], but now and then it is lost.
    pub(super) fn tell_perhaps(&mut self, at: i64, body: FactBody) {
        if !self.draw.chance(self.knobs.feed.lost_share) {
            self.tell(at, body);
        }
    }

    /// Tells at `told`, ms, what happened at `at`, before it: the platform itself heard of it late.
    pub(super) fn tell_backdated(&mut self, at: i64, told: i64, body: FactBody) {
        let occurred_at = Timestamp::from_ms(at.min(told));
        let fact = Fact { id: self.names.fact(), occurred_at, body };
        self.timeline.add(told, Record::Fact(Box::new(fact)));
    }
    fn latency_ms(&mut self) -> i64 {
        let feed = &self.knobs.feed;
        let drawn = self.draw.unit();
        if drawn < feed.very_late_share {
            self.draw.wait_ms(18 * HOUR_MS, 0.9).min(10 * DAY_MS)
        } else if drawn < feed.very_late_share + feed.late_share {
            self.draw.wait_ms(25 * MINUTE_MS, 1.3).min(DAY_MS)
        } else {
            whole(self.draw.around(feed.latency_ms, 0.7))
        }
    }

    /// What one unit of the currency of a country is worth in that of the orders, on the day of `at`.
    pub(super) fn rate(&self, spot: Spot, at: i64) -> FxRate {
        let plan = spot.plan();
        let day = u64::try_from((at - self.start).div_euclid(DAY_MS).max(0)).unwrap_or_default();
        let salt = u64::from(spot.country) << 32;
        let wave = (real(at - self.start) / real(40 * DAY_MS) + f64::from(spot.country)).sin();
        let noise = share_of(day ^ salt) - 0.5;
        let rate = plan.cny_for_one * (1.0 + RATE_STRAYS * 0.8 * wave + RATE_STRAYS * 0.4 * noise);
        // Rates have a few digits, also where people read them.
        let rounded = (rate * 1e6).round() / 1e6;
        names::rate(names::currency(plan.currency), names::currency("CNY"), rounded)
    }

    pub(super) fn remember(&mut self, purchase: &Purchase) {
        if self.draw.chance(RECENT_SHARE) {
            if self.recent.len() >= RECENT_MAX {
                self.recent.pop_front();
            }
            self.recent.push_back(purchase.clone());
        }
    }

    /// Some purchase of late that fits, taken out: nobody comes for it twice.
    pub(super) fn take_recent(
        &mut self,
        fits: impl Fn(&Purchase, &[Account]) -> bool,
    ) -> Option<Purchase> {
        for _ in 0..60 {
            let index = self.draw.below(self.recent.len());
            if self.recent.get(index).is_some_and(|purchase| fits(purchase, &self.accounts)) {
                return self.recent.swap_remove_back(index);
            }
        }
        None
    }
}

impl Actor {
    /// Where its roster stands.
    fn place(self) -> usize {
        Self::ALL.iter().position(|actor| *actor == self).unwrap_or_default()
    }
}

/// Shares of the hours of a day, by the clock on the wall, in which people buy and claim: an evening peak, few at night.
const WAKING: [(f64, i64); 23] = [
    (0.034, 0),
    (0.020, 1),
    (0.012, 2),
    (0.008, 3),
    (0.006, 4),
    (0.007, 5),
    (0.012, 6),
    (0.020, 7),
    (0.030, 8),
    (0.037, 9),
    (0.043, 10),
    (0.047, 11),
    (0.055, 12),
    (0.051, 13),
    (0.046, 14),
    (0.046, 15),
    (0.048, 16),
    (0.051, 17),
    (0.058, 18),
    (0.068, 19),
    (0.077, 21),
    (0.077, 22),
    (0.053, 23),
];
