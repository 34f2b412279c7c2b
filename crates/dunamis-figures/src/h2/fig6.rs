//! Figure 6: POWER of H, independent rewards.

use dunamis_mdp::Agent;

use super::{CENTER, CORNER, EDGE, INDEPENDENT, extreme, mean};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;
use crate::quantity::End;

/// Figure 6: POWER of H, independent rewards.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h2-fig6",
        title: "POWER_{_H_} with independent rewards, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 6",
        experiments: &[INDEPENDENT],
        published: &[
            extreme(Agent::H, End::Least, CORNER, CORNER, 0.660),
            extreme(Agent::H, End::Greatest, CORNER, CORNER, 0.663),
            extreme(Agent::H, End::Least, EDGE, CORNER, 0.677),
            extreme(Agent::H, End::Greatest, EDGE, CORNER, 0.679),
            extreme(Agent::H, End::Least, CENTER, CORNER, 0.693),
            extreme(Agent::H, End::Greatest, CENTER, CORNER, 0.696),
            extreme(Agent::H, End::Least, CORNER, CENTER, 0.645),
            extreme(Agent::H, End::Greatest, CORNER, CENTER, 0.648),
            extreme(Agent::H, End::Least, EDGE, CENTER, 0.659),
            extreme(Agent::H, End::Greatest, EDGE, CENTER, 0.660),
            extreme(Agent::H, End::Least, CENTER, CENTER, 0.671),
            mean(Agent::H, 0.6662, 4),
        ],
    },
    remark: "POWER of H at each joint state when rewards are independent.",
    panels: &[Panel::whole(Agent::H)],
    quoted: &[],
};
