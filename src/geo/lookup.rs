//! The open files, and what they say about an address.

use std::net::IpAddr;
use std::sync::Arc;

use super::database::{Answer, Database};
use super::list::List;
use super::records::{AnonymousIpRecord, AsnRecord, CityRecord, ResidentialProxyRecord};
use super::{AnonymityKind, Available, GeoError, GeoFacts, GeoFile, GeoFiles, is_private};
use crate::domain::{Country, Timestamp, canonical_ip};

/// The longest name of a time zone that is believed. The longest of the IANA database has 32 bytes.
const TIMEZONE_MAX_BYTES: usize = 64;

/// The geo files that are open. Shared between threads by reference.
#[derive(Debug, Default)]
pub struct Geo {
    city: Option<Database>,
    asn: Option<Database>,
    anonymous_ip: Option<Database>,
    residential_proxy: Option<Database>,
    lists: Vec<List>,
}

impl Geo {
    /// No file: every lookup says that nothing is known.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Opens the files that are given, and reads them into memory.
    ///
    /// # Errors
    /// Every file that cannot be read, is not of its format, is one for something else or holds too much; all of them at
    /// once, and of each list every bad line.
    pub fn open(files: &GeoFiles) -> Result<Self, Vec<GeoError>> {
        let mut problems = Vec::new();
        let mut open = |file| match Database::open(file, files.database(file)?) {
            Ok(database) => Some(database),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let mut geo = Self {
            city: open(GeoFile::City),
            asn: open(GeoFile::Asn),
            anonymous_ip: open(GeoFile::AnonymousIp),
            residential_proxy: open(GeoFile::ResidentialProxy),
            lists: Vec::new(),
        };
        for file in files.given() {
            geo.lists.extend(List::open(file, files.list(file), &mut problems));
        }
        if problems.is_empty() { Ok(geo) } else { Err(problems) }
    }

    /// What the files say about an address. An IPv4-mapped IPv6 address is looked up as IPv4; an address that belongs
    /// to nobody (see [`is_private`]) is not looked up.
    #[must_use]
    pub fn lookup(&self, ip: IpAddr) -> GeoFacts {
        let ip = canonical_ip(ip);
        let mut facts = GeoFacts::default();
        if is_private(ip) {
            return facts;
        }
        if let Some(city) = &self.city {
            read_city(city, ip, &mut facts);
        }
        if let Some(asn) = &self.asn {
            read_asn(asn, ip, &mut facts);
        }
        if let Some(anonymous_ip) = &self.anonymous_ip {
            read_anonymity(anonymous_ip, ip, &mut facts);
        }
        if let Some(residential_proxy) = &self.residential_proxy {
            read_residential_proxy(residential_proxy, ip, &mut facts);
        }
        for list in &self.lists {
            if let Some(listed) = list.contains(ip) {
                facts.anonymity.hear(list.kind(), listed);
            }
        }
        facts
    }

    /// The autonomous system of an address, as [`Self::lookup`] tells it.
    #[must_use]
    pub fn asn(&self, ip: IpAddr) -> Option<u32> {
        let ip = canonical_ip(ip);
        let database = self.asn.as_ref().filter(|_| !is_private(ip))?;
        let mut facts = GeoFacts::default();
        read_asn(database, ip, &mut facts);
        facts.asn
    }

    /// What the open files can tell.
    #[must_use]
    pub fn available(&self) -> Available {
        Available::of(self.databases().map(Database::file).chain(self.lists.iter().map(List::file)))
    }

    /// What the open files are, to be stored beside what they answered. A MaxMind DB file is named by its build,
    /// `city:1700000000`, the second being when it was built in seconds since 1970; a list has no build of its own and
    /// is named by the first 16 digits of its SHA-256, `vpn_list:sha256:9f86d081884c7d65`, each file of a setting for
    /// itself and in the order of the setting.
    #[must_use]
    pub fn builds(&self) -> Vec<String> {
        let databases =
            self.databases().map(|open| format!("{}:{}", open.file(), open.build_epoch_s()));
        let lists = self.lists.iter().flat_map(|list| {
            list.digests().iter().map(|digest| format!("{}:sha256:{digest}", list.file()))
        });
        databases.chain(lists).collect()
    }

    /// The age of each open MaxMind DB file in days at a time; negative when the file was built after it. A list does
    /// not say when it was made.
    #[must_use]
    pub fn ages_d(&self, at: Timestamp) -> Vec<(GeoFile, f64)> {
        self.databases().map(|open| (open.file(), at.days_since(open.built_at()))).collect()
    }

    /// The age of the oldest open MaxMind DB file in days at a time; `None` without one.
    #[must_use]
    pub fn oldest_age_d(&self, at: Timestamp) -> Option<f64> {
        self.databases().map(Database::built_at).min().map(|built_at| at.days_since(built_at))
    }

    fn databases(&self) -> impl Iterator<Item = &Database> {
        [&self.city, &self.asn, &self.anonymous_ip, &self.residential_proxy].into_iter().flatten()
    }

    /// Puts a file in its place without asking for its type.
    #[cfg(test)]
    pub(super) fn with(mut self, database: Database) -> Self {
        match database.file() {
            GeoFile::City => self.city = Some(database),
            GeoFile::Asn => self.asn = Some(database),
            GeoFile::AnonymousIp => self.anonymous_ip = Some(database),
            GeoFile::ResidentialProxy => self.residential_proxy = Some(database),
            GeoFile::VpnList | GeoFile::TorList | GeoFile::HostingList => {}
        }
        self
    }
}

fn read_city(city: &Database, ip: IpAddr, facts: &mut GeoFacts) {
    let record = match city.find::<CityRecord<'_>>(ip) {
        Answer::Record(record) => record,
        Answer::NotCovered | Answer::Unlisted => return,
        Answer::Corrupt => {
            facts.failed = true;
            return;
        }
    };
    if let Some(code) = record.country.and_then(|country| country.iso_code) {
        facts.country = Country::parse(code);
        facts.failed |= facts.country.is_none();
    }
    let Some(location) = record.location else { return };
    match location.place() {
        Ok(place) => facts.place = place,
        Err(_) => facts.failed = true,
    }
    if let Some(name) = location.time_zone {
        let believed = (1..=TIMEZONE_MAX_BYTES).contains(&name.len());
        facts.timezone = believed.then(|| Arc::from(name));
        facts.failed |= !believed;
    }
}

fn read_asn(asn: &Database, ip: IpAddr, facts: &mut GeoFacts) {
    match asn.find::<AsnRecord>(ip) {
        Answer::Record(record) => facts.asn = record.autonomous_system_number,
        Answer::NotCovered | Answer::Unlisted => {}
        Answer::Corrupt => facts.failed = true,
    }
}

fn read_anonymity(anonymous_ip: &Database, ip: IpAddr, facts: &mut GeoFacts) {
    match anonymous_ip.find::<AnonymousIpRecord>(ip) {
        Answer::Record(record) => record.tell(&mut facts.anonymity),
        Answer::Unlisted => AnonymousIpRecord::default().tell(&mut facts.anonymity),
        Answer::NotCovered => {}
        Answer::Corrupt => facts.failed = true,
    }
}

fn read_residential_proxy(residential_proxy: &Database, ip: IpAddr, facts: &mut GeoFacts) {
    let says = match residential_proxy.find::<ResidentialProxyRecord>(ip) {
        Answer::Record(record) => record.says(),
        Answer::Unlisted => false,
        Answer::NotCovered => return,
        Answer::Corrupt => {
            facts.failed = true;
            return;
        }
    };
    facts.anonymity.hear(AnonymityKind::ResidentialProxy, says);
}
