//! Tabulated decision functions, and whether the general orbit lemma applies to them.

use super::results::{LemmaRecord, LemmaRow};
use crate::{ConfigError, ConfigProblem};
use dunamis_mdp::{Number, Rational};
use dunamis_orbit::{LemmaValues, NotRetargetable, Orbit, Permutation, Retargetability, Tendency};
use serde::Serialize;
use std::collections::BTreeMap;

/// A decision function given by its values on one orbit, and the involutions of the general orbit lemma
/// `[Turner & Tadepalli 2022, Lemma B.7]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrbitLemma {
    /// What it is called.
    pub name: String,
    /// The involutions, in cycle notation over coordinates from 0.
    pub involutions: Vec<String>,
    /// One row for each element of the orbit: its entries, $`f(A)`$, $`f(B)`$ and $`f(B^*_i)`$ for each involution.
    pub rows: Vec<Vec<Number>>,
}

/// The table, checked.
pub(super) struct Tabulated {
    orbit: Orbit,
    involutions: Vec<Permutation>,
    values: BTreeMap<Vec<Rational>, LemmaValues<Rational>>,
}

/// Checks the table with this number.
pub(super) fn tabulated(index: usize, lemma: &OrbitLemma) -> Result<Tabulated, ConfigError> {
    let at = |key: [String; 2], problem: ConfigProblem| {
        problem.at(["orbit-lemma".to_owned(), index.to_string()].into_iter().chain(key))
    };
    let parse = |(number, text): (usize, &String)| {
        let place = ["involutions".to_owned(), number.to_string()];
        text.parse::<Permutation>().map_err(|error| at(place, ConfigProblem::Orbit(error)))
    };
    let involutions = lemma.involutions.iter().enumerate().map(parse).collect::<Result<Vec<_>, _>>()?;
    let values_per_row = 2 + involutions.len();
    let table = |number: usize, problem| at(["rows".to_owned(), number.to_string()], problem);
    let width = lemma.rows.first().map_or(0, Vec::len);
    let mut values = BTreeMap::new();
    for (number, row) in lemma.rows.iter().enumerate() {
        if row.len() != width || row.len() <= values_per_row {
            return Err(table(number, ConfigProblem::LemmaRow { values: values_per_row, found: row.len() }));
        }
        let mut element: Vec<Rational> = row.iter().map(Number::exact).collect();
        let mut rest = element.split_off(width - values_per_row);
        let copies = rest.split_off(2);
        let [a, b] = &rest[..] else { continue };
        values.insert(element, LemmaValues { a: a.clone(), b: b.clone(), copies });
    }
    let Some(orbit) = values.keys().next().map(|element| Orbit::new(element.clone())) else {
        return Err(table(0, ConfigProblem::LemmaRow { values: values_per_row, found: 0 }));
    };
    let complete =
        orbit.iter().count() == lemma.rows.len() && orbit.iter().all(|element| values.contains_key(&element));
    if !complete {
        return Err(at(["rows".to_owned(), "0".to_owned()], ConfigProblem::LemmaOrbit));
    }
    Ok(Tabulated { orbit, involutions, values })
}

/// Whether the lemma applies, and what the orbit looks like anyway.
pub(super) fn apply(lemma: &OrbitLemma, Tabulated { orbit, involutions, values }: &Tabulated) -> LemmaRecord {
    let applies: Result<Retargetability<Rational>, NotRetargetable<Rational>> =
        Retargetability::by_orbit_lemma(orbit, |_| true, |element| values[element].clone(), involutions);
    let tendency = Tendency::of(values.values().map(|values| values.b.cmp(&values.a)));
    let counts = tendency.as_ref().and_then(Tendency::counts);
    let count = |pick: fn(&dunamis_orbit::Counts) -> String| counts.as_ref().map(pick).unwrap_or_default();
    let row = |(element, values): (&Vec<Rational>, &LemmaValues<Rational>)| LemmaRow {
        reward: element.iter().map(ToString::to_string).collect(),
        a: values.a.to_string(),
        b: values.b.to_string(),
        copies: values.copies.iter().map(ToString::to_string).collect(),
    };
    LemmaRecord {
        name: lemma.name.clone(),
        involutions: lemma.involutions.clone(),
        rows: values.iter().map(row).collect(),
        refusal: applies.err().map(|refusal| refusal.to_string()),
        greater: count(|counts| counts.greater.to_string()),
        less: count(|counts| counts.less.to_string()),
        equal: count(|counts| counts.equal.to_string()),
        ratio: tendency.and_then(|tendency| tendency.ratio()).map(|ratio| ratio.to_string()),
    }
}
