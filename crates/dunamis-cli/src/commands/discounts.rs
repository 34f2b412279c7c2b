//! `dunamis discounts`: all discounts at which optimal actions change.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table, counted};
use clap::Args;
use dunamis_envs::load;
use dunamis_mdp::{Mdp, StateId};
use dunamis_solve::{AlgebraicNumber, DiscountBreakpoints};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most states that a row of the table names.
const ROW: usize = 12;

/// Whose discounts.
#[derive(Debug, Args)]
#[command(
    about = "Find all discounts at which the optimal actions of a small model change, exactly",
    long_about = "Find all discounts at which the optimal actions of a small model change, exactly.\n\n\
        The set of optimal policies is constant on finitely many open intervals of discounts and changes at the points between \
        them [Turner et al. 2021, Lemma E.35]. Points are rational numbers or roots of polynomials with integer coefficients, \
        shown with double-precision bounds; no change is missed, however small. Above the last one, the Blackwell threshold, \
        the optimal actions are those of an infinitely patient agent [Puterman 1994, §10.1].\n\n\
        The arithmetic is rational, so that its time grows quickly: it is meant for up to some dozen states. Ctrl-C ends it.",
    after_long_help = "\
Examples:
  dunamis discounts forest
  dunamis discounts forest:r2=5 --json
  dunamis discounts my-model.json

The JSON document has \"breakpoints\" and the \"intervals\" between them, one more, each with all
optimal \"actions\" of every state. A number is
  {\"exact\": \"1/3\", \"polynomial\": [\"-1\", \"3\"], \"lower\": 0.33, \"upper\": 0.34}
where \"exact\" is null if it is irrational: then it is the only root of the polynomial (constant
term first) from lower to upper."
)]
pub(crate) struct Arguments {
    /// A shipped name (with parameters), or the path of a model (see dunamis env formats)
    #[arg(value_name = "MODEL")]
    model: String,

    /// Name all states in the table whose actions change, however many there are
    #[arg(long)]
    all: bool,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let environment = load(&arguments.model)?;
    let mdp = environment.mdp().ok_or_else(|| Failure::NoReward { environment: environment.name().into() })?;
    if !mdp.model().is_exact() {
        return Err(Failure::Inexact { environment: environment.name().into() });
    }
    let pieces = {
        let _spinner = output.spinner("looking for discounts");
        DiscountBreakpoints::new(&mdp)?
    };
    if arguments.json {
        output::json(&Document::new(environment.name(), &mdp, &pieces))?;
    } else {
        output::data(&text(environment.name(), &mdp, &pieces, if arguments.all { usize::MAX } else { ROW }))?;
    }
    Ok(ExitStatus::Success)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    breakpoints: Vec<Breakpoint<'a>>,
    intervals: Vec<Interval<'a>>,
    blackwell_threshold: Number,
}

/// State names with their optimal actions.
type Actions<'a> = BTreeMap<&'a str, Vec<&'a str>>;

#[derive(Serialize)]
struct Breakpoint<'a> {
    discount: Number,
    actions: Actions<'a>,
}

#[derive(Serialize)]
struct Interval<'a> {
    low: Number,
    high: Number,
    actions: Actions<'a>,
}

#[derive(Serialize)]
struct Number {
    exact: Option<String>,
    polynomial: Vec<String>,
    lower: f64,
    upper: f64,
}

impl From<&AlgebraicNumber> for Number {
    fn from(number: &AlgebraicNumber) -> Self {
        let (lower, upper) = number.enclosure();
        Number {
            exact: number.to_rational().map(ToString::to_string),
            polynomial: number.polynomial().coefficients().iter().map(ToString::to_string).collect(),
            // Zero without a sign.
            lower: lower + 0.0,
            upper: upper + 0.0,
        }
    }
}

impl<'a> Document<'a> {
    fn new(environment: &'a str, mdp: &'a Mdp, pieces: &DiscountBreakpoints) -> Self {
        let model = mdp.model();
        let actions = |marks: &[bool]| {
            let names = |state: StateId| (&model.states()[state.index()], actions(mdp, marks, state));
            model.state_ids().map(names).collect::<Actions<'a>>()
        };
        let breakpoint = |point: &dunamis_solve::DiscountBreakpoint| Breakpoint {
            discount: (&point.discount).into(),
            actions: actions(&point.optimal),
        };
        let interval = |piece: &dunamis_solve::DiscountInterval| Interval {
            low: (&piece.low).into(),
            high: (&piece.high).into(),
            actions: actions(&piece.optimal),
        };
        Document {
            schema: SCHEMA,
            environment,
            breakpoints: pieces.points().iter().map(breakpoint).collect(),
            intervals: pieces.intervals().iter().map(interval).collect(),
            blackwell_threshold: pieces.blackwell_threshold().into(),
        }
    }
}

/// Names of the marked actions of a state.
fn actions<'a>(mdp: &'a Mdp, marks: &[bool], state: StateId) -> Vec<&'a str> {
    let model = mdp.model();
    let name = |pair| &model.actions()[model.available().action(pair).index()];
    model.available().pairs(state).filter(|&pair| marks[pair]).map(name).collect()
}

/// The optimal actions of the states that have a choice: at the first piece of all of them, then of those where they change.
fn changes(mdp: &Mdp, before: Option<&[bool]>, now: &[bool], most: usize) -> String {
    let model = mdp.model();
    let changed = |&state: &StateId| {
        let pairs = model.available().pairs(state);
        pairs.len() > 1 && before.is_none_or(|before| before[pairs.clone()] != now[pairs])
    };
    let states: Vec<StateId> = model.state_ids().filter(changed).collect();
    let name =
        |&state: &StateId| format!("{}: {}", &model.states()[state.index()], actions(mdp, now, state).join(" or "));
    let mut text = states.iter().take(most).map(name).collect::<Vec<_>>().join("; ");
    if states.len() > most {
        let _ = write!(text, "; and {} more", counted((states.len() - most) as u64, "state"));
    }
    text
}

/// A number in a table: exactly where it is rational.
fn short(number: &AlgebraicNumber) -> String {
    match number.to_rational() {
        Some(number) => number.to_string(),
        None => number.to_f64().to_string(),
    }
}

fn text(environment: &str, mdp: &Mdp, pieces: &DiscountBreakpoints, most: usize) -> String {
    let points = pieces.points();
    let mut text = match points.len() {
        0 => format!("{environment}: the optimal actions are the same at all discounts between 0 and 1\n\n"),
        n => format!("{environment}: the optimal actions change at {}\n\n", counted(n as u64, "discount")),
    };
    let mut table = Table::new([("discount γ", Align::Left), ("optimal actions where they change", Align::Left)]);
    let mut before: Option<&[bool]> = None;
    for (k, interval) in pieces.intervals().iter().enumerate() {
        let range = format!("{} to {}", short(&interval.low), short(&interval.high));
        table.row([range, changes(mdp, before, &interval.optimal, most)]);
        before = Some(&interval.optimal);
        if let Some(point) = points.get(k) {
            table.row([short(&point.discount), changes(mdp, before, &point.optimal, most)]);
            before = Some(&point.optimal);
        }
    }
    let _ = write!(text, "{table}");
    let irrational: Vec<_> = points.iter().filter(|point| point.discount.to_rational().is_none()).collect();
    if !irrational.is_empty() {
        text.push('\n');
    }
    for point in irrational {
        let (lower, upper) = point.discount.enclosure();
        let polynomial = point.discount.polynomial();
        let _ = writeln!(text, "{} is the root of {polynomial} from {lower} to {upper}", short(&point.discount));
    }
    let _ = writeln!(text, "\nBlackwell threshold: {}", short(pieces.blackwell_threshold()));
    text
}
