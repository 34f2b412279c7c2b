//! Policies of one sample, and a walk under them: on the grid, or on a graph with automatic places.

use std::collections::BTreeMap;

use dunamis_experiment::{Cell, Plan, Rollout, Run};
use dunamis_mdp::Agent;
use dunamis_plot::{
    Color, ColorMap, ColorScale, Digraph, Edge, Extent, Figure, Grid, HeatMap, Label, OKABE_ITO, Panels, Plot, Slider,
    Vertex, automatic_places, fixed,
};

use crate::record::{MultiAgentRecord, SingleAgentRecord};
use crate::view::Picture;
use crate::{FigureError, Table, caption};

/// Most states of a graph that can be read.
const MOST: usize = 60;

/// What is drawn of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutView {
    /// The policies at the first state of the walk.
    Policy,
    /// The whole walk, a frame for each step.
    Walk,
}

impl RolloutView {
    /// Draws a rollout of a run, without titles and captions.
    ///
    /// # Errors
    ///
    /// [`FigureError::TooManyStates`] for a large model that is no gridworld, [`FigureError::Plot`].
    pub fn draw(self, run: &Run, rollout: &Rollout) -> Result<Picture, FigureError> {
        let rewards = rollout.plans.iter().flat_map(|plan| plan.rewards.iter().copied());
        let extent = Extent::of(rewards)?.ok_or(FigureError::NoRuns)?;
        let drawing = Drawing { run, rollout, scale: ColorScale::new(ColorMap::default(), extent) };
        let frames = if self == RolloutView::Walk { (0..rollout.path.len()).collect() } else { vec![] };
        let slider = |step: usize| {
            let labels = (0..rollout.path.len()).map(|step| (step as f64, format!("_t_\u{a0}=\u{a0}{step}")));
            Ok::<_, FigureError>(Slider::new(labels, step)?)
        };
        let frames = frames.into_iter().map(|step| Ok(drawing.at(step)?.slider(slider(step)?)));
        let frames = frames.collect::<Result<Vec<_>, FigureError>>()?;
        Ok(Picture { figure: drawing.at(0)?, frames, table: table(rollout) })
    }
}

/// What the walk meets, step by step, and the policies of each state that it meets.
fn table(rollout: &Rollout) -> Table {
    let mut table = Table::default();
    for (step, &state) in rollout.path.iter().enumerate() {
        let name = &rollout.states[state];
        table.push("step", name, step as f64, 0.0);
        for plan in &rollout.plans {
            let of = plan.agent.map_or_else(String::new, |agent| format!("_{agent}"));
            table.push(format!("reward{of}"), name, plan.rewards[state], 0.0);
            for planned in &plan.moves[state] {
                table.push(format!("policy{of} {}", planned.action), name, planned.probability, 0.0);
            }
        }
        if rollout.leaves && step + 1 == rollout.path.len() {
            table.push("leaves the model", name, step as f64, 0.0);
        }
    }
    table
}

struct Drawing<'a> {
    run: &'a Run,
    rollout: &'a Rollout,
    scale: ColorScale,
}

/// Where a move leads most likely.
fn target(next: &[(usize, f64)]) -> Option<usize> {
    next.iter().copied().reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(state, _)| state)
}

impl Drawing<'_> {
    /// The policies and the places of the agents at a step.
    fn at(&self, step: usize) -> Result<Figure, FigureError> {
        let state = self.rollout.path[step];
        match &self.rollout.plans[..] {
            _ if self.run.layout.is_none() => self.graph(state),
            [plan] => {
                let record = SingleAgentRecord::read(self.run)?;
                let cells: BTreeMap<Cell, usize> =
                    record.layout.cells.iter().copied().enumerate().map(|(state, cell)| (cell, state)).collect();
                let map = self.map(plan, &cells, |state| record.layout.cells[state])?;
                let here = record.layout.cells[state];
                Ok(map.marker(here, "A", OKABE_ITO[4])?.color_title("reward").scale(self.scale).figure())
            }
            plans => {
                let record = MultiAgentRecord::read(self.run)?;
                let panel = |plan: &Plan| {
                    let agent = plan.agent.unwrap_or(Agent::H);
                    let other = record.position(agent.other(), state);
                    let own = |state: usize| record.position(agent, state);
                    let there = (0..record.states.len()).filter(|&s| record.position(agent.other(), s) == other);
                    let cells: BTreeMap<Cell, usize> = there.map(|state| (own(state), state)).collect();
                    let mut map = self.map(plan, &cells, own)?;
                    for (agent, color) in [(Agent::H, OKABE_ITO[4]), (Agent::A, OKABE_ITO[5])] {
                        map = map.marker(record.position(agent, state), agent.to_string(), color)?;
                    }
                    let (own, other) = (caption::letter(agent), caption::letter(agent.other()));
                    Ok(map.figure().title(format!("_R_{{{own}}} and policy of {own}, given {other}")))
                };
                let panels = plans.iter().map(panel).collect::<Result<Vec<_>, FigureError>>()?;
                Ok(Panels::new(panels).shared_scale(self.scale, "reward").figure())
            }
        }
    }

    /// Rewards of the states at their cells, with the moves of a plan.
    fn map(
        &self,
        plan: &Plan,
        cells: &BTreeMap<Cell, usize>,
        place: impl Fn(usize) -> Cell,
    ) -> Result<HeatMap, FigureError> {
        let layout = self.run.layout.as_ref();
        let layout = layout.ok_or_else(|| FigureError::NoLayout { run: self.run.experiment.name.clone() })?;
        let value = |row, column| cells.get(&(row, column)).map(|&state| plan.rewards[state]);
        let grid = Grid::from_fn(layout.rows, layout.columns, value)?;
        let mut map = HeatMap::new(grid).decimals(None).cell_side(if layout.columns > 12 { 36.0 } else { 52.0 });
        for (&cell, &state) in cells {
            // Moves to one cell are one arrow.
            let mut arrows: BTreeMap<Cell, f64> = BTreeMap::new();
            for planned in &plan.moves[state] {
                let Some(next) = target(&planned.next) else { continue };
                *arrows.entry(place(next)).or_default() += planned.probability;
            }
            for (to, weight) in arrows {
                map = map.arrow(cell, to, weight.min(1.0))?;
            }
        }
        Ok(map)
    }

    /// The model as a graph, with the moves of the first plan in red.
    fn graph(&self, here: usize) -> Result<Figure, FigureError> {
        let states = &self.rollout.states;
        if states.len() > MOST {
            let run = self.run.experiment.name.clone();
            return Err(FigureError::TooManyStates { run, states: states.len(), most: MOST });
        }
        let Some(plan) = self.rollout.plans.first() else { return Err(FigureError::NoRuns) };
        let places = automatic_places(states.len(), &self.rollout.transitions);
        let vertices = states.iter().zip(places).enumerate().map(|(state, (name, (x, y)))| {
            let vertex = Vertex::new(x, y, Label::plain(name)).value(plan.rewards[state]);
            if state == here { vertex.marked() } else { vertex }
        });
        let mut planned: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (state, moves) in plan.moves.iter().enumerate() {
            for step in moves {
                for &(next, probability) in &step.next {
                    *planned.entry((state, next)).or_default() += step.probability * probability;
                }
            }
        }
        let mut graph = Digraph::new(vertices.collect())?.color_title("reward").scale(self.scale);
        for &(from, to) in &self.rollout.transitions {
            let edge = match planned.get(&(from, to)) {
                None => Edge::new(from, to).color(Color::GRAY),
                Some(&probability) if probability > 0.995 => Edge::new(from, to).color(Color::RED),
                Some(&probability) => Edge::new(from, to).color(Color::RED).label(Label::plain(fixed(probability, 2))),
            };
            graph = graph.edge(edge)?;
        }
        Ok(graph.figure())
    }
}
