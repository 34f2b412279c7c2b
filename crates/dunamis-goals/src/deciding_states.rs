//! The states that decide about compatibility with training.

use crate::exact_reward::exact_reward;
use crate::goal_set::{Form, Reading};
use crate::restriction::Restriction;
use crate::setting::Reached;
use crate::{GoalError, Training};
use dunamis_mdp::{Criterion, Discount, Mdp, Rational, StateId};
use dunamis_solve::{ExactSolution, solve_exact};
use std::sync::Arc;

/// Most ways to go on outside of what was observed whose rows are all listed.
const MOST_COMPLETIONS: usize = 64;

/// The states that decide about compatibility.
#[derive(Clone, Debug)]
pub(crate) struct DecidingStates {
    pub(crate) part: Restriction,
    /// For every state of the part whether anything was observed there.
    pub(crate) observed: Vec<bool>,
    /// The pairs that may be taken, where what was not observed is free, with the first one of each state that was observed.
    pub(crate) faithful: Restriction,
    /// For every pair of the part whether it was observed.
    pub(crate) supported: Vec<bool>,
}

impl DecidingStates {
    /// `None` where nothing was observed.
    pub(crate) fn new(training: &Training, reading: Reading) -> Result<Option<Self>, GoalError> {
        let model = training.model();
        let part = match reading {
            Reading::AllActions => {
                let observed: Vec<StateId> = model.state_ids().filter(|&state| training.is_observed(state)).collect();
                if observed.is_empty() {
                    return Ok(None);
                }
                let reached = Reached::new(model, &observed, |_| true);
                Restriction::new(model, |state| reached.marks()[state.index()], |_| true)?
            }
            Reading::WithinTraining => {
                let stays = |pair: usize| {
                    model.row(pair).0.iter().all(|&next| training.is_trained(StateId::new(next as usize)))
                };
                for state in training.trained() {
                    let mut pairs = model.available().pairs(state);
                    let leaves = pairs.clone().find(|&pair| training.observed()[pair] && !stays(pair));
                    if let Some(pair) = leaves
                        .or_else(|| (!pairs.any(stays)).then_some(model.available().starts()[state.index()] as usize))
                    {
                        let action = model.actions()[model.available().action(pair).index()].to_owned();
                        return Err(GoalError::LeavesTraining {
                            state: model.states()[state.index()].to_owned(),
                            action,
                        });
                    }
                }
                if !training.observed().contains(&true) {
                    return Ok(None);
                }
                Restriction::new(model, |state| training.is_trained(state), stays)?
            }
        };
        let observed: Vec<bool> = part.states.iter().map(|&state| training.is_observed(state)).collect();
        let supported: Vec<bool> = part.pairs.iter().map(|&pair| training.observed()[pair]).collect();
        let available = part.model.available();
        let first = |pair: usize| available.pairs(available.state(pair)).find(|&pair| supported[pair]);
        let keep = |pair: usize| !observed[available.state(pair).index()] || first(pair) == Some(pair);
        let faithful = Restriction::new(&part.model, |_| true, keep)?;
        Ok(Some(DecidingStates { part, observed, faithful, supported }))
    }

    /// The rewards of the states that decide.
    pub(crate) fn own(&self, goal: &[Rational]) -> Vec<Rational> {
        self.part.states.iter().map(|state| goal[state.index()].clone()).collect()
    }

    /// What is optimal where nothing was observed.
    pub(crate) fn solve(&self, own: &[Rational], discount: &Discount) -> Result<ExactSolution, GoalError> {
        let model = &self.faithful.model;
        let mdp = Mdp::new(Arc::clone(model), exact_reward(model, own)?)?;
        Ok(solve_exact(&mdp, &Criterion::Discounted(discount.clone()))?)
    }

    /// The observed pairs, and elsewhere the pair of the faithful part that is chosen.
    fn support(&self, choice: impl Fn(usize) -> usize) -> Vec<bool> {
        let mut support = self.supported.clone();
        for state in (0..self.observed.len()).filter(|&state| !self.observed[state]) {
            support[self.faithful.pairs[choice(state)]] = true;
        }
        support
    }

    /// How play goes on where nothing was observed, optimally for a goal.
    pub(crate) fn completion(&self, goal: &[Rational], discount: &Discount) -> Result<Vec<bool>, GoalError> {
        let policy = self.solve(&self.own(goal), discount)?.policy;
        Ok(self.support(|state| policy[state] as usize))
    }

    /// Number of ways to go on where nothing was observed, `None` for very many.
    fn ways(&self) -> Option<usize> {
        let available = self.faithful.model.available();
        let mut options = (0..available.states()).map(|state| available.pairs(StateId::new(state)).len());
        options.try_fold(1, |ways: usize, options| ways.checked_mul(options))
    }

    /// All of them.
    pub(crate) fn completions(&self) -> Vec<Vec<bool>> {
        let available = self.faithful.model.available();
        let of_number = |mut number: usize| {
            let mut choices = Vec::with_capacity(available.states());
            for state in 0..available.states() {
                let pairs = available.pairs(StateId::new(state));
                choices.push(pairs.start + number % pairs.len());
                number /= pairs.len();
            }
            self.support(|state| choices[state])
        };
        (0..self.ways().unwrap_or_default()).map(of_number).collect()
    }

    pub(crate) fn form(&self) -> Form {
        let ways = self.ways();
        if ways == Some(1) {
            return Form::Polyhedron;
        }
        let from: Vec<StateId> = (0..self.observed.len()).filter(|&k| self.observed[k]).map(StateId::new).collect();
        let faithful = &self.faithful.model;
        let reached = Reached::new(faithful, &from, |pair| {
            self.supported[self.faithful.pairs[pair]] || !self.observed[faithful.available().state(pair).index()]
        });
        // Where there is one action only, nothing is left open.
        let open = |state: usize| !self.observed[state] && faithful.available().pairs(StateId::new(state)).len() > 1;
        if (0..self.observed.len()).any(|state| reached.marks()[state] && open(state)) {
            Form::Union
        } else if ways.is_some_and(|ways| ways <= MOST_COMPLETIONS) {
            Form::Polyhedron
        } else {
            Form::Implicit
        }
    }
}
