//! What is compared: two actions of a state of a model, or two sets of options.

use crate::error::{Failure, Result};
use crate::model::Mdp;
use crate::{number, state};
use dunamis_mdp::TransitionModel;
use dunamis_orbit::{ActionChoice, Horizon, OptionDocument};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// The arguments, as Python gives them.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a, 'py> {
    pub(crate) mdp: Option<&'a Bound<'py, Mdp>>,
    pub(crate) state: Option<&'a Bound<'py, PyAny>>,
    pub(crate) prefer: Option<&'a Bound<'py, PyAny>>,
    pub(crate) over: Option<&'a Bound<'py, PyAny>>,
    pub(crate) criterion: Option<&'a str>,
    pub(crate) discount: Option<&'a Bound<'py, PyAny>>,
    pub(crate) sets: Option<&'a Bound<'py, PyAny>>,
    pub(crate) permute: Option<&'a Bound<'py, PyAny>>,
}

/// What is compared.
pub(crate) enum Compared {
    /// Actions of a state.
    Actions(Actions),
    /// Two sets, and the coordinates that are permuted if not all.
    Sets(OptionDocument, Option<Vec<usize>>),
}

/// Actions of a state.
pub(crate) struct Actions {
    pub(crate) model: Arc<TransitionModel>,
    pub(crate) horizon: Horizon,
    state: String,
    prefer: Vec<String>,
    over: Vec<String>,
    permuted: Option<Vec<String>>,
}

impl Actions {
    /// The choice between them.
    ///
    /// # Errors
    ///
    /// [`Failure::Orbit`] for actions that the state does not have.
    pub(crate) fn choice(&self) -> Result<ActionChoice<'_>> {
        let [prefer, over] =
            [&self.prefer, &self.over].map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let choice = ActionChoice::new(&self.model, &self.state, &prefer, &over)?;
        Ok(match &self.permuted {
            Some(states) => choice.permuting(states.iter().map(String::as_str))?,
            None => choice,
        })
    }
}

impl Arguments<'_, '_> {
    /// What they say.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] or [`Failure::In`].
    pub(crate) fn read(&self) -> Result<Compared> {
        let Some(sets) = self.sets else { return self.actions().map(Compared::Actions) };
        let others = [
            ("mdp", self.mdp.is_some()),
            ("state", self.state.is_some()),
            ("prefer", self.prefer.is_some()),
            ("over", self.over.is_some()),
            ("criterion", self.criterion.is_some()),
            ("discount", self.discount.is_some()),
        ];
        if let Some((argument, _)) = others.into_iter().find(|(_, given)| *given) {
            return Err(Failure::argument(argument, "cannot be used with `sets`: leave one of them out"));
        }
        let document = document(sets)?;
        let names = document.names();
        let place = |value: &Bound<'_, PyAny>| {
            let number = value.extract::<usize>().ok().filter(|&number| number < names.len());
            let name = value.extract::<String>().ok();
            let place = number.or_else(|| names.iter().position(|other| Some(other) == name.as_ref()));
            place.ok_or_else(|| unknown_coordinate(value, &names))
        };
        let permuted = self.permute.map(|permute| several(permute)?.iter().map(place).collect()).transpose()?;
        Ok(Compared::Sets(document, permuted))
    }

    fn actions(&self) -> Result<Actions> {
        let needed = |argument: &str| Failure::argument(argument, "is needed, unless `sets` are compared");
        let model = Arc::clone(self.mdp.ok_or_else(|| needed("mdp"))?.get().model());
        let name = |argument: &str, value: &Bound<'_, PyAny>| -> Result<String> {
            Ok(model.states()[state::state(argument, &model, value)?.index()].to_owned())
        };
        let state = name("state", self.state.ok_or_else(|| needed("state"))?)?;
        let actions = |argument: &str, given: Option<&Bound<'_, PyAny>>| -> Result<Vec<String>> {
            several(given.ok_or_else(|| needed(argument))?)?
                .iter()
                .map(|value| action(argument, &model, value))
                .collect()
        };
        let (prefer, over) = (actions("prefer", self.prefer)?, actions("over", self.over)?);
        let permute = |permute| several(permute)?.iter().map(|value| name("permute", value)).collect();
        let permuted = self.permute.map(permute).transpose()?;
        Ok(Actions { horizon: self.horizon()?, state, prefer, over, permuted, model })
    }

    fn horizon(&self) -> Result<Horizon> {
        let discount = self.discount.map(|discount| number::discount("discount", discount)).transpose()?;
        match (self.criterion, discount) {
            (Some("average"), Some(_)) => Err(Failure::argument(
                "discount",
                "cannot be used with `criterion=\"average\"`: leave one of them out, or write `criterion=\"discounted\"`",
            )),
            (Some("average") | None, None) => Ok(Horizon::Average),
            (Some("discounted"), None) => Ok(Horizon::EveryDiscount),
            (Some("discounted") | None, Some(discount)) => Ok(Horizon::Discount(discount.exact().to_string())),
            (Some(other), _) => {
                let problem = format!("is `{other}`: choose `average` or `discounted`");
                Err(Failure::argument("criterion", problem))
            }
        }
    }
}

/// One thing or several: what is no text and can be iterated over, is several. Cells are pairs, and pairs of numbers are cells.
///
/// # Errors
///
/// What iterating raises.
pub(crate) fn several<'py>(value: &Bound<'py, PyAny>) -> Result<Vec<Bound<'py, PyAny>>> {
    let is_cell = value.is_instance_of::<pyo3::types::PyTuple>() && value.extract::<(usize, usize)>().is_ok();
    if is_cell || value.is_instance_of::<pyo3::types::PyString>() || value.try_iter().is_err() {
        return Ok(vec![value.clone()]);
    }
    Ok(value.try_iter()?.collect::<PyResult<_>>()?)
}

/// An action by its name or number.
///
/// # Errors
///
/// [`Failure::Argument`] for anything but text and numbers in range; names are not looked up.
pub(crate) fn action(argument: &str, model: &TransitionModel, value: &Bound<'_, PyAny>) -> Result<String> {
    if let Ok(name) = value.extract::<String>() {
        return Ok(name);
    }
    let count = model.actions().len();
    match value.extract::<usize>() {
        Ok(number) if number < count => Ok(model.actions()[number].to_owned()),
        _ => {
            let problem = format!("is {}, but must be the name of an action or a number below {count}", value.repr()?);
            Err(Failure::argument(argument, problem))
        }
    }
}

fn unknown_coordinate(value: &Bound<'_, PyAny>, names: &[String]) -> Failure {
    let shown = value.repr().map_or_else(|_| String::new(), |text| text.to_string());
    Failure::argument("permute", format!("has {shown}, but there are the coordinates `{}`", names.join("`, `")))
}

/// Sets from a dictionary, or from a file of their JSON form.
fn document(sets: &Bound<'_, PyAny>) -> Result<OptionDocument> {
    let text: String = if sets.is_instance_of::<pyo3::types::PyDict>() {
        sets.py().import("dunamis._sets")?.call_method1("document", (sets,))?.extract()?
    } else if let Ok(path) = sets.extract::<PathBuf>() {
        let text = std::fs::read_to_string(&path);
        text.map_err(|source| Failure::Read { path: path.display().to_string(), source })?
    } else {
        let problem = "must be a dictionary such as `{\"a\": [[1, 0]], \"b\": [[0, 1]]}`, or the path of a file of one";
        return Err(Failure::argument("sets", problem));
    };
    OptionDocument::from_json(&text).map_err(|error| Failure::from(error).within("sets"))
}
