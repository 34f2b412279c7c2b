//! The fractional law checked on every order type of rewards.

use dunamis_plot::{Cell, Color, Plot, Tabular};

use super::cases;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::figure::About;
use crate::{Config, FigureError, Table};

/// The table of worst orbits.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: About {
        id: "law-table",
        title: "The fractional law on all orbits of small cases",
        source: "own",
        experiments: &[],
        published: &[],
    },
    analyses: &[Config { name: "law-table", toml: include_str!("table.toml") }],
    caption,
    draw,
    table,
};

/// Ground of cells in which the law is attained.
const TIGHT: Color = Color::hex(0xd6_e6_f2);

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let cases = cases(runs)?;
    let kept = cases.iter().filter(|case| case.weak.exact() >= case.fractional.exact()).count();
    let tight = cases.iter().filter(|case| case.weak == case.fractional).count();
    Ok(format!(
        "_m_ outcomes against _n_ others, optimal decisions, every order type of rewards, ties included: the least fraction of an \
         orbit on which the _n_ are not worse, and how many times as often they are better at least. The fractional law says \
         _n_/(_n_\u{a0}+\u{a0}_m_) and _n_/_m_; it holds in {kept} of {} cases and is attained in {tight} (colored).",
        cases.len()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let cases = cases(runs)?;
    let (most_m, most_n) = cases.iter().fold((0, 0), |(m, n), case| (m.max(case.m), n.max(case.n)));
    let header = std::iter::once(Cell::new("")).chain((1..=most_n).map(|n| Cell::new(format!("_n_ = {n}")))).collect();
    let row = |m: usize| {
        let cell = |n: usize| match cases.iter().find(|case| (case.m, case.n) == (m, n)) {
            None => Cell::new(""),
            Some(case) => {
                let cell = Cell::new(format!("{}   ×\u{a0}{}", case.weak.label(), case.ratio.label()));
                if case.weak == case.fractional { cell.fill(TIGHT) } else { cell }
            }
        };
        std::iter::once(Cell::new(format!("_m_ = {m}"))).chain((1..=most_n).map(cell)).collect()
    };
    Ok(Tabular::new(header, (1..=most_m).map(row).collect())?.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for case in cases(runs)? {
        let state = format!("{} against {}", case.m, case.n);
        table.push_exact("least fraction", &state, &case.weak);
        table.push_exact("least ratio", &state, &case.ratio);
        table.push_exact("fractional law", &state, &case.fractional);
    }
    Ok(table)
}
