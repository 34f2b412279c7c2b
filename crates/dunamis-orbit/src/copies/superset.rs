//! Copies with supersets.

use super::coded::Swaps;
use super::matching::{Budget, Demands, Matching};
use super::{CopySearch, NoCopies, Prepared};
use crate::Permutation;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Involutions $`\varphi_1, \dots, \varphi_n`$ with sets $`B^*_1, \dots, B^*_n`$ such that
/// $`\varphi_i \cdot A \subseteq B^*_i \subseteq B`$ and $`\varphi_i \cdot B^*_j = B^*_j`$ for $`i \ne j`$
/// `[Turner & Tadepalli 2022, Def. B.8]`: involutions may move other copies as long as these stay inside of $`B`$. The sets are
/// the smallest ones: $`\varphi_i \cdot A`$ and where the other involutions take it, one after another.
#[derive(Clone, Debug)]
pub struct SupersetCopies {
    involutions: Vec<Permutation>,
    supersets: Vec<Vec<usize>>,
    exhaustive: bool,
}

impl SupersetCopies {
    /// $`n`$.
    pub fn count(&self) -> usize {
        self.involutions.len()
    }

    /// $`\varphi_1, \dots, \varphi_n`$.
    pub fn involutions(&self) -> &[Permutation] {
        &self.involutions
    }

    /// $`B^*_1, \dots, B^*_n`$: places in $`B`$, ascending. They may overlap, but no two involutions take options of $`A`$ to the
    /// same option.
    pub fn supersets(&self) -> &[Vec<usize>] {
        &self.supersets
    }

    /// Whether there is proof that no more exist.
    pub fn exhaustive(&self) -> bool {
        self.exhaustive
    }
}

/// Involutions that are compared with each other at most.
const MOST_INVOLUTIONS: usize = 400;

impl<T: Clone + Ord> CopySearch<'_, T> {
    /// The largest number of superset copies: at least as many as [`copies`](Self::copies). For every way to choose images of
    /// the options of $`A`$, only the simplest involution is tried; where there are others, the result is not exhaustive unless
    /// it attains the bound that counting options gives.
    ///
    /// # Errors
    ///
    /// As for [`copies`](Self::copies).
    pub fn superset_copies(&self) -> Result<SupersetCopies, NoCopies> {
        let copies = self.copies()?;
        let prepared = self.prepared()?;
        let task = prepared.task(vec![prepared.a.clone()]);
        let bound = task.bound(&prepared.pool);
        let mut best = SupersetCopies {
            involutions: copies.embeddings().map(|copy| copy.involution).collect(),
            supersets: copies.images().to_vec(),
            exhaustive: copies.count() == bound,
        };
        if best.exhaustive {
            return Ok(best);
        }
        let mut budget = Budget::new(self.limit);
        let (found, complete) = prepared.involutions(&mut budget);
        let mut search =
            Search { prepared: &prepared, found: &found, best: copies.count(), chosen: Vec::new(), budget };
        search.grow(&mut Vec::new(), 0, bound);
        best.exhaustive = search.best == bound || (complete && !search.budget.is_spent());
        if search.best > copies.count() {
            let family: Vec<&Swaps> = search.chosen.iter().map(|&number| &found[number].1).collect();
            let images: Vec<&[u32]> = search.chosen.iter().map(|&number| found[number].0.as_slice()).collect();
            best.supersets = prepared.closures(&images, &family).unwrap_or_default();
            best.involutions = family.into_iter().map(|swaps| prepared.permutation(swaps)).collect();
        }
        Ok(best)
    }
}

struct Search<'s> {
    prepared: &'s Prepared,
    found: &'s [(Vec<u32>, Swaps)],
    best: usize,
    chosen: Vec<usize>,
    budget: Budget,
}

impl Search<'_> {
    fn grow(&mut self, family: &mut Vec<usize>, from: usize, bound: usize) {
        for number in from..self.found.len() {
            if self.best == bound || family.len() + self.found.len() - number <= self.best || !self.budget.step() {
                return;
            }
            family.push(number);
            let images: Vec<&[u32]> = family.iter().map(|&number| self.found[number].0.as_slice()).collect();
            let involutions: Vec<&Swaps> = family.iter().map(|&number| &self.found[number].1).collect();
            if self.prepared.closures(&images, &involutions).is_some() {
                if family.len() > self.best {
                    (self.best, self.chosen) = (family.len(), family.clone());
                }
                self.grow(family, number + 1, bound);
            }
            family.pop();
        }
    }
}

impl Prepared {
    /// Involutions that take A into B, each with the image, and whether these are all up to what they do to the options.
    fn involutions(&self, budget: &mut Budget) -> (Vec<(Vec<u32>, Swaps)>, bool) {
        let demands = Demands::new(&self.a, &self.pool, self.fixed.iter().map(Vec::as_slice));
        let mut found = Vec::new();
        let mut rigid = true;
        let twins = self.twins();
        let all = demands.search(&self.coded, &self.start, budget, &mut |image, swaps| {
            let choices = self.a.iter().copied().zip(image.iter().copied());
            rigid &= Matching::chosen(&self.coded, &self.start, choices).is_rigid(&twins);
            found.push((image, swaps));
            if found.len() < MOST_INVOLUTIONS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        (found, rigid && all.is_continue())
    }

    /// For every coordinate, a number that it shares with those that have the same value in every vector.
    fn twins(&self) -> Vec<usize> {
        let mut columns: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.coded.dimension];
        for (option, support) in self.coded.supports.iter().enumerate() {
            for &(column, code) in support {
                columns[column as usize].push((option, code));
            }
        }
        let mut numbers = BTreeMap::new();
        let mut number = |column| {
            let next = numbers.len();
            *numbers.entry(column).or_insert(next)
        };
        columns.into_iter().map(&mut number).collect()
    }

    /// The smallest supersets of images that the other involutions map onto themselves, as places in B; `None` if one leaves B.
    fn closures(&self, images: &[&[u32]], involutions: &[&Swaps]) -> Option<Vec<Vec<usize>>> {
        let (first, last) = (self.a.len(), self.a.len() + self.b);
        let mut closures = Vec::new();
        for (own, image) in images.iter().enumerate() {
            let mut closure: Vec<u32> = image.to_vec();
            let mut next = 0;
            while let Some(&option) = closure.get(next) {
                next += 1;
                for (_, swaps) in involutions.iter().enumerate().filter(|&(other, _)| other != own) {
                    let image = self.coded.image(option, swaps)?;
                    if !(first..last).contains(&(image as usize)) {
                        return None;
                    }
                    if !closure.contains(&image) {
                        closure.push(image);
                    }
                }
            }
            closures.push(self.places(&closure));
        }
        Some(closures)
    }
}
