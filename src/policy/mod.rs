//! The policy: what an analyst writes, read and checked once, and how it decides.
//!
//! A policy file states the after-sales terms, names shared conditions, and lists the entries of each layer. Loading
//! reports every problem at once, with its line; what loads can be evaluated for any claim. Deciding is pure.
//!
//! Layers are asked in order and the first that fired decides; lists and rules are weighed together, as one layer.
//! Inside a layer the most severe entry decides (reject over review over approve), the first of equals. So an entry of
//! an allow list approves what nothing above forbids and no rule objects to: it is stronger than the fallback alone.
//!
//! What no layer above decided the model decides, by what each decision is expected to cost; the fallback is for when
//! there is no model, or none that can be trusted.
//!
//! INVARIANT: what is approved is known and above zero, never more than what is asked for, what is left on the order
//! and what is proven. Where that cannot be said, a person decides.

mod analysis;
mod brakes;
mod check;
mod compile;
mod decide;
mod entries;
mod entry;
mod findings;
mod judge;
mod lists;
mod load;
mod model;
mod money;
mod names;
#[expect(clippy::module_inception, reason = "the file of the type that the module is named for")]
mod policy;
mod raw;
mod reasons;
mod terms;
mod texts;

#[cfg(test)]
mod tests;

pub use decide::Case;
pub use entries::ENTRIES_MAX;
pub use entry::{Entry, Reasoning};
pub use judge::Judged;
pub use lists::{LISTS_MAX, ListEntry, ListMatch, ListSubject, MatchError};
pub use load::{load, load_at};
pub use model::{Costs, Expected, ModelTerms, Opinion, Thresholds};
pub use policy::Policy;

/// The policy that is shipped: `config/policy.toml`.
pub const SHIPPED: &str = include_str!("../../config/policy.toml");
