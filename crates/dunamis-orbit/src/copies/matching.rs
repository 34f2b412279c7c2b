//! Involutions that take given options to others.
//!
//! An involution $`\varphi`$ with $`\varphi \cdot a = b`$ takes a coordinate where $`(a, b)`$ has the values $`(x, y)`$ to one
//! where it has $`(y, x)`$. So the coordinates fall into colors with mates: whatever images have been chosen for some options,
//! the involutions that respect them are exactly those that take every color onto its mate, and there is one if and only if
//! mates are equally large. Only images of options are searched for, never of coordinates.

use super::coded::{CodedOptions, Swaps};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const NONE: u32 = u32::MAX;

/// How many steps a search may still take.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Budget { left: steps }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Takes one step; false when none was left.
    pub(super) fn step(&mut self) -> bool {
        let any = self.left > 0;
        self.left = self.left.saturating_sub(1);
        any
    }

    /// A part of what is left for a search of its own; give back the rest with [`Self::put_back`].
    pub(super) fn share(&mut self, steps: u64) -> Budget {
        let steps = steps.min(self.left);
        self.left -= steps;
        Budget { left: steps }
    }

    pub(super) fn put_back(&mut self, rest: &Budget) {
        self.left += rest.left;
    }
}

/// Images chosen so far, and the colors that follow.
#[derive(Clone)]
pub(super) struct Matching {
    /// By coordinate.
    color: Vec<u32>,
    /// By color.
    mate: Vec<u32>,
    /// By option.
    image: Vec<u32>,
}

/// An option with the options that it may be taken to.
pub(super) type Demand = (u32, Vec<u32>);

impl Matching {
    /// Nothing chosen; coordinates that may not move are of a color of their own.
    pub(super) fn new(coded: &CodedOptions, frozen: impl IntoIterator<Item = u32>) -> Self {
        let mut start =
            Matching { color: vec![0; coded.dimension], mate: vec![0], image: vec![NONE; coded.supports.len()] };
        for column in frozen {
            start.color[column as usize] = start.mate.len() as u32;
            start.mate.push(start.mate.len() as u32);
        }
        start
    }

    /// Chooses images of two options: each other. False if no involution does that.
    fn assign(&mut self, coded: &CodedOptions, a: u32, b: u32) -> bool {
        if self.image[a as usize] != NONE || self.image[b as usize] != NONE {
            return self.image[a as usize] == b;
        }
        let mut parts: Vec<((u32, u32, u32), u32)> = Vec::new();
        merge(&coded.supports[a as usize], &coded.supports[b as usize], |column, x, y| {
            parts.push(((self.color[column as usize], x, y), column));
        });
        parts.sort_unstable();
        let groups: Vec<&[_]> = parts.chunk_by(|p, q| p.0 == q.0).collect();
        let first = self.mate.len() as u32;
        for group in &groups {
            let (color, x, y) = group[0].0;
            let key = (self.mate[color as usize], y, x);
            match groups.binary_search_by_key(&key, |group| group[0].0) {
                Ok(mate) if groups[mate].len() == group.len() => self.mate.push(first + mate as u32),
                _ => return false,
            }
        }
        for (color, group) in (first..).zip(&groups) {
            for &(_, column) in *group {
                self.color[column as usize] = color;
            }
        }
        self.image[a as usize] = b;
        self.image[b as usize] = a;
        true
    }

    /// The state with the given images chosen.
    pub(super) fn chosen(coded: &CodedOptions, start: &Self, images: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut state = start.clone();
        for (option, image) in images {
            state.assign(coded, option, image);
        }
        state
    }

    /// Whether all involutions that respect the colors do the same to every option, given a number for every coordinate that
    /// it shares with those that no option tells apart from it.
    pub(super) fn is_rigid(&self, twins: &[usize]) -> bool {
        let mut twin: Vec<Option<usize>> = vec![None; self.mate.len()];
        let same = |(&color, &number): (&u32, &usize)| *twin[color as usize].get_or_insert(number) == number;
        self.color.iter().zip(twins).all(same)
    }

    /// The involution that respects all colors and leaves in place what may stay.
    fn simplest(&self) -> Swaps {
        let mut columns: Vec<Vec<u32>> = vec![Vec::new(); self.mate.len()];
        for (column, &color) in (0..).zip(&self.color) {
            if self.mate[color as usize] != color {
                columns[color as usize].push(column);
            }
        }
        let pairs = (0..).zip(&self.mate).filter(|&(color, &mate)| color < mate);
        Swaps::new(pairs.flat_map(|(color, &mate): (u32, _)| {
            columns[color as usize].iter().copied().zip(columns[mate as usize].iter().copied())
        }))
    }

    /// A number for what an option looks like in the colors, and one for what its image must look like in the mates: an
    /// option can be taken to another only if the first of one is the second of the other.
    fn looks(&self, coded: &CodedOptions, option: u32) -> (u64, u64) {
        let mut looks = (0_u64, 0_u64);
        for &(column, code) in &coded.supports[option as usize] {
            let color = self.color[column as usize];
            looks.0 = looks.0.wrapping_add(mix(color, code));
            looks.1 = looks.1.wrapping_add(mix(self.mate[color as usize], code));
        }
        looks
    }
}

/// Goes through the coordinates that are in one of two supports; `NONE` stands for the most common value.
fn merge(a: &[(u32, u32)], b: &[(u32, u32)], mut visit: impl FnMut(u32, u32, u32)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let (p, q) = (a.get(i).map_or(NONE, |p| p.0), b.get(j).map_or(NONE, |q| q.0));
        let column = p.min(q);
        visit(column, if p == column { a[i].1 } else { NONE }, if q == column { b[j].1 } else { NONE });
        i += usize::from(p == column);
        j += usize::from(q == column);
    }
}

/// The finalizer of the splitmix64 generator.
fn mix(color: u32, code: u32) -> u64 {
    let mut z = ((u64::from(color) << 32) | u64::from(code)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Demands that involutions must meet: the first `moving` say where the options that are of interest go, the others what must
/// stay as it is.
pub(super) struct Demands {
    moving: usize,
    demands: Vec<Demand>,
}

impl Demands {
    /// Options `from` go to some of `to`; every set of `kept` is taken onto itself.
    pub(super) fn new<'k>(from: &[u32], to: &[u32], kept: impl IntoIterator<Item = &'k [u32]>) -> Self {
        let mut demands: Vec<Demand> = from.iter().map(|&option| (option, to.to_vec())).collect();
        let mut place: BTreeMap<u32, usize> = from.iter().copied().zip(0..).collect();
        for set in kept {
            for &option in set {
                let demand = *place.entry(option).or_insert(demands.len());
                if let Some((_, targets)) = demands.get_mut(demand) {
                    targets.retain(|target| set.contains(target));
                } else {
                    demands.push((option, set.to_vec()));
                }
            }
        }
        Demands { moving: from.len(), demands }
    }

    /// Shows one involution for every way to choose images of the moving options, with those images. Several of these ways may
    /// lead to one set of images. `Break` when the visitor breaks or the budget is spent.
    pub(super) fn search(
        &self,
        coded: &CodedOptions,
        start: &Matching,
        budget: &mut Budget,
        visit: &mut dyn FnMut(Vec<u32>, Swaps) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut state = start.clone();
        loop {
            if !budget.step() {
                return ControlFlow::Break(());
            }
            let moving = &self.demands[..self.moving];
            let images: Vec<u32> = moving.iter().map(|&(option, _)| state.image[option as usize]).collect();
            if !images.contains(&NONE) {
                let found = self.complete(coded, state, budget);
                return found.map_or(ControlFlow::Continue(()), |swaps| visit(images, swaps));
            }
            let Some((option, targets)) = self.narrowest(coded, &state, self.moving) else { break };
            let Some((&last, others)) = targets.split_last() else { break };
            for &target in others {
                let mut next = state.clone();
                if next.assign(coded, option, target) {
                    self.search(coded, &next, budget, visit)?;
                }
            }
            if !state.assign(coded, option, last) {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Any involution that meets the demands. `None` also when the budget is spent.
    pub(super) fn first(&self, coded: &CodedOptions, start: &Matching, budget: &mut Budget) -> Option<Swaps> {
        let mut found = None;
        let _ = self.search(coded, start, budget, &mut |_, swaps| {
            found = Some(swaps);
            ControlFlow::Break(())
        });
        found
    }

    /// Any involution that meets all demands, when the moving options have images.
    fn complete(&self, coded: &CodedOptions, mut state: Matching, budget: &mut Budget) -> Option<Swaps> {
        while budget.step() {
            let swaps = state.simplest();
            let met =
                |(option, targets): &Demand| coded.image(*option, &swaps).is_some_and(|image| targets.contains(&image));
            if self.demands[self.moving..].iter().all(met) {
                return Some(swaps);
            }
            let (option, targets) = self.narrowest(coded, &state, self.demands.len())?;
            let (&last, others) = targets.split_last()?;
            for &target in others {
                let mut next = state.clone();
                if next.assign(coded, option, target)
                    && let Some(swaps) = self.complete(coded, next, budget)
                {
                    return Some(swaps);
                }
            }
            if !state.assign(coded, option, last) {
                return None;
            }
        }
        None
    }

    /// The option without an image that has the fewest to choose from, and these; `None` when all have images. Only one of the
    /// first `branching` demands is returned if there is a choice.
    fn narrowest(&self, coded: &CodedOptions, state: &Matching, branching: usize) -> Option<Demand> {
        let mut looks: Vec<Option<(u64, u64)>> = vec![None; state.image.len()];
        let mut look = |option: u32| *looks[option as usize].get_or_insert_with(|| state.looks(coded, option));
        let mut narrowest: Option<Demand> = None;
        for (number, (option, targets)) in self.demands.iter().enumerate() {
            if state.image[*option as usize] != NONE {
                continue;
            }
            let own = look(*option).0;
            let free = |&&target: &&u32| state.image[target as usize] == NONE;
            let possible: Vec<u32> = targets.iter().filter(free).copied().filter(|&t| look(t).1 == own).collect();
            if possible.len() <= 1 {
                return Some((*option, possible));
            }
            if number < branching && narrowest.as_ref().is_none_or(|(_, fewest)| possible.len() < fewest.len()) {
                narrowest = Some((*option, possible));
            }
        }
        narrowest
    }
}
