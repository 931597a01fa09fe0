//! The embedded databases that hold ledger and state.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fjall::{Database, KeyspaceCreateOptions};

use super::background;

/// The keyspace by which a database is known to be ours.
const MARK: &str = "vouch";

/// Journals are kept until what they hold is in tables; the least that fjall takes is 64 MiB.
const JOURNAL_MAX_BYTES: u64 = 128 * 1_024 * 1_024;

/// One thread writes tables out and compacts them. With more, one of them spins while another compacts.
const WORKER_THREADS: usize = 1;

/// Tables that are kept open.
const OPEN_FILES_MAX: usize = 256;

/// Why the database does not open.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Another process has it.
    #[error("`{path}` is in use by another vouch; stop that one, or give this one another folder")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder can not be written.
    #[error("`{path}` is not writable; let the user that runs vouch write there")]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder belongs to something else.
    #[error("`{path}` is no data folder of vouch; give a new or an empty folder")]
    NotVouch {
        /// The folder.
        path: PathBuf,
    },
    /// Vouch was stopped while it created the database for the first time.
    #[error(
        "`{path}` holds a database that was never finished and holds nothing; empty the folder"
    )]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// Anything else.
    #[error("the database in `{path}` does not open")]
    Storage {
        /// The folder.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: fjall::Error,
    },
}

/// The folder of the state, within that of the ledger.
const STATE: &str = "state";

/// Opens the database in `path`, or creates it in a new or empty folder. `cache_bytes` bounds what it keeps of tables in
/// memory; what was written lately comes on top, twice the size of a buffer for each keyspace.
///
/// The folder is locked while the database, or a ledger or store on it, lives: a second open is refused, in this process
/// too.
///
/// # Errors
/// The folder is in use, not writable, not ours, or damaged.
pub fn open_database(path: &Path, cache_bytes: u64) -> Result<Database, DatabaseError> {
    check_folder(path)?;
    let opened = Database::builder(path)
        .cache_size(cache_bytes)
        .max_journaling_size(JOURNAL_MAX_BYTES)
        .worker_threads(WORKER_THREADS)
        .max_cached_files(Some(OPEN_FILES_MAX))
        .open();
    let database = opened.map_err(|error| explain(path, error))?;
    if database.keyspace_count() > 0 && !database.keyspace_exists(MARK) {
        return Err(DatabaseError::NotVouch { path: path.into() });
    }
    database
        .keyspace(MARK, KeyspaceCreateOptions::default)
        .map_err(|error| explain(path, error))?;
    Ok(database)
}

/// Opens the database of the state, in a folder of its own within `path`, that of the `ledger`: what is written and merged
/// there holds up no record, and gives way to everything else. Its settings are as those of [`open_database`].
///
/// State that an older vouch kept in the ledger's database is taken away: it is folded from the ledger again.
///
/// # Errors
/// As [`open_database`].
pub fn open_state_database(
    ledger: &Database,
    path: &Path,
    cache_bytes: u64,
) -> Result<Database, DatabaseError> {
    let taken_away = if ledger.keyspace_exists(STATE) {
        tracing::info!(
            "state moves to a folder of its own: the ledger is folded from its beginning"
        );
        let old = ledger.keyspace(STATE, KeyspaceCreateOptions::default);
        old.and_then(|old| ledger.delete_keyspace(old))
    } else {
        Ok(())
    };
    taken_away.map_err(|error| explain(path, error))?;
    let folder = path.join(STATE);
    let failed = |source: std::io::Error| explain(&folder, source.into());
    if let Err(DatabaseError::Unfinished { .. }) = check_folder(&folder) {
        std::fs::remove_dir_all(&folder).map_err(failed)?;
    }
    // The database's own threads, which merge what was written, are started there.
    let opened = background::spawn("open", {
        let folder = folder.clone();
        move || open_database(&folder, cache_bytes)
    });
    let opened = opened.map_err(failed)?.join();
    opened
        .unwrap_or_else(|_| Err(failed(std::io::Error::other("a thread of the database panicked"))))
}

/// A folder without a database must be empty: files of others are not to be mixed with ours.
fn check_folder(path: &Path) -> Result<(), DatabaseError> {
    let failed = |error: std::io::Error| explain(path, error.into());
    // Written last when a database is created.
    let finished = path.join("version").try_exists().map_err(failed)?;
    if finished || !path.try_exists().map_err(failed)? {
        return Ok(());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    // The root of a mounted disk has one entry of its own.
    names.retain(|name| name != "lost+found");
    let path = path.to_path_buf();
    if names.is_empty() {
        Ok(())
    } else if names.iter().all(|name| name == "lock" || name == "keyspaces" || name == "0.jnl") {
        Err(DatabaseError::Unfinished { path })
    } else {
        Err(DatabaseError::NotVouch { path })
    }
}

fn explain(path: &Path, error: fjall::Error) -> DatabaseError {
    let path = path.to_path_buf();
    if matches!(error, fjall::Error::Locked) {
        return DatabaseError::Locked { path };
    }
    if matches!(error, fjall::Error::InvalidVersion(None)) {
        return DatabaseError::NotVouch { path };
    }
    let unwritable =
        [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem, ErrorKind::NotADirectory];
    if let fjall::Error::Io(source) = error {
        return if unwritable.contains(&source.kind()) {
            DatabaseError::NotWritable { path, source }
        } else {
            DatabaseError::Storage { path, source: source.into() }
        };
    }
    DatabaseError::Storage { path, source: error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/data");
        let first = open_database(&path, 1 << 20).unwrap();
        let refused = open_database(&path, 1 << 20).err().unwrap();
        assert!(matches!(refused, DatabaseError::Locked { .. }), "{refused:?}");
        drop(first);
        open_database(&path, 1 << 20).unwrap();
    }

    #[test]
    fn state_of_an_older_vouch_moves_out() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = open_database(folder.path(), 1 << 20).unwrap();
        let old = ledger.keyspace(STATE, KeyspaceCreateOptions::default).unwrap();
        old.insert("an account", "of an older vouch").unwrap();
        drop(old);
        let state = open_state_database(&ledger, folder.path(), 1 << 20).unwrap();
        assert!(!ledger.keyspace_exists(STATE));
        let new = state.keyspace(STATE, KeyspaceCreateOptions::default).unwrap();
        new.insert("an account", "of this one").unwrap();
        drop((new, state, ledger));

        let ledger = open_database(folder.path(), 1 << 20).unwrap();
        let state = open_state_database(&ledger, folder.path(), 1 << 20).unwrap();
        let new = state.keyspace(STATE, KeyspaceCreateOptions::default).unwrap();
        assert_eq!(&*new.get("an account").unwrap().unwrap(), b"of this one");
        drop((new, state));

        // Vouch was stopped while it created the folder: nothing is lost, and nobody is asked to clear it.
        std::fs::remove_file(folder.path().join(STATE).join("version")).unwrap();
        std::fs::remove_dir_all(folder.path().join(STATE).join("keyspaces")).unwrap();
        drop(open_state_database(&ledger, folder.path(), 1 << 20).unwrap());
    }

    #[test]
    fn leaves_the_files_of_others_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.txt"), "all of it").unwrap();
        let refused = open_database(folder.path(), 1 << 20).err().unwrap();
        assert!(matches!(refused, DatabaseError::NotVouch { .. }), "{refused:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        std::fs::write(folder.path().join("version"), "1.0").unwrap();
        let refused = open_database(folder.path(), 1 << 20).err().unwrap();
        assert!(matches!(refused, DatabaseError::NotVouch { .. }), "{refused:?}");

        let refused = open_database(&folder.path().join("thesis.txt/data"), 1 << 20).err().unwrap();
        assert!(matches!(refused, DatabaseError::NotWritable { .. }), "{refused:?}");
    }

    #[test]
    fn tells_a_creation_that_was_cut_short() {
        let folder = tempfile::tempdir().unwrap();
        drop(open_database(folder.path(), 1 << 20).unwrap());
        std::fs::remove_file(folder.path().join("version")).unwrap();
        let refused = open_database(folder.path(), 1 << 20).err().unwrap();
        assert!(matches!(refused, DatabaseError::Unfinished { .. }), "{refused:?}");
    }

    #[test]
    fn refuses_the_database_of_another_program() {
        let folder = tempfile::tempdir().unwrap();
        let other = Database::builder(folder.path()).open().unwrap();
        other.keyspace("songs", KeyspaceCreateOptions::default).unwrap();
        drop(other);
        let refused = open_database(folder.path(), 1 << 20).err().unwrap();
        assert!(matches!(refused, DatabaseError::NotVouch { .. }), "{refused:?}");
    }
}
