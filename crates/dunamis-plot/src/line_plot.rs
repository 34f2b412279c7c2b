//! Curves over a number, with labels at their ends and marks at their jumps.

use crate::axis::{Axis, Side};
use crate::color::{Color, ColorScale, Extent, OKABE_ITO, finite};
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Dash, Frame, Node, Point, Step, Stroke, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;
/// Gray of the lines at the ticks.
const RULE: Color = Color::hex(0xec_ec_ec);
/// Colors of curves that have none of their own, in this order.
const CYCLE: [Color; 6] = [OKABE_ITO[4], OKABE_ITO[5], OKABE_ITO[2], OKABE_ITO[6], OKABE_ITO[0], OKABE_ITO[7]];

/// A curve through points, with a label at its right end.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Curve {
    points: Vec<Point>,
    label: Option<Label>,
    color: Option<Color>,
    dash: Dash,
    dotted_points: bool,
    errors: Vec<f64>,
}

impl Curve {
    /// A curve that joins points `(x, y)` by straight lines, in their order.
    pub fn new(points: Vec<Point>) -> Self {
        Self { points, label: None, color: None, dash: Dash::Solid, dotted_points: false, errors: Vec::new() }
    }

    /// Writes a label beside the last point, right of the frame.
    pub fn label(self, label: impl Into<Label>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// Paints the curve, in place of the next color of the cycle.
    pub fn color(self, color: Color) -> Self {
        Self { color: Some(color), ..self }
    }

    /// Draws the curve in pieces.
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// Draws a band of these half-widths about the points, in their order; none where they are not finite.
    pub fn band(self, half_widths: Vec<f64>) -> Self {
        Self { errors: half_widths, ..self }
    }

    /// The ends of the band at every point: below, above.
    fn ends(&self) -> impl Iterator<Item = (Point, Point)> {
        let finite = |error: &f64| if error.is_finite() { error.abs() } else { 0.0 };
        let errors = self.errors.iter().map(finite);
        self.points.iter().zip(errors).map(|(&(x, y), error)| ((x, y - error), (x, y + error)))
    }

    /// Draws a dot at every point.
    pub fn with_points(self) -> Self {
        Self { dotted_points: true, ..self }
    }
}

/// A single point: closed where the value is attained, open where it is only approached.
#[derive(Debug, Clone, PartialEq)]
struct Mark {
    at: Point,
    open: bool,
    color: Color,
    label: Option<Label>,
}

/// Curves over a number on common axes.
///
/// ```
/// use dunamis_plot::{Curve, LinePlot, Plot};
///
/// let line = Curve::new(vec![(0.0, 0.5), (1.0, 2.0 / 3.0)]).label("P(Wait)");
/// let plot = LinePlot::new(vec![line]).axis_titles("_γ_", "probability").mark((1.0, 2.0 / 3.0), "2/3");
/// assert!(plot.scene()?.to_svg().contains("2/3"));
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct LinePlot {
    curves: Vec<Curve>,
    marks: Vec<Mark>,
    x_title: Option<Label>,
    y_title: Option<Label>,
    ranges: (Option<Extent>, Option<Extent>),
    size: (f64, f64),
    names: Vec<(f64, Label)>,
}

impl LinePlot {
    /// A plot of some curves.
    pub fn new(curves: Vec<Curve>) -> Self {
        let marks = Vec::new();
        Self {
            curves,
            marks,
            x_title: None,
            y_title: None,
            ranges: (None, None),
            size: (440.0, 300.0),
            names: Vec::new(),
        }
    }

    /// Titles the axes.
    pub fn axis_titles(self, x: impl Into<Label>, y: impl Into<Label>) -> Self {
        Self { x_title: Some(x.into()), y_title: Some(y.into()), ..self }
    }

    /// Adds a closed point with a label beside it.
    pub fn mark(self, at: Point, label: impl Into<Label>) -> Self {
        self.colored_mark(at, Color::INK, label)
    }

    /// Adds a closed point of some color with a label beside it.
    pub fn colored_mark(mut self, at: Point, color: Color, label: impl Into<Label>) -> Self {
        let label = Some(label.into()).filter(|label: &Label| !label.is_empty());
        self.marks.push(Mark { at, open: false, color, label });
        self
    }

    /// Adds an open point of some color with a label beside it: a value that is only approached.
    pub fn open_mark(mut self, at: Point, color: Color, label: impl Into<Label>) -> Self {
        let label = Some(label.into()).filter(|label: &Label| !label.is_empty());
        self.marks.push(Mark { at, open: true, color, label });
        self
    }

    /// Writes names at places along the horizontal axis, in place of numbers.
    pub fn x_names<L: Into<Label>>(self, names: impl IntoIterator<Item = (f64, L)>) -> Self {
        Self { names: names.into_iter().map(|(x, name)| (x, name.into())).collect(), ..self }
    }

    /// Fixes the range of an axis, in place of one around the points.
    pub fn ranges(self, x: impl Into<Option<Extent>>, y: impl Into<Option<Extent>>) -> Self {
        Self { ranges: (x.into(), y.into()), ..self }
    }

    /// Width and height of the frame in pixels, 80 at least.
    pub fn frame_size(self, width: f64, height: f64) -> Self {
        let side = |side: f64| if side.is_finite() { side.max(80.0) } else { 80.0 };
        Self { size: (side(width), side(height)), ..self }
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.curves.iter().flat_map(|curve| &curve.points).chain(self.marks.iter().map(|mark| &mark.at))
    }

    fn extents(&self) -> Result<(Extent, Extent), PlotError> {
        for (number, curve) in self.curves.iter().enumerate() {
            for (index, (x, y)) in curve.points.iter().enumerate() {
                finite(*x, || format!("x of point {index} of curve {number}"))?;
                finite(*y, || format!("y of point {index} of curve {number}"))?;
            }
        }
        for (index, mark) in self.marks.iter().enumerate() {
            finite(mark.at.0, || format!("x of mark {index}"))?;
            finite(mark.at.1, || format!("y of mark {index}"))?;
        }
        let none = PlotError::Empty { plot: "line plot", what: "points" };
        let range = |values: Vec<f64>, fixed: Option<Extent>, room: f64| {
            if let Some(fixed) = fixed {
                return Ok(fixed.widened());
            }
            let extent = Extent::of(values)?.ok_or_else(|| none.clone())?.widened();
            let room = extent.length() * room;
            Extent::new(extent.low() - room, extent.high() + room)
        };
        let x = range(self.points().map(|point| point.0).collect(), self.ranges.0, 0.0)?;
        let bands = self.curves.iter().flat_map(Curve::ends).flat_map(|(low, high)| [low.1, high.1]);
        Ok((x, range(self.points().map(|point| point.1).chain(bands).collect(), self.ranges.1, 0.06)?))
    }

    fn color(&self, number: usize) -> Color {
        self.curves[number].color.unwrap_or(CYCLE[number % CYCLE.len()])
    }
}

/// Heights for labels of one size that want to stand at `wanted`, in ascending order: as near as possible, `apart` at least,
/// within `low..=high` where there is room.
fn spread(wanted: &[f64], apart: f64, low: f64, high: f64) -> Vec<f64> {
    let mut heights = wanted.to_vec();
    for _ in 0..200 {
        for index in 1..heights.len() {
            let lack = apart - (heights[index] - heights[index - 1]);
            if lack > 0.0 {
                heights[index - 1] -= lack / 2.0;
                heights[index] += lack / 2.0;
            }
        }
        if let Some(first) = heights.first_mut() {
            *first = first.max(low);
        }
        if let Some(last) = heights.last_mut() {
            *last = last.min(high);
        }
    }
    // Whatever has not settled is put in order from below.
    for index in 1..heights.len() {
        heights[index] = heights[index].max(heights[index - 1] + 0.98 * apart);
    }
    heights
}

impl Plot for LinePlot {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let (x, y) = self.extents()?;
        let (width, height) = self.size;
        let left = Axis::of_numbers(Side::Left, TEXT_SIZE, y, height, self.y_title.as_ref());
        let bottom = if self.names.is_empty() {
            Axis::of_numbers(Side::Bottom, TEXT_SIZE, x, width, self.x_title.as_ref())
        } else {
            let inside = self.names.iter().filter(|(at, _)| x.contains(*at));
            let ticks = inside.map(|(at, name)| (width * x.position(*at), name.clone())).collect();
            Axis::of_places(Side::Bottom, TEXT_SIZE, ticks, self.x_title.as_ref())
        };
        let frame = Frame {
            x: left.reach().max(bottom.overhang(width).0.ceil()),
            y: left.overhang(height).0.ceil().max(6.0),
            width,
            height,
        };
        let place = |(a, b): Point| (frame.x + width * x.position(a), frame.y + height * (1.0 - y.position(b)));

        let rule = Stroke::new(RULE, 1.0);
        let across = left.places().map(|at| ((frame.x, frame.y + at), (frame.right(), frame.y + at)));
        let up = bottom.places().map(|at| ((frame.x + at, frame.y), (frame.x + at, frame.bottom())));
        let mut nodes: Vec<Node> = up.chain(across).map(|(from, to)| Node::Line { from, to, stroke: rule }).collect();
        nodes.push(frame.drawn(Style::stroke(Color::GRAY, 1.0)));

        for (number, curve) in self.curves.iter().enumerate().filter(|(_, curve)| curve.errors.len() > 1) {
            let (low, high): (Vec<Point>, Vec<Point>) = curve.ends().unzip();
            // A band beyond a fixed range ends at the frame.
            let inside = |(x, at): Point| (x, at.clamp(y.low(), y.high()));
            let outline = high.into_iter().chain(low.into_iter().rev()).map(inside).enumerate();
            let steps = outline
                .map(|(index, point)| if index == 0 { Step::Move(place(point)) } else { Step::Line(place(point)) });
            let style = Style::fill(self.color(number)).with_opacity(0.2);
            nodes.push(Node::Path { steps: steps.chain([Step::Close]).collect(), style });
        }
        for (number, curve) in self.curves.iter().enumerate() {
            let color = self.color(number);
            let step = |(index, &point): (usize, &Point)| {
                if index == 0 { Step::Move(place(point)) } else { Step::Line(place(point)) }
            };
            let steps: Vec<Step> = curve.points.iter().enumerate().map(step).collect();
            if steps.len() > 1 {
                nodes.push(Node::Path { steps, style: Style::stroke(color, 2.2).dashed(curve.dash) });
            }
            if curve.dotted_points {
                let dot =
                    |&point: &Point| Node::Circle { center: place(point), radius: 3.6, style: Style::fill(color) };
                nodes.extend(curve.points.iter().map(dot));
            }
        }
        let mut boxes: Vec<Frame> = Vec::new();
        for mark in &self.marks {
            let center = place(mark.at);
            let style = if mark.open {
                Style::fill(Color::WHITE).with_stroke(mark.color, 1.8)
            } else {
                Style::fill(mark.color).with_stroke(Color::WHITE, 1.0)
            };
            nodes.push(Node::Circle { center, radius: 4.6, style });
            boxes.push(Frame { x: center.0, y: center.1, width: 0.0, height: 0.0 }.inset(-5.0));
        }
        let lines: Vec<Point> = self.curves.iter().flat_map(|curve| between(&curve.points)).map(place).collect();
        for mark in &self.marks {
            let Some(label) = &mark.label else { continue };
            let text = beside(place(mark.at), label, mark.color, frame, &boxes, &lines);
            boxes.push(text.frame());
            nodes.push(text.into());
        }

        // Labels at the right ends, one below the other.
        let ends = self.curves.iter().enumerate().filter_map(|(number, curve)| {
            let end = place(*curve.points.last()?);
            Some((end, curve.label.as_ref()?, self.color(number)))
        });
        let mut ends: Vec<_> = ends.collect();
        ends.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
        let wanted: Vec<f64> = ends.iter().map(|(end, ..)| end.1).collect();
        let heights = spread(&wanted, 1.45 * TEXT_SIZE, frame.y, frame.bottom());
        let mut reach = bottom.overhang(width).1.ceil().max(1.0);
        for ((end, label, color), &y) in ends.iter().zip(&heights) {
            let (from, to) = ((end.0 + 5.0, end.1), (frame.right() + 14.0, y));
            if (end.1 - y).abs() > 2.0 || end.0 < frame.right() - 1.0 {
                nodes.push(Node::Line { from, to, stroke: Stroke::new(*color, 0.8) });
            }
            let at = (frame.right() + 18.0, y);
            nodes
                .push(Text::new(at, TEXT_SIZE, *label).aligned(Anchor::Start, Baseline::Middle).colored(*color).into());
            reach = reach.max((18.0 + label.width(TEXT_SIZE) + 2.0).ceil());
        }
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let labels = self.curves.iter().filter_map(|curve| curve.label.as_ref()).enumerate();
        let said: Vec<String> = labels
            .map(|(index, label)| format!("{}{}", if index == 0 { ": " } else { ", " }, label.plain_text()))
            .collect();
        let below = heights.last().map_or(0.0, |last| last + TEXT_SIZE);
        Ok(Drawing {
            width: frame.right() + reach,
            height: (frame.bottom() + bottom.reach()).max(below),
            frame,
            text_size: TEXT_SIZE,
            title: "line plot".to_owned(),
            description: format!("Line plot of {}{}.", counted(self.curves.len(), "curve"), said.concat()),
            nodes,
        })
    }
}

/// Points along a polyline, near enough to each other for labels to avoid it.
fn between(points: &[Point]) -> Vec<Point> {
    let part = |pair: &[Point]| {
        let ((a, b), (c, d)) = (pair[0], pair[1]);
        (0..16).map(move |step| (a + (c - a) * f64::from(step) / 16.0, b + (d - b) * f64::from(step) / 16.0))
    };
    points.windows(2).flat_map(part).chain(points.last().copied()).collect()
}

/// A label at the side of `center` where it covers least and stays within `frame`.
fn beside(center: Point, label: &Label, color: Color, frame: Frame, boxes: &[Frame], lines: &[Point]) -> Text {
    let candidates = [
        (8.0, -9.0, Anchor::Start),
        (8.0, 10.0, Anchor::Start),
        (-8.0, -9.0, Anchor::End),
        (-8.0, 10.0, Anchor::End),
        (0.0, -14.0, Anchor::Middle),
        (0.0, 15.0, Anchor::Middle),
        (9.0, 0.0, Anchor::Start),
        (-9.0, 0.0, Anchor::End),
    ];
    let text = |&(dx, dy, anchor): &(f64, f64, Anchor)| Text {
        halo: Some(Color::WHITE),
        ..Text::new((center.0 + dx, center.1 + dy), TEXT_SIZE, label).aligned(anchor, Baseline::Middle).colored(color)
    };
    let cost = |text: &Text| {
        let area = text.frame().inset(-1.0);
        let outside = area.width * area.height - area.overlap(frame);
        let covered: f64 = boxes.iter().map(|other| area.overlap(*other)).sum();
        let crossed = lines.iter().filter(|&&point| area.holds(point)).count();
        4.0 * outside + 2.0 * covered + 6.0 * crossed as f64
    };
    let texts = candidates.iter().map(text);
    texts.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_else(|| text(&candidates[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bands_and_names() {
        let curve = Curve::new(vec![(0.0, 0.5), (1.0, 0.7)]).band(vec![0.1, f64::NAN]).label("_α_");
        let plot = LinePlot::new(vec![curve]).x_names([(0.0, "uniform"), (1.0, "stay"), (2.0, "beyond")]);
        let svg = plot.frame_size(120.0, 90.0).scene().unwrap().to_svg();
        assert!(svg.contains("uniform") && svg.contains("stay") && !svg.contains("beyond") && !svg.contains("NaN"));
        assert_eq!(svg.matches("fill-opacity").count() + svg.matches(" opacity=").count(), 1);
    }

    #[test]
    fn a_small_line_plot() {
        let rising = Curve::new(vec![(0.0, 0.0), (0.5, 0.3), (1.0, 1.0)]).label("_f_").with_points();
        let flat = Curve::new(vec![(0.0, 0.5), (1.0, 0.5)]).label("bound").dashed(Dash::Dashed).color(Color::INK);
        let plot = LinePlot::new(vec![rising, flat]).axis_titles("_γ_", "value");
        let plot = plot.open_mark((1.0, 0.5), Color::INK, "").mark((1.0, 1.0), "1");
        insta::assert_snapshot!(plot.scene().unwrap().to_svg());
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        insta::assert_snapshot!(LinePlot::new(vec![]).scene().unwrap_err(), @"line plot has no points; give at least one");
        let broken = LinePlot::new(vec![Curve::new(vec![(0.0, 0.0), (1.0, f64::NAN)])]);
        insta::assert_snapshot!(broken.scene().unwrap_err(), @"y of point 1 of curve 0 is `NaN`; leave out what has no finite value");
    }

    proptest! {
        #[test]
        fn labels_are_apart_and_in_order(mut wanted in prop::collection::vec(0.0..100.0_f64, 1..8)) {
            wanted.sort_by(f64::total_cmp);
            let heights = spread(&wanted, 12.0, 0.0, 100.0);
            prop_assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 11.7), "{:?}", heights);
            if wanted.windows(2).all(|pair| pair[1] - pair[0] >= 12.0) {
                prop_assert_eq!(heights, wanted);
            }
        }
    }
}
