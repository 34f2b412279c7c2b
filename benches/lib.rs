//! Benchmarks, with fixed seeds and several sizes, run by `cargo bench -p dunamis-benches`.
//!
//! Machines differ and drift: compare numbers of one run only. `solvers` therefore contains a yardstick, a plain Jacobi value
//! iteration, on every model.
