//! The allocator of the binary, and of benchmarks that stand for it.

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_long;

use libmimalloc_sys::{mi_malloc, mi_option_set_default, mi_option_t, mi_realloc, mi_zalloc};
use mimalloc::MiMalloc;

/// A claim is some thousand small allocations, made on one thread and often freed on another. Measured by
/// `benches/load.sh` at 16x16, mimalloc takes about a quarter less processor time for a claim than glibc's.
///
/// Its binding asks for the alignment of every layout, also for one that any block has: mimalloc then takes a slower way
/// whenever no fitting block lies ready, and a larger block, unless the size is a power of two. Here it is asked for what
/// is aligned to more than a word alone.
#[derive(Debug)]
pub struct Allocator;

/// Whether every block of mimalloc is aligned so: their sizes are whole words, and the first of a page is aligned to 16.
const fn is_every_block_aligned(layout: Layout) -> bool {
    layout.align() <= align_of::<usize>()
}

// SAFETY: mimalloc's functions keep the contract of malloc, zalloc, realloc and free, for which every block is aligned to a
// word; those of `MiMalloc` keep the one of this trait for larger alignments. What either gives, the other may take.
#[expect(unsafe_code, reason = "an allocator is unsafe by nature")]
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of the trait.
        unsafe {
            if is_every_block_aligned(layout) {
                mi_malloc(layout.size()).cast()
            } else {
                MiMalloc.alloc(layout)
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if is_every_block_aligned(layout) {
                mi_zalloc(layout.size()).cast()
            } else {
                MiMalloc.alloc_zeroed(layout)
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { MiMalloc.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if is_every_block_aligned(layout) {
                mi_realloc(block.cast(), new_size).cast()
            } else {
                MiMalloc.realloc(block, layout, new_size)
            }
        }
    }
}

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
    /// Rust relies on it for every value.
    #[test]
    #[expect(unsafe_code, reason = "an allocator is unsafe by nature")]
    fn blocks_are_aligned_as_their_layouts_ask() {
        for (size, align) in (1..=2_048).flat_map(|size| (0..8).map(move |bits| (size, 1 << bits)))
        {
            let layout = Layout::from_size_align(size, align).unwrap();
            let is_aligned =
                |block: *mut u8| !block.is_null() && block.addr().is_multiple_of(align);
            // SAFETY: the layout's size is not 0, and each block is given back once, by its last layout.
            unsafe {
                let (one, zeroed) = (Allocator.alloc(layout), Allocator.alloc_zeroed(layout));
                assert!(is_aligned(one) && is_aligned(zeroed), "{layout:?}");
                assert!((0..size).all(|byte| *zeroed.add(byte) == 0), "{layout:?}");
                zeroed.write_bytes(7, size);
                let moved = Allocator.realloc(zeroed, layout, size * 3);
                assert!(is_aligned(moved), "{layout:?}");
                assert!((0..size).all(|byte| *moved.add(byte) == 7), "{layout:?}");
                Allocator.dealloc(one, layout);
                Allocator.dealloc(moved, Layout::from_size_align(size * 3, align).unwrap());
            }
        }
    }

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
