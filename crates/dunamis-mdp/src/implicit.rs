//! Markov decision processes whose rows are computed when they are asked for, so that their size costs no memory.

use crate::{Mdp, ModelError, Names, Reward, Rows, StateId, TransitionModel};

/// A Markov decision process as a function: from a state and an action to successors and a reward. A stored [`Mdp`] is one too.
///
/// Every call with the same arguments must give the same answer, in the same order. Probabilities lie in $`[0, 1]`$, and those
/// of a row sum to at most 1 up to rounding; what is missing is mass that leaves the model, worth 0. Probabilities and rewards
/// stand for the real numbers of which they are the nearest `f64`. Solvers check all of this but the purity, in one pass.
///
/// ```
/// use dunamis_mdp::ImplicitMdp;
/// /// A walk on a ring, where state 0 pays 1.
/// struct Ring(u64);
/// impl ImplicitMdp for Ring {
///     fn states(&self) -> u64 {
///         self.0
///     }
///     fn actions(&self, _: u64) -> usize {
///         2
///     }
///     fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
///         let step = if action == 0 { 1 } else { self.0 - 1 };
///         visit(state, 0.25);
///         visit((state + step) % self.0, 0.75);
///         f64::from(u8::from(state == 0))
///     }
/// }
/// let stored = Ring(5).stored()?;
/// assert_eq!((stored.model().states().len(), stored.model().row(0).0), (5, &[0, 1][..]));
/// # Ok::<(), dunamis_mdp::ModelError>(())
/// ```
pub trait ImplicitMdp: Sync {
    /// Number of states, at least 1; they are numbered from 0.
    fn states(&self) -> u64;

    /// Number of actions of a state, at least 1; they are numbered from 0.
    fn actions(&self, state: u64) -> usize;

    /// Shows every successor of a state under an action with its probability, and returns the reward, collected before the
    /// move. A successor may come more than once.
    fn row(&self, state: u64, action: usize, visit: impl FnMut(u64, f64)) -> f64;

    /// The same as a stored model: states `s0`, `s1`, …, actions `a0`, `a1`, …; probabilities of a repeated successor are
    /// added in order. Time and memory $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`ModelError::Rows`] and as for [`TransitionModel::from_rows`]; [`ModelError::Reward`].
    fn stored(&self) -> Result<Mdp, ModelError>
    where
        Self: Sized,
    {
        let (rows, rewards) = Rows::of(self);
        let most = rows.pairs.windows(2).map(|pairs| pairs[1] - pairs[0]).max().unwrap_or(0) as usize;
        let names = (Names::numbered("s", self.states() as usize), Names::numbered("a", most));
        let model = TransitionModel::from_rows(names.0, names.1, rows)?;
        let reward = Reward::state_action(&model, rewards)?;
        Mdp::new(model, reward)
    }
}

impl Rows {
    /// The rows of an implicit model with their rewards: action k of a state has the number k, successors are sorted, probabilities
    /// of a repeated one are added in order, and what a row lacks of 1 by more than rounding leaks. Time and memory
    /// $`O(\mathrm{nnz} \log)`$.
    pub fn of(model: &impl ImplicitMdp) -> (Self, Vec<f64>) {
        let mut rows = Rows { pairs: vec![0], starts: vec![0], ..Rows::default() };
        let (mut rewards, mut leaks) = (Vec::new(), Vec::new());
        let mut row = Vec::new();
        for state in 0..model.states() {
            let actions = model.actions(state);
            for action in 0..actions {
                row.clear();
                rewards.push(model.row(state, action, |next, probability| row.push((next, probability))));
                // Stable, so that repeated successors keep their order.
                row.sort_by_key(|&(next, _)| next);
                let start = rows.next.len();
                for &(next, probability) in row.iter().filter(|(_, probability)| *probability != 0.0) {
                    let next = u32::try_from(next).unwrap_or(u32::MAX);
                    if rows.next.len() > start && rows.next.last() == Some(&next) {
                        *rows.probability.last_mut().expect("an entry for every successor") += probability;
                    } else {
                        rows.next.push(next);
                        rows.probability.push(probability);
                    }
                }
                let leak = 1.0 - rows.probability[start..].iter().sum::<f64>();
                if leak > 1e-9 {
                    leaks.push((rows.actions.len(), leak.into()));
                }
                rows.actions.push(action as u32);
                rows.starts.push(rows.next.len());
            }
            rows.pairs.push(rows.actions.len() as u32);
        }
        rows.leaks = leaks;
        (rows, rewards)
    }
}

impl ImplicitMdp for Mdp {
    fn states(&self) -> u64 {
        self.model().states().len() as u64
    }

    fn actions(&self, state: u64) -> usize {
        self.model().available().pairs(StateId::new(state as usize)).len()
    }

    #[inline]
    fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
        let state = state as usize;
        let pair = self.model().available().pairs(StateId::new(state)).start + action;
        let (next, probability) = self.model().row(pair);
        for (&next, &probability) in next.iter().zip(probability) {
            visit(u64::from(next), probability);
        }
        self.reward().at(state, pair)
    }
}
