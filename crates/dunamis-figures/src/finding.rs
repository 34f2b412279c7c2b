//! Answers to questions that the publications leave open, one figure each; `docs/findings` says what they mean.

use dunamis_plot::{Bar, BarChart, Color, Curve, Dash, LinePlot, Panels, Plot};

use crate::contrast::Estimate;
use crate::figure::{About, Figure, Runs};
use crate::jackknife::{Jackknifed, Statistic, by_seed};
use crate::{Config, FigureError, Table};

pub(crate) mod collisions;
pub(crate) mod correlation;
pub(crate) mod discounts;
pub(crate) mod phases;
pub(crate) mod replies;
pub(crate) mod reward_laws;
pub(crate) mod seed_policies;

/// Standard errors on either side of an estimate in a 95 % interval.
const INTERVAL: f64 = 1.959_964;

/// A figure of statistics against what a sweep varies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finding {
    /// What is known of it before anything has run.
    pub about: About,
    /// Its sweeps; seeds on an axis of their own are replicates.
    pub sweeps: &'static [Config],
    /// What is drawn.
    pub panels: &'static [Panel],
    /// Panels side by side.
    pub columns: usize,
    /// What is seen, with every number read from the runs.
    pub caption: fn(&Found) -> String,
}

/// A statistic of one sweep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel {
    /// Its title.
    pub title: &'static str,
    /// The sweep.
    pub sweep: usize,
    /// The key along the horizontal axis, and the title of that; bars, one for each value, without a title.
    pub x: (&'static str, Option<&'static str>),
    /// The key that has a curve for each value, and what stands before that on the curve.
    pub series: Option<(&'static str, &'static str)>,
    /// The only value of another key that counts.
    pub only: Option<(&'static str, &'static str)>,
    /// The statistic.
    pub(crate) statistic: Statistic,
    /// What it is called.
    pub y: &'static str,
}

/// A curve: named places, coordinates and values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(String, f64, Jackknifed)>,
}

/// The curves of every panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    panels: Vec<Vec<Series>>,
    /// The fewest and the most samples of a run.
    pub(crate) samples: (u64, u64),
    pub(crate) replicates: usize,
}

impl Found {
    /// A value by panel, curve and place.
    pub(crate) fn at(&self, panel: usize, series: &str, x: &str) -> Option<&Jackknifed> {
        let series = self.panels.get(panel)?.iter().find(|known| known.name == series)?;
        series.points.iter().find(|(name, _, _)| name == x).map(|(_, _, value)| value)
    }

    /// A value with its standard error, in words.
    pub(crate) fn text(&self, panel: usize, series: &str, x: &str) -> String {
        self.at(panel, series, x).map_or("not defined".to_owned(), |value| text(&value.estimate()))
    }

    /// Where a curve is 0, by linear interpolation, with its standard error.
    pub(crate) fn zero(&self, panel: usize, series: &str) -> Option<Estimate> {
        let series = self.panels.get(panel)?.iter().find(|known| known.name == series)?;
        series.zero().map(|zero| zero.estimate())
    }

    /// The sentence on samples.
    pub(crate) fn sampling(&self) -> String {
        let (fewest, most) = self.samples;
        let few = if fewest < most { format!("{} to ", crate::caption::grouped(fewest)) } else { String::new() };
        format!(
            "Points have 95\u{a0}% intervals from {} independent runs of {few}{} samples each.",
            self.replicates,
            crate::caption::grouped(most)
        )
    }
}

pub(crate) fn text(estimate: &Estimate) -> String {
    crate::caption::with_error(estimate.value, estimate.std_error)
}

impl Series {
    /// The last change of sign from left to right.
    pub(crate) fn zero(&self) -> Option<Jackknifed> {
        let values: Vec<&Jackknifed> = self.points.iter().map(|(_, _, value)| value).collect();
        Jackknifed::of(&values, |values| {
            let k = (1..values.len()).rev().find(|&k| (values[k - 1] > 0.0) != (values[k] > 0.0))?;
            let (from, to) = (self.points[k - 1].1, self.points[k].1);
            Some(from + (to - from) * values[k - 1] / (values[k - 1] - values[k]))
        })
    }
}

impl Finding {
    fn found(&self, runs: &Runs) -> Result<Found, FigureError> {
        let mut found = Found { panels: Vec::new(), samples: (u64::MAX, 0), replicates: 1 };
        for panel in self.panels {
            let expected = self.sweeps.len();
            let missing = FigureError::MissingRun { figure: self.about.id, expected, found: runs.sweeps.len() };
            let sweep = runs.sweeps.get(panel.sweep).ok_or(missing)?;
            let axes = &sweep.sweep.axes;
            let axis = |key: &str| axes.iter().position(|axis| axis.keys.iter().any(|known| known.key == key));
            let (x, by) = (axis(panel.x.0), panel.series.and_then(|(key, _)| axis(key)));
            let only = panel.only.and_then(|(key, name)| Some((axis(key)?, name)));
            let mut curves: Vec<Series> = Vec::new();
            for (at, replicates) in by_seed(sweep) {
                if only.is_some_and(|(axis, name)| axes[axis].names[at[axis]] != name) {
                    continue;
                }
                let name = by.map_or(String::new(), |axis| axes[axis].names[at[axis]].clone());
                let (place, number) = match x {
                    Some(axis) => {
                        let name = &axes[axis].names[at[axis]];
                        let number = axes[axis].numbers().map(|numbers| numbers[at[axis]]);
                        (name.clone(), number.or_else(|| name.parse().ok()).unwrap_or(at[axis] as f64))
                    }
                    None => (String::new(), 0.0),
                };
                let samples = replicates[0].manifest.samples.unwrap_or(0);
                found.samples = (found.samples.0.min(samples), found.samples.1.max(samples));
                found.replicates = found.replicates.max(replicates.len());
                let Some(value) = panel.statistic.of(&replicates) else { continue };
                match curves.iter_mut().find(|curve| curve.name == name) {
                    Some(curve) => curve.points.push((place, number, value)),
                    None => curves.push(Series { name, points: vec![(place, number, value)] }),
                }
            }
            found.panels.push(curves);
        }
        Ok(found)
    }
}

impl Panel {
    fn draw(&self, curves: &[Series]) -> dunamis_plot::Figure {
        let Some(x_title) = self.x.1 else {
            let points = curves.iter().flat_map(|series| &series.points);
            let bar = |(name, _, value): &(String, f64, Jackknifed)| {
                let Estimate { value, std_error } = value.estimate();
                Bar::new(name.clone(), value).error(INTERVAL * std_error)
            };
            return BarChart::new(points.map(bar).collect()).value_title(self.y).figure().title(self.title);
        };
        let mut drawn = Vec::new();
        for (number, series) in curves.iter().enumerate() {
            let color = COLORS[number % COLORS.len()];
            for (_, x, value) in &series.points {
                let Estimate { value, std_error } = value.estimate();
                let reach = if std_error.is_finite() { INTERVAL * std_error } else { 0.0 };
                drawn.push(Curve::new(vec![(*x, value - reach), (*x, value + reach)]).color(color));
            }
            let points = series.points.iter().map(|(_, x, value)| (*x, value.value)).collect();
            let curve = Curve::new(points).color(color).with_points();
            let prefix = self.series.map_or("", |(_, prefix)| prefix);
            drawn.push(if series.name.is_empty() { curve } else { curve.label(format!("{prefix}{}", series.name)) });
        }
        let signs = curves.iter().flat_map(|series| &series.points).map(|(_, _, value)| value.value > 0.0);
        let places = || curves.iter().flat_map(|series| &series.points).map(|(_, x, _)| *x);
        if self.statistic == Statistic::Alpha
            && signs.clone().any(|positive| positive)
            && signs.clone().any(|positive| !positive)
        {
            let (low, high) = (places().fold(f64::INFINITY, f64::min), places().fold(f64::NEG_INFINITY, f64::max));
            drawn.push(Curve::new(vec![(low, 0.0), (high, 0.0)]).color(Color::GRAY).dashed(Dash::Dashed));
        }
        LinePlot::new(drawn).axis_titles(x_title, self.y).frame_size(270.0, 210.0).figure().title(self.title)
    }
}

const COLORS: [Color; 9] = [
    dunamis_plot::OKABE_ITO[4],
    dunamis_plot::OKABE_ITO[5],
    dunamis_plot::OKABE_ITO[2],
    dunamis_plot::OKABE_ITO[6],
    dunamis_plot::OKABE_ITO[0],
    dunamis_plot::OKABE_ITO[7],
    dunamis_plot::OKABE_ITO[1],
    Color::hex(0x8c_56_4b),
    dunamis_plot::OKABE_ITO[3],
];

impl Figure for Finding {
    fn about(&self) -> &About {
        &self.about
    }

    fn sweeps(&self) -> &'static [Config] {
        self.sweeps
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        Ok((self.caption)(&self.found(runs)?))
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        let found = self.found(runs)?;
        let panels = self.panels.iter().zip(&found.panels).filter(|(_, curves)| !curves.is_empty());
        let figures: Vec<_> = panels.map(|(panel, curves)| panel.draw(curves)).collect();
        let figure = Panels::new(figures).columns(self.columns).figure();
        Ok(figure.title(self.about.title).caption((self.caption)(&found)))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        let found = self.found(runs)?;
        let mut table = Table::default();
        for (panel, curves) in self.panels.iter().zip(&found.panels) {
            for series in curves {
                for (place, _, value) in &series.points {
                    let Estimate { value, std_error } = value.estimate();
                    let name =
                        [series.name.as_str(), place].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>();
                    table.push(format!("{:?}, {}", panel.statistic, panel.title), name.join(", "), value, std_error);
                }
                if let Some(zero) = series
                    .zero()
                    .map(|zero| zero.estimate())
                    .filter(|_| panel.x.1.is_some() && panel.statistic == Statistic::Alpha)
                {
                    table.push(
                        format!("zero of {:?}, {}", panel.statistic, panel.title),
                        &series.name,
                        zero.value,
                        zero.std_error,
                    );
                }
            }
        }
        Ok(table)
    }
}

const fn about(id: &'static str, title: &'static str, source: &'static str) -> About {
    About { id, title, source, experiments: &[], published: &[] }
}
