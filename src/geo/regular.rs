//! What is looked at before a file is opened.

use std::fs;
use std::path::Path;

use super::{GeoError, GeoFile};

/// Holds that a path names a file that ends, and within `limit` bytes.
///
/// # Errors
/// The file system does not know it, it is a folder, a device or a pipe, or it is too large.
pub(super) fn regular(file: GeoFile, path: &Path, limit: u64) -> Result<(), GeoError> {
    let path_buf = || path.to_path_buf();
    let meta = fs::metadata(path).map_err(|reason| GeoError::Unreadable {
        file,
        path: path_buf(),
        reason,
    })?;
    // A pipe would block for ever, and a device has no end.
    if !meta.is_file() {
        return Err(GeoError::NotAFile { file, path: path_buf() });
    }
    let bytes = meta.len();
    if bytes > limit {
        return Err(GeoError::TooLarge { file, path: path_buf(), bytes, limit });
    }
    Ok(())
}
