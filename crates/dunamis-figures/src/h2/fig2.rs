//! Figure 2: POWER of H, same rewards.

use dunamis_mdp::Agent;

use super::{ALIGNED, CENTER, CORNER, EDGE, extreme, mean};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;
use crate::quantity::End;

/// Figure 2: POWER of H, same rewards.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h2-fig2",
        title: "POWER_{_H_} with the same rewards, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 2",
        experiments: &[ALIGNED],
        published: &[
            extreme(Agent::H, End::Least, CORNER, CORNER, 0.897),
            extreme(Agent::H, End::Least, EDGE, CORNER, 0.906),
            extreme(Agent::H, End::Greatest, CENTER, CENTER, 0.931),
            mean(Agent::H, 0.911, 3),
        ],
    },
    remark: "POWER of H at each joint state when both have the same rewards.",
    panels: &[Panel::whole(Agent::H)],
    quoted: &[],
};
