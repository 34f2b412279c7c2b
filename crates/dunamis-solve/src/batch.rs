//! Many reward vectors on one model: one call, and the kernel that the model's structure allows.

use crate::functional_graph::{DecisionGraph, GraphSolution, LostMove, Walk, evaluate_functional_graph};
use crate::stay_initialized::StayInitialized;
use crate::tile::{LANES, Lanes, TileSolution};
use crate::tiled_value_iteration::TiledValueIteration;
use dunamis_mdp::{Discount, TransitionModel};
use rayon::prelude::*;
use std::fmt;
use std::sync::Arc;

/// How a batch is solved; see [`BatchSolver::kernel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernel {
    /// Stay-initialized sweeps on tiles of [`LANES`] reward vectors, for deterministic models in which every state can stay.
    StayInitialized,
    /// Exact policy iteration on functional graphs, for all other deterministic models.
    FunctionalGraph,
    /// Gauss–Seidel value iteration with MacQueen–Porteus bounds on tiles of [`LANES`] reward vectors, for all others.
    TiledValueIteration,
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kernel::StayInitialized => "stay-initialized sweeps",
            Kernel::FunctionalGraph => "functional-graph policy iteration",
            Kernel::TiledValueIteration => "tiled value iteration",
        })
    }
}

/// A model prepared for solving many vectors of state rewards at one discount.
///
/// What a reward vector gets does not depend on the other vectors of its tile, on the number of threads, or on the
/// instruction set.
#[derive(Clone, Debug)]
pub struct BatchSolver {
    model: Arc<TransitionModel>,
    discount: f64,
    prepared: Prepared,
    /// Whether choices and ties are asked for.
    choices: bool,
}

/// A kernel with all that it knows of the model.
#[derive(Clone, Debug)]
enum Prepared {
    StayInitialized(StayInitialized),
    FunctionalGraph {
        /// Number of actions of each state.
        count: Vec<u32>,
    },
    TiledValueIteration(Box<TiledValueIteration>),
}

/// Scratch space of [`BatchSolver::solve_tile`].
#[derive(Clone, Debug, Default)]
pub struct BatchWorkspace {
    reward: Vec<f64>,
    graph: GraphSolution,
    next: Vec<u32>,
    value: Vec<f64>,
    walk: Walk,
}

impl BatchSolver {
    /// Chooses the kernel for a model. $`O(\mathrm{nnz})`$.
    pub fn new(model: Arc<TransitionModel>, discount: &Discount) -> Self {
        let discount = discount.value();
        let prepared = if let Some(kernel) = StayInitialized::new(&model, discount) {
            Prepared::StayInitialized(kernel)
        } else if model.is_deterministic() {
            Prepared::FunctionalGraph { count: move_counts(&model) }
        } else {
            Prepared::TiledValueIteration(Box::new(TiledValueIteration::new(&model, discount)))
        };
        BatchSolver { discount, prepared, choices: true, model }
    }

    /// Leaves out [`choice`](TileSolution::choice) and [`tied`](TileSolution::tied) where that saves time.
    #[must_use]
    pub fn values_only(mut self) -> Self {
        self.choices = false;
        self
    }

    /// The chosen kernel.
    pub fn kernel(&self) -> Kernel {
        match self.prepared {
            Prepared::StayInitialized(_) => Kernel::StayInitialized,
            Prepared::FunctionalGraph { .. } => Kernel::FunctionalGraph,
            Prepared::TiledValueIteration(_) => Kernel::TiledValueIteration,
        }
    }

    /// The model.
    pub fn model(&self) -> &Arc<TransitionModel> {
        &self.model
    }

    /// Solves one tile of state rewards, shape |S|.
    ///
    /// # Panics
    ///
    /// If `reward` does not have one entry per state.
    pub fn solve_tile(&self, reward: &[Lanes], solution: &mut TileSolution, workspace: &mut BatchWorkspace) {
        let n = self.model.states().len();
        assert_eq!(reward.len(), n, "one entry per state");
        match &self.prepared {
            Prepared::TiledValueIteration(kernel) => kernel.solve(&self.model, reward, solution),
            Prepared::StayInitialized(kernel) => {
                kernel.solve(reward, solution);
                if self.choices {
                    StayInitialized::choose(&self.model, reward, solution);
                }
            }
            Prepared::FunctionalGraph { count } => {
                let starts = self.model.available().starts();
                let graph = DecisionGraph {
                    first: &starts[..n],
                    count,
                    successor: self.model.matrix().indices(),
                    lost: LostMove::WorthNothing,
                };
                solution.reset(n);
                for lane in 0..LANES {
                    workspace.reward.clear();
                    workspace.reward.extend(reward.iter().map(|r| r[lane]));
                    graph.solve(&workspace.reward, self.discount, &mut workspace.graph);
                    let found = &workspace.graph;
                    for s in 0..n {
                        solution.value[s][lane] = found.value[s];
                        solution.choice[s][lane] = found.choice[s];
                        solution.ahead[s][lane] = found.value[found.next[s] as usize];
                    }
                    solution.tied[lane] = found.tied;
                    solution.error[lane] = found.error;
                    solution.sweeps = solution.sweeps.max(found.rounds);
                }
            }
        }
    }

    /// Values of given policies for one tile of state rewards, shape |S|: `choice` gives the action of each lane at each state,
    /// counted from the state's first pair. Fills `value`, `ahead` (the value of what follows) and `error`.
    ///
    /// # Panics
    ///
    /// If `reward` or `choice` does not have one entry per state, or a choice is no action of its state.
    pub fn evaluate_tile(
        &self,
        choice: &[[u32; LANES]],
        reward: &[Lanes],
        solution: &mut TileSolution,
        workspace: &mut BatchWorkspace,
    ) {
        let n = self.model.states().len();
        assert!(reward.len() == n && choice.len() == n, "one entry per state");
        match &self.prepared {
            Prepared::TiledValueIteration(kernel) => kernel.evaluate(&self.model, choice, reward, solution),
            Prepared::FunctionalGraph { .. } | Prepared::StayInitialized(_) => {
                let (starts, successor) = (self.model.available().starts(), self.model.matrix().indices());
                solution.reset(n);
                let BatchWorkspace { reward: own, next, value, walk, .. } = workspace;
                for lane in 0..LANES {
                    own.clear();
                    own.extend(reward.iter().map(|r| r[lane]));
                    next.clear();
                    next.extend((0..n).map(|s| {
                        let pair = starts[s] + choice[s][lane];
                        assert!(pair < starts[s + 1], "a choice among the actions");
                        successor[pair as usize]
                    }));
                    value.resize(n, 0.0);
                    evaluate_functional_graph(next, own, self.discount, value, walk);
                    for s in 0..n {
                        solution.value[s][lane] = value[s];
                        solution.ahead[s][lane] = value[next[s] as usize];
                    }
                    let scale = own.iter().fold(0.0_f64, |scale, r| scale.max(r.abs()));
                    // Every step on the way rounds three times; errors shrink with the discount as they are handed on.
                    solution.error[lane] = 8.0 * f64::EPSILON * scale / (1.0 - self.discount).powi(2);
                }
            }
        }
    }
}

/// Number of actions of each state.
fn move_counts(model: &TransitionModel) -> Vec<u32> {
    model.available().starts().windows(2).map(|w| w[1] - w[0]).collect()
}

/// Optimal values for many vectors of state rewards.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchSolution {
    states: usize,
    value: Vec<f64>,
    error: Vec<f64>,
    kernel: Kernel,
}

impl BatchSolution {
    /// Number of reward vectors.
    pub fn len(&self) -> usize {
        self.error.len()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.error.is_empty()
    }

    /// Optimal values for the `b`-th reward vector: shape |S|.
    pub fn value(&self, b: usize) -> &[f64] {
        &self.value[b * self.states..(b + 1) * self.states]
    }

    /// Bound on the distance of these values from the truth: every $`V^*(s)`$ lies within it of [`BatchSolution::value`].
    pub fn error(&self, b: usize) -> f64 {
        self.error[b]
    }

    /// The kernel that was used.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }
}

/// Optimal values of `model` for every vector of state rewards, in parallel.
///
/// `rewards` is shape B × |S|, one vector after the other. The result is the same for any number of threads. Time
/// $`O(B \cdot \mathrm{nnz})`$ per sweep; memory $`O(B |S|)`$ for the result. For streams of samples too long to keep, use a
/// [`BatchSolver`] tile by tile.
///
/// # Panics
///
/// If the length of `rewards` is not a multiple of |S|.
pub fn solve_batch(model: &Arc<TransitionModel>, rewards: &[f64], discount: &Discount) -> BatchSolution {
    let n = model.states().len();
    assert_eq!(rewards.len() % n, 0, "whole reward vectors");
    let batch = rewards.len() / n;
    let solver = BatchSolver::new(Arc::clone(model), discount).values_only();
    let mut value = vec![0.0; rewards.len()];
    let mut error = vec![0.0; batch];
    let tiles = value.par_chunks_mut(LANES * n).zip(error.par_chunks_mut(LANES)).zip(rewards.par_chunks(LANES * n));
    tiles.for_each_init(
        || (vec![[0.0; LANES]; n], TileSolution::default(), BatchWorkspace::default()),
        |(tile, solution, workspace), ((value, error), rewards)| {
            let lanes = error.len();
            for (s, column) in tile.iter_mut().enumerate() {
                // A tile that is not full repeats its last vector.
                *column = std::array::from_fn(|lane| rewards[lane.min(lanes - 1) * n + s]);
            }
            solver.solve_tile(tile, solution, workspace);
            error.copy_from_slice(&solution.error[..lanes]);
            for lane in 0..lanes {
                for s in 0..n {
                    value[lane * n + s] = solution.value[s][lane];
                }
            }
        },
    );
    BatchSolution { states: n, value, error, kernel: solver.kernel() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::StateId;
    use proptest::prelude::*;

    /// Random models, some of whose rows leak.
    fn model() -> impl Strategy<Value = Arc<TransitionModel>> {
        (1_usize..8).prop_flat_map(|n| {
            let row = (proptest::collection::vec(0_u32..4, n), 0_u32..3, 0..n);
            proptest::collection::vec(proptest::collection::vec(row, 1..4), n).prop_map(move |states| {
                let mut builder = TransitionModel::builder();
                for s in 0..n {
                    builder.state(&s.to_string()).unwrap();
                }
                for (s, rows) in states.iter().enumerate() {
                    for (action, (weights, leak, sure)) in rows.iter().enumerate() {
                        let (s, action) = (StateId::new(s), action.to_string());
                        let total = f64::from(weights.iter().sum::<u32>() + leak);
                        if total == 0.0 {
                            builder.transition(s, &action, StateId::new(*sure), 1.0).unwrap();
                            continue;
                        }
                        for (next, &weight) in weights.iter().enumerate() {
                            builder.transition(s, &action, StateId::new(next), f64::from(weight) / total).unwrap();
                        }
                        builder.leak(s, &action, f64::from(*leak) / total).unwrap();
                    }
                }
                Arc::new(builder.build().unwrap())
            })
        })
    }

    fn oracle(model: &TransitionModel, reward: &[f64], discount: f64) -> Vec<f64> {
        let mut value = vec![0.0; reward.len()];
        for _ in 0..4000 {
            let ahead = |pair: usize| {
                let (next, p) = model.row(pair);
                next.iter().zip(p).map(|(&next, p)| p * value[next as usize]).sum::<f64>()
            };
            value = model
                .state_ids()
                .map(|s| {
                    let best = model.available().pairs(s).map(ahead).fold(f64::NEG_INFINITY, f64::max);
                    reward[s.index()] + discount * best
                })
                .collect();
        }
        value
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_kernel_agrees_with_value_iteration(
            model in model(),
            rewards in proptest::collection::vec(-3.0..3.0_f64, 7 * 11),
            discount in prop_oneof![Just(0.0), Just(0.5), Just(0.9), Just(0.99)],
        ) {
            let n = model.states().len();
            let rewards = &rewards[..11 * n];
            let solution = solve_batch(&model, rewards, &Discount::new(discount).unwrap());
            prop_assert_eq!(solution.len(), 11);
            for b in 0..11 {
                prop_assert!(solution.error(b) < 1e-7);
                let expected = oracle(&model, &rewards[b * n..(b + 1) * n], discount);
                for (found, expected) in solution.value(b).iter().zip(expected) {
                    prop_assert!((found - expected).abs() <= solution.error(b) + 1e-10);
                }
            }
            // Given policies: the greedy ones have the optimal values, all others at most these.
            let solver = BatchSolver::new(Arc::clone(&model), &Discount::new(discount).unwrap());
            let column = |s: usize| std::array::from_fn(|l| rewards[l % 11 * n + s]);
            let reward: Vec<Lanes> = (0..n).map(column).collect();
            let (mut best, mut given) = (TileSolution::default(), TileSolution::default());
            let mut workspace = BatchWorkspace::default();
            solver.solve_tile(&reward, &mut best, &mut workspace);
            solver.evaluate_tile(&best.choice, &reward, &mut given, &mut workspace);
            let starts = model.available().starts();
            let last: Vec<[u32; LANES]> = starts.windows(2).map(|w| [w[1] - w[0] - 1; LANES]).collect();
            let mut other = TileSolution::default();
            solver.evaluate_tile(&last, &reward, &mut other, &mut workspace);
            for l in 0..LANES {
                prop_assert!(best.error[l] + given.error[l] + other.error[l] < 1e-6);
                for s in 0..n {
                    let error = best.error[l] + given.error[l];
                    prop_assert!((best.value[s][l] - given.value[s][l]).abs() <= error / (1.0 - discount) + 1e-10);
                    prop_assert!(other.value[s][l] <= best.value[s][l] + best.error[l] + other.error[l]);
                    let pair = (starts[s + 1] - 1) as usize;
                    let (next, p) = model.row(pair);
                    let ahead: f64 = next.iter().zip(p).map(|(&next, p)| p * other.value[next as usize][l]).sum();
                    prop_assert!((other.ahead[s][l] - ahead).abs() < 1e-9);
                    prop_assert!((reward[s][l] + discount * ahead - other.value[s][l]).abs() <= 2.0 * other.error[l] + 1e-12);
                }
            }
            // A reward vector gets the same bits whatever its company.
            let alone = solve_batch(&model, &rewards[3 * n..4 * n], &Discount::new(discount).unwrap());
            prop_assert_eq!(alone.value(0), solution.value(3));
        }
    }
}
