//! Recurrent states, and policies that reach them and come back for ever.
//!
//! A policy *revisits* a state when it returns to it with probability one; a state is *recurrent* when some policy revisits it
//! `[Krakovna & Kramár 2023, Def. 8]`, which is so exactly in the maximal end components `[de Alfaro 1997, Thm 3.2]`. In a
//! deterministic model every recurrent state that can be reached from the new state is reached and revisited by one policy
//! `[Krakovna & Kramár 2023, Prop. 1]`. With chance this needs one thing more, on which the proposition is silent: that
//! some policy reaches the state *with probability one*. A state that is recurrent and reached only by luck is refused.
//!
//! Everything is decided on the graph, without rounding.

use crate::GoalError;
use crate::setting::{Reached, Way, marks};
use dunamis_mdp::{DeterministicPolicy, Rational, StateId, TransitionModel};
use dunamis_solve::{AlmostSureReach, ExactChain, Extremum, ModelClasses, Reachability};
use num_traits::{One, Zero};

/// What can be reached from a new state, and what can be visited again.
#[derive(Clone, Debug)]
pub struct Recurrence<'a> {
    model: &'a TransitionModel,
    new: StateId,
    reached: Reached,
    classes: ModelClasses,
}

/// Why no policy reaches and revisits a state.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRevisited {
    /// There is no way to it.
    #[error("`{state}` cannot be reached from `{new}`")]
    Unreachable {
        /// The new state.
        new: String,
        /// The state.
        state: String,
    },
    /// No policy returns to it with probability one.
    #[error(
        "`{state}` is not recurrent: {}",
        exits.iter().map(|(action, next)| exit(action, next.as_deref())).collect::<Vec<_>>().join(", ")
    )]
    NotRecurrent {
        /// The state.
        state: String,
        /// For every action of it a state to which it may lead and from which no policy returns with probability one; `None`
        /// where the episode may end.
        exits: Vec<(String, Option<String>)>,
    },
    /// It is reached with positive probability only.
    #[error(
        "`{state}` is recurrent, but no policy reaches it from `{new}` with probability one: at most {} of the time, as by \
         {way}",
        (at_most * 1e6).ceil() / 1e6
    )]
    Luck {
        /// The new state.
        new: String,
        /// The state.
        state: String,
        /// How it may be reached.
        way: Way,
        /// A bound on the probability of ever reaching it, under any policy; 1 if it is too close to 1 for doubles.
        at_most: f64,
    },
}

fn exit(action: &str, next: Option<&str>) -> String {
    match next {
        Some(next) => format!("`{action}` may lead to `{next}`, from which it may never come back"),
        None => format!("`{action}` may end the episode"),
    }
}

/// A policy that reaches a state from the new one with probability one, and returns to it for ever
/// `[Krakovna & Kramár 2023, Prop. 1]`.
///
/// It steps nearer to the state wherever some policy reaches the state with probability one, never leaving these states, and
/// so revisits it: it is $`\pi_{rec}`$ for the revisiting policy that is its own way back. Elsewhere it takes the first action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachAndRevisit {
    new: StateId,
    state: StateId,
    policy: DeterministicPolicy,
}

impl<'a> Recurrence<'a> {
    /// Looks at a model from a new state. A few passes of $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`].
    pub fn new(model: &'a TransitionModel, new: StateId) -> Result<Self, GoalError> {
        marks(model, &[new])?;
        let reached = Reached::new(model, &[new], |_| true);
        Ok(Recurrence { model, new, reached, classes: ModelClasses::new(model) })
    }

    /// $`S_{reach}`$: one mark for each state that can be reached, with the new state.
    pub fn reachable(&self) -> &[bool] {
        self.reached.marks()
    }

    /// A shortest way from the new state.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`]; `Ok(None)` where there is no way.
    pub fn way(&self, state: StateId) -> Result<Option<Way>, GoalError> {
        marks(self.model, &[state])?;
        Ok(self.reachable()[state.index()].then(|| self.reached.way(self.model, state)))
    }

    /// Whether some policy returns to the state with probability one `[Krakovna & Kramár 2023, Def. 8]`.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn is_recurrent(&self, state: StateId) -> bool {
        self.classes.may_be_recurrent(state)
    }

    /// The states that some policy reaches from the new state, and returns to, with probability one: those of
    /// [`Recurrence::reach_and_revisit`], ascending. One pass for each end component.
    ///
    /// # Errors
    ///
    /// None for a model that can be solved at all.
    pub fn revisited(&self) -> Result<Vec<StateId>, GoalError> {
        let mut components: Vec<Vec<StateId>> = Vec::new();
        for state in self.model.state_ids().filter(|state| self.reachable()[state.index()]) {
            if let Some(component) = self.classes.end_component_of(state) {
                components.resize_with(components.len().max(component + 1), Vec::new);
                components[component].push(state);
            }
        }
        // Within an end component every state is reached from every other.
        let mut revisited = Vec::new();
        for members in components.into_iter().filter(|members| !members.is_empty()) {
            if AlmostSureReach::new(self.model, &marks(self.model, &members)?)?.steps(self.new).is_some() {
                revisited.extend(members);
            }
        }
        revisited.sort_unstable();
        Ok(revisited)
    }

    /// A policy that reaches the state and revisits it with probability one, or why there is none.
    ///
    /// # Errors
    ///
    /// [`GoalError::NotRevisited`], [`GoalError::StateOutOfRange`].
    pub fn reach_and_revisit(&self, state: StateId) -> Result<ReachAndRevisit, GoalError> {
        let goal = marks(self.model, &[state])?;
        let (model, name) = (self.model, |state: StateId| self.model.states()[state.index()].to_owned());
        if !self.reachable()[state.index()] {
            return Err(NotRevisited::Unreachable { new: name(self.new), state: name(state) }.into());
        }
        let reach = AlmostSureReach::new(model, &goal)?;
        if reach.pair(state).is_none() {
            let exit = |pair: usize| {
                let lost = |&&next: &&u32| reach.steps(StateId::new(next as usize)).is_none();
                let next = model.row(pair).0.iter().find(lost).map(|&next| name(StateId::new(next as usize)));
                (model.actions()[model.available().action(pair).index()].to_owned(), next)
            };
            let exits = model.available().pairs(state).map(exit).collect();
            return Err(NotRevisited::NotRecurrent { state: name(state), exits }.into());
        }
        if reach.steps(self.new).is_none() {
            let most = Reachability::default().solve(model, &goal, Extremum::Maximum)?.bounds.upper[self.new.index()];
            let (new, way) = (name(self.new), self.reached.way(model, state));
            return Err(NotRevisited::Luck { new, state: name(state), way, at_most: most.min(1.0) }.into());
        }
        let starts = model.available().starts();
        let pair = |s: StateId| reach.pair(s).map_or(starts[s.index()], |pair| pair as u32);
        let policy = DeterministicPolicy::new(model.available(), model.state_ids().map(pair).collect())?;
        Ok(ReachAndRevisit { new: self.new, state, policy })
    }
}

impl ReachAndRevisit {
    /// The policy.
    pub fn policy(&self) -> &DeterministicPolicy {
        &self.policy
    }

    /// The state that is reached and revisited.
    pub fn state(&self) -> StateId {
        self.state
    }

    /// The probability of ever reaching the state from the new one, and that of ever returning to it: both are 1. They are
    /// recomputed from the chain of the policy, by exact elimination in $`O(|S|^3)`$ rational operations, and share nothing with
    /// the way in which the policy was found.
    ///
    /// # Errors
    ///
    /// [`GoalError::Solve`] for rows that do not sum to exactly 1.
    pub fn probabilities(&self, model: &TransitionModel) -> Result<(Rational, Rational), GoalError> {
        let chain = ExactChain::deterministic(model, &self.policy)?;
        let classes = chain.classes();
        let class = classes.class_of(self.state);
        // The state is visited for ever from its own recurrent class only.
        let absorbed = chain.absorption(&classes, class);
        Ok(match absorbed {
            Some(probability) => (probability[self.new.index()].clone(), Rational::one()),
            None => (Rational::zero(), Rational::zero()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From new, `safe` leads to a, which flips a coin until it comes to b; `risky` may end in c, which stays.
    fn model() -> TransitionModel {
        let mut builder = TransitionModel::builder();
        let [new, a, b, c, d] = ["new", "a", "b", "c", "d"].map(|name| builder.state(name).unwrap());
        for (from, action, to, probability) in [
            (new, "safe", a, 1.0),
            (new, "risky", b, 0.5),
            (new, "risky", c, 0.5),
            (a, "flip", a, 0.5),
            (a, "flip", b, 0.5),
            (b, "back", a, 1.0),
            (b, "out", d, 1.0),
            (c, "stay", c, 1.0),
            (d, "stay", d, 0.75),
        ] {
            builder.transition(from, action, to, probability).unwrap();
        }
        builder.leak(d, "stay", 0.25).unwrap();
        builder.build().unwrap()
    }

    #[test]
    fn reached_revisited_and_refused() {
        let model = model();
        let id = |name: &str| model.state(name).unwrap();
        let recurrence = Recurrence::new(&model, id("new")).unwrap();
        assert_eq!(recurrence.revisited().unwrap(), [id("a"), id("b")]);
        for name in ["a", "b"] {
            let revisit = recurrence.reach_and_revisit(id(name)).unwrap();
            assert_eq!(revisit.probabilities(&model).unwrap(), (Rational::one(), Rational::one()));
            assert_eq!(revisit.policy().pairs()[..3], [0, 2, 3]);
        }
        let refused = |name: &str| recurrence.reach_and_revisit(id(name)).unwrap_err().to_string();
        insta::assert_snapshot!(refused("c"), @"`c` is recurrent, but no policy reaches it from `new` with probability one: at most 0.500001 of the time, as by new --risky--> c");
        insta::assert_snapshot!(refused("new"), @"`new` is not recurrent: `safe` may lead to `a`, from which it may never come back, `risky` may lead to `b`, from which it may never come back");
        insta::assert_snapshot!(refused("d"), @"`d` is not recurrent: `stay` may end the episode");
        let from_c = Recurrence::new(&model, id("c")).unwrap();
        insta::assert_snapshot!(from_c.reach_and_revisit(id("a")).unwrap_err(), @"`a` cannot be reached from `c`");
        assert!(recurrence.is_recurrent(id("c")) && !recurrence.is_recurrent(id("d")));
        assert_eq!(recurrence.way(id("d")).unwrap().unwrap().steps.len(), 2);
    }
}
