//! Samples that a run kept: how they are distributed, and how they go together.

use dunamis_experiment::{AgentSamples, Run, RunPower, Samples};
use dunamis_mdp::{Agent, nearest};
use dunamis_plot::{
    Bins, ColorMap, Extent, Figure, Histogram, Histogram2d, HistogramGrid, Label, Panels, Plot, Scatter, fixed,
};

use crate::power_map::{agents, column, estimates, symbol};
use crate::sequence::Sequence;
use crate::view::Selection;
use crate::{FigureError, Table, caption};

/// Bins of a histogram.
const BINS: usize = 30;
/// Most histograms in one picture.
const MOST: usize = 450;
/// Histograms in a row where states lie on no grid.
const ROW: usize = 6;

/// The kept samples of a run.
pub(crate) fn samples(run: &Run) -> Result<Samples, FigureError> {
    run.samples()?.ok_or_else(|| FigureError::NoSamples { run: run.experiment.name.clone() })
}

fn of_agent<'a>(samples: &'a Samples, agent: Option<Agent>, run: &Run) -> Result<&'a AgentSamples, FigureError> {
    match (samples, agent) {
        (Samples::SingleAgent(samples), None) => Ok(samples),
        (Samples::MultiAgent { h, .. }, Some(Agent::H)) => Ok(h),
        (Samples::MultiAgent { a, .. }, Some(Agent::A)) => Ok(a),
        (_, agent) => {
            let expected = if agent.is_some() { 2 } else { 1 };
            Err(FigureError::Agents { run: run.experiment.name.clone(), expected })
        }
    }
}

/// The numbers of named states.
fn states(run: &Run, names: &[String]) -> Result<Vec<usize>, FigureError> {
    let number = |name: &String| {
        run.states.iter().position(|state| state == name).ok_or_else(|| {
            let nearest = nearest(run.states.iter().map(String::as_str), name).map(str::to_owned);
            FigureError::UnknownState { run: run.experiment.name.clone(), state: name.clone(), nearest }
        })
    };
    names.iter().map(number).collect()
}

/// Rewards of A against rewards of H, a point for each kept sample, on the same axes for all runs.
pub(crate) struct RewardFrames {
    state: usize,
    range: Extent,
}

impl RewardFrames {
    /// At one state: the first one unless another is named.
    pub(crate) fn new(sequence: &Sequence<'_>, selection: &Selection) -> Result<Self, FigureError> {
        let run = sequence.runs[0];
        let state = states(run, &selection.states)?.first().copied().unwrap_or(0);
        let mut values = Vec::new();
        for run in &sequence.runs {
            let (h, a) = pair(run)?;
            values.extend(h.rewards_at(state).chain(a.rewards_at(state)));
        }
        let range = Extent::of(values)?.ok_or_else(|| FigureError::NoSamples { run: run.experiment.name.clone() })?;
        let room = 0.05 * range.widened().length();
        Ok(RewardFrames { state, range: Extent::new(range.low() - room, range.high() + room)? })
    }

    pub(crate) fn frame(&self, run: &Run) -> Result<(Figure, Table), FigureError> {
        let (h, a) = pair(run)?;
        let points: Vec<(f64, f64)> = h.rewards_at(self.state).zip(a.rewards_at(self.state)).collect();
        let mut table = Table::default();
        for (index, &(x, y)) in points.iter().enumerate() {
            table.push(format!("R_H of sample {index}"), &run.states[self.state], x, 0.0);
            table.push(format!("R_A of sample {index}"), &run.states[self.state], y, 0.0);
        }
        let count = caption::grouped(points.len() as u64);
        let plot = Scatter::new(points).axis_titles("_R_{_H_}", "_R_{_A_}").frame_size(320.0, 300.0);
        let plot = plot.ranges(self.range, self.range).note(format!("{count} samples"));
        Ok((plot.note(named(run, self.state)).figure(), table))
    }
}

/// The kept samples of H and A.
fn pair(run: &Run) -> Result<(AgentSamples, AgentSamples), FigureError> {
    match samples(run)? {
        Samples::MultiAgent { h, a } => Ok((h, a)),
        Samples::SingleAgent(_) => Err(FigureError::Agents { run: run.experiment.name.clone(), expected: 2 }),
    }
}

/// A state in words: where both agents are, or its name.
fn named(run: &Run, state: usize) -> Label {
    match &run.power {
        RunPower::MultiAgent { positions: Some(positions), .. } => {
            let (h, a) = positions[state];
            format!("_H_ at {}, _A_ at {}", caption::cell(h), caption::cell(a)).into()
        }
        _ => Label::plain(&run.states[state]),
    }
}

/// Bins over all kept samples of POWER of some agents in all runs.
fn extent(
    sequence: &Sequence<'_>,
    agents: &[Option<Agent>],
    wanted: impl Fn(&Run) -> Result<Vec<usize>, FigureError>,
) -> Result<Extent, FigureError> {
    let mut union: Option<Extent> = None;
    for run in &sequence.runs {
        let samples = samples(run)?;
        for &agent in agents {
            let of = of_agent(&samples, agent, run)?;
            let values = wanted(run)?.into_iter().flat_map(|state| of.power_at(state));
            let extent = Extent::of(values)?;
            union = match (union, extent) {
                (Some(a), Some(b)) => Some(a.union(b)?),
                (a, b) => a.or(b),
            };
        }
    }
    union.ok_or_else(|| FigureError::NoSamples { run: sequence.runs[0].experiment.name.clone() })
}

/// Histograms of the samples at every state, in the same bins for all runs.
pub(crate) struct HistogramFrames<'a> {
    selection: &'a Selection,
    agents: Vec<Option<Agent>>,
    extent: Extent,
    log: bool,
}

/// What stands where: for each row the state of each column.
type Places = Vec<Vec<Option<usize>>>;

impl<'a> HistogramFrames<'a> {
    pub(crate) fn new(sequence: &Sequence<'_>, selection: &'a Selection, log: bool) -> Result<Self, FigureError> {
        let agents = agents(sequence.runs[0], selection.agent)?;
        let wanted = |run: &Run| {
            if selection.states.is_empty() {
                Ok((0..run.states.len()).collect())
            } else {
                states(run, &selection.states)
            }
        };
        let extent = extent(sequence, &agents, wanted)?;
        Ok(HistogramFrames { selection, agents, extent, log })
    }

    /// Where the states of a run stand: as they lie in the gridworld, for two agents in blocks; or in rows.
    fn places(&self, run: &Run, agent: Option<Agent>) -> Result<Places, FigureError> {
        if !self.selection.states.is_empty() {
            let states = states(run, &self.selection.states)?;
            return Ok(in_rows(&states));
        }
        let too_many = |count: usize| {
            let (run, most) = (run.experiment.name.clone(), MOST);
            FigureError::TooManyStates { run, states: count, most }
        };
        if run.states.len() > MOST {
            return Err(too_many(run.states.len()));
        }
        let Some(layout) = &run.layout else { return Ok(in_rows(&(0..run.states.len()).collect::<Vec<_>>())) };
        let Some(agent) = agent else {
            let mut places = vec![vec![None; layout.columns]; layout.rows];
            for (state, &(row, column)) in layout.cells.iter().enumerate() {
                places[row][column] = Some(state);
            }
            return Ok(places);
        };
        let record = crate::record::MultiAgentRecord::read(run)?;
        let mut places = vec![vec![None; layout.columns * layout.columns]; layout.rows * layout.rows];
        for state in 0..run.states.len() {
            let (own, other) = (record.position(agent, state), record.position(agent.other(), state));
            places[other.0 * layout.rows + own.0][other.1 * layout.columns + own.1] = Some(state);
        }
        Ok(places)
    }

    pub(crate) fn frame(&self, run: &Run, _: usize) -> Result<(Figure, Table), FigureError> {
        let samples = samples(run)?;
        let (mut panels, mut table) = (Vec::new(), Table::default());
        for &agent in &self.agents {
            let of = of_agent(&samples, agent, run)?;
            let bins = |state: usize| {
                let values: Vec<f64> = of.power_at(state).collect();
                Ok::<_, FigureError>(Bins::count(&values, self.extent, BINS)?)
            };
            let places = self.places(run, agent)?;
            for state in places.iter().flatten().flatten().copied() {
                let counted = bins(state)?;
                let width = counted.extent().length() / BINS as f64;
                for (index, &count) in counted.counts().iter().enumerate() {
                    // Counts are binomial.
                    let share = count as f64 / of.len() as f64;
                    let error = (of.len() as f64 * share * (1.0 - share)).sqrt();
                    let low = counted.extent().low() + index as f64 * width;
                    table.push(
                        format!("{} samples from {low}", column(agent)),
                        &run.states[state],
                        count as f64,
                        error,
                    );
                }
            }
            let titles = (symbol(agent), "samples");
            let figure = if let [row] = &places[..]
                && let [Some(state)] = row[..]
            {
                let plot = Histogram::new(bins(state)?).axis_titles(titles.0.as_str(), titles.1);
                if self.log { plot.log_counts() } else { plot }.figure()
            } else {
                let place = |state: &Option<usize>| {
                    state.map(|state| Ok((Label::plain(&run.states[state]), bins(state)?))).transpose()
                };
                let rows = places.iter().map(|row| row.iter().map(place).collect::<Result<Vec<_>, FigureError>>());
                let plot =
                    HistogramGrid::new(rows.collect::<Result<_, _>>()?)?.axis_titles(titles.0.as_str(), titles.1);
                if self.log { plot.log_counts() } else { plot }.figure()
            };
            panels.push(figure);
        }
        Ok((together(panels), table))
    }
}

fn in_rows(states: &[usize]) -> Places {
    let columns = states.len().clamp(1, ROW);
    let row = |row: &[usize]| (0..columns).map(|column| row.get(column).copied()).collect();
    states.chunks(columns).map(row).collect()
}

/// One figure, or one above the other.
fn together(mut figures: Vec<Figure>) -> Figure {
    match figures.pop() {
        Some(only) if figures.is_empty() => only,
        last => Panels::new(figures.into_iter().chain(last)).columns(1).figure(),
    }
}

/// How samples of POWER at two states go together, in the same bins for all runs.
pub(crate) struct PairFrames {
    agents: Vec<Option<Agent>>,
    /// Each with the others.
    first: String,
    others: Vec<String>,
    extent: Extent,
    log: bool,
}

impl PairFrames {
    /// The first named state with each of the others; without names, the state of most POWER with those of least and of
    /// median POWER.
    pub(crate) fn new(sequence: &Sequence<'_>, selection: &Selection, log: bool) -> Result<Self, FigureError> {
        let run = sequence.runs[0];
        let agents = agents(run, selection.agent)?;
        let mut chosen = states(run, &selection.states)?;
        if chosen.is_empty() {
            let power = &estimates(run, agents[0])?.mean;
            let mut order: Vec<usize> = (0..power.len()).collect();
            order.sort_by(|&a, &b| power[b].total_cmp(&power[a]).then(a.cmp(&b)));
            chosen = vec![order[0], order[order.len() / 2], order[order.len() - 1]];
            chosen.dedup();
        }
        if chosen.len() == 1 {
            chosen.push(chosen[0]);
        }
        let names: Vec<String> = chosen.iter().map(|&state| run.states[state].clone()).collect();
        let extent = extent(sequence, &agents, |run| states(run, &names))?;
        Ok(PairFrames { agents, first: names[0].clone(), others: names[1..].to_vec(), extent, log })
    }

    pub(crate) fn frame(&self, run: &Run, _: usize) -> Result<(Figure, Table), FigureError> {
        let samples = samples(run)?;
        let (mut panels, mut table) = (Vec::new(), Table::default());
        for &agent in &self.agents {
            let of = of_agent(&samples, agent, run)?;
            let first = states(run, std::slice::from_ref(&self.first))?[0];
            for (name, other) in self.others.iter().zip(states(run, &self.others)?) {
                let pairs: Vec<(f64, f64)> = of.power_at(first).zip(of.power_at(other)).collect();
                let plot = Histogram2d::count(&pairs, (self.extent, self.extent), BINS)?;
                let correlation = plot.correlation();
                // Fisher's approximation, good enough for a warrant.
                let error = correlation.map(|r| (1.0 - r * r) / (pairs.len() as f64).sqrt());
                let what = format!("correlation of {} at {}", column(agent), self.first);
                let mut entry = Table::default();
                entry.push_total(what, correlation, error);
                entry.entries[0].state.clone_from(name);
                table.entries.extend(entry.entries);
                let title = |state: usize| {
                    let state = named(run, state);
                    let between = if run.layout.is_some() && agent.is_some() { ", " } else { " at " };
                    Label::parse(&format!("{}{between}", symbol(agent))).followed_by(&state)
                };
                let plot = plot.axis_titles(title(first), title(other)).frame_side(260.0).without_note();
                let plot = if self.log { plot.log_counts() } else { plot };
                let said = correlation.map_or_else(|| "not defined".to_owned(), |r| fixed(r, 3));
                panels.push(plot.figure().title(format!("correlation {said}")));
            }
        }
        let columns = self.others.len();
        Ok((
            Panels::new(panels)
                .columns(columns.min(3))
                .shared_colors(ColorMap::Viridis, if self.log { "log_{10} samples" } else { "samples" })
                .figure(),
            table,
        ))
    }
}
