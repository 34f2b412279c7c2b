//! Which states of a model are shown.

use crate::failure::Failure;
use clap::Args;
use dunamis_mdp::Names;

/// Most states that a table shows unasked: with what stands around it, it then fits a screen.
const SCREENFUL: usize = 40;

/// States at each end of a longer table.
const END: usize = 12;

/// Options that choose states.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Show these states only, with commas between them
    #[arg(long, value_name = "NAMES")]
    states: Vec<String>,

    /// Show all states in the table, however many there are
    #[arg(long, conflicts_with = "states")]
    all: bool,
}

/// States to be shown, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All of them.
    All,
    /// Those that were asked for.
    Chosen(Vec<usize>),
}

impl Shown {
    /// Numbers of the states of a document, of so many.
    pub(crate) fn of(&self, states: usize) -> Vec<usize> {
        match self {
            Shown::All => (0..states).collect(),
            Shown::Chosen(chosen) => chosen.clone(),
        }
    }
}

/// The states that texts name, each one or several between commas.
///
/// # Errors
///
/// [`Failure::UnknownState`].
pub(crate) fn named(texts: &[String], names: &Names) -> Result<Vec<usize>, Failure> {
    found(texts, |name| names.get(name)).map_err(|(name, first)| {
        let nearest = names.nearest(&name).or_else(|| names.nearest(&first));
        Failure::UnknownState { nearest: nearest.map(Into::into), name }
    })
}

/// The same with states that a function finds; or else the name without a state, and its first part.
fn found<T>(texts: &[String], get: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, (String, String)> {
    let mut chosen = Vec::new();
    for text in texts {
        let parts: Vec<&str> = text.split(',').collect();
        let mut start = 0;
        while start < parts.len() {
            // Names such as `(0, 1)` have commas themselves, so the longest name counts.
            let ends = (start + 1..=parts.len()).rev();
            let found = ends.into_iter().find_map(|end| {
                let state = get(parts[start..end].join(",").trim())?;
                Some((end, state))
            });
            let Some((end, state)) = found else {
                let name = parts[start..].join(",").trim().to_owned();
                return Err((name, parts[start].trim().to_owned()));
            };
            chosen.push(state);
            start = end;
        }
    }
    Ok(chosen)
}

impl Selection {
    /// The chosen states.
    ///
    /// # Errors
    ///
    /// [`Failure::UnknownState`].
    pub(crate) fn shown(&self, names: &Names) -> Result<Shown, Failure> {
        if self.states.is_empty() {
            return Ok(Shown::All);
        }
        Ok(Shown::Chosen(named(&self.states, names)?))
    }

    /// The states that are asked for by names that a function knows, or those of [`Selection::rows`], of so many.
    ///
    /// # Errors
    ///
    /// [`Failure::UnknownComputedState`].
    pub(crate) fn computed(&self, states: u64, get: impl Fn(&str) -> Option<u64>) -> Result<Vec<u64>, Failure> {
        if self.states.is_empty() {
            return Ok(self.rows(states as usize).into_iter().flatten().map(|state| state as u64).collect());
        }
        found(&self.states, get).map_err(|(name, _)| Failure::UnknownComputedState { name, states })
    }

    /// Positions of the rows of a table of so many states, with a gap where `None` stands.
    pub(crate) fn rows(&self, states: usize) -> Vec<Option<usize>> {
        if self.all || !self.states.is_empty() || states <= SCREENFUL {
            return (0..states).map(Some).collect();
        }
        (0..END).map(Some).chain([None]).chain((states - END..states).map(Some)).collect()
    }

    /// What to say of the states that are left out, if any are.
    pub(crate) fn remark(&self, states: usize) -> Option<String> {
        let left_out = states - self.rows(states).iter().flatten().count();
        (left_out > 0).then(|| {
            format!("{left_out} of {states} states are left out: `--states`, `--all`, `--json` or `--output` has them")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(states: &[&str]) -> Selection {
        Selection { states: states.iter().map(|&text| text.into()).collect(), all: false }
    }

    #[test]
    fn names_with_commas_are_found() {
        let names = Names::new(["(0, 0)", "(0, 1)", "a", "b"]).expect("names");
        let shown = |states: &[&str]| selection(states).shown(&names).expect("known states");
        assert_eq!(shown(&["b,a"]), Shown::Chosen(vec![3, 2]));
        assert_eq!(shown(&["(0, 1),a, (0, 0)", "b"]), Shown::Chosen(vec![1, 2, 0, 3]));
        assert_eq!(shown(&[]), Shown::All);
        for wrong in ["", "a,,b", "(0", "(0,0)"] {
            assert!(selection(&[wrong]).shown(&names).is_err(), "{wrong}");
        }
    }

    #[test]
    fn long_tables_are_cut() {
        let none = selection(&[]);
        assert_eq!((none.rows(40).len(), none.remark(40)), (40, None));
        let rows = none.rows(1_000_000);
        assert_eq!((rows.len(), rows[11], rows[12], rows[24]), (25, Some(11), None, Some(999_999)));
        let remark = none.remark(1_000_000).expect("a remark");
        assert!(remark.starts_with("999976 of 1000000 states"), "{remark}");
    }
}
