//! Slots of the fractional law.

use super::coded::Swaps;
use super::matching::Budget;
use super::{CopySearch, NoCopies, Prepared, aligned};
use crate::Permutation;
use dunamis_mdp::Rational;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Parts $`A_1, \dots, A_m`$ of $`A`$ and disjoint images $`B_1, \dots, B_n`$ in $`B`$, $`n \ge m`$, with involutions
/// $`\varphi_{ji}`$ that exchange $`A_j`$ and $`B_i`$ and map every other slot onto itself
/// `[Turner & Tadepalli 2022, Conj. D.13]`.
#[derive(Clone, Debug)]
pub struct Slots {
    dimension: usize,
    parts: Vec<Vec<usize>>,
    images: Vec<Vec<usize>>,
    involutions: Involutions,
    exhaustive: bool,
    obstacle: Option<Box<NoCopies>>,
}

/// Where the involutions come from.
#[derive(Clone, Debug)]
pub(super) enum Involutions {
    /// By part and image.
    Listed(Vec<Vec<Swaps>>),
    /// For every part, then every image, its coordinates in an order in which they are exchanged with those of any other.
    Aligned(Vec<Vec<u32>>),
}

impl Slots {
    pub(super) fn new(
        dimension: usize,
        parts: Vec<Vec<usize>>,
        images: Vec<Vec<usize>>,
        involutions: Involutions,
        exhaustive: bool,
        obstacle: Option<NoCopies>,
    ) -> Self {
        Slots { dimension, parts, images, involutions, exhaustive, obstacle: obstacle.map(Box::new) }
    }

    /// $`m`$, how many parts $`A`$ has.
    pub fn m(&self) -> usize {
        self.parts.len()
    }

    /// $`n \ge m`$, how many images of a part $`B`$ has.
    pub fn n(&self) -> usize {
        self.images.len()
    }

    /// $`n/(n+m)`$.
    pub fn fraction(&self) -> Rational {
        Rational::new(self.n().into(), (self.n() + self.m()).into())
    }

    /// $`A_1, \dots, A_m`$: places in $`A`$, ascending.
    pub fn parts(&self) -> &[Vec<usize>] {
        &self.parts
    }

    /// $`B_1, \dots, B_n`$: places in $`B`$, ascending.
    pub fn images(&self) -> &[Vec<usize>] {
        &self.images
    }

    /// $`\varphi_{ji}`$, which exchanges part `j` and image `i`, of as many numbers as there are coordinates. $`O(d)`$.
    ///
    /// # Panics
    ///
    /// If `j` is not below [`m`](Self::m) or `i` not below [`n`](Self::n).
    pub fn involution(&self, j: usize, i: usize) -> Permutation {
        let swaps = match &self.involutions {
            Involutions::Listed(involutions) => involutions[j][i].clone(),
            Involutions::Aligned(columns) => {
                assert!(j < self.m(), "part {j} of {}", self.m());
                Swaps::new(columns[j].iter().copied().zip(columns[self.m() + i].iter().copied()))
            }
        };
        Permutation::swaps(self.dimension, swaps.pairs()).expect("an involution of the coordinates")
    }

    /// Whether there is proof that no other slots have a greater $`n/m`$; otherwise the search gave up.
    pub fn exhaustive(&self) -> bool {
        self.exhaustive
    }

    /// Why there are no more images, as far as one condition says it.
    pub fn obstacle(&self) -> Option<&NoCopies> {
        self.obstacle.as_deref()
    }

    /// These slots if there are as many images as wanted.
    ///
    /// # Errors
    ///
    /// [`NoCopies::Fewer`] with what stands in the way.
    pub fn at_least(self, wanted: usize) -> Result<Self, NoCopies> {
        if self.n() >= wanted {
            Ok(self)
        } else {
            Err(NoCopies::Fewer { found: self.n(), wanted, because: self.obstacle })
        }
    }

    /// Whether $`n/m`$ is greater than another ratio.
    fn exceeds(&self, (n, m): (usize, usize)) -> bool {
        self.n() as u128 * m as u128 > n as u128 * self.m() as u128
    }
}

impl<T: Clone + Ord> CopySearch<'_, T> {
    /// The slots with the greatest $`n/(n+m)`$; of equals, those with the fewest parts. All divisions of $`A`$ into parts with
    /// the same values are tried, finest bound first.
    ///
    /// # Errors
    ///
    /// [`NoCopies::FewerThanParts`] when no division has as many images as parts; otherwise as for [`copies`](Self::copies).
    pub fn slots(&self) -> Result<Slots, NoCopies> {
        let prepared = self.prepared()?;
        if let Some(slots) = aligned::slots(&prepared, false) {
            return slots;
        }
        let mut budget = Budget::new(self.limit);
        let mut best: Option<Slots> = None;
        let mut refusals: Vec<NoCopies> = Vec::new();
        let mut exhaustive = true;
        for (bound, m) in prepared.divisors() {
            let worse =
                |slots: &Slots| slots.exceeds((bound, m)) || (bound * slots.m() == slots.n() * m && slots.m() <= m);
            if best.as_ref().is_some_and(worse) {
                continue;
            }
            let _ = prepared.divisions(m, &mut |parts| {
                if budget.is_spent() {
                    exhaustive = false;
                    return ControlFlow::Break(());
                }
                let task = prepared.task(parts);
                let mut share = budget.share((self.limit / 4).max(1));
                if m > 1 && !task.parts_are_alike(&mut share) {
                    exhaustive &= !share.is_spent();
                    budget.put_back(&share);
                    return ControlFlow::Continue(());
                }
                let family = task.largest(&mut share);
                budget.put_back(&share);
                exhaustive &= family.exhaustive;
                if family.members.is_empty() {
                    refusals.push(prepared.refusal(&task, &family, self.limit));
                    return ControlFlow::Continue(());
                }
                let slots = prepared.slots(&task, &family, self.limit);
                if slots.n() < m {
                    refusals.push(NoCopies::FewerThanParts { n: slots.n(), m, because: slots.obstacle });
                    return ControlFlow::Continue(());
                }
                let reached = slots.n() == bound;
                if best.as_ref().is_none_or(|best| {
                    slots.exceeds((best.n(), best.m())) || slots.m() < best.m() && !best.exceeds((slots.n(), slots.m()))
                }) {
                    best = Some(slots);
                }
                if reached { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
        let rank = |refusal: &NoCopies| match refusal {
            NoCopies::FewerThanParts { n, m, .. } => (5, n * 1_000 / m),
            NoCopies::MovesConstraint { .. } => (4, 0),
            NoCopies::MovesFrozen { .. } => (3, 0),
            NoCopies::Limit { .. } => (2, 0),
            NoCopies::NoInvolution => (1, 0),
            _ => (0, 0),
        };
        match best {
            Some(mut slots) => {
                slots.exhaustive = exhaustive;
                Ok(slots)
            }
            None if !exhaustive => Err(NoCopies::Limit { limit: self.limit }),
            None => Err(refusals.into_iter().max_by_key(rank).unwrap_or(NoCopies::NoInvolution)),
        }
    }
}

impl Prepared {
    /// Numbers of parts that A can have, each with how many images there are at most: the greatest ratio of images to parts
    /// first, and then the fewest parts.
    pub(super) fn divisors(&self) -> Vec<(usize, usize)> {
        let census = self.coded.census(&self.a);
        let smallest = census.values().copied().min().unwrap_or(1);
        let divides = |m: &usize| census.values().all(|count| count % m == 0);
        let bound = |m: usize| self.task(vec![self.first_part(m)]).bound(&self.pool);
        let mut divisors: Vec<(usize, usize)> = (1..=smallest).filter(divides).map(|m| (bound(m), m)).collect();
        divisors.sort_by(|p, q| (q.0 * p.1).cmp(&(p.0 * q.1)).then(p.1.cmp(&q.1)));
        divisors
    }

    /// Options of A with the values that one of `m` parts has.
    fn first_part(&self, m: usize) -> Vec<u32> {
        let mut room: BTreeMap<u32, usize> = self.coded.census(&self.a);
        for count in room.values_mut() {
            *count /= m;
        }
        let fits = |option: &u32| {
            let room = room.get_mut(&self.coded.kinds[*option as usize]);
            room.is_some_and(|room| std::mem::replace(room, room.saturating_sub(1)) > 0)
        };
        self.a
            .iter()
            .copied()
            .filter({
                let mut fits = fits;
                move |option| fits(option)
            })
            .collect()
    }

    /// Shows all divisions of A into `m` parts with the same values.
    fn divisions(&self, m: usize, visit: &mut dyn FnMut(Vec<Vec<u32>>) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut room = self.coded.census(&self.a);
        for count in room.values_mut() {
            *count /= m;
        }
        self.divide(&room, &mut Vec::new(), m, 0, visit)
    }

    fn divide(
        &self,
        room: &BTreeMap<u32, usize>,
        parts: &mut Vec<Vec<u32>>,
        m: usize,
        next: usize,
        visit: &mut dyn FnMut(Vec<Vec<u32>>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(&option) = self.a.get(next) else { return visit(parts.clone()) };
        let kind = self.coded.kinds[option as usize];
        for part in 0..=parts.len().min(m - 1) {
            if part == parts.len() {
                parts.push(Vec::new());
            }
            if parts[part].iter().filter(|&&other| self.coded.kinds[other as usize] == kind).count() < room[&kind] {
                parts[part].push(option);
                self.divide(room, parts, m, next + 1, visit)?;
                parts[part].pop();
            }
            if parts[part].is_empty() {
                parts.pop();
            }
        }
        ControlFlow::Continue(())
    }
}
