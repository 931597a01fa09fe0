//! Files that people write: every problem at once, each with its line.

mod problem;
mod sections;
mod suggest;

pub(crate) use problem::Problems;
pub use problem::{Problem, Severity};
pub(crate) use sections::Sections;
pub use suggest::nearest;
