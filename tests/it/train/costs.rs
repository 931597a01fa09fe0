//! What is saved, by segment and by day, and of which version of a model.

use serde_json::Value;

use super::{History, Place, SETTINGS, json, told};

/// What there are segments by.
const KINDS: [&str; 4] = ["goods", "account", "country", "day"];

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap()
}

/// The segments of a kind, or the days.
fn segments<'a>(metrics: &'a Value, kind: &str) -> Vec<&'a Value> {
    let all = ["segments", "days"].map(|list| metrics[list].as_array().unwrap());
    all.into_iter().flatten().filter(|own| own["kind"] == kind).collect()
}

fn way<'a>(metrics: &'a Value, name: &str) -> &'a Value {
    let ways = metrics["costs"]["ways"].as_array().unwrap();
    ways.iter().find(|way| way["way"] == name).unwrap()
}

/// Holds what segments cost against what all claims cost.
fn make_up_the_whole(metrics: &Value, with_rules: bool) {
    let weight = number(&metrics["costs"], "weight");
    for kind in KINDS {
        let costs: Vec<&Value> = segments(metrics, kind).iter().map(|own| &own["cost"]).collect();
        assert!(!costs.is_empty(), "{kind}");
        let known = costs.iter().filter(|cost| !cost.is_null());
        let mean = |key: &str| {
            known.clone().map(|cost| number(cost, "weight") * number(cost, key)).sum::<f64>()
                / weight
        };
        let is = |found: f64, wanted: f64| {
            assert!(
                (found - wanted).abs() < 1e-6 * wanted.abs().max(1.0),
                "{kind}: {found} {wanted}"
            );
        };
        let (all, both) = (way(metrics, "approve all"), way(metrics, "rules and model"));
        is(mean("approve_all"), number(all, "cost_per_claim"));
        is(mean("rules_and_model"), number(both, "cost_per_claim"));
        is(mean("saved_per_claim"), number(both, "saved_per_claim"));
        if with_rules {
            is(mean("rules_only"), number(way(metrics, "rules only"), "cost_per_claim"));
            is(mean("saved_against_rules"), number(both, "saved_against_rules"));
        }
        let claims: u64 = known.map(|cost| cost["claims"].as_u64().unwrap()).sum();
        assert_eq!(claims, metrics["costs"]["claims"].as_u64().unwrap(), "{kind}");
    }
}

#[test]
fn segments_and_days_make_up_what_is_saved_in_all() {
    let place = Place::new(&History { audited: true, ..History::default() });
    let even = place.train("even", &[]);
    make_up_the_whole(&json(&even, "metrics.json"), true);
    // The claims of audits weigh ten times as much: in the segments as in the whole.
    let settings = format!("[labels]\naudit_share = 0.1\n{SETTINGS}");
    std::fs::write(place.0.path().join("train.toml"), settings).unwrap();
    let drawn = json(&place.train("drawn", &[]), "metrics.json");
    make_up_the_whole(&drawn, true);
    let costs = &drawn["costs"];
    assert!(number(costs, "weight") > 2.0 * number(costs, "claims"), "{costs}");
    let report = std::fs::read_to_string(even.join("report.html")).unwrap();
    assert!(report.contains("Where it saves") && !report.contains("A dash stands"), "all is known");
}

/// Where a model answered, nobody knows what rules alone would have cost; elsewhere it is known all the same.
#[test]
fn what_rules_would_have_cost_is_said_where_it_is_known() {
    let place = Place::new(&History { model_in: Some("DE"), ..History::default() });
    let model = place.train("out", &[]);
    let metrics = json(&model, "metrics.json");
    make_up_the_whole(&metrics, false);
    assert_eq!(way(&metrics, "rules and model")["saved_against_rules"], Value::Null);
    for own in segments(&metrics, "country") {
        let (cost, lacks) = (&own["cost"], &own["cost_lacks"]);
        assert!(number(cost, "saved_per_claim").is_finite());
        if own["value"] == "DE" {
            assert_eq!(
                (&cost["rules_only"], &cost["saved_against_rules"]),
                (&Value::Null, &Value::Null)
            );
            assert!(
                lacks.as_str().unwrap().contains("A model took part in the answers"),
                "{lacks}"
            );
        } else {
            assert!(cost["rules_only"].is_f64() && cost["saved_against_rules"].is_f64(), "{own}");
            assert_eq!(*lacks, Value::Null);
        }
    }
    let report = std::fs::read_to_string(model.join("report.html")).unwrap();
    let note =
        "A dash stands where it cannot be said. A model took part in the answers to these claims";
    assert_eq!(report.matches(note).count(), 2, "of the segments, and of the days");
}

/// A folder of versions stands for the one in use, as it does for `serve`.
#[test]
fn the_version_in_use_is_evaluated() {
    let place = Place::new(&History::default());
    let model = place.train("out", &[]);
    let version = model.file_name().unwrap().to_str().unwrap().to_owned();
    let folder = "out/default";
    let both = |model: &str| {
        let history = ["--model", model, "--history", "history"];
        let settings = ["--settings", "train.toml"];
        let evaluate = place.vouch(&[&["evaluate"][..], &history, &settings].concat());
        [told(&evaluate), told(&place.vouch(&[&["drift"][..], &history].concat()))]
    };
    for (code, printed, complaint) in both(folder) {
        assert_eq!((code, printed.as_str()), (Some(1), ""), "no version is in use yet");
        let wanted = format!("error: `{folder}` is no version of a model and names none;");
        assert!(complaint.starts_with(&wanted), "{complaint}");
    }
    let used = place.vouch(&["model", "use", &version, "--folder", folder]);
    assert_eq!(told(&used).0, Some(0));
    let found = both(folder);
    assert_eq!(found, both(model.to_str().unwrap()));
    for (code, printed, complaint) in found {
        assert_eq!((code, complaint.as_str()), (Some(0), ""));
        assert!(printed.contains(&version), "{printed}");
    }
}
