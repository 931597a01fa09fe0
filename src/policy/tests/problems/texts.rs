//! Reasons, and what a buyer is told.

use super::{line_of, lines, provokes};
use crate::document::Severity::{Error, Warning};
use crate::policy::tests::MINIMAL;

#[test]
fn texts_for_staff() {
    for (text, message) in [
        (
            "look at {claim_amont_minor}",
            "there is no signal `claim_amont_minor`; did you mean `claim_amount_minor`?",
        ),
        ("look at {}", "there is no signal ``"),
        ("look at {ip_country", "a brace has no partner; write `{signal}`"),
        ("look at ip_country}", "a brace has no partner; write `{signal}`"),
        ("look at {{ip_country}}", "a brace has no partner; write `{signal}`"),
    ] {
        provokes("look at {claim_amount_minor}", text, Error, &format!("reason `hold`: {message}"));
    }
    provokes("en = \"too late\"", "en = \" \"", Error, "reason `late` is empty; write it");
    provokes(
        "late = { customer = \"no\", zh = \"超时\", en",
        "late = { customer = \"no\", en",
        Error,
        "reason `late`: `zh` is missing; add it",
    );
}

#[test]
fn texts_for_buyers() {
    let braces = "customer text `no`: a buyer must not see signals; write it without braces";
    provokes("en = \"Not this time.\"", "en = \"Not in {ip_country}.\"", Error, braces);
    provokes("zh = \"审核中\"", "zh = \"\"", Error, "customer text `wait` is empty; write it");
    provokes(
        "late = { customer = \"no\"",
        "late = { customer = \"now\"",
        Error,
        "reason `late`: there is no customer text `now`; did you mean `no`?",
    );
    provokes(
        "[follow_up]",
        "unused = { zh = \"无\", en = \"None.\" }\n[follow_up]",
        Warning,
        "nobody is told the customer text `unused`; remove it",
    );
    let source = MINIMAL.replace("late = { customer = \"no\"", "late = { customer = \"paid\"");
    let line = line_of(&source, "paid = {");
    let mixed =
        "customer text `paid` is told of approve and of reject; give each decision its own text";
    assert_eq!(lines(&source), [format!("{line}: warning: {mixed}")]);
}

#[test]
fn reasons() {
    let shape = "hold2 = { customer = \"wait\", zh = \"无\", en = \"none\" }\n";
    let with = |code: &str| format!("[reason]\n{}", shape.replace("hold2", code));
    let told = |code: &str| lines(&MINIMAL.replace("[reason]\n", &with(code)));
    let at = line_of(MINIMAL, "[reason]") + 1;
    let unused =
        |code: &str| format!("{at}: warning: no entry gives the reason `{code}`; remove it");
    assert_eq!(told("hold2"), [unused("hold2")]);
    // Lists come later, and their reason is there before them.
    assert!(told("listed").is_empty());
    let no_code = "is no code; use a lower-case letter, then lower-case letters, digits and `_`";
    let expected = [format!("{at}: error: reason `Bad-code` {no_code}"), unused("Bad-code")];
    assert_eq!(told("Bad-code"), expected);
    let source = MINIMAL.replace("auto_approve_off = {", "auto_off = {");
    let at = line_of(&source, "auto_off = {");
    let expected = [
        "1: error: vouch itself gives the reason `auto_approve_off`; add it to [reason]".to_owned(),
        format!("{at}: warning: no entry gives the reason `auto_off`; remove it"),
    ];
    assert_eq!(lines(&source), expected);
    let source = MINIMAL.replace(
        "late = { customer = \"no\", zh = \"超时\", en = \"too late\" }",
        "late = \"late\"",
    );
    let wrong = "error: reason `late` is a string; write `late = { customer = \"...\", zh = \"...\", en = \"...\" }`";
    let told = lines(&source);
    assert!(
        told.contains(&format!("{}: {wrong}", line_of(&source, "late = \"late\""))),
        "{told:#?}"
    );
}

#[test]
fn follow_ups() {
    let source =
        MINIMAL.replace("step_up_verification = \"verify\"", "step_up_verification = \"verfy\"");
    let at = line_of(&source, "step_up_verification = \"verfy\"");
    let unused = line_of(&source, "verify = {");
    let expected = [
        format!("{unused}: warning: nobody is told the customer text `verify`; remove it"),
        format!(
            "{at}: error: follow-up `step_up_verification`: there is no customer text `verfy`; did you mean `verify`?"
        ),
    ];
    assert_eq!(lines(&source), expected);
    let source = MINIMAL.replace("[follow_up]\n", "[follow_up]\nstep_down = \"verify\"\n");
    let at = line_of(&source, "step_down");
    let expected = "error: `step_down` is no follow-up; there are `supply_evidence`, `step_up_verification`, `sign_route_agreement`";
    assert_eq!(lines(&source), [format!("{at}: {expected}")]);
    let none = MINIMAL.replace("[follow_up]\nstep_up_verification = \"verify\"\n", "");
    let told = lines(&none);
    let expected =
        "error: rule `large-new-device`: `step_up_verification` has no text; add it to [follow_up]";
    assert!(told.iter().any(|line| line.ends_with(expected)), "{told:#?}");
}
