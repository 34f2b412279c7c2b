//! A grid of heat maps of one shape over one color scale.

use crate::axis::{Axis, Side};
use crate::cells::CellStyle;
use crate::color::{Color, ColorMap, ColorScale, Extent};
use crate::color_bar::ColorBar;
use crate::grid::Grid;
use crate::plot::{Drawing, counted, text_size_for};
use crate::scene::{Anchor, Baseline, Frame, Style, Text};
use crate::{Label, Plot, PlotError};

/// Font size of the values in the cells.
const CELL_TEXT: f64 = 10.0;
/// Most cells from left to right whose values are written.
const MOST_WRITTEN: usize = 160;
/// Width of the cells of a picture that has more than this allows at their natural size.
const WIDE: f64 = 2400.0;
/// Paper between neighboring blocks.
const GAP: f64 = 14.0;

/// A heat map within a block grid.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Block {
    grid: Grid,
    outlined: Option<(usize, usize)>,
    label: Option<Label>,
}

impl Block {
    /// A block of cells.
    pub fn new(grid: Grid) -> Self {
        Self { grid, outlined: None, label: None }
    }

    /// Outlines one cell in red.
    pub fn outlined(self, row: usize, column: usize) -> Self {
        Self { outlined: Some((row, column)), ..self }
    }

    /// Writes a label above the block.
    pub fn label(self, label: impl Into<Label>) -> Self {
        Self { label: Some(label.into()), ..self }
    }
}

/// Rows and columns of blocks, each a heat map of the same shape over one color scale; absent blocks are left as paper.
///
/// A crop is a block grid of fewer blocks: pass those, name their rows and columns with
/// [`position_labels`](Self::position_labels), and [fix the scale](Self::scale) to that of the whole.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct BlockGrid {
    blocks: Vec<Vec<Option<Block>>>,
    columns: usize,
    colors: ColorMap,
    scale: Option<ColorScale>,
    color_title: Option<Label>,
    decimals: Option<usize>,
    row_labels: Vec<Label>,
    column_labels: Vec<Label>,
    row_title: Option<Label>,
    column_title: Option<Label>,
}

impl BlockGrid {
    /// Blocks by row, top to bottom.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without blocks, [`PlotError::Ragged`] for rows of different lengths,
    /// [`PlotError::BlockShape`] for blocks of different shapes, [`PlotError::OutsideGrid`] for an outline outside its block.
    pub fn new(blocks: Vec<Vec<Option<Block>>>) -> Result<Self, PlotError> {
        let columns = blocks.first().map_or(0, Vec::len);
        let shape = |block: &Block| (block.grid.rows(), block.grid.columns());
        let Some(expected) = blocks.iter().flatten().flatten().next().map(shape) else {
            return Err(PlotError::Empty { plot: "block grid", what: "blocks" });
        };
        for (row, blocks) in blocks.iter().enumerate() {
            if blocks.len() != columns {
                return Err(PlotError::Ragged { row, found: blocks.len(), expected: columns });
            }
            for (column, block) in blocks.iter().enumerate() {
                let Some(block) = block else { continue };
                if shape(block) != expected {
                    return Err(PlotError::BlockShape { row, column, found: shape(block), expected });
                }
                block.outlined.map(|cell| block.grid.cell(cell)).transpose()?;
            }
        }
        Ok(Self {
            blocks,
            columns,
            colors: ColorMap::default(),
            scale: None,
            color_title: None,
            decimals: Some(3),
            row_labels: Vec::new(),
            column_labels: Vec::new(),
            row_title: None,
            column_title: None,
        })
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

    /// Labels the rows of blocks, top to bottom, and the columns, left to right.
    pub fn position_labels<R: Into<Label>, C: Into<Label>>(
        self,
        rows: impl IntoIterator<Item = R>,
        columns: impl IntoIterator<Item = C>,
    ) -> Self {
        let row_labels = rows.into_iter().take(self.blocks.len()).map(Into::into).collect();
        let column_labels = columns.into_iter().take(self.columns).map(Into::into).collect();
        Self { row_labels, column_labels, ..self }
    }

    /// Titles the axes along which the blocks stand.
    pub fn axis_titles(self, rows: impl Into<Label>, columns: impl Into<Label>) -> Self {
        Self { row_title: Some(rows.into()), column_title: Some(columns.into()), ..self }
    }

    fn present(&self) -> impl Iterator<Item = (usize, usize, &Block)> {
        let row = |(row, blocks): (usize, &'_ Vec<Option<Block>>)| (row, blocks.len());
        let places = self.blocks.iter().enumerate().map(row).flat_map(|(row, count)| (0..count).map(move |c| (row, c)));
        places.filter_map(|(row, column)| self.blocks[row][column].as_ref().map(|block| (row, column, block)))
    }
}

impl Plot for BlockGrid {
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        Extent::of(self.present().flat_map(|(_, _, block)| block.grid.values().map(|(_, _, value)| value)))
    }

    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let extent = self.color_extent()?;
        let scale = shared.or(self.scale).or_else(|| extent.map(|extent| ColorScale::new(self.colors, extent)));
        let across = self.present().next().map_or(1, |(_, _, block)| self.columns * block.grid.columns());
        // With more cells nobody reads values; then the picture is kept as small as its colors allow.
        let decimals = self.decimals.filter(|_| across <= MOST_WRITTEN);
        let natural = match decimals {
            Some(_) => 26.0,
            None => (WIDE / across as f64).clamp(4.0, 12.0),
        };
        let cells = CellStyle::fitting(self.present().map(|(_, _, b)| &b.grid), decimals, CELL_TEXT, natural, None);
        let labelled = self.present().any(|(_, _, block)| block.label.is_some());
        let strip = if labelled { CELL_TEXT * 1.7 } else { 0.0 };
        let (side, height) = self.present().next().map_or((0.0, 0.0), |(_, _, block)| cells.size(&block.grid));
        let along = |count: usize, side: f64, gap: f64| count as f64 * (side + gap) - gap;
        let width = along(self.columns, side, GAP);
        let text_size = text_size_for(width);
        let rows = self.blocks.len();
        let left =
            Axis::of_cells(Side::Left, text_size, &self.row_labels, height, GAP + strip, self.row_title.as_ref())
                .unmarked();
        let bottom =
            Axis::of_cells(Side::Bottom, text_size, &self.column_labels, side, GAP, self.column_title.as_ref())
                .unmarked();
        let frame = Frame { x: left.reach().max(1.0), y: 1.0 + strip, width, height: along(rows, height, GAP + strip) };
        let mut nodes = Vec::new();
        for (row, column, block) in self.present() {
            let at = (frame.x + column as f64 * (side + GAP), frame.y + row as f64 * (height + GAP + strip));
            let border = Frame { x: at.0, y: at.1, width: side, height };
            nodes.extend(cells.nodes(&block.grid, scale, at)?);
            nodes.push(border.drawn(Style::stroke(Color::INK, 1.0)));
            if let Some(cell) = block.outlined {
                nodes.extend(cells.outline(block.grid.cell(cell)?, at));
            }
            if let Some(label) = &block.label {
                let size = (side / label.width(1.0).max(1.0)).min(CELL_TEXT * 1.15);
                let text = Text::new((border.center().0, at.1 - 5.0), size, label);
                nodes.push(text.aligned(Anchor::Middle, Baseline::Alphabetic).into());
            }
        }
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let mut drawing = Drawing {
            width: frame.right() + 1.0,
            height: frame.bottom() + bottom.reach().max(1.0),
            frame,
            text_size,
            title: "block grid".to_owned(),
            description: self.description(extent),
            nodes,
        };
        if let (None, Some(scale)) = (shared, scale) {
            let bar = ColorBar { scale, title: self.color_title.clone(), text_size };
            let x = (frame.right() + 1.5 * text_size).ceil();
            drawing.nodes.extend(bar.nodes(x, frame.y, frame.height));
            drawing.width = x + bar.width(frame.height);
        }
        Ok(drawing)
    }
}

impl BlockGrid {
    fn description(&self, extent: Option<Extent>) -> String {
        let blocks = counted(self.present().count(), "heat map");
        let shape = format!("{} by {}", counted(self.blocks.len(), "row"), counted(self.columns, "column"));
        let values = extent.map_or(String::new(), |e| format!(", values from {:.4} to {:.4}", e.low(), e.high()));
        format!("{blocks} on a grid of {shape}{values}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(rows: usize, offset: f64) -> Block {
        Block::new(Grid::from_fn(rows, 2, |r, c| (r + c != 2).then_some(offset + (2 * r + c) as f64 / 8.0)).unwrap())
    }

    #[test]
    fn a_small_block_grid() {
        let blocks =
            vec![vec![Some(block(2, 0.0).outlined(0, 1).label("(0, 0)")), None], vec![None, Some(block(2, 0.5))]];
        let plot = BlockGrid::new(blocks).unwrap().position_labels(["0", "1"], ["0", "1"]).color_title("POWER");
        insta::assert_snapshot!(plot.scene().unwrap().to_svg());
    }

    /// The joint states of a large gridworld: colors without values, on a picture that can still be opened.
    #[test]
    fn a_large_block_grid_stays_small() {
        let grid = |count: usize| {
            let block =
                |offset: usize| Block::new(Grid::from_fn(20, 20, |r, c| Some((r * c + offset) as f64)).unwrap());
            let row = |r: usize| (0..count).map(|c| Some(block(r + c))).collect::<Vec<_>>();
            BlockGrid::new((0..count).map(row).collect()).unwrap().scene().unwrap()
        };
        let (few, many) = (grid(8), grid(20));
        assert!(few.to_svg().contains(">7.000<") && !many.to_svg().contains(">7.000<"));
        assert!(many.width < 3_000.0 && many.width < few.width, "{} {}", many.width, few.width);
    }

    #[test]
    fn shapes_must_agree() {
        let error = BlockGrid::new(vec![vec![Some(block(2, 0.0)), Some(block(3, 0.0))]]).unwrap_err();
        insta::assert_snapshot!(error, @"block at row 0, column 1 has 3 × 2 cells where the first block has 2 × 2; give all blocks one shape");
        let outside = BlockGrid::new(vec![vec![Some(block(2, 0.0).outlined(2, 0))]]);
        assert!(matches!(outside, Err(PlotError::OutsideGrid { row: 2, .. })));
        insta::assert_snapshot!(BlockGrid::new(vec![vec![None]]).unwrap_err(), @"block grid has no blocks; give at least one");
        assert!(matches!(
            BlockGrid::new(vec![vec![Some(block(2, 0.0))], vec![]]),
            Err(PlotError::Ragged { row: 1, .. })
        ));
    }
}
