//! Half load for long: neither latency nor memory may grow, and no less may be answered.

use super::open::{self, Outcome};
use super::output::{Fault, line};
use super::sample::median;
use super::spent::memory_mib;
use super::target::Target;

const LINE_S: u64 = 60;
/// Minutes at the beginning that are not judged: caches fill, tables of the database are merged for the first time.
const SETTLING: usize = 3;
/// Growth from the first half of what is judged to the second, as a ratio, that is not more than chance and noise.
const GROWTH_MAX: f64 = 1.25;

/// One figure of a minute.
type Figure = fn(&Minute) -> f64;

/// What one minute was like.
struct Minute {
    /// How many were answered in a second.
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    memory_mib: f64,
}

/// Sends `rate` claims a second for `seconds`, prints a line for each minute, and says in the end what grew.
pub(crate) async fn soak(target: &Target, rate: f64, seconds: u64) -> Result<(), Fault> {
    let mut minutes = Vec::new();
    let mut left = seconds;
    while left > 0 {
        let part = left.min(LINE_S);
        let Outcome { answered, shed_rate, .. } = open::at_rate(target, rate, part).await?;
        left -= part;
        let memory = memory_mib(target.server.pid())?;
        line(format!(
            "soak, {} s: {:.0} answers/s, p50 {:.2} ms, p99 {:.2} ms, {shed_rate:.0}/s refused, memory {memory} MiB",
            seconds - left,
            answered.rate,
            answered.p50_ms,
            answered.p99_ms,
        ))?;
        let memory_mib = f64::from(u32::try_from(memory)?);
        minutes.push(Minute {
            rate: answered.rate,
            p50_ms: answered.p50_ms,
            p99_ms: answered.p99_ms,
            memory_mib,
        });
    }
    judge(minutes.get(SETTLING..).unwrap_or_default())
}

fn judge(settled: &[Minute]) -> Result<(), Fault> {
    let (early, late) = settled.split_at(settled.len() / 2);
    if early.is_empty() {
        return Ok(());
    }
    let figures: [(&str, Figure); 4] = [
        // What is refused is answered fast, and would hide that less and less is taken.
        ("time for an answer", |minute| 1.0 / minute.rate),
        ("p50", |minute| minute.p50_ms),
        ("p99", |minute| minute.p99_ms),
        ("memory", |minute| minute.memory_mib),
    ];
    for (name, figure) in figures {
        let of = |minutes: &[Minute]| median(minutes.iter().map(figure).collect());
        let ratio = of(late) / of(early);
        let word = if ratio > GROWTH_MAX { "GREW" } else { "held" };
        line(format!("soak, settled: {name} {word}, {ratio:.2} of the first half in the second"))?;
    }
    Ok(())
}
