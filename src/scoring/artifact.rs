//! A model as a folder of files: written whole or not at all, and read only when nothing in it was changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::{FORMAT, Manifest};
use crate::document::Problem;
use crate::models::ColumnsError;

/// The part that holds the hashes of the others.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Parts that score; all must be there.
pub const MODEL_PARTS: [&str; 4] = ["features.toml", "encodings.json", "model.bin", "profile.bin"];
/// Parts for people; they may be taken away, but not changed.
pub const DOCUMENTS: [&str; 3] = ["metrics.json", "MODEL_CARD.md", "report.html"];

/// The largest part that is read: 256 MiB.
const PART_MAX_BYTES: u64 = 256 << 20;

/// Why a model cannot be written, read or used.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
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
    /// There is one of this version already.
    #[error("the model `{}` is there already; give --overwrite to replace it", path.display())]
    Exists {
        /// Its folder.
        path: PathBuf,
    },
    /// A part is too large to be one.
    #[error("the part `{part}` is larger than {PART_MAX_BYTES} bytes; is it the right folder?")]
    TooLarge {
        /// Which.
        part: String,
    },
    /// The manifest cannot be understood.
    #[error("`{MANIFEST_FILE}` cannot be understood; is it the folder of a model?")]
    Manifest(#[source] serde_json::Error),
    /// Another version of the format.
    #[error("the model has format {found}, this vouch reads {FORMAT}; train it again")]
    Format {
        /// The format of the model.
        found: u64,
    },
    /// A part that scores is not there.
    #[error("the part `{part}` is missing; copy the whole folder")]
    NoPart {
        /// Which.
        part: String,
    },
    /// A part is not what the manifest says.
    #[error("the part `{part}` was changed after training; copy the folder again, or train anew")]
    Changed {
        /// Which.
        part: String,
    },
    /// A part cannot be decoded although its hash is right.
    #[error("the part `{part}` cannot be decoded: {reason}")]
    Part {
        /// Which.
        part: &'static str,
        /// Why.
        reason: String,
    },
    /// The engine has not a signal that the model needs.
    #[error(
        "the model needs the signal `{signal}`, which this vouch does not have; train it again"
    )]
    NoSignal {
        /// Which.
        signal: String,
    },
    /// The engine has it in another type.
    #[error(
        "the model needs the signal `{signal}` as {expected}, this vouch has it as {found}; train it again"
    )]
    SignalType {
        /// Which.
        signal: String,
        /// Its type in training.
        expected: String,
        /// Its type here.
        found: &'static str,
    },
    /// The features cannot be read by this binary.
    #[error("features.toml does not fit this vouch: {}", told(.0))]
    Features(Vec<Problem>),
    /// Features and model are not of one training.
    #[error("the model does not fit its features")]
    Columns(#[from] ColumnsError),
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("line {problem}")).collect::<Vec<_>>().join("; ")
}

/// The files of a model, held against their hashes.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    manifest: Manifest,
    manifest_bytes: Vec<u8>,
    parts: BTreeMap<String, Vec<u8>>,
}

impl Artifact {
    /// Seals parts under a manifest, whose hashes are filled in.
    ///
    /// # Errors
    /// The manifest cannot be written as JSON: a number in it is none.
    pub fn seal(
        mut manifest: Manifest,
        parts: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, ArtifactError> {
        manifest.parts = parts.iter().map(|(name, bytes)| (name.clone(), digest(bytes))).collect();
        let mut manifest_bytes =
            serde_json::to_vec_pretty(&manifest).map_err(ArtifactError::Manifest)?;
        manifest_bytes.push(b'\n');
        Ok(Self { manifest, manifest_bytes, parts })
    }

    /// Opens what was read from somewhere.
    ///
    /// # Errors
    /// The manifest is of another format or not understood, a part is missing or was changed.
    pub fn open(
        manifest_bytes: Vec<u8>,
        parts: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, ArtifactError> {
        format_of(&manifest_bytes)?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest_bytes).map_err(ArtifactError::Manifest)?;
        for part in MODEL_PARTS {
            let named = manifest.parts.contains_key(part);
            if !named || !parts.contains_key(part) {
                return Err(ArtifactError::NoPart { part: part.to_owned() });
            }
        }
        for (part, bytes) in &parts {
            if manifest.parts.get(part) != Some(&digest(bytes)) {
                return Err(ArtifactError::Changed { part: part.clone() });
            }
        }
        Ok(Self { manifest, manifest_bytes, parts })
    }

    /// Reads a folder. Files that are no parts are passed over.
    ///
    /// # Errors
    /// As [`Self::open`], and what the file system says.
    pub fn read(folder: &Path) -> Result<Self, ArtifactError> {
        let manifest = part(folder, MANIFEST_FILE)?;
        let manifest =
            manifest.ok_or_else(|| ArtifactError::NoPart { part: MANIFEST_FILE.to_owned() })?;
        let mut parts = BTreeMap::new();
        for name in MODEL_PARTS.into_iter().chain(DOCUMENTS) {
            if let Some(bytes) = part(folder, name)? {
                parts.insert(name.to_owned(), bytes);
            }
        }
        Self::open(manifest, parts)
    }

    /// Writes `<root>/<name>/<version>`: into a temporary folder beside it, synced, then renamed. Answers where.
    ///
    /// # Errors
    /// It is there already and may not be overwritten, or what the file system says.
    pub fn write(&self, root: &Path, overwrite: bool) -> Result<PathBuf, ArtifactError> {
        let models = root.join(&self.manifest.name);
        let folder = models.join(&self.manifest.version);
        if folder.exists() && !overwrite {
            return Err(ArtifactError::Exists { path: folder });
        }
        let partial = models.join(format!(".{}.partial", self.manifest.version));
        let written = |path: &Path| {
            let path = path.to_path_buf();
            move |reason| ArtifactError::Io { path, doing: "written", reason }
        };
        remove(&partial).map_err(written(&partial))?;
        fs::create_dir_all(&partial).map_err(written(&partial))?;
        let manifest = (MANIFEST_FILE, &self.manifest_bytes);
        let parts = self.parts.iter().map(|(name, bytes)| (name.as_str(), bytes));
        for (name, bytes) in parts.chain([manifest]) {
            let path = partial.join(name);
            let file = File::create(&path).and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            });
            file.map_err(written(&path))?;
        }
        remove(&folder).map_err(written(&folder))?;
        fs::rename(&partial, &folder).map_err(written(&folder))?;
        Ok(folder)
    }

    /// What the model says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the manifest.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.manifest_bytes).into()
    }

    /// The bytes of a part.
    ///
    /// # Errors
    /// It is not there.
    pub fn part(&self, name: &str) -> Result<&[u8], ArtifactError> {
        let part = self.parts.get(name).map(Vec::as_slice);
        part.ok_or_else(|| ArtifactError::NoPart { part: name.to_owned() })
    }

    /// Bytes of all parts together.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.manifest_bytes.len() + self.parts.values().map(Vec::len).sum::<usize>()
    }
}

/// Looks at nothing but the format: a later one may have any other content.
fn format_of(manifest: &[u8]) -> Result<(), ArtifactError> {
    let manifest: serde_json::Value =
        serde_json::from_slice(manifest).map_err(ArtifactError::Manifest)?;
    match manifest.get("format").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(FORMAT) => Err(ArtifactError::Format { found }),
        // Without one the manifest is not understood, which is told with the reason.
        Some(_) | None => Ok(()),
    }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn part(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, ArtifactError> {
    let path = folder.join(name);
    let mut bytes = Vec::new();
    let read =
        File::open(&path).and_then(|file| file.take(PART_MAX_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if u64::try_from(read).is_ok_and(|read| read <= PART_MAX_BYTES) => Ok(Some(bytes)),
        Ok(_) => Err(ArtifactError::TooLarge { part: name.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => Ok(None),
        Err(reason) => Err(ArtifactError::Io { path, doing: "read", reason }),
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
