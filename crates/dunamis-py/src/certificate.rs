//! `dunamis.Certificate` and `dunamis.VerifiedClaim`.

use crate::error::{Failure, Result};
use crate::exact::{fraction, integer};
use crate::interrupt::unheard;
use dunamis_envs::format;
use dunamis_mdp::Rational;
use dunamis_orbit::{Rule, Theorem};
use num_bigint::BigInt;
use pyo3::prelude::*;
use serde::Deserialize;
use std::io::Write;
use std::path::PathBuf;

/// A claim that some options are preferred to others, with everything that is needed to check it: what `certify` returns.
///
/// The options B are at least as good as A on at least ``bound`` = n/(n + m) of every orbit: of the rearrangements of any
/// reward over the permuted states [Turner & Tadepalli 2022, Def. 3.2]. `verify` checks that from the certificate alone, and so
/// does ``dunamis orbit verify`` with what `save` writes.
///
/// >>> certificate = certify(load("candy"), state="start", prefer="wait", over="candy")
/// >>> certificate.n, certificate.bound
/// (2, Fraction(2, 3))
/// >>> verify(Certificate.from_json(certificate.to_json())).theorem
/// 'Turner et al. 2021, Thm. 6.13'
#[pyclass(frozen, eq, module = "dunamis", name = "Certificate")]
#[derive(Debug)]
pub(crate) struct Certificate {
    document: dunamis_orbit::Certificate,
    n: BigInt,
    m: BigInt,
    bound: Rational,
}

impl PartialEq for Certificate {
    /// Whether they say the same, however the model is laid out in their text.
    fn eq(&self, other: &Self) -> bool {
        let [own, others] =
            [self, other].map(|certificate| serde_json::from_str::<serde_json::Value>(&certificate.to_json()).ok());
        own.is_some() && own == others
    }
}

/// What ``dunamis orbit certify --json`` prints.
#[derive(Deserialize)]
struct Certified {
    certificate: dunamis_orbit::Certificate,
}

impl Certificate {
    /// A certificate whose numbers are numbers.
    pub(crate) fn new(argument: &str, document: dunamis_orbit::Certificate) -> Result<Self> {
        let wrong = |place: &str, text: &str| {
            let start: String = text.chars().take(40).collect();
            Failure::argument(
                argument,
                format!("is no certificate: its `{place}` is `{start}`, which is no such number"),
            )
        };
        let whole = |place, text: &str| text.parse::<BigInt>().map_err(|_| wrong(place, text));
        let (n, m) = (whole("n", &document.n)?, whole("m", &document.m)?);
        let bound = document.bound.parse().map_err(|_| wrong("bound", &document.bound))?;
        Ok(Certificate { document, n, m, bound })
    }

    fn read(argument: &str, text: &str) -> Result<Self> {
        let read = dunamis_orbit::Certificate::from_json(text);
        let read = read.or_else(|error| {
            serde_json::from_str(text).map(|Certified { certificate }| certificate).map_err(|_| error)
        });
        Certificate::new(
            argument,
            read.map_err(|error| Failure::argument(argument, format!("is no certificate: {error}")))?,
        )
    }
}

/// Whose tendency it is, as documents write it.
fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Optimal => "optimal",
        Rule::Power => "power",
        _ => "invariant",
    }
}

#[pymethods]
impl Certificate {
    /// A certificate from the JSON text that `to_json`, or ``dunamis orbit certify --json``, writes. What it says is not checked: see
    /// `verify`.
    ///
    /// Raises
    /// ------
    /// ArgumentError : where the text is no certificate.
    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Certificate::read("text", text)
    }

    /// A certificate from a file of such a text.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "paths are extracted by value")]
    fn load(path: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(&path);
        Certificate::read("path", &text.map_err(|source| Failure::Read { path: path.display().to_string(), source })?)
    }

    /// The JSON form.
    fn to_json(&self) -> String {
        self.document.to_json()
    }

    /// Writes the JSON form to a file, for ``dunamis orbit verify`` and `load`.
    #[expect(clippy::needless_pass_by_value, reason = "paths are extracted by value")]
    fn save(&self, path: PathBuf) -> Result<()> {
        let written = format::replace(&path, 0o666, |file| writeln!(file, "{}", self.to_json()));
        written.map_err(|source| Failure::Write { path: path.display().to_string(), source })
    }

    /// Number of parts of B, an ``int``: each is a copy of every part of A.
    #[getter]
    fn n<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.n)
    }

    /// Number of parts of A, an ``int``.
    #[getter]
    fn m<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.m)
    }

    /// n/(n + m), a ``fractions.Fraction``: on at least so much of every orbit B is at least as good as A.
    #[getter]
    fn bound<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.bound)
    }

    /// What the claim rests on, as it is cited.
    #[getter]
    fn theorem(&self) -> &'static str {
        self.document.theorem.citation()
    }

    /// Whose tendency it is: ``"optimal"``, ``"invariant"`` for every rule that is monotone and jointly invariant, or ``"power"``.
    #[getter]
    fn rule(&self) -> &'static str {
        rule(self.document.rule)
    }

    /// The claim in words.
    #[getter]
    fn claim(&self) -> String {
        self.document.claim()
    }

    /// The claim and its proof in words, two paragraphs to paste into a text.
    #[getter]
    fn explanation(&self) -> String {
        self.document.explain()
    }

    /// Names of the coordinates, mostly states; empty where options are only counted. A new list.
    #[getter]
    fn coordinates(&self) -> Vec<String> {
        self.document.coordinates.clone()
    }

    /// Names of the coordinates that are permuted; a new list.
    #[getter]
    fn permuted(&self) -> Vec<String> {
        self.document.permuted.clone()
    }

    /// ``involutions[j][i]`` takes part j of A to part i of B and every other part to itself: in cycle notation, of coordinates
    /// counted from 0. New lists.
    #[getter]
    fn involutions(&self) -> Vec<Vec<String>> {
        self.document.involutions.clone()
    }

    fn __repr__(&self) -> String {
        let Certificate { n, m, bound, .. } = self;
        format!("<dunamis.Certificate: n = {n}, m = {m}, bound {bound} by {}>", self.theorem())
    }

    fn __str__(&self) -> String {
        self.explanation()
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let words = (slf.repr()?.to_string(), slf.get().explanation());
        slf.py().import("dunamis._html")?.call_method1("prose", words)?.extract()
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, (String,))> {
        let read = slf.py().import("dunamis._pickle")?.getattr("read_certificate")?;
        Ok((read.unbind(), (slf.get().to_json(),)))
    }
}

/// What a certificate has proved that an independent check has accepted: what `verify` returns.
#[pyclass(frozen, module = "dunamis", name = "VerifiedClaim")]
#[derive(Debug)]
pub(crate) struct VerifiedClaim {
    claim: String,
    n: BigInt,
    m: BigInt,
    theorem: Theorem,
    rule: Rule,
}

#[pymethods]
impl VerifiedClaim {
    /// Number of parts of B that were checked, an ``int``.
    #[getter]
    fn n<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.n)
    }

    /// Number of parts of A that were checked, an ``int``.
    #[getter]
    fn m<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.m)
    }

    /// n/(n + m), a ``fractions.Fraction``.
    #[getter]
    fn bound<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &Rational::new(self.n.clone(), &self.n + &self.m))
    }

    /// What the claim rests on, as it is cited.
    #[getter]
    fn theorem(&self) -> &'static str {
        self.theorem.citation()
    }

    /// Whose tendency it is, as for certificates.
    #[getter]
    fn rule(&self) -> &'static str {
        rule(self.rule)
    }

    /// The claim in words.
    #[getter]
    fn claim(&self) -> &str {
        &self.claim
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.VerifiedClaim: {}>", self.claim)
    }
}

/// Checks a certificate with code that shares nothing with the search.
///
/// # Errors
///
/// [`Failure::Certificate`] with the first statement that is false.
pub(crate) fn verified(certificate: &Bound<'_, Certificate>) -> Result<VerifiedClaim> {
    let checked = certificate.get().document.clone();
    let verified = unheard(certificate.py(), move || dunamis_orbit::verify(&checked))??;
    Ok(VerifiedClaim {
        claim: certificate.get().claim(),
        n: verified.n.into(),
        m: verified.m.into(),
        theorem: verified.theorem,
        rule: verified.rule,
    })
}
