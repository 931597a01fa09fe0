//! The engine as a whole: what must hold for any sequence of requests, however they arrive.

mod arrival;
mod batches;
mod budget;
mod door;
mod door_ahead;
mod door_failure;
mod drift;
mod findings;
mod hooked;
mod model;
mod money;
mod money_book;
mod names;
mod oracle;
mod reask;
mod restart;
mod retention;
mod run;
mod script;
mod world;
