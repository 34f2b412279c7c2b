//! Figure 10: POWER of both agents, far-sighted, no overlap.

use dunamis_mdp::Agent;

use super::FAR_SIGHTED_APART;
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 10: POWER of both agents, far-sighted, no overlap.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig10",
        title: "POWER, _γ_ = 0.99, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 10",
        experiments: &[FAR_SIGHTED_APART],
        published: &[],
    },
    remark: "POWER of both agents at each joint state.",
    panels: &[Panel::whole(Agent::H), Panel::whole(Agent::A)],
    quoted: &[],
};
