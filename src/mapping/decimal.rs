//! Decimal numbers, exactly.

use std::fmt;

/// Most digits of a number: 10^15 minor units with many decimals are below.
const DIGITS_MAX: usize = 30;
/// Decimal digits that every binary64 keeps: DBL_DIG of C. A decimal of so many digits becomes the nearest binary64 and
/// comes back as the same decimal.
const REAL_DIGITS_MAX: usize = 15;

/// `unscaled / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    unscaled: i128,
    scale: u32,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberStyle {
    /// Before the decimals.
    pub(super) point: char,
    /// Between groups of three digits; `None`: there are no groups.
    pub(super) thousands: Option<char>,
}

impl NumberStyle {
    /// As programs write numbers.
    pub(super) const PLAIN: Self = Self { point: '.', thousands: None };
}

impl Decimal {
    pub(super) const fn whole(value: i128) -> Self {
        Self { unscaled: value, scale: 0 }
    }

    /// A number of a decimal type; `None` when the scale is absurd.
    pub(super) fn scaled(unscaled: i128, scale: usize) -> Option<Self> {
        let scale = u32::try_from(scale).ok()?;
        (scale <= 38).then_some(Self { unscaled, scale })
    }

    /// Reads digits, perhaps with a sign, groups and decimals. No exponent.
    pub(super) fn parse(text: &str, style: NumberStyle) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = digits.split_once(style.point).unwrap_or((digits, ""));
        if digits.ends_with(style.point) {
            return None;
        }
        let whole = ungrouped(whole, style.thousands)?;
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(&whole) || !all_digits(decimals) {
            return None;
        }
        // Zeros around a number are no digits of it.
        let decimals = decimals.trim_end_matches('0');
        let whole = whole.trim_start_matches('0');
        if whole.len() + decimals.len() > DIGITS_MAX {
            return None;
        }
        let joined = format!("0{whole}{decimals}");
        let unscaled: i128 = joined.parse().ok()?;
        let scale = u32::try_from(decimals.len()).ok()?;
        Some(Self { unscaled: if negative { -unscaled } else { unscaled }, scale })
    }

    /// The decimal that a floating-point number stands for: the one that was written, if it had at most 15 digits.
    /// `None` for more, which nobody wrote, and for what is no number.
    pub(super) fn of_real(real: f64) -> Option<Self> {
        // The shortest decimal that is nearest to this number and to no other; never with an exponent.
        let text = real.to_string();
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let zeros = text.bytes().take_while(|byte| !(b'1'..=b'9').contains(byte));
        let leading = zeros.filter(|byte| *byte == b'0').count();
        let trailing = if text.contains('.') {
            0
        } else {
            text.bytes().rev().take_while(|byte| *byte == b'0').count()
        };
        let significant = digits.saturating_sub(leading).saturating_sub(trailing);
        (significant <= REAL_DIGITS_MAX).then(|| Self::parse(&text, NumberStyle::PLAIN))?
    }

    /// The number times 10^`digits`, when that is whole.
    pub(super) fn shifted(self, digits: u32) -> Option<i128> {
        if digits >= self.scale {
            return self.unscaled.checked_mul(10_i128.checked_pow(digits - self.scale)?);
        }
        let unit = 10_i128.checked_pow(self.scale - digits)?;
        (self.unscaled % unit == 0).then_some(self.unscaled / unit)
    }

    /// The number times 10^`digits`, cut down to a whole one.
    pub(super) fn shifted_floor(self, digits: u32) -> Option<i128> {
        if digits >= self.scale {
            return self.shifted(digits);
        }
        Some(self.unscaled.div_euclid(10_i128.checked_pow(self.scale - digits)?))
    }

    pub(super) const fn negated(self) -> Self {
        Self { unscaled: -self.unscaled, scale: self.scale }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let digits = self.unscaled.unsigned_abs().to_string();
        let scale = usize::try_from(self.scale).unwrap_or_default();
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{decimals}")
    }
}

/// The digits without marks between groups of three; `None` when the groups are not of three.
fn ungrouped(whole: &str, mark: Option<char>) -> Option<String> {
    let Some(mark) = mark else { return Some(whole.to_owned()) };
    if !whole.contains(mark) {
        return Some(whole.to_owned());
    }
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    fits.then(|| whole.replace(mark, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EUROPEAN: NumberStyle = NumberStyle { point: ',', thousands: Some('.') };
    const GROUPED: NumberStyle = NumberStyle { point: '.', thousands: Some(',') };

    fn minor(text: &str, style: NumberStyle, digits: u32) -> Option<i128> {
        Decimal::parse(text, style)?.shifted(digits)
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        assert_eq!(minor("19.99", NumberStyle::PLAIN, 2), Some(1_999));
        assert_eq!(minor("+0.10", NumberStyle::PLAIN, 2), Some(10));
        assert_eq!(minor("-7", NumberStyle::PLAIN, 2), Some(-700));
        assert_eq!(minor("1.234.567,8", EUROPEAN, 2), Some(123_456_780));
        assert_eq!(minor("1,234.50", GROUPED, 2), Some(123_450));
        assert_eq!(minor("1234.50", GROUPED, 2), Some(123_450));
        assert_eq!(minor("100.000", NumberStyle::PLAIN, 0), Some(100));
        assert_eq!(minor("12.345", NumberStyle::PLAIN, 2), None, "no half fen");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", "-", ".", ".5", "5.", "1e3", "1,5", "0x1", "１", "1 000", "--1", "NaN"] {
            assert_eq!(Decimal::parse(text, NumberStyle::PLAIN), None, "{text}");
        }
        for text in ["1,23", "1234,567", ",123", "1,234,56", "1,23,456"] {
            assert_eq!(Decimal::parse(text, GROUPED), None, "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(31), NumberStyle::PLAIN), None);
        for real in [f64::NAN, f64::INFINITY, 0.1 + 0.2, 1.0 / 3.0] {
            assert_eq!(Decimal::of_real(real), None, "{real}");
        }
    }

    proptest! {
        /// Money is never rounded, in whatever way it is written.
        #[test]
        fn is_exact(minor in 0_i64..=1_000_000_000_000_000, digits in 0_u32..4) {
            let amount = Decimal { unscaled: i128::from(minor), scale: digits };
            let text = amount.to_string();
            let plain = Decimal::parse(&text, NumberStyle::PLAIN).unwrap();
            prop_assert_eq!(plain.shifted(digits), Some(i128::from(minor)));
            let european = text.replace('.', ",");
            let read = Decimal::parse(&european, EUROPEAN).unwrap();
            prop_assert_eq!(read.shifted(digits), Some(i128::from(minor)));
        }

        /// A price that went through a column of floats comes back as it was written.
        #[test]
        fn survives_floats(minor in 0_i64..=999_999_999_999_999, digits in 0_u32..4) {
            let amount = Decimal { unscaled: i128::from(minor), scale: digits };
            let real: f64 = amount.to_string().parse().unwrap();
            let read = Decimal::of_real(real).unwrap();
            prop_assert_eq!(read.shifted(digits), Some(i128::from(minor)));
        }

        #[test]
        fn what_is_shown_is_read(unscaled in any::<i64>(), scale in 0_u32..9) {
            let number = Decimal { unscaled: i128::from(unscaled), scale };
            let read = Decimal::parse(&number.to_string(), NumberStyle::PLAIN).unwrap();
            prop_assert_eq!(read.shifted(9), number.shifted(9));
        }
    }
}
