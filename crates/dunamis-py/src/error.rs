//! Errors as Python exceptions: the classes of `dunamis._errors`, with the messages of the command line and what to do.

use dunamis_envs::EnvError;
use dunamis_experiment::{NamedLawError, SeedPolicyError};
use dunamis_goals::{AvoidanceRefusal, GoalError};
use dunamis_mdp::{DiscountError, ModelError};
use dunamis_orbit::{CertificateError, OptionDocumentError, OrbitError, Refusal};
use dunamis_plot::PlotError;
use dunamis_power::PowerError;
use dunamis_sampling::{MethodError, RewardError};
use dunamis_solve::{SolveError, VerifyError};
use pyo3::PyErr;
use std::error::Error;
use std::fmt::Write;

/// The exception classes, which Python defines.
mod class {
    use pyo3::import_exception;

    import_exception!(dunamis._errors, ArgumentError);
    import_exception!(dunamis._errors, EnvError);
    import_exception!(dunamis._errors, GoalError);
    import_exception!(dunamis._errors, InternalError);
    import_exception!(dunamis._errors, ModelError);
    import_exception!(dunamis._errors, OrbitError);
    import_exception!(dunamis._errors, PlotError);
    import_exception!(dunamis._errors, PowerError);
    import_exception!(dunamis._errors, RefusalError);
    import_exception!(dunamis._errors, SolveError);
    import_exception!(dunamis._errors, VerifyError);
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a function of the package could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// An argument of the wrong type, shape or range.
    #[error("`{argument}` {problem}")]
    Argument {
        /// Its name, perhaps with an index.
        argument: String,
        /// What is wrong with it and how to mend it, as the end of a sentence.
        problem: String,
    },
    /// What an argument holds is wrong.
    #[error("in `{argument}`: {source}")]
    In {
        /// Its name.
        argument: String,
        /// What is wrong.
        source: Box<Failure>,
    },
    /// There is nothing to maximize.
    #[error("`{environment}` has no reward, so there is nothing to solve")]
    NoReward {
        /// The model.
        environment: String,
    },
    /// Nothing says what to maximize.
    #[error("nothing says how rewards of different times count, and `{environment}` has no discount of its own")]
    NoCriterion {
        /// The model.
        environment: String,
    },
    /// Nothing says how rewards of different times count.
    #[error("`discount` is missing, and `{environment}` has no discount of its own")]
    NoDiscount {
        /// The model.
        environment: String,
    },
    /// A solver of another name.
    #[error("there is no solver `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownSolver {
        /// The unknown name.
        name: String,
        /// The nearest registered name.
        nearest: Option<String>,
    },
    /// A model in doubles, where exact numbers are needed.
    #[error(
        "the probabilities of `{environment}` are rounded to double precision and do not sum to exactly 1, so nothing exact \
         follows from them"
    )]
    Inexact {
        /// The model.
        environment: String,
    },
    /// A layout that is needed and not there.
    #[error("`{environment}` is no gridworld, so there is no map to draw")]
    NoGrid {
        /// The model.
        environment: String,
    },
    /// Something is wrong with an environment or its file.
    #[error(transparent)]
    Environment(#[from] EnvError),
    /// Something is wrong with a model, a reward or a policy.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A number that is no discount.
    #[error(transparent)]
    Discount(#[from] DiscountError),
    /// A solver refuses.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// A solution does not pass.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Options, orbits or decision functions that are none.
    #[error(transparent)]
    Orbit(#[from] OrbitError),
    /// Sets of options that are none.
    #[error(transparent)]
    Sets(#[from] OptionDocumentError),
    /// A certificate does not pass.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Goals that cannot be described, drawn or compared.
    #[error(transparent)]
    Goals(Box<GoalError>),
    /// What is asked is not true, or not proved.
    #[error("{reason}")]
    Refused {
        /// Why.
        reason: String,
        /// The hypothesis that fails, in a word or two for programs.
        condition: String,
        /// What shows that it fails.
        witness: Box<serde_json::Value>,
    },
    /// A file that cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The path.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The path.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Something cannot be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// POWER cannot be estimated.
    #[error(transparent)]
    Power(#[from] PowerError),
    /// A law of rewards that is none.
    #[error(transparent)]
    Reward(#[from] RewardError),
    /// A law of rewards by a name that is none.
    #[error(transparent)]
    NamedLaw(#[from] NamedLawError),
    /// A seed policy that is none.
    #[error(transparent)]
    SeedPolicy(#[from] SeedPolicyError),
    /// No way to spread samples.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// A computation that ended in a panic, which is a mistake of the package.
    #[error("internal error, please report it: {message}")]
    Panic {
        /// What it said.
        message: String,
    },
    /// An exception from Python, which goes through as it is.
    #[error(transparent)]
    Python(#[from] PyErr),
}

impl Failure {
    /// An argument of the wrong type, shape or range.
    pub(crate) fn argument(argument: impl Into<String>, problem: impl Into<String>) -> Self {
        Failure::Argument { argument: argument.into(), problem: problem.into() }
    }

    /// The same, with the argument that it is about; exceptions from Python stay what they are.
    pub(crate) fn within(self, argument: &str) -> Self {
        match self {
            Failure::Argument { .. } | Failure::In { .. } | Failure::Python(_) | Failure::Panic { .. } => self,
            source => Failure::In { argument: argument.into(), source: Box::new(source) },
        }
    }

    /// Why a claim is not certified. What cannot be asked is an error of its own.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Options(error) => error.into(),
            refusal => Failure::Refused {
                reason: refusal.to_string(),
                condition: refusal.condition(),
                witness: Box::new(refusal.witness()),
            },
        }
    }

    /// What to do about it, where the message does not say so already.
    fn hint(&self) -> Option<String> {
        let text = match self {
            Failure::In { source, .. } => return source.hint(),
            Failure::Model(error) | Failure::Orbit(OrbitError::Model(error)) => return model_hint(error),
            Failure::Environment(error) => return environment_hint(error),
            Failure::Goals(error) if matches!(**error, GoalError::Label { .. }) => {
                "name states with `train`, `new` and `shutdown`, or in a model file under `labels`"
            }
            Failure::Sets(_) => "`help(dunamis.certify)` shows sets",
            Failure::Read { .. } | Failure::Write { .. } => "check the path and its permissions",
            Failure::NoReward { .. } => "give one with `with_reward`",
            Failure::NoCriterion { .. } => "add `discount=G`, `average=True`, `total=True` or `steps=N`",
            Failure::Inexact { .. } => {
                "write probabilities as fractions such as \"1/3\"; `verify` proves bounds in double precision"
            }
            Failure::UnknownSolver { .. } => "`dunamis.solvers()` lists the solvers",
            Failure::NoDiscount { .. } => "add `discount=G`, or `limit_one=True` where there is one agent",
            Failure::NamedLaw(NamedLawError::OneHotStates { .. }) => {
                "`bernoulli:probability=0.001` rewards few states as well, and needs no list"
            }
            Failure::NamedLaw(NamedLawError::Reward(error)) | Failure::Reward(error) => return reward_hint(error),
            Failure::NamedLaw(_) => {
                "for example `uniform`, `uniform:low=-1,high=1`, `beta:alpha=2,beta=5` or `one-hot`"
            }
            Failure::Power(PowerError::NoSamples) => {
                "standard errors shrink with the square root of the number of samples; 10000 is a good start"
            }
            Failure::SeedPolicy(SeedPolicyError::Power(PowerError::NoStay { .. }))
            | Failure::Power(PowerError::NoStay { .. }) => "choose `uniform`, or give probabilities",
            Failure::Discount(_) => "choose a number such as `0.9` or `\"99/100\"`",
            _ => return None,
        };
        Some(text.into())
    }

    /// The message, its causes and the way out, as the command line prints them.
    fn text(&self) -> String {
        let mut text = self.to_string();
        let mut last = text.clone();
        let mut cause = self.source();
        while let Some(error) = cause {
            let message = error.to_string();
            // Some messages end with their cause already.
            if !last.ends_with(&message) {
                let _ = write!(text, "\n  caused by: {message}");
                last = message;
            }
            cause = error.source();
        }
        text
    }
}

fn reward_hint(error: &RewardError) -> Option<String> {
    let correlation = matches!(error, RewardError::Correlation { .. });
    correlation.then(|| "`-1` gives A the opposite rewards of H, `0` independent ones, `1` the same".into())
}

fn model_hint(error: &ModelError) -> Option<String> {
    let text = match error {
        ModelError::RowSum { sum, .. } if *sum < 1.0 => {
            "add the missing transition or correct the probabilities; mass that is lost for ever is declared with `leak=True`"
        }
        ModelError::RowSum { .. } => "correct the probabilities",
        ModelError::PolicySum { .. } => "let the probabilities of every state's actions sum to 1",
        ModelError::Json { what: "model", .. } => "`dunamis.load(\"case-study\").to_json()` is a model to start from",
        ModelError::Discount(_) => "choose a number such as `0.9` or `\"99/100\"`",
        ModelError::At { source, .. } => return model_hint(source),
        _ => return None,
    };
    Some(text.into())
}

fn environment_hint(error: &EnvError) -> Option<String> {
    let text = match error {
        EnvError::UnknownEnvironment { .. } => "`dunamis.environments()` lists the shipped environments",
        EnvError::UnknownParameter { .. } | EnvError::ParameterValue { .. } => {
            "`dunamis.environments()` lists the parameters of every environment"
        }
        EnvError::Read { .. } => "check the path and its permissions",
        EnvError::File { source, .. } => return environment_hint(source),
        EnvError::Model(error) => return model_hint(error),
        _ => return None,
    };
    Some(text.into())
}

/// The question that follows a misspelt name.
fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

impl From<GoalError> for Failure {
    fn from(error: GoalError) -> Self {
        match error {
            GoalError::Model(error) => error.into(),
            GoalError::Solve(error) => error.into(),
            error => Failure::Goals(Box::new(error)),
        }
    }
}

impl From<AvoidanceRefusal> for Failure {
    fn from(refusal: AvoidanceRefusal) -> Self {
        match refusal {
            AvoidanceRefusal::Goals(error) => error.into(),
            refusal => Failure::Refused {
                reason: refusal.to_string(),
                condition: refusal.condition().into(),
                witness: Box::new(refusal.witness()),
            },
        }
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        let arguments = (failure.text(), failure.hint());
        let mut innermost = &failure;
        while let Failure::In { source, .. } = innermost {
            innermost = source;
        }
        match innermost {
            Failure::Refused { condition, witness, .. } => {
                let (message, hint) = arguments;
                class::RefusalError::new_err((message, hint, condition.clone(), witness.to_string()))
            }
            Failure::Goals(_) => class::GoalError::new_err(arguments),
            Failure::Orbit(OrbitError::Model(_))
            | Failure::Model(_)
            | Failure::NoReward { .. }
            | Failure::Inexact { .. } => class::ModelError::new_err(arguments),
            Failure::Environment(_) | Failure::Read { .. } | Failure::Write { .. } => {
                class::EnvError::new_err(arguments)
            }
            Failure::Orbit(OrbitError::Solve(_))
            | Failure::Solve(_)
            | Failure::NoCriterion { .. }
            | Failure::UnknownSolver { .. } => class::SolveError::new_err(arguments),
            Failure::Orbit(_) | Failure::Sets(_) => class::OrbitError::new_err(arguments),
            Failure::Certificate(_) | Failure::Verify(_) => class::VerifyError::new_err(arguments),
            // What is wrong with an argument is no failure of the estimate.
            Failure::Power(_) if !matches!(failure, Failure::In { .. }) => class::PowerError::new_err(arguments),
            Failure::Plot(_) | Failure::NoGrid { .. } => class::PlotError::new_err(arguments),
            Failure::Panic { .. } => class::InternalError::new_err(arguments),
            Failure::Argument { .. }
            | Failure::Discount(_)
            | Failure::NoDiscount { .. }
            | Failure::Reward(_)
            | Failure::NamedLaw(_)
            | Failure::Method(_)
            | Failure::Power(_)
            | Failure::SeedPolicy(_)
            | Failure::In { .. } => class::ArgumentError::new_err(arguments),
            Failure::Python(_) => match failure {
                Failure::Python(error) => error,
                _ => class::InternalError::new_err(arguments),
            },
        }
    }
}
