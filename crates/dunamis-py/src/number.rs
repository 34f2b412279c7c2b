//! Numbers of Python with the exact form they are written in.

use crate::error::{Failure, Result};
use dunamis_mdp::{Discount, Number};
use pyo3::prelude::*;

/// A number as the command line would read it: `0.99` is 99/100, and so are `"99/100"`, `Fraction(99, 100)` and
/// `Decimal("0.99")`.
///
/// # Errors
///
/// [`Failure::Argument`] for anything else.
pub(crate) fn number(argument: &str, value: &Bound<'_, PyAny>) -> Result<Number> {
    let text = match value.extract::<f64>() {
        // The shortest decimal that means this double is what was typed.
        Ok(double) if value.is_instance_of::<pyo3::types::PyFloat>() => double.to_string(),
        _ => value.str()?.to_string(),
    };
    text.parse().map_err(|error| Failure::argument(argument, format!("is `{text}`, but must be a number: {error}")))
}

/// A discount, written like a [`number`].
///
/// # Errors
///
/// [`Failure::Argument`], or [`Failure::In`] outside of 0 ≤ γ < 1.
pub(crate) fn discount(argument: &str, value: &Bound<'_, PyAny>) -> Result<Discount> {
    let number = number(argument, value)?;
    Discount::new(number).map_err(|error| Failure::from(error).within(argument))
}

/// A whole number of at least 0.
///
/// # Errors
///
/// [`Failure::Argument`].
pub(crate) fn count(argument: &str, value: &Bound<'_, PyAny>) -> Result<usize> {
    if let Ok(count) = value.extract() {
        return Ok(count);
    }
    Err(Failure::argument(argument, format!("is {}, but must be a whole number of at least 0", value.repr()?)))
}
