"""Other learners on the slices that `main.rs` wrote, and all figures beside each other.

One argument: the folder of the run. What lies in it decides what is done: `handbook/<fold>`, `simulator`, `large`.
Figures of all learners, vouch's own too, are computed here, by scikit-learn.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import lightgbm
import numpy as np
import sklearn
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

CORES = len(os.sched_getaffinity(0))
ENSEMBLE = "vouch ensemble"
# What a slice of one week is not exact to: the brief of the protocol says that less is no difference.
HANDBOOK_NOISE = 0.015
# Tuned XGBoost in the Handbook's chapter 5.
HANDBOOK_TUNED_AP = 0.687
BATCH = 256


def peers():
    """Each peer by name, with the settings it comes with unless the name says others."""
    return {
        "scikit-learn logistic": make_pipeline(
            SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression(max_iter=1000)
        ),
        "scikit-learn forest, full": RandomForestClassifier(n_jobs=CORES, random_state=0),
        "scikit-learn forest, depth 10": RandomForestClassifier(
            max_depth=10, n_jobs=CORES, random_state=0
        ),
        "LightGBM": lightgbm.LGBMClassifier(n_jobs=CORES, random_state=0, verbose=-1),
        "XGBoost": xgboost.XGBClassifier(n_jobs=CORES, random_state=0),
        "XGBoost 100/0.1/3": xgboost.XGBClassifier(
            n_estimators=100, learning_rate=0.1, max_depth=3, n_jobs=CORES, random_state=0
        ),
    }


def load(folder, name):
    return np.load(folder / f"{name}.npy")


def scored(folder):
    """Name -> (probabilities on the test slice, seconds to fit): vouch's as they were written, the peers' fitted now."""
    own = json.loads((folder / "vouch.json").read_text())
    found = {one["name"]: (load(folder, one["file"]), one["fit_s"]) for one in own}
    x, y, test = load(folder, "fit_x"), load(folder, "fit_y"), load(folder, "test_x")
    for name, learner in peers().items():
        begin = time.perf_counter()
        learner.fit(x, y)
        seconds = time.perf_counter() - begin
        found[name] = (learner.predict_proba(test)[:, 1], seconds)
    return found


def recall_at(y, scores, fpr_max):
    fpr, tpr, _ = roc_curve(y, scores, drop_intermediate=False)
    return tpr[fpr <= fpr_max].max()


def card_precision(folder, y, scores, count=100):
    """Each day, of the cards with the highest scores the share that is defrauded; cards that were found are removed."""
    cards, days = load(folder, "test_card"), load(folder, "test_day")
    found, shares = set(), []
    for day in np.unique(days):
        best, frauds = {}, set()
        for card, score, fraud in zip(cards[days == day], scores[days == day], y[days == day]):
            if card in found:
                continue
            best[card] = max(score, best.get(card, -np.inf))
            if fraud:
                frauds.add(card)
        top = sorted(best, key=best.get, reverse=True)[:count]
        hits = [card for card in top if card in frauds]
        found.update(hits)
        shares.append(len(hits) / count)
    return np.mean(shares)


def calibration_error(y, probabilities, bins=10):
    """The mean distance of predicted and observed share over bins of equal rows."""
    parts = np.array_split(np.argsort(probabilities, kind="stable"), bins)
    return sum(len(p) * abs(probabilities[p].mean() - y[p].mean()) for p in parts) / len(y)


def table(title, heads, rows):
    width = max(len(name) for name in rows)
    print(f"\n{title}\n{'':{width}}" + "".join(f"{head:>10}" for head in heads))
    for name, figures in rows.items():
        print(f"{name:{width}}" + "".join(f"{text:>10}" for text in figures))


def bar(what, met):
    print(f"  bar: {what}: {'met' if met else 'NOT MET'}")


def handbook(folder):
    folds = sorted(path for path in folder.iterdir() if path.is_dir())
    every = {}
    for fold in folds:
        y = load(fold, "test_y")
        for name, (scores, seconds) in scored(fold).items():
            figures = (
                roc_auc_score(y, scores),
                average_precision_score(y, scores),
                recall_at(y, scores, 0.01),
                card_precision(fold, y, scores),
                seconds,
            )
            every.setdefault(name, []).append(figures)
    heads = ["AUC", "AP", "R@1%", "CP@100", "fit s"]
    text = lambda row: [f"{value:.3f}" for value in row[:4]] + [f"{row[4]:.2f}"]
    for place, fold in enumerate(folds):
        rows = {name: text(figures[place]) for name, figures in every.items()}
        table(f"Handbook, fold of {fold.name}", heads, rows)
    means = {name: np.mean(figures, axis=0) for name, figures in every.items()}
    title = f"Handbook, mean of {len(folds)} folds"
    table(title, heads, {name: text(row) for name, row in means.items()})
    rivals = [row for name, row in means.items() if not name.startswith("vouch")]
    own = means[ENSEMBLE]
    for place, what in enumerate(["ROC AUC", "average precision", "recall at 1 % FPR"]):
        best = max(row[place] for row in rivals)
        bar(f"{what} {own[place]:.4f} at least the best peer's {best:.4f}", own[place] >= best)
    floor = HANDBOOK_TUNED_AP - HANDBOOK_NOISE
    bar(f"average precision at least {HANDBOOK_TUNED_AP} less noise ({floor:.3f})", own[1] >= floor)


def simulator(folder):
    y, found = load(folder, "test_y"), scored(folder)
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(y), len(y)) for _ in range(200)]
    own_draws = np.array([average_precision_score(y[d], found[ENSEMBLE][0][d]) for d in draws])
    rows, figures = {}, {}
    for name, (scores, seconds) in found.items():
        ap, error = average_precision_score(y, scores), calibration_error(y, scores)
        figures[name] = (ap, error)
        behind = own_draws - [average_precision_score(y[d], scores[d]) for d in draws]
        rows[name] = [
            f"{roc_auc_score(y, scores):.4f}",
            f"{ap:.4f}",
            f"{ap - figures[ENSEMBLE][0] if ENSEMBLE in figures else 0:+.4f}",
            f"{behind.std():.4f}",
            f"{recall_at(y, scores, 0.01):.3f}",
            f"{error:.4f}",
            f"{seconds:.2f}",
        ]
    title = f"Simulator, last slice: {len(y):,} refunds, {int(y.sum()):,} frauds"
    table(title, ["AUC", "AP", "to ours", "its s.e.", "R@1%", "cal. err", "fit s"], rows)
    boosters = [name for name in figures if name.startswith(("LightGBM", "XGBoost"))]
    best = max(figures[name][0] for name in boosters)
    least = min(figures[name][1] for name in boosters)
    ap, error = figures[ENSEMBLE]
    bar(f"average precision {ap:.4f} at least the boosters' best {best:.4f}", ap >= best)
    bar(f"calibration error {error:.4f} no worse than the boosters' best {least:.4f}", error <= least)


def seconds_a_row(rows, count, ask):
    """The median time of a batch, by row."""
    times = []
    for start in range(0, count * BATCH, BATCH):
        batch = rows[start : start + BATCH]
        begin = time.perf_counter()
        ask(batch)
        times.append(time.perf_counter() - begin)
    return np.median(times) / BATCH


def large_alone(folder):
    """In a process of its own, so that its memory is its own."""
    x, y, test = load(folder, "fit_x"), load(folder, "fit_y"), load(folder, "test_x")
    learner = lightgbm.LGBMClassifier(n_jobs=CORES, random_state=0, verbose=-1)
    begin = time.perf_counter()
    learner.fit(x, y)
    seconds = time.perf_counter() - begin
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.save(folder / "lightgbm.npy", learner.predict_proba(test)[:, 1])
    booster = learner.booster_
    predict_s = seconds_a_row(test, 100, lambda rows: booster.predict(rows, num_threads=1))
    contribute = lambda rows: booster.predict(rows, pred_contrib=True, num_threads=1)
    contribute_s = seconds_a_row(test, 5, contribute)
    figures = {
        "name": "LightGBM",
        "file": "lightgbm",
        "fit_s": seconds,
        "peak_mib": peak_mib,
        "score_us": predict_s * 1e6,
        "explain_us": contribute_s * 1e6,
    }
    (folder / "lightgbm.json").write_text(json.dumps([figures]))


def large(folder):
    subprocess.run([sys.executable, __file__, "--large-alone", str(folder)], check=True)
    y = load(folder, "test_y")
    rows, own = {}, None
    for file in ["vouch.json", "lightgbm.json"]:
        for one in json.loads((folder / file).read_text()):
            own = own or one
            rows[one["name"]] = [
                f"{average_precision_score(y, load(folder, one['file'])):.4f}",
                f"{one['fit_s']:.1f}",
                f"{one['peak_mib']:,.0f}",
                f"{one['score_us']:.2f}",
                f"{one['explain_us']:.2f}",
            ]
    count, width = np.load(folder / "fit_x.npy", mmap_mode="r").shape
    heads = ["AP", "fit s", "peak MiB", "us a row", "explained"]
    table(f"Large: {count:,} rows x {width} features, {CORES} cores; scored in batches of {BATCH}", heads, rows)
    bar(f"fitted in {own['fit_s']:.1f} s, at most 120", own["fit_s"] <= 120)
    bar(f"{own['peak_mib']:,.0f} MiB at most, at most 4,096", own["peak_mib"] <= 4096)
    bar(f"a row scored in {own['score_us']:.2f} us, at most 5", own["score_us"] <= 5)


def main():
    if sys.argv[1] == "--large-alone":
        return large_alone(Path(sys.argv[2]))
    folder = Path(sys.argv[1])
    versions = [f"{module.__name__} {module.__version__}" for module in (sklearn, lightgbm, xgboost)]
    print(f"peers: {', '.join(versions)}; {CORES} cores")
    for name, part in [("handbook", handbook), ("simulator", simulator), ("large", large)]:
        if (folder / name).is_dir():
            part(folder / name)
        else:
            print(f"\n{name}: not run")


if __name__ == "__main__":
    main()
