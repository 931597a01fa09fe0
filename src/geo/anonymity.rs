//! How an address hides who is behind it, and who can tell.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way in which an address hides who is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnonymityKind {
    /// Exit of a VPN service for the public.
    Vpn,
    /// Tor exit.
    Tor,
    /// Address of a hosting provider: a machine, not a household.
    Hosting,
    /// Open proxy.
    PublicProxy,
    /// Household connection that is rented out as a proxy.
    ResidentialProxy,
}

impl AnonymityKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::Vpn, Self::Tor, Self::Hosting, Self::PublicProxy, Self::ResidentialProxy];

    /// Its name in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vpn => "vpn",
            Self::Tor => "tor",
            Self::Hosting => "hosting",
            Self::PublicProxy => "public_proxy",
            Self::ResidentialProxy => "residential_proxy",
        }
    }
}

impl fmt::Display for AnonymityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How an address hides who is behind it, by what every file and list says together. Several kinds can hold at once.
///
/// A kind is `Some(true)` when a source says so, `Some(false)` when a source that can tell says no and none says yes, and
/// `None` when no source can tell. Sources list only what is anonymous, so not being listed is an answer. A source
/// cannot tell an address of a family that it holds nothing of (an IPv6 address and a file or list of IPv4 only), nor
/// one whose record it holds damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Anonymity {
    /// Exit of a VPN service for the public.
    pub vpn: Option<bool>,
    /// Tor exit.
    pub tor: Option<bool>,
    /// Address of a hosting provider: a machine, not a household.
    pub hosting: Option<bool>,
    /// Open proxy.
    pub public_proxy: Option<bool>,
    /// Household connection that is rented out as a proxy.
    pub residential_proxy: Option<bool>,
    /// Anonymous in a way that the Anonymous-IP file does not name.
    pub unnamed: Option<bool>,
}

impl Anonymity {
    /// Whether a kind holds.
    #[must_use]
    pub const fn is(&self, kind: AnonymityKind) -> Option<bool> {
        match kind {
            AnonymityKind::Vpn => self.vpn,
            AnonymityKind::Tor => self.tor,
            AnonymityKind::Hosting => self.hosting,
            AnonymityKind::PublicProxy => self.public_proxy,
            AnonymityKind::ResidentialProxy => self.residential_proxy,
        }
    }

    /// Whether anything at all holds; `None` when nothing does and something is unknown.
    #[must_use]
    pub fn any(&self) -> Option<bool> {
        let Self { vpn, tor, hosting, public_proxy, residential_proxy, unnamed } = *self;
        let parts = [vpn, tor, hosting, public_proxy, residential_proxy, unnamed];
        if parts.contains(&Some(true)) {
            Some(true)
        } else if parts.contains(&None) {
            None
        } else {
            Some(false)
        }
    }

    /// Takes in what one source says of a kind: a yes outweighs every no.
    pub(super) const fn hear(&mut self, kind: AnonymityKind, says: bool) {
        let heard = match kind {
            AnonymityKind::Vpn => &mut self.vpn,
            AnonymityKind::Tor => &mut self.tor,
            AnonymityKind::Hosting => &mut self.hosting,
            AnonymityKind::PublicProxy => &mut self.public_proxy,
            AnonymityKind::ResidentialProxy => &mut self.residential_proxy,
        };
        *heard = Some(says || matches!(heard, Some(true)));
    }
}
