//! Two agents in one environment.

use crate::{Collision, EnvError, Environment, JointRules, MAX_STATES, MAX_TRANSITIONS, Swaps};
use dunamis_mdp::{JointModel, StateId, TransitionModel};
use std::sync::Arc;

/// Two agents, H and A, who move at the same time in copies of one environment `[Harris & Suo 2022, part 2, A.1]`.
///
/// A joint state is a pair of positions, and a position is a state of the single-agent environment. Joint states are named
/// `(position of H)_H^(position of A)_A` and ordered H-major: all positions of A for H's first position, then for the next.
/// The probability of an outcome is the product of the agents' own, after which the collision rule applies.
///
/// ```
/// use dunamis_envs::{Collision, JointEnvironment, load};
/// let maze = load("maze-7x7")?;
/// let joint = JointEnvironment::new(maze, Collision::Leak)?;
/// assert_eq!(joint.model().states().len(), 31 * 30);
/// assert_eq!(&joint.model().states()[0], "(0, 0)_H^(0, 1)_A");
/// # Ok::<(), dunamis_envs::EnvError>(())
/// ```
#[derive(Clone, Debug)]
pub struct JointEnvironment {
    base: Arc<Environment>,
    rules: JointRules,
    model: Arc<JointModel>,
    positions: Vec<(StateId, StateId)>,
}

impl JointEnvironment {
    /// The joint environment under some rules, in time and memory linear in the number of joint transitions.
    ///
    /// # Errors
    ///
    /// [`EnvError::SwapsWithoutRule`], [`EnvError::NoRoom`], [`EnvError::LeakingBase`], [`EnvError::TooLarge`], or
    /// [`EnvError::Model`] when state names of the base make joint names ambiguous.
    pub fn new(base: impl Into<Arc<Environment>>, rules: impl Into<JointRules>) -> Result<Self, EnvError> {
        let (base, rules) = (base.into(), rules.into());
        let single = Arc::clone(base.model());
        check(&base, rules)?;
        let places = Places { count: single.states().len(), apart: rules.collision != Collision::None };
        let positions: Vec<(StateId, StateId)> = places.positions().collect();
        let mut builder = JointModel::builder(rules.collision.shortfall());
        for &(h, a) in &positions {
            let name = format!("{}_H^{}_A", &single.states()[h.index()], &single.states()[a.index()]);
            builder.state(&name, actions(&single, h), actions(&single, a))?;
        }
        let model = builder.build(|state, i, j| {
            let (h, a) = positions[state.index()];
            let (next_h, probability_h) = single.row(single.available().pairs(h).start + i);
            let (next_a, probability_a) = single.row(single.available().pairs(a).start + j);
            let mut outcomes = Vec::with_capacity(next_h.len() * next_a.len());
            for (&x, p) in next_h.iter().zip(probability_h) {
                for (&y, q) in next_a.iter().zip(probability_a) {
                    let (x, y) = (StateId::new(x as usize), StateId::new(y as usize));
                    let swap = rules.swaps == Swaps::Forbidden && (x, y) == (a, h);
                    match places.number(x, y) {
                        Some(next) if !swap => outcomes.push((next, p * q)),
                        _ if rules.collision == Collision::Block => outcomes.push((state, p * q)),
                        _ => {}
                    }
                }
            }
            outcomes
        })?;
        Ok(JointEnvironment { base, rules, model: Arc::new(model), positions })
    }

    /// The environment of a single agent.
    pub fn base(&self) -> &Arc<Environment> {
        &self.base
    }

    /// The rules.
    pub fn rules(&self) -> JointRules {
        self.rules
    }

    /// The joint model.
    pub fn model(&self) -> &Arc<JointModel> {
        &self.model
    }

    /// The positions of H and A in each joint state, as states of [`JointEnvironment::base`].
    pub fn positions(&self) -> &[(StateId, StateId)] {
        &self.positions
    }

    /// The joint state of two positions; `None` if they are not states of the base, or equal where agents stay apart.
    pub fn state(&self, h: StateId, a: StateId) -> Option<StateId> {
        let count = self.base.model().states().len();
        let known = h.index() < count && a.index() < count;
        known.then(|| Places { count, apart: self.rules.collision != Collision::None }.number(h, a)).flatten()
    }
}

/// The numbering of pairs of positions.
#[derive(Clone, Copy)]
struct Places {
    count: usize,
    apart: bool,
}

impl Places {
    fn positions(self) -> impl Iterator<Item = (StateId, StateId)> {
        let pairs = (0..self.count).flat_map(move |h| (0..self.count).map(move |a| (h, a)));
        pairs.filter(move |(h, a)| !self.apart || h != a).map(|(h, a)| (StateId::new(h), StateId::new(a)))
    }

    /// The joint state of two positions; `None` if they are equal where agents stay apart.
    fn number(self, h: StateId, a: StateId) -> Option<StateId> {
        let (h, a) = (h.index(), a.index());
        match self.apart {
            false => Some(StateId::new(h * self.count + a)),
            true if h == a => None,
            // In H's block the place of H itself is left out.
            true => Some(StateId::new(h * (self.count - 1) + a - usize::from(a > h))),
        }
    }
}

fn actions(model: &TransitionModel, state: StateId) -> impl Iterator<Item = &str> {
    model.available().at(state).iter().map(|action| &model.actions()[action.index()])
}

/// Refuses combinations that have no meaning, and sizes that have no end.
fn check(base: &Environment, rules: JointRules) -> Result<(), EnvError> {
    let (model, apart) = (base.model(), rules.collision != Collision::None);
    if !apart && rules.swaps == Swaps::Forbidden {
        return Err(EnvError::SwapsWithoutRule);
    }
    if rules.collision == Collision::Renormalize && model.leaks() {
        return Err(EnvError::LeakingBase { base: base.name().into() });
    }
    let states = model.states().len() as u128;
    if apart && states < 2 {
        return Err(EnvError::NoRoom { base: base.name().into() });
    }
    let joint = if apart { states * (states - 1) } else { states * states };
    if joint > u128::from(MAX_STATES) {
        return Err(EnvError::TooLarge { what: "joint states", count: joint, limit: MAX_STATES });
    }
    // A row may leak all it has, so rows and entries are both bounds.
    let transitions = (model.available().len().max(model.matrix().nnz()) as u128).pow(2);
    if transitions > u128::from(MAX_TRANSITIONS) {
        return Err(EnvError::TooLarge { what: "joint transitions", count: transitions, limit: MAX_TRANSITIONS });
    }
    Ok(())
}
