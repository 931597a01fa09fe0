//! Trees laid out for one row at a time. A row alone fills one of the eight lanes that rows descend in together; here eight
//! trees descend together instead, each node beside its value.

use super::super::super::bins::UNKNOWN;
use super::super::super::real::long;
use super::{Tree, TreeNode, Trees};

/// Trees that are descended together, so that the processor need not wait for one tree's next node.
const LANES: usize = 8;

/// Trees for one row at a time; they give what [`Trees`] give, bit by bit.
#[derive(Debug, Clone)]
pub(in super::super::super) struct PathTrees {
    nodes: Vec<PathNode>,
    groups: Vec<Group>,
}

/// A node with what is expected there.
#[derive(Debug, Clone, Copy)]
struct PathNode {
    value: f64,
    node: TreeNode,
}

/// Up to eight trees.
#[derive(Debug, Clone, Copy)]
struct Group {
    roots: [u32; LANES],
    trees: usize,
    /// Of the deepest.
    depth: usize,
}

impl Trees {
    /// The same trees for one row at a time.
    pub(in super::super::super) fn by_path(&self) -> PathTrees {
        let nodes = self.nodes.iter().zip(&self.values);
        let nodes = nodes.map(|(node, value)| PathNode { value: *value, node: *node }).collect();
        PathTrees { nodes, groups: self.trees.chunks(LANES).map(Group::new).collect() }
    }
}

impl Group {
    fn new(trees: &[Tree]) -> Self {
        let mut roots = [0; LANES];
        roots.iter_mut().zip(trees).for_each(|(root, tree)| *root = tree.root);
        let depth = trees.iter().map(|tree| long(tree.depth)).max().unwrap_or(0);
        Self { roots, trees: trees.len(), depth }
    }
}

impl PathTrees {
    /// The sum of all trees' values of a row of codes.
    pub(in super::super::super) fn sum(&self, codes: &[u8]) -> f64 {
        let mut sum = 0.0;
        for group in &self.groups {
            let mut places = group.roots;
            (0..group.depth).for_each(|_| self.step(&mut places, codes));
            places.iter().take(group.trees).for_each(|leaf| sum += self.at(*leaf).value);
        }
        sum
    }

    /// The same sum. Adds to each column what the nodes of that column changed on the row's way through every tree: the
    /// difference of what is expected below and above a node. So roots and changes together are the sum of the leaves.
    ///
    /// A. Saabas, "Interpreting random forests" (2014); A. Palczewska et al., "Interpreting random forest models using a
    /// feature contribution method", IEEE IRI (2013).
    pub(in super::super::super) fn attribute(&self, codes: &[u8], out: &mut [f64]) -> f64 {
        let deepest = self.groups.iter().map(|group| group.depth).max().unwrap_or(0);
        let mut levels = vec![[0; LANES]; deepest];
        let mut sum = 0.0;
        for group in &self.groups {
            let mut places = group.roots;
            for level in levels.iter_mut().take(group.depth) {
                self.step(&mut places, codes);
                *level = places;
            }
            for (lane, root) in group.roots.iter().enumerate().take(group.trees) {
                let (mut place, mut above) = (*root, self.at(*root));
                for next in levels.iter().take(group.depth).filter_map(|level| level.get(lane)) {
                    if *next == place {
                        break;
                    }
                    let below = self.at(*next);
                    if let Some(own) = out.get_mut(usize::from(above.node.column)) {
                        *own += below.value - above.value;
                    }
                    (place, above) = (*next, below);
                }
                sum += above.value;
            }
        }
        sum
    }

    /// One level down in every tree; a leaf leads to itself.
    #[inline(always)]
    fn step(&self, places: &mut [u32; LANES], codes: &[u8]) {
        for place in places {
            let node = self.at(*place).node;
            let code = codes.get(usize::from(node.column)).copied().unwrap_or(UNKNOWN);
            *place = node.next(code);
        }
    }

    /// Places are those of nodes; none leads elsewhere.
    #[inline(always)]
    fn at(&self, place: u32) -> PathNode {
        let leaf = || PathNode { value: 0.0, node: TreeNode::leaf(long(place)) };
        self.nodes.get(long(place)).copied().unwrap_or_else(leaf)
    }
}
