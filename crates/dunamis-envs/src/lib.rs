//! Gridworlds, joint gridworlds, case-study and random Markov decision processes.
//!
//! An [`Environment`] is a transition model with a name, and with a reward and a layout where it has them. [`load`] makes one
//! from a registered name, a map or a model file; [`JointEnvironment`] puts two agents into it, whose moves are independent
//! unless they would collide, where a [`Collision`] rule decides:
//!
//! ```math
//! T(h', a' \mid h, a, m_H, m_A) = T(h' \mid h, m_H)\; T(a' \mid a, m_A).
//! ```
//!
//! ```
//! use dunamis_envs::{Collision, Grid, JointEnvironment, Noise, Environment, load};
//! let maze = load("maze-7x7")?;
//! assert_eq!((maze.model().states().len(), maze.model().available().len()), (31, 97));
//! let joint = JointEnvironment::new(maze, Collision::None)?;
//! assert_eq!((joint.model().states().len(), joint.model().pairs()), (961, 9409));
//! let ring: Grid = "...\n.#.\n...\n".parse()?;
//! let windy = Environment::gridworld("ring", ring, &Noise::new(0.25)?)?;
//! assert!(windy.model().is_exact());
//! # Ok::<(), dunamis_envs::EnvError>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `environment` | [`Environment`] |
//! | `grid`, `moves`, `noise`, `gridworld` | [`Grid`], [`Rectangle`], [`Move`], [`Noise`], [`Grid::model`] |
//! | `collision`, `joint` | [`Collision`], [`Swaps`], [`JointRules`], [`JointEnvironment`] |
//! | `forest`, `garnet` | [`Forest`], [`Garnet`] |
//! | `implicit` | [`ImplicitEnvironment`], [`IMPLICIT_REGISTRY`], [`ImplicitGrid`], [`ImplicitGarnet`]: rows computed, not stored |
//! | `shutdown_setting`, `coin_run`, `cheese_maze`, `levels` | agents that were trained, and a situation that is new to them |
//! | `frozen_lake`, `taxi`, `cliff_walking` | [`FrozenLake`] and other worlds of Gymnasium |
//! | [`mod@format`] | [`Format`], [`format::read`], [`format::write`], [`FormatError`]: model files; [`MappedMdp`], [`RowSource`]: huge ones |
//! | `registry`, `parameters` | [`REGISTRY`], [`Entry`], [`find`], [`Parameter`], [`Parameters`] |
//! | `specification` | [`load`], [`load_joint`], [`load_given`]: how a name or path becomes an environment |
//!
//! To add an environment, put a map into `maps/`, a model into `models/` or a generator into a file of its own, and add an
//! entry to [`REGISTRY`]: the golden dumps then ask for its snapshot.
//!
//! # Invariants
//!
//! - Building is a function of the specification: equal specifications give equal models, on every machine.
//! - This crate knows no solver, no POWER and no figure; of the file system it knows only the paths given to [`load`],
//!   [`format::read`] and [`format::write`].
//! - A format holds an environment with exactly the same numbers, or refuses it with [`FormatError::CannotHold`].
//! - Nothing here panics on any text, map, number or file.

mod cheese_maze;
mod cliff_walking;
mod coin_run;
mod collision;
mod environment;
mod error;
mod forest;
pub mod format;
mod frozen_lake;
mod garnet;
mod grid;
mod gridworld;
mod implicit;
mod joint;
mod levels;
mod moves;
mod noise;
mod parameters;
mod registry;
mod shutdown_setting;
mod specification;
mod taxi;

pub use collision::{Collision, JointRules, Swaps};
pub use environment::Environment;
pub use error::EnvError;
pub use forest::Forest;
pub use format::{Format, FormatError, MappedMdp, RowSource};
pub use frozen_lake::FrozenLake;
pub use garnet::Garnet;
pub use grid::{Grid, Rectangle};
pub use implicit::{
    IMPLICIT_REGISTRY, ImplicitEntry, ImplicitEnvironment, ImplicitGarnet, ImplicitGrid, MAX_IMPLICIT_STATES,
};
pub use joint::JointEnvironment;
pub use moves::Move;
pub use noise::Noise;
pub use parameters::{Parameter, Parameters};
pub use registry::{Entry, REGISTRY, find};
pub use specification::{load, load_given, load_joint};

/// Most states that an environment, single or joint, is built with; far above it memory would run out.
pub const MAX_STATES: u64 = 10_000_000;

/// Most transitions that a generated or joint model is built with.
pub const MAX_TRANSITIONS: u64 = 250_000_000;
