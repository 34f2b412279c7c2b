//! Ticks at round numbers, written with the decimals of their step, and the axes they stand on.

use crate::Label;
use crate::color::{Color, Extent};
use crate::font::{CAP_HEIGHT, DESCENT, Face};
use crate::scene::{Anchor, Baseline, Frame, Node, Stroke, Text};

/// Length of a tick mark.
const MARK: f64 = 4.0;

/// A round number on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The number its text says.
    pub value: f64,
    /// The number with the decimals of the step and a true minus sign, such as `−0.25`.
    pub text: String,
}

/// Round numbers at equal steps over the whole of `extent`: the first at or below its low end, the last at or above its high end.
///
/// A step is 1, 2, 2.5 or 5 times a power of ten, the smallest that needs at most `intervals` steps for the length. An
/// extent of a single number is [widened](Extent::widened) first.
pub fn ticks(extent: Extent, intervals: usize) -> Vec<Tick> {
    let extent = extent.widened();
    // Sizes near the greatest and least floats are measured in a power of ten that keeps the sums finite.
    let raw = extent.length() / intervals.clamp(1, 1000) as f64;
    let mut exponent = raw.log10().floor() as i32 - 1;
    let mut mantissas = [10_i64, 20, 25, 50, 100].into_iter();
    let mantissa = mantissas.find(|&m| times_power(m as f64, exponent) >= raw * (1.0 - 1e-12)).unwrap_or(100);
    let mut mantissa = mantissa;
    while mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    let step = times_power(mantissa as f64, exponent);
    let index = |value: f64| value / step;
    let nudge = 1e-9;
    let first = (index(extent.low()) + nudge).floor() as i64;
    let last = (index(extent.high()) - nudge).ceil() as i64;
    let reach = extent.low().abs().max(extent.high().abs());
    let scientific = reach >= 1e7 || exponent < -7;
    (first..=last)
        .map(|i| {
            let text = written(i * mantissa, exponent, scientific);
            Tick { value: text.replace('−', "-").parse().unwrap_or(0.0), text }
        })
        .collect()
}

/// The [`ticks`] that lie inside `extent`; always two or more.
pub fn ticks_within(extent: Extent, intervals: usize) -> Vec<Tick> {
    let extent = extent.widened();
    let slack = extent.length() * 1e-9;
    let inside = |tick: &Tick| tick.value >= extent.low() - slack && tick.value <= extent.high() + slack;
    (intervals.max(1)..)
        .take(16)
        .map(|intervals| ticks(extent, intervals).into_iter().filter(inside).collect::<Vec<_>>())
        .find(|ticks| ticks.len() >= 2)
        .unwrap_or_default()
}

fn times_power(mantissa: f64, exponent: i32) -> f64 {
    // Division by a power of ten rounds once where multiplication by its inverse rounds twice.
    if exponent >= 0 { mantissa * 10_f64.powi(exponent) } else { mantissa / 10_f64.powi(-exponent) }
}

/// The decimal number `units · 10^exponent`, exactly.
fn written(units: i64, exponent: i32, scientific: bool) -> String {
    let sign = if units < 0 { "−" } else { "" };
    let digits = units.unsigned_abs().to_string();
    if units == 0 || (exponent >= 0 && !scientific) {
        let zeros = if units == 0 { 0 } else { exponent.max(0) as usize };
        let decimals = if units == 0 && exponent < 0 && !scientific {
            format!(".{}", "0".repeat(-exponent as usize))
        } else {
            String::new()
        };
        return format!("{sign}{digits}{}{decimals}", "0".repeat(zeros));
    }
    if scientific {
        let digits = digits.trim_end_matches('0');
        let power = units.unsigned_abs().to_string().len() as i32 - 1 + exponent;
        let (head, tail) = digits.split_at(1);
        let point = if tail.is_empty() { "" } else { "." };
        return format!("{sign}{head}{point}{tail}e{power}").replace("e-", "e−");
    }
    let decimals = -exponent as usize;
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    format!("{sign}{whole}.{fraction}")
}

/// `value` with a fixed number of decimals (at most 17) and a true minus sign; zero has no sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.*}", decimals.min(17));
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().any(|c| c.is_ascii_digit() && c != '0') => format!("−{digits}"),
        Some(digits) if digits.chars().all(|c| c == '0' || c == '.') => digits.to_owned(),
        _ => text,
    }
}

/// Which edge of a frame an axis runs along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
    Bottom,
}

/// Tick marks with labels and a title along an edge of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    side: Side,
    /// Pixels from the frame's left or top, and what is written there.
    ticks: Vec<(f64, Label)>,
    title: Option<Label>,
    size: f64,
    /// Length of the tick marks.
    mark: f64,
}

impl Axis {
    /// Labels at the middles of `count` equal cells of `cell` pixels, `gap` pixels apart.
    pub(crate) fn of_cells(
        side: Side,
        size: f64,
        labels: &[Label],
        cell: f64,
        gap: f64,
        title: Option<&Label>,
    ) -> Self {
        let middle = |index: usize| index as f64 * (cell + gap) + cell / 2.0;
        let ticks = labels.iter().enumerate().map(|(index, label)| (middle(index), label.clone())).collect();
        Self { side, ticks, title: title.cloned(), size, mark: MARK }
    }

    /// Round numbers along `length` pixels that stand for `extent`.
    pub(crate) fn of_numbers(side: Side, size: f64, extent: Extent, length: f64, title: Option<&Label>) -> Self {
        let fits = |ticks: &[Tick]| {
            let needed: f64 = ticks.iter().map(|tick| Face::Regular.width(&tick.text) * size + 1.2 * size).sum();
            side != Side::Bottom || needed <= length
        };
        let most = ((length / (3.2 * size)) as usize).clamp(2, 7);
        let mut choices = (1..=most).rev().map(|intervals| ticks_within(extent, intervals));
        let ticks = choices.find(|ticks| fits(ticks)).unwrap_or_else(|| ticks_within(extent, 1));
        let place = |value: f64| {
            let position = extent.position(value).clamp(0.0, 1.0);
            length * if side == Side::Bottom { position } else { 1.0 - position }
        };
        let ticks = ticks.into_iter().map(|tick| (place(tick.value), Label::plain(tick.text))).collect();
        Self { side, ticks, title: title.cloned(), size, mark: MARK }
    }

    /// Labels at places along the edge.
    pub(crate) fn of_places(side: Side, size: f64, ticks: Vec<(f64, Label)>, title: Option<&Label>) -> Self {
        Self { side, ticks, title: title.cloned(), size, mark: MARK }
    }

    /// This axis without tick marks, for ticks that stand off the frame.
    pub(crate) fn unmarked(self) -> Self {
        Self { mark: 0.0, ..self }
    }

    fn title_size(&self) -> f64 {
        self.size * 1.1
    }

    /// Pixels from the frame's edge to the far side of the tick labels.
    fn labels_reach(&self) -> f64 {
        let widest = self.ticks.iter().map(|(_, label)| label.width(self.size)).fold(0.0, f64::max);
        let depth = if self.side == Side::Bottom { self.size * CAP_HEIGHT } else { widest };
        if self.ticks.is_empty() { 0.0 } else { self.mark + 0.4 * self.size + depth }
    }

    /// Pixels from the frame's edge to the far side of everything.
    pub(crate) fn reach(&self) -> f64 {
        let title =
            if self.title.is_some() { 0.75 * self.size + self.title_size() * (CAP_HEIGHT + DESCENT) } else { 0.0 };
        (self.labels_reach() + title).ceil()
    }

    /// How far a tick label reaches beyond either end of the edge: before it, after it.
    pub(crate) fn overhang(&self, length: f64) -> (f64, f64) {
        self.ticks.iter().fold((0.0_f64, 0.0_f64), |(before, after), (place, label)| {
            let half = if self.side == Side::Bottom { label.width(self.size) } else { self.size * CAP_HEIGHT } / 2.0;
            (before.max(half - place), after.max(place + half - length))
        })
    }

    /// The places of the ticks along the edge.
    pub(crate) fn places(&self) -> impl Iterator<Item = f64> + '_ {
        self.ticks.iter().map(|(place, _)| *place)
    }

    /// The marks, labels and title along the edge of `frame`.
    pub(crate) fn nodes(&self, frame: Frame) -> Vec<Node> {
        let stroke = Stroke::new(Color::INK, 1.0);
        let gap = self.mark + 0.4 * self.size;
        let mut nodes = Vec::new();
        for (place, label) in &self.ticks {
            let (from, to, at, anchor, baseline) = match self.side {
                Side::Left => {
                    let y = frame.y + place;
                    ((frame.x, y), (frame.x - self.mark, y), (frame.x - gap, y), Anchor::End, Baseline::Middle)
                }
                Side::Right => {
                    let (x, y) = (frame.right(), frame.y + place);
                    ((x, y), (x + self.mark, y), (x + gap, y), Anchor::Start, Baseline::Middle)
                }
                Side::Bottom => {
                    let (x, y) = (frame.x + place, frame.bottom());
                    ((x, y), (x, y + self.mark), (x, y + gap), Anchor::Middle, Baseline::Top)
                }
            };
            if self.mark > 0.0 {
                nodes.push(Node::Line { from, to, stroke });
            }
            nodes.push(Text::new(at, self.size, label).aligned(anchor, baseline).into());
        }
        if let Some(title) = &self.title {
            let size = self.title_size();
            let (x, y) = frame.center();
            let edge = self.labels_reach() + 0.75 * self.size;
            let text = match self.side {
                // Turned text has its capitals to the left of its line and its tails to the right.
                Side::Left => Text::new((frame.x - edge - size * DESCENT, y), size, title).rotated(-90.0),
                Side::Right => Text::new((frame.right() + edge + size * CAP_HEIGHT, y), size, title).rotated(-90.0),
                Side::Bottom => Text::new((x, frame.bottom() + edge + size * CAP_HEIGHT), size, title),
            };
            nodes.push(text.aligned(Anchor::Middle, Baseline::Alphabetic).into());
        }
        nodes
    }
}

/// The largest font size up to `most` at which `text` is at most `width` pixels wide.
pub(crate) fn fitting_size(text: &str, width: f64, most: f64) -> f64 {
    (width / Face::Regular.width(text).max(0.1)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(low: f64, high: f64, intervals: usize) -> String {
        let ticks = ticks(Extent::new(low, high).unwrap(), intervals);
        ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn decimals_are_those_of_the_step() {
        insta::assert_snapshot!(texts(0.667, 0.802, 5), @"0.65 0.70 0.75 0.80 0.85");
        insta::assert_snapshot!(texts(0.0, 1.0, 5), @"0.0 0.2 0.4 0.6 0.8 1.0");
        insta::assert_snapshot!(texts(-3.0, 4.0, 5), @"−4 −2 0 2 4");
        insta::assert_snapshot!(texts(120.0, 4800.0, 5), @"0 1000 2000 3000 4000 5000");
        insta::assert_snapshot!(texts(0.0, 3e9, 4), @"0 1e9 2e9 3e9");
        insta::assert_snapshot!(texts(-2e-9, 2.5e-9, 3), @"−2e−9 0 2e−9 4e−9");
    }

    #[test]
    fn equal_ends_still_have_ticks() {
        insta::assert_snapshot!(texts(0.5, 0.5, 4), @"0.46 0.48 0.50 0.52 0.54");
        insta::assert_snapshot!(texts(0.0, 0.0, 2), @"−0.05 0.00 0.05");
    }

    #[test]
    fn fixed_decimals() {
        let texts: Vec<String> = [0.7512, -0.0001, -0.5, f64::INFINITY].into_iter().map(|v| fixed(v, 3)).collect();
        assert_eq!(texts, ["0.751", "0.000", "−0.500", "inf"]);
    }

    fn extents() -> impl Strategy<Value = Extent> {
        let size = (-1e3..1e3_f64, -280_i32..280).prop_map(|(m, e)| m * 10_f64.powi(e));
        let any = (size.clone(), size).prop_map(|(a, b)| Extent::new(a.min(b), a.max(b)).unwrap());
        let usual = (-100.0..100.0_f64, 1e-6..100.0_f64).prop_map(|(a, length)| Extent::new(a, a + length).unwrap());
        prop_oneof![any, usual]
    }

    proptest! {
        #[test]
        fn ticks_cover_rise_and_read_back(extent in extents(), intervals in 1_usize..10) {
            let ticks = ticks(extent, intervals);
            let slack = extent.widened().length() * 1e-6;
            prop_assert!(ticks.first().unwrap().value <= extent.low() + slack);
            prop_assert!(ticks.last().unwrap().value >= extent.high() - slack);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value));
            prop_assert!(ticks.len() <= intervals + 3, "{}", ticks.len());
            for tick in &ticks {
                prop_assert_eq!(tick.text.replace('−', "-").parse::<f64>().unwrap(), tick.value);
            }
        }

        #[test]
        fn ticks_are_evenly_spaced_and_equally_precise(low in -100.0..100.0_f64, length in 1e-5..100.0_f64) {
            let ticks = ticks(Extent::new(low, low + length).unwrap(), 5);
            let step = ticks[1].value - ticks[0].value;
            let decimals = |tick: &Tick| tick.text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            for pair in ticks.windows(2) {
                prop_assert!((pair[1].value - pair[0].value - step).abs() < 1e-6 * step);
                prop_assert_eq!(decimals(&pair[0]), decimals(&pair[1]));
            }
        }

        #[test]
        fn two_ticks_or_more_lie_within(extent in extents(), intervals in 1_usize..10) {
            let ticks = ticks_within(extent, intervals);
            let widened = extent.widened();
            prop_assert!(ticks.len() >= 2, "{:?}", ticks);
            for tick in &ticks {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&widened.position(tick.value)));
            }
        }
    }
}
