//! Whole models as arrays, for generators and files of millions of transitions.

use crate::names::Names;
use crate::number::{Written, sums_to_one};
use crate::{ActionId, AvailableActions, ModelError, Number, TransitionModel};

/// The rows of a [`TransitionModel`] as raw arrays, taken over without a copy by [`TransitionModel::from_rows`]: state-action
/// pairs grouped by state, each with its successors in ascending order.
///
/// ```
/// use dunamis_mdp::{Names, Rows, TransitionModel};
/// let rows = Rows {
///     pairs: vec![0, 2, 3],          // state 0 has pairs 0 and 1, state 1 has pair 2
///     actions: vec![0, 1, 0],        // "stay" and "leave" at state 0, "stay" at state 1
///     starts: vec![0, 1, 3, 4],      // pair 1 has two successors
///     next: vec![0, 0, 1, 1],
///     probability: vec![1.0, 0.25, 0.75, 1.0],
///     ..Rows::default()
/// };
/// let model = TransitionModel::from_rows(Names::numbered("s", 2), Names::new(["stay", "leave"])?, rows)?;
/// assert_eq!(model.row(1), (&[0, 1][..], &[0.25, 0.75][..]));
/// # Ok::<(), dunamis_mdp::ModelError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// First pair of each state, and one past the last: length |S| + 1.
    pub pairs: Vec<u32>,
    /// Action number of each pair: length |SA|; distinct within a state.
    pub actions: Vec<u32>,
    /// First entry of each pair, and one past the last: length |SA| + 1.
    pub starts: Vec<usize>,
    /// Successor of each entry, ascending within a pair.
    pub next: Vec<u32>,
    /// Probability of each entry, above 0 and at most 1.
    pub probability: Vec<f64>,
    /// Entries whose probability was written as something else than its `f64` denotes, such as 1/3; ascending.
    pub exact: Vec<(usize, Number)>,
    /// Pairs that leak mass, with the mass, ascending; see [`TransitionModel::leak`].
    pub leaks: Vec<(usize, Number)>,
}

impl Rows {
    /// The rows of a model without chance where every state has the same actions: `next` has the successors of the first
    /// state under each of the `actions`, then those of the second, and so on.
    pub fn certain(actions: u32, next: Vec<u32>) -> Self {
        let pairs = next.len();
        Rows {
            pairs: (0..=pairs as u32).step_by(actions.max(1) as usize).collect(),
            actions: (0..actions).cycle().take(pairs).collect(),
            starts: (0..=pairs).collect(),
            probability: vec![1.0; pairs],
            next,
            ..Rows::default()
        }
    }
}

impl TransitionModel {
    /// A model from whole arrays. $`O(\mathrm{nnz})`$; nothing is copied but the leaks and exact entries.
    ///
    /// Rows that miss 1 by more than rounding and by at most 1e-9 are scaled, as by the builder.
    ///
    /// # Errors
    ///
    /// [`ModelError::Rows`] for arrays that do not fit together, and as for
    /// [`TransitionModelBuilder::build`](crate::TransitionModelBuilder::build).
    pub fn from_rows(states: Names, actions: Names, rows: Rows) -> Result<Self, ModelError> {
        Layout { states: &states, actions: &actions, rows: &rows }.check()?;
        let Rows { pairs, actions: action, starts, next, mut probability, exact, leaks } = rows;
        let (mut written, mut written_leak) = (Written::default(), Written::default());
        for (entry, number) in exact {
            probability[entry] = number.value();
            written.insert(entry, &number);
        }
        let mut leak = (!leaks.is_empty()).then(|| vec![0.0; action.len()]);
        for (pair, number) in leaks {
            leak.as_mut().expect("some pair leaks")[pair] = number.value();
            written_leak.insert(pair, &number);
        }
        let available =
            AvailableActions::from_arrays(pairs, action.into_iter().map(|a| ActionId::new(a as usize)).collect());
        for pair in 0..available.len() {
            let row = &mut probability[starts[pair]..starts[pair + 1]];
            let lost = leak.as_ref().map_or(0.0, |leak| leak[pair]);
            let sum = row.iter().sum::<f64>() + lost;
            if (sum - 1.0).abs() > crate::builder::ROW_SUM_TOLERANCE {
                let state = available.state(pair).index();
                let action = actions[available.action(pair).index()].into();
                return Err(ModelError::RowSum { state: states[state].into(), action, sum });
            }
            let rounding = f64::EPSILON * (row.len() + 1) as f64;
            let entries = || (starts[pair]..).zip(&*row).map(|(entry, &p)| written.exact(entry, p));
            if (sum - 1.0).abs() > rounding && !sums_to_one(entries().chain([written_leak.exact(pair, lost)])) {
                for p in row.iter_mut() {
                    *p /= sum;
                }
                written.remove(starts[pair]..starts[pair + 1]);
                if let Some(leak) = &mut leak {
                    leak[pair] /= sum;
                    written_leak.remove(pair..pair + 1);
                }
            }
        }
        Ok(TransitionModel::from_parts(
            states,
            actions,
            available,
            (starts, next, probability, written),
            (leak, written_leak),
        ))
    }
}

struct Layout<'a> {
    states: &'a Names,
    actions: &'a Names,
    rows: &'a Rows,
}

impl Layout<'_> {
    fn check(&self) -> Result<(), ModelError> {
        let rows = self.rows;
        let wrong = |what: &str, place: usize| Err(ModelError::Rows { place: format!("{what}[{place}]") });
        let (n, m, nnz) = (self.states.len(), rows.actions.len(), rows.next.len());
        if n == 0 {
            return Err(ModelError::NoState);
        }
        for (what, expected, actual) in [
            ("`pairs`", n + 1, rows.pairs.len()),
            ("`starts`", m + 1, rows.starts.len()),
            ("`probability`", nnz, rows.probability.len()),
        ] {
            if expected != actual {
                return Err(ModelError::Length { what, expected, actual });
            }
        }
        if rows.pairs[0] != 0 || rows.pairs[n] as usize != m {
            return wrong("pairs", n);
        }
        if rows.starts[0] != 0 || rows.starts[m] != nnz {
            return wrong("starts", m);
        }
        if let Some(place) = rows.starts.windows(2).position(|pair| pair[0] > pair[1]) {
            return wrong("starts", place + 1);
        }
        let mut seen = vec![usize::MAX; self.actions.len()];
        for state in 0..n {
            let (first, end) = (rows.pairs[state] as usize, rows.pairs[state + 1] as usize);
            if first > end || end > m {
                return wrong("pairs", state + 1);
            }
            if first == end {
                return Err(ModelError::StateWithoutAction { state: self.states[state].into() });
            }
            for pair in first..end {
                match seen.get_mut(rows.actions[pair] as usize) {
                    Some(last) if *last != state => *last = state,
                    _ => return wrong("actions", pair),
                }
                self.check_row(state, pair)?;
            }
        }
        let mut before = None;
        for (entry, number) in &rows.exact {
            if *entry >= nnz || before.is_some_and(|before| before >= *entry) {
                return wrong("exact", *entry);
            }
            before = Some(*entry);
            let pair = rows.starts.partition_point(|&start| start <= *entry) - 1;
            self.check_probability(pair, Some(rows.next[*entry]), number.value())?;
            self.check_length(pair, Some(rows.next[*entry]), number)?;
        }
        let mut before = None;
        for (pair, number) in &rows.leaks {
            if *pair >= m || before.is_some_and(|before| before >= *pair) {
                return wrong("leaks", *pair);
            }
            before = Some(*pair);
            self.check_probability(*pair, None, number.value())?;
            self.check_length(*pair, None, number)?;
        }
        Ok(())
    }

    fn check_row(&self, state: usize, pair: usize) -> Result<(), ModelError> {
        let rows = self.rows;
        let mut before = None;
        for entry in rows.starts[pair]..rows.starts[pair + 1] {
            let next = rows.next[entry];
            if next as usize >= self.states.len() || before.is_some_and(|before| before >= next) {
                return Err(ModelError::Rows { place: format!("next[{entry}] of state `{}`", &self.states[state]) });
            }
            before = Some(next);
            self.check_probability(pair, Some(next), rows.probability[entry])?;
        }
        Ok(())
    }

    fn check_probability(&self, pair: usize, next: Option<u32>, probability: f64) -> Result<(), ModelError> {
        if probability > 0.0 && probability <= 1.0 {
            return Ok(());
        }
        let [from, action, to] = self.transition(pair, next).map(Into::into);
        Err(ModelError::Probability { from, action, to, probability })
    }

    fn check_length(&self, pair: usize, next: Option<u32>, number: &Number) -> Result<(), ModelError> {
        number.clone().within_limits().map(|_| ()).map_err(|source| {
            let [from, action, to] = self.transition(pair, next);
            ModelError::TooLong { place: format!("the probability of `{from}` --{action}--> `{to}`"), source }
        })
    }

    /// The names of a state, an action and a successor.
    fn transition(&self, pair: usize, next: Option<u32>) -> [&str; 3] {
        let state = self.rows.pairs.partition_point(|&first| first as usize <= pair) - 1;
        let action = &self.actions[self.rows.actions[pair] as usize];
        [&self.states[state], action, next.map_or("null", |next| &self.states[next as usize])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StateId;

    fn valid() -> Rows {
        Rows {
            pairs: vec![0, 2, 3],
            actions: vec![0, 1, 0],
            starts: vec![0, 1, 3, 4],
            next: vec![0, 0, 1, 1],
            probability: vec![1.0, 0.25, 0.75, 1.0],
            ..Rows::default()
        }
    }

    fn build(rows: Rows) -> Result<TransitionModel, ModelError> {
        TransitionModel::from_rows(Names::numbered("s", 2), Names::new(["stay", "leave"]).unwrap(), rows)
    }

    #[test]
    fn arrays_and_builder_agree() {
        let mut rows = valid();
        rows.exact = vec![(1, "1/3".parse().unwrap()), (2, "1/2".parse().unwrap())];
        rows.leaks = vec![(1, "1/6".parse().unwrap())];
        let mut builder = TransitionModel::builder();
        let (s, t) = (builder.state("s0").unwrap(), builder.state("s1").unwrap());
        builder.transition(s, "stay", s, 1.0).unwrap();
        builder.transition(s, "leave", s, "1/3".parse::<Number>().unwrap()).unwrap();
        builder.transition(s, "leave", t, 0.5).unwrap();
        builder.leak(s, "leave", "1/6".parse::<Number>().unwrap()).unwrap();
        builder.transition(t, "stay", t, 1.0).unwrap();
        let model = build(rows).unwrap();
        assert!(model.is_exact());
        assert_eq!(model, builder.build().unwrap());
        assert_eq!([0, 1, 2].map(|pair| model.available().state(pair).index()), [0, 0, 1]);
    }

    /// Rows that miss 1 by rounding keep their doubles, so that files do; others are scaled.
    #[test]
    fn rows_are_scaled_as_by_the_builder() {
        for row in [[0.1; 10], [0.100_000_000_01; 10]] {
            let mut builder = TransitionModel::builder();
            let ids: Vec<StateId> = (0..10).map(|s| builder.state(&s.to_string()).unwrap()).collect();
            for &s in &ids {
                for (&p, &next) in row.iter().zip(&ids) {
                    builder.transition(s, "a", next, p).unwrap();
                }
            }
            let rows = Rows {
                pairs: (0..=10).collect(),
                actions: vec![0; 10],
                starts: (0..=10).map(|s| 10 * s).collect(),
                next: (0..10).cycle().take(100).collect(),
                probability: row.repeat(10),
                ..Rows::default()
            };
            let model = TransitionModel::from_rows(Names::numbered("", 10), Names::new(["a"]).unwrap(), rows).unwrap();
            assert_eq!(model, builder.build().unwrap());
            assert_eq!(model.row(0).1[0] == row[0], row[0] == 0.1);
        }
    }

    #[test]
    fn rows_without_chance() {
        let model = build(Rows::certain(2, vec![0, 1, 1, 0])).unwrap();
        assert!(model.is_deterministic());
        assert_eq!([0, 1, 2, 3].map(|pair| model.row(pair).0[0]), [0, 1, 1, 0]);
        for (actions, next) in [(0, vec![0]), (2, vec![0, 1, 1]), (3, vec![0, 1, 1, 0]), (2, vec![])] {
            assert!(build(Rows::certain(actions, next)).is_err());
        }
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        let broken: [fn(&mut Rows); 14] = [
            |rows| rows.pairs[1] = 7,
            |rows| rows.pairs[1] = 0,
            |rows| rows.pairs = vec![0, 3],
            |rows| rows.pairs[2] = 2,
            |rows| rows.actions[1] = 0,
            |rows| rows.actions[1] = 2,
            |rows| rows.starts[1] = 9,
            |rows| rows.starts[3] = 3,
            |rows| rows.next[2] = 0,
            |rows| rows.next[3] = 2,
            |rows| rows.probability[1] = 0.5,
            |rows| rows.probability[1] = f64::NAN,
            |rows| rows.exact = vec![(4, Number::ONE)],
            |rows| rows.leaks = vec![(3, Number::ONE)],
        ];
        let errors: Vec<String> = broken
            .iter()
            .map(|breaks| {
                let mut rows = valid();
                breaks(&mut rows);
                build(rows).unwrap_err().to_string()
            })
            .collect();
        insta::assert_snapshot!(errors.join("\n"));
    }
}
