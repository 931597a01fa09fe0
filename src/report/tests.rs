use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::*;
use crate::tables::concatenate;

const DAY_MS: i64 = 86_400_000;

/// What a test says of a claim: request, refund, decision, layer, what fired, what could not be judged, worth.
type Claim<'a> = (&'a str, &'a str, &'a str, &'a str, &'a [&'a str], &'a [&'a str], Option<i64>);

fn texts(name: &str, rows: &[&[&str]]) -> Column {
    let lists = rows
        .iter()
        .map(|items| (!items.is_empty()).then(|| Series::new("".into(), items.to_vec())));
    let lists: ListChunked = lists.collect();
    lists
        .with_name(name.into())
        .into_column()
        .cast(&DataType::List(Box::new(DataType::String)))
        .unwrap()
}

fn decisions(folder: &Path, name: &str, claims: &[Claim<'static>]) -> PathBuf {
    let each = |get: fn(&Claim<'static>) -> String| claims.iter().map(get).collect::<Vec<String>>();
    let days: Vec<i64> =
        (0_i64..).zip(claims).map(|(row, _)| (20_000 + row / 2) * DAY_MS).collect();
    // The first entry that fired decides here.
    let first = |claim: &Claim<'static>| claim.4.first().and_then(|entry| entry.split(':').nth(1));
    let deciding: Vec<Vec<&str>> =
        claims.iter().map(|claim| first(claim).into_iter().collect()).collect();
    let columns = vec![
        Column::new("request_id".into(), each(|claim| claim.0.to_owned())),
        Column::new("refund_id".into(), each(|claim| claim.1.to_owned())),
        Column::new("order_id".into(), each(|claim| format!("o-{}", claim.1))),
        Column::new("observed_at".into(), days),
        Column::new("reason".into(), each(|_| "key_invalid".to_owned())),
        Column::new("decision".into(), each(|claim| claim.2.to_owned())),
        Column::new("decided_by".into(), each(|claim| claim.3.to_owned())),
        Column::new(
            "score".into(),
            claims.iter().map(|claim| claim.6.map(|_| 0.999)).collect::<Vec<Option<f64>>>(),
        ),
        texts("reason_codes", &claims.iter().map(|_| ["because"].as_slice()).collect::<Vec<_>>()),
        texts("rule_ids", &deciding.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        texts("fired", &claims.iter().map(|claim| claim.4).collect::<Vec<_>>()),
        texts("unjudged", &claims.iter().map(|claim| claim.5).collect::<Vec<_>>()),
        texts("degraded", &claims.iter().map(|_| ["rules_only"].as_slice()).collect::<Vec<_>>()),
        Column::new("signals_used".into(), vec![10_i64; claims.len()]),
        Column::new("signals_known".into(), vec![8_i64; claims.len()]),
        Column::new(
            "claim_value_minor".into(),
            claims.iter().map(|claim| claim.6).collect::<Vec<_>>(),
        ),
    ];
    write(folder, name, columns)
}

fn write(folder: &Path, name: &str, columns: Vec<Column>) -> PathBuf {
    let mut frame = DataFrame::new(columns[0].len(), columns).unwrap();
    let raw = folder.join(format!("raw-{name}"));
    ParquetWriter::new(std::fs::File::create(&raw).unwrap()).finish(&mut frame).unwrap();
    let path = folder.join(name);
    concatenate(&[raw], &path).unwrap().unwrap().finish().unwrap();
    path
}

/// Refunds, labels, and when these became true.
fn outcomes(folder: &Path, told: &[(&str, &str, i64)]) -> PathBuf {
    let columns = vec![
        Column::new("refund_id".into(), told.iter().map(|told| told.0).collect::<Vec<_>>()),
        Column::new("label".into(), told.iter().map(|told| told.1).collect::<Vec<_>>()),
        Column::new("effective_at".into(), told.iter().map(|told| told.2).collect::<Vec<_>>()),
    ];
    write(folder, "outcomes.parquet", columns)
}

const CLAIMS: [Claim<'static>; 5] = [
    (
        "q1",
        "r1",
        "approve",
        "proof",
        &["proof:dead", "rule:watch", "fallback:all"],
        &[],
        Some(1_000),
    ),
    ("q2", "r2", "reject", "rule", &["rule:block"], &["rule:geo"], Some(50_000)),
    ("q3", "r3", "review", "fallback", &["fallback:all"], &["rule:geo"], None),
    ("q4", "r4", "approve", "fallback", &["fallback:all"], &["rule:geo"], Some(200)),
    ("q5", "r4", "approve", "fallback", &["fallback:all"], &["rule:geo"], Some(300)),
];

#[test]
fn claims_are_counted_with_what_they_turned_out_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let decided = decisions(folder.path(), "a.parquet", &CLAIMS);
    // The later outcome stands, whatever the order of the rows.
    let told = [
        ("r4", "abuse", 9),
        ("r4", "honest", 5),
        ("r1", "merchant_fault", 1),
        ("r2", "unclear", 1),
    ];
    let outcomes = outcomes(folder.path(), &told);
    let summary = summarise(&decided, &outcomes).unwrap();
    assert_eq!((summary.all.claims, summary.all.value_minor), (5, 51_500));
    assert_eq!((summary.all.good, summary.all.bad, summary.all.bad_value_minor), (1, 2, 500));
    assert_eq!(summary.without_value, 1);
    assert_eq!(summary.decisions["approve"].claims, 3);
    assert_eq!(summary.layers["fallback"]["approve"].bad_share(), Some(1.0));
    assert_eq!(summary.fired["fallback:all"]["review"].claims, 1);
    assert_eq!(summary.unjudged["rule:geo"], 4);
    assert_eq!(summary.degraded["rules_only"], 5);
    assert_eq!(summary.days.keys().copied().collect::<Vec<_>>(), [20_000, 20_001, 20_002]);
    assert_eq!(summary.scores["approve"][19], 3, "a score of nearly one is in the last bin");
    assert_eq!((summary.signals_used, summary.signals_known), (50, 40));
    let known = summary.coverage.iter().find(|(name, _)| *name == "claim_value_minor").unwrap();
    assert_eq!(known.1, 4);

    let html = summary_html(&summary, "Replay", "made by a test", "CNY", 2).unwrap();
    for part in ["<svg", "515 CNY", "fallback:all", "rule:geo", "80.0 %", "100.0 %"] {
        assert!(html.contains(part), "`{part}` in {html}");
    }
    assert!(summarise(&decided, &folder.path().join("none.parquet")).unwrap().all.bad == 0);
}

#[test]
fn what_is_no_table_of_decisions_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let outcomes = outcomes(folder.path(), &[("r1", "abuse", 1)]);
    let error = summarise(&outcomes, &outcomes).unwrap_err().to_string();
    assert!(error.contains("outcomes.parquet` has no column `request_id`"), "{error}");
    assert!(summarise(&folder.path().join("none"), &outcomes).is_err());
}

#[test]
fn two_policies_are_held_against_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let a = decisions(folder.path(), "a.parquet", &CLAIMS);
    let mut other = CLAIMS;
    other[1].2 = "review";
    other[3].2 = "reject";
    other[3].3 = "rule";
    other[3].4 = &["rule:new", "model:cost", "fallback:all"];
    let b = decisions(folder.path(), "b.parquet", &other[..4]);
    let outcomes = outcomes(folder.path(), &[("r4", "abuse", 9), ("r2", "honest", 1)]);
    let entries = |ids: &[&str]| -> Vec<RuleFacts> {
        ids.iter().map(|id| ((*id).to_owned(), "review".to_owned())).collect()
    };
    let listed = entries(&["proof:dead", "rule:block", "rule:geo", "rule:never", "fallback:all"]);
    let compared = compare(&a, &b, &outcomes, &listed, &entries(&["rule:new"])).unwrap();
    assert_eq!(compared.unmatched, 1, "q5 is in A alone");
    assert_eq!(compared.all.claims, 4);
    assert_eq!(compared.decisions["reject"]["review"].claims, 1);
    assert_eq!(compared.decisions["approve"]["approve"].claims, 1);
    let flips: Vec<&str> = compared.flips.iter().map(|flip| flip.request_id.as_str()).collect();
    assert_eq!(flips, ["q2", "q4"], "the dearest first");
    assert_eq!((compared.a.bad_approved().bad, compared.b.bad_approved().bad), (2, 0));
    assert_eq!((compared.a.good_rejected().good, compared.b.good_rejected().good), (1, 0));

    let row = |rows: &[RuleRow], entry: &str| -> RuleRow {
        rows.iter().find(|row| row.entry == entry).unwrap().clone()
    };
    let all = row(&compared.a.rules, "fallback:all");
    assert_eq!((all.fires.claims, all.decided, all.alone), (4, 3, 3));
    assert_eq!((all.precision, all.recall), (Some(1.0), Some(1.0)));
    let dead = row(&compared.a.rules, "proof:dead");
    assert_eq!(dead.alone, 0, "rule:watch fired beside it");
    assert_eq!(dead.overlaps, [("rule:watch".to_owned(), 1)], "and no fallback counts");
    assert!(all.overlaps.is_empty());
    let new = row(&compared.b.rules, "rule:new");
    assert_eq!((new.alone, new.overlaps.len()), (1, 0), "the model speaks for every claim, too");
    assert_eq!(row(&compared.a.rules, "rule:block").precision, Some(0.0));
    assert!(row(&compared.a.rules, "rule:never").never_fired());
    let geo = row(&compared.a.rules, "rule:geo");
    assert!(!geo.never_fed(5) && geo.unjudged == 4);
    assert!(
        row(&compared.a.rules, "rule:watch").then == "-",
        "an entry that the policy does not list"
    );

    let html = comparison_html(&compared, "made by a test", ["old", "new"], "CNY", 2);
    for part in [
        "A is old. B is new.",
        "Never fired: rule:never.",
        "rule:watch\u{a0}100\u{a0}%",
        "q2",
        "1 claims are in only one",
    ] {
        assert!(html.contains(part), "`{part}` in {html}");
    }
}
