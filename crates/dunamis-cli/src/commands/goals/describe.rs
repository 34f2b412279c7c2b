//! `dunamis goals describe`: which goals are compatible with training.

use super::trained::{Explained, Trained};
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table, counted};
use clap::Args;
use dunamis_goals::{Closure, Exchangeable, Feasibility, Form, GoalRow, Reading, Strictness, VisitThreshold};
use num_traits::Zero;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Which goals.
#[derive(Debug, Args)]
#[command(
    about = "Describe the goals compatible with training: constraints, closedness, and n(γ)",
    long_about = "Describe the goals compatible with training.\n\n\
        A goal is compatible when every observed action is optimal for it. The constraints are exact rows over the rewards; where training \
        cannot be explained, the observations that contradict each other are named. With a shutdown, n(γ) counts the states that can take \
        its place: as published (recurrent, visited more than once by a policy that reaches and revisits them), and sharper (visited at \
        least once under any policy), with the discount from which on each of them counts.",
    after_long_help = "\
Examples:
  dunamis goals describe shutdown-setting:recurrent=3,distance=1+2+3
  dunamis goals describe closure-gap --bounds 0,5
  dunamis goals describe candy --train start --observe start=wait --new choc --discount 1/2

The JSON document has \"constraints\" (each with \"coefficients\" by state, \"relation\" and \"bound\"), \"closure\", \"feasibility\", and
\"n\" with the \"thresholds\" of single states where there is a shutdown."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    trained: Trained,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    discount: String,
    rewards: Vec<&'a str>,
    trained: Vec<&'a str>,
    new: &'a str,
    observed: Vec<Observation<'a>>,
    closure: Closure,
    reading: Reading,
    bounds: String,
    margin: String,
    form: Form,
    constraints: Vec<Constraint<'a>>,
    feasibility: Room,
    shutdown: Option<Shutdown<'a>>,
}

#[derive(Serialize)]
struct Observation<'a> {
    state: &'a str,
    actions: Vec<&'a str>,
}

#[derive(Serialize)]
struct Constraint<'a> {
    description: String,
    coefficients: BTreeMap<&'a str, String>,
    relation: &'static str,
    bound: String,
}

/// Whether there are goals.
#[derive(Serialize)]
struct Room {
    verdict: &'static str,
    contradiction: Option<String>,
    goal: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Shutdown<'a> {
    terminal: &'a str,
    actions: Vec<&'a str>,
    /// Why the terminal reward may not move.
    reached: Option<String>,
    n: Counts<'a>,
    thresholds: Vec<Threshold<'a>>,
}

#[derive(Serialize)]
struct Counts<'a> {
    published: usize,
    effective: usize,
    states: Vec<&'a str>,
    undecided: usize,
}

#[derive(Serialize)]
struct Threshold<'a> {
    state: &'a str,
    #[serde(rename = "threshold")]
    from: String,
    counts: bool,
}

/// Up to so many states all thresholds are given.
const MOST_THRESHOLDS: usize = 100;

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let explained = arguments.trained.read()?;
    let document = {
        let _spinner = output.spinner("looking for goals");
        document(&explained, arguments.trained.bounds())?
    };
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&text(&document))?;
    }
    Ok(ExitStatus::Success)
}

fn document(explained: &Explained, bounds: String) -> Result<Document<'_>, Failure> {
    let goals = &explained.goals;
    let (model, training) = (goals.model(), goals.training());
    let state = |id| explained.state(id);
    let observed = |id| {
        let pairs = model.available().pairs(id).filter(|&pair| training.observed()[pair]);
        Observation { state: state(id), actions: pairs.map(|pair| explained.action(pair)).collect() }
    };
    let room = if goals.form() == Form::Union {
        Room { verdict: "undecided", contradiction: None, goal: None }
    } else {
        match goals.feasibility()? {
            (Feasibility::Room(goal), _) => {
                let goal = goal.iter().map(ToString::to_string).collect();
                Room { verdict: "room", contradiction: None, goal: Some(goal) }
            }
            (Feasibility::Thin(why), rows) => {
                Room { verdict: "thin", contradiction: Some(why.describe(goals, &rows)), goal: None }
            }
            (Feasibility::Empty(why), rows) => {
                Room { verdict: "empty", contradiction: Some(why.describe(goals, &rows)), goal: None }
            }
        }
    };
    let constraint = |row: &GoalRow| {
        let nonzero = row.coefficients.iter().enumerate().filter(|(_, a)| !a.is_zero());
        Constraint {
            description: row.describe(training),
            coefficients: nonzero.map(|(k, a)| (&model.states()[k], a.to_string())).collect(),
            relation: if row.equality { "=" } else { "≥" },
            bound: row.bound.to_string(),
        }
    };
    Ok(Document {
        schema: SCHEMA,
        environment: explained.environment.name(),
        discount: goals.discount().exact().to_string(),
        rewards: model.states().iter().collect(),
        trained: training.trained().into_iter().map(state).collect(),
        new: state(explained.situation.new_state()),
        observed: training.trained().into_iter().map(observed).collect(),
        closure: training.closure(),
        reading: goals.reading(),
        bounds,
        margin: goals.margin().to_string(),
        form: goals.form(),
        constraints: goals.rows().iter().map(constraint).collect(),
        feasibility: room,
        shutdown: match explained.situation.shutdown_setting() {
            Err(dunamis_goals::GoalError::Label { states: 0, .. }) => None,
            setting => Some(shutdown(explained, &setting?)?),
        },
    })
}

fn shutdown<'a>(explained: &'a Explained, setting: &dunamis_goals::ShutdownSetting) -> Result<Shutdown<'a>, Failure> {
    let (goals, discount) = (&explained.goals, explained.goals.discount());
    let exchangeable = Exchangeable::new(setting, goals);
    let retargeting = exchangeable.retargeting(setting)?;
    let published = retargeting.recurrent(discount, Strictness::MoreThanOnce)?;
    let effective = retargeting.effective(discount, Strictness::AtLeastOnce)?;
    let few = retargeting.candidates().len() <= MOST_THRESHOLDS;
    let thresholds = if few { retargeting.thresholds()? } else { Vec::new() };
    let threshold = |(id, threshold): (dunamis_mdp::StateId, VisitThreshold)| Threshold {
        state: explained.state(id),
        counts: threshold.admits(discount, Strictness::AtLeastOnce),
        from: threshold.to_string(),
    };
    Ok(Shutdown {
        terminal: explained.state(setting.terminal()),
        actions: setting.shutdown().iter().map(|&pair| explained.action(pair)).collect(),
        reached: exchangeable.terminal.map(|way| way.to_string()),
        n: Counts {
            published: published.count(),
            effective: effective.count(),
            states: effective.states.iter().map(|&id| explained.state(id)).collect(),
            undecided: effective.undecided.len(),
        },
        thresholds: thresholds.into_iter().map(threshold).collect(),
    })
}

/// Up to so many constraints are written out.
const MOST_CONSTRAINTS: usize = 20;

fn text(document: &Document<'_>) -> String {
    let mut text = format!("{} at γ = {}\n\n", document.environment, document.discount);
    let few = |names: &[&str]| {
        if names.len() > 12 { format!("{} states", names.len()) } else { names.join(", ") }
    };
    let closure = match (&document.closure.under_policy, &document.closure.under_actions) {
        (None, None) => "closed under all actions".to_owned(),
        (None, Some(way)) => format!("closed under what was observed, but an action leads out: {way}"),
        (Some(way), _) => format!("left by what was observed, or may be: {way}"),
    };
    let reading = match document.reading {
        Reading::AllActions => "all actions counted",
        Reading::WithinTraining => "actions within training counted",
    };
    let form = match document.form {
        Form::Polyhedron => format!("a polyhedron with {}", counted(document.constraints.len() as u64, "row")),
        Form::Implicit => "a convex set with too many rows to list".into(),
        Form::Union => "a union of polyhedra".into(),
    };
    let room = match (&document.feasibility.contradiction, document.feasibility.verdict) {
        (Some(contradiction), verdict) => format!("{verdict}: {contradiction}"),
        (None, "room") => "there are goals with room around them".into(),
        (None, _) => "not decided for a union".into(),
    };
    let mut table = Table::new([("what", Align::Left), ("is", Align::Left)]);
    table.row(["training", &few(&document.trained)]);
    table.row(["", &closure]);
    table.row(["new state", document.new]);
    table.row(["rewards", &format!("{} {}", counted(document.rewards.len() as u64, "reward"), document.bounds)]);
    table.row(["goals", &format!("{form}; {reading}")]);
    table.row(["", &room]);
    if let Some(shutdown) = &document.shutdown {
        table.row(["shutdown", &format!("{} leads to {}", shutdown.actions.join(", "), shutdown.terminal)]);
        if let Some(way) = &shutdown.reached {
            table.row(["", &format!("training can reach it, so that nothing is certified: {way}")]);
        }
        let Counts { published, effective, states, undecided } = &shutdown.n;
        let which = if states.is_empty() { String::new() } else { format!(": {}", few(states)) };
        table.row(["n(γ)", &format!("{published} as published, {effective} visited at least once{which}")]);
        if *undecided > 0 {
            table.row(["", &format!("{} undecided", counted(*undecided as u64, "state"))]);
        }
    }
    let _ = writeln!(text, "{table}");
    let mut seen = Table::new([("state", Align::Left), ("observed", Align::Left)]);
    for Observation { state, actions } in document.observed.iter().take(MOST_CONSTRAINTS) {
        seen.row([(*state).to_owned(), actions.join(", ")]);
    }
    let _ = writeln!(text, "{seen}");
    for same in document.constraints[..document.constraints.len().min(MOST_CONSTRAINTS)]
        .chunk_by(|a, b| a.description == b.description)
    {
        let ways =
            if same.len() > 1 { format!(", whichever of {} ways play goes on", same.len()) } else { String::new() };
        let _ = writeln!(text, "{}{ways}", same[0].description);
    }
    let more = document.constraints.len().saturating_sub(MOST_CONSTRAINTS);
    if more > 0 {
        let _ = writeln!(text, "and {}: --json shows all", counted(more as u64, "more row"));
    }
    if let Some(shutdown) = document.shutdown.as_ref().filter(|shutdown| !shutdown.thresholds.is_empty()) {
        let mut table =
            Table::new([("state", Align::Left), ("counts", Align::Left), ("from the discount", Align::Left)]);
        for Threshold { state, from, counts } in &shutdown.thresholds {
            table.row([*state, if *counts { "yes" } else { "no" }, from]);
        }
        let _ = write!(text, "\n{table}");
    }
    text
}
