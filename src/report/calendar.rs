//! Days of claims become bars of a chart: few enough to be seen, however far the days are apart. One wrong date must not
//! make ten thousand empty years.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::Offset;

use super::tally::Tally;

/// Bars of a chart.
const BARS_MAX: usize = 400;
/// Empty periods in a row that are drawn; of more, one stands for all.
const EMPTY_MAX: i64 = 31;
const DAY_S: i64 = 86_400;
/// What stands below the empty bar of many periods.
const GAP: &str = "…";

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    Day,
    Month,
    Year,
}

/// Claims by decision.
type Claims = BTreeMap<String, u64>;

/// The bars of a chart.
#[derive(Debug, PartialEq)]
pub(super) struct Bars {
    pub(super) grain: Grain,
    /// What stands below each, and its claims.
    pub(super) bars: Vec<(String, Claims)>,
    /// Periods without a claim that are not drawn.
    pub(super) empty: i64,
    /// Periods before the first bar, and the claims in them.
    pub(super) earlier: (usize, u64),
}

/// The finest bars that fit, of claims by days since 1970-01-01.
pub(super) fn bars(days: &BTreeMap<i64, BTreeMap<String, Tally>>) -> Bars {
    let by_day = drawn(days, Grain::Day);
    if by_day.bars.len() <= BARS_MAX {
        return by_day;
    }
    let by_month = drawn(days, Grain::Month);
    if by_month.bars.len() <= BARS_MAX {
        return by_month;
    }
    let mut by_year = drawn(days, Grain::Year);
    let more = by_year.bars.len().saturating_sub(BARS_MAX);
    let earlier = by_year.bars.drain(..more);
    by_year.earlier = earlier.fold((0, 0), |(periods, claims), (_, counts)| {
        (periods + 1, claims + counts.values().sum::<u64>())
    });
    by_year
}

fn drawn(days: &BTreeMap<i64, BTreeMap<String, Tally>>, grain: Grain) -> Bars {
    let mut periods: BTreeMap<i64, Claims> = BTreeMap::new();
    for (day, decisions) in days {
        let period = periods.entry(grain.period(*day)).or_default();
        for (decision, tally) in decisions {
            *period.entry(decision.clone()).or_default() += tally.claims;
        }
    }
    let mut drawn = Bars { grain, bars: Vec::new(), empty: 0, earlier: (0, 0) };
    let mut due = periods.keys().next().copied().unwrap_or_default();
    for (period, claims) in periods {
        if period - due > EMPTY_MAX {
            drawn.empty += period - due;
            drawn.bars.push((GAP.to_owned(), Claims::new()));
        } else {
            drawn.bars.extend((due..period).map(|empty| (grain.label(empty), Claims::new())));
        }
        drawn.bars.push((grain.label(period), claims));
        due = period + 1;
    }
    drawn
}

impl Grain {
    /// The number of the period that a day is in.
    fn period(self, day: i64) -> i64 {
        let date = date(day);
        let (year, month) = (i64::from(date.year()), i64::from(date.month()));
        match self {
            Self::Day => day,
            Self::Month => year * 12 + month - 1,
            Self::Year => year,
        }
    }

    fn label(self, period: i64) -> String {
        match self {
            Self::Day => date(period).to_string(),
            Self::Month => {
                format!("{:04}-{:02}", period.div_euclid(12), period.rem_euclid(12) + 1)
            }
            Self::Year => format!("{period:04}"),
        }
    }

    /// Its name, in the singular.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// The date of a day since 1970-01-01; the first or last of all dates when there is none.
fn date(day: i64) -> Date {
    let time = jiff::Timestamp::from_second(day.saturating_mul(DAY_S));
    let bound = if day < 0 { Date::MIN } else { Date::MAX };
    time.map_or(bound, |time| Offset::UTC.to_datetime(time).date())
}

#[cfg(test)]
mod tests {
    use super::super::tally::Label;
    use super::*;

    fn claims(days: impl IntoIterator<Item = i64>) -> BTreeMap<i64, BTreeMap<String, Tally>> {
        let one = || BTreeMap::from([("approve".to_owned(), Tally::one(None, Label::Good))]);
        days.into_iter().map(|day| (day, one())).collect()
    }

    fn labels(bars: &Bars) -> Vec<&str> {
        bars.bars.iter().map(|(label, _)| label.as_str()).collect()
    }

    fn total(bars: &Bars) -> u64 {
        let drawn = bars.bars.iter().flat_map(|(_, claims)| claims.values()).sum::<u64>();
        drawn + bars.earlier.1
    }

    #[test]
    fn days_stand_side_by_side_and_long_gaps_are_one_bar() {
        let near = bars(&claims([20_000, 20_002]));
        assert_eq!(labels(&near), ["2024-10-04", "2024-10-05", "2024-10-06"]);
        assert_eq!((near.grain, near.empty, total(&near)), (Grain::Day, 0, 2));
        // A claim of the year 2000 and one of the year 9999 among those of two days.
        let far = bars(&claims([10_957, 20_000, 20_001, 2_932_896]));
        let expected = ["2000-01-01", GAP, "2024-10-04", "2024-10-05", GAP, "9999-12-31"];
        assert_eq!(labels(&far), expected);
        assert_eq!((far.empty, total(&far)), (9_042 + 2_912_894, 4));
        assert_eq!(labels(&bars(&claims([]))), Vec::<&str>::new());
    }

    #[test]
    fn many_days_are_drawn_by_month_and_many_months_by_year() {
        let two_years = bars(&claims(20_000..20_730));
        assert_eq!((two_years.grain, two_years.bars.len()), (Grain::Month, 25));
        assert_eq!((labels(&two_years)[0], total(&two_years)), ("2024-10", 730));
        let long = bars(&claims((0..600).map(|month| 10_957 + month * 31)));
        assert_eq!((long.grain, long.bars.len(), total(&long)), (Grain::Year, 51, 600));
        let all = bars(&claims((0..7_999).map(|year| 10_957 + year * 365)));
        assert_eq!((all.grain, all.bars.len(), total(&all)), (Grain::Year, BARS_MAX, 7_999));
        assert_eq!(all.earlier.0, 7_993 - BARS_MAX);
    }
}
