//! Figure 10, detail: the upper-right corridor.

use dunamis_mdp::Agent;

use super::FAR_SIGHTED_APART;
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;
use crate::quantity::NamedState;

/// H in the corridor with A near its way out.
const BLOCKED: NamedState = NamedState { name: "blocked", h: (0, 5), a: (2, 3) };
/// H as far from A on the other side of the junction.
const FREE: NamedState = NamedState { name: "free", h: (0, 1), a: (2, 3) };

/// Figure 10, detail: the upper-right corridor.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig10-detail",
        title: "POWER with _H_ in the upper-right corridor, _γ_ = 0.99, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 10, detail",
        experiments: &[FAR_SIGHTED_APART],
        published: &[],
    },
    remark: "Detail of figure 10, on its color scales. The corridor (0, 4) to (0, 6) ends in a dead end, and its only way out is the junction (0, 3).",
    panels: &[Panel::crop(Agent::H, &[(0, 3), (1, 3), (2, 3)]), Panel::crop(Agent::A, &[(0, 4), (0, 5), (0, 6)])],
    quoted: &[BLOCKED, FREE],
};
