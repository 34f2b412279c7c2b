//! Volumes of the rewards for which a policy is optimal, and polyhedra that have none.

use dunamis_mdp::{DeterministicPolicy, Discount, Rational, RewardKind, TransitionModel};
use dunamis_solve::RewardPolyhedron;
use dunamis_solve::polytope::{FaceBudget, HalfSpace, PolytopeError, cuboid, unit_cube, volume};
use num_traits::{One, Zero};
use proptest::prelude::*;

/// A chain of states in which one may stay or go on; the last one stays.
fn chain(states: usize) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = (1..=states).map(|k| builder.state(&format!("s{k}")).unwrap()).collect();
    for (k, &id) in ids.iter().enumerate() {
        builder.transition(id, "stay", id, 1.0).unwrap();
        if let Some(&next) = ids.get(k + 1) {
            builder.transition(id, "advance", next, 1.0).unwrap();
        }
    }
    builder.build().unwrap()
}

/// The share of rewards in the unit cube for which advancing is optimal wherever it is possible.
fn advancing(states: usize, discount: &Discount) -> Rational {
    let model = chain(states);
    let pairs = (0..states).map(|k| if k + 1 < states { 2 * k as u32 + 1 } else { 2 * k as u32 }).collect();
    let policy = DeterministicPolicy::new(model.available(), pairs).unwrap();
    let polyhedron = RewardPolyhedron::of_policy(&model, &policy, discount, RewardKind::State).unwrap();
    let rows = polyhedron.constraints().iter().map(|row| HalfSpace::at_least(&row.coefficients, &Rational::zero()));
    let constraints: Vec<HalfSpace> = unit_cube(states).into_iter().chain(rows).collect();
    volume(states, &constraints, &FaceBudget::new()).unwrap()
}

#[test]
fn shares_of_rewards_for_which_advancing_is_optimal() {
    for discount in ["1/1000", "1/4", "1/2", "2/3", "9/10", "99/100"] {
        let discount: Discount = discount.parse().unwrap();
        assert_eq!(advancing(2, &discount), Rational::new(1.into(), 2.into()));
        assert_eq!(advancing(3, &discount), (Rational::one() + discount.exact()) / Rational::from_integer(6.into()));
    }
}

#[test]
fn refusals_name_the_fix() {
    let integers = |entries: &[i64]| entries.iter().map(|&x| Rational::from_integer(x.into())).collect::<Vec<_>>();
    let half = |normal: &[i64]| HalfSpace { normal: integers(normal), bound: Rational::one() };
    let error = |constraints: &[HalfSpace]| volume(2, constraints, &FaceBudget::new()).unwrap_err();
    let open = [half(&[1, 0]), half(&[-1, 0]), half(&[1, 1])];
    let PolytopeError::Unbounded { direction } = error(&open) else { panic!("bounded") };
    for half in &open {
        let product: Rational = half.normal.iter().zip(&direction).map(|(a, x)| a * x).sum();
        assert!(product <= Rational::zero());
    }
    assert!(direction.iter().any(|x| !x.is_zero()));
    let messages = [
        error(&[half(&[1])]),
        error(&open),
        error(&vec![half(&[1, 1]); 129]),
        PolytopeError::OutOfBudget { limit: FaceBudget::LIMIT },
    ];
    insta::assert_snapshot!(messages.map(|error| error.to_string()).join("\n"), @r"
    constraint 0 has 1 coefficients, but the space has 2 dimensions
    the constraints leave direction (0, -1) free, so the volume is not finite: add bounds such as a box
    there are 129 constraints, but at most 128 are supported: sample instead
    the faces of the polytope have more than 20000000 numbers: sample instead
    ");
    // Three sides of a triangle bound it although no side is parallel to an axis on both ends.
    let triangle = [half(&[1, 1]), half(&[-1, 0]), half(&[0, -1])];
    assert_eq!(volume(2, &triangle, &FaceBudget::new()), Ok(Rational::new(9.into(), 2.into())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    /// The volume of a box is the product of its sides, and nothing where a side is turned around.
    #[test]
    fn boxes(corners in proptest::collection::vec((-5_i64..5, -5_i64..5), 1..6)) {
        let integers = |side: fn(&(i64, i64)) -> i64| -> Vec<Rational> {
            corners.iter().map(|corner| Rational::from_integer(side(corner).into())).collect()
        };
        let product: i64 = if corners.iter().any(|(low, high)| high <= low) {
            0
        } else {
            corners.iter().map(|(low, high)| high - low).product()
        };
        let constraints = cuboid(&integers(|corner| corner.0), &integers(|corner| corner.1));
        prop_assert_eq!(volume(corners.len(), &constraints, &FaceBudget::new()), Ok(Rational::from_integer(product.into())));
    }
}
