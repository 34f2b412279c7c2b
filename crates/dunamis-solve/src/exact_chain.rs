//! Markov chains in exact rationals, and their long run without any rounding.

use crate::{ChainClasses, SolveError, rational_system};
use dunamis_mdp::{DeterministicPolicy, Rational, StateId, StochasticPolicy, TransitionModel};
use num_traits::{One, Signed, Zero};

/// The Markov chain that a policy induces, in the numbers that the model was written with.
///
/// What a row lacks to 1 leaks: it is absorbed outside and never returns. Meant for up to some hundred states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactChain {
    /// Successors, ascending, with positive probabilities.
    rows: Vec<Vec<(usize, Rational)>>,
}

impl ExactChain {
    /// The chain of a stochastic policy. Its probabilities are the rationals that the `f64` denote, divided by their sum at
    /// each state; so equal shares are exact, thirds included.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] for a policy of another model, [`SolveError::InexactRow`] when a row that is used does not sum
    /// to 1 exactly, [`SolveError::PolicyWeights`] when the policy does nothing at a state.
    pub fn new(model: &TransitionModel, policy: &StochasticPolicy) -> Result<Self, SolveError> {
        let exact = |&p: &f64| Rational::from_float(p).unwrap_or_else(Rational::zero);
        let mut weights: Vec<Rational> = policy.probabilities().iter().map(exact).collect();
        for state in model.state_ids() {
            let pairs = model.available().pairs(state);
            let Some(own) = weights.get_mut(pairs) else { break };
            let sum = own.iter().fold(Rational::zero(), |sum, x| sum + x);
            if !sum.is_zero() {
                for x in own {
                    *x /= &sum;
                }
            }
        }
        Self::mixed(model, &weights)
    }

    /// The chain of a stochastic policy with exact probabilities, one for every state-action pair, shape |SA|.
    ///
    /// # Errors
    ///
    /// As for [`ExactChain::new`]; [`SolveError::PolicyWeights`] unless the probabilities are at least 0 and sum to exactly
    /// 1 at every state.
    pub fn mixed(model: &TransitionModel, weights: &[Rational]) -> Result<Self, SolveError> {
        let (expected, actual) = (model.available().len(), weights.len());
        if expected != actual {
            return Err(SolveError::Length { what: "the policy", expected, actual });
        }
        let row = |state: StateId| {
            let pairs = model.available().pairs(state);
            let sum = weights[pairs.clone()].iter().fold(Rational::zero(), |sum, x| sum + x);
            if !sum.is_one() || weights[pairs.clone()].iter().any(Signed::is_negative) {
                return Err(SolveError::PolicyWeights { state: state.index() });
            }
            let mut row: Vec<(usize, Rational)> = Vec::new();
            for pair in pairs.filter(|&pair| !weights[pair].is_zero()) {
                row.extend(exact_row(model, pair)?.into_iter().map(|(next, p)| (next, p * &weights[pair])));
            }
            row.sort_by_key(|&(next, _)| next);
            row.dedup_by(|(next, p), (kept, sum)| {
                let same = next == kept;
                if same {
                    *sum += &*p;
                }
                same
            });
            Ok(row)
        };
        Ok(ExactChain { rows: model.state_ids().map(row).collect::<Result<_, _>>()? })
    }

    /// The chain of a deterministic policy.
    ///
    /// # Errors
    ///
    /// As for [`ExactChain::new`].
    pub fn deterministic(model: &TransitionModel, policy: &DeterministicPolicy) -> Result<Self, SolveError> {
        let (expected, actual) = (model.states().len(), policy.pairs().len());
        let own =
            |(state, &pair): (usize, &u32)| model.available().pairs(StateId::new(state)).contains(&(pair as usize));
        if expected != actual || !policy.pairs().iter().enumerate().all(own) {
            return Err(SolveError::Length { what: "the policy", expected, actual });
        }
        let rows = policy.pairs().iter().map(|&pair| exact_row(model, pair as usize));
        Ok(ExactChain { rows: rows.collect::<Result<_, _>>()? })
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.rows.len()
    }

    /// Successors (ascending) and probabilities (positive) of a state.
    ///
    /// # Panics
    ///
    /// If the state is not one of the chain.
    pub fn row(&self, state: usize) -> &[(usize, Rational)] {
        &self.rows[state]
    }

    /// The mass that a state loses for ever at every visit.
    ///
    /// # Panics
    ///
    /// If the state is not one of the chain.
    pub fn leak(&self, state: usize) -> Rational {
        self.rows[state].iter().fold(Rational::one(), |rest, (_, p)| rest - p)
    }

    /// The communicating classes.
    pub fn classes(&self) -> ChainClasses {
        let successors = |state: usize| self.rows[state].iter().map(|&(next, _)| next);
        ChainClasses::of_graph(self.states(), successors, |state| !self.leak(state).is_zero())
    }

    /// The stationary distribution of a recurrent class, shape |S|: the solution of $`\mu P = \mu`$, $`\sum\mu = 1`$ that
    /// lives on the class. `None` for a transient class.
    pub fn stationary(&self, classes: &ChainClasses, class: usize) -> Option<Vec<Rational>> {
        if !classes.is_recurrent(class) {
            return None;
        }
        let members = classes.members(class);
        let n = members.len();
        let position = positions(self.states(), members.iter().map(|&state| state as usize));
        let mut rows = vec![vec![Rational::zero(); n + 1]; n];
        for (column, &state) in members.iter().enumerate() {
            rows[column][column] -= Rational::one();
            for (next, p) in &self.rows[state as usize] {
                rows[position[*next]?][column] += p;
            }
        }
        // One balance equation follows from the others; the total takes its place.
        rows[0].fill(Rational::one());
        let mut distribution = vec![Rational::zero(); self.states()];
        for (&state, mass) in members.iter().zip(rational_system::solve(rows)?) {
            distribution[state as usize] = mass;
        }
        Some(distribution)
    }

    /// The probability of every state to be absorbed in a recurrent class, shape |S|. `None` for a transient class.
    pub fn absorption(&self, classes: &ChainClasses, class: usize) -> Option<Vec<Rational>> {
        if !classes.is_recurrent(class) {
            return None;
        }
        let transient: Vec<usize> = classes.transient_states().collect();
        let position = positions(self.states(), transient.iter().copied());
        let mut probability = vec![Rational::zero(); self.states()];
        for &state in classes.members(class) {
            probability[state as usize] = Rational::one();
        }
        let mut rows = vec![vec![Rational::zero(); transient.len() + 1]; transient.len()];
        for (row, &state) in rows.iter_mut().zip(&transient) {
            if let Some(column) = position[state] {
                row[column] += Rational::one();
            }
            for (next, p) in &self.rows[state] {
                match position[*next] {
                    Some(column) => row[column] -= p,
                    None => row[transient.len()] += p * &probability[*next],
                }
            }
        }
        for (&state, p) in transient.iter().zip(rational_system::solve(rows)?) {
            probability[state] = p;
        }
        Some(probability)
    }

    /// The Cesàro limit $`P^\infty`$, |S| rows of shape |S|: where play spends its time in the long run
    /// `[Turner et al. 2021, Def. 6.10]`. Rows sum to 1 less the mass that leaks in the end. $`O(|S|^3)`$ rational operations
    /// for every recurrent class.
    pub fn limit(&self) -> Vec<Vec<Rational>> {
        let classes = self.classes();
        let mut limit = vec![vec![Rational::zero(); self.states()]; self.states()];
        for class in classes.recurrent() {
            let (Some(law), Some(absorbed)) = (self.stationary(&classes, class), self.absorption(&classes, class))
            else {
                continue;
            };
            for (row, absorbed) in limit.iter_mut().zip(&absorbed).filter(|(_, absorbed)| !absorbed.is_zero()) {
                for &state in classes.members(class) {
                    row[state as usize] = absorbed * &law[state as usize];
                }
            }
        }
        limit
    }
}

/// The exact row of a pair, checked.
pub(crate) fn exact_row(model: &TransitionModel, pair: usize) -> Result<Vec<(usize, Rational)>, SolveError> {
    let row: Vec<_> = model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect();
    let mass = row.iter().fold(model.exact_leak(pair), |sum, (_, p)| sum + p);
    if mass.is_one() { Ok(row) } else { Err(SolveError::InexactRow { pair }) }
}

fn positions(states: usize, members: impl Iterator<Item = usize>) -> Vec<Option<usize>> {
    let mut position = vec![None; states];
    for (number, state) in members.enumerate() {
        position[state] = Some(number);
    }
    position
}
