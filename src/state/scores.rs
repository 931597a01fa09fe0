//! How the models have scored claims lately.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::hops::{Hops, day_of};
use super::{Event, EventBody};
use crate::domain::{CHALLENGERS_MAX, ScoreBin, Sha256, Timestamp};

/// Windows that are looked at, whole days: weeks, so that each day of the week counts alike.
const WINDOWS_D: [u8; 3] = [7, 14, 28];

/// Days that are kept: the longest window, and the day that is not over.
const KEPT_D: u8 = 29;

/// Models that are kept count of: all that can run side by side, and as many that ran before them.
const MODELS_MAX: usize = 2 * (CHALLENGERS_MAX + 1);

/// Claims by the bin of a model's profile in which their score lies, by model and day of vouch's own clock; each refund
/// once. Whether scores have moved since the model was trained is told from this.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScoresDoc {
    /// Those that scored last come last.
    models: ThinVec<Scored>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Scored {
    model: Sha256,
    days: Hops<ThinVec<u32>>,
}

/// The scores that a model gave on whole days before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentScores {
    /// How many days back they reach.
    pub days: u8,
    /// How many claims were scored.
    pub claims: u32,
    /// How many of them by bin.
    pub bins: Vec<u32>,
}

impl ScoresDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Decided(decided) = &event.body else { return };
        for scored in &decided.scored {
            self.add(scored, event.observed_at);
        }
    }

    pub(super) fn add(&mut self, scored: &ScoreBin, at: Timestamp) {
        let known = self.models.iter().position(|known| known.model == scored.model);
        let mut counted = match known {
            Some(known) => self.models.remove(known),
            None => Scored { model: scored.model, days: Hops::new() },
        };
        if let Some(bins) = counted.days.at(day_of(at), KEPT_D) {
            let bin = usize::from(scored.bin);
            if bins.len() <= bin {
                bins.resize(bin + 1, 0);
            }
            if let Some(count) = bins.get_mut(bin) {
                *count = count.saturating_add(1);
            }
        }
        if self.models.len() >= MODELS_MAX {
            self.models.remove(0);
        }
        self.models.push(counted);
    }

    /// The scores of a model on the last whole days before a time: of 7 days, or of 14 or 28 where those hold less than
    /// so many claims. `None` where all of these hold less.
    #[must_use]
    pub fn before(&self, at: Timestamp, model: &Sha256, claims_min: u32) -> Option<RecentScores> {
        let counted = self.models.iter().find(|known| known.model == *model)?;
        let yesterday = day_of(at).saturating_sub(1);
        let recent = |days: u8| {
            let mut bins = Vec::new();
            for day in counted.days.within(yesterday, i64::from(days)) {
                bins.resize(bins.len().max(day.len()), 0_u32);
                bins.iter_mut().zip(day).for_each(|(sum, n)| *sum = sum.saturating_add(*n));
            }
            let claims = bins.iter().fold(0_u32, |sum, n| sum.saturating_add(*n));
            RecentScores { days, claims, bins }
        };
        WINDOWS_D.into_iter().map(recent).find(|recent| recent.claims >= claims_min.max(1))
    }
}
