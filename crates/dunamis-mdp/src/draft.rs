//! Models that may still be wrong: what a file says, or what edits have left, before it becomes a model.

use crate::builder::ROW_SUM_TOLERANCE;
use crate::joint::joint_action;
use crate::names::Names;
use crate::{Agent, JointModel, ModelError, Number, Shortfall, StateId, TransitionModel};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

/// A model of one or two agents by the names of its states and actions, which may still be wrong.
///
/// Readers fill it, edits change it, [`Draft::errors`] finds everything that is wrong with it,
/// and [`Draft::model`] or [`Draft::joint_model`] turn it into a model that cannot be.
///
/// ```
/// use dunamis_mdp::Draft;
/// let mut draft = Draft::new(1);
/// draft.state("here", 0);
/// draft.transition("here", ["stay"], Some("here"), 0.5, 1);
/// draft.transition("here", ["go"], Some("there"), 1.0, 2);
/// let errors: Vec<String> = draft.errors().iter().map(|error| error.problem.to_string()).collect();
/// assert_eq!(errors[0], "there is no state `there`: did you mean `here`?");
/// assert_eq!(errors[1], "the probabilities of action `stay` at state `here` sum to 0.5, not 1");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    agents: usize,
    pub(crate) states: Vec<(String, usize)>,
    pub(crate) transitions: Vec<DraftTransition>,
}

/// One line of a [`Draft`]: where a move, or a pair of simultaneous moves, may lead.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftTransition {
    /// The state.
    pub from: String,
    /// The action of each agent, H's first.
    pub moves: Vec<String>,
    /// The successor; `None` for mass that is lost.
    pub to: Option<String>,
    /// The probability.
    pub probability: Number,
    /// Where it was said, as the reader counts.
    pub place: usize,
}

/// Something that is wrong with a [`Draft`].
#[derive(Debug)]
pub struct DraftError {
    /// Where, as the reader counts; `None` for the whole.
    pub place: Option<usize>,
    /// What.
    pub problem: ModelError,
}

/// Something that is not wrong with a model, but that its author may not have meant.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Remark {
    /// No other state leads there.
    Unreachable {
        /// The state.
        state: String,
    },
    /// Nothing leads away.
    Absorbing {
        /// The state.
        state: String,
    },
    /// A part of the probability of a move is lost for ever.
    Lost {
        /// The state.
        state: String,
        /// The move, or the pair of moves.
        action: String,
        /// How much is lost.
        mass: f64,
    },
    /// Two moves that cannot be made together.
    Unavailable {
        /// The joint state.
        state: String,
        /// The pair of moves.
        action: String,
    },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Unreachable { state } => write!(f, "no other state leads to `{state}`"),
            Remark::Absorbing { state } => write!(f, "`{state}` is never left"),
            Remark::Lost { state, action, mass } => {
                write!(f, "action `{action}` at state `{state}` loses the mass {mass} for ever, worth 0")
            }
            Remark::Unavailable { state, action } => {
                write!(f, "the pair of moves `{action}` is not available at state `{state}`")
            }
        }
    }
}

/// The rows of a draft, state by state in the order of first mention: moves, and the numbers of their transitions.
type Rows<'a> = HashMap<&'a str, Vec<(&'a [String], Vec<usize>)>>;

impl Draft {
    /// An empty draft for one agent, or for two.
    pub fn new(agents: usize) -> Self {
        Draft { agents: agents.clamp(1, 2), ..Draft::default() }
    }

    /// Number of agents, 1 or 2.
    pub fn agents(&self) -> usize {
        self.agents
    }

    /// The names of the states, in order.
    pub fn states(&self) -> impl ExactSizeIterator<Item = &str> {
        self.states.iter().map(|(name, _)| name.as_str())
    }

    /// The transitions, in order.
    pub fn transitions(&self) -> &[DraftTransition] {
        &self.transitions
    }

    /// Adds a state.
    pub fn state(&mut self, name: impl Into<String>, place: usize) {
        self.states.push((name.into(), place));
    }

    /// Adds a transition. A pair of moves that leads nowhere with certainty (`to` is `None`, the probability 1) is not
    /// available, but both agents have their move.
    pub fn transition<M: Into<String>>(
        &mut self,
        from: impl Into<String>,
        moves: impl IntoIterator<Item = M>,
        to: Option<&str>,
        probability: impl Into<Number>,
        place: usize,
    ) {
        let (from, moves) = (from.into(), moves.into_iter().map(Into::into).collect());
        let (to, probability) = (to.map(Into::into), probability.into());
        self.transitions.push(DraftTransition { from, moves, to, probability, place });
    }

    /// The states, each name once.
    fn distinct(&self) -> impl Iterator<Item = &(String, usize)> {
        let mut known = HashSet::new();
        self.states.iter().filter(move |(name, _)| known.insert(name.as_str()))
    }

    fn rows(&self) -> Rows<'_> {
        let mut rows: Rows<'_> = HashMap::new();
        let mut index: HashMap<(&str, &[String]), usize> = HashMap::new();
        for (k, transition) in self.transitions.iter().enumerate() {
            let (from, moves) = (transition.from.as_str(), transition.moves.as_slice());
            let here = rows.entry(from).or_default();
            let row = *index.entry((from, moves)).or_insert_with(|| {
                here.push((moves, Vec::new()));
                here.len() - 1
            });
            here[row].1.push(k);
        }
        rows
    }

    /// Everything that is wrong, in order of the places: states first. $`O(\mathrm{nnz})`$.
    pub fn errors(&self) -> Vec<DraftError> {
        let mut errors = Vec::new();
        let mut report = |place: Option<usize>, problem: ModelError| errors.push(DraftError { place, problem });
        let mut names = Names::default();
        if self.states.is_empty() {
            report(None, ModelError::NoState);
        }
        for (name, place) in &self.states {
            if names.add(name).is_none() {
                report(Some(*place), ModelError::DuplicateState { name: name.clone() });
            }
        }
        let mut known = HashSet::new();
        for transition in &self.transitions {
            let DraftTransition { from, moves, to, probability, place } = transition;
            let target = || to.clone().unwrap_or_else(|| "null".into());
            for state in [Some(from), to.as_ref()].into_iter().flatten() {
                if names.get(state).is_none() {
                    report(Some(*place), ModelError::unknown_state(state, &names));
                }
            }
            if !(0.0..=1.0).contains(&probability.value()) {
                let (from, action, probability) = (from.clone(), action_name(moves), probability.value());
                report(Some(*place), ModelError::Probability { from, action, to: target(), probability });
            }
            if !known.insert((from, moves, to)) {
                let (from, action) = (from.clone(), action_name(moves));
                report(Some(*place), ModelError::DuplicateTransition { from, action, to: target() });
            }
        }
        let rows = self.rows();
        for (name, place) in self.distinct() {
            let Some(here) = rows.get(name.as_str()) else {
                report(Some(*place), ModelError::StateWithoutAction { state: name.clone() });
                continue;
            };
            for (moves, entries) in here {
                let sum = self.sum(entries, |_| true);
                if sum > 1.0 + ROW_SUM_TOLERANCE || (self.agents == 1 && sum < 1.0 - ROW_SUM_TOLERANCE) {
                    let (state, action) = (name.clone(), action_name(moves));
                    report(Some(self.transitions[entries[0]].place), ModelError::RowSum { state, action, sum });
                }
            }
        }
        errors
    }

    fn sum(&self, entries: &[usize], counts: impl Fn(&DraftTransition) -> bool) -> f64 {
        entries.iter().map(|&k| &self.transitions[k]).filter(|&t| counts(t)).map(|t| t.probability.value()).sum()
    }

    /// What the author may not have meant, in the order of the states.
    pub fn remarks(&self) -> Vec<Remark> {
        let reached: HashSet<&str> = self
            .transitions
            .iter()
            .filter(|t| t.probability.value() > 0.0 && t.to.as_ref() != Some(&t.from))
            .filter_map(|t| t.to.as_deref())
            .collect();
        let (rows, mut remarks) = (self.rows(), Vec::new());
        for (name, _) in self.distinct() {
            let state = || name.clone();
            if self.states.len() > 1 && !reached.contains(name.as_str()) {
                remarks.push(Remark::Unreachable { state: state() });
            }
            let here = rows.get(name.as_str()).map_or(&[][..], Vec::as_slice);
            let leaves = |k: &usize| {
                let transition = &self.transitions[*k];
                transition.probability.value() > 0.0 && transition.to.as_deref() != Some(name)
            };
            if !here.is_empty() && !here.iter().any(|(_, entries)| entries.iter().any(leaves)) {
                remarks.push(Remark::Absorbing { state: state() });
            }
            for (moves, entries) in here {
                // What rows of one agent lose is declared; otherwise they are wrong.
                let mass = match self.agents {
                    1 => self.sum(entries, |t| t.to.is_none()),
                    _ => 1.0 - self.sum(entries, |t| t.to.is_some()),
                };
                let action = action_name(moves);
                if self.agents == 2 && mass == 1.0 {
                    remarks.push(Remark::Unavailable { state: state(), action });
                } else if mass > ROW_SUM_TOLERANCE {
                    remarks.push(Remark::Lost { state: state(), action, mass });
                }
            }
        }
        remarks
    }

    fn check(&self) -> Result<(), DraftError> {
        self.errors().into_iter().next().map_or(Ok(()), Err)
    }

    /// The model of one agent.
    ///
    /// # Errors
    ///
    /// The first of [`Draft::errors`], or [`ModelError::Agents`] for a draft of two agents.
    pub fn model(&self) -> Result<TransitionModel, DraftError> {
        self.expect_agents(1)?;
        self.check()?;
        let build = || {
            let mut builder = TransitionModel::builder();
            for (name, _) in &self.states {
                builder.state(name)?;
            }
            for DraftTransition { from, moves, to, probability, .. } in &self.transitions {
                let from = builder.find_state(from)?;
                match to {
                    Some(to) => builder.transition(from, &moves[0], builder.find_state(to)?, probability.clone())?,
                    None => builder.leak(from, &moves[0], probability.clone())?,
                }
            }
            builder.build()
        };
        build().map_err(|problem| DraftError { place: None, problem })
    }

    /// The model of two agents. Each agent has at a state the moves that its pairs there mention, in order of first
    /// mention; pairs that are not mentioned are not available, and what a row lacks counts as `shortfall` says.
    ///
    /// # Errors
    ///
    /// The first of [`Draft::errors`], or [`ModelError::Agents`] for a draft of one agent.
    pub fn joint_model(&self, shortfall: Shortfall) -> Result<JointModel, DraftError> {
        self.expect_agents(2)?;
        self.check()?;
        let build = || {
            let rows = self.rows();
            let mut builder = JointModel::builder(shortfall);
            let mut names = Names::default();
            let mut table: Vec<Vec<Option<&[usize]>>> = Vec::with_capacity(self.states.len());
            let mut width = Vec::with_capacity(self.states.len());
            for (name, _) in &self.states {
                names.add(name);
                let here = &rows[name.as_str()];
                let mut moves: [Vec<&str>; 2] = Default::default();
                for (agent, all) in moves.iter_mut().enumerate() {
                    for (pair, _) in here {
                        if !all.contains(&pair[agent].as_str()) {
                            all.push(&pair[agent]);
                        }
                    }
                }
                let mut pairs = vec![None; moves[0].len() * moves[1].len()];
                for (pair, entries) in here {
                    let number =
                        |agent: usize| moves[agent].iter().position(|known| *known == pair[agent]).unwrap_or(0);
                    pairs[number(0) * moves[1].len() + number(1)] = Some(entries.as_slice());
                }
                builder.state(name, moves[0].iter().copied(), moves[1].iter().copied())?;
                width.push(moves[1].len());
                table.push(pairs);
            }
            builder.build_as_given(|state, i, j| {
                let entries = table[state.index()][i * width[state.index()] + j].unwrap_or_default();
                let reached = entries.iter().map(|&k| &self.transitions[k]).filter_map(|transition| {
                    let next = names.get(transition.to.as_deref()?)?;
                    Some((StateId::new(next), transition.probability.value()))
                });
                reached.collect()
            })
        };
        build().map_err(|problem| DraftError { place: None, problem })
    }

    fn expect_agents(&self, expected: usize) -> Result<(), DraftError> {
        let problem = ModelError::Agents { expected, found: self.agents };
        if self.agents == expected { Ok(()) } else { Err(DraftError { place: None, problem }) }
    }

    /// Scales rows that miss 1 by at most `tolerance`, as programs of less precision write them; how many there were. Of two
    /// agents' rows only those above 1: what the others lack is lost.
    pub fn scale(&mut self, tolerance: f64) -> usize {
        let mut sums: BTreeMap<(&str, &[String]), f64> = BTreeMap::new();
        for transition in &self.transitions {
            *sums.entry((&transition.from, &transition.moves)).or_default() += transition.probability.value();
        }
        let least = if self.agents == 1 { 1.0 - tolerance } else { 1.0 };
        let rough = |sum: &f64| (sum - 1.0).abs() > ROW_SUM_TOLERANCE && (least..=1.0 + tolerance).contains(sum);
        sums.retain(|_, sum| rough(sum));
        let count = sums.len();
        if count > 0 {
            let factors: Vec<Option<f64>> = self
                .transitions
                .iter()
                .map(|transition| sums.get(&(transition.from.as_str(), transition.moves.as_slice())).copied())
                .collect();
            for (transition, sum) in self.transitions.iter_mut().zip(factors) {
                if let Some(sum) = sum {
                    transition.probability = Number::from(transition.probability.value() / sum);
                }
            }
        }
        count
    }
}

/// How a move or a pair of moves is called.
pub(crate) fn action_name(moves: &[String]) -> String {
    match moves {
        [h, a] => joint_action(h, a),
        moves => moves.join(", "),
    }
}

impl From<&TransitionModel> for Draft {
    fn from(model: &TransitionModel) -> Self {
        let (states, actions, available) = (model.states(), model.actions(), model.available());
        let mut draft = Draft::new(1);
        for s in model.state_ids() {
            draft.state(&states[s.index()], s.index());
        }
        for s in model.state_ids() {
            for pair in available.pairs(s) {
                let (from, action) = (&states[s.index()], &actions[available.action(pair).index()]);
                for (next, probability) in model.number_row(pair) {
                    draft.transition(from, [action], Some(&states[next]), probability, pair);
                }
                if let Some(lost) = model.leak_number(pair) {
                    draft.transition(from, [action], None, lost, pair);
                }
            }
        }
        draft
    }
}

impl From<&JointModel> for Draft {
    /// Every pair of moves is mentioned, those that are not available by a transition to nowhere.
    fn from(model: &JointModel) -> Self {
        let states = model.states();
        let mut draft = Draft::new(2);
        for (s, name) in states.iter().enumerate() {
            draft.state(name, s);
        }
        for (state, [i, j], moves) in model.moves() {
            let from = &states[state.index()];
            let (next, probability) = model.row(state, i, j);
            for (&next, &probability) in next.iter().zip(probability) {
                draft.transition(from, moves, Some(&states[next as usize]), probability, state.index());
            }
            if next.is_empty() {
                draft.transition(from, moves, None, 1.0, state.index());
            }
        }
        draft
    }
}

impl JointModel {
    /// All pairs of moves in the order of the rows: the joint state, the numbers of the moves there, and their names.
    pub fn moves(&self) -> impl Iterator<Item = (StateId, [usize; 2], [&str; 2])> {
        let named = move |agent: Agent, state: StateId| {
            let here = self.available(agent).at(state);
            here.iter().map(move |action| &self.actions(agent)[action.index()]).enumerate()
        };
        (0..self.states().len()).map(StateId::new).flat_map(move |state| {
            named(Agent::H, state)
                .flat_map(move |(i, h)| named(Agent::A, state).map(move |(j, a)| (state, [i, j], [h, a])))
        })
    }
}
