//! Breakpoints of the discount against brute force over all policies, and against closed forms.

mod models;

use dunamis_mdp::{DeterministicPolicy, Discount, Mdp, Number, Rational, Reward, StateId, TransitionModel};
use dunamis_solve::{
    AlgebraicNumber, BlackwellThreshold, DiscountBreakpoints, PolicyValue, Polynomial, Sensitivity, SolveError,
    solve_exact, solve_sensitive,
};
use models::{Draft, any_draft, hand_made, policies, solve_linear};
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use std::cmp::Ordering;

fn integer(n: i64) -> Rational {
    Rational::from_integer(n.into())
}

fn polynomial(coefficients: &[i64]) -> Polynomial {
    Polynomial::new(coefficients.iter().map(|&c| integer(c)).collect())
}

/// Numerators and denominator $`\det(I - \gamma P)`$ of a policy's value by the method of Faddeev and Le Verrier.
fn value_function(mdp: &Mdp, policy: &[usize]) -> (Vec<Polynomial>, Polynomial) {
    let n = policy.len();
    let mut matrix = vec![vec![Rational::zero(); n]; n];
    for (row, &pair) in matrix.iter_mut().zip(policy) {
        for (next, p) in mdp.model().exact_row(pair) {
            row[next.index()] += p;
        }
    }
    let by_state = mdp.reward().values().len() == n;
    let reward: Vec<Rational> =
        policy.iter().enumerate().map(|(s, &pair)| mdp.reward().exact(if by_state { s } else { pair })).collect();
    let mut adjugate = vec![vec![Rational::zero(); n]; n];
    for (s, row) in adjugate.iter_mut().enumerate() {
        row[s] = Rational::one();
    }
    let mut denominator = vec![Rational::one()];
    let mut numerators = vec![Vec::new(); n];
    for k in 1..=n {
        for (row, numerator) in adjugate.iter().zip(&mut numerators) {
            numerator.push(row.iter().zip(&reward).map(|(x, r)| x * r).sum());
        }
        let mut product = vec![vec![Rational::zero(); n]; n];
        for (i, row) in product.iter_mut().enumerate() {
            for (j, x) in row.iter_mut().enumerate() {
                *x = (0..n).map(|l| &matrix[i][l] * &adjugate[l][j]).sum();
            }
        }
        let trace: Rational = (0..n).map(|i| &product[i][i]).sum();
        let coefficient = -trace / integer(k as i64);
        for (i, row) in product.iter_mut().enumerate() {
            row[i] += &coefficient;
        }
        denominator.push(coefficient);
        adjugate = product;
    }
    (numerators.into_iter().map(Polynomial::new).collect(), Polynomial::new(denominator))
}

/// Whether a polynomial has no root in a closed interval, by its Sturm sequence.
fn has_no_root(p: &Polynomial, low: &Rational, high: &Rational) -> bool {
    let mut sequence = vec![p.coefficients().to_vec(), p.derivative().coefficients().to_vec()];
    while let [.., before, last] = &sequence[..]
        && !last.is_empty()
    {
        let mut rest = before.clone();
        while rest.len() >= last.len() {
            let factor = &rest[rest.len() - 1] / &last[last.len() - 1];
            let shift = rest.len() - last.len();
            for (x, y) in rest[shift..].iter_mut().zip(last) {
                *x -= &factor * y;
            }
            rest.pop();
            while rest.last().is_some_and(Zero::is_zero) {
                rest.pop();
            }
        }
        let remainder = rest.into_iter().map(|x| -x).collect();
        sequence.push(remainder);
    }
    let changes = |x: &Rational| {
        let at = |p: &Vec<Rational>| p.iter().rev().fold(Rational::zero(), |sum, c| sum * x + c);
        let signs: Vec<bool> = sequence.iter().map(at).filter(|y| !y.is_zero()).map(|y| y.is_positive()).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    !p.at(low).is_zero() && changes(low) == changes(high)
}

/// The marks of an interval or a point are right, by the value functions of all policies: no policy is better anywhere in the
/// piece in any state, and the policies that are equal to the best one are those that pick among the marks.
fn check(what: &str, mdp: &Mdp) -> DiscountBreakpoints {
    let pieces = DiscountBreakpoints::new(mdp).unwrap();
    assert!(pieces.verify(mdp), "{what}: {pieces:?}");
    let states = mdp.model().states().len();
    let (zero, one) = (AlgebraicNumber::from(Rational::zero()), AlgebraicNumber::from(Rational::one()));
    let mut before = zero.clone();
    for interval in pieces.intervals() {
        assert!(interval.low == before && interval.low < interval.high, "{what}");
        before = interval.high.clone();
    }
    assert!(before == one);
    for (point, sides) in pieces.points().iter().zip(pieces.intervals().windows(2)) {
        assert!(sides.iter().any(|side| side.optimal != point.optimal), "{what}: nothing changes");
        for side in sides {
            assert!(side.optimal.iter().zip(&point.optimal).all(|(side, point)| side <= point), "{what}: not closed");
        }
    }
    for policy in policies(mdp) {
        let (numerators, denominator) = value_function(mdp, &policy);
        let among = |marks: &[bool]| policy.iter().all(|&pair| marks[pair]);
        // By which the value falls short of the best one, times positive denominators.
        let losses = |value: &PolicyValue| -> Vec<Polynomial> {
            let loss =
                |s: usize| &(value.numerator(StateId::new(s)) * &denominator) - &(&numerators[s] * value.denominator());
            (0..states).map(loss).collect()
        };
        for interval in pieces.intervals() {
            let losses = losses(&interval.value);
            for loss in losses.iter().filter(|loss| loss.degree().is_some()) {
                // A root inside would be a breakpoint that was missed. Nearer to the ends than this, signs beside them tell.
                let roots = AlgebraicNumber::roots_between(loss, &Rational::zero(), &Rational::one());
                assert!(!roots.iter().any(|root| *root > interval.low && *root < interval.high), "{what}: missed");
                let (low, high) = (interval.low.isolating_interval().1, interval.high.isolating_interval().0);
                let [low, high] = [(low, high), (high, low)].map(|(a, b)| (a * integer(999) + b) / integer(1000));
                assert!(has_no_root(loss, &low, &high), "{what}: a root that was not isolated");
                assert!(loss.at(&low).is_positive(), "{what}: not optimal");
            }
            assert_eq!(losses.iter().all(|loss| loss.degree().is_none()), among(&interval.optimal), "{what}");
        }
        for (point, left) in pieces.points().iter().zip(pieces.intervals()) {
            let signs: Vec<Ordering> = losses(&left.value).iter().map(|loss| point.discount.sign_of(loss)).collect();
            assert!(signs.iter().all(|sign| sign.is_ge()), "{what}: not optimal at {}", point.discount);
            assert_eq!(signs.iter().all(|sign| sign.is_eq()), among(&point.optimal), "{what} at {}", point.discount);
        }
    }
    let blackwell = BlackwellThreshold::new(mdp).unwrap();
    assert!(blackwell.verify(mdp), "{what}");
    assert_eq!(blackwell.discount(), pieces.blackwell_threshold(), "{what}");
    assert_eq!(blackwell.interval.optimal, pieces.last().optimal, "{what}");
    assert_eq!(blackwell.at_threshold.as_ref(), pieces.points().last().map(|point| &point.optimal), "{what}");
    let policy = solve_sensitive(mdp, Sensitivity::Blackwell).unwrap().policy;
    assert!(policy.pairs().iter().all(|&pair| pieces.last().optimal[pair as usize]), "{what}: not Blackwell optimal");
    for text in ["0", "1/1000", "1/2", "0.9"] {
        let discount: Discount = text.parse().unwrap();
        let truth = solve_exact(mdp, &discount.clone().into()).unwrap();
        assert_eq!(pieces.optimal_at(&discount), truth.optimal, "{what}, discount {text}");
        assert_eq!(pieces.value_at(&discount), truth.value, "{what}, discount {text}");
    }
    pieces
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        check(name, &draft.build());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(4, 3, true)) {
        check("generated", &draft.build());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn larger_generated_models(draft in any_draft(5, 3, true)) {
        check("generated", &draft.build());
    }

    /// Values as functions agree with linear systems at a discount.
    #[test]
    fn value_functions(draft in any_draft(5, 2, true), numerator in 0_u32..100) {
        let mdp = draft.build();
        let discount: Discount = format!("{numerator}/100").parse().unwrap();
        let gamma = discount.exact();
        for policy in policies(&mdp).into_iter().take(8) {
            let chosen: Vec<u32> = policy.iter().map(|&pair| pair as u32).collect();
            let own = DeterministicPolicy::new(mdp.model().available(), chosen).unwrap();
            let value = PolicyValue::new(&mdp, &own).unwrap();
            let n = policy.len();
            let rows = policy.iter().enumerate().map(|(s, &pair)| {
                let mut row = vec![Rational::zero(); n + 1];
                row[s] += Rational::one();
                for (next, p) in mdp.model().exact_row(pair) {
                    row[next.index()] -= &gamma * p;
                }
                row[n] = mdp.reward().exact(if mdp.reward().values().len() == n { s } else { pair });
                row
            });
            prop_assert_eq!(value.at(&discount), solve_linear(rows.collect()));
            let (numerators, denominator) = value_function(&mdp, &policy);
            for s in 0..n {
                let own = value.numerator(StateId::new(s));
                prop_assert_eq!(own * &denominator, &numerators[s] * value.denominator());
            }
        }
    }
}

/// A start from which action `k` collects the rewards of list `k`, one for each step, and then nothing.
fn streams(rewards: &[&[&str]]) -> Mdp {
    let mut builder = TransitionModel::builder();
    let start = builder.state("start").unwrap();
    let end = builder.state("end").unwrap();
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for (k, stream) in rewards.iter().enumerate() {
        first.push(stream[0]);
        let mut state = start;
        let mut action = format!("a{k}");
        for (t, reward) in stream.iter().enumerate().skip(1) {
            let next = builder.state(&format!("s{k}-{t}")).unwrap();
            builder.transition(state, &action, next, 1.0).unwrap();
            later.push(*reward);
            (state, action) = (next, "go".into());
        }
        builder.transition(state, &action, end, 1.0).unwrap();
    }
    builder.transition(end, "stay", end, 1.0).unwrap();
    let model = builder.build().unwrap();
    let rewards = first.iter().chain(&["0"]).chain(&later).map(|text| text.parse::<Number>().unwrap());
    let reward = Reward::state_action(&model, rewards.collect::<Vec<_>>()).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// An action is worth its polynomial, so any polynomial can be made to decide.
#[test]
fn closed_forms() {
    // 1 against γ + γ²: the golden ratio decides.
    let golden = check("golden", &streams(&[&["1"], &["0", "1", "1"]]));
    assert_eq!(golden.points().len(), 1);
    let discount = &golden.points()[0].discount;
    assert_eq!((discount.polynomial(), discount.to_rational()), (&polynomial(&[-1, 1, 1]), None));
    insta::assert_snapshot!(discount, @"0.6180339887498949 (root of -1 + γ + γ^2)");
    // √½, and an action that is best in the middle only: (γ - 1/4)(3/4 - γ) against 0.
    let middle = check("middle", &streams(&[&["0"], &["-3/16", "1", "-1"]]));
    let texts = |pieces: &DiscountBreakpoints| -> Vec<String> {
        pieces.points().iter().map(|point| point.discount.to_string()).collect()
    };
    assert_eq!(texts(&middle), ["1/4", "3/4"]);
    assert_eq!(middle.intervals()[1].optimal[..2], [false, true]);
    let root = check("root", &streams(&[&["1/2"], &["0", "0", "1"]]));
    assert_eq!(root.points()[0].discount.to_f64(), 0.5_f64.sqrt());
    // -(γ - 1/2)²: optimal at one point only, from which nothing changes on either side.
    let touch = check("touch", &streams(&[&["0"], &["-1/4", "1", "-1"]]));
    assert_eq!(texts(&touch), ["1/2"]);
    assert_eq!(touch.points()[0].optimal[..2], [true, true]);
    assert!(touch.intervals().iter().all(|interval| interval.optimal[..2] == [true, false]));
    assert_eq!(touch.blackwell_threshold().to_string(), "1/2");
    // -(γ² - 1/2)²: the same at an irrational point.
    let touch = check("irrational touch", &streams(&[&["0"], &["-1/4", "0", "1", "0", "-1"]]));
    assert_eq!((touch.points().len(), touch.points()[0].discount.to_f64()), (1, 0.5_f64.sqrt()));
    assert_eq!(touch.points()[0].optimal[..2], [true, true]);
    // Two actions overtake a third at the same irrational point, one of them by a polynomial of higher degree, and part there.
    let crossing = streams(&[&["0"], &["-1/2", "0", "1"], &["-1/2", "-1/2", "1", "1"]]);
    let pieces = check("crossing", &crossing);
    assert_eq!(pieces.points().len(), 1);
    assert_eq!(pieces.points()[0].optimal[..3], [true, true, true]);
    assert_eq!(pieces.intervals()[1].optimal[..3], [false, false, true]);
    // Ties on all intervals.
    let tied = check("tied", &streams(&[&["1", "2"], &["1", "2"], &["2", "1"]]));
    assert!(tied.points().is_empty());
    let tied = check("twice", &streams(&[&["1", "3"], &["1", "3"], &["2"]]));
    assert_eq!(texts(&tied), ["1/3"]);
    assert_eq!(tied.intervals()[1].optimal[..3], [true, true, false]);
    // At 0 itself, and only there, the first two are tied.
    let myopic = check("myopic", &streams(&[&["1", "3"], &["1", "2"], &["0"]]));
    assert!(myopic.points().is_empty() && myopic.blackwell_threshold().to_rational().is_some_and(Zero::is_zero));
    assert_eq!(myopic.optimal_at(&Discount::new(0.0).unwrap())[..3], [true, true, false]);
    assert_eq!(myopic.intervals()[0].optimal[..3], [true, false, false]);
}

/// Breakpoints a distance of 1e-12 from each other and from 1 are told apart.
#[test]
fn close_breakpoints() {
    // (γ - 1/2)(γ - 1/2 - 1e-12) against 0.
    let close = check("close", &streams(&[&["0"], &["0.2500000000005", "-1.000000000001", "1"]]));
    assert_eq!(close.points().len(), 2);
    assert_eq!(close.points()[0].discount.to_string(), "1/2");
    assert_eq!(close.points()[1].discount, AlgebraicNumber::from("0.500000000001".parse::<Number>().unwrap().exact()));
    let late = check("late", &streams(&[&["0.999999999999"], &["0", "1"]]));
    assert_eq!(late.blackwell_threshold().to_string(), "999999999999/1000000000000");
}

/// False statements are refused: wrong marks, a model with another reward, another model.
#[test]
fn false_pieces_are_refused() {
    let [one, other] = [&["1"][..], &["2"][..]].map(|now| streams(&[now, &["0", "1", "1"]]));
    let (pieces, foreign) = (DiscountBreakpoints::new(&one).unwrap(), DiscountBreakpoints::new(&other).unwrap());
    assert!(pieces.verify(&one) && foreign.verify(&other));
    assert!(!pieces.verify(&other) && !foreign.verify(&one));
    assert!(!pieces.verify(&streams(&[&["1"]])));
    let blackwell = BlackwellThreshold::new(&one).unwrap();
    assert!(blackwell.verify(&one) && !blackwell.verify(&other));
    let mut wrong = blackwell.clone();
    wrong.interval.optimal[0] = true;
    assert!(!wrong.verify(&one));
    let mut wrong = blackwell.clone();
    wrong.at_threshold = Some(wrong.interval.optimal.clone());
    assert!(!wrong.verify(&one));
    // The golden ratio replaced by a smaller and a larger number.
    for text in ["1/2", "3/4"] {
        let mut wrong = blackwell.clone();
        wrong.interval.low = text.parse::<Number>().unwrap().exact().into();
        assert!(!wrong.verify(&one), "{text}");
    }
    let mut wrong = blackwell;
    wrong.interval.value = foreign.intervals()[0].value.clone();
    assert!(!wrong.verify(&one));
}

#[test]
fn rows_that_are_no_distributions_are_refused() {
    let mut builder = TransitionModel::builder();
    let [a, b, c] = ["a", "b", "c"].map(|name| builder.state(name).unwrap());
    for (from, shares) in [(a, [0.1, 0.2, 0.7]), (b, [1.0, 0.0, 0.0]), (c, [1.0, 0.0, 0.0])] {
        for (to, share) in [a, b, c].into_iter().zip(shares).filter(|&(_, share)| share > 0.0) {
            builder.transition(from, "go", to, share).unwrap();
        }
    }
    let model = builder.build().unwrap();
    assert!(!model.is_exact());
    let reward = Reward::state(&model, [0.0, 1.0, 2.0]).unwrap();
    let mdp = Mdp::new(model, reward).unwrap();
    assert_eq!(DiscountBreakpoints::new(&mdp).unwrap_err(), SolveError::InexactRow { pair: 0 });
    assert_eq!(BlackwellThreshold::new(&mdp).unwrap_err(), SolveError::InexactRow { pair: 0 });
    let short: Draft = hand_made()[0].1.clone();
    let policy = DeterministicPolicy::new(short.build().model().available(), vec![0]).unwrap();
    assert!(matches!(PolicyValue::new(&mdp, &policy), Err(SolveError::Length { expected: 3, actual: 1, .. })));
}
