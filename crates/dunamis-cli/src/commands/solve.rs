//! `dunamis solve`: optimal values and actions, with bounds or exactly.

mod exact;
mod implicit;
mod list;
mod solution;

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output};
use crate::selection::Selection;
use crate::setting::{self, Setting};
use clap::Args;
use dunamis_envs::{Environment, Format, ImplicitEnvironment, load};
use dunamis_mdp::{Criterion, Discount, Mdp, nearest};
use dunamis_solve::{SOLVERS, Solver, SolverConfig, Termination, Tolerance, VerifyError, verify};
use solution::{Document, Proof};
use std::path::PathBuf;

/// What to solve, and how.
#[derive(Debug, Args)]
#[command(
    about = "Compute optimal values and actions of a model with rewards, with bounds or exactly",
    long_about = "Compute optimal values and actions of a model with rewards, with bounds or exactly.\n\n\
        The value of a state is the expected sum of rewards from it on, where the reward after t steps counts γ^t times: \
        V(s) = R(s) + γ max_a Σ T(s'|s,a) V(s') [Puterman 1994, ch. 6]. The reward of a state is collected before the agent \
        moves. No value lies outside its bounds, rounding included. All actions tied for the best are shown.\n\n\
        Ctrl-C ends a long computation with the bounds at hand, which are true; a second one ends it at once.",
    after_long_help = "\
Examples:
  dunamis solve forest --discount 0.9
  dunamis solve forest --average --exact
  dunamis solve forest --discount 99/100 --verify --json
  dunamis solve garnet --discount 0.99 --solver value-iteration --set sweep=gauss-seidel
  dunamis solve garnet:states=1000,seed=7 --discount 0.99 --tolerance 1e-6 --output values.csv
  dunamis solve my-model.json --discount 0.9 --states 0,2
  dunamis solve forest --steps 10
  dunamis solve implicit-grid:rows=100,columns=100,noise=0.1 --discount 0.9
  dunamis solve grid.dmdp --discount 0.9 --tolerance 1e-3
  dunamis solve --list

The JSON document has \"values\", for each state {\"state\", \"value\", \"lower\", \"upper\", \"actions\"}, and the
statistics beside. Infinite values are \"inf\" or \"-inf\"; exact ones are text such as \"1/3\".

A model whose rows are computed (see the end of dunamis env list), or mapped into memory from a
.dmdp file, is solved by modified policy iteration, which keeps 17 bytes per state and gives the
same bytes on any number of threads. \"digest\" is a fingerprint of all bounds and actions. What
only other solvers can do (--solver, --average, --exact, …) reads a .dmdp file into memory.

A model of your own is a file in one of the formats of dunamis env formats. The JSON one looks like
this (start from `dunamis env show forest --json`):
  {\"schema\": 1,
   \"states\": [\"dry\", \"wet\"],
   \"transitions\": [
     {\"from\": \"dry\", \"action\": \"wait\", \"to\": \"dry\", \"probability\": \"2/3\"},
     {\"from\": \"dry\", \"action\": \"wait\", \"to\": \"wet\", \"probability\": \"1/3\"},
     {\"from\": \"wet\", \"action\": \"wait\", \"to\": \"wet\", \"probability\": 1}],
   \"rewards\": {\"dry\": 1}}"
)]
#[expect(clippy::struct_excessive_bools, reason = "every one is a flag of its own")]
pub(crate) struct Arguments {
    /// A shipped name (with parameters), or the path of a model (see dunamis env formats)
    #[arg(value_name = "MODEL", required_unless_present = "list")]
    model: Option<String>,

    /// The discount γ, at least 0 and below 1; 0.99 or 99/100 [default: that of the file, if it has one]
    #[arg(long, value_name = "G", conflicts_with_all = ["average", "total"], allow_negative_numbers = true)]
    discount: Option<Discount>,

    /// Maximize the long-run average reward instead of discounted rewards; values are then gains
    #[arg(long, conflicts_with_all = ["steps", "total"])]
    average: bool,

    /// Maximize the expected sum of all rewards, undiscounted; where it grows without bound, values are infinite
    #[arg(long, conflicts_with = "steps")]
    total: bool,

    /// Maximize the expected sum of rewards of this many steps, discounted only if --discount is given
    #[arg(long, value_name = "N")]
    steps: Option<usize>,

    /// The solver, see --list [default: auto, which chooses one and says why]
    #[arg(long, value_name = "NAME")]
    solver: Option<String>,

    /// Largest distance between lower and upper bound, in units of reward [default: 1e-9 of the largest possible value]
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    tolerance: Option<f64>,

    /// Largest number of iterations
    #[arg(long, value_name = "N")]
    max_iterations: Option<usize>,

    /// A setting of the solver, such as sweep=gauss-seidel or tie_tolerance.absolute=1e-6
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Setting>,

    /// Solve in rational numbers: exact values, no tolerance (--discount or --average; up to some hundred states)
    #[arg(
        long,
        conflicts_with_all = ["solver", "tolerance", "max_iterations", "set", "verify"]
    )]
    exact: bool,

    /// Check the solution by a program that shares no code with the solvers, and print what that proves
    #[arg(long)]
    verify: bool,

    #[command(flatten)]
    selection: Selection,

    /// Write the values of all states to this file as CSV
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Solve together with the other processes that `mpirun` has started, each with a part of the states
    #[cfg(feature = "mpi")]
    #[arg(long)]
    mpi: bool,

    /// List the solvers
    #[arg(long)]
    list: bool,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// An option that was given, and that models without stored rows do not know.
    fn for_stored_models_only(&self) -> Option<&'static str> {
        let given = [
            ("--average", self.average),
            ("--total", self.total),
            ("--steps", self.steps.is_some()),
            ("--solver", self.solver.is_some()),
            ("--exact", self.exact),
            ("--verify", self.verify),
            ("--output", self.output.is_some()),
        ];
        given.into_iter().find_map(|(option, is_given)| is_given.then_some(option))
    }

    fn criterion(&self, environment: &Environment) -> Result<Criterion, Failure> {
        let own = || environment.discount().cloned();
        Ok(match (self.steps, self.discount.clone()) {
            (Some(steps), discount) => Criterion::FiniteHorizon { steps, discount },
            (None, Some(discount)) => Criterion::Discounted(discount),
            (None, None) if self.average => Criterion::Average,
            (None, None) if self.total => Criterion::Total,
            (None, None) => {
                let discount = own().ok_or_else(|| Failure::NoCriterion { environment: environment.name().into() })?;
                Criterion::Discounted(discount)
            }
        })
    }

    fn solver(&self, criterion: &Criterion) -> Result<SolverConfig, Failure> {
        let unknown = |name: &str| Failure::UnknownSolver {
            nearest: nearest(SOLVERS.iter().map(|solver| solver.name), name).map(Into::into),
            name: name.into(),
        };
        let solver = match &self.solver {
            Some(name) => SolverConfig::from_name(name).ok_or_else(|| unknown(name))?,
            None => SolverConfig::for_criterion(criterion).ok_or_else(|| unknown(&criterion.to_string()))?,
        };
        let name = solver.name();
        let solver = setting::apply(solver, name, &self.set)?;
        let solver = solver.with_tolerances(self.tolerance.map(Tolerance::Absolute), None);
        Ok(match self.max_iterations {
            Some(limit) => solver.with_max_iterations(limit),
            None => solver,
        })
    }
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    // The argument parser asks for a model unless the solvers are listed.
    let Some(specification) = arguments.model.as_ref().filter(|_| !arguments.list) else {
        list::print(arguments.json)?;
        return Ok(ExitStatus::Success);
    };
    // What only models in memory can do reads a file that could be used where it lies.
    let is_mapped = Format::from_path(specification) == Some(Format::Dmdp);
    let in_memory = is_mapped && arguments.for_stored_models_only().is_some();
    #[cfg(feature = "mpi")]
    if arguments.mpi && is_mapped && !in_memory {
        return implicit::mapped(arguments, specification, output);
    }
    if !in_memory && let Some(environment) = ImplicitEnvironment::load(specification)? {
        return implicit::environment(arguments, specification, &environment, output);
    }
    let environment = load(specification)?;
    #[cfg(feature = "mpi")]
    if arguments.mpi {
        return implicit::stored(arguments, &environment, output);
    }
    let mdp = environment.mdp().ok_or_else(|| Failure::NoReward { environment: environment.name().into() })?;
    let criterion = arguments.criterion(&environment)?;
    if arguments.exact {
        exact::run(arguments, &environment, &mdp, &criterion, output)
    } else {
        solve(arguments, &environment, &mdp, &criterion, output)
    }
}

/// Solves in double precision.
fn solve(
    arguments: &Arguments,
    environment: &Environment,
    mdp: &Mdp,
    criterion: &Criterion,
    output: Output,
) -> Result<ExitStatus, Failure> {
    let solver = arguments.solver(criterion)?;
    let shown = arguments.selection.shown(mdp.model().states())?;
    let solution = {
        let progress = output.solver_progress(environment.name());
        solver.solve_observed(mdp, criterion, &progress)?
    };
    let interrupted = solution.status == Termination::Interrupted;
    let proof = (arguments.verify && !interrupted).then(|| {
        let _spinner = output.spinner("verifying");
        Proof::new(criterion, verify(mdp, criterion, &solution))
    });
    if let Some(path) = &arguments.output {
        solution::write_csv(path, mdp, &solution)?;
    }
    let document = Document::new(environment.name(), mdp, criterion, &solution, proof.as_ref(), &shown);
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&document.text(criterion, &arguments.selection))?;
        if let Some(remark) = arguments.selection.remark(document.len()) {
            output.note(&remark);
        }
    }
    if let Some(warning) = warning(solution.status) {
        output::warning(warning);
    }
    Ok(match proof.map(|proof| proof.error) {
        _ if interrupted => ExitStatus::Interrupted,
        Some(Some(error)) => {
            output::warning(&unverified(&error));
            ExitStatus::Missed
        }
        Some(None) | None => ExitStatus::Success,
    })
}

/// What to say of bounds that are not as close as was asked.
fn warning(status: Termination) -> Option<&'static str> {
    Some(match status {
        Termination::Converged => return None,
        Termination::Interrupted => "interrupted: the bounds are true, but farther apart than asked for",
        Termination::IterationLimit => {
            "the bounds are true, but farther apart than asked for: try another solver or a larger `--max-iterations`"
        }
        _ => "the bounds are true, but farther apart than asked for: try another solver or a larger `--tolerance`",
    })
}

/// What to say of a solution without a proof.
fn unverified(error: &VerifyError) -> String {
    match error {
        VerifyError::Undecided { .. } | VerifyError::Uncovered { .. } | VerifyError::Witness(_) => {
            format!("not verified, neither proved nor refuted: {error}")
        }
        error => format!("the solution is refuted: {error}"),
    }
}
