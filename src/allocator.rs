//! The allocator of the binary, and of benchmarks that stand for it.

use libmimalloc_sys::{mi_option_set_default, mi_option_t};
use std::ffi::c_long;

/// A claim is some thousand small allocations, made on one thread and often freed on another. Measured by
/// `benches/load.sh` at 16x16, this one takes about a quarter less processor time for a claim than glibc's.
pub use mimalloc::MiMalloc as Allocator;

/// `mi_option_purge_delay` in the allocator's `mimalloc.h`: after so many milliseconds memory that is not in use goes back
/// to the system, of whole arenas after ten times as many; less than 0 is never. Its bindings do not name it.
const PURGE_DELAY: mi_option_t = 15;

/// Work comes in batches, and what one batch freed the next one takes.
const KEPT_MS: c_long = 10_000;

/// Keeps memory that is not in use for a while: to take it back from the system costs a fault for each page, and breaks up
/// huge pages. A replay of a million facts took 3,100 faults instead of 28,000, and a fact 3.3 us instead of 4.8 to 5.3,
/// in as much memory (`cargo bench --bench replay`, with and without, in turn). Leaves what `MIMALLOC_PURGE_DELAY` asks for.
#[expect(unsafe_code, reason = "options of the allocator are numbers in C")]
pub fn keep_freed_memory() {
    // SAFETY: it takes the number of an option, which is one of the header's, and touches nothing but its value.
    unsafe { mi_option_set_default(PURGE_DELAY, KEPT_MS) }
}

#[cfg(test)]
mod tests {
    use libmimalloc_sys::mi_option_get;

    use super::*;

    /// Another allocator may number its options otherwise.
    #[test]
    #[expect(unsafe_code, reason = "options of the allocator are numbers in C")]
    fn the_option_is_the_one_that_is_meant() {
        // SAFETY: as above.
        let delay_ms = || unsafe { mi_option_get(PURGE_DELAY) };
        assert_eq!(delay_ms(), 1_000, "its default, unless MIMALLOC_PURGE_DELAY is set");
        keep_freed_memory();
        assert_eq!(delay_ms(), KEPT_MS);
    }
}
