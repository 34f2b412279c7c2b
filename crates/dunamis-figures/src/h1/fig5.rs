//! Figure 5: POWER of one short-sighted agent in the robot face.

use super::ROBOT_FACE_SHORT_SIGHTED;
use crate::figure::About;
use crate::heat_map::HeatMapFigure;

/// Figure 5: POWER of one short-sighted agent in the robot face.
pub(crate) const FIGURE: HeatMapFigure = HeatMapFigure {
    about: About {
        id: "h1-fig5",
        title: "POWER(_s_, _γ_ = 0.1) of one agent in the robot face",
        source: "Harris & Suo (2022), part 1, figure 5",
        experiments: &[ROBOT_FACE_SHORT_SIGHTED],
        published: &[],
    },
    remark: "POWER of a short-sighted agent at each of 220 cells: it looks a few moves ahead, and open rooms have the most.",
};
