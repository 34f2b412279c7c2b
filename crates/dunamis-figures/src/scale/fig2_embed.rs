//! Figure 2: one set of options contains three disjoint copies of another.

use dunamis_plot::{Color, OKABE_ITO, Plot};

use super::{COLOR_A, about, bounds, copies, table_of};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::option_diagram::option_diagram;
use crate::{Config, FigureError, Published};

/// Figure 2.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig2-embed",
        "Three copies of one set of options in another",
        "Turner (2022), a scaling law for instrumental convergence, figure 2",
        &[Published::exact("bound", "set 2", (3, 4))],
    ),
    analyses: &[Config { name: "scale-embed", toml: include_str!("embed.toml") }],
    caption,
    draw,
    table: |runs| table_of(runs, "set 2"),
};

/// Where the ends of one copy stand: a vertex, a pair and a triangle, below each other.
const SHAPE: [(f64, f64); 6] = [(0.0, 0.0), (-0.58, -1.0), (0.58, -1.0), (-0.58, -3.0), (0.0, -2.0), (0.58, -3.0)];
/// Where what is left stands.
const REST: [(f64, f64); 3] = [(0.0, 0.0), (-0.58, -1.0), (0.58, -1.0)];

const COPIES: [Color; 3] = [OKABE_ITO[4], OKABE_ITO[2], OKABE_ITO[6]];

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let comparison = runs.comparison("set 2")?;
    let (count, bound, _) = bounds(comparison)?;
    Ok(format!(
        "Set 1 is an end, a pair of linked ends and a triangle, {} recurrent state distributions in all. Set 2 has {} and \
         contains {} of set 1, each in a color of its own: on at least {} of every orbit of rewards, set 2 is optimal.",
        comparison.size_a,
        comparison.size_b,
        copies(count),
        bound.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let comparison = runs.comparison("set 2")?;
    let blocks = [0.0, 2.9, 5.2, 7.5].into_iter().flat_map(|x| SHAPE.map(|(a, b)| (x + a, b)));
    let places: Vec<_> = blocks.chain(REST.map(|(a, b)| (9.7 + a, b))).collect();
    let mut groups = vec![((0..6).collect::<Vec<_>>(), COLOR_A, "set 1".to_owned())];
    if let Some(copies) = &comparison.copies {
        for ((number, image), color) in copies.images.iter().enumerate().zip(COPIES.into_iter().cycle()) {
            // The ends that the options of a copy are made of.
            let ends = (0..places.len()).filter(|&end| {
                image.iter().any(|&option| comparison.b.get(option).is_some_and(|vector| vector[end] != "0"))
            });
            groups.push((ends.collect(), color, format!("copy {}", number + 1)));
        }
    }
    let options = comparison.a.iter().chain(&comparison.b);
    Ok(option_diagram(&places, options, &groups, 92.0)?.figure())
}
