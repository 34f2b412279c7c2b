//! How many states can take the place of shutdown: $`n(\gamma)`$.
//!
//! If the states trained on cannot be reached from the new state, then swapping the reward of shutdown with that of a state $`s`$
//! that can be visited more than once turns every preference for shutdown around; with $`n`$ such states, at least
//! $`n/(n+1)`$ of every orbit avoids shutdown `[Krakovna & Kramár 2023, Thm. 2]`. Two numbers are counted:
//!
//! - **as printed**, [`Retargeting::recurrent`]: the states $`s`$ that some policy $`\pi_{rec}`$ reaches and revisits with probability
//!   one, with $`V > 1`$ under that policy, here the one of [`ReachAndRevisit`](crate::ReachAndRevisit);
//! - **what is used of them**, [`Retargeting::effective`]: all states with $`V^*_{s,\gamma} > 1`$, or $`\ge 1`$, under any policy
//!   (see [`Strictness`]). Recurrence is not needed.
//!
//! Without chance a search for short cycles decides, exactly; with chance, bounds do, and exact arithmetic where they are too
//! close to 1 and the model is small. What remains is reported as undecided, and a number is never a guess. For every
//! state that counts there is evidence that can be checked without solving anything: [`Retargeting::witness`].

use crate::certain_moves::{CertainMoves, CycleSearch, NONE, ShortestWays};
use crate::setting::marks;
use crate::visit_bounds::{Sweeps, Verdict, VisitBounds};
use crate::{CycleThreshold, GoalError, Recurrence, VisitCount, VisitThreshold};
use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_orbit::{Strictness, VisitEvidence, VisitWitness};
use num_traits::Zero;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Up to so many states that matter, what bounds leave open is solved exactly.
const EXACT_STATES: usize = 60;

/// The states of a model whose rewards may be swapped with that of shutdown.
///
/// ```
/// use dunamis_goals::{Retargeting, Strictness};
/// use dunamis_mdp::TransitionModel;
/// let mut builder = TransitionModel::builder();
/// let [new, term, a, b] = ["new", "term", "a", "b"].map(|name| builder.state(name));
/// let (new, term, a, b) = (new?, term?, a?, b?);
/// builder.transition(new, "shutdown", term, 1.0)?;
/// builder.leak(term, "end", 1.0)?;
/// builder.transition(new, "go", a, 1.0)?;
/// builder.transition(a, "go", b, 1.0)?;
/// builder.transition(b, "stay", b, 1.0)?;
/// let model = builder.build()?;
/// let retargeting = Retargeting::new(&model, new, &[term])?;
/// let half = "1/2".parse()?;
/// // `a` is visited once for certain, and `b` exactly once at this discount.
/// assert_eq!(retargeting.effective(&half, Strictness::AtLeastOnce)?.states, [a, b]);
/// assert_eq!(retargeting.effective(&half, Strictness::MoreThanOnce)?.states, []);
/// let witness = retargeting.witness(b, &half, Strictness::AtLeastOnce)?.expect("b counts");
/// witness.check(&model, new, &half, Strictness::AtLeastOnce)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Retargeting<'a> {
    model: &'a TransitionModel,
    new: StateId,
    recurrence: Recurrence<'a>,
    candidates: Vec<StateId>,
    moves: CertainMoves,
    ways: ShortestWays,
}

/// The states that count at a discount.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Retargetable {
    /// The states that are known to count, ascending.
    pub states: Vec<StateId>,
    /// States for which bounds could not decide, ascending; none in models without chance and in small ones.
    pub undecided: Vec<StateId>,
}

impl Retargetable {
    fn new(states: &[StateId], found: impl Fn(StateId) -> Found) -> Self {
        let mut sorted = Retargetable { states: Vec::new(), undecided: Vec::new() };
        for &state in states {
            match found(state) {
                Found::Cycle(_) | Found::Bounds | Found::Exact => sorted.states.push(state),
                Found::Undecided => sorted.undecided.push(state),
                Found::No => {}
            }
        }
        sorted
    }

    /// $`n`$, or a lower bound on it when there are undecided states.
    pub fn count(&self) -> usize {
        self.states.len()
    }
}

/// $`n(\gamma)`$ as a step function, for models without chance.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CycleSteps {
    /// The states with their thresholds, in ascending order of thresholds and then of states.
    pub thresholds: Vec<(StateId, CycleThreshold)>,
    /// The states that can be visited once, at the next moment, and never again: they count for [`Strictness::AtLeastOnce`] at
    /// every discount.
    pub once: Vec<StateId>,
}

impl CycleSteps {
    /// $`n(\gamma)`$. $`O(\log)`$ comparisons.
    pub fn count(&self, discount: &Discount, strictness: Strictness) -> usize {
        let once = if strictness == Strictness::AtLeastOnce { self.once.len() } else { 0 };
        once + self.thresholds.partition_point(|(_, threshold)| threshold.admits(discount, strictness))
    }
}

/// How a state was found to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Cycle(u32),
    Bounds,
    Exact,
    No,
    Undecided,
}

/// What each thread needs.
struct Scratch {
    search: CycleSearch,
    sweeps: Option<Sweeps>,
}

impl<'a> Retargeting<'a> {
    /// Prepares a model; `excluded` states never count, as the terminal state and those trained on. $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`].
    pub fn new(model: &'a TransitionModel, new: StateId, excluded: &[StateId]) -> Result<Self, GoalError> {
        let recurrence = Recurrence::new(model, new)?;
        let excluded = marks(model, excluded)?;
        let reachable = recurrence.reachable();
        let moves = CertainMoves::new(model, reachable);
        let counts = |state: &StateId| reachable[state.index()] && !excluded[state.index()];
        let candidates = model.state_ids().filter(counts).collect();
        Ok(Retargeting { model, new, candidates, ways: moves.ways(new), moves, recurrence })
    }

    /// The states of $`S_{reach}`$ that are not excluded, ascending.
    pub fn candidates(&self) -> &[StateId] {
        &self.candidates
    }

    /// What can be reached and revisited.
    pub fn recurrence(&self) -> &Recurrence<'a> {
        &self.recurrence
    }

    /// Whether chance plays no part: every move from a state that can be reached is certain, or ends the episode.
    pub fn is_without_chance(&self) -> bool {
        self.moves.complete
    }

    /// $`n_{eff}`$: the states with $`V^*_{s,\gamma} > 1`$ or $`\ge 1`$.
    ///
    /// # Errors
    ///
    /// [`GoalError::Solve`] for rows of small models that do not sum to exactly 1.
    pub fn effective(&self, discount: &Discount, strictness: Strictness) -> Result<Retargetable, GoalError> {
        let bounds = self.bounds(discount);
        // Nearest states first: what is known of them helps with those behind. Without chance there is no need.
        let fronts = if bounds.is_some() { self.fronts() } else { vec![self.candidates.clone()] };
        let mut nearer = vec![0.0; self.model.states().len()];
        let mut found = vec![Found::No; nearer.len()];
        for front in fronts {
            let find = |scratch: &mut Scratch, &state: &StateId| {
                Ok((state, self.find(state, discount, strictness, bounds.as_ref(), Some(&nearer), scratch)?))
            };
            let answers: Result<Vec<_>, GoalError> = front.par_iter().map_init(|| self.scratch(), find).collect();
            for (state, (answer, first)) in answers? {
                nearer[state.index()] = first;
                found[state.index()] = answer;
            }
        }
        Ok(Retargetable::new(&self.candidates, |state| found[state.index()]))
    }

    /// $`n = |S_{rec}^\gamma|`$ as printed: the states that the policy $`\pi_{rec}`$ of
    /// [`ReachAndRevisit`](crate::ReachAndRevisit) reaches and revisits with probability one, with $`V > 1`$, or $`\ge 1`$, under
    /// this very policy.
    ///
    /// # Errors
    ///
    /// As for [`Retargeting::effective`].
    pub fn recurrent(&self, discount: &Discount, strictness: Strictness) -> Result<Retargetable, GoalError> {
        let revisited = self.recurrence.revisited()?;
        let revisited: Vec<StateId> =
            revisited.into_iter().filter(|state| self.candidates.binary_search(state).is_ok()).collect();
        let bounds = self.bounds(discount);
        let find = |scratch: &mut Scratch, &state: &StateId| {
            let Some(bounds) = &bounds else {
                // Without chance, π_rec walks by shortest ways.
                return Ok(self.find(state, discount, strictness, None, None, scratch)?.0);
            };
            let revisit = self.recurrence.reach_and_revisit(state)?;
            let sweeps = scratch.sweeps.get_or_insert_with(|| Sweeps::new(self.model.states().len()));
            Ok(match bounds.decide(state, Some(revisit.policy().pairs()), None, sweeps).0 {
                Verdict::More => Found::Bounds,
                Verdict::Less => Found::No,
                Verdict::Open => {
                    let visits = VisitCount::new(self.model, self.new, state)?;
                    match visits.relevant() {
                        Some(relevant) if relevant.mdp.model().states().len() > EXACT_STATES => Found::Undecided,
                        _ if strictness.admits(&visits.under(revisit.policy(), discount)?) => Found::Exact,
                        _ => Found::No,
                    }
                }
            })
        };
        let found: Result<Vec<Found>, GoalError> = revisited.par_iter().map_init(|| self.scratch(), find).collect();
        let found: BTreeMap<StateId, Found> = revisited.iter().copied().zip(found?).collect();
        Ok(Retargetable::new(&revisited, |state| found[&state]))
    }

    /// Evidence that a state counts in [`Retargeting::effective`]; `None` when it does not, or is undecided.
    ///
    /// # Errors
    ///
    /// As for [`Retargeting::effective`]; [`GoalError::StateOutOfRange`].
    pub fn witness(
        &self,
        state: StateId,
        discount: &Discount,
        strictness: Strictness,
    ) -> Result<Option<VisitWitness>, GoalError> {
        marks(self.model, &[state])?;
        if self.candidates.binary_search(&state).is_err() {
            return Ok(None);
        }
        let bounds = self.bounds(discount);
        self.evidence(state, discount, strictness, bounds.as_ref(), &mut self.scratch())
    }

    /// The evidence for many states, such as those of [`Retargeting::effective`]; states that do not count are left out.
    ///
    /// # Errors
    ///
    /// As for [`Retargeting::witness`].
    pub fn witnesses(
        &self,
        states: &[StateId],
        discount: &Discount,
        strictness: Strictness,
    ) -> Result<Vec<VisitWitness>, GoalError> {
        marks(self.model, states)?;
        let bounds = self.bounds(discount);
        let evidence = |scratch: &mut Scratch, &state: &StateId| {
            self.evidence(state, discount, strictness, bounds.as_ref(), scratch)
        };
        let found: Result<Vec<Option<VisitWitness>>, GoalError> = states
            .par_iter()
            .filter(|state| self.candidates.binary_search(state).is_ok())
            .map_init(|| self.scratch(), evidence)
            .collect();
        Ok(found?.into_iter().flatten().collect())
    }

    fn evidence(
        &self,
        state: StateId,
        discount: &Discount,
        strictness: Strictness,
        bounds: Option<&VisitBounds<'_>>,
        scratch: &mut Scratch,
    ) -> Result<Option<VisitWitness>, GoalError> {
        Ok(match self.find(state, discount, strictness, bounds, None, scratch)?.0 {
            Found::Cycle(length) => Some(self.cycle_witness(state, length)),
            Found::Bounds => {
                bounds.zip(scratch.sweeps.as_mut()).map(|(bounds, sweeps)| bounds.witness(state, None, sweeps))
            }
            Found::Exact => VisitCount::new(self.model, self.new, state)?.optimum(discount)?.witness,
            Found::No | Found::Undecided => None,
        })
    }

    /// All thresholds of [`Retargeting::effective`] without chance, at any size; `None` for models with chance.
    pub fn cycle_steps(&self) -> Option<CycleSteps> {
        if !self.moves.complete {
            return None;
        }
        let length = |search: &mut CycleSearch, &state: &StateId| self.moves.cycle(state, u32::MAX, search);
        let lengths: Vec<Option<u32>> =
            self.candidates.par_iter().map_init(|| CycleSearch::new(self.model.states().len()), length).collect();
        let (mut by_lengths, mut once) = (BTreeMap::<(u32, u32), Vec<StateId>>::new(), Vec::new());
        for (&state, cycle) in self.candidates.iter().zip(lengths) {
            match (self.ways.steps[state.index()], cycle) {
                (NONE, _) => {}
                (path, Some(cycle)) => by_lengths.entry((path, cycle)).or_default().push(state),
                (1, None) => once.push(state),
                (_, None) => {}
            }
        }
        let mut steps: Vec<(CycleThreshold, Vec<StateId>)> =
            by_lengths.into_iter().map(|((path, cycle), states)| (CycleThreshold::new(path, cycle), states)).collect();
        steps.sort_by_key(|&(threshold, _)| threshold);
        let mut thresholds: Vec<(StateId, CycleThreshold)> = Vec::with_capacity(self.candidates.len());
        for equal in steps.chunk_by(|(a, _), (b, _)| a == b) {
            let from = thresholds.len();
            thresholds
                .extend(equal.iter().flat_map(|(threshold, states)| states.iter().map(|&state| (state, *threshold))));
            thresholds[from..].sort_by_key(|&(state, _)| state);
        }
        Some(CycleSteps { thresholds, once })
    }

    /// The thresholds of all candidates as algebraic numbers, ascending by state: meant for small models (see
    /// [`VisitCount::threshold`]), and for larger ones without chance whose ways are short.
    ///
    /// # Errors
    ///
    /// [`GoalError::Solve`] for rows that do not sum to exactly 1.
    pub fn thresholds(&self) -> Result<Vec<(StateId, VisitThreshold)>, GoalError> {
        let Some(steps) = self.cycle_steps() else {
            let threshold = |&state: &StateId| Ok((state, VisitCount::new(self.model, self.new, state)?.threshold()?));
            return self.candidates.par_iter().map(threshold).collect();
        };
        let mut known: BTreeMap<(usize, usize), VisitThreshold> = BTreeMap::new();
        let mut thresholds: BTreeMap<StateId, VisitThreshold> =
            steps.once.into_iter().map(|state| (state, VisitThreshold::Once)).collect();
        for (state, threshold) in steps.thresholds {
            let lengths = (threshold.path(), threshold.cycle());
            thresholds.insert(state, known.entry(lengths).or_insert_with(|| threshold.exact()).clone());
        }
        let threshold = |&state: &StateId| (state, thresholds.remove(&state).unwrap_or(VisitThreshold::Never));
        Ok(self.candidates.iter().map(threshold).collect())
    }

    fn scratch(&self) -> Scratch {
        Scratch { search: CycleSearch::new(self.model.states().len()), sweeps: None }
    }

    fn bounds(&self, discount: &Discount) -> Option<VisitBounds<'a>> {
        let reachable = self.recurrence.reachable();
        (!self.moves.complete).then(|| VisitBounds::new(self.model, self.new, discount.value(), reachable))
    }

    /// Candidates by their number of steps from the new state.
    fn fronts(&self) -> Vec<Vec<StateId>> {
        let mut steps = vec![usize::MAX; self.model.states().len()];
        let (mut front, mut fronts) = (vec![self.new], Vec::new());
        steps[self.new.index()] = 0;
        while !front.is_empty() {
            let mut next = Vec::new();
            for pair in front.iter().flat_map(|&state| self.model.available().pairs(state)) {
                for &to in self.model.row(pair).0 {
                    if steps[to as usize] == usize::MAX {
                        steps[to as usize] = fronts.len() + 1;
                        next.push(StateId::new(to as usize));
                    }
                }
            }
            front.retain(|state| self.candidates.binary_search(state).is_ok());
            fronts.push(std::mem::replace(&mut front, next));
        }
        fronts
    }

    /// Whether a state counts, and a lower bound on $`H`$ for the states behind it.
    fn find(
        &self,
        state: StateId,
        discount: &Discount,
        strictness: Strictness,
        bounds: Option<&VisitBounds<'_>>,
        nearer: Option<&[f64]>,
        scratch: &mut Scratch,
    ) -> Result<(Found, f64), GoalError> {
        let path = self.ways.steps[state.index()];
        let certain = |found| (found, bounds.map_or(0.0, |bounds| bounds.certain(path)));
        if path == 1 && strictness == Strictness::AtLeastOnce {
            return Ok(certain(Found::Cycle(0)));
        }
        if path != NONE
            && let Some(cycle) = self.moves.cycle(state, longest_cycle(path, discount), &mut scratch.search)
            && CycleThreshold::new(path, cycle).admits(discount, strictness)
        {
            return Ok(certain(Found::Cycle(cycle)));
        }
        let Some(bounds) = bounds else { return Ok((Found::No, 0.0)) };
        let sweeps = scratch.sweeps.get_or_insert_with(|| Sweeps::new(self.model.states().len()));
        let (verdict, first) = bounds.decide(state, None, nearer, sweeps);
        let found = match verdict {
            Verdict::More => Found::Bounds,
            Verdict::Less => Found::No,
            Verdict::Open => {
                let visits = VisitCount::new(self.model, self.new, state)?;
                let small =
                    |relevant: &crate::visit_count::Relevant| relevant.mdp.model().states().len() <= EXACT_STATES;
                match visits.relevant() {
                    Some(relevant) if !small(relevant) => Found::Undecided,
                    _ if strictness.admits(&visits.optimum(discount)?.visits) => Found::Exact,
                    _ => Found::No,
                }
            }
        };
        Ok((found, first))
    }

    fn cycle_witness(&self, state: StateId, length: u32) -> VisitWitness {
        let actions = |pairs: Vec<u32>| {
            let action = |pair: u32| self.model.available().action(pair as usize).index();
            pairs.into_iter().map(|pair| self.model.actions()[action(pair)].to_owned()).collect()
        };
        let path = actions(self.ways.pairs(state));
        let cycle = if length == 0 { Vec::new() } else { actions(self.moves.ways(state).pairs(state)) };
        let state = self.model.states()[state.index()].to_owned();
        VisitWitness { state, evidence: VisitEvidence::Cycle { path, cycle } }
    }
}

/// No longer cycle is of any use: at least the largest $`p`$ with $`\gamma^{h-1} + \gamma^p \ge 1`$.
fn longest_cycle(path: u32, discount: &Discount) -> u32 {
    let gamma = discount.value();
    match path {
        _ if discount.exact().is_zero() => 0,
        // The logarithms below would be too rough.
        _ if path == 1 || gamma > 1.0 - 1e-9 => u32::MAX,
        _ => {
            let first = gamma.powi(i32::try_from(path - 1).unwrap_or(i32::MAX));
            let longest = (1.0 - first).ln() / gamma.ln();
            // Rounding moves it by far less than a step or a thousandth; beyond the range of u32 it saturates.
            (longest * 1.001 + 2.0) as u32
        }
    }
}
