//! Figure 5: rewards of both agents, independent.

use super::INDEPENDENT;
use crate::figure::About;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Figure 5: rewards of both agents, independent.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h2-fig5",
        title: "Rewards of both agents, independent",
        source: "Harris & Suo (2022), part 2, figure 5",
        experiments: &[INDEPENDENT],
        published: &[],
    },
    sweeps: &[],
    view: View::Rewards,
    states: &[],
    remark: "Rewards of both agents at one joint state: a point for each of the first samples.",
};
