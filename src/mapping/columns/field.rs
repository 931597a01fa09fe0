//! One field: where it comes from, and how it is read.

use std::collections::HashMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::own::Own;
use super::settings::{CurrencyName, Settings};
use super::table::Columns;
use crate::document::{Fields, Problems};
use crate::domain::Currency;
use crate::mapping::cell::Cell;
use crate::mapping::decimal::NumberStyle;
use crate::mapping::fault::Reason;
use crate::mapping::read::{MoneyRead, Read, TimeRead, TruthMap, WordMap};
use crate::mapping::schema::{FieldDef, Kind, Words};
use crate::mapping::value::Value;

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Field {
    pub(in crate::mapping) def: &'static FieldDef,
    pub(in crate::mapping) origin: Origin,
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) enum Origin {
    /// It is always the same.
    Constant(Value),
    /// From a column.
    Column { slot: usize, nulls: Arc<[String]>, read: Read },
    /// An amount from a column.
    Money { slot: usize, nulls: Arc<[String]>, read: MoneyRead, currency: CurrencyOf },
}

/// The currency of an amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::mapping) enum CurrencyOf {
    /// Always this one.
    Code(Currency),
    /// That of a column.
    Slot(usize),
}

impl Field {
    /// Whether the field needs the pepper.
    pub(in crate::mapping) fn hashes(&self) -> bool {
        fn hashes(read: &Read) -> bool {
            match read {
                Read::Id { hash } | Read::Key { hash } => *hash,
                Read::List { item, .. } => hashes(item),
                Read::Text
                | Read::Word(_)
                | Read::Whole(_)
                | Read::Real(_)
                | Read::Truth(_)
                | Read::Time(_)
                | Read::Address
                | Read::Digest(_) => false,
            }
        }
        match &self.origin {
            Origin::Column { read, .. } => hashes(read),
            Origin::Constant(_) | Origin::Money { .. } => false,
        }
    }

    /// The column that it is read from.
    pub(super) const fn slot(&self) -> Option<usize> {
        match &self.origin {
            Origin::Column { slot, .. } | Origin::Money { slot, .. } => Some(*slot),
            Origin::Constant(_) => None,
        }
    }

    /// Whether the text of the cell becomes part of the record.
    pub(super) fn keeps_text(&self) -> bool {
        fn keeps(read: &Read) -> bool {
            match read {
                Read::Text | Read::Id { hash: false } => true,
                Read::List { item, .. } => keeps(item),
                Read::Id { hash: true }
                | Read::Key { .. }
                | Read::Word(_)
                | Read::Whole(_)
                | Read::Real(_)
                | Read::Truth(_)
                | Read::Time(_)
                | Read::Address
                | Read::Digest(_) => false,
            }
        }
        match &self.origin {
            Origin::Column { read, .. } => keeps(read),
            Origin::Constant(_) | Origin::Money { .. } => false,
        }
    }

    pub(super) fn read(
        def: &'static FieldDef,
        value: Spanned<DeValue<'_>>,
        place: String,
        settings: &Settings,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let at = value.span().start;
        let mut settings = settings.clone();
        let own = if let Some(name) = value.as_ref().as_str() {
            Own::column(Spanned::new(value.span(), name.to_owned()))
        } else {
            let shape = format!("{} = \"column\"", def.name);
            let fields = Fields::of(value, &place, shape, false, problems)?;
            Own::read(def, fields, &mut settings, problems)
        };
        let read = Reading { def, at, place: &place, settings: &settings, own: &own };
        let origin = match (&own.column, &own.constant) {
            (Some(column), None) => read.column(column, columns, problems)?,
            (None, Some(constant)) => read.constant(constant, columns, problems)?,
            (None, None) | (Some(_), Some(_)) => {
                problems.error(at, format!("{place}: give `column` or `constant`"));
                return None;
            }
        };
        Some(Self { def, origin })
    }
}

/// What is known of a field while it is read.
struct Reading<'a> {
    def: &'static FieldDef,
    at: usize,
    place: &'a str,
    settings: &'a Settings,
    own: &'a Own,
}

impl Reading<'_> {
    fn column(
        &self,
        column: &Spanned<String>,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Origin> {
        let secret = self.def.secret || self.own.hash;
        let at = column.span().start;
        let slot = columns.slot(column.as_ref(), at, self.own.optional, secret);
        let nulls = Arc::clone(&self.settings.null_values);
        if self.def.kind == Kind::Money {
            let (read, currency) = self.money(columns, problems)?;
            return Some(Origin::Money { slot, nulls, read, currency });
        }
        let read = self.how(self.def.kind, problems)?;
        if let Read::Time(time) = &read
            && time.zone.is_none()
            && time.format.needs_zone()
        {
            let place = self.place;
            problems.error(
                self.at,
                format!("{place}: its times have no offset from UTC; set `time_zone`, for example in `[defaults]`"),
            );
        }
        Some(Origin::Column { slot, nulls, read })
    }

    fn constant(
        &self,
        constant: &Spanned<String>,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Origin> {
        let cell = Cell::text(constant.as_ref());
        let mut refuse = |text: &str| {
            let place = self.place;
            problems.error(constant.span().start, format!("{place}: the constant {text}"));
        };
        if self.own.hash {
            refuse("cannot be hashed; give its fingerprint, as `vouch fingerprint` prints it");
            return None;
        }
        let value = if self.def.kind == Kind::Money {
            let (read, currency) = self.money(columns, problems)?;
            match currency {
                CurrencyOf::Code(currency) => read.read(&cell, currency),
                CurrencyOf::Slot(_) => Err(Reason::new("needs `currency`, not a column")),
            }
        } else {
            self.how(self.def.kind, problems)?.read(&cell, None)
        };
        match value {
            Ok(value) => Some(Origin::Constant(value)),
            Err(reason) => {
                let place = self.place;
                let at = constant.span().start;
                problems.error(at, format!("{place}: the constant {}", reason.text));
                None
            }
        }
    }

    fn money(
        &self,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<(MoneyRead, CurrencyOf)> {
        let place = self.place;
        if self.settings.money_unit.is_none() {
            problems.error(
                self.at,
                format!("{place}: is it in yuan or in fen? set `money_unit` to `major` or `minor`, for example in `[defaults]`"),
            );
        }
        let currency = match &self.settings.currency {
            Some(CurrencyName::Code(currency)) => Some(CurrencyOf::Code(*currency)),
            Some(CurrencyName::Column(name, at)) => {
                Some(CurrencyOf::Slot(columns.slot(name, *at, false, false)))
            }
            None => {
                problems.error(
                    self.at,
                    format!("{place}: has no currency; set `currency` or `currency_column`"),
                );
                None
            }
        };
        let Settings { style, negate, .. } = *self.settings;
        Some((MoneyRead { unit: self.settings.money_unit?, style, negate }, currency?))
    }

    fn how(&self, kind: Kind, problems: &mut Problems<'_>) -> Option<Read> {
        let style: NumberStyle = self.settings.style;
        let hash = self.own.hash;
        Some(match kind {
            Kind::Id => Read::Id { hash },
            Kind::Text => Read::Text,
            Kind::Word(words) => Read::Word(self.words(words, problems)?),
            Kind::Whole => Read::Whole(style),
            Kind::Real => Read::Real(style),
            Kind::Truth => Read::Truth(self.truths(problems)?),
            Kind::Time => Read::Time(TimeRead {
                format: self.settings.time_format.clone(),
                zone: self.settings.time_zone.clone(),
            }),
            // Read apart, with its currency.
            Kind::Money => return None,
            Kind::Address => Read::Address,
            Kind::Key => Read::Key { hash },
            Kind::Keys => self.list(Read::Key { hash }),
            Kind::Ids => self.list(Read::Id { hash }),
            Kind::WordList(words) => self.list(Read::Word(self.words(words, problems)?)),
            Kind::Digests(bytes) => self.list(Read::Digest(bytes)),
        })
    }

    fn list(&self, item: Read) -> Read {
        Read::List { separator: self.settings.separator.clone(), item: Box::new(item) }
    }

    fn words(&self, words: Words, problems: &mut Problems<'_>) -> Option<WordMap> {
        let place = self.place;
        let mut number = |word: &str, at: usize| {
            let number = words.number(word);
            if number.is_none() {
                let known = words.words.join(", ");
                problems.error(at, format!("{place}: `{word}` is unknown; give one of {known}"));
            }
            number
        };
        let mut values = HashMap::new();
        let mut whole = true;
        for (spelling, word, at) in &self.own.values {
            match number(word, *at) {
                Some(number) => drop(values.insert(spelling.clone(), number)),
                None => whole = false,
            }
        }
        let otherwise = match &self.own.otherwise {
            Some(word) => Some(number(word.as_ref(), word.span().start)?),
            None => None,
        };
        whole.then_some(WordMap { words, values, otherwise })
    }

    fn truths(&self, problems: &mut Problems<'_>) -> Option<TruthMap> {
        let place = self.place;
        let mut values = HashMap::new();
        for (spelling, truth, at) in &self.own.values {
            match truth.parse() {
                Ok(truth) => drop(values.insert(spelling.clone(), truth)),
                Err(_) => {
                    problems.error(*at, format!("{place}: `{truth}` is neither true nor false"));
                    return None;
                }
            }
        }
        Some(TruthMap { values })
    }
}
