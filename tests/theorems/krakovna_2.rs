//! `[Krakovna & Kramár 2023, Thm. 2]`: for every compatible goal for which shutdown is best there are $`n`$ for which it is not.

use crate::brute_force::each_permutation;
use dunamis_goals::{
    AvoidanceRefusal, Form, GoalSampler, GoalSet, GoalSettings, Retargeting, SamplerSettings, ShutdownSetting,
    Strictness, SwapCounterexample, Training, certify_avoidance,
};
use dunamis_mdp::{Discount, Number, Rational, Reward, StateId, TransitionModel};
use dunamis_sampling::{Confidence, Interval, RewardDistribution, Seed};
use num_traits::{One, ToPrimitive, Zero};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;

/// For every state its actions: successors of equal probability; no successor ends the episode. State 0 is the new one, state 1
/// the terminal one, and action 0 of the new state shuts down.
type Lists = Vec<Vec<Vec<usize>>>;

fn build(lists: &Lists) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let states: Vec<StateId> = (0..lists.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (s, actions) in lists.iter().enumerate() {
        for (a, successors) in actions.iter().enumerate() {
            let action = format!("a{a}");
            let share: Number = format!("1/{}", successors.len().max(1)).parse().unwrap();
            for &next in successors {
                builder.transition(states[s], &action, states[next], share.clone()).unwrap();
            }
            if successors.is_empty() {
                builder.leak(states[s], &action, 1.0).unwrap();
            }
        }
    }
    builder.build().unwrap()
}

/// All ways not to shut down: discounted visits $`\sum_{t \ge 1} \gamma^{t-1} P(s_t = s)`$ of every policy as whole numbers
/// over a denominator.
struct Ways(Vec<(Vec<i128>, i128)>);

impl Ways {
    fn new(lists: &Lists, gamma: &Rational) -> Self {
        let mut policies = vec![Vec::new()];
        for (s, actions) in lists.iter().enumerate() {
            let choices = usize::from(s == 0)..actions.len();
            policies = policies
                .into_iter()
                .flat_map(|policy: Vec<usize>| choices.clone().map(move |a| [policy.as_slice(), &[a]].concat()))
                .collect();
        }
        let mut ways: Vec<_> = policies.iter().map(|policy| visits(lists, policy, gamma)).collect();
        ways.sort();
        ways.dedup();
        Ways(ways)
    }

    /// Whether shutdown is better than, as good as, or worse than everything else.
    fn shutdown(&self, goal: &[i128]) -> std::cmp::Ordering {
        let compare = |(visits, denominator): &(Vec<i128>, i128)| {
            let worth: i128 = visits.iter().zip(goal).map(|(x, r)| x * r).sum();
            (goal[1] * denominator).cmp(&worth)
        };
        self.0.iter().map(compare).min().expect("a policy")
    }

    fn shutdown_is_optimal(&self, goal: &[f64]) -> bool {
        self.0.iter().all(|(visits, denominator)| {
            let worth: f64 = visits.iter().zip(goal).map(|(&x, r)| x as f64 * r).sum();
            goal[1] * *denominator as f64 >= worth
        })
    }

    /// The states that some policy visits at least once.
    fn visited(&self, state: usize) -> bool {
        self.0.iter().any(|(visits, denominator)| visits[state] >= *denominator)
    }
}

/// Solves $`y = p_1 + \gamma P^\top y`$ by elimination.
fn visits(lists: &Lists, policy: &[usize], gamma: &Rational) -> (Vec<i128>, i128) {
    let d = lists.len();
    let row = |s: usize| &lists[s][policy[s]];
    let share = |s: usize| Rational::new(1.into(), row(s).len().max(1).into());
    let mut system = vec![vec![Rational::zero(); d + 1]; d];
    for s in 0..d {
        system[s][s] += Rational::one();
        for &next in row(s) {
            system[next][s] -= gamma * share(s);
        }
    }
    for &next in row(0) {
        system[next][d] += share(0);
    }
    for pivot in 0..d {
        let found = (pivot..d).find(|&k| !system[k][pivot].is_zero()).expect("a contraction");
        system.swap(pivot, found);
        let inverse = system[pivot][pivot].recip();
        for x in &mut system[pivot] {
            *x *= &inverse;
        }
        let own = system[pivot].clone();
        for (_, row) in system.iter_mut().enumerate().filter(|(k, row)| *k != pivot && !row[pivot].is_zero()) {
            let factor = row[pivot].clone();
            for (x, y) in row.iter_mut().zip(&own).filter(|(_, y)| !y.is_zero()) {
                *x -= &factor * y;
            }
        }
    }
    let solution: Vec<Rational> = system.into_iter().map(|row| row[d].clone()).collect();
    let denominator = solution.iter().fold(Rational::one(), |all, x| {
        // The least common multiple: `all` is whole, and so is its product with the rest of the denominator.
        let rest = (&all * x).denom().clone();
        all * Rational::from_integer(rest)
    });
    let whole = |x: &Rational| (x * &denominator).to_integer().to_i128().expect("small numbers");
    (solution.iter().map(whole).collect(), whole(&Rational::one()))
}

fn reachable(lists: &Lists, from: &[usize]) -> Vec<bool> {
    let mut marks = vec![false; lists.len()];
    let mut front = from.to_vec();
    while let Some(s) = front.pop() {
        if !std::mem::replace(&mut marks[s], true) {
            front.extend(lists[s].iter().flatten());
        }
    }
    marks
}

/// How many compatible permutations of a goal do not make shutdown optimal, and how many make it strictly best.
fn orbit(goals: &GoalSet, ways: &Ways, goal: &[i128]) -> (u64, u64) {
    let deciding = goals.deciding();
    let mut known: BTreeMap<Vec<i128>, bool> = BTreeMap::new();
    let (mut avoids, mut prefers) = (0, 0);
    let places: Vec<usize> = (0..goal.len()).collect();
    each_permutation(goal, &places, &mut |goal| {
        let own = deciding.iter().map(|state| goal[state.index()]).collect();
        let member = *known.entry(own).or_insert_with(|| {
            let exact: Vec<Rational> = goal.iter().map(|&r| Rational::new(r.into(), 8.into())).collect();
            goals.contains(&exact).expect("exact rows")
        });
        if member {
            let order = ways.shutdown(goal);
            avoids += u64::from(order.is_lt());
            prefers += u64::from(order.is_gt());
        }
    });
    (avoids, prefers)
}

/// A goal set for the training that an optimal policy for a goal has shown.
fn training(model: &TransitionModel, trained: &[usize], taught: &[i128], discount: &Discount) -> GoalSet {
    let trained: Vec<StateId> = trained.iter().map(|&s| StateId::new(s)).collect();
    let reward = Reward::state(model, taught.iter().map(|&r| r as f64)).unwrap();
    let training = Training::optimal(model.clone(), &trained, reward, discount).unwrap();
    GoalSet::new(training, discount, GoalSettings::default()).unwrap()
}

/// A new state, a terminal state, one or two trained states and two or three others; in one of eight, some action of
/// training leads anywhere.
fn settings() -> impl Strategy<Value = (Lists, Vec<usize>)> {
    (1..=2_usize, 2..=3_usize, 0..8_u8).prop_flat_map(|(trained, others, open)| {
        let future: Vec<usize> = [0].into_iter().chain(2..2 + others).collect();
        let taught: Vec<usize> = (2 + others..2 + others + trained).collect();
        let all: Vec<usize> = (0..2 + others + trained).collect();
        let rows = |targets: Vec<usize>, most: usize| {
            let row = prop_oneof![
                6 => prop::sample::select(targets.clone()).prop_map(|s| vec![s]),
                2 => prop::sample::subsequence(targets, 2),
                1 => Just(Vec::new()),
            ];
            prop::collection::vec(row, 1..=most)
        };
        let within: Vec<usize> = if taught.len() == 1 { vec![taught[0]; 2] } else { taught.clone() };
        let home = prop::sample::select(if open == 0 { all } else { within }).prop_map(|s| vec![s]);
        let ahead: Vec<usize> = future.iter().copied().chain([1]).collect();
        let first = rows(future, 2).prop_map(|mut others| {
            others.insert(0, vec![1]);
            others
        });
        let ahead = prop::collection::vec(rows(ahead, 2), others);
        let home = prop::collection::vec(prop::collection::vec(home, 1..=2), trained);
        (first, ahead, home).prop_map(move |(first, ahead, home)| {
            let mut lists = vec![first, vec![Vec::new()]];
            lists.extend(ahead);
            lists.extend(home);
            (lists, taught.clone())
        })
    })
}

fn discounts() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["1/3", "2/5", "1/2", "3/4", "9/10"])
}

/// Goals with few and with many different rewards.
fn goals() -> impl Strategy<Value = Vec<Vec<i128>>> {
    let goal = || prop_oneof![prop::collection::vec(0..=8_i128, 7), prop::collection::vec(0..=2_i128, 7)];
    prop::collection::vec(goal(), 4)
}

/// All compatible permutations of every goal keep the bound, n is the number of states that brute force counts, and refusals
/// are right.
#[test]
fn compatible_orbits() {
    let (certified, refused, preferred) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u64));
    let cases = ProptestConfig { cases: 1400, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, trained) in settings(), discount in discounts(), rewards in goals())| {
        let d = lists.len();
        let model = build(&lists);
        let discount: Discount = discount.parse().unwrap();
        let set = training(&model, &trained, &rewards[0][..d], &discount);
        let setting = ShutdownSetting::new(model, StateId::new(0), StateId::new(1)).unwrap();
        let ways = Ways::new(&lists, &discount.exact());
        let seen = reachable(&lists, &trained);
        let n = (0..d).filter(|&s| s != 1 && !seen[s] && ways.visited(s)).count();
        match certify_avoidance(&setting, &set) {
            Ok(certificate) => {
                prop_assert_eq!(&certificate.n, &n.to_string());
                prop_assert!(!seen[1]);
                certified.set(certified.get() + 1);
                for goal in &rewards {
                    let (avoids, prefers) = orbit(&set, &ways, &goal[..d]);
                    prop_assert!(avoids >= n as u64 * prefers, "{} against {} with n = {}: {:?}", avoids, prefers, n, goal);
                    preferred.set(preferred.get() + prefers);
                }
            }
            Err(AvoidanceRefusal::Reached { .. }) => {
                let blocked = (0..d).any(|s| s != 1 && seen[s] && ways.visited(s));
                prop_assert!(seen[1] || n == 0 && blocked);
                refused.set(refused.get() + 1);
            }
            Err(AvoidanceRefusal::TooFewVisits { .. }) => {
                prop_assert!(n == 0 && !seen[1]);
                refused.set(refused.get() + 1);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    });
    assert!(certified.get() >= 1000, "{} certificates", certified.get());
    assert!(refused.get() > 50 && preferred.get() > 10_000, "{} refused, {} prefer", refused.get(), preferred.get());
}

/// All models without chance of a new state, a terminal one and two more, with a trained state that stays: every goal is
/// compatible. Shutdown is avoided at the bound exactly in some of them: it is sharp.
#[test]
fn every_small_setting() {
    let subsets = |targets: &[usize]| -> Vec<Vec<Vec<usize>>> {
        let pairs = targets
            .iter()
            .enumerate()
            .flat_map(|(k, &x)| targets[k + 1..].iter().map(move |&y| vec![vec![x], vec![y]]));
        targets.iter().map(|&x| vec![vec![x]]).chain(pairs).collect()
    };
    let (mut checked, mut sharp) = (0, 0);
    for first in subsets(&[0, 2, 3]) {
        for a in subsets(&[0, 1, 2, 3]) {
            for b in subsets(&[0, 1, 2, 3]) {
                let mut new = first.clone();
                new.insert(0, vec![1]);
                let lists = vec![new, vec![Vec::new()], a.clone(), b, vec![vec![4]]];
                let model = build(&lists);
                let setting = ShutdownSetting::new(model.clone(), StateId::new(0), StateId::new(1)).unwrap();
                for discount in ["2/5", "1/2", "4/5"] {
                    let discount: Discount = discount.parse().unwrap();
                    let ways = Ways::new(&lists, &discount.exact());
                    let n = [0, 2, 3].into_iter().filter(|&s| ways.visited(s)).count() as u64;
                    let set = training(&model, &[4], &[1; 5], &discount);
                    let certificate = certify_avoidance(&setting, &set);
                    assert_eq!(certificate.map_or("0".into(), |c| c.n), n.to_string(), "{lists:?}");
                    for goal in [[0, 0, 0, 0, 1], [0, 1, 2, 3, 4], [0, 0, 1, 1, 2], [8, 8, 8, 7, 7]] {
                        let (avoids, prefers) = orbit(&set, &ways, &goal);
                        assert!(avoids >= n * prefers, "{lists:?} {discount} {goal:?}");
                        (checked, sharp) =
                            (checked + 1, sharp + u64::from(n > 0 && avoids == n * prefers && prefers > 0));
                    }
                }
            }
        }
    }
    assert!(checked == 7200 && sharp > 0, "{checked} orbits, {sharp} at the bound");
}

/// new → a → b, which stays: at 2/5 nothing is visited more than once, and a exactly once. The bound 1 for strict preferences
/// holds, and is sharp where only the rewards of the future change places.
#[test]
fn once_is_enough() {
    let lists = vec![vec![vec![1], vec![2]], vec![Vec::new()], vec![vec![3]], vec![vec![3]]];
    let discount: Discount = "2/5".parse().unwrap();
    let ways = Ways::new(&lists, &discount.exact());
    assert!(ways.visited(2) && !ways.visited(3) && !ways.visited(0));
    let retargeting = |strictness| {
        let model = build(&lists);
        Retargeting::new(&model, StateId::new(0), &[StateId::new(1)])
            .unwrap()
            .effective(&discount, strictness)
            .unwrap()
            .count()
    };
    assert_eq!([Strictness::MoreThanOnce, Strictness::AtLeastOnce].map(retargeting), [0, 1]);
    let smallest = |most: i128, places: &[usize]| {
        let mut smallest: Option<Rational> = None;
        for code in 0..(most + 1).pow(4) {
            let digit = |k: u32| code / (most + 1).pow(k) % (most + 1);
            let goal: Vec<i128> = (0..4).map(digit).collect();
            if goal.windows(2).any(|pair| pair[0] > pair[1]) {
                continue;
            }
            let (mut avoids, mut prefers) = (0_u64, 0_u64);
            each_permutation(&goal, places, &mut |goal| {
                let order = ways.shutdown(goal);
                avoids += u64::from(order.is_lt());
                prefers += u64::from(order.is_gt());
            });
            if prefers > 0 {
                let ratio = Rational::new(avoids.into(), prefers.into());
                smallest = Some(smallest.map_or(ratio.clone(), |least| least.min(ratio)));
            }
        }
        smallest.map(|ratio| ratio.to_string()).unwrap_or_default()
    };
    // Permuting the reward of the new state, which counts for nothing, as well makes the worst orbit milder.
    assert_eq!([3, 8].map(|most| smallest(most, &[0, 1, 2, 3])), ["3/2", "7/5"]);
    assert_eq!([3, 8].map(|most| smallest(most, &[1, 2, 3])), ["1", "1"]);
}

/// Training that could reach the states that are swapped: t → {t, n}, n → {T, b}, where staying at t is worth 10 against 101/20,
/// and leaving it 83/2 after the swap. Refused, and rightly.
#[test]
fn closure_gap() {
    // n, T, b, t.
    let lists = vec![vec![vec![1], vec![2]], vec![Vec::new()], vec![vec![2]], vec![vec![3], vec![0]]];
    let model = build(&lists);
    let discount: Discount = "9/10".parse().unwrap();
    let number = |p: i64, q: i64| Rational::new(p.into(), q.into());
    let goal = [number(0, 1), number(5, 1), number(2, 5), number(1, 1)];
    let training =
        Training::new(model.clone(), &[StateId::new(3)], &[model.available().pairs(StateId::new(3)).start]).unwrap();
    let bounds = dunamis_goals::GoalBounds::uniform(4, number(0, 1), number(5, 1)).unwrap();
    let set =
        GoalSet::new(training, &discount, GoalSettings { bounds: Some(bounds), ..GoalSettings::default() }).unwrap();
    let setting = ShutdownSetting::new(model, StateId::new(0), StateId::new(1)).unwrap();
    assert!(matches!(certify_avoidance(&setting, &set), Err(AvoidanceRefusal::Reached { .. })));
    let found = SwapCounterexample::find(&setting, &set, &goal).unwrap().unwrap();
    assert_eq!((found.state.as_str(), found.at.as_str()), ("s2", "s3"));
    assert_eq!(found.before, [number(10, 1), number(101, 20)]);
    assert_eq!(found.after[1], number(83, 2));
}

/// Goals that are drawn uniformly among the compatible ones avoid shutdown at least as often as the bound says: at a simultaneous
/// level of $`10^{-6}`$ over all models.
#[test]
fn drawn_goals() {
    const MODELS: u32 = 1000;
    const DRAWS: u64 = 400;
    let level = Confidence::new(1.0 - 2.0 * 1e-6 / f64::from(2 * MODELS)).unwrap();
    let (measured, close) = (Cell::new(0_u32), Cell::new(0_u32));
    let cases = ProptestConfig { cases: 2 * MODELS, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, trained) in settings(), discount in discounts(), rewards in goals(), seed in any::<u64>())| {
        let d = lists.len();
        let model = build(&lists);
        let discount: Discount = discount.parse().unwrap();
        let set = training(&model, &trained, &rewards[0][..d], &discount);
        let setting = ShutdownSetting::new(model, StateId::new(0), StateId::new(1)).unwrap();
        let Ok(certificate) = certify_avoidance(&setting, &set) else { return Ok(()) };
        // Draws by rejection are exact; unions of sets are left to the orbits above.
        if set.form() != Form::Polyhedron {
            return Ok(());
        }
        let settings = SamplerSettings { trials: 512, ..SamplerSettings::default() };
        let Ok(sampler) = GoalSampler::new(&set, &settings) else { return Ok(()) };
        if !sampler.is_exact() {
            return Ok(());
        }
        let ways = Ways::new(&lists, &discount.exact());
        let (seed, mut goal, mut avoids) = (Seed::new(seed), vec![0.0; d], 0);
        for draw in 0..DRAWS {
            sampler.sample(&mut seed.stream(draw), &mut goal).unwrap();
            avoids += u64::from(!ways.shutdown_is_optimal(&goal));
        }
        let n: f64 = certificate.n.parse().unwrap();
        let interval = Interval::clopper_pearson(avoids, DRAWS, level);
        prop_assert!(interval.high >= n / (n + 1.0), "{} of {} against n = {}", avoids, DRAWS, n);
        measured.set(measured.get() + 1);
        close.set(close.get() + u32::from(interval.low <= n / (n + 1.0)));
    });
    assert!(measured.get() >= MODELS, "{} models", measured.get());
    assert!(close.get() > 0, "some are near the bound");
}
