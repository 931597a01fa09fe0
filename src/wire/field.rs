//! Reading messages: where a reader stands, and where it puts what is wrong.
//!
//! A reader takes a [`Field`] and a message and returns `None` after it refused something. It reads all of its fields
//! before it gives up ([`every!`]), so that one answer names everything that is wrong.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use prost_types::Timestamp as WireTime;

use super::choice::WireEnum;
use super::limits::{Era, TimeLimits};
use crate::domain::{SECOND_MS, Timestamp, Violations};

/// Most characters of the user's data that a violation repeats.
pub const ECHO_MAX_CHARS: usize = 64;

/// Seconds since 1970 that protobuf's Timestamp allows: years 1 to 9999.
const SECONDS: RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
const NANOS: RangeInclusive<i32> = 0..=999_999_999;
const NANOS_PER_MS: i32 = 1_000_000;

/// `every!(Type { field: reading, .. })`: makes all readings, then `Some(Type)` when none was refused.
macro_rules! every {
    ($type:ident { $($field:ident: $reading:expr),* $(,)? }) => {{
        $(let $field = $reading;)*
        Some($type { $($field: $field?),* })
    }};
}
pub(super) use every;

/// Runs a reader over an input that `path` names, and returns its value or all that it refused.
pub(super) fn read<T>(
    path: &str,
    limits: &TimeLimits,
    reader: impl FnOnce(&Field<'_>) -> Option<T>,
) -> Result<T, Violations> {
    let violations = RefCell::default();
    let root = Field { place: Place::Root(path), limits, violations: &violations };
    let value = reader(&root);
    if value.is_none() && violations.borrow().is_empty() {
        root.refuse::<T>("could not be read");
    }
    let violations = violations.into_inner();
    value.filter(|_| violations.is_empty()).ok_or(violations)
}

/// One field of the input.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    place: Place<'a>,
    limits: &'a TimeLimits,
    violations: &'a RefCell<Violations>,
}

/// A path that costs nothing until it is shown.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root(&'a str),
    Field(&'a Place<'a>, &'static str),
    Item(&'a Place<'a>, usize),
}

impl<'a> Field<'a> {
    /// The field `name` of this message.
    pub(super) fn field<'b>(&'b self, name: &'static str) -> Field<'b>
    where
        'a: 'b,
    {
        Field { place: Place::Field(&self.place, name), ..*self }
    }

    fn item<'b>(&'b self, index: usize) -> Field<'b>
    where
        'a: 'b,
    {
        Field { place: Place::Item(&self.place, index), ..*self }
    }

    /// Records what is wrong with this field. Control characters in it are not let through to logs.
    pub(super) fn refuse<T>(&self, description: impl fmt::Display) -> Option<T> {
        let description = description.to_string().replace(char::is_control, "\u{fffd}");
        self.violations.borrow_mut().add(self.place.to_string(), description);
        None
    }

    /// A field that must be there.
    pub(super) fn require<T>(&self, value: Option<T>) -> Option<T> {
        value.or_else(|| self.refuse("is missing; give it"))
    }

    /// A field that may be absent. In what is returned, the outer `None` means that it was refused.
    pub(super) fn optional<V, T>(
        &self,
        value: Option<V>,
        reader: impl FnOnce(&Self, V) -> Option<T>,
    ) -> Option<Option<T>> {
        match value {
            None => Some(None),
            Some(value) => reader(self, value).map(Some),
        }
    }

    /// A text that `parse` understands.
    pub(super) fn parse<T, E: fmt::Display>(
        &self,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        parse(text).map_or_else(|error| self.refuse(error), Some)
    }

    /// A text that `parse` understands, or nothing.
    pub(super) fn parse_optional<T, E: fmt::Display>(
        &self,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        self.optional(text, |at, text| at.parse(text, parse))
    }

    /// Free text of so many bytes.
    pub(super) fn text(&self, text: &str, max_bytes: usize) -> Option<Arc<str>> {
        if text.len() > max_bytes {
            return self
                .refuse(format_args!("is {} bytes long; give at most {max_bytes}", text.len()));
        }
        Some(text.into())
    }

    /// Exactly `N` bytes.
    pub(super) fn exact<const N: usize>(&self, bytes: &[u8]) -> Option<[u8; N]> {
        bytes.try_into().ok().or_else(|| {
            self.refuse(format_args!("is {} bytes long; give exactly {N}", bytes.len()))
        })
    }

    /// A whole number within bounds.
    pub(super) fn within(&self, number: u32, bounds: RangeInclusive<u32>) -> Option<u32> {
        if bounds.contains(&number) {
            return Some(number);
        }
        self.refuse(format_args!("is {number}; give {} to {}", bounds.start(), bounds.end()))
    }

    /// A value of an enum, which must be given.
    pub(super) fn choice<T: WireEnum>(&self, number: i32) -> Option<T> {
        T::from_number(number).or_else(|| {
            let names: Vec<_> = T::VALUES.iter().map(|value| value.wire_name()).collect();
            let names = names.join(", ");
            match number {
                0 => self.refuse(format_args!("is not given; give one of {names}")),
                _ => {
                    self.refuse(format_args!("is {number}, which is unknown; give one of {names}"))
                }
            }
        })
    }

    /// A list of so many items. One that is too long is not read at all: it is one mistake, not ten thousand.
    pub(super) fn list<V, T>(
        &self,
        items: Vec<V>,
        bounds: RangeInclusive<usize>,
        mut reader: impl FnMut(&Field<'_>, V) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = items.len();
        if !bounds.contains(&count) {
            let (min, max) = (bounds.start(), bounds.end());
            return self.refuse(format_args!("has {count} items; give {min} to {max}"));
        }
        let mut values = Vec::with_capacity(count);
        for (index, item) in items.into_iter().enumerate() {
            values.extend(reader(&self.item(index), item));
        }
        (values.len() == count).then_some(values)
    }

    /// A point in time that is believed.
    pub(super) fn time(&self, time: Option<WireTime>, era: Era) -> Option<Timestamp> {
        let time = self.any_time(self.require(time)?)?;
        if time < Timestamp::EARLIEST {
            let earliest = Timestamp::EARLIEST;
            return self.refuse(format_args!("is {time}; give a time from {earliest} on"));
        }
        match self.limits.latest(era) {
            Some(latest) if time > latest => {
                self.refuse(format_args!("is {time}, in the future; give at most {latest}"))
            }
            _ => Some(time),
        }
    }

    /// Any point in time that protobuf allows, cut to milliseconds.
    pub(super) fn any_time(&self, time: WireTime) -> Option<Timestamp> {
        if !NANOS.contains(&time.nanos) {
            let (min, max) = (NANOS.start(), NANOS.end());
            return self
                .field("nanos")
                .refuse(format_args!("is {}; give {min} to {max}", time.nanos));
        }
        if !SECONDS.contains(&time.seconds) {
            let (min, max) = (SECONDS.start(), SECONDS.end());
            return self
                .field("seconds")
                .refuse(format_args!("is {}; give {min} to {max}", time.seconds));
        }
        let ms = i64::from(time.nanos / NANOS_PER_MS);
        Some(Timestamp::from_ms(time.seconds * SECOND_MS + ms))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(path) => f.write_str(path),
            Self::Field(Place::Root(""), name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(list, index) => write!(f, "{list}[{index}]"),
        }
    }
}

/// As much of a text as a violation may repeat.
pub(super) fn shown(text: &str) -> &str {
    text.char_indices().nth(ECHO_MAX_CHARS).map_or(text, |(end, _)| text.get(..end).unwrap_or(""))
}
