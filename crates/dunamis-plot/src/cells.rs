//! Draws a grid of colored cells with their values: the body of heat maps and of blocks.

use crate::PlotError;
use crate::axis::{fitting_size, fixed};
use crate::color::{Color, ColorScale};
use crate::font::Face;
use crate::grid::Grid;
use crate::scene::{Anchor, Baseline, Frame, Node, Style, Text};

/// How cells look: the same for every block of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CellStyle {
    /// Side of a cell in pixels.
    pub(crate) side: f64,
    /// Font size of the values.
    pub(crate) text_size: f64,
    /// Decimals of the values; `None` writes none.
    pub(crate) decimals: Option<usize>,
}

impl CellStyle {
    /// Cells of a given or a natural `side` in which the widest value of all `grids` fits at `text_size` or smaller.
    pub(crate) fn fitting<'a>(
        grids: impl Iterator<Item = &'a Grid>,
        decimals: Option<usize>,
        text_size: f64,
        natural: f64,
        side: Option<f64>,
    ) -> Self {
        let widest = decimals.and_then(|decimals| {
            let texts = grids.flat_map(|grid| grid.values().map(move |(_, _, value)| fixed(value, decimals)));
            texts.map(|text| (Face::Regular.width(&text), text)).max_by(|a, b| a.0.total_cmp(&b.0))
        });
        let padding = 0.9 * text_size;
        let Some((width, text)) = widest else {
            return Self { side: side.unwrap_or(natural), text_size, decimals };
        };
        let side = side.unwrap_or_else(|| (width * text_size + padding).ceil().max(natural));
        Self { side, text_size: fitting_size(&text, side - 0.6 * padding, text_size), decimals }
    }

    /// Width and height of a grid in pixels.
    pub(crate) fn size(&self, grid: &Grid) -> (f64, f64) {
        (grid.columns() as f64 * self.side, grid.rows() as f64 * self.side)
    }

    /// The cells of `grid` with its top left corner at `at`; empty cells are left as paper.
    pub(crate) fn nodes(&self, grid: &Grid, scale: Option<ColorScale>, at: (f64, f64)) -> Result<Vec<Node>, PlotError> {
        let mut squares = Vec::new();
        let mut texts = Vec::new();
        let colored = scale.iter().flat_map(|scale| grid.values().map(move |cell| (scale, cell)));
        for (scale, (row, column, value)) in colored {
            let color = scale.color(value)?;
            let frame = self.frame(row, column).moved(at);
            squares.push(frame.drawn(Style::fill(color)));
            if let Some(decimals) = self.decimals {
                let text = Text::new(frame.center(), self.text_size, crate::Label::plain(fixed(value, decimals)));
                texts.push(text.aligned(Anchor::Middle, Baseline::Middle).colored(color.ink()).into());
            }
        }
        Ok([vec![Node::crisp(squares)], texts].concat())
    }

    /// A red outline along the border of a cell, with a thin white rim inside that parts it from dark colors.
    pub(crate) fn outline(&self, (row, column): (usize, usize), at: (f64, f64)) -> Vec<Node> {
        let width = (self.side / 14.0).clamp(1.5, 3.2);
        let frame = self.frame(row, column).moved(at);
        vec![
            frame.inset(width / 2.0 + 0.5).drawn(Style::stroke(Color::WHITE, 1.0)),
            frame.drawn(Style::stroke(Color::RED, width)),
        ]
    }

    /// The square of a cell of a grid at the origin.
    pub(crate) fn frame(&self, row: usize, column: usize) -> Frame {
        Frame { x: column as f64 * self.side, y: row as f64 * self.side, width: self.side, height: self.side }
    }
}
