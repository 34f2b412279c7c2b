//! Observation histories: pictures of which an agent flips pixels, and partial observations.

use dunamis_mdp::{Number, Rational, StateId, TransitionModel};
use dunamis_orbit::{
    Choice, Features, HistoryTree, Memory, Observations, Optimal, OptionSet, Orbit, Rule, Tendency, WorstOrbit,
    WorstOrbitSettings, certify_counts, reachable_after,
};
use num_bigint::BigUint;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

/// A picture of some pixels: first the agent lives or dies, which leaves the picture as it is for ever; then each action flips one
/// pixel, or, if it may, none.
fn pixels(count: u32, may_keep: bool) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let start = builder.state("start").unwrap();
    let dead = builder.state("dead").unwrap();
    let frames: Vec<StateId> = (0..1 << count).map(|frame| builder.state(&format!("{frame:b}")).unwrap()).collect();
    builder.transition(start, "die", dead, 1.0).unwrap();
    builder.transition(start, "live", frames[0], 1.0).unwrap();
    for pixel in 0..count + u32::from(may_keep) {
        let flip = if pixel == count { 0 } else { 1 << pixel };
        builder.transition(dead, &format!("flip {pixel}"), dead, 1.0).unwrap();
        for (frame, &from) in frames.iter().enumerate() {
            builder.transition(from, &format!("flip {pixel}"), frames[frame ^ flip], 1.0).unwrap();
        }
    }
    builder.build().unwrap()
}

/// Every frame is seen as it is; the dead agent's picture is the first frame.
fn frames(model: &TransitionModel) -> Vec<usize> {
    (0..model.states().len()).map(|state| state.saturating_sub(2)).collect()
}

fn count(model: &TransitionModel, action: &str, steps: usize, memory: Memory) -> BigUint {
    let seen = Observations::new(model, &frames(model)).unwrap();
    seen.count(StateId::new(0), model.action(action).unwrap(), steps, memory).unwrap()
}

/// Fifty steps, the first of which decides about life.
#[test]
fn pictures_of_fifty_steps() {
    for side in 1..=3_u32 {
        let model = pixels(side * side, false);
        let all = BigUint::from(side * side).pow(49);
        assert_eq!(count(&model, "die", 49, Memory::Observations), BigUint::from(1_u8));
        assert_eq!(count(&model, "live", 49, Memory::Observations), all);
        // With actions remembered both are the same.
        for action in ["die", "live"] {
            assert_eq!(count(&model, action, 49, Memory::ObservationsAndActions), all);
        }
    }
    let n = |side: u32| BigUint::from(side * side).pow(49);
    assert_eq!(n(2).to_string().len(), 30);
    assert_eq!(n(100), BigUint::from(10_u8).pow(196));
    let certificate = certify_counts(&1_u8.into(), &n(100), Rule::Optimal).unwrap();
    assert_eq!(certificate.bound, format!("1{0}/1{1}1", "0".repeat(196), "0".repeat(195)));
}

/// If only the last picture matters: one against the sixteen of four pixels.
#[test]
fn last_pictures() {
    let model = pixels(4, true);
    let seen = Observations::new(&model, &frames(&model)).unwrap();
    let last = |action: &str, steps| seen.count_last(StateId::new(0), model.action(action).unwrap(), steps).unwrap();
    assert_eq!((last("die", 9), last("live", 3), last("live", 4), last("live", 9)), (1, 15, 16, 16));
    // Flipping always, only pictures of one parity come last.
    let always = pixels(4, false);
    let seen = Observations::new(&always, &frames(&always)).unwrap();
    assert_eq!(seen.count_last(StateId::new(0), always.action("live").unwrap(), 9).unwrap(), 8);
    let set = |states| OptionSet::basis(17, states).unwrap();
    let choice = Choice::between(&set(1..17), &set(0..1)).unwrap();
    let worst = WorstOrbit::find(&choice, &Optimal, &WorstOrbitSettings::default()).unwrap();
    assert!(worst.warrant.is_exact() && worst.weak.value == rational(16, 17));
    assert_eq!(certify_counts(&1_u8.into(), &16_u8.into(), Rule::Optimal).unwrap().bound, "16/17");
}

/// The complete histories that an action leaves.
fn complete_after(tree: &HistoryTree, action: &str) -> Vec<usize> {
    let model = tree.model();
    let pair = model.available().find(StateId::new(0), model.action(action).unwrap()).unwrap();
    let after = reachable_after(model, [pair]);
    tree.complete().iter().map(|state| state.index()).filter(|state| after.contains(state)).collect()
}

/// The tree says what the counts say; and on it living is preferred as the counts promise.
#[test]
fn trees_of_pictures() {
    let model = pixels(2, false);
    let seen = Observations::new(&model, &[9, 0, 0, 1, 2, 3]).unwrap();
    for (memory, expected) in [(Memory::Observations, (1, 8)), (Memory::ObservationsAndActions, (8, 8))] {
        let tree = seen.tree(StateId::new(0), 4, memory).unwrap();
        let [dead, alive] = ["die", "live"].map(|action| complete_after(&tree, action));
        assert_eq!((dead.len(), alive.len()), expected);
        assert!(tree.model().is_exact());
        let d = dead.len() + alive.len();
        let choice =
            Choice::between(&OptionSet::basis(d, dead.len()..d).unwrap(), &OptionSet::basis(d, 0..dead.len()).unwrap());
        let choice = choice.unwrap();
        let worst = WorstOrbit::find(&choice, &Optimal, &WorstOrbitSettings::default()).unwrap();
        assert_eq!(worst.weak.value, rational(alive.len() as i64, d as i64));
        let mut one_hot = vec![rational(0, 1); d];
        one_hot[0] = rational(1, 1);
        let tendency = Tendency::enumerate(&choice, &Optimal, &Orbit::new(one_hot)).unwrap();
        assert_eq!(tendency.weak(), worst.weak.value);
    }
}

/// A coin behind a curtain, which may be bet on after a glance that is right two times of three.
#[test]
fn beliefs() {
    let mut builder = TransitionModel::builder();
    let states =
        ["start", "heads", "tails", "heads seen", "tails seen", "won", "lost"].map(|s| builder.state(s).unwrap());
    let [start, heads, tails, heads_seen, tails_seen, won, lost] = states;
    let p = |text: &str| text.parse::<Number>().unwrap();
    for (coin, after_bet, glances) in [(heads, won, ["2/3", "1/3"]), (tails, lost, ["1/3", "2/3"])] {
        builder.transition(start, "toss", coin, p("1/2")).unwrap();
        builder.transition(coin, "bet", after_bet, 1.0).unwrap();
        for (glance, probability) in [heads_seen, tails_seen].into_iter().zip(glances) {
            builder.transition(coin, "glance", glance, p(probability)).unwrap();
        }
    }
    for state in [heads_seen, tails_seen, won, lost] {
        builder.transition(state, "glance", state, 1.0).unwrap();
    }
    let model = builder.build().unwrap();
    let seen = Observations::new(&model, &["", "", "", "heads", "tails", "won", "lost"]).unwrap();
    let tree = seen.tree(start, 2, Memory::Observations).unwrap();
    // Two histories without sight of the coin, and four that go on.
    assert_eq!(tree.histories().len(), 1 + 1 + 4);
    assert_eq!(tree.complete().len(), 4);
    let after_toss = StateId::new(1);
    let rows: Vec<Vec<Rational>> = tree
        .model()
        .available()
        .pairs(after_toss)
        .map(|pair| tree.model().exact_row(pair).into_iter().map(|(_, p)| p).collect())
        .collect();
    assert_eq!(rows, vec![vec![rational(1, 2); 2]; 2]);
    assert!(Observations::new(&model, &[0]).is_err());
    let toss = model.action("toss").unwrap();
    let refused = seen.count(won, toss, 1, Memory::Observations).unwrap_err();
    insta::assert_snapshot!(refused, @"state `won` has no action `toss`: it has `glance`");
}

/// Actions that are forgotten leave several beliefs with one history, which are one to a reward.
#[test]
fn forgotten_actions() {
    let mut builder = TransitionModel::builder();
    let [start, left, right] = ["start", "left", "right"].map(|s| builder.state(s).unwrap());
    for (action, to) in [("l", left), ("r", right)] {
        for from in [start, left, right] {
            builder.transition(from, action, if from == start { to } else { from }, 1.0).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let blind = Observations::new(&model, &[0, 1, 1]).unwrap();
    let tree = blind.tree(start, 1, Memory::Observations).unwrap();
    assert_eq!((tree.complete().len(), tree.histories()), (2, [vec![0], vec![0, 1], vec![0, 1]].as_slice()));
    assert_eq!(Features::labels(tree.histories()).unwrap().features(), 2);
    assert_eq!(
        blind.tree(start, 1, Memory::ObservationsAndActions).unwrap().histories()[1..],
        [vec![0, 0, 1], vec![0, 1, 1]]
    );
    let refused = Observations::new(&model, &[0, 1, 2]).unwrap().tree(start, 17, Memory::ObservationsAndActions);
    insta::assert_snapshot!(refused.unwrap_err(), @"there are more than 100000 histories: take fewer steps, or count them instead");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Counts against the histories of all paths, one by one, and against the tree.
    #[test]
    fn counts_are_enumerations(
        successors in prop::collection::vec(prop::collection::btree_set(0_usize..4, 1..3), 8),
        observations in prop::collection::vec(0_u32..3, 4),
        steps in 0_usize..4,
        remember in any::<bool>(),
    ) {
        let mut builder = TransitionModel::builder();
        let states: Vec<StateId> = (0..4).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for (pair, next) in successors.iter().enumerate() {
            let share = rational(1, next.len() as i64);
            for &next in next {
                let share = Number::from_rational(share.clone()).unwrap();
                builder.transition(states[pair / 2], ["a", "b"][pair % 2], states[next], share).unwrap();
            }
        }
        let model = builder.build().unwrap();
        let memory = if remember { Memory::ObservationsAndActions } else { Memory::Observations };
        let seen = Observations::new(&model, &observations).unwrap();
        let mut paths: BTreeSet<(usize, Vec<u32>)> = successors[0].iter().map(|&s| (s, vec![observations[s]])).collect();
        for _ in 0..steps {
            paths = paths.iter().flat_map(|(state, history)| [0, 1].map(|action| (*state, history, action)))
                .flat_map(|(state, history, action)| successors[2 * state + action].iter().map(move |&next| (history, action, next)))
                .map(|(history, action, next)| {
                    let mut history = history.clone();
                    history.extend(remember.then_some(action as u32));
                    history.push(observations[next]);
                    (next, history)
                })
                .collect();
        }
        let histories: BTreeSet<&Vec<u32>> = paths.iter().map(|(_, history)| history).collect();
        let counted = seen.count(states[0], model.action("a").unwrap(), steps, memory).unwrap();
        prop_assert_eq!(counted, BigUint::from(histories.len()));
        let last: BTreeSet<_> = histories.iter().map(|history| history.last()).collect();
        prop_assert_eq!(seen.count_last(states[0], model.action("a").unwrap(), steps).unwrap(), last.len());
        let tree = seen.tree(states[0], steps + 1, memory).unwrap();
        prop_assert!(tree.model().is_exact());
        let in_tree: BTreeSet<&Vec<u32>> = complete_after(&tree, "a").into_iter().map(|state| &tree.histories()[state]).collect();
        prop_assert_eq!(in_tree.len(), histories.len());
    }
}
