//! The workspace's tests: what concerns more than one crate, and comparisons with independent values.

/// The examples of the README compile and run.
#[doc = include_str!("../README.md")]
#[cfg(doctest)]
pub struct Readme;

/// The program of the guide's chapter on solvers compiles and runs.
#[doc = include_str!("../docs/guide/adding-a-solver.md")]
#[cfg(doctest)]
pub struct AddingASolver;
