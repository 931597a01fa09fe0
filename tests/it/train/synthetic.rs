//! A history as replay writes it, of claims whose fraud follows from a few signals and chance.

use std::fs::File;
use std::path::Path;

use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader,
    Series, TimeUnit, TimeZone,
};
use vouch::signals::{Catalogue, SignalType};

const CLAIMS: u32 = 1_200;
const START_MS: i64 = 1_772_409_600_000;
const HOUR_MS: i64 = 3_600_000;

/// What to write.
pub(super) struct History {
    /// Whether outcomes are reported.
    pub(super) labelled: bool,
    /// Whether vouch answered the opposite.
    pub(super) answers_turned: bool,
    /// Whether what was honest was found so by an audit alone; otherwise reviewers said all.
    pub(super) audited: bool,
    /// How much older accounts are, days.
    pub(super) age_shift_d: f64,
    /// The country in which a model answers what no rule decides.
    pub(super) model_in: Option<&'static str>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            labelled: true,
            answers_turned: false,
            audited: false,
            age_shift_d: 0.0,
            model_in: None,
        }
    }
}

/// A claim.
struct Claim {
    at_ms: i64,
    age_d: f64,
    refunds: i64,
    is_new: Option<bool>,
    country: &'static str,
    value: i64,
    is_fraud: bool,
}

/// Numbers from 0 to below 1 that look like chance: the fractions of large sines.
fn chance(index: u32, of: f64) -> f64 {
    ((f64::from(index + 1) * of * 1_000.0).sin() * 43_758.545_3).rem_euclid(1.0)
}

#[expect(clippy::cast_possible_truncation, reason = "small numbers, rounded down")]
fn claim(index: u32, history: &History) -> Claim {
    let age_d = 300.0 * chance(index, 0.618) * chance(index, 0.414);
    let refunds = (6.0 * chance(index, 0.732) * chance(index, 0.236)).floor();
    let is_new = chance(index, 0.865) < 0.3;
    let odds = 0.9f64.mul_add(refunds, -2.2)
        + if age_d < 20.0 { 1.6 } else { 0.0 }
        + if is_new { 0.9 } else { 0.0 };
    let is_fraud = chance(index, 0.577) < 1.0 / (1.0 + (-odds).exp());
    let value = 1_000.0 + 50_000.0 * chance(index, 0.302);
    Claim {
        at_ms: START_MS + i64::from(index) * 2 * HOUR_MS,
        age_d: age_d + history.age_shift_d,
        refunds: refunds as i64,
        is_new: (chance(index, 0.144) > 0.1).then_some(is_new),
        country: ["CN", "CN", "CN", "DE", "US"][index as usize % 5],
        value: value as i64,
        is_fraud,
    }
}

/// Writes a table again without some columns.
pub(super) fn drop_columns(path: &Path, columns: &[&str]) {
    let frame = ParquetReader::new(File::open(path).unwrap()).finish().unwrap();
    let mut kept = frame.drop_many(columns.iter().copied());
    assert_eq!(kept.width() + columns.len(), frame.width());
    ParquetWriter::new(File::create(path).unwrap()).finish(&mut kept).unwrap();
}

/// Writes `decisions.parquet` and `outcomes.parquet`.
pub(super) fn write(folder: &Path, history: &History) {
    let claims: Vec<Claim> = (0..CLAIMS).map(|index| claim(index, history)).collect();
    let ids: Vec<String> = (0..CLAIMS).map(|index| format!("refund-{index}")).collect();
    let requests: Vec<String> = (0..CLAIMS).map(|index| format!("request-{index:05}")).collect();
    let at: Vec<i64> = claims.iter().map(|claim| claim.at_ms).collect();
    let answers = claims.iter().map(|claim| {
        let review = (claim.refunds > 1) != history.answers_turned;
        if review { "review" } else { "approve" }
    });
    let open = |claim: &Claim| {
        if history.model_in == Some(claim.country) { "model" } else { "fallback" }
    };
    let layers = claims.iter().zip(0..).map(|(claim, index)| match index % 3 {
        0 => "rule",
        1 => open(claim),
        _ => "proof",
    });
    let layers: Vec<&str> = layers.collect();
    let mut columns = vec![
        Series::new("refund_id".into(), &ids).into_column(),
        Series::new("request_id".into(), &requests).into_column(),
        time("observed_at", &at),
        Series::new("decision".into(), answers.collect::<Vec<_>>()).into_column(),
        Series::new("decided_by".into(), layers).into_column(),
    ];
    columns.extend(Catalogue::get().defs().iter().map(|def| signal(def.name, def.kind, &claims)));
    save(folder, "decisions.parquet", claims.len(), columns);

    let told: Vec<usize> =
        (0..claims.len()).filter(|index| history.labelled && index % 4 != 3).collect();
    let pick =
        |texts: &[String]| told.iter().map(|index| texts[*index].clone()).collect::<Vec<_>>();
    let label = |index: &usize| if claims[*index].is_fraud { "abuse" } else { "honest" };
    let source = |index: &usize| {
        if history.audited && !claims[*index].is_fraud { "audit" } else { "reviewer" }
    };
    let after = told.iter().map(|index| at[*index] + 20 * HOUR_MS).collect::<Vec<_>>();
    let columns = vec![
        Series::new("fact_id".into(), pick(&requests)).into_column(),
        Series::new("refund_id".into(), pick(&ids)).into_column(),
        Series::new("label".into(), told.iter().map(label).collect::<Vec<_>>()).into_column(),
        Series::new("source".into(), told.iter().map(source).collect::<Vec<_>>()).into_column(),
        time("observed_at", &after),
        time("effective_at", &after),
    ];
    save(folder, "outcomes.parquet", told.len(), columns);
}

fn signal(name: &str, kind: SignalType, claims: &[Claim]) -> Column {
    let rows = claims.iter();
    let series = match name {
        "account_age_d" => Series::new(name.into(), rows.map(|own| own.age_d).collect::<Vec<_>>()),
        "account_refunds_90d" => {
            Series::new(name.into(), rows.map(|own| own.refunds).collect::<Vec<_>>())
        }
        "device_is_new" => Series::new(name.into(), rows.map(|own| own.is_new).collect::<Vec<_>>()),
        "ip_country" => Series::new(name.into(), rows.map(|own| own.country).collect::<Vec<_>>()),
        "claim_value_minor" => {
            Series::new(name.into(), rows.map(|own| own.value).collect::<Vec<_>>())
        }
        _ => {
            let data_type = match kind {
                SignalType::Int => DataType::Int64,
                SignalType::Real => DataType::Float64,
                SignalType::Truth => DataType::Boolean,
                SignalType::Text => DataType::String,
            };
            Series::full_null(name.into(), claims.len(), &data_type)
        }
    };
    series.into_column()
}

fn time(name: &str, ms: &[i64]) -> Column {
    let zone = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    Series::new(name.into(), ms).cast(&zone).unwrap().into_column()
}

fn save(folder: &Path, name: &str, rows: usize, columns: Vec<Column>) {
    let mut frame = DataFrame::new(rows, columns).unwrap();
    ParquetWriter::new(File::create(folder.join(name)).unwrap()).finish(&mut frame).unwrap();
}
