//! Drawn goals are compatible, exactly, and have the marginal laws that exact volumes give.

use dunamis_goals::{
    Form, GoalBounds, GoalError, GoalSampler, GoalSet, GoalSettings, SamplerSettings, SamplingMethod, Training,
};
use dunamis_mdp::{Rational, StateId, TransitionModel};
use dunamis_sampling::{RewardDistribution, Seed};
use dunamis_solve::polytope::{FaceBudget, HalfSpace, cuboid, volume};
use num_traits::{One, ToPrimitive, Zero};
use proptest::prelude::*;

/// A model by the successors of each action: `links[s][a]` lists states, each equally likely.
fn model(links: &[Vec<Vec<usize>>]) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let ids: Vec<StateId> = (0..links.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (s, actions) in links.iter().enumerate() {
        for (a, successors) in actions.iter().enumerate() {
            let probability = dunamis_mdp::Number::from_rational(Rational::new(1.into(), successors.len().into()));
            for &next in successors {
                let p = probability.clone().unwrap();
                builder.transition(ids[s], &format!("a{a}"), ids[next], p).unwrap();
            }
        }
    }
    builder.build().unwrap()
}

/// Goals for which the first action is optimal in all of the first `trained` states.
fn goals(links: &[Vec<Vec<usize>>], trained: usize, settings: GoalSettings) -> GoalSet {
    let model = model(links);
    let states: Vec<StateId> = (0..trained).map(StateId::new).collect();
    let observed: Vec<usize> = states.iter().map(|&s| model.available().pairs(s).start).collect();
    let training = Training::new(model, &states, &observed).unwrap();
    GoalSet::new(training, &"1/2".parse().unwrap(), settings).unwrap()
}

/// States in a row; one may go on or stay.
fn chain(length: usize) -> Vec<Vec<Vec<usize>>> {
    let state = |s: usize| if s + 1 < length { vec![vec![s + 1], vec![s]] } else { vec![vec![s]] };
    (0..length).map(state).collect()
}

fn draw(sampler: &GoalSampler, count: u64) -> Vec<Vec<f64>> {
    let one = |index| {
        let mut goal = vec![0.0; sampler.states()];
        sampler.sample(&mut Seed::new(8).stream(index), &mut goal).unwrap();
        goal
    };
    (0..count).map(one).collect()
}

fn exact(goal: &[f64]) -> Vec<Rational> {
    goal.iter().map(|x| Rational::from_float(*x).unwrap()).collect()
}

/// The largest distance of an empirical distribution function from the true one that has probability above 1e-6
/// `[Massart 1990]`.
fn largest_deviation(n: usize) -> f64 {
    (2e6_f64.ln() / (2.0 * n as f64)).sqrt()
}

/// Compares all marginals with exact volumes at points of a grid.
fn check_marginals(goals: &GoalSet, draws: &[Vec<f64>]) {
    let d = goals.dimension();
    let GoalBounds::Box { low, high } = goals.bounds() else { panic!("no box") };
    let rows = goals.rows().iter().map(|row| HalfSpace::at_least(&row.coefficients, &row.bound));
    let body: Vec<HalfSpace> = cuboid(low, high).into_iter().chain(rows).collect();
    let whole = volume(d, &body, &FaceBudget::new()).unwrap();
    for k in 0..d {
        for part in 1..16 {
            let share = Rational::new(part.into(), 16.into());
            let at = &low[k] + (&high[k] - &low[k]) * share;
            let mut normal = vec![Rational::zero(); d];
            normal[k] = Rational::one();
            let below = HalfSpace { normal, bound: at.clone() };
            let cut: Vec<HalfSpace> = body.iter().cloned().chain([below]).collect();
            let expected = (volume(d, &cut, &FaceBudget::new()).unwrap() / &whole).to_f64().unwrap();
            let at = at.to_f64().unwrap();
            let found = draws.iter().filter(|draw| draw[k] <= at).count() as f64 / draws.len() as f64;
            assert!((found - expected).abs() < largest_deviation(draws.len()), "{k} at {at}: {found} for {expected}");
        }
    }
}

fn walks_only() -> SamplerSettings {
    SamplerSettings { smallest_acceptance: 2.0, trials: 256, ..SamplerSettings::default() }
}

#[test]
fn marginals_of_small_polytopes() {
    // Forks, chance, and states without constraints.
    let forks = vec![
        vec![vec![1], vec![2], vec![0, 2]],
        vec![vec![1, 2], vec![0]],
        vec![vec![1], vec![2], vec![0, 1]],
        vec![vec![4], vec![0]],
        vec![vec![4]],
    ];
    let margin = GoalSettings { margin: Rational::new(1.into(), 50.into()), ..GoalSettings::default() };
    let wide = GoalBounds::uniform(4, Rational::new((-1).into(), 3.into()), Rational::new(5.into(), 7.into())).unwrap();
    let wide = GoalSettings { bounds: Some(wide), ..GoalSettings::default() };
    let cases = [
        goals(&chain(3), 3, GoalSettings::default()),
        goals(&chain(4), 4, wide),
        goals(&forks, 3, GoalSettings::default()),
        goals(&forks, 3, margin),
    ];
    for goals in &cases {
        for settings in [SamplerSettings::default(), walks_only()] {
            let sampler = GoalSampler::new(goals, &settings).unwrap();
            let methods = sampler.report();
            let walks = matches!(methods[0].method, SamplingMethod::HitAndRun { .. });
            assert_eq!(walks, settings.smallest_acceptance > 1.0, "{methods:?}");
            let draws = draw(&sampler, 4_000);
            assert!(draws.iter().step_by(10).all(|goal| goals.contains(&exact(goal)).unwrap()));
            check_marginals(goals, &draws);
        }
    }
}

#[test]
fn new_states_are_free_when_training_is_closed() {
    let mut links = chain(3);
    links.extend([vec![vec![4], vec![3]], vec![vec![0], vec![3]]]);
    let sampler = GoalSampler::new(&goals(&links, 3, GoalSettings::default()), &SamplerSettings::default()).unwrap();
    let report = sampler.report();
    assert_eq!(report.iter().map(|block| block.coordinates.clone()).collect::<Vec<_>>(), [vec![0, 1, 2], vec![3, 4]]);
    assert_eq!(report[1].method, SamplingMethod::Free);
    assert!(sampler.is_exact());
    assert_eq!(sampler.blocks(), [2, 2, 2, 0, 1]);
    let SamplingMethod::Rejection { accepted, trials } = report[0].method else { panic!("{report:?}") };
    // The volume is (1 + γ)/6 = 1/4.
    assert!((accepted as f64 / trials as f64 - 0.25).abs() < largest_deviation(trials as usize));
}

#[test]
fn marginal_laws() {
    let mut links = chain(3);
    links.extend([vec![vec![4], vec![3]], vec![vec![4]], vec![vec![0], vec![3]]]);
    let goals = goals(&links, 5, GoalSettings::default());
    let sampler = GoalSampler::new(&goals, &SamplerSettings::default()).unwrap();
    // One of the rewards of the first block, and the free one.
    let marginal = sampler.marginal(&[1, 5]).unwrap();
    let draw = |law: &dyn RewardDistribution, index| {
        let mut goal = vec![0.0; 6];
        law.sample(&mut Seed::new(8).stream(index), &mut goal).unwrap();
        goal
    };
    let [whole, part] = [&sampler as &dyn RewardDistribution, marginal.as_ref()]
        .map(|law| (0..4_000).map(|index| draw(law, index)).collect::<Vec<_>>());
    assert!(part.iter().all(|goal| [0, 2, 3, 4].iter().all(|&k| goal[k] == 0.0)));
    for k in [1, 5] {
        for at in (1..16).map(|part| f64::from(part) / 16.0) {
            let below = |draws: &[Vec<f64>]| draws.iter().filter(|goal| goal[k] <= at).count() as f64 / 4_000.0;
            assert!((below(&whole) - below(&part)).abs() < 2.0 * largest_deviation(4_000), "{k} {at}");
        }
    }
}

#[test]
fn directions_on_the_sphere() {
    let settings = || GoalSettings { bounds: Some(GoalBounds::Sphere), ..GoalSettings::default() };
    // Two blocks and a free state, so that lengths matter.
    let links = vec![vec![vec![1], vec![0]], vec![vec![1]], vec![vec![3], vec![2]], vec![vec![3]], vec![vec![0]]];
    let goals = goals(&links, 4, settings());
    for settings in [SamplerSettings::default(), walks_only()] {
        let draws = draw(&GoalSampler::new(&goals, &settings).unwrap(), 4_000);
        let compare = |numbers: Vec<f64>, distribution: &dyn Fn(f64) -> f64| {
            for part in 1..16 {
                let at = f64::from(part) / 8.0 - 1.0;
                let found = numbers.iter().filter(|x| **x <= at).count() as f64 / numbers.len() as f64;
                assert!((found - distribution(at)).abs() < largest_deviation(numbers.len()), "{at}: {found}");
            }
        };
        assert!(draws.iter().step_by(10).all(|goal| goals.contains(&exact(goal)).unwrap()));
        for goal in &draws {
            assert!((goal.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        // The free coordinate of a uniform direction in five dimensions has density ∝ (1 - x²).
        compare(draws.iter().map(|goal| goal[4]).collect(), &|x| 0.5 + 0.25 * (3.0 * x - x * x * x));
        // The direction within a block is uniform on a half circle.
        let turned = |goal: &Vec<f64>| (goal[1] - goal[0]).atan2(goal[1] + goal[0]) / std::f64::consts::PI * 2.0 - 1.0;
        compare(draws.iter().map(turned).collect(), &|x| f64::midpoint(1.0, x));
    }
}

/// One trained state, and beyond it others with several actions each: more ways to go on than are listed.
fn open_end() -> Vec<Vec<Vec<usize>>> {
    let state = |s: usize| vec![vec![s], vec![1 + s % 4], vec![1 + (s + 1) % 4]];
    [vec![vec![0], vec![1]]].into_iter().chain((1..5).map(state)).collect()
}

#[test]
fn implicit_sets_by_rejection_and_by_walks() {
    let goals = goals(&open_end(), 1, GoalSettings::default());
    assert_eq!(goals.form(), Form::Implicit);
    let settings = |smallest_acceptance| SamplerSettings {
        smallest_acceptance,
        trials: 128,
        draws: 32,
        smallest_effective: 60.0,
        largest_r_hat: 1.1,
        ..SamplerSettings::default()
    };
    let samplers = [0.01, 2.0].map(|share| GoalSampler::new(&goals, &settings(share)).unwrap());
    assert!(matches!(samplers[0].report()[0].method, SamplingMethod::Rejection { .. }));
    assert!(matches!(samplers[1].report()[0].method, SamplingMethod::HitAndRun { .. }));
    let [a, b] = samplers.map(|sampler| draw(&sampler, 400));
    for goal in a.iter().chain(&b).step_by(7) {
        assert!(goals.contains(&exact(goal)).unwrap());
    }
    for k in 0..5 {
        for part in 1..8 {
            let below = |draws: &[Vec<f64>]| draws.iter().filter(|goal| goal[k] <= f64::from(part) / 8.0).count();
            let gap = (below(&a) as f64 - below(&b) as f64).abs() / 400.0;
            assert!(gap < 2.0 * largest_deviation(400), "{k} {part}: {gap}");
        }
    }
}

#[test]
fn unions_by_rejection() {
    // What is observed leads to a state where two things may be done.
    let links = vec![vec![vec![1], vec![0]], vec![vec![2], vec![3]], vec![vec![2]], vec![vec![3]]];
    let goals = goals(&links, 1, GoalSettings::default());
    assert_eq!(goals.form(), Form::Union);
    let sampler = GoalSampler::new(&goals, &SamplerSettings { trials: 512, ..SamplerSettings::default() }).unwrap();
    for goal in draw(&sampler, 200) {
        assert!(goals.contains(&exact(&goal)).unwrap());
        // Going on pays when the better end does.
        assert!(goal[0] <= goal[1] / 2.0 + goal[2].max(goal[3]) / 2.0 + 1e-12);
    }
}

#[test]
fn refusals_name_the_fix() {
    let refusal = |links: &[Vec<Vec<usize>>], trained, settings| {
        let goals = goals(links, trained, settings);
        GoalSampler::new(&goals, &SamplerSettings::default()).unwrap_err().to_string()
    };
    let margin = |numerator: i64, bounds| GoalSettings {
        margin: Rational::new(numerator.into(), 2.into()),
        bounds,
        ..GoalSettings::default()
    };
    // A room of 1e-15 below the largest margin of 1/2.
    let almost = Rational::new(1.into(), 2.into()) - Rational::new(1.into(), 10_u64.pow(15).into());
    let messages = [
        refusal(&chain(2), 2, GoalSettings { bounds: Some(GoalBounds::Unbounded), ..GoalSettings::default() }),
        refusal(&chain(2), 2, margin(1, Some(GoalBounds::Sphere))),
        refusal(&chain(2), 2, margin(2, None)),
        refusal(&chain(2), 2, margin(1, None)),
        refusal(&chain(2), 2, GoalSettings { margin: almost, ..GoalSettings::default() }),
        GoalError::RareGoals { trials: 10 }.to_string(),
        GoalError::NotMixed { r_hat: 1.2345, effective: 56.7, sweeps: 8 }.to_string(),
    ];
    insta::assert_snapshot!(messages.join("\n"), @r"
    goals without bounds cannot be drawn uniformly: give a box such as [0, 1], or take them from the sphere
    a margin means nothing on the sphere, where goals that differ by a factor are one: use a box, or a margin of 0
    no goal is compatible with training: at `s0`, `a0` is worth at least 1 more than `a1` (times 2); the reward of `s0` is not below its bound; the reward of `s1` is not above its bound: these sum to 0 ≥ 1, so that no goal satisfies all of them
    compatible goals have no volume to draw from: at `s0`, `a0` is worth at least 1/2 more than `a1` (times 1/2); the reward of `s0` is not below its bound (times 1/4); the reward of `s1` is not above its bound (times 1/4): these sum to 0 ≥ 0, so that each of them holds with equality only; observe fewer actions or allow a margin below 0
    compatible goals have no volume to draw from: what room there is, is too small for double precision; observe fewer actions or allow a margin below 0
    none of 10 goals drawn from the bounds is compatible with training, and other methods need a convex set: raise `trials`, or observe more states
    walks among compatible goals did not mix with 8 sweeps between points: R̂ is 1.234 and the effective sample size 57; raise `most_sweeps`
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever was trained, drawn goals are compatible, exactly.
    #[test]
    fn goals_are_compatible(
        links in proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(0_usize..4, 1..3), 1..4), 4),
        trained in 1_usize..5,
    ) {
        let mut links = links;
        for successors in links.iter_mut().flatten() {
            successors.sort_unstable();
            successors.dedup();
        }
        let goals = goals(&links, trained, GoalSettings::default());
        let rejection = SamplerSettings { trials: 256, ..SamplerSettings::default() };
        let walks = SamplerSettings {
            smallest_acceptance: 2.0,
            trials: 1,
            draws: 16,
            smallest_effective: 30.0,
            largest_r_hat: 1.5,
            ..SamplerSettings::default()
        };
        for settings in [rejection, walks] {
            let sampler = match GoalSampler::new(&goals, &settings) {
                Ok(sampler) => sampler,
                Err(GoalError::ThinGoals { .. } | GoalError::RareGoals { .. }) => return Ok(()),
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            };
            for goal in draw(&sampler, 10) {
                prop_assert!(goals.contains(&exact(&goal)).unwrap(), "{:?}", goal);
            }
        }
    }
}
