//! Signals: what the facts and the remembered state say about one claim, as typed raw values.
//!
//! Each group of the catalogue is one file: its table of definitions and, below it, the function that fills it. A
//! signal without a value is unknown, and unknown is never a number.

mod account;
mod batch;
mod catalogue;
mod charge;
mod claim;
mod device;
mod enumeration;
mod evidence;
mod fx;
mod geo;
mod group;
mod incident;
mod key;
mod known;
mod outbreak;
mod payout;
mod poisson;
mod rates;
mod shrink;
mod value;

pub use catalogue::Catalogue;
pub use charge::TWIN_GAP_MAX_MS;
pub use group::{MINOR_PAYMENT, MINOR_POLICY, SignalDef, SignalSource};
pub use known::{HOME_DAYS, Known, KnownBatch, Located};
pub use outbreak::{Outbreak, outbreak};
pub use value::{SignalRow, SignalType, SignalValue};

/// Computes every signal of one claim, in catalogue order.
#[must_use]
pub fn compute(known: &Known<'_>) -> SignalRow {
    let mut row = SignalRow::with_capacity(Catalogue::get().len());
    charge::compute(known).push_into(&mut row);
    claim::compute(known).push_into(&mut row);
    evidence::compute(known).push_into(&mut row);
    key::compute(known).push_into(&mut row);
    payout::compute(known).push_into(&mut row);
    fx::compute(known).push_into(&mut row);
    geo::compute(known).push_into(&mut row);
    device::compute(known).push_into(&mut row);
    account::compute(known).push_into(&mut row);
    enumeration::compute(known).push_into(&mut row);
    batch::compute(known).push_into(&mut row);
    incident::compute(known).push_into(&mut row);
    row
}

#[cfg(test)]
mod tests;
