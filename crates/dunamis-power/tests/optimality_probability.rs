//! Exact optimality probabilities and POWER against published values, closed forms, naive simulation and samples.

use dunamis_envs::load;
use dunamis_mdp::{Number, Rational, StateId, StochasticPolicy, TransitionModel};
use dunamis_power::{
    Optimality, OptimalityProbability, PowerError, ProbabilityMethod, ProbabilitySettings, ProbabilityWarrant,
    Sampling, estimate, estimate_average, estimate_suboptimal, exact_power, optimality_probability,
};
use dunamis_sampling::{IndependentRewards, Marginal, RewardDistribution, Seed};
use num_traits::{One, ToPrimitive};
use proptest::prelude::*;
use std::num::NonZeroU32;
use std::sync::Arc;

fn model(name: &str) -> Arc<TransitionModel> {
    Arc::clone(load(name).unwrap().model())
}

fn rational(text: &str) -> Rational {
    text.parse::<Number>().unwrap().exact()
}

fn discounted(discount: &str) -> Optimality {
    Optimality::Discounted(discount.parse().unwrap())
}

fn settings(method: ProbabilityMethod) -> ProbabilitySettings {
    // So wide that no honest interval is missed in any run.
    ProbabilitySettings { method, confidence: 1.0 - 1e-7, samples: 4_000, ..ProbabilitySettings::default() }
}

fn answer(
    model: &Arc<TransitionModel>,
    state: &str,
    optimality: &Optimality,
    settings: &ProbabilitySettings,
) -> Result<OptimalityProbability, PowerError> {
    optimality_probability(model, model.state(state).unwrap(), optimality, settings, &())
}

/// The exact probabilities of a state's actions, one for each class of equivalent ones.
fn probabilities(name: &str, state: &str, optimality: &Optimality) -> Vec<Rational> {
    let answer = answer(&model(name), state, optimality, &settings(ProbabilityMethod::Exact)).unwrap();
    answer.actions.into_iter().map(|action| action.probability.unwrap()).collect()
}

fn power(name: &str, state: &str, optimality: &Optimality) -> Rational {
    let model = model(name);
    exact_power(&model, model.state(state).unwrap(), optimality, NonZeroU32::MIN).unwrap()
}

fn rationals<const N: usize>(texts: [&str; N]) -> Vec<Rational> {
    texts.map(rational).to_vec()
}

#[test]
fn power_of_the_case_study() {
    let one = Rational::one();
    for gamma in ["0", "1/4", "1/2", "9/10"] {
        let at = discounted(gamma);
        assert_eq!(power("case-study", "∅", &at), rational("1/2"));
        assert_eq!(power("case-study", "r↘", &at), rational("2/3"));
        let gamma = rational(gamma);
        assert_eq!(power("case-study", "ℓ↙", &at), (rational("2/3") + &gamma / rational("2")) / (&one + gamma));
    }
    assert_eq!(power("case-study", "★", &discounted("0")), rational("3/4"));
    assert_eq!(power("case-study", "★", &discounted("1/2")), rational("776243/1049760"));
    for limit in [Optimality::Average, Optimality::Blackwell] {
        assert_eq!(power("case-study", "★", &limit), rational("517/640"));
        assert_eq!(power("case-study", "ℓ↙", &limit), rational("7/12"));
    }
}

#[test]
fn actions_of_the_case_study() {
    assert_eq!(probabilities("case-study", "★", &discounted("0")), rationals(["1/3", "1/3", "1/3"]));
    let half = probabilities("case-study", "★", &discounted("1/2"));
    assert_eq!(half, rationals(["99247/306180", "187459/612360", "75469/204120"]));
    assert!(half[1] < half[0] && half[0] < half[2]);
    let average = probabilities("case-study", "★", &Optimality::Average);
    assert_eq!(average, rationals(["113/480", "47/160", "113/240"]));
    assert!(&average[1] + &average[2] >= rational("3/4"));
    assert_eq!(probabilities("case-study", "★", &Optimality::Blackwell), average);
}

#[test]
fn candy_is_linear_in_the_discount() {
    for gamma in ["1/4", "1/2", "3/4", "0.99", "1/1000"] {
        let (at, gamma) = (discounted(gamma), rational(gamma));
        let wait = rational("1/2") + &gamma / rational("6");
        assert_eq!(probabilities("candy", "start", &at), [Rational::one() - &wait, wait]);
        assert_eq!(power("candy", "start", &at), rational("2/3") + &gamma * &gamma / rational("12"));
    }
    assert_eq!(power("candy", "start", &Optimality::Average), rational("3/4"));
    assert_eq!(probabilities("candy", "start", &Optimality::Blackwell), rationals(["1/3", "2/3"]));
}

/// The state of more POWER is sought less often; for average reward the detour costs nothing, so the way north is always
/// optimal too.
#[test]
fn power_is_not_always_sought() {
    assert_eq!(power("detour", "s2", &Optimality::Average), rational("3/4"));
    assert_eq!(power("detour", "s3", &Optimality::Average), rational("2/3"));
    assert_eq!(probabilities("detour", "s1", &Optimality::Blackwell), rationals(["1/3", "2/3"]));
    assert_eq!(probabilities("detour", "s1", &Optimality::Average), rationals(["1", "2/3"]));
    let near = probabilities("detour", "s1", &discounted("0.9999"));
    assert!((near[0].to_f64().unwrap() - 1.0 / 3.0).abs() < 1e-3);
}

#[test]
fn ends_of_equal_number() {
    for limit in [Optimality::Average, Optimality::Blackwell] {
        assert_eq!(probabilities("scale-double", "start", &limit), rationals(["1/6", "1/6", "2/3"]));
        assert_eq!(power("scale-double", "start", &limit), rational("6/7"));
        // D' or half of D and D' is one more way, but not a whole one.
        let cycle = probabilities("scale-cycle", "start", &limit);
        assert_eq!(cycle, rationals(["363/2240", "363/2240", "757/1120"]));
        assert!(cycle[2] > rational("2/3") && cycle[2] < rational("5/7"));
    }
    // All cells but one can be had either way around the wall.
    assert_eq!(probabilities("aima", "1", &Optimality::Average), rationals(["1/11", "10/11", "1/11", "10/11"]));
    // Near 1 the way counts a little: the cell that cannot be left is entered at once, others over the better cells.
    assert_eq!(probabilities("aima", "1", &Optimality::Blackwell), rationals(["1/11", "9/22", "1/11", "9/22"]));
}

/// Of m + n ends, each is as likely the best as any other.
#[test]
fn counting_decides_between_ends() {
    for (few, many) in [(1, 1), (1, 10), (2, 51)] {
        let mut builder = TransitionModel::builder();
        let start = builder.state("start").unwrap();
        for (branch, ends) in [("die", few), ("live", many)] {
            let way = builder.state(branch).unwrap();
            builder.transition(start, branch, way, 1.0).unwrap();
            for number in 0..ends {
                let end = builder.state(&format!("{branch} {number}")).unwrap();
                builder.transition(way, &format!("to {number}"), end, 1.0).unwrap();
                builder.transition(end, "stay", end, 1.0).unwrap();
            }
        }
        let model = Arc::new(builder.build().unwrap());
        let found = answer(&model, "start", &Optimality::Average, &settings(ProbabilityMethod::Exact)).unwrap();
        assert_eq!(found.actions[1].probability, Some(rational(&format!("{many}/{}", few + many))));
        let power = exact_power(&model, start, &Optimality::Average, NonZeroU32::MIN).unwrap();
        assert_eq!(power, rational(&format!("{}/{}", few + many, few + many + 1)));
    }
}

/// Three decision-makers: who takes the first state ahead everywhere, who goes right and then for the best, who is optimal.
#[test]
fn suboptimal_power() {
    let model = model("subopt");
    let start = model.state("s0").unwrap();
    let law = IndependentRewards::identical(model.states().len(), Marginal::UNIT).unwrap();
    let pairs = model.available().len();
    let best = |rewards: &[f64], right: bool| {
        let value = |state: usize| -> f64 {
            let next = model.available().pairs(StateId::new(state)).map(|pair| rewards[model.row(pair).0[0] as usize]);
            next.fold(0.0, f64::max)
        };
        let mut probability = vec![0.0; pairs];
        for state in model.state_ids() {
            let ahead = |pair: usize| model.row(pair).0[0] as usize;
            let own = model.available().pairs(state);
            let worth = |&x: &usize, &y: &usize| {
                let of = |pair| if state == start { value(ahead(pair)) } else { rewards[ahead(pair)] };
                of(x).total_cmp(&of(y))
            };
            let chosen = if right && state == start { own.end - 1 } else { own.max_by(worth).unwrap() };
            probability[chosen] = 1.0;
        }
        Ok(StochasticPolicy::unchecked(probability))
    };
    let first = |_: &[f64]| {
        let mut probability = vec![0.0; pairs];
        model.state_ids().for_each(|state| probability[model.available().pairs(state).start] = 1.0);
        Ok(StochasticPolicy::unchecked(probability))
    };
    let right = |rewards: &[f64]| best(rewards, true);
    let optimal = |rewards: &[f64]| best(rewards, false);
    let of = |decide: &dunamis_power::DecisionMaker<'_>| {
        let average = Optimality::Average;
        let power =
            estimate_suboptimal(&model, &law, &average, decide, &Sampling::new(4_000, Seed::new(3)), &()).unwrap();
        (power.mean[start.index()], power.std_error[start.index()])
    };
    for ((mean, error), expected) in
        [of(&first), of(&right), of(&optimal)].into_iter().zip([1.0 / 2.0, 3.0 / 4.0, 5.0 / 6.0])
    {
        assert!((mean - expected).abs() < 5.0 * error, "{mean} ± {error}: {expected}");
    }
    assert_eq!(power("subopt", "s0", &Optimality::Average), rational("5/6"));
    assert_eq!(power("subopt", "s_r", &Optimality::Average), rational("3/4"));
    let other = |_: &[f64]| Ok(StochasticPolicy::unchecked(vec![1.0]));
    let error = estimate_suboptimal(&model, &law, &Optimality::Average, &other, &Sampling::new(1, Seed::new(3)), &())
        .unwrap_err();
    assert_eq!(error.to_string(), "the policy has 1 entries, but 12 are needed");
}

/// With the distribution function x² the state at hand is best slightly more often than not: 1 - E[Y²] for what Y the detour
/// is worth.
#[test]
fn other_marginals() {
    let model = model("quad");
    let squares = ProbabilitySettings { exponent: NonZeroU32::new(2).unwrap(), ..settings(ProbabilityMethod::Exact) };
    let near = answer(&model, "1", &discounted("0.12"), &squares).unwrap().actions[0].probability.clone().unwrap();
    assert!((near.to_f64().unwrap() - 0.5093).abs() < 5e-5);
    let far = answer(&model, "1", &discounted("0.88"), &squares).unwrap().actions[0].probability.clone().unwrap();
    assert!((far.to_f64().unwrap() - 0.390).abs() < 5e-4);
    let sampled = ProbabilitySettings { method: ProbabilityMethod::Sampled, samples: 20_000, ..squares.clone() };
    let (low, high) = answer(&model, "1", &discounted("0.12"), &sampled).unwrap().actions[0].interval.unwrap();
    assert!(low < 0.5093 && 0.5093 < high && high - low < 0.05);
    // Where options share rewards, only uniform ones have exact laws.
    let model = self::model("case-study");
    let error = answer(&model, "★", &Optimality::Average, &squares).unwrap_err();
    assert_eq!(
        error.to_string(),
        "options that share rewards have exact answers for uniform rewards only: sample instead"
    );
    let answer = answer(
        &model,
        "★",
        &Optimality::Average,
        &ProbabilitySettings { samples: 16, ..ProbabilitySettings { method: ProbabilityMethod::Auto, ..squares } },
    )
    .unwrap();
    let ProbabilityWarrant::Sampled { refusal: Some(refusal), .. } = answer.warrant else { panic!("sampled") };
    assert_eq!(refusal, error.to_string());
}

/// Value iteration and counting, without anything of the library but the rows of the model.
fn simulated(model: &TransitionModel, state: StateId, gamma: f64, samples: u64) -> (Vec<f64>, f64) {
    let law = IndependentRewards::identical(model.states().len(), Marginal::UNIT).unwrap();
    let mut rewards = vec![0.0; model.states().len()];
    let (mut counts, mut total) = (vec![0.0; model.available().pairs(state).len()], 0.0);
    for sample in 0..samples {
        law.sample(&mut Seed::new(99).stream(sample), &mut rewards).unwrap();
        let mut value = rewards.clone();
        let ahead = |value: &[f64], pair: usize| {
            let (next, p) = model.row(pair);
            next.iter().zip(p).map(|(&next, p)| p * value[next as usize]).sum::<f64>()
        };
        for _ in 0..60 {
            let best = |s: StateId| model.available().pairs(s).map(|pair| ahead(&value, pair)).fold(0.0, f64::max);
            value = model.state_ids().map(|s| rewards[s.index()] + gamma * best(s)).collect();
        }
        let own: Vec<f64> = model.available().pairs(state).map(|pair| ahead(&value, pair)).collect();
        let best = own.iter().copied().fold(0.0, f64::max);
        own.iter().zip(&mut counts).for_each(|(own, count)| *count += f64::from(u8::from(*own == best)));
        total += (1.0 - gamma) * best;
    }
    (counts.into_iter().map(|count| count / samples as f64).collect(), total / samples as f64)
}

#[test]
fn simulation_agrees() {
    let samples = 20_000;
    for (name, state) in
        [("case-study", "★"), ("scale-cycle", "start"), ("detour", "s1"), ("optsp-fig9c", "s4"), ("ice-cream", "1")]
    {
        let model = model(name);
        let (counted, mean) = simulated(&model, model.state(state).unwrap(), 0.5, samples);
        for (exact, found) in probabilities(name, state, &discounted("1/2")).iter().zip(counted) {
            let exact = exact.to_f64().unwrap();
            let error = (exact * (1.0 - exact) / samples as f64).sqrt();
            assert!((found - exact).abs() < 5.0 * error, "{name}: {found}, {exact}");
        }
        let exact = power(name, state, &discounted("1/2")).to_f64().unwrap();
        assert!((mean - exact).abs() < 5.0 * 0.29 / (samples as f64).sqrt(), "{name}: {mean}, {exact}");
    }
}

#[test]
fn equivalent_actions_share_a_probability() {
    let mut builder = TransitionModel::builder();
    let (start, left, right) =
        (builder.state("start").unwrap(), builder.state("left").unwrap(), builder.state("right").unwrap());
    for (action, next) in [("go", left), ("turn", right), ("walk", left)] {
        builder.transition(start, action, next, 1.0).unwrap();
    }
    for end in [left, right] {
        builder.transition(end, "stay", end, 1.0).unwrap();
    }
    let model = Arc::new(builder.build().unwrap());
    let found = answer(&model, "start", &Optimality::Average, &settings(ProbabilityMethod::Exact)).unwrap();
    assert_eq!(found.warrant, ProbabilityWarrant::PiecewisePolynomials);
    let pairs: Vec<_> = found.actions.iter().map(|action| action.pairs.clone()).collect();
    assert_eq!(pairs, [vec![0, 2], vec![1]]);
    assert_eq!(found.of_pair(2).unwrap().probability, Some(rational("1/2")));
    assert_eq!(found.of_pair(3), None);
}

#[test]
fn refused() {
    let maze = model("maze-7x7");
    let state = maze.states()[0].to_owned();
    let message = |optimality: &Optimality, settings: &ProbabilitySettings| {
        answer(&maze, &state, optimality, settings).unwrap_err().to_string()
    };
    let exact = settings(ProbabilityMethod::Exact);
    assert_eq!(
        message(&discounted("0.9"), &exact),
        "there is no exact answer with more than 250 policies that differ in worth: sample instead"
    );
    let sampled = settings(ProbabilityMethod::Sampled);
    let none = ProbabilitySettings { samples: 0, ..sampled.clone() };
    assert_eq!(message(&discounted("0.9"), &none), "POWER needs at least 1 sample");
    let sure = ProbabilitySettings { confidence: 1.0, ..sampled };
    assert_eq!(message(&discounted("0.9"), &sure), "the confidence is 1, but must be above 0 and below 1");
    let outside = optimality_probability(&maze, StateId::new(99), &Optimality::Average, &exact, &()).unwrap_err();
    assert_eq!(outside.to_string(), "there is no state 99: the states are numbered below 31");
    let text = r#"{"schema":1,"states":["x"],"transitions":[{"from":"x","action":"go","to":"x","probability":"2/3"},
        {"from":"x","action":"go","to":null,"probability":"1/3"}]}"#;
    let lossy = Arc::clone(dunamis_envs::Environment::from_json("lossy", text).unwrap().model());
    let error = answer(&lossy, "x", &discounted("1/2"), &exact).unwrap_err();
    assert_eq!(error.to_string(), "there is no exact answer where mass leaks, as at state `x`: sample instead");
}

/// Two models with the same seed and another number of threads give the same bits.
#[test]
fn threads_do_not_matter() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = model("maze-7x7");
            let state = model.states()[0].to_owned();
            answer(&model, &state, &discounted("0.9"), &settings(ProbabilityMethod::Auto)).unwrap()
        })
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(one, three);
    assert!(one.actions.iter().all(|action| action.interval.is_some_and(|(low, high)| low < high)));
}

/// Small models with rational chances; some rows are certain.
fn models() -> impl Strategy<Value = Arc<TransitionModel>> {
    (2_usize..5).prop_flat_map(|n| {
        let row = prop_oneof![
            (0..n).prop_map(move |sure| (0..n).map(|next| u32::from(next == sure)).collect::<Vec<_>>()),
            proptest::collection::vec(0_u32..3, n),
        ];
        proptest::collection::vec(proptest::collection::vec(row, 1..4), n).prop_map(move |states| {
            let mut builder = TransitionModel::builder();
            for s in 0..n {
                builder.state(&s.to_string()).unwrap();
            }
            for (s, rows) in states.iter().enumerate() {
                for (action, weights) in rows.iter().enumerate() {
                    let total: u32 = weights.iter().sum();
                    let sure = if total == 0 { vec![(s, 1)] } else { weights.iter().copied().enumerate().collect() };
                    for (next, weight) in sure.into_iter().filter(|(_, weight)| *weight > 0) {
                        let p: Number = format!("{weight}/{}", total.max(1)).parse().unwrap();
                        builder.transition(StateId::new(s), &action.to_string(), StateId::new(next), p).unwrap();
                    }
                }
            }
            Arc::new(builder.build().unwrap())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn exact_answers_lie_in_the_intervals(
        model in models(),
        optimality in prop_oneof![
            Just(discounted("0")), Just(discounted("1/3")), Just(discounted("9/10")), Just(Optimality::Blackwell),
            Just(Optimality::Average),
        ],
    ) {
        let exact = answer(&model, "0", &optimality, &settings(ProbabilityMethod::Exact));
        if let Err(PowerError::Intractable { .. }) = exact {
            return Ok(());
        }
        let exact = exact.unwrap();
        let total: Rational = exact.actions.iter().flat_map(|action| &action.probability).sum();
        let one = Rational::one();
        prop_assert!(if optimality == Optimality::Average { total >= one } else { total == one }, "{}", total);
        let few = ProbabilitySettings { samples: 400, ..settings(ProbabilityMethod::Sampled) };
        let sampled = answer(&model, "0", &optimality, &few).unwrap();
        for (exact, sampled) in exact.actions.iter().zip(&sampled.actions) {
            prop_assert_eq!(&exact.pairs, &sampled.pairs);
            let (probability, (low, high)) = (exact.probability.as_ref().unwrap().to_f64().unwrap(), sampled.interval.unwrap());
            prop_assert!(low <= probability && probability <= high, "{low} {probability} {high}");
        }
        let power = exact_power(&model, StateId::new(0), &optimality, NonZeroU32::MIN).unwrap().to_f64().unwrap();
        let law = IndependentRewards::identical(model.states().len(), Marginal::UNIT).unwrap();
        let estimate = match &optimality {
            Optimality::Discounted(discount) => estimate(&model, &law, discount, &Sampling::new(2_000, Seed::new(5)), &()).unwrap(),
            _ => estimate_average(&model, &law, &Sampling::new(500, Seed::new(5)), &()).unwrap(),
        };
        prop_assert!((estimate.mean[0] - power).abs() < 6.0 * estimate.std_error[0] + 1e-9, "{power} {}", estimate.mean[0]);
    }
}

/// Play may end: shutdown once, or one of k rewards for ever. Shutdown is optimal with probability (1 − γ)^k / (k + 1).
#[test]
fn shutdown_against_recurrent_states() {
    for k in 1..=5_usize {
        let mut builder = TransitionModel::builder();
        let [start, term] = ["start", "term"].map(|name| builder.state(name).unwrap());
        builder.transition(start, "shutdown", term, 1.0).unwrap();
        builder.leak(term, "end", 1.0).unwrap();
        for option in 0..k {
            let name = format!("s{option}");
            let end = builder.state(&name).unwrap();
            builder.transition(start, &name, end, 1.0).unwrap();
            builder.transition(end, "stay", end, 1.0).unwrap();
        }
        let model = Arc::new(builder.build().unwrap());
        for gamma in ["0", "1/4", "1/2", "9/10", "99/100"] {
            let expected =
                num_traits::pow(Rational::one() - rational(gamma), k) / Rational::from_integer((k + 1).into());
            let at = discounted(gamma);
            let exact = answer(&model, "start", &at, &settings(ProbabilityMethod::Exact)).unwrap();
            assert_eq!(exact.actions[0].probability, Some(expected.clone()), "{k} states at {gamma}");
            let sampled = answer(&model, "start", &at, &settings(ProbabilityMethod::Sampled)).unwrap();
            let (low, high) = sampled.actions[0].interval.unwrap();
            let expected = expected.to_f64().unwrap();
            assert!(low <= expected && expected <= high, "{expected} in [{low}, {high}]");
        }
        // Limits know no end, and mass that is lost elsewhere has no law.
        assert!(answer(&model, "start", &Optimality::Average, &settings(ProbabilityMethod::Exact)).is_err());
        assert!(answer(&model, "term", &discounted("1/2"), &settings(ProbabilityMethod::Exact)).is_err());
    }
}
