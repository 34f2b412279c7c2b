//! What every solver is, and the registry of those of this crate.

use crate::{
    AndersonAcceleration, Auto, AverageReward, FiniteHorizon, IntervalIteration, LinearProgramming,
    ModifiedPolicyIteration, Observer, OptimisticValueIteration, PolicyIteration, PrioritizedSweeping,
    RelativeValueIteration, Solution, SolveError, Tolerance, TopologicalValueIteration, TotalReward, ValueIteration,
};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Finds the optimal value of every state and the actions that attain it. What it promises is checked, for any solver, by the
/// [`conformance`](crate::conformance) suite.
pub trait Solver: Sync {
    /// The registered name, as in configuration files.
    fn name(&self) -> &'static str;

    /// Solves an MDP for a criterion, watched by an observer.
    ///
    /// # Errors
    ///
    /// [`SolveError::UnsupportedCriterion`], [`SolveError::Overflow`] or [`SolveError::Tolerance`]. A solver that runs out of
    /// iterations or precision, or is interrupted, returns true but wider bounds and says so in [`Solution::status`].
    fn solve_observed(&self, mdp: &Mdp, criterion: &Criterion, observer: &dyn Observer)
    -> Result<Solution, SolveError>;

    /// Solves an MDP for a criterion.
    ///
    /// # Errors
    ///
    /// As for [`Solver::solve_observed`].
    fn solve(&self, mdp: &Mdp, criterion: &Criterion) -> Result<Solution, SolveError> {
        self.solve_observed(mdp, criterion, &())
    }
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

/// The settings that every solver has.
struct Limits<'a> {
    tolerance: &'a mut Tolerance,
    tie_tolerance: &'a mut Tolerance,
    max_iterations: &'a mut usize,
}

/// Declares the registry, the configuration of every solver, and how a name becomes one: a line per solver.
macro_rules! solvers {
    ($($name:literal $solver:ident for $($criterion:literal)+: $summary:literal;)+) => {
        /// Every solver of this crate, in the order in which they are listed.
        pub const SOLVERS: &[SolverInfo] =
            &[$(SolverInfo { name: $name, summary: $summary, criteria: &[$($criterion),+] }),+];

        /// A solver with its settings, as written in configuration files: `solver = "value-iteration"` and the settings
        /// beside it.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "solver", rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum SolverConfig {
            $(#[doc = concat!("See [`", stringify!($solver), "`].")] $solver($solver)),+
        }

        impl SolverConfig {
            /// A registered solver with its default settings.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(SolverConfig::$solver($solver::default())),)+
                    _ => None,
                }
            }

            fn solver(&self) -> &dyn Solver {
                match self {
                    $(SolverConfig::$solver(solver) => solver),+
                }
            }

            fn limits(&mut self) -> Limits<'_> {
                match self {
                    $(SolverConfig::$solver($solver { tolerance, tie_tolerance, max_iterations, .. }) => {
                        Limits { tolerance, tie_tolerance, max_iterations }
                    })+
                }
            }
        }
    };
}

solvers! {
    "auto" Auto for "discounted" "average" "total" "finite-horizon":
        "chooses by criterion, model and discount, and says why";
    "value-iteration" ValueIteration for "discounted":
        "Jacobi or Gauss–Seidel backups with MacQueen–Porteus bounds";
    "policy-iteration" PolicyIteration for "discounted":
        "Howard's policy iteration with a choice of evaluation methods";
    "modified-policy-iteration" ModifiedPolicyIteration for "discounted":
        "greedy policies evaluated by a few sweeps; the best all-round method";
    "topological-value-iteration" TopologicalValueIteration for "discounted":
        "strongly connected components one after the other, each with bounds of its own";
    "anderson-acceleration" AndersonAcceleration for "discounted":
        "value iteration with combinations of earlier sweeps, safeguarded";
    "prioritized-sweeping" PrioritizedSweeping for "discounted":
        "asynchronous value iteration where the Bellman error is largest";
    "interval-iteration" IntervalIteration for "discounted":
        "lower and upper bounds backed up with outward rounding until they meet";
    "optimistic-value-iteration" OptimisticValueIteration for "discounted":
        "a lower bound by value iteration, an upper bound guessed and proved";
    "average-reward" AverageReward for "average":
        "optimal gain of every state, multichain, by end components";
    "relative-value-iteration" RelativeValueIteration for "average":
        "optimal gain of every state, multichain, by sweeps of each end component";
    "linear-programming" LinearProgramming for "discounted" "average":
        "primal or dual program by an interior-point method, certified and finished by policies";
    "total-reward" TotalReward for "total":
        "undiscounted sum of rewards, infinite where it diverges";
    "finite-horizon" FiniteHorizon for "finite-horizon":
        "backward induction; the optimal actions of the first stage";
}

impl SolverConfig {
    /// The default solver for a criterion; `None` if no solver takes it.
    pub fn for_criterion(criterion: &Criterion) -> Option<Self> {
        SOLVERS.iter().find(|solver| solver.supports(criterion)).and_then(|solver| Self::from_name(solver.name))
    }

    /// The same solver with other tolerances; `None` keeps what is set.
    pub fn with_tolerances(mut self, tolerance: Option<Tolerance>, tie_tolerance: Option<Tolerance>) -> Self {
        let limits = self.limits();
        *limits.tolerance = tolerance.unwrap_or(*limits.tolerance);
        *limits.tie_tolerance = tie_tolerance.unwrap_or(*limits.tie_tolerance);
        self
    }

    /// The same solver with another limit on its iterations.
    pub fn with_max_iterations(mut self, max_iterations: usize) -> Self {
        *self.limits().max_iterations = max_iterations;
        self
    }
}

impl Solver for SolverConfig {
    fn name(&self) -> &'static str {
        self.solver().name()
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        self.solver().solve_observed(mdp, criterion, observer)
    }
}
