//! Solvers for finite Markov decision processes; every solution carries true bounds.
//!
//! For the discounted criterion a solver finds the fixed point of the Bellman operator,
//!
//! ```math
//! V^*(s) = \max_{a \in A(s)} \Bigl( r(s,a) + \gamma \sum_{s'} T(s'|s,a) V^*(s') \Bigr),
//! ```
//!
//! and for average reward the largest long-run reward per step of every state. Whatever the method, a [`Solution`] is
//! certified by a computation of its own: lower and upper bounds that include all rounding, the actions within a stated
//! tolerance of the best, and the reason for stopping.
//!
//! ```
//! use dunamis_mdp::{Criterion, Discount, Mdp, Reward, TransitionModel};
//! use dunamis_solve::{ModifiedPolicyIteration, Solver, Termination};
//! let mut builder = TransitionModel::builder();
//! let (here, there) = (builder.state("here")?, builder.state("there")?);
//! builder.transition(here, "stay", here, 1.0)?;
//! builder.transition(here, "go", there, 1.0)?;
//! builder.transition(there, "stay", there, 1.0)?;
//! let model = builder.build()?;
//! let reward = Reward::state(&model, [0.0, 1.0])?;
//! let mdp = Mdp::new(model, reward)?;
//! let criterion = Criterion::from("0.9".parse::<Discount>()?);
//! let solution = ModifiedPolicyIteration::default().solve(&mdp, &criterion)?;
//! assert_eq!(solution.status, Termination::Converged);
//! assert!(solution.bounds.lower[0] <= 9.0 && 9.0 <= solution.bounds.upper[0]);
//! assert_eq!(solution.optimal, [false, true, true]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `solver` | [`Solver`], [`SolverConfig`], the registry [`SOLVERS`] |
//! | `value_iteration`, `policy_iteration`, `modified_policy_iteration` | discounted solvers |
//! | `average_reward` | [`AverageReward`]: multichain gain by end components |
//! | `evaluation` | [`PolicyEvaluation`], [`EvaluationMethod`] |
//! | `bounds` | [`bellman_bounds`]: the certificate, with its proof |
//! | `exact` | [`solve_exact`]: the oracle in rationals |
//! | `solution`, `tolerance`, `error` | [`Solution`], [`Tolerance`], [`SolveError`] |
//! | `batch`, `tile`, `functional_graph` | [`solve_batch`]: many reward vectors on one model |
//!
//! # Invariants
//!
//! - Bounds are true for the model as it was written (exact probabilities, rewards and discount), whatever the status.
//! - Nothing here draws random numbers, prints, or reads or writes files; running out of iterations is a status, no error.
//! - Sums run in a fixed order without fused operations, so results do not depend on threads or instruction sets (but for
//!   sparse factorizations, which only [`EvaluationMethod::SparseDirect`] and [`AverageReward`] on large stochastic models use).

mod average_reward;
mod bellman;
mod bounds;
mod end_components;
mod error;
mod evaluation;
mod exact;
mod linear;
mod modified_policy_iteration;
mod policy_iteration;
mod solution;
mod solver;
mod tolerance;
mod value_iteration;

pub use average_reward::AverageReward;
pub use bounds::bellman_bounds;
pub use error::SolveError;
pub use evaluation::{Evaluation, EvaluationMethod, PolicyEvaluation};
pub use exact::{ExactSolution, solve_exact};
pub use modified_policy_iteration::ModifiedPolicyIteration;
pub use policy_iteration::PolicyIteration;
pub use solution::{Solution, Statistics, Termination, ValueBounds};
pub use solver::{SOLVERS, Solver, SolverConfig, SolverInfo};
pub use tolerance::{Tolerance, value_scale};
pub use value_iteration::{Sweep, ValueIteration};

mod batch;
mod functional_graph;
mod tile;

pub use batch::{BatchSolution, BatchSolver, BatchWorkspace, Kernel, solve_batch};
pub use functional_graph::{
    DecisionGraph, GraphSolution, LOST, LostMove, TIE_TOLERANCE, Walk, evaluate_functional_graph,
};
pub use tile::{GAP, LANES, Lanes, TileSolution};
