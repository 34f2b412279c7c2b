//! `dunamis orbit`: how strongly decision-making tends toward one set of options.

mod certify;
mod comparing;
mod copies;
mod probability;
mod tendency;
mod verify;

use crate::failure::{ExitStatus, Failure};
use crate::output::Output;
use clap::Subcommand;

/// What to do with orbits.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Certify(certify::Arguments),
    Verify(verify::Arguments),
    Copies(copies::Arguments),
    Tendency(tendency::Arguments),
    Probability(probability::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::Certify(arguments) => certify::run(&arguments, output),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Copies(arguments) => copies::run(&arguments, output),
        Command::Tendency(arguments) => tendency::run(&arguments, output),
        Command::Probability(arguments) => probability::run(&arguments, output),
    }
}
