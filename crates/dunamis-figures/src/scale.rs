//! *A scaling law for instrumental convergence* `[Turner 2022]`.
//!
//! The more copies of one set of options another contains, the larger the fraction of every orbit on which it is at least as
//! good. Options are recurrent state distributions: what counts is the average reward in the long run.

use std::fmt::Write as _;

use dunamis_experiment::ComparisonRecord;
use dunamis_plot::{Color, OKABE_ITO};

use crate::analysis_figure::Analyses;
use crate::figure::About;
use crate::published::Published;
use crate::{FigureError, Fraction, Table};

pub(crate) mod fig1_candy;
pub(crate) mod fig2_embed;
pub(crate) mod fig3_living;
pub(crate) mod fig4_proof;
pub(crate) mod fig5_double;
pub(crate) mod fig6_cycle;
pub(crate) mod fig7_circles;

/// The color of the set that is avoided, $`A`$.
pub(crate) const COLOR_A: Color = OKABE_ITO[5];
/// The color of the set that is preferred, $`B`$.
pub(crate) const COLOR_B: Color = OKABE_ITO[4];

/// Ground of cells that belong to $`A`$.
pub(crate) const TINT_A: Color = Color::hex(0xf9_dd_cb);
/// Ground of cells that belong to $`B`$.
pub(crate) const TINT_B: Color = Color::hex(0xcd_e1_f0);

const fn about(id: &'static str, title: &'static str, source: &'static str, published: &'static [Published]) -> About {
    About { id, title, source, experiments: &[], published }
}

/// The bound of the copies that a comparison has, and of the slots of the fractional law.
pub(crate) fn bounds(comparison: &ComparisonRecord) -> Result<(usize, Fraction, Fraction), FigureError> {
    let none = || FigureError::NoRecord { run: comparison.name.clone(), what: "copies".into() };
    let copies = comparison.copies.as_ref().ok_or_else(none)?;
    let fractional = copies.fractional_bound.as_ref().unwrap_or(&copies.bound);
    Ok((copies.count, copies.bound.parse()?, fractional.parse()?))
}

/// Sizes of both sets, copies and their bound.
pub(crate) fn bounds_table(comparison: &ComparisonRecord) -> Result<Table, FigureError> {
    let mut table = Table::default();
    let (count, bound, fractional) = bounds(comparison)?;
    table.push_exact("options of A", &comparison.name, &comparison.size_a.parse()?);
    table.push_exact("options of B", &comparison.name, &comparison.size_b.parse()?);
    table.push_exact("copies of A in B", &comparison.name, &count.to_string().parse()?);
    table.push_exact("bound", &comparison.name, &bound);
    table.push_exact("fractional bound", &comparison.name, &fractional);
    for orbit in &comparison.orbits {
        let state = format!("orbit of ({})", orbit.reward.join(", "));
        for (quantity, count) in [("B better", &orbit.greater), ("A better", &orbit.less), ("equal", &orbit.equal)] {
            if let Some(count) = count {
                table.push_exact(quantity, &state, &count.parse()?);
            }
        }
        table.push_exact("B not worse", &state, &orbit.weak.parse()?);
    }
    Ok(table)
}

/// `2 copies`, `1 copy`.
pub(crate) fn copies(count: usize) -> String {
    if count == 1 { "1 copy".to_owned() } else { format!("{count} copies") }
}

/// `3 times`, `once`, `never`.
fn times(count: &str) -> String {
    match count {
        "0" => "never".to_owned(),
        "1" => "once".to_owned(),
        _ => format!("{count} times"),
    }
}

/// What the orbits of a comparison say, in a sentence for each.
pub(crate) fn orbit_sentences(comparison: &ComparisonRecord, a: &str, b: &str) -> Result<String, FigureError> {
    let mut text = String::new();
    for orbit in &comparison.orbits {
        let (Some(greater), Some(less), Some(equal)) = (&orbit.greater, &orbit.less, &orbit.equal) else { continue };
        let weak: Fraction = orbit.weak.parse()?;
        let reward = orbit.reward.join(", ");
        let _ = write!(
            text,
            " On the orbit of ({reward}), {b} is better {}, {a} {}, and they tie {}: {b} is optimal on {}.",
            times(greater),
            times(less),
            times(equal),
            weak.label()
        );
    }
    Ok(text)
}

/// The table of the only comparison `name`.
pub(crate) fn table_of(runs: Analyses<'_>, name: &str) -> Result<Table, FigureError> {
    bounds_table(runs.comparison(name)?)
}
