//! The catalogue: every signal, documented once.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::{SignalType, account, charge, claim, device, fx, geo, incident, key, payout};

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
    /// The Anonymous-IP file.
    Anonymous,
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
            Self::Anonymous => "geo anonymous-ip file",
        }
    }
}

/// Every signal, in the order of the columns.
#[derive(Debug)]
pub struct Catalogue {
    defs: Vec<SignalDef>,
    sha256: [u8; 32],
}

impl Catalogue {
    /// The catalogue of this binary.
    #[must_use]
    pub fn get() -> &'static Self {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::new);
        &CATALOGUE
    }

    fn new() -> Self {
        let groups: [&[SignalDef]; 9] = [
            charge::ChargeSignals::DEFS,
            claim::ClaimSignals::DEFS,
            key::KeySignals::DEFS,
            payout::PayoutSignals::DEFS,
            fx::FxSignals::DEFS,
            geo::GeoSignals::DEFS,
            device::DeviceSignals::DEFS,
            account::AccountSignals::DEFS,
            incident::IncidentSignals::DEFS,
        ];
        let defs = groups.concat();
        let mut hash = Sha256::new();
        for def in &defs {
            hash.update(format!("{}|{:?}|{}|{}\n", def.name, def.kind, def.unit, def.definition));
        }
        Self { defs, sha256: hash.finalize().into() }
    }

    /// Every signal, in order.
    #[must_use]
    pub fn defs(&self) -> &[SignalDef] {
        &self.defs
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.defs.len()
    }

    /// There are none: never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.defs.is_empty()
    }

    /// Where a signal stands.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.defs.iter().position(|def| def.name == name)
    }

    /// SHA-256 over names, types, units and definitions: two binaries with the same digest mean the same by a row.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

/// Defines a group of signals: a struct with one `Option` field each, and the table of their documentation.
///
/// A line reads `name: type, unit, source, definition, null when;`. The type is `int`, `real`, `truth`, `text`, or
/// `word(LIST)` for a closed list of words.
macro_rules! signal_group {
    (
        $(#[$doc:meta])*
        $name:ident, $group:literal;
        $($field:ident: $kind:ident $(($words:expr))?, $unit:literal, $source:ident, $definition:literal, $null:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(super) struct $name {
            $(pub(super) $field: Option<$crate::signals::catalogue::rust_type!($kind)>,)*
        }

        impl $name {
            pub(super) const DEFS: &'static [$crate::signals::SignalDef] = &[
                $($crate::signals::SignalDef {
                    name: stringify!($field),
                    group: $group,
                    kind: $crate::signals::catalogue::signal_type!($kind),
                    words: $crate::signals::catalogue::words!($($words)?),
                    unit: $unit,
                    source: $crate::signals::SignalSource::$source,
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
