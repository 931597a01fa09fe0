//! A file with many mistakes gets all of them told at once, in the order of its lines.

use super::{MINIMAL, problems_of};
use crate::document::Severity;

#[test]
fn every_mistake_is_told_at_once() {
    let edits = [
        ("version = 1", "version = 7", "version 7 is not known"),
        ("currency = \"CNY\"", "currency = \"RMB\"", "terms.currency: `RMB`"),
        ("USD = 7.0", "USD = -7.0", "terms.value_of.USD is -7"),
        ("deadline_min = 120", "deadline_min = 0", "review.deadline_min is 0"),
        (
            "alternative_fee_share = 0.006",
            "fee = 0.006",
            "route: `alternative_fee_share` is missing",
        ),
        ("claims_per_hour = 0", "claims_per_hour = -3", "auto_approve, claims_per_hour"),
        ("when = \"NOT order_known\"", "when = \"NOT order_knwon\"", "did you mean `order_known`?"),
        (
            "amount = \"charge_surplus_minor\"",
            "amount = \"charge_kind\"",
            "gives text; int is needed",
        ),
        (
            "then = \"reject\"\nreason = \"late\"\nclause",
            "then = \"rejct\"\nreason = \"lte\"\nclause",
            "unknown variant `rejct`",
        ),
        (
            "when = \"large AND device_is_new\"",
            "when = \"large AND ip_country = 86\"",
            "compares text with int",
        ),
        ("id = \"old-account\"", "id = \"old account\"", "is no id"),
        (
            "when = \"account_age_d > 1000\"",
            "when = \"account_age_d > 1000 AND account_age_d < 10\"",
            "can never fire",
        ),
        ("when = \"TRUE\"", "when = \"order_known\"", "the last [[fallback]] must always fire"),
        ("step_up_verification = \"verify\"", "step_up = \"verify\"", "`step_up` is no follow-up"),
        (
            "look at {claim_amount_minor}",
            "look at {claim_amount}",
            "there is no signal `claim_amount`",
        ),
    ];
    let mut source = MINIMAL.to_owned();
    for (from, to, _) in edits {
        assert!(source.contains(from), "{from}");
        source = source.replacen(from, to, 1);
    }
    source.push_str("[[rul]]\nid = \"r\"\n");
    let problems = problems_of(&source);
    for (_, to, message) in edits {
        // A key that is missing is told where its section begins.
        let line = source[..source.find(to).unwrap()].matches('\n').count() + 1;
        let found = problems.iter().find(|problem| problem.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{message} in {problems:#?}"));
        assert!(found.line.abs_diff(line) <= 1, "{found} is at {line}");
        assert_eq!(found.severity, Severity::Error, "{found}");
    }
    for also in ["`rul`; did you mean `rule`?", "no reason `lte`; did you mean `late`?"] {
        assert!(problems.iter().any(|problem| problem.message.contains(also)), "{problems:#?}");
    }
    assert!(problems.is_sorted_by_key(|problem| problem.line));
}

#[test]
fn a_slip_in_toml_hides_little() {
    let source = MINIMAL
        .replace("id = \"emulator\"", "id = \"emulator")
        .replace("NOT order_known", "NOT order_knwon");
    let told: Vec<String> = problems_of(&source).iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|line| line.contains("did you mean `order_known`?")), "{told:#?}");
    assert!(told.iter().any(|line| line.contains("invalid basic string")), "{told:#?}");
}
