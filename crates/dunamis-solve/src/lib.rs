//! Solvers for finite Markov decision processes; every solution carries true bounds.

mod error;
mod solution;
mod solver;
mod tolerance;

pub use error::SolveError;
pub use solution::{Solution, Statistics, Termination, ValueBounds};
pub use solver::{SOLVERS, Solver, SolverInfo};
pub use tolerance::{Tolerance, value_scale};

mod batch;
mod functional_graph;
mod tile;

pub use batch::{BatchSolution, BatchSolver, BatchWorkspace, Kernel, solve_batch};
pub use functional_graph::{DecisionGraph, GraphSolution, LOST, TIE_TOLERANCE, Walk, evaluate_functional_graph};
pub use tile::{GAP, LANES, Lanes, TileSolution};
