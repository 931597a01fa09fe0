//! Tables of a page.

use std::fmt::Write;

/// Text as it stands in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A table; columns that start with `<` hold text, the others numbers.
pub(super) fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut html = String::from("<table><tr>");
    let class = |column: &str| if column.starts_with('<') { " class=\"t\"" } else { "" };
    // Writing to a text does not fail.
    for column in columns {
        let name = escaped(column.trim_start_matches('<'));
        let _ = write!(html, "<th{}>{name}</th>", class(column));
    }
    html.push_str("</tr>\n");
    for row in rows {
        html.push_str("<tr>");
        for (cell, column) in row.iter().zip(columns) {
            let _ = write!(html, "<td{}>{}</td>", class(column), escaped(cell));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</table>\n");
    html
}

/// A number that may not be there.
pub(super) fn figure(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
}

/// A share as per cent; what is nothing has no sign.
pub(super) fn percent(value: f64) -> String {
    format!("{:.1} %", (1_000.0 * value).round() / 10.0 + 0.0)
}

/// Minor units as major ones, of a currency with two decimals.
pub(super) fn money(minor: f64) -> String {
    format!("{:.2}", minor.round() / 100.0 + 0.0)
}
