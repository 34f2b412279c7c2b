//! Publication-quality plots from one scene graph: SVG, and PNG from the same SVG.
//!
//! A plot is a value that knows how to draw itself as a [`Scene`]: rectangles, lines, paths, circles and text, measured with
//! the bundled font. A scene is written as SVG, and the PNG is that SVG rasterized, so the two cannot differ. Colors are
//! safe for the color-blind and keep their order in gray print; digits on them are black or white, whichever has the
//! contrast that WCAG level AA asks for.
//!
//! ```
//! use dunamis_plot::{ColorMap, Grid, HeatMap, Panels, Plot};
//!
//! let near = Grid::from_rows(vec![vec![Some(0.751), Some(0.801)], vec![None, Some(0.667)]])?;
//! let far = Grid::from_rows(vec![vec![Some(0.871), Some(0.893)], vec![None, Some(0.824)]])?;
//! let near = HeatMap::new(near).figure().title("_γ_ = 0.01");
//! let far = HeatMap::new(far).outlined([(1, 1)]).figure().title("_γ_ = 0.9");
//! let panels = Panels::new([near, far]).shared_colors(ColorMap::Viridis, "POWER_{_H_}");
//! let scene = panels.figure().caption("The corner, outlined, gains most from patience.").scene()?;
//! assert!(scene.to_svg().starts_with("<svg"));
//! assert!(scene.to_png(2.0)?.starts_with(b"\x89PNG"));
//! # Ok::<(), dunamis_plot::PlotError>(())
//! ```
//!
//! # Modules
//!
//! | file | holds |
//! |---|---|
//! | `plot` | [`Plot`], what every plot can do, and [`Drawing`], what it draws |
//! | `heat_map`, `block_grid`, `scatter`, `grid_diagram` | [`HeatMap`], [`BlockGrid`], [`Scatter`], [`GridDiagram`] |
//! | `digraph`, `arrow`, `disk_text`, `region` | [`Digraph`] of [`Vertex`] and [`Edge`], names inside vertices, [`Region`]s around them |
//! | `layout` | [`automatic_places`] of vertices |
//! | `animation`, `palette`, `slider` | [`Animation`] of scenes, its [`Film`] as animated PNG and GIF; [`Slider`], where a frame stands |
//! | `histogram`, `histogram_2d`, `bar_chart` | [`Histogram`] and [`HistogramGrid`] of [`Bins`]; [`Histogram2d`]; [`BarChart`] of [`Bar`]s |
//! | `line_plot`, `tabular` | [`LinePlot`] of [`Curve`]s; [`Tabular`], a typeset table of [`Cell`]s |
//! | `figure`, `panels` | [`Figure`]: title, legend sentence and caption around a plot; [`Panels`]: figures side by side |
//! | `grid`, `cells`, `marker` | [`Grid`], the cells of heat maps and blocks, how they are painted, and what stands in them |
//! | `color`, `color_bar` | [`Color`], [`ColorMap`], [`ColorScale`], [`OKABE_ITO`]; [`ColorBar`] |
//! | `axis` | [`ticks`] at round numbers, [`fixed`] decimals, axes along a frame |
//! | [`label`], `font` | [`Label`], text with italics and subscripts; the bundled faces and their widths |
//! | [`scene`], `svg`, `png` | [`Scene`] and its nodes; the two writers |
//! | `error` | [`PlotError`] |
//!
//! # Invariants
//!
//! - Has never heard of Markov decision processes: it draws numbers, cells, points and arrows.
//! - Uses no system fonts: a PNG holds glyphs of the bundled font only, and a character without a glyph is an error.
//! - Never prints, and never reads or writes files.
//! - The same plot gives the same SVG bytes, and the same SVG gives the same PNG bytes.
//! - A value is never misdrawn: what is not finite, or beyond a fixed color scale, is a typed error.
//! - No input makes it panic.

mod animation;
mod arrow;
mod axis;
mod bar_chart;
mod block_grid;
mod cells;
mod color;
mod color_bar;
mod digraph;
mod disk_text;
mod error;
mod figure;
mod font;
mod grid;
mod grid_diagram;
mod heat_map;
mod histogram;
mod histogram_2d;
pub mod label;
mod layout;
mod line_plot;
mod marker;
mod palette;
mod panels;
mod plot;
mod png;
mod region;
mod scatter;
pub mod scene;
mod slider;
mod svg;
mod tabular;

pub use animation::{Animation, Film};
pub use axis::{Tick, fixed, ticks, ticks_within};
pub use bar_chart::{Bar, BarChart};
pub use block_grid::{Block, BlockGrid};
pub use color::{Color, ColorMap, ColorScale, Extent, OKABE_ITO};
pub use color_bar::ColorBar;
pub use digraph::{Digraph, Edge, Vertex};
pub use error::PlotError;
pub use figure::Figure;
pub use font::Face;
pub use grid::Grid;
pub use grid_diagram::GridDiagram;
pub use heat_map::HeatMap;
pub use histogram::{Bins, Histogram, HistogramGrid};
pub use histogram_2d::Histogram2d;
pub use label::Label;
pub use layout::automatic_places;
pub use line_plot::{Curve, LinePlot};
pub use panels::Panels;
pub use plot::{Drawing, Plot};
pub use region::Region;
pub use scatter::Scatter;
pub use scene::{Dash, Scene};
pub use slider::Slider;
pub use tabular::{Cell, Tabular};
