//! `vouch check`.

use std::path::PathBuf;

use super::ConfigArg;
use super::open::policy_source;
use super::output::{self, Failure, located};
use crate::config::Config;
use crate::document::Severity;
use crate::geo::{Available, Geo};
use crate::policy;

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    config: ConfigArg,
    /// Policy file; without one, the one that the settings name, or the shipped one.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl Check {
    /// Prints every problem as `file:line: severity: message`; fails when there is an error among them.
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut errors = Vec::new();
        let config = read_config(&self.config)
            .map_err(|failure| match failure {
                Failure::Problems(lines) => errors.extend(lines),
                Failure::Error(error) => errors.push(format!("error: {error}")),
            })
            .ok();
        let geo_files = config.as_ref().map(|config| config.geo.clone()).unwrap_or_default();
        let available = match Geo::open(&geo_files) {
            Ok(geo) => {
                geo.builds().iter().try_for_each(|build| output::line(format!("geo: {build}")))?;
                geo.available()
            }
            Err(problems) => {
                errors.extend(problems.iter().map(|problem| format!("error: {problem}")));
                // Problems of the files are told already: what they would feed is not missing.
                Available {
                    city: geo_files.city.is_some(),
                    asn: geo_files.asn.is_some(),
                    anonymous_ip: geo_files.anonymous_ip.is_some(),
                }
            }
        };
        let path = self.policy.or_else(|| config.and_then(|config| config.policy));
        let (file, source) = policy_source(path.as_deref())?;
        match policy::load(&source, available) {
            Ok((policy, warnings)) => {
                located(&file, &warnings).iter().try_for_each(output::line)?;
                output::line(format!(
                    "{file}: `{}`: {} entries, {} list entries, {} signals read",
                    policy.name,
                    policy.entries.len(),
                    policy.lists.len(),
                    policy.signals_read().len()
                ))?;
            }
            Err(problems) => {
                let (bad, warnings): (Vec<_>, Vec<_>) =
                    problems.into_iter().partition(|p| p.severity == Severity::Error);
                located(&file, &warnings).iter().try_for_each(output::line)?;
                errors.extend(located(&file, &bad));
            }
        }
        if errors.is_empty() { output::line("no errors") } else { Err(Failure::Problems(errors)) }
    }
}

/// The settings that the arguments name.
pub(super) fn read_config(argument: &ConfigArg) -> Result<Config, Failure> {
    let (file, source) = match &argument.config {
        None => ("defaults".to_owned(), String::new()),
        Some(path) => {
            let file = path.display().to_string();
            let source = std::fs::read_to_string(path)
                .map_err(|error| format!("the settings `{file}` cannot be read: {error}"))?;
            (file, source)
        }
    };
    Config::load(&source).map_err(|problems| Failure::Problems(located(&file, &problems)))
}
