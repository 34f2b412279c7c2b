//! Mean POWER of both agents while rewards become the same.

use super::{CORRELATION, SAMPLES};
use crate::figure::About;
use crate::published::{Published, PublishedError};
use crate::quantity::Quantity;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Mean POWER of both agents while rewards become the same.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h2-power",
        title: "Mean POWER of both agents against terminal alignment, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, and pictures of the incumbent",
        experiments: &[],
        published: &[
            mean("mean POWER_H", "β = 0", 0.666, 3),
            mean("mean POWER_H", "β = 0.2", 0.734, 3),
            mean("mean POWER_H", "β = 0.4", 0.790, 3),
            mean("mean POWER_H", "β = 0.6", 0.837, 3),
            mean("mean POWER_H", "β = 0.8", 0.877, 3),
            mean("mean POWER_H", "β = 1", 0.911, 3),
            mean("mean POWER_A", "β = 0", 0.820, 3),
            mean("mean POWER_A", "β = 0.2", 0.844, 3),
            mean("mean POWER_A", "β = 0.4", 0.864, 3),
            mean("mean POWER_A", "β = 0.6", 0.882, 3),
            mean("mean POWER_A", "β = 0.8", 0.898, 3),
            mean("mean POWER_A", "β = 1", 0.911, 3),
            mean("mean POWER_H against the seed policy", "β = 0", 0.665, 3),
            mean("mean POWER_H against the seed policy", "β = 0.2", 0.665, 3),
            mean("mean POWER_H against the seed policy", "β = 0.4", 0.665, 3),
            mean("mean POWER_H against the seed policy", "β = 0.6", 0.665, 3),
            mean("mean POWER_H against the seed policy", "β = 0.8", 0.665, 3),
            mean("mean POWER_H against the seed policy", "β = 1", 0.665, 3),
            mean("mean POWER_H", "β = 0.5", 0.8142, 4),
            mean("mean POWER_A", "β = 0.5", 0.8735, 4),
        ],
    },
    sweeps: &[CORRELATION],
    view: View::MeanCurve,
    states: &[],
    remark: "POWER of both agents, averaged over joint states, and that of H while A still follows its seed policy.",
};

const fn mean(quantity: &'static str, state: &'static str, value: f64, decimals: usize) -> Published {
    Published::new(Quantity::Entry { quantity, state }, value, decimals, SAMPLES, PublishedError::Scaled)
}
