//! What can be wrong with a file.

use std::io;
use std::path::{Path, PathBuf};

use maxminddb::MaxMindDbError;

use super::{BadLine, GeoFile};

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
        "geo file `{file}`: `{}` is not a regular file; name the {} file itself",
        path.display(),
        if file.listed_kind().is_some() { "text" } else { ".mmdb" }
    )]
    NotAFile {
        /// The setting.
        file: GeoFile,
        /// Its value.
        path: PathBuf,
    },
    /// More than is read.
    #[error(
        "geo file `{file}`: `{}` has {bytes} bytes, at most {limit} are read; give a smaller one",
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
        "geo file `{file}`: `{}` is a database of type `{found}`; {}give one such as {}",
        path.display(),
        elsewhere(found),
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
    /// More files than one setting may name.
    #[error("geo file `{file}`: {files} files are named, at most {limit} can be; join some")]
    TooManyFiles {
        /// The setting.
        file: GeoFile,
        /// How many are named.
        files: usize,
        /// Bound.
        limit: usize,
    },
    /// Lines of a list that are no network.
    #[error(
        "geo file `{file}`: lines that are neither an address nor a network, {count} in all; correct them, or start them with `#`{}",
        shown(path, lines, *count)
    )]
    BadLines {
        /// The setting.
        file: GeoFile,
        /// The file.
        path: PathBuf,
        /// The first of them, at most [`super::BAD_LINES_SHOWN`].
        lines: Vec<BadLine>,
        /// How many there are.
        count: u64,
    },
    /// A list without any network: what is not listed would count as not anonymous.
    #[error(
        "geo file `{file}`: `{}` lists no network at all; download it again, or leave it out",
        path.display()
    )]
    NothingListed {
        /// The setting.
        file: GeoFile,
        /// The file.
        path: PathBuf,
    },
    /// More networks than are held in memory.
    #[error(
        "geo file `{file}`: with `{}` there are more than {limit} networks, which is the most that are held in memory; give shorter lists",
        path.display()
    )]
    TooManyNetworks {
        /// The setting.
        file: GeoFile,
        /// The file that exceeds the bound, with those before it.
        path: PathBuf,
        /// Bound.
        limit: usize,
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
            | Self::WrongType { file, .. }
            | Self::TooManyFiles { file, .. }
            | Self::BadLines { file, .. }
            | Self::NothingListed { file, .. }
            | Self::TooManyNetworks { file, .. } => *file,
        }
    }
}

/// The setting that a database of a type is for, when there is one.
fn elsewhere(found: &str) -> String {
    let fits = |file: &&GeoFile| file.type_words().iter().any(|word| found.contains(word));
    let setting = GeoFile::ALL.iter().find(fits);
    setting.map_or_else(String::new, |setting| format!("name it as `{setting}`, and here "))
}

fn shown(path: &Path, lines: &[BadLine], count: u64) -> String {
    let file = path.display();
    let mut text: String = lines.iter().map(|line| format!("\n{file}:{line}")).collect();
    let more = count.saturating_sub(u64::try_from(lines.len()).unwrap_or(u64::MAX));
    if more > 0 {
        text.push_str(&format!("\n{file}: and {more} more"));
    }
    text
}
