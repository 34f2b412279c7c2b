//! The long run of a Markov chain: stationary distributions, absorption probabilities, the Cesàro limit.
//!
//! ```math
//! P^\infty = \lim_{T \to \infty} \frac1T \sum_{t < T} P^t, \qquad
//! P^\infty(s, \cdot) = \sum_C \Pr_s(\text{absorbed in } C)\, \mu_C ,
//! ```
//!
//! over the recurrent classes $`C`$ with their stationary distributions $`\mu_C`$ `[Puterman 1994, App. A.4]`. A row of
//! $`P^\infty`$ is the recurrent state distribution of its start `[Turner et al. 2021, Def. 6.10]`. Mass that leaks is
//! absorbed outside: the row then sums to less than 1.
//!
//! A stationary distribution is found from the visits between two visits of the class's first state. **Errors.** Every number
//! comes with a bound proved afterwards from its residual (`m_matrix`), for the chain as it was written, with every row
//! divided by its mass, leaks included. The bound grows with the time that the chain takes to get where it is going; where
//! nothing can be proved it is the trivial one. **Complexity.** One sparse linear solve for each class and each row.

use crate::m_matrix::{MMatrix, slack};
use crate::{ChainClasses, SolveError, StateMeasure};
use dunamis_mdp::{MarkovChain, StateId, StochasticPolicy, TransitionModel};

/// Two distributions are never farther apart than this.
const FARTHEST: f64 = 2.0;

/// The long run of a Markov chain.
#[derive(Clone, Debug)]
pub struct ChainLimit {
    chain: MarkovChain,
    classes: ChainClasses,
    /// Mass of every row, leaks included.
    mass: Vec<f64>,
    pub(crate) longest_row: usize,
    /// By class; `None` for transient ones.
    stationary: Vec<Option<StateMeasure>>,
    /// Number of each transient state among them, and of no other.
    pub(crate) position: Vec<Option<usize>>,
    pub(crate) transient: MMatrix,
}

/// Absorption probabilities into one recurrent class.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Absorption {
    /// Probability of every state to end in the class, shape |S|, within $`[0, 1]`$.
    pub probability: Vec<f64>,
    /// No probability is farther than this from the exact one.
    pub error: f64,
}

impl ChainLimit {
    /// The long run of a chain; see [`ChainClasses::new`] for which rows leak.
    ///
    /// # Errors
    ///
    /// [`SolveError::Factorization`] when a sparse system of more than 256 states does not fit into memory.
    pub fn new(chain: &MarkovChain) -> Result<Self, SolveError> {
        let classes = ChainClasses::new(chain);
        let mass = |state| {
            let sum = chain.row(state).1.iter().sum::<f64>();
            if sum < crate::classes::LEAKING_MASS { 1.0 } else { sum }
        };
        let entries = (0..chain.states()).fold(0, |longest, state| chain.row(state).0.len().max(longest));
        Self::of_rows(chain.clone(), classes, (0..chain.states()).map(mass).collect(), entries)
    }

    /// The long run under a policy, with exactly the leaks that the model declares.
    ///
    /// # Errors
    ///
    /// As for [`ChainLimit::new`].
    ///
    /// # Panics
    ///
    /// If the policy was made for a model of another layout.
    pub fn of_policy(model: &TransitionModel, policy: &StochasticPolicy) -> Result<Self, SolveError> {
        let chain = model.chain(policy);
        let mass = |state| {
            let pairs = model.available().pairs(StateId::new(state));
            let leak: f64 = pairs.map(|pair| policy.probabilities()[pair] * model.leak(pair)).sum();
            leak + chain.row(state).1.iter().sum::<f64>()
        };
        let mass = (0..chain.states()).map(mass).collect();
        let entries =
            |state: StateId| -> usize { model.available().pairs(state).map(|pair| model.row(pair).0.len() + 1).sum() };
        let longest = model.state_ids().fold(0, |longest, state| entries(state).max(longest));
        Self::of_rows(chain, ChainClasses::of_policy(model, policy), mass, longest)
    }

    /// `entries` bounds the number of terms behind any row.
    fn of_rows(chain: MarkovChain, classes: ChainClasses, mass: Vec<f64>, entries: usize) -> Result<Self, SolveError> {
        // Rows are sums over actions, and divided by sums once more.
        let longest_row = 2 * entries;
        let mut position = vec![None; chain.states()];
        for (number, state) in classes.transient_states().enumerate() {
            position[state] = Some(number);
        }
        let mut limit = ChainLimit {
            stationary: vec![None; classes.count()],
            transient: MMatrix::new(Vec::new(), 0)?,
            chain,
            classes,
            mass,
            longest_row,
            position,
        };
        let rows = limit.classes.transient_states().map(|state| limit.restricted(state, &limit.position)).collect();
        limit.transient = MMatrix::new(rows, longest_row)?;
        for class in 0..limit.classes.count() {
            if limit.classes.is_recurrent(class) {
                limit.stationary[class] = Some(limit.stationary_of(class)?);
            }
        }
        Ok(limit)
    }

    /// Successors and probabilities of a state, rows divided by their mass.
    pub(crate) fn row(&self, state: usize) -> impl Iterator<Item = (usize, f64)> {
        let (next, probability) = self.chain.row(state);
        next.iter().zip(probability).map(move |(&next, &p)| (next as usize, p / self.mass[state]))
    }

    /// The part of a row inside a set of states, in the numbers of that set.
    pub(crate) fn restricted(&self, state: usize, position: &[Option<usize>]) -> Vec<(usize, f64)> {
        self.row(state).filter_map(|(next, p)| position[next].map(|number| (number, p))).collect()
    }

    fn stationary_of(&self, class: usize) -> Result<StateMeasure, SolveError> {
        let members = self.classes.members(class);
        let mut mass = vec![0.0; self.chain.states()];
        if members.iter().all(|&state| self.chain.row(state as usize).0.len() == 1) {
            for &state in members {
                mass[state as usize] = 1.0 / members.len() as f64;
            }
            return Ok(StateMeasure { mass, error: if members.len() == 1 { 0.0 } else { f64::EPSILON } });
        }
        let (first, rest) = (members[0] as usize, &members[1..]);
        let mut position = vec![None; self.chain.states()];
        for (number, &state) in rest.iter().enumerate() {
            position[state as usize] = Some(number);
        }
        let rows = rest.iter().map(|&state| self.restricted(state as usize, &position)).collect();
        let mut entry = vec![0.0; rest.len()];
        for (number, p) in self.restricted(first, &position) {
            entry[number] = p;
        }
        let (visits, mut error) = MMatrix::new(rows, self.longest_row)?.solve_left(&entry)?;
        mass[first] = 1.0;
        for (&state, visits) in rest.iter().zip(visits) {
            // The exact number of visits is not negative, so this only brings it nearer.
            mass[state as usize] = visits.max(0.0);
        }
        let total: f64 = mass.iter().sum();
        for x in &mut mass {
            *x /= total;
        }
        // Dividing both by their sums at most doubles the distance relative to the larger sum.
        error = 2.0 * error / total * (1.0 + 1e-14) + slack(members.len());
        Ok(StateMeasure { mass, error: if error.is_nan() { FARTHEST } else { error.min(FARTHEST) } })
    }

    /// The communicating classes.
    pub fn classes(&self) -> &ChainClasses {
        &self.classes
    }

    /// The stationary distribution of a class; `None` unless it is recurrent.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn stationary(&self, class: usize) -> Option<&StateMeasure> {
        self.stationary[class].as_ref()
    }

    /// The probability of every state to be absorbed in a class; 0 everywhere for a transient class.
    ///
    /// # Errors
    ///
    /// As for [`ChainLimit::new`].
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn absorption(&self, class: usize) -> Result<Absorption, SolveError> {
        let mut probability = vec![0.0; self.chain.states()];
        if !self.classes.is_recurrent(class) {
            return Ok(Absorption { probability, error: 0.0 });
        }
        for &state in self.classes.members(class) {
            probability[state as usize] = 1.0;
        }
        let transient: Vec<usize> = self.classes.transient_states().collect();
        let enters = |&state: &usize| -> f64 {
            self.row(state).filter(|&(next, _)| probability[next] == 1.0).map(|(_, p)| p).sum()
        };
        let entry: Vec<f64> = transient.iter().map(enters).collect();
        let (solution, error) = self.transient.solve(&entry)?;
        for (&state, x) in transient.iter().zip(solution) {
            probability[state] = if x.is_nan() { 0.0 } else { x.clamp(0.0, 1.0) };
        }
        Ok(Absorption { probability, error: if transient.is_empty() { 0.0 } else { error.min(1.0) } })
    }

    /// One row of the Cesàro limit: the share of time that play from `start` spends in every state in the long run
    /// `[Turner et al. 2021, Def. 6.10]`. Its total is 1 less the mass that leaks in the end.
    ///
    /// # Errors
    ///
    /// As for [`ChainLimit::new`].
    ///
    /// # Panics
    ///
    /// If the state is not one of the chain.
    pub fn row_of(&self, start: StateId) -> Result<StateMeasure, SolveError> {
        let Some(number) = self.position[start.index()] else {
            let stationary = self.stationary[self.classes.class_of(start)].clone();
            return Ok(stationary.expect("a state that is not transient is in a recurrent class"));
        };
        let transient: Vec<usize> = self.classes.transient_states().collect();
        let mut right = vec![0.0; transient.len()];
        right[number] = 1.0;
        let (visits, mut error) = self.transient.solve_left(&right)?;
        let mut absorbed = vec![0.0; self.classes.count()];
        for (&state, visits) in transient.iter().zip(&visits) {
            for (next, p) in self.row(state).filter(|&(next, _)| self.position[next].is_none()) {
                absorbed[self.classes.class_of(StateId::new(next))] += visits.max(0.0) * p;
            }
        }
        // Every visit enters the classes with probability at most 1; the sums and rows carry their own rounding.
        let total_visits: f64 = visits.iter().map(|v| v.abs()).sum();
        error += 2.0 * slack(self.longest_row + transient.len()) * (total_visits + 1.0);
        let mut mass = vec![0.0; self.chain.states()];
        for class in self.classes.recurrent() {
            let Some(stationary) = &self.stationary[class] else { continue };
            for &state in self.classes.members(class) {
                mass[state as usize] = absorbed[class] * stationary.mass[state as usize];
            }
            error += absorbed[class] * stationary.error;
        }
        if !(error < FARTHEST && mass.iter().all(|x| x.is_finite())) {
            // Nothing is known but that this is a measure of at most 1.
            return Ok(StateMeasure { mass: vec![0.0; self.chain.states()], error: 1.0 });
        }
        Ok(StateMeasure { mass, error: error * (1.0 + 1e-14) })
    }

    /// The Cesàro limit $`P^\infty`$, one [`ChainLimit::row_of`] for each state: $`|S|`$ linear solves at most.
    ///
    /// # Errors
    ///
    /// As for [`ChainLimit::new`].
    pub fn matrix(&self) -> Result<Vec<StateMeasure>, SolveError> {
        (0..self.chain.states()).map(|state| self.row_of(StateId::new(state))).collect()
    }
}
