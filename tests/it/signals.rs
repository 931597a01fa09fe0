//! No signal of a simulated history gives the answer away: the simulator would be at fault, or the signal would know what
//! becomes known only later.
//!
//! `datasets/sample/SIGNALS.md` has the figures of 300,000 orders with the default knobs, where the strongest signal has an
//! area under the ROC curve of 0.74. What runs here is small, so that few claims have the rare signals: what chance adds to
//! these is allowed for.

use std::fs;

use vouch::train::{History, Settings, SignalStrength, signal_strengths};

use crate::terminal::vouch;

/// Who claims, five times as often as by default, in the same proportions, and mostly with a label soon: 8,000 orders then
/// have as many refunds as 40,000.
const KNOBS: &str = "
seed = 1
[size]
orders = 8000
days = 60
drift_day = 30
[faults]
double_charge = 0.008
not_delivered = 0.008
dead_key = 0.015
used_key = 0.006
sold_twice = 0.002
[actors]
patient_refunder = 0.030
burst_refunder = 0.006
ring = 0.0045
friendly_fraud = 0.030
takeover = 0.0025
new_attack = 0.010
[claims]
regret = 0.0275
confusion = 0.025
careless_claimed = 0.425
[labels]
honest_known_share = 0.9
bad_known_share = 0.9
late_delay_d = 5.0
";
/// No signal ranks frauds above others more often than this.
const AUC_MAX: f64 = 0.80;
/// Nor does it tell so much whether a signal is there at all.
const KNOWN_AUC_MAX: f64 = 0.65;
/// Standard errors that chance may add.
const ERRORS: f64 = 3.0;

/// Standard error of an area under the ROC curve of so many frauds and others (J. A. Hanley and B. J. McNeil, "The meaning and
/// use of the area under a receiver operating characteristic (ROC) curve", Radiology 143 (1982)).
fn standard_error(auc: f64, frauds: f64, others: f64) -> f64 {
    let (q1, q2) = (auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc));
    let pairs = (frauds - 1.0).mul_add(q1 - auc * auc, (others - 1.0) * (q2 - auc * auc));
    (auc.mul_add(1.0 - auc, pairs) / (frauds * others)).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "some thousands of claims")]
fn counts(of: &SignalStrength) -> (f64, f64) {
    (of.frauds as f64, (of.claims - of.frauds) as f64)
}

/// The most that is believed to be chance; above 1 where too few claims have the signal to say anything.
fn limit(of: &SignalStrength) -> f64 {
    let (frauds, others) = counts(of);
    ERRORS.mul_add(standard_error(AUC_MAX, frauds, others), AUC_MAX)
}

/// How often a fraud has a signal and another claim has not, against the contrary, as an area under the ROC curve.
fn auc_of_known(of: &SignalStrength) -> f64 {
    let (Some(known), Some(unknown)) = (of.fraud_known, of.fraud_unknown) else { return 0.5 };
    let share = |known: f64, unknown: f64| {
        let (known, unknown) = (of.known * known, (1.0 - of.known) * unknown);
        known / (known + unknown)
    };
    let of_frauds = share(known, unknown);
    let of_others = share(1.0 - known, 1.0 - unknown);
    0.5f64.mul_add((of_frauds - of_others).abs(), 0.5)
}

fn signal(frauds: u64, claims: u64) -> SignalStrength {
    SignalStrength {
        signal: "made".to_owned(),
        group: "up".to_owned(),
        known: 0.5,
        claims,
        frauds,
        roc_auc: None,
        rises: true,
        fraud_known: Some(0.3),
        fraud_unknown: Some(0.1),
    }
}

/// The bound is tight where many claims have a signal, and says nothing where few have.
#[test]
fn chance_is_allowed_for_by_hand() {
    // Q1 - AUC^2 is 0.026667 and Q2 - AUC^2 0.071111: of 101 frauds and 101 others 9.937778 / 10,201 is the variance.
    assert!((standard_error(0.8, 101.0, 101.0) - 0.031_212).abs() < 1e-6);
    assert!(limit(&signal(200, 1_000)) < 0.86 && limit(&signal(30, 90)) < 0.97);
    assert!(limit(&signal(3, 20)) > 1.0);
    // Of 40 frauds in 200 claims 30 are among the half that is known, with 70 of the 160 others.
    assert!((auc_of_known(&signal(30, 100)) - (0.5 + 0.5 * (0.75 - 0.4375))).abs() < 1e-9);
}

#[test]
fn no_signal_alone_separates_good_from_bad() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("knobs.toml"), KNOBS).unwrap();
    let simulate = ["simulate", "--out", "simulated", "--knobs", "knobs.toml"];
    let replay =
        ["replay", "--rules-only", "--config", "simulated/vouch.toml", "--from", "simulated"];
    for arguments in [&simulate[..], &[&replay[..], &["--out", "history"]].concat()] {
        let (code, printed, complaint) = vouch(folder.path(), arguments);
        assert_eq!(code, Some(0), "{printed} {complaint}");
    }
    let history = History::open(&[folder.path().join("history")]).unwrap();
    let signals = signal_strengths(&history, &Settings::default()).unwrap();
    let well_known =
        signals.iter().filter(|own| own.roc_auc.is_some() && limit(own) < AUC_MAX + 0.1);
    assert!(well_known.count() > 60, "most signals are known of enough claims to be judged");
    for own in &signals {
        if let Some(auc) = own.roc_auc {
            assert!(
                auc < limit(own),
                "the AUC of {} is {auc}, not below {}",
                own.signal,
                limit(own)
            );
        }
        let auc = auc_of_known(own);
        assert!(auc < KNOWN_AUC_MAX, "whether {} is known has an AUC of {auc}", own.signal);
    }
    let strongest = signals.iter().filter(|own| own.known > 0.5).filter_map(|own| own.roc_auc);
    let strongest = strongest.fold(0.0, f64::max);
    assert!(strongest > 0.6, "there is something to learn: {strongest}");
}
