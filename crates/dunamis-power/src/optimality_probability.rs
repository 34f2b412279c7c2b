//! How likely each action is optimal, and POWER, when the rewards of states are independent: exactly where that is possible.
//!
//! $`P_{\mathcal D}(s, a, \gamma)`$ is the probability that some optimal policy takes $`a`$ at $`s`$
//! `[Turner et al. 2021, Def. 4.4]`. Rewards are independent with the distribution function $`x^k`$ on $`[0, 1]`$: uniform for
//! $`k = 1`$.
//!
//! Actions with the same successors are equivalent `[Turner et al. 2021, Def. 6.7]` and optimal together: they share one
//! [`ActionProbability`]. For different successors ties have probability 0 under any discount and in its limits, so that
//! probabilities sum to 1. Average reward forgets the way: actions that lead to the same best long run are both optimal, and
//! probabilities may sum to more.

use crate::PowerError;
use crate::choice_law::{ChoiceLaw, Laws};
use crate::option_graph::classes;
use crate::probability_estimate::sampled;
use crate::stream::Observer;
use crate::tie_break::by_transients;
use dunamis_mdp::{Discount, Rational, StateId, TransitionModel};
use dunamis_sampling::Seed;
use dunamis_solve::SolveError;
use num_traits::Zero;
use std::num::NonZeroU32;
use std::sync::Arc;

/// What it means that a policy is optimal.
#[derive(Clone, Debug, PartialEq)]
pub enum Optimality {
    /// For one discount; the discount 0 stands for the limit $`\gamma \to 0`$, where the next reward decides.
    Discounted(Discount),
    /// For all discounts near 1: the limit $`\gamma \to 1`$ of the above.
    Blackwell,
    /// For average reward `[Turner et al. 2021, Def. 6.11]`.
    Average,
}

/// Exact answers, sampled ones, or whichever is possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProbabilityMethod {
    /// Exact where that does not take too long, sampled elsewhere.
    #[default]
    Auto,
    /// Exact or an error.
    Exact,
    /// From sampled rewards.
    Sampled,
}

/// How probabilities are found.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbabilitySettings {
    /// Exact or sampled.
    pub method: ProbabilityMethod,
    /// The distribution function of each reward is $`x^k`$ on $`[0, 1]`$ with this $`k`$.
    pub exponent: NonZeroU32,
    /// Number of sampled reward vectors.
    pub samples: u64,
    /// Seed of their streams.
    pub seed: Seed,
    /// Level of confidence of each interval.
    pub confidence: f64,
}

impl Default for ProbabilitySettings {
    fn default() -> Self {
        ProbabilitySettings {
            method: ProbabilityMethod::Auto,
            exponent: NonZeroU32::MIN,
            samples: 10_000,
            seed: Seed::new(0),
            confidence: 0.99,
        }
    }
}

/// How likely actions with the same successors are optimal.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionProbability {
    /// Their state-action pairs, ascending.
    pub pairs: Vec<usize>,
    /// The probability, where it is exact.
    pub probability: Option<Rational>,
    /// A confidence interval, where it is sampled.
    pub interval: Option<(f64, f64)>,
}

/// Where probabilities come from.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbabilityWarrant {
    /// Exact: from distribution functions that are piecewise polynomials, as the model is like a tree.
    PiecewisePolynomials,
    /// Exact: from volumes of polytopes of rewards as well.
    Volumes,
    /// Clopper–Pearson intervals from independent samples.
    Sampled {
        /// Number of samples.
        samples: u64,
        /// The seed of the streams that drew them.
        seed: Seed,
        /// Level of confidence of each interval.
        confidence: f64,
        /// Why there is no exact answer, if one was asked for.
        refusal: Option<String>,
    },
}

/// How likely each action of a state is optimal.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimalityProbability {
    /// One entry for each class of equivalent actions, in the order of their first actions.
    pub actions: Vec<ActionProbability>,
    /// Exact or sampled.
    pub warrant: ProbabilityWarrant,
}

impl OptimalityProbability {
    /// The entry of a state-action pair.
    pub fn of_pair(&self, pair: usize) -> Option<&ActionProbability> {
        self.actions.iter().find(|action| action.pairs.contains(&pair))
    }
}

/// How likely each action of a state is optimal for independent rewards.
///
/// ```
/// use dunamis_mdp::{Rational, TransitionModel};
/// use dunamis_power::{Optimality, ProbabilitySettings, optimality_probability};
/// use std::sync::Arc;
/// let mut builder = TransitionModel::builder();
/// let (start, wait, candy) = (builder.state("start")?, builder.state("wait")?, builder.state("candy")?);
/// let (choc, hug) = (builder.state("choc")?, builder.state("hug")?);
/// for (from, to, action) in [(start, candy, "candy"), (start, wait, "wait"), (wait, choc, "choc"), (wait, hug, "hug")] {
///     builder.transition(from, action, to, 1.0)?;
/// }
/// for end in [candy, choc, hug] {
///     builder.transition(end, "stay", end, 1.0)?;
/// }
/// let model = Arc::new(builder.build()?);
/// let answer = optimality_probability(
///     &model, start, &Optimality::Discounted("1/2".parse()?), &ProbabilitySettings::default(), &())?;
/// assert_eq!(answer.actions[1].probability, Some(Rational::new(7.into(), 12.into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **Complexity.** Exact: for models like trees, sums and products of piecewise polynomials; where play may return or come to
/// one state in two ways, one polytope for each policy that is best for some reward, in as many dimensions as rewards matter,
/// with up to $`3^d`$ faces. Sampled: one solution for each sample.
///
/// # Errors
///
/// [`PowerError::Solve`] for a state that is not there. With [`ProbabilityMethod::Exact`], [`PowerError::Intractable`],
/// [`PowerError::Leak`], [`PowerError::NotUniform`] or [`PowerError::Solve`] where there is no exact answer; when sampling,
/// [`PowerError::NoSamples`], [`PowerError::Confidence`] or [`PowerError::Cancelled`].
pub fn optimality_probability(
    model: &Arc<TransitionModel>,
    state: StateId,
    optimality: &Optimality,
    settings: &ProbabilitySettings,
    observer: &dyn Observer,
) -> Result<OptimalityProbability, PowerError> {
    let states = model.states().len();
    if state.index() >= states {
        return Err(SolveError::StateOutOfRange { state: state.index(), states }.into());
    }
    let refusal = match settings.method {
        ProbabilityMethod::Sampled => None,
        ProbabilityMethod::Exact => return exact(model, state, optimality, settings.exponent),
        ProbabilityMethod::Auto => match exact(model, state, optimality, settings.exponent) {
            Err(refusal) => Some(refusal.to_string()),
            answer => return answer,
        },
    };
    sampled(model, state, optimality, settings, refusal, observer)
}

fn exact(
    model: &TransitionModel,
    state: StateId,
    optimality: &Optimality,
    exponent: NonZeroU32,
) -> Result<OptimalityProbability, PowerError> {
    let start = state.index();
    let mut laws = laws(model, start, optimality, exponent)?;
    let choice = laws.choice(start)?;
    let mut probabilities = vec![Rational::zero(); laws.graph().options(start).len()];
    for outcome in choice.outcomes(laws.budget())? {
        let decided = match optimality {
            Optimality::Blackwell if exponent.get() > 1 && outcome.options.len() > 1 => {
                return Err(PowerError::NotUniform);
            }
            Optimality::Blackwell => by_transients(model, &laws, start, outcome)?,
            _ => vec![outcome],
        };
        for outcome in decided {
            outcome.options.iter().for_each(|&option| probabilities[option] += &outcome.probability);
        }
    }
    let entry = |(class, probability): (crate::option_graph::ActionClass, Rational)| ActionProbability {
        pairs: class.pairs,
        probability: Some(probability),
        interval: None,
    };
    let actions = classes(model, start).into_iter().zip(probabilities).map(entry).collect();
    Ok(OptimalityProbability { actions, warrant: warrant(&choice) })
}

fn warrant(choice: &ChoiceLaw) -> ProbabilityWarrant {
    if choice.needs_volumes() { ProbabilityWarrant::Volumes } else { ProbabilityWarrant::PiecewisePolynomials }
}

fn laws<'a>(
    model: &'a TransitionModel,
    start: usize,
    optimality: &'a Optimality,
    exponent: NonZeroU32,
) -> Result<Laws<'a>, PowerError> {
    let discount = match optimality {
        Optimality::Discounted(discount) => Some(discount),
        Optimality::Blackwell | Optimality::Average => None,
    };
    Laws::new(model, start, discount, exponent.get())
}

/// POWER at a state `[Turner et al. 2021, Def. 5.2]` for independent rewards with the distribution function $`x^k`$ on
/// $`[0, 1]`$, exactly, with its limits $`\gamma \to 0`$ (the discount 0) and $`\gamma \to 1`$ (the other two criteria).
///
/// ```
/// use dunamis_mdp::{Rational, TransitionModel};
/// use dunamis_power::{Optimality, exact_power};
/// use std::num::NonZeroU32;
/// let mut builder = TransitionModel::builder();
/// let (left, right) = (builder.state("left")?, builder.state("right")?);
/// for (action, next) in [("go", right), ("stay", left)] {
///     builder.transition(left, action, next, 1.0)?;
/// }
/// builder.transition(right, "stay", right, 1.0)?;
/// let power = exact_power(&builder.build()?, left, &Optimality::Average, NonZeroU32::MIN)?;
/// assert_eq!(power, Rational::new(2.into(), 3.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As for [`optimality_probability`] with [`ProbabilityMethod::Exact`].
pub fn exact_power(
    model: &TransitionModel,
    state: StateId,
    optimality: &Optimality,
    exponent: NonZeroU32,
) -> Result<Rational, PowerError> {
    let mut laws = laws(model, state.index(), optimality, exponent)?;
    let choice = laws.choice(state.index())?;
    choice.mean(laws.budget())
}
