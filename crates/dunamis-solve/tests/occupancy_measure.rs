//! Occupancy measures against exact visits, and the dual program against exact optimal values.

mod models;

use dunamis_mdp::{DeterministicPolicy, Discount, Rational, Reward, TransitionModel};
use dunamis_solve::{ExactChain, LinearProgramming, OccupancyMeasure, SolveError, VisitDistribution, solve_exact};
use models::{any_draft, hand_made};
use num_traits::Signed;
use proptest::prelude::*;

fn exact(x: f64) -> Rational {
    Rational::from_float(x).expect("a finite number")
}

/// Starts in every state with weights 1, 2, 3, ...
fn initial(states: usize) -> Vec<f64> {
    (1..=states).map(|weight| weight as f64).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// The distance to the exact measure is within the error, the policy comes back, and rewards are expected as they are.
    #[test]
    fn measures_of_policies(
        draft in any_draft(5, 3, true),
        picks in proptest::collection::vec(0..3_usize, 5),
        discount in proptest::sample::select(&["0", "1/2", "0.99", "0.99999"][..]),
    ) {
        let mdp = draft.build();
        let (model, discount) = (mdp.model(), discount.parse::<Discount>().unwrap());
        let available = model.available();
        let pick = |(state, pick): (dunamis_mdp::StateId, &usize)| {
            let pairs = available.pairs(state);
            (pairs.start + pick % pairs.len()) as u32
        };
        let policy =
            DeterministicPolicy::new(available, model.state_ids().zip(&picks).map(pick).collect()).unwrap();
        let chain = ExactChain::deterministic(model, &policy).unwrap();
        let initial = initial(model.states().len());
        let mut visits = vec![exact(0.0); initial.len()];
        for (state, &weight) in model.state_ids().zip(&initial) {
            let from_here = VisitDistribution::new(&chain, state).unwrap().at(&discount);
            visits.iter_mut().zip(from_here).for_each(|(sum, x)| *sum += exact(weight) * x);
        }
        let stochastic = policy.to_stochastic(available);
        let measure = OccupancyMeasure::of_policy(model, &stochastic, &discount, &initial).unwrap();
        let mut truth = vec![exact(0.0); available.len()];
        for (&pair, x) in policy.pairs().iter().zip(&visits) {
            truth[pair as usize] = x.clone();
        }
        let distance: Rational = measure.mass.iter().zip(&truth).map(|(&x, t)| (exact(x) - t).abs()).sum();
        prop_assert!(distance <= exact(measure.error), "{distance} > {}", measure.error);
        let total: f64 = measure.mass.iter().sum();
        prop_assert!(measure.error <= 1e-13 * total / (1.0 - discount.value()), "the bound is not vacuous");
        // A policy is known where play comes, which here is everywhere.
        prop_assert_eq!(measure.policy(model), stochastic);
        let by_state = mdp.reward().values().len() == model.states().len();
        let expected: Rational = policy
            .pairs()
            .iter()
            .zip(&visits)
            .enumerate()
            .map(|(state, (&pair, x))| x * mdp.reward().exact(if by_state { state } else { pair as usize }))
            .sum();
        let claimed = measure.expected_reward(&mdp);
        prop_assert!((exact(claimed.value) - expected).abs() <= exact(claimed.error));
    }

    /// The flow equations alone decide how wrong a measure is: what was added shows in the error.
    #[test]
    fn tampering_is_noticed(draft in any_draft(5, 3, true), pair in 0..15_usize, extra in 1e-6..1.0_f64) {
        let mdp = draft.build();
        let (model, discount) = (mdp.model(), "0.9".parse::<Discount>().unwrap());
        let initial = initial(model.states().len());
        let honest = OccupancyMeasure::of_policy(model, &model.uniform_policy(), &discount, &initial).unwrap();
        let mut mass = honest.mass.clone();
        let pair = pair % mass.len();
        mass[pair] += extra;
        let tampered = OccupancyMeasure::new(model, &discount, &initial, mass).unwrap();
        // At least the share of the extra mass that does not flow back to its state is missing somewhere.
        prop_assert!(tampered.error >= 0.1 * extra && honest.error < 1e-9, "{} {}", tampered.error, honest.error);
    }

    /// The dual program's measure is optimal up to the regret that it proves.
    #[test]
    fn optimal_measures(
        draft in any_draft(5, 3, true),
        discount in proptest::sample::select(&["0.1", "0.9", "0.999"][..]),
        lonely in any::<bool>(),
    ) {
        let mdp = draft.build();
        let discount: Discount = discount.parse().unwrap();
        let mut initial = initial(mdp.model().states().len());
        if lonely {
            initial[1..].fill(0.0);
        }
        let truth = solve_exact(&mdp, &discount.clone().into()).unwrap();
        let best: Rational = initial.iter().zip(&truth.value).map(|(&weight, v)| exact(weight) * v).sum();
        let optimum = LinearProgramming::default().occupancy_measure(&mdp, &discount, &initial).unwrap();
        let reached = optimum.measure.expected_reward(&mdp);
        let (low, high) = (exact(reached.value - reached.error), exact(reached.value + reached.error));
        let slack = Rational::new(1.into(), 1_000_000_000_000_000_i64.into()) * high.abs();
        prop_assert!(low <= &best + &slack && &best - exact(optimum.regret) <= high + slack, "{optimum:?}");
        let scale = initial.iter().sum::<f64>() * mdp.reward().values().iter().fold(0.0, |m: f64, r| m.max(r.abs()));
        prop_assert!(optimum.regret <= 1e-4 * scale / (1.0 - discount.value()) + 1e-300, "{} {scale}", optimum.regret);
    }
}

#[test]
fn wrong_arrays_are_refused() {
    let mdp = hand_made()[1].1.build();
    let discount: Discount = "0.9".parse().unwrap();
    let refuse =
        |initial: &[f64]| LinearProgramming::default().occupancy_measure(&mdp, &discount, initial).unwrap_err();
    assert!(matches!(refuse(&[1.0]), SolveError::Length { what: "the initial distribution", .. }));
    let negative = refuse(&[1.0, -0.5]);
    assert_eq!(negative.to_string(), "the initial distribution is -0.5 at entry 1, but must be at least 0 and finite");
    assert!(matches!(refuse(&[f64::NAN, 0.0]), SolveError::Mass { index: 0, .. }));
}

/// Ties are mixed by the program: any policy among the tied actions is optimal, and its measure has no regret to speak of.
#[test]
fn tied_actions() {
    let mut builder = TransitionModel::builder();
    let (from, to) = (builder.state("from").unwrap(), builder.state("to").unwrap());
    builder.transition(from, "left", to, 1.0).unwrap();
    builder.transition(from, "right", to, 1.0).unwrap();
    builder.transition(to, "stay", to, 1.0).unwrap();
    let model = builder.build().unwrap();
    let reward = Reward::state(&model, [0.0, 1.0]).unwrap();
    let mdp = dunamis_mdp::Mdp::new(model, reward).unwrap();
    let optimum = LinearProgramming::default().occupancy_measure(&mdp, &"1/2".parse().unwrap(), &[1.0, 0.0]).unwrap();
    let mass = &optimum.measure.mass;
    assert!((mass[0] + mass[1] - 1.0).abs() < 1e-12 && (mass[2] - 1.0).abs() < 1e-12, "{mass:?}");
    assert!(optimum.regret < 1e-8 && optimum.solution.optimal[..2] == [true, true], "{optimum:?}");
}
