//! Figure 6: POWER of one far-sighted agent in the robot face.

use super::ROBOT_FACE_FAR_SIGHTED;
use crate::figure::About;
use crate::heat_map::HeatMapFigure;

/// Figure 6: POWER of one far-sighted agent in the robot face.
pub(crate) const FIGURE: HeatMapFigure = HeatMapFigure {
    about: About {
        id: "h1-fig6",
        title: "POWER(_s_, _γ_ = 0.99) of one agent in the robot face",
        source: "Harris & Suo (2022), part 1, figure 6",
        experiments: &[ROBOT_FACE_FAR_SIGHTED],
        published: &[],
    },
    remark: "POWER of a far-sighted agent at each of 220 cells: the open rooms lose their lead to places from which all is near.",
};
