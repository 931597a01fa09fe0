//! Growing one tree, the leaf of the highest gain first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::super::bins::BinnedMatrix;
use super::super::real::{long, short};
use super::Limits;
use super::flat::TreeNode;
use super::histogram::{Bin, Histogram, histogram, subtract};
use super::split::{Bounds, Node, Split, best_split, value};

/// What a tree is grown on.
#[derive(Debug)]
pub(in super::super) struct Problem<'a> {
    pub(in super::super) codes: &'a BinnedMatrix,
    /// Gradient and curvature of every row of the matrix.
    pub(in super::super) slopes: &'a [(f64, f64)],
    /// The columns that this tree may use, ascending.
    pub(in super::super) columns: &'a [usize],
    /// -1, 0 or 1 for every column of the matrix.
    pub(in super::super) directions: &'a [i8],
    pub(in super::super) limits: &'a Limits,
    /// Whether columns are worked on by several threads. The result is the same.
    pub(in super::super) parallel: bool,
}

/// A tree as it was grown, its children side by side.
#[derive(Debug)]
pub(in super::super) struct Grown {
    pub(in super::super) nodes: Vec<TreeNode>,
    /// What is expected at each node: of a leaf its value, above that the mean of the two below by curvature.
    pub(in super::super) values: Vec<f64>,
    /// The rows given, sorted by leaf.
    pub(in super::super) rows: Vec<u32>,
    /// Each leaf and where its rows are.
    pub(in super::super) leaves: Vec<(usize, Range<usize>)>,
}

/// Grows a tree on `rows`, each at most once. `rng` draws the columns of each split where these are limited.
pub(in super::super) fn grow(problem: &Problem<'_>, rows: Vec<u32>, rng: &mut ChaCha8Rng) -> Grown {
    let mut growth = Growth::new(problem, rows);
    growth.open_root(rng);
    let mut leaves = 1;
    while leaves < problem.limits.leaves_max {
        let Some(open) = growth.open.pop() else { break };
        growth.split(open, rng);
        leaves += 1;
    }
    growth.finish()
}

/// Rows times columns from which summing them up is shared between threads.
const PARALLEL_MIN: usize = 1 << 15;

struct Growth<'a> {
    problem: &'a Problem<'a>,
    rows: Vec<u32>,
    nodes: Vec<TreeNode>,
    grown: Vec<GrownNode>,
    open: BinaryHeap<OpenLeaf>,
}

struct GrownNode {
    total: Bin,
    bounds: Bounds,
    depth: usize,
    rows: Range<usize>,
}

/// A leaf that can be split. Ordered by gain, then the older one first.
struct OpenLeaf {
    node: usize,
    split: Split,
    /// Of every column of the problem; empty where columns are drawn for each split.
    histograms: Vec<Histogram>,
}

impl PartialEq for OpenLeaf {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for OpenLeaf {}

impl PartialOrd for OpenLeaf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OpenLeaf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.split.gain.total_cmp(&other.split.gain).then(other.node.cmp(&self.node))
    }
}

impl<'a> Growth<'a> {
    fn new(problem: &'a Problem<'a>, rows: Vec<u32>) -> Self {
        let (nodes, grown, open) = (Vec::new(), Vec::new(), BinaryHeap::new());
        Self { problem, rows, nodes, grown, open }
    }

    fn open_root(&mut self, rng: &mut ChaCha8Rng) {
        let mut total = Bin::default();
        for (gradient, curvature) in self.slopes(0..self.rows.len()) {
            total.add(&Bin { gradient, curvature, rows: 1 });
        }
        let all = 0..self.rows.len();
        self.push(GrownNode { total, bounds: Bounds::NONE, depth: 0, rows: all });
        if self.may_split(0) {
            let histograms =
                if self.draws() { Vec::new() } else { self.histograms(0, self.problem.columns) };
            self.consider(0, histograms, rng);
        }
    }

    /// Splits a leaf and looks for the splits of its children.
    fn split(&mut self, open: OpenLeaf, rng: &mut ChaCha8Rng) {
        let Some((left, right)) = self.divide(open.node, &open.split) else { return };
        let (splits_left, splits_right) = (self.may_split(left), self.may_split(right));
        if self.draws() || !(splits_left || splits_right) {
            for (node, splits) in [(left, splits_left), (right, splits_right)] {
                if splits {
                    self.consider(node, Vec::new(), rng);
                }
            }
            return;
        }
        let left_is_small = self.size(left) <= self.size(right);
        let small = if left_is_small { left } else { right };
        let of_small = self.histograms(small, self.problem.columns);
        let mut of_large = open.histograms;
        of_large.iter_mut().zip(&of_small).for_each(|(whole, part)| subtract(whole, part));
        let (of_left, of_right) =
            if left_is_small { (of_small, of_large) } else { (of_large, of_small) };
        if splits_left {
            self.consider(left, of_left, rng);
        }
        if splits_right {
            self.consider(right, of_right, rng);
        }
    }

    /// Sorts a node's rows by the split and adds its children.
    fn divide(&mut self, node: usize, split: &Split) -> Option<(usize, usize)> {
        let parent = self.grown.get(node)?;
        let (range, depth) = (parent.rows.clone(), parent.depth + 1);
        let direction = self.problem.directions.get(split.column).copied().unwrap_or(0);
        let (below, above) = parent.bounds.below(split, direction, self.problem.limits.l2);
        let left = self.nodes.len();
        let rule = TreeNode::inner(split.column, split.code, split.unknown_left, left);
        let codes = self.problem.codes.column(split.column);
        let right = |row: &u32| rule.goes_right(codes.get(long(*row)).copied().unwrap_or(0));
        let rows = self.rows.get_mut(range.clone())?;
        let moved: Vec<u32> = rows.iter().copied().filter(|row| right(row)).collect();
        let kept: Vec<u32> = rows.iter().copied().filter(|row| !right(row)).collect();
        let middle = range.start + kept.len();
        rows.iter_mut().zip(kept.into_iter().chain(moved)).for_each(|(row, to)| *row = to);
        *self.nodes.get_mut(node)? = rule;
        let halves =
            [(split.left, below, range.start..middle), (split.right, above, middle..range.end)];
        for (total, bounds, rows) in halves {
            self.push(GrownNode { total, bounds, depth, rows });
        }
        Some((left, left + 1))
    }

    /// Looks for a node's best split and opens it when there is one.
    fn consider(&mut self, node: usize, histograms: Vec<Histogram>, rng: &mut ChaCha8Rng) {
        let Some(grown) = self.grown.get(node) else { return };
        let at = Node { limits: self.problem.limits, total: grown.total, bounds: grown.bounds };
        let split = match self.problem.limits.split_columns {
            Some(count) => self.best_drawn(at, node, count, rng),
            None => self.best(at, self.problem.columns, &histograms),
        };
        if let Some(split) = split {
            self.open.push(OpenLeaf { node, split, histograms });
        }
    }

    /// The best split by `count` columns drawn; where none of these can split the node, the others are drawn one by one.
    /// Else a node whose drawn columns are all the same in its rows would stay a leaf (L. Breiman's forests go on too).
    fn best_drawn(
        &self,
        at: Node<'_>,
        node: usize,
        count: usize,
        rng: &mut ChaCha8Rng,
    ) -> Option<Split> {
        let order = shuffled(self.problem.columns, rng);
        let (first, rest) = order.split_at(count.min(order.len()));
        let mut first = first.to_vec();
        first.sort_unstable();
        let best = |columns: &[usize]| self.best(at, columns, &self.histograms(node, columns));
        best(&first).or_else(|| rest.iter().find_map(|column| best(&[*column])))
    }

    fn best(&self, at: Node<'_>, columns: &[usize], histograms: &[Histogram]) -> Option<Split> {
        let splits = columns.iter().zip(histograms).filter_map(|(column, bins)| {
            let direction = self.problem.directions.get(*column).copied().unwrap_or(0);
            best_split(at, *column, bins, direction)
        });
        splits.reduce(|best, next| if next.gain > best.gain { next } else { best })
    }

    fn histograms(&self, node: usize, columns: &[usize]) -> Vec<Histogram> {
        let range = self.grown.get(node).map_or(0..0, |grown| grown.rows.clone());
        let rows = self.rows.get(range.clone()).unwrap_or(&[]);
        let slopes: Vec<(f64, f64)> = self.slopes(range).collect();
        let of = |column: &usize| histogram(self.problem.codes, *column, rows, &slopes);
        if self.problem.parallel && rows.len() * columns.len() >= PARALLEL_MIN {
            columns.par_iter().map(of).collect()
        } else {
            columns.iter().map(of).collect()
        }
    }

    fn slopes(&self, range: Range<usize>) -> impl Iterator<Item = (f64, f64)> + '_ {
        let rows = self.rows.get(range).unwrap_or(&[]);
        rows.iter().filter_map(|row| self.problem.slopes.get(long(*row)).copied())
    }

    fn push(&mut self, node: GrownNode) {
        self.nodes.push(TreeNode::leaf(self.nodes.len()));
        self.grown.push(node);
    }

    fn size(&self, node: usize) -> usize {
        self.grown.get(node).map_or(0, |grown| grown.rows.len())
    }

    fn draws(&self) -> bool {
        self.problem.limits.split_columns.is_some()
    }

    fn may_split(&self, node: usize) -> bool {
        let limits = self.problem.limits;
        self.grown.get(node).is_some_and(|grown| {
            grown.depth < limits.depth_max
                && grown.rows.len() >= 2 * limits.leaf_rows_min.max(1)
                && grown.total.curvature >= 2.0 * limits.leaf_weight_min
                && (!self.draws() || grown.total.is_mixed(limits.gain_min))
        })
    }

    fn finish(self) -> Grown {
        let l2 = self.problem.limits.l2;
        let own = self.grown.iter().map(|node| value(&node.total, l2, node.bounds));
        let mut values: Vec<f64> = own.collect();
        let mut leaves = Vec::new();
        for (index, node) in self.nodes.iter().enumerate().rev() {
            match node.children(index) {
                Some((left, right)) => {
                    let mean = self.mean_of(&values, left, right);
                    values.iter_mut().skip(index).take(1).for_each(|value| *value = mean);
                }
                None => leaves.extend(self.grown.get(index).map(|node| (index, node.rows.clone()))),
            }
        }
        Grown { nodes: self.nodes, values, rows: self.rows, leaves }
    }

    /// The mean of two nodes' values by curvature.
    fn mean_of(&self, values: &[f64], left: usize, right: usize) -> f64 {
        let of = |node: usize| {
            let weight = self.grown.get(node).map_or(0.0, |node| node.total.curvature);
            (weight, values.get(node).copied().unwrap_or(0.0))
        };
        let ((left_weight, left), (right_weight, right)) = (of(left), of(right));
        let total = left_weight + right_weight;
        let share = if total > 0.0 { right_weight / total } else { 0.5 };
        left + share * (right - left)
    }
}

/// The columns in a random order.
fn shuffled(columns: &[usize], rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut pool = columns.to_vec();
    for place in 0..pool.len() {
        let other = rng.random_range(place..pool.len());
        pool.swap(place, other);
    }
    pool
}

/// Numbers of rows as a tree takes them.
pub(in super::super) fn all_rows(rows: usize) -> Vec<u32> {
    (0..rows).map(short).collect()
}
