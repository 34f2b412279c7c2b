//! What the options of a state are worth under independent rewards, as exact distributions.
//!
//! An option is a set of actions with the same successors. Its worth is what optimal play gets after it, normalized to the
//! units of the reward,
//!
//! ```math
//! \max_{f \in \mathcal F(s \mid \pi(s) = a)} \tfrac{1-\gamma}{\gamma}\, (f(\gamma) - e_s)^\top r
//! \qquad\text{or}\qquad \max_{d \in \mathrm{RSD}(s \mid \pi(s) = a)} d^\top r ,
//! ```
//!
//! so that its expected maximum over all options is POWER `[Turner et al. 2021, Def. 5.2]`.
//!
//! Options that lead to different states are independent. Where the model is like a tree, the law of their worth is made from
//! sums and maxima of independent variables ([`PiecewisePolynomial`]); where play may return, or come to one state in two
//! ways, it is made from the volumes of the sets of rewards for which one function is best ([`JointWorth`]).

use crate::PowerError;
use crate::joint_worth::{JointWorth, Worth};
use crate::option_graph::OptionGraph;
use crate::piecewise_polynomial::PiecewisePolynomial;
use dunamis_mdp::{Discount, Rational, TransitionModel};
use dunamis_solve::NonDominated;
use dunamis_solve::polytope::FaceBudget;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// Most pieces of the distribution function of a worth.
const MAX_PIECES: usize = 2_000;

/// Options that are best together, the vector that makes them so where it is known, and how likely that is.
pub(crate) struct Outcome {
    pub(crate) options: Vec<usize>,
    pub(crate) vector: Option<Vec<Rational>>,
    pub(crate) probability: Rational,
}

/// The law of what all options of a state are worth, in independent parts.
pub(crate) struct ChoiceLaw {
    parts: Vec<Part>,
}

enum Part {
    /// One worth by itself.
    Single { worth: Worth, law: PiecewisePolynomial },
    /// Several that share rewards; uniform ones.
    Joint(JointWorth),
}

/// The laws of one model under one criterion: state by state, as they are needed.
pub(crate) struct Laws<'a> {
    graph: OptionGraph<'a>,
    /// `None` for average reward.
    discount: Option<&'a Discount>,
    /// The distribution function of a reward is $`x^k`$.
    exponent: u32,
    budget: FaceBudget,
    known: BTreeMap<usize, PiecewisePolynomial>,
}

impl<'a> Laws<'a> {
    pub(crate) fn new(
        model: &'a TransitionModel,
        start: usize,
        discount: Option<&'a Discount>,
        exponent: u32,
    ) -> Result<Self, PowerError> {
        Ok(Laws {
            graph: OptionGraph::new(model, start, discount.is_some())?,
            discount,
            exponent,
            budget: FaceBudget::new(),
            known: BTreeMap::new(),
        })
    }

    pub(crate) fn graph(&self) -> &OptionGraph<'a> {
        &self.graph
    }

    pub(crate) fn budget(&self) -> &FaceBudget {
        &self.budget
    }

    /// The law of all options of the start.
    pub(crate) fn choice(&mut self, start: usize) -> Result<ChoiceLaw, PowerError> {
        let parts = if self.discount.is_some_and(|discount| discount.exact().is_zero()) {
            self.parts(&self.graph.next_rewards(start))?
        } else {
            match self.options(start) {
                // Laws of the parts of an option are not needed where all options are compared at once.
                Err(PowerError::Intractable { .. }) => {
                    let options: Vec<usize> = (0..self.graph.options(start).len()).collect();
                    self.parts(&self.graph.worths(start, &options, self.discount)?)?
                }
                parts => parts?,
            }
        };
        Ok(ChoiceLaw { parts })
    }

    /// The independent parts among the options of a state.
    fn options(&mut self, state: usize) -> Result<Vec<Part>, PowerError> {
        let mut parts = Vec::new();
        for group in self.graph.dependent_options(state) {
            match group[..] {
                [option] if self.graph.is_branch(state, option) => {
                    let law = self.branch(state, option)?;
                    parts.push(Part::Single { worth: Worth { options: group, vector: None }, law });
                }
                _ => parts.extend(self.parts(&self.graph.worths(state, &group, self.discount)?)?),
            }
        }
        Ok(parts)
    }

    /// The law of an option whose successors lead to different states: the mean of what they are worth.
    fn branch(&mut self, state: usize, option: usize) -> Result<PiecewisePolynomial, PowerError> {
        let mut sum: Option<PiecewisePolynomial> = None;
        for (next, probability) in self.graph.options(state)[option].row.clone() {
            let law = self.state(next)?.scaled(&probability);
            sum = Some(match sum {
                None => law,
                Some(sum) => convolved(&sum, &law)?,
            });
        }
        Ok(sum.expect("a row has a successor"))
    }

    /// The law of $`(1-\gamma) V^*`$ or of the gain at a state.
    fn state(&mut self, state: usize) -> Result<PiecewisePolynomial, PowerError> {
        if let Some(known) = self.known.get(&state) {
            return Ok(known.clone());
        }
        let reward = PiecewisePolynomial::power(self.exponent);
        let law = if self.graph.is_absorbing(state) {
            reward
        } else if let (true, Some(discount)) = (self.graph.ends(state), self.discount) {
            reward.scaled(&(Rational::one() - discount.exact()))
        } else if self.graph.returns(state) {
            total(&self.parts(&self.graph.values(state, self.discount)?)?, &self.budget)?
        } else {
            let ahead = total(&self.options(state)?, &self.budget)?;
            match self.discount {
                None => ahead,
                Some(discount) => {
                    let gamma = discount.exact();
                    convolved(&reward.scaled(&(Rational::one() - &gamma)), &ahead.scaled(&gamma))?
                }
            }
        };
        self.known.insert(state, law.clone());
        Ok(law)
    }

    /// Sorts worths into independent parts, without those that are never best alone.
    fn parts(&self, worths: &[Worth]) -> Result<Vec<Part>, PowerError> {
        const MAX_WORTHS: usize = 250;
        if worths.len() > MAX_WORTHS {
            return Err(PowerError::Intractable { what: "policies that differ in worth", limit: MAX_WORTHS });
        }
        let best = NonDominated::new(worths.iter().map(|worth| worth.vector.clone().unwrap_or_default()).collect())?;
        let worths: Vec<Worth> = best.indices().map(|index| worths[index].clone()).collect();
        let mut parts = Vec::new();
        for mut group in Worth::sharing_rewards(worths) {
            if group.len() == 1 {
                let worth = group.remove(0);
                let law = self.weighted_sum(worth.vector.iter().flatten())?;
                parts.push(Part::Single { worth, law });
            } else if self.exponent == 1 {
                parts.push(Part::Joint(JointWorth::new(group)));
            } else {
                return Err(PowerError::NotUniform);
            }
        }
        Ok(parts)
    }

    fn weighted_sum<'b>(&self, weights: impl Iterator<Item = &'b Rational>) -> Result<PiecewisePolynomial, PowerError> {
        let reward = PiecewisePolynomial::power(self.exponent);
        let mut laws = weights.filter(|weight| !weight.is_zero()).map(|weight| reward.scaled(weight));
        let first = laws.next().expect("a worth depends on some reward");
        laws.try_fold(first, |sum, law| convolved(&sum, &law))
    }
}

fn convolved(x: &PiecewisePolynomial, y: &PiecewisePolynomial) -> Result<PiecewisePolynomial, PowerError> {
    if x.len() * y.len() > MAX_PIECES {
        return Err(PowerError::Intractable { what: "pieces in a distribution function", limit: MAX_PIECES });
    }
    Ok(x.convolved(y))
}

/// The law of the largest worth of independent parts.
fn total(parts: &[Part], budget: &FaceBudget) -> Result<PiecewisePolynomial, PowerError> {
    let mut product: Option<PiecewisePolynomial> = None;
    for part in parts {
        let law = match part {
            Part::Single { law, .. } => law.clone(),
            Part::Joint(joint) => joint.law(budget)?,
        };
        product = Some(product.map_or_else(|| law.clone(), |product| product.product(&law)));
    }
    Ok(product.expect("a state has an action"))
}

impl ChoiceLaw {
    /// Whether volumes of polytopes were needed.
    pub(crate) fn needs_volumes(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Joint(_)))
    }

    /// How likely each worth is the largest: a list whose probabilities sum to 1.
    pub(crate) fn outcomes(&self, budget: &FaceBudget) -> Result<Vec<Outcome>, PowerError> {
        let outcome = |worth: &Worth, probability| Outcome {
            options: worth.options.clone(),
            vector: worth.vector.clone(),
            probability,
        };
        if let [Part::Single { worth, .. }] = &self.parts[..] {
            return Ok(vec![outcome(worth, Rational::one())]);
        }
        if let Some(joint) = self.together() {
            let cells = joint.worths().iter().enumerate();
            return cells.map(|(index, worth)| Ok(outcome(worth, joint.probability(index, budget)?))).collect();
        }
        // Each part as worths with laws of their own, whose sum is the law of their maximum.
        let mut laws = Vec::new();
        for part in &self.parts {
            laws.push(match part {
                Part::Single { worth, law } => (vec![(worth, law.clone())], law.clone()),
                Part::Joint(joint) => {
                    let cells = joint.laws(budget)?;
                    let sum = cells[1..].iter().fold(cells[0].clone(), |sum, law| sum.sum(law));
                    (joint.worths().iter().zip(cells).collect(), sum)
                }
            });
        }
        let mut after: Vec<Option<PiecewisePolynomial>> = vec![None; laws.len()];
        let product = |x: &Option<PiecewisePolynomial>, y: &PiecewisePolynomial| {
            Some(x.as_ref().map_or_else(|| y.clone(), |x| x.product(y)))
        };
        for k in (1..laws.len()).rev() {
            after[k - 1] = product(&after[k], &laws[k].1);
        }
        let (mut before, mut outcomes) = (None, Vec::new());
        for ((own, sum), after) in laws.iter().zip(after) {
            let others = after.map_or_else(|| before.clone(), |after| product(&before, &after));
            let others = others.expect("there are other parts");
            outcomes.extend(own.iter().map(|(worth, law)| outcome(worth, others.below(law))));
            before = product(&before, sum);
        }
        Ok(outcomes)
    }

    /// The expected largest worth: POWER.
    pub(crate) fn mean(&self, budget: &FaceBudget) -> Result<Rational, PowerError> {
        match self.together() {
            Some(joint) => joint.mean(budget),
            None => Ok(total(&self.parts, budget)?.mean()),
        }
    }

    /// All worths as one polytope each: where there is one part, or one that is too large for a law of its own.
    fn together(&self) -> Option<JointWorth> {
        let joint = |part: &Part| matches!(part, Part::Joint(joint) if self.parts.len() == 1 || !joint.has_law());
        let worths = self.parts.iter().flat_map(|part| match part {
            Part::Single { worth, .. } => std::slice::from_ref(worth),
            Part::Joint(joint) => joint.worths(),
        });
        let worths: Vec<Worth> = worths.cloned().collect();
        let known = worths.iter().all(|worth| worth.vector.is_some());
        (known && self.parts.iter().any(joint)).then(|| JointWorth::new(worths))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::StateId;
    use proptest::prelude::*;

    /// Small deterministic models; every state has up to 3 actions.
    fn models() -> impl Strategy<Value = TransitionModel> {
        (2_usize..6).prop_flat_map(|n| {
            proptest::collection::vec(proptest::collection::vec(0..n, 1..4), n).prop_map(move |states| {
                let mut builder = TransitionModel::builder();
                for s in 0..n {
                    builder.state(&s.to_string()).unwrap();
                }
                for (s, successors) in states.iter().enumerate() {
                    for (action, &next) in successors.iter().enumerate() {
                        builder.transition(StateId::new(s), &action.to_string(), StateId::new(next), 1.0).unwrap();
                    }
                }
                builder.build().unwrap()
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        /// Sums and maxima of independent parts, and volumes in the space of all rewards at once.
        #[test]
        fn parts_agree_with_one_polytope(model in models(), discount in prop_oneof![Just(None), Just(Some("1/3")), Just(Some("4/5"))]) {
            let discount: Option<Discount> = discount.map(|text| text.parse().unwrap());
            let mut laws = Laws::new(&model, 0, discount.as_ref(), 1).unwrap();
            let budget = FaceBudget::new();
            let choice = laws.choice(0).unwrap();
            let options: Vec<usize> = (0..laws.graph().options(0).len()).collect();
            let worths = laws.graph().worths(0, &options, discount.as_ref()).unwrap();
            let best = NonDominated::new(worths.iter().filter_map(|worth| worth.vector.clone()).collect()).unwrap();
            let joint = JointWorth::new(best.indices().map(|index| worths[index].clone()).collect());
            let mut expected = vec![Rational::zero(); options.len()];
            for (index, worth) in joint.worths().iter().enumerate() {
                let probability = joint.probability(index, &budget).unwrap();
                worth.options.iter().for_each(|&option| expected[option] += &probability);
            }
            let mut found = vec![Rational::zero(); options.len()];
            for outcome in choice.outcomes(&budget).unwrap() {
                outcome.options.iter().for_each(|&option| found[option] += &outcome.probability);
            }
            prop_assert_eq!(found, expected);
            prop_assert_eq!(choice.mean(&budget).unwrap(), joint.mean(&budget).unwrap());
        }
    }
}
