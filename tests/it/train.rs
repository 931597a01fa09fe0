//! From a history to a model and back, as a person at a terminal meets it.

mod costs;
mod synthetic;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use synthetic::{History, drop_columns, write};

/// Small features and settings: what is tested is the way, not the model.
const FEATURES: &str = r#"
version = 1
plain = ["account_age_d", "account_refunds_90d", "device_is_new"]
missing = ["device_is_new"]
one_hot = ["sku_class"]
[[feature]]
name = "value_log"
sql = "LN(claim_value_minor + 1.0)"
[[encoding]]
name = "country"
signal = "ip_country"
smoothing = 5.0
"#;
const SETTINGS: &str = "
[split]
gap_d = 2.0
[model]
parts = [\"linear\", \"boosting\"]
[model.boosting]
rounds = 12
learning_rate = 0.3
";

struct Place(tempfile::TempDir);

impl Place {
    /// A folder with a history, features and settings.
    fn new(history: &History) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("history")).unwrap();
        write(&folder.path().join("history"), history);
        std::fs::write(folder.path().join("features.toml"), FEATURES).unwrap();
        std::fs::write(folder.path().join("train.toml"), SETTINGS).unwrap();
        Self(folder)
    }

    fn vouch(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vouch"));
        command.args(arguments).current_dir(self.0.path()).output().unwrap()
    }

    /// Trains, and answers where the model is.
    fn train(&self, out: &str, more: &[&str]) -> PathBuf {
        let common = [
            "train",
            "--history",
            "history",
            "--features",
            "features.toml",
            "--settings",
            "train.toml",
            "--out",
            out,
        ];
        let output = self.vouch(&[&common, more].concat());
        let (code, _, complaint) = told(&output);
        assert_eq!((code, complaint.as_str()), (Some(0), ""));
        let versions = std::fs::read_dir(self.0.path().join(out).join("default")).unwrap();
        let mut versions: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(versions.len(), 1);
        versions.remove(0)
    }
}

/// Exit code, standard output, standard error.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

fn json(folder: &Path, file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

#[test]
fn the_same_history_and_seed_give_the_same_bytes() {
    let place = Place::new(&History::default());
    let first = place.train("one", &[]);
    let second = place.train("two", &[]);
    assert_eq!(first.file_name(), second.file_name());
    let (one, two) = (files(&first), files(&second));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        [
            "MODEL_CARD.md",
            "encodings.json",
            "features.toml",
            "manifest.json",
            "metrics.json",
            "model.bin",
            "profile.bin",
            "report.html",
        ]
    );
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name} differs");
    }
    let other = place.train("three", &["--seed", "2"]);
    assert_ne!(first.file_name(), other.file_name());

    let manifest = json(&first, "manifest.json");
    let auc = manifest["metrics"]["roc_auc"].as_f64().unwrap();
    assert!(auc > 0.75 && auc < 0.99, "{auc}");
    let at = |key: &str| manifest["split"][key].as_str().unwrap().to_owned();
    let times = [at("later_from"), at("later_until"), at("test_from"), at("test_until")];
    assert!(times.is_sorted(), "{times:?}");
    // Nothing is fitted on what was not known when the test begins.
    assert!(manifest["trained_until"].as_str().unwrap() < times[2].as_str());
    let rows = |key: &str| manifest["split"][key][0].as_u64().unwrap();
    let rows = [rows("train_rows"), rows("later_rows"), rows("test_rows")];
    assert!(rows.iter().all(|rows| *rows > 50) && rows.iter().sum::<u64>() < 900, "{rows:?}");

    let again = place.vouch(&[
        "train",
        "--history",
        "history",
        "--features",
        "features.toml",
        "--settings",
        "train.toml",
        "--out",
        "one",
    ]);
    let (code, _, complaint) = told(&again);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("is there already: it is of the same data"), "{complaint}");
}

/// What only an audit looked at speaks for ten claims where audits draw a tenth: in what is learned, and in the figures.
#[test]
fn audited_claims_weigh_what_they_were_drawn_from() {
    let place = Place::new(&History { audited: true, ..History::default() });
    let even = place.train("even", &[]);
    let settings = format!("[labels]\naudit_share = 0.1\n{SETTINGS}");
    std::fs::write(place.0.path().join("train.toml"), settings).unwrap();
    let drawn = place.train("drawn", &[]);
    let [one, ten] = [&even, &drawn].map(|model| json(model, "metrics.json"));
    let number = |of: &Value, key: &str| of[key].as_f64().unwrap();
    let (claims, frauds) = (number(&one, "claims"), number(&one, "frauds"));
    assert_eq!((&ten["claims"], &ten["frauds"]), (&one["claims"], &one["frauds"]));
    // Every honest one was audited, and no fraud.
    let base_rate = frauds / 10.0f64.mul_add(claims - frauds, frauds);
    assert!((number(&one, "base_rate") - frauds / claims).abs() < 1e-9);
    assert!((number(&ten, "base_rate") - base_rate).abs() < 1e-9, "{base_rate}");

    // The model has learned that fraud is so rare: on average it predicts what the weighted claims show.
    let predicted = |of: &Value| {
        let bins = of["calibration"]["deciles"].as_array().unwrap();
        let sums = bins.iter().map(|bin| number(bin, "predicted") * number(bin, "claims"));
        sums.sum::<f64>() / claims
    };
    let (one, ten) = (predicted(&one), predicted(&ten));
    assert!((one - frauds / claims).abs() < 0.1, "{one}");
    assert!(ten < 0.5 * one && ten < 4.0 * base_rate, "{ten} {one} {base_rate}");

    let card = |of: &Path| std::fs::read_to_string(of.join("MODEL_CARD.md")).unwrap();
    assert!(card(&even).contains("| share that audits draw | 1: "), "{}", card(&even));
    assert!(card(&drawn).contains("| share that audits draw | 0.1: "), "{}", card(&drawn));
}

/// Where rows are few the parts are fitted twice, and manifest and card say so.
#[test]
fn a_second_fit_of_the_parts_is_told() {
    let place = Place::new(&History::default());
    let once = place.train("once", &[]);
    assert_eq!(json(&once, "manifest.json")["split"]["refit"], Value::Null);
    let settings = SETTINGS.replace("[model]\n", "[model]\nrefit_rows_max = 100000\n");
    std::fs::write(place.0.path().join("train.toml"), settings).unwrap();
    let again = place.train("again", &[]);
    let (once, again) = (files(&once), files(&again));
    assert!(once["model.bin"] != again["model.bin"], "the parts learned from more");
    let manifest: Value = serde_json::from_slice(&again["manifest.json"]).unwrap();
    let split = &manifest["split"];
    let rows = |of: &Value, at: usize| of[at].as_u64().unwrap();
    for at in [0, 1] {
        let both = rows(&split["train_rows"], at) + rows(&split["later_rows"], at);
        assert_eq!(rows(&split["refit"]["rows"], at), both);
    }
    assert_eq!(split["refit"]["until"], split["later_until"]);
    let card =
        |of: &BTreeMap<String, Vec<u8>>| String::from_utf8(of["MODEL_CARD.md"].clone()).unwrap();
    let sentence = "The parts were fitted again on both slices";
    assert!(card(&again).contains(sentence) && !card(&once).contains(sentence));
}

/// The answers in the history say the opposite: nothing of the model changes but the figures that compare with them.
#[test]
fn what_was_answered_is_no_label_and_no_feature() {
    let place = Place::new(&History::default());
    let turned = Place::new(&History { answers_turned: true, ..History::default() });
    let (one, other) = (files(&place.train("out", &[])), files(&turned.train("out", &[])));
    for part in ["model.bin", "encodings.json", "profile.bin"] {
        assert!(one[part] == other[part], "{part} differs");
    }
    assert!(one["metrics.json"] != other["metrics.json"], "the costs of the rules are others");
}

#[test]
fn evaluation_and_drift_look_at_what_the_model_has_not_seen() {
    let place = Place::new(&History::default());
    let model = place.train("out", &[]);
    let model = model.to_str().unwrap();
    let common = ["evaluate", "--model", model, "--history", "history", "--settings", "train.toml"];
    let more = ["--json", "metrics.json", "--html", "report.html", "--signals"];
    let (code, printed, complaint) = told(&place.vouch(&[&common[..], &more].concat()));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(printed.contains("account_refunds_90d") && printed.contains("AUC"), "{printed}");
    let (root, model_folder) = (place.0.path(), Path::new(model));
    assert_eq!(json(root, "metrics.json"), json(model_folder, "metrics.json"));
    let report = std::fs::read_to_string(root.join("report.html")).unwrap();
    assert_eq!(report, String::from_utf8(files(model_folder)["report.html"].clone()).unwrap());
    assert_eq!(report.matches("<svg").count(), 8);
    let ways = json(root, "metrics.json")["costs"]["ways"].as_array().unwrap().clone();
    assert!(ways.len() == 4 && ways.iter().all(|way| way["saved_against_rules"].is_f64()));
    assert!(report.contains("saved against rules") && !report.contains("--rules-only"));
    assert!(printed.contains("against rules only"), "{printed}");
    assert!(
        !report.contains("http-equiv") && !report.contains("src=\"http"),
        "it needs nothing else"
    );

    let (code, printed, complaint) =
        told(&place.vouch(&["drift", "--model", model, "--history", "history"]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{printed}");
    assert!(printed.contains("score") && !printed.contains(" moved\n"), "{printed}");

    let moved = Place::new(&History { age_shift_d: 400.0, ..History::default() });
    let drift = ["drift", "--model", model, "--history", "history"];
    let (code, printed, complaint) = told(&moved.vouch(&drift));
    assert_eq!(code, Some(1));
    assert!(
        complaint.contains("drifted to 0.25 or more") && complaint.contains("`account_age_d`"),
        "{complaint}"
    );
    let line = printed.lines().find(|line| line.contains("account_age_d")).unwrap();
    assert!(line.ends_with("moved"), "{line}");
    let json = told(&moved.vouch(&[&drift[..], &["--json", "--threshold", "100"]].concat()));
    assert_eq!(json.0, Some(0));
    let json: Value = serde_json::from_str(&json.1).unwrap();
    assert_eq!(json["lines"][0]["name"], "score");
}

#[test]
fn without_labels_it_learns_what_is_odd_and_says_so() {
    let place = Place::new(&History { labelled: false, ..History::default() });
    let supervised = place.vouch(&["train", "--history", "history", "--out", "none"]);
    let (code, _, complaint) = told(&supervised);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("no claims with a label that has matured"), "{complaint}");
    let model = place.train("out", &["--unsupervised"]);
    let manifest = json(&model, "manifest.json");
    assert_eq!(manifest["kind"], "unsupervised");
    let names: Vec<String> = files(&model).into_keys().collect();
    assert!(!names.contains(&"metrics.json".to_owned()), "there is nothing to test on");
    let drift = ["drift", "--model", model.to_str().unwrap(), "--history", "history"];
    assert_eq!(told(&place.vouch(&drift)).0, Some(0));
}

/// It is tested on the labels that there are, up to where these are complete: as `evaluate` does.
#[test]
fn a_model_without_labels_is_tested_as_it_is_evaluated() {
    let place = Place::new(&History::default());
    let model = place.train("out", &["--unsupervised"]);
    let evaluate = [
        "evaluate",
        "--model",
        model.to_str().unwrap(),
        "--history",
        "history",
        "--settings",
        "train.toml",
        "--json",
        "metrics.json",
    ];
    let (code, _, complaint) = told(&place.vouch(&evaluate));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    let (own, evaluated) = (json(&model, "metrics.json"), json(place.0.path(), "metrics.json"));
    assert_eq!(own, evaluated);
    assert_eq!(json(&model, "manifest.json")["split"]["test_until"], own["until"]);
    assert!(own["claims"].as_u64().unwrap() > 50 && own["is_calibrated"] == false);
    let card = String::from_utf8(files(&model)["MODEL_CARD.md"].clone()).unwrap();
    assert!(!card.contains("last label"), "{card}");
}

#[test]
fn mistakes_are_told() {
    let place = Place::new(&History::default());
    let complaint = |arguments: &[&str]| {
        let (code, printed, complaint) = told(&place.vouch(arguments));
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{complaint}");
        complaint
    };
    let none = complaint(&["train", "--history", "nowhere"]);
    assert!(
        none.starts_with("error: `nowhere/decisions.parquet` is not there; name a folder"),
        "{none}"
    );
    std::fs::write(place.0.path().join("bad.toml"), "version = 1\nplain = [\"score\"]\n").unwrap();
    let bad = complaint(&["train", "--history", "history", "--features", "bad.toml"]);
    assert_eq!(bad, "bad.toml:2: error: there is no signal `score`\n");
    let model = complaint(&["drift", "--model", "nowhere", "--history", "history"]);
    assert!(
        model.starts_with("error: `nowhere` is no version of a model and names none"),
        "{model}"
    );
    let name = place.vouch(&["train", "--history", "history", "--name", "../up"]);
    assert_eq!(name.status.code(), Some(2));
    for threshold in ["nan", "inf", "-0.1", "much"] {
        let of = format!("--threshold={threshold}");
        let (code, _, told) =
            told(&place.vouch(&["drift", "--model", "nowhere", "--history", "history", &of]));
        assert_eq!(code, Some(2), "{threshold}");
        assert!(told.contains("--threshold") && told.contains("give a number from 0 on"), "{told}");
    }
}

/// Tables of another version, or of another program.
#[test]
fn columns_that_are_missing_are_all_named() {
    let place = Place::new(&History::default());
    let model = place.train("out", &[]);
    let lacks = |table: &str, columns: &[&str]| {
        let lacking = Place::new(&History::default());
        drop_columns(&lacking.0.path().join("history").join(table), columns);
        lacking
    };
    let files = ["--features", "features.toml", "--settings", "train.toml"];
    let model = ["--model", model.to_str().unwrap()];
    let train = [&["train", "--history", "history"][..], &files].concat();
    let evaluate = [&["evaluate", "--history", "history"][..], &model].concat();
    let drift = [&["drift", "--history", "history"][..], &model].concat();
    let signals = lacks("decisions.parquet", &["device_is_new", "ip_country"]);
    for arguments in [&train, &evaluate, &drift] {
        let (code, _, told) = told(&signals.vouch(arguments));
        assert_eq!(code, Some(1));
        let wanted = "error: `history/decisions.parquet` has no column `device_is_new`, `ip_country`; write it anew with \
                      `vouch replay` or `vouch export` of this version\n";
        assert_eq!(sorted_columns(&told), sorted_columns(wanted), "{arguments:?}");
    }
    let outcomes = lacks("outcomes.parquet", &["effective_at"]);
    let (code, _, told) = told(&outcomes.vouch(&train));
    assert_eq!(code, Some(1));
    assert!(told.contains("`history/outcomes.parquet` has no column `effective_at`;"), "{told}");
}

/// The words of a message: the order of columns is that of the features.
fn sorted_columns(message: &str) -> Vec<String> {
    let words = message.split_whitespace().map(|word| word.trim_matches([',', ';']).to_owned());
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

/// A version that no server could load is refused before it is named as the one in use.
#[test]
fn a_version_without_its_parts_is_not_used() {
    let place = Place::new(&History::default());
    let model = place.train("out", &[]);
    let version = model.file_name().unwrap().to_str().unwrap();
    let used = ["model", "use", version, "--folder", "out/default"];
    assert_eq!(told(&place.vouch(&used)).0, Some(0));
    std::fs::remove_file(model.join("model.bin")).unwrap();
    let current = place.0.path().join("out/default/current");
    std::fs::write(&current, "another\n").unwrap();
    let (code, _, complaint) = told(&place.vouch(&used));
    assert_eq!(code, Some(1));
    let wanted = format!(
        "error: the model `out/default/{version}` cannot be used: the part `model.bin` is missing; copy the whole folder\n"
    );
    assert_eq!(complaint, wanted);
    assert_eq!(std::fs::read_to_string(&current).unwrap(), "another\n");
}

/// The model that ships loads, fits this binary's signals, and is small.
#[test]
fn the_shipped_model_fits_this_binary() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default");
    let entries = std::fs::read_dir(&models).unwrap().map(|entry| entry.unwrap().path());
    let versions: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    let current = std::fs::read_to_string(models.join("current")).unwrap();
    assert_eq!(versions, [models.join(current.trim())], "one model ships, and is the current one");
    let artifact = vouch::scoring::Artifact::read(&versions[0]).unwrap();
    let built_in = vouch::scoring::LoadedModel::shipped().unwrap();
    assert_eq!(built_in.manifest(), artifact.manifest(), "build it again");
    assert!(artifact.size_bytes() < 3_000_000, "{} bytes", artifact.size_bytes());
    // Simulated frauds that a model always knew would teach nothing.
    let auc = built_in.manifest().metrics["roc_auc"];
    assert!(auc > 0.8 && auc < 0.99, "{auc}");
    let model = vouch::scoring::LoadedModel::new(&artifact).unwrap();
    assert_eq!(model.notes(), Vec::<String>::new(), "train it again: signals have changed");
    assert_eq!(model.features().defs().source(), vouch::scoring::SHIPPED_FEATURES);
    let card = String::from_utf8(artifact.part("MODEL_CARD.md").unwrap().to_vec()).unwrap();
    assert!(card.contains("simulator") && card.contains(&model.manifest().version));
}
