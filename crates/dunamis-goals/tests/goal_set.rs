//! Goal sets: rows against the oracle, the published counterexample, and what is refused.

use dunamis_goals::{
    Feasibility, Form, GoalBounds, GoalError, GoalSet, GoalSettings, Reading, ShutdownSetting, Training, without_sinks,
};
use dunamis_mdp::{Discount, Number, Rational, StateId, TransitionModel};
use proptest::prelude::*;

fn rational(text: &str) -> Rational {
    text.parse::<Number>().unwrap().exact()
}

fn rationals<const N: usize>(texts: [&str; N]) -> Vec<Rational> {
    texts.iter().map(|text| rational(text)).collect()
}

/// `t` can leave to `n`, where shutdown or `b` follow.
fn closure_gap() -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let [t, n, b, term] = ["t", "n", "b", "T"].map(|name| builder.state(name).unwrap());
    for (from, action, to) in [(t, "stay", t), (t, "leave", n), (n, "shutdown", term), (n, "go", b), (b, "stay", b)] {
        builder.transition(from, action, to, 1.0).unwrap();
    }
    builder.leak(term, "end", 1.0).unwrap();
    builder.build().unwrap()
}

#[test]
fn a_counterfactual_action_couples_rewards_never_seen() {
    let model = closure_gap();
    let training = Training::new(model.clone(), &[StateId::new(0)], &[0]).unwrap();
    let closure = training.closure();
    assert_eq!(closure.under_policy, None);
    assert_eq!(closure.under_actions.unwrap().to_string(), "t --leave--> n");
    let discount = Discount::new("9/10".parse::<Number>().unwrap()).unwrap();
    let wide = |reading| GoalSettings {
        reading,
        bounds: Some(GoalBounds::uniform(4, rational("0"), rational("10")).unwrap()),
        ..GoalSettings::default()
    };
    let all = GoalSet::new(training.clone(), &discount, wide(Reading::AllActions)).unwrap();
    // Staying is worth 10, leaving 101/20 with shutdown to follow; after the swap of b and T, leaving is worth 83/2.
    let (goal, swapped) = (rationals(["1", "0", "2/5", "5"]), rationals(["1", "0", "5", "2/5"]));
    let losses = all.losses(&goal).unwrap();
    assert_eq!(losses[1].1, rational("10") - rational("9/10") * rational("9/10") * rational("5") - rational("1"));
    assert!(all.contains(&goal).unwrap() && !all.contains(&swapped).unwrap());
    assert_eq!(all.losses(&swapped).unwrap()[1].1, rational("10") - rational("83/2"));
    assert_eq!(all.form(), Form::Polyhedron);
    assert_eq!(all.rows().len(), 2, "leave and then shut down, or leave and then go on");
    let within = GoalSet::new(training, &discount, wide(Reading::WithinTraining)).unwrap();
    assert!(within.contains(&goal).unwrap() && within.contains(&swapped).unwrap() && within.rows().is_empty());
}

#[test]
fn refusals_name_the_place() {
    let model = closure_gap();
    let message = |error: GoalError| error.to_string();
    let train = |trained: &[usize], observed: &[usize]| {
        let trained: Vec<StateId> = trained.iter().map(|&state| StateId::new(state)).collect();
        Training::new(model.clone(), &trained, observed)
    };
    insta::assert_snapshot!(message(train(&[], &[]).unwrap_err()), @"no state was visited in training: name at least one");
    insta::assert_snapshot!(message(train(&[0], &[2]).unwrap_err()), @"`shutdown` cannot have been observed at `n`, which was not visited in training");
    insta::assert_snapshot!(message(train(&[9], &[]).unwrap_err()), @"there is no state number 9: the model has 4 states, counted from 0");
    let leaving = GoalSettings { reading: Reading::WithinTraining, ..GoalSettings::default() };
    let half = Discount::new(0.5).unwrap();
    insta::assert_snapshot!(message(GoalSet::new(train(&[0], &[1]).unwrap(), &half, leaving).unwrap_err()), @"`leave` at `t` leaves the states of training, so that it cannot be compared within training; count all actions instead, or add the states it leads to");
    let setting = |new, terminal| ShutdownSetting::new(model.clone(), StateId::new(new), StateId::new(terminal));
    insta::assert_snapshot!(message(setting(1, 2).unwrap_err()), @"`b` cannot be the terminal state: it leads to `b`, where its reward may be collected once only; let it lead to a state with the label `sink`");
    insta::assert_snapshot!(message(setting(0, 3).unwrap_err()), @"no action of `t` leads to `T` with certainty, so that there is no shutdown to avoid");
    insta::assert_snapshot!(message(without_sinks(&model, &[StateId::new(1)]).unwrap_err()), @"`n` cannot be a sink: it leads to `T`; take it out of the sinks, or that transition out of the model");
    insta::assert_snapshot!(message(GoalBounds::uniform(2, rational("1"), rational("1")).unwrap_err()), @"reward number 0 has no room between 1 and 1: the lower bound must be below the upper one");
}

/// Two states, each better left than kept: no goal makes both strictly true.
#[test]
fn a_contradiction_in_words() {
    let mut builder = TransitionModel::builder();
    let [a, b] = ["a", "b"].map(|name| builder.state(name).unwrap());
    for (from, action, to) in [(a, "stay", a), (a, "leave", b), (b, "stay", b), (b, "leave", a)] {
        builder.transition(from, action, to, 1.0).unwrap();
    }
    let model = builder.build().unwrap();
    let training = Training::new(model, &[a, b], &[1, 3]).unwrap();
    let half = Discount::new(0.5).unwrap();
    let with = |margin: &str| GoalSettings { margin: rational(margin), ..GoalSettings::default() };
    let describe = |margin: &str| {
        let set = GoalSet::new(training.clone(), &half, with(margin)).unwrap();
        let (answer, rows) = set.feasibility().unwrap();
        let (kind, contradiction) = match answer {
            Feasibility::Room(_) => return "room".to_owned(),
            Feasibility::Thin(contradiction) => ("thin", contradiction),
            Feasibility::Empty(contradiction) => ("empty", contradiction),
        };
        assert!(contradiction.holds(&rows, set.bounds()));
        format!("{kind}: {}", contradiction.describe(&set, &rows))
    };
    insta::assert_snapshot!(describe("0"), @"thin: at `a`, `leave` is worth at least as much as `stay` (times 1/2); at `b`, `leave` is worth at least as much as `stay` (times 1/2): these sum to 0 ≥ 0, so that each of them holds with equality only");
    insta::assert_snapshot!(describe("1/10"), @"empty: at `a`, `leave` is worth at least 1/10 more than `stay` (times 5); at `b`, `leave` is worth at least 1/10 more than `stay` (times 5): these sum to 0 ≥ 1, so that no goal satisfies all of them");
    insta::assert_snapshot!(describe("-1/10"), @"room");
    // One observation is consistent, but not with a margin that rewards between 0 and 1 cannot give.
    let one = training.with_observed(&[0]).unwrap();
    let set = |margin: &str| GoalSet::new(one.clone(), &half, with(margin)).unwrap().feasibility().unwrap().0;
    assert!(matches!(set("2/5"), Feasibility::Room(_)) && matches!(set("1/2"), Feasibility::Thin(_)));
    assert!(matches!(set("3/5"), Feasibility::Empty(_)));
}

/// A random model with small probabilities as fractions, its trained states and observations.
fn cases() -> impl Strategy<Value = (TransitionModel, Vec<usize>, Vec<usize>)> {
    let row = prop::collection::vec((0_usize..5, 1_u32..4), 1..3);
    let states = prop::collection::vec(prop::collection::vec(row, 1..4), 5);
    (states, prop::collection::vec(any::<bool>(), 5), prop::collection::vec(0_usize..3, 5)).prop_map(
        |(states, trained, choice)| {
            let mut builder = TransitionModel::builder();
            let ids: Vec<StateId> = (0..5).map(|k| builder.state(&format!("s{k}")).unwrap()).collect();
            let (mut observed, mut pairs) = (Vec::new(), 0);
            for (k, actions) in states.iter().enumerate() {
                for (number, row) in actions.iter().enumerate() {
                    let total: u32 = row.iter().map(|(_, weight)| weight).sum();
                    let mut mass = std::collections::BTreeMap::<usize, u32>::new();
                    for (next, weight) in row {
                        *mass.entry(*next).or_default() += weight;
                    }
                    for (next, weight) in mass {
                        let p = Number::from_rational(Rational::new(weight.into(), total.into())).unwrap();
                        builder.transition(ids[k], &format!("a{number}"), ids[next], p).unwrap();
                    }
                }
                if trained[k] {
                    observed.push(pairs + choice[k] % actions.len());
                }
                pairs += actions.len();
            }
            let trained = (0..5).filter(|&k| trained[k]).collect();
            (builder.build().unwrap(), trained, observed)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rows, violated rows and the oracle agree, and the oracle agrees with optimal policies.
    #[test]
    fn rows_and_oracle((model, trained, observed) in cases(), goals in prop::collection::vec(prop::collection::vec(0_i64..5, 5), 8)) {
        prop_assume!(!trained.is_empty());
        let states: Vec<StateId> = trained.iter().map(|&k| StateId::new(k)).collect();
        let training = Training::new(model.clone(), &states, &observed).unwrap();
        let discount = Discount::new("2/3".parse::<Number>().unwrap()).unwrap();
        let bounds = Some(GoalBounds::uniform(5, rational("0"), rational("4")).unwrap());
        let set = GoalSet::new(training, &discount, GoalSettings { bounds, ..GoalSettings::default() }).unwrap();
        if set.form() != Form::Union {
            let (answer, rows) = set.feasibility().unwrap();
            match answer {
                Feasibility::Room(goal) => {
                    prop_assert!(set.contains(&goal).unwrap());
                    let losses = set.losses(&goal).unwrap();
                    prop_assert!(losses.iter().all(|(pair, loss)| set.training().observed()[*pair] || *loss > rational("0")
                        || rows.iter().all(|row| row.pair != *pair)));
                }
                Feasibility::Thin(contradiction) => {
                    prop_assert!(contradiction.holds(&rows, set.bounds()) && contradiction.bound == rational("0"));
                }
                Feasibility::Empty(_) => prop_assert!(false, "constant goals are always compatible"),
            }
        }
        for goal in goals {
            let exact: Vec<Rational> = goal.iter().map(|&r| Rational::from_integer(r.into())).collect();
            let member = set.contains(&exact).unwrap();
            let reward = dunamis_mdp::Reward::state(&model, goal.iter().map(|&r| r as f64)).unwrap();
            let mdp = dunamis_mdp::Mdp::new(model.clone(), reward).unwrap();
            let optimal = dunamis_solve::solve_exact(&mdp, &dunamis_mdp::Criterion::Discounted(discount.clone())).unwrap().optimal;
            prop_assert_eq!(member, observed.iter().all(|&pair| optimal[pair]));
            if set.form() != Form::Union {
                prop_assert_eq!(set.violated(&exact).unwrap().is_empty(), member);
                prop_assert_eq!(set.lifted_form().unwrap().values(&exact).unwrap().is_some(), member);
            }
        }
    }
}
