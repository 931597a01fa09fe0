//! Artifacts are whole, unchanged and fit, or they are refused.

use std::collections::BTreeMap;

use super::super::{
    Artifact, ArtifactError, Body, DataRange, FORMAT, LabelNote, LoadedModel, MODEL_PARTS,
    Manifest, ModelKind, RefitNote, ScoreProfile, SignalNeed, SplitNote, TimeText,
};
use super::equal::table;
use super::{defs, row};
use crate::domain::Timestamp;
use crate::engine::Scorer;
use crate::models::metrics::Profile;
use crate::models::{AnomalySettings, EnsembleSettings, Labels, LinearSettings, Model, slice};
use crate::signals::{SignalRow, SignalValue};

const FEATURES: &str = "version = 1\nplain = [\"account_age_d\", \"claim_value_minor\"]\n";

fn rows() -> Vec<SignalRow> {
    let known = |index: i64| {
        let age = f64::from(u8::try_from(index * 37 % 101).unwrap());
        row(&[
            ("account_age_d", SignalValue::Real(age)),
            ("claim_value_minor", SignalValue::Int(index * 53 % 997)),
        ])
    };
    (0..120).map(known).collect()
}

/// A model of two features; frauds are young.
fn sealed() -> Artifact {
    let fraud = (0..120).map(|index| (index * 37 % 101) < 30 || index % 11 == 0).collect();
    let labels = Labels::new(fraud);
    let rows = rows();
    let set = defs(FEATURES).fit(&table(&rows), &labels).unwrap();
    let matrix = set.of_table(&table(&rows)).unwrap().matrix;
    let train = slice(matrix.clone(), labels).unwrap();
    let linear = Some(LinearSettings::default());
    let settings = EnsembleSettings {
        linear,
        boosting: None,
        forest: None,
        anomaly: None::<AnomalySettings>,
        ..EnsembleSettings::default()
    };
    let model = Model::Supervised(Box::new(settings.fit(&train, &train, 1).unwrap()));
    let profile = Profile::of(&matrix, 10).unwrap();
    let profile = ScoreProfile { features: profile.clone(), scores: profile };
    let parts = BTreeMap::from([
        ("features.toml".to_owned(), FEATURES.as_bytes().to_vec()),
        ("encodings.json".to_owned(), b"[]".to_vec()),
        ("model.bin".to_owned(), postcard::to_allocvec(&Body { model }).unwrap()),
        ("profile.bin".to_owned(), postcard::to_allocvec(&profile).unwrap()),
    ]);
    let signals = set.defs().signals().map(SignalNeed::of).collect();
    Artifact::seal(manifest(signals, set.defs().names()), parts).unwrap()
}

fn manifest(signals: Vec<SignalNeed>, features: Vec<String>) -> Manifest {
    let time = TimeText(Timestamp::from_ms(1_780_000_000_000));
    Manifest {
        format: FORMAT,
        name: "small".to_owned(),
        version: "2026-05-28-00000000".to_owned(),
        kind: ModelKind::Supervised,
        vouch: "0.1.0".to_owned(),
        seed: 1,
        data: DataRange {
            sha256: "00".to_owned(),
            claims: 120,
            refunds: 120,
            first_claim_at: time,
            last_claim_at: time,
        },
        trained_until: time,
        labels: LabelNote {
            positive: vec!["abuse".to_owned()],
            negative: vec!["honest".to_owned()],
            maturity_d: 1.0,
            audit_share: 1.0,
        },
        split: SplitNote {
            later_from: time,
            later_until: time,
            test_from: time,
            test_until: time,
            train_rows: [120, 40],
            later_rows: [120, 40],
            test_rows: [0, 0],
            refit: None,
        },
        signals,
        features,
        weights: BTreeMap::new(),
        metrics: BTreeMap::new(),
        settings: serde_json::Value::Null,
        parts: BTreeMap::new(),
    }
}

/// The same artifact with another manifest or parts, sealed anew.
fn changed(
    change: impl FnOnce(&mut Manifest, &mut BTreeMap<String, Vec<u8>>),
) -> Result<LoadedModel, ArtifactError> {
    let artifact = sealed();
    let mut manifest = artifact.manifest().clone();
    let parts = MODEL_PARTS.map(|part| (part.to_owned(), artifact.part(part).unwrap().to_vec()));
    let mut parts = BTreeMap::from(parts);
    change(&mut manifest, &mut parts);
    LoadedModel::new(&Artifact::seal(manifest, parts)?)
}

/// Manifests of before have no `refit`, and stay byte for byte what they were.
#[test]
fn a_manifest_without_a_second_fit_reads_as_one_of_before() {
    let mut manifest = manifest(Vec::new(), Vec::new());
    let without = serde_json::to_string(&manifest).unwrap();
    assert!(!without.contains("refit"), "{without}");
    assert_eq!(serde_json::from_str::<Manifest>(&without).unwrap(), manifest);
    let until = TimeText(Timestamp::from_ms(1_780_000_000_000));
    manifest.split.refit = Some(RefitNote { until, rows: [240, 80] });
    let with = serde_json::to_string(&manifest).unwrap();
    assert!(with.contains(r#""rows":[240,80]"#), "{with}");
    assert_eq!(serde_json::from_str::<Manifest>(&with).unwrap(), manifest);
}

#[test]
fn what_was_written_scores_as_before() {
    let (artifact, folder) = (sealed(), tempfile::tempdir().unwrap());
    let path = artifact.write(folder.path(), false).unwrap();
    assert!(path.ends_with("small/2026-05-28-00000000"));
    let (read, made) = (LoadedModel::read(&path).unwrap(), LoadedModel::new(&artifact).unwrap());
    assert_eq!(read.sha256(), artifact.sha256());
    assert_eq!((read.name(), read.version()), ("small", "2026-05-28-00000000"));
    assert!(read.is_calibrated() && read.notes().is_empty());
    let rows = rows();
    let rows: Vec<&SignalRow> = rows.iter().collect();
    let scores = read.score(&rows, true).unwrap();
    assert_eq!(scores, made.score(&rows, true).unwrap());
    for (row, score) in rows.iter().zip(&scores) {
        assert_eq!(*score, read.score(&[row], true).unwrap()[0]);
        let sum: f64 = score.contributions.log_odds().iter().sum();
        assert!((score.bias + sum - score.log_odds).abs() < 1e-9);
        let names = [0, 1].map(|place| score.contributions.get(place).unwrap().feature);
        assert_eq!(names, ["account_age_d".into(), "claim_value_minor".into()]);
    }
    assert!(scores[0].probability > scores[2].probability, "the young are the frauds");
    let again = artifact.write(folder.path(), false).unwrap_err();
    assert!(again.to_string().contains("there already"), "{again}");
    assert_eq!(artifact.write(folder.path(), true).unwrap(), path);
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary folder is left");
}

#[test]
fn a_part_that_was_changed_or_lost_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = sealed().write(folder.path(), false).unwrap();
    for part in MODEL_PARTS {
        let whole = std::fs::read(path.join(part)).unwrap();
        std::fs::write(path.join(part), [whole.as_slice(), b" "].concat()).unwrap();
        let told = LoadedModel::read(&path).unwrap_err().to_string();
        assert!(told.starts_with(&format!("the part `{part}` was changed")), "{told}");
        std::fs::remove_file(path.join(part)).unwrap();
        let told = LoadedModel::read(&path).unwrap_err().to_string();
        assert_eq!(told, format!("the part `{part}` is missing; copy the whole folder"));
        std::fs::write(path.join(part), whole).unwrap();
    }
    std::fs::remove_file(path.join("manifest.json")).unwrap();
    let told = LoadedModel::read(&path).unwrap_err().to_string();
    assert_eq!(told, "the part `manifest.json` is missing; copy the whole folder");
    let told = LoadedModel::read(&path.join("nowhere")).unwrap_err().to_string();
    assert!(told.contains("cannot be read"), "{told}");
}

#[test]
fn another_format_is_refused_before_anything_else() {
    let told = changed(|manifest, _| manifest.format = 9).err();
    assert!(told.is_none(), "sealing and using what was sealed does not look at it");
    let parts = BTreeMap::new();
    let later = br#"{"format": 2, "shape": "unheard of"}"#.to_vec();
    let told = Artifact::open(later, parts.clone()).unwrap_err().to_string();
    assert_eq!(told, "the model has format 2, this vouch reads 1; train it again");
    let told = Artifact::open(b"{}".to_vec(), parts).unwrap_err().to_string();
    assert_eq!(told, "`manifest.json` cannot be understood; is it the folder of a model?");
}

#[test]
fn a_model_that_does_not_fit_the_signals_names_the_one() {
    let lost = changed(|manifest, _| manifest.signals[0].name = "moon_phase".to_owned());
    assert_eq!(
        lost.unwrap_err().to_string(),
        "the model needs the signal `moon_phase`, which this vouch does not have; train it again"
    );
    let other = changed(|manifest, _| manifest.signals[0].kind = "text".to_owned());
    let told = other.unwrap_err().to_string();
    assert!(told.contains("as text, this vouch has it as"), "{told}");
    let meaning = changed(|manifest, _| manifest.signals[0].meaning = "something".to_owned());
    let name = sealed().manifest().signals[0].name.clone();
    let note = format!("the definition of `{name}` is not that of the training");
    assert_eq!(meaning.unwrap().notes(), [note]);
}

#[test]
fn features_of_another_model_are_refused() {
    let other = b"version = 1\nplain = [\"claim_value_minor\", \"account_age_d\"]\n".to_vec();
    let moved = changed(|_, parts| drop(parts.insert("features.toml".to_owned(), other)));
    let told = moved.unwrap_err();
    assert_eq!(told.to_string(), "the model does not fit its features");
    let unknown = b"version = 1\nplain = [\"moon_phase\"]\n".to_vec();
    let unknown = changed(|_, parts| drop(parts.insert("features.toml".to_owned(), unknown)));
    let told = unknown.unwrap_err().to_string();
    assert!(told.contains("line 2: error: there is no signal `moon_phase`"), "{told}");
    let tables = br#"[{"name": "x", "share": 0.1, "words": {}}]"#.to_vec();
    let tables = changed(|_, parts| drop(parts.insert("encodings.json".to_owned(), tables)));
    assert!(tables.unwrap_err().to_string().contains("it is of other features"));
    let cut = changed(|_, parts| drop(parts.insert("model.bin".to_owned(), vec![0, 1])));
    assert!(cut.unwrap_err().to_string().starts_with("the part `model.bin` cannot be decoded"));
}
