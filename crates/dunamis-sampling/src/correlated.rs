//! Pairs of reward vectors, one for each of two agents, with a given correlation.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::reward::{MAX_DRAWS, Reflection, RewardDistribution, check_length, is_constant};
use crate::{RewardError, SampleError, StreamRng};

/// The terminal alignment $`\beta \in [-1, 1]`$: the correlation of $`R_H(s)`$ and $`R_A(s)`$ at each state.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Correlation(f64);

impl Correlation {
    /// $`\beta = 0`$: independent rewards.
    pub const INDEPENDENT: Self = Self(0.0);
    /// $`\beta = 1`$: the same rewards for both agents.
    pub const IDENTICAL: Self = Self(1.0);
    /// $`\beta = -1`$: opposite rewards.
    pub const OPPOSITE: Self = Self(-1.0);

    /// The correlation `value`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Correlation`] unless `value` lies in $`[-1, 1]`$.
    pub fn new(value: f64) -> Result<Self, RewardError> {
        // Adding 0 turns -0 into 0: both mean independence.
        if (-1.0..=1.0).contains(&value) { Ok(Self(value + 0.0)) } else { Err(RewardError::Correlation { value }) }
    }

    /// $`\beta`$.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Correlation {
    type Error = RewardError;

    fn try_from(value: f64) -> Result<Self, RewardError> {
        Self::new(value)
    }
}

impl From<Correlation> for f64 {
    fn from(correlation: Correlation) -> Self {
        correlation.get()
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A joint law of the reward vectors of two agents, $`(R_H, R_A) \sim \mathcal D_{HA}`$: both have the law $`\mathcal D`$,
/// and $`\operatorname{Corr}(R_H(s), R_A(s)) = \beta`$ at every state $`s`$.
///
/// Independently for every [block](RewardDistribution::blocks) $`B`$ of dependent states (a single state, or a group that
/// shares its reward, for [`IndependentRewards`](crate::IndependentRewards); all states for other laws),
///
/// ```math
/// R_A|_B = \begin{cases}
///   R_H|_B & \text{with probability } \beta \text{, if } \beta > 0, \\
///   2c|_B - R_H|_B & \text{with probability } |\beta| \text{, if } \beta < 0, \\
///   R'|_B & \text{otherwise, with } R' \sim \mathcal D \text{ independent of } R_H,
/// \end{cases}
/// ```
///
/// where $`c`$ is the center of symmetry of $`\mathcal D`$, which must exist if $`\beta < 0`$. Where the reward of a state
/// has no variance, as under a Pareto law with shape at most 2 or a point mass, there is no correlation and $`|\beta|`$ is
/// only the probability of copying.
///
/// **Order of draws.** $`R_H`$; then one uniform number per block, in order of the blocks' smallest states, and the block
/// copies if it is below $`|\beta|`$; then $`R'`$. So for one stream $`R_H`$, the mask's numbers and $`R'`$ are the same
/// for every $`\beta`$, and as $`|\beta|`$ grows with its sign fixed, blocks only change from $`R'`$ to the copy: common
/// random numbers for a sweep of $`\beta`$. (What is not needed for $`\beta \in \{-1, 0, 1\}`$ is skipped.)
///
/// **Rejection of constant vectors.** $`R_H`$ and $`R'`$ are drawn from the law given that they are not constant, and if
/// $`R_A`$, mixed from both, is constant all the same, the pair is drawn again from where the stream stands. That never
/// happens for $`\beta \in \{0, 1\}`$ and, almost surely, not if some state has a continuous marginal; in these cases the
/// marginals and the correlation are exact. For discrete laws with other $`\beta`$ (and for $`\beta < 0`$ if the centers of
/// symmetry differ between states) they are off by an amount of the order of the probability of a constant vector.
///
/// ```
/// use std::sync::Arc;
/// use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal, Seed};
///
/// let law = Arc::new(IndependentRewards::identical(3, Marginal::UNIT)?);
/// let pairs = CorrelatedRewards::new(law, Correlation::OPPOSITE)?;
/// let (mut rewards_h, mut rewards_a) = ([0.0; 3], [0.0; 3]);
/// pairs.sample(&mut Seed::new(7).stream(0), &mut rewards_h, &mut rewards_a)?;
/// assert_eq!(rewards_a, rewards_h.map(|r| 1.0 - r));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CorrelatedRewards {
    law: Arc<dyn RewardDistribution>,
    correlation: Correlation,
    blocks: Vec<Vec<usize>>,
    /// One per state if the correlation is negative, else empty.
    reflections: Vec<Reflection>,
}

/// One of the finitely many values of a pair of reward vectors, with its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct PairOutcome<'a> {
    /// $`R_H`$.
    pub rewards_h: &'a [f64],
    /// $`R_A`$.
    pub rewards_a: Cow<'a, [f64]>,
    /// The probability of this entry; equal pairs may come in several entries.
    pub probability: f64,
}

impl CorrelatedRewards {
    /// Pairs with marginal law `law` and this correlation.
    ///
    /// # Errors
    ///
    /// For a negative correlation, [`RewardError::AsymmetricState`] or [`RewardError::AsymmetricLaw`] if the law is not
    /// symmetric; [`RewardError::NoStates`] or [`RewardError::Description`] if a law brought by the caller describes itself
    /// inconsistently.
    pub fn new(law: Arc<dyn RewardDistribution>, correlation: Correlation) -> Result<Self, RewardError> {
        let expected = law.states();
        if expected == 0 {
            return Err(RewardError::NoStates);
        }
        let labels = law.blocks();
        let reflections = if correlation.get() < 0.0 { law.reflections()? } else { Vec::new() };
        for (method, found) in [("blocks", labels.len()), ("reflections", reflections.len())] {
            if found != expected && (method == "blocks" || correlation.get() < 0.0) {
                return Err(RewardError::Description { method, expected, found });
            }
        }
        Ok(Self { law, correlation, blocks: states_by_label(&labels), reflections })
    }

    /// The law of each agent's reward vector.
    pub fn law(&self) -> &Arc<dyn RewardDistribution> {
        &self.law
    }

    /// $`\beta`$.
    pub fn correlation(&self) -> Correlation {
        self.correlation
    }

    /// The number of states.
    pub fn states(&self) -> usize {
        self.law.states()
    }

    /// Draws one pair of reward vectors, without allocating.
    ///
    /// # Errors
    ///
    /// [`SampleError::Length`] if a slice is too long or too short, [`SampleError::RedrawLimit`] if rejection does not
    /// come to an end.
    pub fn sample(&self, rng: &mut StreamRng, rewards_h: &mut [f64], rewards_a: &mut [f64]) -> Result<(), SampleError> {
        check_length(self.states(), rewards_h)?;
        check_length(self.states(), rewards_a)?;
        let copying = self.correlation.get().abs();
        for _ in 0..MAX_DRAWS {
            self.law.sample(rng, rewards_h)?;
            if copying == 1.0 {
                self.copy(rewards_h, rewards_a);
            } else {
                // The mask is read again from a second copy of the stream, which saves a buffer of its length.
                let mut mask = rng.clone();
                rng.skip(self.blocks.len() as u64);
                self.law.sample(rng, rewards_a)?;
                if copying > 0.0 {
                    self.copy_masked(&mut mask, rewards_h, rewards_a);
                }
            }
            if !(self.law.rejects_constant() && is_constant(rewards_a)) {
                return Ok(());
            }
        }
        Err(SampleError::RedrawLimit { draws: MAX_DRAWS })
    }

    /// All pairs with their probabilities, which sum to 1, if the law is uniform over a finite list and the pairs follow
    /// from it: always for $`\beta \in \{-1, 0, 1\}`$, otherwise if all states are one block.
    ///
    /// For a list of $`n`$ vectors there are $`n`$ pairs if $`|\beta| = 1`$, $`n^2`$ if $`\beta = 0`$, else
    /// $`n^2 + n`$. Zero-probability pairs are left out.
    pub fn support(&self) -> Option<Vec<PairOutcome<'_>>> {
        let vectors = self.law.support()?;
        let copying = self.correlation.get().abs();
        let partial = copying > 0.0 && copying < 1.0;
        if vectors.is_empty() || (partial && self.blocks.len() > 1) {
            return None;
        }
        let count = vectors.len() as f64;
        let mut outcomes = Vec::new();
        for rewards_h in vectors {
            if copying < 1.0 {
                let probability = (1.0 - copying) / (count * count);
                outcomes.extend(vectors.iter().map(|vector| PairOutcome {
                    rewards_h,
                    rewards_a: Cow::Borrowed(vector),
                    probability,
                }));
            }
            if copying > 0.0 {
                let rewards_a = if self.reflections.is_empty() {
                    Cow::Borrowed(rewards_h.as_slice())
                } else {
                    Cow::Owned(rewards_h.iter().zip(&self.reflections).map(|(&r, map)| map.apply(r)).collect())
                };
                outcomes.push(PairOutcome { rewards_h, rewards_a, probability: copying / count });
            }
        }
        Some(outcomes)
    }

    /// Copies all states, or reflects them.
    fn copy(&self, rewards_h: &[f64], rewards_a: &mut [f64]) {
        rewards_a.copy_from_slice(rewards_h);
        for (reward, reflection) in rewards_a.iter_mut().zip(&self.reflections) {
            *reward = reflection.apply(*reward);
        }
    }

    /// Copies the blocks whose number is below $`|\beta|`$, or reflects them.
    fn copy_masked(&self, mask: &mut StreamRng, rewards_h: &[f64], rewards_a: &mut [f64]) {
        let copying = self.correlation.get().abs();
        let mut numbers = [0.0; 64];
        for blocks in self.blocks.chunks(numbers.len()) {
            let numbers = &mut numbers[..blocks.len()];
            mask.fill_uniform(numbers);
            for (block, _) in blocks.iter().zip(numbers).filter(|(_, number)| **number < copying) {
                for &state in block {
                    let reward = rewards_h[state];
                    rewards_a[state] = self.reflections.get(state).map_or(reward, |map| map.apply(reward));
                }
            }
        }
    }
}

/// The states of each label, in order of their smallest states.
fn states_by_label(labels: &[usize]) -> Vec<Vec<usize>> {
    let mut states: Vec<usize> = (0..labels.len()).collect();
    states.sort_by_key(|&state| labels[state]);
    let mut blocks: Vec<Vec<usize>> = states.chunk_by(|&a, &b| labels[a] == labels[b]).map(<[usize]>::to_vec).collect();
    blocks.sort_unstable_by_key(|block| block[0]);
    blocks
}
