//! Numbers that remember how they were written.
//!
//! A probability written `1/3` or `0.1` has no exact `f64`. [`Number`] keeps the rational beside the nearest `f64`, so that
//! the numerical solvers stay fast while exact solvers and certificates lose nothing.

use num_bigint::{BigInt, BigUint, Sign};
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// An exact rational of unbounded size.
pub type Rational = BigRational;

/// Largest accepted decimal exponent; anything larger is outside the range of `f64` anyway.
const MAX_EXPONENT: u64 = 1_100;

/// Most bits of the numerator and of the denominator of a number in a model or a file, about 1,233 digits each.
pub(crate) const MAX_BITS: u64 = 4_096;

/// Longest accepted text. Every number within [`MAX_BITS`] is written in fewer characters, so that it can be read again.
const MAX_TEXT: usize = 2_600;

/// A real number: its `f64` and, where the two differ, the rational it was written as.
///
/// Parses decimal text (`0.25`, `1e-3`) and fractions (`1/3`) exactly; an `f64` stands for exactly the dyadic rational it
/// denotes.
///
/// ```
/// use dunamis_mdp::{Number, Rational};
/// let third: Number = "1/3".parse()?;
/// assert_eq!(third.value(), 1.0 / 3.0);
/// assert_eq!(third.exact(), Rational::new(1.into(), 3.into()));
/// # Ok::<(), dunamis_mdp::NumberError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    value: f64,
    /// `None` when the rational is the one that `value` denotes; shared, because models repeat few numbers often.
    exact: Option<Arc<Rational>>,
}

/// Why a text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// The text is neither a decimal numeral nor a fraction.
    #[error("`{text}` is not a number: write a decimal such as `0.25` or a fraction such as `1/3`")]
    Syntax {
        /// The offending text (shortened).
        text: String,
    },
    /// The denominator of a fraction is zero.
    #[error("`{text}` divides by zero")]
    ZeroDenominator {
        /// The offending text.
        text: String,
    },
    /// The number does not fit into an `f64`, or its exponent is absurdly large.
    #[error("`{text}` is outside the range of double precision")]
    Range {
        /// The offending text (shortened).
        text: String,
    },
    /// A numerator or denominator with more digits than are read back.
    #[error("`{text}` is too long: the numerator and the denominator may have {MAX_BITS} bits each, some 1,230 digits")]
    TooLong {
        /// The offending text (shortened).
        text: String,
    },
}

impl Number {
    /// The number one.
    pub const ONE: Number = Number { value: 1.0, exact: None };

    /// The nearest `f64`. NaN and infinities pass through, so that the place which knows the meaning can refuse them.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The exact value.
    ///
    /// # Panics
    ///
    /// If the number was made from a NaN or an infinity; every type of this crate refuses those on construction.
    pub fn exact(&self) -> Rational {
        match &self.exact {
            Some(exact) => (**exact).clone(),
            None => exact_value(self.value).expect("a finite number"),
        }
    }

    /// Whether the `f64` is the whole truth.
    pub fn is_double(&self) -> bool {
        self.exact.is_none()
    }

    pub(crate) fn written(&self) -> Option<&Arc<Rational>> {
        self.exact.as_ref()
    }

    /// The number itself, unless it has too many digits to be written to a file and read again.
    pub(crate) fn within_limits(self) -> Result<Self, NumberError> {
        let long = |exact: &Rational| exact.numer().bits().max(exact.denom().bits()) > MAX_BITS;
        match &self.exact {
            Some(exact) if long(exact) => Err(NumberError::TooLong { text: shorten(&exact.to_string()) }),
            _ => Ok(self),
        }
    }

    /// The exact value as text that parses to the same number: a fraction such as `1/3`, or the decimal expansion of an `f64`.
    ///
    /// An `f64` whose shortest text means something else is written in full: the one nearest to a tenth is
    /// 0.1000000000000000055511151231257827021181583404541015625. Other programs read the same `f64` from it.
    pub fn exact_text(&self) -> String {
        match &self.exact {
            Some(exact) => exact.to_string(),
            None => decimal_expansion(self.value),
        }
    }

    /// The number nearest to an exact rational.
    ///
    /// # Errors
    ///
    /// [`NumberError::Range`] when it exceeds the range of `f64`.
    pub fn from_rational(exact: Rational) -> Result<Self, NumberError> {
        let value = exact.to_f64().unwrap_or(f64::NAN);
        if !value.is_finite() {
            return Err(NumberError::Range { text: shorten(&exact.to_string()) });
        }
        let is_dyadic = exact_value(value).is_some_and(|dyadic| dyadic == exact);
        Ok(Number { value, exact: (!is_dyadic).then(|| Arc::new(exact)) })
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number { value, exact: None }
    }
}

/// The rational that a finite `f64` denotes.
pub(crate) fn exact_value(value: f64) -> Option<Rational> {
    Rational::from_float(value)
}

/// `value` as $`m \cdot 2^e`$ with an odd or zero integer $`m`$; NaN and infinities have no such form.
fn odd_mantissa(value: f64) -> Option<(u64, i32)> {
    if !value.is_finite() {
        return None;
    }
    let (bits, mask) = (value.to_bits(), (1_u64 << 52) - 1);
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let mantissa = if biased == 0 { bits & mask } else { (bits & mask) | (1 << 52) };
    if mantissa == 0 {
        return Some((0, 0));
    }
    let zeros = mantissa.trailing_zeros();
    Some((mantissa >> zeros, biased.max(1) - 1075 + zeros as i32))
}

/// A decimal text that denotes exactly the `f64`.
fn decimal_expansion(value: f64) -> String {
    // An odd multiple of 2^-k has k decimals, no fewer.
    let decimals = odd_mantissa(value).map_or(0, |(_, exponent)| exponent.min(0).unsigned_abs() as usize);
    if decimals > 0 && value.abs() < 1e-5 {
        let full = format!("{value:.1100e}");
        let (mantissa, power) = full.split_once('e').unwrap_or((&full, "0"));
        return format!("{}e{power}", mantissa.trim_end_matches('0').trim_end_matches('.'));
    }
    format!("{:.decimals$}", value + 0.0)
}

/// Whether the decimal numeral $`d \cdot 10^{-k}`$ denotes exactly a given non-negative `f64`, found without a division.
fn denotes(digits: &BigUint, scale: i64, value: f64) -> bool {
    // d / 10^k = m 2^e exactly when d = m 2^(e + k) 5^k.
    let Some((mantissa, exponent)) = odd_mantissa(value) else { return false };
    let (Ok(k), twos) = (u32::try_from(scale), i64::from(exponent) + scale) else { return false };
    twos >= 0 && *digits == (BigUint::from(mantissa) << twos) * BigUint::from(5_u32).pow(k)
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(37).chain("...".chars()).collect() }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return Err(NumberError::TooLong { text: shorten(text) });
        }
        let exact = match text.split_once('/') {
            None => {
                let numeral = Numeral::parse(text)?;
                // Files are full of numerals that denote doubles, and reducing fractions is what costs time. Adding 0 turns
                // -0 into 0, as a rational does.
                match text.parse::<f64>() {
                    Ok(value) if denotes(&numeral.digits, numeral.scale, value.abs()) => {
                        return Ok((value + 0.0).into());
                    }
                    _ => numeral.exact(),
                }
            }
            Some((numerator, denominator)) => {
                let (numerator, denominator) =
                    (Numeral::parse(numerator)?.exact(), Numeral::parse(denominator)?.exact());
                if denominator.is_zero() {
                    return Err(NumberError::ZeroDenominator { text: shorten(text) });
                }
                numerator / denominator
            }
        };
        Number::from_rational(exact)?.within_limits()
    }
}

/// A decimal numeral $`\pm d \cdot 10^{-k}`$.
struct Numeral {
    sign: Sign,
    digits: BigUint,
    /// $`k`$, at most a few thousand in size.
    scale: i64,
}

impl Numeral {
    /// Parses `[+-]digits[.digits][(e|E)[+-]digits]`.
    fn parse(text: &str) -> Result<Self, NumberError> {
        let text = text.trim();
        let syntax = || NumberError::Syntax { text: shorten(text) };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            None => (text, 0i64),
            Some((mantissa, exponent)) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(syntax());
                }
                let exponent = exponent.parse::<i64>().ok().filter(|e| e.unsigned_abs() <= MAX_EXPONENT);
                (mantissa, exponent.ok_or_else(|| NumberError::Range { text: shorten(text) })?)
            }
        };
        let (sign, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (Sign::Minus, rest),
            None => (Sign::Plus, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(syntax());
        }
        let digits = BigUint::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10).ok_or_else(syntax)?;
        Ok(Numeral { sign, digits, scale: fraction.len() as i64 - exponent })
    }

    fn exact(self) -> Rational {
        let magnitude = BigInt::from_biguint(self.sign, self.digits);
        let power = num_traits::pow(BigInt::from(10), self.scale.unsigned_abs() as usize);
        if self.scale <= 0 { Rational::from(magnitude * power) } else { Rational::new(magnitude, power) }
    }
}

/// Shows the `f64` when it is the whole truth and the fraction otherwise.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.exact {
            None => write!(f, "{}", self.value),
            Some(exact) => write!(f, "{exact}"),
        }
    }
}

/// A JSON number where the `f64` is the whole truth, else a string such as `"1/3"`.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.exact {
            None => serializer.serialize_f64(self.value),
            Some(exact) => serializer.serialize_str(&exact.to_string()),
        }
    }
}

/// Accepts a number (taken as the `f64` it denotes) or a string (parsed exactly).
impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a string such as \"1/3\"")
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::from(value))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Number, E> {
                Number::from_rational(Rational::from(BigInt::from(value))).map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Number, E> {
                Number::from_rational(Rational::from(BigInt::from(value))).map_err(E::custom)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The rationals of those entries of an `f64` array that were written as something else than the `f64` denotes.
///
/// Sparse on purpose: a model of a million transitions given in `f64` carries no rational at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Written(BTreeMap<usize, Arc<Rational>>);

impl Written {
    pub(crate) fn insert(&mut self, index: usize, number: &Number) {
        if let Some(exact) = number.written() {
            self.0.insert(index, Arc::clone(exact));
        }
    }

    /// The exact value of entry `index`, whose `f64` is `value`.
    pub(crate) fn exact(&self, index: usize, value: f64) -> Rational {
        match self.0.get(&index) {
            Some(exact) => (**exact).clone(),
            None => exact_value(value).unwrap_or_else(Rational::zero),
        }
    }

    /// Forgets how the entries of a range were written.
    pub(crate) fn remove(&mut self, range: std::ops::Range<usize>) {
        for index in range {
            self.0.remove(&index);
        }
    }

    pub(crate) fn number(&self, index: usize, value: f64) -> Number {
        Number { value, exact: self.0.get(&index).cloned() }
    }
}

/// Whether exact numbers sum to exactly one.
pub(crate) fn sums_to_one(numbers: impl IntoIterator<Item = Rational>) -> bool {
    numbers.into_iter().fold(Rational::zero(), |sum, x| sum + x).is_one()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fractions_and_decimals_are_exact() {
        let tenth: Number = "0.1".parse().unwrap();
        assert_eq!(tenth.exact(), Rational::new(1.into(), 10.into()));
        assert_eq!(tenth.value(), 0.1);
        assert_eq!("25e-2".parse::<Number>().unwrap(), "1/4".parse().unwrap());
        assert_eq!("0.5/1.5".parse::<Number>().unwrap().to_string(), "1/3");
        assert_eq!(".5".parse::<Number>().unwrap().to_string(), "0.5");
    }

    #[test]
    fn bad_text_is_refused() {
        for text in ["", "-", "1/", "/2", "1/2/3", "nan", "inf", "1e", "0x1", "1_0", "1e5000", "--1", "."] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert_eq!("1/0".parse::<Number>(), Err(NumberError::ZeroDenominator { text: "1/0".into() }));
        assert!(matches!("9".repeat(1_000).parse::<Number>(), Err(NumberError::Range { .. })));
        assert!(matches!("9".repeat(5_000).parse::<Number>(), Err(NumberError::TooLong { .. })));
        assert!(matches!(format!("1/{}", "7".repeat(1_300)).parse::<Number>(), Err(NumberError::TooLong { .. })));
    }

    /// A number whose text is far longer than what it was read from.
    #[test]
    fn what_is_read_can_be_written_and_read_again() {
        for text in ["52/896e1096", "1e-1100", "1e-400/7", "-3/7e1099", "4.9e-324", "1.7976931348623157e308"] {
            let number: Number = text.parse().unwrap();
            assert_eq!(number.exact_text().parse::<Number>().unwrap(), number, "{text}");
        }
    }

    #[test]
    fn doubles_are_written_exactly_and_as_briefly_as_that_allows() {
        for (value, text) in [
            (0.5, "0.5"),
            (-3.0, "-3"),
            (0.0, "0"),
            (0.1, "0.1000000000000000055511151231257827021181583404541015625"),
            (1e22, "10000000000000000000000"),
            (f64::powi(2.0, -30), "9.31322574615478515625e-10"),
        ] {
            assert_eq!(Number::from(value).exact_text(), text);
        }
    }

    proptest! {
        #[test]
        fn f64_text_round_trips(value in proptest::num::f64::NORMAL) {
            let number: Number = format!("{value:e}").parse().unwrap();
            prop_assert_eq!(number.value(), value);
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), number);
        }

        /// Exactly: the same rational, not only the same `f64`.
        #[test]
        fn doubles_round_trip_exactly(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let number: Number = Number::from(value).exact_text().parse().unwrap();
            prop_assert!(number.is_double());
            prop_assert_eq!(number.value(), value);
        }

        #[test]
        fn numerals_denote_what_their_digits_say(digits in 0..10_000_i64, scale in -20..20_i32, value in any::<f32>()) {
            let number: Number = format!("{digits}e{scale}").parse().unwrap();
            let power = Rational::from(BigInt::from(10)).pow(scale);
            prop_assert_eq!(number.exact(), Rational::from(BigInt::from(digits)) * power);
            // A text of too few digits for the double is not mistaken for it.
            prop_assume!(value.is_finite());
            let text = format!("{value:e}");
            let number: Number = text.parse().unwrap();
            let exact = Numeral::parse(&text).unwrap().exact();
            prop_assert_eq!(number.exact(), exact);
        }

        #[test]
        fn what_is_read_is_read_again(text in "-?[0-9]{1,3}(\\.[0-9]{1,30})?(e-?(10[0-9]{2}|[0-9]{1,3}))?(/[1-9][0-9]{0,3}(e-?(10[0-9]{2}|[0-9]{1,3}))?)?") {
            if let Ok(number) = text.parse::<Number>() {
                prop_assert_eq!(number.exact_text().parse::<Number>().unwrap(), number);
            }
        }

        #[test]
        fn parsing_never_panics(text in "[-+0-9./eE ]{0,24}") {
            let _ = text.parse::<Number>();
        }
    }
}
