//! Figure 1: rewards of both agents, the same.

use super::ALIGNED;
use crate::figure::About;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Figure 1: rewards of both agents, the same.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h2-fig1",
        title: "Rewards of both agents, the same",
        source: "Harris & Suo (2022), part 2, figure 1",
        experiments: &[ALIGNED],
        published: &[],
    },
    sweeps: &[],
    view: View::Rewards,
    states: &[],
    remark: "Rewards of both agents at one joint state: a point for each of the first samples.",
};
