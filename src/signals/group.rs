//! How a group of signals is defined: each signal in one line, documented where it is declared.

use super::SignalType;
use crate::geo::AnonymityKind;

/// The documentation of one signal.
#[derive(Debug, Clone, Copy)]
pub struct SignalDef {
    /// Name of the column.
    pub name: &'static str,
    /// Its group in the catalogue.
    pub group: &'static str,
    /// Type of its values.
    pub kind: SignalType,
    /// The words that it can be, when they are a closed list.
    pub words: &'static [&'static str],
    /// Unit of its values.
    pub unit: &'static str,
    /// What feeds it.
    pub source: SignalSource,
    /// What it says.
    pub definition: &'static str,
    /// When it has no value.
    pub null_when: &'static str,
}

/// What feeds a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignalSource {
    /// The claim itself.
    Claim,
    /// Facts.
    Facts,
    /// The City file.
    City,
    /// The ASN file.
    Asn,
    /// What tells a kind of anonymity: the Anonymous-IP file, or another file or list that tells it.
    Anonymous(AnonymityKind),
}

impl SignalSource {
    /// Its name, as `vouch signals` prints it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Facts => "facts",
            Self::City => "geo city file",
            Self::Asn => "geo asn file",
            Self::Anonymous(AnonymityKind::Vpn) => "geo anonymous-ip file or vpn list",
            Self::Anonymous(AnonymityKind::Tor) => "geo anonymous-ip file or tor list",
            Self::Anonymous(AnonymityKind::Hosting) => "geo anonymous-ip file or hosting list",
            Self::Anonymous(AnonymityKind::PublicProxy) => "geo anonymous-ip file",
            Self::Anonymous(AnonymityKind::ResidentialProxy) => {
                "geo anonymous-ip or residential-proxy file"
            }
        }
    }
}

/// The unit of amounts in the currency that the order was paid in.
pub const MINOR_PAYMENT: &str = "minor units, payment currency";
/// The unit of amounts in the currency of the policy's thresholds.
pub const MINOR_POLICY: &str = "minor units, policy currency";

/// Defines a group of signals: a struct with one `Option` field each, and the table of their documentation.
///
/// A line reads `name: type, unit, source, definition, null when;`. The type is `int`, `real`, `truth`, `text`, or
/// `word(LIST)` for a closed list of words; the source is a [`SignalSource`], with its kind as in `Anonymous(Vpn)`.
macro_rules! signal_group {
    (
        $(#[$doc:meta])*
        $name:ident, $group:literal;
        $($field:ident: $kind:ident $(($words:expr))?, $unit:literal, $source:ident $(($anonymity:ident))?, $definition:literal, $null:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(super) struct $name {
            $(pub(super) $field: Option<$crate::signals::group::rust_type!($kind)>,)*
        }

        impl $name {
            pub(super) const DEFS: &'static [$crate::signals::SignalDef] = &[
                $($crate::signals::SignalDef {
                    name: stringify!($field),
                    group: $group,
                    kind: $crate::signals::group::signal_type!($kind),
                    words: $crate::signals::group::words!($($words)?),
                    unit: $unit,
                    source: $crate::signals::SignalSource::$source
                        $(($crate::geo::AnonymityKind::$anonymity))?,
                    definition: $definition,
                    null_when: $null,
                },)*
            ];

            pub(super) fn push_into(self, row: &mut $crate::signals::SignalRow) {
                $(row.push(self.$field.map(Into::into));)*
            }
        }
    };
}
pub(super) use signal_group;

macro_rules! words {
    () => {
        &[]
    };
    ($words:expr) => {
        $words
    };
}
pub(super) use words;

macro_rules! rust_type {
    (int) => { i64 };
    (real) => { f64 };
    (truth) => { bool };
    (word) => { &'static str };
    (text) => { std::sync::Arc<str> };
}
pub(super) use rust_type;

macro_rules! signal_type {
    (int) => {
        $crate::signals::SignalType::Int
    };
    (real) => {
        $crate::signals::SignalType::Real
    };
    (truth) => {
        $crate::signals::SignalType::Truth
    };
    (word) => {
        $crate::signals::SignalType::Text
    };
    (text) => {
        $crate::signals::SignalType::Text
    };
}
pub(super) use signal_type;
