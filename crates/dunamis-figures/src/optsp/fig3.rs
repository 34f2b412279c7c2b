//! Figure 3: average optimal value and POWER of three states against the discount.

use dunamis_plot::{Color, Curve, LinePlot, OKABE_ITO, Panels, Plot};

use super::about;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::published::Published;
use crate::{Config, FigureError, Fraction, Table};

/// Figure 3.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig3",
        "Average optimal value and POWER of three states",
        "Turner et al. (2021), optimal policies tend to seek power, figure 3",
        &[
            Published::exact("POWER at 1/2", "∅", (1, 2)),
            Published::exact("POWER at 0", "ℓ↙", (2, 3)),
            Published::exact("POWER at 1/2", "ℓ↙", (11, 18)),
            Published::exact("POWER at 1", "ℓ↙", (7, 12)),
            Published::exact("POWER at 1/2", "r↘", (2, 3)),
        ],
    ),
    analyses: &[Config { name: "optsp-power", toml: include_str!("power.toml") }],
    caption,
    draw,
    table,
};

const STATES: [(&str, &str, Color); 3] =
    [("∅", "∅", OKABE_ITO[7]), ("ℓ↙", "_ℓ_{↙}", OKABE_ITO[5]), ("r↘", "_r_{↘}", OKABE_ITO[4])];
/// Largest average optimal value drawn: it grows without bound.
const HIGHEST: f64 = 6.5;

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let mut parts = Vec::new();
    for (state, label, _) in STATES {
        let powers = runs.chances(state)?;
        let ends = [powers.first(), powers.last()].into_iter().flatten();
        let ends = ends.map(|record| record.power.parse::<Fraction>().map(|power| power.label()));
        let ends = ends.collect::<Result<Vec<_>, _>>()?;
        parts.push(format!("{label} from {}", ends.join(" to ")));
    }
    Ok(format!(
        "Rewards independent and uniform on [0, 1]; all values are exact. (a) The average optimal value grows without bound as \
         _γ_ → 1. (b) POWER keeps its limits: {} as _γ_ goes from 0 to 1.",
        parts.join(", ")
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let (mut values, mut powers) = (Vec::new(), Vec::new());
    for (state, label, color) in STATES {
        let (mut value, mut power) = (Vec::new(), Vec::new());
        for record in runs.chances(state)? {
            let discount = record.discount.parse::<Fraction>()?.value();
            power.push((discount, record.power.parse::<Fraction>()?.value()));
            if let Some(average) = &record.average_value {
                value.push((discount, average.parse::<Fraction>()?.value()));
            }
        }
        value.retain(|&(_, value)| value <= HIGHEST);
        values.push(Curve::new(value).label(label).color(color));
        powers.push(Curve::new(power).label(label).color(color));
    }
    let values = LinePlot::new(values).axis_titles("discount _γ_", "_V_^{∗}(_s_, _γ_)").frame_size(290.0, 250.0);
    let powers = LinePlot::new(powers).axis_titles("discount _γ_", "POWER(_s_, _γ_)").frame_size(290.0, 250.0);
    let panels = [values.figure().title("average optimal value"), powers.figure().title("POWER")];
    Ok(Panels::new(panels).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (state, ..) in STATES {
        for record in runs.chances(state)? {
            table.push_exact(format!("POWER at {}", record.discount), state, &record.power.parse()?);
            if let Some(value) = &record.average_value {
                table.push_exact(format!("average optimal value at {}", record.discount), state, &value.parse()?);
            }
        }
    }
    Ok(table)
}
