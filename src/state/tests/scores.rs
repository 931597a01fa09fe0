//! How models scored lately, against the naive count.

use super::super::{RecentScores, ScoresDoc};
use super::*;
use crate::domain::{ScoreBin, Sha256};

proptest! {
    #[test]
    fn scores_equal_the_naive_count(
        told in vec((0_i64..40, 0_u8..3, 0_u8..4), 0..120), day in 0_i64..45, least in 0_u32..12,
    ) {
        let mut told = told;
        told.sort_by_key(|(day, ..)| *day);
        let mut doc = ScoresDoc::default();
        for (day, model, bin) in &told {
            let scored = ScoreBin { model: Sha256([*model; 32]), bin: *bin };
            doc.add(&scored, START.plus_ms(day * DAY_MS + 5));
        }
        // What is older than the days that are kept may be forgotten when another day comes.
        let day = day.max(told.last().map_or(0, |(day, ..)| *day));
        for model in 0..3 {
            let naive = [7_u8, 14, 28].into_iter().find_map(|days| {
                let first = day - i64::from(days);
                let of = told.iter().filter(|(d, m, _)| *m == model && *d >= first && *d < day);
                let mut bins = vec![0_u32; 4];
                of.for_each(|(.., bin)| bins[usize::from(*bin)] += 1);
                let claims = bins.iter().sum::<u32>();
                (claims >= least.max(1)).then_some((days, claims, bins))
            });
            let at = START.plus_ms(day * DAY_MS);
            let found = doc.before(at, &Sha256([model; 32]), least);
            let found = found.map(|RecentScores { days, claims, mut bins }| {
                bins.resize(4, 0);
                (days, claims, bins)
            });
            prop_assert_eq!(found, naive);
        }
    }
}

#[test]
fn models_that_did_not_score_for_long_are_forgotten() {
    let mut doc = ScoresDoc::default();
    for model in 0..=18 {
        doc.add(&ScoreBin { model: Sha256([model; 32]), bin: 0 }, START);
        doc.add(&ScoreBin { model: Sha256([0; 32]), bin: 0 }, START);
    }
    let known = |model| doc.before(START.plus_ms(DAY_MS), &Sha256([model; 32]), 1).is_some();
    assert!(known(0) && !known(1) && known(2) && known(18));
}
