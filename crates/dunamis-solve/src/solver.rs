//! What every solver is.

use crate::{Solution, SolveError};
use dunamis_mdp::{Criterion, Mdp};

/// Finds the optimal value of every state and the actions that attain it.
pub trait Solver {
    /// The registered name, as in configuration files.
    fn name(&self) -> &'static str;

    /// Solves an MDP for a criterion.
    ///
    /// # Errors
    ///
    /// [`SolveError::UnsupportedCriterion`], [`SolveError::Overflow`] or [`SolveError::Tolerance`]. A solver that runs out of
    /// iterations or precision returns true but wider bounds and says so in [`Solution::status`].
    fn solve(&self, mdp: &Mdp, criterion: &Criterion) -> Result<Solution, SolveError>;
}

/// One line of the registry [`SOLVERS`].
#[derive(Clone, Copy, Debug)]
pub struct SolverInfo {
    /// The registered name.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// The criteria it takes, by their short names: `discounted`, `average`, `total`, `finite-horizon`.
    pub criteria: &'static [&'static str],
}

impl SolverInfo {
    /// Whether the solver takes a criterion.
    pub fn supports(&self, criterion: &Criterion) -> bool {
        let name = match criterion {
            Criterion::Discounted(_) => "discounted",
            Criterion::Average => "average",
            Criterion::Total => "total",
            Criterion::FiniteHorizon { .. } => "finite-horizon",
            _ => return false,
        };
        self.criteria.contains(&name)
    }
}

/// Every solver of this crate.
pub const SOLVERS: &[SolverInfo] = &[];
