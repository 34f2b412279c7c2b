//! A typeset table: labels in rows and columns between rules.

use crate::color::{Color, ColorScale};
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Frame, Node, Stroke, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 13.0;
/// Height of a row.
const ROW: f64 = 25.0;
/// Room left and right of the words of a column.
const PAD: f64 = 11.0;

/// A cell of a [`Tabular`]: a label, on a colored ground where it is to be seen first.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Cell {
    label: Label,
    fill: Option<Color>,
}

impl Cell {
    /// A cell on white.
    pub fn new(label: impl Into<Label>) -> Self {
        Self { label: label.into(), fill: None }
    }

    /// Paints the ground of the cell; the ink is chosen to be read on it.
    pub fn fill(self, fill: Color) -> Self {
        Self { fill: Some(fill), ..self }
    }
}

impl<T: Into<Label>> From<T> for Cell {
    fn from(label: T) -> Self {
        Cell::new(label)
    }
}

/// A typeset table: a header, rows, rules above and below. The first column stands to the left, the others are centered.
///
/// ```
/// use dunamis_plot::{Cell, Plot, Tabular};
///
/// let rows = vec![vec![Cell::new("optimal"), Cell::new("4"), Cell::new("2")]];
/// let table = Tabular::new(["rule", "_B_ > _A_", "_A_ > _B_"].map(Cell::new).to_vec(), rows)?;
/// assert!(table.scene()?.to_svg().contains("optimal"));
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Tabular {
    header: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
    rules: Vec<usize>,
}

impl Tabular {
    /// A table of a header and rows of as many cells.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without columns, [`PlotError::RowLength`].
    pub fn new(header: Vec<Cell>, rows: Vec<Vec<Cell>>) -> Result<Self, PlotError> {
        if header.is_empty() {
            return Err(PlotError::Empty { plot: "table", what: "columns" });
        }
        if let Some((row, cells)) = rows.iter().enumerate().find(|(_, cells)| cells.len() != header.len()) {
            return Err(PlotError::RowLength { row, found: cells.len(), expected: header.len() });
        }
        Ok(Self { header, rows, rules: Vec::new() })
    }

    /// Draws thin rules above some of the rows.
    pub fn rules_above(self, rows: impl IntoIterator<Item = usize>) -> Self {
        Self { rules: rows.into_iter().collect(), ..self }
    }
}

impl Plot for Tabular {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let widest = |column: usize| {
            let cells = self.rows.iter().map(|row| &row[column]).chain([&self.header[column]]);
            cells.map(|cell| cell.label.width(TEXT_SIZE)).fold(0.0, f64::max) + 2.0 * PAD
        };
        let widths: Vec<f64> = (0..self.header.len()).map(widest).map(f64::ceil).collect();
        let width: f64 = widths.iter().sum();
        let height = (self.rows.len() + 1) as f64 * ROW + 6.0;
        let mut nodes = Vec::new();
        let rule =
            |y: f64, thick: f64| Node::Line { from: (0.0, y), to: (width, y), stroke: Stroke::new(Color::INK, thick) };
        for (index, row) in std::iter::once(&self.header).chain(&self.rows).enumerate() {
            let top = index as f64 * ROW + if index == 0 { 1.0 } else { 4.0 };
            let mut x = 0.0;
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                if let Some(fill) = cell.fill {
                    let ground = Frame { x, y: top, width, height: ROW };
                    nodes.push(ground.drawn(Style::fill(fill)));
                }
                let (at, anchor) =
                    if column == 0 { (x + PAD, Anchor::Start) } else { (x + width / 2.0, Anchor::Middle) };
                let label = if index == 0 { cell.label.clone().bold() } else { cell.label.clone() };
                let ink = cell.fill.map_or(Color::INK, Color::ink);
                let text = Text::new((at, top + ROW / 2.0), TEXT_SIZE, label).aligned(anchor, Baseline::Middle);
                nodes.push(text.colored(ink).into());
                x += width;
            }
        }
        nodes.push(rule(0.75, 1.5));
        nodes.push(rule(ROW + 2.5, 0.8));
        nodes.extend(self.rules.iter().filter(|&&row| row > 0).map(|&row| rule((row + 1) as f64 * ROW + 4.0, 0.5)));
        nodes.push(rule(height - 0.75, 1.5));
        let said = |row: &Vec<Cell>| row.iter().map(|cell| cell.label.plain_text()).collect::<Vec<_>>().join(", ");
        let words: Vec<String> = std::iter::once(&self.header).chain(&self.rows).map(said).collect();
        Ok(Drawing {
            width,
            height,
            frame: Frame { x: 0.0, y: 0.0, width, height },
            text_size: 12.0,
            title: "table".to_owned(),
            description: format!("Table of {}. {}.", counted(self.rows.len(), "row"), words.join("; ")),
            nodes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_table() {
        let rows = vec![
            vec![Cell::new("optimal"), Cell::new("1").fill(Color::BLUE)],
            vec![Cell::new("satisficing _t_ = 3"), Cell::new("1/2")],
        ];
        let table = Tabular::new(vec![Cell::new("rule"), Cell::new("_f_(_B_)")], rows).unwrap().rules_above([1]);
        insta::assert_snapshot!(table.scene().unwrap().to_svg());
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        insta::assert_snapshot!(Tabular::new(vec![], vec![]).unwrap_err(), @"table has no columns; give at least one");
        let ragged = Tabular::new(vec![Cell::new("a")], vec![vec![Cell::new("1")], vec![]]);
        insta::assert_snapshot!(ragged.unwrap_err(), @"row 1 of the table has 0 cells where its header has 1; give one for each column");
    }
}
