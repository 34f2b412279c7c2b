//! Figure 6: POWER of A, short-sighted, no overlap.

use dunamis_mdp::Agent;

use super::SHORT_SIGHTED_APART;
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 6: POWER of A, short-sighted, no overlap.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig6",
        title: "POWER_{_A_}, _γ_ = 0.1, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 6",
        experiments: &[SHORT_SIGHTED_APART],
        published: &[],
    },
    remark: "POWER of the AI agent _A_ at each joint state.",
    panels: &[Panel::whole(Agent::A)],
    quoted: &[],
};
