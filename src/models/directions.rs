//! Which way a column may move the score.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::FitError;

/// How the score may change when a known value of a column grows and all else stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It never falls.
    Rising,
    /// It never rises.
    Falling,
}

/// The directions of the columns that have one, by name.
pub type Directions = BTreeMap<String, Direction>;

/// -1, 0 or 1 for every column.
pub(super) fn signs(directions: &Directions, names: &[String]) -> Result<Vec<i8>, FitError> {
    if let Some(column) = directions.keys().find(|name| !names.contains(name)) {
        return Err(FitError::NoSuchColumn { column: column.clone() });
    }
    let sign = |name: &String| match directions.get(name) {
        None => 0,
        Some(Direction::Rising) => 1,
        Some(Direction::Falling) => -1,
    };
    Ok(names.iter().map(sign).collect())
}
