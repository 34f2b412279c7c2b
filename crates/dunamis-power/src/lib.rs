//! POWER of one agent, POWER of two agents who share a world, and how far their interests are aligned.
//!
//! A state's POWER is what an optimal agent can expect from it, averaged over reward functions
//! `[Turner et al. 2021, Def. 5.2]`:
//!
//! ```math
//! \mathrm{POWER}_{\mathcal D}(s, \gamma) = \tfrac{1-\gamma}{\gamma}\, \mathbb E_{R \sim \mathcal D}\bigl[V^*_R(s,\gamma) - R(s)\bigr].
//! ```
//!
//! With a human H and a faster AI A, H learns first and A then replies to it; see [`estimate_multi_agent`].
//!
//! ```
//! use dunamis_mdp::{Discount, TransitionModel};
//! use dunamis_power::Sampling;
//! use dunamis_sampling::{IndependentRewards, Marginal, Seed};
//! use std::sync::Arc;
//!
//! let mut builder = TransitionModel::builder();
//! let (start, left, right) = (builder.state("start")?, builder.state("left")?, builder.state("right")?);
//! builder.transition(start, "left", left, 1.0)?;
//! builder.transition(start, "right", right, 1.0)?;
//! builder.transition(left, "stay", left, 1.0)?;
//! builder.transition(right, "stay", right, 1.0)?;
//! let model = Arc::new(builder.build()?);
//!
//! let law = IndependentRewards::identical(3, Marginal::UNIT)?;
//! let sampling = Sampling::new(4_000, Seed::new(1));
//! let power = dunamis_power::estimate(&model, &law, &Discount::new(0.9)?, &sampling, &())?;
//! assert!((power.mean[start.index()] - 2.0 / 3.0).abs() < 5.0 * power.std_error[start.index()]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `single_agent` | [`estimate`], [`exact`], and the limit $`\gamma \to 1`$: [`estimate_average`], [`exact_average`] |
//! | `multi_agent`, `best_reply`, `rounds` | [`estimate_multi_agent`], [`exact_multi_agent`] |
//! | `policies` | [`policies()`], what both agents do for one pair of reward vectors |
//! | `seed_policy` | [`SeedPolicy`], [`policy_toward`] |
//! | `alignment` | [`Alignment`] |
//! | `empowerment` | [`empowerment()`]: what an agent can make a difference to, which is not POWER |
//! | `published` | the incumbent's arithmetic, for comparisons with published numbers: [`published`] |
//! | `optimality_probability`, `probability_estimate` | [`optimality_probability`], [`exact_power`]: exact where possible; [`estimate_optimality_probability`] for any law |
//! | `choice_law`, `option_graph`, `joint_worth`, `tie_break` | the exact laws of what options are worth |
//! | `piecewise_polynomial` | distribution functions in exact arithmetic |
//! | `suboptimal` | [`estimate_suboptimal`]: POWER of decision-makers who are not optimal |
//! | `sampling`, `coverage` | [`Sampling`]: how many samples, which, and when they are enough; how often intervals are right |
//! | `ledger` | [`Ledger`]: sums of chunks of samples, so that estimates can be divided among processes and resumed |
//! | `sample_recorder` | [`SampleRecorder`]: keeps single samples |
//! | `transition` | [`find_transitions`]: discounts at which other states have most POWER |
//! | `estimate`, `moments`, `stream`, `tiles` | [`PowerEstimate`], streaming statistics, parallel loops |
//!
//! # Invariants
//!
//! - Sample $`i`$ is the same whatever the number of threads, and partial sums are added in a fixed order.
//! - Memory does not grow with the number of samples, unless they are [kept](SampleRecorder).
//! - A probability or POWER that is given as a rational is exact: no floating-point number has decided anything about it.
//! - This crate knows nothing of files, experiments or terminals.

mod alignment;
mod best_reply;
mod choice_law;
#[cfg(test)]
mod coverage;
mod empowerment;
mod error;
mod estimate;
mod joint_worth;
mod ledger;
mod moments;
mod multi_agent;
mod optimality_probability;
mod option_graph;
mod piecewise_polynomial;
mod policies;
mod probability_estimate;
pub mod published;
mod rounds;
mod sample_recorder;
mod sampling;
mod seed_policy;
mod single_agent;
mod stream;
mod suboptimal;
mod tie_break;
mod tiles;
mod transition;

pub use alignment::Alignment;
pub use empowerment::{Empowerment, empowerment};
pub use error::PowerError;
pub use estimate::{PowerEstimate, Warrant};
pub use ledger::{CHUNK, Entry, Ledger};
pub use multi_agent::{
    Endings, MultiAgentPower, MultiAgentSettings, MultiAgentStatistics, estimate_multi_agent, exact_multi_agent,
};
pub use optimality_probability::{
    ActionProbability, Optimality, OptimalityProbability, ProbabilityMethod, ProbabilitySettings, ProbabilityWarrant,
    exact_power, optimality_probability,
};
pub use policies::policies;
pub use probability_estimate::estimate_optimality_probability;
pub use sample_recorder::{AgentSamples, SampleRecorder, Samples};
pub use sampling::Sampling;
pub use seed_policy::{SeedPolicy, check_weights, policy_toward};
pub use single_agent::{estimate, estimate_average, exact, exact_average};
pub use stream::{Observer, Sample};
pub use suboptimal::{DecisionMaker, estimate_suboptimal};
pub use transition::{Contrast, Transition, TransitionSearch, Transitions, find_transitions};
