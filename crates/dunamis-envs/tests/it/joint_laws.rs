//! Laws of joint environments, for gridworlds and random models alike.

use crate::strategies::base;
use dunamis_envs::{Collision, Environment, JointEnvironment, JointRules, Swaps};
use dunamis_mdp::{Agent, StateId, StochasticPolicy, TransitionModel};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A policy with weights from a sequence of small numbers, repeated as often as needed.
fn policy(joint: &JointEnvironment, agent: Agent, weights: &[u8]) -> StochasticPolicy {
    let (model, available) = (joint.model(), joint.model().available(agent));
    let mut probability: Vec<f64> = (0..available.len()).map(|k| f64::from(weights[k % weights.len()])).collect();
    for s in 0..model.states().len() {
        let pairs = available.pairs(StateId::new(s));
        let sum: f64 = probability[pairs.clone()].iter().sum();
        let count = pairs.len() as f64;
        probability[pairs].iter_mut().for_each(|p| *p = if sum > 0.0 { *p / sum } else { 1.0 / count });
    }
    StochasticPolicy::new(available, model.states(), model.actions(agent), probability).unwrap()
}

/// Independent restatement of one joint row: outcomes as positions, with the mass that collides.
fn outcomes(
    base: &TransitionModel,
    (h, a): (StateId, StateId),
    (i, j): (usize, usize),
    rules: JointRules,
) -> (BTreeMap<(u32, u32), f64>, f64) {
    let pair = |s: StateId, k: usize| base.available().pairs(s).nth(k).unwrap();
    let ((next_h, p), (next_a, q)) = (base.row(pair(h, i)), base.row(pair(a, j)));
    let (mut free, mut collided) = (BTreeMap::new(), 0.0);
    for (x, p) in next_h.iter().zip(p) {
        for (y, q) in next_a.iter().zip(q) {
            let swap = (*x as usize, *y as usize) == (a.index(), h.index());
            if rules.collision != Collision::None && (x == y || (swap && rules.swaps == Swaps::Forbidden)) {
                collided += p * q;
            } else {
                *free.entry((*x, *y)).or_insert(0.0) += p * q;
            }
        }
    }
    (free, collided)
}

fn rules() -> impl Strategy<Value = JointRules> {
    let apart = prop_oneof![Just(Collision::Leak), Just(Collision::Renormalize), Just(Collision::Block)];
    let swaps = prop_oneof![Just(Swaps::Allowed), Just(Swaps::Forbidden)];
    prop_oneof![
        Just(JointRules::default()),
        (apart, swaps).prop_map(|(collision, swaps)| JointRules { collision, swaps }),
    ]
}

fn row_sum(model: &TransitionModel, pair: usize) -> f64 {
    model.row(pair).1.iter().sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn joint_rows_are_products_under_the_rule(base in base(), rules in rules()) {
        let joint = JointEnvironment::new(base, rules).unwrap();
        let (model, single) = (joint.model(), joint.base().unwrap().model());
        for (s, &(h, a)) in joint.positions().unwrap().iter().enumerate() {
            let s = StateId::new(s);
            for i in 0..model.available(Agent::H).at(s).len() {
                for j in 0..model.available(Agent::A).at(s).len() {
                    let (mut expected, collided) = outcomes(single, (h, a), (i, j), rules);
                    match rules.collision {
                        Collision::Renormalize => expected.values_mut().for_each(|p| *p /= 1.0 - collided),
                        Collision::Block if collided > 0.0 => {
                            *expected.entry((h.index() as u32, a.index() as u32)).or_insert(0.0) += collided;
                        }
                        _ => {}
                    }
                    let (next, p) = model.row(s, i, j);
                    let place = |next: &u32| {
                        let (x, y) = joint.positions().unwrap()[*next as usize];
                        (x.index() as u32, y.index() as u32)
                    };
                    let actual: BTreeMap<(u32, u32), f64> = next.iter().map(place).zip(p.iter().copied()).collect();
                    prop_assert_eq!(actual.len(), next.len());
                    for (place, p) in &expected {
                        let q = actual.get(place).copied().unwrap_or(0.0);
                        prop_assert!((p - q).abs() < 1e-9, "{place:?}: {p} or {q}");
                    }
                    prop_assert!(actual.keys().all(|place| expected.contains_key(place)));
                }
            }
        }
    }

    #[test]
    fn joint_states_are_pairs_of_positions_in_order(base in base(), rules in rules()) {
        let joint = JointEnvironment::new(base, rules).unwrap();
        let single = joint.base().unwrap().model();
        let apart = rules.collision != Collision::None;
        let mut expected = Vec::new();
        for h in single.state_ids() {
            for a in single.state_ids() {
                if !apart || h != a {
                    expected.push((h, a));
                } else {
                    prop_assert_eq!(joint.state(h, a), None);
                }
            }
        }
        prop_assert_eq!(joint.positions().unwrap(), expected.as_slice());
        for (s, &(h, a)) in joint.positions().unwrap().iter().enumerate() {
            prop_assert_eq!(joint.state(h, a), Some(StateId::new(s)));
            let name = format!("{}_H^{}_A", &single.states()[h.index()], &single.states()[a.index()]);
            prop_assert_eq!(&joint.model().states()[s], name.as_str());
        }
        prop_assert_eq!(joint.state(StateId::new(single.states().len()), StateId::new(0)), None);
    }

    #[test]
    fn rules_that_conserve_probability_never_leak(
        base in base(),
        rules in rules(),
        weights in proptest::collection::vec(0..5u8, 1..9),
    ) {
        prop_assume!(rules.collision != Collision::Leak);
        let joint = JointEnvironment::new(base, rules).unwrap();
        for agent in Agent::BOTH {
            let induced = joint.model().induced(agent, &policy(&joint, agent.other(), &weights));
            prop_assert!(!induced.leaks());
            for pair in 0..induced.available().len() {
                prop_assert!((row_sum(&induced, pair) - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_leak_is_exactly_the_colliding_mass(
        base in base(),
        swaps in prop_oneof![Just(Swaps::Allowed), Just(Swaps::Forbidden)],
        weights in proptest::collection::vec(0..5u8, 1..9),
    ) {
        let rules = JointRules { collision: Collision::Leak, swaps };
        let joint = JointEnvironment::new(base, rules).unwrap();
        let (model, single) = (joint.model(), joint.base().unwrap().model());
        let other = policy(&joint, Agent::A, &weights);
        let induced = model.induced(Agent::H, &other);
        for (s, &(h, a)) in joint.positions().unwrap().iter().enumerate() {
            let s = StateId::new(s);
            let expected: Vec<f64> = (0..model.available(Agent::H).at(s).len())
                .map(|i| {
                    let pairs = model.available(Agent::A).pairs(s).enumerate();
                    pairs.map(|(j, pair)| other.probabilities()[pair] * outcomes(single, (h, a), (i, j), rules).1).sum()
                })
                .collect();
            for (&action, collided) in model.available(Agent::H).at(s).iter().zip(expected) {
                match induced.available().find(s, action) {
                    Some(pair) => {
                        prop_assert!((induced.leak(pair) - collided).abs() < 1e-9);
                        prop_assert!((row_sum(&induced, pair) + induced.leak(pair) - 1.0).abs() < 1e-9);
                    }
                    None => prop_assert!((collided - 1.0).abs() < 1e-9),
                }
            }
        }
    }

    #[test]
    fn agents_that_may_overlap_do_not_notice_each_other(
        base in base(),
        weights in proptest::collection::vec(0..5u8, 1..9),
    ) {
        let joint = JointEnvironment::new(base, Collision::None).unwrap();
        let single = joint.base().unwrap().model();
        for agent in Agent::BOTH {
            let induced = joint.model().induced(agent, &policy(&joint, agent.other(), &weights));
            let own = |s: usize| {
                let (h, a) = joint.positions().unwrap()[s];
                if agent == Agent::H { h } else { a }
            };
            for s in induced.state_ids() {
                let position = own(s.index());
                prop_assert_eq!(induced.available().at(s).len(), single.available().at(position).len());
                for (pair, alone) in induced.available().pairs(s).zip(single.available().pairs(position)) {
                    let mut projected = vec![0.0; single.states().len()];
                    let (next, p) = induced.row(pair);
                    next.iter().zip(p).for_each(|(&next, p)| projected[own(next as usize).index()] += p);
                    let (next, p) = single.row(alone);
                    next.iter().zip(p).for_each(|(&next, p)| projected[next as usize] -= p);
                    prop_assert!(projected.iter().all(|difference| difference.abs() < 1e-12));
                }
            }
        }
    }
}

#[test]
fn mass_that_a_single_model_leaks_stays_lost() {
    let text = r#"{"schema":1,"states":["x","y"],"transitions":[
        {"from":"x","action":"go","to":"y","probability":"1/2"},{"from":"x","action":"go","to":null,"probability":"1/2"},
        {"from":"y","action":"go","to":"y","probability":1}]}"#;
    let base = std::sync::Arc::new(Environment::from_json("lossy", text).unwrap());
    let joint = JointEnvironment::new(base.clone(), Collision::None).unwrap();
    let induced = joint.model().induced(Agent::H, &StochasticPolicy::uniform(joint.model().available(Agent::A)));
    // x_H^x_A, x_H^y_A, y_H^x_A, y_H^y_A.
    assert_eq!((0..4).map(|pair| induced.leak(pair)).collect::<Vec<_>>(), [0.75, 0.5, 0.5, 0.0]);
    assert!(JointEnvironment::new(base, Collision::Renormalize).is_err());
}

#[test]
fn names_of_rules_are_read_and_written() {
    for rule in Collision::ALL {
        assert_eq!(rule.to_string().parse::<Collision>().unwrap(), rule);
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(json, format!("\"{rule}\""));
        assert_eq!(serde_json::from_str::<Collision>(&json).unwrap(), rule);
    }
    assert_eq!("renormalise".parse::<Collision>().unwrap(), Collision::Renormalize);
    assert_eq!(serde_json::from_str::<Collision>("\"renormalise\"").unwrap(), Collision::Renormalize);
    let rules: JointRules = serde_json::from_str(r#"{"collision":"block","swaps":"forbidden"}"#).unwrap();
    assert_eq!(rules, JointRules { collision: Collision::Block, swaps: Swaps::Forbidden });
    assert!(serde_json::from_str::<JointRules>(r#"{"colision":"block"}"#).is_err());
    assert_eq!("forbidden".parse::<Swaps>().unwrap().to_string(), "forbidden");
}
