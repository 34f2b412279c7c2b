//! Samples of POWER at every cell.

use super::GRID;
use crate::figure::About;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Samples of POWER at every cell.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h1-histograms",
        title: "Samples of POWER on an open grid, _γ_ = 0.6",
        source: "what the incumbent draws beside part 1",
        experiments: &[GRID],
        published: &[],
    },
    sweeps: &[],
    view: View::Histogram { log: false },
    states: &[],
    remark: "How POWER of single rewards is distributed at each cell, on common axes; a red line stands at the mean.",
};
