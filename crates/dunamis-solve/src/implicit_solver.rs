//! Modified policy iteration over rows that are computed, in blocks of states that may lie in different processes.
//!
//! Only values are stored: two vectors of `f64` and one byte per state for the policy. A first pass looks at every row: it refuses
//! what is no model, and finds which states a rank's rows lead to. All sweeps are Jacobi sweeps, in parallel over the states, and
//! all that ranks tell each other are values and the extremes of residuals, so that **neither the number of threads nor that of
//! ranks changes a byte**.
//!
//! **Bounds.** With $`a \le (TV)(s) - V(s) \le b`$ in every state, rounding counted as in [`crate::bellman_bounds`],
//!
//! ```math
//! V(s) + \frac{a}{1 - \gamma m} \;\le\; V^{\pi}(s) \;\le\; V^*(s) \;\le\; V(s) + \frac{b}{1 - \gamma m}
//! ```
//!
//! where m is the row mass that makes the bound weakest, and π takes an action whose value is at least $`V(s) + a`$. So two
//! numbers, of an all-reduce, bound the values of all states, and π loses no more than their distance
//! `[MacQueen 1966; Porteus 1971]`.
//!
//! **Stopping rule.** As in [`crate::ModifiedPolicyIteration`]: the gap of the bounds, then a certificate with all rounding.
//! **Complexity.** Every row is computed once per sweep, the row of one action per state in an evaluation sweep. The gap shrinks by
//! γ per sweep, and by the rate of mixing where that is smaller; evaluation ends early where it stops paying.

use crate::bellman::Span;
use crate::bounds::{Enclosure, GapWatch, StoppingRule, enclose_discount, lift_up, rate, sum_up};
use crate::enclosed_bellman::{Sums, enclosed};
use crate::partition::Partition;
use crate::row_survey::Survey;
use crate::tolerance::scale_of;
use crate::{
    Communicator, ImplicitSolution, Observer, Progress, SingleRank, SolveError, Statistics, Termination, Tolerance,
};
use dunamis_mdp::{Discount, ImplicitMdp};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// States of one parallel task.
const CHUNK: usize = 1 << 12;

/// Most actions of a state, as the policy has a byte for it.
const MOST_ACTIONS: usize = 256;

/// Settings of modified policy iteration over implicit models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImplicitSolver {
    /// Largest number of evaluation sweeps between two greedy sweeps; 0 is value iteration.
    pub evaluation_sweeps: usize,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Largest number of greedy sweeps.
    pub max_iterations: usize,
}

impl Default for ImplicitSolver {
    fn default() -> Self {
        ImplicitSolver { evaluation_sweeps: 20, tolerance: Tolerance::Relative(1e-9), max_iterations: 1_000_000 }
    }
}

impl ImplicitSolver {
    /// Solves an implicit model for a discount in this process alone, on all its threads.
    ///
    /// # Errors
    ///
    /// [`SolveError::ImplicitRow`], [`SolveError::TooManyActions`], [`SolveError::Memory`], [`SolveError::Overflow`],
    /// [`SolveError::Tolerance`].
    pub fn solve(&self, model: &impl ImplicitMdp, discount: &Discount) -> Result<ImplicitSolution, SolveError> {
        self.solve_on(model, discount, &SingleRank, &())
    }

    /// Solves it together with other ranks, all of which call this with the same settings, model and discount; returns the
    /// part of this rank. If the observer of any rank asks to stop, all stop.
    ///
    /// # Errors
    ///
    /// As for [`ImplicitSolver::solve`], the same on all ranks.
    pub fn solve_on(
        &self,
        model: &impl ImplicitMdp,
        discount: &Discount,
        communicator: &impl Communicator,
        observer: &dyn Observer,
    ) -> Result<ImplicitSolution, SolveError> {
        self.tolerance.check("tolerance")?;
        let mut rank = Rank::new(model, discount, self.tolerance, communicator)?;
        let mut watch = GapWatch::new(&rank.rule);
        let mut statistics = Statistics::new("implicit");
        loop {
            let (residual, cancelled) = rank.improve(observer.cancelled());
            statistics.iterations += 1;
            let (low, high) = rank.rule.shifts(residual);
            let gap = high - low;
            observer.progress(&Progress::new(statistics.iterations, gap, rank.rule.target));
            let exhausted = statistics.iterations >= self.max_iterations;
            if watch.arrived(gap, &rank.rule) || exhausted || cancelled {
                let (lower, upper) = rank.certify();
                let certified = sum_up(upper, -lower);
                let status = match () {
                    () if certified <= rank.rule.target => Some(Termination::Converged),
                    () if cancelled => Some(Termination::Interrupted),
                    () if exhausted => Some(Termination::IterationLimit),
                    () => (!watch.tighten(gap, &rank.rule)).then_some(Termination::PrecisionLimit),
                };
                if let Some(status) = status {
                    // The first pass, greedy sweeps and certificates.
                    statistics.sweeps = rank.sweeps;
                    statistics.backups = rank.sweeps * rank.pairs;
                    return Ok(rank.finish((lower, upper), status, statistics));
                }
            }
            for value in &mut rank.value {
                *value += low;
            }
            for _ in 0..self.evaluation_sweeps {
                statistics.evaluation_sweeps += 1;
                if rank.evaluate().width() <= 0.1 * residual.width() {
                    break;
                }
            }
        }
    }
}

/// The states of a rank, with their values.
struct Rank<'a, M, C> {
    model: &'a M,
    communicator: &'a C,
    partition: Partition,
    discount: f64,
    /// What encloses the discount, and the discounted row masses.
    exact: (Enclosure, Enclosure),
    rule: StoppingRule,
    /// Pairs of all ranks.
    pairs: usize,
    /// Passes over all rows.
    sweeps: usize,
    /// Of the hull.
    value: Vec<f64>,
    backed_up: Vec<f64>,
    /// Of the own states.
    policy: Vec<u8>,
}

impl<'a, M: ImplicitMdp, C: Communicator> Rank<'a, M, C> {
    fn new(model: &'a M, discount: &Discount, tolerance: Tolerance, communicator: &'a C) -> Result<Self, SolveError> {
        let states = model.states();
        if states == 0 {
            return Err(SolveError::NoStates);
        }
        let own = communicator.block(states);
        let survey = (0..(own.end - own.start) as usize)
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|place| Survey::of(model, states, own.start + place as u64))
            .reduce(|| Survey::EMPTY, Survey::join)
            .all(communicator);
        if survey.refused < u64::MAX {
            return Err(SolveError::ImplicitRow { state: survey.refused, states });
        }
        if survey.actions > MOST_ACTIONS {
            return Err(SolveError::TooManyActions { actions: survey.actions, limit: MOST_ACTIONS });
        }
        let scale = scale_of(survey.reward, &discount.clone().into())?;
        let masses = (survey.masses.min, survey.masses.max);
        let target = tolerance.absolute(scale);
        let rule = StoppingRule::of_rows(masses, survey.longest, discount.value(), survey.reward, target);
        let enclosure = enclose_discount(discount);
        let contraction = Enclosure {
            low: rate(masses.0, survey.longest, enclosure).low,
            high: rate(masses.1, survey.longest, enclosure).high,
        };
        let partition = Partition::new(states, &(survey.next.0..survey.next.1), communicator);
        let (mut value, mut backed_up, mut policy) = (Vec::new(), Vec::new(), Vec::new());
        let places = partition.own_places().len();
        let room = value.try_reserve_exact(partition.len()).is_ok()
            && backed_up.try_reserve_exact(partition.len()).is_ok()
            && policy.try_reserve_exact(places).is_ok();
        // A rank that gives up alone would leave the others waiting.
        let most = &mut [f64::from(u8::from(room)), -(partition.len() as f64)];
        communicator.all_reduce_min(most);
        if most[0] == 0.0 {
            return Err(SolveError::Memory { bytes: 17 * -most[1] as u64 });
        }
        value.resize(partition.len(), 0.0);
        backed_up.resize(partition.len(), 0.0);
        policy.resize(places, 0);
        Ok(Rank {
            model,
            communicator,
            partition,
            discount: discount.value(),
            exact: (enclosure, contraction),
            rule,
            pairs: survey.pairs,
            sweeps: 1,
            value,
            backed_up,
            policy,
        })
    }

    /// One greedy sweep and its residual over all ranks. Also whether any rank wants to stop.
    fn improve(&mut self, cancelled: bool) -> (Span, bool) {
        self.sweeps += 1;
        let (model, discount) = (self.model, self.discount);
        let span = self.sweep(|state, value, action| {
            let mut best = f64::NEG_INFINITY;
            for candidate in 0..model.actions(state) {
                let q = action_value(model, discount, state, candidate, value);
                if q > best {
                    (best, *action) = (q, candidate as u8);
                }
            }
            best
        });
        self.publish(span, cancelled)
    }

    /// One sweep under the policy at hand.
    fn evaluate(&mut self) -> Span {
        let (model, discount) = (self.model, self.discount);
        let span = self.sweep(|state, value, action| action_value(model, discount, state, usize::from(*action), value));
        self.publish(span, false).0
    }

    /// Backs up every own state into the other vector, and returns the span of the changes.
    fn sweep(&mut self, back_up: impl Fn(u64, Hull<'_>, &mut u8) -> f64 + Sync) -> Span {
        let places = self.partition.own_places();
        let (start, first) = (self.partition.own.start, places.start);
        let hull = Hull { start: self.partition.hull.start, value: &self.value };
        let chunks = self.backed_up[places].par_chunks_mut(CHUNK).zip(self.policy.par_chunks_mut(CHUNK)).enumerate();
        chunks
            .map(|(chunk, (backed_up, policy))| {
                let mut span = Span::EMPTY;
                for (place, (backed_up, action)) in backed_up.iter_mut().zip(policy).enumerate() {
                    let place = chunk * CHUNK + place;
                    *backed_up = back_up(start + place as u64, hull, action);
                    span.add(*backed_up - hull.value[first + place]);
                }
                span
            })
            .reduce(|| Span::EMPTY, Span::join)
    }

    /// Makes the vector that was written the one that is read, with the values of other ranks; the residual over all ranks.
    fn publish(&mut self, residual: Span, cancelled: bool) -> (Span, bool) {
        std::mem::swap(&mut self.value, &mut self.backed_up);
        self.partition.exchange(self.communicator, &mut self.value);
        let numbers = &mut [residual.min, -residual.max, f64::from(u8::from(!cancelled))];
        self.communicator.all_reduce_min(numbers);
        // Which of two zeros is the smaller one depends on their order: a sum with 0 is never -0.
        (Span { min: numbers[0] + 0.0, max: -numbers[1] + 0.0 }, numbers[2] == 0.0)
    }

    /// How far the optimal values may lie below and above the vector at hand, in any state of any rank. The policy becomes one
    /// that does not do worse than the lower bound.
    fn certify(&mut self) -> (f64, f64) {
        self.sweeps += 1;
        let (model, discount, exact) = (self.model, self.discount, self.exact.0);
        let (start, first) = (self.partition.own.start, self.partition.own_places().start);
        let hull = Hull { start: self.partition.hull.start, value: &self.value };
        let enclose = |(chunk, policy): (usize, &mut [u8])| {
            let mut span = Span::EMPTY;
            for (place, action) in policy.iter_mut().enumerate() {
                let place = chunk * CHUNK + place;
                let state = start + place as u64;
                let mut best = Enclosure { low: f64::NEG_INFINITY, high: f64::NEG_INFINITY };
                for candidate in 0..model.actions(state) {
                    let q = enclosed(sums(model, state, candidate, hull), discount, exact, f64::MIN_POSITIVE);
                    if q.low > best.low {
                        (best.low, *action) = (q.low, candidate as u8);
                    }
                    best.high = best.high.max(q.high);
                }
                let own = hull.value[first + place];
                span.add(-sum_up(own, -best.low));
                span.add(sum_up(best.high, -own));
            }
            span
        };
        let span = self.policy.par_chunks_mut(CHUNK).enumerate().map(enclose).reduce(|| Span::EMPTY, Span::join);
        let numbers = &mut [span.min, -span.max];
        self.communicator.all_reduce_min(numbers);
        let rate = self.exact.1;
        (-lift_up(-numbers[0] + 0.0, rate), lift_up(-numbers[1] + 0.0, rate))
    }

    fn finish(mut self, bounds: (f64, f64), status: Termination, statistics: Statistics) -> ImplicitSolution {
        let places = self.partition.own_places();
        self.value.truncate(places.end);
        self.value.drain(..places.start);
        ImplicitSolution {
            states: self.partition.own.clone(),
            value: self.value,
            lower: bounds.0,
            upper: bounds.1,
            policy: self.policy,
            status,
            statistics,
            received: self.partition.received(),
        }
    }
}

/// The values that the rows of a rank lead to.
#[derive(Clone, Copy)]
struct Hull<'a> {
    start: u64,
    value: &'a [f64],
}

#[inline]
fn action_value(model: &impl ImplicitMdp, discount: f64, state: u64, action: usize, hull: Hull<'_>) -> f64 {
    let mut sum = 0.0;
    let reward = model.row(state, action, |next, probability| {
        sum += probability * hull.value[(next - hull.start) as usize];
    });
    reward + discount * sum
}

#[inline]
fn sums(model: &impl ImplicitMdp, state: u64, action: usize, hull: Hull<'_>) -> Sums {
    let (mut sum, mut magnitude, mut entries) = (0.0, 0.0_f64, 0);
    let reward = model.row(state, action, |next, probability| {
        let term = probability * hull.value[(next - hull.start) as usize];
        sum += term;
        magnitude += term.abs();
        entries += 1;
    });
    Sums { reward, sum, magnitude, entries }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::implicit_solution::mix;
    use crate::{ModifiedPolicyIteration, Solver, ThreadRank, solve_exact};
    use dunamis_mdp::{Criterion, Mdp};
    use proptest::prelude::*;

    /// Random rows from a table of numbers, leaky where `leak` says so.
    #[derive(Clone, Debug)]
    struct Random {
        states: u64,
        actions: usize,
        reach: u64,
        leak: f64,
        seed: u64,
    }

    impl ImplicitMdp for Random {
        fn states(&self) -> u64 {
            self.states
        }

        fn actions(&self, state: u64) -> usize {
            1 + (mix(self.seed ^ state) % self.actions as u64) as usize
        }

        fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
            let draw = |place: u64| mix(mix(mix(self.seed) ^ state) ^ (action as u64 * 8 + place));
            let near = |word: u64| (state + self.states + word % (2 * self.reach + 1) - self.reach) % self.states;
            visit(near(draw(0)), 0.5);
            visit(near(draw(1)), 0.375);
            visit(near(draw(2)), 0.125 - if draw(3).is_multiple_of(5) { self.leak } else { 0.0 });
            (draw(4) % 2001) as f64 / 1000.0 - 1.0
        }
    }

    fn random() -> impl Strategy<Value = Random> {
        (1..40_u64, 1..4_usize, any::<u64>(), prop_oneof![Just(0.0), Just(0.0625)]).prop_flat_map(
            |(states, actions, seed, leak)| {
                (0..states).prop_map(move |reach| Random { states, actions, reach, leak, seed })
            },
        )
    }

    fn discount() -> impl Strategy<Value = Discount> {
        prop_oneof![Just("0"), Just("1/3"), Just("0.9"), Just("0.99")].prop_map(|text| text.parse().unwrap())
    }

    /// What a rank finds out: its part, the digest and the bounds of all states.
    type Part = (ImplicitSolution, u64, Vec<(f64, f64, u8)>);

    /// The parts of all ranks, each in a thread.
    fn on_ranks(solver: &ImplicitSolver, model: &Random, discount: &Discount, ranks: usize) -> Vec<Part> {
        let states: Vec<u64> = (0..model.states).collect();
        std::thread::scope(|scope| {
            let part = |rank: ThreadRank| {
                let solution = solver.solve_on(model, discount, &rank, &()).unwrap();
                let (digest, all) = (solution.digest(&rank), solution.gather(&states, &rank));
                (solution, digest, all)
            };
            let threads: Vec<_> =
                ThreadRank::all(ranks).into_iter().map(|rank| scope.spawn(move || part(rank))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    proptest! {
        #[test]
        fn bounds_hold_the_exact_values_and_the_policy_keeps_them(
            model in random(), discount in discount(), evaluation_sweeps in 0..6_usize,
        ) {
            let solver = ImplicitSolver { evaluation_sweeps, ..ImplicitSolver::default() };
            let solution = solver.solve(&model, &discount).unwrap();
            prop_assert_eq!(solution.status, Termination::Converged);
            let stored = model.stored().unwrap();
            let criterion = Criterion::Discounted(discount.clone());
            let exact = solve_exact(&stored, &criterion).unwrap();
            let greedy = of_policy(&stored, &solution.policy);
            let greedy = solve_exact(&greedy, &criterion).unwrap();
            for state in 0..model.states {
                let (lower, upper) = solution.bounds(state);
                let (best, kept) = (&exact.value[state as usize], &greedy.value[state as usize]);
                let [lower, upper] = [lower, upper].map(|bound| dunamis_mdp::Rational::from_float(bound).unwrap());
                prop_assert!(lower <= *kept && kept <= best && *best <= upper, "state {state}");
            }
        }

        #[test]
        fn stored_and_computed_rows_agree(model in random(), discount in discount()) {
            let solver = ImplicitSolver { max_iterations: 3, ..ImplicitSolver::default() };
            let [computed, stored] =
                [solver.solve(&model, &discount).unwrap(), solver.solve(&model.stored().unwrap(), &discount).unwrap()];
            let difference = computed.gap() + stored.gap();
            for state in 0..model.states {
                let (a, b) = (computed.bounds(state), stored.bounds(state));
                prop_assert!(a.0 <= b.1 && b.0 <= a.1);
                prop_assert!((a.0 - b.0).abs() <= difference);
            }
        }
    }

    proptest! {
        // Threads that wait for each other are slow.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_number_of_ranks_changes_no_byte(
            model in random(), discount in discount(), evaluation_sweeps in prop_oneof![Just(0), Just(4)],
        ) {
            let solver = ImplicitSolver { evaluation_sweeps, max_iterations: 9, ..ImplicitSolver::default() };
            let alone = solver.solve(&model, &discount).unwrap();
            let all: Vec<u64> = (0..model.states).collect();
            let (digest, gathered) = (alone.digest(&SingleRank), alone.gather(&all, &SingleRank));
            for ranks in [1, 2, 3, 5] {
                let parts = on_ranks(&solver, &model, &discount, ranks);
                let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                let value: Vec<f64> = parts.iter().flat_map(|(part, ..)| part.value.clone()).collect();
                let policy: Vec<u8> = parts.iter().flat_map(|(part, ..)| part.policy.clone()).collect();
                prop_assert_eq!((bits(&value), policy), (bits(&alone.value), alone.policy.clone()));
                for (part, its_digest, its_gathered) in &parts {
                    prop_assert_eq!(bits(&[part.lower, part.upper]), bits(&[alone.lower, alone.upper]));
                    prop_assert_eq!((&part.statistics, part.status), (&alone.statistics, alone.status));
                    prop_assert_eq!((*its_digest, its_gathered), (digest, &gathered));
                }
            }
        }
    }

    /// The model in which a policy is all that one can do.
    fn of_policy(mdp: &Mdp, policy: &[u8]) -> Mdp {
        struct Only<'a>(&'a Mdp, &'a [u8]);
        impl ImplicitMdp for Only<'_> {
            fn states(&self) -> u64 {
                ImplicitMdp::states(self.0)
            }
            fn actions(&self, _: u64) -> usize {
                1
            }
            fn row(&self, state: u64, _: usize, visit: impl FnMut(u64, f64)) -> f64 {
                self.0.row(state, usize::from(self.1[state as usize]), visit)
            }
        }
        Only(mdp, policy).stored().unwrap()
    }

    #[test]
    fn it_agrees_with_the_solver_of_stored_models_and_evaluation_saves_sweeps() {
        let model = Random { states: 10_000, actions: 4, reach: 5_000, leak: 0.0, seed: 7 };
        let discount: Discount = "0.99".parse().unwrap();
        let stored = model.stored().unwrap();
        let expected = ModifiedPolicyIteration::default().solve(&stored, &discount.clone().into()).unwrap();
        let [none, some] = [0, 20].map(|evaluation_sweeps| {
            let solver = ImplicitSolver { evaluation_sweeps, ..ImplicitSolver::default() };
            let solution = solver.solve(&model, &discount).unwrap();
            for state in 0..10_000 {
                let (lower, upper) = solution.bounds(state as u64);
                assert!(lower <= expected.bounds.upper[state] && expected.bounds.lower[state] <= upper);
            }
            solution
        });
        assert!(some.statistics.sweeps < none.statistics.sweeps, "{:?}\n{:?}", some.statistics, none.statistics);
        let near = Random { reach: 10, ..model };
        let parts = on_ranks(&ImplicitSolver { max_iterations: 2, ..ImplicitSolver::default() }, &near, &discount, 3);
        // A ring, so that the ends of the range are neighbors: the block in the middle needs both of its borders only.
        assert!((11..=20).contains(&parts[1].0.received));
    }
}
