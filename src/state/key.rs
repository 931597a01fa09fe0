//! Names of entities.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use super::PictureBucket;
use crate::domain::{
    AccountId, ActivatorId, BatchId, DeviceId, KeyFingerprint, Network, OrderId, PayerFingerprint,
    PayoutFingerprint, Sha256, Sku, SupplierId, TenantId,
};

/// An entity of a tenant. It is hashed once, when it is made, however many tables it is looked for in.
#[derive(Debug, Clone)]
pub struct EntityKey {
    tenant: TenantId,
    subject: Subject,
    /// Of this process alone: strangers cannot aim at it.
    hash: u64,
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
    /// How models scored the tenant's claims lately.
    Scores,
}

impl Subject {
    /// How many kinds there are.
    pub(super) const KINDS: usize = 20;

    /// The number of its kind, below [`Self::KINDS`].
    pub(super) const fn kind(&self) -> usize {
        match self {
            Self::Order(_) => 0,
            Self::CardKey(_) => 1,
            Self::Account(_) => 2,
            Self::Activator(_) => 3,
            Self::Device(_) => 4,
            Self::Ip(_) => 5,
            Self::Network(_) => 6,
            Self::Asn(_) => 7,
            Self::Sku(_) => 8,
            Self::Supplier(_) => 9,
            Self::Batch(_) => 10,
            Self::Payer(_) => 11,
            Self::Payout(_) => 12,
            Self::Evidence(_) => 13,
            Self::Pictures(_) => 14,
            Self::Phrase(_) => 15,
            Self::Incidents => 16,
            Self::Tenant => 17,
            Self::Approvals => 18,
            Self::Scores => 19,
        }
    }
}

impl EntityKey {
    /// The key of a tenant's entity.
    #[must_use]
    pub fn new(tenant: TenantId, subject: Subject) -> Self {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);
        let hash = HASHER.hash_one((&tenant, &subject));
        Self { tenant, subject, hash }
    }

    /// Whose.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Which.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Its hash, which is another one in each process.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.hash
    }

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
            Subject::Scores => push(&mut bytes, b'x', b""),
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
            b'x' if id.is_empty() => Subject::Scores,
            _ => return None,
        };
        Some(Self::new(tenant, subject))
    }
}

impl PartialEq for EntityKey {
    fn eq(&self, other: &Self) -> bool {
        // Mostly the same name of one tenant, so that it is looked at last.
        self.hash == other.hash && self.subject == other.subject && self.tenant == other.tenant
    }
}

impl Eq for EntityKey {}

impl Hash for EntityKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// By tenant, then by subject.
impl Ord for EntityKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tenant.cmp(&other.tenant).then_with(|| self.subject.cmp(&other.subject))
    }
}

impl PartialOrd for EntityKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn push(bytes: &mut Vec<u8>, kind: u8, id: &[u8]) {
    bytes.push(kind);
    bytes.extend_from_slice(id);
}
