//! *Instrumental convergence: scale and physical interactions* `[Harris & Suo 2022, part 3]`.
//!
//! Two agents walk a maze of seven by seven cells, either short-sighted or far-sighted, and may or may not share a cell. All
//! rewards are independent and uniform on [0, 1]. The figures of one setting share one experiment.

use crate::contrast::Estimate;
use crate::published::{Published, PublishedError};
use crate::quantity::{NamedState, Quantity};
use crate::{Config, alignment_plot::PublishedContrast};

pub(crate) mod fig1;
pub(crate) mod fig10;
pub(crate) mod fig10_detail;
pub(crate) mod fig11;
pub(crate) mod fig2;
pub(crate) mod fig3;
pub(crate) mod fig4;
pub(crate) mod fig5;
pub(crate) mod fig5_detail;
pub(crate) mod fig6;
pub(crate) mod fig6_detail;
pub(crate) mod fig7;
pub(crate) mod fig8;
pub(crate) mod fig9;
pub(crate) mod s1;
pub(crate) mod s2;

/// The experiment of figure 1.
const MAZE: Config = Config { name: "h3-maze", toml: include_str!("h3/maze.toml") };
/// The experiment of figures 2 to 4.
const SHORT_SIGHTED: Config = Config { name: "h3-short-sighted", toml: include_str!("h3/short-sighted.toml") };
/// The experiment of figures 5 to 7.
const SHORT_SIGHTED_APART: Config =
    Config { name: "h3-short-sighted-apart", toml: include_str!("h3/short-sighted-apart.toml") };
/// The experiment of figures 8 and 9.
const FAR_SIGHTED: Config = Config { name: "h3-far-sighted", toml: include_str!("h3/far-sighted.toml") };
/// The experiment of figures 10 and 11.
const FAR_SIGHTED_APART: Config =
    Config { name: "h3-far-sighted-apart", toml: include_str!("h3/far-sighted-apart.toml") };

/// Number of samples of the published two-agent runs.
const SAMPLES: u64 = 10_000;

/// H at a junction with A beside it.
const S1: NamedState = NamedState { name: "s1", h: (0, 3), a: (0, 2) };
/// H at the same junction with A far away.
const S2: NamedState = NamedState { name: "s2", h: (0, 3), a: (5, 6) };

/// H at the junction (0, 3) with A beside it, on each side, and far away.
const AROUND_JUNCTION_H: [NamedState; 4] =
    [S1, NamedState { name: "right", h: (0, 3), a: (0, 4) }, NamedState { name: "below", h: (0, 3), a: (1, 3) }, S2];
/// A at the junction (0, 3) with H beside it, on each side, and far away.
const AROUND_JUNCTION_A: [NamedState; 4] = [
    NamedState { name: "left", h: (0, 2), a: (0, 3) },
    NamedState { name: "right", h: (0, 4), a: (0, 3) },
    NamedState { name: "below", h: (1, 3), a: (0, 3) },
    NamedState { name: "far", h: (5, 6), a: (0, 3) },
];

/// Standard errors of the published alignments, by resampling runs of as many samples.
const ALPHA_ERROR: PublishedError = PublishedError::Known(0.005);
/// The same, far-sighted, where the agents may overlap.
const ALPHA_ERROR_FAR_SIGHTED: f64 = 0.055;
/// The same, far-sighted, under the no-overlap rule.
const ALPHA_ERROR_FAR_SIGHTED_APART: f64 = 0.025;
/// Standard error of a published POWER at one state.
const POWER_ERROR: PublishedError = PublishedError::Known(0.002_5);

/// How the published far-sighted runs differ from ours.
const EARLY_STOP: &str = "the published run stopped value iteration at a relative change of 1e-4 in single precision, which \
     lowers POWER unevenly over states at this discount; ours is solved to within the bound in its manifest";

/// The published contrast at the high discount: forbidding overlap makes alignment more negative.
const fn far_sighted_contrast(without: usize, with: usize) -> PublishedContrast {
    let published =
        (Estimate::new(-0.32, ALPHA_ERROR_FAR_SIGHTED), Estimate::new(-0.45, ALPHA_ERROR_FAR_SIGHTED_APART));
    PublishedContrast { without, with, published }
}

const fn alpha(value: f64, std_error: PublishedError) -> Published {
    Published::new(Quantity::Alpha, value, 2, SAMPLES, std_error)
}

const fn power_h(state: NamedState, value: f64) -> Published {
    let quantity = Quantity::Power { agent: dunamis_mdp::Agent::H, state };
    Published::new(quantity, value, 3, SAMPLES, POWER_ERROR)
}
