//! Names of entities.

use std::net::IpAddr;

use super::PictureBucket;
use crate::domain::{
    AccountId, ActivatorId, BatchId, DeviceId, KeyFingerprint, Network, OrderId, PayerFingerprint,
    PayoutFingerprint, Sha256, Sku, SupplierId, TenantId,
};

/// An entity of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub subject: Subject,
}

/// What can be remembered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An order.
    Order(OrderId),
    /// A card key.
    CardKey(KeyFingerprint),
    /// An account.
    Account(AccountId),
    /// One who tries keys: an account, ours or the vendor's.
    Activator(ActivatorId),
    /// A device.
    Device(DeviceId),
    /// An address.
    Ip(IpAddr),
    /// A /24 or /48 network.
    Network(Network),
    /// An autonomous system.
    Asn(u32),
    /// What is sold.
    Sku(Sku),
    /// Who supplies.
    Supplier(SupplierId),
    /// A batch of keys.
    Batch(BatchId),
    /// Who pays.
    Payer(PayerFingerprint),
    /// Who is paid.
    Payout(PayoutFingerprint),
    /// A file that claims showed.
    Evidence(Sha256),
    /// Pictures that claims showed, of one bucket.
    Pictures(PictureBucket),
    /// A text that claims gave as their reason, by the digest of its normal form.
    Phrase(Sha256),
    /// The declared incidents of the tenant.
    Incidents,
    /// The tenant's totals.
    Tenant,
    /// What was approved lately for the tenant.
    Approvals,
}

impl EntityKey {
    /// The key as bytes, unique and ordered by tenant, kind and id: `tenant 0x00 kind id`. Ids hold no control
    /// characters, so the separator is unambiguous.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(self.tenant.as_str().as_bytes());
        bytes.push(0);
        match &self.subject {
            Subject::Order(id) => push(&mut bytes, b'o', id.as_str().as_bytes()),
            Subject::CardKey(fingerprint) => push(&mut bytes, b'k', &fingerprint.0),
            Subject::Account(id) => push(&mut bytes, b'a', id.as_str().as_bytes()),
            Subject::Activator(id) => push(&mut bytes, b'c', id.as_str().as_bytes()),
            Subject::Device(id) => push(&mut bytes, b'd', id.as_str().as_bytes()),
            Subject::Ip(IpAddr::V4(ip)) => push(&mut bytes, b'4', &ip.octets()),
            Subject::Ip(IpAddr::V6(ip)) => push(&mut bytes, b'6', &ip.octets()),
            Subject::Network(Network::V4(start)) => push(&mut bytes, b'm', start),
            Subject::Network(Network::V6(start)) => push(&mut bytes, b'n', start),
            Subject::Asn(number) => push(&mut bytes, b's', &number.to_be_bytes()),
            Subject::Sku(id) => push(&mut bytes, b'u', id.as_str().as_bytes()),
            Subject::Supplier(id) => push(&mut bytes, b'l', id.as_str().as_bytes()),
            Subject::Batch(id) => push(&mut bytes, b'b', id.as_str().as_bytes()),
            Subject::Payer(id) => push(&mut bytes, b'p', id.as_str().as_bytes()),
            Subject::Payout(id) => push(&mut bytes, b'q', id.as_str().as_bytes()),
            Subject::Evidence(digest) => push(&mut bytes, b'e', &digest.0),
            Subject::Pictures(bucket) => push(&mut bytes, b'h', &bucket.to_bytes()),
            Subject::Phrase(digest) => push(&mut bytes, b'w', &digest.0),
            Subject::Incidents => push(&mut bytes, b'i', b""),
            Subject::Tenant => push(&mut bytes, b't', b""),
            Subject::Approvals => push(&mut bytes, b'v', b""),
        }
        bytes
    }

    /// The key that [`Self::to_bytes`] wrote; `None` when these are no bytes of a key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tenant, rest) = bytes.split_at(bytes.iter().position(|byte| *byte == 0)?);
        let tenant = TenantId::parse(str::from_utf8(tenant).ok()?).ok()?;
        let ([_, kind], id) = rest.split_first_chunk()?;
        let text = || str::from_utf8(id).ok();
        let subject = match kind {
            b'o' => Subject::Order(OrderId::parse(text()?).ok()?),
            b'k' => Subject::CardKey(KeyFingerprint(id.try_into().ok()?)),
            b'a' => Subject::Account(AccountId::parse(text()?).ok()?),
            b'd' => Subject::Device(DeviceId::parse(text()?).ok()?),
            b'4' => Subject::Ip(IpAddr::from(<[u8; 4]>::try_from(id).ok()?)),
            b'6' => Subject::Ip(IpAddr::from(<[u8; 16]>::try_from(id).ok()?)),
            b'p' => Subject::Payer(PayerFingerprint::parse(text()?).ok()?),
            b'q' => Subject::Payout(PayoutFingerprint::parse(text()?).ok()?),
            b'm' => Subject::Network(Network::V4(id.try_into().ok()?)),
            b'n' => Subject::Network(Network::V6(id.try_into().ok()?)),
            b's' => Subject::Asn(u32::from_be_bytes(id.try_into().ok()?)),
            b'c' => Subject::Activator(ActivatorId::parse(text()?).ok()?),
            b'u' => Subject::Sku(Sku::parse(text()?).ok()?),
            b'l' => Subject::Supplier(SupplierId::parse(text()?).ok()?),
            b'b' => Subject::Batch(BatchId::parse(text()?).ok()?),
            b'e' => Subject::Evidence(Sha256(id.try_into().ok()?)),
            b'h' => Subject::Pictures(PictureBucket::from_bytes(id.try_into().ok()?)?),
            b'w' => Subject::Phrase(Sha256(id.try_into().ok()?)),
            b'i' if id.is_empty() => Subject::Incidents,
            b't' if id.is_empty() => Subject::Tenant,
            b'v' if id.is_empty() => Subject::Approvals,
            _ => return None,
        };
        Some(Self { tenant, subject })
    }
}

fn push(bytes: &mut Vec<u8>, kind: u8, id: &[u8]) {
    bytes.push(kind);
    bytes.extend_from_slice(id);
}
