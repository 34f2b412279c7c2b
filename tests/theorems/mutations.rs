//! Certificates with one statement changed: the false ones do not pass, and those that pass claim what is true.

use crate::brute_force::{average, count_optimal, scaled};
use crate::random_model::build;
use dunamis_envs::load;
use dunamis_mdp::Rational;
use dunamis_orbit::{
    ActionChoice, Certificate, Comparison, Horizon, OptionSet, Options, Rule, certify_counts, certify_power, verify,
};
use serde_json::{Value, json};

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
