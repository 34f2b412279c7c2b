//! What small moves of options do to probabilities, and to worst orbits.

use dunamis_mdp::Rational;
use dunamis_orbit::{
    Choice, Decision, OptionSet, Orbit, Perturbation, Tendency, WorstOrbit, WorstOrbitSettings, deviating_orbits,
};
use proptest::prelude::*;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

/// How probable it is that one of the first `subset` of some options in the plane is optimal, under independent uniform rewards: the
/// best option depends on the slope of the reward alone, which is below $`t`$ with probability $`t/2`$ or, above 1, $`1 - 1/(2t)`$.
fn probability(options: &[Vec<Rational>], subset: usize) -> Rational {
    let (zero, one) = (rational(0, 1), rational(1, 1));
    let below = |t: &Rational| if *t <= one { t / rational(2, 1) } else { &one - (t * rational(2, 1)).recip() };
    let mut slopes = vec![zero.clone()];
    for (x, y) in options.iter().flat_map(|x| options.iter().map(move |y| (x, y))) {
        if x[1] != y[1] {
            let slope = (&y[0] - &x[0]) / (&x[1] - &y[1]);
            slopes.extend((slope > zero).then_some(slope));
        }
    }
    slopes.sort();
    slopes.dedup();
    let mut total = zero;
    for (k, low) in slopes.iter().enumerate() {
        let high = slopes.get(k + 1);
        let inside = high.map_or_else(|| low + &one, |high| (low + high) / rational(2, 1));
        let utility = |x: &Vec<Rational>| &x[0] + &x[1] * &inside;
        if options[..subset].iter().map(utility).max() >= options.iter().map(utility).max() {
            total += high.map_or_else(|| one.clone(), below) - below(low);
        }
    }
    total
}

/// `p({e1} >= {e1, y})` jumps where `y` leaves `e1`, however little.
#[test]
fn coincidences_jump() {
    let first = vec![rational(1, 1), rational(0, 1)];
    assert_eq!(probability(&[first.clone(), first.clone()], 1), rational(1, 1));
    for denominator in [2, 10, 1_000_000] {
        let epsilon = rational(1, denominator);
        let y = vec![rational(1, 1) - &epsilon, epsilon.clone()];
        assert_eq!(probability(&[first.clone(), y.clone()], 1), rational(1, 2));
        // The bound knows: moving back onto the other option may change everything.
        let set = OptionSet::new(vec![first.clone(), y]).unwrap();
        let perturbation = Perturbation::new(&set, vec![first.clone(), first.clone()]).unwrap();
        assert_eq!(perturbation.size(), epsilon * rational(2, 1));
        assert_eq!(perturbation.probability_bound(&[0]).unwrap(), rational(1, 1));
    }
}

/// Waiting for one of two, of which each comes with a little of a fourth state.
fn candy(epsilon: &Rational) -> Choice {
    let wait = [1, 2].map(|then| {
        let mut option = vec![rational(0, 1); 4];
        option[then] = rational(1, 1) - epsilon;
        option[3] = epsilon.clone();
        option
    });
    Choice::between(&OptionSet::new(wait.to_vec()).unwrap(), &OptionSet::basis(4, [0]).unwrap()).unwrap()
}

#[test]
fn worst_orbits_jump() {
    let optimal: Decision = "optimal".parse().unwrap();
    for (epsilon, expected) in
        [(rational(0, 1), rational(2, 3))].into_iter().chain([3, 10, 1000].map(|q| (rational(1, q), rational(5, 12))))
    {
        let worst = WorstOrbit::find(&candy(&epsilon), &optimal, &WorstOrbitSettings::default()).unwrap();
        assert!(worst.warrant.is_exact());
        assert_eq!(worst.weak.value, expected, "{epsilon}");
        // But most orbits stay near: one without near-ties has the fraction of the symmetric environment.
        let orbit = Orbit::new([0, 1, 2, 3].map(|r| rational(r, 1)));
        let spread = Tendency::enumerate(&candy(&epsilon), &optimal, &orbit).unwrap();
        assert!(epsilon >= rational(1, 3) || spread.weak() == rational(2, 3), "{epsilon} {spread:?}");
    }
}

#[test]
fn deviations() {
    let p = rational(2, 3);
    assert_eq!(deviating_orbits(&p, &rational(1, 2)), Some(rational(2, 3)));
    assert_eq!(deviating_orbits(&p, &rational(1, 10)), Some(rational(1, 1)));
    assert_eq!(deviating_orbits(&p, &rational(0, 1)), None);
    assert_eq!(deviating_orbits(&rational(4, 3), &rational(1, 2)), None);
    let set = OptionSet::basis(2, [0, 1]).unwrap();
    let message = |to: Vec<Vec<Rational>>| Perturbation::new(&set, to).unwrap_err().to_string();
    insta::assert_snapshot!(message(vec![vec![]]), @"1 vectors stand for 2 options: give one for each");
    insta::assert_snapshot!(message(vec![vec![rational(0, 1); 2], vec![]]), @"option 1 has 0 coordinates where 2 are needed");
    let still = Perturbation::new(&set, set.options().to_vec()).unwrap();
    assert_eq!(still.probability_bound(&[0]).unwrap(), rational(0, 1));
    assert!(still.probability_bound(&[2]).is_err());
}

/// Rewards with independent entries 0, 3 or 4: how many have orbits with a low fraction.
#[test]
fn deviations_hold_for_exchangeable_rewards() {
    let optimal: Decision = "optimal".parse().unwrap();
    let choice = candy(&rational(1, 3));
    let (mut mean, mut fractions, mut total) = (rational(0, 1), Vec::new(), rational(0, 1));
    for code in 0..3_i64.pow(4) {
        let reward: Vec<Rational> =
            (0..4).map(|j| rational([0, 3, 4][(code / 3_i64.pow(j) % 3) as usize], 1)).collect();
        let weak = Tendency::enumerate(&choice, &optimal, &Orbit::new(reward)).unwrap().weak();
        mean += &weak;
        total += rational(1, 1);
        fractions.push(weak);
    }
    mean /= &total;
    for tenths in 1..=10 {
        let shortfall = rational(tenths, 10);
        let fewer = fractions.iter().filter(|&fraction| *fraction < rational(1, 1) - &shortfall).count() as i64;
        let bound = deviating_orbits(&mean, &shortfall).unwrap();
        assert!(rational(fewer, 1) / &total <= bound);
    }
    assert!(fractions.iter().any(|fraction| *fraction < rational(1, 2)));
}

fn point() -> impl Strategy<Value = Vec<Rational>> {
    prop::collection::vec((-6_i64..7).prop_map(|x| rational(x, 6)), 2)
}

proptest! {
    /// The bound against exact areas in the plane.
    #[test]
    fn probabilities_move_within_the_bound(
        options in prop::collection::btree_set(point(), 2..6),
        moves in prop::collection::vec((-3_i64..4, -3_i64..4), 6),
        subset in 1_usize..5,
        scale in 1_u32..5,
    ) {
        let options: Vec<Vec<Rational>> = options.into_iter().collect();
        let subset = subset.min(options.len() - 1);
        let unit = rational(1, 7 * 10_i64.pow(scale));
        let moved: Vec<Vec<Rational>> = options.iter().zip(&moves).map(|(option, (x, y))| {
            vec![&option[0] + rational(*x, 1) * &unit, &option[1] + rational(*y, 1) * &unit]
        }).collect();
        let perturbation = Perturbation::new(&OptionSet::new(options.clone()).unwrap(), moved.clone()).unwrap();
        let bound = perturbation.probability_bound(&(0..subset).collect::<Vec<_>>()).unwrap();
        let change = probability(&options, subset) - probability(&moved, subset);
        prop_assert!(change <= bound && -change <= bound);
    }
}
