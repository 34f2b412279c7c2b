//! Optimal values of Gymnasium's tabular worlds, from their rules, against values found another way.
//!
//! Unless stated otherwise the numbers were found by policy iteration in `NumPy`, with a dense linear solve for each policy,
//! on the tables `env.unwrapped.P` of Gymnasium 1.2 itself, where a step that terminates earns nothing after it.

use dunamis_envs::load;
use dunamis_mdp::{Criterion, Discount, Mdp, StateId};
use dunamis_solve::{Auto, Solution, Solver};
use std::sync::Arc;

struct World {
    environment: dunamis_envs::Environment,
    solution: Solution,
}

impl World {
    fn solved(name: &str, criterion: &Criterion) -> Self {
        let environment = load(name).unwrap();
        let mdp = Mdp::new(Arc::clone(environment.model()), environment.reward().unwrap().clone()).unwrap();
        let solution = Auto::default().solve(&mdp, criterion).unwrap();
        World { environment, solution }
    }

    fn init(&self) -> &[StateId] {
        self.environment.labels().get("init").unwrap()
    }

    /// A value is within bounds that are tight, up to the digits that the source has.
    fn check(&self, state: usize, truth: f64, digits: f64) {
        let (lower, upper) = (self.solution.bounds.lower[state], self.solution.bounds.upper[state]);
        assert!(lower - digits <= truth && truth <= upper + digits, "{truth} is not within [{lower}, {upper}]");
        assert!(upper - lower < 1e-5, "[{lower}, {upper}]");
    }
}

fn discounted(discount: f64) -> Criterion {
    Criterion::Discounted(Discount::new(discount).unwrap())
}

#[test]
fn frozen_lakes() {
    let small = World::solved("frozen-lake", &discounted(0.99));
    small.check(0, 0.542_025_932_000_470_9, 1e-12);
    small.check(14, 0.862_837_430_148_877_7, 1e-12);
    let large = World::solved("frozen-lake:map=8x8", &discounted(0.99));
    large.check(0, 0.414_640_361_799_984_76, 1e-12);
    large.check(14, 0.545_767_858_353_979_5, 1e-12);
    large.check(62, 0.737_103_301_117_261_9, 1e-12);
    // Without slipping the goal is six steps away, around the holes.
    let dry = World::solved("frozen-lake:slippery=false", &discounted(0.99));
    dry.check(0, 0.99_f64.powi(5), 1e-12);
}

#[test]
fn cliff() {
    // Thirteen steps: up, along the edge, and down.
    for gamma in [0.9, 0.99] {
        let cliff = World::solved("cliff-walking", &discounted(gamma));
        cliff.check(36, -(1.0 - f64::powi(gamma, 13)) / (1.0 - gamma), 1e-12);
        assert_eq!(cliff.init(), [StateId::new(36)]);
    }
    World::solved("cliff-walking", &Criterion::Total).check(36, -13.0, 0.0);
}

/// The undiscounted averages are well known: 7.93 is what an agent scores who has learnt everything.
#[test]
fn taxi() {
    let taxi = World::solved("taxi", &discounted(0.99));
    let average = |values: &[f64]| taxi.init().iter().map(|s| values[s.index()]).sum::<f64>() / 300.0;
    let (lower, upper) = (average(&taxi.solution.bounds.lower), average(&taxi.solution.bounds.upper));
    assert!(lower - 1e-12 <= 6.327_464_314_919_365 && 6.327_464_314_919_365 <= upper + 1e-12, "[{lower}, {upper}]");
    assert_eq!(taxi.init().len(), 300);
    let undiscounted = World::solved("taxi", &Criterion::Total);
    let values = taxi
        .init()
        .iter()
        .map(|s| (undiscounted.solution.bounds.lower[s.index()], undiscounted.solution.bounds.upper[s.index()]));
    let (lower, upper) = values.fold((0.0, 0.0), |sum, value| (sum.0 + value.0, sum.1 + value.1));
    assert!(lower <= 2_379.0 && 2_379.0 <= upper && upper - lower < 1e-6, "[{lower}, {upper}]");
}
