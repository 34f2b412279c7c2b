//! Coordinates of options: exact numbers and functions of the discount.

use super::CertificateError;
use dunamis_mdp::Rational;
use num_traits::{One, Zero};

/// The first characters of a text that is too long for a message.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A fraction of polynomials in the discount, coefficients in ascending order; equal if cross products are.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    numerator: Vec<Rational>,
    denominator: Vec<Rational>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        if self.denominator == other.denominator {
            return self.numerator == other.numerator;
        }
        trimmed(product(&self.numerator, &other.denominator)) == trimmed(product(&other.numerator, &self.denominator))
    }
}

fn product(left: &[Rational], right: &[Rational]) -> Vec<Rational> {
    let mut product = vec![Rational::zero(); (left.len() + right.len()).saturating_sub(1)];
    for (i, x) in left.iter().enumerate() {
        for (j, y) in right.iter().enumerate() {
            product[i + j] += x * y;
        }
    }
    product
}

fn trimmed(mut coefficients: Vec<Rational>) -> Vec<Rational> {
    while coefficients.last().is_some_and(Zero::is_zero) {
        coefficients.pop();
    }
    coefficients
}

impl Entry {
    /// Parses a number such as `-3/4`, or a fraction such as `(1 + 1/2 γ)/(1 - γ^2)`.
    pub(super) fn parse(text: &str, place: impl Fn() -> String) -> Result<Self, CertificateError> {
        let wrong = || CertificateError::Syntax {
            place: place(),
            text: shortened(text),
            expected: "a number such as `1/2` or a function such as `(1 + 1/2 γ)/(1 - γ^2)`",
        };
        let (numerator, denominator) = match text.rsplit_once("/(") {
            Some((numerator, denominator)) => (numerator, denominator.strip_suffix(')').ok_or_else(wrong)?),
            None => (text, "1"),
        };
        let numerator = numerator.strip_prefix('(').map_or(Some(numerator), |inside| inside.strip_suffix(')'));
        let numerator = numerator.ok_or_else(wrong)?;
        let numerator = polynomial(numerator).ok_or_else(wrong)?;
        let denominator = polynomial(denominator).ok_or_else(wrong)?;
        if denominator.is_empty() {
            return Err(wrong());
        }
        Ok(Entry { numerator, denominator })
    }

    pub(super) fn number(&self) -> Option<Rational> {
        match (&self.numerator[..], &self.denominator[..]) {
            ([], [_]) => Some(Rational::zero()),
            ([x], [y]) => Some(x / y),
            _ => None,
        }
    }

    /// The larger degree of numerator and denominator.
    pub(super) fn degree(&self) -> usize {
        self.numerator.len().max(self.denominator.len()).saturating_sub(1)
    }

    /// The value at a discount that is no pole.
    pub(super) fn at(&self, discount: &Rational) -> Option<Rational> {
        let value = |coefficients: &[Rational]| {
            coefficients.iter().rev().fold(Rational::zero(), |sum, coefficient| sum * discount + coefficient)
        };
        let denominator = value(&self.denominator);
        if denominator.is_zero() { None } else { Some(value(&self.numerator) / denominator) }
    }
}

/// `1 - 3/4 γ + γ^2` as coefficients without trailing zeros.
fn polynomial(text: &str) -> Option<Vec<Rational>> {
    let mut coefficients = Vec::new();
    // Signs stand alone between terms and stick to the first.
    let mut words = text.split_whitespace().peekable();
    let mut negative = false;
    words.peek()?;
    loop {
        let mut word = words.next()?;
        if let Some(rest) = word.strip_prefix('-') {
            (negative, word) = (!negative, rest);
        }
        let power = |word: &str| match word.strip_prefix('γ')? {
            "" => Some(1),
            rest => rest.strip_prefix('^')?.parse::<usize>().ok().filter(|&power| power < 10_000),
        };
        let (coefficient, power) = if let Some(exponent) = power(word) {
            (Rational::one(), exponent)
        } else {
            let exponent = words.peek().and_then(|next| power(next));
            if exponent.is_some() {
                words.next();
            }
            (rational(word)?, exponent.unwrap_or(0))
        };
        if coefficients.len() <= power {
            coefficients.resize(power + 1, Rational::zero());
        }
        coefficients[power] += if negative { -coefficient } else { coefficient };
        negative = match words.next() {
            None => return Some(trimmed(coefficients)),
            Some("+") => false,
            Some("-") => true,
            Some(_) => return None,
        };
    }
}

/// A fraction of whole numbers in decimal digits.
pub(super) fn rational(text: &str) -> Option<Rational> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let digits = |text: &str| !text.is_empty() && text.len() < 100_000 && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = numerator.strip_prefix('-').unwrap_or(numerator);
    if !digits(unsigned) || !digits(denominator) || denominator.bytes().all(|b| b == b'0') {
        return None;
    }
    Some(Rational::new(numerator.parse().ok()?, denominator.parse().ok()?))
}
