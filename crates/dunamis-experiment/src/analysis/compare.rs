//! Comparisons of two sets of options: orbits, worst orbits and copies.

use super::compute::find_state;
use super::options::recurrent_after;
use super::results::{ComparisonRecord, CopiesRecord, OrbitRecord, RearrangementRecord, ValueRecord};
use super::worst::worst;
use super::{Comparison, OptionSets};
use crate::{ConfigError, ConfigProblem, ExperimentError};
use dunamis_mdp::{Discount, Number, Rational, StateId, TransitionModel};
use dunamis_orbit::{
    Choice, CopySearch, Decision, DecisionFunction, ExponentialRatio, OptionSet, Orbit, OrbitError, Tendency, Utilities,
};
use dunamis_solve::VisitDistributionSet;
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use std::collections::BTreeSet;

/// What a comparison compares, checked.
pub(super) enum Sets {
    Options {
        /// The names of the coordinates.
        coordinates: Vec<String>,
        a: OptionSet,
        b: OptionSet,
        choice: Box<Choice>,
        orbits: Vec<Orbit>,
        rules: Vec<Decision>,
    },
    Counts {
        a: BigUint,
        b: BigUint,
        rules: Vec<Decision>,
    },
}

/// Looks up and checks the sets of the comparison with this number.
pub(super) fn sets(
    index: usize,
    comparison: &Comparison,
    model: Option<&TransitionModel>,
) -> Result<Sets, ConfigError> {
    let at = |key: &[&str], problem: ConfigProblem| {
        let place = ["comparison".to_owned(), index.to_string()];
        problem.at(place.into_iter().chain(key.iter().map(|&key| key.to_owned())))
    };
    let (coordinates, a, b, c) = match (&comparison.sets, model) {
        (OptionSets::Counts { a, b }, _) => {
            let count = |text: &String| text.parse::<BigUint>().unwrap_or_default();
            return Ok(Sets::Counts { a: count(a), b: count(b), rules: rules(comparison, at)? });
        }
        (OptionSets::Vectors { a, b, c }, _) => {
            let set = |key: &str, vectors: &Vec<Vec<Number>>| {
                let vectors = vectors.iter().map(|vector| vector.iter().map(Number::exact).collect()).collect();
                OptionSet::new(vectors).map_err(|error| at(&[key], ConfigProblem::Orbit(error)))
            };
            let (a, b) = (set("a", a)?, set("b", b)?);
            let c = match c {
                Some(c) => set("c", c)?,
                None => a.union(&b).map_err(|error| at(&["b"], ConfigProblem::Orbit(error)))?,
            };
            ((0..a.dimension()).map(|number| (number + 1).to_string()).collect(), a, b, c)
        }
        (OptionSets::Actions { state, a, b, discount }, Some(model)) => {
            let from = find_state(state, model.states()).map_err(|problem| at(&["state"], problem))?;
            let pairs = |key: &str, names: &Vec<String>| {
                let find = |(number, name): (usize, &String)| {
                    pair(model, from, name).map_err(|problem| at(&[key, &number.to_string()], problem))
                };
                let pairs = names.iter().enumerate().map(find).collect::<Result<Vec<_>, _>>()?;
                if pairs.is_empty() { Err(at(&[key], ConfigProblem::Orbit(OrbitError::NoOptions))) } else { Ok(pairs) }
            };
            let (a, b) = (pairs("a", a)?, pairs("b", b)?);
            let all: Vec<usize> = model.available().pairs(from).collect();
            let after = reachable(model, from);
            let set = |pairs: &[usize]| {
                let vectors = outcomes(model, from, pairs, discount.as_ref(), &after);
                vectors.and_then(OptionSet::new).map_err(|error| at(&["state"], ConfigProblem::Orbit(error)))
            };
            let name = |&state: &usize| model.states()[state].to_owned();
            (after.iter().map(name).collect(), set(&a)?, set(&b)?, set(&all)?)
        }
        (OptionSets::Actions { .. }, None) => {
            let fix = "`environment.name`, since sets of actions belong to a model";
            return Err(ConfigProblem::MissingKey { fix }.at(["environment"]));
        }
    };
    let choice = Choice::new(&b, &a, &c).map_err(|error| at(&["c"], ConfigProblem::Orbit(error)))?;
    let orbit = |(number, reward): (usize, &Vec<Number>)| {
        let (expected, actual) = (choice.dimension(), reward.len());
        if expected != actual {
            let problem = ConfigProblem::Orbit(OrbitError::RewardDimension { expected, actual });
            return Err(at(&["rewards", &number.to_string()], problem));
        }
        Ok(Orbit::new(reward.iter().map(Number::exact).collect::<Vec<_>>()))
    };
    let orbits = comparison.rewards.iter().enumerate().map(orbit).collect::<Result<_, _>>()?;
    let rules = rules(comparison, at)?;
    Ok(Sets::Options { coordinates, a, b, choice: Box::new(choice), orbits, rules })
}

fn rules(
    comparison: &Comparison,
    at: impl Fn(&[&str], ConfigProblem) -> ConfigError,
) -> Result<Vec<Decision>, ConfigError> {
    let rule = |(number, rule): (usize, &String)| {
        let parsed: Result<Decision, _> = rule.parse();
        parsed.map_err(|error| at(&["rules", &number.to_string()], ConfigProblem::Orbit(error.into())))
    };
    comparison.rules.iter().enumerate().map(rule).collect()
}

pub(super) fn pair(model: &TransitionModel, state: StateId, name: &str) -> Result<usize, ConfigProblem> {
    let action = model.actions().get(name).map(dunamis_mdp::ActionId::new);
    action.and_then(|action| model.available().find(state, action)).ok_or_else(|| {
        let known = model.available().at(state).iter().map(|action| format!("`{}`", &model.actions()[action.index()]));
        let known = known.collect::<Vec<_>>().join(", ");
        ConfigProblem::UnknownAction { state: model.states()[state.index()].into(), name: name.into(), known }
    })
}

/// The states that are reachable after a choice, ascending.
fn reachable(model: &TransitionModel, from: StateId) -> Vec<usize> {
    let next = |state: usize| {
        let pairs = model.available().pairs(StateId::new(state));
        pairs.flat_map(|pair| model.row(pair).0).map(|&next| next as usize).collect::<Vec<_>>()
    };
    let mut seen: BTreeSet<usize> = next(from.index()).into_iter().collect();
    let mut open: Vec<usize> = seen.iter().copied().collect();
    while let Some(state) = open.pop() {
        open.extend(next(state).into_iter().filter(|&next| seen.insert(next)));
    }
    seen.into_iter().collect()
}

/// What policies that take one of some pairs lead to, over the given states.
fn outcomes(
    model: &TransitionModel,
    from: StateId,
    pairs: &[usize],
    discount: Option<&Number>,
    over: &[usize],
) -> Result<Vec<Vec<Rational>>, OrbitError> {
    let discount = discount.filter(|discount| !discount.exact().is_one());
    let mut all: Vec<Vec<Rational>> = Vec::new();
    for &pair in pairs {
        let vectors = match discount {
            None => recurrent_after(model, from, pair)?,
            Some(discount) => discounted(model, from, pair, discount)?,
        };
        for vector in vectors {
            let vector: Vec<Rational> = over.iter().map(|&state| vector[state].clone()).collect();
            if !all.contains(&vector) {
                all.push(vector);
            }
        }
    }
    Ok(all)
}

/// Visit distributions under a discount; under discount 0, what comes right after the choice.
fn discounted(
    model: &TransitionModel,
    from: StateId,
    pair: usize,
    discount: &Number,
) -> Result<Vec<Vec<Rational>>, OrbitError> {
    if discount.exact().is_zero() {
        let mut next = vec![Rational::zero(); model.states().len()];
        for (state, probability) in model.exact_row(pair) {
            next[state.index()] = probability;
        }
        return Ok(vec![next]);
    }
    let set = VisitDistributionSet::with_choice(model, from, pair, VisitDistributionSet::DEFAULT_LIMIT)?;
    let discount = Discount::new(discount.clone()).expect("from 0 to 1, and not 1");
    Ok(set.functions().iter().map(|function| function.at(&discount)).collect())
}

/// Everything that is asked of a comparison.
pub(super) fn compare(comparison: &Comparison, sets: &Sets) -> Result<ComparisonRecord, ExperimentError> {
    let (coordinates, a, b, choice, orbits, rules) = match sets {
        Sets::Counts { a, b, rules } => return counted(comparison, a, b, rules),
        Sets::Options { coordinates, a, b, choice, orbits, rules } => (coordinates, a, b, choice, orbits, rules),
    };
    let mut record = ComparisonRecord {
        name: comparison.name.clone(),
        coordinates: coordinates.clone(),
        a: vectors(a),
        b: vectors(b),
        c: vectors(choice.options()),
        size_a: a.len().to_string(),
        size_b: b.len().to_string(),
        orbits: Vec::new(),
        worst: Vec::new(),
        copies: None,
        floor_bound: None,
        fractional_bound: None,
    };
    for orbit in orbits {
        for rule in rules {
            let tendency = Tendency::enumerate(choice, rule, orbit).map_err(ExperimentError::Orbit)?;
            let list =
                comparison.list.then(|| orbit.iter().map(|reward| rearrangement(choice, rule, &reward)).collect());
            record.orbits.push(orbit_record(rule, orbit, &tendency, list.unwrap_or_default()));
        }
    }
    if comparison.worst {
        record.worst = rules.iter().map(|rule| worst(choice, rule)).collect::<Result<_, _>>()?;
    }
    if comparison.copies {
        record.copies = copies(a, b, choice, rules);
    }
    Ok(record)
}

fn orbit_record(
    rule: &Decision,
    orbit: &Orbit,
    tendency: &Tendency,
    rearrangements: Vec<RearrangementRecord>,
) -> OrbitRecord {
    let counts = tendency.counts();
    let count = |pick: fn(&dunamis_orbit::Counts) -> &BigUint| counts.as_ref().map(|counts| pick(counts).to_string());
    OrbitRecord {
        rule: rule.name(),
        reward: orbit.representative().iter().map(ToString::to_string).collect(),
        greater: count(|counts| &counts.greater),
        less: count(|counts| &counts.less),
        equal: count(|counts| &counts.equal),
        weak: tendency.weak().to_string(),
        ratio: tendency.ratio().map(|ratio| ratio.to_string()),
        rearrangements,
    }
}

fn rearrangement(choice: &Choice, rule: &Decision, reward: &[Rational]) -> RearrangementRecord {
    let utility = |option: &Vec<Rational>| option.iter().zip(reward).map(|(x, r)| x * r).sum::<Rational>();
    let utilities = Utilities::new(&choice.options().options().iter().map(utility).collect::<Vec<_>>());
    let value = |subset: &[usize]| ValueRecord::from(&rule.value(&utilities, subset));
    RearrangementRecord {
        reward: reward.iter().map(ToString::to_string).collect(),
        a: value(choice.other()),
        b: value(choice.preferred()),
    }
}

impl From<&ExponentialRatio> for ValueRecord {
    fn from(ratio: &ExponentialRatio) -> Self {
        let exact = ratio.to_rational().map_or_else(|| ratio.to_string(), |rational| rational.to_string());
        ValueRecord { exact, value: ratio.approximate() }
    }
}

/// Copies of A in B that leave the set of all choices as it is; where rules only look for the best option, as far as it lies
/// beside A and B.
fn copies(a: &OptionSet, b: &OptionSet, choice: &Choice, rules: &[Decision]) -> Option<CopiesRecord> {
    let search = CopySearch::new(a, b);
    let only_best = rules.iter().all(|rule| matches!(rule, Decision::Optimal(_)));
    let c = choice.options();
    let search = if only_best { search.fixing_beside(c) } else { search.fixing(c) };
    let copies = search.copies().ok()?;
    let slots = search.slots().ok();
    let count = Rational::from_integer(copies.count().into());
    Some(CopiesRecord {
        count: copies.count(),
        involutions: copies.embeddings().map(|embedding| embedding.involution.to_string()).collect(),
        images: copies.images().to_vec(),
        exhaustive: copies.exhaustive(),
        bound: (&count / (&count + Rational::one())).to_string(),
        slots: slots.as_ref().map(|slots| (slots.m(), slots.n())),
        fractional_bound: slots.as_ref().map(|slots| slots.fraction().to_string()),
    })
}

/// The most outcomes of a set whose worst orbit is searched for.
const OUTCOMES: usize = 1_000;

/// Outcomes that are only counted: all permutations of them are alike, so that the numbers decide everything.
fn counted(
    comparison: &Comparison,
    a: &BigUint,
    b: &BigUint,
    rules: &[Decision],
) -> Result<ComparisonRecord, ExperimentError> {
    let fraction = |n: &BigUint, m: &BigUint| Rational::new(n.clone().into(), (n + m).into()).to_string();
    let mut record = ComparisonRecord {
        name: comparison.name.clone(),
        coordinates: Vec::new(),
        a: Vec::new(),
        b: Vec::new(),
        c: Vec::new(),
        size_a: a.to_string(),
        size_b: b.to_string(),
        orbits: Vec::new(),
        worst: Vec::new(),
        copies: None,
        floor_bound: Some(fraction(&(b / a), &BigUint::one())),
        fractional_bound: (b >= a).then(|| fraction(b, a)),
    };
    if comparison.worst {
        let few = |count: &BigUint| count.to_usize().filter(|&count| count <= OUTCOMES);
        let Some((m, n)) = few(a).zip(few(b)) else { return Err(ExperimentError::TooManyOutcomes { limit: OUTCOMES }) };
        let choice = Choice::between(&OptionSet::basis(m + n, m..m + n)?, &OptionSet::basis(m + n, 0..m)?)?;
        record.worst = rules.iter().map(|rule| worst(&choice, rule)).collect::<Result<_, _>>()?;
    }
    Ok(record)
}

fn vectors(set: &OptionSet) -> Vec<Vec<String>> {
    set.options().iter().map(|option| option.iter().map(ToString::to_string).collect()).collect()
}
