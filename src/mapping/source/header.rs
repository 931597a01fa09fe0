//! Finding the columns of a table in a file.

use std::path::Path;

use super::SourceError;
use crate::document::nearest;
use crate::mapping::columns::ColumnUse;

/// Most names that a message lists when none is near.
const LISTED_MAX: usize = 12;

/// Where the columns that are read stand in the file, in their order; `None` for one that the file may lack.
///
/// # Errors
/// Every column that is missing or is there twice, with the nearest that there is.
pub(super) fn bind(
    path: &Path,
    columns: &[ColumnUse],
    names: &[String],
) -> Result<Vec<Option<usize>>, SourceError> {
    let mut wrong = Vec::new();
    let mut places = Vec::with_capacity(columns.len());
    for (slot, column) in columns.iter().enumerate() {
        let mut found = names.iter().enumerate().filter(|(_, name)| **name == column.name);
        let place = found.next().map(|(place, _)| place);
        if found.next().is_some() {
            wrong.push((slot, format!("has two columns `{}`; rename one", column.name)));
        }
        if place.is_none() && !column.optional {
            wrong.push((slot, missing(&column.name, names)));
        }
        places.push(place);
    }
    if wrong.is_empty() {
        return Ok(places);
    }
    Err(SourceError::Columns { path: path.to_path_buf(), columns: wrong })
}

/// Says that a column is missing, and what it may be called.
pub(super) fn missing(column: &str, names: &[String]) -> String {
    let same = |name: &&String| name.to_lowercase() == column.to_lowercase();
    let known = names.iter().map(String::as_str);
    let near = names.iter().find(same).map(String::as_str).or_else(|| nearest(column, known));
    let hint = near.map_or_else(|| listed(names), |near| format!("did you mean `{near}`?"));
    format!("has no column `{column}`; {hint}")
}

fn listed(names: &[String]) -> String {
    let first: Vec<String> =
        names.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > LISTED_MAX { ", …" } else { "" };
    format!("it has {}{more}", first.join(", "))
}
