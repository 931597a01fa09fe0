//! Money in minor units.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Largest amount, in minor units: 10^15 (ten trillion yuan), exact in f64 and far from overflow in sums.
pub const AMOUNT_MAX_MINOR: i64 = 1_000_000_000_000_000;

/// Largest exchange rate.
pub const FX_RATE_MAX: f64 = 1e9;

/// Why a text or number is no money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not in ISO 4217, or without minor units (XAU, XXX).
    #[error("`{code}` is no ISO 4217 currency; give an upper-case code such as `CNY`")]
    UnknownCurrency {
        /// What was given.
        code: String,
    },
    /// Zero or negative, where money must be positive.
    #[error("is {amount_minor}; give more than 0 minor units")]
    NotPositive {
        /// What was given.
        amount_minor: i64,
    },
    /// Above [`AMOUNT_MAX_MINOR`].
    #[error("is {amount_minor}; give at most {AMOUNT_MAX_MINOR} minor units")]
    TooLarge {
        /// What was given.
        amount_minor: i64,
    },
    /// Not finite, not positive or absurd.
    #[error("is {rate}; give a rate above 0 and at most {FX_RATE_MAX}")]
    BadRate {
        /// What was given.
        rate: String,
    },
}

/// An ISO 4217 currency that has minor units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// Parses an upper-case ISO 4217 code.
    ///
    /// # Errors
    /// The code is unknown or has no minor units.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::UnknownCurrency { code: code.chars().take(16).collect() };
        let known = iso_currency::Currency::from_code(code).ok_or_else(unknown)?;
        let exponent = known.exponent().and_then(|e| u8::try_from(e).ok()).ok_or_else(unknown)?;
        let code = code.as_bytes().try_into().map_err(|_| unknown())?;
        Ok(Self { code, exponent })
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Decimal digits of the minor unit: 2 for CNY, 0 for JPY, 3 for KWD.
    #[must_use]
    pub const fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A non-negative amount in minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, 0 to [`AMOUNT_MAX_MINOR`].
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// Money above zero.
    ///
    /// # Errors
    /// The amount is not positive or above [`AMOUNT_MAX_MINOR`].
    pub const fn positive(amount_minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if amount_minor <= 0 {
            Err(MoneyError::NotPositive { amount_minor })
        } else if amount_minor > AMOUNT_MAX_MINOR {
            Err(MoneyError::TooLarge { amount_minor })
        } else {
            Ok(Self { amount_minor, currency })
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.currency.exponent);
        if digits == 0 {
            return write!(f, "{} {}", self.amount_minor, self.currency);
        }
        let unit = 10_i64.pow(u32::from(self.currency.exponent));
        let (major, minor) = (self.amount_minor / unit, (self.amount_minor % unit).abs());
        write!(f, "{major}.{minor:0digits$} {}", self.currency)
    }
}

/// An exchange rate: one major unit of `from` buys `rate` major units of `to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FxRate {
    /// Converted.
    pub from: Currency,
    /// Converted into.
    pub to: Currency,
    rate: f64,
}

impl FxRate {
    /// A rate above 0 and at most [`FX_RATE_MAX`].
    ///
    /// # Errors
    /// The rate is not finite, not positive or too large.
    pub fn new(from: Currency, to: Currency, rate: f64) -> Result<Self, MoneyError> {
        if rate.is_finite() && rate > 0.0 && rate <= FX_RATE_MAX {
            Ok(Self { from, to, rate })
        } else {
            Err(MoneyError::BadRate { rate: rate.to_string() })
        }
    }

    /// Major units of `to` for one of `from`.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// Converts along the rate, to the nearest minor unit, ties to even. `None` when `money` is not in `from` or the
    /// result is above [`AMOUNT_MAX_MINOR`].
    #[must_use]
    pub fn convert(&self, money: Money) -> Option<Money> {
        (money.currency == self.from)
            .then(|| self.scaled(money.amount_minor, self.rate, self.from, self.to))
            .flatten()
    }

    /// Converts against the rate, from `to` into `from`, with the same rounding.
    #[must_use]
    pub fn convert_back(&self, money: Money) -> Option<Money> {
        (money.currency == self.to)
            .then(|| self.scaled(money.amount_minor, 1.0 / self.rate, self.to, self.from))
            .flatten()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "amounts are at most 10^15, exact in f64, and the result is held to the same bound"
    )]
    fn scaled(&self, amount_minor: i64, rate: f64, from: Currency, to: Currency) -> Option<Money> {
        let shift = i32::from(to.exponent) - i32::from(from.exponent);
        let exact = amount_minor as f64 * rate * 10_f64.powi(shift);
        let rounded = exact.round_ties_even();
        (rounded <= AMOUNT_MAX_MINOR as f64)
            .then_some(Money { amount_minor: rounded as i64, currency: to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn shows_minor_units_of_each_currency() {
        let shown =
            |amount_minor, code| Money::positive(amount_minor, currency(code)).unwrap().to_string();
        assert_eq!(shown(12_345, "CNY"), "123.45 CNY");
        assert_eq!(shown(12_345, "JPY"), "12345 JPY");
        assert_eq!(shown(5, "KWD"), "0.005 KWD");
    }

    #[test]
    fn refuses_what_is_no_money() {
        assert!(Currency::parse("cny").is_err());
        assert!(Currency::parse("ZZZ").is_err());
        assert!(Currency::parse("XAU").is_err(), "gold has no minor unit");
        assert!(Money::positive(0, currency("CNY")).is_err());
        assert!(Money::positive(AMOUNT_MAX_MINOR + 1, currency("CNY")).is_err());
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 2e9] {
            assert!(FxRate::new(currency("CNY"), currency("USD"), rate).is_err(), "{rate}");
        }
    }

    #[test]
    fn converts_across_exponents_and_back() {
        let rate = FxRate::new(currency("USD"), currency("JPY"), 150.0).unwrap();
        let dollars = Money::positive(1_400, currency("USD")).unwrap();
        let yen = rate.convert(dollars).unwrap();
        assert_eq!((yen.amount_minor, yen.currency.as_str()), (2_100, "JPY"));
        assert_eq!(rate.convert_back(yen), Some(dollars));
        assert_eq!(rate.convert(yen), None, "yen is not what the rate converts from");
    }
}
