//! `dunamis solve`: optimal values and actions, with bounds.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, SCHEMA};
use crate::table::{Align, Table, counted, decimals};
use clap::Args;
use dunamis_envs::load;
use dunamis_mdp::{Criterion, Discount, Mdp, nearest};
use dunamis_solve::{SOLVERS, Solution, Solver, SolverConfig, Termination, Tolerance};
use serde::Serialize;

/// What to solve, and how.
#[derive(Debug, Args)]
#[command(
    about = "Compute optimal values and actions of a model with rewards, with bounds",
    long_about = "Compute optimal values and actions of a model with rewards, with bounds.\n\n\
        The value of a state is the expected sum of rewards from it on, where the reward after t steps counts γ^t times: \
        V(s) = R(s) + γ max_a Σ T(s'|s,a) V(s') [Puterman 1994, ch. 6]. The reward of a state is collected before the agent \
        moves. No value lies outside its bounds, rounding included. All actions tied for the best are shown.",
    after_long_help = "\
Examples:
  dunamis solve forest --discount 0.9
  dunamis solve garnet:states=1000,seed=7 --discount 0.99 --solver modified-policy-iteration
  dunamis solve my-model.json --discount 99/100 --tolerance 1e-6 --json
  dunamis solve forest --steps 10
  dunamis solve --list

A model of your own is JSON (start from `dunamis env show forest --json`):
  {\"schema\": 1,
   \"states\": [\"dry\", \"wet\"],
   \"transitions\": [
     {\"from\": \"dry\", \"action\": \"wait\", \"to\": \"dry\", \"probability\": \"2/3\"},
     {\"from\": \"dry\", \"action\": \"wait\", \"to\": \"wet\", \"probability\": \"1/3\"},
     {\"from\": \"wet\", \"action\": \"wait\", \"to\": \"wet\", \"probability\": 1}],
   \"rewards\": {\"dry\": 1}}"
)]
pub(crate) struct Arguments {
    /// A shipped name (with parameters), or the path of a model (.json)
    #[arg(value_name = "MODEL", required_unless_present = "list")]
    model: Option<String>,

    /// The discount γ, at least 0 and below 1; 0.99 or 99/100
    #[arg(
        long,
        value_name = "G",
        required_unless_present_any = ["average", "steps", "list"],
        conflicts_with = "average",
        allow_negative_numbers = true
    )]
    discount: Option<Discount>,

    /// Maximize the long-run average reward instead of discounted rewards; values are then gains
    #[arg(long, conflicts_with = "steps")]
    average: bool,

    /// Maximize the expected sum of rewards of this many steps, discounted only if --discount is given
    #[arg(long, value_name = "N")]
    steps: Option<usize>,

    /// The solver [default: the one that suits the criterion]
    #[arg(long, value_name = "NAME")]
    solver: Option<String>,

    /// Largest distance between lower and upper bound, in units of reward [default: 1e-9 of the largest possible value]
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    tolerance: Option<f64>,

    /// List the solvers
    #[arg(long)]
    list: bool,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitStatus, Failure> {
    // The argument parser asks for a model unless the solvers are listed.
    let Some(specification) = arguments.model.as_ref().filter(|_| !arguments.list) else {
        list(arguments.json)?;
        return Ok(ExitStatus::Success);
    };
    let environment = load(specification)?;
    let mdp = environment.mdp().ok_or_else(|| Failure::NoReward { environment: environment.name().into() })?;
    let criterion = match (arguments.steps, arguments.discount.clone()) {
        (Some(steps), discount) => Criterion::FiniteHorizon { steps, discount },
        (None, Some(discount)) => Criterion::Discounted(discount),
        (None, None) => Criterion::Average,
    };
    let solver = solver(arguments.solver.as_deref(), &criterion)?;
    let solver = solver.with_tolerances(arguments.tolerance.map(Tolerance::Absolute), None);
    let solution = solver.solve(&mdp, &criterion)?;
    let document = Document::new(&mdp, &criterion, &solution);
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&document.text(environment.name(), &criterion))?;
    }
    if solution.status != Termination::Converged {
        output::warning(
            "the bounds are true, but farther apart than asked for: try another solver or a larger `--tolerance`",
        );
    }
    Ok(ExitStatus::Success)
}

fn solver(name: Option<&str>, criterion: &Criterion) -> Result<SolverConfig, Failure> {
    let unknown = |name: &str| Failure::UnknownSolver {
        nearest: nearest(SOLVERS.iter().map(|solver| solver.name), name).map(Into::into),
        name: name.into(),
    };
    match name {
        Some(name) => SolverConfig::from_name(name).ok_or_else(|| unknown(name)),
        None => SolverConfig::for_criterion(criterion).ok_or_else(|| unknown(&criterion.to_string())),
    }
}

fn list(json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct List {
        schema: u64,
        solvers: Vec<ListEntry>,
    }
    #[derive(Serialize)]
    struct ListEntry {
        name: &'static str,
        summary: &'static str,
        criteria: &'static [&'static str],
    }
    if json {
        let entry =
            |s: &dunamis_solve::SolverInfo| ListEntry { name: s.name, summary: s.summary, criteria: s.criteria };
        return output::json(&List { schema: SCHEMA, solvers: SOLVERS.iter().map(entry).collect() });
    }
    let mut table = Table::new([("solver", Align::Left), ("criteria", Align::Left), ("summary", Align::Left)]);
    for solver in SOLVERS {
        table.row([solver.name, &solver.criteria.join(", "), solver.summary]);
    }
    output::data(&table.to_string())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    values: Vec<StateValue<'a>>,
    status: Termination,
    solver: &'static str,
    gap: f64,
    tie_tolerance: f64,
    discount: Option<f64>,
    iterations: usize,
}

#[derive(Serialize)]
struct StateValue<'a> {
    state: &'a str,
    value: f64,
    lower: f64,
    upper: f64,
    actions: Vec<&'a str>,
}

impl<'a> Document<'a> {
    fn new(mdp: &'a Mdp, criterion: &Criterion, solution: &Solution) -> Self {
        let model = mdp.model();
        let action = |pair| &model.actions()[model.available().action(pair).index()];
        let values = model.state_ids().map(|state| StateValue {
            state: &model.states()[state.index()],
            value: solution.value[state.index()],
            lower: solution.bounds.lower[state.index()],
            upper: solution.bounds.upper[state.index()],
            actions: model.available().pairs(state).filter(|&pair| solution.optimal[pair]).map(action).collect(),
        });
        Document {
            schema: SCHEMA,
            values: values.collect(),
            status: solution.status,
            solver: solution.statistics.solver,
            gap: solution.gap(),
            tie_tolerance: solution.tie_tolerance,
            discount: match criterion {
                Criterion::Discounted(discount) | Criterion::FiniteHorizon { discount: Some(discount), .. } => {
                    Some(discount.value())
                }
                _ => None,
            },
            iterations: solution.statistics.iterations,
        }
    }

    fn text(&self, name: &str, criterion: &Criterion) -> String {
        let mut table = Table::new([
            ("state", Align::Left),
            ("value", Align::Right),
            ("lower", Align::Right),
            ("upper", Align::Right),
            ("best actions", Align::Left),
        ]);
        for v in &self.values {
            let number = |x: f64| decimals(x, 9);
            table.row([v.state.to_owned(), number(v.value), number(v.lower), number(v.upper), v.actions.join(", ")]);
        }
        let status = match self.status {
            Termination::Converged => "converged",
            Termination::IterationLimit => "iteration limit reached",
            _ => "precision limit reached",
        };
        let criterion = match criterion {
            Criterion::Discounted(discount) => format!("γ = {}", discount.value()),
            criterion => criterion.to_string(),
        };
        format!(
            "{name}, {criterion}\n\n{table}\n{} after {}: {status}; no value is off by more than {:.1e}\n",
            self.solver,
            counted(self.iterations as u64, "iteration"),
            self.gap
        )
    }
}
