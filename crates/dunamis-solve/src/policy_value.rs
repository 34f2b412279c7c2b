//! The value of a policy as an exact function of the discount.
//!
//! $`V^\pi(\gamma) = \sum_t \gamma^t P_\pi^t r_\pi`$ is a vector of rational functions with one denominator, which is 1 at 0
//! and has no root of absolute value below 1; so is the advantage of every action,
//!
//! ```math
//! A^\pi(s, a; \gamma) = r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, V^\pi(s'; \gamma) - V^\pi(s; \gamma) .
//! ```
//!
//! Mass that leaks is worth 0. Degrees are at most |S| (and |S| + 1 for advantages). $`O(|S|^3)`$ rational operations.

use crate::exact_chain::exact_row;
use crate::generating_function::generating_function;
use crate::{Polynomial, SolveError};
use dunamis_mdp::{DeterministicPolicy, Discount, Mdp, Rational, RewardKind, StateId};
use num_traits::Zero;

/// Exact rows and rewards of a model, by state-action pair.
pub(crate) struct ExactPairs {
    pub(crate) rows: Vec<Vec<(usize, Rational)>>,
    pub(crate) reward: Vec<Rational>,
}

impl ExactPairs {
    pub(crate) fn new(mdp: &Mdp) -> Result<Self, SolveError> {
        let (available, reward) = (mdp.model().available(), mdp.reward());
        let rows = (0..available.len()).map(|pair| exact_row(mdp.model(), pair)).collect::<Result<_, _>>()?;
        let by_state = reward.kind() == RewardKind::State;
        let own = |state: StateId| available.pairs(state).map(move |pair| if by_state { state.index() } else { pair });
        let reward = mdp.model().state_ids().flat_map(own).map(|index| reward.exact(index)).collect();
        Ok(ExactPairs { rows, reward })
    }

    pub(crate) fn value(&self, policy: &DeterministicPolicy) -> PolicyValue {
        let chosen = || policy.pairs().iter().map(|&pair| pair as usize);
        let sum = generating_function(chosen().map(|pair| self.reward[pair].clone()).collect(), |x| {
            let expected = |pair: usize| self.rows[pair].iter().map(|(next, p)| p * &x[*next]).sum();
            chosen().map(expected).collect()
        });
        PolicyValue { numerators: sum.numerators, denominator: sum.denominator }
    }

    /// The numerator of the advantage of a pair over the value's denominator.
    pub(crate) fn advantage(&self, value: &PolicyValue, state: usize, pair: usize) -> Polynomial {
        let expected = self.rows[pair]
            .iter()
            .fold(Polynomial::default(), |sum, (next, p)| &sum + &value.numerators[*next].scaled(p));
        let gained = &value.denominator.scaled(&self.reward[pair]) + &expected.times_discount();
        &gained - &value.numerators[state]
    }
}

/// The value of a deterministic policy as a function of the discount, in lowest terms: equal values are equal functions.
///
/// ```
/// use dunamis_mdp::{DeterministicPolicy, Mdp, Reward, TransitionModel};
/// use dunamis_solve::PolicyValue;
/// let mut builder = TransitionModel::builder();
/// let (day, night) = (builder.state("day")?, builder.state("night")?);
/// builder.transition(day, "wait", night, 1.0)?;
/// builder.transition(night, "wait", day, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state(&model, [1.0, 0.0])?;
/// let policy = DeterministicPolicy::new(model.available(), vec![0, 1])?;
/// let value = PolicyValue::new(&Mdp::new(model, reward)?, &policy)?;
/// assert_eq!(value.numerator(night).to_string(), "γ");
/// assert_eq!(value.denominator().to_string(), "1 - γ^2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyValue {
    /// By state.
    numerators: Vec<Polynomial>,
    denominator: Polynomial,
}

impl PolicyValue {
    /// The value of a policy.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] for a policy of another model, [`SolveError::InexactRow`] for a row that does not sum to
    /// exactly 1.
    pub fn new(mdp: &Mdp, policy: &DeterministicPolicy) -> Result<Self, SolveError> {
        let available = mdp.model().available();
        let policy = DeterministicPolicy::new(available, policy.pairs().to_vec()).map_err(|_| {
            let (expected, actual) = (available.states(), policy.pairs().len());
            SolveError::Length { what: "the policy", expected, actual }
        })?;
        Ok(ExactPairs::new(mdp)?.value(&policy))
    }

    /// The numerator of a state's value.
    ///
    /// # Panics
    ///
    /// If the model has no such state.
    pub fn numerator(&self, state: StateId) -> &Polynomial {
        &self.numerators[state.index()]
    }

    /// The common denominator: 1 at $`\gamma = 0`$, positive on $`[0, 1)`$.
    pub fn denominator(&self) -> &Polynomial {
        &self.denominator
    }

    /// The exact value of every state under a discount, shape |S|.
    pub fn at(&self, discount: &Discount) -> Vec<Rational> {
        let point = discount.exact();
        let scale = self.denominator.at(&point);
        debug_assert!(!scale.is_zero(), "no eigenvalue of a chain exceeds 1");
        self.numerators.iter().map(|numerator| numerator.at(&point) / &scale).collect()
    }
}
