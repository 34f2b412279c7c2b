//! Colors that the color-blind can tell apart, and ink that reads on them.

use std::fmt;

use crate::PlotError;

/// An opaque sRGB color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Color {
    /// Paper.
    pub const WHITE: Self = Self::hex(0xff_ff_ff);
    /// The darkest ink, for digits on colored cells.
    pub const BLACK: Self = Self::hex(0x00_00_00);
    /// Ink of titles, ticks and frames.
    pub const INK: Self = Self::hex(0x22_22_22);
    /// Ink of captions and other second voices; contrast 7:1 on white.
    pub const SOFT_INK: Self = Self::hex(0x55_55_55);
    /// Walls and other things that are not data.
    pub const GRAY: Self = Self::hex(0xc4_c4_c4);
    /// Okabe–Ito blue, the first color for data that is not on a scale.
    pub const BLUE: Self = OKABE_ITO[4];
    /// A red that stands out on every color of the scales; Okabe–Ito vermilion, deepened.
    pub const RED: Self = Self::hex(0xd4_1e_10);

    /// The color `0xRRGGBB`.
    pub const fn hex(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self { red, green, blue }
    }

    /// Relative luminance, 0 for black to 1 for white `[WCAG 2.2, "relative luminance"]`.
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Contrast ratio of two colors, 1 to 21 `[WCAG 2.2, "contrast ratio"]`.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// Black or white, whichever has more contrast on this color.
    ///
    /// The better of the two always has a ratio of at least $`\sqrt{21} ≈ 4.58`$, above the 4.5 that WCAG level AA asks for.
    pub fn ink(self) -> Self {
        if self.contrast(Self::BLACK) >= self.contrast(Self::WHITE) { Self::BLACK } else { Self::WHITE }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// Eight colors that remain distinct under the common color-vision deficiencies `[Okabe and Ito 2008]`:
/// orange, sky blue, bluish green, yellow, blue, vermilion, reddish purple, black.
pub const OKABE_ITO: [Color; 8] = [
    Color::hex(0xe6_9f_00),
    Color::hex(0x56_b4_e9),
    Color::hex(0x00_9e_73),
    Color::hex(0xf0_e4_42),
    Color::hex(0x00_72_b2),
    Color::hex(0xd5_5e_00),
    Color::hex(0xcc_79_a7),
    Color::hex(0x00_00_00),
];

/// A sequential color map whose lightness rises steadily, so that it survives gray printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ColorMap {
    /// Dark purple over green to yellow.
    #[default]
    Viridis,
    /// Dark blue over gray to yellow; the same picture for most color-vision deficiencies.
    Cividis,
    /// White to black, for print.
    Grays,
}

impl ColorMap {
    /// The color at `position`, 0 at the low end and 1 at the high end; positions beyond are drawn as the nearer end.
    pub fn at(self, position: f64) -> Color {
        let gradient = match self {
            Self::Viridis => colorous::VIRIDIS,
            Self::Cividis => colorous::CIVIDIS,
            Self::Grays => colorous::GREYS,
        };
        let position = if position.is_finite() { position.clamp(0.0, 1.0) } else { 0.0 };
        let color = gradient.eval_continuous(position);
        Color { red: color.r, green: color.g, blue: color.b }
    }
}

/// The least and the greatest of some finite numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    low: f64,
    high: f64,
}

impl Extent {
    /// The interval from `low` to `high`.
    ///
    /// # Errors
    ///
    /// [`PlotError::NotFinite`] and [`PlotError::Backwards`].
    pub fn new(low: f64, high: f64) -> Result<Self, PlotError> {
        for (place, value) in [("low end", low), ("high end", high), ("length of the interval", high - low)] {
            finite(value, || place.to_owned())?;
        }
        if low > high {
            return Err(PlotError::Backwards { low, high });
        }
        Ok(Self { low, high })
    }

    /// The extent of `values`, or `None` where there are none.
    ///
    /// # Errors
    ///
    /// [`PlotError::NotFinite`] where a value, or the distance of two, is not finite.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Result<Option<Self>, PlotError> {
        let mut bounds: Option<(f64, f64)> = None;
        for (index, value) in values.into_iter().enumerate() {
            finite(value, || format!("value {index}"))?;
            bounds = Some(bounds.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
        }
        bounds.map(|(low, high)| Self::new(low, high)).transpose()
    }

    /// From zero to a finite number above it.
    pub(crate) fn zero_to(high: f64) -> Self {
        Self { low: 0.0, high }
    }

    /// The least number.
    pub fn low(self) -> f64 {
        self.low
    }

    /// The greatest number.
    pub fn high(self) -> f64 {
        self.high
    }

    /// `high - low`.
    pub fn length(self) -> f64 {
        self.high - self.low
    }

    /// The smallest extent that holds both.
    ///
    /// # Errors
    ///
    /// [`PlotError::NotFinite`] where the union is longer than the greatest float.
    pub fn union(self, other: Self) -> Result<Self, PlotError> {
        Self::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// This extent, widened about a number that is alone in it, so that it can be an axis: by 5 % of the number's size.
    #[must_use]
    pub fn widened(self) -> Self {
        // Fewer than a million floats between the ends leave no room for ticks of their own.
        let size = self.low.abs().max(self.high.abs());
        if self.length() > size * 1e-9 && self.length() > f64::MIN_POSITIVE * 1e9 {
            return self;
        }
        let half = if size > 1e-290 { size * 0.05 } else { 0.05 };
        Self { low: (self.low - half).max(f64::MIN / 4.0), high: (self.high + half).min(f64::MAX / 4.0) }
    }

    /// Where `value` lies, 0 at the low end and 1 at the high end; 0.5 where the extent is one number.
    pub fn position(self, value: f64) -> f64 {
        if self.length() > 0.0 { (value - self.low) / self.length() } else { 0.5 }
    }

    /// Whether `value` lies inside, ends included.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// Passes a finite value on; `place` names it in the error.
pub(crate) fn finite(value: f64, place: impl FnOnce() -> String) -> Result<f64, PlotError> {
    if value.is_finite() { Ok(value) } else { Err(PlotError::NotFinite { place: place(), value }) }
}

/// A color map laid over an interval of values: what one color bar shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColorScale {
    map: ColorMap,
    extent: Extent,
}

impl ColorScale {
    /// Lays `map` over `extent`; an extent of a single number is widened about it, so that the number takes the middle color.
    pub fn new(map: ColorMap, extent: Extent) -> Self {
        Self { map, extent: extent.widened() }
    }

    /// The color map.
    pub fn map(self) -> ColorMap {
        self.map
    }

    /// The values from one end to the other.
    pub fn extent(self) -> Extent {
        self.extent
    }

    /// The color of `value`.
    ///
    /// # Errors
    ///
    /// [`PlotError::OutsideScale`] where the value is beyond the ends: a clamped color would misstate it.
    pub fn color(self, value: f64) -> Result<Color, PlotError> {
        if self.extent.contains(value) {
            Ok(self.map.at(self.extent.position(value)))
        } else {
            Err(PlotError::OutsideScale { value, low: self.extent.low, high: self.extent.high })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAPS: [ColorMap; 3] = [ColorMap::Viridis, ColorMap::Cividis, ColorMap::Grays];

    #[test]
    fn luminance_of_the_ends() {
        assert_eq!(Color::BLACK.luminance(), 0.0);
        assert!((Color::WHITE.luminance() - 1.0).abs() < 1e-12);
        assert!((Color::WHITE.contrast(Color::BLACK) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn lightness_of_every_map_is_monotone() {
        for map in MAPS {
            let steps: Vec<f64> = (0..=200).map(|i| map.at(f64::from(i) / 200.0).luminance()).collect();
            // Eight-bit channels round, so neighbors may tie or slip by a rounding step.
            let rising = steps.windows(2).all(|pair| pair[1] >= pair[0] - 2e-3);
            let falling = steps.windows(2).all(|pair| pair[1] <= pair[0] + 2e-3);
            assert!(rising || falling, "{map:?}");
            assert!((steps[0] - steps[200]).abs() > 0.5, "{map:?}");
        }
    }

    #[test]
    fn the_red_outline_reads_on_white_and_on_the_dark_end() {
        assert!(Color::RED.contrast(Color::WHITE) >= 4.5);
    }

    proptest! {
        #[test]
        fn ink_reads_on_every_color(red: u8, green: u8, blue: u8) {
            let color = Color { red, green, blue };
            prop_assert!(color.contrast(color.ink()) >= 4.5);
        }

        #[test]
        fn ink_reads_on_every_map(position in 0.0..=1.0_f64) {
            for map in MAPS {
                let color = map.at(position);
                prop_assert!(color.contrast(color.ink()) >= 4.5);
            }
        }

        #[test]
        fn equal_values_take_the_middle_color(value in -1e6..1e6_f64) {
            let scale = ColorScale::new(ColorMap::Viridis, Extent::of([value, value]).unwrap().unwrap());
            prop_assert!((scale.extent().position(value) - 0.5).abs() < 1e-6);
            prop_assert!(scale.color(value).is_ok());
        }

        #[test]
        fn extents_of_any_floats_are_typed(values in prop::collection::vec(any::<f64>(), 0..8)) {
            match Extent::of(values.iter().copied()) {
                Ok(Some(extent)) => prop_assert!(values.iter().all(|&v| extent.contains(v)) && extent.widened().length() > 0.0),
                Ok(None) => prop_assert!(values.is_empty()),
                Err(PlotError::NotFinite { .. }) => (),
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn values_beyond_a_fixed_scale_are_refused() {
        let scale = ColorScale::new(ColorMap::Viridis, Extent::new(0.0, 1.0).unwrap());
        insta::assert_snapshot!(scale.color(1.25).unwrap_err(), @"value `1.25` lies outside the color scale from `0` to `1`; widen the scale");
        insta::assert_snapshot!(Extent::new(2.0, 1.0).unwrap_err(), @"interval from `2` to `1` runs backwards; swap its ends");
    }
}
