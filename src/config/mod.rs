//! Settings of a server: read from TOML, checked at once, then trusted.

mod paths;
mod raw;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::document::{Problem, Problems, Sections};
use crate::domain::{ModelTrust, TenantId};
use crate::geo::GeoFiles;

use raw::{RawEngine, RawGeo, RawLog, RawMetrics, RawModel, RawPolicy, RawServer, RawStorage};

/// Settings of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Whose claims these are.
    pub tenant: TenantId,
    /// The gRPC server.
    pub server: ServerConfig,
    /// The queue in front of the engine.
    pub engine: EngineConfig,
    /// Where ledger and state are kept.
    pub data: PathBuf,
    /// Memory for remembered entities, bytes; `None` is a part of what there is.
    pub cache_bytes: Option<usize>,
    /// Ledger records after which remembered entities are written out at the latest.
    pub checkpoint_every: u64,
    /// Geo files.
    pub geo: GeoFiles,
    /// From this age on a geo file is stale, days.
    pub geo_max_age_d: f64,
    /// The policy file; `None` is the shipped one.
    pub policy: Option<PathBuf>,
    /// The models.
    pub model: ModelConfig,
    /// Where metrics are served.
    pub metrics: Option<SocketAddr>,
    /// How logs are written.
    pub log: LogConfig,
}

/// The gRPC server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// Largest request, bytes.
    pub message_max_bytes: u32,
    /// Longest time for one answer, ms.
    pub deadline_max_ms: u64,
    /// How long running requests may take to end when the server stops, ms.
    pub drain_max_ms: u64,
    /// Claims of one stream that may be in work.
    pub stream_in_flight_max: u32,
}

/// The queue in front of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineConfig {
    /// Requests that may wait.
    pub waiting_max: usize,
    /// Longest that a request may have to wait, as far as can be told when it comes, ms.
    pub waiting_max_ms: u64,
    /// Requests that are worked on together.
    pub batch_max: usize,
}

/// The models that score claims.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// The one that judges.
    pub champion: Champion,
    /// Others that run beside it, likewise; what they would decide is only recorded.
    pub challengers: Vec<PathBuf>,
    /// When they decide nothing any more.
    pub trust: ModelTrust,
}

/// Which model judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Champion {
    /// None: rules alone decide.
    Off,
    /// The one that is built in.
    Shipped,
    /// The folder of a version, or of versions with a file `current` that names one.
    Folder(PathBuf),
}

/// How logs are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// As JSON, not for people.
    pub json: bool,
    /// Levels, as in `RUST_LOG`.
    pub filter: String,
}

/// Every section of a settings file.
const SECTIONS: [&str; 9] =
    ["tenant", "server", "engine", "storage", "geo", "policy", "model", "metrics", "log"];

impl Config {
    /// Reads settings. What is left out has its default, so the empty text is valid.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(source: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new(source);
        let config = Self::read(source, &mut problems);
        match config {
            Some(config) if !problems.has_errors() => Ok(config),
            Some(_) | None => Err(problems.into_sorted()),
        }
    }

    /// The same settings, with the files that they name (geo files, policy and models) looked for from a folder, that of the
    /// settings file: whoever reads the settings finds the same files, wherever it is started. Where data is kept is
    /// not changed by it.
    #[must_use]
    pub fn found_from(mut self, folder: &Path) -> Self {
        let champion = match &mut self.model.champion {
            Champion::Folder(path) => Some(path),
            Champion::Off | Champion::Shipped => None,
        };
        let models = champion.into_iter().chain(&mut self.model.challengers);
        for path in self.geo.paths_mut().chain(self.policy.as_mut()).chain(models) {
            *path = folder.join(&*path);
        }
        self
    }

    /// SHA-256 of the settings that can change a verdict: files have digests and build dates of their own.
    #[must_use]
    pub fn verdict_sha256(&self) -> [u8; 32] {
        let geo = self.geo_max_age_d;
        let ModelTrust { max_age_d, max_drift_psi, drift_claims_min } = self.model.trust;
        let settings = format!(
            "geo_max_age_d={geo:?}\nmodel_max_age_d={max_age_d:?}\nmodel_max_drift_psi={max_drift_psi:?}\n\
             model_drift_claims_min={drift_claims_min}\n"
        );
        Sha256::digest(settings).into()
    }

    fn read(source: &str, problems: &mut Problems<'_>) -> Option<Self> {
        let mut sections = Sections::read(source, problems);
        let tenant: Option<toml::Spanned<String>> = sections.optional("tenant", problems);
        let server: RawServer = sections.optional("server", problems).unwrap_or_default();
        let engine: RawEngine = sections.optional("engine", problems).unwrap_or_default();
        let storage: RawStorage = sections.optional("storage", problems).unwrap_or_default();
        let geo: RawGeo = sections.optional("geo", problems).unwrap_or_default();
        let policy: RawPolicy = sections.optional("policy", problems).unwrap_or_default();
        let model: RawModel = sections.optional("model", problems).unwrap_or_default();
        let metrics: RawMetrics = sections.optional("metrics", problems).unwrap_or_default();
        let log: RawLog = sections.optional("log", problems).unwrap_or_default();
        sections.finish(&SECTIONS, problems);

        let (name, at) = tenant.map_or(("default".to_owned(), 0), |tenant| {
            let at = tenant.span().start;
            (tenant.into_inner(), at)
        });
        let tenant = TenantId::parse(&name);
        if let Err(error) = &tenant {
            problems.error(at, format!("tenant {error}"));
        }
        if tenant.as_ref().is_ok_and(|tenant| tenant.as_str() == "-") {
            problems.error(at, "tenant `-` is vouch's own; choose another name");
        }
        let server = server.check(problems);
        let engine = engine.check(problems);
        let storage = storage.check(problems);
        let geo_max_age_d = geo.age(problems);
        let model = model.check(problems);
        let metrics = metrics.check(problems);
        let log = log.check(problems);
        // Everything was looked at: what is wrong with one section hides nothing of the next.
        let (data, cache_bytes, checkpoint_every) = storage?;
        Some(Self {
            tenant: tenant.ok()?,
            server: server?,
            engine: engine?,
            data,
            cache_bytes,
            checkpoint_every,
            geo: geo.files(),
            geo_max_age_d: geo_max_age_d?,
            policy: policy.path,
            model: model?,
            metrics,
            log: log?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_states_the_defaults() {
        let shipped = Config::load(include_str!("../../config/vouch.toml")).unwrap();
        assert_eq!(shipped, Config::load("").unwrap());
    }

    #[test]
    fn files_are_looked_for_from_the_folder_of_the_settings() {
        let source = "[geo]\ncity = \"geo/city.mmdb\"\nasn = \"/var/asn.mmdb\"\n[policy]\npath = \"policy.toml\"\n";
        let config = Config::load(source).unwrap().found_from(Path::new("/etc/vouch"));
        assert_eq!(config.geo.city, Some(PathBuf::from("/etc/vouch/geo/city.mmdb")));
        assert_eq!(config.geo.asn, Some(PathBuf::from("/var/asn.mmdb")));
        assert_eq!(config.geo.anonymous_ip, None);
        assert_eq!(config.policy, Some(PathBuf::from("/etc/vouch/policy.toml")));
        assert_eq!(config.data, PathBuf::from("data"));
    }

    #[test]
    fn a_model_can_be_named_switched_off_and_challenged() {
        let source = "[model]\nfolder = \"m/default\"\nchallengers = [\"m/next\"]\nmax_age_d = 30.0\nmax_drift_psi = inf\ndrift_claims_min = 500\n";
        let model = Config::load(source).unwrap().found_from(Path::new("/etc")).model;
        let expected = ModelConfig {
            champion: Champion::Folder("/etc/m/default".into()),
            challengers: vec!["/etc/m/next".into()],
            trust: ModelTrust {
                max_age_d: 30.0,
                max_drift_psi: f64::INFINITY,
                drift_claims_min: 500,
            },
        };
        assert_eq!(model, expected);
        let off = source.replace("[model]\n", "[model]\nenabled = false\n");
        let off = Config::load(&off).unwrap().model;
        assert_eq!((off.champion, off.challengers), (Champion::Off, Vec::<PathBuf>::new()));
        assert_eq!(Config::load("").unwrap().model.champion, Champion::Shipped);
        let many = format!("[model]\nchallengers = {:?}\n", ["m"; 9]);
        let problems = Config::load(&many).unwrap_err();
        assert!(problems[0].line == 2 && problems[0].message.contains("at most 8"), "{problems:?}");
        let trusted = ["", "max_age_d = 30.0", "max_drift_psi = 0.2", "drift_claims_min = 200"];
        let digest = |line| Config::load(&format!("[model]\n{line}\n")).unwrap().verdict_sha256();
        let digests: std::collections::BTreeSet<_> = trusted.into_iter().map(digest).collect();
        assert_eq!(digests.len(), trusted.len(), "each can change a verdict");
    }

    #[test]
    fn a_list_is_one_file_or_several() {
        let source = "[geo]\nvpn_list = \"a.txt\"\ntor_list = [\"b.txt\", \"c.txt\"]\n";
        let geo = Config::load(source).unwrap().geo;
        let expected = GeoFiles {
            vpn_list: vec!["a.txt".into()],
            tor_list: vec!["b.txt".into(), "c.txt".into()],
            ..GeoFiles::default()
        };
        assert_eq!(geo, expected);
        for (wrong, part) in [("7", "a path or a list of paths"), ("[7]", "expected path string")] {
            let problems = Config::load(&format!("[geo]\nvpn_list = {wrong}\n")).unwrap_err();
            let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
            assert!(problem.line == 2 && problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let source = "tenant = \"\"\n[server]\nlisten = \"nowhere\"\nmessage_max_kib = 0\n[engine]\nbatch_max = 0\n[enigne]\n[log]\nformat = \"xml\"\n[geo]\nmax_age_d = -1.0\ncity = 7\n[model]\nmax_age_d = 0.0\nmax_drift_psi = nan\ndrift_claims_min = 5\n";
        let problems = Config::load(source).unwrap_err();
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let expected = [
            (1, "tenant is empty"),
            (3, "`nowhere`"),
            (4, "message_max_kib"),
            (6, "batch_max"),
            (7, "did you mean `engine`?"),
            (9, "`xml`"),
            (12, "in `geo`"),
            (14, "model.max_age_d"),
            (15, "`inf` to let models drift"),
            (16, "model.drift_claims_min is 5; give 100 to"),
        ];
        for (line, part) in expected {
            let found =
                lines.iter().any(|l| l.starts_with(&format!("{line}: error:")) && l.contains(part));
            assert!(found, "line {line} with `{part}` in {lines:#?}");
        }
    }
}
