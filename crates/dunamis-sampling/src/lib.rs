//! Counter-based random streams and laws of reward vectors.
//!
//! POWER is an expectation over rewards, $`\mathbb E_{R \sim \mathcal D} f(R)`$, and this crate is where the rewards come
//! from. Sample $`i`$ is a function of the seed and of $`i`$ alone,
//!
//! ```math
//! R^{(i)} = g_{\mathcal D}(\mathrm{stream}(\mathit{seed}, i)), \qquad i = 0, 1, 2, \dots,
//! ```
//!
//! so any set of samples can be drawn anywhere, in any order, on any number of threads, and is always the same. For two
//! agents the law is that of a pair with a given correlation $`\beta`$ at every state.
//!
//! ```
//! use dunamis_sampling::{IndependentRewards, Marginal, RewardDistribution, Seed};
//!
//! let law = IndependentRewards::identical(3, Marginal::UNIT)?;
//! let seed = Seed::new(2022);
//! let mut rewards = [0.0; 3];
//! let mut mean_maximum = 0.0;
//! for sample in 0..10_000 {
//!     law.sample(&mut seed.stream(sample), &mut rewards)?;
//!     mean_maximum += rewards.iter().copied().fold(0.0, f64::max) / 10_000.0;
//! }
//! assert!((mean_maximum - 0.75_f64).abs() < 0.01);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! | file | has |
//! |---|---|
//! | `stream` | [`Seed`], [`StreamRng`], and how one follows from the other ([`STREAM_VERSION`]) |
//! | `stream_tile` | several streams side by side |
//! | `method` | [`SamplingMethod`]: independent, antithetic or Sobol samples |
//! | `reward` | the trait [`RewardDistribution`] and its laws: [`IndependentRewards`], [`FiniteSupport`] |
//! | `reward/marginal` | laws of one state: the trait [`Univariate`] and the choice [`Marginal`] that configs make |
//! | `reward/<name>` | one such law: [`Uniform`], [`Beta`], [`Normal`] (and [`standard_normal`]), [`Bernoulli`], [`Pareto`], [`Exponential`], [`JaynesPrior`], [`PointMass`] |
//! | `correlated` | [`CorrelatedRewards`]: pairs of vectors with a given [`Correlation`] |
//! | `permutation` | [`uniform_permutation`] |
//! | `convex_body` | [`ConvexBody`]: a box cut by [`LinearRow`]s, and [`CuttingPlane`] oracles |
//! | `hit_and_run` | [`HitAndRun`]: walks whose long-run law is uniform on a convex body |
//! | `convergence` | [`Convergence`]: effective sample size and $`\hat R`$ of several chains |
//! | `clopper_pearson` | [`Interval`] of a probability that was sampled, at a level of [`Confidence`] |
//! | `error` | [`RewardError`] for laws that cannot be built, [`SampleError`] for draws that cannot be made, [`BodyError`], [`MethodError`] |
//!
//! # Invariants
//!
//! - The crate knows neither models nor solvers; states are numbers here, names belong to callers.
//! - A sample depends on the method, the seed, its index and the law only; [`STREAM_VERSION`] changes whenever a sample does.
//! - Samples are the same bytes on every machine: no fused multiply-add, and elementary functions in software (`libm`
//!   crate), as those of operating systems differ in the last digits and choose code by processor.
//! - Every value of a law's type is valid: what cannot be sampled cannot be built or deserialized.
//! - Every draw is finite, lies in the law's support, and ends: redraws are bounded.
//! - Drawing allocates no memory, and nothing here panics, prints, or reads the clock or the system's randomness.

mod clopper_pearson;
mod convergence;
mod convex_body;
mod correlated;
mod error;
mod hit_and_run;
mod method;
mod permutation;
mod reward;
mod stream;
mod stream_tile;

pub use clopper_pearson::{Confidence, Interval};
pub use convergence::{Convergence, effective_sample_size, split_r_hat};
pub use convex_body::{ConvexBody, CuttingPlane, LinearRow};
pub use correlated::{CorrelatedRewards, Correlation, PairOutcome};
pub use error::{BodyError, MethodError, RewardError, SampleError};
pub use hit_and_run::{Direction, HitAndRun};
pub use method::SamplingMethod;
pub use permutation::uniform_permutation;
pub use reward::{
    Bernoulli, Beta, Exponential, FiniteSupport, IndependentRewards, IndependentRewardsBuilder, JaynesPrior, MAX_DRAWS,
    Marginal, Normal, Pareto, PointMass, Reflection, RewardDistribution, Uniform, Univariate, standard_normal,
};
pub use stream::{STREAM_VERSION, Seed, StreamRng};
pub use stream_tile::STREAMS;
