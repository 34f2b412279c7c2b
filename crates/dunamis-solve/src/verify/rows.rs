//! A model's rows, read anew as rationals.

use dunamis_mdp::{Mdp, Rational, RewardKind, StateId};
use num_traits::Zero;
use std::ops::Range;

/// The rows and rewards of an MDP.
pub(super) struct Rows<'a> {
    pub(super) mdp: &'a Mdp,
}

impl<'a> Rows<'a> {
    pub(super) fn new(mdp: &'a Mdp) -> Self {
        Rows { mdp }
    }

    pub(super) fn states(&self) -> usize {
        self.mdp.model().states().len()
    }

    pub(super) fn pair_count(&self) -> usize {
        self.mdp.model().available().len()
    }

    pub(super) fn pairs(&self, state: usize) -> Range<usize> {
        self.mdp.model().available().pairs(StateId::new(state))
    }

    pub(super) fn reward(&self, state: usize, pair: usize) -> Rational {
        let reward = self.mdp.reward();
        reward.exact(if reward.kind() == RewardKind::State { state } else { pair })
    }

    pub(super) fn row(&self, pair: usize) -> Vec<(usize, Rational)> {
        self.mdp.model().exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect()
    }

    pub(super) fn mass(&self, pair: usize) -> Rational {
        self.row(pair).into_iter().fold(Rational::zero(), |mass, (_, p)| mass + p)
    }

    /// $`\sum_{s'} T(s'|s,a)\, x(s')`$.
    pub(super) fn expected(&self, pair: usize, x: &[Rational]) -> Rational {
        self.row(pair).into_iter().fold(Rational::zero(), |sum, (next, p)| sum + p * &x[next])
    }

    /// $`r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, x(s')`$.
    pub(super) fn action_value(&self, state: usize, pair: usize, discount: &Rational, x: &[Rational]) -> Rational {
        self.reward(state, pair) + discount * self.expected(pair, x)
    }

    pub(super) fn state(&self, state: usize) -> String {
        self.mdp.model().states()[state].to_owned()
    }

    pub(super) fn action(&self, pair: usize) -> String {
        let model = self.mdp.model();
        model.actions()[model.available().action(pair).index()].to_owned()
    }
}
