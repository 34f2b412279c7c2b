//! Options of a model, recomputed policy by policy.

use super::CertificateError;
use super::entry::{Entry, rational, shortened};
use super::options::{Sets, Vector};
use crate::certificate::{Alternatives, Certificate, Horizon, Rule, Source};
use dunamis_mdp::{Rational, StateId, TransitionModel, json};
use num_traits::{One, Signed, Zero};
use std::collections::BTreeSet;

/// Policies beyond this number are not enumerated.
const MOST_POLICIES: usize = 50_000;

fn differs(what: impl Into<String>) -> CertificateError {
    CertificateError::Source { what: what.into() }
}

/// Checks that A, B and C are the options of the model and the choice.
pub(super) fn check(source: &Source, certificate: &Certificate, sets: &Sets) -> Result<(), CertificateError> {
    let document = json::read(source.model.get()).map_err(|error| differs(format!("it cannot be read: {error}")))?;
    let model = document.model;
    let names: Vec<&str> = model.states().iter().collect();
    if certificate.coordinates.iter().map(String::as_str).ne(names.iter().copied()) {
        return Err(differs("its states are not the coordinates"));
    }
    let state = |name: &str| {
        let index = names.iter().position(|other| *other == name);
        index.ok_or_else(|| differs(format!("it has no state `{}`", shortened(name))))
    };
    match &source.alternatives {
        Alternatives::Actions { state: name, prefer, over } => {
            let start = state(name)?;
            let pair = |action: &str| {
                let available = model.available();
                let found = available.pairs(StateId::new(start)).find(|&pair| {
                    let id = available.action(pair);
                    &model.actions()[id.index()] == action
                });
                found.ok_or_else(|| differs(format!("`{name}` has no action `{}`", shortened(action))))
            };
            let pairs = |actions: &[String]| -> Result<Vec<Option<usize>>, CertificateError> {
                if actions.is_empty() {
                    return Err(differs("no action is named on one side"));
                }
                actions.iter().map(|action| pair(action).map(Some)).collect()
            };
            let (prefer, over) = (pairs(prefer)?, pairs(over)?);
            let chains = Chains { model: &model, start };
            compare(&chains, &over, &source.horizon, &sets.a, "A")?;
            compare(&chains, &prefer, &source.horizon, &sets.b, "B")?;
            if certificate.rule != Rule::Power {
                return compare(&chains, &[None], &source.horizon, &sets.c, "C");
            }
            if prefer.len() > 1 || over.len() > 1 {
                return Err(differs("POWER is compared after one action on each side"));
            }
            if over.iter().flatten().any(|&pair| chains.reaches_start(pair)) {
                return Err(differs("the start can be reached again after the action of A"));
            }
            Ok(())
        }
        Alternatives::States { prefer, over } => {
            compare(&Chains { model: &model, start: state(over)? }, &[None], &source.horizon, &sets.a, "A")?;
            compare(&Chains { model: &model, start: state(prefer)? }, &[None], &source.horizon, &sets.b, "B")
        }
    }
}

/// Exact rows of the states that a policy visits; empty elsewhere.
type Rows = Vec<Vec<(usize, Rational)>>;

/// The Markov chains of all policies from a start.
struct Chains<'a> {
    model: &'a TransitionModel,
    start: usize,
}

impl Chains<'_> {
    fn row(&self, pair: usize) -> Result<Vec<(usize, Rational)>, CertificateError> {
        let row: Vec<_> = self.model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect();
        let total: Rational = row.iter().map(|(_, p)| p).sum();
        if total.is_one() { Ok(row) } else { Err(differs("a row of it does not sum to 1 exactly")) }
    }

    /// Calls `visit` with every policy, up to choices at states that it does not come to.
    fn each(
        &self,
        first: Option<usize>,
        visit: &mut dyn FnMut(&Rows) -> Result<(), CertificateError>,
    ) -> Result<(), CertificateError> {
        let mut rows: Vec<Option<Vec<(usize, Rational)>>> = vec![None; self.model.states().len()];
        let mut left = MOST_POLICIES;
        if let Some(pair) = first {
            rows[self.start] = Some(self.row(pair)?);
        }
        self.extend(&mut rows, visit, &mut left)
    }

    fn extend(
        &self,
        rows: &mut Vec<Option<Vec<(usize, Rational)>>>,
        visit: &mut dyn FnMut(&Rows) -> Result<(), CertificateError>,
        left: &mut usize,
    ) -> Result<(), CertificateError> {
        let mut seen = BTreeSet::from([self.start]);
        let mut stack = vec![self.start];
        let mut open = None;
        while let Some(state) = stack.pop() {
            match &rows[state] {
                Some(row) => stack.extend(row.iter().map(|&(next, _)| next).filter(|&next| seen.insert(next))),
                None => open = Some(state),
            }
        }
        let Some(state) = open else {
            *left = left.checked_sub(1).ok_or_else(|| differs(format!("it has more than {MOST_POLICIES} policies")))?;
            return visit(&rows.iter().map(|row| row.clone().unwrap_or_default()).collect());
        };
        let mut tried: Vec<Vec<(usize, Rational)>> = Vec::new();
        for pair in self.model.available().pairs(StateId::new(state)) {
            let row = self.row(pair)?;
            if !tried.contains(&row) {
                rows[state] = Some(row.clone());
                self.extend(rows, visit, left)?;
                tried.push(row);
            }
        }
        rows[state] = None;
        Ok(())
    }

    /// Whether the start can be reached again after a pair.
    fn reaches_start(&self, pair: usize) -> bool {
        let successors = |pair: usize| self.model.exact_row(pair).into_iter().map(|(next, _)| next.index());
        let mut stack: Vec<usize> = successors(pair).collect();
        let mut seen: BTreeSet<usize> = stack.iter().copied().collect();
        while let Some(state) = stack.pop() {
            for pair in self.model.available().pairs(StateId::new(state)) {
                stack.extend(successors(pair).filter(|&next| seen.insert(next)));
            }
        }
        seen.contains(&self.start)
    }
}

/// Checks that a set has exactly the options of all policies that begin with one of some pairs, or with any.
fn compare(
    chains: &Chains<'_>,
    firsts: &[Option<usize>],
    horizon: &Horizon,
    listed: &[Vector],
    set: &str,
) -> Result<(), CertificateError> {
    let states = chains.model.states().len();
    let discounts: Vec<Rational> = match horizon {
        Horizon::Average => Vec::new(),
        Horizon::Discount(text) => {
            let discount = rational(text).filter(|x| x.is_positive() && *x < Rational::one());
            vec![discount.ok_or_else(|| CertificateError::Syntax {
                place: "source.horizon".into(),
                text: shortened(text),
                expected: "a discount between 0 and 1",
            })?]
        }
        // Fractions of polynomials up to degree |S| that agree at 2|S| + 1 points are the same.
        Horizon::EveryDiscount => {
            let points = 2 * states + 1;
            (1..=points).map(|k| Rational::new(k.into(), (points + 1).into())).collect()
        }
    };
    let number =
        |entry: &Entry| entry.number().ok_or_else(|| differs(format!("{set} lists functions of the discount")));
    let expected: Vec<Vec<Vec<Rational>>> = match horizon {
        Horizon::EveryDiscount => {
            let degree = listed.iter().flatten().map(Entry::degree).max().unwrap_or(0);
            if degree > states {
                return Err(differs(format!("{set} lists a function of degree {degree}")));
            }
            let at = |option: &Vector, discount: &Rational| -> Result<Vec<Rational>, CertificateError> {
                let values = option.iter().map(|entry| entry.at(discount));
                values.collect::<Option<_>>().ok_or_else(|| differs(format!("{set} lists a function with a pole")))
            };
            listed.iter().map(|option| discounts.iter().map(|x| at(option, x)).collect()).collect::<Result<_, _>>()?
        }
        _ => listed
            .iter()
            .map(|option| Ok(vec![option.iter().map(number).collect::<Result<_, _>>()?]))
            .collect::<Result<_, CertificateError>>()?,
    };
    let mut found = vec![false; expected.len()];
    let mut check = |rows: &Rows| {
        let actual = match horizon {
            Horizon::Average => vec![limit(rows, chains.start)],
            _ => discounts.iter().map(|discount| visits(rows, chains.start, discount)).collect(),
        };
        match expected.iter().position(|option| *option == actual) {
            Some(place) => found[place] = true,
            None => return Err(differs(format!("{set} lacks an option of a policy"))),
        }
        Ok(())
    };
    firsts.iter().try_for_each(|&first| chains.each(first, &mut check))?;
    match found.iter().position(|found| !found) {
        Some(stray) => Err(differs(format!("option {stray} of {set} belongs to no policy"))),
        None => Ok(()),
    }
}

/// Solves a square system, each row with its right-hand side last.
fn solve(mut rows: Vec<Vec<Rational>>) -> Vec<Rational> {
    let size = rows.len();
    for column in 0..size {
        let Some(pivot) = (column..size).find(|&row| !rows[row][column].is_zero()) else { return Vec::new() };
        rows.swap(column, pivot);
        let scale = rows[column][column].recip();
        rows[column].iter_mut().for_each(|x| *x *= &scale);
        let pivot_row = rows[column].clone();
        for (index, row) in rows.iter_mut().enumerate() {
            if index != column && !row[column].is_zero() {
                let factor = row[column].clone();
                row.iter_mut().zip(&pivot_row).for_each(|(x, y)| *x -= &factor * y);
            }
        }
    }
    rows.into_iter().filter_map(|mut row| row.pop()).collect()
}

/// Discounted visits from the start: $`f = e_s + \gamma P^\top f`$.
fn visits(rows: &Rows, start: usize, discount: &Rational) -> Vec<Rational> {
    let size = rows.len();
    let mut system = vec![vec![Rational::zero(); size + 1]; size];
    for (state, row) in rows.iter().enumerate() {
        system[state][state] += Rational::one();
        for (next, p) in row {
            system[*next][state] -= discount * p;
        }
    }
    system[start][size] = Rational::one();
    solve(system)
}

/// The long-run distribution from the start: absorption into recurrent classes, times their stationary laws.
fn limit(rows: &Rows, start: usize) -> Vec<Rational> {
    let size = rows.len();
    let reach: Vec<BTreeSet<usize>> = (0..size)
        .map(|from| {
            let (mut seen, mut stack) = (BTreeSet::from([from]), vec![from]);
            while let Some(state) = stack.pop() {
                stack.extend(rows[state].iter().map(|&(next, _)| next).filter(|&next| seen.insert(next)));
            }
            seen
        })
        .collect();
    let visited: Vec<usize> = reach[start].iter().copied().collect();
    let is_recurrent = |state: usize| reach[state].iter().all(|&other| reach[other].contains(&state));
    let transient: Vec<usize> = visited.iter().copied().filter(|&state| !is_recurrent(state)).collect();
    let mut law = vec![Rational::zero(); size];
    let mut done = BTreeSet::new();
    for &state in visited.iter().filter(|&&state| is_recurrent(state)) {
        if !done.insert(state) {
            continue;
        }
        let class: Vec<usize> = reach[state].iter().copied().collect();
        done.extend(class.iter().copied());
        let probability = |from: usize, to: usize| -> Rational {
            rows[from].iter().filter(|&&(next, _)| next == to).map(|(_, p)| p).sum()
        };
        // Probability of coming here, from every transient state.
        let into = |from: usize| -> Rational { class.iter().map(|&to| probability(from, to)).sum() };
        let absorbed = if transient.is_empty() {
            Rational::one()
        } else {
            let system = transient.iter().map(|&i| {
                let mut row: Vec<Rational> = transient
                    .iter()
                    .map(|&j| Rational::from_integer(i32::from(i == j).into()) - probability(i, j))
                    .collect();
                row.push(into(i));
                row
            });
            let absorbed = solve(system.collect());
            match transient.iter().position(|&i| i == start) {
                Some(place) => absorbed[place].clone(),
                None => Rational::one(),
            }
        };
        // Balance at all states but one, and masses that sum to 1.
        let balance = class.iter().enumerate().map(|(k, &to)| {
            let mut row: Vec<Rational> = class
                .iter()
                .map(|&from| {
                    if k == 0 {
                        Rational::one()
                    } else {
                        probability(from, to) - Rational::from_integer(i32::from(from == to).into())
                    }
                })
                .collect();
            row.push(if k == 0 { Rational::one() } else { Rational::zero() });
            row
        });
        for (&member, mass) in class.iter().zip(solve(balance.collect())) {
            law[member] = mass * &absorbed;
        }
    }
    law
}
