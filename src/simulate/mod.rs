//! A platform for digital goods, simulated: facts, claims, delayed labels, the truth about each refund, and the geo files
//! that fit.
//!
//! Agents act day by day: accounts buy, things go wrong, some claim, the platform's desk pays or does not, banks take up
//! disputes, and what became known of a claim is reported weeks later or never. Everything goes through the facts and
//! claims of the domain, so a replay sees what a server would have seen: late, twice, out of order, with holes.
//!
//! # Base rates, and why
//!
//! General knowledge of the trade, not the figures of any one company; every rate is a knob (`config/simulate.toml`).
//!
//! * **Claims: 2 to 4 % of orders.** Physical goods come back far more often; activation keys and top-ups cannot be given
//!   back once used, so what is claimed is mostly a fault or a mistake.
//! * **Faults of the platform or a supplier: just under 1 % of orders**, dead and used keys most of them, charges and
//!   deliveries after that, and clusters (a bad batch, an outage) on top. Resold keys come from many hands, and one bad
//!   batch makes a week's claims.
//! * **Reversals: of three double charges two are given back by the provider itself, and a quarter of what is never
//!   delivered is voided.** Providers match payments by order number, at once or in the list of the night, so a platform
//!   hears of near half of them a day late. A third of these buyers claims all the same, because a bank shows money that
//!   came back days later; one in five of those knows better. With double charges at one in six hundred orders that is one
//!   claim in a hundred.
//! * **Bad claims: 14 to 19 % of claims, about 0.5 % of orders.** Retail surveys of the last years put fraudulent returns
//!   near a seventh of all; digital goods are as easy to abuse, and bring more in less time.
//! * **Friendly fraud: a sixth of it**, and most of the disputes: disputes about digital goods are mostly started by the
//!   real card holder.
//! * **Takeovers: under one order in a thousand**, yet with the dearest goods.
//! * **Disputes: around 0.15 % of payments**: card schemes begin to watch a merchant just below 1 %, and wallets have few.
//! * **Labels: half of the honest and two thirds of the bad claims are ever reported**, in days by reviewers and in weeks
//!   by banks; 3 % of the reports are wrong. Nobody looks at a small claim twice.
//!
//! # Overlap
//!
//! No signal tells good from bad by itself, and none of these is an accident: honest buyers use VPNs, travel, change
//! devices, share addresses (campus, carrier, cafe) and devices (family, cafe), run emulators, change passwords, send old
//! pictures, want their money elsewhere, claim by mistake what they used, and are hit by faults several times in an
//! outbreak. Patient refunders buy honestly four times in five, with their own devices, from home; friendly fraud looks
//! like regret, and like not having seen a reversal; resellers claim often and mostly rightly, from data centres; the new
//! attack has aged accounts and clean devices. `overlap.stealth` moves all of it. What each signal tells alone stands in
//! `datasets/sample/SIGNALS.md`: the strongest has an AUC of 0.74.
//!
//! # What holds
//!
//! INVARIANT: the same seed and knobs give the same bytes, in every file.
//! INVARIANT: records are in the order of `observed_at`, which is never before `occurred_at` or `requested_at`; what would
//! be observed behind the last day is not there.
//! INVARIANT: a fact id comes twice only with the same content; a request id never does.
//! Memory follows the number of accounts and of what is pending, not of facts: each day is written when it is over. A
//! million orders (5.6 million facts) take 30 s of one core and 210 MB.

mod account;
mod actors;
mod catalogue;
mod claim;
mod draw;
mod geo_files;
mod knobs;
mod names;
mod outcome;
mod places;
mod purchase;
mod run;
mod summary;
mod timeline;
mod truth;
mod world;

#[cfg(test)]
mod tests;

pub use geo_files::{ANONYMOUS_FILE, ASN_FILE, CITY_FILE};
pub use knobs::{
    Actors, Claims, Clients, Faults, Feed, Knobs, Labels, Orders, Overlap, Population, SHIPPED,
    Size,
};
pub use run::{SimulateError, TRUTH_FILE, simulate};
pub use summary::Summary;
pub use truth::{Actor, Cause, Truth};
