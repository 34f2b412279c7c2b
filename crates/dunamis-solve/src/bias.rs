//! Gain, bias and beyond, exactly: how values behave as the discount tends to 1 `[Puterman 1994, ch. 8–10]`.
//!
//! With the interest rate $`\rho = (1-\gamma)/\gamma`$ the discounted value of a policy has the Laurent expansion
//!
//! ```math
//! V_\gamma = (1 + \rho) \bigl( \rho^{-1} g + h + \rho\, y_1 + \rho^2 y_2 + \dots \bigr)
//! ```
//!
//! where, with the Cesàro limit $`P^*`$ of the policy's chain and its deviation matrix
//! $`H = (I - P + P^*)^{-1} (I - P^*)`$, the *gain* is $`g = P^* r`$, the *bias* $`h = H r`$, and $`y_{k+1} = -H y_k`$. They are
//! the only solution of
//!
//! ```math
//! g = P g, \qquad g + h = r + P h, \qquad h + y_1 = P y_1, \qquad \dots, \qquad P^* h = P^* y_1 = \dots = 0 .
//! ```
//!
//! A policy is $`n`$-*discount optimal* when no other has a larger sequence $`(g, h, y_1, \dots, y_n)`$, the first difference
//! deciding `[Veinott 1969]`: $`n = -1`$ is average reward, $`n = 0`$ bias optimality, and from $`n = |S|`$ on it is Blackwell
//! optimality: optimal for every discount near 1.
//!
//! Everything here is rational arithmetic, so that comparisons are certain, ties are ties, and any number of recurrent
//! classes does no harm. Mass that leaks is worth 0. **Complexity.** $`O(n^3)`$ rational operations per policy with growing
//! numerators: meant for up to a hundred states.

use crate::{ExactChain, SolveError, rational_system};
use dunamis_mdp::{DeterministicPolicy, Mdp, Rational, RewardKind, StateId};
use num_traits::{One, Zero};

/// The first coefficients of the Laurent expansion of a policy's values, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaurentExpansion {
    /// $`g`$: long-run reward per step from every state, shape |S|.
    pub gain: Vec<Rational>,
    /// $`h, y_1, y_2, \dots`$, each of shape |S|: first the bias, what a start is worth beyond its gain.
    pub terms: Vec<Vec<Rational>>,
}

impl LaurentExpansion {
    /// Expands the values of a policy up to $`y_{k-1}`$ for `terms` $`= k`$: the gain alone for 0, the bias too for 1.
    ///
    /// ```
    /// use dunamis_mdp::{DeterministicPolicy, Mdp, Rational, Reward, TransitionModel};
    /// use dunamis_solve::LaurentExpansion;
    /// let mut builder = TransitionModel::builder();
    /// let (day, night) = (builder.state("day")?, builder.state("night")?);
    /// builder.transition(day, "wait", night, 1.0)?;
    /// builder.transition(night, "wait", day, 1.0)?;
    /// let model = builder.build()?;
    /// let reward = Reward::state(&model, [1.0, 0.0])?;
    /// let policy = DeterministicPolicy::new(model.available(), vec![0, 1])?;
    /// let expansion = LaurentExpansion::of_policy(&Mdp::new(model, reward)?, &policy, 1)?;
    /// let [half, quarter] = [2, 4].map(|n| Rational::new(1.into(), n.into()));
    /// assert_eq!(expansion.gain, [half.clone(), half]);
    /// assert_eq!(expansion.terms, [[quarter.clone(), -quarter]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] for a policy of another model, [`SolveError::InexactRow`] for a row that does not sum to
    /// exactly 1.
    pub fn of_policy(mdp: &Mdp, policy: &DeterministicPolicy, terms: usize) -> Result<Self, SolveError> {
        let chain = ExactChain::deterministic(mdp.model(), policy)?;
        let n = chain.states();
        let pairs = policy.pairs().iter().enumerate();
        let reward: Vec<Rational> = pairs.map(|(state, &pair)| exact_reward(mdp, state, pair as usize)).collect();
        let limit = chain.limit();
        let apply = |x: &[Rational]| -> Vec<Rational> { limit.iter().map(|row| dot(row, x)).collect() };
        let gain = apply(&reward);
        let mut expansion = LaurentExpansion { gain, terms: Vec::with_capacity(terms) };
        let mut source = reward;
        for _ in 0..terms {
            // y = H x is the solution of (I - P + P*) y = x - P* x; the signs of the recursion alternate.
            let average = apply(&source);
            let rows = (0..n).map(|state| {
                let mut row = limit[state].clone();
                row[state] += Rational::one();
                for (next, p) in chain.row(state) {
                    row[*next] -= p;
                }
                row.push(&source[state] - &average[state]);
                row
            });
            // I - P + P* is regular for every (sub)stochastic P [Puterman 1994, Thm A.7].
            let term = rational_system::solve(rows.collect()).unwrap_or_default();
            source = term.iter().map(|x| -x).collect();
            expansion.terms.push(term);
        }
        Ok(expansion)
    }

    /// By how much taking a pair first and then following the policy for ever beats following it at once, coefficient by
    /// coefficient: $`P_a g - g`$, $`r_a + P_a h - h - g`$, $`P_a y_k - y_k - y_{k-1}`$. One number more than there are terms.
    fn advantage(&self, mdp: &Mdp, state: usize, pair: usize) -> Vec<Rational> {
        let row = mdp.model().exact_row(pair);
        let moved =
            |x: &[Rational]| row.iter().fold(Rational::zero(), |sum, (next, p)| sum + p * &x[next.index()]) - &x[state];
        let mut advantage = vec![moved(&self.gain)];
        let mut before = &self.gain;
        for (k, term) in self.terms.iter().enumerate() {
            let paid = if k == 0 { exact_reward(mdp, state, pair) } else { Rational::zero() };
            advantage.push(paid + moved(term) - &before[state]);
            before = term;
        }
        advantage
    }
}

/// How sensitive to discounts near 1 an optimal policy shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// Largest gain.
    Average,
    /// Largest bias among the policies of largest gain.
    Bias,
    /// $`n`$-discount optimality for $`n \ge 1`$; 0 is [`Sensitivity::Bias`].
    Discount(usize),
    /// Optimal for all discounts near 1.
    Blackwell,
}

/// A policy that is optimal in the sense asked for, with its expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SensitiveSolution {
    /// A pair for every state.
    pub policy: DeterministicPolicy,
    /// The expansion of its values, one term further than was asked for. Up to what was asked for it is the expansion of
    /// every optimal policy; so the gain is the optimal gain, and from [`Sensitivity::Bias`] on the bias the optimal bias.
    pub expansion: LaurentExpansion,
    /// Number of policies evaluated.
    pub iterations: usize,
}

/// Finds a policy that is optimal for average reward, in bias, $`n`$-discount, or Blackwell optimal, by policy iteration on the
/// Laurent coefficients `[Veinott 1969; Puterman 1994, §10.3]`.
///
/// A state changes its action when another one's advantage is lexicographically larger: then the values rise for all discounts
/// near 1, so that no policy returns. Looking one term beyond the one asked for makes the last policy optimal.
///
/// # Errors
///
/// [`SolveError::InexactRow`].
pub fn solve_sensitive(mdp: &Mdp, sensitivity: Sensitivity) -> Result<SensitiveSolution, SolveError> {
    let available = mdp.model().available();
    let states = available.states();
    let terms = match sensitivity {
        Sensitivity::Average => 1,
        Sensitivity::Bias => 2,
        Sensitivity::Discount(n) => n.min(states) + 2,
        Sensitivity::Blackwell => states + 2,
    };
    let mut choice: Vec<u32> = available.starts()[..states].to_vec();
    let mut iterations = 0;
    loop {
        let policy = DeterministicPolicy::new(available, choice.clone()).expect("one pair of its own for every state");
        let expansion = LaurentExpansion::of_policy(mdp, &policy, terms)?;
        iterations += 1;
        let mut changed = false;
        for (state, chosen) in choice.iter_mut().enumerate() {
            // The advantage of the policy's own action is zero.
            let mut best = vec![Rational::zero(); terms + 1];
            for pair in available.pairs(StateId::new(state)) {
                let advantage = expansion.advantage(mdp, state, pair);
                if advantage > best {
                    (best, *chosen, changed) = (advantage, pair as u32, true);
                }
            }
        }
        if !changed {
            return Ok(SensitiveSolution { policy, expansion, iterations });
        }
    }
}

fn exact_reward(mdp: &Mdp, state: usize, pair: usize) -> Rational {
    let reward = mdp.reward();
    let by_state = reward.kind() == RewardKind::State;
    reward.exact(if by_state { state } else { pair })
}

fn dot(x: &[Rational], y: &[Rational]) -> Rational {
    x.iter().zip(y).filter(|(x, _)| !x.is_zero()).fold(Rational::zero(), |sum, (x, y)| sum + x * y)
}
