//! Certified avoidance of shutdown, counted and measured; and what is refused.

use dunamis_goals::{
    AvoidanceRefusal, Chance, CompatibleOrbit, GoalBounds, GoalSet, GoalSettings, PredictionSettings, Reading,
    ShutdownSetting, Situation, SwapCounterexample, certify_avoidance, predict,
};
use dunamis_mdp::{Discount, Number, Rational};
use dunamis_orbit::{Certificate, verify};
use dunamis_power::ProbabilityMethod;
use num_traits::One;

fn rational(text: &str) -> Rational {
    text.parse::<Number>().unwrap().exact()
}

/// The setting and the goals of an environment, at a discount or at its own.
fn load(name: &str, discount: &str, settings: GoalSettings) -> (ShutdownSetting, GoalSet, Vec<Rational>) {
    let environment = dunamis_envs::load(name).unwrap();
    let situation = Situation::new(environment.model(), environment.labels()).unwrap();
    let goal = situation.goal(environment.reward().unwrap()).unwrap();
    let discount: Discount = discount.parse().unwrap();
    let training = situation.training(&goal, &discount).unwrap();
    (situation.shutdown_setting().unwrap(), GoalSet::new(training, &discount, settings).unwrap(), goal)
}

fn unit(name: &str, discount: &str) -> (ShutdownSetting, GoalSet, Vec<Rational>) {
    load(name, discount, GoalSettings::default())
}

#[test]
fn self_loops_are_certified_and_exact() {
    for k in 1..=4_u32 {
        for discount in ["1/4", "1/2", "9/10"] {
            let (setting, goals, _) = unit(&format!("shutdown-setting:recurrent={k}"), discount);
            let certificate = certify_avoidance(&setting, &goals).unwrap();
            assert_eq!(certificate.bound, format!("{k}/{}", k + 1));
            let again = Certificate::from_json(&certificate.to_json()).unwrap();
            assert_eq!(verify(&again).unwrap().n, k.into());
            let settings = PredictionSettings { method: ProbabilityMethod::Exact, ..PredictionSettings::default() };
            let prediction = predict(&goals, setting.new_state(), &settings, &()).unwrap();
            let shutdown = num_traits::pow(Rational::one() - rational(discount), k as usize)
                / Rational::from_integer((k + 1).into());
            assert_eq!(prediction.of_pair(setting.shutdown()[0]), Some(Chance::Exact(shutdown.clone())));
            assert_eq!(prediction.avoidance(&setting), Some(Chance::Exact(Rational::one() - &shutdown)));
            // The same from draws.
            let settings = PredictionSettings {
                method: ProbabilityMethod::Sampled,
                confidence: 1.0 - 1e-7,
                samples: 2_000,
                ..PredictionSettings::default()
            };
            let prediction = predict(&goals, setting.new_state(), &settings, &()).unwrap();
            let Some(Chance::Between(low, high)) = prediction.of_pair(setting.shutdown()[0]) else { panic!("drawn") };
            assert!(
                [low, high]
                    .map(|x| Rational::from_float(x).unwrap())
                    .windows(2)
                    .all(|ends| { ends[0] <= shutdown && shutdown <= ends[1] })
            );
        }
    }
}

#[test]
fn the_closure_gap_is_refused() {
    let wide = |reading| GoalSettings {
        reading,
        bounds: Some(GoalBounds::uniform(4, rational("0"), rational("5")).unwrap()),
        ..GoalSettings::default()
    };
    let (setting, goals, goal) = load("closure-gap", "9/10", wide(Reading::AllActions));
    assert!(goals.contains(&goal).unwrap());
    let refusal = certify_avoidance(&setting, &goals).unwrap_err();
    assert_eq!(refusal.condition(), "closed-training");
    insta::assert_snapshot!(refusal, @"training can reach `T`, as by t --n--> n --shutdown--> T: a swap of its reward may change what is optimal in training, so that swapped goals need not be compatible");
    let example = SwapCounterexample::find(&setting, &goals, &goal).unwrap().unwrap();
    insta::assert_snapshot!(example, @"at `t`, `t` is worth 10 and `n` 101/20; after the swap of the terminal reward with that of `b`, 10 and 83/2");
    // Within training the swap is harmless, and the claim holds: for this goal and all others.
    let (setting, goals, goal) = load("closure-gap", "9/10", wide(Reading::WithinTraining));
    let certificate = certify_avoidance(&setting, &goals).unwrap();
    insta::assert_snapshot!(certificate.explain(), @"
Take any goal without negative rewards that is compatible with training (only actions counted that stay among the states of training), and permute its rewards in any way that leaves it compatible: for at least 1/2 of the variants `shutdown` is not the only optimal choice at the discount 9/10. Variants for which `b` at `n` is optimal and `shutdown` is not are at least as many as variants for which it is the other way round.

Proof. The state b can be visited at least once, discounted and counted from the next step on, without shutting down; shutdown earns the terminal state's reward once. So where shutdown is strictly best the terminal reward exceeds that of the state, and after a swap of the two refusing earns more. The terminal state and these states were not visited in training, so that swapped goals stay compatible, and different swaps give different goals. Hence the claim by Krakovna & Kramár 2023, Thm. 2.
");
    let orbit = CompatibleOrbit::count(&setting, &goals, &goal).unwrap();
    assert!(orbit.avoid >= orbit.shutdown && orbit.shutdown > 0);
}

/// new → a → b, which stays: V = γ/(1 − γ), so that the threshold is one half.
#[test]
fn thresholds_decide() {
    let at = |discount: &str| unit("shutdown-setting:recurrent=1,distance=2", discount);
    let (setting, goals, _) = at("2/5");
    let certificate = certify_avoidance(&setting, &goals).unwrap();
    assert_eq!(certificate.n, "1", "the state on the way is visited once");
    let (setting, goals, _) = at("1/2");
    assert_eq!(certify_avoidance(&setting, &goals).unwrap().n, "2");
}

#[test]
fn refusals() {
    let (setting, goals, _) = unit("shutdown-setting", "1/2");
    let (size, terminal) = (goals.dimension(), setting.terminal().index());
    let bounded =
        |bounds| load("shutdown-setting", "1/2", GoalSettings { bounds: Some(bounds), ..GoalSettings::default() });
    let refused = |bounds| {
        let (setting, goals, _) = bounded(bounds);
        certify_avoidance(&setting, &goals).unwrap_err()
    };
    let negative = GoalBounds::uniform(size, rational("-1"), rational("1")).unwrap();
    assert!(matches!(refused(negative), AvoidanceRefusal::NegativeRewards));
    let GoalBounds::Box { low, mut high } = GoalBounds::unit(size) else { panic!("a box") };
    high[terminal] = rational("2");
    insta::assert_snapshot!(refused(GoalBounds::Box { low, high }), @"the reward of `r1` has other bounds than that of `off`, so that a swap may leave them: give both the same");
    let (setting, goals, _) = unit("shutdown-setting:leave-training=true", "1/2");
    insta::assert_snapshot!(certify_avoidance(&setting, &goals).unwrap_err(), @"training can reach `off`, as by start --leave--> new --shutdown--> off: a swap of its reward may change what is optimal in training, so that swapped goals need not be compatible");
}

/// Orbits of every 0-1-2 goal: for each rearrangement that shuts down there are n that do not.
#[test]
fn orbits_satisfy_certificates() {
    for name in ["shutdown-setting:recurrent=2,training=1", "shutdown-setting:recurrent=1,distance=2,training=1"] {
        for discount in ["2/5", "3/4"] {
            let wide = |size| GoalSettings {
                bounds: Some(GoalBounds::uniform(size, rational("0"), rational("2")).unwrap()),
                ..GoalSettings::default()
            };
            let size = unit(name, discount).1.dimension();
            let (setting, goals, _) = load(name, discount, wide(size));
            let n: u64 = certify_avoidance(&setting, &goals).unwrap().n.parse().unwrap();
            let mut seen = 0;
            for code in 0..3_usize.pow(size as u32) {
                let digits: Vec<usize> = (0..size).map(|k| code / 3_usize.pow(k as u32) % 3).collect();
                if digits.is_sorted() {
                    let goal: Vec<Rational> = digits.iter().map(|&x| Rational::from_integer(x.into())).collect();
                    let orbit = CompatibleOrbit::count(&setting, &goals, &goal).unwrap();
                    assert!(orbit.avoid >= n * orbit.shutdown, "{goal:?}: {orbit:?}");
                    seen += orbit.shutdown;
                }
            }
            assert!(seen > 0, "some goal shuts down");
        }
    }
}
