//! Files that people write: every problem at once, each with its line.

mod encoding;
mod fields;
mod find;
mod problem;
mod sections;
mod suggest;
mod text;

pub(crate) use encoding::{BYTE_ORDER_MARK, is_utf16};
pub(crate) use fields::{Fields, parse};
pub use find::find;
pub(crate) use problem::Problems;
pub use problem::{PROBLEMS_MAX, Problem, Severity};
pub(crate) use sections::Sections;
pub use suggest::nearest;
pub use text::{TEXT_MAX_BYTES, TextError, read_text};
