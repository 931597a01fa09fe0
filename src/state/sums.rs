//! Sums of money over windows that move by day.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::hops::{DAYS_KEPT, Hops, day_of};
use crate::domain::{AMOUNT_MAX_MINOR, Currency, Money, Timestamp};

/// Sums of money by currency: by day for 90 d, and for life. Windows are those of [`super::HopCounts`], and the order of
/// arrival does not show.
///
/// A sum stays at [`AMOUNT_MAX_MINOR`] when it gets there. At most [`Self::CURRENCIES_MAX`] currencies are kept, those
/// that were used first by time, and of two at one time the one whose code comes first; what came in another is missing
/// then, and [`Self::is_truncated`] says so. A currency that was pushed out and comes back by a late event begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MoneyHops {
    /// Ascending by currency.
    sums: ThinVec<Sums>,
    truncated: bool,
}

/// Sums of one currency, minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sums {
    currency: Currency,
    first_at: Timestamp,
    life_minor: i64,
    days_minor: Hops<i64>,
}

impl MoneyHops {
    /// Most currencies that are kept.
    pub const CURRENCIES_MAX: usize = 8;

    /// Adds an amount. One that is 90 d or more behind the newest of its currency counts for life only.
    pub fn add(&mut self, at: Timestamp, amount: Money) {
        let place = match self.sums.binary_search_by_key(&amount.currency, |sums| sums.currency) {
            Ok(found) => found,
            Err(place) => {
                self.sums.insert(place, Sums::new(amount.currency, at));
                place
            }
        };
        if let Some(sums) = self.sums.get_mut(place) {
            sums.add(at, amount.amount_minor);
        }
        if self.sums.len() > Self::CURRENCIES_MAX {
            self.truncated = true;
            let last = self.sums.iter().enumerate().max_by_key(|(_, s)| (s.first_at, s.currency));
            if let Some((last, _)) = last {
                self.sums.remove(last);
            }
        }
    }

    /// How many currencies are kept.
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    /// How many days have a sum in the first of them.
    pub(super) fn days(&self) -> usize {
        self.sums.first().map_or(0, |sums| sums.days_minor.len())
    }

    /// The sums of the `days` days that end with the day of `at`, ascending by currency; currencies in which nothing
    /// came then are left out.
    #[must_use]
    pub fn within(&self, at: Timestamp, days: i64) -> Vec<Money> {
        let sum = |sums: &Sums| {
            let mut parts = sums.days_minor.within(day_of(at), days).peekable();
            parts.peek()?;
            let amount_minor = parts.fold(0, |sum, part| sum_minor(sum, *part));
            Some(Money { amount_minor, currency: sums.currency })
        };
        self.sums.iter().filter_map(sum).collect()
    }

    /// The sums of all times, ascending by currency.
    #[must_use]
    pub fn life(&self) -> Vec<Money> {
        let sum = |sums: &Sums| Money { amount_minor: sums.life_minor, currency: sums.currency };
        self.sums.iter().map(sum).collect()
    }

    /// More currencies came than are kept: something is missing.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.truncated
    }
}

impl Sums {
    const fn new(currency: Currency, at: Timestamp) -> Self {
        Self { currency, first_at: at, life_minor: 0, days_minor: Hops::new() }
    }

    fn add(&mut self, at: Timestamp, amount_minor: i64) {
        self.first_at = self.first_at.min(at);
        self.life_minor = sum_minor(self.life_minor, amount_minor);
        if let Some(day_minor) = self.days_minor.at(day_of(at), DAYS_KEPT) {
            *day_minor = sum_minor(*day_minor, amount_minor);
        }
    }
}

/// Amounts are not negative, so where a sum stops does not depend on the order of its parts.
fn sum_minor(sum: i64, part: i64) -> i64 {
    sum.saturating_add(part).min(AMOUNT_MAX_MINOR)
}
