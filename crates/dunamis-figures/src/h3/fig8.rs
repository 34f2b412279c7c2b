//! Figure 8: POWER of both agents, far-sighted, overlap allowed.

use dunamis_mdp::Agent;

use super::FAR_SIGHTED;
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 8: POWER of both agents, far-sighted, overlap allowed.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig8",
        title: "POWER, _γ_ = 0.99, agents may overlap",
        source: "Harris & Suo (2022), part 3, figure 8",
        experiments: &[FAR_SIGHTED],
        published: &[],
    },
    remark: "POWER of both agents at each joint state.",
    panels: &[Panel::whole(Agent::H), Panel::whole(Agent::A)],
    quoted: &[],
};
