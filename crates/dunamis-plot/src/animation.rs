//! Scenes one after the other, as animated PNG and GIF.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use resvg::tiny_skia::PremultipliedColorU8;

use crate::palette::Palette;
use crate::{PlotError, Scene, png};

/// Scenes shown one after the other.
///
/// Its frames should share their scales, and say where they stand by a [`Slider`](crate::Slider).
///
/// ```
/// use dunamis_plot::{Animation, ColorMap, ColorScale, Extent, Grid, HeatMap, Plot, Slider};
///
/// let scale = ColorScale::new(ColorMap::Viridis, Extent::new(0.0, 1.0)?);
/// let frame = |at: usize| {
///     let map = HeatMap::new(Grid::from_fn(1, 2, |_, c| Some(if c == at { 0.9 } else { 0.2 }))?).scale(scale);
///     map.figure().slider(Slider::of_names(["left", "right"], at)?).scene()
/// };
/// let film = Animation::new(vec![frame(0)?, frame(1)?])?.delay(500)?.render(1.0)?;
/// assert!(film.to_apng()?.starts_with(b"\x89PNG") && film.to_gif()?.starts_with(b"GIF89a"));
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Animation {
    scenes: Vec<Scene>,
    delay: u32,
    rest: u32,
    once: bool,
}

impl Animation {
    /// Frames of half a second in an endless loop that rests on the last one; smaller ones stand on the paper of the largest.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without frames.
    pub fn new(mut scenes: Vec<Scene>) -> Result<Self, PlotError> {
        if scenes.is_empty() {
            return Err(PlotError::Empty { plot: "animation", what: "frames" });
        }
        let most = |side: fn(&Scene) -> f64| scenes.iter().map(side).fold(0.0, f64::max);
        let (width, height) = (most(|scene| scene.width), most(|scene| scene.height));
        for scene in &mut scenes {
            (scene.width, scene.height) = (width, height);
        }
        Ok(Self { scenes, delay: 500, rest: 1_500, once: false })
    }

    /// Shows every frame for so many milliseconds, and the last one three times as long.
    ///
    /// # Errors
    ///
    /// [`PlotError::FrameDelay`].
    pub fn delay(self, milliseconds: u32) -> Result<Self, PlotError> {
        if !(10..=20_000).contains(&milliseconds) {
            return Err(PlotError::FrameDelay { milliseconds });
        }
        Ok(Self { delay: milliseconds, rest: 3 * milliseconds, ..self })
    }

    /// Plays once in place of looping.
    pub fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// At most so many of the frames, spread over all, the first and the last among them.
    pub fn thinned(self, most: usize) -> Self {
        let (count, most) = (self.scenes.len(), most.max(2));
        if count <= most {
            return self;
        }
        let kept: Vec<usize> = (0..most).map(|step| (step * (count - 1) + (most - 1) / 2) / (most - 1)).collect();
        let scenes = self.scenes.into_iter().enumerate().filter(|(index, _)| kept.contains(index));
        Self { scenes: scenes.map(|(_, scene)| scene).collect(), ..self }
    }

    /// The frames.
    pub fn scenes(&self) -> &[Scene] {
        &self.scenes
    }

    /// The pixels of all frames, `scale` to the pixel of a scene, several at a time on the threads there are.
    ///
    /// # Errors
    ///
    /// As for [`Scene::to_png`].
    pub fn render(&self, scale: f64) -> Result<Film, PlotError> {
        let frame = |scene: &Scene| {
            scene.check_glyphs()?;
            let pixels = png::pixels(&scene.to_svg(), scale)?;
            // Pictures stand on paper, which shows through at edges that a scale puts between pixels.
            let on_paper = |pixel: &PremultipliedColorU8| {
                [pixel.red(), pixel.green(), pixel.blue()].map(|channel| channel + (255 - pixel.alpha()))
            };
            let colors = pixels.pixels().iter().map(on_paper).collect();
            Ok((pixels.width(), pixels.height(), colors))
        };
        let frames = self.scenes.par_iter().map(frame).collect::<Result<Vec<_>, PlotError>>()?;
        let (width, height) = frames.first().map_or((0, 0), |(width, height, _)| (*width, *height));
        let frames = frames.into_iter().map(|(_, _, colors)| colors).collect();
        Ok(Film { width, height, frames, delay: self.delay, rest: self.rest, once: self.once })
    }
}

/// The pixels of an animation, ready to be written; the same animation always gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Film {
    width: u32,
    height: u32,
    /// Pixels row by row.
    frames: Vec<Vec<[u8; 3]>>,
    delay: u32,
    rest: u32,
    once: bool,
}

/// What a frame changes: a rectangle, and its pixels where they differ from the frame before.
struct Change {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    pixels: Vec<Option<[u8; 3]>>,
}

impl Film {
    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn milliseconds(&self, frame: usize) -> u32 {
        if frame + 1 == self.frames.len() { self.rest } else { self.delay }
    }

    /// What frame `index` changes; everything for the first one.
    fn change(&self, index: usize) -> Change {
        let new = &self.frames[index];
        let Some(old) = index.checked_sub(1).map(|before| &self.frames[before]) else {
            let pixels = new.iter().map(|&color| Some(color)).collect();
            return Change { left: 0, top: 0, width: self.width, height: self.height, pixels };
        };
        let width = self.width as usize;
        let differs = |row: usize, column: usize| new[row * width + column] != old[row * width + column];
        let rows = 0..self.height as usize;
        let top = rows.clone().find(|&row| (0..width).any(|column| differs(row, column)));
        let bottom = rows.clone().rfind(|&row| (0..width).any(|column| differs(row, column)));
        // A frame that changes nothing still needs a pixel.
        let (Some(top), Some(bottom)) = (top, bottom) else {
            return Change { left: 0, top: 0, width: 1, height: 1, pixels: vec![None] };
        };
        let left = (0..width).find(|&column| (top..=bottom).any(|row| differs(row, column))).unwrap_or(0);
        let right = (0..width).rfind(|&column| (top..=bottom).any(|row| differs(row, column))).unwrap_or(width - 1);
        let pixel = |row: usize, column: usize| differs(row, column).then(|| new[row * width + column]);
        let pixels = (top..=bottom).flat_map(|row| (left..=right).map(move |column| (row, column)));
        Change {
            left: left as u32,
            top: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
            pixels: pixels.map(|(row, column)| pixel(row, column)).collect(),
        }
    }

    /// The animation as PNG, which shows the first frame to viewers that know no animations.
    ///
    /// # Errors
    ///
    /// [`PlotError::Raster`] where the encoder refuses.
    pub fn to_apng(&self) -> Result<Vec<u8>, PlotError> {
        let mut bytes = Vec::new();
        let write = |bytes: &mut Vec<u8>| {
            let mut encoder = ::png::Encoder::new(bytes, self.width, self.height);
            encoder.set_color(::png::ColorType::Rgba);
            encoder.set_depth(::png::BitDepth::Eight);
            encoder.set_compression(::png::Compression::Balanced);
            encoder.set_animated(self.frames.len() as u32, u32::from(self.once))?;
            encoder.set_frame_delay(self.milliseconds(0) as u16, 1_000)?;
            let mut writer = encoder.write_header()?;
            for index in 0..self.frames.len() {
                let change = self.change(index);
                if index > 0 {
                    writer.reset_frame_position()?;
                    writer.set_frame_dimension(change.width, change.height)?;
                    writer.set_frame_position(change.left, change.top)?;
                    writer.set_frame_delay(self.milliseconds(index) as u16, 1_000)?;
                    writer.set_blend_op(::png::BlendOp::Over)?;
                }
                let pixel = |color: Option<[u8; 3]>| color.map_or([0; 4], |[r, g, b]| [r, g, b, 255]);
                let data: Vec<u8> = change.pixels.into_iter().flat_map(pixel).collect();
                writer.write_image_data(&data)?;
            }
            writer.finish()
        };
        write(&mut bytes).map_err(|error| PlotError::Raster { reason: error.to_string() })?;
        Ok(bytes)
    }

    /// The animation as GIF, with colors of its own for every frame.
    ///
    /// # Errors
    ///
    /// [`PlotError::PictureSize`] for more than 65,535 pixels a side, [`PlotError::Raster`] where the encoder refuses.
    pub fn to_gif(&self) -> Result<Vec<u8>, PlotError> {
        let (Ok(width), Ok(height)) = (u16::try_from(self.width), u16::try_from(self.height)) else {
            let (width, height) = (f64::from(self.width), f64::from(self.height));
            return Err(PlotError::PictureSize { scale: 1.0, width, height, limit: u32::from(u16::MAX) });
        };
        let frames: Vec<gif::Frame<'_>> = (0..self.frames.len()).into_par_iter().map(|index| self.gif(index)).collect();
        let mut bytes = Vec::new();
        let write = |bytes: &mut Vec<u8>| {
            let mut encoder = gif::Encoder::new(bytes, width, height, &[])?;
            if !self.once {
                encoder.set_repeat(gif::Repeat::Infinite)?;
            }
            frames.iter().try_for_each(|frame| encoder.write_lzw_pre_encoded_frame(frame))
        };
        write(&mut bytes).map_err(|error: gif::EncodingError| PlotError::Raster { reason: error.to_string() })?;
        Ok(bytes)
    }

    fn gif(&self, index: usize) -> gif::Frame<'static> {
        let change = self.change(index);
        let mut counts: BTreeMap<[u8; 3], u64> = BTreeMap::new();
        let mut run: Option<([u8; 3], u64)> = None;
        // Neighbors are mostly alike, so runs are counted before they are looked up.
        for color in change.pixels.iter().flatten() {
            match &mut run {
                Some((last, length)) if last == color => *length += 1,
                _ => {
                    if let Some((last, length)) = run.replace((*color, 1)) {
                        *counts.entry(last).or_default() += length;
                    }
                }
            }
        }
        if let Some((last, length)) = run {
            *counts.entry(last).or_default() += length;
        }
        let clear = change.pixels.contains(&None);
        let palette = Palette::new(&counts, 256 - usize::from(clear));
        let transparent = palette.colors.len() as u8;
        let mut colors = palette.colors.concat();
        if clear {
            colors.extend([0; 3]);
        }
        let mut last = None;
        let entry = |pixel: &Option<[u8; 3]>| {
            let Some(color) = *pixel else { return transparent };
            match last {
                Some((known, index)) if known == color => index,
                _ => last.insert((color, palette.index(color))).1,
            }
        };
        let buffer: Vec<u8> = change.pixels.iter().map(entry).collect();
        let mut frame = gif::Frame {
            delay: (self.milliseconds(index) / 10) as u16,
            dispose: gif::DisposalMethod::Keep,
            transparent: clear.then_some(transparent),
            left: change.left as u16,
            top: change.top as u16,
            width: change.width as u16,
            height: change.height as u16,
            palette: Some(colors),
            buffer: Cow::Owned(buffer),
            ..gif::Frame::default()
        };
        frame.make_lzw_pre_encoded();
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::Color;
    use crate::scene::{Frame, Style};

    /// A red square on its way to the right.
    fn moving(places: &[f64]) -> Animation {
        let square = |x: f64| Frame { x, y: 2.0, width: 4.0, height: 4.0 }.drawn(Style::fill(Color::hex(0xd4_1e_10)));
        let scene = |&x: &f64| Scene { width: 20.0, height: 8.0, nodes: vec![square(x)], ..Scene::default() };
        Animation::new(places.iter().map(scene).collect()).unwrap()
    }

    /// The frames as a viewer shows them, with their times in milliseconds.
    fn seen_apng(bytes: &[u8]) -> Vec<(Vec<[u8; 3]>, u32)> {
        let decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().unwrap();
        let (width, height) = (reader.info().width as usize, reader.info().height as usize);
        let count = reader.info().animation_control().unwrap().num_frames;
        let mut canvas = vec![[0; 3]; width * height];
        let mut seen = Vec::new();
        for _ in 0..count {
            let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut buffer).unwrap();
            let control = *reader.info().frame_control().unwrap();
            for row in 0..control.height as usize {
                for column in 0..control.width as usize {
                    let at = (row * control.width as usize + column) * 4;
                    if buffer[at + 3] == 255 {
                        let place = (row + control.y_offset as usize) * width + column + control.x_offset as usize;
                        canvas[place] = [buffer[at], buffer[at + 1], buffer[at + 2]];
                    }
                }
            }
            let milliseconds = u32::from(control.delay_num) * 1_000 / u32::from(control.delay_den);
            seen.push((canvas.clone(), milliseconds));
        }
        seen
    }

    fn seen_gif(bytes: &[u8]) -> Vec<(Vec<[u8; 3]>, u32)> {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes).unwrap();
        let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
        let mut canvas = vec![[0; 3]; width * height];
        let mut seen = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            for row in 0..usize::from(frame.height) {
                for column in 0..usize::from(frame.width) {
                    let at = (row * usize::from(frame.width) + column) * 4;
                    if frame.buffer[at + 3] == 255 {
                        let place = (row + usize::from(frame.top)) * width + column + usize::from(frame.left);
                        canvas[place] = [frame.buffer[at], frame.buffer[at + 1], frame.buffer[at + 2]];
                    }
                }
            }
            seen.push((canvas.clone(), u32::from(frame.delay) * 10));
        }
        seen
    }

    #[test]
    fn what_is_seen_is_what_was_drawn() {
        // The third frame changes nothing.
        let film = moving(&[1.0, 6.0, 6.0, 11.5]).delay(200).unwrap().render(2.0).unwrap();
        assert_eq!(film.size(), (40, 16));
        let expected: Vec<(Vec<[u8; 3]>, u32)> = film.frames.iter().cloned().zip([200, 200, 200, 600]).collect();
        assert_eq!(seen_apng(&film.to_apng().unwrap()), expected);
        assert_eq!(seen_gif(&film.to_gif().unwrap()), expected);
    }

    #[test]
    fn bytes_do_not_depend_on_the_number_of_threads() {
        let animation = moving(&[1.0, 3.25, 6.0, 8.75, 11.5]);
        let bytes = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let film = animation.render(1.5).unwrap();
                (film.to_apng().unwrap(), film.to_gif().unwrap())
            })
        };
        assert_eq!(bytes(1), bytes(3));
    }

    #[test]
    fn loops_unless_told_otherwise() {
        let repeat = |animation: Animation| {
            let film = animation.render(1.0).unwrap();
            let gif = film.to_gif().unwrap();
            let apng = film.to_apng().unwrap();
            let decoder = ::png::Decoder::new(std::io::Cursor::new(apng)).read_info().unwrap();
            let plays = decoder.info().animation_control().unwrap().num_plays;
            (gif.windows(11).any(|window| window == b"NETSCAPE2.0"), plays)
        };
        assert_eq!((repeat(moving(&[1.0, 2.0])), repeat(moving(&[1.0, 2.0]).once())), ((true, 0), (false, 1)));
    }

    #[test]
    fn what_cannot_be_shown_is_named() {
        insta::assert_snapshot!(Animation::new(vec![]).unwrap_err(), @"animation has no frames; give at least one");
        insta::assert_snapshot!(moving(&[1.0]).delay(5).unwrap_err(), @"a frame cannot last `5` milliseconds; choose 10 to 20000");
    }

    #[test]
    fn paper_reaches_the_edge_at_every_scale() {
        let blank = Animation::new(vec![Scene { width: 11.0, height: 7.0, ..Scene::default() }]).unwrap();
        let film = blank.render(1.5).unwrap();
        assert!(film.frames[0].iter().all(|&color| color == [255; 3]), "{:?}", film.frames[0]);
    }

    #[test]
    fn thinning_keeps_the_ends() {
        let places: Vec<f64> = (0..11).map(f64::from).collect();
        let animation = moving(&places);
        for most in 2..=11 {
            let thin = animation.clone().thinned(most);
            assert_eq!(thin.scenes().len(), most);
            assert_eq!((&thin.scenes()[0], thin.scenes().last()), (&animation.scenes()[0], animation.scenes().last()));
        }
        assert_eq!(animation.clone().thinned(50), animation);
    }

    #[test]
    fn smaller_frames_stand_on_the_paper_of_the_largest() {
        let scene = |width: f64| Scene { width, height: 10.0, ..Scene::default() };
        let animation = Animation::new(vec![scene(10.0), scene(30.0)]).unwrap();
        assert!(animation.scenes().iter().all(|scene| scene.width == 30.0));
    }
}
