//! The number of states that can take the place of shutdown: fast ways against exact ones.

mod random_model;

use dunamis_envs::{Garnet, Grid, Noise};
use dunamis_goals::{Retargeting, Strictness, VisitCount, VisitThreshold};
use dunamis_mdp::{Discount, Mdp, Reward, StateId, TransitionModel};
use dunamis_solve::{Solver, ValueIteration};
use proptest::prelude::*;
use random_model::{build, models};
use std::sync::Arc;

const BOTH: [Strictness; 2] = [Strictness::MoreThanOnce, Strictness::AtLeastOnce];

fn discount(text: &str) -> Discount {
    text.parse().unwrap()
}

/// The states that count by exact optima, those of `excluded` left out.
fn exactly(model: &TransitionModel, discount: &Discount, strictness: Strictness, excluded: StateId) -> Vec<StateId> {
    let counts = |&state: &StateId| {
        let visits = VisitCount::new(model, StateId::new(0), state).unwrap();
        state != excluded && strictness.admits(&visits.optimum(discount).unwrap().visits)
    };
    model.state_ids().filter(counts).collect()
}

fn compare(model: &TransitionModel, discounts: &[&str]) -> Result<(), TestCaseError> {
    let (new, excluded) = (StateId::new(0), StateId::new(1));
    let retargeting = Retargeting::new(model, new, &[excluded]).unwrap();
    let steps = retargeting.cycle_steps();
    prop_assert_eq!(steps.is_some(), retargeting.is_without_chance());
    for text in discounts {
        let discount = discount(text);
        for strictness in BOTH {
            let found = retargeting.effective(&discount, strictness).unwrap();
            prop_assert_eq!(
                &found.states,
                &exactly(model, &discount, strictness, excluded),
                "{} {:?}",
                text,
                strictness
            );
            prop_assert!(found.undecided.is_empty());
            for state in model.state_ids() {
                let witness = retargeting.witness(state, &discount, strictness).unwrap();
                prop_assert_eq!(witness.is_some(), found.states.contains(&state));
                if let Some(witness) = witness {
                    prop_assert_eq!(witness.check(model, new, &discount, strictness), Ok(()));
                    prop_assert_eq!(model.state(&witness.state).unwrap(), state);
                }
            }
            let all: Vec<StateId> = model.state_ids().collect();
            let witnesses = retargeting.witnesses(&all, &discount, strictness).unwrap();
            let states: Vec<StateId> = witnesses.iter().map(|w| model.state(&w.state).unwrap()).collect();
            prop_assert_eq!(&states, &found.states);
            if let Some(steps) = &steps {
                prop_assert_eq!(steps.count(&discount, strictness), found.count());
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_chance(lists in models(2..=6, true)) {
        compare(&build(&lists), &["0", "1/3", "1/2", "9/10", "99/100"])?;
    }

    #[test]
    fn without_chance(lists in models(2..=9, false)) {
        compare(&build(&lists), &["0", "1/3", "1/2", "9/10", "99/100"])?;
    }

    /// n(γ) is a step function of the thresholds.
    #[test]
    fn thresholds(lists in models(2..=5, true), chance in any::<bool>(), certain in models(2..=6, false)) {
        let model = build(if chance { &lists } else { &certain });
        let retargeting = Retargeting::new(&model, StateId::new(0), &[]).unwrap();
        let thresholds = retargeting.thresholds().unwrap();
        for text in ["0", "1/4", "1/2", "2/3", "95/100"] {
            for strictness in BOTH {
                let discount = discount(text);
                let count = thresholds.iter().filter(|(_, threshold)| threshold.admits(&discount, strictness)).count();
                prop_assert_eq!(count, retargeting.effective(&discount, strictness).unwrap().count());
            }
        }
        if let Some(steps) = retargeting.cycle_steps() {
            for pair in steps.thresholds.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].1);
            }
            let above = thresholds.iter().filter(|(_, threshold)| matches!(threshold, VisitThreshold::Above(_)));
            prop_assert_eq!(steps.thresholds.len(), above.count());
        }
    }

    /// What is printed counts states that some policy reaches and revisits, by that policy's visits.
    #[test]
    fn as_printed(lists in models(2..=5, true)) {
        let model = build(&lists);
        let (new, excluded) = (StateId::new(0), StateId::new(1));
        let retargeting = Retargeting::new(&model, new, &[excluded]).unwrap();
        for text in ["0", "1/2", "9/10"] {
            let discount = discount(text);
            for strictness in BOTH {
                let counts = |state: &StateId| {
                    let revisit = retargeting.recurrence().reach_and_revisit(*state);
                    let visits = VisitCount::new(&model, new, *state).unwrap();
                    *state != excluded
                        && revisit.is_ok_and(|r| strictness.admits(&visits.under(r.policy(), &discount).unwrap()))
                };
                let expected: Vec<StateId> = model.state_ids().filter(counts).collect();
                let found = retargeting.recurrent(&discount, strictness).unwrap();
                prop_assert_eq!(&found.states, &expected);
                prop_assert!(found.undecided.is_empty());
                let effective = retargeting.effective(&discount, strictness).unwrap();
                prop_assert!(found.states.iter().all(|state| effective.states.contains(state)));
            }
        }
    }
}

/// Random models of two hundred states, and a grid with noise: what counts has enough visits by value iteration, what does not
/// has too few.
#[test]
fn larger_models() {
    for (seed, branching) in [(0, 1..=2), (1, 1..=3), (2, 2..=3)] {
        let model = Garnet { states: 200, actions: 1..=3, branching, seed }.environment().unwrap().model().clone();
        by_value_iteration(&model, "19/20");
    }
    let grid = Arc::new(Grid::new(14, 14).unwrap().model(&Noise::new(0.25).unwrap()).unwrap());
    by_value_iteration(&grid, "7/8");
    by_value_iteration(&grid, "19/20");
}

fn by_value_iteration(model: &Arc<TransitionModel>, text: &str) {
    let (new, discount) = (StateId::new(0), discount(text));
    let retargeting = Retargeting::new(model, new, &[]).unwrap();
    let found = retargeting.effective(&discount, Strictness::MoreThanOnce).unwrap();
    assert!(found.count() > 3 && found.undecided.is_empty(), "{}", found.count());
    let witnesses = retargeting.witnesses(&found.states, &discount, Strictness::MoreThanOnce).unwrap();
    assert_eq!(witnesses.len(), found.count());
    for witness in witnesses {
        witness.check(model, new, &discount, Strictness::MoreThanOnce).unwrap();
    }
    for &state in retargeting.candidates() {
        let pays = model.state_ids().map(|s| f64::from(u8::from(s == state)));
        let mdp = Mdp::new(model.clone(), Reward::state(model, pays).unwrap()).unwrap();
        let value = ValueIteration::default().solve(&mdp, &discount.clone().into()).unwrap().value[0];
        let visits = (value - f64::from(u8::from(state == new))) / discount.value();
        let counts = found.states.contains(&state);
        assert!(if counts { visits > 1.0 - 1e-6 } else { visits < 1.0 + 1e-6 }, "{state}: {visits}");
    }
}
