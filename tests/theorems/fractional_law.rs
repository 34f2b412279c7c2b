//! The fractional scaling law: $`m`$ slots against $`n \ge m`$, on all order types.

use crate::brute_force::{Count, count_optimal, ratio, scaled};
use dunamis_mdp::Rational;
use dunamis_orbit::{
    Choice, Comparison, Decision, DecisionFunction, MeasureSettings, OptionSet, Orbit, Rule, Tendency,
};

/// All rewards up to order and permutation: how many coordinates share each value, from the least.
fn order_types(d: usize) -> Vec<Vec<i128>> {
    let compositions = (0..1_u32 << (d - 1)).map(|cuts| {
        let mut value = 0;
        (0..d)
            .map(|k| {
                value += i128::from(k > 0 && cuts >> (k - 1) & 1 == 1);
                value
            })
            .collect()
    });
    compositions.collect()
}

/// Subsets instead of permutations: basis slots only ask which values they have.
fn count_slots(reward: &[i128], m: usize, n: usize) -> Count {
    let d = reward.len();
    let mut count = Count::default();
    for a in 0_u32..1 << d {
        if a.count_ones() as usize != m {
            continue;
        }
        for b in 0_u32..1 << d {
            if b & a != 0 || b.count_ones() as usize != n {
                continue;
            }
            let best = |set: u32| (0..d).filter(|k| set >> k & 1 == 1).map(|k| reward[k]).max().expect("a slot");
            match best(b).cmp(&best(a)) {
                std::cmp::Ordering::Greater => count.greater += 1,
                std::cmp::Ordering::Less => count.less += 1,
                std::cmp::Ordering::Equal => count.equal += 1,
            }
        }
    }
    count
}

/// For all m ≤ 4, n ≤ 6, m + n ≤ 8, without and with one spare coordinate: the least ratio of strict preferences is n/m, and
/// the least weak fraction n/(n+m), exactly.
#[test]
fn all_order_types_of_basis_slots() {
    for m in 1..=4_usize {
        for n in m..=6.min(8 - m) {
            let [a, b] = [0..m, m..m + n].map(|slots| OptionSet::basis(m + n, slots).unwrap());
            let certificate = Comparison::new(a, b).unwrap().certify().unwrap();
            assert_eq!(certificate.bound, ratio(n as i64, (n + m) as i64).to_string());
            let mut worst: Option<(Rational, Rational)> = None;
            for spare in 0..=1 {
                for reward in order_types(m + n + spare) {
                    let Count { greater, less, equal } = count_slots(&reward, m, n);
                    assert!(Count { greater, less, equal }.satisfies(n as u64, m as u64), "{m}, {n}, {reward:?}");
                    let all = (greater + less + equal) as i64;
                    let weak = ratio((greater + equal) as i64, all);
                    let strict = if less == 0 { continue } else { ratio(greater as i64, less as i64) };
                    worst = Some(match worst {
                        Some((s, w)) => (s.min(strict), w.min(weak)),
                        None => (strict, weak),
                    });
                }
            }
            assert_eq!(worst, Some((ratio(n as i64, m as i64), ratio(n as i64, (n + m) as i64))), "{m} against {n}");
        }
    }
}

/// If the top value has multiplicity k among the slots, #(B>A) : #(A>B) = C(n,k) : C(m,k), and the weak fraction is
/// 1 - C(m,k)/C(m+n,k).
#[test]
fn closed_form() {
    let choose = |n: usize, k: usize| (0..k).fold(1_i64, |product, j| product * (n as i64 - j as i64) / (j as i64 + 1));
    for (m, n) in [(1, 2), (2, 3), (3, 5), (2, 6)] {
        for k in 1..=m + n {
            let reward: Vec<i128> = (0..m + n).map(|place| i128::from(place < k)).collect();
            let Count { greater, less, equal } = count_slots(&reward, m, n);
            assert_eq!(greater as i64 * choose(m, k), less as i64 * choose(n, k));
            let weak = ratio((greater + equal) as i64, (greater + less + equal) as i64);
            assert_eq!(weak, ratio(1, 1) - ratio(choose(m, k), choose(m + n, k)));
        }
    }
}

/// Replacing every slot by the same set of options keeps the law.
#[test]
fn slots_of_several_options() {
    let (m, n, width) = (1_usize, 3_usize, 2_usize);
    let slot = |k: usize| -> Vec<Vec<Rational>> {
        let basis = |j: usize| crate::brute_force::average(width * (m + n), &[width * k + j]);
        vec![basis(0), crate::brute_force::average(width * (m + n), &[width * k, width * k + 1])]
    };
    let options = |slots: std::ops::Range<usize>| OptionSet::new(slots.flat_map(slot).collect()).unwrap();
    let (a, b) = (options(0..m), options(m..m + n));
    for rule in [Rule::Optimal, Rule::Invariant] {
        let certificate = Comparison::new(a.clone(), b.clone()).unwrap().rule(rule).certify().unwrap();
        assert_eq!(certificate.bound, "3/4");
    }
    let c = a.union(&b).unwrap();
    let sets = scaled(&[a.options(), b.options(), c.options()]);
    let places: Vec<usize> = (0..width * (m + n)).collect();
    for reward in [[0, 0, 0, 0, 0, 0, 0, 1], [0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 1, 1, 2, 2, 5]] {
        assert!(count_optimal(&sets, &reward, &places).satisfies(3, 1), "{reward:?}");
    }
}

/// Every decision function that is monotone and jointly invariant, on all order types.
#[test]
fn every_decision_function() {
    let decisions = [
        "optimal",
        "fraction-optimal",
        "anti-optimal",
        "best-of-k:k=3",
        "satisficing:threshold=1",
        "quantilizing:fraction=1/4",
        "epsilon-optimal:epsilon=1",
        "uniform",
        "boltzmann:temperature=1/2",
    ];
    for text in decisions {
        let decision: Decision = text.parse().unwrap();
        let properties = decision.properties();
        assert!(properties.jointly_invariant && properties.monotone, "{text}");
        // Exponentials are compared exactly, which takes longer.
        let largest = if text.starts_with("boltzmann") { 5 } else { 8 };
        let mut tight = 0;
        for m in 1..=4_usize {
            for n in m..=6.min(8 - m) {
                if m + n > largest {
                    continue;
                }
                let [a, b] = [0..m, m..m + n].map(|slots| OptionSet::basis(m + n, slots).unwrap());
                let choice = Choice::between(&b, &a).unwrap();
                let law = ratio(n as i64, m as i64);
                for reward in order_types(m + n) {
                    let reward: Vec<Rational> = reward.into_iter().map(|x| ratio(x as i64, 1)).collect();
                    let measured =
                        Tendency::measure(&choice, &decision, &Orbit::new(reward.clone()), &MeasureSettings::default())
                            .unwrap();
                    let tendency = measured.exact().expect("a small orbit");
                    assert!(tendency.holds(&law), "{text}, {m} against {n}, {reward:?}");
                    assert!(*tendency.less() <= ratio(m as i64, (n + m) as i64), "{text}, {m} against {n}, {reward:?}");
                    tight += usize::from(tendency.ratio() == Some(law.clone()));
                }
            }
        }
        assert!(tight > 0 || text == "uniform", "{text} never attains the ratio");
    }
}
