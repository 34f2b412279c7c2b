//! Options as small integers: all that counts for copies is which coordinates are equal.

use crate::OptionSet;
use std::collections::{BTreeMap, HashMap};

/// Coordinates that differ from the most common value of all, ascending, with the codes of their values. Every permutation
/// keeps how often a vector takes that value, so it need not be written.
pub(super) type Support = Vec<(u32, u32)>;

/// The distinct vectors of several sets.
pub(super) struct CodedOptions {
    pub(super) dimension: usize,
    pub(super) supports: Vec<Support>,
    /// For every vector, a number for its multiset of values: equal for vectors that are permutations of each other.
    pub(super) kinds: Vec<u32>,
    place: HashMap<Support, u32>,
}

impl CodedOptions {
    /// The vectors of sets of one dimension, and for each set the places of its own.
    pub(super) fn new<T: Clone + Ord>(sets: &[&OptionSet<T>]) -> (Self, Vec<Vec<u32>>) {
        let mut codes: BTreeMap<&T, (u32, usize)> = BTreeMap::new();
        for value in sets.iter().flat_map(|set| set.options()).flatten() {
            let code = codes.len() as u32;
            codes.entry(value).or_insert((code, 0)).1 += 1;
        }
        let common = codes.values().max_by_key(|&&(_, count)| count).map(|&(code, _)| code);
        let mut coded = CodedOptions {
            dimension: sets.first().map_or(0, |set| set.dimension()),
            supports: Vec::new(),
            kinds: Vec::new(),
            place: HashMap::new(),
        };
        let mut kinds: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        let mut place = |option: &Vec<T>| {
            let values = option.iter().map(|value| codes[value].0);
            let support: Support = (0..).zip(values).filter(|&(_, code)| Some(code) != common).collect();
            *coded.place.entry(support).or_insert_with_key(|support| {
                let mut values: Vec<u32> = support.iter().map(|&(_, code)| code).collect();
                values.sort_unstable();
                let kind = kinds.len() as u32;
                coded.kinds.push(*kinds.entry(values).or_insert(kind));
                coded.supports.push(support.clone());
                coded.supports.len() as u32 - 1
            })
        };
        let places = sets.iter().map(|set| set.options().iter().map(&mut place).collect()).collect();
        (coded, places)
    }

    /// How many options of each kind a list has.
    pub(super) fn census(&self, options: &[u32]) -> BTreeMap<u32, usize> {
        let mut census = BTreeMap::new();
        for &option in options {
            *census.entry(self.kinds[option as usize]).or_insert(0) += 1;
        }
        census
    }

    /// Where an involution takes an option, if that is one of the vectors.
    pub(super) fn image(&self, option: u32, by: &Swaps) -> Option<u32> {
        let support = &self.supports[option as usize];
        if support.iter().all(|&(column, _)| by.image(column) == column) {
            return Some(option);
        }
        let mut image: Support = support.iter().map(|&(column, code)| (by.image(column), code)).collect();
        image.sort_unstable();
        self.place.get(&image).copied()
    }

    /// The first of some options that an involution takes to none of them.
    pub(super) fn moved_out(&self, options: &[u32], by: &Swaps) -> Option<u32> {
        options.iter().copied().find(|&option| self.image(option, by).is_none_or(|image| !options.contains(&image)))
    }
}

/// An involution: the coordinates it moves, ascending, each with its image.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Swaps {
    moves: Vec<(u32, u32)>,
}

impl Swaps {
    /// The swaps of the given pairs, which must not overlap.
    pub(crate) fn new(pairs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let pairs = pairs.into_iter().filter(|(i, j)| i != j);
        let mut moves: Vec<(u32, u32)> = pairs.flat_map(|(i, j)| [(i, j), (j, i)]).collect();
        moves.sort_unstable();
        Swaps { moves }
    }

    pub(crate) fn image(&self, column: u32) -> u32 {
        self.moves.binary_search_by_key(&column, |&(from, _)| from).map_or(column, |place| self.moves[place].1)
    }

    /// Every swap once, the smaller coordinate first.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.moves.iter().filter(|(i, j)| i < j).map(|&(i, j)| (i as usize, j as usize))
    }
}
