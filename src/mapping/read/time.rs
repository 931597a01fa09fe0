//! Points in time.

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;

use super::decimal;
use crate::domain::Timestamp;
use crate::mapping::cell::Cell;
use crate::mapping::decimal::{Decimal, NumberStyle};
use crate::mapping::fault::Reason;

/// How times are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mapping) enum TimeFormat {
    /// RFC 3339 and ISO 8601: `2026-03-02T08:00:00+08:00`, with a space for the `T`, without offset, or a date alone.
    Iso,
    /// Seconds since 1970, perhaps with decimals.
    EpochS,
    /// Milliseconds since 1970.
    EpochMs,
    /// A pattern of `strftime`.
    Pattern(String),
}

/// How the times of a field are read.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct TimeRead {
    pub(in crate::mapping) format: TimeFormat,
    /// Where the clock hangs that a time without offset was read from.
    pub(in crate::mapping) zone: Option<TimeZone>,
}

impl TimeFormat {
    /// `rfc3339`, `epoch_s`, `epoch_ms`, or a pattern that reads what it writes.
    pub(in crate::mapping) fn parse(text: &str) -> Option<Self> {
        match text {
            "rfc3339" => Some(Self::Iso),
            "epoch_s" => Some(Self::EpochS),
            "epoch_ms" => Some(Self::EpochMs),
            pattern => {
                // 2026-11-23 14:05:06 UTC: no two parts are alike.
                let sample = jiff::Timestamp::from_second(1_795_442_706).ok()?;
                let sample = sample.to_zoned_datetime(TimeZone::UTC);
                let written = jiff::fmt::strtime::format(pattern, &sample).ok()?;
                let read = BrokenDownTime::parse(pattern, &written).ok()?;
                let is_time = read.to_timestamp().is_ok() || read.to_datetime().is_ok();
                (pattern.contains('%') && is_time).then(|| Self::Pattern(pattern.to_owned()))
            }
        }
    }

    /// Whether its times may lack an offset.
    pub(in crate::mapping) fn needs_zone(&self) -> bool {
        match self {
            // An offset can stand in the cell.
            Self::Iso | Self::EpochS | Self::EpochMs => false,
            Self::Pattern(pattern) => !["%z", "%:z", "%Q", "%:Q", "%s", "%c", "%+"]
                .iter()
                .any(|part| pattern.contains(part)),
        }
    }
}

impl TimeRead {
    /// The time of a cell, cut to milliseconds.
    pub(in crate::mapping) fn read(&self, cell: &Cell<'_>) -> Result<Timestamp, Reason> {
        match cell {
            Cell::Instant(ms) => Ok(Timestamp::from_ms(*ms)),
            Cell::Local(time) => self.hung_up(*time, &time.to_string()),
            Cell::Text(text) => self.text(text.trim()),
            Cell::Bytes(_) | Cell::Exact(_) | Cell::Real(_) => match self.format {
                TimeFormat::EpochS => epoch(cell, 3),
                TimeFormat::EpochMs => epoch(cell, 0),
                TimeFormat::Iso => Err(Reason::new(format!(
                    "is {}; set `time_format` to `epoch_s` or `epoch_ms`",
                    cell.type_name()
                ))),
                TimeFormat::Pattern(_) => self.text(&super::id::text_of(cell)?),
            },
            Cell::Null | Cell::Truth(_) | Cell::List(_) | Cell::Structure => {
                Err(Reason::new(format!("is {}; give a time", cell.type_name())))
            }
        }
    }

    fn text(&self, text: &str) -> Result<Timestamp, Reason> {
        match &self.format {
            TimeFormat::EpochS => epoch(&Cell::text(text), 3),
            TimeFormat::EpochMs => epoch(&Cell::text(text), 0),
            TimeFormat::Iso => self.iso(text),
            TimeFormat::Pattern(pattern) => {
                let wrong = || {
                    Reason::of(
                        format!("is no time of the form `{pattern}`; see `time_format`"),
                        text,
                    )
                };
                let parts = BrokenDownTime::parse(pattern, text).map_err(|_| wrong())?;
                if let Ok(time) = parts.to_timestamp() {
                    return Ok(Timestamp::from_ms(time.as_millisecond()));
                }
                self.hung_up(parts.to_datetime().map_err(|_| wrong())?, text)
            }
        }
    }

    fn iso(&self, text: &str) -> Result<Timestamp, Reason> {
        let wrong = || {
            Reason::of("is no time such as `2026-03-02T08:00:00+08:00`; see `time_format`", text)
        };
        let pieces = Pieces::parse(text).map_err(|_| wrong())?;
        let midnight = jiff::civil::Time::midnight();
        let local = pieces.date().to_datetime(pieces.time().unwrap_or(midnight));
        match pieces.to_numeric_offset() {
            Some(offset) => {
                let time = offset.to_timestamp(local).map_err(|_| wrong())?;
                Ok(Timestamp::from_ms(time.as_millisecond()))
            }
            None => self.hung_up(local, text),
        }
    }

    /// The time that a clock of the zone showed. What a clock showed twice when it was put back is the first time; what
    /// it never showed when it was put forward is as much later.
    fn hung_up(&self, local: DateTime, text: &str) -> Result<Timestamp, Reason> {
        let missing = || Reason::of("has no offset from UTC; set `time_zone`", text);
        let zone = self.zone.as_ref().ok_or_else(missing)?;
        let time = zone.to_timestamp(local);
        let time = time.map_err(|_| Reason::of("is out of range; is it a time?", text))?;
        Ok(Timestamp::from_ms(time.as_millisecond()))
    }
}

/// A number of seconds (`digits` = 3) or milliseconds (0) since 1970.
fn epoch(cell: &Cell<'_>, digits: u32) -> Result<Timestamp, Reason> {
    let number = if let Cell::Real(real) = cell {
        // Of seconds with nanoseconds a float keeps the microseconds: more than is asked for.
        Decimal::of_real((real * 1e3).round() / 1e3)
            .ok_or_else(|| Reason::of("is no time", &real.to_string()))?
    } else {
        decimal(cell, NumberStyle::PLAIN)?
    };
    let ms = number.shifted_floor(digits).and_then(|ms| i64::try_from(ms).ok());
    ms.map(Timestamp::from_ms)
        .ok_or_else(|| Reason::of("is out of range; is it a time?", &number.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Option<TimeZone> {
        Some(jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap())
    }

    fn read(format: &str, zone: Option<TimeZone>, text: &str) -> Result<String, String> {
        let read = TimeRead { format: TimeFormat::parse(format).unwrap(), zone };
        let time = read.read(&Cell::text(text));
        time.map(|time| time.to_string()).map_err(|reason| reason.text.into_owned())
    }

    #[test]
    fn reads_what_files_hold() {
        let shanghai = || zone("Asia/Shanghai");
        let eight = Ok("2026-03-02T00:00:00Z".to_owned());
        for text in [
            "2026-03-02T08:00:00+08:00",
            "2026-03-02 08:00:00",
            "2026-03-02T08:00",
            "2026-03-02T00:00:00Z",
            " 2026-03-02 08:00:00.000 ",
        ] {
            assert_eq!(read("rfc3339", shanghai(), text), eight, "{text}");
        }
        assert_eq!(read("rfc3339", shanghai(), "2026-03-02"), Ok("2026-03-01T16:00:00Z".into()));
        assert_eq!(read("%d.%m.%Y %H:%M", shanghai(), "02.03.2026 08:00"), eight);
        assert_eq!(read("%m/%d/%y %I:%M:%S %p", shanghai(), "03/02/26 08:00:00 AM"), eight);
        assert_eq!(read("%Y年%m月%d日", zone("UTC"), "2026年03月02日"), eight);
        assert_eq!(read("%Y-%m-%d %H:%M:%S %z", None, "2026-03-02 03:00:00 +0300"), eight);
        assert_eq!(read("epoch_s", None, "1772409600"), eight);
        assert_eq!(read("epoch_s", None, "1772409600.0009"), eight);
        assert_eq!(read("epoch_ms", None, "1772409600000"), eight);
    }

    #[test]
    fn a_clock_without_a_place_is_refused() {
        let told = read("rfc3339", None, "2026-03-02 08:00:00").unwrap_err();
        assert_eq!(told, "has no offset from UTC; set `time_zone`");
        assert!(read("rfc3339", None, "yesterday").unwrap_err().starts_with("is no time such as"));
        assert!(read("%Y-%m-%d", zone("UTC"), "2026-13-01").unwrap_err().contains("`%Y-%m-%d`"));
        for pattern in ["", "iso", "%H:%M", "%Y-%Q-", "%"] {
            assert_eq!(TimeFormat::parse(pattern), None, "{pattern}");
        }
        assert!(TimeFormat::parse("%Y-%m-%d").unwrap().needs_zone());
        assert!(!TimeFormat::parse("%Y-%m-%dT%H:%M:%S%:z").unwrap().needs_zone());
    }

    #[test]
    fn clocks_are_put_back_and_forward() {
        let berlin = || zone("Europe/Berlin");
        let read = |text| read("rfc3339", berlin(), text).unwrap();
        assert_eq!(read("2026-10-25 02:30:00"), "2026-10-25T00:30:00Z", "the first of two");
        assert_eq!(read("2026-03-29 02:30:00"), "2026-03-29T01:30:00Z", "03:30 by the clock");
    }

    proptest! {
        #[test]
        fn all_spellings_of_a_time_are_one_time(ms in 946_684_800_000_i64..4_102_444_800_000) {
            let time = jiff::Timestamp::from_millisecond(ms).unwrap();
            let at = |format: &str, text: &str| {
                let read = TimeRead { format: TimeFormat::parse(format).unwrap(), zone: zone("UTC") };
                read.read(&Cell::text(text)).unwrap().ms()
            };
            let whole = ms.div_euclid(1_000) * 1_000;
            prop_assert_eq!(at("rfc3339", &time.to_string()), ms);
            prop_assert_eq!(at("epoch_ms", &ms.to_string()), ms);
            prop_assert_eq!(at("epoch_s", &format!("{}.{:03}", ms / 1_000, ms % 1_000)), ms);
            let pattern = "%Y/%m/%d %H:%M:%S";
            let zoned = time.to_zoned_datetime(TimeZone::UTC);
            let text = jiff::fmt::strtime::format(pattern, &zoned).unwrap();
            prop_assert_eq!(at(pattern, &text), whole);
            let float = Cell::Real(format!("{}.{:03}", ms / 1_000, ms % 1_000).parse().unwrap());
            let read = TimeRead { format: TimeFormat::EpochS, zone: None };
            prop_assert_eq!(read.read(&float).unwrap().ms(), ms);
        }
    }
}
