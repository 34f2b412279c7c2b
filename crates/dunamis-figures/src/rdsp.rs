//! *Parametrically Retargetable Decision-Makers Tend To Seek Power* `[Turner & Tadepalli 2022]`.

use dunamis_experiment::{OrbitRecord, ValueRecord};
use dunamis_plot::fixed;

use crate::analysis_figure::{Analyses, absent};
use crate::figure::About;
use crate::published::Published;
use crate::{Config, FigureError, Fraction};

pub(crate) mod fig1;
pub(crate) mod fig4;
pub(crate) mod tab1;
pub(crate) mod tab2;
pub(crate) mod tab3;

/// The analysis of three outcomes.
pub(crate) const OUTCOMES: Config = Config { name: "rdsp-outcomes", toml: include_str!("rdsp/outcomes.toml") };

/// The outcomes, in the order of the coordinates.
const NAMES: [&str; 3] = ["ghost", "apple", "cherry"];

const fn about(id: &'static str, title: &'static str, source: &'static str, published: &'static [Published]) -> About {
    About { id, title, source, experiments: &[], published }
}

/// The orbit of a comparison under a rule.
fn orbit<'a>(runs: Analyses<'a>, name: &str, rule: &str) -> Result<&'a OrbitRecord, FigureError> {
    let found = runs.comparison(name)?.orbits.iter().find(|orbit| orbit.rule.starts_with(rule));
    found.ok_or(absent(runs.at(0)?, &format!("orbit under `{rule}`")))
}

/// A value as a fraction, or in decimals.
fn value(record: &ValueRecord) -> String {
    record.exact.parse::<Fraction>().map_or_else(|_| fixed(record.value, 3), |fraction| fraction.label())
}

/// `(10, 5, 0)`.
fn reward(entries: &[String]) -> String {
    format!("({})", entries.join(", "))
}
