//! What figures read from a run on a gridworld: the setting, POWER by cell, alignment.

use std::collections::BTreeMap;

use dunamis_experiment::{
    Alignment, Cell, CellPair, Estimates, GridLayout, Horizon, MultiAgent, PowerSettings, RewardLaw, Run, RunPower,
};
use dunamis_mdp::Agent;

use crate::FigureError;
use crate::quantity::{CellClass, NamedState};

/// The setting of a run, in the words of captions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) environment: String,
    pub(crate) discount: String,
    /// Number of samples and seed; `None` where the expectation is exact.
    pub(crate) sampling: Option<(u64, u64)>,
    /// The law of the rewards, as a clause.
    pub(crate) rewards: String,
    /// What happens where the two agents would collide, as a sentence; empty for one agent.
    pub(crate) collision: &'static str,
}

impl Setting {
    /// Number of samples; `None` where the expectation is exact.
    pub(crate) fn samples(&self) -> Option<u64> {
        self.sampling.map(|(samples, _)| samples)
    }
}

/// A run of one agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SingleAgentRecord<'a> {
    pub(crate) setting: Setting,
    pub(crate) layout: &'a GridLayout,
    /// The states, one for each open cell, in the same order.
    pub(crate) states: &'a [String],
    pub(crate) power: &'a Estimates,
}

/// A run of two agents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MultiAgentRecord<'a> {
    pub(crate) setting: Setting,
    pub(crate) layout: &'a GridLayout,
    pub(crate) states: &'a [String],
    /// Where H and A are in every state.
    pub(crate) positions: &'a [CellPair],
    pub(crate) power_h: &'a Estimates,
    pub(crate) power_a: &'a Estimates,
    pub(crate) alignment: &'a Alignment,
}

fn layout(run: &Run) -> Result<&GridLayout, FigureError> {
    run.layout.as_ref().ok_or_else(|| FigureError::NoLayout { run: run.experiment.name.clone() })
}

pub(crate) fn setting(run: &Run) -> Setting {
    let (discount, collision) = match &run.experiment.power {
        PowerSettings::SingleAgent(settings) => match &settings.horizon {
            Horizon::Discounted(discount) => (gamma("_γ_", discount.value()), ""),
            Horizon::LimitOne => ("_γ_ → 1".to_owned(), ""),
        },
        PowerSettings::MultiAgent(settings) => (discounts(settings), collision(settings.rules.collision.name())),
    };
    Setting {
        environment: run.experiment.environment.name.clone(),
        discount,
        sampling: run.manifest.samples.zip(run.manifest.seed),
        rewards: rewards(run, Some(correlation(run))),
        collision,
    }
}

fn correlation(run: &Run) -> f64 {
    match &run.experiment.power {
        PowerSettings::SingleAgent(_) => 0.0,
        PowerSettings::MultiAgent(settings) => settings.correlation.get(),
    }
}

/// The law of the rewards, and how those of two agents go together unless that varies.
pub(crate) fn rewards(run: &Run, beta: Option<f64>) -> String {
    let uniform = matches!(
        (&run.experiment.reward, RewardLaw::default()),
        (RewardLaw::Independent { marginal, states, same, .. }, RewardLaw::Independent { marginal: unit, .. })
            if *marginal == unit && states.is_empty() && same.is_empty()
    );
    let law = if uniform { "rewards uniform on [0, 1]" } else { "rewards of a law of their own" };
    match beta {
        Some(0.0) if uniform => "rewards independent and uniform on [0, 1]".to_owned(),
        None | Some(0.0) => law.to_owned(),
        Some(1.0) => format!("{law} and the same for both agents"),
        Some(beta) => format!("{law}, correlated between the agents by {}", gamma("_β_", beta)),
    }
}

fn discounts(settings: &MultiAgent) -> String {
    let (h, a) = (settings.discount_h.value(), settings.discount_a.value());
    if h == a { gamma("_γ_", h) } else { format!("{}, {}", gamma("_γ_{_H_}", h), gamma("_γ_{_A_}", a)) }
}

/// `γ = 0.1`, with spaces at which no line breaks.
fn gamma(symbol: &str, discount: f64) -> String {
    format!("{symbol}\u{a0}=\u{a0}{discount}")
}

fn collision(rule: &str) -> &'static str {
    match rule {
        "none" => "The agents may share a cell.",
        "leak" => {
            "The agents may not share a cell: a colliding pair of moves is not available and its probability is lost."
        }
        "renormalize" => {
            "The agents may not share a cell: a colliding pair of moves is drawn again until it does not collide."
        }
        "block" => "The agents may not share a cell: in a collision both stay where they are.",
        _ => "The agents may not share a cell.",
    }
}

impl<'a> SingleAgentRecord<'a> {
    pub(crate) fn read(run: &'a Run) -> Result<Self, FigureError> {
        let RunPower::SingleAgent(power) = &run.power else {
            return Err(FigureError::Agents { run: run.experiment.name.clone(), expected: 1 });
        };
        Ok(SingleAgentRecord { setting: setting(run), layout: layout(run)?, states: &run.states, power })
    }
}

impl<'a> MultiAgentRecord<'a> {
    pub(crate) fn read(run: &'a Run) -> Result<Self, FigureError> {
        let RunPower::MultiAgent { h, a, positions, alignment, .. } = &run.power else {
            return Err(FigureError::Agents { run: run.experiment.name.clone(), expected: 2 });
        };
        let positions = positions.as_deref();
        let positions = positions.ok_or_else(|| FigureError::NoLayout { run: run.experiment.name.clone() })?;
        Ok(MultiAgentRecord {
            setting: setting(run),
            layout: layout(run)?,
            states: &run.states,
            positions,
            power_h: h,
            power_a: a,
            alignment,
        })
    }

    /// POWER of an agent.
    pub(crate) fn power(&self, agent: Agent) -> &'a Estimates {
        match agent {
            Agent::H => self.power_h,
            Agent::A => self.power_a,
        }
    }

    /// Where an agent is in a state.
    pub(crate) fn position(&self, agent: Agent, state: usize) -> Cell {
        let (h, a) = self.positions[state];
        match agent {
            Agent::H => h,
            Agent::A => a,
        }
    }

    /// The states by the position of the other agent, then of the agent itself.
    pub(crate) fn by_other(&self, agent: Agent) -> BTreeMap<Cell, BTreeMap<Cell, usize>> {
        let mut blocks: BTreeMap<Cell, BTreeMap<Cell, usize>> = BTreeMap::new();
        for state in 0..self.positions.len() {
            let block = blocks.entry(self.position(agent.other(), state)).or_default();
            block.insert(self.position(agent, state), state);
        }
        blocks
    }

    /// The number of a state.
    pub(crate) fn state(&self, state: NamedState) -> Result<usize, FigureError> {
        let found = self.positions.iter().position(|&cells| cells == (state.h, state.a));
        found.ok_or_else(|| FigureError::NoState { state, environment: self.setting.environment.clone() })
    }

    /// POWER of an agent at a state, with its standard error.
    pub(crate) fn power_at(&self, agent: Agent, state: NamedState) -> Result<(f64, f64), FigureError> {
        let (state, power) = (self.state(state)?, self.power(agent));
        Ok((power.mean[state], power.std_error[state]))
    }
}

/// Which cells are open, by row.
pub(crate) fn open(layout: &GridLayout) -> Vec<Vec<bool>> {
    let row = |r| (0..layout.columns).map(|c| layout.cells.contains(&(r, c))).collect();
    (0..layout.rows).map(row).collect()
}

/// How many open cells border on a cell.
pub(crate) fn neighbors(layout: &GridLayout, (row, column): Cell) -> usize {
    let near = |&&(r, c): &&Cell| r.abs_diff(row) + c.abs_diff(column) == 1;
    layout.cells.iter().filter(near).count()
}

/// The class of an open cell; `None` for a cell without open neighbors.
pub(crate) fn class(layout: &GridLayout, cell: Cell) -> Option<CellClass> {
    match neighbors(layout, cell) {
        0 => None,
        1 => Some(CellClass::DeadEnd),
        2 => Some(CellClass::Corridor),
        _ => Some(CellClass::Junction),
    }
}
