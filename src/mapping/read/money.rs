//! Amounts. They never go through floating point.

use super::decimal;
use crate::domain::{AMOUNT_MAX_MINOR, Currency};
use crate::mapping::cell::Cell;
use crate::mapping::decimal::{Decimal, NumberStyle};
use crate::mapping::fault::Reason;
use crate::mapping::value::Value;

/// Whether `1` is a yuan or a fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mapping) enum Unit {
    /// Yuan, dollars.
    Major,
    /// Fen, cents: as many as ISO 4217 says.
    Minor,
}

/// How amounts are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::mapping) struct MoneyRead {
    pub(in crate::mapping) unit: Unit,
    pub(in crate::mapping) style: NumberStyle,
    /// The sign is turned round: `-5.00` is 5.00 paid back.
    pub(in crate::mapping) negate: bool,
}

impl MoneyRead {
    /// An amount above zero.
    pub(in crate::mapping) fn read(
        &self,
        cell: &Cell<'_>,
        currency: Currency,
    ) -> Result<Value, Reason> {
        let number = decimal(cell, self.style)?;
        let number = if self.negate { number.negated() } else { number };
        let minor = self.minor(number, currency)?;
        let refuse = |text: &'static str| Err(Reason::of(text, &number.to_string()));
        if minor <= 0 {
            return refuse(
                "is not above zero; leave such rows out by `when`, or set `negate = true` when amounts are written with a minus",
            );
        }
        match i64::try_from(minor) {
            Ok(minor) if minor <= AMOUNT_MAX_MINOR => Ok(Value::Money(minor, currency)),
            Ok(_) | Err(_) => refuse("is absurdly large; give at most 10^15 minor units"),
        }
    }

    fn minor(&self, number: Decimal, currency: Currency) -> Result<i128, Reason> {
        let (digits, advice) = match self.unit {
            Unit::Major => (u32::from(currency.exponent()), "is `money_unit` right?"),
            Unit::Minor => (0, "should it be `money_unit = \"major\"`?"),
        };
        number.shifted(digits).ok_or_else(|| {
            let text = format!("has more than {digits} decimals, in {currency}; {advice}");
            Reason::of(text, &number.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(unit: Unit, text: &str, currency: &str) -> Result<i64, String> {
        let money = MoneyRead { unit, style: NumberStyle::PLAIN, negate: text.starts_with('-') };
        let read = money.read(&Cell::text(text), Currency::parse(currency).unwrap());
        let value = read.map_err(|reason| reason.text.into_owned())?;
        let Value::Money(minor, _) = value else { return Err(format!("{value:?}")) };
        Ok(minor)
    }

    #[test]
    fn each_currency_has_its_decimals() {
        assert_eq!(read(Unit::Major, "98", "CNY"), Ok(9_800));
        assert_eq!(read(Unit::Major, "98.5", "CNY"), Ok(9_850));
        assert_eq!(read(Unit::Major, "98", "JPY"), Ok(98));
        assert_eq!(read(Unit::Major, "1.234", "KWD"), Ok(1_234));
        assert_eq!(read(Unit::Minor, "9800", "CNY"), Ok(9_800));
        assert_eq!(read(Unit::Major, "-5.00", "CNY"), Ok(500), "turned round");
        assert_eq!(read(Unit::Major, "10000000000000.00", "CNY"), Ok(1_000_000_000_000_000));
    }

    #[test]
    fn what_would_need_rounding_is_refused() {
        let told = |unit, text, currency| read(unit, text, currency).unwrap_err();
        let decimals = "has more than 0 decimals, in JPY; is `money_unit` right?";
        assert_eq!(told(Unit::Major, "98.5", "JPY"), decimals);
        assert!(
            told(Unit::Minor, "98.50", "CNY").contains("should it be `money_unit = \"major\"`")
        );
        assert!(told(Unit::Major, "0.00", "CNY").contains("not above zero"));
        assert!(told(Unit::Major, "10000000000000.01", "CNY").contains("absurdly large"));
        assert!(told(Unit::Major, "¥98", "CNY").starts_with("is no number"));
    }

    #[test]
    fn floats_are_read_as_they_were_written() {
        let money = MoneyRead { unit: Unit::Major, style: NumberStyle::PLAIN, negate: false };
        let yuan = Currency::parse("CNY").unwrap();
        assert_eq!(money.read(&Cell::Real(19.99), yuan), Ok(Value::Money(1_999, yuan)));
        assert_eq!(money.read(&Cell::Real(1.1), yuan), Ok(Value::Money(110, yuan)));
        let dust = money.read(&Cell::Real(0.1 + 0.2), yuan).unwrap_err();
        assert!(dust.text.contains("more digits than a floating-point number keeps"));
    }
}
