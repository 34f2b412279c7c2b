//! Solvers for finite Markov decision processes; every solution carries true bounds.
//!
//! For state or state-action rewards $`r`$ and a discount $`\gamma`$ the optimal value is the fixed point of
//!
//! ```math
//! V^*(s) = (TV^*)(s) = \max_a \Bigl( r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, V^*(s') \Bigr).
//! ```
//!
//! A [`Solver`] takes an MDP and a criterion and returns a [`Solution`]: a value inside lower and upper bounds that hold with
//! every rounding error counted, the actions that are optimal within a stated tolerance, a status, and statistics. For many
//! reward vectors on one model there is [`solve_batch`].
//!
//! ```
//! use dunamis_mdp::{Criterion, Discount, Mdp, Reward, TransitionModel};
//! use dunamis_solve::{PolicyIteration, Solver};
//! let mut builder = TransitionModel::builder();
//! let (work, rest) = (builder.state("work")?, builder.state("rest")?);
//! builder.transition(work, "stay", work, 1.0)?;
//! builder.transition(work, "leave", rest, 1.0)?;
//! builder.transition(rest, "stay", rest, 1.0)?;
//! let model = builder.build()?;
//! let reward = Reward::state(&model, [0.0, 1.0])?;
//! let mdp = Mdp::new(model, reward)?;
//!
//! let solution = PolicyIteration::default().solve(&mdp, &Criterion::Discounted(Discount::new(0.5)?))?;
//! assert!(solution.bounds.lower[0] <= 1.0 && 1.0 <= solution.bounds.upper[0]);
//! assert_eq!(solution.optimal, [false, true, true]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `solver`, `solution`, `tolerance`, `error` | [`Solver`], [`SolverConfig`], [`SOLVERS`]; [`Solution`]; [`Tolerance`]; [`SolveError`] |
//! | `observer`, `discounted` | [`Observer`], [`Progress`]: watch and stop; [`certify`]: how a discounted solver ends |
//! | `auto` | [`Auto`]: chooses a solver and says why |
//! | `value_iteration`, `policy_iteration`, `modified_policy_iteration` | [`ValueIteration`], [`PolicyIteration`], [`ModifiedPolicyIteration`] |
//! | `topological_value_iteration` | [`TopologicalValueIteration`]: bounds of their own for every component |
//! | `anderson_acceleration`, `prioritized_sweeping` | [`AndersonAcceleration`], [`PrioritizedSweeping`] |
//! | `action_elimination` | pairs that bounds prove suboptimal, for value and modified policy iteration |
//! | `interval_iteration`, `optimistic_value_iteration` | [`IntervalIteration`], [`OptimisticValueIteration`]: bounds true at every step |
//! | `average_reward`, `end_components` | [`AverageReward`]: optimal gain of any multichain model |
//! | `relative_value_iteration` | [`RelativeValueIteration`]: the same by sweeps alone |
//! | `linear_programming`, `occupancy_measure` | [`LinearProgramming`]: both criteria, primal or dual; [`OccupancyMeasure`] |
//! | `bias` | [`LaurentExpansion`]: gain, bias and on; [`solve_sensitive`]: exact average, bias, n-discount, Blackwell optimality |
//! | `gain_bias` | [`GainBias`]: gain and bias of a policy in `f64`, with bounds |
//! | `breakpoints`, `breakpoint_certificate` | [`DiscountBreakpoints`]: where optimal policies change; [`BlackwellThreshold`] |
//! | `algebraic`, `integer_polynomial`, `sturm` | [`AlgebraicNumber`]: exact roots of polynomials; roots counted another way |
//! | `algebraic_discount` | [`solve_algebraic`]: policies that are optimal at an algebraic discount, or just below 1 |
//! | `finite_horizon` | [`FiniteHorizon`]: backward induction, first stage or all |
//! | `total_reward`, `reachability` | [`TotalReward`]; [`Reachability`], [`Extremum`]: smallest and largest probabilities |
//! | `shortest_path`, `qualitative` | the two sides of both: numbers between bounds, and the graph; [`AlmostSureReach`] |
//! | `evaluation`, `linear` | [`PolicyEvaluation`]: sweeps, dense or sparse elimination, Krylov, cycles |
//! | [`conformance`] | whether any solver keeps its promises, on models of your choice |
//! | `verify` | [`verify()`]: any solution checked without the solvers; [`Verification`], [`VerifyError`] |
//! | `bounds`, `bellman`, `enclosed_bellman` | [`bellman_bounds`]: what a residual proves; backups rounded outwards |
//! | `classes` | [`ChainClasses`], [`ModelClasses`]: communicating classes, recurrence, periods, reachability |
//! | `chain_limit`, `exact_chain` | [`ChainLimit`], [`ExactChain`]: stationary laws, absorption, the Cesàro limit |
//! | `visit_distribution`, `polynomial` | [`VisitDistribution`], [`discounted_visits`], [`Polynomial`]: visits as functions of the discount |
//! | `policy_value`, `generating_function` | [`PolicyValue`]: values as functions of the discount |
//! | `visit_distribution_set` | [`VisitDistributionSet`]: all visit distribution functions and recurrent state distributions |
//! | `non_dominated`, `convex_hull` | [`NonDominated`], [`DominanceCertificate`]: which of them are strictly best for some reward |
//! | `conic_combination` | [`ConicCombination`]: weights or a separator, by exact linear programming |
//! | `reward_polyhedron` | [`RewardPolyhedron`]: all rewards for which a policy is optimal |
//! | [`polytope`] | exact volumes of bounded polyhedra |
//! | `boltzmann`, `soft` | [`boltzmann_policy`], [`Temperature`]; [`SoftValueIteration`]: entropy-regularized |
//! | `epsilon_optimal` | [`AdvantageBounds`], [`EpsilonOptimal`]: what is optimal up to a given loss |
//! | `measure`, `m_matrix`, `rational_system`, `rounding` | [`StateMeasure`]; linear systems with certified errors, and exact ones |
//! | `exact` | [`solve_exact`]: policy iteration in rationals; [`evaluate_exact`] |
//! | `implicit_solver`, `implicit_solution`, `row_survey` | [`ImplicitSolver`], [`ImplicitSolution`]: models whose rows are computed, over threads and processes |
//! | `communicator`, `partition`, `mpi_rank` | [`Communicator`], [`ThreadRank`], `MpiRank` (feature `mpi`): ranks, and what they tell each other |
//! | `batch`, `tile` | [`solve_batch`], [`BatchSolver`]: many reward vectors on one model, in tiles |
//! | `stay_initialized`, `functional_graph` | their kernels without chance |
//! | `tiled_value_iteration`, `distinct_rows`, `state_classes`, `chain_elimination` | their kernel with chance |
//!
//! # Invariants
//!
//! - No value is returned without true bounds; a solver that runs out of iterations or precision says so in its status.
//! - Nothing is random, printed, or read from files.
//! - Results do not depend on the number of threads or on the instruction set, except where a method's documentation says so.
//! - Knows models, rewards and policies only: not where a model comes from, nor what its values are for.

mod action_elimination;
mod algebraic;
mod algebraic_discount;
mod anderson_acceleration;
mod auto;
mod average_reward;
mod batch;
mod bellman;
mod bias;
mod boltzmann;
mod bounds;
mod breakpoint_certificate;
mod breakpoints;
mod chain_elimination;
mod chain_limit;
mod classes;
mod communicator;
pub mod conformance;
mod conic_combination;
mod convex_hull;
mod discounted;
mod distinct_rows;
mod enclosed_bellman;
mod end_components;
mod epsilon_optimal;
mod error;
mod evaluation;
mod exact;
mod exact_chain;
mod finite_horizon;
mod functional_graph;
mod gain_bias;
mod generating_function;
mod implicit_solution;
mod implicit_solver;
mod integer_polynomial;
mod interval_iteration;
mod linear;
mod linear_programming;
mod m_matrix;
mod measure;
mod modified_policy_iteration;
#[cfg(feature = "mpi")]
mod mpi_rank;
mod non_dominated;
mod observer;
mod occupancy_measure;
mod optimistic_value_iteration;
mod partition;
mod policy_iteration;
mod policy_value;
mod polynomial;
pub mod polytope;
mod prioritized_sweeping;
mod qualitative;
mod rational_system;
mod reachability;
mod relative_value_iteration;
mod reward_polyhedron;
mod rounding;
mod row_survey;
mod shortest_path;
mod soft;
mod solution;
mod solver;
mod state_classes;
mod stay_initialized;
mod sturm;
mod tile;
mod tiled_value_iteration;
mod tolerance;
mod topological_value_iteration;
mod total_reward;
mod value_iteration;
mod verify;
mod visit_distribution;
mod visit_distribution_set;

pub use algebraic::AlgebraicNumber;
pub use algebraic_discount::{AlgebraicSolution, DiscountPoint, solve_algebraic};
pub use anderson_acceleration::AndersonAcceleration;
pub use auto::Auto;
pub use average_reward::AverageReward;
pub use batch::{BatchSolution, BatchSolver, BatchWorkspace, Kernel, solve_batch};
pub use bias::{LaurentExpansion, SensitiveSolution, Sensitivity, solve_sensitive};
pub use boltzmann::{Temperature, action_values, boltzmann_policy};
pub use bounds::bellman_bounds;
pub use breakpoints::{BlackwellThreshold, DiscountBreakpoint, DiscountBreakpoints, DiscountInterval};
pub use chain_limit::{Absorption, ChainLimit};
pub use classes::{ChainClasses, ModelClasses};
pub use communicator::{Communicator, SingleRank, ThreadRank};
pub use conic_combination::ConicCombination;
pub use discounted::certify;
pub use epsilon_optimal::{AdvantageBounds, EpsilonOptimal};
pub use error::SolveError;
pub use evaluation::{Evaluation, EvaluationMethod, PolicyEvaluation};
pub use exact::{ExactSolution, evaluate_exact, solve_exact};
pub use exact_chain::ExactChain;
pub use finite_horizon::FiniteHorizon;
pub use functional_graph::{
    DecisionGraph, GraphSolution, LOST, LostMove, TIE_TOLERANCE, Walk, evaluate_functional_graph,
};
pub use gain_bias::GainBias;
pub use implicit_solution::ImplicitSolution;
pub use implicit_solver::ImplicitSolver;
pub use interval_iteration::IntervalIteration;
pub use linear_programming::{LinearProgramming, OptimalOccupancy, ProgramForm};
pub use measure::StateMeasure;
pub use modified_policy_iteration::ModifiedPolicyIteration;
#[cfg(feature = "mpi")]
pub use mpi_rank::MpiRank;
pub use non_dominated::{DominanceCertificate, NonDominated};
pub use observer::{Observer, Progress};
pub use occupancy_measure::{ExpectedReward, OccupancyMeasure};
pub use optimistic_value_iteration::OptimisticValueIteration;
pub use policy_iteration::PolicyIteration;
pub use policy_value::PolicyValue;
pub use polynomial::{Polynomial, PolynomialSyntax};
pub use prioritized_sweeping::PrioritizedSweeping;
pub use qualitative::AlmostSureReach;
pub use reachability::{Extremum, Reachability};
pub use relative_value_iteration::RelativeValueIteration;
pub use reward_polyhedron::{ConstraintCertificate, ConstraintRelation, RewardConstraint, RewardPolyhedron};
pub use soft::{SoftSolution, SoftValueIteration};
pub use solution::{Solution, Statistics, Termination, ValueBounds};
pub use solver::{SOLVERS, Solver, SolverConfig, SolverInfo};
pub use tile::{GAP, LANES, Lanes, TileSolution};
pub use tolerance::{Tolerance, value_scale};
pub use topological_value_iteration::TopologicalValueIteration;
pub use total_reward::TotalReward;
pub use value_iteration::{Sweep, ValueIteration};
pub use verify::{EXACT_STATES, Evidence, Verification, VerifyError, verify};
pub use visit_distribution::{VisitDistribution, discounted_visits};
pub use visit_distribution_set::VisitDistributionSet;
