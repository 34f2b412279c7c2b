//! *Power-seeking can be probable and predictive for trained agents* `[Krakovna & Kramár 2023]`.
//!
//! Many goals explain what an agent learned. What does a goal drawn from those that do in a situation that is new?

use dunamis_experiment::{ChanceOfAction, GoalsAtDiscount, GoalsRecord};

use dunamis_mdp::Rational;

use crate::analysis_figure::{Analyses, absent};
use crate::figure::About;
use crate::published::Published;
use crate::{FigureError, Fraction, Table};

pub(crate) mod avoid;
pub(crate) mod breaking;
pub(crate) mod button;
pub(crate) mod fig1;
pub(crate) mod fig2;
pub(crate) mod gap;
pub(crate) mod maze;
pub(crate) mod relaxed;
pub(crate) mod thresholds;

const fn about(id: &'static str, title: &'static str, source: &'static str, published: &'static [Published]) -> About {
    About { id, title, source, experiments: &[], published }
}

/// The goals of an analysis.
fn goals(runs: Analyses<'_>, analysis: usize) -> Result<&GoalsRecord, FigureError> {
    let run = runs.at(analysis)?;
    run.results.goals.first().ok_or_else(|| absent(run, "goals"))
}

/// The goals of an analysis under their only discount.
fn only(runs: Analyses<'_>, analysis: usize) -> Result<&GoalsAtDiscount, FigureError> {
    let run = runs.at(analysis)?;
    goals(runs, analysis)?.discounts.first().ok_or_else(|| absent(run, "goals under a discount"))
}

/// The error of goals that lack something.
fn missing(what: &str) -> FigureError {
    FigureError::NoRecord { run: "goals".into(), what: what.to_owned() }
}

/// Half the width of a 99 % interval in standard errors of a normal law.
const HALF_WIDTH: f64 = 2.575_829_3;

/// A probability, or the middle of its interval.
fn middle(chance: &ChanceOfAction) -> f64 {
    0.5 * (chance.low + chance.high)
}

/// The standard error of a normal law that has the same interval.
fn std_error(chance: &ChanceOfAction) -> f64 {
    0.5 * (chance.high - chance.low) / HALF_WIDTH
}

/// Adds a probability, exact or with a standard error.
fn push_chance(table: &mut Table, quantity: &str, state: &str, chance: &ChanceOfAction) -> Result<(), FigureError> {
    match &chance.exact {
        Some(exact) => table.push_exact(quantity, state, &exact.parse()?),
        None => table.push(quantity, state, middle(chance), std_error(chance)),
    }
    Ok(())
}

/// What is left of 1.
fn complement(number: &Fraction) -> Result<Fraction, FigureError> {
    (Rational::from_integer(1.into()) - number.exact()).to_string().parse()
}

/// `_γ_ = 9/10`.
fn discount(text: &str) -> Result<String, FigureError> {
    Ok(format!("_γ_\u{a0}=\u{a0}{}", text.parse::<Fraction>()?.label()))
}
