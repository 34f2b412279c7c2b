//! Models whose rows are computed, and models solved by several processes.

use super::Arguments;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::setting;
use crate::table::{Align, Table, counted, decimals};
use dunamis_envs::{EnvError, ImplicitEnvironment};
#[cfg(feature = "mpi")]
use dunamis_envs::{Environment, MappedMdp};
use dunamis_mdp::{Discount, ImplicitMdp, Mdp, StateId};
use dunamis_solve::{Communicator, ImplicitSolution, ImplicitSolver, Observer, SingleRank, Termination, Tolerance};
use serde::Serialize;
#[cfg(feature = "mpi")]
use std::sync::Arc;
use std::time::Instant;

/// A model, and what its states and actions are called.
pub(super) trait Named: ImplicitMdp {
    fn state(&self, name: &str) -> Option<u64>;
    fn state_name(&self, state: u64) -> String;
    fn action_name(&self, state: u64, action: usize) -> String;
    /// Refuses what was found if the model has become another one in the meantime.
    fn unchanged(&self) -> Result<(), Failure> {
        Ok(())
    }
}

impl Named for Mdp {
    fn state(&self, name: &str) -> Option<u64> {
        self.model().states().get(name).map(|state| state as u64)
    }

    fn state_name(&self, state: u64) -> String {
        self.model().states()[state as usize].into()
    }

    fn action_name(&self, state: u64, action: usize) -> String {
        let model = self.model();
        let action = model.available().at(StateId::new(state as usize))[action];
        model.actions()[action.index()].into()
    }
}

/// One of the kinds of implicit environments, and the same as an environment, which knows the names.
struct Family<'a, M> {
    model: &'a M,
    environment: &'a ImplicitEnvironment,
}

impl<M: ImplicitMdp> ImplicitMdp for Family<'_, M> {
    fn states(&self) -> u64 {
        self.model.states()
    }

    fn actions(&self, state: u64) -> usize {
        self.model.actions(state)
    }

    #[inline]
    fn row(&self, state: u64, action: usize, visit: impl FnMut(u64, f64)) -> f64 {
        self.model.row(state, action, visit)
    }
}

impl<M: ImplicitMdp> Named for Family<'_, M> {
    fn state(&self, name: &str) -> Option<u64> {
        self.environment.state(name)
    }

    fn state_name(&self, state: u64) -> String {
        self.environment.state_name(state)
    }

    fn action_name(&self, state: u64, action: usize) -> String {
        self.environment.action_name(state, action)
    }

    fn unchanged(&self) -> Result<(), Failure> {
        match self.environment {
            ImplicitEnvironment::Mapped(mapped) => Ok(mapped.unchanged().map_err(EnvError::from)?),
            _ => Ok(()),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    states: u64,
    discount: f64,
    values: Vec<StateValue>,
    status: Termination,
    gap: f64,
    solver: &'a str,
    iterations: usize,
    sweeps: usize,
    evaluation_sweeps: usize,
    backups: usize,
    /// Of the bounds and actions of all states, in hexadecimal.
    digest: String,
}

#[derive(Serialize)]
struct StateValue {
    #[serde(skip)]
    number: u64,
    state: String,
    lower: f64,
    upper: f64,
    action: String,
}

/// Solves an implicit environment.
pub(super) fn environment(
    arguments: &Arguments,
    name: &str,
    environment: &ImplicitEnvironment,
    output: Output,
) -> Result<ExitStatus, Failure> {
    let discount = arguments.discount.clone().ok_or_else(|| Failure::NoCriterion { environment: name.into() })?;
    match environment {
        ImplicitEnvironment::Grid(grid) => {
            start(arguments, name, &Family { model: grid, environment }, &discount, output)
        }
        ImplicitEnvironment::Garnet(garnet) => {
            start(arguments, name, &Family { model: garnet, environment }, &discount, output)
        }
        ImplicitEnvironment::Mapped(mapped) => {
            start(arguments, name, &Family { model: &**mapped, environment }, &discount, output)
        }
        _ => Err(Failure::NoReward { environment: name.into() }),
    }
}

/// Solves a model in a file, of which every rank looks at its own part.
#[cfg(feature = "mpi")]
pub(super) fn mapped(arguments: &Arguments, path: &str, output: Output) -> Result<ExitStatus, Failure> {
    let rank = dunamis_solve::MpiRank::new().ok_or(Failure::Mpi)?;
    let discount = arguments.discount.clone().ok_or_else(|| Failure::NoCriterion { environment: path.into() })?;
    let mapped = Arc::new(MappedMdp::open_part(path, |states| rank.block(states))?);
    let environment = &ImplicitEnvironment::Mapped(Arc::clone(&mapped));
    solve(arguments, path, &Family { model: &*mapped, environment }, &discount, &rank, output)
}

/// Solves a stored environment in the same way.
#[cfg(feature = "mpi")]
pub(super) fn stored(arguments: &Arguments, environment: &Environment, output: Output) -> Result<ExitStatus, Failure> {
    let name = environment.name();
    let mdp = environment.mdp().ok_or_else(|| Failure::NoReward { environment: name.into() })?;
    let discount = arguments.discount.clone().or_else(|| environment.discount().cloned());
    let discount = discount.ok_or_else(|| Failure::NoCriterion { environment: name.into() })?;
    start(arguments, name, &mdp, &discount, output)
}

fn start(
    arguments: &Arguments,
    name: &str,
    model: &impl Named,
    discount: &Discount,
    output: Output,
) -> Result<ExitStatus, Failure> {
    if let Some(option) = arguments.for_stored_models_only() {
        return Err(Failure::StoredOnly { option, environment: name.into() });
    }
    #[cfg(feature = "mpi")]
    if arguments.mpi {
        let rank = dunamis_solve::MpiRank::new().ok_or(Failure::Mpi)?;
        return solve(arguments, name, model, discount, &rank, output);
    }
    solve(arguments, name, model, discount, &SingleRank, output)
}

fn solve(
    arguments: &Arguments,
    name: &str,
    model: &impl Named,
    discount: &Discount,
    communicator: &impl Communicator,
    output: Output,
) -> Result<ExitStatus, Failure> {
    let solver = setting::apply(ImplicitSolver::default(), "implicit", &arguments.set)?;
    let solver = ImplicitSolver {
        tolerance: arguments.tolerance.map_or(solver.tolerance, Tolerance::Absolute),
        max_iterations: arguments.max_iterations.unwrap_or(solver.max_iterations),
        ..solver
    };
    let shown = arguments.selection.computed(model.states(), |name| model.state(name))?;
    let is_first = communicator.rank() == 0;
    let start = Instant::now();
    let solution = {
        let progress = is_first.then(|| output.solver_progress(name));
        let observer: &dyn Observer = progress.as_ref().map_or(&(), |progress| progress);
        solver.solve_on(model, discount, communicator, observer)?
    };
    model.unchanged()?;
    let seconds = start.elapsed().as_secs_f64();
    let chosen = solution.gather(&shown, communicator);
    let digest = solution.digest(communicator);
    if is_first {
        let value = |(&state, (lower, upper, action)): (&u64, (f64, f64, u8))| StateValue {
            number: state,
            state: model.state_name(state),
            lower,
            upper,
            action: model.action_name(state, usize::from(action)),
        };
        let document = Document {
            schema: SCHEMA,
            environment: name,
            states: model.states(),
            discount: discount.value(),
            values: shown.iter().zip(chosen).map(value).collect(),
            status: solution.status,
            gap: solution.gap(),
            solver: solution.statistics.solver,
            iterations: solution.statistics.iterations,
            sweeps: solution.statistics.sweeps,
            evaluation_sweeps: solution.statistics.evaluation_sweeps,
            backups: solution.statistics.backups,
            digest: format!("{digest:016x}"),
        };
        if arguments.json {
            output::json(&document)?;
        } else {
            output::data(&document.text())?;
        }
        output.note(&cost(&solution, model.states(), communicator.size(), seconds));
        if let Some(warning) = super::warning(solution.status) {
            output::warning(warning);
        }
    }
    Ok(if solution.status == Termination::Interrupted { ExitStatus::Interrupted } else { ExitStatus::Success })
}

/// What it took. It differs from run to run, so that it is no part of the document.
fn cost(solution: &ImplicitSolution, states: u64, ranks: usize, seconds: f64) -> String {
    let all = solution.statistics.sweeps + solution.statistics.evaluation_sweeps;
    let each = 1e9 * seconds / (states as f64 * all as f64);
    format!(
        "{} in {seconds:.1} s, {each:.2} ns per state and sweep over all; the first received {} values per sweep",
        counted(ranks as u64, "rank"),
        solution.received
    )
}

impl Document<'_> {
    fn text(&self) -> String {
        let mut table = Table::new([
            ("state", Align::Left),
            ("lower", Align::Right),
            ("upper", Align::Right),
            ("action", Align::Left),
        ]);
        let mut last = None;
        for value in &self.values {
            if last.is_some_and(|last| value.number > last + 1) {
                table.row(["…"]);
            }
            last = Some(value.number);
            let [lower, upper] = [value.lower, value.upper].map(|bound| decimals(bound, 9));
            table.row([value.state.clone(), lower, upper, value.action.clone()]);
        }
        format!(
            "{}, {}, γ = {}\n\n{table}\n{}: {} after {}, {} and {}\n\
             all values are known up to {:.1e}, and no state loses more by the actions found\n\
             digest of all bounds and actions: {}\n",
            self.environment,
            counted(self.states, "state"),
            self.discount,
            self.solver,
            super::solution::status(self.status),
            counted(self.iterations as u64, "iteration"),
            counted(self.sweeps as u64, "sweep"),
            counted(self.evaluation_sweeps as u64, "evaluation sweep"),
            self.gap,
            self.digest
        )
    }
}
