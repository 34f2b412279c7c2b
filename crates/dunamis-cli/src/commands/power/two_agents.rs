//! POWER of two agents, and their alignment.

use super::{Arguments, SAMPLES, Spread, StatePower, by_state, layout_of, origin, sample_count, warrant};
use crate::failure::Failure;
use crate::output::{self, Output, SCHEMA};
use crate::table::decimals;
use dunamis_envs::{JointEnvironment, JointRules, load_joint};
use dunamis_mdp::{Agent, Discount, StateId};
use dunamis_power::{Alignment, Endings, MultiAgentPower, MultiAgentSettings, published};
use dunamis_sampling::CorrelatedRewards;
use serde::Serialize;
use std::fmt::Write;
use std::num::NonZeroU32;

/// POWER of both agents.
pub(super) fn run(
    arguments: &Arguments,
    rules: JointRules,
    discount: &Discount,
    output: Output,
) -> Result<(), Failure> {
    let joint = load_joint(&arguments.environment, rules)?;
    let settings = MultiAgentSettings {
        discount_h: discount.clone(),
        discount_a: arguments.discount_a.as_ref().unwrap_or(discount).clone(),
        seed_policy: arguments.seed_policy.clone().unwrap_or_default().resolve(&joint)?,
        seed_baseline: !arguments.no_seed_baseline,
        rounds: arguments.rounds.unwrap_or(NonZeroU32::MIN),
    };
    let power = estimate(arguments, &settings, &joint, output)?;
    let document = TwoAgents::new(arguments, rules, &settings, &joint, &power);
    if arguments.json { output::json(&document) } else { output::data(&document.text(arguments, &joint, &power)) }
}

fn estimate(
    arguments: &Arguments,
    settings: &MultiAgentSettings,
    joint: &JointEnvironment,
    output: Output,
) -> Result<MultiAgentPower, Failure> {
    let model = joint.model();
    let correlation = arguments.correlation.unwrap_or_default();
    let law = CorrelatedRewards::new(arguments.reward.over(model.states().len())?, correlation)?;
    let sampling = arguments.sampling();
    // Beyond that many pairs of reward vectors, sampling is the faster way.
    let exact = !arguments.asks_for_samples() && law.support().is_some_and(|pairs| pairs.len() as u64 <= SAMPLES);
    let progress = output.progress("POWER of H and A");
    Ok(if arguments.as_published {
        published::estimate_multi_agent(model, &law, settings, &sampling, &progress)?
    } else if exact {
        dunamis_power::exact_multi_agent(model, &law, settings)?
    } else {
        dunamis_power::estimate_multi_agent(model, &law, settings, &sampling, &progress)?
    })
}

#[derive(Serialize)]
struct TwoAgents<'a> {
    schema: u64,
    environment: &'a str,
    #[serde(flatten)]
    rules: JointRules,
    discount: f64,
    discount_a: f64,
    correlation: f64,
    reward: String,
    samples: Option<u64>,
    seed: u64,
    #[serde(flatten)]
    spread: Spread,
    solver_error: f64,
    /// How iterated best response ended; `null` for a single round.
    rounds: Option<Rounds>,
    alignment: Alignment,
    power_h: Vec<StatePower<'a>>,
    power_a: Vec<StatePower<'a>>,
    power_h_seed: Vec<StatePower<'a>>,
    power_a_seed: Option<Vec<StatePower<'a>>>,
}

#[derive(Serialize)]
struct Rounds {
    limit: NonZeroU32,
    #[serde(flatten)]
    endings: Endings,
}

impl Rounds {
    fn of(settings: &MultiAgentSettings, power: &MultiAgentPower) -> Option<Self> {
        let limit = settings.rounds;
        (limit > NonZeroU32::MIN).then_some(Rounds { limit, endings: power.statistics.endings })
    }
}

impl<'a> TwoAgents<'a> {
    fn new(
        arguments: &Arguments,
        rules: JointRules,
        settings: &MultiAgentSettings,
        joint: &'a JointEnvironment,
        power: &MultiAgentPower,
    ) -> Self {
        let states = joint.model().states();
        TwoAgents {
            schema: SCHEMA,
            environment: joint.name(),
            rules,
            discount: settings.discount_h.value(),
            discount_a: settings.discount_a.value(),
            correlation: arguments.correlation.unwrap_or_default().get(),
            reward: arguments.reward.to_string(),
            samples: sample_count(&power.power_h),
            seed: arguments.seed,
            spread: Spread::new(arguments, [&power.power_h, &power.power_a]),
            solver_error: worse(power.power_h.solver_error, power.power_a.solver_error),
            rounds: Rounds::of(settings, power),
            alignment: power.alignment,
            power_h: by_state(states, &power.power_h),
            power_a: by_state(states, &power.power_a),
            power_h_seed: by_state(states, &power.power_h_seed),
            power_a_seed: power.power_a_seed.as_ref().map(|power| by_state(states, power)),
        }
    }

    fn text(&self, arguments: &Arguments, joint: &JointEnvironment, power: &MultiAgentPower) -> String {
        let mut text = format!("POWER of H and A in {}", joint.name());
        if let Some(rules) = joint.rules() {
            let _ = write!(text, ", collision rule {}, swaps {}", rules.collision, rules.swaps);
        }
        let _ = write!(text, "\nγ = {}", self.discount);
        if self.discount_a != self.discount {
            let _ = write!(text, " for H and {} for A", self.discount_a);
        }
        let _ = writeln!(text, ", correlation β = {}, {}", self.correlation, origin(arguments, &power.power_h));
        for (agent, power, of) in [(Agent::H, &power.power_h, "A"), (Agent::A, &power.power_a, "H")] {
            if let Some(positions) = joint.positions() {
                let mean = mean_by_position(positions, agent, &power.mean, joint.places().len());
                let _ = writeln!(text, "\nPOWER of {agent:?} by its own place, averaged over the places of {of}:");
                text.push_str(&layout_of(joint.grid(), joint.places(), &mean));
            } else {
                let _ = writeln!(text, "\nPOWER of {agent:?}:");
                text.push_str(&layout_of(None, joint.model().states(), &power.mean));
            }
            text.push_str(&warrant(joint.model().states(), power));
        }
        if let Some(Rounds { limit, endings: Endings { fixed_points, cycles, unsettled } }) = self.rounds {
            let share = |count: u64| 100.0 * count as f64 / (fixed_points + cycles + unsettled) as f64;
            let _ = writeln!(
                text,
                "\nreplies to replies, at most {limit} rounds: a fixed point in {} %, a cycle in {} %, neither in {} %",
                decimals(share(fixed_points), 1),
                decimals(share(cycles), 1),
                decimals(share(unsettled), 1)
            );
        }
        text.push('\n');
        text.push_str(&alignment_sentence(&self.alignment));
        text.push_str(&self.spread.text());
        text
    }
}

/// The larger of two error bounds; not a number if one of them is.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// A line on alignment: as estimated, and without sampling noise.
pub(crate) fn alignment_sentence(alignment: &Alignment) -> String {
    let plus_minus = |value: f64, std_error: Option<f64>| {
        let std_error = std_error.map_or_else(String::new, |e| format!(" ± {}", decimals(e, 3)));
        format!("{}{std_error}", decimals(value, 3))
    };
    let raw = alignment.alpha.map(|value| plus_minus(value, alignment.std_error));
    let corrected = alignment.noise_corrected.map(|value| plus_minus(value, alignment.noise_corrected_std_error));
    // Taking out an estimate of the noise may take out too much; what is printed as 1 is no case of that.
    let beyond = if alignment.noise_corrected.is_some_and(|value| value.abs() > 1.0005) {
        "\n(beyond ±1, as no correlation is: the samples are too few to take out their noise; take more)"
    } else {
        ""
    };
    match (raw, corrected) {
        (None, _) => "alignment α is undefined: POWER of H or of A is the same at all joint states\n".to_owned(),
        (Some(raw), None) => format!("alignment α = {raw}\n"),
        (Some(raw), Some(corrected)) => format!("alignment α = {raw}; without sampling noise {corrected}{beyond}\n"),
    }
}

/// Means over the joint states in which an agent is at each place.
fn mean_by_position(positions: &[(StateId, StateId)], agent: Agent, values: &[f64], places: usize) -> Vec<f64> {
    let (mut sum, mut count) = (vec![0.0; places], vec![0_u32; places]);
    for (&(h, a), value) in positions.iter().zip(values) {
        let place = if agent == Agent::H { h } else { a };
        sum[place.index()] += value;
        count[place.index()] += 1;
    }
    sum.iter().zip(count).map(|(sum, count)| sum / f64::from(count)).collect()
}
