//! Figure 5: POWER of H, short-sighted, no overlap.

use dunamis_mdp::Agent;

use super::{S1, S2, SHORT_SIGHTED_APART, power_h};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 5: POWER of H, short-sighted, no overlap.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig5",
        title: "POWER_{_H_}, _γ_ = 0.1, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 5",
        experiments: &[SHORT_SIGHTED_APART],
        published: &[power_h(S1, 0.640), power_h(S2, 0.651)],
    },
    remark: "POWER of the human agent _H_ at each joint state.",
    panels: &[Panel::whole(Agent::H)],
    quoted: &[S1, S2],
};
