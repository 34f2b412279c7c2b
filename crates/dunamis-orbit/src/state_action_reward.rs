//! Rewards of state-action pairs as rewards of states.

use dunamis_mdp::{Mdp, ModelError, Number, Reward, RewardKind, StateId, TransitionModel};

/// A model with a state more for each state-action pair, in which rewards of states can say what rewards of state-action pairs say
/// in the original: an action leads to the state of its pair, and from there the only action leads where the pair led.
///
/// Every step becomes two. With rewards in the states of pairs and 0 elsewhere, at a discount $`\delta`$,
///
/// ```math
/// V'_\delta(s) = \delta\, V^*_{\delta^2}(s), \qquad V'_\delta(s, a) = Q^*_{\delta^2}(s, a),
/// ```
///
/// and gains are halved. Theorems on orbits permute all states; permutations of the states of pairs alone, which leave the
/// original states at 0, are the permutations of state-action rewards.
#[derive(Clone, Debug)]
pub struct PairStates {
    model: TransitionModel,
    original: usize,
}

impl PairStates {
    /// Adds the states. $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`ModelError::DuplicateState`] if a state is called like `s, a` for a state `s` with an action `a`.
    pub fn new(model: &TransitionModel) -> Result<Self, ModelError> {
        let mut builder = TransitionModel::builder();
        let available = model.available();
        let states = model.states().iter().map(|name| builder.state(name)).collect::<Result<Vec<_>, _>>()?;
        let name = |pair| {
            let (state, action) = (available.state(pair).index(), available.action(pair).index());
            format!("{}, {}", &model.states()[state], &model.actions()[action])
        };
        let pairs = (0..available.len()).map(|pair| builder.state(&name(pair))).collect::<Result<Vec<_>, _>>()?;
        for (pair, &middle) in pairs.iter().enumerate() {
            let action = &model.actions()[available.action(pair).index()];
            builder.transition(states[available.state(pair).index()], action, middle, 1.0)?;
            for (next, probability) in model.number_row(pair) {
                builder.transition(middle, Self::ONWARD, states[next], probability)?;
            }
            if let Some(leak) = model.leak_number(pair) {
                builder.leak(middle, Self::ONWARD, leak)?;
            }
        }
        Ok(PairStates { model: builder.build()?, original: states.len() })
    }

    /// The only action of the states of pairs.
    pub const ONWARD: &str = "onward";

    /// The model: first the original states, then those of the pairs, in order.
    pub fn model(&self) -> &TransitionModel {
        &self.model
    }

    /// The state of a pair.
    pub fn state(&self, pair: usize) -> StateId {
        StateId::new(self.original + pair)
    }

    /// The states of all pairs, which orbits of state-action rewards permute.
    pub fn pair_states(&self) -> impl ExactSizeIterator<Item = StateId> + use<> {
        (self.original..self.model.states().len()).map(StateId::new)
    }

    /// The reward of an MDP with the original model, in the states of its pairs.
    ///
    /// # Errors
    ///
    /// [`ModelError`] if the MDP has another number of pairs.
    pub fn reward(&self, mdp: &Mdp) -> Result<Reward, ModelError> {
        let available = mdp.model().available();
        let of_pair = |pair: usize| match mdp.reward().kind() {
            RewardKind::State => mdp.reward().number(available.state(pair).index()),
            _ => mdp.reward().number(pair),
        };
        let original = (0..self.original).map(|_| Number::from(0.0));
        Reward::state(&self.model, original.chain((0..available.len()).map(of_pair)))
    }
}
