//! Where the options of each state lead.

use crate::PowerError;
use crate::joint_worth::Worth;
use dunamis_mdp::{Discount, Rational, StateId, TransitionModel};
use dunamis_solve::{SolveError, VisitDistribution, VisitDistributionSet};
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// Actions with the same successors: equivalent ones `[Turner et al. 2021, Def. 6.7]`.
#[derive(Clone, Debug)]
pub(crate) struct ActionClass {
    /// Their state-action pairs.
    pub(crate) pairs: Vec<usize>,
    /// Successors, ascending, with their probabilities.
    pub(crate) row: Vec<(usize, Rational)>,
}

/// Most states that are analyzed.
const MAX_STATES: usize = 2_000;

/// Most policies that are compared for one state.
pub(crate) const MAX_POLICIES: usize = 2_000;

/// The options of all states that are reached from a start, and the states they lead to.
pub(crate) struct OptionGraph<'a> {
    model: &'a TransitionModel,
    /// By state; empty where the start does not lead.
    options: Vec<Vec<ActionClass>>,
    /// By state: states that are reached in one step or more.
    ahead: Vec<Vec<bool>>,
    ends: bool,
}

impl<'a> OptionGraph<'a> {
    /// With `ends`, states after the start may end play: all their mass leaks, and nothing follows.
    pub(crate) fn new(model: &'a TransitionModel, start: usize, ends: bool) -> Result<Self, PowerError> {
        let states = model.states().len();
        if start >= states {
            return Err(SolveError::StateOutOfRange { state: start, states }.into());
        }
        if states > MAX_STATES {
            return Err(PowerError::Intractable { what: "states", limit: MAX_STATES });
        }
        let mut graph = OptionGraph { model, options: vec![Vec::new(); states], ahead: vec![Vec::new(); states], ends };
        let reached = graph.discover(start, start)?;
        graph.ahead[start] = reached;
        for state in 0..states {
            if graph.ahead[start][state] && state != start {
                graph.ahead[state] = graph.discover(state, start)?;
            }
        }
        Ok(graph)
    }

    /// States that are reached from a state in one step or more; their options are looked up where they are new.
    fn discover(&mut self, from: usize, start: usize) -> Result<Vec<bool>, PowerError> {
        let mut seen = vec![false; self.options.len()];
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            if self.options[state].is_empty() {
                let options = classes(self.model, state);
                let ends = self.ends && state != start && self.is_end(&options);
                self.options[state] = if ends { options } else { whole(self.model, options)? };
            }
            for (next, _) in self.options[state].iter().flat_map(|option| &option.row) {
                if !std::mem::replace(&mut seen[*next], true) {
                    open.push(*next);
                }
            }
        }
        Ok(seen)
    }

    /// Whether all mass leaks, whatever is done.
    fn is_end(&self, options: &[ActionClass]) -> bool {
        matches!(options, [class] if class.row.is_empty() && self.model.leak(class.pairs[0]) == 1.0)
    }

    /// Whether nothing follows a state.
    pub(crate) fn ends(&self, state: usize) -> bool {
        self.is_end(&self.options[state])
    }

    pub(crate) fn options(&self, state: usize) -> &[ActionClass] {
        &self.options[state]
    }

    /// Whether play may come back to a state.
    pub(crate) fn returns(&self, state: usize) -> bool {
        self.ahead[state][state]
    }

    /// Whether a state is never left.
    pub(crate) fn is_absorbing(&self, state: usize) -> bool {
        self.options[state].iter().all(|option| matches!(option.row[..], [(next, _)] if next == state))
    }

    /// Marks the states from some state on.
    fn mark_from(&self, state: usize, marks: &mut [bool]) {
        marks[state] = true;
        marks.iter_mut().zip(&self.ahead[state]).for_each(|(mark, ahead)| *mark |= ahead);
    }

    /// Whether the successors of an option lead to different states, and none back.
    pub(crate) fn is_branch(&self, state: usize, option: usize) -> bool {
        let mut marks = vec![false; self.options.len()];
        marks[state] = true;
        self.options[state][option].row.iter().all(|&(next, _)| {
            let mut own = vec![false; marks.len()];
            self.mark_from(next, &mut own);
            let free = own.iter().zip(&marks).all(|(own, mark)| !(*own && *mark));
            marks.iter_mut().zip(own).for_each(|(mark, own)| *mark |= own);
            free
        })
    }

    /// Groups of options of a state such that options of different groups have no state ahead in common.
    pub(crate) fn dependent_options(&self, state: usize) -> Vec<Vec<usize>> {
        let mut groups: Vec<(Vec<bool>, Vec<usize>)> = Vec::new();
        for (option, class) in self.options[state].iter().enumerate() {
            let mut marks = vec![false; self.options.len()];
            class.row.iter().for_each(|&(next, _)| self.mark_from(next, &mut marks));
            let shares = |group: &(Vec<bool>, Vec<usize>)| group.0.iter().zip(&marks).any(|(x, y)| *x && *y);
            let (sharing, mut rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
            let mut members = Vec::new();
            for (other, own) in sharing {
                marks.iter_mut().zip(other).for_each(|(x, y)| *x |= y);
                members.extend(own);
            }
            members.push(option);
            rest.push((marks, members));
            groups = rest;
        }
        groups.into_iter().map(|(_, members)| members).collect()
    }

    /// The rows of a state's options: what they are worth as $`\gamma \to 0`$.
    pub(crate) fn next_rewards(&self, state: usize) -> Vec<Worth> {
        let dense = |class: &ActionClass| {
            let mut vector = vec![Rational::zero(); self.options.len()];
            class.row.iter().for_each(|(next, probability)| vector[*next] = probability.clone());
            vector
        };
        let worth = |(option, class)| Worth { options: vec![option], vector: Some(dense(class)) };
        self.options[state].iter().enumerate().map(worth).collect()
    }

    /// What options of a state are worth, one vector for each policy that differs: normalized visits after the start, or
    /// recurrent state distributions (without a discount). Options that share a vector share the worth.
    pub(crate) fn worths(
        &self,
        state: usize,
        options: &[usize],
        discount: Option<&Discount>,
    ) -> Result<Vec<Worth>, PowerError> {
        let mut worths: BTreeMap<Vec<Rational>, Vec<usize>> = BTreeMap::new();
        for &option in options {
            let set = self.visits(state, option)?;
            let vectors = match discount {
                None => set.recurrent_distributions(),
                Some(discount) => {
                    let gamma = discount.exact();
                    let scale = (Rational::one() - &gamma) / &gamma;
                    let ahead = |function: &VisitDistribution| {
                        let mut visits = function.at(discount);
                        visits[state] -= Rational::one();
                        for visits in &mut visits {
                            *visits *= &scale;
                        }
                        visits
                    };
                    set.functions().iter().map(ahead).collect()
                }
            };
            for vector in vectors {
                worths.entry(vector).or_default().push(option);
            }
        }
        Ok(worths.into_iter().map(|(vector, options)| Worth { options, vector: Some(vector) }).collect())
    }

    /// What being at a state is worth, as [`OptionGraph::worths`], with its own reward.
    pub(crate) fn values(&self, state: usize, discount: Option<&Discount>) -> Result<Vec<Worth>, PowerError> {
        let set = VisitDistributionSet::new(self.model, StateId::new(state), MAX_POLICIES)?;
        let vectors = match discount {
            None => set.recurrent_distributions(),
            Some(discount) => {
                let scale = Rational::one() - discount.exact();
                let normalized = |visits: Vec<Rational>| visits.into_iter().map(|visits| visits * &scale).collect();
                set.functions().iter().map(|function| normalized(function.at(discount))).collect()
            }
        };
        let distinct: BTreeSet<Vec<Rational>> = vectors.into_iter().collect();
        Ok(distinct.into_iter().map(|vector| Worth { options: vec![0], vector: Some(vector) }).collect())
    }

    /// $`\mathcal F(s \mid \pi(s) = a)`$ for the actions of an option.
    pub(crate) fn visits(&self, state: usize, option: usize) -> Result<VisitDistributionSet, PowerError> {
        let pair = self.options[state][option].pairs[0];
        Ok(VisitDistributionSet::with_choice(self.model, StateId::new(state), pair, MAX_POLICIES)?)
    }
}

/// The classes of equivalent actions of a state, in the order of their first actions.
pub(crate) fn classes(model: &TransitionModel, state: usize) -> Vec<ActionClass> {
    let mut classes: Vec<ActionClass> = Vec::new();
    for pair in model.available().pairs(StateId::new(state)) {
        let row: Vec<_> = model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect();
        match classes.iter_mut().find(|class| class.row == row) {
            Some(class) => class.pairs.push(pair),
            None => classes.push(ActionClass { pairs: vec![pair], row }),
        }
    }
    classes
}

/// The same classes, if no mass is lost on their way and none appears.
fn whole(model: &TransitionModel, classes: Vec<ActionClass>) -> Result<Vec<ActionClass>, PowerError> {
    for class in &classes {
        let pair = class.pairs[0];
        if model.leak(pair) > 0.0 {
            return Err(PowerError::Leak { state: model.states()[model.available().state(pair).index()].into() });
        }
        if !class.row.iter().map(|(_, p)| p).sum::<Rational>().is_one() {
            return Err(SolveError::InexactRow { pair }.into());
        }
    }
    Ok(classes)
}
