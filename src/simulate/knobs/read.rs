//! Reading one section of knobs.

use jiff::civil::Date;
use toml::Spanned;

use crate::document::{Fields, Problems, Sections};
use crate::domain::{DAY_MS, Timestamp};

/// The knobs of one section, taken out one after another. A section that is not there has none.
pub(super) struct Reader<'a> {
    section: &'static str,
    fields: Option<Fields<'a>>,
    /// The section is there and is no table: that was told.
    spoiled: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn of(
        sections: &mut Sections<'a>,
        section: &'static str,
        problems: &mut Problems<'_>,
    ) -> Self {
        let found = sections.optional_table(section, problems);
        let spoiled = matches!(found, Some(None));
        Self { section, fields: found.flatten(), spoiled }
    }

    /// A real number within bounds, both included.
    pub(super) fn real(
        &mut self,
        key: &'static str,
        default: f64,
        least: f64,
        most: f64,
        problems: &mut Problems<'_>,
    ) -> Option<f64> {
        let Some(given) = self.take::<Spanned<f64>>(key, problems)? else { return Some(default) };
        let (at, value) = (given.span().start, given.into_inner());
        // Written so that NaN is refused too.
        if (least..=most).contains(&value) {
            return Some(value);
        }
        let section = self.section;
        problems.error(at, format!("{section}.{key} is {value}; give {least} to {most}"));
        None
    }

    /// A whole number within bounds, both included.
    pub(super) fn whole(
        &mut self,
        key: &'static str,
        default: u64,
        least: u64,
        most: u64,
        problems: &mut Problems<'_>,
    ) -> Option<u64> {
        let Some(given) = self.take::<Spanned<u64>>(key, problems)? else { return Some(default) };
        let (at, value) = (given.span().start, given.into_inner());
        if (least..=most).contains(&value) {
            return Some(value);
        }
        let section = self.section;
        problems.error(at, format!("{section}.{key} is {value}; give {least} to {most}"));
        None
    }

    /// A day, at 00:00 UTC. Years 2000 to 2100.
    pub(super) fn day(
        &mut self,
        key: &'static str,
        default: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Timestamp> {
        let Some(given) = self.take::<Spanned<String>>(key, problems)? else { return day(default) };
        let at = given.span().start;
        let found = day(given.as_ref());
        if found.is_none() {
            let (section, given) = (self.section, given.as_ref());
            problems.error(
                at,
                format!("{section}.{key} is `{given}`; write a day such as `2026-03-02`, from 2000 to 2100"),
            );
        }
        found
    }

    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        if let Some(fields) = self.fields {
            fields.finish(problems);
        }
    }

    /// The outer `None` means that something was wrong.
    fn take<T: serde::de::DeserializeOwned>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<Option<T>> {
        let Some(fields) = &mut self.fields else {
            return if self.spoiled { None } else { Some(None) };
        };
        if fields.has(key) {
            fields.optional(key, problems).map(Some)
        } else {
            // It is asked for, so that a misspelt one is told of.
            fields.optional::<T>(key, problems);
            Some(None)
        }
    }
}

fn day(text: &str) -> Option<Timestamp> {
    let date: Date = text.parse().ok()?;
    let days = date.since(Date::constant(1970, 1, 1)).ok()?.get_days();
    let in_range = (2000..=2100).contains(&date.year());
    in_range.then(|| Timestamp::from_ms(i64::from(days) * DAY_MS))
}
