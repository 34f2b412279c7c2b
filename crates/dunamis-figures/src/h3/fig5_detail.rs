//! Figure 5, detail: POWER of H with A beside the junction (0, 3).

use dunamis_mdp::Agent;

use super::{AROUND_JUNCTION_H, SHORT_SIGHTED_APART};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 5, detail: POWER of H with A beside the junction (0, 3).
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig5-detail",
        title: "POWER_{_H_} around the junction (0, 3), _γ_ = 0.1, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 5, detail",
        experiments: &[SHORT_SIGHTED_APART],
        published: &[],
    },
    remark: "Detail of figure 5, on its color scale: _A_ beside the junction (0, 3) in the three blocks on the left, far away on the right. The effect of being adjacent is the difference between the blocks in the cell (0, 3).",
    panels: &[Panel::crop(Agent::H, &[(0, 2), (0, 4), (1, 3), (5, 6)])],
    quoted: &AROUND_JUNCTION_H,
};
