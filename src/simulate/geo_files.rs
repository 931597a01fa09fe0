//! The geo files that fit the addresses of a simulation.

use std::io::Write;
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use ipnet::IpNet;
use mmdb_writer::{Value, Writer};

use super::SimulateError;
use super::places::{
    CAFE_FIRST, CAFES, CAMPUS_FIRST, CAMPUSES, CARRIERS, COUNTRIES, City, GATEWAYS, HOME_BLOCKS,
    HOME_FIRST, HOME_V6_FIRST, HOSTING_FIRST, MOBILE_FIRST, MOBILE_V6_FIRST, PROXY_FIRST,
    RESIDENTIAL_PROXIES, Spot, TOR_FIRST, V6_SECOND, VPN_FIRST, VPN_SERVICES, residential, spots,
};
use crate::domain::{SECOND_MS, Timestamp};
use crate::tables::PartialFile;

/// Names of the files.
pub const CITY_FILE: &str = "geo-city.mmdb";
/// The file of autonomous systems.
pub const ASN_FILE: &str = "geo-asn.mmdb";
/// The file of anonymous addresses.
pub const ANONYMOUS_FILE: &str = "geo-anonymous-ip.mmdb";

/// Settings that name the three files.
pub(super) const SETTINGS_FILE: &str = "vouch.toml";

/// AS numbers reserved for private use (RFC 6996): they are nobody's.
const ASN_FIRST: u32 = 4_200_000_000;
/// Of so many lines for hire, two are known to be.
const RESIDENTIAL_KNOWN_OF: u64 = 5;

/// What is written into the three files.
struct Files {
    city: Writer,
    asn: Writer,
    anonymous: Writer,
    systems: u32,
}

/// Writes the three files and the settings into a folder, under names that are not theirs yet; their build date is
/// `built_at`.
pub(super) fn write(folder: &Path, built_at: Timestamp) -> Result<Vec<PartialFile>, SimulateError> {
    let mut files = Files {
        city: writer("GeoLite2-City", built_at),
        asn: writer("GeoLite2-ASN", built_at),
        anonymous: writer("GeoIP2-Anonymous-IP", built_at),
        systems: 0,
    };
    files.fill()?;
    let contents = [
        (CITY_FILE, files.city.to_bytes()?),
        (ASN_FILE, files.asn.to_bytes()?),
        (ANONYMOUS_FILE, files.anonymous.to_bytes()?),
        (SETTINGS_FILE, settings().into_bytes()),
    ];
    let written = contents.into_iter().map(|(name, bytes)| {
        let path = folder.join(name);
        let mut file = PartialFile::create(&path)?;
        file.write_all(&bytes).map_err(|reason| SimulateError::Write { path, reason })?;
        Ok(file)
    });
    written.collect()
}

fn settings() -> String {
    format!(
        "# Settings for a replay of this simulation; the paths are seen from here.\n\n\
         [geo]\n\
         city = \"{CITY_FILE}\"\n\
         asn = \"{ASN_FILE}\"\n\
         anonymous_ip = \"{ANONYMOUS_FILE}\"\n\
         # The addresses never change hands here.\n\
         max_age_d = 100000.0\n"
    )
}

fn writer(database_type: &str, built_at: Timestamp) -> Writer {
    let seconds = u64::try_from(built_at.ms() / SECOND_MS).unwrap_or_default();
    Writer::builder(database_type)
        .description(&[(
            "en",
            "Addresses of a vouch simulation; none of this is true of the internet",
        )])
        .build_epoch(UNIX_EPOCH + Duration::from_secs(seconds))
        .build()
}

impl Files {
    fn fill(&mut self) -> Result<(), mmdb_writer::Error> {
        for spot in spots() {
            self.city_networks(spot)?;
        }
        for (plan, country) in COUNTRIES.iter().zip(0_u8..) {
            self.country_networks(country, plan.cities)?;
        }
        let [a, b, c] = TOR_FIRST;
        let system = self.system();
        let tor = v4([a, b, c, 0], 24);
        self.place(tor, Spot { country: 9, city: 0 }, 100)?;
        self.owner(tor, system)?;
        self.flags(tor, &["is_tor_exit_node"])
    }

    /// Home lines, campuses and cafes.
    fn city_networks(&mut self, spot: Spot) -> Result<(), mmdb_writer::Error> {
        let number = spot.number();
        let systems = [self.system(), self.system()];
        for block in 0..HOME_BLOCKS {
            let net = v4([HOME_FIRST, number * HOME_BLOCKS + block, 0, 0], 16);
            self.place(net, spot, 20)?;
            let [first, second] = systems;
            self.owner(net, if block < HOME_BLOCKS / 2 { first } else { second })?;
        }
        let [first, second] = systems;
        let v6 = v6([HOME_V6_FIRST, V6_SECOND + u16::from(number)], 32);
        self.place(v6, spot, 50)?;
        self.owner(v6, first)?;
        for (range, count) in [(CAMPUS_FIRST, CAMPUSES), (CAFE_FIRST, CAFES)] {
            for each in 0..count {
                let net = v4([range, number, each, 0], 24);
                self.place(net, spot, 10)?;
                self.owner(net, second)?;
            }
        }
        Ok(())
    }

    /// Carriers, VPN services, data centres and proxies.
    fn country_networks(&mut self, country: u8, cities: &[City]) -> Result<(), mmdb_writer::Error> {
        let here = Spot { country, city: 0 };
        for carrier in 0..CARRIERS {
            let system = self.system();
            for gateway in 0..GATEWAYS {
                // The place of a shared address is that of its gateway, not of who uses it.
                let last = u8::try_from(cities.len().saturating_sub(1)).unwrap_or(0);
                let spot = Spot { country, city: gateway.min(last) };
                let net = v4([MOBILE_FIRST, country * CARRIERS + carrier, gateway, 0], 24);
                self.place(net, spot, 500)?;
                self.owner(net, system)?;
            }
            let second = V6_SECOND + u16::from(country * CARRIERS + carrier);
            let net = v6([MOBILE_V6_FIRST, second], 32);
            self.place(net, here, 500)?;
            self.owner(net, system)?;
        }
        let system = self.system();
        for service in 0..VPN_SERVICES {
            let net = v4([VPN_FIRST, country, service, 0], 24);
            self.place(net, here, 100)?;
            self.owner(net, system)?;
            // No list is complete: some services are known as data centres only, some not at all.
            match service % 4 {
                0 | 1 => self.flags(net, &["is_anonymous_vpn", "is_hosting_provider"])?,
                2 => self.flags(net, &["is_hosting_provider"])?,
                _ => {}
            }
        }
        let hosting = v4([HOSTING_FIRST, country, 0, 0], 20);
        self.place(hosting, here, 100)?;
        self.owner(hosting, system)?;
        self.flags(hosting, &["is_hosting_provider"])?;
        let proxies = v4([PROXY_FIRST, country, 0, 0], 24);
        let other = self.system();
        self.place(proxies, here, 200)?;
        self.owner(proxies, other)?;
        self.flags(proxies, &["is_public_proxy"])?;
        for line in (0..RESIDENTIAL_PROXIES).filter(|line| line % RESIDENTIAL_KNOWN_OF < 2) {
            self.flags(IpNet::from(residential(country, line)), &["is_residential_proxy"])?;
        }
        Ok(())
    }

    fn system(&mut self) -> u32 {
        self.systems += 1;
        ASN_FIRST + self.systems
    }

    fn place(
        &mut self,
        net: IpNet,
        spot: Spot,
        accuracy_km: u16,
    ) -> Result<(), mmdb_writer::Error> {
        let city = spot.city();
        let record = Value::map([
            ("country", Value::map([("iso_code", Value::from(spot.plan().code))])),
            (
                "location",
                Value::map([
                    ("latitude", Value::from(city.latitude_deg)),
                    ("longitude", Value::from(city.longitude_deg)),
                    ("accuracy_radius", Value::from(accuracy_km)),
                    ("time_zone", Value::from(city.timezone)),
                ]),
            ),
        ]);
        self.city.insert_value(net, record)
    }

    fn owner(&mut self, net: IpNet, system: u32) -> Result<(), mmdb_writer::Error> {
        let record = Value::map([
            ("autonomous_system_number", Value::from(system)),
            ("autonomous_system_organization", Value::from("Simulated network")),
        ]);
        self.asn.insert_value(net, record)
    }

    fn flags(&mut self, net: IpNet, flags: &[&str]) -> Result<(), mmdb_writer::Error> {
        let set = flags.iter().copied().chain(["is_anonymous"]);
        let record = Value::map(set.map(|flag| (flag, Value::from(true))));
        self.anonymous.insert_value(net, record)
    }
}

fn v4(octets: [u8; 4], prefix: u8) -> IpNet {
    net(IpAddr::from(octets), prefix)
}

fn v6([first, second]: [u16; 2], prefix: u8) -> IpNet {
    net(IpAddr::from([first, second, 0, 0, 0, 0, 0, 0]), prefix)
}

fn net(ip: IpAddr, prefix: u8) -> IpNet {
    // The prefixes above fit: a whole address stands for one that would not.
    IpNet::new(ip, prefix).unwrap_or_else(|_| IpNet::from(ip))
}
