//! Where the time goes, stage by stage. It is measured always, in production too: a lap is a look at the clock.

use std::sync::Arc;
use std::time::Duration;

use metrics::Histogram;

use crate::clock::Clock;

/// How long stages took, in seconds, by `stage`: of a batch, together for all that was worked on in it; `decode` and `prepare`
/// of one request. The sums, divided by the claims of the same time, say what a claim costs.
pub const STAGE_SECONDS: &str = "vouch_stage_seconds";

/// A part of the way of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From wire messages to claims and facts, on the transport's threads.
    Decode,
    /// Canonical bytes, digests and the keys of entities, on the transport's threads.
    Prepare,
    /// Waiting for the engine's thread; of a batch the sum over its requests.
    Queue,
    /// Whether it came before, and what a fact is seen beside.
    Intake,
    /// Loading entities.
    Gather,
    /// What addresses and User-Agent headers tell.
    Geo,
    /// Computing signals.
    Signals,
    /// Conditions of the policy.
    Rules,
    /// Features and scores of models, for all claims that wait together.
    Model,
    /// Verdicts.
    Decide,
    /// Verdicts and ledger records as bytes.
    Encode,
    /// Applying facts, claims and decisions to entities.
    Fold,
    /// What facts show by themselves.
    Findings,
    /// Waiting until more of the batches before are on disk.
    Writer,
    /// The append, synced to disk; when requests wait, of some batches together and beside the next one.
    Ledger,
    /// Handing out answers.
    Answer,
    /// Writing entities back, and clearing away expired ones.
    Settle,
}

const STAGES: usize = 17;

impl Stage {
    /// Every stage, in the order of the way.
    pub const ALL: [Self; STAGES] = [
        Self::Decode,
        Self::Prepare,
        Self::Queue,
        Self::Intake,
        Self::Gather,
        Self::Geo,
        Self::Signals,
        Self::Rules,
        Self::Model,
        Self::Decide,
        Self::Encode,
        Self::Fold,
        Self::Findings,
        Self::Writer,
        Self::Ledger,
        Self::Answer,
        Self::Settle,
    ];

    /// Its name, the value of the label `stage`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Prepare => "prepare",
            Self::Queue => "queue",
            Self::Intake => "intake",
            Self::Gather => "gather",
            Self::Geo => "geo",
            Self::Signals => "signals",
            Self::Rules => "rules",
            Self::Model => "model",
            Self::Decide => "decide",
            Self::Encode => "encode",
            Self::Fold => "fold",
            Self::Findings => "findings",
            Self::Writer => "writer",
            Self::Ledger => "ledger",
            Self::Answer => "answer",
            Self::Settle => "settle",
        }
    }

    /// Where the times of this stage are told. To be kept: looking it up takes longer than telling.
    pub fn histogram(self) -> Histogram {
        metrics::histogram!(STAGE_SECONDS, "stage" => self.name())
    }
}

/// Attributes all time between two looks at the clock to one stage.
pub(super) struct Stopwatch {
    /// Without one, nothing is measured: a replay has no use for it.
    clock: Option<Arc<dyn Clock>>,
    last: Duration,
    spent: [Duration; STAGES],
    /// One for each stage, made when they are first needed.
    told: Vec<Histogram>,
}

impl Stopwatch {
    pub(super) const fn new(clock: Option<Arc<dyn Clock>>) -> Self {
        let spent = [Duration::ZERO; STAGES];
        Self { clock, last: Duration::ZERO, spent, told: Vec::new() }
    }

    /// What comes from here on belongs to the next lap.
    pub(super) fn start(&mut self) {
        if let Some(clock) = &self.clock {
            self.last = clock.elapsed();
        }
    }

    /// The time since the last lap, or since the start, went into this stage.
    pub(super) fn lap(&mut self, stage: Stage) {
        if let Some(clock) = &self.clock {
            let now = clock.elapsed();
            let spent = now.saturating_sub(self.last);
            self.last = now;
            self.add(stage, spent);
        }
    }

    /// So much time went into a stage, measured otherwise.
    pub(super) fn add(&mut self, stage: Stage, spent: Duration) {
        if let Some(sum) = self.spent.get_mut(stage as usize) {
            *sum += spent;
        }
    }

    /// Tells what was measured since the last time, as metrics.
    pub(super) fn tell(&mut self) {
        if self.clock.is_none() {
            return;
        }
        if self.told.is_empty() {
            self.told = Stage::ALL.map(Stage::histogram).into();
        }
        for (spent, told) in self.spent.iter_mut().zip(&self.told) {
            let spent = std::mem::take(spent);
            if !spent.is_zero() {
                told.record(spent.as_secs_f64());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::Timestamp;

    #[test]
    fn all_time_between_two_laps_belongs_to_the_stage_of_the_second() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let shown = recorder.handle();
        let _guard = metrics::set_default_local_recorder(&recorder);
        let clock = Arc::new(ManualClock::new(Timestamp::EARLIEST));
        let mut stopwatch = Stopwatch::new(Some(clock.clone()));
        let ms = Duration::from_millis;
        clock.pass(ms(500));
        stopwatch.start();
        for (stage, time) in [(Stage::Gather, 3), (Stage::Rules, 8), (Stage::Gather, 1)] {
            clock.pass(ms(time));
            stopwatch.lap(stage);
        }
        stopwatch.add(Stage::Queue, ms(16));
        clock.pass(ms(500));
        stopwatch.tell();
        stopwatch.tell();
        let shown = shown.render();
        for (stage, sum) in [("gather", "0.004"), ("rules", "0.008"), ("queue", "0.016")] {
            for line in [
                format!("{STAGE_SECONDS}_sum{{stage=\"{stage}\"}} {sum}\n"),
                format!("{STAGE_SECONDS}_count{{stage=\"{stage}\"}} 1\n"),
            ] {
                assert!(shown.contains(&line), "{line} is missing in\n{shown}");
            }
        }
    }

    #[test]
    fn every_stage_has_a_place_of_its_own() {
        for (place, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(stage as usize, place, "{}", stage.name());
        }
        let mut names = Stage::ALL.map(Stage::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES);
    }
}
