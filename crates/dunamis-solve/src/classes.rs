//! Communicating classes of chains and models.
//!
//! Two states of a Markov chain communicate when each can reach the other. The communicating classes partition the states;
//! a class that is never left is *recurrent*, all others are transient `[Puterman 1994, App. A.2]`. Mass that leaks is
//! absorbed outside of the model, so a class with a leaking state is left and hence transient. The *period* of a class is
//! the greatest common divisor of the lengths of its cycles.
//!
//! Everything here is a matter of which transitions are possible, not of how probable they are, so there is no rounding.
//! Linear in states and transitions.

use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE, strongly_connected};
use dunamis_mdp::{MarkovChain, StateId, StochasticPolicy, TransitionModel};

/// Rows of a chain with less mass than this leak, unless the model says which ones do. Row sums may miss 1 by 1e-9.
pub(crate) const LEAKING_MASS: f64 = 1.0 - 2e-9;

/// The communicating classes of a Markov chain.
///
/// Classes are numbered so that every transition leads to the same or a smaller number; recurrent classes are among them.
///
/// ```
/// use dunamis_mdp::TransitionModel;
/// use dunamis_solve::ChainClasses;
/// let mut builder = TransitionModel::builder();
/// let (start, tick, tock) = (builder.state("start")?, builder.state("tick")?, builder.state("tock")?);
/// builder.transition(start, "go", tick, 1.0)?;
/// builder.transition(tick, "go", tock, 1.0)?;
/// builder.transition(tock, "go", tick, 1.0)?;
/// let model = builder.build()?;
/// let classes = ChainClasses::new(&model.chain(&model.uniform_policy()));
/// let clock = classes.class_of(tick);
/// assert!(classes.is_recurrent(clock) && !classes.is_recurrent(classes.class_of(start)));
/// assert_eq!((classes.members(clock), classes.period(clock)), (&[1, 2][..], Some(2)));
/// # Ok::<(), dunamis_mdp::ModelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainClasses {
    of: Vec<u32>,
    members: Vec<Vec<u32>>,
    recurrent: Vec<bool>,
    period: Vec<Option<u32>>,
}

impl ChainClasses {
    /// The classes of a chain. A row whose mass is below $`1 - 2 \cdot 10^{-9}`$ leaks; use [`ChainClasses::of_policy`] where
    /// less may leak.
    pub fn new(chain: &MarkovChain) -> Self {
        let leaks = |state| chain.row(state).1.iter().sum::<f64>() < LEAKING_MASS;
        Self::of_graph(chain.states(), |state| chain.row(state).0.iter().map(|&next| next as usize), leaks)
    }

    /// The classes of the chain that a policy induces, with exactly the leaks that the model declares.
    ///
    /// # Panics
    ///
    /// If the policy was made for a model of another layout.
    pub fn of_policy(model: &TransitionModel, policy: &StochasticPolicy) -> Self {
        let chain = model.chain(policy);
        let leaks = |state| {
            let mut pairs = model.available().pairs(StateId::new(state));
            pairs.any(|pair| policy.probabilities()[pair] > 0.0 && model.leak(pair) > 0.0)
        };
        Self::of_graph(chain.states(), |state| chain.row(state).0.iter().map(|&next| next as usize), leaks)
    }

    pub(crate) fn of_graph<I: Iterator<Item = usize>>(
        states: usize,
        successors: impl Fn(usize) -> I,
        leaks: impl Fn(usize) -> bool,
    ) -> Self {
        let of = strongly_connected(states, &successors);
        let count = of.iter().fold(0, |count, &class| count.max(class as usize + 1));
        let mut members = vec![Vec::new(); count];
        let mut recurrent = vec![true; count];
        for state in 0..states {
            let class = of[state] as usize;
            members[class].push(state as u32);
            recurrent[class] &= !leaks(state) && successors(state).all(|next| of[next] == of[state]);
        }
        // Distance from the first member; every cycle is a sum of the differences along its steps.
        let mut distance = vec![u32::MAX; states];
        let period = members
            .iter()
            .map(|members| {
                let mut front = vec![members[0] as usize];
                distance[members[0] as usize] = 0;
                let mut head = 0;
                let mut period = 0;
                while head < front.len() {
                    let state = front[head];
                    head += 1;
                    for next in successors(state).filter(|&next| of[next] == of[state]) {
                        if distance[next] == u32::MAX {
                            distance[next] = distance[state] + 1;
                            front.push(next);
                        }
                        period = greatest_common_divisor(period, (distance[state] + 1).abs_diff(distance[next]));
                    }
                }
                (period > 0).then_some(period)
            })
            .collect();
        ChainClasses { of, members, recurrent, period }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.of.len()
    }

    /// Number of classes.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// The class of a state.
    ///
    /// # Panics
    ///
    /// If the state is not one of the chain.
    pub fn class_of(&self, state: StateId) -> usize {
        self.of[state.index()] as usize
    }

    /// The states of a class, ascending.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn members(&self, class: usize) -> &[u32] {
        &self.members[class]
    }

    /// Whether a class is never left.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn is_recurrent(&self, class: usize) -> bool {
        self.recurrent[class]
    }

    /// The recurrent classes, ascending. There is none exactly when all mass leaks in the end.
    pub fn recurrent(&self) -> impl Iterator<Item = usize> {
        (0..self.count()).filter(|&class| self.recurrent[class])
    }

    /// The states of transient classes, ascending.
    pub fn transient_states(&self) -> impl Iterator<Item = usize> {
        (0..self.states()).filter(|&state| !self.recurrent[self.of[state] as usize])
    }

    /// The period of a class, or `None` when it is one state without a way back to itself.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn period(&self, class: usize) -> Option<u32> {
        self.period[class]
    }
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// What the states of a model can do to each other, over all policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelClasses {
    /// Distinct successors of every state, ascending.
    successors: Vec<Vec<u32>>,
    of: Vec<u32>,
    members: Vec<Vec<u32>>,
    end_component: Vec<Option<u32>>,
}

impl ModelClasses {
    /// The classes and end components of a model: $`O(|S| \cdot \mathrm{nnz})`$ at worst, a few passes as a rule.
    pub fn new(model: &TransitionModel) -> Self {
        let states = model.states().len();
        let successors: Vec<Vec<u32>> = model
            .state_ids()
            .map(|state| {
                let pairs = model.available().pairs(state);
                let mut next: Vec<u32> = pairs.flat_map(|pair| model.row(pair).0.iter().copied()).collect();
                next.sort_unstable();
                next.dedup();
                next
            })
            .collect();
        let of = strongly_connected(states, |state| successors[state].iter().map(|&next| next as usize));
        let mut members = vec![Vec::new(); of.iter().fold(0, |count, &class| count.max(class as usize + 1))];
        for (state, &class) in of.iter().enumerate() {
            members[class as usize].push(state as u32);
        }
        let components = EndComponents::new(&Bellman::rewardless(model), |pair| model.leak(pair) > 0.0);
        let end_component = components.of.iter().map(|&component| (component != NONE).then_some(component)).collect();
        ModelClasses { successors, of, members, end_component }
    }

    /// Number of communicating classes: sets of states that can reach each other under suitable policies.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// The communicating class of a state; every transition leads to the same or a smaller number.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn class_of(&self, state: StateId) -> usize {
        self.of[state.index()] as usize
    }

    /// The states of a class, ascending.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn members(&self, class: usize) -> &[u32] {
        &self.members[class]
    }

    /// For every state whether some policy reaches it from `start` with positive probability, in any number of steps, also
    /// none. Linear in the transitions.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn reachable_from(&self, start: StateId) -> Vec<bool> {
        let mut reachable = vec![false; self.of.len()];
        reachable[start.index()] = true;
        let mut front = vec![start.index()];
        while let Some(state) = front.pop() {
            for &next in &self.successors[state] {
                if !std::mem::replace(&mut reachable[next as usize], true) {
                    front.push(next as usize);
                }
            }
        }
        reachable
    }

    /// The maximal end component of a state, if it is in one.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn end_component_of(&self, state: StateId) -> Option<usize> {
        self.end_component[state.index()].map(|component| component as usize)
    }

    /// Whether some deterministic policy makes the state recurrent, which is so exactly in the maximal end components: there,
    /// a policy may let every state walk to this one and then return for ever `[de Alfaro 1997, Thm 3.2]`.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn may_be_recurrent(&self, state: StateId) -> bool {
        self.end_component[state.index()].is_some()
    }
}
