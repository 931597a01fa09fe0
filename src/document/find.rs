//! Finding one value of a TOML text, also of one that has faults elsewhere.

use toml::de::DeTable;

/// Where `section.key` of a TOML text stands: its line, from 1, and its value when that is a text. `None` when it is
/// not there.
#[must_use]
pub fn find(source: &str, section: &str, key: &str) -> Option<(usize, Option<String>)> {
    let (table, _) = DeTable::parse_recoverable(source);
    let value = table.as_ref().get(section)?.as_ref().get(key)?;
    let before = source.get(..value.span().start)?;
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    Some((line, value.as_ref().as_str().map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_value_beside_faults() {
        let source = "[geo]\nmax_age_d = \ncity = \"c.mmdb\"\n[policy]\npath = 7\n";
        assert_eq!(find(source, "geo", "city"), Some((3, Some("c.mmdb".to_owned()))));
        assert_eq!(find(source, "policy", "path"), Some((5, None)));
        assert_eq!(find(source, "geo", "asn"), None);
        assert_eq!(find("", "geo", "asn"), None);
    }
}
