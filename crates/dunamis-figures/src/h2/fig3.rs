//! Figure 3: POWER of A, same rewards.

use dunamis_mdp::Agent;

use super::{ALIGNED, CENTER, CORNER, EDGE, extreme, mean};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;
use crate::quantity::End;

/// Figure 3: POWER of A, same rewards.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h2-fig3",
        title: "POWER_{_A_} with the same rewards, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 3",
        experiments: &[ALIGNED],
        published: &[
            extreme(Agent::A, End::Least, CORNER, CORNER, 0.897),
            extreme(Agent::A, End::Least, EDGE, CORNER, 0.906),
            extreme(Agent::A, End::Greatest, CENTER, CENTER, 0.931),
            mean(Agent::A, 0.911, 3),
        ],
    },
    remark: "POWER of A at each joint state when both have the same rewards.",
    panels: &[Panel::whole(Agent::A)],
    quoted: &[],
};
