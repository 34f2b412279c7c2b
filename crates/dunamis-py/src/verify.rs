//! `dunamis.verify`: solutions and certificates, checked anew.

use crate::certificate::{self, Certificate};
use crate::error::{Failure, Result};
use crate::model::Mdp;
use crate::solution::{self, Solution};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// Checks a solution or a certificate by a program that shares no code with what found it, in exact arithmetic.
///
/// A pass of a solution proves that the bounds contain the optimal value and, under the discounted criterion, that every optimal
/// action is among the optimal ones; it returns a `Verification`. By default the solution is checked for the model that it was
/// found for. A pass of a certificate proves its claim; it returns a `VerifiedClaim`.
///
/// Parameters
/// ----------
/// claim : a `Solution` or a `Certificate`.
/// mdp : the model that a solution is checked for. Certificates have theirs in themselves.
///
/// Raises
/// ------
/// VerifyError : what is false and where, or what could not be decided.
///
/// >>> verify(solve(load("forest"), 0.9)).policy_loss < 1e-6
/// True
/// >>> verify(certify(load("candy"), state="start", prefer="wait", over="candy")).bound
/// Fraction(2, 3)
#[pyfunction]
#[pyo3(signature = (claim, /, mdp=None))]
pub(crate) fn verify<'py>(claim: &Bound<'py, PyAny>, mdp: Option<&Bound<'py, Mdp>>) -> Result<Bound<'py, PyAny>> {
    let py = claim.py();
    if let Ok(solution) = claim.cast::<Solution>() {
        return Ok(Bound::new(py, solution::verified(solution, mdp)?)?.into_any());
    }
    let Ok(certificate) = claim.cast::<Certificate>() else {
        let problem = format!("argument 'claim': '{}' is no solution and no certificate", claim.get_type().name()?);
        return Err(Failure::Python(PyTypeError::new_err(problem)));
    };
    if mdp.is_some() {
        return Err(Failure::argument(
            "mdp",
            "is for solutions: leave it out, as certificates have their model in themselves",
        ));
    }
    Ok(Bound::new(py, certificate::verified(certificate)?)?.into_any())
}
