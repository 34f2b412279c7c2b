//! Certificates that list their options.

use super::entry::{Entry, rational, shortened};
use super::{CertificateError, source};
use crate::certificate::{Alternatives, Certificate, Dominated, Horizon, Options, Rule, Theorem};
use dunamis_mdp::Rational;
use num_bigint::BigUint;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeSet;

pub(super) type Vector = Vec<Entry>;

/// The vectors of a certificate.
pub(super) struct Sets {
    pub(super) a: Vec<Vector>,
    pub(super) b: Vec<Vector>,
    pub(super) c: Vec<Vector>,
}

fn shape(place: impl Into<String>, what: impl Into<String>) -> CertificateError {
    CertificateError::Shape { place: place.into(), what: what.into() }
}

/// Checks everything but counts and bound; returns the numbers of parts of B and of A.
pub(super) fn check(certificate: &Certificate) -> Result<[BigUint; 2], CertificateError> {
    let names = distinct_names("coordinates", &certificate.coordinates)?;
    let permuted = distinct_names("permuted", &certificate.permuted)?;
    if let Some(unknown) = permuted.iter().find(|name| !names.contains(*name)) {
        return Err(shape("permuted", format!("names `{unknown}`, which is no coordinate")));
    }
    let may_move: Vec<bool> = certificate.coordinates.iter().map(|name| permuted.contains(name.as_str())).collect();
    let dimension = may_move.len();
    let a = listed("a", &certificate.a, dimension)?;
    let b = listed("b", &certificate.b, dimension)?;
    let c = certificate.c.as_ref().map(|c| listed("c", c, dimension)).transpose()?;
    if (certificate.rule == Rule::Power) != c.is_none() {
        return Err(shape("c", "lists all options to choose among, and stands there unless the claim is about POWER"));
    }
    let sets = Sets { a, b, c: c.unwrap_or_default() };
    if certificate.rule != Rule::Power {
        if let Some((i, j)) = first_shared(&sets.a, &sets.b) {
            return Err(CertificateError::SharedOption { a: i, b: j });
        }
        for (place, set) in [("a", &sets.a), ("b", &sets.b)] {
            if let Some(stray) = set.iter().position(|option| !sets.c.contains(option)) {
                return Err(shape(place, format!("has option {stray} that is not among those of C")));
            }
        }
    }
    let parts_a = parts("a", &certificate.parts.a, sets.a.len())?;
    let parts_b = parts("b", &certificate.parts.b, sets.b.len())?;
    let (m, n) = (parts_a.len(), parts_b.len());
    if m == 0 || n < m {
        return Err(shape(
            "parts",
            format!("has {n} parts of B and {m} of A: B needs as many as A, and A at least one"),
        ));
    }
    let kept = kept(certificate, &sets)?;
    let involutions = &certificate.involutions;
    if involutions.len() != m || involutions.iter().any(|row| row.len() != n) {
        return Err(shape("involutions", format!("needs {m} rows of {n}")));
    }
    for (j, row) in involutions.iter().enumerate() {
        for (i, text) in row.iter().enumerate() {
            let fails = |what: String| CertificateError::Involution { j, i, what };
            let images = involution(text, &may_move, &certificate.coordinates).map_err(fails)?;
            let image = |option: &Vector| -> Vector { (0..dimension).map(|k| option[images[k]].clone()).collect() };
            let pick =
                |set: &[Vector], part: &[usize]| -> Vec<Vector> { part.iter().map(|&k| set[k].clone()).collect() };
            let maps_onto = |from: &[Vector], to: &[Vector]| {
                from.len() == to.len() && from.iter().all(|option| to.contains(&image(option)))
            };
            if !maps_onto(&pick(&sets.a, &parts_a[j]), &pick(&sets.b, &parts_b[i])) {
                return Err(fails(format!("does not map part {j} of A onto part {i} of B")));
            }
            for (k, part) in parts_a.iter().enumerate().filter(|&(k, _)| k != j) {
                let part = pick(&sets.a, part);
                if !maps_onto(&part, &part) {
                    return Err(fails(format!("moves part {k} of A")));
                }
            }
            for (k, part) in parts_b.iter().enumerate().filter(|&(k, _)| k != i) {
                let part = pick(&sets.b, part);
                if !maps_onto(&part, &part) {
                    return Err(fails(format!("moves part {k} of B")));
                }
            }
            let stay: Vec<Vector> = kept.iter().map(|&k| sets.c[k].clone()).collect();
            if let Some(moved) = stay.iter().position(|option| !stay.contains(&image(option))) {
                return Err(fails(format!("maps option {} of C to none of the options kept", kept[moved])));
            }
        }
    }
    check_outside(certificate, &sets, parts_a, parts_b, &kept)?;
    if let Some(source) = &certificate.source {
        source::check(source, certificate, &sets)?;
    }
    check_theorem(certificate, &sets, [n, m])?;
    Ok([n.into(), m.into()])
}

fn distinct_names<'a>(place: &str, names: &'a [String]) -> Result<BTreeSet<&'a str>, CertificateError> {
    let distinct: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    match names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
        _ if names.is_empty() => Err(shape(place, "is empty")),
        Some((_, twice)) => Err(shape(place, format!("names `{twice}` twice"))),
        None => Ok(distinct),
    }
}

fn listed(place: &str, options: &Options, dimension: usize) -> Result<Vec<Vector>, CertificateError> {
    let Options::Listed(vectors) = options else {
        return Err(shape(place, "counts options, where another set lists them"));
    };
    if vectors.is_empty() {
        return Err(shape(place, "has no option"));
    }
    let mut parsed: Vec<Vector> = Vec::with_capacity(vectors.len());
    for (i, vector) in vectors.iter().enumerate() {
        if vector.len() != dimension {
            return Err(shape(
                format!("{place}[{i}]"),
                format!("has {} coordinates instead of {dimension}", vector.len()),
            ));
        }
        let entries = vector.iter().enumerate().map(|(k, text)| Entry::parse(text, || format!("{place}[{i}][{k}]")));
        let entries = entries.collect::<Result<Vector, _>>()?;
        if let Some(twin) = parsed.iter().position(|other| *other == entries) {
            return Err(shape(format!("{place}[{i}]"), format!("repeats option {twin}")));
        }
        parsed.push(entries);
    }
    Ok(parsed)
}

fn first_shared(a: &[Vector], b: &[Vector]) -> Option<(usize, usize)> {
    a.iter().enumerate().find_map(|(i, option)| Some((i, b.iter().position(|other| other == option)?)))
}

/// Parts that are not empty, do not overlap, and name options that are there.
fn parts<'a>(set: &str, parts: &'a [Vec<usize>], options: usize) -> Result<&'a [Vec<usize>], CertificateError> {
    let mut seen = BTreeSet::new();
    for (k, part) in parts.iter().enumerate() {
        let place = || format!("parts.{set}[{k}]");
        if part.is_empty() {
            return Err(shape(place(), "is empty"));
        }
        for &option in part {
            if option >= options {
                return Err(shape(place(), format!("names option {option} of {options}")));
            }
            if !seen.insert(option) {
                return Err(shape(place(), format!("names option {option}, which stands in a part already")));
            }
        }
    }
    Ok(parts)
}

/// Numbers of the options of C that must be mapped onto themselves.
fn kept(certificate: &Certificate, sets: &Sets) -> Result<Vec<usize>, CertificateError> {
    match certificate.rule {
        Rule::Optimal => {
            let kept: BTreeSet<usize> = certificate.kept.iter().copied().collect();
            if kept.len() != certificate.kept.len() {
                return Err(shape("kept", "names an option twice"));
            }
            match kept.last() {
                Some(&last) if last >= sets.c.len() => {
                    Err(shape("kept", format!("names option {last} of {}", sets.c.len())))
                }
                _ => Ok(kept.into_iter().collect()),
            }
        }
        Rule::Invariant | Rule::Power if !certificate.kept.is_empty() => {
            Err(shape("kept", "has no meaning unless the rule is optimal choice"))
        }
        Rule::Invariant => Ok((0..sets.c.len()).collect()),
        Rule::Power => Ok(Vec::new()),
    }
}

/// The images of all coordinates under an involution of those that may move.
fn involution(text: &str, may_move: &[bool], names: &[String]) -> Result<Vec<usize>, String> {
    let mut images: Vec<usize> = (0..may_move.len()).collect();
    let syntax = || format!("is `{}`, where swaps such as `(0 1)(2 3)` are needed", shortened(text));
    let mut rest = text;
    if text == "()" {
        return Ok(images);
    }
    while !rest.is_empty() {
        let (cycle, after) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(syntax)?;
        let numbers: Option<Vec<usize>> = cycle.split(' ').map(|number| number.parse().ok()).collect();
        let [x, y] = numbers.ok_or_else(syntax)?[..] else {
            return Err(format!("has the cycle `({cycle})`, which is no swap"));
        };
        for number in [x, y] {
            match may_move.get(number) {
                None => return Err(format!("moves coordinate {number}, which is not there")),
                Some(false) => return Err(format!("moves `{}`, which is not permuted", names[number])),
                Some(true) => {}
            }
        }
        if x == y || images[x] != x || images[y] != y {
            return Err(format!("moves a coordinate of `({cycle})` twice"));
        }
        (images[x], images[y]) = (y, x);
        rest = after;
    }
    Ok(images)
}

/// Options outside of parts, and options of C that are not kept.
fn check_outside(
    certificate: &Certificate,
    sets: &Sets,
    parts_a: &[Vec<usize>],
    parts_b: &[Vec<usize>],
    kept: &[usize],
) -> Result<(), CertificateError> {
    let inside_a: BTreeSet<usize> = parts_a.iter().flatten().copied().collect();
    let outside: Vec<usize> = (0..sets.a.len()).filter(|i| !inside_a.contains(i)).collect();
    if certificate.rule == Rule::Invariant {
        if let Some(option) = outside.first() {
            return Err(shape("parts.a", format!("leaves out option {option} of A")));
        }
        let is_empty = certificate.dominated_a.is_empty() && certificate.dominated_c.is_empty();
        return if is_empty { Ok(()) } else { Err(shape("dominated", "matters for optimality alone")) };
    }
    let at = weighed_at(certificate);
    check_dominated("A", &outside, &certificate.dominated_a, &sets.a, &inside_a, at.as_ref())?;
    if certificate.rule == Rule::Power {
        let is_empty = certificate.dominated_c.is_empty();
        return if is_empty { Ok(()) } else { Err(shape("dominated_c", "has no meaning for POWER")) };
    }
    let position = |option: &Vector| sets.c.iter().position(|other| other == option);
    let kept: BTreeSet<usize> = kept.iter().copied().collect();
    for (set, options, parts) in [("a", &sets.a, parts_a), ("b", &sets.b, parts_b)] {
        let stray = parts.iter().flatten().find(|&&k| position(&options[k]).is_none_or(|place| !kept.contains(&place)));
        if let Some(stray) = stray {
            return Err(shape("kept", format!("leaves out option {stray} of `{set}`, which stands in a part")));
        }
    }
    let of_b: BTreeSet<usize> = sets.b.iter().filter_map(position).collect();
    let outside: Vec<usize> = (0..sets.c.len()).filter(|k| !kept.contains(k) && !of_b.contains(k)).collect();
    let support = kept.union(&of_b).copied().collect();
    check_dominated("C", &outside, &certificate.dominated_c, &sets.c, &support, at.as_ref())
}

/// Domination among the visit distribution functions of a model is the same at every discount in (0, 1)
/// `[Turner et al. 2021, Lemma E.33]`, so that weights at 1/2 show it.
fn weighed_at(certificate: &Certificate) -> Option<Rational> {
    let source = certificate.source.as_ref()?;
    (source.horizon == Horizon::EveryDiscount).then(|| Rational::new(1.into(), 2.into()))
}

fn check_dominated(
    set: &'static str,
    outside: &[usize],
    shown: &[Dominated],
    options: &[Vector],
    support: &BTreeSet<usize>,
    at: Option<&Rational>,
) -> Result<(), CertificateError> {
    let listed: Vec<usize> = shown.iter().map(|dominated| dominated.option).collect();
    if let Some(&option) = outside.iter().find(|option| !listed.contains(option)) {
        return Err(CertificateError::NotDominated { set, option, what: "no weights are given".into() });
    }
    if let Some(&option) = listed.iter().find(|option| !outside.contains(option)) {
        return Err(CertificateError::NotDominated { set, option, what: "it is not one that needs weights".into() });
    }
    if listed.len() != outside.len() {
        return Err(shape(format!("dominated_{}", set.to_lowercase()), "lists an option twice"));
    }
    for Dominated { option, weights } in shown {
        let fails = |what: String| CertificateError::NotDominated { set, option: *option, what };
        let value = |entry: &Entry| match at {
            Some(discount) => entry.at(discount),
            None => entry.number(),
        };
        let no_number = || fails("its coordinates are not numbers".into());
        let mut rest: Vec<Rational> =
            options[*option].iter().map(value).collect::<Option<_>>().ok_or_else(no_number)?;
        let mut left = Rational::one();
        for (other, weight) in weights {
            if !support.contains(other) {
                return Err(fails(format!("option {other} may not have a weight")));
            }
            let weight = rational(weight).filter(Signed::is_positive);
            let weight =
                weight.ok_or_else(|| fails(format!("the weight of option {other} is not a positive fraction")))?;
            for (rest, entry) in rest.iter_mut().zip(&options[*other]) {
                *rest -= &weight * value(entry).ok_or_else(no_number)?;
            }
            left -= weight;
        }
        if !left.is_zero() {
            return Err(fails("the weights do not sum to 1".into()));
        }
        if rest.iter().any(|x| !x.is_zero()) {
            return Err(fails("the weighted options do not combine to it".into()));
        }
    }
    Ok(())
}

/// Whether the theorem is about a claim of this form, and its own conditions hold.
fn check_theorem(certificate: &Certificate, sets: &Sets, [n, m]: [usize; 2]) -> Result<(), CertificateError> {
    let Certificate { theorem, rule, source, .. } = certificate;
    let fails = |what: &str| Err(CertificateError::Theorem { theorem: *theorem, what: what.into() });
    let horizon = source.as_ref().map(|source| &source.horizon);
    let choice = source.as_ref().map(|source| &source.alternatives);
    let states = matches!(choice, Some(Alternatives::States { .. }));
    if *rule != Rule::Power && states {
        return fails("the claim compares two states, which is about POWER");
    }
    match (theorem, rule) {
        (Theorem::Copies, Rule::Invariant) | (Theorem::OptimalCopies | Theorem::RecurrentCopies, Rule::Optimal)
            if m != 1 =>
        {
            fails("A has more than one part")
        }
        (Theorem::Fractional, Rule::Optimal | Rule::Invariant)
        | (Theorem::Copies, Rule::Invariant)
        | (Theorem::OptimalCopies, Rule::Optimal) => Ok(()),
        (Theorem::RecurrentCopies, Rule::Optimal) if horizon != Some(&Horizon::Average) => {
            fails("the options are not recurrent state distributions of a model")
        }
        (Theorem::RecurrentCopies, Rule::Optimal) => match overlap(sets) {
            Some(option) => fails(&format!("option {option} of C shares a state with options of A or B")),
            None => Ok(()),
        },
        (Theorem::Power | Theorem::PowerSeeking | Theorem::RecurrentPower, Rule::Power) => {
            if [n, m] != [1, 1] {
                return fails("it is about one copy");
            }
            match (theorem, horizon, states) {
                (Theorem::Power, Some(Horizon::EveryDiscount), true)
                | (Theorem::PowerSeeking, Some(Horizon::EveryDiscount), false)
                | (Theorem::RecurrentPower, Some(Horizon::Average), true) => Ok(()),
                _ => fails("the options are not those it is about"),
            }
        }
        _ => fails("the rule is another"),
    }
}

/// An option of C outside of A and B that no convex combination of others is needed for, and that shares a coordinate with A
/// or B. Dominated options may share coordinates; here every option counts, which is stricter.
fn overlap(sets: &Sets) -> Option<usize> {
    let is_zero = |entry: &Entry| entry.number().is_some_and(|x| x.is_zero());
    let own: Vec<&Vector> = sets.a.iter().chain(&sets.b).collect();
    let dimension = sets.a.first().map_or(0, Vec::len);
    let touched: Vec<bool> = (0..dimension).map(|k| own.iter().any(|option| !is_zero(&option[k]))).collect();
    let is_own = |option: &Vector| own.contains(&option);
    let touches = |option: &Vector| option.iter().zip(&touched).any(|(entry, touched)| *touched && !is_zero(entry));
    sets.c.iter().position(|option| !is_own(option) && touches(option))
}
