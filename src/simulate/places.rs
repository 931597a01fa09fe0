//! Where people are: countries, cities, and the networks that their addresses come from.
//!
//! The plan of addresses is invented, in ranges that are public, so that nothing takes them for private ones. What the
//! world says of these addresses is not what the geo files of a simulation say, so the files belong to the facts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::draw::{low8, low16, mixed, reduced};

/// A country with buyers.
#[derive(Debug)]
pub(super) struct CountryPlan {
    pub(super) code: &'static str,
    pub(super) currency: &'static str,
    /// Major units of CNY for one of its currency, on the first day.
    pub(super) cny_for_one: f64,
    /// Share among the countries outside of the home country.
    pub(super) share: f64,
    pub(super) cities: &'static [City],
}

/// A city.
#[derive(Debug)]
pub(super) struct City {
    pub(super) latitude_deg: f64,
    pub(super) longitude_deg: f64,
    pub(super) timezone: &'static str,
    /// Hours ahead of UTC, without summer time: for the rhythm of a day only.
    pub(super) offset_h: i64,
}

const fn city(
    latitude_deg: f64,
    longitude_deg: f64,
    timezone: &'static str,
    offset_h: i64,
) -> City {
    City { latitude_deg, longitude_deg, timezone, offset_h }
}

/// Every country; the first is home.
pub(super) const COUNTRIES: &[CountryPlan] = &[
    CountryPlan {
        code: "CN",
        currency: "CNY",
        cny_for_one: 1.0,
        share: 0.0,
        cities: &[
            city(31.23, 121.47, "Asia/Shanghai", 8),
            city(39.90, 116.41, "Asia/Shanghai", 8),
            city(23.13, 113.26, "Asia/Shanghai", 8),
            city(22.54, 114.06, "Asia/Shanghai", 8),
            city(30.57, 104.07, "Asia/Shanghai", 8),
            city(30.27, 120.16, "Asia/Shanghai", 8),
            city(34.34, 108.94, "Asia/Shanghai", 8),
            city(30.59, 114.31, "Asia/Shanghai", 8),
            city(41.81, 123.43, "Asia/Shanghai", 8),
            city(28.23, 112.94, "Asia/Shanghai", 8),
        ],
    },
    CountryPlan {
        code: "HK",
        currency: "HKD",
        cny_for_one: 0.91,
        share: 0.16,
        cities: &[city(22.32, 114.17, "Asia/Hong_Kong", 8)],
    },
    CountryPlan {
        code: "TW",
        currency: "TWD",
        cny_for_one: 0.23,
        share: 0.16,
        cities: &[city(25.03, 121.57, "Asia/Taipei", 8), city(22.63, 120.30, "Asia/Taipei", 8)],
    },
    CountryPlan {
        code: "JP",
        currency: "JPY",
        cny_for_one: 0.047,
        share: 0.12,
        cities: &[city(35.68, 139.69, "Asia/Tokyo", 9), city(34.69, 135.50, "Asia/Tokyo", 9)],
    },
    CountryPlan {
        code: "KR",
        currency: "KRW",
        cny_for_one: 0.0051,
        share: 0.10,
        cities: &[city(37.57, 126.98, "Asia/Seoul", 9)],
    },
    CountryPlan {
        code: "US",
        currency: "USD",
        cny_for_one: 7.1,
        share: 0.14,
        cities: &[
            city(37.77, -122.42, "America/Los_Angeles", -8),
            city(40.71, -74.01, "America/New_York", -5),
            city(29.76, -95.37, "America/Chicago", -6),
        ],
    },
    CountryPlan {
        code: "MY",
        currency: "MYR",
        cny_for_one: 1.7,
        share: 0.10,
        cities: &[city(3.139, 101.69, "Asia/Kuala_Lumpur", 8)],
    },
    CountryPlan {
        code: "SG",
        currency: "SGD",
        cny_for_one: 5.5,
        share: 0.08,
        cities: &[city(1.35, 103.82, "Asia/Singapore", 8)],
    },
    CountryPlan {
        code: "TH",
        currency: "THB",
        cny_for_one: 0.22,
        share: 0.06,
        cities: &[city(13.76, 100.50, "Asia/Bangkok", 7)],
    },
    CountryPlan {
        code: "DE",
        currency: "EUR",
        cny_for_one: 8.2,
        share: 0.05,
        cities: &[city(52.52, 13.40, "Europe/Berlin", 1), city(48.14, 11.58, "Europe/Berlin", 1)],
    },
    CountryPlan {
        code: "GB",
        currency: "GBP",
        cny_for_one: 9.5,
        share: 0.03,
        cities: &[city(51.51, -0.13, "Europe/London", 0)],
    },
];

/// Where somebody is: the index of the country, and of the city in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) country: u8,
    pub(super) city: u8,
}

impl Spot {
    pub(super) fn plan(self) -> &'static CountryPlan {
        COUNTRIES.get(usize::from(self.country)).unwrap_or(&HOME)
    }

    pub(super) fn city(self) -> &'static City {
        self.plan().cities.get(usize::from(self.city)).unwrap_or(&HOME_CITY)
    }

    /// The city's number among all cities.
    pub(super) fn number(self) -> u8 {
        let before = COUNTRIES.iter().take(usize::from(self.country)).map(|c| c.cities.len());
        u8::try_from(before.sum::<usize>()).unwrap_or(0).saturating_add(self.city)
    }
}

const HOME: CountryPlan =
    CountryPlan { code: "CN", currency: "CNY", cny_for_one: 1.0, share: 0.0, cities: &[] };
const HOME_CITY: City = city(31.23, 121.47, "Asia/Shanghai", 8);

/// Every city of every country.
pub(super) fn spots() -> impl Iterator<Item = Spot> {
    COUNTRIES.iter().zip(0_u8..).flat_map(|(plan, country)| {
        plan.cities.iter().zip(0_u8..).map(move |(_, city)| Spot { country, city })
    })
}

/// What a request comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// A line at home.
    Home(Spot),
    /// A carrier, whose customers share its addresses.
    Mobile(Spot),
    /// A campus, whose students share four addresses.
    Campus(Spot, u8),
    /// An internet cafe with one address.
    Cafe(Spot, u8),
    /// An exit of a VPN service in a country.
    Vpn(u8),
    /// A data centre in a country.
    Hosting(u8),
    /// An exit of Tor.
    Tor,
    /// An open proxy in a country.
    PublicProxy(u8),
    /// A line at home in a country that is for hire.
    ResidentialProxy(u8),
}

/// Blocks of the cities' home lines: two providers with two /16 each.
pub(super) const HOME_BLOCKS: u8 = 4;
/// Carriers of a country, and the cities of their gateways.
pub(super) const CARRIERS: u8 = 2;
pub(super) const GATEWAYS: u8 = 3;
/// Campuses and cafes of a city.
pub(super) const CAMPUSES: u8 = 12;
pub(super) const CAFES: u8 = 40;
/// Services with exits in a country.
pub(super) const VPN_SERVICES: u8 = 8;
/// Lines of a country that are for hire.
pub(super) const RESIDENTIAL_PROXIES: u64 = 600;

/// First bytes of the ranges.
pub(super) const HOME_FIRST: u8 = 49;
pub(super) const MOBILE_FIRST: u8 = 101;
pub(super) const CAMPUS_FIRST: u8 = 115;
pub(super) const CAFE_FIRST: u8 = 116;
pub(super) const VPN_FIRST: u8 = 185;
pub(super) const HOSTING_FIRST: u8 = 45;
pub(super) const PROXY_FIRST: u8 = 177;
pub(super) const TOR_FIRST: [u8; 3] = [171, 25, 193];
/// First parts of the IPv6 ranges.
pub(super) const HOME_V6_FIRST: u16 = 0x2408;
pub(super) const MOBILE_V6_FIRST: u16 = 0x2409;
pub(super) const V6_SECOND: u16 = 0x8000;

/// An IPv4 address. `who` is the line at home, the subscriber, or whatever tells one user of a network from another;
/// the same one has the same address.
pub(super) fn ipv4(network: Network, who: u64) -> IpAddr {
    let bits = mixed(who);
    let (a, b) = (low8(bits), low8(bits >> 8));
    let host = a.clamp(1, 254);
    let octets = match network {
        Network::Home(spot) => {
            let block = low8(bits >> 16) % HOME_BLOCKS;
            [HOME_FIRST, spot.number() * HOME_BLOCKS + block, b, host]
        }
        Network::Mobile(spot) => {
            let carrier = low8(bits >> 16) % CARRIERS;
            let gateway = low8(bits >> 24) % GATEWAYS;
            [MOBILE_FIRST, spot.country * CARRIERS + carrier, gateway, host]
        }
        Network::Campus(spot, campus) => [CAMPUS_FIRST, spot.number(), campus, 1 + a % 4],
        Network::Cafe(spot, cafe) => [CAFE_FIRST, spot.number(), cafe, 1],
        Network::Vpn(country) => [VPN_FIRST, country, b % VPN_SERVICES, host],
        Network::Hosting(country) => [HOSTING_FIRST, country, b % 16, host],
        Network::Tor => {
            let [first, second, third] = TOR_FIRST;
            [first, second, third, host]
        }
        Network::PublicProxy(country) => [PROXY_FIRST, country, 0, host],
        Network::ResidentialProxy(country) => return residential(country, bits),
    };
    IpAddr::V4(Ipv4Addr::from(octets))
}

/// A line for hire is a line of a household like any other.
pub(super) fn residential(country: u8, number: u64) -> IpAddr {
    let line = number % RESIDENTIAL_PROXIES;
    let cities = COUNTRIES.get(usize::from(country)).map_or(1, |plan| plan.cities.len());
    let city = u8::try_from(reduced(mixed(line), cities)).unwrap_or(0);
    ipv4(Network::Home(Spot { country, city }), mixed(line ^ u64::from(country) << 32))
}

/// An IPv6 address, from home or on the move; `day` changes its last half, as privacy extensions do (RFC 8981).
pub(super) fn ipv6(network: Network, who: u64, day: u64) -> Option<IpAddr> {
    let bits = mixed(who);
    let (first, second) = match network {
        Network::Home(spot) => (HOME_V6_FIRST, V6_SECOND + u16::from(spot.number())),
        Network::Mobile(spot) => {
            let carrier = u16::from(low8(bits >> 16) % CARRIERS);
            (MOBILE_V6_FIRST, V6_SECOND + u16::from(spot.country * CARRIERS) + carrier)
        }
        Network::Campus(..)
        | Network::Cafe(..)
        | Network::Vpn(_)
        | Network::Hosting(_)
        | Network::Tor
        | Network::PublicProxy(_)
        | Network::ResidentialProxy(_) => return None,
    };
    let last = mixed(who ^ day.wrapping_mul(0x100_0000_01b3));
    let parts = [
        first,
        second,
        low16(bits >> 24),
        low16(bits >> 40) & 0xff,
        low16(last) | 1,
        low16(last >> 16),
        low16(last >> 32),
        low16(last >> 48),
    ];
    Some(IpAddr::V6(Ipv6Addr::from(parts)))
}
