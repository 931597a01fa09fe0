//! Domain values become messages, one way only: the same value gives the same bytes.

mod claim;
mod common;
mod fact;
mod finding;
mod model;
mod verdict;

pub use claim::encode_claim;
pub use common::time as encode_time;
pub use fact::encode_fact;
pub use finding::encode_finding;
pub use model::{encode_challenger, encode_score_bin};
pub use verdict::{encode_verdict, localized as encode_text};
