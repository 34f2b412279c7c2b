//! Joint tendencies: what follows from pairs, and what does not.

use dunamis_mdp::Rational;
use dunamis_orbit::{Choice, Decision, JointTendency, OptionSet, Orbit, Tendency, WorstOrbit, WorstOrbitSettings};
use proptest::prelude::*;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

fn optimal() -> Decision {
    "optimal".parse().unwrap()
}

fn orbit(values: &[i64]) -> Orbit {
    Orbit::new(values.iter().map(|&value| rational(value, 1)).collect::<Vec<_>>())
}

/// Which basis vectors are in B, in A and in C, as bits.
fn choice(dimension: usize, [b, a]: [u32; 2]) -> Option<Choice> {
    let set = |mask: u32| OptionSet::basis(dimension, (0..dimension).filter(|j| mask >> j & 1 == 1)).ok();
    Choice::between(&set(b)?, &set(a)?).ok()
}

/// Every pair of choices among four coordinates: some hold for most rewards one by one, on every orbit, and together for few.
#[test]
fn pairs_do_not_imply_joint_statements() {
    let splits = (1_u32..16).flat_map(|b| (1..16).map(move |a| [b, a])).filter(|[b, a]| a & b == 0);
    let settings = WorstOrbitSettings::default();
    let mostly: Vec<([u32; 2], Choice)> = splits
        .filter_map(|masks| Some((masks, choice(4, masks)?)))
        .filter(|(_, choice)| {
            let worst = WorstOrbit::find(choice, &optimal(), &settings).unwrap();
            worst.warrant.is_exact() && worst.weak.value > rational(1, 2)
        })
        .collect();
    let generic = orbit(&[0, 1, 2, 3]);
    let mut lowest: Option<(Rational, [[u32; 2]; 2])> = None;
    for ((first, b), (second, a)) in mostly.iter().flat_map(|x| mostly.iter().map(move |y| (x, y))) {
        let joint = JointTendency::enumerate(&[b.clone(), a.clone()], &optimal(), &generic).unwrap();
        if lowest.as_ref().is_none_or(|(value, _)| joint.weak() < value) {
            lowest = Some((joint.weak().clone(), [*first, *second]));
        }
    }
    let (value, [first, second]) = lowest.unwrap();
    assert_eq!((value, first, second), (rational(1, 3), [0b0011, 0b0100], [0b0101, 0b0010]));
    // Three such choices of one out of three: never the best of two in all of them.
    let three = [[0b110, 0b001], [0b101, 0b010], [0b011, 0b100]].map(|masks| choice(3, masks).unwrap());
    let joint = JointTendency::enumerate(&three, &optimal(), &orbit(&[0, 1, 2])).unwrap();
    assert!(joint.each().iter().all(|tendency| tendency.weak() == rational(2, 3)));
    assert_eq!((joint.weak(), joint.any()), (&rational(0, 1), &rational(1, 1)));
}

#[test]
fn refused() {
    let message =
        |choices: &[Choice], orbit| JointTendency::enumerate(choices, &optimal(), &orbit).unwrap_err().to_string();
    let choices = [choice(3, [0b110, 0b001]).unwrap()];
    insta::assert_snapshot!(message(&choices, orbit(&[0, 1])), @"the reward has 2 entries where the options have 3 coordinates");
    let long: Vec<i64> = (0..12).collect();
    insta::assert_snapshot!(message(&[choice(12, [2, 1]).unwrap()], orbit(&long)), @"the orbit has more than 5000000 elements: count or sample instead of enumerating");
    assert!(JointTendency::enumerate(&[], &optimal(), &orbit(&[0, 1])).is_err());
}

proptest! {
    /// Against a count of all permutations, tie by tie, of the values themselves; and the laws of any joint statement.
    #[test]
    fn joint_tendencies_count(
        masks in prop::collection::vec((1_u32..32, 1_u32..32), 1..4), values in prop::collection::vec(0_i64..4, 5),
    ) {
        let choices: Vec<Choice> = masks.iter().map(|&(b, a)| choice(5, [b, a]).unwrap()).collect();
        let joint = JointTendency::enumerate(&choices, &optimal(), &orbit(&values)).unwrap();
        let (mut weak, mut strict, mut all) = (0, 0, 0);
        for places in &Orbit::new(vec![0_usize, 1, 2, 3, 4]) {
            let best = |mask: u32| (0..5).filter(|j| mask >> j & 1 == 1).map(|j| values[places[j]]).max();
            all += 1;
            weak += i64::from(masks.iter().all(|&(b, a)| best(b) >= best(a)));
            strict += i64::from(masks.iter().all(|&(b, a)| best(b) > best(a)));
        }
        prop_assert_eq!((joint.weak(), joint.strict()), (&rational(weak, all), &rational(strict, all)));
        prop_assert!(JointTendency::guaranteed(joint.each()) <= *joint.weak());
        prop_assert!(joint.strict() <= joint.weak() && joint.strict() <= joint.any());
        for (tendency, choice) in joint.each().iter().zip(&choices) {
            prop_assert_eq!(tendency, &Tendency::enumerate(choice, &optimal(), &orbit(&values)).unwrap());
            prop_assert!(*joint.weak() <= tendency.weak());
        }
    }
}
