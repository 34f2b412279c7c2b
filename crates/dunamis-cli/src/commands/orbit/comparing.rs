//! What is compared: two actions of a state of a model, or two sets of options.

use crate::argument::names;
use crate::failure::Failure;
use clap::{Args, ValueEnum};
use dunamis_envs::{Environment, load};
use dunamis_mdp::Discount;
use dunamis_orbit::{ActionChoice, Horizon, OptionDocument};
use std::path::PathBuf;

/// What is compared.
#[derive(Debug, Args)]
#[group(id = "comparing")]
pub(super) struct Comparing {
    /// A shipped name (with parameters), or the path of a model (see dunamis env formats)
    #[arg(value_name = "MODEL", required_unless_present = "sets", conflicts_with = "sets")]
    model: Option<String>,

    /// The state in which a choice is made
    #[arg(long, value_name = "STATE", required_unless_present = "sets", conflicts_with = "sets")]
    state: Option<String>,

    /// The action that leaves options B, or several with commas between them
    #[arg(long, value_name = "ACTION", required_unless_present = "sets", conflicts_with = "sets")]
    prefer: Option<String>,

    /// The action that leaves options A, or several with commas between them
    #[arg(long, value_name = "ACTION", required_unless_present = "sets", conflicts_with = "sets")]
    over: Option<String>,

    /// How the future counts [default: average, or discounted with --discount]
    #[arg(long, value_enum, value_name = "CRITERION", conflicts_with = "sets")]
    criterion: Option<Criterion>,

    /// The discount γ, as a fraction or decimal; without it, discounted means at every discount
    #[arg(long, value_name = "G", conflicts_with = "sets")]
    discount: Option<String>,

    /// A file of option sets instead: {"a": [["1/2", "1/2", 0]], "b": [[0, 0, 1]], "c": …, "states": …}
    #[arg(long, value_name = "FILE")]
    sets: Option<PathBuf>,

    /// The states that are permuted, separated by commas [default: those reachable after the choice; all of --sets]
    #[arg(long, value_name = "STATES")]
    permute: Option<String>,
}

/// How the future counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Criterion {
    /// Average reward: options are recurrent state distributions.
    Average,
    /// Discounted reward: options are visit distributions.
    Discounted,
}

/// What is compared, read from files.
pub(super) enum Compared {
    /// Actions of a state.
    Actions { environment: Box<Environment>, state: String, prefer: Vec<String>, over: Vec<String>, horizon: Horizon },
    /// Two sets.
    Sets(OptionDocument),
}

impl Comparing {
    pub(super) fn read(&self) -> Result<Compared, Failure> {
        if let Some(path) = &self.sets {
            let name = || path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|source| Failure::Read { path: name(), source })?;
            let sets = OptionDocument::from_json(&text);
            return Ok(Compared::Sets(sets.map_err(|source| Failure::Sets { path: name(), source })?));
        }
        let given = |argument: &Option<String>| argument.clone().unwrap_or_default();
        let environment = Box::new(load(&given(&self.model))?);
        let horizon = match (self.criterion, &self.discount) {
            (Some(Criterion::Average), Some(_)) => return Err(Failure::AverageDiscount),
            (Some(Criterion::Average) | None, None) => Horizon::Average,
            (Some(Criterion::Discounted), None) => Horizon::EveryDiscount,
            (Some(Criterion::Discounted) | None, Some(text)) => {
                let discount: Discount = text.parse()?;
                Horizon::Discount(discount.exact().to_string())
            }
        };
        let is_action = |name: &str| environment.model().action(name).is_ok();
        let [prefer, over] = [&self.prefer, &self.over].map(|text| names(&given(text), is_action));
        Ok(Compared::Actions { state: given(&self.state), prefer, over, horizon, environment })
    }

    /// The choice between actions.
    pub(super) fn choice<'a>(
        &self,
        environment: &'a Environment,
        state: &str,
        [prefer, over]: [&[String]; 2],
    ) -> Result<ActionChoice<'a>, Failure> {
        let [prefer, over] = [prefer, over].map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let choice = ActionChoice::new(environment.model(), state, &prefer, &over)?;
        Ok(match &self.permute {
            Some(text) => {
                let states = names(text, |name| environment.model().state(name).is_ok());
                choice.permuting(states.iter().map(String::as_str))?
            }
            None => choice,
        })
    }

    /// The coordinates of sets that are permuted, if not all.
    pub(super) fn permuted(&self, sets: &OptionDocument) -> Result<Option<Vec<usize>>, Failure> {
        let all = sets.names();
        let place = |name: &String| {
            let place = all.iter().position(|other| other == name);
            place.ok_or_else(|| Failure::UnknownCoordinate { name: name.clone(), names: all.clone() })
        };
        let permuted = self.permute.as_ref().map(|text| names(text, |name| all.iter().any(|other| other == name)));
        permuted.map(|permuted| permuted.iter().map(place).collect()).transpose()
    }
}
