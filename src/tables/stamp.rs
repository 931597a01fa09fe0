//! How files were when they were read, so that work on them is not gone on with when they changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::TableError;

/// A file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    path: PathBuf,
    bytes: u64,
    /// When it was last written to, in nanoseconds since 1970, as far as the file system says.
    written_ns: Option<u64>,
}

impl FileStamp {
    /// How files are now.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn all<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Vec<Self>, TableError> {
        paths.into_iter().map(Self::of).collect()
    }

    fn of(path: &Path) -> Result<Self, TableError> {
        let meta = fs::metadata(path).map_err(TableError::io(path, "read"))?;
        let written = meta.modified().ok();
        let written = written.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let written_ns = written.and_then(|since| u64::try_from(since.as_nanos()).ok());
        Ok(Self { path: path.to_path_buf(), bytes: meta.len(), written_ns })
    }

    /// Which file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How large it was.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What changed between two looks at files, in words; `None` when nothing did.
    #[must_use]
    pub fn change(then: &[Self], now: &[Self]) -> Option<String> {
        if then == now {
            return None;
        }
        let same_path = |among: &[Self], stamp: &Self| {
            among.iter().find(|other| other.path == stamp.path).cloned()
        };
        let gone = then.iter().find(|stamp| same_path(now, stamp).is_none());
        let new = now.iter().find(|stamp| same_path(then, stamp).is_none());
        let written = now.iter().find(|stamp| same_path(then, stamp).as_ref() != Some(*stamp));
        Some(match (gone, new, written) {
            (Some(gone), ..) => format!("`{}` is no longer among the files", gone.path.display()),
            (None, Some(new), _) => format!("`{}` is new among the files", new.path.display()),
            (None, None, Some(written)) => {
                format!("`{}` was written to since", written.path.display())
            }
            (None, None, None) => "the files are given in another order".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "1").unwrap();
        fs::write(path("b"), "2").unwrap();
        let look = |names: &[&str]| {
            let paths: Vec<PathBuf> = names.iter().map(|name| path(name)).collect();
            FileStamp::all(paths.iter().map(PathBuf::as_path)).unwrap()
        };
        let then = look(&["a", "b"]);
        let change = |now: &[FileStamp]| FileStamp::change(&then, now).unwrap_or_default();
        assert_eq!(change(&look(&["a", "b"])), "");
        assert!(change(&look(&["b", "a"])).ends_with("another order"));
        assert!(change(&look(&["a"])).ends_with("b` is no longer among the files"));
        fs::write(path("c"), "3").unwrap();
        assert!(change(&look(&["a", "b", "c"])).ends_with("c` is new among the files"));
        fs::File::open(path("b")).unwrap().set_modified(UNIX_EPOCH).unwrap();
        assert!(change(&look(&["a", "b"])).ends_with("b` was written to since"));
        fs::write(path("a"), "longer").unwrap();
        assert!(change(&look(&["a", "b"])).ends_with("a` was written to since"));
        assert!(FileStamp::all([path("none").as_path()]).is_err());
    }
}
