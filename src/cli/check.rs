//! `vouch check`.

mod model;

use std::path::{Path, PathBuf};

use tracing_subscriber::EnvFilter;

use self::model::{check_models, cut_offs};
use super::ConfigArg;
use super::clock::SystemClock;
use super::open::{OpenError, policy_source};
use super::output::{self, Failure, located};
use crate::clock::Clock;
use crate::config::{Config, ModelConfig};
use crate::document::{Problem, Severity, find, read_text};
use crate::geo::{Available, Geo, GeoFile, GeoFiles};
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
    /// Prints every problem of settings, geo files and policy as `file:line: severity: message`, and at the end how
    /// many there are. Fails when there is an error among them.
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut report = Report::default();
        let settings = Settings::read(&self.config, &mut report)?;
        let available = geo_files(&settings, &mut report)?;
        check_policy(self.policy.as_deref(), &settings, available, &mut report)?;
        check_models(&settings, &mut report)?;
        report.end()
    }
}

/// The settings that the arguments name. The files that they name are looked for from their folder.
pub(super) fn read_config(argument: &ConfigArg) -> Result<Config, Failure> {
    let Some(path) = &argument.config else {
        return Config::load("").map_err(|problems| told("defaults", &problems));
    };
    let file = path.display().to_string();
    let source = read_text(path).map_err(|error| format!("the settings `{file}` {error}"))?;
    let config = Config::load(&source).map_err(|problems| told(&file, &problems))?;
    Ok(config.found_from(folder_of(path)))
}

fn told(file: &str, problems: &[Problem]) -> Failure {
    Failure::Problems(located(file, problems))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

/// What was told so far.
#[derive(Debug, Default)]
struct Report {
    errors: usize,
    warnings: usize,
}

impl Report {
    /// One problem, at `file` or `file:line`.
    fn tell(&mut self, place: &str, severity: Severity, message: &str) -> Result<(), Failure> {
        self.count(severity);
        output::line(format!("{place}: {severity}: {message}"))
    }

    fn problems(&mut self, file: &str, problems: &[Problem]) -> Result<(), Failure> {
        problems.iter().for_each(|problem| self.count(problem.severity));
        located(file, problems).iter().try_for_each(output::line)
    }

    /// Errors that are lines already.
    fn failure(&mut self, failure: Failure) -> Result<(), Failure> {
        let lines = match failure {
            Failure::Problems(lines) => lines,
            Failure::Error(error) => vec![format!("error: {error}")],
        };
        self.errors += lines.len();
        lines.iter().try_for_each(output::line)
    }

    const fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }

    fn end(self) -> Result<(), Failure> {
        let Self { errors, warnings } = self;
        let some = |count: usize, what: &str| match count {
            0 => format!("no {what}s"),
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        };
        let told = format!("{}, {}", some(errors, "error"), some(warnings, "warning"));
        if errors == 0 { output::line(told) } else { Err(Failure::Problems(vec![told])) }
    }
}

/// What settings say about other files, also when they have faults of their own.
struct Settings {
    /// Their name in messages.
    file: String,
    /// Their text; `None` when it cannot be read.
    source: Option<String>,
    geo: GeoFiles,
    geo_max_age_d: Option<f64>,
    policy: Option<PathBuf>,
    /// `None` when the settings have faults.
    model: Option<ModelConfig>,
}

impl Settings {
    fn read(argument: &ConfigArg, report: &mut Report) -> Result<Self, Failure> {
        let file = argument.config.as_deref();
        let name = file.map_or_else(|| "defaults".to_owned(), |path| path.display().to_string());
        let mut settings = Self {
            file: name,
            source: Some(String::new()),
            geo: GeoFiles::default(),
            geo_max_age_d: None,
            policy: None,
            model: None,
        };
        let Some(path) = file else {
            settings.model = Some(read_config(argument)?.model);
            return Ok(settings);
        };
        let source = match read_text(path) {
            Ok(source) => source,
            Err(error) => {
                report.tell(&settings.file, Severity::Error, &error.to_string())?;
                settings.source = None;
                return Ok(settings);
            }
        };
        match read_config(argument) {
            Ok(config) => {
                settings.source = Some(source);
                settings.geo = config.geo;
                settings.geo_max_age_d = Some(config.geo_max_age_d);
                settings.policy = config.policy;
                settings.model = Some(config.model);
                settings.check_filter(&config.log.filter, report)?;
            }
            Err(failure) => {
                report.failure(failure)?;
                // What the other files are can mostly be read all the same.
                let named =
                    |section, key| Some(folder_of(path).join(find(&source, section, key)?.1?));
                settings.geo = GeoFiles {
                    city: named("geo", "city"),
                    asn: named("geo", "asn"),
                    anonymous_ip: named("geo", "anonymous_ip"),
                    residential_proxy: named("geo", "residential_proxy"),
                    vpn_list: named("geo", "vpn_list").into_iter().collect(),
                    tor_list: named("geo", "tor_list").into_iter().collect(),
                    hosting_list: named("geo", "hosting_list").into_iter().collect(),
                };
                settings.policy = named("policy", "path");
                settings.source = Some(source);
            }
        }
        Ok(settings)
    }

    /// Where a setting stands, as `file:line`.
    fn place(&self, section: &str, key: &str) -> String {
        let line = self.source.as_deref().and_then(|source| find(source, section, key));
        line.map_or_else(|| self.file.clone(), |(line, _)| format!("{}:{line}", self.file))
    }

    fn check_filter(&self, filter: &str, report: &mut Report) -> Result<(), Failure> {
        let Err(error) = EnvFilter::try_new(filter) else { return Ok(()) };
        let text = format!("log.filter is `{filter}`: {error}; write levels such as `info`");
        report.tell(&self.place("log", "filter"), Severity::Error, &text)
    }
}

/// Opens the geo files; says which there will be.
fn geo_files(settings: &Settings, report: &mut Report) -> Result<Available, Failure> {
    let setting = |file: GeoFile| settings.place("geo", file.as_str());
    // Files with problems are told of: what they would feed is not missing.
    let named = settings.geo.available();
    if settings.source.is_none() {
        return Ok(Available::ALL);
    }
    let geo = match Geo::open(&settings.geo) {
        Ok(geo) => geo,
        Err(problems) => {
            for problem in problems {
                let place = setting(problem.file());
                report.tell(&place, Severity::Error, &problem.to_string())?;
            }
            return Ok(named);
        }
    };
    for (file, age_d) in geo.ages_d(SystemClock::new().now()) {
        if settings.geo_max_age_d.is_some_and(|most| age_d > most) {
            let text = format!(
                "geo file `{file}` is {age_d:.0} days old: verdicts will call it stale; get a newer one"
            );
            report.tell(&setting(file), Severity::Warning, &text)?;
        }
    }
    geo.builds().iter().try_for_each(|build| output::line(format!("geo: {build}")))?;
    Ok(named)
}

/// Checks the policy of the arguments, of the settings, or the shipped one.
fn check_policy(
    given: Option<&Path>,
    settings: &Settings,
    available: Available,
    report: &mut Report,
) -> Result<(), Failure> {
    if given.is_none() && settings.source.is_none() {
        return output::line("policy: not checked, as the settings would name it; give --policy");
    }
    let path = given.or(settings.policy.as_deref());
    let (file, source) = match policy_source(path) {
        Ok(read) => read,
        Err(OpenError::ReadPolicy { file, reason }) => {
            let (place, text) = match given {
                Some(_) => (file, reason.to_string()),
                None => (settings.place("policy", "path"), format!("the policy `{file}` {reason}")),
            };
            return report.tell(&place, Severity::Error, &text);
        }
        Err(error) => return Err(error.into()),
    };
    match policy::load_at(&source, available, Some(SystemClock::new().now())) {
        Ok((policy, warnings)) => {
            report.problems(&file, &warnings)?;
            let shipped = if path.is_none() { " (shipped)" } else { "" };
            output::line(format!(
                "{file}{shipped}: `{}`: {} entries, {} list entries, {} signals read",
                policy.name,
                policy.entries.len(),
                policy.lists.len(),
                policy.signals_read().len()
            ))?;
            cut_offs(&policy).iter().try_for_each(output::line)
        }
        Err(problems) => report.problems(&file, &problems),
    }
}
