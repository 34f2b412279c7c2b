//! State diagram 2: A far from H at a junction.

use super::{S2, SHORT_SIGHTED, SHORT_SIGHTED_APART};
use crate::figure::About;
use crate::state_diagram::StateDiagram;

/// State diagram 2: A far from H at a junction.
pub(crate) const FIGURE: StateDiagram = StateDiagram {
    about: About {
        id: "h3-s2",
        title: "State _s_{2}",
        source: "Harris & Suo (2022), part 3, diagram of state 2",
        experiments: &[SHORT_SIGHTED, SHORT_SIGHTED_APART],
        published: &[],
    },
    state: S2,
};
