//! Writing to the terminal.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::document::Problem;
use crate::tables::write_whole;

/// Why a command failed: what to print on standard error.
#[derive(Debug)]
pub(super) enum Failure {
    /// One thing, with its causes.
    Error(Box<dyn std::error::Error + Send + Sync>),
    /// Files with problems, one line each.
    Problems(Vec<String>),
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(lines) => f.write_str(&lines.join("\n")),
            Self::Error(error) => {
                write!(f, "error: {error}")?;
                let mut source = error.source();
                while let Some(cause) = source {
                    write!(f, "\n  because {cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
        }
    }
}

/// Problems of a file, as `file:line: severity: message`.
pub(super) fn located(file: &str, problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{file}:{problem}")).collect()
}

/// Prints a line. A reader that went away, as in `vouch signals | head`, is no fault.
pub(super) fn line(text: impl fmt::Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// A warning of a file that was read and has no row, which is more often a mistake than not.
pub(super) fn holds_no_rows(file: &Path) -> String {
    format!("warning: `{}` holds no rows: the file is empty", file.display())
}

/// Prints a failure on standard error; there is nobody left to tell when that fails.
pub(super) fn complain(failure: &Failure) {
    drop(writeln!(io::stderr().lock(), "{failure}"));
}

/// Writes a file that is there under its name when it is whole, or not at all; into a pipe or a device, just writes.
pub(super) fn file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| format!("`{}` cannot be written: {error}", path.display());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Ok(fs::write(path, text).map_err(failed)?);
    }
    Ok(write_whole(path, text.as_bytes())?)
}

/// Makes the folder for results, which must be empty unless what is there may be replaced, and keeps others out of it.
pub(super) fn prepare_folder(folder: &Path, overwrite: bool) -> Result<FolderLock, Failure> {
    let lock = FolderLock::take(folder)?;
    lock.require_empty(overwrite)?;
    Ok(lock)
}

/// Makes a folder, unless it is there.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    let failed = |error| format!("the folder `{}` cannot be used: {error}", folder.display());
    Ok(fs::create_dir_all(folder).map_err(failed)?)
}

/// A folder that no other vouch writes results to while this is held. It is the system's lock on the folder itself: no
/// file is left behind, and nobody holds it any more when the process is gone.
#[derive(Debug)]
pub(super) struct FolderLock {
    folder: PathBuf,
    _locked: Option<File>,
}

impl FolderLock {
    /// Makes the folder, unless it is there, and locks it.
    pub(super) fn take(folder: &Path) -> Result<Self, Failure> {
        make_folder(folder)?;
        let locked = match File::open(folder).map(|file| (file.try_lock(), file)) {
            Ok((Ok(()), file)) => Some(file),
            Ok((Err(TryLockError::WouldBlock), _)) => {
                let hint = "wait until it has ended, or name another folder";
                let shown = folder.display();
                return Err(
                    format!("another vouch is writing to the folder `{shown}`; {hint}").into()
                );
            }
            // Not every file system has locks.
            Ok((Err(TryLockError::Error(_)), _)) | Err(_) => None,
        };
        Ok(Self { folder: folder.to_path_buf(), _locked: locked })
    }

    /// Refuses a folder that is not empty, unless what is there may be replaced.
    pub(super) fn require_empty(&self, overwrite: bool) -> Result<(), Failure> {
        let shown = self.folder.display();
        let mut inside = fs::read_dir(&self.folder)
            .map_err(|error| format!("the folder `{shown}` cannot be used: {error}"))?;
        if inside.next().is_none() || overwrite {
            return Ok(());
        }
        let hint = "name another one, or give --overwrite";
        Err(format!("the folder `{shown}` is not empty; {hint}").into())
    }
}

/// Digits in threes.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{file, fs};

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures.json");
        for text in ["first", "second, which is longer"] {
            file(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        // What lies in the way of the temporary name is found before the file is touched.
        fs::create_dir(folder.path().join("figures.json.partial")).unwrap();
        assert!(file(&path, "third").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "second, which is longer");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_is_written_as_it_is() {
        file(std::path::Path::new("/dev/null"), "nothing").unwrap();
        let told = file(std::path::Path::new("/dev/full"), "too much").unwrap_err().to_string();
        assert!(told.contains("`/dev/full` cannot be written"), "{told}");
    }
}
