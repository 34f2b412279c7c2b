//! `dunamis solve --exact`: values in rational numbers.

use super::Arguments;
use super::solution::{criterion_keys, marked};
use crate::csv_file;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::selection::Selection;
use crate::table::{Align, Table, counted, decimals};
use dunamis_envs::Environment;
use dunamis_mdp::{Criterion, Mdp, Number, Rational};
use dunamis_solve::{Sensitivity, solve_exact, solve_sensitive};
use serde::Serialize;

/// Longest fraction that a table shows.
const LONGEST: usize = 40;

/// An exact solution, whatever the criterion.
struct Exact {
    value: Vec<Rational>,
    /// Which pairs are optimal; for average reward those of one optimal policy.
    optimal: Vec<bool>,
    iterations: usize,
}

impl Exact {
    fn new(mdp: &Mdp, criterion: &Criterion) -> Result<Self, Failure> {
        match criterion {
            Criterion::Discounted(_) => {
                let solution = solve_exact(mdp, criterion)?;
                Ok(Exact { value: solution.value, optimal: solution.optimal, iterations: solution.iterations })
            }
            Criterion::Average => {
                let solution = solve_sensitive(mdp, Sensitivity::Average)?;
                let mut optimal = vec![false; mdp.model().available().len()];
                for &pair in solution.policy.pairs() {
                    optimal[pair as usize] = true;
                }
                Ok(Exact { value: solution.expansion.gain, optimal, iterations: solution.iterations })
            }
            criterion => Err(Failure::ExactCriterion { criterion: criterion.clone() }),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    criterion: &'static str,
    /// Exactly, as text.
    discount: Option<String>,
    values: Vec<StateValue<'a>>,
    status: &'static str,
    iterations: usize,
    /// Whether `actions` are all optimal ones.
    all_actions: bool,
}

#[derive(Serialize)]
struct StateValue<'a> {
    state: &'a str,
    /// Exactly, as text such as `1/3`.
    value: String,
    /// The nearest double.
    approximation: Option<f64>,
    actions: Vec<&'a str>,
}

pub(super) fn run(
    arguments: &Arguments,
    environment: &Environment,
    mdp: &Mdp,
    criterion: &Criterion,
    output: Output,
) -> Result<ExitStatus, Failure> {
    if !mdp.model().is_exact() {
        return Err(Failure::Inexact { environment: environment.name().into() });
    }
    let states = mdp.model().states();
    let shown = arguments.selection.shown(states)?;
    let exact = {
        let _spinner = output.spinner("solving in rational numbers");
        Exact::new(mdp, criterion)?
    };
    if let Some(path) = &arguments.output {
        let rows = states.iter().enumerate().map(|(state, name)| {
            [name.to_owned(), exact.value[state].to_string(), marked(mdp, &exact.optimal, state).join(";")]
        });
        csv_file::write(path, ["state", "value", "actions"], rows)?;
    }
    let (name, discount, _) = criterion_keys(criterion);
    let values = shown.of(states.len()).into_iter().map(|state| StateValue {
        state: &states[state],
        value: exact.value[state].to_string(),
        approximation: Number::from_rational(exact.value[state].clone()).ok().map(|number| number.value()),
        actions: marked(mdp, &exact.optimal, state),
    });
    let document = Document {
        schema: SCHEMA,
        environment: environment.name(),
        criterion: name,
        discount: discount.map(|discount| discount.exact().to_string()),
        values: values.collect(),
        status: "exact",
        iterations: exact.iterations,
        all_actions: !matches!(criterion, Criterion::Average),
    };
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&document.text(criterion, &arguments.selection))?;
        if let Some(remark) = arguments.selection.remark(document.values.len()) {
            output.note(&remark);
        }
    }
    Ok(ExitStatus::Success)
}

impl Document<'_> {
    fn text(&self, criterion: &Criterion, selection: &Selection) -> String {
        let actions = if self.all_actions { "optimal actions" } else { "an optimal action" };
        let mut table = Table::new([
            ("state", Align::Left),
            ("exact value", Align::Right),
            ("in decimals", Align::Right),
            (actions, Align::Left),
        ]);
        let mut long = false;
        for row in selection.rows(self.values.len()) {
            let Some(v) = row.map(|row| &self.values[row]) else {
                table.row(["…"]);
                continue;
            };
            let too_long = v.value.len() > LONGEST;
            long |= too_long;
            let value = if too_long { format!("({} digits)", v.value.len()) } else { v.value.clone() };
            let approximation = v.approximation.map_or_else(String::new, |value| decimals(value, 9));
            table.row([v.state.to_owned(), value, approximation, v.actions.join(", ")]);
        }
        let rounds = counted(self.iterations as u64, "round");
        let more = if long { "\n`--json` and `--output` have the long fractions" } else { "" };
        format!(
            "{}, {}\n\n{table}\nexact after {rounds} of policy iteration in rational numbers{more}\n",
            self.environment,
            match criterion {
                Criterion::Discounted(discount) => format!("γ = {}", discount.exact()),
                criterion => criterion.to_string(),
            }
        )
    }
}
