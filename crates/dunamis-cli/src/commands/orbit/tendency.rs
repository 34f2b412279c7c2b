//! `dunamis orbit tendency`: one orbit, counted.

use super::comparing::{Compared, Comparing};
use crate::argument::{self, names};
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use clap::Args;
use dunamis_mdp::{Number, Rational};
use dunamis_orbit::{
    Choice, Decision, DecisionFunction, ExactMethod, Horizon, MeasureSettings, MeasuredTendency, OptionSet, Orbit,
    Tendency,
};
use dunamis_sampling::Seed;
use num_traits::{ToPrimitive, Zero};
use serde::Serialize;

/// Which orbit.
#[derive(Debug, Args)]
#[command(
    about = "Count on how much of the orbit of a reward one action or set of options is preferred",
    long_about = "Count on how much of the orbit of a reward one action or set of options is preferred.\n\n\
        The orbit of a reward consists of its permutations, each counted once. The counts are exact, by a formula, by contingency \
        tables or by enumeration; where none of these is possible, permutations are sampled and the intervals are those of Clopper \
        and Pearson. Ties are decided in exact arithmetic.",
    after_long_help = "\
Examples:
  dunamis orbit tendency candy --state start --prefer wait --over candy --reward 0,0,1,1
  dunamis orbit tendency candy --state start --prefer wait --over candy --discount 1/2 --reward 0,3/4,1,1
  dunamis orbit tendency candy --state start --prefer wait --over candy --reward choc=1,hug=1 --decision boltzmann:temperature=1/2
  dunamis orbit tendency --sets sets.json --reward 10,5,0 --decision satisficing:threshold=3

Decisions: optimal, fraction-optimal, anti-optimal, epsilon-optimal:epsilon=E,
fraction-epsilon-optimal:epsilon=E, boltzmann:temperature=T, best-of-k:k=K, satisficing:threshold=T,
quantilizing:fraction=Q, epsilon-greedy:epsilon=E,steps=N, uniform.

The JSON document has the exact counts \"greater\", \"less\" and \"equal\" of the orbit as strings, the
\"weak\" fraction with f(B) >= f(A), and \"method\"; sampled counts come with \"interval\"s instead of fractions."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    comparing: Comparing,

    /// Rewards of the permuted states in their order, or STATE=REWARD with 0 for the others
    #[arg(long, value_name = "REWARDS", allow_hyphen_values = true)]
    reward: String,

    /// How options are chosen
    #[arg(long, value_name = "DECISION", default_value = "optimal")]
    decision: Decision,

    /// Permutations to draw where the orbit cannot be counted
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = argument::samples)]
    samples: u64,

    /// Seed of these permutations
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    decision: String,
    /// Elements of the orbit, or samples.
    greater: String,
    less: String,
    equal: String,
    orbit: String,
    weak: Option<String>,
    interval: Option<[f64; 2]>,
    method: &'static str,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let compared = arguments.comparing.read()?;
    let (names, permuted, [a, b, c]) = match &compared {
        Compared::Sets(sets) => {
            let Some((a, b, c)) = sets.listed() else { return Err(Failure::CountedSets) };
            let all = c.map_or_else(|| a.union(b), |c| c.union(a).and_then(|c| c.union(b)))?;
            let names = sets.names();
            let permuted = arguments.comparing.permuted(sets)?.unwrap_or_else(|| (0..names.len()).collect());
            (names, permuted, [a.clone(), b.clone(), all])
        }
        Compared::Actions { environment, state, prefer, over, horizon } => {
            let choice = arguments.comparing.choice(environment, state, [prefer, over])?;
            let sets: [OptionSet; 3] = match horizon {
                Horizon::Average => choice.recurrent()?,
                Horizon::Discount(text) => choice.discounted(&text.parse()?)?,
                Horizon::EveryDiscount => return Err(Failure::OneDiscount),
            };
            (environment.model().states().iter().map(str::to_owned).collect(), choice.permuted().to_vec(), sets)
        }
    };
    let reward = reward(&arguments.reward, &names, &permuted)?;
    let choice = Choice::new(&b, &a, &c)?;
    let settings =
        MeasureSettings { samples: arguments.samples, seed: Seed::new(arguments.seed), ..MeasureSettings::default() };
    let measured = {
        let _spinner = output.spinner("counting permutations");
        Tendency::measure_permuting(&choice, &arguments.decision, &reward, &permuted, &settings)?
    };
    let orbit = Orbit::new(permuted.iter().map(|&k| reward[k].clone()).collect::<Vec<_>>());
    let document = document(&arguments.decision, &measured, &orbit);
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&text(&document))?;
    }
    Ok(ExitStatus::Success)
}

/// `0,3/4,1,1` or `choc=1,hug=1`.
fn reward(text: &str, states: &[String], permuted: &[usize]) -> Result<Vec<Rational>, Failure> {
    let mut reward = vec![Rational::zero(); states.len()];
    let number = |text: &str| -> Result<Rational, Failure> {
        let number: Number = text.trim().parse().map_err(|source| Failure::RewardNumber { source })?;
        Ok(number.exact())
    };
    if text.contains('=') {
        // A name may have commas of its own: a piece without `=` belongs to the next.
        let mut name = String::new();
        for piece in text.split(',') {
            name.push_str(piece);
            let Some((state, value)) = name.rsplit_once('=') else {
                name.push(',');
                continue;
            };
            let place = states.iter().position(|other| other == state.trim());
            let place = place.ok_or_else(|| Failure::UnknownState {
                nearest: dunamis_mdp::nearest(states.iter().map(String::as_str), state.trim()).map(str::to_owned),
                name: state.trim().to_owned(),
            })?;
            reward[place] = number(value)?;
            name.clear();
        }
        return Ok(reward);
    }
    let values = names(text, |_| false).iter().map(|text| number(text)).collect::<Result<Vec<_>, _>>()?;
    if values.len() == permuted.len() {
        for (&place, value) in permuted.iter().zip(values) {
            reward[place] = value;
        }
        Ok(reward)
    } else if values.len() == states.len() {
        Ok(values)
    } else {
        Err(Failure::RewardLength {
            values: values.len(),
            permuted: permuted.iter().map(|&k| states[k].clone()).collect(),
            states: states.len(),
        })
    }
}

fn document(decision: &dyn DecisionFunction, measured: &MeasuredTendency, orbit: &Orbit) -> Document {
    let decision = decision.name();
    let size = orbit.size();
    match measured {
        MeasuredTendency::Exact { tendency, method } => {
            let count =
                |fraction: &Rational| (fraction * Rational::from_integer(size.clone().into())).to_integer().to_string();
            Document {
                schema: SCHEMA,
                decision,
                greater: count(tendency.greater()),
                less: count(tendency.less()),
                equal: count(&tendency.equal()),
                orbit: size.to_string(),
                weak: Some(tendency.weak().to_string()),
                interval: None,
                method: match method {
                    ExactMethod::ClosedForm => "closed form",
                    ExactMethod::Tables => "contingency tables",
                    _ => "enumeration",
                },
            }
        }
        MeasuredTendency::Sampled(sampled) => Document {
            schema: SCHEMA,
            decision,
            greater: sampled.greater.to_string(),
            less: sampled.less.to_string(),
            equal: sampled.equal.to_string(),
            orbit: size.to_string(),
            weak: None,
            interval: Some([sampled.weak_interval.low, sampled.weak_interval.high]),
            method: "samples",
        },
    }
}

fn text(document: &Document) -> String {
    let Document { greater, less, equal, orbit, method, decision, .. } = document;
    let of = if document.weak.is_some() {
        format!("the {orbit} elements of the orbit")
    } else {
        "sampled permutations".into()
    };
    let counts =
        format!("B is preferred on {greater}, A on {less}, neither on {equal} of {of} ({decision}, by {method})");
    match (&document.weak, document.interval) {
        (Some(weak), _) => {
            let value = weak.parse::<Rational>().ok().and_then(|weak| weak.to_f64()).unwrap_or(f64::NAN);
            format!("{counts}\nB is at least as good on {weak} ≈ {value:.4}\n")
        }
        (None, Some([lower, upper])) => {
            format!("{counts}\nB is at least as good on a fraction from {lower:.6} to {upper:.6}\n")
        }
        (None, None) => format!("{counts}\n"),
    }
}
