//! Which files there are, and what can be wrong with them.

use std::fmt;
use std::io;
use std::path::PathBuf;

use maxminddb::MaxMindDbError;
use serde::{Deserialize, Serialize};

/// Where the MaxMind DB files are. Each is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeoFiles {
    /// `GeoLite2-City`, `GeoIP2-City`, `GeoIP2-Enterprise` or another file of that layout.
    pub city: Option<PathBuf>,
    /// `GeoLite2-ASN`, `GeoIP2-ISP` or another file of that layout.
    pub asn: Option<PathBuf>,
    /// `GeoIP2-Anonymous-IP`, `GeoIP-Anonymous-Plus` or another file of that layout.
    pub anonymous_ip: Option<PathBuf>,
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
}

impl GeoFile {
    /// Every file.
    pub const ALL: &'static [Self] = &[Self::City, Self::Asn, Self::AnonymousIp];

    /// The name of its setting in [`GeoFiles`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Asn => "asn",
            Self::AnonymousIp => "anonymous_ip",
        }
    }

    /// The database types that hold the fields of this file: a type fits when it contains one of these words.
    pub(super) const fn type_words(self) -> &'static [&'static str] {
        match self {
            Self::City => &["City", "Enterprise", "Insights"],
            Self::Asn => &["ASN", "ISP"],
            Self::AnonymousIp => &["Anonymous"],
        }
    }

    /// A file of the right type, for messages.
    const fn example(self) -> &'static str {
        match self {
            Self::City => "`GeoLite2-City` or `GeoIP2-City`",
            Self::Asn => "`GeoLite2-ASN` or `GeoIP2-ISP`",
            Self::AnonymousIp => "`GeoIP2-Anonymous-IP`",
        }
    }
}

impl fmt::Display for GeoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a geo file was not opened. Every message names the setting, the file and what to change; the cause is part of
/// the message and kept beside it.
#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    /// The file system does not give it.
    #[error(
        "geo file `{file}`: cannot read `{}`: {reason}; correct the path or its permissions, or leave the setting out",
        path.display()
    )]
    Unreadable {
        /// The setting.
        file: GeoFile,
        /// Its value.
        path: PathBuf,
        /// What the file system says.
        reason: io::Error,
    },
    /// A folder, a device or a pipe.
    #[error(
        "geo file `{file}`: `{}` is not a regular file; name the .mmdb file itself",
        path.display()
    )]
    NotAFile {
        /// The setting.
        file: GeoFile,
        /// Its value.
        path: PathBuf,
    },
    /// More than is held in memory.
    #[error(
        "geo file `{file}`: `{}` has {bytes} bytes, at most {limit} are held in memory; give a smaller edition",
        path.display()
    )]
    TooLarge {
        /// The setting.
        file: GeoFile,
        /// Its value.
        path: PathBuf,
        /// Size in bytes.
        bytes: u64,
        /// Bound in bytes.
        limit: u64,
    },
    /// Not in the MaxMind DB format, or cut off.
    #[error(
        "geo file `{file}`: `{}` is not a whole MaxMind DB file: {reason}; download or unpack it again",
        path.display()
    )]
    NotADatabase {
        /// The setting.
        file: GeoFile,
        /// Its value.
        path: PathBuf,
        /// What the reader says.
        reason: MaxMindDbError,
    },
    /// A MaxMind DB file for something else.
    #[error(
        "geo file `{file}`: `{}` is a database of type `{found}`; give one such as {}",
        path.display(),
        file.example()
    )]
    WrongType {
        /// The setting.
        file: GeoFile,
        /// Its value.
        path: PathBuf,
        /// The type that its metadata states, shortened.
        found: String,
    },
}

impl GeoError {
    /// The setting that is at fault.
    #[must_use]
    pub const fn file(&self) -> GeoFile {
        match self {
            Self::Unreadable { file, .. }
            | Self::NotAFile { file, .. }
            | Self::TooLarge { file, .. }
            | Self::NotADatabase { file, .. }
            | Self::WrongType { file, .. } => *file,
        }
    }
}
