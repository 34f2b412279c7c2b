//! What actions look like to someone who believes in a kind of agent.

use crate::scaled::Scaled;
use dunamis_mdp::AvailableActions;

/// Groups of policies for standard errors.
pub(crate) const GROUPS: usize = 32;

/// Trajectories under a mixture of policies: what their likelihoods and predictions are made of.
#[derive(Clone, Debug)]
pub struct Belief {
    pub(crate) mixtures: Vec<Mixture>,
    pub(crate) policies: usize,
    pub(crate) exact: bool,
}

impl Belief {
    /// Number of policies in the mixture, at least 1.
    pub fn policies(&self) -> usize {
        self.policies
    }

    /// Whether these are all the policies there are, and not drawn from more.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Number of trajectories.
    pub fn trajectories(&self) -> usize {
        self.mixtures.len()
    }

    /// The same for some of the trajectories, by their numbers.
    pub(crate) fn part(&self, trajectories: std::ops::Range<usize>) -> Self {
        Belief { mixtures: self.mixtures[trajectories].to_vec(), policies: self.policies, exact: self.exact }
    }
}

/// One trajectory under a mixture.
#[derive(Clone, Debug)]
pub(crate) struct Mixture {
    steps: Vec<Step>,
    /// The log-likelihood under uniformly random actions.
    random: f64,
    /// Sums of likelihoods over the policies of each group, and their numbers.
    groups: Vec<(Scaled, u64)>,
    squares: Scaled,
}

/// One action, and what else could have been done.
#[derive(Clone, Debug)]
struct Step {
    pairs: std::ops::Range<usize>,
    taken: usize,
    /// For each pair of the state, the sum over policies of the likelihood so far times the pair's probability.
    sums: Vec<Scaled>,
}

impl Mixture {
    /// Of no policies yet, for the pairs that were taken.
    pub(crate) fn new(available: &AvailableActions, taken: &[usize]) -> Self {
        let step = |&taken: &usize| {
            let pairs = available.pairs(available.state(taken));
            Step { sums: vec![Scaled::ZERO; pairs.len()], taken, pairs }
        };
        let steps: Vec<Step> = taken.iter().map(step).collect();
        let random = -steps.iter().map(|step| libm::log(step.pairs.len() as f64)).sum::<f64>();
        Mixture { steps, random, groups: vec![(Scaled::ZERO, 0); GROUPS], squares: Scaled::ZERO }
    }

    /// Adds a policy with its number.
    pub(crate) fn add(&mut self, policy: &[f64], number: usize) {
        let mut likelihood = Scaled::ONE;
        for step in &mut self.steps {
            // A state without a choice tells nothing.
            if step.pairs.len() == 1 {
                continue;
            }
            for (sum, p) in step.sums.iter_mut().zip(&policy[step.pairs.clone()]) {
                sum.add(likelihood.times(*p));
            }
            likelihood = likelihood.times(policy[step.taken]);
        }
        let group = &mut self.groups[number % GROUPS];
        group.0.add(likelihood);
        group.1 += 1;
        self.squares.add(likelihood.squared());
    }

    pub(crate) fn log_likelihood(&self) -> f64 {
        log_mean(&self.groups)
    }

    /// The same from half of the policies.
    pub(crate) fn halved(&self) -> f64 {
        log_mean(&self.groups[..GROUPS / 2])
    }

    /// The log-likelihood under uniformly random actions.
    pub(crate) fn random(&self) -> f64 {
        self.random
    }

    /// How many policies make up the sum.
    pub(crate) fn effective(&self) -> f64 {
        let mut sum = Scaled::ZERO;
        for (part, _) in &self.groups {
            sum.add(*part);
        }
        sum.squared().over(self.squares)
    }

    /// The mean likelihood in each group that has policies, in units of the whole mixture's.
    pub(crate) fn shares(&self) -> impl Iterator<Item = f64> {
        let whole = self.log_likelihood();
        let filled = self.groups.iter().filter(|(_, count)| *count > 0);
        filled.map(move |(sum, count)| libm::exp(sum.ln() - libm::log(*count as f64) - whole))
    }

    /// For each step with a choice the probabilities of its actions given what was done before, and which one was taken.
    pub(crate) fn predictions(&self) -> impl Iterator<Item = (Vec<f64>, usize)> {
        let choices = self.steps.iter().filter(|step| step.pairs.len() > 1);
        choices.map(|step| {
            let mut total = Scaled::ZERO;
            for sum in &step.sums {
                total.add(*sum);
            }
            (step.sums.iter().map(|sum| sum.over(total)).collect(), step.taken - step.pairs.start)
        })
    }
}

/// The log of the mean likelihood of some groups.
fn log_mean(groups: &[(Scaled, u64)]) -> f64 {
    let (mut sum, mut count) = (Scaled::ZERO, 0);
    for (part, own) in groups {
        sum.add(*part);
        count += own;
    }
    sum.ln() - libm::log(count as f64)
}
