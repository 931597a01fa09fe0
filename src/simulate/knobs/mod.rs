//! The knobs of a simulation: read from TOML, checked at once, then trusted.

mod read;

use crate::document::{Problem, Problems, Sections};
use crate::domain::Timestamp;

use self::read::Reader;

/// The knobs that are shipped, with every default and what each means.
pub const SHIPPED: &str = include_str!("../../../config/simulate.toml");

/// The largest simulation, in orders: ids and memory are made for it.
const ORDERS_MAX: u64 = 100_000_000;
/// The longest simulation, in days.
const DAYS_MAX: u64 = 1_500;

macro_rules! knobs {
    ($($(#[$doc:meta])* $name:ident = $section:literal { $($(#[$fdoc:meta])* $field:ident: $default:expr, $least:expr, $most:expr;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: f64,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            fn read(sections: &mut Sections<'_>, problems: &mut Problems<'_>) -> Option<Self> {
                let mut reader = Reader::of(sections, $section, problems);
                $(let $field = reader.real(stringify!($field), $default, $least, $most, problems);)*
                reader.finish(problems);
                Some(Self { $($field: $field?,)* })
            }
        }
    )*};
}

/// What is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Knobs {
    /// Where chance starts from: the same seed and knobs give the same bytes.
    pub seed: u64,
    /// How large it is.
    pub size: Size,
    /// Who buys.
    pub population: Population,
    /// When and what they buy.
    pub orders: Orders,
    /// What goes wrong at the platform.
    pub faults: Faults,
    /// Who else is there.
    pub actors: Actors,
    /// How people ask for money back.
    pub claims: Claims,
    /// How well bad claims hide.
    pub overlap: Overlap,
    /// Where people come from.
    pub clients: Clients,
    /// What becomes known of claims.
    pub labels: Labels,
    /// How facts arrive.
    pub feed: Feed,
}

/// How large it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// Orders.
    pub orders: u64,
    /// Days over which they are spread.
    pub days: u64,
    /// The first day, at 00:00 UTC.
    pub start: Timestamp,
    /// The day, from 1, on which a new attack appears; after the last day: never.
    pub drift_day: u64,
}

knobs! {
    /// Who buys.
    Population = "population" {
        /// Accounts for each order.
        accounts_per_order: 0.28, 0.01, 1.0;
        /// Share of the accounts that are older than the simulation.
        established_share: 0.65, 0.0, 1.0;
        /// Share of buyers outside of the home country.
        foreign_share: 0.17, 0.0, 1.0;
        /// Share of buyers on the network of a campus.
        campus_share: 0.07, 0.0, 1.0;
        /// Share of buyers in internet cafes, on its machines.
        cafe_share: 0.02, 0.0, 1.0;
        /// Share of buyers who share their devices with the family.
        family_share: 0.08, 0.0, 1.0;
    }
    /// When and what they buy.
    Orders = "orders" {
        /// A Saturday or Sunday against another day.
        weekend_factor: 1.3, 0.1, 10.0;
        /// How far the best month is above the mean.
        season_amplitude: 0.15, 0.0, 0.9;
        /// A sale day against another; there is one about every 45 days.
        sale_factor: 2.2, 1.0, 20.0;
        /// Share of orders that are never paid.
        abandoned_share: 0.03, 0.0, 0.9;
        /// Share of keys that are given away, and used elsewhere.
        gift_share: 0.06, 0.0, 1.0;
        /// Share of uses that the vendor tells of.
        activation_told_share: 0.78, 0.0, 1.0;
    }
    /// What goes wrong at the platform, for each order.
    Faults = "faults" {
        /// Charged twice, after a notification of the provider was lost.
        double_charge: 0.0016, 0.0, 0.5;
        /// Share of the second charges that the provider reverses by itself, in an hour mostly.
        double_charge_reversed_share: 0.6, 0.0, 1.0;
        /// Paid and not delivered, or days late.
        not_delivered: 0.0016, 0.0, 0.5;
        /// Share of the payments for what never comes that are voided, in an hour mostly.
        undelivered_voided_share: 0.25, 0.0, 1.0;
        /// A key that never worked.
        dead_key: 0.0030, 0.0, 0.5;
        /// A key that somebody used before it was delivered.
        used_key: 0.0012, 0.0, 0.5;
        /// A key that was sold before.
        sold_twice: 0.0004, 0.0, 0.5;
        /// Outbreaks of bad keys at a supplier in 30 days.
        outbreaks_per_30d: 2.0, 0.0, 100.0;
        /// Share of the keys that are bad in an outbreak.
        outbreak_bad_share: 0.22, 0.0, 1.0;
        /// Outages of the delivery in 30 days, each of some hours.
        outages_per_30d: 1.5, 0.0, 100.0;
        /// Share of outages and outbreaks that the platform declares.
        declared_share: 0.65, 0.0, 1.0;
    }
    /// Who else is there, as shares of the orders.
    Actors = "actors" {
        /// Careless buyers: wrong region, already owned.
        careless: 0.055, 0.0, 0.5;
        /// Resellers, who buy much and refund some.
        reseller: 0.035, 0.0, 0.5;
        /// Professional refunders who take their time.
        patient_refunder: 0.0060, 0.0, 0.5;
        /// Professional refunders who come in bursts.
        burst_refunder: 0.0012, 0.0, 0.5;
        /// Rings that share devices, receiving accounts and evidence.
        ring: 0.0009, 0.0, 0.5;
        /// Buyers of good standing who claim or dispute what they used.
        friendly_fraud: 0.0060, 0.0, 0.5;
        /// Orders of accounts that are in other hands.
        takeover: 0.0005, 0.0, 0.5;
        /// The new attack, from the drift day on.
        new_attack: 0.0020, 0.0, 0.5;
        /// Leaks of keys in 30 days.
        leaks_per_30d: 1.2, 0.0, 100.0;
        /// Attempts to guess keys in 30 days.
        enumerations_per_30d: 2.0, 0.0, 100.0;
    }
    /// How people ask for money back.
    Claims = "claims" {
        /// Share of buyers hit by a fault who claim.
        fault_claimed: 0.82, 0.0, 1.0;
        /// Share of buyers who claim what has gone back already; of careless ones twice as many.
        reversed_claimed: 0.3, 0.0, 1.0;
        /// Share of them who know that it has gone back.
        reversed_knowing_share: 0.2, 0.0, 1.0;
        /// Share of orders of honest buyers who regret them.
        regret: 0.0055, 0.0, 0.5;
        /// Share of orders of honest buyers who claim by mistake: looked in the wrong place, counted two purchases as one.
        confusion: 0.0050, 0.0, 0.5;
        /// Share of orders of careless buyers that end in a claim.
        careless_claimed: 0.085, 0.0, 1.0;
        /// Share of refunds that go elsewhere than they came from, of honest buyers.
        other_route_share: 0.035, 0.0, 1.0;
        /// Share of claims that are asked again with more evidence.
        asked_again_share: 0.06, 0.0, 1.0;
        /// Share of claims that name the keys.
        keys_named_share: 0.45, 0.0, 1.0;
        /// Share of honest claims that the platform's desk paid.
        honest_paid_share: 0.86, 0.0, 1.0;
        /// Share of bad claims that the platform's desk paid.
        bad_paid_share: 0.55, 0.0, 1.0;
        /// Share of claims for what had gone back already that the platform's desk paid again.
        reversed_paid_share: 0.12, 0.0, 1.0;
        /// Share of refused claims, and of friendly frauds, that become a dispute at the bank.
        dispute_share: 0.22, 0.0, 1.0;
    }
    /// How well bad claims hide.
    Overlap = "overlap" {
        /// From 0, bad actors make every mistake, to 1, they behave as honest buyers wherever they can.
        stealth: 0.6, 0.0, 1.0;
    }
    /// Where people come from.
    Clients = "clients" {
        /// Share of requests without a device.
        device_missing_share: 0.05, 0.0, 1.0;
        /// Share of requests without an address.
        ip_missing_share: 0.008, 0.0, 1.0;
        /// Share of requests that do not tell a time zone.
        timezone_missing_share: 0.12, 0.0, 1.0;
        /// Share of devices that are emulators, of honest buyers.
        emulator_share: 0.035, 0.0, 1.0;
        /// Share of devices that are rooted, of honest buyers.
        rooted_share: 0.05, 0.0, 1.0;
        /// Share of honest buyers who use a VPN, often.
        vpn_share: 0.11, 0.0, 1.0;
        /// Share of honest requests on the move, through a carrier's shared addresses.
        mobile_share: 0.42, 0.0, 1.0;
        /// Share of requests over IPv6, from home and on the move.
        ipv6_share: 0.16, 0.0, 1.0;
        /// Share of buyers who travel for a week.
        travel_share: 0.12, 0.0, 1.0;
        /// Share of buyers who get a new device.
        new_device_share: 0.2, 0.0, 1.0;
    }
    /// What becomes known of claims.
    Labels = "labels" {
        /// Share of honest claims whose truth is ever reported.
        honest_known_share: 0.55, 0.0, 1.0;
        /// Share of bad claims whose truth is ever reported.
        bad_known_share: 0.7, 0.0, 1.0;
        /// Share of reports that say the opposite.
        noise: 0.03, 0.0, 0.5;
        /// Share of reports that say unclear.
        unclear_share: 0.05, 0.0, 1.0;
        /// Half of the reviewers' reports take no longer, in days.
        review_delay_d: 1.5, 0.01, 100.0;
        /// Half of the reports that follow from disputes and audits take no longer, in days.
        late_delay_d: 28.0, 0.1, 400.0;
        /// Share of reports that are corrected later.
        corrected_share: 0.02, 0.0, 1.0;
    }
    /// How facts arrive.
    Feed = "feed" {
        /// Half of the facts are observed within this time, in milliseconds.
        latency_ms: 180.0, 0.0, 60_000.0;
        /// Share of facts that come minutes or hours late.
        late_share: 0.012, 0.0, 1.0;
        /// Share of facts that come days late.
        very_late_share: 0.0015, 0.0, 1.0;
        /// Share of facts that are told twice, with the same id.
        repeated_share: 0.004, 0.0, 1.0;
        /// Share of deliveries, openings and uses that are never told.
        lost_share: 0.003, 0.0, 1.0;
        /// Share of payments that the provider tells again, under another fact id.
        retried_share: 0.004, 0.0, 1.0;
        /// Share of reversals of which the platform hears from the list of the next day only.
        reversal_listed_share: 0.45, 0.0, 1.0;
    }
}

/// Every section of a file of knobs.
const SECTIONS: [&str; 11] = [
    "seed",
    "size",
    "population",
    "orders",
    "faults",
    "actors",
    "claims",
    "overlap",
    "clients",
    "labels",
    "feed",
];

impl Knobs {
    /// Reads knobs. What is left out has its default, so the empty text is valid.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(source: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new(source);
        match Self::read(source, &mut problems) {
            Some(knobs) if !problems.has_errors() => Ok(knobs),
            Some(_) | None => Err(problems.into_sorted()),
        }
    }

    fn read(source: &str, problems: &mut Problems<'_>) -> Option<Self> {
        let mut sections = Sections::read(source, problems);
        let seed: Option<u64> = sections.optional("seed", problems);
        let size = Size::read(&mut sections, problems);
        let population = Population::read(&mut sections, problems);
        let orders = Orders::read(&mut sections, problems);
        let faults = Faults::read(&mut sections, problems);
        let actors = Actors::read(&mut sections, problems);
        let claims = Claims::read(&mut sections, problems);
        let overlap = Overlap::read(&mut sections, problems);
        let clients = Clients::read(&mut sections, problems);
        let labels = Labels::read(&mut sections, problems);
        let feed = Feed::read(&mut sections, problems);
        sections.finish(&SECTIONS, problems);
        let knobs = Self {
            seed: seed.unwrap_or(1),
            size: size?,
            population: population?,
            orders: orders?,
            faults: faults?,
            actors: actors?,
            claims: claims?,
            overlap: overlap?,
            clients: clients?,
            labels: labels?,
            feed: feed?,
        };
        knobs.check_shares(problems);
        Some(knobs)
    }

    /// Shares of one whole must leave something for the others.
    fn check_shares(&self, problems: &mut Problems<'_>) {
        let actors = &self.actors;
        let others = actors.careless
            + actors.reseller
            + actors.patient_refunder
            + actors.burst_refunder
            + actors.ring
            + actors.friendly_fraud
            + actors.takeover
            + actors.new_attack;
        let population = &self.population;
        let places = population.campus_share + population.cafe_share + population.family_share;
        let faults = &self.faults;
        let broken = faults.double_charge
            + faults.not_delivered
            + faults.dead_key
            + faults.used_key
            + faults.sold_twice;
        for (what, sum, most) in [
            ("the shares of [actors] but leaks and enumerations", others, 0.9),
            ("campus_share, cafe_share and family_share of [population]", places, 1.0),
            ("the rates of [faults] for each order", broken, 0.9),
            (
                "late_share and very_late_share of [feed]",
                self.feed.late_share + self.feed.very_late_share,
                1.0,
            ),
        ] {
            if sum > most {
                problems.error(0, format!("{what} add up to {sum:.3}; let them be at most {most}"));
            }
        }
    }
}

impl Size {
    fn read(sections: &mut Sections<'_>, problems: &mut Problems<'_>) -> Option<Self> {
        let mut reader = Reader::of(sections, "size", problems);
        let orders = reader.whole("orders", 100_000, 1, ORDERS_MAX, problems);
        let days = reader.whole("days", 120, 1, DAYS_MAX, problems);
        let start = reader.day("start", "2026-03-02", problems);
        let drift_day = reader.whole("drift_day", 80, 1, u64::from(u32::MAX), problems);
        reader.finish(problems);
        Some(Self { orders: orders?, days: days?, start: start?, drift_day: drift_day? })
    }
}

impl Default for Knobs {
    /// What the shipped file says.
    fn default() -> Self {
        Self {
            seed: 1,
            size: Size {
                orders: 100_000,
                days: 120,
                start: Timestamp::from_ms(1_772_409_600_000),
                drift_day: 80,
            },
            population: Population::default(),
            orders: Orders::default(),
            faults: Faults::default(),
            actors: Actors::default(),
            claims: Claims::default(),
            overlap: Overlap::default(),
            clients: Clients::default(),
            labels: Labels::default(),
            feed: Feed::default(),
        }
    }
}

#[cfg(test)]
mod tests;
