//! Solvers for finite Markov decision processes; every solution carries true bounds.

mod error;
mod solution;
mod solver;
mod tolerance;

pub use error::SolveError;
pub use solution::{Solution, Statistics, Termination, ValueBounds};
pub use solver::{SOLVERS, Solver, SolverInfo};
pub use tolerance::{Tolerance, value_scale};
