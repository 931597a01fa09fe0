//! The learner against a naive one, and what must hold of every tree.

use proptest::prelude::*;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::super::bins::{BinnedMatrix, Bins};
use super::super::matrix::{Column, Matrix};
use super::super::random::stream;
use super::super::wide_codes::WideCodes;
use super::histogram::{Bin, Histogram, Scratch, UsedGroup, histograms, subtract};
use super::{Columns, Grown, Limits, Problem, Sample, Trees, grow};

fn limits() -> Limits {
    Limits {
        leaves_max: 8,
        depth_max: 4,
        leaf_rows_min: 1,
        leaf_weight_min: 0.0,
        l2: 1.0,
        gain_min: 1e-9,
    }
}

/// A few values a column, some unknown, and a gradient that follows them.
fn data(rows: usize, seed: u64) -> (Matrix, Vec<(f64, f64)>) {
    let mut rng = stream(seed, 9);
    let mut column = |name: &str| {
        let value = |rng: &mut ChaCha8Rng| {
            (rng.random::<f64>() < 0.8).then(|| f64::from(rng.random_range(0..6)))
        };
        Column::optional(name, (0..rows).map(|_| value(&mut rng)).collect::<Vec<_>>())
    };
    let columns = vec![column("a"), column("b"), column("c")];
    let matrix = Matrix::new(rows, columns).unwrap();
    let mut rng = stream(seed, 10);
    let slope = |row: usize| {
        let pull = matrix.get(row, 0).unwrap_or(4.5) - matrix.get(row, 1).unwrap_or(0.0);
        (pull + rng.random::<f64>(), 0.5 + rng.random::<f64>())
    };
    let slopes = (0..rows).map(slope).collect();
    (matrix, slopes)
}

/// Rows with their slopes, as a tree takes them.
fn samples(rows: impl IntoIterator<Item = u32>, slopes: &[(f64, f64)]) -> Vec<Sample> {
    let sample = |row: u32| {
        let (gradient, curvature) = slopes[row as usize];
        Sample { row, gradient, curvature }
    };
    rows.into_iter().map(sample).collect()
}

fn all_samples(slopes: &[(f64, f64)]) -> Vec<Sample> {
    samples((0..).take(slopes.len()), slopes)
}

/// A tree whose splits look at all columns.
fn tree(codes: &BinnedMatrix, samples: Vec<Sample>, limits: &Limits, directions: &[i8]) -> Grown {
    let columns: Vec<usize> = (0..codes.width()).collect();
    let columns = Columns::All { columns: &columns, wide: &WideCodes::of(codes) };
    grow(&Problem { codes, columns, directions, limits }, samples, &mut stream(0, 0))
}

fn grown(matrix: &Matrix, slopes: &[(f64, f64)], limits: &Limits, directions: &[i8]) -> Trees {
    let codes = Bins::fit(matrix, 254).unwrap().columns(matrix).unwrap();
    let mut trees = Trees::default();
    trees.push(&tree(&codes, all_samples(slopes), limits, directions), 1.0);
    trees
}

/// The gain of the best of all splits of all rows, tried one by one.
fn naive_gain(matrix: &Matrix, slopes: &[(f64, f64)], l2: f64) -> f64 {
    let score = |rows: &[usize]| {
        let gradient: f64 = rows.iter().map(|row| slopes[*row].0).sum();
        let curvature: f64 = rows.iter().map(|row| slopes[*row].1).sum();
        if rows.is_empty() { f64::NEG_INFINITY } else { gradient * gradient / (curvature + l2) }
    };
    let all: Vec<usize> = (0..matrix.rows()).collect();
    let mut best = 0.0_f64;
    for column in 0..3 {
        for cut in 0..6 {
            for unknown_left in [false, true] {
                let (left, right): (Vec<usize>, Vec<usize>) = all.iter().partition(|row| {
                    matrix.get(**row, column).map_or(unknown_left, |value| value <= f64::from(cut))
                });
                let some_known =
                    |rows: &[usize]| rows.iter().any(|row| matrix.get(*row, column).is_some());
                // Unknown alone against all known is tried with unknown on the right only.
                if some_known(&left) {
                    best = best.max(score(&left) + score(&right) - score(&all));
                }
            }
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_first_split_is_the_best_there_is(seed in 0_u64..10_000, rows in 8_usize..60) {
        let (matrix, slopes) = data(rows, seed);
        let one = Limits { leaves_max: 2, ..limits() };
        let trees = grown(&matrix, &slopes, &one, &[0; 3]);
        let codes = Bins::fit(&matrix, 254).unwrap().rows(&matrix).unwrap();
        let values = trees.sums(&codes);
        let loss = |value: &dyn Fn(usize) -> f64| -> f64 {
            (0..rows).map(|row| 2.0 * slopes[row].0 * value(row) + slopes[row].1 * value(row).powi(2)).sum()
        };
        // Twice the objective that the tree took off, ridge of its leaves included.
        let mut leaves = values.clone();
        leaves.sort_by(f64::total_cmp);
        leaves.dedup();
        let tree = -(loss(&|row| values[row]) + leaves.iter().map(|value| value * value).sum::<f64>());
        let (gradient, curvature) =
            slopes.iter().fold((0.0, 0.0), |sum, slope| (sum.0 + slope.0, sum.1 + slope.1));
        let root = gradient * gradient / (curvature + 1.0);
        prop_assert!((tree - root - naive_gain(&matrix, &slopes, 1.0)).abs() < 1e-9);
    }

    #[test]
    fn flat_and_column_wise_descent_agree_and_attributions_sum_up(seed in 0_u64..10_000) {
        let (matrix, slopes) = data(150, seed);
        let trees = grown(&matrix, &slopes, &limits(), &[0; 3]);
        let bins = Bins::fit(&matrix, 254).unwrap();
        let (columns, rows) = (bins.columns(&matrix).unwrap(), bins.rows(&matrix).unwrap());
        let sums = trees.sums(&rows);
        let by_path = trees.by_path();
        for (row, sum) in sums.iter().enumerate() {
            prop_assert!((trees.value_of(0, &columns, row) - sum).abs() <= 0.0);
            let (codes, mut parts) = ([0, 1, 2].map(|column| columns.code(row, column)), [0.0; 3]);
            let found = [by_path.attribute(&codes, &mut parts), by_path.sum(&codes)];
            prop_assert_eq!(found.map(f64::to_bits), [sum.to_bits(); 2]);
            prop_assert!((trees.root_sum() + parts.iter().sum::<f64>() - sum).abs() < 1e-9);
        }
    }

    #[test]
    fn a_direction_holds_whatever_the_data(seed in 0_u64..10_000, sign in prop::sample::select(vec![-1_i8, 1])) {
        let (matrix, slopes) = data(200, seed);
        let trees = grown(&matrix, &slopes, &limits(), &[sign, 0, 0]);
        let bins = Bins::fit(&matrix, 254).unwrap();
        for row in 0..50 {
            let at = |value: f64| {
                let columns = [Some(value), matrix.get(row, 1), matrix.get(row, 2)];
                let columns = ["a", "b", "c"].into_iter().zip(columns);
                let columns = columns.map(|(name, value)| Column::optional(name, [value])).collect();
                trees.sums(&bins.rows(&Matrix::new(1, columns).unwrap()).unwrap())[0]
            };
            let values: Vec<f64> = (0..6).map(|value| at(f64::from(value))).collect();
            let kept = values.windows(2).all(|pair| (pair[1] - pair[0]) * f64::from(sign) >= -1e-12);
            prop_assert!(kept, "{values:?}");
        }
    }
}

/// The histogram of one column.
fn histogram(codes: &BinnedMatrix, column: usize, samples: &[Sample]) -> Histogram {
    histograms(&UsedGroup::all(&[column], codes), &WideCodes::of(codes), samples).remove(0)
}

#[test]
fn a_histogram_is_the_parent_less_the_other_child() {
    let (matrix, slopes) = data(100, 3);
    let codes = Bins::fit(&matrix, 254).unwrap().columns(&matrix).unwrap();
    let of = |rows: &[u32]| histogram(&codes, 0, &samples(rows.to_vec(), &slopes));
    let (left, right): (Vec<u32>, Vec<u32>) = (0..100).partition(|row| row % 3 == 0);
    let mut rest = of(&(0..100).collect::<Vec<_>>());
    subtract(&mut rest, &of(&left));
    for (found, wanted) in rest.iter().zip(of(&right)) {
        let Bin { gradient, curvature, rows } = wanted;
        assert!(
            (found.gradient - gradient).abs() < 1e-9 && (found.curvature - curvature).abs() < 1e-9
        );
        assert_eq!(found.rows, rows);
    }
}

/// As many columns as ten groups and a piece have, of `bins` values each and some unknown.
fn wide(rows: usize, bins: u32) -> (BinnedMatrix, Vec<Sample>) {
    let mut rng = stream(4, 1);
    let mut column = |index: usize| {
        let value = |rng: &mut ChaCha8Rng| {
            (rng.random::<f64>() < 0.9).then(|| f64::from(rng.random_range(0..bins)))
        };
        Column::optional(
            format!("c{index}"),
            (0..rows).map(|_| value(&mut rng)).collect::<Vec<_>>(),
        )
    };
    let matrix = Matrix::new(rows, (0..83).map(&mut column).collect()).unwrap();
    let slopes: Vec<(f64, f64)> = (0..rows).map(|_| (rng.random(), rng.random())).collect();
    let codes = Bins::fit(&matrix, 254).unwrap().columns(&matrix).unwrap();
    (codes, samples((0..).step_by(3).take(rows / 3), &slopes))
}

/// Row by row, bin by bin.
fn naive(codes: &BinnedMatrix, column: usize, samples: &[Sample]) -> Histogram {
    let mut bins = vec![Bin::default(); codes.codes_of(column)];
    samples
        .iter()
        .for_each(|sample| bins[usize::from(codes.code(sample.row as usize, column))].take(sample));
    bins
}

#[test]
fn sums_by_group_and_by_column_are_those_taken_row_by_row() {
    let (codes, samples) = wide(900, 254);
    let (columns, wide_codes) = ([0, 3, 7, 9, 64, 82], WideCodes::of(&codes));
    let groups = UsedGroup::all(&columns, &codes);
    assert_eq!(groups.len(), 4);
    let found = histograms(&groups, &wide_codes, &samples);
    // Rows that were summed up before leave nothing behind.
    let mut scratch = Scratch::new();
    scratch.sum(codes.column(1), &samples);
    for (column, found) in columns.into_iter().zip(found) {
        let wanted = naive(&codes, column, &samples);
        assert_eq!(found, wanted, "column {column}");
        scratch.sum(codes.column(column), &samples);
        assert_eq!(scratch.bins()[..wanted.len()], wanted);
        let rows = |code: &u8| wanted[usize::from(*code)].rows;
        let occupied: Vec<u8> = scratch.occupied().collect();
        assert!(occupied.is_sorted() && occupied.iter().all(|code| rows(code) > 0));
        assert_eq!(occupied.iter().map(rows).sum::<u32>(), 300, "no bin is passed over");
    }
}

/// Many rows are worked on in pieces: the tree is that of any number of threads.
#[test]
fn a_tree_of_many_rows_is_the_same_with_any_number_of_threads() {
    let (codes, samples) = wide(120_000, 40);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let grown = pool.install(|| tree(&codes, samples.clone(), &limits(), &[0; 83]));
        let mut trees = Trees::default();
        trees.push(&grown, 1.0);
        trees
    };
    let one = with(1);
    assert_eq!(one.nodes(), 15);
    assert_eq!(one, with(3));
}

#[test]
fn unknown_goes_where_it_belongs() {
    // Known values say nothing; unknown ones pull down.
    let values = (0..100).map(|row| (row % 4 != 0).then(|| f64::from(row % 5)));
    let zeros = || vec![0.0; 100];
    let columns = vec![
        Column::optional("a", values.collect::<Vec<_>>()),
        Column::known("b", zeros()),
        Column::known("c", zeros()),
    ];
    let matrix = Matrix::new(100, columns).unwrap();
    let slopes: Vec<_> = (0..100).map(|row| (if row % 4 == 0 { 1.0 } else { -0.1 }, 1.0)).collect();
    let trees = grown(&matrix, &slopes, &Limits { leaves_max: 2, ..limits() }, &[0; 3]);
    let codes = Bins::fit(&matrix, 254).unwrap().rows(&matrix).unwrap();
    let found = trees.sums(&codes);
    assert!(
        (found[0] + 25.0 / 26.0).abs() < 1e-9 && (found[1] - 7.5 / 76.0).abs() < 1e-9,
        "{:?}",
        &found[..2]
    );
}

#[test]
fn limits_are_kept() {
    let (matrix, slopes) = data(300, 5);
    let count = |limits: &Limits| grown(&matrix, &slopes, limits, &[0; 3]).nodes();
    assert_eq!(count(&Limits { leaves_max: 5, ..limits() }), 9);
    assert!(count(&Limits { depth_max: 1, ..limits() }) <= 3);
    assert_eq!(count(&Limits { leaf_rows_min: 151, ..limits() }), 1);
    assert_eq!(count(&Limits { gain_min: 1e12, ..limits() }), 1);
    assert_eq!(count(&Limits { leaf_weight_min: 1e12, ..limits() }), 1);
}

#[test]
fn the_border_lies_in_the_middle_of_a_gap() {
    let values = (0..100).map(f64::from).collect();
    let column = |name: &str| Column::known(name, vec![0.0; 100]);
    let matrix =
        Matrix::new(100, vec![Column::known("a", values), column("b"), column("c")]).unwrap();
    let bins = Bins::fit(&matrix, 254).unwrap();
    let (codes, rows) = (bins.columns(&matrix).unwrap(), bins.rows(&matrix).unwrap());
    let slopes: Vec<_> = (0..100).map(|row| (if row < 40 { 1.0 } else { -1.0 }, 1.0)).collect();
    let limits = Limits { leaves_max: 2, ..limits() };
    let mut trees = Trees::default();
    // Rows 20 to 59 are not learned from: row 39 goes with the left ones, row 40 with the right ones.
    let learned = samples((0..20).chain(60..100), &slopes);
    trees.push(&tree(&codes, learned, &limits, &[0; 3]), 1.0);
    let found = trees.sums(&rows);
    assert!(found[39] < 0.0 && found[40] > 0.0, "{:?}", &found[38..42]);
}
