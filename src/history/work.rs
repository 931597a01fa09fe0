//! The folder of what interrupted work goes on from.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::HistoryError;

/// What a work folder says under a name; `None` when it says nothing.
///
/// # Errors
/// The file cannot be read, or says something else.
pub fn note<T: DeserializeOwned>(work: &Path, name: &str) -> Result<Option<T>, HistoryError> {
    let path = work.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).map_err(HistoryError::file(&path, "read"))?;
    serde_json::from_str(&text).map(Some).map_err(|_| HistoryError::DamagedRun)
}

/// Has a work folder say something under a name, instead of what it said.
///
/// # Errors
/// The file cannot be written.
pub fn keep_note<T: Serialize>(work: &Path, name: &str, said: &T) -> Result<(), HistoryError> {
    let path = work.join(name);
    let partial = path.with_extension("partial");
    serde_json::to_string(said)
        .map_err(io::Error::other)
        .and_then(|text| fs::write(&partial, text))
        .and_then(|()| fs::rename(&partial, &path))
        .map_err(HistoryError::file(&path, "written"))
}

/// Removes a work folder, if it is there: at once, as far as a later run can see.
///
/// # Errors
/// It cannot be removed.
pub fn remove_work(work: &Path) -> Result<(), HistoryError> {
    if !work.exists() {
        return Ok(());
    }
    let doomed = work.with_extension("removed");
    let remove = || {
        if doomed.exists() {
            fs::remove_dir_all(&doomed)?;
        }
        fs::rename(work, &doomed)?;
        fs::remove_dir_all(&doomed)
    };
    remove().map_err(HistoryError::file(work, "removed"))
}
