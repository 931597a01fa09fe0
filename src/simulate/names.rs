//! Ids of everything that is simulated. Orders, accounts and records are numbered; devices, payers and receiving accounts
//! have fingerprints, which tell nothing of whom they belong to.

use super::draw::mixed;
use crate::domain::{
    AccountId, ActivatorId, BatchId, ChargebackId, Country, Currency, DeviceId, FactId, FxRate,
    IdError, IncidentId, KeyFingerprint, OrderId, PayerFingerprint, PayoutFingerprint,
    PspTransactionId, RefundId, RequestId, Sha256, Sku, SupplierId,
};

/// Makes ids.
#[derive(Debug)]
pub(super) struct Names {
    seed: u64,
    facts: u64,
    orders: u64,
    payments: u64,
    refunds: u64,
    requests: u64,
    disputes: u64,
    incidents: u64,
    fingerprints: u64,
}

impl Names {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            seed: mixed(seed),
            facts: 0,
            orders: 0,
            payments: 0,
            refunds: 0,
            requests: 0,
            disputes: 0,
            incidents: 0,
            fingerprints: 0,
        }
    }

    pub(super) fn fact(&mut self) -> FactId {
        self.facts += 1;
        made(FactId::parse(&format!("f{}", self.facts)))
    }

    pub(super) fn order(&mut self) -> OrderId {
        self.orders += 1;
        made(OrderId::parse(&format!("o{}", self.orders)))
    }

    pub(super) fn payment(&mut self) -> PspTransactionId {
        self.payments += 1;
        made(PspTransactionId::parse(&format!("t{}", self.payments)))
    }

    pub(super) fn refund(&mut self) -> RefundId {
        self.refunds += 1;
        made(RefundId::parse(&format!("r{}", self.refunds)))
    }

    pub(super) fn request(&mut self) -> RequestId {
        self.requests += 1;
        made(RequestId::parse(&format!("q{}", self.requests)))
    }

    pub(super) fn dispute(&mut self) -> ChargebackId {
        self.disputes += 1;
        made(ChargebackId::parse(&format!("c{}", self.disputes)))
    }

    pub(super) fn incident(&mut self) -> IncidentId {
        self.incidents += 1;
        made(IncidentId::parse(&format!("i{}", self.incidents)))
    }

    /// A number for something that has a fingerprint.
    pub(super) const fn fingerprint(&mut self) -> u64 {
        self.fingerprints += 1;
        self.fingerprints
    }

    /// A key that was never sold.
    pub(super) fn key(&mut self) -> KeyFingerprint {
        KeyFingerprint(self.digest())
    }

    /// A file that nobody sent before.
    pub(super) fn file(&mut self) -> Sha256 {
        Sha256(self.digest())
    }

    fn digest(&mut self) -> [u8; 32] {
        let number = self.fingerprint();
        let mut digest = [0; 32];
        for (part, bytes) in digest.chunks_exact_mut(8).enumerate() {
            let salt = self.seed.wrapping_add(super::draw::bits_of(part) << 60);
            bytes.copy_from_slice(&mixed(mixed(number) ^ salt).to_be_bytes());
        }
        digest
    }

    pub(super) fn device(&self, number: u64) -> DeviceId {
        made(DeviceId::parse(&self.hex("d", number)))
    }

    pub(super) fn payer(&self, number: u64) -> PayerFingerprint {
        made(PayerFingerprint::parse(&self.hex("p", number)))
    }

    pub(super) fn payout(&self, number: u64) -> PayoutFingerprint {
        made(PayoutFingerprint::parse(&self.hex("w", number)))
    }

    pub(super) fn activator(&self, number: u64) -> ActivatorId {
        made(ActivatorId::parse(&self.hex("v", number)))
    }

    fn hex(&self, prefix: &str, number: u64) -> String {
        format!("{prefix}{:016x}", mixed(number ^ self.seed))
    }
}

/// The account with this number.
pub(super) fn account(number: usize) -> AccountId {
    made(AccountId::parse(&format!("a{}", number + 1)))
}

/// An account as its vendor knows it, when both are linked.
pub(super) fn linked_activator(account: &AccountId) -> ActivatorId {
    made(ActivatorId::parse(account.as_str()))
}

/// The goods with this number.
pub(super) fn sku(number: usize) -> Sku {
    made(Sku::parse(&format!("sku-{number:03}")))
}

/// The supplier with this number.
pub(super) fn supplier(number: usize) -> SupplierId {
    made(SupplierId::parse(&format!("supplier-{number:02}")))
}

/// What a supplier delivered of some goods in one week.
pub(super) fn batch(supplier: usize, sku: usize, week: i64) -> BatchId {
    made(BatchId::parse(&format!("b{supplier:02}-{sku:03}-{week}")))
}

/// A country of the table of places.
pub(super) fn country(code: &str) -> Country {
    sure(Country::parse(code))
}

/// A currency of the table of places.
pub(super) fn currency(code: &str) -> Currency {
    sure(Currency::parse(code).ok())
}

/// A rate of the table of places, a little moved.
pub(super) fn rate(from: Currency, to: Currency, rate: f64) -> FxRate {
    sure(FxRate::new(from, to, rate.clamp(1e-6, 1e6)).ok())
}

fn made<T>(id: Result<T, IdError>) -> T {
    sure(id.ok())
}

#[expect(
    clippy::expect_used,
    reason = "ids are made here of a few letters and digits, and the tables of this module hold real codes: a test makes each"
)]
fn sure<T>(value: Option<T>) -> T {
    value.expect("what the simulator makes itself is valid")
}
