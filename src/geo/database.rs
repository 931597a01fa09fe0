//! One open MaxMind DB file.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{MaxMindDbError, Reader};
use serde::Deserialize;

use super::{GeoError, GeoFile, regular};
use crate::domain::{SECOND_MS, Timestamp};

/// The largest file that is read into memory: 2 GiB. The largest of MaxMind's have some hundred MiB.
pub const DATABASE_MAX_BYTES: u64 = 2 << 30;

/// A type name is written into a message as far as this, and escaped: it may be anything.
const TYPE_SHOWN_CHARS: usize = 64;

/// One open MaxMind DB file, whole in memory.
#[derive(Debug)]
pub(super) struct Database {
    file: GeoFile,
    reader: Reader<Vec<u8>>,
}

/// What a file says about an address.
#[derive(Debug)]
pub(super) enum Answer<T> {
    /// The file cannot know: an IPv6 address and a file of IPv4 only.
    NotCovered,
    /// The file does not list it.
    Unlisted,
    /// Its record.
    Record(T),
    /// It has a record, and that is corrupt.
    Corrupt,
}

impl Database {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, is not a MaxMind DB file or is one of another type.
    pub(super) fn open(file: GeoFile, path: &Path) -> Result<Self, GeoError> {
        regular(file, path, DATABASE_MAX_BYTES)?;
        match Reader::open_readfile(path) {
            Ok(reader) => Self::accept(file, path, reader),
            Err(MaxMindDbError::Io(reason)) => {
                Err(GeoError::Unreadable { file, path: path.to_path_buf(), reason })
            }
            Err(reason) => Err(GeoError::NotADatabase { file, path: path.to_path_buf(), reason }),
        }
    }

    /// Takes a file that has the right type. Every MaxMind DB file can be searched for an address, so a file in the
    /// wrong place would go unnoticed: it would only ever say nothing.
    fn accept(file: GeoFile, path: &Path, reader: Reader<Vec<u8>>) -> Result<Self, GeoError> {
        let found = reader.metadata().database_type.as_str();
        if file.type_words().iter().any(|word| found.contains(word)) {
            return Ok(Self { file, reader });
        }
        let found = found.chars().take(TYPE_SHOWN_CHARS).flat_map(char::escape_debug).collect();
        Err(GeoError::WrongType { file, path: path.to_path_buf(), found })
    }

    /// A reader as it is, whatever its type says: corrupt files of the tests are of no type at all.
    #[cfg(test)]
    pub(super) const fn unchecked(file: GeoFile, reader: Reader<Vec<u8>>) -> Self {
        Self { file, reader }
    }

    /// What it is for.
    pub(super) const fn file(&self) -> GeoFile {
        self.file
    }

    /// When it was built, in seconds since 1970, as its metadata says.
    pub(super) fn build_epoch_s(&self) -> u64 {
        self.reader.metadata().build_epoch
    }

    /// When it was built; the last of all times when it claims a later one.
    pub(super) fn built_at(&self) -> Timestamp {
        let epoch_s = i64::try_from(self.build_epoch_s()).unwrap_or(i64::MAX);
        Timestamp::from_ms(epoch_s.saturating_mul(SECOND_MS))
    }

    /// The record of an address.
    pub(super) fn find<'a, T: Deserialize<'a>>(&'a self, ip: IpAddr) -> Answer<T> {
        // The reader answers this with an error; it is no fault of the file.
        if ip.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Answer::NotCovered;
        }
        match self.reader.lookup(ip).and_then(|found| found.decode()) {
            Ok(Some(record)) => Answer::Record(record),
            Ok(None) => Answer::Unlisted,
            Err(_) => Answer::Corrupt,
        }
    }
}
