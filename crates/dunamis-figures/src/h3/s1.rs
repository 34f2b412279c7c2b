//! State diagram 1: A beside H at a junction.

use super::{S1, SHORT_SIGHTED, SHORT_SIGHTED_APART};
use crate::figure::About;
use crate::state_diagram::StateDiagram;

/// State diagram 1: A beside H at a junction.
pub(crate) const FIGURE: StateDiagram = StateDiagram {
    about: About {
        id: "h3-s1",
        title: "State _s_{1}",
        source: "Harris & Suo (2022), part 3, diagram of state 1",
        experiments: &[SHORT_SIGHTED, SHORT_SIGHTED_APART],
        published: &[],
    },
    state: S1,
};
