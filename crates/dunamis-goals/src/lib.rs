//! Goals compatible with training: which there are, how to draw them, and what they do in a new situation.
//!
//! An agent was trained in some states of a world and behaves there as it was taught. Many goals explain that behavior; among
//! those of them that differ only in the rewards of states never seen, most avoid shutdown in a new situation, provided that
//! enough of these states can be visited again and again `[Krakovna & Kramár 2023, Thm. 2]`.
//!
//! | module | noun |
//! |---|---|
//! | `setting` | [`ShutdownSetting`]: a new state in which the agent may be shut down; [`without_sinks`] |
//! | `situation` | [`Situation`]: training and the new state, from the labels of a model |
//! | `training` | [`Training`]: the states visited, and what was observed there; [`Closure`] |
//! | `goal_set` | [`GoalSet`]: the goals compatible with training, with [`Reading`] and [`Form`] |
//! | `goal_row`, `deciding_states` | [`GoalRow`]: a necessary condition of compatibility; the states that decide about it |
//! | `goal_bounds` | [`GoalBounds`]: boxes and the sphere |
//! | `lifted_form` | [`LiftedForm`]: convex goal sets by few rows over goals and values |
//! | `feasibility` | [`Feasibility`] of observations, or the [`Contradiction`] among them; [`blocks`] of rewards |
//! | `goal_sampler` | [`GoalSampler`]: the uniform law on them, with a [`BlockReport`] for each block |
//! | `block_sampler`, `interior_point` | rejection and walks: [`SamplingMethod`], [`SamplerSettings`] |
//! | `features`, `featurized_goals` | [`Features`] of states; [`FeaturizedGoals`]: compatible combinations of them |
//! | `simplicity_prior` | [`SimplicityPrior`]: few features are likelier than many |
//! | `prediction` | [`predict`]: what uniform compatible goals do in a new state; [`Prediction`], [`Chance`] |
//! | `avoidance` | [`certify_avoidance`]: most compatible goals avoid shutdown; [`AvoidanceRefusal`], [`Exchangeable`] |
//! | `compatible_orbit` | [`CompatibleOrbit`]: what the compatible rearrangements of one goal do |
//! | `swap_counterexample` | [`SwapCounterexample`]: what goes wrong where training can reach the future |
//! | `behavior`, `context_mixture` | kinds of agents: [`Behavior`], [`ContextMixture`] |
//! | `agent_kinds` | [`agent_kinds()`]: those that the discussion is about |
//! | `rationality` | how closely they follow goals: [`Rationality`] |
//! | `policies`, `trajectory` | [`Policies`] of a kind; [`Trajectory`]: what was done |
//! | `belief`, `scaled` | [`Belief`]: trajectories under a mixture of policies |
//! | `likelihood`, `calibration` | [`LogLikelihood`] and [`Calibration`] of predictions; [`Estimate`] |
//! | `likelihood_table` | [`LikelihoodTable`]: every kind of agent predicted by every kind |
//! | `restriction`, `exact_reward`, `approximate_losses` | parts of models; goals as rewards; membership where doubles leave no doubt |
//! | `recurrence` | [`Recurrence`]: what can be reached and revisited; [`ReachAndRevisit`], [`NotRevisited`] |
//! | `retargetable`, `visit_bounds` | [`Retargeting`]: how many states can take the place of shutdown; [`Retargetable`], [`CycleSteps`] |
//! | `visit_count` | [`VisitCount`]: how often a state is visited, under a policy and at most; [`OptimalVisits`] |
//! | `certain_moves`, `cycle_threshold` | [`CycleThreshold`]: the same without chance, at any size |
//! | `visit_threshold` | [`VisitThreshold`]: from which discount on that is more than once |
//! | `error` | [`GoalError`] |
//!
//! # Invariants
//!
//! - What is certified, counted or contained is exact; what is drawn comes with its seed, its size and its diagnostics.
//! - Goal $`i`$ of a sample is the same whatever the number of threads.
//! - Nothing is printed or read from files.

mod agent_kinds;
mod approximate_losses;
mod avoidance;
mod behavior;
mod belief;
mod block_sampler;
mod calibration;
mod certain_moves;
mod compatible_orbit;
mod context_mixture;
mod cycle_threshold;
mod deciding_states;
mod error;
mod exact_reward;
mod feasibility;
mod features;
mod featurized_goals;
mod goal_bounds;
mod goal_row;
mod goal_sampler;
mod goal_set;
mod interior_point;
mod lifted_form;
mod likelihood;
mod likelihood_table;
mod policies;
mod prediction;
mod rationality;
mod recurrence;
mod restriction;
mod retargetable;
mod scaled;
mod setting;
mod simplicity_prior;
mod situation;
mod swap_counterexample;
mod training;
mod trajectory;
mod visit_bounds;
mod visit_count;
mod visit_threshold;

pub use agent_kinds::agent_kinds;
pub use avoidance::{AvoidanceRefusal, Exchangeable, certify_avoidance};
pub use behavior::{Behavior, GoalLaw};
pub use belief::Belief;
pub use block_sampler::{SamplerSettings, SamplingMethod};
pub use calibration::{BINS, Calibration, ReliabilityBin};
pub use compatible_orbit::CompatibleOrbit;
pub use context_mixture::ContextMixture;
pub use cycle_threshold::CycleThreshold;
pub use dunamis_orbit::{Strictness, VisitBound, VisitEvidence, VisitWitness, WitnessError};
pub use error::GoalError;
pub use feasibility::{Block, Contradiction, Feasibility, Inequality, blocks};
pub use features::Features;
pub use featurized_goals::FeaturizedGoals;
pub use goal_bounds::GoalBounds;
pub use goal_row::GoalRow;
pub use goal_sampler::{BlockReport, GoalSampler};
pub use goal_set::{Form, GoalSet, GoalSettings, Reading};
pub use lifted_form::{LiftedForm, LiftedRow};
pub use likelihood::{Estimate, LogLikelihood};
pub use likelihood_table::{LikelihoodCell, LikelihoodSettings, LikelihoodTable};
pub use policies::Policies;
pub use prediction::{Chance, Prediction, PredictionSettings, predict, predict_with};
pub use rationality::Rationality;
pub use recurrence::{NotRevisited, ReachAndRevisit, Recurrence};
pub use retargetable::{CycleSteps, Retargetable, Retargeting};
pub use setting::{ShutdownSetting, Way, without_sinks};
pub use simplicity_prior::{MOST_SUPPORTS, SimplicityPrior, SupportReport};
pub use situation::{NEW, SHUTDOWN, SINK, Situation, TRAIN};
pub use swap_counterexample::SwapCounterexample;
pub use training::{Closure, Training};
pub use trajectory::Trajectory;
pub use visit_count::{OptimalVisits, VisitCount};
pub use visit_threshold::VisitThreshold;
