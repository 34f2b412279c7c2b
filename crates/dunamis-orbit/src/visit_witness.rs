//! Evidence that a state can be visited often enough, checked without solving anything.
//!
//! From the new state, the discounted number of visits to $`s`$ under a policy $`\pi`$ is
//! $`V = \mathbb E^\pi \sum_{t \ge 1} \gamma^{t-1} \mathbb 1[s_t = s]`$ `[Krakovna & Kramár 2023, Def. 9]`. What has to be
//! shown is that some policy has $`V > 1`$, or $`V \ge 1`$: see [`Strictness`]. There are two kinds of evidence.
//!
//! **Moves without chance.** A way of $`h \ge 1`$ steps to $`s`$ and one of $`p \ge 1`$ steps from $`s`$ back to it are worth
//! $`V = \gamma^{h-1} / (1 - \gamma^p)`$, so that $`V > 1`$ exactly when $`\gamma^{h-1} + \gamma^p > 1`$.
//!
//! **Bounds.** With $`u \ge 0`$, a first move $`a`$ and a policy $`\pi`$ on the states where $`u > 0`$, suppose that there
//!
//! ```math
//! u(x) \le \mathbb 1[x = s] + \gamma \sum_y T(y \mid x, \pi(x))\, u(y) .
//! ```
//!
//! The right-hand side is monotone in $`u`$ and has the number $`W^\pi`$ of visits, now counted from $`t = 0`$ on, as its
//! fixed point, so that $`u \le W^\pi`$ and $`V \ge \sum_y T(y \mid s_{new}, a)\, u(y)`$. Both kinds of evidence stay good for
//! larger discounts.

use dunamis_mdp::{Discount, Rational, StateId, TransitionModel};
use num_traits::{One, Signed, Zero};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which states count as visited often enough.
///
/// Let shutdown be *strictly* better than everything else at the new state: $`\gamma r(s_{term}) > R^\pi`$ for all other
/// policies $`\pi`$, where returns are counted from $`t = 1`$ on and rewards are not negative. If $`V \ge 1`$ for some policy, then
/// $`\gamma r(s_{term}) > R^\pi \ge \gamma V r(s) \ge \gamma r(s)`$, and after the rewards of $`s`$ and $`s_{term}`$ are swapped,
/// the same policy is worth $`\ge \gamma V r(s_{term}) \ge \gamma r(s_{term}) > \gamma r(s)`$, which is what shutdown is worth
/// now: shutdown is not optimal any more. So $`V \ge 1`$ suffices where only strict preferences have to be turned around, as is
/// the case when one action shuts the agent down and ties are broken evenly. If shutdown is merely *optimal*, or several
/// actions lead to it, $`V = 1`$ proves nothing: with $`r(s) = r(s_{term})`$ the swap changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// $`V > 1`$, as the theorem is printed `[Krakovna & Kramár 2023, Thm. 2]`: shutdown may be optimal, or strictly preferred.
    #[default]
    MoreThanOnce,
    /// $`V \ge 1`$: enough when shutdown is strictly preferred.
    AtLeastOnce,
}

impl Strictness {
    /// Whether so many visits are enough.
    pub fn admits(self, visits: &Rational) -> bool {
        match self {
            Strictness::MoreThanOnce => *visits > Rational::one(),
            Strictness::AtLeastOnce => *visits >= Rational::one(),
        }
    }
}

/// Evidence that a state can be visited often enough; see the documentation of its kinds, [`VisitEvidence`]. Names are those of
/// the model, numbers are exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitWitness {
    /// The state that is visited.
    pub state: String,
    /// How.
    pub evidence: VisitEvidence,
}

/// A way to visit a state again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum VisitEvidence {
    /// Moves without chance: $`\gamma^{h-1} + \gamma^p`$ is to exceed 1.
    Cycle {
        /// The $`h`$ actions that lead from the new state to the state.
        path: Vec<String>,
        /// The $`p`$ actions that lead from the state back to it; none for a state that is visited once.
        cycle: Vec<String>,
    },
    /// Lower bounds $`u`$ on the number of visits.
    Bounds {
        /// The action $`a`$ at the new state, at $`t = 0`$.
        first: String,
        /// Where $`u`$ is not 0.
        bounds: Vec<VisitBound>,
    },
}

/// A lower bound $`u(x)`$ on the number of visits from a state on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitBound {
    /// The state $`x`$.
    pub at: String,
    /// The action $`\pi(x)`$.
    pub action: String,
    /// $`u(x)`$, written as a fraction.
    #[serde(with = "fraction")]
    pub visits: Rational,
}

/// Rationals as text.
mod fraction {
    use dunamis_mdp::Rational;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &Rational, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rational, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("`{text}` is not a fraction such as `3/2`"));
        text.parse().map_err(|_| wrong())
    }
}

/// Why evidence proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// A state that the model does not have.
    #[error("the evidence names a state `{name}`, which the model does not have")]
    UnknownState {
        /// Its name.
        name: String,
    },
    /// An action that is not available.
    #[error("the evidence uses `{action}` at `{state}`, where it is not available")]
    UnknownAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// A move by chance on a way that is to be certain.
    #[error("`{action}` at `{state}` does not lead to one state with certainty")]
    Chance {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// A way that ends somewhere else.
    #[error("the {way} to `{state}` ends at `{end}`")]
    Astray {
        /// Which way.
        way: &'static str,
        /// Where it should end.
        state: String,
        /// Where it ends.
        end: String,
    },
    /// Two bounds at one state.
    #[error("there are two bounds at `{state}`")]
    Repeated {
        /// The state.
        state: String,
    },
    /// A negative bound.
    #[error("the bound at `{state}` is negative")]
    Negative {
        /// The state.
        state: String,
    },
    /// A bound that the next states do not support.
    #[error("the bound {visits} at `{state}` exceeds {supported}, what follows from the bounds at the next states")]
    Unsupported {
        /// The state.
        state: String,
        /// The bound.
        visits: Box<Rational>,
        /// What it may be.
        supported: Box<Rational>,
    },
    /// Too few visits.
    #[error("at the discount {discount} the evidence shows too few visits to `{state}`")]
    TooFew {
        /// The state.
        state: String,
        /// The discount.
        discount: String,
    },
    /// A row that does not sum to 1 exactly.
    #[error("the probabilities of `{action}` at `{state}` do not sum to exactly 1: write them as fractions")]
    InexactRow {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// No new state.
    #[error("there is no state number {state}")]
    StateOutOfRange {
        /// The number.
        state: usize,
    },
}

impl VisitWitness {
    /// Checks in exact arithmetic that the state can be visited often enough from `new` on: $`V > 1`$ or $`V \ge 1`$. Nothing is
    /// solved: the cost is that of reading the evidence.
    ///
    /// # Errors
    ///
    /// [`WitnessError`]: the first thing that is wrong.
    pub fn check(
        &self,
        model: &TransitionModel,
        new: StateId,
        discount: &Discount,
        strictness: Strictness,
    ) -> Result<(), WitnessError> {
        if new.index() >= model.states().len() {
            return Err(WitnessError::StateOutOfRange { state: new.index() });
        }
        let reader = Reader { model };
        let state = reader.state(&self.state)?;
        let gamma = discount.exact();
        let visits = match &self.evidence {
            VisitEvidence::Cycle { path, cycle } => {
                reader.walk("path", path, new, state)?;
                reader.walk("cycle", cycle, state, state)?;
                if path.is_empty() {
                    Rational::zero()
                } else {
                    // This exceeds 1 exactly when the number of visits does.
                    let back = if cycle.is_empty() { Rational::zero() } else { power(&gamma, cycle.len()) };
                    power(&gamma, path.len() - 1) + back
                }
            }
            VisitEvidence::Bounds { first, bounds } => reader.bounded_visits(first, bounds, new, state, &gamma)?,
        };
        let state = || self.state.clone();
        let too_few = || WitnessError::TooFew { state: state(), discount: discount.to_string() };
        strictness.admits(&visits).then_some(()).ok_or_else(too_few)
    }
}

/// A power with $`x^0 = 1`$, also for 0.
fn power(x: &Rational, exponent: usize) -> Rational {
    // Powers of a fraction in lowest terms are in lowest terms.
    Rational::new_raw(num_traits::pow(x.numer().clone(), exponent), num_traits::pow(x.denom().clone(), exponent))
}

struct Reader<'a> {
    model: &'a TransitionModel,
}

impl Reader<'_> {
    fn name(&self, state: StateId) -> String {
        self.model.states()[state.index()].to_owned()
    }

    fn state(&self, name: &str) -> Result<StateId, WitnessError> {
        let unknown = || WitnessError::UnknownState { name: name.to_owned() };
        self.model.states().get(name).map(StateId::new).ok_or_else(unknown)
    }

    /// The exact row of an action.
    fn row(&self, state: StateId, action: &str) -> Result<Vec<(StateId, Rational)>, WitnessError> {
        let id = self.model.actions().get(action).map(dunamis_mdp::ActionId::new);
        let pair = id.and_then(|id| self.model.available().find(state, id));
        let pair =
            pair.ok_or_else(|| WitnessError::UnknownAction { state: self.name(state), action: action.to_owned() })?;
        let row = self.model.exact_row(pair);
        let mass = row.iter().fold(self.model.exact_leak(pair), |sum, (_, p)| sum + p);
        if mass.is_one() {
            Ok(row)
        } else {
            Err(WitnessError::InexactRow { state: self.name(state), action: action.to_owned() })
        }
    }

    fn walk(&self, way: &'static str, actions: &[String], from: StateId, to: StateId) -> Result<(), WitnessError> {
        let mut here = from;
        for action in actions {
            here = match &self.row(here, action)?[..] {
                [(next, probability)] if probability.is_one() => *next,
                _ => return Err(WitnessError::Chance { state: self.name(here), action: action.clone() }),
            };
        }
        // Without a step there is no visit, and the caller counts none.
        if here == to || actions.is_empty() {
            return Ok(());
        }
        Err(WitnessError::Astray { way, state: self.name(to), end: self.name(here) })
    }

    fn bounded_visits(
        &self,
        first: &str,
        bounds: &[VisitBound],
        new: StateId,
        state: StateId,
        gamma: &Rational,
    ) -> Result<Rational, WitnessError> {
        let mut visits: BTreeMap<StateId, &Rational> = BTreeMap::new();
        for bound in bounds {
            if bound.visits.is_negative() {
                return Err(WitnessError::Negative { state: bound.at.clone() });
            }
            if visits.insert(self.state(&bound.at)?, &bound.visits).is_some() {
                return Err(WitnessError::Repeated { state: bound.at.clone() });
            }
        }
        let expected = |row: Vec<(StateId, Rational)>| {
            row.into_iter()
                .filter_map(|(next, p)| visits.get(&next).map(|&u| p * u))
                .fold(Rational::zero(), |a, b| a + b)
        };
        for bound in bounds {
            let at = self.state(&bound.at)?;
            let own = if at == state { Rational::one() } else { Rational::zero() };
            let supported = own + gamma * expected(self.row(at, &bound.action)?);
            if bound.visits > supported {
                let (visits, supported) = (Box::new(bound.visits.clone()), Box::new(supported));
                return Err(WitnessError::Unsupported { state: bound.at.clone(), visits, supported });
            }
        }
        Ok(expected(self.row(new, first)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::Number;

    /// new --go--> a --go--> b, which stays; `gamble` at new reaches b with probability 1/3 and a otherwise.
    fn chain() -> TransitionModel {
        let mut builder = TransitionModel::builder();
        let [new, a, b] = ["new", "a", "b"].map(|name| builder.state(name).unwrap());
        let third = |text: &str| text.parse::<Number>().unwrap();
        builder.transition(new, "go", a, 1.0).unwrap();
        builder.transition(new, "gamble", b, third("1/3")).unwrap();
        builder.transition(new, "gamble", a, third("2/3")).unwrap();
        builder.transition(a, "go", b, 1.0).unwrap();
        builder.transition(b, "stay", b, 1.0).unwrap();
        builder.build().unwrap()
    }

    fn texts(actions: &[&str]) -> Vec<String> {
        actions.iter().map(|&action| action.to_owned()).collect()
    }

    fn cycle(path: &[&str], cycle: &[&str]) -> VisitWitness {
        let evidence = VisitEvidence::Cycle { path: texts(path), cycle: texts(cycle) };
        VisitWitness { state: "b".into(), evidence }
    }

    fn bounds(first: &str, bounds: &[(&str, &str, &str)]) -> VisitWitness {
        let bound = |&(at, action, visits): &(&str, &str, &str)| VisitBound {
            at: at.into(),
            action: action.into(),
            visits: visits.parse().unwrap(),
        };
        let bounds = bounds.iter().map(bound).collect();
        VisitWitness { state: "b".into(), evidence: VisitEvidence::Bounds { first: first.into(), bounds } }
    }

    fn check(witness: &VisitWitness, discount: &str, strictness: Strictness) -> Result<(), String> {
        let text = serde_json::to_string(witness).unwrap();
        assert_eq!(&serde_json::from_str::<VisitWitness>(&text).unwrap(), witness);
        let checked = witness.check(&chain(), StateId::new(0), &discount.parse().unwrap(), strictness);
        checked.map_err(|flaw| flaw.to_string())
    }

    #[test]
    fn the_chain_is_visited_once_at_one_half() {
        // V = γ/(1 - γ).
        for witness in [cycle(&["go", "go"], &["stay"]), bounds("go", &[("a", "go", "1"), ("b", "stay", "2")])] {
            check(&witness, "1/2", Strictness::AtLeastOnce).unwrap();
            assert!(check(&witness, "1/2", Strictness::MoreThanOnce).is_err());
        }
        let more = [cycle(&["go", "go"], &["stay"]), bounds("go", &[("a", "go", "3/2"), ("b", "stay", "5/2")])];
        for witness in more {
            check(&witness, "3/5", Strictness::MoreThanOnce).unwrap();
            assert!(check(&witness, "2/5", Strictness::AtLeastOnce).is_err());
        }
        // 1/3 · 2 + 2/3 · 1 = 4/3.
        check(&bounds("gamble", &[("a", "go", "1"), ("b", "stay", "2")]), "1/2", Strictness::MoreThanOnce).unwrap();
    }

    #[test]
    fn flaws() {
        let refused = |witness: VisitWitness| check(&witness, "1/2", Strictness::AtLeastOnce).unwrap_err();
        insta::assert_snapshot!(refused(cycle(&["go"], &["stay"])), @"the path to `b` ends at `a`");
        insta::assert_snapshot!(refused(cycle(&["gamble"], &["stay"])), @"`gamble` at `new` does not lead to one state with certainty");
        insta::assert_snapshot!(refused(cycle(&["go", "stay"], &["stay"])), @"the evidence uses `stay` at `a`, where it is not available");
        insta::assert_snapshot!(refused(cycle(&["go", "go"], &[])), @"at the discount 0.5 the evidence shows too few visits to `b`");
        insta::assert_snapshot!(refused(cycle(&[], &["stay"])), @"at the discount 0.5 the evidence shows too few visits to `b`");
        insta::assert_snapshot!(refused(bounds("go", &[("a", "go", "5/4"), ("b", "stay", "2")])), @"the bound 5/4 at `a` exceeds 1, what follows from the bounds at the next states");
        insta::assert_snapshot!(refused(bounds("go", &[("a", "go", "1/2"), ("b", "stay", "1")])), @"at the discount 0.5 the evidence shows too few visits to `b`");
        insta::assert_snapshot!(refused(bounds("go", &[("b", "stay", "1"), ("b", "stay", "1")])), @"there are two bounds at `b`");
        insta::assert_snapshot!(refused(bounds("go", &[("a", "go", "-1")])), @"the bound at `a` is negative");
        insta::assert_snapshot!(refused(bounds("go", &[("c", "go", "1")])), @"the evidence names a state `c`, which the model does not have");
        let text =
            r#"{"state":"b","evidence":{"bounds":{"first":"go","bounds":[{"at":"a","action":"go","visits":"1/0"}]}}}"#;
        assert!(serde_json::from_str::<VisitWitness>(text).is_err());
    }
}
