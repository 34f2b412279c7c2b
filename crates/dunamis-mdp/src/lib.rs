//! Finite Markov decision processes: sparse transition models, rewards, policies and joint models of two agents.
//!
//! A rewardless MDP ⟨S, A, T⟩ is a [`TransitionModel`]: one sparse matrix whose rows are the state-action pairs, grouped by
//! state. With a [`Reward`] it becomes an [`Mdp`]; what "optimal" means is a [`Criterion`] of its own. A [`JointModel`] has
//! two agents who move at the same time, and [`JointModel::induced`] is the decision problem of one of them while the other
//! follows a fixed policy. State rewards are collected at the current state, so
//!
//! ```math
//! V^\pi(s) = R(s) + \gamma \sum_{a} \pi(a|s) \sum_{s'} T(s'|s,a)\, V^\pi(s').
//! ```
//!
//! ```
//! use dunamis_mdp::{Mdp, Reward, TransitionModel};
//! let mut builder = TransitionModel::builder();
//! let (start, hug, candy) = (builder.state("start")?, builder.state("hug")?, builder.state("candy")?);
//! builder.transition(start, "wait", hug, 1.0)?;
//! builder.transition(start, "eat", candy, 1.0)?;
//! builder.transition(hug, "stay", hug, 1.0)?;
//! builder.transition(candy, "stay", candy, 1.0)?;
//! let model = builder.build()?;
//! let reward = Reward::state(&model, [0.0, 1.0, 0.5])?;
//! let mdp = Mdp::new(model, reward)?;
//! assert!(mdp.model().is_deterministic());
//! # Ok::<(), dunamis_mdp::ModelError>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `number` | [`Number`], [`Rational`]: an `f64` beside the rational it was written as |
//! | `names`, `actions` | [`StateId`], [`ActionId`], [`Names`], [`AvailableActions`] |
//! | `model`, `builder`, `rows` | [`TransitionModel`], [`TransitionModelBuilder`], [`Rows`]: whole models as arrays |
//! | `reward`, `mdp`, `discount` | [`Reward`], [`Mdp`], [`Discount`], [`Criterion`] |
//! | `implicit` | [`ImplicitMdp`]: rows that are computed, not stored |
//! | `policy`, `chain` | [`DeterministicPolicy`], [`StochasticPolicy`], [`MarkovChain`] |
//! | `joint` | [`JointModel`], [`SuccessorTable`] |
//! | [`edit`] | [`Patch`](edit::Patch), [`PolicyPatch`](edit::PolicyPatch): edits of models and policies |
//! | `labels` | [`Labels`]: named sets of states |
//! | `draft` | [`Draft`]: a model that may still be wrong, [`Remark`] |
//! | [`json`] | the JSON form of models and policies |
//!
//! # Invariants
//!
//! - A [`TransitionModel`] has at least one state, every state at least one action, and every row sums to 1, declared leaks
//!   included; nothing downstream checks again.
//! - This crate knows nothing of solving, sampling or environments. It reads and writes text, never files.

mod actions;
mod builder;
mod chain;
mod discount;
mod draft;
pub mod edit;
mod error;
mod implicit;
mod joint;
pub mod json;
mod labels;
mod mdp;
mod model;
mod names;
mod number;
mod policy;
mod reward;
mod rows;

pub use actions::AvailableActions;
pub use builder::TransitionModelBuilder;
pub use chain::MarkovChain;
pub use discount::{Criterion, Discount, DiscountError};
pub use draft::{Draft, DraftError, DraftTransition, Remark};
pub use error::ModelError;
pub use implicit::ImplicitMdp;
pub use joint::{Agent, JointModel, JointModelBuilder, Shortfall, SuccessorTable, UNAVAILABLE};
pub use labels::Labels;
pub use mdp::Mdp;
pub use model::{SparseMatrix, TransitionModel};
pub use names::{ActionId, Names, StateId, nearest};
pub use number::{Number, NumberError, Rational};
pub use policy::{DeterministicPolicy, StochasticPolicy};
pub use reward::{Reward, RewardKind};
pub use rows::Rows;
