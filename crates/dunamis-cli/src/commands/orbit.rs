//! `dunamis orbit`: how strongly decision-making tends toward one set of options.

mod certify;
mod comparing;
mod verify;

use crate::failure::{ExitStatus, Failure};
use crate::output::Output;
use clap::Subcommand;

/// What to do with orbits.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Certify(certify::Arguments),
    Verify(verify::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::Certify(arguments) => certify::run(&arguments, output),
        Command::Verify(arguments) => verify::run(&arguments),
    }
}
