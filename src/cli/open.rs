//! Building an engine from settings.

use std::path::Path;
use std::sync::Arc;

use super::memory;
use super::models;
use super::output::located;
use crate::config::Config;
use crate::disk::{DatabaseError, open_database, open_state_database};
use crate::document::{Problem, Severity, TextError, read_text};
use crate::domain::{Timestamp, Versions};
use crate::engine::{Core, CoreError, Models, Setup};
use crate::geo::{Available, Geo, GeoError};
use crate::ledger::{FjallLedger, Ledger, LedgerError};
use crate::policy::{self, Policy};
use crate::records::ProtobufRecords;
use crate::scoring::LoadedModel;
use crate::signals::Catalogue;
use crate::store::{FjallStore, StoreError, StoreLimits};
use crate::user_agent::{PatternError, UserAgents};

/// Why no engine can be built.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Geo files that cannot be used.
    #[error("{}", joined(.0))]
    Geo(Vec<GeoError>),
    /// A policy file that cannot be read.
    #[error("the policy `{file}` {reason}")]
    ReadPolicy {
        /// Which file.
        file: String,
        /// Why.
        reason: TextError,
    },
    /// A policy with problems, one line each.
    #[error("{}", .0.join("\n"))]
    Policy(Vec<String>),
    /// Nothing was ever recorded there.
    #[error("the data folder `{folder}` is not there; name it as `storage.path` in the settings")]
    NoData {
        /// Which folder.
        folder: String,
    },
    /// Models that cannot be used, one line each.
    #[error("{}", .0.join("\n"))]
    Models(Vec<String>),
    /// Several of these.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<OpenError>),
    /// The data folder.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The state.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is compiled in.
    #[error(transparent)]
    UserAgents(#[from] PatternError),
    /// The engine.
    #[error(transparent)]
    Core(#[from] CoreError),
}

fn joined(errors: &[GeoError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What the name of the shipped policy is in messages.
const SHIPPED_POLICY: &str = "config/policy.toml";

/// The text of the policy that the settings name, and its name in messages.
pub(super) fn policy_source(path: Option<&Path>) -> Result<(String, String), OpenError> {
    let Some(path) = path else {
        return Ok((SHIPPED_POLICY.to_owned(), policy::SHIPPED.to_owned()));
    };
    let file = path.display().to_string();
    match read_text(path) {
        Ok(source) => Ok((file, source)),
        Err(reason) => Err(OpenError::ReadPolicy { file, reason }),
    }
}

/// Everything that an engine works with besides its ledger and store. Warnings of the policy are logged.
///
/// # Errors
/// Geo files, policy or models that cannot be used: all of them, together.
pub fn setup(config: &Config) -> Result<Setup, OpenError> {
    let geo = Geo::open(&config.geo).map_err(OpenError::Geo);
    // Files with problems are told of: what they would feed is not missing.
    let available = geo.as_ref().map_or_else(|_| config.geo.available(), Geo::available);
    let policy = read_policy(config, available);
    let models = models::load(&config.model, shipped_model, read_model).map_err(|problems| {
        OpenError::Models(problems.into_iter().map(|problem| problem.text).collect())
    });
    let (geo, policy, models) = match (geo, policy, models) {
        (Ok(geo), Ok(policy), Ok(models)) => (geo, policy, models),
        (geo, policy, models) => {
            let problems = [geo.err(), policy.err(), models.err()];
            return Err(OpenError::Several(problems.into_iter().flatten().collect()));
        }
    };
    if policy.model.is_none() && models.champion.is_some() {
        tracing::warn!("the policy has no [costs] and [model]: the model decides nothing");
    }
    let versions = versions(config, &policy, &geo, &models);
    Ok(Setup {
        policy,
        models,
        geo,
        user_agents: UserAgents::shipped()?,
        codec: &ProtobufRecords,
        versions,
        geo_max_age_d: config.geo_max_age_d,
    })
}

/// The model that is built in.
pub(super) fn shipped_model() -> models::Read {
    Ok(Arc::new(LoadedModel::shipped()?))
}

/// Reads the version of a model in a folder.
pub(super) fn read_model(folder: &Path) -> models::Read {
    let model = LoadedModel::read(folder)?;
    for note in model.notes() {
        tracing::warn!(model = %folder.display(), note, "the model learned from another definition");
    }
    Ok(Arc::new(model))
}

fn read_policy(config: &Config, available: Available) -> Result<Policy, OpenError> {
    let (file, source) = policy_source(config.policy.as_deref())?;
    let (policy, warnings) = policy::load(&source, available)
        .map_err(|problems| OpenError::Policy(located(&file, &problems)))?;
    // Entries that need a geo file which is not there are told of once, together.
    let starved: Vec<&Problem> =
        warnings.iter().filter(|problem| problem.severity == Severity::Warning).collect();
    if !starved.is_empty() {
        tracing::warn!(warnings = starved.len(), "the policy has warnings: run `vouch check`");
    }
    Ok(policy)
}

/// Opens the engine on the data folder of the settings.
///
/// # Errors
/// A file cannot be used, or the data folder is locked, damaged or not writable.
pub fn open_core(config: &Config, now: Timestamp) -> Result<Core, OpenError> {
    let setup = setup(config)?;
    let database = open_database(&config.data, STORAGE_CACHE_BYTES)?;
    let ledger = FjallLedger::open(&database)?;
    let cache_bytes = config.cache_bytes.unwrap_or_else(memory::cache_bytes);
    tracing::info!(cache_mib = cache_bytes >> 20, "memory for remembered entities");
    let limits = StoreLimits { cache_bytes, checkpoint_every: config.checkpoint_every };
    let state = open_state_database(&database, &config.data, STORAGE_CACHE_BYTES)?;
    let store = FjallStore::open(&state, limits, ledger.end())?;
    Ok(Core::open(setup, Box::new(ledger), Box::new(store), now)?)
}

/// Opens the ledger of the data folder of the settings, without an engine.
///
/// # Errors
/// The data folder is not there, or is locked, as by a server that runs, or damaged.
pub(super) fn open_ledger(config: &Config) -> Result<FjallLedger, OpenError> {
    if !config.data.exists() {
        return Err(OpenError::NoData { folder: config.data.display().to_string() });
    }
    let database = open_database(&config.data, STORAGE_CACHE_BYTES)?;
    Ok(FjallLedger::open(&database)?)
}

/// A database's own cache of blocks on disk; remembered entities have theirs, `storage.cache_mib`.
const STORAGE_CACHE_BYTES: u64 = 32 << 20;

fn versions(config: &Config, policy: &Policy, geo: &Geo, models: &Models) -> Versions {
    Versions {
        vouch: env!("CARGO_PKG_VERSION").to_owned(),
        policy_sha256: hex::encode(policy.sha256),
        config_sha256: hex::encode(config.verdict_sha256()),
        signals_sha256: hex::encode(Catalogue::get().sha256()),
        model_sha256: models.champion.as_ref().map(|model| hex::encode(model.sha256())),
        geo_builds: geo.builds(),
    }
}
