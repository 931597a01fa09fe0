//! `vouch model`.

use std::path::PathBuf;

use super::model_folder::{CURRENT_FILE, current, use_version, version, versions};
use super::models::chain;
use super::output::{self, Failure};
use super::{ConfigArg, check};
use crate::config::Champion;
use crate::scoring::LoadedModel;

#[derive(Debug, clap::Args)]
pub(super) struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ModelCommand {
    /// Print the versions of a model; the one in use has a star.
    List(Where),
    /// Put a version into use; a running server takes it on SIGHUP. An earlier one is a rollback. One that this vouch
    /// cannot load is refused.
    Use(Use),
}

#[derive(Debug, clap::Args)]
struct Where {
    #[command(flatten)]
    config: ConfigArg,
    /// Folder of the versions; without one, `model.folder` of the settings.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Use {
    /// The version: the name of its folder.
    version: String,
    #[command(flatten)]
    place: Where,
}

impl ModelArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.command {
            ModelCommand::List(place) => list(&place),
            ModelCommand::Use(used) => {
                let folder = used.place.folder()?;
                let model = version(&folder, &used.version)?;
                LoadedModel::read(&model).map_err(|error| {
                    format!("the model `{}` cannot be used: {}", model.display(), chain(&error))
                })?;
                use_version(&folder, &used.version)?;
                let (version, folder) = (used.version, folder.display());
                output::line(format!(
                    "{folder}/{CURRENT_FILE} says {version}; SIGHUP makes a server take it"
                ))
            }
        }
    }
}

fn list(place: &Where) -> Result<(), Failure> {
    let folder = place.folder()?;
    let current = current(&folder)?;
    for version in versions(&folder)? {
        let mark = if current.as_ref() == Some(&version) { "*" } else { " " };
        output::line(format!("{mark} {version}"))?;
    }
    Ok(())
}

impl Where {
    fn folder(&self) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.folder {
            return Ok(folder.clone());
        }
        let config = check::read_config(&self.config)?;
        match config.model.champion {
            Champion::Folder(folder) => Ok(folder),
            Champion::Off | Champion::Shipped => {
                Err("the settings name no `model.folder`; name one with --folder".into())
            }
        }
    }
}
