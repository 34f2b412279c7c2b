//! `dunamis goals certify`: most compatible goals avoid shutdown.

use super::trained::Trained;
use crate::failure::{ExitStatus, Failure};
use crate::output::Output;
use crate::verdict;
use clap::Args;
use dunamis_goals::{AvoidanceRefusal, SwapCounterexample, certify_avoidance};
use std::path::PathBuf;

/// Which claim.
#[derive(Debug, Args)]
#[command(
    about = "Prove on how much of the goals compatible with training shutdown is avoided, with a certificate",
    long_about = "Prove on how much of the goals compatible with training shutdown is avoided, with a certificate.\n\n\
        At the new state shutdown earns the terminal state's reward once. If n other states can be visited at least once \
        (discounted, from the next step on), then among the rearrangements of any goal that are compatible with training at least \
        n/(n+1) do not prefer shutdown [Krakovna & Kramár 2023, Thm. 2]. The rewards that are exchanged must not matter to training: \
        where training can reach them by any action, though never taken, the claim is refused, with a counterexample if the model's \
        own reward is one. The exit code of a refusal is 1.",
    after_long_help = "\
Examples:
  dunamis goals certify shutdown-setting:recurrent=3,distance=2 --discount 9/10
  dunamis goals certify closure-gap --bounds 0,5
  dunamis goals certify closure-gap --bounds 0,5 --reading within-training --output certificate.json
  dunamis orbit verify certificate.json

The JSON document is that of dunamis orbit certify: \"verdict\" (certified or refused), \"n\", \"m\", \"bound\", \"theorem\" and
\"certificate\", or \"condition\", \"reason\" and \"witness\" of a refusal."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    trained: Trained,

    /// Write the certificate to a file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let explained = arguments.trained.read()?;
    let setting = explained.situation.shutdown_setting()?;
    let spinner = output.spinner("counting states that can be visited again and again");
    let result = certify_avoidance(&setting, &explained.goals);
    drop(spinner);
    match result {
        Ok(certificate) => verdict::certified(&certificate, arguments.output.as_deref(), arguments.json),
        // What cannot be asked is an error; what is asked and not true is a refusal.
        Err(AvoidanceRefusal::Goals(error)) => Err(error.into()),
        Err(refusal) => {
            let (mut reason, mut witness) = (refusal.to_string(), refusal.witness());
            let goal = explained.goal.as_ref().filter(|_| matches!(refusal, AvoidanceRefusal::Reached { .. }));
            let example = goal.map(|goal| SwapCounterexample::find(&setting, &explained.goals, goal)).transpose()?;
            if let Some(example) = example.flatten() {
                reason = format!("{reason}; for the model's own reward, {example}");
                witness["counterexample"] = serde_json::to_value(&example).unwrap_or_default();
            }
            verdict::refused(refusal.condition(), &reason, witness, arguments.json)
        }
    }
}
