//! *Misalignment-by-default in multi-agent systems* `[Harris & Suo 2022, part 2]`.
//!
//! Two agents walk an open grid of three by three cells and may share a cell. Their rewards are the same, independent, or in
//! between: terminal alignment β is the correlation of their rewards at each state.

use dunamis_mdp::Agent;

use crate::Config;
use crate::published::{Published, PublishedError};
use crate::quantity::{End, Quantity};

pub(crate) mod fig1;
pub(crate) mod fig10;
pub(crate) mod fig2;
pub(crate) mod fig3;
pub(crate) mod fig4;
pub(crate) mod fig5;
pub(crate) mod fig6;
pub(crate) mod fig7;
pub(crate) mod fig8;
pub(crate) mod fig9;
pub(crate) mod power;

/// The experiment of figures 1 to 4.
const ALIGNED: Config = Config { name: "h2-aligned", toml: include_str!("h2/aligned.toml") };
/// The experiment of figures 5 to 8.
const INDEPENDENT: Config = Config { name: "h2-independent", toml: include_str!("h2/independent.toml") };

/// The sweep of figures 9 and 10.
const CORRELATION: Config = Config { name: "h2-correlation", toml: include_str!("h2/correlation.toml") };

/// Number of samples of the published runs.
const SAMPLES: u64 = 20_000;

/// Open neighbors of a corner.
const CORNER: Option<usize> = Some(2);
/// Open neighbors of a cell at an edge.
const EDGE: Option<usize> = Some(3);
/// Open neighbors of the center.
const CENTER: Option<usize> = Some(4);

/// The least or greatest published POWER of an agent while each agent is at a kind of cell.
const fn extreme(agent: Agent, end: End, h: Option<usize>, a: Option<usize>, value: f64) -> Published {
    Published::new(Quantity::Extreme { end, agent, h, a }, value, 3, SAMPLES, PublishedError::Scaled)
}

/// A published mean over states.
const fn mean(agent: Agent, value: f64, decimals: usize) -> Published {
    Published::new(Quantity::Mean(agent), value, decimals, SAMPLES, PublishedError::Scaled)
}
