//! Folders of models: versions beside each other, and a file `current` that names the one in use.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::output::Failure;
use crate::scoring::LoadedModel;

/// The file that names the version in use.
pub(super) const CURRENT_FILE: &str = "current";
/// The file that makes a folder a version.
const MANIFEST_FILE: &str = "manifest.json";
/// The longest name of a version, bytes.
const VERSION_MAX_BYTES: usize = 128;

/// Why a folder gives no model.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    /// The file system.
    #[error("`{}` cannot be {doing}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// `read` or `written`.
        doing: &'static str,
        /// What it says.
        #[source]
        reason: io::Error,
    },
    /// Neither a version nor a folder that names one.
    #[error(
        "`{}` is no version of a model and names none; run `vouch model use VERSION`, or name the folder of a version",
        folder.display()
    )]
    NoCurrent {
        /// Which folder.
        folder: PathBuf,
    },
    /// `current` holds no name of a folder beside it.
    #[error("`{}` says `{name}`, which is no name of a version", path.display())]
    NoName {
        /// The file.
        path: PathBuf,
        /// What it says.
        name: String,
    },
    /// There is no such version.
    #[error("`{}` holds no version `{name}`; `vouch model list` prints those that are there", folder.display())]
    NoVersion {
        /// The folder of versions.
        folder: PathBuf,
        /// Which version.
        name: String,
    },
}

/// The folder of the version that a folder stands for: itself, or the one that its file `current` names.
pub(super) fn version_of(folder: &Path) -> Result<PathBuf, FolderError> {
    if is_version(folder) {
        return Ok(folder.to_path_buf());
    }
    let name =
        current(folder)?.ok_or_else(|| FolderError::NoCurrent { folder: folder.to_path_buf() })?;
    let version = folder.join(&name);
    if is_version(&version) {
        return Ok(version);
    }
    Err(FolderError::NoVersion { folder: folder.to_path_buf(), name })
}

/// The model of a version, or of the version that a folder of versions names, as a server takes it.
pub(super) fn open_model(folder: &Path) -> Result<LoadedModel, Failure> {
    Ok(LoadedModel::read(&version_of(folder)?)?)
}

/// What `current` of a folder says; `None` when there is no such file.
pub(super) fn current(folder: &Path) -> Result<Option<String>, FolderError> {
    let path = folder.join(CURRENT_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(reason) => return Err(FolderError::Io { path, doing: "read", reason }),
    };
    let name = text.trim();
    if !is_name(name) {
        let name = name.chars().take(VERSION_MAX_BYTES).collect();
        return Err(FolderError::NoName { path, name });
    }
    Ok(Some(name.to_owned()))
}

/// The versions of a folder, in the order of their names.
pub(super) fn versions(folder: &Path) -> Result<Vec<String>, FolderError> {
    let failed = |reason| FolderError::Io { path: folder.to_path_buf(), doing: "read", reason };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Some(name) = entry.file_name().to_str().filter(|name| is_name(name))
            && is_version(&entry.path())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The folder of a version, by its name.
pub(super) fn version(folder: &Path, name: &str) -> Result<PathBuf, FolderError> {
    let version = folder.join(name);
    if is_name(name) && is_version(&version) {
        return Ok(version);
    }
    Err(FolderError::NoVersion { folder: folder.to_path_buf(), name: name.to_owned() })
}

/// Makes a version the one in use: at every moment `current` names the old one or the new one, also after a crash.
pub(super) fn use_version(folder: &Path, name: &str) -> Result<(), FolderError> {
    version(folder, name)?;
    let path = folder.join(CURRENT_FILE);
    let partial = folder.join(".current.partial");
    let failed = |reason| FolderError::Io { path: path.clone(), doing: "written", reason };
    let mut file = File::create(&partial).map_err(failed)?;
    writeln!(file, "{name}").and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&partial, &path).map_err(failed)?;
    // The renaming itself is on disk when the folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn is_version(folder: &Path) -> bool {
    folder.join(MANIFEST_FILE).is_file()
}

/// The name of a folder beside `current`, and no way out of it.
fn is_name(name: &str) -> bool {
    (1..=VERSION_MAX_BYTES).contains(&name.len())
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(versions: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for version in versions {
            let path = folder.path().join(version);
            fs::create_dir(&path).unwrap();
            fs::write(path.join(MANIFEST_FILE), "{}").unwrap();
        }
        folder
    }

    #[test]
    fn a_version_is_used_and_rolled_back() {
        let folder = folder(&["v1", "v2"]);
        let root = folder.path();
        assert!(matches!(version_of(root), Err(FolderError::NoCurrent { .. })));
        for version in ["v2", "v1"] {
            use_version(root, version).unwrap();
            assert_eq!(version_of(root).unwrap(), root.join(version));
        }
        assert_eq!(version_of(&root.join("v2")).unwrap(), root.join("v2"), "a version is itself");
        assert_eq!(versions(root).unwrap(), ["v1", "v2"]);
        let mut left: Vec<_> =
            fs::read_dir(root).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["current", "v1", "v2"], "nothing half-written stays");
    }

    #[test]
    fn current_leads_nowhere_else() {
        let folder = folder(&["v1"]);
        let root = folder.path();
        use_version(root, "v1").unwrap();
        assert!(matches!(use_version(root, "v3"), Err(FolderError::NoVersion { .. })));
        assert_eq!(current(root).unwrap().as_deref(), Some("v1"), "a refusal changes nothing");
        for name in ["../v1", "", "/etc", ".hidden", "a/b", "..", "v1\u{0}"] {
            fs::write(root.join(CURRENT_FILE), name).unwrap();
            assert!(matches!(version_of(root), Err(FolderError::NoName { .. })), "{name:?}");
            assert!(use_version(root, name).is_err());
        }
        fs::write(root.join(CURRENT_FILE), "gone\n").unwrap();
        assert!(matches!(version_of(root), Err(FolderError::NoVersion { .. })));
    }
}
