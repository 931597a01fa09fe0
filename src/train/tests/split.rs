//! What lies in the gaps, and what does not.

use super::super::history::{History, Outcome};
use super::super::settings::Settings;
use super::super::split::{Example, Split, complete_until, examples, split, unlabelled};
use crate::domain::{DAY_MS, HOUR_MS, OutcomeLabel, OutcomeSource, Timestamp};

/// When the first claim is made.
const FIRST: Timestamp = Timestamp::from_ms(1_780_272_000_000);
const CLAIMS: i64 = 400;

/// Four claims a day for 100 days; each is told 12 hours later, every third one as fraud.
fn history() -> History {
    let claim = |index: i64| {
        let at = FIRST.plus_ms(index * 6 * HOUR_MS);
        let told = at.plus_ms(12 * HOUR_MS);
        let label = if index % 3 == 0 { OutcomeLabel::Abuse } else { OutcomeLabel::Honest };
        let (fact_id, source) = (format!("fact-{index}"), OutcomeSource::Reviewer);
        (at, vec![Outcome { fact_id, label, source, observed_at: told, effective_at: told }])
    };
    History::of_refunds((0..CLAIMS).map(claim).collect())
}

fn settings(gap_d: f64) -> Settings {
    let mut settings = Settings::default();
    settings.split.gap_d = gap_d;
    settings.labels.maturity_d = 0.0;
    settings
}

fn days(count: i64) -> i64 {
    count * DAY_MS
}

/// When the first and the last of them were claimed.
fn ends(of: &[Example<'_>]) -> (Timestamp, Timestamp) {
    let at = |example: Option<&Example<'_>>| example.unwrap().refund.observed_at;
    (at(of.first()), at(of.last()))
}

fn check(split: &Split<'_>, history: &History, gap_ms: i64) {
    let (train, later, test) = (ends(&split.train), ends(&split.later), ends(&split.test));
    assert!(train.1 < split.later_from && split.later_from <= later.0);
    assert!(later.1 < split.later_until, "nothing of the gap before the test is fitted on");
    assert_eq!(split.test_from.ms_since(split.later_until), gap_ms);
    assert!(split.test_from <= test.0 && test.1 < split.test_until);
    assert_eq!(history.last_at().ms_since(split.test_until), gap_ms);
    let fitted = split.train.iter().chain(&split.later);
    for example in fitted {
        assert!(example.label.effective_at <= split.test_from, "known when the test begins");
    }
}

#[test]
fn nothing_of_the_gaps_is_learned_from_or_tested_on() {
    let history = history();
    let found = split(&history, &settings(7.0)).unwrap();
    check(&found, &history, days(7));
    // The gap before the test does hold labelled claims: they are left out, not lacking.
    let left_out =
        examples(&history, &settings(7.0), found.later_until, found.test_from, history.last_at());
    assert_eq!(left_out.len(), 28);
    let used = found.train.len() + found.later.len() + found.test.len();
    let until = found.test_until;
    let all = examples(&history, &settings(7.0), FIRST, until, history.last_at()).len();
    assert_eq!(used + 28, all);
}

#[test]
fn another_gap_moves_the_slices() {
    let history = history();
    let with = |gap_d| split(&history, &settings(gap_d)).unwrap();
    let (short, long) = (with(7.0), with(20.0));
    check(&long, &history, days(20));
    assert_eq!(short.test_until.ms_since(long.test_until), days(13));
    assert!(long.test_from < short.test_from && long.later_until < short.later_until);
}

/// Without a gap, what is told by the day of the test is learned from up to that day.
#[test]
fn no_gap_is_no_gap() {
    let history = history();
    let found = split(&history, &settings(0.0)).unwrap();
    check(&found, &history, 0);
    assert_eq!(found.later_until, found.test_from);
    assert_eq!(found.test_until, history.last_at());
    let (_, last) = ends(&found.later);
    assert_eq!(found.test_from.ms_since(last), 12 * HOUR_MS, "the last one that was told by then");
    let short = split(&history, &settings(1.0)).unwrap();
    let (_, last) = ends(&short.later);
    assert!(short.test_from.ms_since(last) > days(1));
}

/// What a model without labels is tested on is what `evaluate` takes of it later.
#[test]
fn without_labels_the_test_ends_where_labels_are_complete() {
    let history = history();
    for (gap_d, gap_ms) in [(0.0, 0), (7.0, days(7))] {
        let settings = settings(gap_d);
        let found = unlabelled(&history, &settings);
        assert_eq!(found.test_until, complete_until(&history, &settings));
        assert_eq!(history.last_at().ms_since(found.test_until), gap_ms);
        let end = history.last_at();
        let evaluated = examples(&history, &settings, found.test_from, found.test_until, end);
        assert_eq!(found.test.len(), evaluated.len());
        let (first, last) = ends(&found.test);
        assert!(found.test_from <= first && last < found.test_until);
        assert!(found.train.is_empty() && found.later.is_empty());
        assert_eq!(found.later_until, found.test_from);
    }
    // The gap reaches back over the whole test: nothing to test on, and no range that ends before it begins.
    let found = unlabelled(&history, &settings(60.0));
    assert!(found.test.is_empty());
    assert_eq!(found.test_until, found.test_from);
}
