//! POWER of A against POWER of H, a point for each joint state.

use dunamis_mdp::Agent;
use dunamis_plot::{Plot, Scatter, fixed};

use crate::caption;
use crate::contrast::{Contrast, Estimate};
use crate::figure::{About, Figure, Runs, run_at};
use crate::record::MultiAgentRecord;
use crate::{FigureError, NamedState, Table};

/// The alignment plot of a run: its first experiment.
#[derive(Clone, Copy, Debug)]
pub struct AlignmentFigure {
    /// What is known of it before anything has run.
    pub about: About,
    /// States marked by name.
    pub marked: &'static [NamedState],
    /// For the published contrast between two collision rules: the second experiment and both published values.
    pub contrast: Option<PublishedContrast>,
}

/// A published contrast of alignment without the no-overlap rule and with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublishedContrast {
    /// Which of the figure's experiments has no rule; the other one has it.
    pub without: usize,
    /// Which of the figure's experiments has the rule.
    pub with: usize,
    /// Published alignment without the rule and with it, with standard errors.
    pub published: (Estimate, Estimate),
}

impl AlignmentFigure {
    fn record<'a>(&self, runs: &'a Runs) -> Result<MultiAgentRecord<'a>, FigureError> {
        MultiAgentRecord::read(run_at(&self.about, runs, 0)?)
    }
}

/// POWER of A against POWER of H, with alignment in its notes.
pub(crate) fn scatter(record: &MultiAgentRecord<'_>) -> Scatter {
    let points = record.power_h.mean.iter().copied().zip(record.power_a.mean.iter().copied()).collect();
    let mut plot = Scatter::new(points).axis_titles(caption::power(Agent::H), caption::power(Agent::A));
    if let Some((intercept, slope)) = record.alignment.intercept.zip(record.alignment.slope) {
        plot = plot.line(intercept, slope);
    }
    let estimate = |estimate: Option<Estimate>| match estimate {
        Some(estimate) => caption::with_error(estimate.value, estimate.std_error),
        None => "not defined".to_owned(),
    };
    plot = plot.note(format!("_α_ = {}", estimate(Estimate::raw(record.alignment))));
    plot = plot.note(format!("noise-corrected {}", estimate(Estimate::noise_corrected(record.alignment))));
    match record.alignment.rank {
        Some(rank) => plot.note(format!("rank correlation {}", fixed(rank, 3))),
        None => plot,
    }
}

impl Figure for AlignmentFigure {
    fn about(&self) -> &About {
        &self.about
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        let record = self.record(runs)?;
        let states = caption::grouped(record.states.len() as u64);
        let mut text = format!(
            "POWER of both agents at each of the {states} joint states, with the least-squares line. {} {} {} {}",
            caption::setting(&record.setting),
            record.setting.collision,
            caption::alignment(record.alignment),
            caption::std_errors(
                Agent::BOTH.into_iter().flat_map(|agent| record.power(agent).std_error.iter().copied())
            ),
        );
        if let Some(contrast) = self.contrast(runs)? {
            text.push(' ');
            text.push_str(&contrast.sentences());
        }
        Ok(text)
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        let record = self.record(runs)?;
        let mut plot = scatter(&record).frame_size(560.0, 420.0);
        for &state in self.marked {
            let (x, _) = record.power_at(Agent::H, state)?;
            let (y, _) = record.power_at(Agent::A, state)?;
            plot = plot.highlight((x, y), state.symbol());
        }
        Ok(plot.figure().title(self.about.title).caption(self.caption(runs)?))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        let record = self.record(runs)?;
        let mut table = Table::default();
        table.push_power("POWER_H", record.states, record.power_h);
        table.push_power("POWER_A", record.states, record.power_a);
        table.push_alignment(record.alignment);
        Ok(table)
    }

    fn contrast(&self, runs: &Runs) -> Result<Option<Contrast>, FigureError> {
        let Some(contrast) = self.contrast else { return Ok(None) };
        let without = MultiAgentRecord::read(run_at(&self.about, runs, contrast.without)?)?;
        let with = MultiAgentRecord::read(run_at(&self.about, runs, contrast.with)?)?;
        Ok(Some(Contrast::of(contrast.published, without.alignment, with.alignment)))
    }
}
