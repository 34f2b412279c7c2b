//! The conformance suite: whether a solver, of this crate or of any other, keeps what [`Solver`] promises.
//!
//! The suite takes models and criteria as arguments and trusts nothing that a solver says. On every model and under every
//! criterion it checks
//!
//! | promise | checked by |
//! |---|---|
//! | bounds contain the optimal value, the value lies between, optimal actions are marked and only those within the tie tolerance | [`verify`](crate::verify()), in exact arithmetic |
//! | the same on models that are too large for that | bounds that overlap those of [`Auto`]: a false bound may pass, a true one cannot fail |
//! | `converged` means a gap within the tolerance, and nothing is called interrupted that was not | the bounds |
//! | the greedy policy loses at most the tolerance, or the gap where that is wider (discounted) | [`PolicyEvaluation`] of that policy |
//! | every policy that picks among marked actions loses at most twice the tie tolerance (average reward) | its exact gain |
//! | bounds stay true, and the status honest, when an [`Observer`] ends it early | stops at questions spread over the run |
//! | the same solution again, without an observer, and with other numbers of threads | equality of every bit |
//! | what it does not solve, it refuses, by [`SolveError::UnsupportedCriterion`] or [`SolveError::Overflow`] | one criterion of each kind that was not asked for |
//!
//! ```
//! use dunamis_mdp::{Mdp, Reward, TransitionModel};
//! use dunamis_solve::{PolicyIteration, conformance::Conformance};
//! let mut builder = TransitionModel::builder();
//! let (work, rest) = (builder.state("work")?, builder.state("rest")?);
//! builder.transition(work, "stay", work, 1.0)?;
//! builder.transition(work, "leave", rest, 1.0)?;
//! builder.transition(rest, "stay", rest, 1.0)?;
//! let model = builder.build()?;
//! let reward = Reward::state(&model, [0.0, 1.0])?;
//!
//! let solver = PolicyIteration::default();
//! let suite = Conformance::new(&solver).discounts(["0.5".parse()?, "0.999".parse()?]).converging();
//! let report = suite.check("weekend", &Mdp::new(model, reward)?)?;
//! assert_eq!((report.solved, report.verified, report.refused), (2, 2, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Cost.** Four solutions and up to [`Conformance::interruptions`] more of every problem, and a verification in rationals.

mod deviation;
mod report;

pub use deviation::{Deviation, Nonconformance};
pub use report::Report;

use crate::{
    Auto, Observer, PolicyEvaluation, Solution, SolveError, Solver, Termination, Tolerance, ValueBounds, VerifyError,
    value_scale, verify,
};
use dunamis_mdp::{Criterion, DeterministicPolicy, Discount, Mdp};
use std::cell::Cell;
use std::mem::discriminant;

/// The suite for one solver; see the documentation of [this module](self) for what it checks.
#[derive(Clone)]
pub struct Conformance<'a> {
    solver: &'a dyn Solver,
    criteria: Vec<Criterion>,
    tolerance: Tolerance,
    converging: bool,
    interruptions: usize,
    threads: Vec<usize>,
}

impl<'a> Conformance<'a> {
    /// The suite for a solver that takes no criterion yet: see [`Conformance::criteria`] and [`Conformance::discounts`].
    pub fn new(solver: &'a dyn Solver) -> Self {
        Conformance {
            solver,
            criteria: Vec::new(),
            tolerance: Tolerance::Relative(1e-9),
            converging: false,
            interruptions: 3,
            threads: vec![1, 3],
        }
    }

    /// Adds criteria that the solver must take. Of every kind of criterion that is not asked for, one is tried all the
    /// same, and may be refused.
    pub fn criteria(mut self, criteria: impl IntoIterator<Item = Criterion>) -> Self {
        self.criteria.extend(criteria);
        self
    }

    /// Adds discounts under which the solver must solve models.
    pub fn discounts(self, discounts: impl IntoIterator<Item = Discount>) -> Self {
        self.criteria(discounts.into_iter().map(Criterion::Discounted))
    }

    /// The gap that the solver is set to, `Relative(1e-9)` unless it is said here: what [`Termination::Converged`] means.
    pub fn tolerance(self, tolerance: Tolerance) -> Self {
        Conformance { tolerance, ..self }
    }

    /// Demands [`Termination::Converged`] of every solution; without it, a solver may give up honestly.
    pub fn converging(self) -> Self {
        Conformance { converging: true, ..self }
    }

    /// Largest number of runs of each problem that are stopped early, 3 unless it is said here: at questions spread evenly
    /// over those that an undisturbed run asks, the first one among them.
    pub fn interruptions(self, interruptions: usize) -> Self {
        Conformance { interruptions, ..self }
    }

    /// The numbers of threads that must make no difference, 1 and 3 unless they are said here.
    pub fn threads(self, threads: impl IntoIterator<Item = usize>) -> Self {
        Conformance { threads: threads.into_iter().collect(), ..self }
    }

    /// Checks the solver on a model, which errors call by the given name.
    ///
    /// # Errors
    ///
    /// The first promise that is not kept.
    pub fn check(&self, model: &str, mdp: &Mdp) -> Result<Report, Nonconformance> {
        let asked_for = |kind: &Criterion| self.criteria.iter().any(|own| discriminant(own) == discriminant(kind));
        let others = one_of_each_kind().into_iter().filter(|kind| !asked_for(kind)).map(|kind| (kind, false));
        let mut report = Report::default();
        for (criterion, demanded) in self.criteria.iter().map(|own| (own.clone(), true)).chain(others) {
            let problem = Problem { suite: self, mdp, criterion: &criterion, demanded };
            report += problem.check().map_err(|deviation| Nonconformance {
                solver: self.solver.name(),
                model: model.into(),
                criterion,
                deviation: Box::new(deviation),
            })?;
        }
        Ok(report)
    }
}

fn one_of_each_kind() -> Vec<Criterion> {
    let short = Discount::new(0.5).map(Criterion::Discounted).ok();
    let others = [Criterion::Average, Criterion::Total, Criterion::FiniteHorizon { steps: 3, discount: None }];
    short.into_iter().chain(others).collect()
}

/// Asks to stop at one question, or counts them.
struct Impatient {
    questions: Cell<usize>,
    stop_at: usize,
}

impl Impatient {
    fn at(stop_at: usize) -> Self {
        Impatient { questions: Cell::new(0), stop_at }
    }
}

impl Observer for Impatient {
    fn cancelled(&self) -> bool {
        self.questions.set(self.questions.get() + 1);
        self.questions.get() >= self.stop_at
    }
}

/// One model under one criterion.
#[derive(Clone, Copy)]
struct Problem<'a> {
    suite: &'a Conformance<'a>,
    mdp: &'a Mdp,
    criterion: &'a Criterion,
    /// Whether the solver must take the criterion.
    demanded: bool,
}

impl Problem<'_> {
    fn check(&self) -> Result<Report, Deviation> {
        let counter = Impatient::at(usize::MAX);
        let solution = match self.suite.solver.solve_observed(self.mdp, self.criterion, &counter) {
            Ok(solution) => solution,
            Err(error) => return self.refused(error),
        };
        let mut report = Report { solved: 1, ..Report::default() };
        self.check_status(&solution, &mut report)?;
        let proved = self.prove(&solution, &mut report)?;
        self.check_policy(&solution, &proved, &mut report)?;
        self.check_repetition(&solution)?;
        let questions = counter.questions.get();
        let count = self.suite.interruptions.min(questions);
        for stop in 0..count {
            let question = 1 + stop * questions / count;
            let interrupted = |deviation| Deviation::Interrupted { question, deviation: Box::new(deviation) };
            self.check_interruption(question, &proved).map_err(interrupted)?;
            report.interrupted += 1;
        }
        Ok(report)
    }

    fn refused(&self, error: SolveError) -> Result<Report, Deviation> {
        let is_right = match &error {
            SolveError::UnsupportedCriterion { solver, criterion } => {
                !self.demanded && *solver == self.suite.solver.name() && criterion == self.criterion
            }
            SolveError::Overflow { .. } => value_scale(self.mdp, self.criterion).is_err(),
            SolveError::IndefiniteTotal { .. } | SolveError::UndefinedTotal { .. } => {
                *self.criterion == Criterion::Total
            }
            _ => false,
        };
        if is_right { Ok(Report { refused: 1, ..Report::default() }) } else { Err(Deviation::Refused(error)) }
    }

    /// The tolerance in the units of the reward. For total reward the scale is the largest finite value, as is documented
    /// at [`Tolerance`].
    fn target(&self, solution: &Solution) -> Result<f64, Deviation> {
        let mut scale = value_scale(self.mdp, self.criterion)?;
        if *self.criterion == Criterion::Total {
            let ValueBounds { lower, upper } = &solution.bounds;
            let finite = lower.iter().chain(upper).filter(|bound| bound.is_finite());
            scale = finite.fold(scale, |scale: f64, bound| scale.max(bound.abs()));
        }
        // Solvers may compute the scale in another order.
        Ok(self.suite.tolerance.absolute(scale) * (1.0 + 1e-12))
    }

    /// Name, and a status that the gap confirms.
    fn check_status(&self, solution: &Solution, report: &mut Report) -> Result<(), Deviation> {
        let (expected, actual) = (self.suite.solver.name(), solution.statistics.solver);
        if expected != actual {
            return Err(Deviation::Name { expected, actual });
        }
        let target = self.target(solution)?;
        let gap = finite_gap(&solution.bounds);
        let status = solution.status;
        let is_true = match status {
            Termination::Converged => gap <= target,
            _ => !self.suite.converging && status != Termination::Interrupted,
        };
        if !is_true {
            return Err(Deviation::Status { status, gap, target });
        }
        match status {
            Termination::Converged => report.converged += 1,
            _ => report.gave_up += 1,
        }
        report.largest_gap = report.largest_gap.max(gap / target);
        Ok(())
    }

    /// Bounds of the optimal value that do not come from the solver.
    fn prove(&self, solution: &Solution, report: &mut Report) -> Result<ValueBounds, Deviation> {
        match verify(self.mdp, self.criterion, solution) {
            Ok(verification) => {
                report.verified += 1;
                let allowed = 2.0 * solution.tie_tolerance;
                if *self.criterion == Criterion::Average && verification.policy_loss > allowed {
                    return Err(Deviation::PolicyLoss { state: None, loss: verification.policy_loss, allowed });
                }
                return Ok(verification.bounds);
            }
            Err(VerifyError::Undecided { .. } | VerifyError::Uncovered { .. }) => {}
            Err(error) => return Err(Deviation::Verification(error)),
        }
        let reference = Auto::default().solve(self.mdp, self.criterion)?.bounds;
        self.check_overlap(solution, &reference)?;
        Ok(reference)
    }

    /// Bounds in order, and none that contradicts a true one.
    fn check_overlap(&self, solution: &Solution, truth: &ValueBounds) -> Result<(), Deviation> {
        let Solution { value, bounds, .. } = solution;
        let names = self.mdp.model().states();
        for (what, actual) in [("value", value), ("lower bound", &bounds.lower), ("upper bound", &bounds.upper)] {
            if actual.len() != names.len() {
                let (expected, actual) = (names.len(), actual.len());
                return Err(Deviation::Verification(VerifyError::Length { what, expected, actual }));
            }
        }
        for state in 0..names.len() {
            let (value, lower, upper) = (value[state], bounds.lower[state], bounds.upper[state]);
            let (low, high) = (truth.lower[state], truth.upper[state]);
            let state = || names[state].to_owned();
            if !(lower <= value && value <= upper) {
                return Err(Deviation::Verification(VerifyError::Order { state: state(), value, lower, upper }));
            }
            for (side, claimed, is_false) in [("lower", lower, lower > high), ("upper", upper, upper < low)] {
                if is_false {
                    let error = VerifyError::Bound { state: state(), side, claimed, low, high };
                    return Err(Deviation::Verification(error));
                }
            }
        }
        Ok(())
    }

    /// The greedy policy is one of marked actions; that of a discounted problem is evaluated.
    fn check_policy(&self, solution: &Solution, proved: &ValueBounds, report: &mut Report) -> Result<(), Deviation> {
        let model = self.mdp.model();
        let policy = DeterministicPolicy::new(model.available(), solution.best.clone())
            .map_err(|error| Deviation::Policy { reason: error.to_string() })?;
        let unmarked = (0..).zip(policy.pairs()).find(|&(_, &pair)| !solution.optimal[pair as usize]);
        if let Some((state, _)) = unmarked {
            return Err(Deviation::Unmarked { state: model.states()[state].to_owned() });
        }
        let Criterion::Discounted(discount) = self.criterion else { return Ok(()) };
        let chain = model.chain(&policy.to_stochastic(model.available()));
        let reward = policy.pairs().iter().enumerate().map(|(state, &pair)| self.mdp.reward().at(state, pair as usize));
        let settings = PolicyEvaluation { tolerance: Tolerance::Relative(1e-12), ..PolicyEvaluation::default() };
        let worth = settings.evaluate(&chain, &reward.collect::<Vec<_>>(), discount)?.bounds;
        let target = self.target(solution)?;
        let allowed = target.max(solution.gap());
        for state in 0..proved.lower.len() {
            let loss = proved.lower[state] - worth.upper[state];
            if loss > allowed {
                return Err(Deviation::PolicyLoss { state: Some(model.states()[state].to_owned()), loss, allowed });
            }
            report.largest_loss = report.largest_loss.max(loss / target);
        }
        Ok(())
    }

    /// The same again, unobserved and with other numbers of threads.
    fn check_repetition(&self, solution: &Solution) -> Result<(), Deviation> {
        let Problem { suite, mdp, criterion, .. } = *self;
        if suite.solver.solve(mdp, criterion)? != *solution {
            return Err(Deviation::Unrepeatable { how: "when it runs again without an observer".into() });
        }
        for &threads in &suite.threads {
            let failed = |reason: String| Deviation::Threads { threads, reason };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| failed(error.to_string()))?;
            // A worker of another pool would take up other work while it waits, ever deeper: so a plain thread waits.
            let again =
                std::thread::scope(|scope| scope.spawn(|| pool.install(|| suite.solver.solve(mdp, criterion))).join());
            if again.map_err(|_| failed("the solver panics".into()))?? != *solution {
                return Err(Deviation::Unrepeatable { how: format!("with another number of threads ({threads})") });
            }
        }
        Ok(())
    }

    /// True bounds and an honest status when it is stopped at a question.
    fn check_interruption(&self, question: usize, proved: &ValueBounds) -> Result<(), Deviation> {
        let solution = self.suite.solver.solve_observed(self.mdp, self.criterion, &Impatient::at(question))?;
        self.check_overlap(&solution, proved)?;
        let (gap, target) = (finite_gap(&solution.bounds), self.target(&solution)?);
        if solution.status == Termination::Converged && gap > target {
            return Err(Deviation::Status { status: solution.status, gap, target });
        }
        Ok(())
    }
}

/// The gap where it is not that of an infinite value.
fn finite_gap(bounds: &ValueBounds) -> f64 {
    let both = bounds.lower.iter().zip(&bounds.upper).filter(|(lower, upper)| lower != upper);
    both.fold(0.0, |gap: f64, (lower, upper)| gap.max(upper - lower))
}
