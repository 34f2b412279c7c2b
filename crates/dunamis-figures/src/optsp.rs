//! *Optimal Policies Tend to Seek Power* `[Turner et al. 2021]`.

use std::collections::BTreeSet;

use dunamis_experiment::{EmbeddingRecord, RecurrentDistributionRecord, StateOptions};
use dunamis_plot::{Color, Dash, Digraph, Edge, OKABE_ITO, Plot};

use crate::analysis_figure::{Analyses, absent};
use crate::figure::About;
use crate::model_diagram::{Group, ModelDiagram, Place, place};
use crate::published::Published;
use crate::{Config, FigureError, Table};

pub(crate) mod fig1;
pub(crate) mod fig10;
pub(crate) mod fig11;
pub(crate) mod fig2;
pub(crate) mod fig3;
pub(crate) mod fig4;
pub(crate) mod fig5;
pub(crate) mod fig6;
pub(crate) mod fig7;
pub(crate) mod fig9;

/// The analysis of the running example.
pub(crate) const CASE_STUDY: Config = Config { name: "optsp-case-study", toml: include_str!("optsp/case-study.toml") };

const LEFT: Color = OKABE_ITO[5];
const RIGHT: Color = OKABE_ITO[4];

const fn about(id: &'static str, title: &'static str, source: &'static str, published: &'static [Published]) -> About {
    About { id, title, source, experiments: &[], published }
}

/// Where the states of the running example stand.
pub(crate) const PLACES: &[Place] = &[
    place("★", 0.0, 0.0, "★").marked(),
    place("∅", 0.0, 1.25, "∅").with_loop(0.0),
    place("ℓ◁", -1.35, 0.0, "_ℓ_{◁}"),
    place("ℓ↖", -2.6, 0.75, "_ℓ_{↖}"),
    place("ℓ↙", -2.6, -0.75, "_ℓ_{↙}").with_loop(180.0),
    place("r▷", 1.35, 0.0, "_r_{▷}"),
    place("r↗", 2.6, 0.75, "_r_{↗}").with_loop(0.0),
    place("r↘", 2.6, -0.75, "_r_{↘}").with_loop(0.0),
];

/// The running example with some states outlined.
pub(crate) fn case_study(
    runs: Analyses<'_>,
    groups: &'static [Group],
    dotted: &BTreeSet<(String, String)>,
) -> Result<Digraph, FigureError> {
    ModelDiagram { places: PLACES, groups, unit: 110.0 }.digraph(runs.model()?, dotted)
}

/// An embedding of the first analysis.
fn embedding<'a>(runs: Analyses<'a>, name: &str) -> Result<&'a EmbeddingRecord, FigureError> {
    let run = runs.at(0)?;
    let found = run.results.embeddings.iter().find(|embedding| embedding.name == name);
    found.ok_or_else(|| absent(run, &format!("embedding `{name}`")))
}

/// `r↗ ↔ ℓ↖, …` of the first copy.
fn swaps(embedding: &EmbeddingRecord) -> String {
    let first = embedding.involutions.first().map(Vec::as_slice).unwrap_or_default();
    first.iter().map(|(one, other)| format!("{one}\u{a0}↔\u{a0}{other}")).collect::<Vec<_>>().join(", ")
}

/// What the first copy proves of two choices.
fn embedding_caption(runs: Analyses<'_>, name: &str, [from, into]: [&str; 2]) -> Result<String, FigureError> {
    let embedding = embedding(runs, name)?;
    let strict = if embedding.strict {
        " More can be done there that is strictly best for some reward, and so the converse does not hold."
    } else {
        ""
    };
    Ok(format!(
        "The involution {} takes all {} non-dominated visit distributions of {from} to some of the {} of {into}, so that {into} \
         has at least as much POWER as {from} on at least half of every orbit, for every discount.{strict}",
        swaps(embedding),
        embedding.size_from,
        embedding.size_into,
    ))
}

/// The running example, with dashed arrows between states that the first copy exchanges.
fn embedding_diagram(runs: Analyses<'_>, name: &str) -> Result<dunamis_plot::Figure, FigureError> {
    let mut graph = case_study(runs, &[], &BTreeSet::new())?;
    let place = |state: &str| PLACES.iter().position(|place| place.state() == state);
    for (one, other) in embedding(runs, name)?.involutions.first().into_iter().flatten() {
        if let (Some(one), Some(other)) = (place(one), place(other)) {
            for (from, to) in [(one, other), (other, one)] {
                graph = graph.edge(Edge::new(from, to).dashed(Dash::Dashed).color(OKABE_ITO[2]))?;
            }
        }
    }
    Ok(graph.figure())
}

/// Sizes of both sets and the number of copies.
fn embedding_table(runs: Analyses<'_>, name: &str) -> Result<Table, FigureError> {
    let embedding = embedding(runs, name)?;
    let mut table = Table::default();
    for (quantity, count) in [
        ("non-dominated functions embedded", embedding.size_from),
        ("functions they are embedded in", embedding.size_into),
        ("copies", embedding.involutions.len()),
    ] {
        table.push_exact(quantity, name, &count.to_string().parse()?);
    }
    Ok(table)
}

/// `½ r↗ + ½ r↘`.
fn written(record: &RecurrentDistributionRecord) -> String {
    let part = |(state, p): (&String, &String)| if p == "1" { state.clone() } else { format!("{p}\u{a0}{state}") };
    record.distribution.iter().map(part).collect::<Vec<_>>().join("\u{a0}+\u{a0}")
}

/// Numbers of options of a state, all and non-dominated.
fn options_table(options: &StateOptions) -> Result<Table, FigureError> {
    let mut table = Table::default();
    let visits = &options.visit_distributions;
    let recurrent = &options.recurrent_distributions;
    for (quantity, count) in [
        ("visit distributions", visits.len()),
        ("non-dominated visit distributions", visits.iter().filter(|f| f.non_dominated).count()),
        ("recurrent state distributions", recurrent.len()),
        ("non-dominated recurrent state distributions", recurrent.iter().filter(|d| d.non_dominated).count()),
        ("dominated actions", options.dominated_pairs.len()),
    ] {
        table.push_exact(quantity, &options.state, &count.to_string().parse()?);
    }
    Ok(table)
}
