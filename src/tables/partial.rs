//! A file that appears under its name when it is whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::TableError;

/// A file under a temporary name. It takes its own name when it is finished, and is removed when it is dropped before.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    temporary: PathBuf,
    path: PathBuf,
    finished: bool,
}

impl PartialFile {
    /// Opens a temporary file beside `path`. One that an earlier run left there is overwritten.
    pub(crate) fn create(path: &Path) -> Result<Self, TableError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let temporary = path.with_file_name(name);
        let file = File::create(&temporary).map_err(TableError::io(path, "written"))?;
        Ok(Self { file, temporary, path: path.to_path_buf(), finished: false })
    }

    /// The name that it will have.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs the file and gives it its name.
    pub(crate) fn finish(self) -> Result<(), TableError> {
        publish([self])
    }
}

/// Syncs files, and gives them their names when all of them are on disk: a disk that is full names none.
pub(crate) fn publish(files: impl IntoIterator<Item = PartialFile>) -> Result<(), TableError> {
    let files: Vec<PartialFile> = files.into_iter().collect();
    for file in &files {
        file.file.sync_all().map_err(TableError::io(&file.path, "written"))?;
    }
    for mut file in files {
        let renamed = fs::rename(&file.temporary, &file.path);
        file.finished = renamed.is_ok();
        renamed.map_err(TableError::io(&file.path, "written"))?;
    }
    Ok(())
}

/// Writes a file that appears when it is whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), TableError> {
    let mut file = PartialFile::create(path)?;
    file.write_all(bytes).map_err(TableError::io(path, "written"))?;
    file.finish()
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever could be told has been told of the first failure.
            drop(fs::remove_file(&self.temporary));
        }
    }
}
