//! Conditions, and the names that they share.

use super::{appended, line_of, lines, provokes};
use crate::document::Severity::{Error, Warning};
use crate::policy::tests::MINIMAL;

#[test]
fn conditions() {
    let when = "when = \"account_age_d > 1000\"";
    for (sql, message) in [
        ("account_age > 1000", "there is no column `account_age`; did you mean `account_age_d`?"),
        ("device_is_nw", "there is no column `device_is_nw`; did you mean `device_is_new`?"),
        ("account_age_d", "gives float; bool is needed here"),
        ("ip_country > 1", "`ip_country > 1` compares text with int; cast one of them"),
        (
            "SUM(claim_amount_minor) > 1",
            "an aggregate such as SUM or COUNT is not allowed: a value may depend on its own row only",
        ),
        ("charge_kind = 'nne'", "`charge_kind` is never `nne`; did you mean `none`?"),
        ("", "is empty; write a condition such as `claim_amount_minor >= 20000`"),
    ] {
        let to = format!("when = \"{sql}\"");
        provokes(when, &to, Error, &format!("rule `old-account`: {message}"));
    }
    for (sql, why) in [
        (
            "account_age_d > 10 AND account_age_d < 5",
            "`account_age_d > 10` and `account_age_d < 5` cannot both hold for `account_age_d`",
        ),
        (
            "large AND claim_amount_minor < 5",
            "`claim_amount_minor >= 10000` and `claim_amount_minor < 5` cannot both hold for `claim_amount_minor`",
        ),
        ("FALSE", "`FALSE` is never true"),
    ] {
        let to = format!("when = \"{sql}\"");
        provokes(when, &to, Error, &format!("rule `old-account` can never fire: {why}"));
    }
    let always = "rule `old-account` fires for every claim: nothing below it is asked";
    provokes(when, "when = \"TRUE\"", Warning, always);
}

#[test]
fn syntax_of_conditions() {
    let source = MINIMAL.replace("account_age_d > 1000", "account_age_d > > 1000");
    let told = lines(&source);
    assert_eq!(told.len(), 1, "{told:#?}");
    let expected =
        format!("{}: error: rule `old-account`: cannot be read:", line_of(&source, "> > 1"));
    assert!(told[0].starts_with(&expected), "{told:#?}");
}

#[test]
fn shared_conditions() {
    provokes(
        "sql = \"claim_amount_minor >= 10000\"",
        "sql = \"claim_amount_minr >= 10000\"",
        Error,
        "define `large`: there is no column `claim_amount_minr`; did you mean `claim_amount_minor`?",
    );
    appended(
        "[[define]]\nname = \"Big\"\nsql = \"large\"\n",
        "\"Big\"",
        Error,
        "`Big` is no column name; use a lower-case letter, then lower-case letters, digits and `_`",
    );
    for taken in ["large", "ip_country"] {
        let expected =
            format!("`{taken}` is the name of a signal or of another condition; choose another");
        let define = format!("[[define]]\nname = \"{taken}\"\nsql = \"device_is_new\"\n");
        appended(&define, &format!("\"{taken}\""), Error, &expected);
    }
    appended(
        "[[define]]\nname = \"alone\"\nsql = \"device_is_new\"\n",
        "\"alone\"",
        Warning,
        "no condition uses `alone`; remove it",
    );
    let impossible = "[[define]]\nname = \"never\"\nsql = \"large AND claim_amount_minor < 5\"\n";
    appended(
        &format!(
            "{impossible}[[rule]]\nid = \"new\"\nwhen = \"device_rooted OR never\"\nthen = \"review\"\nreason = \"hold\"\n"
        ),
        "sql = ",
        Error,
        "define `never` can never hold: `claim_amount_minor >= 10000` and `claim_amount_minor < 5` cannot both hold for `claim_amount_minor`",
    );
}
