//! Two agents who move at the same time, and the decision problem that each faces when the other's policy is fixed.

use crate::model::Row;
use crate::names::Names;
use crate::{ActionId, AvailableActions, MarkovChain, ModelError, Number, SparseMatrix, StateId, StochasticPolicy};
use crate::{TransitionModel, builder::ROW_SUM_TOLERANCE};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The two agents of a joint model: a human who learned first, and a faster AI that adapts to it
/// `[Harris & Suo 2022, part 2]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agent {
    /// The human.
    H,
    /// The AI.
    A,
}

impl Agent {
    /// Both agents, H first.
    pub const BOTH: [Agent; 2] = [Agent::H, Agent::A];

    /// The other agent.
    pub fn other(self) -> Agent {
        match self {
            Agent::H => Agent::A,
            Agent::A => Agent::H,
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Agent::H => "H",
            Agent::A => "A",
        })
    }
}

/// What becomes of the probability of joint moves that are not available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortfall {
    /// It is lost for ever and worth 0, as the published no-overlap rule does. An agent may still choose a move that is
    /// lost with certainty; with negative rewards that may be its best.
    #[default]
    Leak,
    /// The moves are drawn again until they are available: probabilities are divided by the available mass. Where not a
    /// single joint move is available, both agents stay where they are.
    Renormalize,
}

/// What the sum of a finished row misses 1 by at most: merged outcomes round more often than their number tells.
const ROUNDING: f64 = 1e-12;

/// The successor of a pair of moves that is not available, in [`SuccessorTable`].
pub const UNAVAILABLE: u32 = u32::MAX;

/// A two-agent model with simultaneous moves: a sparse matrix whose rows are (state, move of H, move of A).
///
/// The rows of state `s` are consecutive and H-major: row `start(s) + i·k + j` for H's `i`-th and A's `j`-th available
/// action, where A has `k` of them. A row sums to 1; with unavailable joint moves it may sum to less, down to an empty row.
#[derive(Clone, Debug, PartialEq)]
pub struct JointModel {
    states: Names,
    actions: [Names; 2],
    available: [AvailableActions; 2],
    /// First row of each state, and one past the last.
    start: Vec<usize>,
    matrix: SparseMatrix,
    shortfall: Shortfall,
}

/// A deterministic joint model as one table of successors, laid out like the rows of [`JointModel`].
#[derive(Clone, Debug, PartialEq)]
pub struct SuccessorTable {
    /// First row of each state, and one past the last: length |S| + 1.
    pub start: Vec<u32>,
    /// Number of A's actions at each state: length |S|.
    pub moves_a: Vec<u32>,
    /// Number of H's actions at each state: length |S|.
    pub moves_h: Vec<u32>,
    /// Successor of each row, or [`UNAVAILABLE`].
    pub successor: Vec<u32>,
}

/// Collects the joint states of a [`JointModel`]; see [`JointModel::builder`].
#[derive(Clone, Debug)]
pub struct JointModelBuilder {
    states: Names,
    actions: [Names; 2],
    available: [Vec<Vec<ActionId>>; 2],
    shortfall: Shortfall,
}

impl JointModelBuilder {
    /// Adds a joint state with the actions each agent has there.
    ///
    /// # Errors
    ///
    /// [`ModelError::DuplicateState`], or [`ModelError::StateWithoutAction`] when one of the agents has none.
    pub fn state<'a>(
        &mut self,
        name: &str,
        actions_h: impl IntoIterator<Item = &'a str>,
        actions_a: impl IntoIterator<Item = &'a str>,
    ) -> Result<StateId, ModelError> {
        let index = self.states.add(name).ok_or_else(|| ModelError::DuplicateState { name: name.into() })?;
        let here = [
            actions_h.into_iter().map(|action| ActionId::new(self.actions[0].intern(action))).collect::<Vec<_>>(),
            actions_a.into_iter().map(|action| ActionId::new(self.actions[1].intern(action))).collect::<Vec<_>>(),
        ];
        if here.iter().any(Vec::is_empty) {
            return Err(ModelError::StateWithoutAction { state: name.into() });
        }
        for (all, here) in self.available.iter_mut().zip(here) {
            all.push(here);
        }
        Ok(StateId::new(index))
    }

    /// The finished model. `outcome(s, i, j)` gives the successors of H's `i`-th and A's `j`-th action at state `s`, each
    /// with its probability; what is missing to 1 is not available.
    ///
    /// # Errors
    ///
    /// [`ModelError::NoState`], [`ModelError::Probability`], or [`ModelError::RowSum`] when a row exceeds 1 (with
    /// tolerance 1e-9).
    pub fn build(
        self,
        outcome: impl FnMut(StateId, usize, usize) -> Vec<(StateId, f64)>,
    ) -> Result<JointModel, ModelError> {
        self.pack(0.0, outcome)
    }

    /// The same, but rows that sum to 1 up to rounding stay as they are, so that what was built once is built again.
    ///
    /// # Errors
    ///
    /// As for [`JointModelBuilder::build`].
    pub(crate) fn build_as_given(
        self,
        outcome: impl FnMut(StateId, usize, usize) -> Vec<(StateId, f64)>,
    ) -> Result<JointModel, ModelError> {
        self.pack(ROUNDING, outcome)
    }

    fn pack(
        self,
        rounding: f64,
        mut outcome: impl FnMut(StateId, usize, usize) -> Vec<(StateId, f64)>,
    ) -> Result<JointModel, ModelError> {
        if self.states.is_empty() {
            return Err(ModelError::NoState);
        }
        let available = self.available.map(AvailableActions::from_states);
        let (mut start, mut indptr) = (vec![0], vec![0]);
        let (mut indices, mut data) = (Vec::new(), Vec::new());
        for s in (0..self.states.len()).map(StateId::new) {
            for (i, &action_h) in available[0].at(s).iter().enumerate() {
                for (j, &action_a) in available[1].at(s).iter().enumerate() {
                    let mut row = outcome(s, i, j);
                    row.sort_by_key(|&(next, _)| next);
                    let action =
                        || joint_action(&self.actions[0][action_h.index()], &self.actions[1][action_a.index()]);
                    let mut sum = 0.0;
                    for &(next, probability) in &row {
                        if !(0.0..=1.0).contains(&probability) || next.index() >= self.states.len() {
                            return Err(ModelError::Probability {
                                from: self.states[s.index()].into(),
                                action: action(),
                                to: next.to_string(),
                                probability,
                            });
                        }
                        sum += probability;
                    }
                    if sum > 1.0 + ROW_SUM_TOLERANCE {
                        let state = self.states[s.index()].into();
                        return Err(ModelError::RowSum { state, action: action(), sum });
                    }
                    // Under `Renormalize` a partly available row is drawn again until it is available.
                    let full = (sum - 1.0).abs() <= ROW_SUM_TOLERANCE;
                    let scale = if full || self.shortfall == Shortfall::Renormalize { sum } else { 1.0 };
                    let rounded = (sum - 1.0).abs() <= rounding;
                    let scale = if rounded { 1.0 } else { scale };
                    let first = indices.len();
                    for (next, probability) in row.into_iter().filter(|&(_, probability)| probability > 0.0) {
                        if indices.len() > first && indices.last() == Some(&(next.index() as u32)) {
                            let sum = data.last_mut().expect("as many data as indices");
                            // Rounding must not make more of it than certainty.
                            *sum = f64::min(*sum + probability / scale, 1.0);
                        } else {
                            indices.push(next.index() as u32);
                            data.push(probability / scale);
                        }
                    }
                    indptr.push(data.len());
                }
            }
            start.push(indptr.len() - 1);
        }
        let matrix = SparseMatrix::new((indptr.len() - 1, self.states.len()), indptr, indices, data);
        let JointModelBuilder { states, actions, shortfall, .. } = self;
        Ok(JointModel { states, actions, available, start, matrix, shortfall })
    }
}

/// The name of a pair of actions, for example `left_H^stay_A`.
pub(crate) fn joint_action(action_h: &str, action_a: &str) -> String {
    format!("{action_h}_H^{action_a}_A")
}

impl JointModel {
    /// An empty builder.
    pub fn builder(shortfall: Shortfall) -> JointModelBuilder {
        JointModelBuilder {
            states: Names::default(),
            actions: Default::default(),
            available: Default::default(),
            shortfall,
        }
    }

    /// Joint state names.
    pub fn states(&self) -> &Names {
        &self.states
    }

    /// The action names of one agent.
    pub fn actions(&self, agent: Agent) -> &Names {
        &self.actions[agent as usize]
    }

    /// The actions of one agent at each joint state.
    pub fn available(&self, agent: Agent) -> &AvailableActions {
        &self.available[agent as usize]
    }

    /// The same model where what is missing counts otherwise: under [`Shortfall::Renormalize`] rows that lack something are
    /// scaled to 1.
    pub fn with_shortfall(&self, shortfall: Shortfall) -> JointModel {
        let draft = crate::Draft::from(self);
        draft.joint_model(shortfall).expect("the rows of a joint model")
    }

    /// What becomes of unavailable joint moves.
    pub fn shortfall(&self) -> Shortfall {
        self.shortfall
    }

    /// Successors and probabilities of H's `i`-th and A's `j`-th available action at a state.
    pub fn row(&self, state: StateId, i: usize, j: usize) -> (&[u32], &[f64]) {
        let row = self.start[state.index()] + i * self.available[1].at(state).len() + j;
        let indptr = self.matrix.indptr();
        let range = indptr.raw_storage()[row]..indptr.raw_storage()[row + 1];
        (&self.matrix.indices()[range.clone()], &self.matrix.data()[range])
    }

    /// Number of pairs of moves over all joint states.
    pub fn pairs(&self) -> usize {
        self.matrix.rows()
    }

    /// The decision problem of `agent` while the other follows `policy`, over the same joint states, in time
    /// $`O(\mathrm{nnz} \log)`$: $`T_H(s'|s,a_H) = \sum_{a_A} \pi_A(a_A|s)\, T(s'|s,a_H,a_A)`$ `[Harris & Suo 2022, part 2]`.
    ///
    /// Under [`Shortfall::Leak`] every action stays, and an action of which no joint move is available leaks all its mass.
    /// Under [`Shortfall::Renormalize`] such an action is left out; where that leaves none, both agents stay put.
    ///
    /// # Panics
    ///
    /// If the policy has another layout than [`JointModel::available`] of the other agent.
    pub fn induced(&self, agent: Agent, policy: &StochasticPolicy) -> TransitionModel {
        let (own, other) = (self.available(agent), self.available(agent.other()));
        assert_eq!(policy.probabilities().len(), other.len(), "the policy belongs to another model");
        let (mut actions, mut rows) = (Vec::with_capacity(self.states.len()), Vec::new());
        for s in (0..self.states.len()).map(StateId::new) {
            let others = &policy.probabilities()[other.pairs(s)];
            let mixed: Vec<(f64, Vec<(u32, f64)>)> = (0..own.at(s).len())
                .map(|k| {
                    self.mix(
                        s,
                        others.iter().enumerate().map(|(l, &weight)| match agent {
                            Agent::H => (k, l, weight),
                            Agent::A => (l, k, weight),
                        }),
                    )
                })
                .collect();
            let stuck = mixed.iter().all(|(mass, _)| *mass == 0.0);
            let mut here = Vec::new();
            for (&action, (mass, next)) in own.at(s).iter().zip(mixed) {
                if mass > 0.0 || stuck || self.shortfall == Shortfall::Leak {
                    here.push(action);
                    let (mass, next) = if mass > 0.0 { (mass, next) } else { self.stuck(s) };
                    let next = next.into_iter().map(|(next, p)| (next, Number::from(p))).collect();
                    rows.push(Row { next, leak: (mass < 1.0).then(|| Number::from(1.0 - mass)), index: None });
                }
            }
            actions.push(here);
        }
        let available = AvailableActions::from_states(actions);
        TransitionModel::pack(self.states.clone(), self.actions(agent).clone(), available, rows)
    }

    /// The chain of joint states when both agents follow their policies.
    ///
    /// # Panics
    ///
    /// If a policy has another layout than its agent.
    pub fn chain(&self, policy_h: &StochasticPolicy, policy_a: &StochasticPolicy) -> MarkovChain {
        for (agent, policy) in Agent::BOTH.into_iter().zip([policy_h, policy_a]) {
            let layout = self.available(agent).len();
            assert_eq!(policy.probabilities().len(), layout, "the policy of {agent} belongs to another model");
        }
        MarkovChain::from_rows(
            self.states.len(),
            (0..self.states.len()).map(StateId::new).map(|s| {
                let of_a = &policy_a.probabilities()[self.available[1].pairs(s)];
                let of_h = &policy_h.probabilities()[self.available[0].pairs(s)];
                let moves = of_h.iter().enumerate();
                let pairs = moves.flat_map(|(i, &x)| of_a.iter().enumerate().map(move |(j, &y)| (i, j, x * y)));
                let (mass, next) = self.mix(s, pairs);
                if mass > 0.0 { next } else { self.stuck(s).1 }
            }),
        )
    }

    /// What happens where not a single joint move is available: everything leaks, or both agents stay put.
    fn stuck(&self, s: StateId) -> (f64, Vec<(u32, f64)>) {
        match self.shortfall {
            Shortfall::Leak => (0.0, Vec::new()),
            Shortfall::Renormalize => (1.0, vec![(s.index() as u32, 1.0)]),
        }
    }

    /// The mixture of some joint moves of a state: its mass, and its successors in ascending order.
    fn mix(&self, s: StateId, moves: impl Iterator<Item = (usize, usize, f64)>) -> (f64, Vec<(u32, f64)>) {
        let mut entries: Vec<(u32, f64)> = Vec::new();
        let (mut wanted, mut mass) = (0.0, 0.0);
        let mut complete = true;
        for (i, j, weight) in moves.filter(|&(_, _, weight)| weight > 0.0) {
            let (next, probability) = self.row(s, i, j);
            let row_mass: f64 = probability.iter().sum();
            complete &= (row_mass - 1.0).abs() <= ROW_SUM_TOLERANCE;
            wanted += weight;
            mass += weight * row_mass;
            entries.extend(next.iter().zip(probability).map(|(&next, &p)| (next, weight * p)));
        }
        // Where nothing is missing the sum of weights is 1 up to rounding, and rounding must not look like a leak.
        let scale = if complete { wanted } else { 1.0 };
        let scale = if self.shortfall == Shortfall::Renormalize { mass } else { scale };
        entries.sort_by_key(|&(next, _)| next);
        let mut merged: Vec<(u32, f64)> = Vec::with_capacity(entries.len());
        for (next, probability) in entries {
            match merged.last_mut() {
                Some((last, sum)) if *last == next => *sum += probability / scale,
                _ => merged.push((next, probability / scale)),
            }
        }
        let whole = complete || self.shortfall == Shortfall::Renormalize;
        (if whole && mass > 0.0 { 1.0 } else { mass }, merged)
    }

    /// The probabilities that a policy of the agent gives to the actions of an induced model, in its layout: the inverse of
    /// [`JointModel::lift`], where no action that the induced model left out has any.
    ///
    /// # Panics
    ///
    /// As for [`JointModel::lift`].
    pub fn restrict(&self, agent: Agent, induced: &TransitionModel, policy: &StochasticPolicy) -> StochasticPolicy {
        let own = self.available(agent);
        let pairs = induced.state_ids().flat_map(|s| induced.available().pairs(s).map(move |pair| (s, pair)));
        let probability = pairs.map(|(s, pair)| {
            let source = own.find(s, induced.available().action(pair)).expect("an action of this agent");
            policy.probabilities()[source]
        });
        StochasticPolicy::unchecked(probability.collect())
    }

    /// Lifts a policy of an induced model to all actions of the agent; actions that the induced model left out get 0.
    ///
    /// # Panics
    ///
    /// If `induced` does not come from [`JointModel::induced`] of this model and agent.
    pub fn lift(&self, agent: Agent, induced: &TransitionModel, policy: &StochasticPolicy) -> StochasticPolicy {
        let own = self.available(agent);
        let mut probability = vec![0.0; own.len()];
        for s in induced.state_ids() {
            for pair in induced.available().pairs(s) {
                let target = own.find(s, induced.available().action(pair)).expect("an action of this agent");
                probability[target] = policy.probabilities()[pair];
            }
        }
        StochasticPolicy::unchecked(probability)
    }

    /// All successors in one table, if every joint move leads to one state with certainty or is not available.
    pub fn successor_table(&self) -> Option<SuccessorTable> {
        let indptr = self.matrix.indptr();
        let successor = indptr
            .raw_storage()
            .windows(2)
            .map(|w| match (&self.matrix.indices()[w[0]..w[1]], &self.matrix.data()[w[0]..w[1]]) {
                ([], []) => Some(UNAVAILABLE),
                (&[next], &[1.0]) => Some(next),
                _ => None,
            })
            .collect::<Option<Vec<u32>>>()?;
        let count = |agent: usize| {
            (0..self.states.len()).map(|s| self.available[agent].at(StateId::new(s)).len() as u32).collect()
        };
        let start = self.start.iter().map(|&row| u32::try_from(row).ok()).collect::<Option<Vec<u32>>>()?;
        Some(SuccessorTable { start, moves_h: count(0), moves_a: count(1), successor })
    }
}
