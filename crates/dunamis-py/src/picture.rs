//! `dunamis.Picture`: what `plot` returns.

use crate::error::{Failure, Result};
use dunamis_envs::{Environment, format};
use dunamis_mdp::RewardKind;
use dunamis_plot::{Bar, BarChart, Grid, GridDiagram, HeatMap, Label, Plot, Scene};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::io::Write;
use std::path::PathBuf;

/// Pixels of a PNG per CSS pixel.
const PIXELS: f64 = 2.0;

/// A picture that notebooks show. The same data always gives the same bytes.
#[pyclass(frozen, module = "dunamis", name = "Picture")]
#[derive(Debug)]
pub(crate) struct Picture {
    scene: Scene,
    svg: String,
}

impl Picture {
    pub(crate) fn new(scene: Scene) -> Self {
        Picture { svg: scene.to_svg(), scene }
    }
}

#[pymethods]
impl Picture {
    /// The picture as the text of an SVG document.
    #[getter]
    pub(crate) fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture as the bytes of a PNG, with so many pixels per CSS pixel.
    ///
    /// Raises
    /// ------
    /// PlotError : for a scale that is not positive, or a picture too large.
    #[pyo3(signature = (scale=2.0))]
    fn png<'py>(&self, py: Python<'py>, scale: f64) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.scene.to_png(scale))?))
    }

    /// Writes the picture to a file, ``.svg`` or ``.png``.
    #[expect(clippy::needless_pass_by_value, reason = "paths are converted")]
    fn save(&self, py: Python<'_>, path: PathBuf) -> Result<()> {
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        let bytes = match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("svg") => self.svg.clone().into_bytes(),
            Some("png") => py.detach(|| self.scene.to_png(PIXELS))?,
            _ => return Err(Failure::argument("path", format!("is `{}`: choose .svg or .png", path.display()))),
        };
        Ok(format::replace(&path, 0o666, |file| file.write_all(&bytes)).map_err(PyErr::from)?)
    }

    fn _repr_svg_(&self) -> &str {
        &self.svg
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.Picture `{}`, {} × {} pixels>", self.scene.title, self.scene.width, self.scene.height)
    }
}

/// The map of a gridworld.
///
/// # Errors
///
/// [`Failure::NoGrid`].
fn layout(environment: &Environment) -> Result<&dunamis_envs::Grid> {
    environment.grid().ok_or_else(|| Failure::NoGrid { environment: environment.name().into() })
}

/// The map of a gridworld with the rewards of its states, but for those of 0.
///
/// # Errors
///
/// [`Failure::NoGrid`].
pub(crate) fn floor_plan(environment: &Environment, title: &str) -> Result<Picture> {
    let layout = layout(environment)?;
    let open = |row| (0..layout.columns()).map(|column| layout.state_at((row, column)).is_some()).collect();
    let mut plan = GridDiagram::new((0..layout.rows()).map(open).collect())?.axis_titles("row", "column");
    if let Some(reward) = environment.reward().filter(|reward| reward.kind() == RewardKind::State) {
        let rewards = layout.cells().iter().zip(reward.values());
        for (&(row, column), reward) in rewards.filter(|(_, reward)| **reward != 0.0) {
            plan = plan.text(row, column, Label::plain(reward.to_string()))?;
        }
    }
    Ok(Picture::new(plan.figure().title(Label::plain(title)).scene()?))
}

/// A number for every state of a gridworld, on its map, or only its color with arrows from states (by number) to others.
///
/// # Errors
///
/// [`Failure::NoGrid`], or [`Failure::Plot`] for numbers that are not finite.
pub(crate) fn heat_map(
    environment: &Environment,
    values: &[f64],
    what: &str,
    title: &str,
    arrows: &[(usize, usize)],
) -> Result<Picture> {
    let layout = layout(environment)?;
    let value = |row, column| layout.state_at((row, column)).map(|state| values[state.index()]);
    let grid = Grid::from_fn(layout.rows(), layout.columns(), value)?;
    let mut map = HeatMap::new(grid).axis_titles("row", "column").color_title(Label::plain(what));
    if !arrows.is_empty() {
        // Arrows would strike the numbers out.
        map = map.decimals(None);
    }
    for &(from, to) in arrows {
        map = map.arrow(layout.cells()[from], layout.cells()[to], 1.0)?;
    }
    Ok(Picture::new(map.figure().title(Label::plain(title)).scene()?))
}

/// Numbers with names as bars, each with how far it may be off.
///
/// # Errors
///
/// [`Failure::Plot`] for numbers that are not finite.
pub(crate) fn bars(numbers: &[(String, f64, f64)], what: &str, title: &str) -> Result<Picture> {
    let bar = |(name, number, error): &(String, f64, f64)| Bar::new(Label::plain(name.as_str()), *number).error(*error);
    let chart = BarChart::new(numbers.iter().map(bar).collect()).value_title(what);
    Ok(Picture::new(chart.figure().title(Label::plain(title)).scene()?))
}
