//! Copies of one set of options in another.
//!
//! $`B`$ contains $`n`$ copies of $`A`$ if there are involutions $`\varphi_1, \dots, \varphi_n`$ with
//! $`\varphi_i \cdot A =: B_i \subseteq B`$ and $`\varphi_i \cdot B_j = B_j`$ for $`i \ne j`$
//! `[Turner & Tadepalli 2022, Def. A.7]`. Here $`A`$ and $`B`$ must be disjoint, from which follows that the images are: with
//! shared options the definition would count the identity as often as one likes.
//!
//! Involutions are not enumerated. The search chooses images of options with the same values, keeps for every choice the
//! classes of coordinates that may go where, and adds images to a family as long as one involution per image suits all others
//! at once: a maximum clique, by branch and bound. Where all options that matter have disjoint supports, counting them is
//! enough, and any number of them takes linear time. In the worst case the search is exponential; it stops after a number of
//! steps and then says that it was not exhaustive.

mod aligned;
mod coded;
mod family;
mod matching;
mod refusal;
mod slots;
mod superset;

pub use refusal::NoCopies;
pub use slots::Slots;
pub use superset::SupersetCopies;

use crate::{OptionSet, Permutation};
use coded::{CodedOptions, Swaps};
use dunamis_mdp::Rational;
use family::{Conflict, Family, Member, Task};
use matching::{Budget, Demands, Matching};
use slots::Involutions;

/// One copy: an involution $`\varphi`$ and the image $`\varphi \cdot A \subseteq B`$.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    /// $`\varphi`$.
    pub involution: Permutation,
    /// $`\varphi \cdot A`$: places in $`B`$, ascending.
    pub image: Vec<usize>,
}

/// Compatible copies of $`A`$ in $`B`$ `[Turner & Tadepalli 2022, Def. A.7]`: at least one.
#[derive(Clone, Debug)]
pub struct Copies {
    slots: Slots,
}

impl Copies {
    /// The largest number $`n`$ of copies, without any condition but those of the definition. See [`CopySearch`].
    ///
    /// # Errors
    ///
    /// As for [`CopySearch::copies`].
    pub fn find<T: Clone + Ord>(a: &OptionSet<T>, b: &OptionSet<T>) -> Result<Self, NoCopies> {
        CopySearch::new(a, b).copies()
    }

    /// How many there are, $`n \ge 1`$.
    pub fn count(&self) -> usize {
        self.slots.n()
    }

    /// $`B_i = \varphi_i \cdot A`$ for every $`i`$: places in $`B`$, ascending.
    pub fn images(&self) -> &[Vec<usize>] {
        self.slots.images()
    }

    /// $`\varphi_i`$, of as many numbers as there are coordinates. $`O(d)`$.
    ///
    /// # Panics
    ///
    /// If `i` is not below [`count`](Self::count).
    pub fn involution(&self, i: usize) -> Permutation {
        self.slots.involution(0, i)
    }

    /// Every copy with its involution, made as it is asked for.
    pub fn embeddings(&self) -> impl Iterator<Item = Embedding> {
        self.images()
            .iter()
            .enumerate()
            .map(|(i, image)| Embedding { involution: self.involution(i), image: image.clone() })
    }

    /// Whether there is proof that no more copies exist; otherwise the search gave up.
    pub fn exhaustive(&self) -> bool {
        self.slots.exhaustive()
    }

    /// Why there are no more, as far as one condition says it.
    pub fn obstacle(&self) -> Option<&NoCopies> {
        self.slots.obstacle()
    }

    /// These copies if there are as many as wanted.
    ///
    /// # Errors
    ///
    /// [`NoCopies::Fewer`] with what stands in the way.
    pub fn at_least(self, wanted: usize) -> Result<Self, NoCopies> {
        self.slots.at_least(wanted).map(|slots| Copies { slots })
    }

    /// The copies as slots of the fractional law, with all of $`A`$ as the only part.
    pub fn into_slots(self) -> Slots {
        self.slots
    }
}

/// A search for copies of $`A`$ in $`B`$, with conditions on the involutions.
///
/// ```
/// use dunamis_orbit::{CopySearch, NoCopies, OptionSet};
/// let (die, live) = (OptionSet::basis(6, [0, 1])?, OptionSet::basis(6, [2, 3, 4, 5])?);
/// assert_eq!(CopySearch::new(&die, &live).copies()?.count(), 2);
/// // All involutions move state 2, so that they cannot keep this set.
/// let hidden = OptionSet::basis(6, [0, 1, 2])?;
/// let refused = CopySearch::new(&die, &OptionSet::basis(6, [2, 3])?).fixing(&hidden).copies();
/// assert!(matches!(refused, Err(NoCopies::MovesConstraint { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CopySearch<'a, T = Rational> {
    a: &'a OptionSet<T>,
    b: &'a OptionSet<T>,
    kept: Vec<(&'a OptionSet<T>, Kept)>,
    permuted: Option<Vec<usize>>,
    limit: u64,
}

/// How much of a set must be mapped onto itself.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    All,
    /// What is neither in $`A`$ nor in $`B`$.
    Beside,
}

impl<'a, T: Clone + Ord> CopySearch<'a, T> {
    /// Steps after which a search gives up unless told otherwise: about a second for some dozens of options.
    pub const DEFAULT_LIMIT: u64 = 300_000;

    /// A search without further conditions.
    pub fn new(a: &'a OptionSet<T>, b: &'a OptionSet<T>) -> Self {
        CopySearch { a, b, kept: Vec::new(), permuted: None, limit: Self::DEFAULT_LIMIT }
    }

    /// Every involution must map this set onto itself, $`\varphi \cdot C = C`$: a hidden argument of the decision function, such
    /// as the set of all options.
    #[must_use]
    pub fn fixing(mut self, c: &'a OptionSet<T>) -> Self {
        self.kept.push((c, Kept::All));
        self
    }

    /// Every involution must map $`Z \setminus (A \cup B)`$ onto itself. For optimality among options $`C`$ with
    /// $`\mathrm{ND}(C) \subseteq Z \subseteq C`$ that is enough, and says the same as
    /// $`\varphi_i \cdot (Z' \setminus B_\text{extra}) = Z' \setminus B_\text{extra}`$ for
    /// $`Z' = Z \cup A \cup B`$, $`B_\text{extra} = B \setminus \bigcup_i B_i`$ `[Turner & Tadepalli 2022, Lemma D.5]`: what is
    /// left of $`Z' \setminus B_\text{extra}`$ without $`Z \setminus (A \cup B)`$ is $`A \cup \bigcup_i B_i`$, which every
    /// $`\varphi_i`$ keeps anyway.
    #[must_use]
    pub fn fixing_beside(mut self, z: &'a OptionSet<T>) -> Self {
        self.kept.push((z, Kept::Beside));
        self
    }

    /// Only these coordinates may be moved.
    #[must_use]
    pub fn permuting(mut self, coordinates: impl IntoIterator<Item = usize>) -> Self {
        self.permuted = Some(coordinates.into_iter().collect());
        self
    }

    /// Gives up after this many steps; a step looks at all options once.
    #[must_use]
    pub fn limit(mut self, steps: u64) -> Self {
        self.limit = steps;
        self
    }

    /// The largest number of compatible copies.
    ///
    /// # Errors
    ///
    /// A condition that makes even one copy impossible, with a witness; [`NoCopies::Limit`] when the search gave up before it
    /// found any.
    pub fn copies(&self) -> Result<Copies, NoCopies> {
        let prepared = self.prepared()?;
        if let Some(slots) = aligned::slots(&prepared, true) {
            return slots.map(|slots| Copies { slots });
        }
        let mut budget = Budget::new(self.limit);
        let task = prepared.task(vec![prepared.a.clone()]);
        let family = task.largest(&mut budget);
        if family.members.is_empty() {
            return Err(prepared.refusal(&task, &family, self.limit));
        }
        Ok(Copies { slots: prepared.slots(&task, &family, self.limit) })
    }

    /// The conditions in small integers.
    fn prepared(&self) -> Result<Prepared, NoCopies> {
        let sets: Vec<&OptionSet<T>> =
            [self.a, self.b].into_iter().chain(self.kept.iter().map(|&(set, _)| set)).collect();
        let expected = self.a.dimension();
        if let Some(other) = sets.iter().find(|set| set.dimension() != expected) {
            return Err(NoCopies::Dimension { expected, actual: other.dimension() });
        }
        let mut frozen: Vec<bool> = vec![self.permuted.is_some(); expected];
        for &coordinate in self.permuted.iter().flatten() {
            *frozen.get_mut(coordinate).ok_or(NoCopies::NoCoordinate { coordinate, dimension: expected })? = false;
        }
        let (coded, mut places) = CodedOptions::new(&sets);
        let sources = places.split_off(2);
        let (b, a) = (places.pop().unwrap_or_default(), places.pop().unwrap_or_default());
        // The vectors of A come first, and then those of B that are not among them.
        if let Some(place) = b.iter().position(|&option| (option as usize) < a.len()) {
            return Err(NoCopies::Shared { a: b[place] as usize, b: place });
        }
        let outside = |&option: &u32| option as usize >= a.len() + b.len();
        let kept = sources.iter().zip(&self.kept).map(|(options, &(_, kept))| match kept {
            Kept::All => options.clone(),
            Kept::Beside => options.iter().copied().filter(outside).collect(),
        });
        let fixed = kept.collect();
        let kinds = coded.census(&a);
        let pool = b.iter().copied().filter(|&option| kinds.contains_key(&coded.kinds[option as usize])).collect();
        let frozen: Vec<u32> = (0..).zip(frozen).filter(|&(_, frozen)| frozen).map(|(column, _)| column).collect();
        let start = Matching::new(&coded, frozen.iter().copied());
        Ok(Prepared { coded, b: b.len(), a, pool, fixed, sources, frozen, start })
    }
}

/// A search in small integers.
struct Prepared {
    coded: CodedOptions,
    /// The options of A, which come first.
    a: Vec<u32>,
    /// How many options B has, which come next.
    b: usize,
    /// Options of B that have the values of one of A.
    pool: Vec<u32>,
    /// What must be mapped onto itself.
    fixed: Vec<Vec<u32>>,
    /// The sets that these are, or are parts of.
    sources: Vec<Vec<u32>>,
    frozen: Vec<u32>,
    start: Matching,
}

impl Prepared {
    fn task(&self, parts: Vec<Vec<u32>>) -> Task<'_> {
        Task { coded: &self.coded, start: &self.start, parts, pool: &self.pool, fixed: &self.fixed }
    }

    /// Places in B of some of its options, ascending.
    fn places(&self, options: &[u32]) -> Vec<usize> {
        let mut places: Vec<usize> = options.iter().map(|&option| option as usize - self.a.len()).collect();
        places.sort_unstable();
        places
    }

    fn permutation(&self, swaps: &Swaps) -> Permutation {
        Permutation::swaps(self.coded.dimension, swaps.pairs()).expect("an involution of the coordinates")
    }

    /// The options of B that there are too few of for `n` images of one of `parts` parts of A.
    fn short_of(&self, parts: usize, n: usize) -> Option<NoCopies> {
        let (demand, supply) = (self.coded.census(&self.a), self.coded.census(&self.pool));
        demand.into_iter().find_map(|(kind, count)| {
            let (needed, found) = (count / parts * n, supply.get(&kind).copied().unwrap_or(0));
            let option = self.a.iter().position(|&option| self.coded.kinds[option as usize] == kind)?;
            (found < needed).then_some(NoCopies::Values { option, needed, found })
        })
    }

    fn conflict(&self, conflict: &Conflict) -> NoCopies {
        match conflict {
            Conflict::Overlap(p, q) => NoCopies::Overlap { image: self.places(p), other: self.places(q) },
            Conflict::Moves(Member { image, involutions }, part, other) => {
                let moved = self.coded.moved_out(other, &involutions[*part]).unwrap_or_default();
                NoCopies::Incompatible {
                    involution: self.permutation(&involutions[*part]),
                    image: self.places(image),
                    other: self.places(other),
                    moved: moved as usize - self.a.len(),
                }
            }
        }
    }

    /// A family that is not empty, with places in A and B.
    fn slots(&self, task: &Task<'_>, family: &Family, limit: u64) -> Slots {
        let obstacle = match &family.conflict {
            _ if !family.exhaustive => None,
            Some(conflict) => Some(self.conflict(conflict)),
            None => self.short_of(task.parts.len(), family.members.len() + 1).or_else(|| {
                let used = |option: &u32| family.members.iter().any(|member| member.image.contains(option));
                let rest: Vec<u32> = self.pool.iter().copied().filter(|option| !used(option)).collect();
                Some(self.given_up(task, &rest, limit))
            }),
        };
        let images = family.members.iter().map(|member| self.places(&member.image)).collect();
        let parts: Vec<Vec<usize>> =
            task.parts.iter().map(|part| part.iter().map(|&option| option as usize).collect()).collect();
        let by_part = |part: usize| family.members.iter().map(|member| member.involutions[part].clone()).collect();
        let involutions = Involutions::Listed((0..parts.len()).map(by_part).collect());
        Slots::new(self.coded.dimension, parts, images, involutions, family.exhaustive, obstacle)
    }

    /// Why a family is empty.
    fn refusal(&self, task: &Task<'_>, family: &Family, limit: u64) -> NoCopies {
        if let Some(short) = self.short_of(task.parts.len(), 1) {
            return short;
        }
        if !family.exhaustive {
            return NoCopies::Limit { limit };
        }
        self.given_up(task, &self.pool, limit)
    }

    /// What keeps A out of some options of B: conditions are given up one after another, those that the caller added first.
    fn given_up(&self, task: &Task<'_>, pool: &[u32], limit: u64) -> NoCopies {
        let others = || task.parts[1..].iter().map(Vec::as_slice);
        let mut budget = Budget::new(limit);
        let free = Matching::new(&self.coded, []);
        let mut first = |start: &Matching, fixed: &[Vec<u32>]| {
            let kept = others().chain(fixed.iter().map(Vec::as_slice));
            Demands::new(&task.parts[0], pool, kept).first(&self.coded, start, &mut budget)
        };
        let moves = |swaps: Swaps| {
            self.fixed.iter().enumerate().find_map(|(set, options)| {
                let moved = self.coded.moved_out(options, &swaps)?;
                let option = self.sources[set].iter().position(|&option| option == moved)?;
                Some(NoCopies::MovesConstraint { involution: self.permutation(&swaps), set, option })
            })
        };
        let frozen = |swaps: Swaps| {
            let coordinate = self.frozen.iter().copied().find(|&column| swaps.image(column) != column)?;
            Some(NoCopies::MovesFrozen { involution: self.permutation(&swaps), coordinate: coordinate as usize })
        };
        if let Some(swaps) = first(&self.start, &[]) {
            return moves(swaps).unwrap_or(NoCopies::NoInvolution);
        }
        first(&free, &[]).and_then(frozen).unwrap_or(NoCopies::NoInvolution)
    }
}
