//! Settings as they are written, with their defaults and bounds.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::paths::Paths;
use super::{Champion, EngineConfig, LogConfig, ModelConfig, ServerConfig};
use crate::document::Problems;
use crate::domain::{CHALLENGERS_MAX, ModelTrust};
use crate::geo::GeoFiles;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawServer {
    listen: Option<Spanned<String>>,
    message_max_kib: Option<Spanned<u64>>,
    deadline_max_ms: Option<Spanned<u64>>,
    drain_max_ms: Option<Spanned<u64>>,
    stream_in_flight_max: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawEngine {
    waiting_max: Option<Spanned<u64>>,
    waiting_max_ms: Option<Spanned<u64>>,
    batch_max: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawStorage {
    path: Option<PathBuf>,
    cache_mib: Option<Spanned<u64>>,
    checkpoint_every: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawGeo {
    city: Option<PathBuf>,
    asn: Option<PathBuf>,
    anonymous_ip: Option<PathBuf>,
    residential_proxy: Option<PathBuf>,
    vpn_list: Paths,
    tor_list: Paths,
    hosting_list: Paths,
    max_age_d: Option<Spanned<f64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawPolicy {
    pub(super) path: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawModel {
    enabled: Option<bool>,
    folder: Option<PathBuf>,
    challengers: Option<Spanned<Vec<PathBuf>>>,
    max_age_d: Option<Spanned<f64>>,
    max_drift_psi: Option<Spanned<f64>>,
    drift_claims_min: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawMetrics {
    listen: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLog {
    format: Option<Spanned<String>>,
    filter: Option<String>,
}

/// From this age on a geo file is stale, days.
const GEO_MAX_AGE_D: f64 = 60.0;
/// From this age on a model is stale, days.
const MODEL_MAX_AGE_D: f64 = 365.0;
/// Above this population stability index a model has drifted: the convention of credit scoring (N. Siddiqi, "Credit Risk
/// Scorecards", Wiley (2006)).
const MODEL_MAX_DRIFT_PSI: f64 = 0.25;
/// So many claims tell whether a model has drifted. Of ten bins, 1,000 claims that did not move have an index of about
/// 0.01.
const MODEL_DRIFT_CLAIMS_MIN: u64 = 1_000;

/// The database tells of its housekeeping at `info`.
const LOG_FILTER: &str = "info,fjall=warn,lsm_tree=warn";

impl RawServer {
    pub(super) fn check(self, problems: &mut Problems<'_>) -> Option<ServerConfig> {
        let listen = match &self.listen {
            Some(listen) => address("server.listen", listen, problems),
            None => Some(SocketAddr::from(([127, 0, 0, 1], 50_051))),
        };
        let message_kib =
            whole("server.message_max_kib", self.message_max_kib, 1_024, (1, 65_536), problems);
        let deadline =
            whole("server.deadline_max_ms", self.deadline_max_ms, 10_000, (1, 600_000), problems);
        let drain = whole("server.drain_max_ms", self.drain_max_ms, 10_000, (1, 600_000), problems);
        let streams = self.stream_in_flight_max;
        let streams = whole("server.stream_in_flight_max", streams, 256, (1, 65_536), problems);
        Some(ServerConfig {
            listen: listen?,
            message_max_bytes: u32::try_from(message_kib? * 1_024).ok()?,
            deadline_max_ms: deadline?,
            drain_max_ms: drain?,
            stream_in_flight_max: u32::try_from(streams?).ok()?,
        })
    }
}

impl RawEngine {
    pub(super) fn check(self, problems: &mut Problems<'_>) -> Option<EngineConfig> {
        let waiting =
            whole("engine.waiting_max", self.waiting_max, 4_096, (1, 1_000_000), problems);
        let (given, bounds) = (self.waiting_max_ms, (1, 600_000));
        let wait_ms = whole("engine.waiting_max_ms", given, 200, bounds, problems);
        let batch = whole("engine.batch_max", self.batch_max, 256, (1, 65_536), problems);
        Some(EngineConfig {
            waiting_max: size(waiting?)?,
            waiting_max_ms: wait_ms?,
            batch_max: size(batch?)?,
        })
    }
}

impl RawStorage {
    /// Folder, bytes of cache if told, records between checkpoints.
    pub(super) fn check(
        self,
        problems: &mut Problems<'_>,
    ) -> Option<(PathBuf, Option<usize>, u64)> {
        let cache_mib = match self.cache_mib {
            None => Some(None),
            Some(given) => {
                whole("storage.cache_mib", Some(given), 0, (1, 1 << 20), problems).map(Some)
            }
        };
        let every = self.checkpoint_every;
        let every = whole("storage.checkpoint_every", every, 100_000, (1, 1_000_000_000), problems);
        let path = self.path.unwrap_or_else(|| PathBuf::from("data"));
        let cache_bytes = match cache_mib? {
            None => None,
            Some(mib) => Some(size(mib)? << 20),
        };
        Some((path, cache_bytes, every?))
    }
}

impl RawGeo {
    pub(super) fn age(&self, problems: &mut Problems<'_>) -> Option<f64> {
        days("geo.max_age_d", self.max_age_d.as_ref(), GEO_MAX_AGE_D, problems)
    }

    pub(super) fn files(self) -> GeoFiles {
        GeoFiles {
            city: self.city,
            asn: self.asn,
            anonymous_ip: self.anonymous_ip,
            residential_proxy: self.residential_proxy,
            vpn_list: self.vpn_list.0,
            tor_list: self.tor_list.0,
            hosting_list: self.hosting_list.0,
        }
    }
}

impl RawModel {
    pub(super) fn check(self, problems: &mut Problems<'_>) -> Option<ModelConfig> {
        let max_age_d = days("model.max_age_d", self.max_age_d.as_ref(), MODEL_MAX_AGE_D, problems);
        let max_drift_psi = stability(self.max_drift_psi.as_ref(), problems);
        let (given, most) = (self.drift_claims_min, u64::from(u32::MAX));
        let claims =
            whole("model.drift_claims_min", given, MODEL_DRIFT_CLAIMS_MIN, (100, most), problems);
        let challengers = self.challengers.map_or_else(Vec::new, |given| {
            let (at, count) = (given.span().start, given.as_ref().len());
            if count > CHALLENGERS_MAX {
                let text =
                    format!("model.challengers has {count} items; give at most {CHALLENGERS_MAX}");
                problems.error(at, text);
            }
            given.into_inner()
        });
        let on = self.enabled.unwrap_or(true);
        Some(ModelConfig {
            champion: match self.folder {
                _ if !on => Champion::Off,
                None => Champion::Shipped,
                Some(folder) => Champion::Folder(folder),
            },
            challengers: if on { challengers } else { Vec::new() },
            trust: ModelTrust {
                max_age_d: max_age_d?,
                max_drift_psi: max_drift_psi?,
                drift_claims_min: u32::try_from(claims?).ok()?,
            },
        })
    }
}

impl RawMetrics {
    pub(super) fn check(self, problems: &mut Problems<'_>) -> Option<SocketAddr> {
        address("metrics.listen", self.listen.as_ref()?, problems)
    }
}

impl RawLog {
    pub(super) fn check(self, problems: &mut Problems<'_>) -> Option<LogConfig> {
        let json = match &self.format {
            None => Some(false),
            Some(format) => match format.as_ref().as_str() {
                "pretty" => Some(false),
                "json" => Some(true),
                other => {
                    let text = format!("log.format is `{other}`; write `pretty` or `json`");
                    problems.error(format.span().start, text);
                    None
                }
            },
        };
        Some(LogConfig {
            json: json?,
            filter: self.filter.unwrap_or_else(|| LOG_FILTER.to_owned()),
        })
    }
}

fn days(
    name: &str,
    given: Option<&Spanned<f64>>,
    default_d: f64,
    problems: &mut Problems<'_>,
) -> Option<f64> {
    let Some(given) = given else { return Some(default_d) };
    let (at, days) = (given.span().start, *given.as_ref());
    if days > 0.0 && days.is_finite() {
        return Some(days);
    }
    problems.error(at, format!("{name} is {days}; give a number of days above 0"));
    None
}

fn stability(given: Option<&Spanned<f64>>, problems: &mut Problems<'_>) -> Option<f64> {
    let Some(given) = given else { return Some(MODEL_MAX_DRIFT_PSI) };
    let (at, index) = (given.span().start, *given.as_ref());
    if index > 0.0 {
        return Some(index);
    }
    let text = format!(
        "model.max_drift_psi is {index}; give a population stability index above 0, or `inf` to let models drift"
    );
    problems.error(at, text);
    None
}

fn address(
    name: impl Display,
    text: &Spanned<String>,
    problems: &mut Problems<'_>,
) -> Option<SocketAddr> {
    let parsed = text.as_ref().parse().ok();
    if parsed.is_none() {
        let given = text.as_ref();
        let message =
            format!("{name} is `{given}`; write an address and port such as `127.0.0.1:50051`");
        problems.error(text.span().start, message);
    }
    parsed
}

fn whole(
    name: &str,
    given: Option<Spanned<u64>>,
    default: u64,
    (least, most): (u64, u64),
    problems: &mut Problems<'_>,
) -> Option<u64> {
    let Some(given) = given else { return Some(default) };
    let (at, value) = (given.span().start, given.into_inner());
    if (least..=most).contains(&value) {
        return Some(value);
    }
    problems.error(at, format!("{name} is {value}; give {least} to {most}"));
    None
}

fn size(value: u64) -> Option<usize> {
    usize::try_from(value).ok()
}
