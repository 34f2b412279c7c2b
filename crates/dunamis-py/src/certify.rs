//! `dunamis.certify`: what can be proved.

use crate::certificate::Certificate;
use crate::comparing::{Arguments, Compared};
use crate::error::{Failure, Result};
use crate::interrupt::unheard;
use crate::model::Mdp;
use crate::number;
use dunamis_orbit::{Refusal, Rule};
use pyo3::prelude::*;

/// Whose tendency.
#[derive(Clone, Copy)]
enum Who {
    Optimal,
    Any,
    Power,
}

/// Proves how strongly decision-making tends to one action or set of options, with a certificate.
///
/// If the options B that one action leaves contain n copies of the options A that another leaves, then B is preferred for at least
/// n/(n+1) of all permutations of any reward [Turner et al. 2021, Thm. 6.13]; if A consists of m parts of which B has n copies
/// each, for at least n/(n+m). What is found is checked once more before it is returned.
///
/// Parameters
/// ----------
/// mdp : the model; its rewards play no part. Probabilities must be exact: text and fractions such as ``"1/3"``.
/// state : the state in which a choice is made.
/// prefer, over : the action that leaves options B, and the one that leaves A, or lists of several.
/// criterion : ``"average"`` (options are recurrent state distributions), the default, or ``"discounted"`` (visit distributions), the
///     default with a ``discount``; without one, at every discount.
/// discount : γ, above 0 and below 1.
/// sets : sets of options instead of a model: ``{"a": vectors, "b": vectors}``, with ``"c"`` if there are more options and
///     ``"states"``, the names of coordinates; counts of distinct basis vectors, ``{"a": {"basis": 1}, "b": {"basis": 10**53}}``;
///     or the path of a JSON file of these. A float is the decimal that it is written as.
/// permute : the states that are permuted; by default those reachable after the choice, or all coordinates of ``sets``.
/// rule : whose tendency: ``"optimal"`` decisions, the default for actions; ``"any"`` rule that is monotone and jointly invariant,
///     the default for sets; ``"power"`` after the actions, at every discount.
/// copies : refuse unless there are so many copies.
///
/// Raises
/// ------
/// RefusalError : where a hypothesis fails, with the ``condition`` and a ``witness``.
/// ArgumentError, ModelError, OrbitError, SolveError : what cannot be asked.
///
/// >>> certify(load("candy"), state="start", prefer="wait", over="candy")
/// <dunamis.Certificate: n = 2, m = 1, bound 2/3 by Turner et al. 2021, Thm. 6.13>
/// >>> certify(sets={"a": {"basis": 1}, "b": {"basis": 10**53}}).n == 10**53
/// True
#[pyfunction]
#[pyo3(signature = (mdp=None, *, state=None, prefer=None, over=None, criterion=None, discount=None, sets=None, permute=None, rule=None, copies=None))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn certify(
    py: Python<'_>,
    mdp: Option<&Bound<'_, Mdp>>,
    state: Option<&Bound<'_, PyAny>>,
    prefer: Option<&Bound<'_, PyAny>>,
    over: Option<&Bound<'_, PyAny>>,
    criterion: Option<&str>,
    discount: Option<&Bound<'_, PyAny>>,
    sets: Option<&Bound<'_, PyAny>>,
    permute: Option<&Bound<'_, PyAny>>,
    rule: Option<&str>,
    copies: Option<&Bound<'_, PyAny>>,
) -> Result<Certificate> {
    let compared = Arguments { mdp, state, prefer, over, criterion, discount, sets, permute }.read()?;
    let who = match rule {
        None => None,
        Some("optimal") => Some(Who::Optimal),
        Some("any") => Some(Who::Any),
        Some("power") => Some(Who::Power),
        Some(other) => {
            let problem = format!("is `{other}`: choose `optimal`, `any` or `power`");
            return Err(Failure::argument("rule", problem));
        }
    };
    let wanted = copies.map(|copies| number::count("copies", copies)).transpose()?;
    let certificate = unheard(py, move || search(who, compared))??;
    let certificate = certificate.map_err(Failure::refused)?;
    if let Some(wanted) = wanted
        && certificate.n.parse::<usize>().is_ok_and(|n| n < wanted)
    {
        return Err(Failure::refused(Refusal::Fewer { wanted: wanted.to_string(), n: certificate.n }));
    }
    Certificate::new("certificate", certificate)
}

fn search(who: Option<Who>, compared: Compared) -> Result<Result<dunamis_orbit::Certificate, Refusal>> {
    match compared {
        Compared::Sets(sets, permuted) => {
            let rule = match who {
                Some(Who::Power) => {
                    let problem = "is `power`, but sets of options have none: it is claimed for the actions of a model";
                    return Err(Failure::argument("rule", problem));
                }
                Some(Who::Optimal) => Rule::Optimal,
                Some(Who::Any) | None => Rule::Invariant,
            };
            Ok(sets.certify(rule, permuted))
        }
        Compared::Actions(actions) => {
            let choice = actions.choice()?;
            Ok(match who {
                Some(Who::Power) => choice.certify_power_seeking(),
                Some(Who::Any) => choice.certify_any(&actions.horizon),
                Some(Who::Optimal) | None => choice.certify_optimality(&actions.horizon),
            })
        }
    }
}
