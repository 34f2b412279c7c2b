//! `dunamis power`: POWER at every state, for one agent or two.

pub(crate) mod two_agents;

use crate::argument;
use crate::commands::env::Joint;
use crate::failure::{ExitStatus, Failure};
use crate::heat_map::heat_map;
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table, counted, decimals};
use clap::Args;
use dunamis_envs::{Environment, Grid, load};
use dunamis_experiment::{NamedLaw, SeedPolicySource};
use dunamis_mdp::{Discount, Names};
use dunamis_power::{PowerEstimate, Sampling, Warrant, published};
use dunamis_sampling::{Correlation, SamplingMethod, Seed};
use serde::Serialize;
use std::fmt::Write;
use std::num::NonZeroU32;

/// Samples unless told otherwise.
const SAMPLES: u64 = 10_000;

/// The most samples with `--until-se`, unless told otherwise.
const MOST_SAMPLES: u64 = 1_000_000;

/// What POWER to estimate, and how.
#[derive(Debug, Args)]
#[command(
    about = "Estimate POWER at every state, for one agent or two",
    long_about = "Estimate POWER at every state, for one agent or two.\n\n\
        POWER(s) = (1-γ)/γ E[V(s) - R(s)] is what an optimal agent can expect per step from the state s on, averaged over \
        reward functions R; V is its optimal value [Turner et al. 2021, Def. 5.2]. Rewards are drawn independently for \
        every state, by default uniformly from 0 to 1.\n\n\
        With two agents, a human H learns first, while the AI A follows its seed policy; then A learns its best reply to H. \
        POWER of H counts what H's policy is worth against that reply. The alignment α is the correlation of both POWERs \
        over joint states: near 1 where states that give H much POWER give it to A as well, negative where they take it \
        from A [Harris & Suo 2022].",
    after_long_help = "\
Examples:
  dunamis power maze-7x7 --discount 0.9
  dunamis power my-map.txt --discount 0.99 --samples 100000 --reward beta:alpha=2,beta=5
  dunamis power case-study --limit-one --json
  dunamis power grid-3x3 --agents 2 --discount 0.6 --correlation -0.5
  dunamis power maze-7x7 --agents 2 --collision leak --discount 0.1 --samples 1000 --json
  dunamis power grid-3x3 --agents 2 --discount 0.6 --seed-policy stay --rounds 20

The JSON document of one agent has, beside the settings,
  \"power\": [{\"state\": \"(0, 0)\", \"mean\": 0.65, \"std_error\": 0.002}, ...]
and that of two agents, with states named (row, column)_H^(row, column)_A,
  \"power_h\", \"power_a\"   the POWER of H and A, in that form
  \"power_h_seed\"         the POWER of H against A's seed policy
  \"power_a_seed\"         the POWER of A's seed policy against H
  \"rounds\"               how replies to replies ended, null without --rounds
  \"alignment\"            {\"alpha\": -0.5, \"std_error\": 0.02, \"noise_corrected\": -0.5, ...}
where null stands for what is not defined."
)]
#[expect(clippy::struct_excessive_bools, reason = "every one is a flag of its own")]
pub(crate) struct Arguments {
    /// A shipped name (with parameters), or the path of a map (.txt) or model (see dunamis env formats)
    #[arg(value_name = "ENV")]
    environment: String,

    /// The discount γ, at least 0 and below 1; 0.99 or 99/100. With two agents, that of H
    #[arg(
        long,
        value_name = "G",
        required_unless_present = "limit_one",
        conflicts_with = "limit_one",
        allow_negative_numbers = true
    )]
    discount: Option<Discount>,

    /// The limit γ → 1 in place of a discount (one agent)
    #[arg(long)]
    limit_one: bool,

    /// Number of reward functions to draw, with --until-se at most [default: 10000, or 1000000]
    #[arg(long, value_name = "N", value_parser = argument::samples, allow_negative_numbers = true)]
    samples: Option<u64>,

    /// How the drawn rewards are spread
    #[arg(
        long,
        value_name = "METHOD",
        value_parser = argument::sampling_method,
        long_help = "How the drawn rewards are spread:\n  \
            independent   the default\n  \
            antithetic    in mirrored pairs\n  \
            sobol         along 32 randomized Sobol sequences\n\
            Means and standard errors are right in any case; which errors are smallest depends on\n\
            the model"
    )]
    sampling: Option<SamplingMethod>,

    /// Stop when no standard error of POWER is larger than this
    #[arg(long, value_name = "SE", value_parser = argument::std_error, allow_negative_numbers = true)]
    until_se: Option<f64>,

    /// Seed of the random streams; the same seed gives the same numbers on every machine
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,

    /// The law of each state's reward: uniform, beta, normal, bernoulli, pareto, exponential, point-mass or one-hot
    #[arg(
        long,
        value_name = "LAW",
        default_value = "uniform",
        long_help = "The law of each state's reward:\n  \
            uniform:low=0,high=1 (or just uniform), beta:alpha=2,beta=5, normal:mean=0,std_dev=1,\n  \
            bernoulli:probability=0.1, pareto:scale=1,shape=3, exponential:rate=1,\n  \
            point-mass:value=1,\n  \
            or one-hot: one state, each equally likely, has reward 1 and all others 0; POWER is then\n  \
            exact, unless --samples is given or two agents have more than 10000 pairs of them"
    )]
    reward: NamedLaw,

    #[command(flatten)]
    joint: Joint,

    /// The discount of A [default: that of H]
    #[arg(long, value_name = "G", allow_negative_numbers = true)]
    discount_a: Option<Discount>,

    /// The correlation β of both agents' rewards at each state, from -1 to 1 [default: 0]
    #[arg(long, value_name = "B", value_parser = argument::correlation, allow_negative_numbers = true)]
    correlation: Option<Correlation>,

    /// A's policy while H learns: uniform, stay, toward:STATE, a mixture of these, or a policy file [default: uniform]
    #[arg(
        long,
        value_name = "POLICY",
        long_help = "A's policy while H learns [default: uniform]:\n  \
            uniform: any of its actions,\n  \
            stay: no move at all,\n  \
            \"toward:(0, 6)\": by shortest paths to a state of ENV, and then no move,\n  \
            \"0.8 stay + 0.2 uniform\": at every step one of several, with these probabilities,\n  \
            or the path of a policy file"
    )]
    seed_policy: Option<SeedPolicySource>,

    /// How often the agents reply to each other; after the first time H, too, replies to A [default: 1]
    #[arg(long, value_name = "N", value_parser = argument::rounds, allow_negative_numbers = true, conflicts_with = "as_published")]
    rounds: Option<NonZeroU32>,

    /// Leave out the POWER of A's seed policy, which can take longer than all the rest (`power_a_seed` is then null)
    #[arg(long)]
    no_seed_baseline: bool,

    /// Repeat the arithmetic behind the published figures: single precision, early stopping, ties split by row mass
    #[arg(long, conflicts_with = "limit_one")]
    as_published: bool,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn sampling(&self) -> Sampling {
        let most = if self.until_se.is_some() { MOST_SAMPLES } else { SAMPLES };
        let sampling = Sampling::new(self.samples.unwrap_or(most), Seed::new(self.seed));
        let sampling = sampling.with_method(self.sampling.unwrap_or_default());
        self.until_se.map_or(sampling, |std_error| sampling.until(std_error))
    }

    /// Whether samples are asked for, even where an exact expectation is possible.
    fn asks_for_samples(&self) -> bool {
        self.samples.is_some() || self.sampling.is_some() || self.until_se.is_some()
    }

    /// An option that is given but means nothing for one agent.
    fn option_for_two_agents(&self) -> Option<&'static str> {
        let given = [
            (self.discount_a.is_some(), "--discount-a"),
            (self.correlation.is_some(), "--correlation"),
            (self.seed_policy.is_some(), "--seed-policy"),
            (self.rounds.is_some(), "--rounds"),
            (self.no_seed_baseline, "--no-seed-baseline"),
        ];
        given.into_iter().find_map(|(given, option)| given.then_some(option))
    }
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    match (arguments.joint.rules()?, arguments.option_for_two_agents(), &arguments.discount) {
        (None, Some(option), _) => return Err(Failure::NeedsTwoAgents { option }),
        (None, None, discount) => single_agent(arguments, discount.as_ref(), output)?,
        (Some(rules), _, Some(discount)) => two_agents::run(arguments, rules, discount, output)?,
        (Some(_), _, None) => return Err(Failure::NeedsOneAgent { option: "--limit-one" }),
    }
    Ok(ExitStatus::Success)
}

/// POWER at one state.
#[derive(Serialize)]
struct StatePower<'a> {
    state: &'a str,
    mean: f64,
    /// Not a number, hence `null`, for a single sample.
    std_error: f64,
}

fn by_state<'a>(states: &'a Names, power: &PowerEstimate) -> Vec<StatePower<'a>> {
    let values = power.mean.iter().zip(&power.std_error);
    states.iter().zip(values).map(|(state, (&mean, &std_error))| StatePower { state, mean, std_error }).collect()
}

/// Number of samples, unless the expectation is exact.
fn sample_count(power: &PowerEstimate) -> Option<u64> {
    match power.warrant {
        Warrant::Sampled { samples, .. } => Some(samples),
        Warrant::Exact => None,
    }
}

/// How samples were spread, and whether they sufficed.
#[derive(Serialize)]
struct Spread {
    sampling: Option<SamplingMethod>,
    until_se: Option<f64>,
    until_se_reached: Option<bool>,
}

impl Spread {
    fn new<const N: usize>(arguments: &Arguments, estimates: [&PowerEstimate; N]) -> Self {
        let sampling = match estimates.first().map(|estimate| estimate.warrant) {
            Some(Warrant::Sampled { method, .. }) => Some(method),
            _ => None,
        };
        let until_se = arguments.until_se;
        let reached = |target| estimates.iter().all(|estimate| estimate.largest_std_error() <= target);
        Spread { sampling, until_se, until_se_reached: until_se.map(reached) }
    }

    /// A line on a standard error that was asked for.
    fn text(&self) -> String {
        match (self.until_se, self.until_se_reached) {
            (Some(target), Some(true)) => format!("every standard error of POWER is at most {target}, as asked for\n"),
            (Some(target), _) => format!(
                "the standard error {target} was not reached: allow more --samples, or try another --sampling\n"
            ),
            _ => String::new(),
        }
    }
}

fn single_agent(arguments: &Arguments, discount: Option<&Discount>, output: Output) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: u64,
        environment: &'a str,
        discount: Option<f64>,
        reward: String,
        samples: Option<u64>,
        seed: u64,
        #[serde(flatten)]
        spread: Spread,
        solver_error: f64,
        power: Vec<StatePower<'a>>,
    }
    let environment = load(&arguments.environment)?;
    let power = estimate(arguments, discount, &environment, output)?;
    if arguments.json {
        return output::json(&Document {
            schema: SCHEMA,
            environment: environment.name(),
            discount: discount.map(Discount::value),
            reward: arguments.reward.to_string(),
            samples: sample_count(&power),
            seed: arguments.seed,
            spread: Spread::new(arguments, [&power]),
            solver_error: power.solver_error,
            power: by_state(environment.model().states(), &power),
        });
    }
    let discount = discount.map_or("γ → 1".to_owned(), |discount| format!("γ = {}", discount.value()));
    let mut text = format!("POWER of {}, {discount}, {}\n\n", environment.name(), origin(arguments, &power));
    text.push_str(&layout(&environment, &power));
    text.push_str(&warrant(environment.model().states(), &power));
    text.push_str(&Spread::new(arguments, [&power]).text());
    output::data(&text)
}

fn estimate(
    arguments: &Arguments,
    discount: Option<&Discount>,
    environment: &Environment,
    output: Output,
) -> Result<PowerEstimate, Failure> {
    let model = environment.model();
    let law = arguments.reward.over(model.states().len())?;
    let sampling = arguments.sampling();
    // A finite law needs no samples, unless they are asked for or the published arithmetic is.
    let exact = law.support().is_some() && !arguments.asks_for_samples();
    let progress = output.progress("POWER");
    Ok(match discount {
        Some(discount) if arguments.as_published => published::estimate(model, &*law, discount, &sampling, &progress)?,
        Some(discount) if exact => dunamis_power::exact(model, &*law, discount)?,
        Some(discount) => dunamis_power::estimate(model, &*law, discount, &sampling, &progress)?,
        None if exact => dunamis_power::exact_average(model, &*law)?,
        None => dunamis_power::estimate_average(model, &*law, &sampling, &progress)?,
    })
}

/// How many samples, and how they are spread.
pub(crate) fn spread_samples(samples: u64, method: SamplingMethod) -> String {
    match method {
        SamplingMethod::Independent => counted(samples, "sample"),
        _ => counted(samples, &format!("{method} sample")),
    }
}

/// Where the numbers come from.
fn origin(arguments: &Arguments, power: &PowerEstimate) -> String {
    let arithmetic = if arguments.as_published { ", published arithmetic" } else { "" };
    match power.warrant {
        Warrant::Sampled { samples, method, .. } => {
            let samples = spread_samples(samples, method);
            format!("rewards {}, {samples}, seed {}{arithmetic}", arguments.reward, arguments.seed)
        }
        Warrant::Exact => format!("rewards {}, exact{arithmetic}", arguments.reward),
    }
}

/// A heat map of a gridworld's POWER, or a table of any other environment's.
fn layout(environment: &Environment, power: &PowerEstimate) -> String {
    if let Some(grid) = environment.grid() {
        return heat_map(grid, &power.mean);
    }
    let mut table = Table::new([("state", Align::Left), ("POWER", Align::Right), ("std. error", Align::Right)]);
    for state in by_state(environment.model().states(), power) {
        table.row([state.state.to_owned(), decimals(state.mean, 4), number(state.std_error)]);
    }
    table.to_string()
}

fn layout_of(grid: Option<&Grid>, names: &Names, mean: &[f64]) -> String {
    if let Some(grid) = grid {
        return heat_map(grid, mean);
    }
    let mut table = Table::new([("state", Align::Left), ("POWER", Align::Right)]);
    for (state, mean) in names.iter().zip(mean) {
        table.row([state.to_owned(), decimals(*mean, 4)]);
    }
    table.to_string()
}

fn number(std_error: f64) -> String {
    if std_error.is_nan() { "unknown".into() } else { decimals(std_error, 4) }
}

/// Extremes of POWER, and how far it can be trusted.
fn warrant(states: &Names, power: &PowerEstimate) -> String {
    let at = |s: usize| format!("{} at {}", decimals(power.mean[s], 3), &states[s]);
    let by_mean = |&s: &usize, &t: &usize| power.mean[s].total_cmp(&power.mean[t]);
    let extremes = (0..power.mean.len()).max_by(by_mean).zip((0..power.mean.len()).min_by(by_mean));
    let mut text = match extremes {
        Some((high, low)) if decimals(power.mean[high], 3) == decimals(power.mean[low], 3) => {
            format!("{} at all states, to 3 decimals\n", decimals(power.mean[high], 3))
        }
        Some((high, low)) => format!("highest {}, lowest {}\n", at(high), at(low)),
        None => String::new(),
    };
    if power.warrant != Warrant::Exact {
        let mut errors = power.std_error.clone();
        errors.sort_by(f64::total_cmp);
        let (median, largest) = (errors[errors.len() / 2], errors[errors.len() - 1]);
        if largest.is_nan() {
            text.push_str("standard errors are unknown: one sample says nothing about them\n");
        } else {
            let _ = writeln!(text, "standard errors: median {}, largest {}", decimals(median, 4), decimals(largest, 4));
        }
    }
    text
}
