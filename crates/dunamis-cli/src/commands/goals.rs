//! `dunamis goals`: the goals compatible with training.

mod certify;
mod describe;
mod predict;
mod sample;
mod trained;

use crate::failure::{ExitStatus, Failure};
use crate::output::Output;
use clap::Subcommand;

/// What to do with goals.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Describe(describe::Arguments),
    Sample(sample::Arguments),
    Predict(predict::Arguments),
    Certify(certify::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::Describe(arguments) => describe::run(&arguments, output),
        Command::Sample(arguments) => sample::run(&arguments, output),
        Command::Predict(arguments) => predict::run(&arguments, output),
        Command::Certify(arguments) => certify::run(&arguments, output),
    }
}
