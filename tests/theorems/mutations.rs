//! Certificates with one statement changed: the false ones do not pass, and those that pass claim what is true.

use crate::brute_force::{average, count_optimal, scaled};
use crate::random_model::build;
use dunamis_envs::load;
use dunamis_goals::{
    CompatibleOrbit, GoalBounds, GoalSet, GoalSettings, Reading, ShutdownSetting, Situation, Training,
    certify_avoidance,
};
use dunamis_mdp::{Rational, Reward, StateId, json as model_json};
use dunamis_orbit::{
    ActionChoice, Alternatives, Certificate, Comparison, Horizon, OptionSet, Options, Rule, certify_counts,
    certify_power, verify,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Every place in a document, as a path.
fn places(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(path.clone());
    let mut go = |key: String, value: &Value| {
        path.push(key);
        places(value, path, found);
        path.pop();
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| go(key.clone(), value)),
        Value::Array(list) => list.iter().enumerate().for_each(|(k, value)| go(k.to_string(), value)),
        _ => {}
    }
}

fn at<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, key| match value {
        Value::Array(list) => &mut list[key.parse::<usize>().unwrap()],
        other => &mut other[key.as_str()],
    })
}

/// What could stand at a place instead.
fn alternatives(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let mut all: Vec<Value> = [
                "",
                "0",
                "1",
                "2",
                "1/2",
                "2/3",
                "3/4",
                "()",
                "(0 1)",
                "(1 2)",
                "(1 2)(3 4)",
                "start",
                "wait",
                "candy",
            ]
            .map(Value::from)
            .into();
            all.extend(
                ["optimal", "invariant", "power", "average", "every-discount", "fractional scaling law"]
                    .map(Value::from),
            );
            let theorems = [
                "Turner & Tadepalli 2022, Prop. A.11",
                "Turner & Tadepalli 2022, Lemma D.5",
                "Turner et al. 2021, Thm. 6.13",
            ];
            all.extend(theorems.map(Value::from));
            all.push(json!({"discount": "1/2"}));
            all.push(Value::from(format!("{text}0")));
            all
        }
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or(0);
            vec![json!(number + 1), json!(number.saturating_sub(1)), json!(number + 7), json!(0)]
        }
        Value::Array(list) => {
            let mut all = vec![json!([])];
            if !list.is_empty() {
                all.push(Value::Array(list[1..].to_vec()));
                all.push(Value::Array(list.iter().rev().cloned().collect()));
                all.push(Value::Array(list.iter().chain(list.first()).cloned().collect()));
            }
            all
        }
        Value::Object(map) => {
            // Without each of its entries, and with one that nobody knows.
            let without = map.keys().map(|key| {
                let mut less = map.clone();
                less.remove(key);
                Value::Object(less)
            });
            let mut more = map.clone();
            more.insert("unknown".into(), json!(1));
            without.chain([Value::Object(more)]).collect()
        }
        _ => Vec::new(),
    }
}

fn numbers(options: &Options) -> Option<Vec<Vec<Rational>>> {
    let Options::Listed(vectors) = options else { return None };
    vectors.iter().map(|vector| vector.iter().map(|text| text.parse().ok()).collect()).collect()
}

/// Whether the claim of a certificate of options holds on the orbits of many rewards, by brute force.
fn is_true(certificate: &Certificate) -> bool {
    let (Ok(n), Ok(m)) = (certificate.n.parse::<u64>(), certificate.m.parse::<u64>()) else { return false };
    let bound = certificate.bound == num_rational_text(n, n + m);
    if certificate.compatible.is_some() {
        return bound && is_true_of_compatible(certificate).unwrap_or(false);
    }
    let (Some(a), Some(b), Some(Some(c))) =
        (numbers(&certificate.a), numbers(&certificate.b), certificate.c.as_ref().map(numbers))
    else {
        return bound;
    };
    let sets = scaled(&[&a, &b, &c]);
    let places: Vec<usize> = (0..certificate.coordinates.len())
        .filter(|&k| certificate.permuted.contains(&certificate.coordinates[k]))
        .collect();
    let d = certificate.coordinates.len();
    let rewards = (0..40_i128)
        .map(|seed| (0..d as i128).map(|k| (seed * 7 + k * k * (seed % 5 + 1)) % (2 + seed % 7)).collect::<Vec<_>>());
    bound && rewards.into_iter().all(|reward| count_optimal(&sets, &reward, &places).satisfies(n, m))
}

/// Whether the claim of a certificate about compatible goals holds on the compatible orbits of many goals, counted; `None` where
/// there is no such setting.
fn is_true_of_compatible(certificate: &Certificate) -> Option<bool> {
    let (source, compatible) = (certificate.source.as_ref()?, certificate.compatible.as_ref()?);
    let model = Arc::new(model_json::read(source.model.get()).ok()?.model);
    let (Alternatives::Actions { state, over, .. }, Horizon::Discount(discount)) =
        (&source.alternatives, &source.horizon)
    else {
        return None;
    };
    let (new, discount) = (model.state(state).ok()?, discount.parse().ok()?);
    let shutdown = model.available().find(new, model.action(over.first()?).ok()?)?;
    let setting = ShutdownSetting::new(Arc::clone(&model), new, model.exact_row(shutdown).first()?.0).ok()?;
    let trained: Vec<StateId> = compatible.trained.iter().map(|name| model.state(name).ok()).collect::<Option<_>>()?;
    let reading = if compatible.all_actions { Reading::AllActions } else { Reading::WithinTraining };
    let (n, size) = (certificate.n.parse::<u64>().ok()?, model.states().len());
    let digits = |code: usize| (0..size).map(|k| code / 3_usize.pow(k as u32) % 3).collect::<Vec<_>>();
    for taught in [[0, 1, 2, 0, 1, 2, 0], [2, 0, 1, 1, 0, 2, 1]] {
        let goal = Reward::state(&model, taught.iter().cycle().take(size).map(|&r| f64::from(r))).ok()?;
        let training = Training::optimal(Arc::clone(&model), &trained, goal, &discount).ok()?;
        let bounds = GoalBounds::uniform(size, Rational::from_integer(0.into()), Rational::from_integer(2.into()));
        let settings = GoalSettings { reading, bounds: Some(bounds.ok()?), ..GoalSettings::default() };
        // Within training, what was learned may be impossible.
        let Ok(goals) = GoalSet::new(training, &discount, settings) else { continue };
        for sorted in (0..3_usize.pow(size as u32)).map(digits).filter(|digits| digits.is_sorted()).step_by(3) {
            let goal: Vec<Rational> = sorted.iter().map(|&x| Rational::from_integer(x.into())).collect();
            let orbit = CompatibleOrbit::count(&setting, &goals, &goal).ok()?;
            if orbit.avoid < n * orbit.shutdown {
                return Some(false);
            }
        }
    }
    Some(true)
}

fn num_rational_text(numerator: u64, denominator: u64) -> String {
    Rational::new(numerator.into(), denominator.into()).to_string()
}

/// Mutates every place of a certificate; returns how many mutants there were and how many passed.
fn mutate(certificate: &Certificate) -> (usize, usize) {
    verify(certificate).unwrap();
    let original: Value = serde_json::from_str(&certificate.to_json()).unwrap();
    let mut paths = Vec::new();
    places(&original, &mut Vec::new(), &mut paths);
    let (mut mutants, mut passed) = (0, 0);
    for path in paths {
        for alternative in alternatives(at(&mut original.clone(), &path)) {
            let mut mutant = original.clone();
            *at(&mut mutant, &path) = alternative;
            if mutant == original {
                continue;
            }
            mutants += 1;
            let Ok(read) = Certificate::from_json(&mutant.to_string()) else { continue };
            if verify(&read).is_ok() {
                passed += 1;
                assert!(is_true(&read), "{path:?}: {mutant:#}");
                // Nothing that is claimed may have grown.
                if !matches!(path.first().map(String::as_str), Some("a" | "b" | "parts")) {
                    assert_eq!(read.bound, certificate.bound, "{path:?}");
                }
            }
        }
    }
    (mutants, passed)
}

#[test]
fn of_sets() {
    let a = OptionSet::new(vec![average(7, &[0, 1]), average(7, &[0])]).unwrap();
    let b = OptionSet::new(vec![
        average(7, &[2, 3]),
        average(7, &[2]),
        average(7, &[4, 5]),
        average(7, &[4]),
        average(7, &[6]),
    ]);
    for rule in [Rule::Optimal, Rule::Invariant] {
        let comparison = Comparison::new(a.clone(), b.as_ref().unwrap().clone()).unwrap().rule(rule);
        let (mutants, passed) = mutate(&comparison.certify().unwrap());
        assert!(mutants > 1000 && passed * 10 < mutants, "{passed} of {mutants} pass");
    }
    let parts = Comparison::new(OptionSet::basis(5, [0, 1]).unwrap(), OptionSet::basis(5, [2, 3, 4]).unwrap()).unwrap();
    mutate(&parts.certify().unwrap());
}

#[test]
fn with_dominated_options() {
    let a = OptionSet::new(vec![average(5, &[0]), average(5, &[1]), average(5, &[0, 1])]).unwrap();
    let b = OptionSet::new(vec![average(5, &[2]), average(5, &[3]), average(5, &[3, 4])]).unwrap();
    let c = OptionSet::new(vec![average(5, &[0, 2])]).unwrap();
    let comparison = Comparison::new(a, b).unwrap().among(&c).unwrap().rule(Rule::Optimal);
    let certificate = comparison.certify().unwrap();
    assert!(!certificate.dominated_a.is_empty() && !certificate.dominated_c.is_empty());
    mutate(&certificate);
}

#[test]
fn of_models() {
    let candy = load("candy").unwrap();
    for horizon in [Horizon::Average, Horizon::EveryDiscount] {
        let choice = ActionChoice::new(candy.model(), "start", &["wait"], &["candy"]).unwrap();
        match choice.certify_optimality(&horizon) {
            Ok(certificate) => drop(mutate(&certificate)),
            Err(_) => assert_eq!(horizon, Horizon::EveryDiscount),
        }
    }
    // One end, or another one on the way to a third.
    let model = build(&vec![vec![vec![1], vec![2]], vec![vec![1]], vec![vec![2], vec![3]], vec![vec![3]]]);
    for horizon in [Horizon::Discount("1/2".into()), Horizon::EveryDiscount] {
        let choice = ActionChoice::new(&model, "s0", &["a1"], &["a0"]).unwrap();
        mutate(&choice.certify_optimality(&horizon).unwrap());
    }
    let case_study = load("case-study").unwrap();
    let states = ["ℓ↙", "r↘"];
    let certificate = certify_power(case_study.model(), states[1], states[0], &Horizon::EveryDiscount).unwrap();
    mutate(&certificate);
}

#[test]
fn of_counts() {
    let certificate = certify_counts(&2_u8.into(), &51_u8.into(), Rule::Optimal).unwrap();
    let (mutants, passed) = mutate(&certificate);
    assert!(mutants > 50 && passed < 10, "{passed} of {mutants} pass");
}

#[test]
fn of_compatible_goals() {
    for (environment, discount) in [
        ("shutdown-setting:recurrent=1,training=1", "1/2"),
        ("shutdown-setting:recurrent=1,distance=2,training=1", "3/4"),
    ] {
        let environment = load(environment).unwrap();
        let situation = Situation::new(environment.model(), environment.labels()).unwrap();
        let goal = situation.goal(environment.reward().unwrap()).unwrap();
        let discount = discount.parse().unwrap();
        let training = situation.training(&goal, &discount).unwrap();
        let goals = GoalSet::new(training, &discount, GoalSettings::default()).unwrap();
        let certificate = certify_avoidance(&situation.shutdown_setting().unwrap(), &goals).unwrap();
        let (mutants, passed) = mutate(&certificate);
        assert!(mutants > 500 && passed * 5 < mutants, "{passed} of {mutants} pass");
    }
}
