//! What every solver is.

use crate::{
    AverageReward, FiniteHorizon, ModifiedPolicyIteration, PolicyIteration, Solution, SolveError, Tolerance,
    TotalReward, ValueIteration,
};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

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

/// Every solver of this crate, in the order in which they are listed.
pub const SOLVERS: &[SolverInfo] = &[
    SolverInfo {
        name: "value-iteration",
        summary: "Jacobi or Gauss–Seidel backups with MacQueen–Porteus bounds",
        criteria: &["discounted"],
    },
    SolverInfo {
        name: "policy-iteration",
        summary: "Howard's policy iteration with a choice of evaluation methods",
        criteria: &["discounted"],
    },
    SolverInfo {
        name: "modified-policy-iteration",
        summary: "greedy policies evaluated by a few sweeps; the best all-round method",
        criteria: &["discounted"],
    },
    SolverInfo {
        name: "average-reward",
        summary: "optimal gain of every state, multichain, by end components",
        criteria: &["average"],
    },
    SolverInfo {
        name: "total-reward",
        summary: "undiscounted sum of rewards, infinite where it diverges",
        criteria: &["total"],
    },
    SolverInfo {
        name: "finite-horizon",
        summary: "backward induction; the optimal actions of the first stage",
        criteria: &["finite-horizon"],
    },
];

/// A solver with its settings, as written in configuration files: `solver = "value-iteration"` and the settings beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "solver", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SolverConfig {
    /// See [`ValueIteration`].
    ValueIteration(ValueIteration),
    /// See [`PolicyIteration`].
    PolicyIteration(PolicyIteration),
    /// See [`ModifiedPolicyIteration`].
    ModifiedPolicyIteration(ModifiedPolicyIteration),
    /// See [`AverageReward`].
    AverageReward(AverageReward),
    /// See [`TotalReward`].
    TotalReward(TotalReward),
    /// See [`FiniteHorizon`].
    FiniteHorizon(FiniteHorizon),
}

impl SolverConfig {
    /// A registered solver with its default settings.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "value-iteration" => SolverConfig::ValueIteration(ValueIteration::default()),
            "policy-iteration" => SolverConfig::PolicyIteration(PolicyIteration::default()),
            "modified-policy-iteration" => SolverConfig::ModifiedPolicyIteration(ModifiedPolicyIteration::default()),
            "average-reward" => SolverConfig::AverageReward(AverageReward::default()),
            "total-reward" => SolverConfig::TotalReward(TotalReward::default()),
            "finite-horizon" => SolverConfig::FiniteHorizon(FiniteHorizon::default()),
            _ => return None,
        })
    }

    /// The default solver for a criterion; `None` if no solver takes it.
    pub fn for_criterion(criterion: &Criterion) -> Option<Self> {
        let name = match criterion {
            // Exact evaluation stays fast at every discount; large models choose modified policy iteration by name.
            Criterion::Discounted(_) => "policy-iteration",
            _ => SOLVERS.iter().find(|solver| solver.supports(criterion))?.name,
        };
        Self::from_name(name)
    }

    /// The same solver with other tolerances; `None` keeps what is set.
    pub fn with_tolerances(mut self, tolerance: Option<Tolerance>, tie_tolerance: Option<Tolerance>) -> Self {
        let (gap, tie) = match &mut self {
            SolverConfig::ValueIteration(s) => (&mut s.tolerance, &mut s.tie_tolerance),
            SolverConfig::PolicyIteration(s) => (&mut s.tolerance, &mut s.tie_tolerance),
            SolverConfig::ModifiedPolicyIteration(s) => (&mut s.tolerance, &mut s.tie_tolerance),
            SolverConfig::AverageReward(s) => (&mut s.tolerance, &mut s.tie_tolerance),
            SolverConfig::TotalReward(s) => (&mut s.tolerance, &mut s.tie_tolerance),
            SolverConfig::FiniteHorizon(s) => (&mut s.tolerance, &mut s.tie_tolerance),
        };
        *gap = tolerance.unwrap_or(*gap);
        *tie = tie_tolerance.unwrap_or(*tie);
        self
    }

    /// The same solver with another limit on its iterations.
    pub fn with_max_iterations(mut self, max_iterations: usize) -> Self {
        match &mut self {
            SolverConfig::ValueIteration(s) => s.max_iterations = max_iterations,
            SolverConfig::PolicyIteration(s) => s.max_iterations = max_iterations,
            SolverConfig::ModifiedPolicyIteration(s) => s.max_iterations = max_iterations,
            SolverConfig::AverageReward(s) => s.max_iterations = max_iterations,
            SolverConfig::TotalReward(s) => s.max_iterations = max_iterations,
            SolverConfig::FiniteHorizon(s) => s.max_iterations = max_iterations,
        }
        self
    }

    fn solver(&self) -> &dyn Solver {
        match self {
            SolverConfig::ValueIteration(solver) => solver,
            SolverConfig::PolicyIteration(solver) => solver,
            SolverConfig::ModifiedPolicyIteration(solver) => solver,
            SolverConfig::AverageReward(solver) => solver,
            SolverConfig::TotalReward(solver) => solver,
            SolverConfig::FiniteHorizon(solver) => solver,
        }
    }
}

impl Solver for SolverConfig {
    fn name(&self) -> &'static str {
        self.solver().name()
    }

    fn solve(&self, mdp: &Mdp, criterion: &Criterion) -> Result<Solution, SolveError> {
        self.solver().solve(mdp, criterion)
    }
}
