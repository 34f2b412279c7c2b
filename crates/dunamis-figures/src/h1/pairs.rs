//! Samples of POWER at pairs of cells.

use super::GRID;
use crate::figure::About;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Samples of POWER at pairs of cells.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h1-pairs",
        title: "Samples of POWER at pairs of cells, _γ_ = 0.6",
        source: "what the incumbent draws beside part 1",
        experiments: &[GRID],
        published: &[],
    },
    sweeps: &[],
    view: View::Pairs { log: true },
    states: &[],
    remark: "How POWER of single rewards goes together at the cell of most POWER and at those of median and of least POWER.",
};
