//! Ids that come more than once, found without holding all ids in memory.

use std::collections::HashMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::HistoryError;
use super::event::IdKind;

/// Files that digests of ids are dealt out to: one at a time is sorted in memory.
const BUCKETS: usize = 64;

/// Collects the ids of a history.
pub(super) struct IdCounter {
    buckets: Vec<(PathBuf, BufWriter<File>)>,
}

/// How often ids come that come more than once, by their digest. Two ids with the same digest count as one here: whoever
/// relies on a repeat looks at the id itself.
pub(super) type Repeats = HashMap<u64, u32>;

/// The digest of an id: the same in every process.
pub(super) fn digest(kind: IdKind, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, id).hash(&mut hasher);
    hasher.finish()
}

impl IdCounter {
    pub(super) fn create(folder: &Path) -> Result<Self, HistoryError> {
        let bucket = |number: usize| {
            let path = folder.join(format!("ids-{number:02}"));
            let file = File::create(&path).map_err(HistoryError::file(&path, "written"))?;
            Ok((path, BufWriter::with_capacity(16 << 10, file)))
        };
        Ok(Self { buckets: (0..BUCKETS).map(bucket).collect::<Result<_, HistoryError>>()? })
    }

    pub(super) fn count(&mut self, kind: IdKind, id: &str) -> Result<(), HistoryError> {
        let digest = digest(kind, id);
        // The first byte deals out; its remainder is below the number of buckets.
        let bucket = usize::from(digest.to_be_bytes()[0]) % BUCKETS;
        let Some((path, file)) = self.buckets.get_mut(bucket) else { return Ok(()) };
        file.write_all(&digest.to_be_bytes()).map_err(HistoryError::file(path, "written"))
    }

    /// The ids that came more than once. The files are gone then.
    pub(super) fn finish(self) -> Result<Repeats, HistoryError> {
        let mut repeats = Repeats::new();
        for (path, file) in self.buckets {
            let written = file.into_inner().map_err(|error| error.into_error());
            drop(written.map_err(HistoryError::file(&path, "written"))?);
            let mut digests = read(&path).map_err(HistoryError::file(&path, "read"))?;
            digests.sort_unstable();
            for same in digests.chunk_by(|a, b| a == b) {
                if let [digest, _, ..] = same {
                    repeats.insert(*digest, u32::try_from(same.len()).unwrap_or(u32::MAX));
                }
            }
            fs::remove_file(&path).map_err(HistoryError::file(&path, "removed"))?;
        }
        Ok(repeats)
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u64>> {
    let mut bytes = Vec::new();
    BufReader::new(File::open(path)?).read_to_end(&mut bytes)?;
    let (digests, _) = bytes.as_chunks::<8>();
    Ok(digests.iter().map(|digest| u64::from_be_bytes(*digest)).collect())
}
