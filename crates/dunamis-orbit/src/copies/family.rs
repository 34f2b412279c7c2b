//! Largest families of compatible images: a maximum clique, by branch and bound.
//!
//! Parts $`A_1, \dots, A_m`$ are given. A family is a list of disjoint sets $`B_1, \dots, B_n`$ of options such that for all
//! $`j, i`$ some involution exchanges $`A_j`$ and $`B_i`$ and maps every other part, every other image and every set that must
//! stay onto itself. Subsets of families are families. For larger sets this is a clique problem whose edges are the families
//! of two, with one more test whenever a clique grows: one involution has to suit all the others at once.

use super::coded::{CodedOptions, Swaps};
use super::matching::{Budget, Demands, Matching};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What is searched for.
pub(super) struct Task<'a> {
    pub(super) coded: &'a CodedOptions,
    pub(super) start: &'a Matching,
    /// $`A_1, \dots, A_m`$.
    pub(super) parts: Vec<Vec<u32>>,
    /// The options of which images consist.
    pub(super) pool: &'a [u32],
    /// Sets that every involution maps onto themselves.
    pub(super) fixed: &'a [Vec<u32>],
}

/// An image and, for every part, an involution that exchanges the two.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) image: Vec<u32>,
    pub(super) involutions: Vec<Swaps>,
}

/// The best family found.
pub(super) struct Family {
    pub(super) members: Vec<Member>,
    /// Whether no larger one exists.
    pub(super) exhaustive: bool,
    /// Two images that cannot be together.
    pub(super) conflict: Option<Conflict>,
}

/// Why two images are in no family together.
pub(super) enum Conflict {
    /// They share an option.
    Overlap(Vec<u32>, Vec<u32>),
    /// Every involution that makes the first moves the second: the simplest one does.
    Moves(Member, usize, Vec<u32>),
}

/// Images that are listed at most; more would make the clique problem too large.
const MOST_IMAGES: usize = 2_000;

impl Task<'_> {
    /// Whether all parts can be exchanged with each other, as those of a family can.
    pub(super) fn parts_are_alike(&self, budget: &mut Budget) -> bool {
        (1..self.parts.len()).all(|part| {
            let others = self.parts.iter().enumerate().filter(|&(other, _)| other != 0 && other != part);
            let kept = others.map(|(_, options)| options).chain(self.fixed).map(Vec::as_slice);
            Demands::new(&self.parts[0], &self.parts[part], kept).first(self.coded, self.start, budget).is_some()
        })
    }

    /// A family of one.
    fn member(&self, image: Vec<u32>, budget: &mut Budget) -> Option<Member> {
        self.extended(&[], image, budget).and_then(|mut family| family.pop())
    }

    /// The family with one more image, if it can be added: involutions are replaced where others do.
    fn extended(&self, family: &[Member], image: Vec<u32>, budget: &mut Budget) -> Option<Vec<Member>> {
        let mut extended = family.to_vec();
        for (number, member) in extended.iter_mut().enumerate() {
            for (part, swaps) in member.involutions.iter_mut().enumerate() {
                if self.coded.moved_out(&image, swaps).is_some() {
                    let others = family.iter().enumerate().filter(|&(other, _)| other != number);
                    let others = others.map(|(_, member)| &member.image).chain([&image]);
                    *swaps = self.involution(part, &member.image, others, budget)?;
                }
            }
        }
        let involution = |part| self.involution(part, &image, family.iter().map(|member| &member.image), budget);
        let involutions = (0..self.parts.len()).map(involution).collect::<Option<_>>()?;
        extended.push(Member { image, involutions });
        Some(extended)
    }

    /// An involution that exchanges a part with an image and keeps the other parts, other images and all fixed sets.
    fn involution<'k>(
        &self,
        part: usize,
        image: &[u32],
        others: impl Iterator<Item = &'k Vec<u32>>,
        budget: &mut Budget,
    ) -> Option<Swaps> {
        let parts = self.parts.iter().enumerate().filter(|&(other, _)| other != part).map(|(_, options)| options);
        let others: Vec<&Vec<u32>> = others.collect();
        let kept = parts.chain(self.fixed).chain(others).map(Vec::as_slice);
        Demands::new(&self.parts[part], image, kept).first(self.coded, self.start, budget)
    }

    /// How many disjoint images there can be at most: every kind of option is needed as often as in a part.
    pub(super) fn bound(&self, pool: &[u32]) -> usize {
        let supply = self.coded.census(pool);
        let demand = self.coded.census(&self.parts[0]);
        demand.iter().map(|(kind, needed)| supply.get(kind).map_or(0, |found| found / needed)).min().unwrap_or(0)
    }

    /// The largest family that the budget suffices to find.
    pub(super) fn largest(&self, budget: &mut Budget) -> Family {
        let bound = self.bound(self.pool);
        let members = self.greedy(bound, budget);
        if members.len() == bound {
            return Family { members, exhaustive: true, conflict: None };
        }
        let (images, complete) = self.images(budget);
        let covered: BTreeSet<u32> = images.iter().flat_map(|member| &member.image).copied().collect();
        let mut search = CliqueSearch {
            task: self,
            conflicts: vec![BTreeMap::new(); images.len()],
            bound: self.bound(&covered.into_iter().collect::<Vec<_>>()),
            images,
            best: members,
            budget,
        };
        let candidates: Vec<usize> = (0..search.images.len()).collect();
        search.expand(&[], &candidates);
        let conflict = search.conflict();
        Family { exhaustive: complete && !search.budget.is_spent(), members: search.best, conflict }
    }

    /// Adds images one after another as they are found.
    fn greedy(&self, bound: usize, budget: &mut Budget) -> Vec<Member> {
        let mut family: Vec<Member> = Vec::new();
        let mut pool = self.pool.to_vec();
        while family.len() < bound {
            let kept = self.parts[1..].iter().chain(self.fixed).chain(family.iter().map(|member| &member.image));
            let demands = Demands::new(&self.parts[0], &pool, kept.map(Vec::as_slice));
            let mut share = budget.share(GREEDY_STEPS);
            let mut checks = budget.share(GREEDY_STEPS);
            let mut larger = None;
            let _ = demands.search(self.coded, self.start, &mut share, &mut |mut image, _| {
                image.sort_unstable();
                larger = self.extended(&family, image, &mut checks);
                if larger.is_some() || checks.is_spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            budget.put_back(&share);
            budget.put_back(&checks);
            let Some(larger) = larger else { break };
            family = larger;
            let newest = &family[family.len() - 1].image;
            pool.retain(|option| !newest.contains(option));
        }
        family
    }

    /// All images that are families of one, in the order of their options, and whether these are all.
    fn images(&self, budget: &mut Budget) -> (Vec<Member>, bool) {
        let kept = self.parts[1..].iter().chain(self.fixed).map(Vec::as_slice);
        let demands = Demands::new(&self.parts[0], self.pool, kept);
        let mut checks = budget.share(budget.left() / 2);
        let mut images: BTreeMap<Vec<u32>, Option<Member>> = BTreeMap::new();
        let found = demands.search(self.coded, self.start, budget, &mut |mut image, swaps| {
            image.sort_unstable();
            images.entry(image).or_insert_with_key(|image| match self.parts.len() {
                1 => Some(Member { image: image.clone(), involutions: vec![swaps] }),
                _ => self.member(image.clone(), &mut checks),
            });
            let full = images.len() >= MOST_IMAGES || checks.is_spent();
            if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        budget.put_back(&checks);
        (images.into_values().flatten().collect(), found.is_continue())
    }
}

/// Steps that one more image may take to be found greedily.
const GREEDY_STEPS: u64 = 5_000;

struct CliqueSearch<'a, 'b> {
    task: &'a Task<'a>,
    images: Vec<Member>,
    /// For every image, what is known of later ones: whether the two are in conflict.
    conflicts: Vec<BTreeMap<usize, bool>>,
    bound: usize,
    best: Vec<Member>,
    budget: &'b mut Budget,
}

impl CliqueSearch<'_, '_> {
    /// Tries all families that consist of `family` and some of the candidates, except those that cannot be the largest.
    fn expand(&mut self, family: &[Member], candidates: &[usize]) {
        let mut colored = self.colored(candidates);
        while let Some((image, colors)) = colored.pop() {
            if family.len() + colors <= self.best.len() || self.best.len() >= self.bound || self.budget.is_spent() {
                return;
            }
            let Some(larger) = self.task.extended(family, self.images[image].image.clone(), self.budget) else {
                continue;
            };
            let mut rest: Vec<usize> = Vec::new();
            for &(other, _) in &colored {
                if !self.in_conflict(image, other) {
                    rest.push(other);
                }
            }
            rest.sort_unstable();
            if larger.len() > self.best.len() {
                self.best.clone_from(&larger);
            }
            self.expand(&larger, &rest);
        }
    }

    /// The candidates with numbers that ascend: among those up to one, no family is larger than its number, since images of
    /// one color overlap.
    fn colored(&self, candidates: &[usize]) -> Vec<(usize, usize)> {
        let mut classes: Vec<Vec<usize>> = Vec::new();
        for &image in candidates {
            let apart = |&other: &usize| self.disjoint(image, other) && self.known(image, other) != Some(true);
            match classes.iter_mut().find(|class| !class.iter().any(apart)) {
                Some(class) => class.push(image),
                None => classes.push(vec![image]),
            }
        }
        (1..).zip(classes).flat_map(|(color, class)| class.into_iter().map(move |image| (image, color))).collect()
    }

    fn disjoint(&self, p: usize, q: usize) -> bool {
        let (p, q) = (&self.images[p].image, &self.images[q].image);
        !p.iter().any(|option| q.binary_search(option).is_ok())
    }

    fn known(&self, p: usize, q: usize) -> Option<bool> {
        self.conflicts[p.min(q)].get(&p.max(q)).copied()
    }

    /// Whether two images are in no family together.
    fn in_conflict(&mut self, p: usize, q: usize) -> bool {
        if !self.disjoint(p, q) {
            return true;
        }
        if let Some(known) = self.known(p, q) {
            return known;
        }
        let (p, q) = (p.min(q), p.max(q));
        let pair = self.task.extended(&self.images[p..=p], self.images[q].image.clone(), self.budget);
        // A search that gave up proves nothing.
        let conflict = pair.is_none() && !self.budget.is_spent();
        self.conflicts[p].insert(q, conflict);
        conflict
    }

    /// A witness for why the family is not larger: two images that cannot be together, preferably disjoint ones.
    fn conflict(&mut self) -> Option<Conflict> {
        let mut overlap = None;
        for p in 0..self.images.len() {
            for q in 0..self.images.len() {
                if p == q {
                    continue;
                }
                let other = &self.images[q].image;
                if !self.disjoint(p, q) {
                    overlap = overlap.or_else(|| Some(Conflict::Overlap(self.images[p].image.clone(), other.clone())));
                } else if self.known(p, q) == Some(true) {
                    let moves = |swaps: &Swaps| self.task.coded.moved_out(other, swaps).is_some();
                    if let Some(part) = self.images[p].involutions.iter().position(moves) {
                        return Some(Conflict::Moves(self.images[p].clone(), part, other.clone()));
                    }
                }
            }
        }
        overlap
    }
}
