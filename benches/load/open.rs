//! Open loops: claims come at their own pace, whatever became of those before.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::client::{Caller, Connection, SCORE_REFUND};
use super::output::Fault;
use super::sample::{Latencies, Sample};
use super::spent::Spent;
use super::target::{SHED, Span, Target};

const CONNECTIONS: usize = 16;
/// How long the last answers are waited for.
const LAST_ANSWERS: Duration = Duration::from_secs(15);

/// What became of a load that comes at its own pace.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Of those that were answered with a verdict.
    pub(crate) answered: Sample,
    /// A second that were refused as too many.
    pub(crate) shed_rate: f64,
    /// How long it took to be refused, ms.
    pub(crate) shed_p99_ms: f64,
    /// A second that were sent: less than was asked for when the client could not keep up.
    pub(crate) sent_rate: f64,
}

/// Sends `rate` claims a second. A latency counts from when the claim was due, so that a client that is late hides
/// nothing; what is due in the span counts, whenever its answer comes.
pub(crate) async fn at_rate(target: &Target, rate: f64, seconds: u64) -> Result<Outcome, Fault> {
    let connections = Connection::open_some(target.server.address, CONNECTIONS).await?;
    let callers = connections.iter().map(|connection| connection.caller(SCORE_REFUND));
    let callers: Arc<[Caller]> = callers.collect::<Result<Vec<_>, _>>()?.into();
    let span = Span::of(seconds);
    let (due, mut dues) = mpsc::unbounded_channel();
    let pacer = std::thread::spawn(move || pace(rate, span.end, &due));
    let asked = {
        let target = target.clone();
        tokio::task::spawn(async move {
            let mut tasks = JoinSet::new();
            let mut callers = callers.iter().cycle();
            while let (Some(due), Some(caller)) = (dues.recv().await, callers.next()) {
                tasks.spawn(ask(target.clone(), caller.clone(), due));
            }
            tasks
        })
    };
    let window = span.watch(target.server.pid()).await?;
    let mut tasks = asked.await?;
    pacer.join().map_err(|_| "the pacer panicked")?;
    let (mut answered, mut shed, mut sent) = (Latencies::default(), Latencies::default(), 0_u32);
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            let (due, took, code) = ended??;
            if !span.holds(due) {
                continue;
            }
            sent += 1;
            if code == SHED { shed.add(took) } else { answered.add(took) }
        }
        Ok::<_, Fault>(())
    };
    tokio::time::timeout(LAST_ANSWERS, all).await.map_err(|_| "answers are missing")??;
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    let shed_rate = shed.count() as f64 / window.seconds;
    let [shed_p99_ms] = shed.permille_ms([990]);
    let sent_rate = f64::from(sent) / window.seconds;
    Ok(Outcome { answered: Sample::new(answered, window), shed_rate, shed_p99_ms, sent_rate })
}

/// Says when each claim is due, evenly. On a thread of its own: tokio's timers are good to a millisecond.
fn pace(rate: f64, end: Instant, due: &mpsc::UnboundedSender<Instant>) {
    let interval = Duration::from_secs_f64(1.0 / rate.max(1.0));
    let mut next = Instant::now();
    while next < end {
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        if due.send(next).is_err() {
            return;
        }
        next += interval;
    }
}

/// When it was due, how long it took from then, and its code.
async fn ask(
    target: Target,
    caller: Caller,
    due: Instant,
) -> Result<(Instant, Duration, u16), Fault> {
    let code = target.ask(&caller, target.claims.next(), Some(SHED)).await?;
    Ok((due, due.elapsed(), code))
}

/// Waits until a server does nothing any more, so that what it does behind answers is not counted to another.
pub(crate) async fn settle(target: &Target) -> Result<(), Fault> {
    const PAUSE: Duration = Duration::from_millis(300);
    const IDLE_S: f64 = 0.015;
    for _ in 0..30 {
        let before = Spent::of(target.server.pid())?;
        sleep_until(Instant::now() + PAUSE).await;
        if Spent::of(target.server.pid())?.since(before).cpu_s < IDLE_S {
            return Ok(());
        }
    }
    Ok(())
}
