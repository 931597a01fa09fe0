//! What the disk itself takes: the same bytes, written and synced by nobody but us.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::output::Fault;
use super::sample::Latencies;

/// Appends `bytes` and syncs them, again and again for `seconds`, and rests between.
pub(crate) fn syncs(
    folder: &Path,
    bytes: usize,
    seconds: u64,
    rest: Duration,
) -> Result<Latencies, Fault> {
    let path = folder.join("synced.bin");
    let mut file = File::create(&path)?;
    let block = vec![0x5A; bytes.max(1)];
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut latencies = Latencies::default();
    while Instant::now() < end {
        let began = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        latencies.add(began.elapsed());
        std::thread::sleep(rest);
    }
    std::fs::remove_file(&path)?;
    Ok(latencies)
}
