//! Pictures of runs that anyone made: stills, and animations over the variable in which runs differ.

use dunamis_experiment::{Run, RunPower};
use dunamis_mdp::Agent;
use dunamis_plot::{Animation, ColorMap, ColorScale, Extent, Figure, Panels, Plot};

use crate::alignment_plot::scatter;
use crate::power_map::{PowerMap, Shown, agents};
use crate::record::MultiAgentRecord;
use crate::sequence::Sequence;
use crate::{FigureError, Table, sample_plot, sweep_plot};

/// Panels of a still of many runs.
const STILLS: usize = 6;

/// What to draw of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A number at every state.
    Map(Shown),
    /// POWER of A against POWER of H at every joint state; with rewards of both agents beside it, if samples were kept and it
    /// says so.
    Alignment {
        /// Whether rewards stand beside it.
        rewards: bool,
    },
    /// Rewards of A against rewards of H in the samples that were kept.
    Rewards,
    /// How samples of POWER are distributed at every state.
    Histogram {
        /// Draws the logarithms of the counts.
        log: bool,
    },
    /// How samples of POWER at two states go together.
    Pairs {
        /// Colors by the logarithms of the counts.
        log: bool,
    },
    /// Instrumental alignment against the variable in which the runs differ.
    AlignmentCurve,
    /// Mean POWER over states against that variable.
    MeanCurve,
    /// Both curves; for one agent mean POWER alone.
    Sweep,
}

/// Which part of the runs a view shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// One of two agents; `None` for all there are.
    pub agent: Option<Agent>,
    /// Names of states; empty for all, or for those that the view finds most telling.
    pub states: Vec<String>,
}

/// A view of runs, drawn.
pub struct Picture {
    /// The still.
    pub figure: Figure,
    /// One frame for each run, where there are several; on one scale.
    pub frames: Vec<Figure>,
    /// The numbers drawn.
    pub table: Table,
}

impl Picture {
    /// The frames as an animation, under a common title; `None` for a single run.
    ///
    /// # Errors
    ///
    /// [`FigureError::Plot`].
    pub fn animation(self, title: &str) -> Result<Option<Animation>, FigureError> {
        if self.frames.is_empty() {
            return Ok(None);
        }
        let scenes = self.frames.into_iter().map(|frame| frame.title(title).scene()).collect::<Result<_, _>>()?;
        Ok(Some(Animation::new(scenes)?))
    }
}

impl View {
    /// Draws runs, without titles and captions.
    ///
    /// # Errors
    ///
    /// [`FigureError`] where the runs do not have what the view shows.
    pub fn draw(self, sequence: &Sequence<'_>, selection: &Selection) -> Result<Picture, FigureError> {
        let first = sequence.runs[0];
        if let Some(other) = sequence.runs.iter().find(|run| run.states != first.states && !self.is_curve()) {
            let (first, run) = (first.experiment.name.clone(), other.experiment.name.clone());
            return Err(FigureError::OtherStates { first, run });
        }
        match self {
            View::Map(shown) => map(sequence, shown, selection),
            View::Alignment { rewards } => alignment(sequence, rewards, selection),
            View::Rewards => {
                let frames = sample_plot::RewardFrames::new(sequence, selection)?;
                each(sequence, STILLS, |run, _| frames.frame(run), |panels| panels.columns(3).figure())
            }
            View::Histogram { log } => {
                let bins = sample_plot::HistogramFrames::new(sequence, selection, log)?;
                each(sequence, STILLS, |run, index| bins.frame(run, index), |panels| panels.columns(1).figure())
            }
            View::Pairs { log } => {
                let pairs = sample_plot::PairFrames::new(sequence, selection, log)?;
                each(sequence, STILLS, |run, index| pairs.frame(run, index), |panels| panels.columns(1).figure())
            }
            View::AlignmentCurve => Ok(curve(sweep_plot::alignment(sequence)?)),
            View::MeanCurve => Ok(curve(sweep_plot::mean(sequence)?)),
            View::Sweep => match &first.power {
                RunPower::SingleAgent(_) => Ok(curve(sweep_plot::mean(sequence)?)),
                RunPower::MultiAgent { .. } => {
                    let (alignment, mut table) = sweep_plot::alignment(sequence)?;
                    let (mean, numbers) = sweep_plot::mean(sequence)?;
                    table.entries.extend(numbers.entries);
                    let figure = Panels::new([alignment.figure(), mean.figure()]).columns(1).figure();
                    Ok(Picture { figure, frames: Vec::new(), table })
                }
            },
        }
    }

    fn is_curve(self) -> bool {
        matches!(self, View::AlignmentCurve | View::MeanCurve | View::Sweep)
    }
}

fn curve((plot, table): (dunamis_plot::LinePlot, Table)) -> Picture {
    Picture { figure: plot.figure(), frames: Vec::new(), table }
}

/// A picture of every run, side by side in the still, and one after the other in the animation.
fn each(
    sequence: &Sequence<'_>,
    most: usize,
    mut frame: impl FnMut(&Run, usize) -> Result<(Figure, Table), FigureError>,
    arrange: impl FnOnce(Panels) -> Figure,
) -> Result<Picture, FigureError> {
    let mut table = Table::default();
    if let Some(run) = sequence.only() {
        let (figure, table) = frame(run, 0)?;
        return Ok(Picture { figure, frames: Vec::new(), table });
    }
    let (mut panels, mut frames) = (Vec::new(), Vec::new());
    let shown = sequence.spread(most);
    for (index, run) in sequence.runs.iter().enumerate() {
        let (figure, mut numbers) = frame(run, index)?;
        for entry in &mut numbers.entries {
            entry.state = sequence.entry(index, &entry.state);
        }
        table.entries.extend(numbers.entries);
        frames.push(figure.slider(sequence.slider(index)?));
        if shown.contains(&index) {
            panels.push(frame(run, index)?.0.title(sequence.label(index)));
        }
    }
    Ok(Picture { figure: arrange(Panels::new(panels)), frames, table })
}

/// Numbers at every state of every run, on one color scale for each agent where there are several runs.
fn map(sequence: &Sequence<'_>, shown: Shown, selection: &Selection) -> Result<Picture, FigureError> {
    let agents = agents(sequence.runs[0], selection.agent)?;
    let mut table = Table::default();
    let mut maps: Vec<Vec<PowerMap<'_>>> = Vec::new();
    for (index, run) in sequence.runs.iter().enumerate() {
        let of_run = agents.iter().map(|&agent| PowerMap::new(run, agent, shown)).collect::<Result<Vec<_>, _>>()?;
        for map in &of_run {
            let errors = map.errors.as_ref();
            for (state, (name, &value)) in run.states.iter().zip(&map.values).enumerate() {
                let error = errors.map_or(f64::NAN, |errors| errors[state]);
                table.push(map.column(), sequence.entry(index, name), value, error);
            }
        }
        maps.push(of_run);
    }
    let all = maps.iter().flatten().flat_map(|map| map.values.iter().copied());
    let extent = Extent::of(all)?.ok_or(FigureError::NoRuns)?;
    let scale = ColorScale::new(ColorMap::default(), extent);
    // Both agents of one frame share a scale only when frames share it: alone, each shows its own differences best.
    let drawn = |maps: &[PowerMap<'_>], scale: Option<ColorScale>| {
        if let [map] = maps {
            return map.figure(scale);
        }
        let panel = |map: &PowerMap<'_>| Ok(map.figure(scale)?.title(map.title()));
        let panels = maps.iter().map(panel).collect::<Result<Vec<_>, FigureError>>()?;
        Ok(Panels::new(panels).columns(1).figure())
    };
    if maps.len() == 1 {
        return Ok(Picture { figure: drawn(&maps[0], None)?, frames: Vec::new(), table });
    }
    let frame =
        |(index, maps): (usize, &Vec<PowerMap<'_>>)| Ok(drawn(maps, Some(scale))?.slider(sequence.slider(index)?));
    let frames = maps.iter().enumerate().map(frame).collect::<Result<Vec<_>, FigureError>>()?;
    let panel = |&index: &usize| {
        let figures = maps[index].iter().map(|map| {
            let label = sequence.label(index);
            let title = if maps[index].len() > 1 { format!("{}, {label}", map.title()) } else { label };
            Ok(map.figure(Some(scale))?.title(title))
        });
        figures.collect::<Result<Vec<_>, FigureError>>()
    };
    // Grids of heat maps are large: fewer of them fit side by side.
    let most = if agents.len() > 1 { 3 } else { STILLS };
    let panels = sequence.spread(most).iter().map(panel).collect::<Result<Vec<_>, FigureError>>()?;
    let panels = Panels::new(panels.into_iter().flatten()).columns(if agents.len() > 1 { 2 } else { 3 });
    let figure =
        if maps[0][0].on_grid() { panels.shared_scale(scale, maps[0][0].title()).figure() } else { panels.figure() };
    Ok(Picture { figure, frames, table })
}

/// Alignment plots on common axes.
fn alignment(sequence: &Sequence<'_>, rewards: bool, selection: &Selection) -> Result<Picture, FigureError> {
    let records = sequence.runs.iter().map(|run| MultiAgentRecord::read(run)).collect::<Result<Vec<_>, _>>()?;
    let range = |agent: Agent| {
        let values = records.iter().flat_map(|record| record.power(agent).mean.iter().copied());
        let extent = Extent::of(values)?.ok_or(FigureError::NoRuns)?.widened();
        let room = 0.05 * extent.length();
        Ok::<_, FigureError>(Extent::new(extent.low() - room, extent.high() + room)?)
    };
    let (x, y) = (range(Agent::H)?, range(Agent::A)?);
    let rewards = rewards.then(|| sample_plot::RewardFrames::new(sequence, selection)).transpose()?;
    let frame = |run: &Run, index: usize| {
        let record = &records[index];
        let mut table = Table::default();
        table.push_power("POWER_H", record.states, record.power_h);
        table.push_power("POWER_A", record.states, record.power_a);
        table.push_alignment(record.alignment);
        let size = if sequence.runs.len() > 1 { (320.0, 300.0) } else { (560.0, 420.0) };
        let plot = scatter(record).ranges(x, y).frame_size(size.0, size.1).figure();
        let Some(rewards) = &rewards else { return Ok((plot, table)) };
        let (drawn, numbers) = rewards.frame(run)?;
        table.entries.extend(numbers.entries);
        let panels = Panels::new([drawn, plot]).without_letters();
        Ok((panels.figure(), table))
    };
    // With rewards beside it a panel is twice as wide.
    let (most, columns) = if rewards.is_some() { (4, 2) } else { (STILLS, 3) };
    each(sequence, most, frame, |panels| panels.columns(columns).figure())
}
