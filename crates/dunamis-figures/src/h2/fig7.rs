//! Figure 7: POWER of A, independent rewards.

use dunamis_mdp::Agent;

use super::{CENTER, CORNER, EDGE, INDEPENDENT, extreme, mean};
use crate::block_grid::{BlockGridFigure, Panel};
use crate::figure::About;
use crate::quantity::End;

/// Figure 7: POWER of A, independent rewards.
pub(crate) const FIGURE: BlockGridFigure = BlockGridFigure {
    about: About {
        id: "h2-fig7",
        title: "POWER_{_A_} with independent rewards, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 7",
        experiments: &[INDEPENDENT],
        published: &[
            extreme(Agent::A, End::Least, None, CORNER, 0.800),
            extreme(Agent::A, End::Greatest, None, CORNER, 0.805),
            extreme(Agent::A, End::Least, None, EDGE, 0.828),
            extreme(Agent::A, End::Greatest, None, EDGE, 0.830),
            extreme(Agent::A, End::Least, None, CENTER, 0.852),
            extreme(Agent::A, End::Greatest, None, CENTER, 0.853),
            mean(Agent::A, 0.8200, 4),
        ],
    },
    remark: "POWER of A at each joint state when rewards are independent.",
    panels: &[Panel::whole(Agent::A)],
    quoted: &[],
};
