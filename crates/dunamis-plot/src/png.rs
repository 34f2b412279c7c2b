//! Rasterizes an SVG document with the bundled font alone.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::PlotError;
use crate::font::database;

/// Most pixels along a side: 16,384² pixels of four bytes are one gibibyte.
const LIMIT: u32 = 16_384;

/// The PNG of an SVG document at `scale` pixels per CSS pixel.
pub(crate) fn rasterize(svg: &str, scale: f64) -> Result<Vec<u8>, PlotError> {
    let raster = |reason: String| PlotError::Raster { reason };
    let options = Options { fontdb: database(), font_family: "DejaVu Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| raster(error.to_string()))?;
    let width = (f64::from(tree.size().width()) * scale).round();
    let height = (f64::from(tree.size().height()) * scale).round();
    let fits = |side: f64| (1.0..=f64::from(LIMIT)).contains(&side);
    if !(fits(width) && fits(height)) {
        return Err(PlotError::PictureSize { scale, width, height, limit: LIMIT });
    }
    let mut pixmap =
        Pixmap::new(width as u32, height as u32).ok_or_else(|| raster("no memory for the pixels".to_owned()))?;
    let scale = scale as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| raster(error.to_string()))
}
