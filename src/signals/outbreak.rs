//! Whether a batch of keys is going bad: more of its keys do not work than chance explains.
//!
//! Only the vendor's answers count as faults, each key once, and only of keys that were delivered and not used before.
//! A claim counts nowhere here: people who claim together can not make an outbreak by claiming.

use super::poisson::upper_tail;
use super::shrink::shrunk;
use crate::domain::{DAY_MS, Timestamp};
use crate::state::{BatchDoc, HopCounts, SupplierDoc, TenantDoc};

/// Days in which faults are one event.
const OUTBREAK_DAYS: i64 = 7;
/// Days of deliveries that can still turn out bad, and of the rates that they are held against.
const RATE_DAYS: i64 = 90;
/// Chance explains so many faults no more often than this: one false alarm among a million batches looked at.
const OUTBREAK_P_MAX: f64 = 1e-6;
/// Fewer faults than this are no outbreak, however good the supplier is otherwise.
const OUTBREAK_FAULTS_MIN: i64 = 5;
/// Nor are faults that fewer buyers than this met: one buyer can try many keys.
const OUTBREAK_VICTIMS_MIN: i64 = 3;

/// Delivered keys that do not work, where nothing is known yet: one in a hundred, rather too many than too few, so that
/// a new platform does not see outbreaks everywhere.
const FAULT_BASE: f64 = 0.01;
/// Delivered keys at which a tenant speaks as loudly as [`FAULT_BASE`].
const TENANT_STRENGTH: f64 = 1_000.0;
/// Delivered keys at which a supplier speaks as loudly as the tenant.
const SUPPLIER_STRENGTH: f64 = 500.0;
/// Delivered keys at which a batch speaks as loudly as its supplier.
const BATCH_STRENGTH: f64 = 50.0;

/// What a batch shows at some time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outbreak {
    /// Keys of the batch that were delivered in 90 d.
    pub delivered: i64,
    /// Keys of the batch that were found not to work in 7 d.
    pub faults_7d: i64,
    /// Accounts that got one of them in 7 d; at most 64.
    pub victims_7d: i64,
    /// Faults that would be usual: delivered keys by the rate of the rest of the supplier, in `0..=1`. Faults of 90 d
    /// are held against those of 7 d, so this is rather too many.
    pub expected: f64,
    /// `P(X >= faults_7d)` for a Poisson variable with the mean `expected`, in `0..=1`.
    pub p: f64,
}

impl Outbreak {
    /// It is an outbreak: far too many faults for chance, and of several buyers.
    #[must_use]
    pub fn is_outbreak(&self) -> bool {
        self.p < OUTBREAK_P_MAX
            && self.faults_7d >= OUTBREAK_FAULTS_MIN
            && self.victims_7d >= OUTBREAK_VICTIMS_MIN
    }
}

/// What a batch shows at `at`, held against its supplier, when that is known, and the tenant: both without this batch,
/// or a large one would excuse itself.
#[must_use]
pub fn outbreak(
    batch: &BatchDoc,
    supplier: Option<&SupplierDoc>,
    tenant: &TenantDoc,
    at: Timestamp,
) -> Outbreak {
    let delivered = batch.delivered.count(at, RATE_DAYS);
    let faults_7d = batch.faults.count(at, OUTBREAK_DAYS);
    let expected = as_real(delivered) * usual_rate(batch, supplier, tenant, at);
    Outbreak {
        delivered,
        faults_7d,
        victims_7d: batch.victims.count_within(at, OUTBREAK_DAYS * DAY_MS, None),
        expected,
        p: upper_tail(faults_7d, expected),
    }
}

/// The share of bad keys among those of a batch in 90 d, drawn toward the rest of its supplier.
pub(super) fn batch_fault_rate(
    batch: &BatchDoc,
    supplier: Option<&SupplierDoc>,
    tenant: &TenantDoc,
    at: Timestamp,
) -> f64 {
    let base = usual_rate(batch, supplier, tenant, at);
    let delivered = batch.delivered.count(at, RATE_DAYS);
    shrunk(batch.faults.count(at, RATE_DAYS), delivered, base, BATCH_STRENGTH)
}

/// The share of bad keys among those of a supplier in so many days, drawn toward the tenant's.
pub(super) fn supplier_fault_rate(
    supplier: &SupplierDoc,
    tenant: &TenantDoc,
    at: Timestamp,
    days: i64,
) -> f64 {
    let (faults, delivered) =
        (tenant.faults.count(at, RATE_DAYS), tenant.delivered.count(at, RATE_DAYS));
    let base = shrunk(faults, delivered, FAULT_BASE, TENANT_STRENGTH);
    let delivered = supplier.delivered.count(at, days);
    shrunk(supplier.faults.count(at, days), delivered, base, SUPPLIER_STRENGTH)
}

/// The share of bad keys that is usual for a batch: of the rest of its supplier, drawn toward the rest of the tenant.
fn usual_rate(
    batch: &BatchDoc,
    supplier: Option<&SupplierDoc>,
    tenant: &TenantDoc,
    at: Timestamp,
) -> f64 {
    let rest = |all: &HopCounts, own: &HopCounts| {
        (all.count(at, RATE_DAYS) - own.count(at, RATE_DAYS)).max(0)
    };
    let faults = rest(&tenant.faults, &batch.faults);
    let base =
        shrunk(faults, rest(&tenant.delivered, &batch.delivered), FAULT_BASE, TENANT_STRENGTH);
    supplier.map_or(base, |supplier| {
        let faults = rest(&supplier.faults, &batch.faults);
        let delivered = rest(&supplier.delivered, &batch.delivered);
        shrunk(faults, delivered, base, SUPPLIER_STRENGTH)
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn as_real(count: i64) -> f64 {
    count as f64
}
