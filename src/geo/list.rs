//! Plain lists of networks, as they are published: one address or network a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::line::network;
use super::networks::Networks;
use super::{AnonymityKind, BadLine, GeoError, GeoFile, regular};

/// The largest list that is read: 512 MiB. It is read line by line and not held.
pub const LIST_MAX_BYTES: u64 = 512 << 20;

/// The most files that one setting names: each has its digest in every verdict.
pub const LIST_MAX_FILES: usize = 16;

/// The most networks that the lists of one setting hold together, repeated ones counted once. Published lists take 12 to
/// 24 bytes of memory a network. Scattered at random, which is the worst, this many addresses of IPv4 take 0.5 GiB, and
/// this many /64 networks of IPv6 2 GiB; half as much again while they are read.
pub const LIST_MAX_NETWORKS: usize = 10_000_000;

/// The most bad lines of one file that are told of one by one.
pub const BAD_LINES_SHOWN: usize = 20;

/// What editors of one maker write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How many digits of a digest identify a list.
const DIGEST_DIGITS: usize = 16;

/// The open lists of one setting.
#[derive(Debug)]
pub(super) struct List {
    file: GeoFile,
    kind: AnonymityKind,
    networks: Networks,
    digests: Vec<String>,
}

impl List {
    /// Reads the lists of a setting; `None` when it names none, or when there are problems.
    pub(super) fn open(
        file: GeoFile,
        paths: &[PathBuf],
        problems: &mut Vec<GeoError>,
    ) -> Option<Self> {
        let kind = file.listed_kind()?;
        let (files, limit) = (paths.len(), LIST_MAX_FILES);
        if files > limit {
            problems.push(GeoError::TooManyFiles { file, files, limit });
            return None;
        }
        let mut networks = Networks::default();
        let mut digests = Vec::with_capacity(files);
        for path in paths {
            match read(file, path, &mut networks) {
                Ok(digest) => digests.push(digest),
                Err(problem) => problems.push(problem),
            }
        }
        let whole = files > 0 && digests.len() == files;
        whole.then_some(Self { file, kind, networks, digests })
    }

    pub(super) const fn file(&self) -> GeoFile {
        self.file
    }

    pub(super) const fn kind(&self) -> AnonymityKind {
        self.kind
    }

    /// Whether an address is listed; `None` when nothing of its family is.
    pub(super) fn contains(&self, ip: IpAddr) -> Option<bool> {
        self.networks.contain(ip)
    }

    /// The first digits of the SHA-256 of each file, as `sha256sum` prints it.
    pub(super) fn digests(&self) -> &[String] {
        &self.digests
    }
}

/// Adds the networks of one file; gives its digest.
fn read(file: GeoFile, path: &Path, networks: &mut Networks) -> Result<String, GeoError> {
    regular(file, path, LIST_MAX_BYTES)?;
    let unreadable = |reason| GeoError::Unreadable { file, path: path.to_path_buf(), reason };
    let lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let read = read_lines(lines, networks, LIST_MAX_NETWORKS).map_err(unreadable)?;
    let path = || path.to_path_buf();
    if read.too_many {
        return Err(GeoError::TooManyNetworks { file, path: path(), limit: LIST_MAX_NETWORKS });
    }
    if read.bad_count > 0 {
        let (lines, count) = (read.bad, read.bad_count);
        return Err(GeoError::BadLines { file, path: path(), lines, count });
    }
    if read.networks == 0 {
        return Err(GeoError::NothingListed { file, path: path() });
    }
    Ok(read.digest)
}

/// What the lines of a file came to.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Lines that name a network.
    pub(super) networks: u64,
    /// The first bad lines.
    pub(super) bad: Vec<BadLine>,
    /// How many there are.
    pub(super) bad_count: u64,
    /// More networks than the limit; the rest is not read.
    pub(super) too_many: bool,
    /// The first digits of the SHA-256 of the file.
    pub(super) digest: String,
}

/// Adds the networks of a text, of which there may be as many as `limit` then.
pub(super) fn read_lines(
    mut text: impl BufRead,
    networks: &mut Networks,
    limit: usize,
) -> io::Result<Lines> {
    let mut read = Lines::default();
    let mut hash = Sha256::new();
    let mut bytes = Vec::new();
    let mut line = 0_u64;
    while text.read_until(b'\n', &mut bytes)? > 0 {
        hash.update(&bytes);
        let said =
            if line == 0 { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes) } else { &bytes };
        line += 1;
        match network(said) {
            Ok(None) => {}
            Ok(Some(network)) => {
                networks.insert(network);
                read.networks += 1;
            }
            Err(fault) => {
                read.bad_count += 1;
                if read.bad.len() < BAD_LINES_SHOWN {
                    read.bad.push(BadLine::new(line, said, fault));
                }
            }
        }
        if networks.len() > limit {
            read.too_many = true;
            break;
        }
        bytes.clear();
    }
    read.digest = hex::encode(hash.finalize()).chars().take(DIGEST_DIGITS).collect();
    Ok(read)
}
