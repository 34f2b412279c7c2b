//! The arguments of `dunamis`.

use crate::argument;
use crate::commands::{
    analyze, discounts, draw, env, figure, goals, import, orbit, policy, power, report, run, runs, solve,
};
use clap::{Parser, Subcommand};
use std::num::NonZeroUsize;

/// A workbench for power-seeking in Markov decision processes.
#[derive(Debug, Parser)]
#[command(
    name = "dunamis",
    version,
    max_term_width = 100,
    about = "A workbench for power-seeking in Markov decision processes",
    long_about = "A workbench for power-seeking in Markov decision processes.\n\n\
        An agent with power over the future can get much of whatever it may come to want. dunamis computes \
        that number, POWER, for every state of a world: the optimal value, averaged over many possible reward \
        functions. For two agents in one world it also tells how far their interests are aligned. Every number \
        comes with its standard error or with bounds that are true.",
    after_long_help = "\
First steps:
  dunamis env list                            which worlds there are
  dunamis env show maze-7x7                   what one of them looks like
  dunamis solve forest --discount 0.9         what is best in a world with rewards
  dunamis power maze-7x7 --discount 0.9       which of its states have most POWER
  dunamis power grid-3x3 --agents 2 --collision leak --discount 0.6
                                              two agents: are their interests aligned?
  dunamis orbit certify candy --state start --prefer wait --over candy
                                              how strongly do goals tend to keep options open?
  dunamis goals certify shutdown-setting --discount 0.9
                                              how many goals, learned elsewhere, avoid shutdown?
  dunamis figure list                         the published figures it can draw anew

Each command explains itself: try dunamis power --help. Data goes to stdout, messages to stderr.
Exit codes: 0 all is well, 1 a published value is missed without a reason, a solution is not verified,
or a claim is refused or refuted, 2 wrong usage or error, 130 stopped by Ctrl-C."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Number of threads; the results do not depend on it [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = argument::threads, help_heading = "Global options")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Show no progress and no remarks
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
}

/// What to do. A command with arguments of its own describes itself where they are.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List, show, convert, edit and check environments
    #[command(subcommand)]
    Env(env::Command),
    /// Make policies, and edit them
    #[command(subcommand)]
    Policy(policy::Command),
    Solve(solve::Arguments),
    Discounts(discounts::Arguments),
    Power(power::Arguments),
    /// Prove, count and check how strongly decision-making tends to one action over another
    #[command(subcommand)]
    Orbit(orbit::Command),
    /// Describe, draw and certify the goals that explain what was learned in training
    #[command(subcommand)]
    Goals(goals::Command),
    Run(run::Arguments),
    /// List, show, compare, export, check and remove runs
    #[command(subcommand)]
    Runs(runs::Command),
    Report(report::Arguments),
    Draw(draw::Arguments),
    Analyze(analyze::Arguments),
    /// Import experiments of other programs
    #[command(subcommand)]
    Import(import::Command),
    /// List the published figures, or draw them and compare their numbers
    #[command(subcommand)]
    Figure(figure::Command),
}
