//! Which files there are.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{AnonymityKind, Available};

/// Where the files are. Each is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GeoFiles {
    /// `GeoLite2-City`, `GeoIP2-City`, `GeoIP2-Enterprise` or another file of that layout.
    pub city: Option<PathBuf>,
    /// `GeoLite2-ASN`, `GeoIP2-ISP` or another file of that layout.
    pub asn: Option<PathBuf>,
    /// `GeoIP2-Anonymous-IP`, `GeoIP-Anonymous-Plus` or another file of that layout.
    pub anonymous_ip: Option<PathBuf>,
    /// `GeoIP-Residential-Proxy` or another file of that layout.
    pub residential_proxy: Option<PathBuf>,
    /// Plain lists of exits of VPN services; of several, each counts.
    pub vpn_list: Vec<PathBuf>,
    /// Plain lists of Tor exits.
    pub tor_list: Vec<PathBuf>,
    /// Plain lists of networks of hosting providers.
    pub hosting_list: Vec<PathBuf>,
}

impl GeoFiles {
    /// Each setting that is given.
    pub fn given(&self) -> impl Iterator<Item = GeoFile> {
        GeoFile::ALL.iter().copied().filter(|file| match file {
            GeoFile::City => self.city.is_some(),
            GeoFile::Asn => self.asn.is_some(),
            GeoFile::AnonymousIp => self.anonymous_ip.is_some(),
            GeoFile::ResidentialProxy => self.residential_proxy.is_some(),
            GeoFile::VpnList | GeoFile::TorList | GeoFile::HostingList => {
                !self.list(*file).is_empty()
            }
        })
    }

    /// What they tell when they can all be read.
    #[must_use]
    pub fn available(&self) -> Available {
        Available::of(self.given())
    }

    /// Every path, to be changed in place.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let Self { city, asn, anonymous_ip, residential_proxy, vpn_list, tor_list, hosting_list } =
            self;
        let databases = [city, asn, anonymous_ip, residential_proxy].into_iter().flatten();
        databases.chain([vpn_list, tor_list, hosting_list].into_iter().flatten())
    }

    /// The path of a MaxMind DB file; `None` also for a list.
    pub(super) fn database(&self, file: GeoFile) -> Option<&Path> {
        match file {
            GeoFile::City => self.city.as_deref(),
            GeoFile::Asn => self.asn.as_deref(),
            GeoFile::AnonymousIp => self.anonymous_ip.as_deref(),
            GeoFile::ResidentialProxy => self.residential_proxy.as_deref(),
            GeoFile::VpnList | GeoFile::TorList | GeoFile::HostingList => None,
        }
    }

    /// The paths of a list; none for a MaxMind DB file.
    pub(super) fn list(&self, file: GeoFile) -> &[PathBuf] {
        match file {
            GeoFile::VpnList => &self.vpn_list,
            GeoFile::TorList => &self.tor_list,
            GeoFile::HostingList => &self.hosting_list,
            GeoFile::City | GeoFile::Asn | GeoFile::AnonymousIp | GeoFile::ResidentialProxy => &[],
        }
    }
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GeoFile {
    /// Country, place and time zone.
    City,
    /// The autonomous system.
    Asn,
    /// Anonymity.
    AnonymousIp,
    /// Residential proxies.
    ResidentialProxy,
    /// Plain lists of VPN exits.
    VpnList,
    /// Plain lists of Tor exits.
    TorList,
    /// Plain lists of hosting networks.
    HostingList,
}

impl GeoFile {
    /// Every file.
    pub const ALL: &'static [Self] = &[
        Self::City,
        Self::Asn,
        Self::AnonymousIp,
        Self::ResidentialProxy,
        Self::VpnList,
        Self::TorList,
        Self::HostingList,
    ];

    /// The name of its setting in [`GeoFiles`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Asn => "asn",
            Self::AnonymousIp => "anonymous_ip",
            Self::ResidentialProxy => "residential_proxy",
            Self::VpnList => "vpn_list",
            Self::TorList => "tor_list",
            Self::HostingList => "hosting_list",
        }
    }

    /// The kind of anonymity that a plain list is of; `None` for a MaxMind DB file.
    pub(super) const fn listed_kind(self) -> Option<AnonymityKind> {
        match self {
            Self::VpnList => Some(AnonymityKind::Vpn),
            Self::TorList => Some(AnonymityKind::Tor),
            Self::HostingList => Some(AnonymityKind::Hosting),
            Self::City | Self::Asn | Self::AnonymousIp | Self::ResidentialProxy => None,
        }
    }

    /// The database types that hold the fields of this file: a type fits when it contains one of these words. A plain
    /// list is no database.
    pub(super) const fn type_words(self) -> &'static [&'static str] {
        match self {
            Self::City => &["City", "Enterprise", "Insights"],
            Self::Asn => &["ASN", "ISP"],
            Self::AnonymousIp => &["Anonymous"],
            Self::ResidentialProxy => &["Residential-Proxy"],
            Self::VpnList | Self::TorList | Self::HostingList => &[],
        }
    }

    /// A file of the right type, for messages.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::City => "`GeoLite2-City` or `GeoIP2-City`",
            Self::Asn => "`GeoLite2-ASN` or `GeoIP2-ISP`",
            Self::AnonymousIp => "`GeoIP2-Anonymous-IP` or `GeoIP-Anonymous-Plus`",
            Self::ResidentialProxy => "`GeoIP-Residential-Proxy`",
            Self::VpnList | Self::TorList | Self::HostingList => "a text of one network a line",
        }
    }
}

impl fmt::Display for GeoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
