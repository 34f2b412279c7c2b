//! The first pass over a model that is to be written: how much there is of everything, and what repeats.

use super::super::FormatError;
use super::block::Shape;
use super::column::{Column, MOST_CODES, code_width};
use super::row::{Row, RowSource};
use super::tables::{Probability, Ragged, Tables};
use std::collections::BTreeSet;
use std::ops::Range;

/// Most actions of a state.
const MOST_ACTIONS: usize = 1 << 16;

/// Most numbers in a table of rows.
const MOST_NUMBERS: usize = 1 << 20;

/// What was found that differs, unless it was too much to number it.
#[derive(Clone, Debug)]
struct Distinct<T>(Option<BTreeSet<T>>);

impl<T: Ord> Distinct<T> {
    fn add(&mut self, value: &T)
    where
        T: Clone,
    {
        if let Some(values) = &mut self.0
            && !values.contains(value)
        {
            values.insert(value.clone());
            self.limit();
        }
    }

    fn join(&mut self, other: Distinct<T>) {
        match (&mut self.0, other.0) {
            (Some(values), Some(more)) => values.extend(more),
            (values, _) => *values = None,
        }
        self.limit();
    }

    fn limit(&mut self) {
        self.0.take_if(|values| values.len() > MOST_CODES);
    }

    /// Nothing yet, and nothing ever where another has given up.
    fn anew(&self) -> Self {
        Distinct(self.0.as_ref().map(|_| BTreeSet::new()))
    }
}

/// What there is.
#[derive(Clone, Debug)]
pub(super) struct Census {
    pub(super) pairs: u64,
    pub(super) entries: u64,
    /// Successors of the shortest and of the longest row.
    lengths: (usize, usize),
    lists: BTreeSet<Vec<u32>>,
    rows: Distinct<Vec<u64>>,
    probabilities: Distinct<u64>,
    lost: Distinct<u64>,
    rewards: Distinct<u64>,
    /// Whether some state has several rewards.
    of_pairs: bool,
}

impl Census {
    pub(super) fn new() -> Self {
        Census {
            pairs: 0,
            entries: 0,
            lengths: (usize::MAX, 0),
            lists: BTreeSet::new(),
            rows: Distinct(Some(BTreeSet::new())),
            probabilities: Distinct(Some(BTreeSet::new())),
            lost: Distinct(Some(BTreeSet::new())),
            rewards: Distinct(Some(BTreeSet::new())),
            of_pairs: false,
        }
    }

    /// Looks at the rows of some states, and collects nothing that earlier ones have too much of.
    pub(super) fn of(&self, source: &impl RowSource, states: Range<u64>) -> Result<Census, FormatError> {
        let mut census = Census {
            rows: self.rows.anew(),
            probabilities: self.probabilities.anew(),
            lost: self.lost.anew(),
            rewards: self.rewards.anew(),
            ..Census::new()
        };
        let (mut row, mut list) = (Row::default(), Vec::new());
        for state in states {
            read_list(source, state, &mut list)?;
            if !census.lists.contains(&list) {
                census.lists.insert(list.clone());
            }
            let mut first = None;
            for action in 0..list.len() {
                row.read(source, state, action)?;
                census.add(&row, first);
                first = first.or(Some(row.reward.to_bits()));
            }
        }
        census.limit()?;
        Ok(census)
    }

    fn add(&mut self, row: &Row, first_reward: Option<u64>) {
        let length = row.next.len();
        self.pairs += 1;
        self.entries += length as u64;
        self.lengths = (self.lengths.0.min(length), self.lengths.1.max(length));
        self.rows.add(&row.probability);
        if self.probabilities.0.is_some() {
            row.probability.iter().for_each(|probability| self.probabilities.add(probability));
        }
        self.lost.add(&row.lost.to_bits());
        let reward = row.reward.to_bits();
        self.rewards.add(&reward);
        self.of_pairs |= first_reward.is_some_and(|first| first != reward);
    }

    /// Adds what other states have.
    pub(super) fn join(&mut self, other: Census) -> Result<(), FormatError> {
        self.pairs += other.pairs;
        self.entries += other.entries;
        self.lengths = (self.lengths.0.min(other.lengths.0), self.lengths.1.max(other.lengths.1));
        self.lists.extend(other.lists);
        self.rows.join(other.rows);
        self.probabilities.join(other.probabilities);
        self.lost.join(other.lost);
        self.rewards.join(other.rewards);
        self.of_pairs |= other.of_pairs;
        self.limit()
    }

    fn limit(&mut self) -> Result<(), FormatError> {
        self.rows.0.take_if(|rows| rows.iter().map(Vec::len).sum::<usize>() > MOST_NUMBERS);
        let (count, limit) = (self.lists.len() as u64, MOST_CODES as u64);
        if count > limit {
            let what = "different lists of actions that states have";
            return Err(FormatError::TooMany { what, count, limit, purpose: "have a number in the file" });
        }
        Ok(())
    }

    /// How the file is to be laid out: everything the smallest way.
    pub(super) fn plan(self, names: Vec<String>, states: u64, block_log: u32) -> (Shape, Tables) {
        let Census { pairs, entries, .. } = self;
        let length = self.lengths.0;
        // Every pair takes some room, so that a small file is a small model.
        let row_length = u32::try_from(length).ok().filter(|_| length > 0 && length == self.lengths.1);
        let of_entries = Column::of(self.probabilities.0.map(BTreeSet::into_iter), entries);
        let of_rows = self.rows.0.map(|rows| {
            let rows = Ragged::of(rows.into_iter().map(|row| row.into_iter().map(f64::from_bits)));
            (code_width(rows.len()), rows)
        });
        let of_rows =
            of_rows.filter(|(width, rows)| u64::from(*width) * pairs + rows.size() <= of_entries.size(entries));
        let probability = match of_rows {
            Some((width, rows)) => Probability::Rows(width, rows),
            None => Probability::Entries(of_entries),
        };
        let lists = Ragged::of(self.lists);
        let tables = Tables {
            names,
            probability,
            lost: Column::of(self.lost.0.map(BTreeSet::into_iter), pairs),
            reward: Column::of(self.rewards.0.map(BTreeSet::into_iter), if self.of_pairs { pairs } else { states }),
            lists,
        };
        let shape = Shape {
            states,
            block_log,
            row_length,
            lists: code_width(tables.lists.len()),
            probability: match &tables.probability {
                Probability::Rows(width, _) => *width,
                Probability::Entries(column) => column.width,
            },
            of_entries: matches!(tables.probability, Probability::Entries(_)),
            lost: tables.lost.width,
            reward: tables.reward.width,
            of_pairs: self.of_pairs,
        };
        (shape, tables)
    }
}

/// The actions of a state, by the numbers of their names.
pub(super) fn read_list(source: &impl RowSource, state: u64, list: &mut Vec<u32>) -> Result<(), FormatError> {
    let actions = source.actions(state);
    if actions == 0 {
        let (found, expected) = ("no action".into(), "at least one".into());
        return Err(FormatError::Row { state, action: 0, found, expected });
    }
    if actions > MOST_ACTIONS {
        let (count, limit) = (actions as u64, MOST_ACTIONS as u64);
        let what = "actions of a state";
        return Err(FormatError::TooMany { what, count, limit, purpose: "have a number in the file" });
    }
    list.clear();
    list.extend((0..actions).map(|action| source.action_id(state, action) as u32));
    Ok(())
}
