//! Figure 2: POWER of H, short-sighted, overlap allowed.

use dunamis_mdp::Agent;

use super::{S1, S2, SHORT_SIGHTED, power_h};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 2: POWER of H, short-sighted, overlap allowed.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig2",
        title: "POWER_{_H_}, _γ_ = 0.1, agents may overlap",
        source: "Harris & Suo (2022), part 3, figure 2",
        experiments: &[SHORT_SIGHTED],
        published: &[power_h(S1, 0.680), power_h(S2, 0.653)],
    },
    remark: "POWER of the human agent _H_ at each joint state.",
    panels: &[Panel::whole(Agent::H)],
    quoted: &[S1, S2],
};
