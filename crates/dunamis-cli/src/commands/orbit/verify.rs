//! `dunamis orbit verify`: certificates checked again.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, SCHEMA};
use clap::Args;
use dunamis_orbit::{Certificate, verify};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which certificate.
#[derive(Debug, Args)]
#[command(
    about = "Check a certificate in exact arithmetic, with code that shares nothing with the search",
    long_about = "Check a certificate in exact arithmetic, with code that shares nothing with the search.\n\n\
        Every statement is checked: that the permutations are involutions of the permuted states, that they exchange the parts \
        and keep what must be kept, that dominated options are convex combinations of others, that the theorem applies, that the \
        numbers follow, and that the options are those of the model, recomputed policy by policy. The exit code is 1 if one of \
        them is false.",
    after_long_help = "\
Examples:
  dunamis orbit certify candy --state start --prefer wait --over candy --output candy.json
  dunamis orbit verify candy.json
  dunamis orbit verify candy.json --json

The file is a certificate, or the document that dunamis orbit certify --json prints."
)]
pub(crate) struct Arguments {
    /// The certificate
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Certified {
    certificate: Certificate,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    verdict: &'static str,
    n: Option<String>,
    m: Option<String>,
    bound: Option<String>,
    theorem: Option<&'static str>,
    claim: Option<String>,
    reason: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitStatus, Failure> {
    let path = || arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).map_err(|source| Failure::Read { path: path(), source })?;
    let certificate = match Certificate::from_json(&text) {
        Ok(certificate) => certificate,
        Err(source) => match serde_json::from_str::<Certified>(&text) {
            Ok(certified) => certified.certificate,
            Err(_) => return Err(Failure::Certificate { path: path(), source }),
        },
    };
    let (status, document) = match verify(&certificate) {
        Ok(verified) => {
            let document = Document {
                schema: SCHEMA,
                verdict: "verified",
                n: Some(verified.n.to_string()),
                m: Some(verified.m.to_string()),
                bound: Some(verified.bound.to_string()),
                theorem: Some(verified.theorem.citation()),
                claim: Some(certificate.claim()),
                reason: None,
            };
            (ExitStatus::Success, document)
        }
        Err(error) => {
            let reason = Some(error.to_string());
            let (n, m, bound, theorem, claim) = (None, None, None, None, None);
            (ExitStatus::Missed, Document { schema: SCHEMA, verdict: "refuted", n, m, bound, theorem, claim, reason })
        }
    };
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&match (&document.claim, &document.reason) {
            (Some(claim), _) => format!("verified: {claim}\n"),
            (None, reason) => format!("refuted: {}\n", reason.as_deref().unwrap_or_default()),
        })?;
    }
    Ok(status)
}
