//! Bandit learners.

use super::parameter::out_of_range;
use super::{RankDependent, fraction};
use crate::DecisionError;
use dunamis_mdp::Rational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The probability that the arm which an $`\varepsilon`$-greedy learner prefers in the end is in the subset.
///
/// Options are arms that always pay their utility. The first step tries a uniformly random arm; each further one tries, with
/// probability $`\varepsilon`$, a uniformly random one of the other arms. The best arm tried so far is kept, an earlier one
/// before its equals `[Turner & Tadepalli 2022, App. C]`.
///
/// The arm that is kept is a Markov chain that only climbs: from anywhere among the $`m`$ worst of $`n`$ arms it leaves them with
/// probability $`\varepsilon (n-m)/(n-1)`$, so that it is still there after $`T`$ steps with probability
/// $`\frac mn \left(1 - \varepsilon \frac{n-m}{n-1}\right)^{T-1}`$.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpsilonGreedy {
    epsilon: Rational,
    steps: u32,
}

impl EpsilonGreedy {
    /// The most steps.
    pub const MAX_STEPS: u32 = 100_000;

    /// A learner that explores with probability `epsilon`, after a number of steps.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Range`] unless $`0 \le \varepsilon \le 1`$ and the steps are an integer from 1 to
    /// [`MAX_STEPS`](Self::MAX_STEPS).
    pub fn new(epsilon: Rational, steps: &Rational) -> Result<Self, DecisionError> {
        if epsilon.is_negative() || epsilon > Rational::one() {
            return Err(out_of_range("epsilon-greedy", "epsilon", &epsilon, "from 0 to 1"));
        }
        match steps.is_integer().then(|| steps.to_integer().to_u32()).flatten() {
            Some(steps @ 1..=Self::MAX_STEPS) => Ok(EpsilonGreedy { epsilon, steps }),
            _ => Err(out_of_range("epsilon-greedy", "steps", steps, "an integer from 1 to 100000")),
        }
    }
}

impl RankDependent for EpsilonGreedy {
    fn rank_name(&self) -> String {
        format!("epsilon-greedy:epsilon={},steps={}", self.epsilon, self.steps)
    }

    fn cumulative(&self, options: usize) -> Vec<Rational> {
        let others = options.saturating_sub(1).max(1);
        let stays = |m: usize| Rational::one() - &self.epsilon * fraction(options - m, others);
        let cumulative = |m| match m {
            0 => Rational::zero(),
            m => fraction(m, options) * stays(m).pow(self.steps as i32 - 1),
        };
        (0..=options).map(cumulative).collect()
    }
}
