//! Choices in a model: which options an action leaves, and what is certain about them.

use crate::certificate::{Alternatives, Certificate, Horizon, Rule, Source};
use crate::coordinate::Coordinate;
use crate::{Comparison, OptionSet, OrbitError, RationalFunction, Refusal};
use dunamis_mdp::{Discount, Labels, Rational, StateId, TransitionModel, json};
use dunamis_solve::VisitDistributionSet;
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// Policies beyond this number are not enumerated.
const MOST_POLICIES: usize = VisitDistributionSet::DEFAULT_LIMIT;

/// A decision in a model: some actions of a state against others, and which states are permuted.
#[derive(Clone, Debug)]
pub struct ActionChoice<'a> {
    model: &'a TransitionModel,
    state: StateId,
    prefer: Vec<usize>,
    over: Vec<usize>,
    permuted: Vec<usize>,
}

impl<'a> ActionChoice<'a> {
    /// The choice of some actions of a state, by name, over others. The states reachable after any action are permuted.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Model`] for names that are not there; [`OrbitError::NoAction`] for an action that the state does not have;
    /// [`OrbitError::NoOptions`] without actions.
    pub fn new(model: &'a TransitionModel, state: &str, prefer: &[&str], over: &[&str]) -> Result<Self, OrbitError> {
        let state = model.state(state)?;
        let pair = |action: &&str| {
            let no_action = || OrbitError::NoAction {
                state: model.states()[state.index()].to_owned(),
                action: (*action).to_owned(),
                actions: model.available().at(state).iter().map(|id| model.actions()[id.index()].to_owned()).collect(),
            };
            let id = model.action(action).map_err(|_| no_action())?;
            model.available().find(state, id).ok_or_else(no_action)
        };
        let pairs = |actions: &[&str]| -> Result<Vec<usize>, OrbitError> {
            let mut pairs = actions.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
            pairs.sort_unstable();
            pairs.dedup();
            if pairs.is_empty() { Err(OrbitError::NoOptions) } else { Ok(pairs) }
        };
        let (prefer, over) = (pairs(prefer)?, pairs(over)?);
        let permuted = reachable_after(model, model.available().pairs(state));
        Ok(ActionChoice { model, state, prefer, over, permuted })
    }

    /// Permutes these states instead.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Model`] for a name that is not there.
    pub fn permuting<'n>(self, states: impl IntoIterator<Item = &'n str>) -> Result<Self, OrbitError> {
        let permuted = states.into_iter().map(|name| Ok(self.model.state(name)?.index()));
        Ok(ActionChoice { permuted: permuted.collect::<Result<_, OrbitError>>()?, ..self })
    }

    /// The states that are permuted.
    pub fn permuted(&self) -> &[usize] {
        &self.permuted
    }

    /// $`A`$, $`B`$ and $`C`$ for average rewards: recurrent state distributions.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Solve`] for a model with too many policies or with rows that are not exact.
    pub fn recurrent(&self) -> Result<[OptionSet; 3], OrbitError> {
        self.options(VisitDistributionSet::recurrent_distributions)
    }

    /// $`A`$, $`B`$ and $`C`$ at a discount: visit distributions.
    ///
    /// # Errors
    ///
    /// As for [`recurrent`](Self::recurrent).
    pub fn discounted(&self, discount: &Discount) -> Result<[OptionSet; 3], OrbitError> {
        self.options(|set| {
            let mut seen = BTreeSet::new();
            let vectors = set.functions().iter().map(|function| function.at(discount));
            vectors.filter(|vector| seen.insert(vector.clone())).collect()
        })
    }

    /// $`A`$, $`B`$ and $`C`$ at every discount: visit distribution functions.
    ///
    /// # Errors
    ///
    /// As for [`recurrent`](Self::recurrent).
    pub fn functions(&self) -> Result<[OptionSet<RationalFunction>; 3], OrbitError> {
        self.options(|set| OptionSet::visit_distributions(set).options().to_vec())
    }

    fn options<T: Clone + Ord>(
        &self,
        vectors: impl Fn(&VisitDistributionSet) -> Vec<Vec<T>>,
    ) -> Result<[OptionSet<T>; 3], OrbitError> {
        let after = |pairs: &[usize]| -> Result<OptionSet<T>, OrbitError> {
            let mut seen = BTreeSet::new();
            let mut all = Vec::new();
            for &pair in pairs {
                let set = VisitDistributionSet::with_choice(self.model, self.state, pair, MOST_POLICIES)?;
                all.extend(vectors(&set).into_iter().filter(|vector| seen.insert(vector.clone())));
            }
            OptionSet::new(all)
        };
        let all = VisitDistributionSet::new(self.model, self.state, MOST_POLICIES)?;
        Ok([after(&self.over)?, after(&self.prefer)?, OptionSet::new(vectors(&all))?])
    }

    /// How strongly the optimal choice tends to the preferred action: `[Turner et al. 2021, Thm. 6.13]` and the fractional law
    /// for average rewards, `[Turner & Tadepalli 2022, Lemma D.5]` for discounted ones.
    ///
    /// # Errors
    ///
    /// The hypothesis that fails, with a witness.
    pub fn certify_optimality(&self, horizon: &Horizon) -> Result<Certificate, Refusal> {
        self.certify(Rule::Optimal, horizon)
    }

    /// How strongly any monotone and jointly invariant rule tends to the options of the preferred action
    /// `[Turner & Tadepalli 2022, Prop. A.11]`.
    ///
    /// # Errors
    ///
    /// The hypothesis that fails, with a witness.
    pub fn certify_any(&self, horizon: &Horizon) -> Result<Certificate, Refusal> {
        self.certify(Rule::Invariant, horizon)
    }

    /// Whether the preferred action leads to at least as much POWER on half of every orbit of reward distributions, at every
    /// discount `[Turner et al. 2021, Prop. 6.9]`.
    ///
    /// # Errors
    ///
    /// The hypothesis that fails, with a witness.
    pub fn certify_power_seeking(&self) -> Result<Certificate, Refusal> {
        let start = self.state.index();
        if self.prefer.len() > 1 || self.over.len() > 1 {
            return Err(Refusal::SeveralActions);
        }
        if reachable_after(self.model, self.over.iter().copied()).contains(&start) {
            let (state, action) = (self.model.states()[start].to_owned(), self.action(self.over[0]));
            return Err(Refusal::Returns { state, action });
        }
        self.certify(Rule::Power, &Horizon::EveryDiscount)
    }

    fn certify(&self, rule: Rule, horizon: &Horizon) -> Result<Certificate, Refusal> {
        let equivalent = self.prefer.iter().flat_map(|&b| self.over.iter().map(move |&a| (b, a)));
        if let Some((b, a)) = equivalent.into_iter().find(|&(b, a)| self.model.exact_row(b) == self.model.exact_row(a))
        {
            return Err(Refusal::Equivalent {
                state: self.model.states()[self.state.index()].to_owned(),
                prefer: self.action(b),
                over: self.action(a),
            });
        }
        let names = |pairs: &[usize]| pairs.iter().map(|&pair| self.action(pair)).collect();
        let choice = Alternatives::Actions {
            state: self.model.states()[self.state.index()].to_owned(),
            prefer: names(&self.prefer),
            over: names(&self.over),
        };
        let source = source(self.model, choice, horizon)?;
        let comparing = Comparing { names: state_names(self.model), permuted: self.permuted.clone(), rule, source };
        match horizon {
            Horizon::Average => comparing.certify(self.recurrent()?),
            Horizon::Discount(text) => comparing.certify(self.discounted(&discount(text)?)?),
            Horizon::EveryDiscount => comparing.certify(self.functions()?),
        }
    }

    fn action(&self, pair: usize) -> String {
        self.model.actions()[self.model.available().action(pair).index()].to_owned()
    }
}

/// Whether one state has at least as much POWER as another on half of every orbit of reward distributions: at every discount
/// `[Turner et al. 2021, Prop. 6.6]`, or as the discount tends to 1 `[Turner et al. 2021, Prop. 6.12]`. All states are permuted.
///
/// # Errors
///
/// The hypothesis that fails, with a witness.
pub fn certify_power(
    model: &TransitionModel,
    prefer: &str,
    over: &str,
    horizon: &Horizon,
) -> Result<Certificate, Refusal> {
    let find = |name: &str| model.state(name).map_err(OrbitError::from);
    let set = |state: StateId| VisitDistributionSet::new(model, state, MOST_POLICIES).map_err(OrbitError::from);
    let (b, a) = (set(find(prefer)?)?, set(find(over)?)?);
    let choice = Alternatives::States { prefer: prefer.to_owned(), over: over.to_owned() };
    let comparing = Comparing {
        names: state_names(model),
        permuted: (0..model.states().len()).collect(),
        rule: Rule::Power,
        source: source(model, choice, horizon)?,
    };
    if *horizon == Horizon::Average {
        let [a, b] = [a, b].map(|set| OptionSet::new(set.recurrent_distributions()));
        let (a, b) = (a?, b?);
        comparing.certify([a.clone(), b, a])
    } else {
        let [a, b] = [a, b].map(|set| OptionSet::visit_distributions(&set));
        comparing.certify([a.clone(), b, a])
    }
}

/// What is the same for options of every kind.
struct Comparing {
    names: Vec<String>,
    permuted: Vec<usize>,
    rule: Rule,
    source: Source,
}

impl Comparing {
    fn certify<T: Coordinate>(self, [a, b, c]: [OptionSet<T>; 3]) -> Result<Certificate, Refusal> {
        let comparison = Comparison::new(a, b)?.named(self.names)?.permuting(self.permuted)?.rule(self.rule);
        let comparison = if self.rule == Rule::Power { comparison } else { comparison.among(&c)? };
        comparison.certify_from(Some(self.source))
    }
}

fn discount(text: &str) -> Result<Discount, OrbitError> {
    let wrong = || OrbitError::Discount { text: text.to_owned() };
    let discount: Discount = text.parse().map_err(|_| wrong())?;
    if discount.exact() == Rational::from_integer(0.into()) { Err(wrong()) } else { Ok(discount) }
}

fn state_names(model: &TransitionModel) -> Vec<String> {
    model.states().iter().map(str::to_owned).collect()
}

fn source(model: &TransitionModel, choice: Alternatives, horizon: &Horizon) -> Result<Source, OrbitError> {
    let text = json::write(model, None, &Labels::default(), None);
    let horizon = match horizon {
        Horizon::Discount(text) => Horizon::Discount(discount(text)?.exact().to_string()),
        other => other.clone(),
    };
    let model = RawValue::from_string(text).expect("a model is written as JSON");
    Ok(Source { alternatives: choice, horizon, model })
}

/// The states that may be visited after some of the pairs, in ascending order `[Turner et al. 2021, Def. 6.8]`.
pub fn reachable_after(model: &TransitionModel, pairs: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let successors = |pair: usize| model.exact_row(pair).into_iter().map(|(next, _)| next.index());
    let mut seen: BTreeSet<usize> = pairs.into_iter().flat_map(successors).collect();
    let mut stack: Vec<usize> = seen.iter().copied().collect();
    while let Some(state) = stack.pop() {
        for pair in model.available().pairs(StateId::new(state)) {
            stack.extend(successors(pair).filter(|&next| seen.insert(next)));
        }
    }
    seen.into_iter().collect()
}
