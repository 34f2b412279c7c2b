//! Figure 2: what the right half offers, with actions that no optimal policy needs dotted.

use dunamis_plot::Plot;

use super::{CASE_STUDY, about, options_table};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, place};

/// Figure 2.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig2",
        "Visit distributions of the right half",
        "Turner et al. (2021), optimal policies tend to seek power, figure 2",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption,
    draw,
    table: |runs| options_table(runs.options("r▷")?),
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("r▷", 0.0, 0.0, "_r_{▷}").marked(),
        place("r↗", 1.35, 0.85, "_r_{↗}").with_loop(0.0),
        place("r↘", 1.35, -0.85, "_r_{↘}").with_loop(0.0),
    ],
    groups: &[],
    unit: 120.0,
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let options = runs.options("r▷")?;
    let best = options.visit_distributions.iter().filter(|f| f.non_dominated).count();
    let arrows: Vec<String> =
        options.dominated_pairs.iter().map(|(state, to)| format!("{state}\u{a0}→\u{a0}{to}")).collect();
    Ok(format!(
        "From _r_{{▷}} there are {} visit distributions; {best} are strictly best for some reward. {}",
        options.visit_distributions.len(),
        if arrows.is_empty() {
            "They use every action.".to_owned()
        } else {
            format!("The dotted actions {} belong to dominated ones only.", arrows.join(", "))
        }
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let dotted = runs.options("r▷")?.dominated_pairs.iter().cloned().collect();
    Ok(DIAGRAM.digraph(runs.model()?, &dotted)?.figure())
}
