//! Table 3: the general orbit lemma needs its last condition.

use dunamis_experiment::LemmaRecord;
use dunamis_plot::{Cell, Plot, Tabular};

use super::{about, reward};
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::published::Published;
use crate::scale::{TINT_A, TINT_B};
use crate::{Config, FigureError, Table};

/// Table 3.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "rdsp-tab3",
        "Two copies without a tendency of two",
        "Turner & Tadepalli (2022), parametrically retargetable decision-makers, table 3; a function of our own with the same counts",
        &[Published::exact("B better", "two copies", (3, 1)), Published::exact("A better", "two copies", (3, 1))],
    ),
    analyses: &[Config { name: "rdsp-lemma", toml: include_str!("lemma.toml") }],
    caption,
    draw,
    table,
};

fn lemma<'a>(runs: Analyses<'a>, name: &str) -> Result<&'a LemmaRecord, FigureError> {
    let run = runs.at(0)?;
    let found = run.results.lemmas.iter().find(|lemma| lemma.name == name);
    found.ok_or_else(|| absent(run, &format!("lemma `{name}`")))
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let (two, one) = (lemma(runs, "two copies")?, lemma(runs, "one copy")?);
    let ratio = two.ratio.clone().unwrap_or_else(|| "unbounded".to_owned());
    let both = match &two.refusal {
        Some(refusal) => format!("With both involutions, {refusal}: the ratio of the two is {ratio}."),
        None => format!("Both involutions satisfy the lemma; the ratio of the two is {ratio}."),
    };
    let alone = if one.refusal.is_none() { " The first involution alone satisfies the lemma." } else { "" };
    Ok(format!(
        "A decision function that favors _B_ at {} of the elements of an orbit and _A_ at {}. {both}{alone}",
        two.greater, two.less
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let lemma = lemma(runs, "two copies")?;
    let header = ["_u_", "_f_(_A_ | _u_)", "_f_(_B_ | _u_)"].into_iter().map(str::to_owned);
    let header = header.chain((1..=lemma.involutions.len()).map(|i| format!("_f_(_B_^{{∗}}_{{{i}}} | _u_)")));
    let rows = lemma.rows.iter().map(|row| {
        let number = |text: &String| text.parse::<crate::Fraction>().map(|number| number.exact());
        let tint = if number(&row.b)? > number(&row.a)? { TINT_B } else { TINT_A };
        let cells = [reward(&row.reward), row.a.clone(), row.b.clone()].into_iter().chain(row.copies.iter().cloned());
        Ok(cells.map(|text| Cell::new(text).fill(tint)).collect())
    });
    let rows = rows.collect::<Result<Vec<_>, FigureError>>()?;
    Ok(Tabular::new(header.map(Cell::new).collect(), rows)?.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for name in ["two copies", "one copy"] {
        let lemma = lemma(runs, name)?;
        for (quantity, count) in [("B better", &lemma.greater), ("A better", &lemma.less), ("equal", &lemma.equal)] {
            table.push_exact(quantity, name, &count.parse()?);
        }
        if let Some(ratio) = &lemma.ratio {
            table.push_exact("ratio", name, &ratio.parse()?);
        }
    }
    Ok(table)
}
