//! The clock on the wall of a client, and how far it is from the one at the place of its address.

use jiff::tz::{Offset, TimeZoneDatabase};

use crate::domain::Timestamp;

const SECONDS_PER_HOUR: f64 = 3_600.0;

/// Hours between two IANA time zones at an instant: the absolute difference of their offsets from UTC, 0 to 26, with
/// summer time as it was then. Zones of different names and the same clock (`Asia/Shanghai`, `Asia/Harbin`) are 0 apart.
/// `None` when a name or the instant is unknown.
///
/// The time zone database is the one built into the program, never the machine's: a replay elsewhere must find the same.
#[must_use]
pub fn timezone_gap_h(reported: &str, by_ip: &str, at: Timestamp) -> Option<f64> {
    let at = jiff::Timestamp::from_millisecond(at.ms()).ok()?;
    let gap_s = offset(reported, at)?.seconds().abs_diff(offset(by_ip, at)?.seconds());
    Some(f64::from(gap_s) / SECONDS_PER_HOUR)
}

/// The hour of the day, 0 to 23, in an IANA time zone at an instant. `None` when the name or the instant is unknown.
#[must_use]
pub fn local_hour(zone: &str, at: Timestamp) -> Option<i64> {
    let at = jiff::Timestamp::from_millisecond(at.ms()).ok()?;
    Some(i64::from(offset(zone, at)?.to_datetime(at).hour()))
}

fn offset(name: &str, at: jiff::Timestamp) -> Option<Offset> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    // `Etc/Unknown` is a name for not knowing, and would count as UTC.
    (!zone.is_unknown()).then(|| zone.to_offset(at))
}

#[cfg(test)]
mod tests {
    use super::{local_hour, timezone_gap_h};
    use crate::domain::Timestamp;

    /// 2025-01-15T12:00:00Z.
    const WINTER: Timestamp = Timestamp::from_ms(1_736_942_400_000);
    /// 2025-07-15T12:00:00Z.
    const SUMMER: Timestamp = Timestamp::from_ms(1_752_580_800_000);

    #[test]
    fn offsets_are_those_of_the_instant() {
        for (a, b, winter_h, summer_h) in [
            ("Asia/Shanghai", "Europe/London", 8.0, 7.0),
            ("Europe/London", "Asia/Shanghai", 8.0, 7.0),
            ("Asia/Shanghai", "Asia/Harbin", 0.0, 0.0),
            ("Asia/Kolkata", "UTC", 5.5, 5.5),
            ("america/los_angeles", "America/New_York", 3.0, 3.0),
            ("Pacific/Kiritimati", "Etc/GMT+12", 26.0, 26.0),
        ] {
            assert_eq!(timezone_gap_h(a, b, WINTER), Some(winter_h), "{a} {b}");
            assert_eq!(timezone_gap_h(a, b, SUMMER), Some(summer_h), "{a} {b}");
        }
    }

    #[test]
    fn hours_are_local() {
        assert_eq!(local_hour("Asia/Shanghai", WINTER), Some(20));
        assert_eq!(local_hour("Europe/London", SUMMER), Some(13));
        assert_eq!(local_hour("Mars/Olympus", SUMMER), None);
    }

    #[test]
    fn what_is_not_known_has_no_gap() {
        for name in ["", "Mars/Olympus", "Etc/Unknown", "../etc/passwd", "UTC+8"] {
            assert_eq!(timezone_gap_h(name, "UTC", WINTER), None, "{name}");
            assert_eq!(timezone_gap_h("UTC", name, WINTER), None, "{name}");
        }
        assert_eq!(timezone_gap_h("UTC", "UTC", Timestamp::from_ms(i64::MAX)), None);
    }
}
