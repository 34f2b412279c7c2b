//! Exact solution in rational arithmetic: the oracle for everything else.
//!
//! Howard's policy iteration with exact linear solves. Every comparison is exact, so each round strictly improves the value
//! and the last policy is optimal without any tolerance; the action values of the exact $`V^*`$ then give every optimal
//! action, ties included. Numbers are those the model was written with: a probability `1/3` is a third, a discount `0.99`
//! is 99/100, an `f64` is the dyadic rational that it denotes.
//!
//! **Complexity.** $`O(n^3)`$ rational operations per policy at worst, on numerators of up to $`O(n)`$ times the digits of
//! the input: meant for up to a few hundred states.

use crate::SolveError;
use dunamis_mdp::{Criterion, DeterministicPolicy, Discount, Mdp, Rational, RewardKind, StateId};
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// An exact optimal value function and every optimal action.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExactSolution {
    /// $`V^*`$, shape |S|.
    pub value: Vec<Rational>,
    /// For every state-action pair whether it is optimal, shape |SA|.
    pub optimal: Vec<bool>,
    /// One optimal policy: a pair for every state.
    pub policy: Vec<u32>,
    /// Number of policies evaluated.
    pub iterations: usize,
}

/// A model in rationals.
struct ExactModel {
    /// First pair of each state, and one past the last.
    starts: Vec<usize>,
    rows: Vec<Vec<(usize, Rational)>>,
    reward: Vec<Rational>,
    discount: Rational,
}

/// Solves an MDP exactly for the discounted criterion.
///
/// # Errors
///
/// [`SolveError::UnsupportedCriterion`], and [`SolveError::NotContracting`] for a model given in `f64` whose row sums exceed
/// $`1/\gamma`$ by rounding; models with [`is_exact`](dunamis_mdp::TransitionModel::is_exact) never fail so.
pub fn solve_exact(mdp: &Mdp, criterion: &Criterion) -> Result<ExactSolution, SolveError> {
    let Criterion::Discounted(discount) = criterion else {
        return Err(SolveError::UnsupportedCriterion { solver: "exact", criterion: criterion.clone() });
    };
    let model = ExactModel::new(mdp, discount)?;
    let states = model.starts.len() - 1;
    let mut policy: Vec<usize> = model.starts[..states].to_vec();
    let mut iterations = 0;
    loop {
        let value = model.evaluate(&policy);
        iterations += 1;
        let mut improved = false;
        for (state, choice) in policy.iter_mut().enumerate() {
            let mut best = value[state].clone();
            for pair in model.starts[state]..model.starts[state + 1] {
                let action_value = model.action_value(pair, &value);
                if action_value > best {
                    (best, *choice, improved) = (action_value, pair, true);
                }
            }
        }
        if !improved {
            let mut optimal = vec![false; model.rows.len()];
            for state in 0..states {
                let pairs = model.starts[state]..model.starts[state + 1];
                for (mark, pair) in optimal[pairs.clone()].iter_mut().zip(pairs) {
                    *mark = model.action_value(pair, &value) == value[state];
                }
            }
            let policy = policy.into_iter().map(|pair| pair as u32).collect();
            return Ok(ExactSolution { value, optimal, policy, iterations });
        }
    }
}

/// The exact value of a deterministic policy under a discount, shape |S|: one sparse elimination.
///
/// # Errors
///
/// [`SolveError::NotContracting`] as for [`solve_exact`], [`SolveError::Length`] for a policy of another model.
pub fn evaluate_exact(
    mdp: &Mdp,
    policy: &DeterministicPolicy,
    discount: &Discount,
) -> Result<Vec<Rational>, SolveError> {
    let available = mdp.model().available();
    let (expected, actual) = (available.states(), policy.pairs().len());
    let own = |(state, &pair): (usize, &u32)| available.pairs(StateId::new(state)).contains(&(pair as usize));
    if expected != actual || !policy.pairs().iter().enumerate().all(own) {
        return Err(SolveError::Length { what: "the policy", expected, actual });
    }
    let pairs: Vec<usize> = policy.pairs().iter().map(|&pair| pair as usize).collect();
    Ok(ExactModel::new(mdp, discount)?.evaluate(&pairs))
}

impl ExactModel {
    fn new(mdp: &Mdp, discount: &Discount) -> Result<Self, SolveError> {
        let (model, reward) = (mdp.model(), mdp.reward());
        let available = model.available();
        let discount = discount.exact();
        let (mut rows, mut rewards) = (Vec::new(), Vec::new());
        for state in 0..available.states() {
            for pair in available.pairs(StateId::new(state)) {
                let row: Vec<_> = model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect();
                let mass: Rational = row.iter().fold(Rational::zero(), |sum, (_, p)| sum + p);
                if mass * &discount >= Rational::one() {
                    return Err(SolveError::NotContracting { pair });
                }
                rows.push(row);
                rewards.push(match reward.kind() {
                    RewardKind::State => reward.exact(state),
                    RewardKind::StateAction | RewardKind::FoldedTransitions => reward.exact(pair),
                });
            }
        }
        let starts = available.starts().iter().map(|&start| start as usize).collect();
        Ok(ExactModel { starts, rows, reward: rewards, discount })
    }

    fn action_value(&self, pair: usize, value: &[Rational]) -> Rational {
        let expected = self.rows[pair].iter().fold(Rational::zero(), |sum, (next, p)| sum + p * &value[*next]);
        &self.reward[pair] + &self.discount * expected
    }

    /// Solves $`(I - \gamma P_\pi) V = r_\pi`$ by sparse elimination; the matrix is strictly diagonally dominant.
    fn evaluate(&self, policy: &[usize]) -> Vec<Rational> {
        let mut rows: Vec<BTreeMap<usize, Rational>> = Vec::with_capacity(policy.len());
        let mut right: Vec<Rational> = policy.iter().map(|&pair| self.reward[pair].clone()).collect();
        for (state, &pair) in policy.iter().enumerate() {
            let mut row = BTreeMap::from([(state, Rational::one())]);
            for (next, p) in &self.rows[pair] {
                *row.entry(*next).or_default() -= &self.discount * p;
            }
            row.retain(|_, x| !x.is_zero());
            // Eliminate the columns of the rows before, in order; new entries only appear further right.
            while let Some((&column, _)) = row.first_key_value().filter(|&(&column, _)| column < state) {
                let factor = row.remove(&column).unwrap_or_default();
                let source: &BTreeMap<usize, Rational> = &rows[column];
                for (&other, x) in source.range(column + 1..) {
                    *row.entry(other).or_default() -= &factor * x;
                }
                row.retain(|_, x| !x.is_zero());
                let known = &factor * &right[column];
                right[state] -= known;
            }
            let pivot = row.get(&state).cloned().unwrap_or_else(Rational::one);
            for x in row.values_mut() {
                *x /= &pivot;
            }
            right[state] /= &pivot;
            rows.push(row);
        }
        for state in (0..policy.len()).rev() {
            let known =
                rows[state].range(state + 1..).fold(Rational::zero(), |sum, (&column, x)| sum + x * &right[column]);
            right[state] -= known;
        }
        right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::{Number, Reward, TransitionModel};

    fn rational(text: &str) -> Rational {
        text.parse::<Number>().unwrap().exact()
    }

    #[test]
    fn thirds_stay_thirds_and_ties_are_exact() {
        let mut builder = TransitionModel::builder();
        let (a, b) = (builder.state("a").unwrap(), builder.state("b").unwrap());
        let third = |n: &str| n.parse::<Number>().unwrap();
        builder.transition(a, "wait", a, third("1/3")).unwrap();
        builder.transition(a, "wait", b, third("2/3")).unwrap();
        builder.transition(a, "go", b, 1.0).unwrap();
        builder.transition(b, "stay", b, 1.0).unwrap();
        let model = builder.build().unwrap();
        // V(b) = 2; V(a) = 1 + V(b)/2 = 2 both ways when V(a) = V(b).
        let reward = Reward::state(&model, [1.0, 1.0]).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        let discount: Discount = "0.5".parse().unwrap();
        let solution = solve_exact(&mdp, &discount.into()).unwrap();
        assert_eq!(solution.value, [rational("2"), rational("2")]);
        assert_eq!(solution.optimal, [true, true, true]);
        let discount: Discount = "0.1".parse().unwrap();
        let reward = Reward::state(mdp.model(), [0.0, 1.0]).unwrap();
        let solution = solve_exact(&mdp.with_reward(reward).unwrap(), &discount.clone().into()).unwrap();
        assert_eq!(solution.value, [rational("1/9"), rational("10/9")]);
        assert_eq!(solution.optimal, [false, true, true]);
        let policy = |pairs| DeterministicPolicy::new(mdp.model().available(), pairs).unwrap();
        let mdp = mdp.with_reward(Reward::state(mdp.model(), [1.0, 0.0]).unwrap()).unwrap();
        assert_eq!(evaluate_exact(&mdp, &policy(vec![0, 2]), &discount).unwrap(), [rational("30/29"), rational("0")]);
        assert_eq!(evaluate_exact(&mdp, &policy(vec![1, 2]), &discount).unwrap(), [rational("1"), rational("0")]);
    }
}
