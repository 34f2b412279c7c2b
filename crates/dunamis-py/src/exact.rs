//! Exact numbers for Python, of any size: `int` and `fractions.Fraction`.

use crate::error::Result;
use crate::number::number;
use dunamis_mdp::Rational;
use num_bigint::BigInt;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBytes, PyInt};

/// An `int`.
///
/// # Errors
///
/// None in practice: bytes are a number.
pub(crate) fn integer<'py>(py: Python<'py>, number: &BigInt) -> PyResult<Bound<'py, PyAny>> {
    // Digits would do as well, but Python refuses to read more than some thousands of them.
    let bytes = PyBytes::new(py, &number.to_signed_bytes_le());
    py.get_type::<PyInt>().call_method("from_bytes", (bytes, "little"), Some(&[("signed", true)].into_py_dict(py)?))
}

/// A `fractions.Fraction`.
///
/// # Errors
///
/// As for [`integer`].
pub(crate) fn fraction<'py>(py: Python<'py>, number: &Rational) -> PyResult<Bound<'py, PyAny>> {
    let parts = (integer(py, number.numer())?, integer(py, number.denom())?);
    py.import("fractions")?.getattr("Fraction")?.call1(parts)
}

/// Every number of a sequence, as the command line would read it.
///
/// # Errors
///
/// [`Failure::Argument`](crate::error::Failure::Argument) with the index of what is no number.
pub(crate) fn rationals(argument: &str, values: &Bound<'_, PyAny>) -> Result<Vec<Rational>> {
    let place = |(index, value): (usize, PyResult<Bound<'_, PyAny>>)| {
        Ok(number(&format!("{argument}[{index}]"), &value?)?.exact())
    };
    values.try_iter()?.enumerate().map(place).collect()
}
