//! Exact numbers, as runs write them.

use std::fmt;
use std::str::FromStr;

use dunamis_mdp::{Number, Rational};

use crate::FigureError;

/// An exact number read from a run, such as `2/3`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fraction(Number);

impl Fraction {
    /// The nearest double.
    pub fn value(&self) -> f64 {
        self.0.value()
    }

    /// The number itself.
    pub(crate) fn exact(&self) -> Rational {
        self.0.exact()
    }

    /// The number in the markup of [`dunamis_plot::label`], with a true minus sign; as decimals where the fraction is long.
    pub(crate) fn label(&self) -> String {
        let text = self.to_string().replace('-', "−");
        if text.chars().count() <= 12 { text } else { format!("≈ {}", dunamis_plot::fixed(self.value(), 4)) }
    }
}

impl FromStr for Fraction {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        let number: Result<Number, _> = text.parse();
        number.map(Fraction).map_err(|_| FigureError::NotAFraction { text: text.chars().take(60).collect() })
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exact().fmt(f)
    }
}
