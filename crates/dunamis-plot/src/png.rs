//! Rasterizes an SVG document with the bundled font alone.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::PlotError;
use crate::font::database;

/// Most pixels along a side: 16,384² pixels of four bytes are one gibibyte.
const LIMIT: u32 = 16_384;

/// The PNG of an SVG document at `scale` pixels per CSS pixel.
pub(crate) fn rasterize(svg: &str, scale: f64) -> Result<Vec<u8>, PlotError> {
    pixels(svg, scale)?.encode_png().map_err(|error| raster(error.to_string()))
}

fn raster(reason: String) -> PlotError {
    PlotError::Raster { reason }
}

/// The pixels of an SVG document at `scale` pixels per CSS pixel.
pub(crate) fn pixels(svg: &str, scale: f64) -> Result<Pixmap, PlotError> {
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
    Ok(pixmap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Anchor, Baseline, Text};
    use crate::{Label, Scene};

    fn scene(nodes: Vec<crate::scene::Node>) -> Scene {
        Scene { width: 120.0, height: 30.5, nodes, ..Scene::default() }
    }

    fn dark_columns(png: &[u8]) -> Vec<u32> {
        let pixmap = Pixmap::decode_png(png).unwrap();
        let dark = |x: u32| (0..pixmap.height()).any(|y| pixmap.pixel(x, y).unwrap().green() < 128);
        (0..pixmap.width()).filter(|&x| dark(x)).collect()
    }

    #[test]
    fn pictures_have_the_scaled_size_and_the_same_bytes_every_time() {
        let scene = scene(vec![Text::new((10.0, 20.0), 12.0, "POWER_{_H_}").into()]);
        for (scale, size) in [(1.0, (120, 31)), (2.0, (240, 61)), (0.5, (60, 15))] {
            let png = scene.to_png(scale).unwrap();
            let pixmap = Pixmap::decode_png(&png).unwrap();
            assert_eq!((pixmap.width(), pixmap.height()), size);
            assert_eq!(png, scene.to_png(scale).unwrap());
        }
    }

    #[test]
    fn text_is_drawn_as_wide_as_it_is_measured() {
        for markup in ["0.123", "_γ_ = 0.1", "*(a)* −0.5", "POWER_{_H_}"] {
            let label = Label::parse(markup);
            let text = Text::new((110.0, 15.0), 16.0, &label).aligned(Anchor::End, Baseline::Middle);
            let columns = dark_columns(&scene(vec![text.into()]).to_png(1.0).unwrap());
            let (first, last) = (f64::from(columns[0]), f64::from(columns[columns.len() - 1]));
            // Side bearings and the slant of italics make up the difference.
            assert!((last - 110.0).abs() < 3.5, "{markup}: {last}");
            assert!((first - (110.0 - label.width(16.0))).abs() < 3.5, "{markup}: {first}");
        }
    }

    #[test]
    fn what_cannot_be_rasterized_is_named() {
        let paper = scene(Vec::new());
        let message = |scale: f64| paper.to_png(scale).unwrap_err().to_string();
        insta::assert_snapshot!(message(0.0), @"scale `0` makes a picture of 0 × 0 pixels; choose a scale above 0 that gives 1 to 16384 pixels a side");
        insta::assert_snapshot!(message(1e6), @"scale `1000000` makes a picture of 120000000 × 30500000 pixels; choose a scale above 0 that gives 1 to 16384 pixels a side");
        for scale in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(paper.to_png(scale), Err(PlotError::PictureSize { .. })));
        }
        let foreign = scene(vec![Text::new((0.0, 20.0), 12.0, "state 漢").into()]).to_png(1.0);
        insta::assert_snapshot!(foreign.unwrap_err(), @"the bundled font has no glyph for `漢` (U+6F22) in `state 漢`; write it in other characters, or use the SVG");
        let nothing = Scene::default().to_png(1.0);
        assert!(nothing.is_err());
    }

    #[test]
    fn control_characters_do_not_break_the_document() {
        let odd = scene(vec![Text::new((0.0, 20.0), 12.0, Label::plain("a\u{0}<b>&\n\"c")).into()]);
        assert!(odd.to_png(1.0).is_ok());
    }
}
