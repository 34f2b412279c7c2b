//! A grid of values in color, with its rows and columns numbered.

use crate::axis::{Axis, Side};
use crate::cells::CellStyle;
use crate::color::{Color, ColorMap, ColorScale, Extent};
use crate::color_bar::ColorBar;
use crate::grid::Grid;
use crate::marker::{CellArrow, Marker, markers};
use crate::plot::{Drawing, counted};
use crate::scene::{Frame, Style};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;

/// A grid of values in color, with its rows and columns numbered; empty cells are left as paper.
///
/// ```
/// use dunamis_plot::{Grid, HeatMap, Plot};
///
/// let grid = Grid::from_rows(vec![vec![Some(0.75), Some(0.80)], vec![None, Some(0.67)]])?;
/// let scene = HeatMap::new(grid).color_title("POWER_{_H_}").outlined([(0, 1)]).scene()?;
/// assert!(scene.to_svg().contains("0.800"));
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct HeatMap {
    grid: Grid,
    colors: ColorMap,
    scale: Option<ColorScale>,
    color_title: Option<Label>,
    decimals: Option<usize>,
    outlined: Vec<(usize, usize)>,
    row_title: Option<Label>,
    column_title: Option<Label>,
    row_labels: Vec<Label>,
    column_labels: Vec<Label>,
    cell_side: Option<f64>,
    markers: Vec<Marker>,
    arrows: Vec<CellArrow>,
}

impl HeatMap {
    /// A heat map in viridis, with three decimals in every cell and indices from zero as ticks.
    pub fn new(grid: Grid) -> Self {
        let indices = |count| (0..count).map(|index: usize| Label::plain(index.to_string())).collect();
        Self {
            row_labels: indices(grid.rows()),
            column_labels: indices(grid.columns()),
            grid,
            colors: ColorMap::default(),
            scale: None,
            color_title: None,
            decimals: Some(3),
            outlined: Vec::new(),
            row_title: None,
            column_title: None,
            cell_side: None,
            markers: Vec::new(),
            arrows: Vec::new(),
        }
    }

    /// Takes another color map.
    pub fn colors(self, colors: ColorMap) -> Self {
        Self { colors, ..self }
    }

    /// Fixes the color scale, in place of one over the values.
    pub fn scale(self, scale: ColorScale) -> Self {
        Self { scale: Some(scale), ..self }
    }

    /// Titles the color bar.
    pub fn color_title(self, title: impl Into<Label>) -> Self {
        Self { color_title: Some(title.into()), ..self }
    }

    /// Writes the values with so many decimals, or not at all.
    pub fn decimals(self, decimals: impl Into<Option<usize>>) -> Self {
        Self { decimals: decimals.into(), ..self }
    }

    /// Outlines cells, by row and column, in red.
    pub fn outlined(self, cells: impl IntoIterator<Item = (usize, usize)>) -> Self {
        Self { outlined: cells.into_iter().collect(), ..self }
    }

    /// Titles the axes.
    pub fn axis_titles(self, rows: impl Into<Label>, columns: impl Into<Label>) -> Self {
        Self { row_title: Some(rows.into()), column_title: Some(columns.into()), ..self }
    }

    /// Labels the rows, top to bottom, in place of their indices; rows beyond the labels have no tick.
    pub fn row_labels<L: Into<Label>>(self, labels: impl IntoIterator<Item = L>) -> Self {
        Self { row_labels: labels.into_iter().take(self.grid.rows()).map(Into::into).collect(), ..self }
    }

    /// Labels the columns, left to right, in place of their indices; columns beyond the labels have no tick.
    pub fn column_labels<L: Into<Label>>(self, labels: impl IntoIterator<Item = L>) -> Self {
        Self { column_labels: labels.into_iter().take(self.grid.columns()).map(Into::into).collect(), ..self }
    }

    /// Fixes the side of a cell in pixels, 4 at least; the digits shrink to fit.
    pub fn cell_side(self, side: f64) -> Self {
        Self { cell_side: Some(side.max(4.0)).filter(|side| side.is_finite()), ..self }
    }

    /// Puts a colored disk with a letter into a cell; several in one cell stand side by side.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideGrid`].
    pub fn marker(
        mut self,
        (row, column): (usize, usize),
        letter: impl Into<Label>,
        color: Color,
    ) -> Result<Self, PlotError> {
        let cell = self.grid.cell((row, column))?;
        self.markers.push(Marker { cell, letter: letter.into(), color });
        Ok(self)
    }

    /// Draws an arrow in a cell towards another one, or a ring where that is the cell itself, as strong as its weight, which
    /// is written beside it unless it is 1. Best without decimals.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideGrid`], and [`PlotError::Weight`] for a weight that is not from 0 to 1.
    pub fn arrow(mut self, from: (usize, usize), to: (usize, usize), weight: f64) -> Result<Self, PlotError> {
        self.arrows.push(CellArrow::new(self.grid.cell(from)?, self.grid.cell(to)?, weight)?);
        Ok(self)
    }
}

impl Plot for HeatMap {
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        self.grid.extent()
    }

    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let extent = self.grid.extent()?;
        let scale = shared.or(self.scale).or_else(|| extent.map(|extent| ColorScale::new(self.colors, extent)));
        let cells = CellStyle::fitting(std::iter::once(&self.grid), self.decimals, 13.0, 50.0, self.cell_side);
        let (width, height) = cells.size(&self.grid);
        let left = Axis::of_cells(Side::Left, TEXT_SIZE, &self.row_labels, cells.side, 0.0, self.row_title.as_ref());
        let bottom =
            Axis::of_cells(Side::Bottom, TEXT_SIZE, &self.column_labels, cells.side, 0.0, self.column_title.as_ref());
        let (before, after) = bottom.overhang(width);
        let frame = Frame { x: left.reach().max(before.ceil()), y: 1.0, width, height };
        let mut nodes = cells.nodes(&self.grid, scale, (frame.x, frame.y))?;
        nodes.push(frame.drawn(Style::stroke(Color::INK, 1.0)));
        for &cell in &self.outlined {
            nodes.extend(cells.outline(self.grid.cell(cell)?, (frame.x, frame.y)));
        }
        let square = |(row, column): (usize, usize)| cells.frame(row, column).moved((frame.x, frame.y));
        for arrow in &self.arrows {
            let value = self.grid.get(arrow.from.0, arrow.from.1).zip(scale);
            let paper = value.map_or(Ok(Color::WHITE), |(value, scale)| scale.color(value))?;
            nodes.extend(arrow.nodes(square(arrow.from), paper.ink()));
        }
        nodes.extend(markers(&self.markers, square));
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let mut drawing = Drawing {
            width: frame.right() + after.ceil().max(1.0),
            height: frame.bottom() + bottom.reach().max(1.0),
            frame,
            text_size: TEXT_SIZE,
            title: "heat map".to_owned(),
            description: description(&self.grid, extent),
            nodes,
        };
        if let (None, Some(scale)) = (shared, scale) {
            let bar = ColorBar { scale, title: self.color_title.clone(), text_size: TEXT_SIZE };
            let x = drawing.width.max(frame.right() + 18.0);
            drawing.nodes.extend(bar.nodes(x, frame.y, frame.height));
            drawing.width = x + bar.width(frame.height);
        }
        Ok(drawing)
    }
}

fn description(grid: &Grid, extent: Option<Extent>) -> String {
    let shape = format!("{} by {}", counted(grid.rows(), "row"), counted(grid.columns(), "column"));
    let filled = counted(grid.values().count(), "value");
    match extent {
        Some(extent) => format!("Heat map of {shape} with {filled} from {:.4} to {:.4}.", extent.low(), extent.high()),
        None => format!("Heat map of {shape} without values."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_heat_map() {
        let grid = Grid::from_rows(vec![vec![Some(0.75), None], vec![Some(-0.25), Some(0.5)]]).unwrap();
        let map = HeatMap::new(grid).color_title("_x_").outlined([(1, 0)]).decimals(2);
        insta::assert_snapshot!(map.scene().unwrap().to_svg());
    }

    #[test]
    fn arrows_and_markers() {
        let grid = Grid::from_rows(vec![vec![Some(0.0), Some(1.0)]]).unwrap();
        let map =
            HeatMap::new(grid).decimals(None).arrow((0, 0), (0, 1), 0.75).unwrap().arrow((0, 0), (0, 0), 0.25).unwrap();
        let map = map.arrow((0, 1), (0, 1), 1.0).unwrap().marker((0, 1), "H", Color::BLUE).unwrap();
        insta::assert_snapshot!(map.scene().unwrap().to_svg());
        let map = HeatMap::new(Grid::from_fn(1, 1, |_, _| Some(0.3)).unwrap());
        insta::assert_snapshot!(map.clone().arrow((0, 0), (0, 0), 1.5).unwrap_err(), @"an arrow at row 0, column 0 has weight `1.5`; give weights from 0 to 1");
        assert!(matches!(map.clone().arrow((0, 0), (1, 0), 0.5), Err(PlotError::OutsideGrid { .. })));
        assert!(matches!(map.marker((0, 1), "H", Color::BLUE), Err(PlotError::OutsideGrid { .. })));
    }

    #[test]
    fn empty_cells_draw_nothing_and_equal_values_draw_the_middle() {
        let empty = HeatMap::new(Grid::from_fn(2, 2, |_, _| None).unwrap());
        assert!(!empty.scene().unwrap().to_svg().contains("linearGradient"));
        let equal = HeatMap::new(Grid::from_fn(2, 2, |_, _| Some(0.3)).unwrap()).scene().unwrap().to_svg();
        assert_eq!(equal.matches(&format!("fill=\"{}\"/>", ColorMap::Viridis.at(0.5))).count(), 4);
    }

    #[test]
    fn outlines_outside_and_values_beyond_the_scale_are_refused() {
        let grid = Grid::from_fn(2, 2, |_, _| Some(0.3)).unwrap();
        let outside = HeatMap::new(grid.clone()).outlined([(0, 2)]).scene();
        assert!(matches!(outside, Err(PlotError::OutsideGrid { row: 0, column: 2, .. })));
        let scale = ColorScale::new(ColorMap::Viridis, Extent::new(0.5, 1.0).unwrap());
        assert!(matches!(HeatMap::new(grid).scale(scale).scene(), Err(PlotError::OutsideScale { .. })));
    }
}
