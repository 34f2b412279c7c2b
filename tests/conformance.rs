//! Every solver on every small shipped environment and on a thousand generated models, under every criterion: the suite of
//! [`dunamis_solve::conformance`] with its models.
//!
//! A sample of models and discounts runs always; `DUNAMIS_SLOW_TESTS=1` runs them all.

mod generated_model;

use dunamis_envs::REGISTRY;
use dunamis_mdp::{Criterion, Discount, Mdp, Reward};
use dunamis_sampling::Seed;
use dunamis_solve::conformance::{Conformance, Report};
use dunamis_solve::{
    EvaluationMethod, LinearProgramming, ModifiedPolicyIteration, PolicyIteration, ProgramForm, SOLVERS, Solver,
    SolverConfig, Sweep, ValueIteration, solve_batch,
};
use generated_model::generated_model;
use rayon::prelude::*;
use std::sync::Arc;

const DISCOUNTS: [&str; 7] = ["0", "0.1", "0.5", "0.9", "0.99", "0.999", "0.99999"];

/// These wait until discounting alone has forgotten what chains do not mix: they run up to a discount of 0.99.
const SLOW: &[&str] = &["value-iteration", "interval-iteration", "optimistic-value-iteration", "prioritized-sweeping"];

/// Up to this discount every solver has to converge.
const LONGEST_SURE: f64 = 0.99;

const GENERATED: u64 = 1_000;

/// Largest shipped environment to be solved by every solver.
const SMALL: usize = 31;

fn everything() -> bool {
    std::env::var_os("DUNAMIS_SLOW_TESTS").is_some_and(|value| value == "1")
}

/// Every `step`-th number, or all of them.
fn sample(numbers: u64, step: usize) -> impl ParallelIterator<Item = u64> {
    (0..numbers).into_par_iter().filter(move |&number| everything() || (number as usize).is_multiple_of(step))
}

/// Every registered solver, and variants of those that have some.
fn solvers() -> Vec<SolverConfig> {
    let registered = SOLVERS.iter().map(|info| SolverConfig::from_name(info.name).expect("registered"));
    let mut all: Vec<_> = registered.collect();
    for (sweep, action_elimination) in [(Sweep::GaussSeidel, false), (Sweep::Jacobi, true), (Sweep::GaussSeidel, true)]
    {
        all.push(SolverConfig::ValueIteration(ValueIteration { sweep, action_elimination, ..Default::default() }));
    }
    for evaluation in [
        EvaluationMethod::Dense,
        EvaluationMethod::SparseDirect,
        EvaluationMethod::Krylov,
        EvaluationMethod::Gmres,
        EvaluationMethod::Iterative,
    ] {
        all.push(SolverConfig::PolicyIteration(PolicyIteration { evaluation, ..Default::default() }));
    }
    let evaluation_sweeps = 3;
    all.push(SolverConfig::ModifiedPolicyIteration(ModifiedPolicyIteration {
        evaluation_sweeps,
        ..Default::default()
    }));
    all.push(SolverConfig::LinearProgramming(LinearProgramming { form: ProgramForm::Dual, ..Default::default() }));
    all
}

/// Whether a solver is meant for so long a horizon.
fn is_fast(solver: &SolverConfig, discount: &Discount) -> bool {
    let sweeps = match solver {
        SolverConfig::PolicyIteration(settings) => settings.evaluation == EvaluationMethod::Iterative,
        SolverConfig::ModifiedPolicyIteration(settings) => settings.evaluation_sweeps == 3,
        _ => SLOW.contains(&solver.name()),
    };
    !sweeps || discount.value() <= LONGEST_SURE
}

fn undiscounted() -> [Criterion; 5] {
    let discount: Discount = "0.9".parse().unwrap();
    [
        Criterion::Average,
        Criterion::Total,
        Criterion::FiniteHorizon { steps: 0, discount: None },
        Criterion::FiniteHorizon { steps: 7, discount: None },
        Criterion::FiniteHorizon { steps: 7, discount: Some(discount) },
    ]
}

/// What was seen, and what was wrong.
#[derive(Default)]
struct Findings {
    report: Report,
    wrong: Vec<String>,
}

impl Findings {
    fn merge(mut self, other: Findings) -> Findings {
        self.report += other.report;
        self.wrong.extend(other.wrong);
        self
    }

    /// The report, unless something was wrong.
    fn report(self) -> Report {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        self.report
    }
}

/// All solvers on a model, under these discounts and every other criterion that they take.
fn check(name: &str, mdp: &Mdp, discounts: &[&str]) -> Findings {
    let discounts: Vec<Discount> = discounts.iter().map(|text| text.parse().unwrap()).collect();
    let mut findings = Findings::default();
    for solver in solvers() {
        let info = SOLVERS.iter().find(|info| info.name == solver.name()).expect("registered");
        let own = discounts.iter().filter(|discount| is_fast(&solver, discount)).cloned().map(Criterion::Discounted);
        let criteria = own.chain(undiscounted()).filter(|criterion| info.supports(criterion));
        // Next to 1, precision may run out.
        let (long, others): (Vec<_>, Vec<_>) = criteria.partition(
            |criterion| matches!(criterion, Criterion::Discounted(discount) if discount.value() > LONGEST_SURE),
        );
        for suite in [
            Conformance::new(&solver).criteria(others).converging(),
            Conformance::new(&solver).criteria(long).interruptions(1),
        ] {
            match suite.check(name, mdp) {
                Ok(report) => findings.report += report,
                Err(error) => findings.wrong.push(format!("{error}\n  settings: {solver:?}")),
            }
        }
    }
    findings
}

/// The discounts of a model: all of them, or two that take turns.
fn discounts(number: u64) -> Vec<&'static str> {
    if everything() {
        return DISCOUNTS.to_vec();
    }
    [number as usize, number as usize + 3].map(|turn| DISCOUNTS[turn % DISCOUNTS.len()]).to_vec()
}

#[test]
fn every_solver_on_generated_models() {
    let checked = sample(GENERATED, 23).map(|number| {
        let (name, mdp) = generated_model(number);
        check(&name, &mdp, &discounts(number))
    });
    let report = checked.reduce(Findings::default, Findings::merge).report();
    assert!(report.verified > 1_000 && report.interrupted > 500 && report.refused > 500, "{report:?}");
    assert!(report.gave_up * 100 < report.converged, "{report:?}");
}

#[test]
fn every_solver_on_shipped_environments() {
    let small = |number: usize| {
        let environment = REGISTRY[number].build(None).unwrap();
        (environment.model().states().len() <= SMALL).then_some((number, environment))
    };
    let environments: Vec<_> = (0..REGISTRY.len()).filter_map(small).collect();
    assert!(environments.len() >= 8, "{}", environments.len());
    let checked = environments.into_par_iter().map(|(number, environment)| {
        let mdp = environment.mdp().unwrap_or_else(|| {
            let mut draws = Seed::new(3).derive(environment.name()).stream(0);
            let reward = environment.model().state_ids().map(|_| (8.0 * draws.uniform()).floor());
            let reward = Reward::state(environment.model(), reward).unwrap();
            Mdp::new(Arc::clone(environment.model()), reward).unwrap()
        });
        check(environment.name(), &mdp, &discounts(number as u64))
    });
    let report = checked.reduce(Findings::default, Findings::merge).report();
    assert!(report.converged > 100, "{report:?}");
}

/// Batches of state rewards have the values that every solver finds for each of them alone.
#[test]
fn batch_equals_single() {
    sample(GENERATED, 17).for_each(|number| {
        let (name, mdp) = generated_model(number);
        let model = mdp.model();
        let states = model.states().len();
        let mut draws = Seed::new(5).stream(number);
        let rewards: Vec<f64> = (0..11 * states).map(|_| (9.0 * draws.uniform()).floor() - 4.0).collect();
        for text in discounts(number) {
            let discount: Discount = text.parse().unwrap();
            let batch = solve_batch(model, &rewards, &discount);
            let criterion = Criterion::Discounted(discount.clone());
            for (lane, reward) in rewards.chunks(states).enumerate().step_by(5) {
                let mdp = mdp.with_reward(Reward::state(model, reward.iter().copied()).unwrap()).unwrap();
                let configs = solvers().into_iter().filter(|solver| is_fast(solver, &discount));
                for solver in configs {
                    let Ok(single) = solver.solve(&mdp, &criterion) else { continue };
                    for (state, &value) in batch.value(lane).iter().enumerate() {
                        let error = batch.error(lane) + 1e-9 * value.abs().max(1.0) * f64::EPSILON;
                        let (lower, upper) = (single.bounds.lower[state], single.bounds.upper[state]);
                        assert!(
                            lower <= value + error && value - error <= upper,
                            "{name}, discount {text}, {solver:?}, state {state}: {value} ± {error} and {lower}..{upper}"
                        );
                    }
                }
            }
        }
    });
}
