//! Shutdown against states that can be visited again and again, among goals compatible with training.
//!
//! Let shutdown be strictly best at the new state under a goal without negative rewards, and let a state be visited $`V \ge 1`$
//! times under some policy that does not shut down. Shutdown earns the terminal state's reward once, so that this reward exceeds
//! the other one; after they are swapped the policy earns at least what shutdown earned before, and more than shutdown earns
//! now. The swapped goal is compatible with training when neither state can be reached from there: then what is optimal there
//! does not depend on either reward. Different states give different swapped goals, since a strictly larger reward lands on them.

use super::entry::{rational, shortened};
use super::{CertificateError, Theorem};
use crate::Strictness;
use crate::certificate::{Alternatives, Certificate, Horizon, Rule};
use dunamis_mdp::{Discount, Number, StateId, TransitionModel, json};
use num_bigint::BigUint;
use num_traits::{One, Signed};
use std::collections::BTreeSet;

fn shape(place: impl Into<String>, what: impl Into<String>) -> CertificateError {
    CertificateError::Shape { place: place.into(), what: what.into() }
}

fn fails(what: impl Into<String>) -> CertificateError {
    CertificateError::Theorem { theorem: Theorem::TrainingCompatible, what: what.into() }
}

/// Checks everything but counts and bound; returns the numbers of options of B and of A.
pub(super) fn check(certificate: &Certificate, a: &str, b: &str) -> Result<[BigUint; 2], CertificateError> {
    let Certificate { source, compatible, coordinates, permuted, parts, involutions, kept, rule, c, .. } = certificate;
    let (Some(source), Some(compatible)) = (source, compatible) else {
        return Err(shape("compatible", "is needed, and a source too"));
    };
    if *rule != Rule::Optimal {
        return Err(fails("it is about optimal choice"));
    }
    let empty = parts.a.is_empty() && parts.b.is_empty() && kept.is_empty() && c.is_none();
    if !empty || !certificate.dominated_a.is_empty() || !certificate.dominated_c.is_empty() {
        return Err(shape("parts", "and what belongs to listed options have no meaning here"));
    }
    let document = json::read(source.model.get());
    let model = document.map_err(|error| source_error(format!("it cannot be read: {error}")))?.model;
    if model.states().iter().ne(coordinates.iter().map(String::as_str)) || permuted != coordinates {
        return Err(source_error("its states are not the coordinates, all of them permuted"));
    }
    let Horizon::Discount(text) = &source.horizon else { return Err(fails("it holds at one discount")) };
    let discount = discount(text)?;
    let Alternatives::Actions { state, prefer, over } = &source.alternatives else {
        return Err(fails("it compares actions of one state"));
    };
    let new = find(&model, state)?;
    let terminal = shutdown(&model, new, prefer, over)?;

    let mut trained = BTreeSet::new();
    for name in &compatible.trained {
        if !trained.insert(find(&model, name)?) {
            return Err(shape("compatible.trained", format!("names `{}` twice", shortened(name))));
        }
    }
    if trained.is_empty() {
        return Err(shape("compatible.trained", "names no state"));
    }
    if trained.contains(&new) {
        return Err(fails(format!("`{}` was visited in training", shortened(state))));
    }
    // Within training, other states do not matter however they can be reached.
    let matters = if compatible.all_actions { reached(&model, trained) } else { trained };
    let free = |state: StateId| {
        let name = &model.states()[state.index()];
        let how = if compatible.all_actions { "can be reached from training" } else { "was visited in training" };
        if matters.contains(&state) { Err(fails(format!("`{name}` {how}"))) } else { Ok(()) }
    };
    free(terminal)?;

    let swaps = match &involutions[..] {
        [swaps] if swaps.len() == compatible.visits.len() && !swaps.is_empty() => swaps,
        _ => return Err(shape("involutions", "needs one row with a swap for each state that is visited")),
    };
    let mut seen = BTreeSet::from([terminal]);
    for (i, (visits, swap)) in compatible.visits.iter().zip(swaps).enumerate() {
        visits
            .check(&model, new, &discount, Strictness::AtLeastOnce)
            .map_err(|error| CertificateError::Visits { i, error: Box::new(error) })?;
        let state = find(&model, &visits.state)?;
        free(state)?;
        if !seen.insert(state) {
            let what = format!("is about `{}`, which is the terminal state or named before", shortened(&visits.state));
            return Err(shape(format!("compatible.visits[{i}]"), what));
        }
        let [x, y] = [state.min(terminal), state.max(terminal)].map(StateId::index);
        if *swap != format!("({x} {y})") {
            return Err(CertificateError::Involution { j: 0, i, what: format!("is not the swap ({x} {y})") });
        }
    }
    let n = compatible.visits.len();
    for (place, claimed, shown) in [("a", a, 1), ("b", b, n)] {
        if claimed != shown.to_string() {
            return Err(CertificateError::Arithmetic { place, claimed: shortened(claimed), shown: shown.to_string() });
        }
    }
    Ok([n.into(), 1_u8.into()])
}

fn source_error(what: impl Into<String>) -> CertificateError {
    CertificateError::Source { what: what.into() }
}

fn find(model: &TransitionModel, name: &str) -> Result<StateId, CertificateError> {
    let index = model.states().iter().position(|other| other == name);
    index.map(StateId::new).ok_or_else(|| source_error(format!("it has no state `{}`", shortened(name))))
}

fn discount(text: &str) -> Result<Discount, CertificateError> {
    let number = rational(text).filter(|x| !x.is_negative() && x.numer() < x.denom());
    let number = number.and_then(|x| Number::from_rational(x).ok()).and_then(|x| Discount::new(x).ok());
    number.ok_or_else(|| CertificateError::Syntax {
        place: "source.horizon".into(),
        text: shortened(text),
        expected: "a discount of at least 0 and below 1",
    })
}

/// The state that `over` leads to with certainty, where the reward is collected once; `prefer` is all other actions.
fn shutdown(
    model: &TransitionModel,
    new: StateId,
    prefer: &[String],
    over: &[String],
) -> Result<StateId, CertificateError> {
    let available = model.available();
    let (mut left, mut terminal) = (0, None);
    for pair in available.pairs(new) {
        let action = &model.actions()[available.action(pair).index()];
        let named = |names: &[String]| names.iter().filter(|name| *name == action).count();
        match (named(prefer), named(over)) {
            (1, 0) => {}
            (0, 1) => match &model.exact_row(pair)[..] {
                [(next, p)] if p.is_one() && terminal.is_none_or(|other| other == *next) => terminal = Some(*next),
                _ => return Err(fails(format!("`{action}` does not lead to the terminal state with certainty"))),
            },
            _ => return Err(source_error(format!("`{action}` must stand on one side, and once"))),
        }
        left += 1;
    }
    if prefer.is_empty() || prefer.len() + over.len() != left {
        return Err(source_error("an action is named that is not available, or none on one side"));
    }
    let terminal = terminal.ok_or_else(|| fails("no action shuts down"))?;
    let ends = |pair: usize| model.exact_row(pair).is_empty() && model.exact_leak(pair).is_one();
    if available.pairs(terminal).all(ends) { Ok(terminal) } else { Err(fails("the terminal state can be left")) }
}

/// States that are reached from some by any actions, themselves included.
fn reached(model: &TransitionModel, from: BTreeSet<StateId>) -> BTreeSet<StateId> {
    let mut stack: Vec<StateId> = from.iter().copied().collect();
    let mut seen = from;
    while let Some(state) = stack.pop() {
        for pair in model.available().pairs(state) {
            stack.extend(model.exact_row(pair).into_iter().map(|(next, _)| next).filter(|&next| seen.insert(next)));
        }
    }
    seen
}
