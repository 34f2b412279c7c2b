//! The three forms in which Python gives transition probabilities, as rows of a model.

use crate::array::{doubles, integers, shown, slice};
use crate::error::{Failure, Result};
use crate::sparse_matrix::CompressedRows;
use dunamis_mdp::{Number, Rows};
use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// By how much a row may miss 1 without a leak, and a probability exceed it: more is no rounding.
const ROUNDING: f64 = 1e-9;

/// Numbers of actions may have gaps, but not so large ones that their names take more memory than the model.
const MOST_ACTIONS: usize = 1 << 16;

/// Transition probabilities whose numbers Python owns.
#[derive(Debug)]
pub(crate) enum Transitions<'py> {
    /// All of them, by state, action and next state.
    Dense {
        /// The numbers.
        array: PyReadonlyArrayDyn<'py, f64>,
        /// Which axes they have.
        axes: Axes,
    },
    /// A sparse matrix |S| × |S| for every action.
    Actions(Vec<CompressedRows<'py>>),
    /// A row for every state-action pair.
    Pairs {
        /// The rows.
        rows: PairRows<'py>,
        /// The state and the action of each row.
        places: Vec<(u32, u32)>,
    },
}

/// A row of probabilities of next states for every state-action pair.
#[derive(Debug)]
pub(crate) enum PairRows<'py> {
    /// All numbers, |SA| × |S|.
    Dense(PyReadonlyArrayDyn<'py, f64>),
    /// Those that are not 0.
    Sparse(CompressedRows<'py>),
}

/// The axes of an array with three of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axes {
    pub(crate) states: usize,
    pub(crate) actions: usize,
    /// Whether actions come first, as in `MDPtoolbox`, and not second, as in `QuantEcon`.
    actions_first: bool,
}

impl Axes {
    /// The axes of a shape: S × A × S wherever it may be that, or else A × S × S.
    pub(crate) fn of(argument: &str, shape: &[usize]) -> Result<Self> {
        match *shape {
            [states, actions, next] if states == next && states > 0 && actions > 0 => {
                Ok(Axes { states, actions, actions_first: false })
            }
            [actions, states, next] if states == next && states > 0 && actions > 0 => {
                Ok(Axes { states, actions, actions_first: true })
            }
            _ => {
                let problem = format!(
                    "has the shape {}, but (S, A, S) or (A, S, S) is needed: one for each state, action and next state",
                    shown(shape)
                );
                Err(Failure::argument(argument, problem))
            }
        }
    }

    /// Where the numbers of all next states begin.
    pub(crate) fn start(self, state: usize, action: usize) -> usize {
        let row = if self.actions_first { action * self.states + state } else { state * self.actions + action };
        row * self.states
    }
}

/// Rows of a model, and where each came from.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) rows: Rows,
    /// By pair of the model: the row of `P` where rows are given by pair; empty otherwise.
    pub(crate) origin: Vec<usize>,
}

impl<'py> Transitions<'py> {
    /// The argument `P`, with `s_indices` and `a_indices` where rows are given by pair.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`].
    pub(crate) fn new(
        value: &Bound<'py, PyAny>,
        states: Option<&Bound<'py, PyAny>>,
        actions: Option<&Bound<'py, PyAny>>,
    ) -> Result<Self> {
        match (states, actions) {
            (Some(states), Some(actions)) => Self::pairs(value, states, actions),
            (Some(_), None) => Err(Failure::argument("a_indices", "is missing: `s_indices` needs it")),
            (None, Some(_)) => Err(Failure::argument("s_indices", "is missing: `a_indices` needs it")),
            (None, None) if CompressedRows::is_sparse(value) => {
                let problem = "is one sparse matrix: give a list with one for each action, or `s_indices` and `a_indices` with \
                               the state and the action of each row";
                Err(Failure::argument("P", problem))
            }
            (None, None) => {
                if let Some(matrices) = Self::sparse_list(value)? {
                    return Ok(Transitions::Actions(matrices));
                }
                let array = doubles("P", value)?;
                let axes = Axes::of("P", array.shape())?;
                Ok(Transitions::Dense { array, axes })
            }
        }
    }

    /// One sparse matrix for each action, if the argument is a list of such.
    fn sparse_list(value: &Bound<'py, PyAny>) -> Result<Option<Vec<CompressedRows<'py>>>> {
        let Some(list) = sparse_list("P", value)? else { return Ok(None) };
        let states = list[0].rows;
        for (action, matrix) in list.iter().enumerate() {
            if (matrix.rows, matrix.columns) != (states, states) || states == 0 {
                let shape = shown(&[matrix.rows, matrix.columns]);
                let problem = format!("has the shape {shape}, but (S, S) with the same S for all actions is needed");
                return Err(Failure::argument(format!("P[{action}]"), problem));
            }
        }
        Ok(Some(list))
    }

    fn pairs(value: &Bound<'py, PyAny>, states: &Bound<'py, PyAny>, actions: &Bound<'py, PyAny>) -> Result<Self> {
        let (rows, count, next) = if CompressedRows::is_sparse(value) {
            let matrix = CompressedRows::new("P", value)?;
            let (count, next) = (matrix.rows, matrix.columns);
            (PairRows::Sparse(matrix), count, next)
        } else {
            let array = doubles("P", value)?;
            let &[count, next] = array.shape() else {
                let problem =
                    format!("has the shape {}, but (SA, S) is needed beside `s_indices`", shown(array.shape()));
                return Err(Failure::argument("P", problem));
            };
            (PairRows::Dense(array), count, next)
        };
        let states = numbers("s_indices", states, count, next)?;
        let actions = numbers("a_indices", actions, count, count.max(MOST_ACTIONS))?;
        Ok(Transitions::Pairs { rows, places: states.into_iter().zip(actions).collect() })
    }

    /// Number of states.
    pub(crate) fn states(&self) -> usize {
        match self {
            Transitions::Dense { axes, .. } => axes.states,
            Transitions::Actions(matrices) => matrices[0].rows,
            Transitions::Pairs { rows: PairRows::Dense(array), .. } => array.shape()[1],
            Transitions::Pairs { rows: PairRows::Sparse(matrix), .. } => matrix.columns,
        }
    }

    /// Number of actions.
    pub(crate) fn actions(&self) -> usize {
        match self {
            Transitions::Dense { axes, .. } => axes.actions,
            Transitions::Actions(matrices) => matrices.len(),
            Transitions::Pairs { places, .. } => {
                places.iter().map(|&(_, action)| action as usize + 1).max().unwrap_or(0)
            }
        }
    }

    /// The rows of the model, each number copied once. Pairs that `unavailable` names are left out if nothing is known of where
    /// they lead. With `leak`, what a row lacks to 1 leaks.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] for entries outside of the matrices and pairs that are given twice.
    pub(crate) fn build(&self, leak: bool, unavailable: impl Fn(usize, usize) -> bool) -> Result<Built> {
        let states = self.states();
        let mut builder = Builder::new(leak);
        let mut origin = Vec::new();
        match self {
            Transitions::Dense { array, axes } => {
                let numbers = slice("P", array)?;
                for state in 0..states {
                    for action in 0..axes.actions {
                        let start = axes.start(state, action);
                        let row = &numbers[start..start + states];
                        builder.row(action, unavailable(state, action), |add| {
                            row.iter().zip(0..).for_each(|(&p, next)| add(next, p));
                            Ok(())
                        })?;
                    }
                    builder.state();
                }
            }
            Transitions::Actions(matrices) => {
                builder.reserve(states * matrices.len(), matrices.iter().map(CompressedRows::entries).sum());
                for state in 0..states {
                    for (action, matrix) in matrices.iter().enumerate() {
                        builder.row(action, unavailable(state, action), |add| matrix.each(state, add))?;
                    }
                    builder.state();
                }
            }
            Transitions::Pairs { rows, places } => {
                origin = ordered(places)?;
                if let PairRows::Sparse(matrix) = rows {
                    builder.reserve(places.len(), matrix.entries());
                }
                let mut state = 0;
                for &row in &origin {
                    while state < places[row].0 {
                        builder.state();
                        state += 1;
                    }
                    let action = places[row].1 as usize;
                    match rows {
                        PairRows::Sparse(matrix) => builder.row(action, false, |add| matrix.each(row, add))?,
                        PairRows::Dense(array) => {
                            let numbers = &slice("P", array)?[row * states..(row + 1) * states];
                            builder.row(action, false, |add| {
                                numbers.iter().zip(0..).for_each(|(&p, next)| add(next, p));
                                Ok(())
                            })?;
                        }
                    }
                }
                while (state as usize) < states {
                    builder.state();
                    state += 1;
                }
            }
        }
        Ok(Built { rows: builder.rows()?, origin })
    }
}

/// A list of sparse matrices; `None` if the argument is none.
///
/// # Errors
///
/// [`Failure::Argument`] for a list of which only some are.
pub(crate) fn sparse_list<'py>(argument: &str, value: &Bound<'py, PyAny>) -> Result<Option<Vec<CompressedRows<'py>>>> {
    let items: Vec<Bound<'py, PyAny>> = match value.cast::<pyo3::types::PyList>() {
        Ok(list) => list.iter().collect(),
        Err(_) => match value.cast::<pyo3::types::PyTuple>() {
            Ok(tuple) => tuple.iter().collect(),
            // `MDPtoolbox` keeps them in an array of objects.
            Err(_) if value.getattr("dtype").is_ok_and(|dtype| dtype.to_string() == "object") => {
                value.try_iter()?.collect::<PyResult<_>>()?
            }
            Err(_) => return Ok(None),
        },
    };
    if !items.first().is_some_and(CompressedRows::is_sparse) {
        return Ok(None);
    }
    let matrix = |(k, item)| CompressedRows::new(&format!("{argument}[{k}]"), item);
    items.iter().enumerate().map(matrix).collect::<Result<_>>().map(Some)
}

/// Numbers from 0, below a limit, one for each row.
fn numbers(argument: &str, value: &Bound<'_, PyAny>, count: usize, limit: usize) -> Result<Vec<u32>> {
    let array = integers(argument, value)?;
    if *array.shape() != [count] {
        let problem =
            format!("has the shape {}, but ({count},) is needed: one for each row of `P`", shown(array.shape()));
        return Err(Failure::argument(argument, problem));
    }
    let checked = |(k, &number): (usize, &i64)| match u32::try_from(number).ok().filter(|&n| (n as usize) < limit) {
        Some(number) => Ok(number),
        None => Err(Failure::argument(
            format!("{argument}[{k}]"),
            format!("is {number}, but must be at least 0 and below {limit}"),
        )),
    };
    slice(argument, &array)?.iter().enumerate().map(checked).collect()
}

/// The rows in the order of their states and actions.
fn ordered(places: &[(u32, u32)]) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    if !places.is_sorted() {
        order.sort_by_key(|&row| places[row]);
    }
    if let Some(two) = order.windows(2).find(|two| places[two[0]] == places[two[1]]) {
        let (state, action) = places[two[1]];
        let problem = format!("gives action {action} at state {state} a second time: every pair has one row");
        return Err(Failure::argument(format!("a_indices[{}]", two[1]), problem));
    }
    Ok(order)
}

/// Rows that grow state by state.
struct Builder {
    rows: Rows,
    leak: bool,
}

impl Builder {
    fn new(leak: bool) -> Self {
        Builder { rows: Rows { pairs: vec![0], starts: vec![0], ..Rows::default() }, leak }
    }

    fn reserve(&mut self, pairs: usize, entries: usize) {
        self.rows.actions.reserve_exact(pairs);
        self.rows.starts.reserve_exact(pairs + 1);
        self.rows.next.reserve_exact(entries);
        self.rows.probability.reserve_exact(entries);
    }

    /// Adds a pair with the entries that `fill` adds, in any order; entries of one next state add up.
    fn row(
        &mut self,
        action: usize,
        optional: bool,
        fill: impl FnOnce(&mut dyn FnMut(u32, f64)) -> Result<()>,
    ) -> Result<()> {
        let Rows { actions, starts, next, probability, leaks, .. } = &mut self.rows;
        let start = next.len();
        let mut ascending = true;
        fill(&mut |state, p| {
            if p != 0.0 {
                ascending &= next.len() == start || next[next.len() - 1] < state;
                next.push(state);
                probability.push(p);
            }
        })?;
        if optional && next.len() == start {
            return Ok(());
        }
        if !ascending {
            let mut entries: Vec<(u32, f64)> = next.drain(start..).zip(probability.drain(start..)).collect();
            entries.sort_by_key(|&(state, _)| state);
            for alike in entries.chunk_by(|a, b| a.0 == b.0) {
                next.push(alike[0].0);
                // What is no probability stays one of a kind, so that nothing makes up for it.
                let wrong = alike.iter().find(|(_, p)| !(0.0..=1.0).contains(p));
                probability.push(wrong.map_or_else(|| alike.iter().map(|&(_, p)| p).sum(), |&(_, p)| p));
            }
        }
        for p in &mut probability[start..] {
            if *p > 1.0 && *p <= 1.0 + ROUNDING {
                *p = 1.0;
            }
        }
        let lost = 1.0 - probability[start..].iter().sum::<f64>();
        if self.leak && lost > ROUNDING {
            leaks.push((actions.len(), Number::from(lost)));
        }
        actions.push(action as u32);
        starts.push(next.len());
        Ok(())
    }

    /// Ends a state.
    fn state(&mut self) {
        self.rows.pairs.push(self.rows.actions.len() as u32);
    }

    fn rows(self) -> Result<Rows> {
        if u32::try_from(self.rows.actions.len()).is_err() {
            return Err(Failure::argument("P", "has more than 2^32 - 1 state-action pairs"));
        }
        Ok(self.rows)
    }
}
