//! What is compared: two actions of a state of a model, or two sets of options.

use crate::failure::Failure;
use clap::{Args, ValueEnum};
use dunamis_envs::{Environment, load};
use dunamis_mdp::Discount;
use dunamis_orbit::{ActionChoice, Horizon, OptionDocument};
use std::path::PathBuf;

/// What is compared.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A shipped name (with parameters), or the path of a model (see dunamis env formats)
    #[arg(value_name = "MODEL", required_unless_present = "sets", conflicts_with = "sets")]
    model: Option<String>,

    /// The state in which a choice is made
    #[arg(long, value_name = "STATE", required_unless_present = "sets", conflicts_with = "sets")]
    state: Option<String>,

    /// The action that leaves options B
    #[arg(long, value_name = "ACTION", required_unless_present = "sets", conflicts_with = "sets")]
    prefer: Option<String>,

    /// The action that leaves options A
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
    #[arg(long, value_name = "STATES", value_delimiter = ',')]
    permute: Option<Vec<String>>,
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
pub(super) enum Comparing {
    /// Two actions.
    Actions { environment: Box<Environment>, state: String, prefer: String, over: String, horizon: Horizon },
    /// Two sets.
    Sets(OptionDocument),
}

impl Arguments {
    pub(super) fn read(&self) -> Result<Comparing, Failure> {
        if let Some(path) = &self.sets {
            let name = || path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|source| Failure::Read { path: name(), source })?;
            let sets = OptionDocument::from_json(&text);
            return Ok(Comparing::Sets(sets.map_err(|source| Failure::Sets { path: name(), source })?));
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
        let (state, prefer, over) = (given(&self.state), given(&self.prefer), given(&self.over));
        Ok(Comparing::Actions { environment, state, prefer, over, horizon })
    }

    /// The choice between the two actions.
    pub(super) fn choice<'a>(
        &self,
        environment: &'a Environment,
        [state, prefer, over]: [&str; 3],
    ) -> Result<ActionChoice<'a>, Failure> {
        let choice = ActionChoice::new(environment.model(), state, prefer, over)?;
        Ok(match &self.permute {
            Some(names) => choice.permuting(names.iter().map(|name| name.trim()))?,
            None => choice,
        })
    }

    /// The coordinates of sets that are permuted, if not all.
    pub(super) fn permuted(&self, sets: &OptionDocument) -> Result<Option<Vec<usize>>, Failure> {
        let names = sets.names();
        let place = |name: &String| {
            let place = names.iter().position(|other| other == name.trim());
            place.ok_or_else(|| Failure::UnknownCoordinate { name: name.trim().into(), names: names.clone() })
        };
        self.permute.as_ref().map(|permuted| permuted.iter().map(place).collect()).transpose()
    }
}
