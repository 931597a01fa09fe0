//! What can be known at all.

use super::{AnonymityKind, GeoFile};

/// What the files and lists can tell, of some address at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Available {
    /// Country, place and time zone.
    pub city: bool,
    /// The autonomous system.
    pub asn: bool,
    /// Exits of VPN services.
    pub vpn: bool,
    /// Tor exits.
    pub tor: bool,
    /// Hosting providers.
    pub hosting: bool,
    /// Open proxies.
    pub public_proxy: bool,
    /// Residential proxies.
    pub residential_proxy: bool,
}

impl Available {
    /// Everything.
    pub const ALL: Self = Self {
        city: true,
        asn: true,
        vpn: true,
        tor: true,
        hosting: true,
        public_proxy: true,
        residential_proxy: true,
    };

    /// What the files and lists of some settings tell together.
    #[must_use]
    pub fn of(settings: impl IntoIterator<Item = GeoFile>) -> Self {
        settings.into_iter().fold(Self::default(), Self::with)
    }

    /// Whether a kind of anonymity can be told.
    #[must_use]
    pub const fn tells(self, kind: AnonymityKind) -> bool {
        match kind {
            AnonymityKind::Vpn => self.vpn,
            AnonymityKind::Tor => self.tor,
            AnonymityKind::Hosting => self.hosting,
            AnonymityKind::PublicProxy => self.public_proxy,
            AnonymityKind::ResidentialProxy => self.residential_proxy,
        }
    }

    const fn with(mut self, file: GeoFile) -> Self {
        match file {
            GeoFile::City => self.city = true,
            GeoFile::Asn => self.asn = true,
            GeoFile::AnonymousIp => {
                self.vpn = true;
                self.tor = true;
                self.hosting = true;
                self.public_proxy = true;
                self.residential_proxy = true;
            }
            GeoFile::ResidentialProxy => self.residential_proxy = true,
            GeoFile::VpnList => self.vpn = true,
            GeoFile::TorList => self.tor = true,
            GeoFile::HostingList => self.hosting = true,
        }
        self
    }
}
