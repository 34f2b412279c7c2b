//! What depends on the swept variable: alignment, and mean POWER.

use dunamis_experiment::{AgentSamples, Alignment, Estimates, Run, RunPower};
use dunamis_mdp::Agent;
use dunamis_plot::{Color, Curve, Dash, Extent, LinePlot, OKABE_ITO};

use crate::contrast::Estimate;
use crate::mean_power::{independent, kept, mean_power};
use crate::power_map::{estimates, symbol};
use crate::record::MultiAgentRecord;
use crate::sequence::Sequence;
use crate::{FigureError, Table};

/// Color of H, or of the only agent.
const BLUE: Color = OKABE_ITO[4];
/// Color of A.
const RED: Color = OKABE_ITO[5];

/// A number of every run with its standard error.
struct Trace {
    name: String,
    column: &'static str,
    points: Vec<(usize, f64, f64)>,
    color: Color,
    dash: Dash,
}

impl Trace {
    fn curve(&self, places: &[f64]) -> Curve {
        let points = self.points.iter().map(|&(index, value, _)| (places[index], value)).collect();
        let curve = Curve::new(points).band(self.points.iter().map(|(_, _, error)| *error).collect());
        curve.label(self.name.as_str()).color(self.color).dashed(self.dash).with_points()
    }

    fn enter(&self, sequence: &Sequence<'_>, table: &mut Table) {
        for &(index, value, error) in &self.points {
            table.push(self.column, sequence.entry(index, ""), value, error);
        }
    }
}

fn plot(sequence: &Sequence<'_>, traces: &[Trace], title: &str) -> LinePlot {
    let places = sequence.places();
    let plot = LinePlot::new(traces.iter().map(|trace| trace.curve(&places)).collect());
    let plot = plot.axis_titles(sequence.symbol.as_str(), title).frame_size(520.0, 340.0);
    if sequence.numbers.is_some() {
        return plot;
    }
    plot.x_names(places.iter().copied().zip(sequence.names.iter().map(String::as_str)))
}

fn alignment_traces(sequence: &Sequence<'_>) -> Result<Vec<Trace>, FigureError> {
    let records = sequence.runs.iter().map(|run| MultiAgentRecord::read(run)).collect::<Result<Vec<_>, _>>()?;
    let of = |pick: fn(&Alignment) -> Option<Estimate>| {
        let defined = |(index, record): (usize, &MultiAgentRecord<'_>)| {
            pick(record.alignment).map(|estimate| (index, estimate.value, estimate.std_error))
        };
        records.iter().enumerate().filter_map(defined).collect()
    };
    Ok(vec![
        Trace { name: "raw".into(), column: "alpha", points: of(Estimate::raw), color: BLUE, dash: Dash::Solid },
        Trace {
            name: "noise-corrected".into(),
            column: "alpha noise-corrected",
            points: of(Estimate::noise_corrected),
            color: RED,
            dash: Dash::Dashed,
        },
    ])
}

/// Instrumental alignment against the variable.
pub(crate) fn alignment(sequence: &Sequence<'_>) -> Result<(LinePlot, Table), FigureError> {
    let traces = alignment_traces(sequence)?;
    if traces.iter().all(|trace| trace.points.is_empty()) {
        return Err(FigureError::NoAlignment);
    }
    let mut table = Table::default();
    for trace in &traces {
        trace.enter(sequence, &mut table);
    }
    let drawn: Vec<Trace> = traces.into_iter().filter(|trace| !trace.points.is_empty()).collect();
    // Correlations are at most 1; wide bands end at the frame.
    let ends =
        drawn.iter().flat_map(|trace| trace.points.iter().flat_map(|(_, value, error)| [value - error, value + error]));
    let extent = Extent::of(ends.filter(|end| end.is_finite()).map(|end| end.clamp(-1.0, 1.0)).chain([0.0]))?;
    let extent = extent.map(|extent| Extent::new(extent.low() - 0.06, extent.high() + 0.06)).transpose()?;
    Ok((plot(sequence, &drawn, "instrumental alignment _α_").ranges(None, extent), table))
}

/// Whose POWER is averaged.
#[derive(Clone, Copy)]
enum Whose {
    Only,
    Agent(Agent),
    HAgainstSeed,
}

impl Whose {
    fn estimates(self, run: &Run) -> Result<&Estimates, FigureError> {
        match (self, &run.power) {
            (Whose::HAgainstSeed, RunPower::MultiAgent { h_seed, .. }) => Ok(h_seed),
            (Whose::Agent(agent), _) => estimates(run, Some(agent)),
            _ => estimates(run, None),
        }
    }

    /// The samples that tell the standard error of the mean.
    fn kept(self, run: &Run) -> Result<Option<AgentSamples>, FigureError> {
        match self {
            Whose::Only => kept(run, None),
            Whose::Agent(agent) => kept(run, Some(agent)),
            Whose::HAgainstSeed => Ok(None),
        }
    }

    fn trace(self, sequence: &Sequence<'_>) -> Result<Trace, FigureError> {
        let of = |(index, run): (usize, &&Run)| {
            let kept = self.kept(run)?;
            let power = self.estimates(run)?;
            let (value, error) = mean_power(power, kept.as_ref(), independent(run, power));
            Ok((index, value, error))
        };
        let points = sequence.runs.iter().enumerate().map(of).collect::<Result<Vec<_>, FigureError>>()?;
        let (name, column, color, dash) = match self {
            Whose::Only => (symbol(None), "mean POWER", BLUE, Dash::Solid),
            Whose::Agent(Agent::H) => (symbol(Some(Agent::H)), "mean POWER_H", BLUE, Dash::Solid),
            Whose::Agent(Agent::A) => (symbol(Some(Agent::A)), "mean POWER_A", RED, Dash::Solid),
            Whose::HAgainstSeed => {
                let name = format!("{} against the seed policy", symbol(Some(Agent::H)));
                (name, "mean POWER_H against the seed policy", BLUE, Dash::Dashed)
            }
        };
        Ok(Trace { name, column, points, color, dash })
    }
}

/// Mean POWER over states against the variable; for two agents with that of H against the seed policy.
pub(crate) fn mean(sequence: &Sequence<'_>) -> Result<(LinePlot, Table), FigureError> {
    let whose: &[Whose] = match sequence.runs[0].power {
        RunPower::SingleAgent(_) => &[Whose::Only],
        RunPower::MultiAgent { .. } => &[Whose::Agent(Agent::H), Whose::Agent(Agent::A), Whose::HAgainstSeed],
    };
    let traces = whose.iter().map(|whose| whose.trace(sequence)).collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::default();
    for trace in &traces {
        trace.enter(sequence, &mut table);
    }
    Ok((plot(sequence, &traces, "mean POWER over states"), table))
}
