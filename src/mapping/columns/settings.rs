//! Settings that a field inherits: from `[defaults]`, then from its table.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use toml::Spanned;

use crate::document::{Fields, Problems};
use crate::domain::Currency;
use crate::mapping::decimal::NumberStyle;
use crate::mapping::read::{TimeFormat, Unit};

/// The longest delay between an event and its telling: 400 days.
const DELAY_MAX: Duration = Duration::from_hours(400 * 24);

/// How cells are read where the field itself says nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub(super) time_format: TimeFormat,
    pub(super) time_zone: Option<TimeZone>,
    pub(super) null_values: Arc<[String]>,
    pub(super) money_unit: Option<Unit>,
    pub(super) currency: Option<CurrencyName>,
    pub(super) style: NumberStyle,
    pub(super) negate: bool,
    pub(super) separator: String,
    /// Between an event and its telling.
    pub(super) delay_ms: i64,
}

/// Where the currency of an amount stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CurrencyName {
    /// It is always this one.
    Code(Currency),
    /// In a column; where the name of it stands in the text.
    Column(String, usize),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_format: TimeFormat::Iso,
            time_zone: None,
            null_values: Arc::new([]),
            money_unit: None,
            currency: None,
            style: NumberStyle::PLAIN,
            negate: false,
            separator: ",".to_owned(),
            delay_ms: 0,
        }
    }
}

impl Settings {
    /// What `[defaults]` or a table says.
    pub(super) fn read_all(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        self.read_nulls(fields, problems);
        self.read_times(fields, problems);
        self.read_money(fields, problems);
        self.read_separator(fields, problems);
        self.read_delay(fields, problems);
    }

    pub(super) fn read_nulls(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        if let Some(nulls) = fields.optional::<Vec<String>>("null_values", problems) {
            self.null_values = nulls.iter().map(|null| null.trim().to_owned()).collect();
        }
    }

    pub(super) fn read_times(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        let place = fields.place().to_owned();
        if let Some(given) = fields.optional::<Spanned<String>>("time_format", problems) {
            match TimeFormat::parse(given.as_ref()) {
                Some(format) => self.time_format = format,
                None => problems.error(
                    given.span().start,
                    format!(
                        "{place}: `{}` is no format of a date or time; give `rfc3339`, `epoch_s`, `epoch_ms`, or a pattern such as `%Y-%m-%d %H:%M:%S`",
                        given.as_ref()
                    ),
                ),
            }
        }
        if let Some(given) = fields.optional::<Spanned<String>>("time_zone", problems) {
            let found = TimeZoneDatabase::bundled().get(given.as_ref()).ok();
            match found.filter(|zone| !zone.is_unknown()) {
                Some(zone) => self.time_zone = Some(zone),
                None => problems.error(
                    given.span().start,
                    format!(
                        "{place}: `{}` is no IANA time zone; give one such as `Asia/Shanghai`",
                        given.as_ref()
                    ),
                ),
            }
        }
    }

    /// How numbers are written.
    pub(super) fn read_numbers(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        let place = fields.place().to_owned();
        if let Some(point) = fields.optional::<Spanned<char>>("decimal_point", problems) {
            let at = point.span().start;
            match point.into_inner() {
                point @ ('.' | ',') => self.style.point = point,
                other => problems
                    .error(at, format!("{place}: decimal_point is `{other}`; give `.` or `,`")),
            }
        }
        if let Some(mark) = fields.optional::<Spanned<char>>("thousands", problems) {
            let at = mark.span().start;
            match mark.into_inner() {
                mark @ ('.' | ',' | ' ' | '\'' | '_' | '\u{a0}') => {
                    self.style.thousands = Some(mark);
                }
                other => problems.error(
                    at,
                    format!("{place}: thousands is `{other}`; give `,`, `.`, `'`, `_` or a space"),
                ),
            }
            if self.style.thousands == Some(self.style.point) {
                let same = "thousands and decimal_point are the same; set both";
                problems.error(at, format!("{place}: {same}"));
            }
        }
    }

    pub(super) fn read_money(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        self.read_numbers(fields, problems);
        let place = fields.place().to_owned();
        if let Some(unit) = fields.optional::<Spanned<String>>("money_unit", problems) {
            match unit.as_ref().as_str() {
                "major" => self.money_unit = Some(Unit::Major),
                "minor" => self.money_unit = Some(Unit::Minor),
                other => problems.error(
                    unit.span().start,
                    format!("{place}: money_unit is `{other}`; give `major` (yuan, dollars) or `minor` (fen, cents)"),
                ),
            }
        }
        if let Some(negate) = fields.optional("negate", problems) {
            self.negate = negate;
        }
        let code = fields.optional::<Spanned<String>>("currency", problems);
        let column = fields.optional::<Spanned<String>>("currency_column", problems);
        if let Some(code) = &code {
            match Currency::parse(code.as_ref()) {
                Ok(currency) => self.currency = Some(CurrencyName::Code(currency)),
                Err(error) => problems.error(code.span().start, format!("{place}: {error}")),
            }
        }
        if let Some(column) = column {
            let at = column.span().start;
            if code.is_some() {
                let both = "currency and currency_column are both there; give one";
                problems.error(at, format!("{place}: {both}"));
            }
            self.currency = Some(CurrencyName::Column(column.into_inner(), at));
        }
    }

    pub(super) fn read_separator(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        let Some(given) = fields.optional::<Spanned<String>>("separator", problems) else { return };
        if given.as_ref().is_empty() {
            let place = fields.place();
            problems.error(given.span().start, format!("{place}: separator is empty; give one"));
        }
        self.separator = given.into_inner();
    }

    pub(super) fn read_delay(&mut self, fields: &mut Fields<'_>, problems: &mut Problems<'_>) {
        let Some(given) = fields.optional::<Spanned<String>>("observed_delay", problems) else {
            return;
        };
        let duration: Option<jiff::SignedDuration> = given.as_ref().parse().ok();
        let duration = duration.and_then(|duration| Duration::try_from(duration).ok());
        match duration.filter(|duration| *duration <= DELAY_MAX) {
            Some(delay) => self.delay_ms = i64::try_from(delay.as_millis()).unwrap_or_default(),
            None => problems.error(
                given.span().start,
                format!(
                    "{}: observed_delay is `{}`; give a time span such as `90s`, `10m` or `2h`, at most 9600h",
                    fields.place(),
                    given.as_ref()
                ),
            ),
        }
    }
}
