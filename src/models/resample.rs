//! Rows in place of weights, for estimators of linfa that know none.

use rand::RngExt;

use super::labels::Labels;
use super::random::stream;
use super::real::real;

/// Rows that stand for the weighted rows: at most `rows_max`, every row as often as its weight asks for.
///
/// Systematic sampling (W. G. Cochran, "Sampling Techniques", 3rd ed., chapter 8): the weights are laid end to end, the
/// legitimate rows before the fraudulent ones, and one row is taken every `total / count`, from a start that the seed
/// draws. Expectations are those of the weights, both classes keep their share to within one row, and rows of one weight
/// are taken once each where there is room.
pub(super) fn resampled(labels: &Labels, rows_max: usize, seed: u64) -> Vec<usize> {
    let of = |wanted: bool| {
        let rows = labels.iter().enumerate();
        rows.filter(move |(_, (fraud, weight))| *fraud == wanted && *weight > 0.0)
            .map(|(row, (_, weight))| (row, weight))
    };
    let ordered: Vec<(usize, f64)> = of(false).chain(of(true)).collect();
    let even = ordered.windows(2).all(|pair| matches!(pair, [a, b] if a.1.total_cmp(&b.1).is_eq()));
    if even && ordered.len() <= rows_max {
        let mut rows: Vec<usize> = ordered.into_iter().map(|(row, _)| row).collect();
        rows.sort_unstable();
        return rows;
    }
    let total: f64 = ordered.iter().map(|(_, weight)| weight).sum();
    let step = total / real(ordered.len().min(rows_max));
    let mut next = step * stream(seed, 0).random::<f64>();
    let mut passed = 0.0;
    let mut rows = Vec::with_capacity(ordered.len().min(rows_max) + 1);
    for (row, weight) in ordered {
        passed += weight;
        while next < passed {
            rows.push(row);
            next += step;
        }
    }
    rows.sort_unstable();
    rows
}

/// Rows of a large slice evenly spaced, at most `rows_max`.
pub(super) fn spaced(rows: usize, rows_max: usize) -> Vec<usize> {
    let wanted = rows.min(rows_max);
    // Whole numbers: 26 times 15/26 is less than 15 in floats, and a row would be passed over.
    (0..wanted).map(|index| index.saturating_mul(rows) / wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::super::labels::Labels;
    use super::{resampled, spaced};

    #[test]
    fn rows_of_one_weight_are_taken_once_each() {
        let labels = Labels::weighted(vec![true, false, false], vec![2.5; 3]).unwrap();
        assert_eq!(resampled(&labels, 10, 1), [0, 1, 2]);
    }

    #[test]
    fn a_row_comes_as_often_as_its_weight_asks_for() {
        let weights = (0..1_000).map(|row| f64::from(row % 4)).collect();
        let fraud = (0..1_000).map(|row| row % 10 == 0).collect();
        let labels = Labels::weighted(fraud, weights).unwrap();
        let rows = resampled(&labels, 750, 3);
        assert!((749..=751).contains(&rows.len()));
        let mut times = vec![0_usize; 1_000];
        rows.iter().for_each(|row| times[*row] += 1);
        // 750 rows that count, of weight 2 on average: a step of 2.
        for (row, times) in times.iter().enumerate() {
            let allowed = [0..=0, 0..=1, 1..=1, 1..=2][row % 4].clone();
            assert!(allowed.contains(times), "row {row}: {times}");
        }
        let share = |of: &Labels| of.base_rate();
        let drawn = Labels::new(labels.select(&rows).fraud().to_vec());
        assert!((share(&drawn) - share(&labels)).abs() < 2.0 / 750.0);
    }

    #[test]
    fn spaced_rows_span_the_slice() {
        assert_eq!(spaced(10, 5), [0, 2, 4, 6, 8]);
        assert_eq!(spaced(3, 5), [0, 1, 2]);
        for rows in 0..500 {
            assert!(spaced(rows, rows).into_iter().eq(0..rows), "{rows}");
        }
    }
}
