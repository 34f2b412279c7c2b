//! Figure 10: instrumental against terminal alignment.

use super::{CORRELATION, SAMPLES};
use crate::figure::About;
use crate::published::{Published, PublishedError};
use crate::quantity::Quantity;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Figure 10: instrumental against terminal alignment.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h2-fig10",
        title: "Instrumental alignment against terminal alignment, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 10",
        experiments: &[],
        published: &[alpha("β = 0", -0.509), alpha("β = 0.5", 0.672), alpha("β = 1", 1.0)],
    },
    sweeps: &[CORRELATION],
    view: View::AlignmentCurve,
    states: &[],
    remark: "Instrumental alignment α, the correlation of both agents' POWER over joint states, against terminal alignment β, the correlation of their rewards; bands are one standard error wide on either side.",
};

/// Read off the published picture.
const fn alpha(state: &'static str, value: f64) -> Published {
    let quantity = Quantity::Entry { quantity: "alpha", state };
    Published::new(quantity, value, 3, SAMPLES, PublishedError::Scaled)
        .with_note("the published value is the correlation of POWER as printed, rounded to three decimals")
}
