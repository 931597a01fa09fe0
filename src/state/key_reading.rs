//! What a key's timeline shows by itself, read alike by signals and by findings.

use std::collections::BTreeSet;

use super::card_key::{Activation, CardKeyDoc};
use crate::domain::{AccountId, ActivationResult, Client, Network, OrderId, Timestamp};

/// What ties who tried a key to a buyer, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActivatorLink {
    /// Nothing.
    None,
    /// The same /24 or /48 network.
    Net,
    /// The same address.
    Ip,
    /// The same device.
    Device,
    /// The same account.
    Account,
}

impl ActivatorLink {
    /// As signals spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Net => "net",
            Self::Ip => "ip",
            Self::Device => "device",
            Self::Account => "account",
        }
    }

    /// It was the buyer: neighbours share a network, but seldom an address.
    #[must_use]
    pub fn is_buyer(self) -> bool {
        self >= Self::Ip
    }
}

/// A buyer, as activations know them.
#[derive(Debug, Clone)]
pub struct Buyer<'a> {
    /// Their account, when it is known.
    pub account: Option<&'a AccountId>,
    /// Where they ordered, opened the goods or asked from.
    pub clients: Vec<&'a Client>,
}

impl Activation {
    /// What ties it to a buyer, the strongest.
    #[must_use]
    pub fn link(&self, buyer: &Buyer<'_>) -> ActivatorLink {
        let clients = &buyer.clients;
        let account = self.activator_id.as_ref().map(|id| id.as_str());
        let network = self.ip.map(Network::of);
        if account.is_some() && account == buyer.account.map(AccountId::as_str) {
            ActivatorLink::Account
        } else if self.device_id.is_some() && clients.iter().any(|c| c.device_id == self.device_id)
        {
            ActivatorLink::Device
        } else if self.ip.is_some() && clients.iter().any(|client| client.ip == self.ip) {
            ActivatorLink::Ip
        } else if network.is_some() && clients.iter().any(|c| c.ip.map(Network::of) == network) {
            ActivatorLink::Net
        } else {
            ActivatorLink::None
        }
    }
}

impl CardKeyDoc {
    /// Every try that consumed the key.
    pub fn consumptions(&self) -> impl Iterator<Item = &Activation> {
        self.activations.iter().filter(|activation| activation.result == ActivationResult::Ok)
    }

    /// The buyer consumed the key.
    #[must_use]
    pub fn is_consumed_by(&self, buyer: &Buyer<'_>) -> bool {
        self.consumptions().any(|activation| activation.link(buyer).is_buyer())
    }

    /// The orders that the key was delivered to.
    #[must_use]
    pub fn orders(&self) -> BTreeSet<&OrderId> {
        self.deliveries.iter().map(|delivery| &delivery.order_id).collect()
    }

    /// The key was public before `delivered`.
    #[must_use]
    pub fn is_leaked_before(&self, delivered: Timestamp) -> bool {
        self.leaks.first().is_some_and(|leak| leak.first_seen_at < delivered)
    }
}
