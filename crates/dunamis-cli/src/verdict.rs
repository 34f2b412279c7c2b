//! What a claim comes to: a certificate, or the condition that fails.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, SCHEMA};
use crate::whole_file;
use dunamis_orbit::Certificate;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// Reports a certificate, and writes it to a file if there is one.
///
/// # Errors
///
/// [`Failure::WriteFile`], [`Failure::Write`].
pub(crate) fn certified(certificate: &Certificate, file: Option<&Path>, json: bool) -> Result<ExitStatus, Failure> {
    if let Some(path) = file {
        whole_file::write(path, |file| writeln!(file, "{}", certificate.to_json()))?;
    }
    let Certificate { n, m, bound, theorem, .. } = certificate;
    if json {
        output::json(&Document {
            verdict: "certified",
            n: Some(n),
            m: Some(m),
            bound: Some(bound),
            theorem: Some(theorem.citation()),
            explanation: Some(certificate.explain()),
            certificate: Some(certificate),
            ..Document::default()
        })?;
    } else {
        let explanation = certificate.explain();
        output::data(&format!("certified: n = {n}, m = {m}, bound {bound} by {theorem}\n\n{explanation}\n"))?;
    }
    Ok(ExitStatus::Success)
}

/// Reports the condition that fails, with what shows it.
///
/// # Errors
///
/// [`Failure::Write`].
pub(crate) fn refused(condition: &str, reason: &str, witness: Value, json: bool) -> Result<ExitStatus, Failure> {
    if json {
        output::json(&Document {
            verdict: "refused",
            condition: Some(condition),
            reason: Some(reason),
            witness: Some(witness),
            ..Document::default()
        })?;
    } else {
        output::data(&format!("refused: {reason}\n\nwitness: {witness}\n"))?;
    }
    Ok(ExitStatus::Missed)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    verdict: &'static str,
    n: Option<&'a str>,
    m: Option<&'a str>,
    bound: Option<&'a str>,
    theorem: Option<&'a str>,
    explanation: Option<String>,
    certificate: Option<&'a Certificate>,
    condition: Option<&'a str>,
    reason: Option<&'a str>,
    witness: Option<Value>,
}

impl Default for Document<'_> {
    fn default() -> Self {
        Document {
            schema: SCHEMA,
            verdict: "",
            n: None,
            m: None,
            bound: None,
            theorem: None,
            explanation: None,
            certificate: None,
            condition: None,
            reason: None,
            witness: None,
        }
    }
}
