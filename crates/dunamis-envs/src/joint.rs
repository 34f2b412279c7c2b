//! Two agents in one environment.

use crate::{Collision, EnvError, Environment, Grid, JointRules, MAX_STATES, MAX_TRANSITIONS, Swaps};
use dunamis_mdp::{Agent, JointModel, Names, StateId, StochasticPolicy, TransitionModel};
use std::sync::Arc;

/// Two agents, H and A, who move at the same time in copies of one environment `[Harris & Suo 2022, part 2, A.1]`.
///
/// A joint state is a pair of positions, and a position is a state of the single-agent environment. Joint states are named
/// `(position of H)_H^(position of A)_A`, and those of a product are ordered H-major: all positions of A for H's first position, then for the next.
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
    name: String,
    product: Option<(Arc<Environment>, JointRules)>,
    model: Arc<JointModel>,
    places: Names,
    grid: Option<Grid>,
    positions: Option<Vec<(StateId, StateId)>>,
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
            let name = joint_name(&single.states()[h.index()], &single.states()[a.index()]);
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
        Ok(JointEnvironment {
            name: base.name().into(),
            places: single.states().clone(),
            grid: base.grid().cloned(),
            product: Some((base, rules)),
            model: Arc::new(model),
            positions: Some(positions),
        })
    }

    /// The joint environment of a model that is given, not built from the environment of one agent.
    ///
    /// Where all joint states are called `(place of H)_H^(place of A)_A`, they have positions; where the places are cells such
    /// as `(0, 3)`, they lie on a grid.
    pub fn given(name: impl Into<String>, model: impl Into<Arc<JointModel>>) -> Self {
        let model = model.into();
        let mut places = Names::default();
        let mut place = |name: &str| StateId::new(places.intern(name));
        let position = |state: &str| {
            let (h, a) = state.strip_suffix("_A")?.split_once("_H^")?;
            Some((h.to_owned(), a.to_owned()))
        };
        let named: Option<Vec<(String, String)>> = model.states().iter().map(position).collect();
        let positions = named.map(|named| named.iter().map(|(h, a)| (place(h), place(a))).collect());
        let grid = Grid::of_names(places.iter());
        JointEnvironment { name: name.into(), product: None, model, places, grid, positions }
    }

    /// What it is called: like the environment of one agent that it was built from, or like its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The environment of a single agent, if it was built from one.
    pub fn base(&self) -> Option<&Arc<Environment>> {
        self.product.as_ref().map(|(base, _)| base)
    }

    /// The rules, if it was built from an environment of one agent.
    pub fn rules(&self) -> Option<JointRules> {
        self.product.as_ref().map(|(_, rules)| *rules)
    }

    /// The names of the places where an agent can be; empty where the names of joint states do not tell.
    pub fn places(&self) -> &Names {
        &self.places
    }

    /// The layout of the places, if they are the cells of a gridworld.
    pub fn grid(&self) -> Option<&Grid> {
        self.grid.as_ref()
    }

    /// The joint model.
    pub fn model(&self) -> &Arc<JointModel> {
        &self.model
    }

    /// The positions of H and A in each joint state, as numbers of [`JointEnvironment::places`], which are also the states of
    /// [`JointEnvironment::base`]; `None` where the names of joint states do not tell.
    pub fn positions(&self) -> Option<&[(StateId, StateId)]> {
        self.positions.as_deref()
    }

    /// A policy of a single agent in [`JointEnvironment::base`] as one of `agent` over joint states: it looks at its own
    /// position only. `None` if the model was not built from an environment of one agent.
    ///
    /// # Panics
    ///
    /// If the policy does not belong to the base.
    pub fn lift(&self, agent: Agent, policy: &StochasticPolicy) -> Option<StochasticPolicy> {
        let available = self.base()?.model().available();
        assert_eq!(policy.probabilities().len(), available.len(), "the policy belongs to another model");
        let own = self.positions()?.iter().map(|&(h, a)| match agent {
            Agent::H => h,
            Agent::A => a,
        });
        // A joint state has the actions of its positions, in their order.
        let probability = own.flat_map(|position| &policy.probabilities()[available.pairs(position)]).copied();
        Some(StochasticPolicy::unchecked(probability.collect()))
    }

    /// The joint state of two positions; `None` if there is none.
    pub fn state(&self, h: StateId, a: StateId) -> Option<StateId> {
        let count = self.places.len();
        if h.index() >= count || a.index() >= count {
            return None;
        }
        let name = joint_name(&self.places[h.index()], &self.places[a.index()]);
        self.model.states().get(&name).map(StateId::new)
    }
}

/// The name of a joint state.
fn joint_name(h: &str, a: &str) -> String {
    format!("{h}_H^{a}_A")
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
