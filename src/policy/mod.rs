//! The policy: what an analyst writes, read and checked once, and how it decides.
//!
//! A policy file states the after-sales terms, names shared conditions, and lists the entries of each layer. Loading
//! reports every problem at once, with its line; what loads can be evaluated for any claim. Deciding is pure.

mod analysis;
mod compile;
mod decide;
mod entry;
mod judge;
mod lists;
mod load;
mod money;
mod raw;
mod texts;

#[cfg(test)]
mod tests;

pub use decide::Case;
pub use entry::{Entry, Reasoning};
pub use judge::{JudgeError, Judged};
pub use lists::{ListEntry, ListSubject};
pub use load::{Policy, load};

/// The policy that is shipped: `config/policy.toml`.
pub const SHIPPED: &str = include_str!("../../config/policy.toml");
