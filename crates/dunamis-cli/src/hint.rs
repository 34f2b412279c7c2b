//! What to do about an error, where its message does not say so already.

use crate::argument::ArgumentError;
use crate::failure::Failure;
use dunamis_envs::EnvError;
use dunamis_experiment::{ConfigError, ConfigProblem, ExperimentError, NamedLawError, SeedPolicyError};
use dunamis_figures::FigureError;
use dunamis_mdp::{DiscountError, ModelError};
use dunamis_orbit::OrbitError;
use dunamis_power::PowerError;
use dunamis_sampling::RewardError;
use std::error::Error;

/// An error that knows a way out.
pub(crate) trait Hint {
    /// One sentence without a full stop.
    fn hint(&self) -> Option<String>;
}

impl Hint for Failure {
    fn hint(&self) -> Option<String> {
        match self {
            Failure::Environment(error) => error.hint(),
            Failure::Policy { source, .. } => source.hint(),
            Failure::Model(error) | Failure::Orbit(OrbitError::Model(error)) => error.hint(),
            Failure::SeedPolicy(error) => error.hint(),
            Failure::Power(error) => error.hint(),
            Failure::Reward(error) => error.hint(),
            Failure::Config(error) => error.hint(),
            Failure::Experiment(error) => error.hint(),
            Failure::Figure(error) => error.hint(),
            Failure::NoReward { environment } => Some(format!(
                "add `\"rewards\": {{STATE: NUMBER}}` to a copy of the model (`dunamis env show {environment} --json > model.json`), \
                 or average over reward functions with `dunamis power {environment}`"
            )),
            Failure::UnknownSolver { .. } => Some("`dunamis solve --list` shows the solvers".into()),
            Failure::NothingMoves => {
                Some("write .svg or .png, or draw several runs or the config of a sweep with `--what power`".into())
            }
            Failure::NoConfig => {
                Some("name the config (.toml) of the runs in their place, or leave `--set` out".into())
            }
            Failure::NoCriterion { .. } => Some("add `--discount G`, `--average`, `--total` or `--steps N`".into()),
            Failure::UnknownState { .. } => Some("`dunamis env show MODEL --all` shows the states".into()),
            Failure::Inexact { environment } => Some(format!(
                "write probabilities as fractions such as \"1/3\" (`dunamis env convert {environment} model.json` gives a file to \
                 edit); `--verify` proves bounds in double precision"
            )),
            Failure::UnknownRun { .. } => {
                Some("`dunamis runs list` shows the runs; `--runs DIR` looks elsewhere".into())
            }
            Failure::UnknownFormat { .. } => Some("`dunamis env formats` shows the formats".into()),
            Failure::NamedLaw(error) => error.hint(),
            Failure::NeedsTwoAgents { option } => Some(format!("add `--agents 2`, or leave `{option}` out")),
            Failure::NeedsOneAgent { option } => Some(format!("leave `{option}` or `--agents 2` out")),
            Failure::WriteFile { .. } => Some("check the free space and the permissions of its directory".into()),
            Failure::Read { .. } => Some("check the path and its permissions".into()),
            Failure::Discount(error) => error.hint(),
            Failure::Sets { .. } => Some("`dunamis orbit certify --help` shows a file of sets".into()),
            Failure::Certificate { .. } => Some("`dunamis orbit certify … --output FILE` writes one".into()),
            Failure::StoredOnly { option, .. } => Some(format!("leave `{option}` out")),
            Failure::ComputedFormat { .. } => Some(
                "write one, and convert that: `dunamis env convert FILE.dmdp FILE` writes every format, if it fits into memory".into(),
            ),
            #[cfg(feature = "mpi")]
            Failure::Mpi => None,
            Failure::Orbit(_)
            | Failure::UnknownComputedState { .. }
            | Failure::PictureExtension { .. }
            | Failure::StillExtension { .. }
            | Failure::OneRun
            | Failure::AverageDiscount
            | Failure::AmbiguousRun { .. }
            | Failure::NoPower { .. }
            | Failure::TableFormat { .. }
            | Failure::Csv(_)
            | Failure::Goals(_)
            | Failure::NoDiscount { .. }
            | Failure::NothingObserved { .. }
            | Failure::Observation { .. }
            | Failure::UnavailableAction { .. }
            | Failure::UnknownCoordinate { .. }
            | Failure::PowerOfSets
            | Failure::CountedSets
            | Failure::Import(_)
            | Failure::JointWithout
            | Failure::Patch { .. }
            | Failure::Edited { .. }
            | Failure::OneDiscount
            | Failure::RewardNumber { .. }
            | Failure::RewardLength { .. }
            | Failure::Solve(_)
            | Failure::UnknownSetting { .. }
            | Failure::Setting { .. }
            | Failure::ExactCriterion { .. }
            | Failure::Write(_)
            | Failure::Report(_)
            | Failure::Threads(_) => None,
        }
    }
}

impl Hint for ConfigError {
    fn hint(&self) -> Option<String> {
        match self.problem() {
            ConfigProblem::Read(_) => Some("check the path and its permissions".into()),
            ConfigProblem::Syntax { .. } | ConfigProblem::UnknownKey { nearest: None, .. } => {
                Some("`dunamis run --help` shows a config to start from".into())
            }
            ConfigProblem::Discount(error) => error.hint(),
            ConfigProblem::Reward(error) => error.hint(),
            ConfigProblem::Environment(error) => error.hint(),
            ConfigProblem::SeedPolicy(error) => error.hint(),
            ConfigProblem::NoSamples => PowerError::NoSamples.hint(),
            ConfigProblem::Power(error) => error.hint(),
            _ => None,
        }
    }
}

impl Hint for SeedPolicyError {
    fn hint(&self) -> Option<String> {
        match self {
            SeedPolicyError::File { source, .. } => source.hint(),
            SeedPolicyError::Place { .. } => Some("`dunamis env show ENV` shows the states of an environment".into()),
            SeedPolicyError::Power(error) => error.hint(),
            _ => None,
        }
    }
}

impl Hint for ExperimentError {
    fn hint(&self) -> Option<String> {
        match self {
            ExperimentError::Config(error) => error.hint(),
            ExperimentError::Power(error) => error.hint(),
            ExperimentError::RunsDirectory { .. } => Some("`--runs DIR` chooses another directory".into()),
            ExperimentError::NoSample { .. } => {
                Some("`keep-samples = N` in its config keeps the first N; it changes no number".into())
            }
            ExperimentError::NoStart { .. } => Some("the run's power.csv names its states".into()),
            ExperimentError::Write { .. } => Some("check the free space and the permissions of its directory".into()),
            _ => None,
        }
    }
}

impl Hint for FigureError {
    fn hint(&self) -> Option<String> {
        match self {
            FigureError::Figure { source, .. } => source.hint(),
            FigureError::Config(error) => error.hint(),
            FigureError::Experiment(error) => error.hint(),
            FigureError::Variables { keys } if keys.is_empty() => {
                Some("name every run once; runs of one config are the same run".into())
            }
            FigureError::Variables { .. } => {
                Some("name runs that differ in one of these, or take the others out of the sweep".into())
            }
            FigureError::NoSamples { .. } => {
                Some("add `keep-samples = 1000` to its config and run it again; that changes no number".into())
            }
            FigureError::TooManyStates { .. } => Some("add `--state NAME`, several times for several states".into()),
            FigureError::TooLarge { environment, .. } => Some(format!(
                "`--state NAME --steps N` draws what can be reached from a state; `dunamis env show {environment} --all` shows all"
            )),
            FigureError::UnknownState { .. } => Some("the run's power.csv names its states".into()),
            FigureError::Write { .. } => Some("`--out DIR` chooses another directory".into()),
            _ => None,
        }
    }
}

impl Hint for EnvError {
    fn hint(&self) -> Option<String> {
        match self {
            EnvError::UnknownEnvironment { .. } => Some("`dunamis env list` shows the shipped environments".into()),
            EnvError::Read { .. } => Some("check the path and its permissions".into()),
            EnvError::UnknownParameter { environment, .. } | EnvError::ParameterValue { environment, .. } => {
                Some(format!("`dunamis env show {environment}` shows its parameters"))
            }
            EnvError::File { source, .. } => source.hint(),
            EnvError::Model(error) => error.hint(),
            _ => None,
        }
    }
}

impl Hint for ModelError {
    fn hint(&self) -> Option<String> {
        match self {
            ModelError::RowSum { sum, .. } => Some(if *sum < 1.0 {
                "add the missing transition or correct the probabilities; mass that is lost for ever is declared with \
                 `\"to\": null`, and fractions such as \"1/3\" are exact"
                    .into()
            } else {
                "correct the probabilities; fractions such as \"1/3\" are exact".into()
            }),
            ModelError::PolicySum { .. } => Some("let the probabilities of every state's actions sum to 1".into()),
            ModelError::PolicyIncomplete { .. } => Some("give every joint state at least one action".into()),
            ModelError::Json { what: "model", .. } => {
                Some("`dunamis env show case-study --json` prints a model to start from".into())
            }
            ModelError::Json { what: "policy", .. } => {
                Some("a policy is `{\"schema\": 1, \"policy\": {STATE: {ACTION: PROBABILITY}}}`".into())
            }
            ModelError::At { source, .. } => source.hint(),
            ModelError::Discount(error) => error.hint(),
            _ => None,
        }
    }
}

impl Hint for DiscountError {
    fn hint(&self) -> Option<String> {
        Some("choose a number such as `0.9` or `99/100`; the limit γ → 1 is `--limit-one` of `dunamis power`, `limit = \"one\"` in a config".into())
    }
}

impl Hint for PowerError {
    fn hint(&self) -> Option<String> {
        match self {
            PowerError::NoSamples => Some(
                "standard errors shrink with the square root of the number of samples; 10000 is a good start".into(),
            ),
            PowerError::NoStay { .. } => Some("choose `--seed-policy uniform`, or give a policy file".into()),
            PowerError::Model(error) => error.hint(),
            _ => None,
        }
    }
}

impl Hint for RewardError {
    fn hint(&self) -> Option<String> {
        match self {
            RewardError::Correlation { .. } => {
                Some("`-1` gives A the opposite rewards of H, `0` independent ones, `1` the same".into())
            }
            _ => None,
        }
    }
}

impl Hint for ArgumentError {
    fn hint(&self) -> Option<String> {
        match self {
            ArgumentError::Reward(error) => error.hint(),
            ArgumentError::Power(error) => error.hint(),
            _ => None,
        }
    }
}

impl Hint for NamedLawError {
    fn hint(&self) -> Option<String> {
        let text = match self {
            NamedLawError::Reward(error) => return error.hint(),
            NamedLawError::OneHotStates { .. } => {
                "`--reward bernoulli:probability=0.001` rewards few states as well, and needs no list"
            }
            _ => "for example `uniform`, `uniform:low=-1,high=1`, `beta:alpha=2,beta=5` or `one-hot`",
        };
        Some(text.into())
    }
}

/// The hint for the error of one argument, as the argument parser reports it.
pub(crate) fn of_argument(error: &(dyn Error + 'static)) -> Option<String> {
    fn hint<E: Error + Hint + 'static>(error: &(dyn Error + 'static)) -> Option<String> {
        error.downcast_ref::<E>()?.hint()
    }
    hint::<DiscountError>(error)
        .or_else(|| hint::<ArgumentError>(error))
        .or_else(|| hint::<NamedLawError>(error))
        .or_else(|| hint::<EnvError>(error))
}
