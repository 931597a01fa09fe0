//! The run: what is measured, in which order.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;
use vouch::domain::Timestamp;
use vouch::engine::Stage;

use super::answer::{Checker, verdict_of};
use super::client::{Connection, SCORE_REFUND};
use super::closed::{self, Shape};
use super::counters::Counters;
use super::history::{FACTS_PER_BATCH, History};
use super::open::{self, Outcome};
use super::options::Options;
use super::output::{Fault, line};
use super::report::Report;
use super::sample::{Latencies, Sample};
use super::server::Server;
use super::soak::soak;
use super::target::Target;
use super::{disk, h2load, stages, stream};

/// Connections and unary calls on each.
const SHAPES: [Shape; 4] = [shape(1, 1), shape(8, 1), shape(4, 16), BUSIEST];
const BUSIEST: Shape = shape(16, 16);
/// One stream, with as many claims under way as the busiest shape; the server allows no more in one.
const STREAM: Shape = shape(1, 256);
/// Requests of facts that are under way.
const RECORDERS: usize = 4;
/// Verdicts among which the echo's answer is chosen.
const ANSWERS: usize = 255;
/// Facts that are encoded before they are told: what the client does itself is not to be measured.
const TOLD_AT_ONCE: usize = 400_000;
/// Between two syncs beside a load, which are not to be a load themselves.
const BESIDE_REST: Duration = Duration::from_millis(10);
/// The folder of the history.
const HISTORY: &str = "history";
/// Times of its capacity that overload a server.
const OVERLOAD: f64 = 3.0;
pub(crate) const VERDICTS: &str = "vouch_verdicts_total";
const BATCHES_SUM: &str = "vouch_engine_batch_requests_sum";
const BATCHES_COUNT: &str = "vouch_engine_batch_requests_count";

const fn shape(connections: usize, streams: usize) -> Shape {
    Shape { connections, streams }
}

/// Both servers, and where they keep what they keep.
#[derive(Debug)]
struct Pair {
    echo: Target,
    vouch: Target,
    folder: TempDir,
}

pub(crate) async fn run(options: &Options) -> Result<(), Fault> {
    let pair = Pair::start(options).await?;
    let counted = Counters::of(&pair.vouch.server)?.total(VERDICTS);
    let mut report = Report::new();
    let mut alone = Sample::median(&[]);
    let mut busiest = alone;
    for shape in SHAPES {
        let (echo, vouch) = pair.measure(options, shape, false).await?;
        let load = format!("{}x{}", shape.connections, shape.streams);
        report.pairs(&load, &echo, &vouch);
        if shape.connections == 1 {
            alone = Sample::median(&vouch);
        }
        busiest = Sample::median(&vouch);
    }
    let before = Counters::of(&pair.vouch.server)?;
    let (echo, vouch) = pair.measure(options, STREAM, true).await?;
    report.pairs("stream of 256", &echo, &vouch);
    let batch = mean_batch(&before, &Counters::of(&pair.vouch.server)?);
    let before = Counters::of(&pair.vouch.server)?;
    let half = open::at_rate(&pair.vouch, busiest.rate / 2.0, options.seconds).await?;
    let half_batch = mean_batch(&before, &Counters::of(&pair.vouch.server)?);
    report.alone("half of 16x16", half.answered);
    line(format!("\n{report}\n"))?;
    if half.shed_rate > 0.0 {
        return Err("claims were shed at half load".into());
    }
    pair.disk(options, "of one claim", alone.written_bytes, 1.0)?;
    pair.disk(options, "of a batch", busiest.written_bytes, batch)?;
    pair.disk_beside(options, busiest.rate / 2.0, half.answered.written_bytes * half_batch).await?;
    overload(&pair, busiest.rate, options.seconds).await?;
    soak(&pair.vouch, busiest.rate / 2.0, options.soak_seconds).await?;
    if options.h2load {
        pair.calibrate(options)?;
    }
    let counted = Counters::of(&pair.vouch.server)?.total(VERDICTS) - counted;
    let checked = pair.vouch.checker.checked();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    if (counted - checked as f64).abs() > 0.5 {
        return Err(format!("{checked} verdicts came, but vouch counted {counted:.0}").into());
    }
    line(format!("all {checked} answers of vouch were verdicts of their own, as it counted too"))?;
    // The servers go, and others come on the same ledger.
    let Pair { echo, vouch, folder } = pair;
    let claims = Arc::clone(&vouch.claims);
    drop((echo, vouch));
    stages::print(options, &folder.path().join(HISTORY), folder.path(), &claims).await
}

impl Pair {
    /// Simulates a history, tells it to vouch, and starts an echo that answers as vouch does.
    async fn start(options: &Options) -> Result<Self, Fault> {
        let folder = tempfile::Builder::new().prefix("load-").tempdir_in(&options.data)?;
        let history_folder = folder.path().join(HISTORY);
        std::fs::create_dir(&history_folder)?;
        line(format!("simulating {} orders", options.orders()))?;
        let mut history = History::simulate(&history_folder, options.orders(), now()?)?;
        let vouch = Arc::new(Server::vouch(options, &history_folder, folder.path(), "")?);
        let checker = Arc::new(Checker::new(true));
        tell(&vouch, &mut history).await?;
        let claims = Arc::new(history.claims()?);
        let vouch = Target { server: vouch, claims: Arc::clone(&claims), checker };
        let verdict = usual_answer(&vouch).await?;
        line(format!("an answer of {} bytes is the usual one: the echo's", verdict.len()))?;
        let echo = Arc::new(Server::echo(folder.path(), &verdict)?);
        let echo = Target { server: echo, claims, checker: Arc::new(Checker::new(false)) };
        Ok(Self { echo, vouch, folder })
    }

    /// Drives both in turn, pair by pair.
    async fn measure(
        &self,
        options: &Options,
        shape: Shape,
        streaming: bool,
    ) -> Result<(Vec<Sample>, Vec<Sample>), Fault> {
        let (mut echo, mut vouch) = (Vec::new(), Vec::new());
        for _ in 0..options.pairs {
            for (target, samples) in [(&self.echo, &mut echo), (&self.vouch, &mut vouch)] {
                // What vouch still does behind its last answers would be taken from the echo.
                open::settle(&self.vouch).await?;
                samples.push(if streaming {
                    stream::streaming(target, shape, options.seconds).await?
                } else {
                    closed::unary(target, shape, options.seconds).await?
                });
            }
        }
        Ok((echo, vouch))
    }

    /// Syncs what `claims` claims write, while nobody else does.
    fn disk(&self, options: &Options, what: &str, each: f64, claims: f64) -> Result<(), Fault> {
        let bytes = whole(each * claims);
        let syncs = disk::syncs(self.folder.path(), bytes, options.seconds, Duration::ZERO)?;
        line(format!("fdatasync {what}, {bytes} B: {}", shown(syncs)))
    }

    /// Syncs as many bytes as a batch writes while claims come at a rate, and says what both took.
    async fn disk_beside(&self, options: &Options, rate: f64, bytes: f64) -> Result<(), Fault> {
        open::settle(&self.vouch).await?;
        let (folder, bytes, seconds) =
            (self.folder.path().to_owned(), whole(bytes), options.seconds);
        let syncs = tokio::task::spawn_blocking(move || {
            // A fault that others are told of is text.
            disk::syncs(&folder, bytes, seconds, BESIDE_REST).map_err(|fault| fault.to_string())
        });
        let Outcome { answered, .. } = open::at_rate(&self.vouch, rate, seconds).await?;
        let syncs = shown(syncs.await??);
        line(format!(
            "fdatasync beside half load, {bytes} B: {syncs}; claims meanwhile: p50 {:.2} ms, p99 {:.2} ms",
            answered.p50_ms, answered.p99_ms,
        ))
    }

    /// Our client beside h2load.
    fn calibrate(&self, options: &Options) -> Result<(), Fault> {
        let body = self.echo.claims.next().frame;
        let (folder, seconds) = (self.folder.path(), options.seconds);
        for shape in SHAPES {
            let rate = h2load::rate(&self.echo.server, folder, &body, shape, seconds)?;
            let load = format!("{}x{}", shape.connections, shape.streams);
            line(format!("h2load gets {rate:.0} answers/s from the echo at {load}"))?;
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a million bytes")]
const fn whole(bytes: f64) -> usize {
    bytes as usize
}

fn shown(latencies: Latencies) -> String {
    let [p50, p99, p999] = latencies.permille_ms([500, 990, 999]);
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms, p99.9 {p999:.2} ms")
}

/// Records the history, and says how fast.
async fn tell(server: &Server, history: &mut History) -> Result<(), Fault> {
    let (mut facts, mut took) = (0, Duration::ZERO);
    let mut batches = Vec::new();
    loop {
        let next = history.next_facts()?;
        let is_end = next.is_none();
        batches.extend(next.into_iter().flatten());
        if is_end || batches.len() >= TOLD_AT_ONCE / FACTS_PER_BATCH {
            let (recorded, time) = closed::record(server, RECORDERS, &batches).await?;
            facts += recorded;
            took += time;
            batches.clear();
        }
        if is_end {
            break;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    let rate = facts as f64 / took.as_secs_f64();
    line(format!(
        "recorded {facts} facts in batches of {FACTS_PER_BATCH}, {RECORDERS} at a time: {rate:.0} facts/s"
    ))
}

/// The answer of middle length among some.
async fn usual_answer(vouch: &Target) -> Result<Vec<u8>, Fault> {
    let connection = Connection::open(vouch.server.address).await?;
    let caller = connection.caller(SCORE_REFUND)?;
    let mut answers = Vec::new();
    for _ in 0..ANSWERS {
        let reply = caller.call(vouch.claims.next().frame).await?;
        if reply.code != 0 {
            return Err(format!("a claim got status {}: {}", reply.code, reply.message).into());
        }
        answers.push(verdict_of(reply.frame)?);
    }
    answers.sort_by_key(prost::bytes::Bytes::len);
    Ok(answers.get(ANSWERS / 2).ok_or("there are no answers")?.to_vec())
}

async fn overload(pair: &Pair, capacity: f64, seconds: u64) -> Result<(), Fault> {
    open::settle(&pair.vouch).await?;
    let before = Counters::of(&pair.vouch.server)?;
    let Outcome { answered, shed_rate, shed_p99_ms, sent_rate } =
        open::at_rate(&pair.vouch, capacity * OVERLOAD, seconds).await?;
    let waited = stages::us(&before, &Counters::of(&pair.vouch.server)?, Stage::Queue) / 1_000.0;
    line(format!(
        "overload, {sent_rate:.0} claims/s: {:.0}/s answered, p50 {:.1} ms, p99 {:.1} ms, of which they waited {waited:.1} ms \
         for the engine on average; {shed_rate:.0}/s refused with RESOURCE_EXHAUSTED, p99 {shed_p99_ms:.1} ms",
        answered.rate, answered.p50_ms, answered.p99_ms,
    ))
}

/// Requests that vouch took at once.
pub(crate) fn mean_batch(before: &Counters, after: &Counters) -> f64 {
    let grown = |name| after.total(name) - before.total(name);
    grown(BATCHES_SUM) / grown(BATCHES_COUNT).max(1.0)
}

fn now() -> Result<Timestamp, Fault> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_ms(i64::try_from(now.as_millis())?))
}
