//! Noisy moves: with some probability the agent goes somewhere else than it chose.

use crate::{EnvError, Move};
use dunamis_mdp::{Number, Rational};
use num_traits::{One, Zero};

/// Tolerated excess of the biases over the noise level, for levels and biases that were added up in `f64`.
const BIAS_TOLERANCE: f64 = 1e-12;

/// Action noise of level ν with optional directional bias.
///
/// The chosen move is carried out with probability 1 − ν; otherwise the move is drawn at random from the available ones
/// (staying and the chosen one included). Without bias the k available moves get ν/k each. A biased direction gets its own
/// probability p instead, and what remains of ν is shared equally by the available moves without bias. Where a biased
/// direction is blocked, its p goes to `stay`, which then counts as biased. Where every available move is biased, what
/// remains is shared equally by all of them. So each row sums to exactly 1, and a chosen move always keeps 1 − ν.
///
/// ```
/// use dunamis_envs::{Grid, Move, Noise};
/// let noise = Noise::new("3/10".parse::<dunamis_mdp::Number>()?)?.biased(Move::Right, "1/10".parse::<dunamis_mdp::Number>()?)?;
/// let model = "..".parse::<Grid>()?.model(&noise)?;
/// let choose_stay_at_left = model.available().find(model.state("(0, 0)")?, model.action("stay")?).unwrap();
/// assert_eq!(model.row(choose_stay_at_left), ([0, 1].as_slice(), [0.9, 0.1].as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    level: Number,
    /// By position in [`Move::ALL`].
    bias: [Option<Number>; 5],
}

impl Default for Noise {
    fn default() -> Self {
        Noise::none()
    }
}

impl Noise {
    /// No noise: every move does what it says.
    pub fn none() -> Self {
        Noise { level: Number::from(0.0), bias: Default::default() }
    }

    /// Unbiased noise of a level.
    ///
    /// # Errors
    ///
    /// [`EnvError::Probability`] outside $`[0, 1]`$.
    pub fn new(level: impl Into<Number>) -> Result<Self, EnvError> {
        Ok(Noise { level: probability("the noise level", level.into())?, bias: Default::default() })
    }

    /// The same level, of which a direction gets its own probability; a second bias of one direction replaces the first.
    ///
    /// # Errors
    ///
    /// [`EnvError::Probability`], or [`EnvError::BiasSum`] when the biases sum to more than the level.
    pub fn biased(mut self, direction: Move, probability_of_it: impl Into<Number>) -> Result<Self, EnvError> {
        self.bias[direction as usize] = Some(probability("the bias of a direction", probability_of_it.into())?);
        let sum = self.bias.iter().flatten().map(Number::value).sum::<f64>();
        if sum > self.level.value() + BIAS_TOLERANCE {
            return Err(EnvError::BiasSum { sum, level: self.level.value() });
        }
        Ok(self)
    }

    /// The level ν.
    pub fn level(&self) -> &Number {
        &self.level
    }

    /// The own probability of a direction, if it is biased.
    pub fn bias(&self, direction: Move) -> Option<&Number> {
        self.bias[direction as usize].as_ref()
    }

    /// The probability with which each available move is carried out, given the chosen one: row = chosen, column = carried
    /// out, both by position in `available`, which has [`Move::Stay`]. Rows sum to exactly 1.
    ///
    /// # Errors
    ///
    /// None in practice: the numbers stay within $`[0, 1]`$.
    pub(crate) fn table(&self, available: &[Move]) -> Result<Vec<Vec<Number>>, EnvError> {
        let drawn = self.drawn(available);
        let kept = Rational::one() - self.level.exact();
        let number = |exact| {
            Number::from_rational(exact)
                .map_err(|_| EnvError::Probability { what: "the noise level", value: self.level.value() })
        };
        let row = |chosen| {
            let carried_out = drawn.iter().enumerate();
            carried_out.map(|(k, p)| number(if k == chosen { p + &kept } else { p.clone() })).collect()
        };
        (0..available.len()).map(row).collect()
    }

    /// What noise adds to each available move, by position; sums to exactly ν.
    fn drawn(&self, available: &[Move]) -> Vec<Rational> {
        let level = self.level.exact();
        let sum = self.bias.iter().flatten().fold(Rational::zero(), |sum, p| sum + p.exact());
        let scale = if sum > level { &level / &sum } else { Rational::one() };
        let mut rest = level;
        let mut drawn: Vec<Option<Rational>> = vec![None; available.len()];
        let position = |direction| available.iter().position(|&m| m == direction);
        for direction in Move::ALL {
            let Some(p) = self.bias(direction) else { continue };
            let p = p.exact() * &scale;
            rest -= &p;
            if let Some(k) = position(direction).or_else(|| position(Move::Stay)) {
                *drawn[k].get_or_insert_with(Rational::zero) += p;
            }
        }
        let unbiased = drawn.iter().filter(|p| p.is_none()).count();
        let sharing = if unbiased == 0 { available.len() } else { unbiased };
        let share = rest / Rational::from_integer(sharing.into());
        drawn
            .into_iter()
            .map(|p| match p {
                None => share.clone(),
                Some(p) if unbiased == 0 => p + &share,
                Some(p) => p,
            })
            .collect()
    }
}

fn probability(what: &'static str, number: Number) -> Result<Number, EnvError> {
    // A rational just above 1 may have the f64 1, so the exact value decides where there is one.
    let value = number.value();
    let fits = (0.0..=1.0).contains(&value) && (Rational::zero()..=Rational::one()).contains(&number.exact());
    if fits { Ok(number) } else { Err(EnvError::Probability { what, value }) }
}
