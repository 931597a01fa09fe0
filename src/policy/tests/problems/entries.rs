//! What an entry may say, alone and beside others.

use super::{appended, line_of, lines, provokes};
use crate::document::Severity::{Error, Warning};
use crate::policy::tests::MINIMAL;

#[test]
fn shape_of_layers() {
    let guard = "then = \"review\"\nreason = \"hold\"\n\n[[guard]]";
    provokes(
        guard,
        "then = \"approve\"\nreason = \"small\"\n\n[[guard]]",
        Error,
        "guard `unknown-order`: a guard holds money back; write `review` or `reject`",
    );
    let source = MINIMAL.replace("amount = \"charge_surplus_minor\"\n", "");
    let line = line_of(&source, "then = \"approve\"");
    let expected =
        format!("{line}: error: proof `charged-twice`: say what is proven; add `amount`");
    assert_eq!(lines(&source), [expected]);
    appended(
        "[[proof]]\nid = \"p\"\nwhen = \"device_rooted\"\nthen = \"reject\"\nreason = \"late\"\n",
        "then",
        Error,
        "proof `p`: a proof of our fault rejects nobody; write `approve` or `review`",
    );
    appended(
        "[[eligibility]]\nid = \"e\"\nwhen = \"device_rooted\"\nthen = \"approve\"\nreason = \"small\"\n",
        "then",
        Error,
        "eligibility `e`: to be eligible is not yet to be approved; write `review` or `reject`, or make it a [[rule]]",
    );
    provokes(
        "then = \"approve\"\nreason = \"small\"\n\n[[fallback]]\nid = \"rest\"",
        "then = \"reject\"\nreason = \"late\"\n\n[[fallback]]\nid = \"rest\"",
        Error,
        "fallback `small`: nothing was found, so nothing can be rejected; write `approve` or `review`",
    );
    provokes(
        "follow_up = \"step_up_verification\"",
        "amount = \"claim_amount_minor\"",
        Error,
        "rule `large-new-device`: only an approval has an `amount`; remove it",
    );
    appended(
        "[[rule]]\nid = \"r\"\nwhen = \"device_rooted\"\nthen = \"approve\"\nreason = \"small\"\nfollow_up = \"step_up_verification\"\n",
        "follow_up",
        Error,
        "rule `r`: what is approved is paid now; remove `follow_up`",
    );
    provokes(
        "amount = \"charge_surplus_minor\"",
        "amount = \"charge_surplus_minor / 2\"",
        Error,
        "proof `charged-twice`, amount: gives float; int is needed here",
    );
}

#[test]
fn fallbacks() {
    let small = "when = \"claim_value_minor <= 5000 AND NOT device_missing\"";
    for open in [
        "NOT device_missing",
        "claim_value_minor <= 5000 OR device_missing",
        "claim_value_minor >= 1 AND NOT device_missing",
        "COALESCE(claim_value_minor, 0) <= 5000 AND NOT device_missing",
        "claim_value_minor <> 1000000000000000",
        "order_refundable_minor <= 5000",
    ] {
        provokes(
            small,
            &format!("when = \"{open}\""),
            Error,
            "fallback `small` approves whatever is asked for; add a bound such as `claim_value_minor <= 5000 AND ...`",
        );
    }
    for bounded in
        ["NOT large", "claim_amount_minor BETWEEN 1 AND 9", "claim_value_minor IN (1, 2)"]
    {
        let source = MINIMAL.replace(small, &format!("when = \"{bounded}\""));
        assert!(lines(&source).is_empty(), "{bounded}: {:#?}", lines(&source));
    }
    let last = "the last [[fallback]] must always fire and review: write `when = \"TRUE\"` and `then = \"review\"`";
    provokes("when = \"TRUE\"", "when = \"NOT device_missing\"", Error, last);
    let start = MINIMAL.find("[[fallback]]").unwrap();
    let end = MINIMAL.find("[customer_text]").unwrap();
    let none = format!("{}{}", &MINIMAL[..start], &MINIMAL[end..]);
    let missing = "1: error: there is no [[fallback]]; add one with `when = \"TRUE\"` and `then = \"review\"`";
    assert_eq!(lines(&none), [missing]);
}

#[test]
fn same_condition() {
    appended(
        "[[rule]]\nid = \"twin\"\nwhen = \"large  AND\\n device_is_new\"\nthen = \"review\"\nreason = \"hold\"\n",
        "when",
        Warning,
        "rule `twin` has the condition of rule `large-new-device`; remove one",
    );
    appended(
        "[[rule]]\nid = \"twin\"\nwhen = \"device_emulator\"\nthen = \"review\"\nreason = \"hold\"\n",
        "when",
        Error,
        "rule `twin` contradicts rule `emulator`: the same condition, another decision",
    );
    let other_layer = format!(
        "{MINIMAL}[[eligibility]]\nid = \"e\"\nwhen = \"device_emulator\"\nthen = \"review\"\nreason = \"hold\"\n"
    );
    assert!(lines(&other_layer).is_empty());
}

#[test]
fn ids() {
    let entry = |id: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\nwhen = \"device_rooted\"\nthen = \"review\"\nreason = \"hold\"\n"
        )
    };
    for (id, message) in [
        ("charged-twice", "the id `charged-twice` is used twice; give each entry its own"),
        ("a rule", "`a rule` is no id; use letters, digits, `-`, `_` and `.`"),
        ("", "`` is no id; use letters, digits, `-`, `_` and `.`"),
        ("auto_approve_off", "the id `auto_approve_off` is vouch's own; choose another"),
    ] {
        appended(&entry(id), "id = ", Error, message);
    }
}

#[test]
fn keys() {
    for (from, to, message) in [
        (
            "then = \"review\"\nreason = \"hold\"\n\n[[guard]]",
            "then = \"revue\"\nreason = \"hold\"\n\n[[guard]]",
            "guard `unknown-order`, then: unknown variant `revue`, expected one of `approve`, `review`, `reject`",
        ),
        (
            "follow_up = \"step_up_verification\"",
            "follow_up = \"step_up\"",
            "rule `large-new-device`, follow_up: unknown variant `step_up`, expected one of `supply_evidence`, `step_up_verification`, `sign_route_agreement`",
        ),
        (
            "follow_up = \"step_up_verification\"",
            "follow_up = \"supply_evidence\"",
            "rule `large-new-device`: `supply_evidence` has no text; add it to [follow_up]",
        ),
        (
            "clause = \"terms 4.1\"",
            "clause = 4.1",
            "eligibility `too-late`, clause: invalid type: floating point `4.1`, expected a string",
        ),
        (
            "clause = \"terms 4.1\"",
            "claus = \"terms 4.1\"",
            "eligibility `too-late`: there is no key `claus`; did you mean `clause`?",
        ),
    ] {
        provokes(from, to, Error, message);
    }
    provokes(
        "[[rule]]\nid = \"emulator\"\nwhen = \"device_emulator\"",
        "[[rule]]\nwhen = \"device_emulator\"",
        Error,
        "[[rule]]: `id` is missing; add it",
    );
}
