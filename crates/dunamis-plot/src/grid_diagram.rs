//! A floor plan: open cells and walls on a numbered grid, with lettered markers.

use crate::axis::{Axis, Side};
use crate::color::{Color, ColorScale};
use crate::marker::{CellArrow, Marker, markers};
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Frame, Node, Step, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;
/// Largest font size in a cell, in sides of the cell.
const TEXT_OF_SIDE: f64 = 0.3;
/// Gray of the lines between open cells.
const RULE: Color = Color::hex(0x9a_9a_9a);

/// A floor plan: open cells and walls on a numbered grid, with lettered markers.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct GridDiagram {
    columns: usize,
    open: Vec<Vec<bool>>,
    markers: Vec<Marker>,
    texts: Vec<((usize, usize), Label)>,
    arrows: Vec<(CellArrow, Color)>,
    barriers: Vec<[(usize, usize); 2]>,
    row_title: Option<Label>,
    column_title: Option<Label>,
    cell_side: f64,
}

impl GridDiagram {
    /// A plan by rows, top to bottom: `true` for an open cell, `false` for a wall.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without cells, [`PlotError::Ragged`] for rows of different lengths.
    pub fn new(open: Vec<Vec<bool>>) -> Result<Self, PlotError> {
        let columns = open.first().map_or(0, Vec::len);
        if columns == 0 {
            return Err(PlotError::Empty { plot: "grid diagram", what: "cells" });
        }
        if let Some((row, cells)) = open.iter().enumerate().find(|(_, cells)| cells.len() != columns) {
            return Err(PlotError::Ragged { row, found: cells.len(), expected: columns });
        }
        let (markers, texts, arrows, barriers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            columns,
            open,
            markers,
            texts,
            arrows,
            barriers,
            row_title: None,
            column_title: None,
            cell_side: 44.0,
        })
    }

    /// Puts a colored disk with a letter into a cell; several in one cell stand side by side.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideGrid`].
    pub fn marker(
        mut self,
        row: usize,
        column: usize,
        letter: impl Into<Label>,
        color: Color,
    ) -> Result<Self, PlotError> {
        let cell = self.cell(row, column)?;
        self.markers.push(Marker { cell, letter: letter.into(), color });
        Ok(self)
    }

    /// Writes into a cell.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideGrid`].
    pub fn text(mut self, row: usize, column: usize, text: impl Into<Label>) -> Result<Self, PlotError> {
        let cell = self.cell(row, column)?;
        self.texts.push((cell, text.into()));
        Ok(self)
    }

    /// Draws an arrow in a cell towards another one, or a ring where that is the cell itself, as strong as its weight, which
    /// is written beside it unless it is 1.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideGrid`], and [`PlotError::Weight`] for a weight that is not from 0 to 1.
    pub fn arrow(
        mut self,
        from: (usize, usize),
        to: (usize, usize),
        weight: f64,
        color: Color,
    ) -> Result<Self, PlotError> {
        let (from, to) = (self.cell(from.0, from.1)?, self.cell(to.0, to.1)?);
        self.arrows.push((CellArrow::new(from, to, weight)?, color));
        Ok(self)
    }

    /// Draws a wall between two cells side by side; nothing between others.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideGrid`].
    pub fn barrier(mut self, one: (usize, usize), other: (usize, usize)) -> Result<Self, PlotError> {
        let cells = [self.cell(one.0, one.1)?, self.cell(other.0, other.1)?];
        if cells[0].0.abs_diff(cells[1].0) + cells[0].1.abs_diff(cells[1].1) == 1 {
            self.barriers.push(cells);
        }
        Ok(self)
    }

    /// Titles the axes.
    pub fn axis_titles(self, rows: impl Into<Label>, columns: impl Into<Label>) -> Self {
        Self { row_title: Some(rows.into()), column_title: Some(columns.into()), ..self }
    }

    /// The side of a cell in pixels, 12 at least.
    pub fn cell_side(self, side: f64) -> Self {
        Self { cell_side: if side.is_finite() { side.max(12.0) } else { self.cell_side }, ..self }
    }

    fn cell(&self, row: usize, column: usize) -> Result<(usize, usize), PlotError> {
        if row < self.open.len() && column < self.columns {
            Ok((row, column))
        } else {
            Err(PlotError::OutsideGrid { row, column, rows: self.open.len(), columns: self.columns })
        }
    }
}

impl Plot for GridDiagram {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let side = self.cell_side;
        let indices = |count| (0..count).map(|index: usize| Label::plain(index.to_string())).collect::<Vec<_>>();
        let axis = |side_of, count, title: &Option<Label>| {
            Axis::of_cells(side_of, TEXT_SIZE, &indices(count), side, 0.0, title.as_ref())
        };
        let left = axis(Side::Left, self.open.len(), &self.row_title);
        let bottom = axis(Side::Bottom, self.columns, &self.column_title);
        let (width, height) = (self.columns as f64 * side, self.open.len() as f64 * side);
        let frame = Frame { x: left.reach(), y: 1.0, width, height };
        let square = |(row, column): (usize, usize)| {
            let (x, y) = (frame.x + column as f64 * side, frame.y + row as f64 * side);
            Frame { x, y, width: side, height: side }
        };
        let all = || (0..self.open.len()).flat_map(|row| (0..self.columns).map(move |column| (row, column)));
        let walls = all().filter(|&(row, column)| !self.open[row][column]);
        let walls = walls.map(|cell| square(cell).drawn(Style::fill(Color::GRAY))).collect();
        let open = all().filter(|&(row, column)| self.open[row][column]);
        let open = open.map(|cell| square(cell).drawn(Style::fill(Color::WHITE).with_stroke(RULE, 1.0)));
        let mut nodes = vec![Node::crisp(walls)];
        nodes.extend(open);
        nodes.push(frame.drawn(Style::stroke(Color::INK, 1.0)));
        for [one, other] in &self.barriers {
            let (one, other) = (square(*one), square(*other));
            let (x, y) = (one.x.max(other.x), one.y.max(other.y));
            let end = if one.y == other.y { (x, y + side) } else { (x + side, y) };
            let steps = vec![Step::Move((x, y)), Step::Line(end)];
            nodes.push(Node::Path { steps, style: Style::stroke(Color::INK, 4.0) });
        }
        for (cell, text) in &self.texts {
            let lines: Vec<Label> = text.wrap(side * TEXT_OF_SIDE, side * 0.9);
            let widest = lines.iter().map(|line| line.width(1.0)).fold(0.1, f64::max);
            let size = (side * 0.85 / widest).min(side * TEXT_OF_SIDE);
            let at = square(*cell);
            if self.arrows.iter().any(|(arrow, _)| arrow.from == *cell) {
                // Arrows need the middle of a cell: the first line goes up into a corner, the rest down.
                let rest = text.wrap(side * TEXT_OF_SIDE, side * 0.9).into_iter().skip(1);
                let rest = rest.reduce(|line, next| line.followed_by(&Label::plain(" ")).followed_by(&next));
                let corners = lines.first().cloned().into_iter().map(|line| (line, at.y + side * 0.11));
                for (line, y) in corners.chain(rest.map(|line| (line, at.bottom() - side * 0.1))) {
                    let size = (side * 0.44 / line.width(1.0).max(0.1)).min(side * 0.15);
                    nodes.push(
                        Text::new((at.x + side * 0.05, y), size, line).aligned(Anchor::Start, Baseline::Middle).into(),
                    );
                }
                continue;
            }
            let (x, y) = at.center();
            let first = y - (lines.len() as f64 - 1.0) / 2.0 * size * 1.2;
            for (index, line) in lines.into_iter().enumerate() {
                let text = Text::new((x, first + index as f64 * size * 1.2), size, line);
                nodes.push(text.aligned(Anchor::Middle, Baseline::Middle).into());
            }
        }
        for (arrow, color) in &self.arrows {
            nodes.extend(arrow.nodes(square(arrow.from), *color));
        }
        nodes.extend(markers(&self.markers, square));
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let markers: Vec<String> = self
            .markers
            .iter()
            .map(|m| format!(" {} at row {}, column {}.", m.letter.plain_text(), m.cell.0, m.cell.1))
            .collect();
        let shape = format!("{} by {}", counted(self.open.len(), "row"), counted(self.columns, "column"));
        Ok(Drawing {
            width: frame.right() + bottom.overhang(width).1.ceil().max(1.0),
            height: frame.bottom() + bottom.reach(),
            frame,
            text_size: TEXT_SIZE,
            title: "grid diagram".to_owned(),
            description: format!("Floor plan of {shape}.{}", markers.concat()),
            nodes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_plan() {
        let plan = GridDiagram::new(vec![vec![true, true], vec![false, true]]).unwrap();
        let plan = plan.marker(0, 0, "H", Color::BLUE).unwrap().marker(0, 0, "A", Color::RED).unwrap();
        insta::assert_snapshot!(plan.text(1, 1, "★").unwrap().scene().unwrap().to_svg());
    }

    #[test]
    fn arrows_and_barriers() {
        let plan = GridDiagram::new(vec![vec![true, true], vec![true, true]]).unwrap();
        let plan =
            plan.arrow((0, 0), (0, 1), 0.75, Color::RED).unwrap().arrow((0, 0), (0, 0), 0.25, Color::RED).unwrap();
        let plan =
            plan.barrier((0, 1), (1, 1)).unwrap().barrier((1, 0), (1, 1)).unwrap().barrier((0, 0), (1, 1)).unwrap();
        insta::assert_snapshot!(plan.text(0, 0, "start").unwrap().scene().unwrap().to_svg());
    }

    #[test]
    fn markers_stay_inside() {
        let plan = GridDiagram::new(vec![vec![true, true]]).unwrap();
        insta::assert_snapshot!(plan.marker(1, 0, "H", Color::BLUE).unwrap_err(), @"row 1, column 0 is outside the grid of 1 × 2 cells; name a cell inside it");
        let plan = GridDiagram::new(vec![vec![true, true]]).unwrap();
        assert!(matches!(plan.clone().barrier((0, 0), (0, 2)), Err(PlotError::OutsideGrid { .. })));
        assert!(matches!(plan.arrow((0, 0), (0, 1), f64::NAN, Color::RED), Err(PlotError::Weight { .. })));
        assert!(matches!(GridDiagram::new(vec![]), Err(PlotError::Empty { .. })));
        assert!(matches!(GridDiagram::new(vec![vec![true], vec![]]), Err(PlotError::Ragged { row: 1, .. })));
    }
}
