//! The catalogue: every signal, documented once.

use std::collections::HashMap;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::{
    SignalDef, account, batch, charge, claim, device, enumeration, evidence, fx, geo, incident,
    key, payout,
};

/// Every signal, in the order of the columns.
#[derive(Debug)]
pub struct Catalogue {
    defs: Vec<SignalDef>,
    positions: HashMap<&'static str, usize>,
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
        let groups: [&[SignalDef]; 12] = [
            charge::ChargeSignals::DEFS,
            claim::ClaimSignals::DEFS,
            evidence::EvidenceSignals::DEFS,
            key::KeySignals::DEFS,
            payout::PayoutSignals::DEFS,
            fx::FxSignals::DEFS,
            geo::GeoSignals::DEFS,
            device::DeviceSignals::DEFS,
            account::AccountSignals::DEFS,
            enumeration::EnumerationSignals::DEFS,
            batch::BatchSignals::DEFS,
            incident::IncidentSignals::DEFS,
        ];
        let defs = groups.concat();
        let mut hash = Sha256::new();
        for def in &defs {
            hash.update(format!("{}|{:?}|{}|{}\n", def.name, def.kind, def.unit, def.definition));
        }
        let positions = defs.iter().enumerate().map(|(place, def)| (def.name, place)).collect();
        Self { defs, positions, sha256: hash.finalize().into() }
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
        self.positions.get(name).copied()
    }

    /// SHA-256 over names, types, units and definitions: two binaries with the same digest mean the same by a row.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}
