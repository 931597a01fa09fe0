//! The open files, and what they say about an address.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use super::database::{Answer, Database};
use super::facts::{Anonymity, Available, GeoFacts};
use super::records::{AnonymousIpRecord, AsnRecord, CityRecord};
use super::{GeoError, GeoFile, GeoFiles, is_private};
use crate::domain::{Country, Timestamp, canonical_ip};

/// The longest name of a time zone that is believed. The longest of the IANA database has 32 bytes.
const TIMEZONE_MAX_BYTES: usize = 64;

/// The geo files that are open. Shared between threads by reference.
#[derive(Debug, Default)]
pub struct Geo {
    city: Option<Database>,
    asn: Option<Database>,
    anonymous_ip: Option<Database>,
}

impl Geo {
    /// No file: every lookup says that nothing is known.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Opens the files that are given, and reads them whole into memory.
    ///
    /// # Errors
    /// Every file that cannot be read, is not a MaxMind DB file or is one for something else; all of them at once.
    pub fn open(files: &GeoFiles) -> Result<Self, Vec<GeoError>> {
        let mut problems = Vec::new();
        let mut open = |file, path: Option<&Path>| match Database::open(file, path?) {
            Ok(database) => Some(database),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let geo = Self {
            city: open(GeoFile::City, files.city.as_deref()),
            asn: open(GeoFile::Asn, files.asn.as_deref()),
            anonymous_ip: open(GeoFile::AnonymousIp, files.anonymous_ip.as_deref()),
        };
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
        facts
    }

    /// Which files are open.
    #[must_use]
    pub const fn available(&self) -> Available {
        Available {
            city: self.city.is_some(),
            asn: self.asn.is_some(),
            anonymous_ip: self.anonymous_ip.is_some(),
        }
    }

    /// The builds of the open files, to be stored beside what they answered: `city:1700000000`, the second being when
    /// the file was built in seconds since 1970.
    #[must_use]
    pub fn builds(&self) -> Vec<String> {
        self.databases().map(|open| format!("{}:{}", open.file(), open.build_epoch_s())).collect()
    }

    /// The age of each open file in days at a time; negative when the file was built after it.
    #[must_use]
    pub fn ages_d(&self, at: Timestamp) -> Vec<(GeoFile, f64)> {
        self.databases().map(|open| (open.file(), at.days_since(open.built_at()))).collect()
    }

    /// The age of the oldest open file in days at a time; `None` without files.
    #[must_use]
    pub fn oldest_age_d(&self, at: Timestamp) -> Option<f64> {
        self.databases().map(Database::built_at).min().map(|built_at| at.days_since(built_at))
    }

    fn databases(&self) -> impl Iterator<Item = &Database> {
        [&self.city, &self.asn, &self.anonymous_ip].into_iter().flatten()
    }

    /// Puts a file in its place without asking for its type.
    #[cfg(test)]
    pub(super) fn with(mut self, database: Database) -> Self {
        match database.file() {
            GeoFile::City => self.city = Some(database),
            GeoFile::Asn => self.asn = Some(database),
            GeoFile::AnonymousIp => self.anonymous_ip = Some(database),
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
        Answer::Record(record) => facts.anonymity = Some(record.anonymity()),
        Answer::Unlisted => facts.anonymity = Some(Anonymity::default()),
        Answer::NotCovered => {}
        Answer::Corrupt => facts.failed = true,
    }
}
