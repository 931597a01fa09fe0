//! Loading the models that the settings name.

use std::path::Path;
use std::sync::Arc;

use super::model_folder::version_of;
use crate::config::{Champion, ModelConfig};
use crate::engine::{Models, Scorer};

/// What a reader of artifacts gives.
pub(super) type Read = Result<Arc<dyn Scorer>, Box<dyn std::error::Error + Send + Sync>>;

/// A model that cannot be loaded: where the settings name it, and why.
#[derive(Debug)]
pub(super) struct ModelProblem {
    /// The key of the settings.
    pub(super) key: &'static str,
    /// The folder, and what is wrong with it.
    pub(super) text: String,
}

/// Loads every model, or tells of every one that cannot be loaded.
pub(super) fn load(
    config: &ModelConfig,
    shipped: impl Fn() -> Read,
    read: impl Fn(&Path) -> Read,
) -> Result<Models, Vec<ModelProblem>> {
    let mut problems = Vec::new();
    let problem = |folder: &Path, error: String| {
        format!("the model `{}` cannot be used: {error}", folder.display())
    };
    let one = |problems: &mut Vec<ModelProblem>, key: &'static str, folder: &Path| match opened(
        folder, &read,
    ) {
        Ok(model) => Some(model),
        Err(error) => {
            problems.push(ModelProblem { key, text: problem(folder, error) });
            None
        }
    };
    let champion = match &config.champion {
        Champion::Off => None,
        Champion::Shipped => match shipped() {
            Ok(model) => Some(model),
            Err(error) => {
                let text = format!("the model that is built in cannot be used: {}", chain(&*error));
                problems.push(ModelProblem { key: "folder", text });
                None
            }
        },
        Champion::Folder(folder) => one(&mut problems, "folder", folder),
    };
    let challengers: Vec<_> = config
        .challengers
        .iter()
        .filter_map(|folder| one(&mut problems, "challengers", folder))
        .collect();
    if problems.is_empty() {
        Ok(Models { champion, challengers, trust: config.trust })
    } else {
        Err(problems)
    }
}

/// The model, or the whole chain of what is wrong, in one line.
fn opened(folder: &Path, read: impl Fn(&Path) -> Read) -> Result<Arc<dyn Scorer>, String> {
    let version = version_of(folder).map_err(|error| chain(&error))?;
    read(&version).map_err(|error| chain(&*error))
}

/// An error and its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
