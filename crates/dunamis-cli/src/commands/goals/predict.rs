//! `dunamis goals predict`: what compatible goals do in the new state.

use super::trained::{Explained, Trained};
use crate::drawing::Drawing;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table};
use clap::Args;
use dunamis_goals::{BlockReport, Chance, Prediction, PredictionSettings, predict};
use dunamis_power::ProbabilityWarrant;
use num_traits::ToPrimitive;
use serde::Serialize;
use std::fmt::Write;

/// Which prediction.
#[derive(Debug, Args)]
#[command(
    about = "How likely each action of the new state is optimal for a goal compatible with training",
    long_about = "How likely each action of the new state is optimal for a goal that is uniform among those compatible with training.\n\n\
        Where training says nothing about rewards that can be reached from the new state, and these are between 0 and one number, the \
        probabilities are exact rationals if the model is like a tree or small. Otherwise goals are drawn, exactly or by walks that \
        are watched until they have mixed, and every probability comes with its interval.",
    after_long_help = "\
Examples:
  dunamis goals predict shutdown-setting:recurrent=3 --discount 1/2
  dunamis goals predict shutdown-setting:recurrent=3 --bounds -1,1 --samples 100000
  dunamis goals predict coin-run --json

The JSON document has \"actions\", each with \"probability\" as an exact string or null and \"interval\" as two numbers or null, the
same of \"avoidance\" where there is a shutdown, and how goals were drawn in \"blocks\"."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    trained: Trained,

    #[command(flatten)]
    drawing: Drawing,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    state: &'a str,
    discount: String,
    actions: Vec<Action<'a>>,
    avoidance: Option<Answer>,
    samples: Option<u64>,
    confidence: Option<f64>,
    blocks: &'a [BlockReport],
}

#[derive(Serialize)]
struct Action<'a> {
    #[serde(rename = "action")]
    name: &'a str,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Default, Serialize)]
struct Answer {
    probability: Option<String>,
    interval: Option<[f64; 2]>,
}

impl From<Chance> for Answer {
    fn from(chance: Chance) -> Self {
        match chance {
            Chance::Exact(exact) => Answer { probability: Some(exact.to_string()), interval: None },
            Chance::Between(low, high) => Answer { probability: None, interval: Some([low, high]) },
        }
    }
}

impl Answer {
    /// The middle, and all there is to say.
    fn texts(&self) -> [String; 2] {
        match (&self.probability, self.interval) {
            (Some(exact), _) => {
                let value = exact.parse::<dunamis_mdp::Rational>().ok().and_then(|x| x.to_f64());
                [format!("{:.4}", value.unwrap_or(f64::NAN)), exact.clone()]
            }
            (None, Some([low, high])) => {
                [format!("{:.4}", f64::midpoint(low, high)), format!("from {low:.4} to {high:.4}")]
            }
            (None, None) => [String::new(), String::new()],
        }
    }
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let explained = arguments.trained.read()?;
    let Drawing { samples, confidence, .. } = arguments.drawing;
    let settings = PredictionSettings {
        method: arguments.drawing.method(),
        samples,
        seed: arguments.drawing.seed(),
        confidence,
        ..PredictionSettings::default()
    };
    let state = explained.situation.new_state();
    let prediction = {
        let progress = output.progress("goals");
        predict(&explained.goals, state, &settings, &progress)?
    };
    let document = document(&explained, &prediction);
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&text(&document))?;
    }
    Ok(ExitStatus::Success)
}

fn document<'a>(explained: &'a Explained, prediction: &'a Prediction) -> Document<'a> {
    let state = explained.situation.new_state();
    let pairs = explained.goals.model().available().pairs(state);
    let answer = |pair| prediction.of_pair(pair).map_or_else(Answer::default, Answer::from);
    let (samples, confidence) = match &prediction.warrant {
        ProbabilityWarrant::Sampled { samples, confidence, .. } => (Some(*samples), Some(*confidence)),
        _ => (None, None),
    };
    let setting = explained.situation.shutdown_setting().ok();
    Document {
        schema: SCHEMA,
        environment: explained.environment.name(),
        state: explained.state(state),
        discount: explained.goals.discount().exact().to_string(),
        actions: pairs.map(|pair| Action { name: explained.action(pair), answer: answer(pair) }).collect(),
        avoidance: setting.and_then(|setting| prediction.avoidance(&setting)).map(Answer::from),
        samples,
        confidence,
        blocks: &prediction.blocks,
    }
}

fn text(document: &Document<'_>) -> String {
    let mut table =
        Table::new([("action", Align::Left), ("≈", Align::Right), ("optimal with probability", Align::Left)]);
    for Action { name, answer } in &document.actions {
        let [value, exact] = answer.texts();
        table.row([(*name).to_owned(), value, exact]);
    }
    let how = match (document.samples, document.confidence) {
        (Some(samples), Some(confidence)) => format!("{} % confidence from {samples} goals", 100.0 * confidence),
        _ => "exact".into(),
    };
    let mut text =
        format!("{}, {} at γ = {}: {how}\n\n{table}", document.environment, document.state, document.discount);
    if let Some(avoidance) = &document.avoidance {
        let [value, exact] = avoidance.texts();
        let _ = writeln!(text, "\nshutdown is avoided with probability ≈ {value}: {exact}");
    }
    text
}
