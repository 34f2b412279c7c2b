//! The Python package `dunamis`: the same engine with NumPy arrays in and out.
//!
//! This crate is the extension module `dunamis._dunamis`. The package around it, in `python/dunamis`, says what is public, has the
//! types of everything (`_dunamis.pyi`), and converts to and from what other packages have.
//!
//! | module | noun |
//! |---|---|
//! | `model` | `Mdp`: from arrays, tables, graphs and files, and back |
//! | `joint_model` | `JointModel`: two agents in one environment |
//! | `environment` | `load`, `gridworld` and what there is |
//! | `transitions`, `reward`, `sparse_matrix`, `array`, `number`, `state`, `policy` | arguments as typed things |
//! | `solve`, `solution`, `exact_solution`, `evaluation`, `visit_distribution` | the functions and what they return |
//! | `power`, `multi_agent_power` | POWER of one agent and of two |
//! | `reward_law`, `sampling` | laws of rewards, functions among them, and how they are sampled |
//! | `certify`, `tendency`, `optimality_probability`, `certificate`, `verify` | what can be proved and counted of orbits |
//! | `goals`, `goal_description`, `goal_sample`, `goal_prediction` | the goals compatible with training |
//! | `comparing`, `decision`, `exact` | what is compared, how options are chosen, and exact numbers |
//! | `picture`, `frame` | how notebooks show results |
//! | `interrupt` | Python's lock, Ctrl-C and progress |
//! | `error` | exceptions |
//!
//! # Invariants
//!
//! - Every error is an exception that names the argument or the place, with the message of the command line; no input panics.
//! - Results never change, so that NumPy may look at their numbers without a copy.
//! - The same arguments give the same bytes as the command line.

#![allow(
    clippy::doc_link_with_quotes,
    clippy::doc_markdown,
    clippy::doc_lazy_continuation,
    clippy::missing_errors_doc,
    reason = "comments of what Python sees are its docstrings, which are no Markdown"
)]

mod array;
mod certificate;
mod certify;
mod comparing;
mod decision;
mod environment;
mod error;
mod evaluation;
mod exact;
mod exact_solution;
mod frame;
mod goal_description;
mod goal_prediction;
mod goal_sample;
mod goals;
mod interrupt;
mod joint_model;
mod model;
mod multi_agent_power;
mod number;
mod optimality_probability;
mod picture;
mod policy;
mod power;
mod reward;
mod reward_law;
mod sampling;
mod solution;
mod solve;
mod sparse_matrix;
mod state;
mod tendency;
mod transitions;
mod verify;
mod visit_distribution;

/// The extension module.
#[pyo3::pymodule]
mod _dunamis {
    #[pymodule_export]
    use crate::certificate::{Certificate, VerifiedClaim};
    #[pymodule_export]
    use crate::certify::certify;
    #[pymodule_export]
    use crate::environment::{environments, formats, gridworld, load};
    #[pymodule_export]
    use crate::evaluation::{Evaluation, evaluate};
    #[pymodule_export]
    use crate::exact_solution::{ExactSolution, solve_exact};
    #[pymodule_export]
    use crate::goal_description::{GoalConstraint, GoalDescription, ShutdownDescription, VisitThreshold};
    #[pymodule_export]
    use crate::goal_prediction::GoalPrediction;
    #[pymodule_export]
    use crate::goal_sample::GoalSample;
    #[pymodule_export]
    use crate::goals::{GoalSet, goals};
    #[pymodule_export]
    use crate::joint_model::{JointModel, joint_gridworld, load_joint};
    #[pymodule_export]
    use crate::model::Mdp;
    #[pymodule_export]
    use crate::multi_agent_power::{Alignment, MultiAgentPower, multi_agent_power};
    #[pymodule_export]
    use crate::optimality_probability::{OptimalityProbability, optimality_probability};
    #[pymodule_export]
    use crate::picture::Picture;
    #[pymodule_export]
    use crate::power::{Power, power};
    #[pymodule_export]
    use crate::solution::{Solution, Verification};
    #[pymodule_export]
    use crate::solve::{solve, solvers};
    #[pymodule_export]
    use crate::tendency::{Tendency, tendency};
    #[pymodule_export]
    use crate::verify::verify;
    #[pymodule_export]
    use crate::visit_distribution::{VisitDistribution, visit_distribution};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
