//! `dunamis orbit certify`: what can be proved.

use super::comparing::{Compared, Comparing};
use crate::failure::{ExitStatus, Failure};
use crate::output::Output;
use crate::verdict;
use clap::{Args, ValueEnum};
use dunamis_orbit::{Certificate, Refusal, Rule};
use std::path::PathBuf;

/// Which claim.
#[derive(Debug, Args)]
#[command(
    about = "Prove how strongly decision-making tends to one action or set of options, with a certificate",
    long_about = "Prove how strongly decision-making tends to one action or set of options, with a certificate.\n\n\
        If the options B that one action leaves contain n copies of the options A that another leaves, then B is preferred for \
        at least n/(n+1) of all permutations of any reward; if A consists of m parts of which B has n copies each, for at least \
        n/(n+m). dunamis finds the copies and writes down everything that is needed to check the claim: \
        dunamis orbit verify does so with code that shares nothing with the search. Where a hypothesis fails the claim is refused, with the \
        condition and a witness, and the exit code is 1.",
    after_long_help = "\
Examples:
  dunamis orbit certify candy --state start --prefer wait --over candy
  dunamis orbit certify case-study --state ★ --prefer r▷ --over ℓ◁ --criterion discounted
  dunamis orbit certify --sets sets.json --rule optimal --output certificate.json
  dunamis orbit certify candy --state start --prefer wait --over candy --json

A file of sets lists vectors, with fractions as strings, {\"a\": [[\"1/2\", \"1/2\", 0]], \"b\": [[0, 0, 1]]}, or counts
distinct basis vectors, {\"a\": {\"basis\": 1}, \"b\": {\"basis\": \"1e53\"}}. Without \"c\" the options are those of both.

The JSON document has \"verdict\" (certified or refused), \"n\", \"m\", \"bound\", \"theorem\" and \"certificate\", or
\"condition\", \"reason\" and \"witness\" of a refusal."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    comparing: Comparing,

    /// Whose tendency [default: optimal for actions, any for sets]
    #[arg(long, value_enum, value_name = "RULE")]
    rule: Option<Who>,

    /// Refuse unless there are so many copies
    #[arg(long, value_name = "N")]
    copies: Option<u64>,

    /// Write the certificate to a file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Whose tendency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Who {
    /// Optimal decisions.
    Optimal,
    /// Every rule that is monotone and jointly invariant.
    Any,
    /// POWER after the actions, at every discount.
    Power,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let compared = arguments.comparing.read()?;
    let result = {
        let _spinner = output.spinner("looking for copies");
        certify(arguments, &compared)?
    };
    let result = result.and_then(|certificate| match arguments.copies {
        Some(wanted) if certificate.n.parse::<u64>().is_ok_and(|n| n < wanted) => {
            Err(Refusal::Fewer { wanted: wanted.to_string(), n: certificate.n })
        }
        _ => Ok(certificate),
    });
    match result {
        // What cannot be asked is an error; what is asked and not true is a refusal.
        Err(Refusal::Options(error)) => Err(error.into()),
        Err(refusal) => verdict::refused(&refusal.condition(), &refusal.to_string(), refusal.witness(), arguments.json),
        Ok(certificate) => verdict::certified(&certificate, arguments.output.as_deref(), arguments.json),
    }
}

fn certify(arguments: &Arguments, compared: &Compared) -> Result<Result<Certificate, Refusal>, Failure> {
    match compared {
        Compared::Sets(sets) => {
            let rule = match arguments.rule {
                Some(Who::Power) => return Err(Failure::PowerOfSets),
                Some(Who::Optimal) => Rule::Optimal,
                Some(Who::Any) | None => Rule::Invariant,
            };
            Ok(sets.certify(rule, arguments.comparing.permuted(sets)?))
        }
        Compared::Actions { environment, state, prefer, over, horizon } => {
            let choice = arguments.comparing.choice(environment, state, [prefer, over])?;
            Ok(match arguments.rule {
                Some(Who::Power) => choice.certify_power_seeking(),
                Some(Who::Any) => choice.certify_any(horizon),
                Some(Who::Optimal) | None => choice.certify_optimality(horizon),
            })
        }
    }
}
