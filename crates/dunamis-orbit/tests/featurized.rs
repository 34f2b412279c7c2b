//! Tendencies over permutations of features against those over permutations of states.

use dunamis_mdp::Rational;
use dunamis_orbit::{
    Choice, Copies, Decision, DecisionFunction, Features, OptionSet, Orbit, OrbitError, Permutation, Permute, Rule,
    Tendency, WorstOrbit, WorstOrbitSettings, certify_counts,
};
use proptest::prelude::*;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

fn integers(values: &[i64]) -> Vec<Rational> {
    values.iter().map(|&value| rational(value, 1)).collect()
}

fn basis(dimension: usize, states: impl IntoIterator<Item = usize>) -> OptionSet {
    OptionSet::basis(dimension, states).unwrap()
}

fn optimal() -> Decision {
    "optimal".parse().unwrap()
}

fn worst(choice: &Choice) -> Rational {
    let worst = WorstOrbit::find(choice, &optimal(), &WorstOrbitSettings::default()).unwrap();
    assert!(worst.warrant.is_exact());
    worst.weak.value
}

/// A gridworld with two cells of one shape on the left, and three of two other shapes on the right.
#[test]
fn shapes_of_cells() {
    let (left, right) = (basis(5, [0, 1]), basis(5, [2, 3, 4]));
    let states = Choice::between(&right, &left).unwrap();
    assert_eq!(worst(&states), rational(3, 5));
    // Going by whole copies, three cells contain the two but once.
    assert_eq!(Copies::find(&left, &right).unwrap().count(), 1);
    assert_eq!(certify_counts(&2_u8.into(), &3_u8.into(), Rule::Optimal).unwrap().bound, "3/5");

    let shapes = Features::labels(&["disk", "disk", "square", "star", "star"]).unwrap();
    let featurized = shapes.choice(&states).unwrap();
    assert_eq!(worst(&featurized), rational(2, 3));
    assert_eq!((featurized.preferred().len(), featurized.other().len()), (2, 1));
    let copies = Copies::find(&shapes.expectations(&left).unwrap(), &shapes.expectations(&right).unwrap());
    assert_eq!(copies.unwrap().count(), 2);

    // On one reward: a disk is the best shape in one of three ways; the two best cells are both on the left in one of ten.
    let weights = integers(&[2, 0, 1]);
    let by_shape = Tendency::enumerate(&featurized, &optimal(), &Orbit::new(weights.clone())).unwrap();
    assert_eq!(by_shape.weak(), rational(2, 3));
    let by_cell = Tendency::enumerate(&states, &optimal(), &Orbit::new(shapes.reward(&weights).unwrap())).unwrap();
    assert_eq!((by_cell.less(), by_cell.greater()), (&rational(1, 10), &rational(3, 10)));
}

/// Cells seen by their coordinates: where the right is the mirror image of the left, and not a copy under any permutation of the two
/// coordinates.
#[test]
fn coordinates_of_cells() {
    let cells = Features::new([[-1, 0], [-1, -1], [1, 0], [1, 1]].map(|cell| integers(&cell)).to_vec()).unwrap();
    let choice = Choice::between(&basis(4, [2, 3]), &basis(4, [0, 1])).unwrap();
    assert_eq!(worst(&choice), rational(1, 2));
    let by_cell = cells.choice(&choice).unwrap();
    let set = |places: &[usize]| OptionSet::new(places.iter().map(|&i| cells.states()[i].clone()).collect()).unwrap();
    assert!(Copies::find(&set(&[0, 1]), &set(&[2, 3])).is_err());
    let at =
        |weights: &[i64]| Tendency::enumerate(&by_cell, &optimal(), &Orbit::new(integers(weights))).unwrap().weak();
    assert_eq!([at(&[-1, -1]), at(&[1, 1]), at(&[-1, 1])], [0, 2, 1].map(|halves| rational(halves, 2)));
    // Exchanging the coordinates moves (-1, 0) to where no state is.
    assert_eq!(cells.lifted(&"(0 1)".parse().unwrap()), None);
}

#[test]
fn which_permutations_respect_features() {
    let shapes = Features::labels(&['b', 'a', 'b', 'a', 'c']).unwrap();
    let all = Orbit::new(vec![0_u32, 1, 2, 3, 4]);
    let respecting = all.iter().filter(|images| shapes.induced(&Permutation::new(images.clone()).unwrap()).is_some());
    // Two states of `a` and of `b` each, and the exchange of the two shapes.
    assert_eq!(respecting.count(), 2 * 2 * 2);
    let lifts = |cycles: &str| shapes.lifted(&cycles.parse::<Permutation>().unwrap().extended(3).unwrap());
    assert_eq!(lifts("(0 1)").unwrap().to_string(), "(0 1)(2 3)");
    assert_eq!(lifts("(0 2)"), None);
    let message = |result: Result<Features, OrbitError>| result.unwrap_err().to_string();
    insta::assert_snapshot!(message(Features::new(vec![integers(&[1]), integers(&[1, 2])])), @"option 1 has 2 coordinates where 1 are needed");
    assert!(Features::labels::<u8>(&[]).is_err() && shapes.reward(&[]).is_err());
    assert!(shapes.expectations(&basis(4, [0])).is_err() && shapes.lifted(&Permutation::identity(5)).is_none());
}

fn matrix() -> impl Strategy<Value = Features> {
    prop::collection::vec(prop::collection::vec((-1_i64..2).prop_map(|x| rational(x, 2)), 3), 4)
        .prop_map(|states| Features::new(states).unwrap())
}

proptest! {
    /// Options by expected features are worth what they are worth by states, whatever the decision.
    #[test]
    fn expected_features_decide(
        features in matrix(), weights in prop::collection::vec(-3_i64..4, 3), mask in 1_u32..15,
    ) {
        let weights = integers(&weights);
        let reward = features.reward(&weights).unwrap();
        let inside = |wanted: bool| (0..4_usize).filter(move |i| (mask >> i & 1 == 1) == wanted);
        let choice = Choice::between(&basis(4, inside(true)), &basis(4, inside(false))).unwrap();
        let by_features = features.choice(&choice).unwrap();
        let utilities = |choice: &Choice, reward: &[Rational]| {
            let dot = |x: &Vec<Rational>| x.iter().zip(reward).map(|(x, r)| x * r).sum();
            dunamis_orbit::Utilities::new(&choice.options().options().iter().map(dot).collect::<Vec<Rational>>())
        };
        let (by_state, by_feature) = (utilities(&choice, &reward), utilities(&by_features, &weights));
        for name in ["optimal", "anti-optimal", "epsilon-optimal:epsilon=1/2"] {
            let f: Decision = name.parse().unwrap();
            prop_assert_eq!(f.value(&by_state, choice.preferred()), f.value(&by_feature, by_features.preferred()));
            prop_assert_eq!(f.value(&by_state, choice.other()), f.value(&by_feature, by_features.other()));
        }
    }

    /// A permutation of states respects the features exactly if it moves rewards as a permutation of features does.
    #[test]
    fn induced_permutations_commute(features in matrix(), states in Just((0..4).collect::<Vec<u32>>()).prop_shuffle()) {
        let states = Permutation::new(states).unwrap();
        // Weights that tell all features apart.
        let weights = integers(&[1, 10, 100]);
        let moved = features.reward(&weights).unwrap().permuted(&states);
        let mut orbit = Orbit::new(weights.clone()).iter().collect::<Vec<_>>().into_iter();
        let some = orbit.any(|weights| features.reward(&weights).unwrap() == moved);
        match features.induced(&states) {
            Some(induced) => prop_assert_eq!(features.reward(&weights.permuted(&induced)).unwrap(), moved),
            None => prop_assert!(!some),
        }
    }

    #[test]
    fn lifts_induce(features in matrix(), images in Just((0..3).collect::<Vec<u32>>()).prop_shuffle()) {
        let images = Permutation::new(images).unwrap();
        let weights = integers(&[1, 10, 100]);
        let orbit = Orbit::new(vec![0_u32, 1, 2, 3]);
        let wanted = features.reward(&weights.permuted(&images)).unwrap();
        let reward = features.reward(&weights).unwrap();
        match features.lifted(&images) {
            Some(lift) => prop_assert_eq!(reward.permuted(&lift), wanted),
            None => prop_assert!(orbit.iter().all(|images| reward.permuted(&Permutation::new(images).unwrap()) != wanted)),
        }
    }
}
