//! What loads, and how much.

use super::{ALL_GEO, MINIMAL, NOON, problems_of};
use crate::document::Problem;
use crate::geo::Available;
use crate::policy::{ENTRIES_MAX, load, load_at};

#[test]
fn the_minimal_policy_has_no_problem() {
    assert_eq!(problems_of(MINIMAL), []);
    assert_eq!(load_at(MINIMAL, ALL_GEO, Some(NOON)).unwrap().1, []);
}

#[test]
fn line_ends_do_not_matter() {
    let windows = MINIMAL.replace('\n', "\r\n");
    assert_eq!(problems_of(&windows), []);
    assert_eq!(problems_of(&format!("\u{feff}{MINIMAL}")), []);
    let broken = windows.replacen("NOT order_known", "NOT order_knwon", 1);
    let line = MINIMAL.lines().position(|line| line.contains("NOT order_known")).unwrap() + 1;
    assert_eq!(problems_of(&broken)[0].line, line);
}

#[test]
fn entries_without_a_feed_are_warned_of() {
    let source = format!(
        "{MINIMAL}\n[[rule]]\nid = \"vpn\"\nwhen = \"ip_is_vpn\"\nthen = \"review\"\nreason = \"hold\"\n"
    );
    assert_eq!(load(&source, ALL_GEO).unwrap().1, []);
    let (policy, warnings) = load(&source, Available::default()).unwrap();
    assert_eq!(policy.entries.len(), 10);
    let lines: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let at = source.lines().position(|line| line.contains("ip_is_vpn")).unwrap() + 1;
    let expected = "rule `vpn` can never fire here: nothing feeds `ip_is_vpn`; configure the geo file that does";
    assert_eq!(lines, [format!("{at}: warning: {expected}")]);
    // Another way to fire keeps it alive.
    let alive = source.replace("\"ip_is_vpn\"", "\"ip_is_vpn OR device_rooted\"");
    assert_eq!(load(&alive, Available::default()).unwrap().1, []);
}

#[test]
fn a_text_that_is_no_policy_is_told_so_briefly() {
    for junk in [
        "\u{0}\u{1}\u{2}",
        "PK\u{3}\u{4} = [\u{8}",
        "{\"version\": 1}",
        "<xml/>",
        "= = =\n[[[",
        "version = ",
    ] {
        let problems = problems_of(junk);
        assert!((1..=6).contains(&problems.len()), "{junk:?}: {problems:#?}");
        assert!(problems.iter().all(|problem| problem.line <= 2), "{junk:?}: {problems:#?}");
    }
    let empty = problems_of("");
    let missing = empty.iter().filter(|problem| problem.message.contains("is missing; add it"));
    assert_eq!((missing.count(), empty.len()), (8, 12), "{empty:#?}");
}

#[test]
fn a_megabyte_is_read_in_time() {
    let comment = format!("{}\n{MINIMAL}", "# a long history\n".repeat(60_000));
    assert_eq!(problems_of(&comment), []);
    // Rules by the thousand, every one with the same slip.
    let mut rules = MINIMAL.to_owned();
    for i in 0..9_000 {
        rules.push_str(&format!(
            "[[rule]]\nid = \"r{i}\"\nwhen = \"device_is_nw AND claim_amount_minor > {i}\"\nthen = \"review\"\nreason = \"hold\"\n"
        ));
    }
    assert!(rules.len() > 900_000);
    let problems = problems_of(&rules);
    assert!(problems.len() <= 1_002, "{}", problems.len());
    let too_many = format!("there are 9009 entries; write at most {ENTRIES_MAX}");
    assert!(problems.iter().any(|problem| problem.message == too_many));
    // One rule of a megabyte.
    let long = format!("device_is_new{}", " OR device_is_new".repeat(60_000));
    let problems = problems_of(&MINIMAL.replace("large AND device_is_new", &long));
    let told = |problem: &Problem| problem.message.contains("write at most 4096");
    assert!(problems.iter().any(told), "{problems:#?}");
}

#[test]
fn shared_conditions_that_double_do_not_grow_without_end() {
    let mut source = MINIMAL.to_owned();
    let mut last = "large".to_owned();
    for i in 0..60 {
        source.push_str(&format!(
            "[[define]]\nname = \"d{i}\"\nsql = \"{last} OR ({last} AND device_is_new)\"\n"
        ));
        last = format!("d{i}");
    }
    source.push_str(&format!(
        "[[rule]]\nid = \"deep\"\nwhen = \"{last}\"\nthen = \"review\"\nreason = \"hold\"\n"
    ));
    assert_eq!(problems_of(&source), []);
}
