//! `dunamis orbit probability`: how likely each action is optimal.

use crate::drawing::Drawing;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table};
use clap::{Args, ValueEnum};
use dunamis_envs::load;
use dunamis_mdp::{Discount, TransitionModel};
use dunamis_power::{
    Optimality, OptimalityProbability, PowerError, ProbabilitySettings, ProbabilityWarrant, exact_power,
    optimality_probability,
};
use num_traits::ToPrimitive;
use serde::Serialize;
use std::fmt::Write;
use std::num::NonZeroU32;

/// Of which state.
#[derive(Debug, Args)]
#[command(
    about = "How likely each action of a state is optimal when rewards are independent and uniform",
    long_about = "How likely each action of a state is optimal when rewards are independent and uniform on [0, 1].\n\n\
        The probabilities are exact rationals where the model is like a tree or small [Turner et al. 2021, Def. 4.4], otherwise confidence \
        intervals from samples. Actions that lead to the same states with the same probabilities share theirs; for average reward ties \
        have positive probability, so that the probabilities may sum to more than 1.",
    after_long_help = "\
Examples:
  dunamis orbit probability candy --state start --discount 1/2
  dunamis orbit probability case-study --state ★ --criterion average --json
  dunamis orbit probability case-study --state ★ --discount 1/2 --method sampled --samples 100000

The JSON document has \"actions\", each with \"probability\" as an exact string or null and \"interval\"
as two numbers or null, the exact \"power\" of the state where it is known, and \"method\"."
)]
pub(crate) struct Arguments {
    /// A shipped name (with parameters), or the path of a model (see dunamis env formats)
    #[arg(value_name = "MODEL")]
    model: String,

    /// The state
    #[arg(long, value_name = "STATE")]
    state: String,

    /// The discount γ, as a fraction or decimal; 0 is the limit where the next reward decides
    #[arg(long, value_name = "G", required_unless_present = "criterion")]
    discount: Option<Discount>,

    /// How the future counts instead of by a discount
    #[arg(long, value_enum, value_name = "CRITERION")]
    criterion: Option<Criterion>,

    #[command(flatten)]
    drawing: Drawing,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// How the future counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Criterion {
    /// Discounted reward: give the discount.
    Discounted,
    /// Average reward.
    Average,
    /// All discounts close to 1.
    Blackwell,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    state: &'a str,
    actions: Vec<Action<'a>>,
    power: Option<String>,
    method: &'static str,
    samples: Option<u64>,
    confidence: Option<f64>,
}

#[derive(Serialize)]
struct Action<'a> {
    #[serde(rename = "action")]
    name: &'a str,
    probability: Option<String>,
    interval: Option<[f64; 2]>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let environment = load(&arguments.model)?;
    let optimality = match (arguments.criterion, &arguments.discount) {
        (Some(Criterion::Average | Criterion::Blackwell), Some(_)) => return Err(Failure::AverageDiscount),
        (Some(Criterion::Average), None) => Optimality::Average,
        (Some(Criterion::Blackwell), None) => Optimality::Blackwell,
        (Some(Criterion::Discounted) | None, Some(discount)) => Optimality::Discounted(discount.clone()),
        (Some(Criterion::Discounted) | None, None) => return Err(Failure::OneDiscount),
    };
    let model = environment.model();
    let state = model.state(&arguments.state)?;
    let Drawing { samples, confidence, .. } = arguments.drawing;
    let settings = ProbabilitySettings {
        method: arguments.drawing.method(),
        samples,
        seed: arguments.drawing.seed(),
        confidence,
        ..ProbabilitySettings::default()
    };
    let answer = {
        let progress = output.progress("samples");
        optimality_probability(model, state, &optimality, &settings, &progress)?
    };
    let power = match answer.warrant {
        ProbabilityWarrant::Sampled { .. } => None,
        _ => match exact_power(model, state, &optimality, NonZeroU32::MIN) {
            Ok(power) => Some(power),
            Err(PowerError::Cancelled) => return Err(PowerError::Cancelled.into()),
            Err(_) => None,
        },
    };
    let document = document(environment.name(), model, &arguments.state, &answer, power.map(|power| power.to_string()));
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&text(&document))?;
    }
    Ok(ExitStatus::Success)
}

fn document<'a>(
    environment: &'a str,
    model: &'a TransitionModel,
    state: &'a str,
    answer: &OptimalityProbability,
    power: Option<String>,
) -> Document<'a> {
    let name = |pair: usize| &model.actions()[model.available().action(pair).index()];
    let mut actions: Vec<(usize, Action<'a>)> = Vec::new();
    for class in &answer.actions {
        for &pair in &class.pairs {
            let action = Action {
                name: name(pair),
                probability: class.probability.as_ref().map(ToString::to_string),
                interval: class.interval.map(|(lower, upper)| [lower, upper]),
            };
            actions.push((pair, action));
        }
    }
    actions.sort_by_key(|&(pair, _)| pair);
    let (method, samples, confidence) = match &answer.warrant {
        ProbabilityWarrant::PiecewisePolynomials => ("piecewise polynomials", None, None),
        ProbabilityWarrant::Volumes => ("volumes", None, None),
        ProbabilityWarrant::Sampled { samples, confidence, .. } => ("samples", Some(*samples), Some(*confidence)),
    };
    let actions = actions.into_iter().map(|(_, action)| action).collect();
    Document { schema: SCHEMA, environment, state, actions, power, method, samples, confidence }
}

fn text(document: &Document<'_>) -> String {
    let mut table =
        Table::new([("action", Align::Left), ("≈", Align::Right), ("optimal with probability", Align::Left)]);
    let decimal = |text: &str| {
        let value = text.parse::<dunamis_mdp::Rational>().ok().and_then(|x| x.to_f64()).unwrap_or(f64::NAN);
        format!("{value:.4}")
    };
    for Action { name, probability, interval } in &document.actions {
        match (probability, interval) {
            (Some(exact), _) => table.row([(*name).to_owned(), decimal(exact), exact.clone()]),
            (None, Some([lower, upper])) => {
                let middle = format!("{:.4}", f64::midpoint(*lower, *upper));
                table.row([(*name).to_owned(), middle, format!("from {lower:.4} to {upper:.4}")]);
            }
            (None, None) => table.row([*name]),
        }
    }
    let how = match (document.samples, document.confidence) {
        (Some(samples), Some(confidence)) => format!("{} % confidence from {samples} samples", 100.0 * confidence),
        _ => format!("exact, by {}", document.method),
    };
    let mut text = format!("{}, {}: {how}\n\n{table}", document.environment, document.state);
    if let Some(power) = &document.power {
        let _ = writeln!(text, "\nPOWER: {power} ≈ {}", decimal(power));
    }
    text
}
