//! Allow and block lists.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Reasoning;
use crate::domain::{Decision, RefundClaim, Timestamp};

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
    /// From when it is over.
    pub expires: Timestamp,
}

/// What a list entry matches.
#[derive(Debug, Clone)]
pub enum ListMatch {
    /// An account id.
    Account(String),
    /// A device id.
    Device(String),
    /// A network; one address is a network too.
    Ip(IpNet),
    /// A payout fingerprint.
    Payout(String),
}

impl ListMatch {
    /// Parses the value of an entry. `None` when it is no address or network where one is needed.
    pub(super) fn parse(subject: ListSubject, value: &str) -> Option<Self> {
        Some(match subject {
            ListSubject::Account => Self::Account(value.to_owned()),
            ListSubject::Device => Self::Device(value.to_owned()),
            ListSubject::Payout => Self::Payout(value.to_owned()),
            ListSubject::Ip => Self::Ip(match value.parse::<IpAddr>() {
                Ok(ip) => IpNet::from(ip.to_canonical()),
                Err(_) => value.parse::<IpNet>().ok()?.trunc(),
            }),
        })
    }
}

impl ListEntry {
    /// The claim is on the list, and the entry is not over.
    #[must_use]
    pub fn hits(&self, claim: &RefundClaim) -> bool {
        claim.requested_at < self.expires
            && match &self.matches {
                ListMatch::Account(id) => claim.account_id.as_str() == id,
                ListMatch::Device(id) => {
                    claim.client.device_id.as_ref().is_some_and(|own| own.as_str() == id)
                }
                ListMatch::Ip(net) => claim.client.ip.is_some_and(|ip| net.contains(&ip)),
                ListMatch::Payout(id) => {
                    claim.destination.payout.as_ref().is_some_and(|own| own.as_str() == id)
                }
            }
    }
}
