//! What everything that is kept on disk shares: the embedded database, threads for what nobody waits for, and what is known
//! of keys without a look at the disk.

mod background;
mod database;
mod key_filter;

pub(crate) use background::spawn as spawn_background;
pub use database::{DatabaseError, open_database, open_state_database};
pub(crate) use key_filter::KeyFilter;
