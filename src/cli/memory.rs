//! How much memory there is.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The part of the memory that remembered entities may take where the settings say nothing.
const CACHE_PART: u64 = 4;

/// A quarter of the memory that this process may use, bytes: of the machine's, or of what its control group (a container)
/// is limited to.
pub(super) fn cache_bytes() -> usize {
    let what = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(what);
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    usize::try_from(system.total_memory().min(limit) / CACHE_PART).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_part_of_what_there_is() {
        let bytes = cache_bytes();
        assert!((32 << 20..1 << 44).contains(&bytes), "{bytes}");
    }
}
