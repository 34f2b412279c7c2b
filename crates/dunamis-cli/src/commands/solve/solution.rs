//! Values between bounds: as a table, as a JSON document, as CSV.

use crate::csv_file;
use crate::failure::Failure;
use crate::output::SCHEMA;
use crate::selection::{Selection, Shown};
use crate::table::{Align, Table, WIDTH, counted, decimals, wrap};
use dunamis_mdp::{Criterion, Mdp, StateId};
use dunamis_solve::{Evidence, Solution, Statistics, Termination, Verification, VerifyError};
use serde::{Serialize, Serializer};
use std::fmt::Write;
use std::path::Path;

/// A solution as it is printed.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: u64,
    environment: &'a str,
    criterion: &'static str,
    discount: Option<f64>,
    steps: Option<usize>,
    values: Vec<StateValue<'a>>,
    status: Termination,
    gap: Real,
    tie_tolerance: f64,
    #[serde(flatten)]
    statistics: &'a Statistics,
    verification: Option<&'a Proof>,
}

#[derive(Serialize)]
struct StateValue<'a> {
    state: &'a str,
    value: Real,
    lower: Real,
    upper: Real,
    actions: Vec<&'a str>,
}

/// A number that may be infinite. JSON has no infinities, so they are text.
#[derive(Clone, Copy, PartialEq)]
struct Real(f64);

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            f64::INFINITY => serializer.serialize_str("inf"),
            f64::NEG_INFINITY => serializer.serialize_str("-inf"),
            value => serializer.serialize_f64(value),
        }
    }
}

/// What the verification found out.
#[derive(Serialize)]
pub(super) struct Proof {
    proved: bool,
    /// `exact` or `enclosure`.
    evidence: Option<&'static str>,
    /// `null` unless it is finite.
    policy_loss: Option<f64>,
    failure: Option<String>,
    #[serde(skip)]
    pub(super) error: Option<VerifyError>,
    #[serde(skip)]
    sentence: String,
}

impl Proof {
    /// What a verification proves, see [`dunamis_solve::verify`].
    pub(super) fn new(criterion: &Criterion, result: Result<Verification, VerifyError>) -> Self {
        let (verification, error) = match result {
            Ok(verification) => (Some(verification), None),
            Err(error) => (None, Some(error)),
        };
        let evidence = verification.as_ref().map(|verification| match verification.evidence {
            Evidence::Exact => "exact",
            _ => "enclosure",
        });
        let loss = verification.as_ref().map(|verification| verification.policy_loss);
        let sentence = match (evidence, loss) {
            (Some(evidence), Some(loss)) => sentence(criterion, evidence, loss),
            _ => "not verified".into(),
        };
        let policy_loss = loss.filter(|loss| loss.is_finite());
        let failure = error.as_ref().map(ToString::to_string);
        Proof { proved: error.is_none(), evidence, policy_loss, failure, error, sentence }
    }
}

fn sentence(criterion: &Criterion, evidence: &str, loss: f64) -> String {
    let known = if evidence == "exact" { "exactly" } else { "by an enclosure of its own" };
    let (optimum, marked) = match criterion {
        Criterion::Average => ("the optimal gain", ""),
        Criterion::Total => ("the optimal total", ""),
        _ => ("the optimal value", ", every optimal action is among the best actions"),
    };
    let act = match criterion {
        Criterion::FiniteHorizon { .. } => "whoever takes one of them first and acts optimally then",
        _ => "whoever keeps to the best actions",
    };
    let loss = match loss {
        0.0 => "nothing".to_owned(),
        loss if loss.is_infinite() => "possibly for ever".to_owned(),
        loss => format!("at most {loss:.1e}"),
    };
    format!("verified {known}: the bounds hold {optimum}{marked}; {act} loses {loss}")
}

/// What a criterion is called in documents, with its discount and steps.
pub(super) fn criterion_keys(criterion: &Criterion) -> (&'static str, Option<&dunamis_mdp::Discount>, Option<usize>) {
    match criterion {
        Criterion::Discounted(discount) => ("discounted", Some(discount), None),
        Criterion::Average => ("average", None, None),
        Criterion::Total => ("total", None, None),
        Criterion::FiniteHorizon { steps, discount } => ("finite-horizon", discount.as_ref(), Some(*steps)),
        _ => ("other", None, None),
    }
}

/// A criterion in a heading.
pub(super) fn heading(criterion: &Criterion) -> String {
    match criterion {
        Criterion::Discounted(discount) => format!("γ = {}", discount.value()),
        criterion => criterion.to_string(),
    }
}

/// Why a solver stopped, in words.
pub(super) fn status(status: Termination) -> &'static str {
    match status {
        Termination::Converged => "converged",
        Termination::IterationLimit => "iteration limit reached",
        Termination::Interrupted => "interrupted",
        _ => "precision limit reached",
    }
}

/// Names of the marked actions of a state.
pub(super) fn marked<'a>(mdp: &'a Mdp, marks: &[bool], state: usize) -> Vec<&'a str> {
    let model = mdp.model();
    let action = |pair| &model.actions()[model.available().action(pair).index()];
    model.available().pairs(StateId::new(state)).filter(|&pair| marks[pair]).map(action).collect()
}

impl<'a> Document<'a> {
    pub(super) fn new(
        environment: &'a str,
        mdp: &'a Mdp,
        criterion: &Criterion,
        solution: &'a Solution,
        verification: Option<&'a Proof>,
        shown: &Shown,
    ) -> Self {
        let states = mdp.model().states();
        let values = shown.of(states.len()).into_iter().map(|state| StateValue {
            state: &states[state],
            value: Real(solution.value[state]),
            lower: Real(solution.bounds.lower[state]),
            upper: Real(solution.bounds.upper[state]),
            actions: marked(mdp, &solution.optimal, state),
        });
        let (name, discount, steps) = criterion_keys(criterion);
        Document {
            schema: SCHEMA,
            environment,
            criterion: name,
            discount: discount.map(dunamis_mdp::Discount::value),
            steps,
            values: values.collect(),
            status: solution.status,
            gap: Real(solution.gap()),
            tie_tolerance: solution.tie_tolerance,
            statistics: &solution.statistics,
            verification,
        }
    }

    /// How many states are shown.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn text(&self, criterion: &Criterion, selection: &Selection) -> String {
        let mut table = Table::new([
            ("state", Align::Left),
            ("value", Align::Right),
            ("lower", Align::Right),
            ("upper", Align::Right),
            ("best actions", Align::Left),
        ]);
        for row in selection.rows(self.values.len()) {
            let Some(v) = row.map(|row| &self.values[row]) else {
                table.row(["…"]);
                continue;
            };
            let number = |x: Real| decimals(x.0, 9);
            table.row([v.state.to_owned(), number(v.value), number(v.lower), number(v.upper), v.actions.join(", ")]);
        }
        let status = status(self.status);
        let mut text = format!(
            "{}, {}\n\n{table}\n{} after {} and {}: {status}\n{}\n",
            self.environment,
            heading(criterion),
            self.statistics.solver,
            counted(self.statistics.iterations as u64, "iteration"),
            counted(self.statistics.sweeps as u64, "sweep"),
            if self.gap == Real(0.0) {
                "lower and upper bounds are equal".into()
            } else {
                format!("no value is off by more than {:.1e}", self.gap.0)
            }
        );
        if !self.statistics.choice.is_empty() {
            let _ = writeln!(text, "chosen: {}", self.statistics.choice);
        }
        if self.statistics.eliminated > 0 {
            let eliminated = counted(self.statistics.eliminated as u64, "state-action pair");
            let _ = writeln!(text, "{eliminated} proved suboptimal on the way");
        }
        if let Some(proof) = self.verification {
            text.extend(wrap(&proof.sentence, WIDTH).into_iter().flat_map(|line| [line, "\n".into()]));
        }
        text
    }
}

/// Writes all states to a file: name, value, bounds, best actions with semicolons between them.
pub(super) fn write_csv(path: &Path, mdp: &Mdp, solution: &Solution) -> Result<(), Failure> {
    let rows = mdp.model().states().iter().enumerate().map(|(state, name)| {
        let [value, lower, upper] =
            [solution.value[state], solution.bounds.lower[state], solution.bounds.upper[state]].map(|x| x.to_string());
        [name.to_owned(), value, lower, upper, marked(mdp, &solution.optimal, state).join(";")]
    });
    csv_file::write(path, ["state", "value", "lower", "upper", "actions"], rows)
}
