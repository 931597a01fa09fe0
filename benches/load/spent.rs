//! What a process has used, as Linux counts it.

use super::output::Fault;

/// How often a second the system counts processor time for `/proc`, whatever its own clock is.
const TICKS_PER_S: f64 = 100.0;

/// What a process has used since it started.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// Time on processors, s, to 10 ms.
    pub(crate) cpu_s: f64,
    /// Bytes that went to the disk.
    pub(crate) written_bytes: u64,
}

impl Spent {
    /// What the process `pid` has used so far.
    pub(crate) fn of(pid: u32) -> Result<Self, Fault> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name of the program, in brackets, may hold spaces: count from behind it. utime and stime are fields 14 and 15.
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
        let ticks = fields.map(str::parse::<u32>).sum::<Result<u32, _>>()?;
        let io = std::fs::read_to_string(format!("/proc/{pid}/io"))?;
        let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
        let written_bytes = written.ok_or("the system does not count written bytes")?.parse()?;
        Ok(Self { cpu_s: f64::from(ticks) / TICKS_PER_S, written_bytes })
    }

    /// What was used since `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            cpu_s: self.cpu_s - before.cpu_s,
            written_bytes: self.written_bytes.saturating_sub(before.written_bytes),
        }
    }
}

/// Memory of the process `pid`, MiB.
pub(crate) fn memory_mib(pid: u32) -> Result<u64, Fault> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|text| text.split_whitespace().next());
    Ok(kib.ok_or("the system does not count memory")?.parse::<u64>()? / 1_024)
}
