//! The fractional law: on at least $`n/(n+m)`$ of every orbit, $`n`$ slots are not less than $`m \le n`$ of the same kind.

use dunamis_experiment::ComparisonRecord;

use crate::analysis_figure::{Analyses, absent};
use crate::{FigureError, Fraction};

pub(crate) mod ratio;
pub(crate) mod table;

/// Numbers of outcomes, both bounds, and the least fraction and ratio over all orbits.
struct Case {
    m: usize,
    n: usize,
    floor: Fraction,
    fractional: Fraction,
    weak: Fraction,
    ratio: Fraction,
}

/// All comparisons of the first analysis.
fn cases(runs: Analyses<'_>) -> Result<Vec<Case>, FigureError> {
    let run = runs.at(0)?;
    let case = |record: &ComparisonRecord| {
        let none = || absent(run, &format!("exact worst orbit of `{}`", record.name));
        let worst = record.worst.first().filter(|worst| worst.exact).ok_or_else(none)?;
        let read = |text: &Option<String>| text.as_ref().ok_or_else(none)?.parse::<Fraction>();
        let size = |text: &String| text.parse().map_err(|_| none());
        Ok(Case {
            m: size(&record.size_a)?,
            n: size(&record.size_b)?,
            floor: read(&record.floor_bound)?,
            fractional: read(&record.fractional_bound)?,
            weak: worst.weak.parse()?,
            ratio: read(&worst.ratio)?,
        })
    };
    run.results.comparisons.iter().map(case).collect()
}
