//! Allow and block lists.

mod read;

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

use super::Reasoning;
use crate::domain::{
    AccountId, Decision, DeviceId, IdError, PayoutFingerprint, RefundClaim, Timestamp,
};

pub use read::LISTS_MAX;
pub(super) use read::read;

/// What a list entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListSubject {
    /// The account that asks.
    Account,
    /// The device that asks.
    Device,
    /// The address that asks, or its network.
    Ip,
    /// Where the money is to go.
    Payout,
}

/// One entry of a list.
#[derive(Debug, Clone)]
pub struct ListEntry {
    /// Its id, unique in the file.
    pub id: String,
    /// What it matches.
    pub matches: ListMatch,
    /// What it speaks for.
    pub then: Decision,
    /// Why.
    pub reasoning: Reasoning,
    /// Who answers for it.
    pub owner: String,
    /// From when it is over, by vouch's own clock.
    pub expires: Timestamp,
}

/// What a list entry matches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ListMatch {
    /// An account.
    Account(AccountId),
    /// A device.
    Device(DeviceId),
    /// A network; one address is a network too. INVARIANT: IPv4 is never IPv4-mapped IPv6, as in claims.
    Ip(IpNet),
    /// A payout destination.
    Payout(PayoutFingerprint),
}

/// Why a value matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// No claim has such an id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Neither an address nor a network.
    #[error("is no address or network; write one such as `198.51.100.7` or `198.51.100.0/24`")]
    NoNetwork,
    /// An address with a prefix that is shorter than it.
    #[error(
        "is an address inside a network; write `{network}` for all of it, `{address}` for the one"
    )]
    InsideNetwork {
        /// The network.
        network: IpNet,
        /// The address.
        address: IpAddr,
    },
}

impl ListMatch {
    /// Parses the value of an entry.
    pub(super) fn parse(subject: ListSubject, value: &str) -> Result<Self, MatchError> {
        Ok(match subject {
            ListSubject::Account => Self::Account(AccountId::parse(value)?),
            ListSubject::Device => Self::Device(DeviceId::parse(value)?),
            ListSubject::Payout => Self::Payout(PayoutFingerprint::parse(value)?),
            ListSubject::Ip => Self::Ip(network(value)?),
        })
    }

    fn hits(&self, claim: &RefundClaim) -> bool {
        match self {
            Self::Account(id) => claim.account_id == *id,
            Self::Device(id) => claim.client.device_id.as_ref() == Some(id),
            Self::Ip(net) => claim.client.ip.is_some_and(|ip| net.contains(&ip.to_canonical())),
            Self::Payout(id) => claim.destination.payout.as_ref() == Some(id),
        }
    }
}

fn network(value: &str) -> Result<IpNet, MatchError> {
    if let Ok(ip) = value.parse::<IpAddr>() {
        return Ok(IpNet::from(ip.to_canonical()));
    }
    let net = value.parse::<IpNet>().map(unmapped).map_err(|_| MatchError::NoNetwork)?;
    let (network, address) = (net.trunc(), net.addr());
    if network == net { Ok(net) } else { Err(MatchError::InsideNetwork { network, address }) }
}

/// A network of IPv4-mapped IPv6 addresses as the IPv4 network that it is: claims hold no mapped addresses.
fn unmapped(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let Some(v4) = Ipv6Addr::to_ipv4_mapped(&v6.addr()) else { return net };
    let prefix = v6.prefix_len().checked_sub(MAPPED_PREFIX);
    prefix.and_then(|prefix| Ipv4Net::new(v4, prefix).ok()).map_or(net, IpNet::V4)
}

/// Bits before the IPv4 address in an IPv4-mapped one: RFC 4291, section 2.5.5.2.
const MAPPED_PREFIX: u8 = 96;

impl ListEntry {
    /// The claim is on the list at this time of vouch's own clock, and the entry is not over.
    #[must_use]
    pub fn hits(&self, claim: &RefundClaim, at: Timestamp) -> bool {
        at < self.expires && self.matches.hits(claim)
    }
}
