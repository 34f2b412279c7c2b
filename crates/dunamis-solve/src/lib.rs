//! Solvers for finite Markov decision processes; every solution carries true bounds.

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
