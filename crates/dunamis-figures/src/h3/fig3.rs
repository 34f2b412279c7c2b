//! Figure 3: POWER of A, short-sighted, overlap allowed.

use dunamis_mdp::Agent;

use super::SHORT_SIGHTED;
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;

/// Figure 3: POWER of A, short-sighted, overlap allowed.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h3-fig3",
        title: "POWER_{_A_}, _γ_ = 0.1, agents may overlap",
        source: "Harris & Suo (2022), part 3, figure 3",
        experiments: &[SHORT_SIGHTED],
        published: &[],
    },
    remark: "POWER of the AI agent _A_ at each joint state.",
    panels: &[Panel::whole(Agent::A)],
    quoted: &[],
};
