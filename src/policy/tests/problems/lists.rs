//! Entries of lists.

use super::{appended, line_of, lines};
use crate::document::Severity::{Error, Warning};
use crate::policy::load_at;
use crate::policy::tests::{ALL_GEO, MINIMAL, NOON};

fn listed(key: &str, value: &str) -> String {
    let mut entry = String::from("[[list]]\n");
    for (name, usual) in [
        ("id", "listed"),
        ("subject", "account"),
        ("value", "acct-1"),
        ("then", "review"),
        ("reason", "hold"),
        ("owner", "risk"),
        ("expires", "2030-01-01T00:00:00Z"),
    ] {
        entry.push_str(&format!("{name} = \"{}\"\n", if name == key { value } else { usual }));
    }
    entry
}

#[test]
fn list_entries() {
    for (key, value, message) in [
        ("owner", "  ", "list `listed` has no owner; name who answers for it"),
        (
            "expires",
            "2030-13-01",
            "list `listed`: expires is `2030-13-01`; write a time such as `2027-01-31T00:00:00Z`",
        ),
        ("value", "", "list `listed`: `` is empty; give 1 to 128 bytes"),
        (
            "then",
            "aprove",
            "list `listed`, then: unknown variant `aprove`, expected one of `approve`, `review`, `reject`",
        ),
        (
            "subject",
            "acount",
            "list `listed`, subject: unknown variant `acount`, expected one of `account`, `device`, `ip`, `payout`",
        ),
        ("reason", "hld", "there is no reason `hld`; did you mean `hold`?"),
    ] {
        appended(&listed(key, value), &format!("{key} = "), Error, message);
    }
    for (value, message) in [
        (
            "10.0.0.256",
            "is no address or network; write one such as `198.51.100.7` or `198.51.100.0/24`",
        ),
        (
            "10.0.0.0/33",
            "is no address or network; write one such as `198.51.100.7` or `198.51.100.0/24`",
        ),
        (
            "10.0.0.5/24",
            "is an address inside a network; write `10.0.0.0/24` for all of it, `10.0.0.5` for the one",
        ),
    ] {
        let entry = listed("value", value).replace("\"account\"", "\"ip\"");
        appended(&entry, "value = ", Error, &format!("list `listed`: `{value}` {message}"));
    }
}

#[test]
fn twins() {
    let entry = listed("", "");
    let twin = entry.replace("\"listed\"", "\"twin\"");
    let both = |twin: &str| {
        format!("{entry}\n[[list]]\n# again\n{}", twin.trim_start_matches("[[list]]\n"))
    };
    let again = both(&twin).replacen("value = \"acct-1\"", "value = 'acct-1'", 1);
    appended(
        &again,
        "value = \"acct-1\"",
        Warning,
        "list `twin` is about `acct-1`, as list `listed` is; remove one",
    );
    let other =
        both(&twin.replace(
            "then = \"review\"\nreason = \"hold\"",
            "then = \"reject\"\nreason = \"late\"",
        ));
    let other = other.replacen("value = \"acct-1\"", "value = 'acct-1'", 1);
    appended(
        &other,
        "value = \"acct-1\"",
        Error,
        "list `twin` contradicts list `listed`: both are about `acct-1`",
    );
}

#[test]
fn list_entries_that_are_over() {
    let source = format!("{MINIMAL}\n{}", listed("expires", "2026-01-01T00:00:00Z"));
    assert!(lines(&source).is_empty(), "without a clock nothing is over");
    let (_, warnings) = load_at(&source, ALL_GEO, Some(NOON)).unwrap();
    let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let line = line_of(&source, "expires = ");
    let expected = "list `listed` is over since 2026-01-01T00:00:00Z; remove it";
    assert_eq!(told, [format!("{line}: warning: {expected}")]);
}
