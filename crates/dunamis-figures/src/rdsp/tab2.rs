//! Table 2: four decision functions on the rearrangements of one utility function.

use dunamis_plot::{Cell, Plot, Tabular};

use super::{OUTCOMES, about, orbit, reward, value};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::published::Published;
use crate::scale::TINT_B;
use crate::{FigureError, Table};

/// Table 2.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "rdsp-tab2",
        "Four decision functions on an orbit",
        "Turner & Tadepalli (2022), parametrically retargetable decision-makers, table 2",
        &[
            Published::exact("optimal (10, 5, 0)", "as printed", (1, 1)),
            Published::exact("optimal (5, 0, 10)", "as printed", (0, 1)),
            Published::exact("anti-optimal (10, 5, 0)", "as printed", (0, 1)),
            Published::exact("anti-optimal (0, 5, 10)", "as printed", (1, 1)),
            Published::exact("satisficing:threshold=3 (10, 5, 0)", "as printed", (1, 1)),
            Published::exact("satisficing:threshold=3 (10, 0, 5)", "as printed", (1, 2)),
            BOLTZMANN_HIGH,
            BOLTZMANN_LOW,
        ],
    ),
    analyses: &[OUTCOMES],
    caption,
    draw,
    table,
};

const BOLTZMANN_HIGH: Published = Published {
    decimals: 3,
    value: 0.993,
    ..Published::exact("boltzmann:temperature=1 (10, 0, 5)", "as printed", (0, 1))
};
const BOLTZMANN_LOW: Published = Published {
    decimals: 3,
    value: 0.007,
    ..Published::exact("boltzmann:temperature=1 (5, 0, 10)", "as printed", (0, 1))
};

const RULES: [(&str, &str); 4] = [
    ("optimal", "optimal"),
    ("anti-optimal", "anti-optimal"),
    ("boltzmann", "Boltzmann, _T_ = 1"),
    ("satisficing", "satisficing, _t_ = 3"),
];
const SETS: [(&str, &str); 2] = [("as printed", "{ghost, apple}"), ("as defined", "{apple, cherry}")];

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let mut parts = Vec::new();
    for (rule, label) in RULES {
        let orbit = orbit(runs, "as defined", rule)?;
        if let (Some(greater), Some(less), Some(equal)) = (&orbit.greater, &orbit.less, &orbit.equal) {
            parts.push(format!("{label}: {greater}, {less} and {equal}"));
        }
    }
    Ok(format!(
        "_f_(_B_ | _u_) for each rearrangement _u_ of utilities of (ghost, apple, cherry); colored where it exceeds _f_(_A_ | _u_). The \
         rows above are for the sets that the publication prints, {{ghost, apple}} against {{cherry}}; those below for the sets \
         that it defines, {{apple, cherry}} against {{ghost}}. Numbers of _u_ that favor _B_, _A_ and neither, below: {}.",
        parts.join("; ")
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let first = orbit(runs, "as printed", "optimal")?;
    let header = ["rule", "_B_"].into_iter().map(str::to_owned);
    let header = header.chain(first.rearrangements.iter().rev().map(|element| reward(&element.reward)));
    let mut rows = Vec::new();
    for (name, set) in SETS {
        for (rule, label) in RULES {
            let mut row = vec![Cell::new(label), Cell::new(set)];
            row.extend(orbit(runs, name, rule)?.rearrangements.iter().rev().map(|element| {
                let cell = Cell::new(value(&element.b));
                if element.b.value > element.a.value { cell.fill(TINT_B) } else { cell }
            }));
            rows.push(row);
        }
    }
    Ok(Tabular::new(header.map(Cell::new).collect(), rows)?.rules_above([RULES.len()]).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (name, _) in SETS {
        for orbit in &runs.comparison(name)?.orbits {
            for element in orbit.rearrangements.iter().rev() {
                let quantity = format!("{} {}", orbit.rule, reward(&element.reward));
                match element.b.exact.parse() {
                    Ok(exact) => table.push_exact(quantity, name, &exact),
                    Err(_) => table.push(quantity, name, element.b.value, 0.0),
                }
            }
        }
    }
    Ok(table)
}
