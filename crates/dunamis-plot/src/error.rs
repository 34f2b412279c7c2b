//! What can be wrong with the data of a plot.

use thiserror::Error;

/// Why a plot cannot be drawn.
///
/// Rows and columns count from zero.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// A number to be drawn is infinite or not a number.
    #[error("{place} is `{value}`; leave out what has no finite value")]
    NotFinite {
        /// Where the number stands, such as ``row 0, column 2``.
        place: String,
        /// The offending number.
        value: f64,
    },
    /// A plot has nothing to draw.
    #[error("{plot} has no {what}; give at least one")]
    Empty {
        /// The kind of plot.
        plot: &'static str,
        /// What is absent, in the plural.
        what: &'static str,
    },
    /// A row of a grid differs in length from the first row.
    #[error("row {row} has {found} columns where row 0 has {expected}; fill absent ones with `None`")]
    Ragged {
        /// The first row of another length.
        row: usize,
        /// Columns of that row.
        found: usize,
        /// Columns of row 0.
        expected: usize,
    },
    /// A block of a block grid has another shape than the first block.
    #[error(
        "block at row {row}, column {column} has {} × {} cells where the first block has {} × {}; give all blocks one shape",
        found.0, found.1, expected.0, expected.1
    )]
    BlockShape {
        /// Row of the block.
        row: usize,
        /// Column of the block.
        column: usize,
        /// Rows and columns of this block.
        found: (usize, usize),
        /// Rows and columns of the first block.
        expected: (usize, usize),
    },
    /// A cell is named that the grid does not have.
    #[error("row {row}, column {column} is outside the grid of {rows} × {columns} cells; name a cell inside it")]
    OutsideGrid {
        /// The named row.
        row: usize,
        /// The named column.
        column: usize,
        /// Rows of the grid.
        rows: usize,
        /// Columns of the grid.
        columns: usize,
    },
    /// A value lies beyond a color scale that the caller fixed.
    #[error("value `{value}` lies outside the color scale from `{low}` to `{high}`; widen the scale")]
    OutsideScale {
        /// The value.
        value: f64,
        /// Low end of the scale.
        low: f64,
        /// High end of the scale.
        high: f64,
    },
    /// A value beyond the bins that it is counted in.
    #[error("value `{value}` is outside the bins from `{low}` to `{high}`; choose bins that hold all values")]
    OutsideBins {
        /// The value.
        value: f64,
        /// Low end of the first bin.
        low: f64,
        /// High end of the last bin.
        high: f64,
    },
    /// A histogram of a grid has other bins than the first one.
    #[error("histogram {index} has other bins than histogram 0; count all values in the same bins")]
    BinsDiffer {
        /// Which one, counting those that are present row by row.
        index: usize,
    },
    /// An arrow of a weight that is no share.
    #[error("an arrow at row {row}, column {column} has weight `{weight}`; give weights from 0 to 1")]
    Weight {
        /// Row of its cell.
        row: usize,
        /// Column of its cell.
        column: usize,
        /// The weight.
        weight: f64,
    },
    /// An animation has a frame that lasts no time or too long.
    #[error("a frame cannot last `{milliseconds}` milliseconds; choose 10 to 20000")]
    FrameDelay {
        /// The requested time.
        milliseconds: u32,
    },
    /// An interval whose ends are in the wrong order.
    #[error("interval from `{low}` to `{high}` runs backwards; swap its ends")]
    Backwards {
        /// First end.
        low: f64,
        /// Second end.
        high: f64,
    },
    /// An edge names a vertex that the graph does not have.
    #[error("edge {edge} names vertex {vertex} of a graph of {vertices}; vertices count from zero")]
    UnknownVertex {
        /// Position of the edge.
        edge: usize,
        /// The vertex it names.
        vertex: usize,
        /// How many vertices there are.
        vertices: usize,
    },
    /// A region names a vertex that the graph does not have.
    #[error("region {region} names vertex {vertex} of a graph of {vertices}; vertices count from zero")]
    UnknownMember {
        /// Position of the region.
        region: usize,
        /// The vertex it names.
        vertex: usize,
        /// How many vertices there are.
        vertices: usize,
    },
    /// A row of a table differs in length from its header.
    #[error("row {row} of the table has {found} cells where its header has {expected}; give one for each column")]
    RowLength {
        /// The first row of another length.
        row: usize,
        /// Cells of that row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// Two vertices of a graph are drawn at one place.
    #[error("vertices {first} and {second} share the place ({x}, {y}); move one of them")]
    SamePlace {
        /// First vertex.
        first: usize,
        /// Second vertex.
        second: usize,
        /// Horizontal position.
        x: f64,
        /// Vertical position.
        y: f64,
    },
    /// A picture of more pixels than can be rasterized.
    #[error(
        "scale `{scale}` makes a picture of {width} × {height} pixels; choose a scale above 0 that gives 1 to {limit} pixels a side"
    )]
    PictureSize {
        /// The requested scale.
        scale: f64,
        /// Width of the picture in pixels.
        width: f64,
        /// Height of the picture in pixels.
        height: f64,
        /// Most pixels a side.
        limit: u32,
    },
    /// The bundled font lacks a character.
    #[error("the bundled font has no glyph for `{character}` (U+{:04X}) in `{text}`; write it in other characters, or use the SVG", u32::from(*character))]
    MissingGlyph {
        /// The character without a glyph.
        character: char,
        /// The text it stands in.
        text: String,
    },
    /// The rasterizer refused the picture.
    #[error("the picture cannot be rasterized: {reason}")]
    Raster {
        /// What the rasterizer says.
        reason: String,
    },
}
