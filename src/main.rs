//! The `vouch` command.

use std::process::ExitCode;

use vouch::allocator::{self, Allocator};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    allocator::keep_freed_memory();
    vouch::cli::run()
}
