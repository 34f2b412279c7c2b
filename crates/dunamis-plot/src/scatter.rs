//! Points in the plane, with a regression line and notes.

use crate::axis::{Axis, Side};
use crate::color::{Color, ColorScale, Extent, finite};
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Frame, Node, Point, Stroke, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;
/// Gray of the lines at the ticks, faint enough to stay behind the points.
const RULE: Color = Color::hex(0xec_ec_ec);

/// Points in the plane, with a regression line, notes in the emptiest corner, and labelled points.
///
/// ```
/// use dunamis_plot::{Plot, Scatter};
///
/// let scene = Scatter::new(vec![(0.70, 0.85), (0.75, 0.82), (0.80, 0.81)])
///     .axis_titles("POWER_{_H_}", "POWER_{_A_}")
///     .line(1.13, -0.4)
///     .note("slope = −0.40 ± 0.12")
///     .scene()?;
/// # let _ = scene;
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Scatter {
    points: Vec<Point>,
    x_title: Option<Label>,
    y_title: Option<Label>,
    line: Option<(f64, f64)>,
    notes: Vec<Label>,
    highlights: Vec<(Point, Label)>,
    ranges: (Option<Extent>, Option<Extent>),
    size: (f64, f64),
    color: Color,
}

impl Scatter {
    /// A scatter of points `(x, y)`.
    pub fn new(points: Vec<Point>) -> Self {
        Self {
            points,
            x_title: None,
            y_title: None,
            line: None,
            notes: Vec::new(),
            highlights: Vec::new(),
            ranges: (None, None),
            size: (440.0, 340.0),
            color: Color::BLUE,
        }
    }

    /// Titles the axes.
    pub fn axis_titles(self, x: impl Into<Label>, y: impl Into<Label>) -> Self {
        Self { x_title: Some(x.into()), y_title: Some(y.into()), ..self }
    }

    /// Draws the line `y = intercept + slope · x` across the plot.
    pub fn line(self, intercept: f64, slope: f64) -> Self {
        Self { line: Some((intercept, slope)), ..self }
    }

    /// Adds a line of text in the corner with the fewest points.
    pub fn note(mut self, note: impl Into<Label>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Draws a point, which need not be one of the others, larger and with a label beside it.
    pub fn highlight(mut self, point: Point, label: impl Into<Label>) -> Self {
        self.highlights.push((point, label.into()));
        self
    }

    /// Fixes the range of an axis, in place of one around the points; what lies beyond is cut off.
    pub fn ranges(self, x: impl Into<Option<Extent>>, y: impl Into<Option<Extent>>) -> Self {
        Self { ranges: (x.into(), y.into()), ..self }
    }

    /// Width and height of the frame in pixels, 80 at least.
    pub fn frame_size(self, width: f64, height: f64) -> Self {
        let side = |side: f64| if side.is_finite() { side.max(80.0) } else { 80.0 };
        Self { size: (side(width), side(height)), ..self }
    }

    /// Paints the points in another color.
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    fn extents(&self) -> Result<(Extent, Extent), PlotError> {
        let all = || self.points.iter().chain(self.highlights.iter().map(|(point, _)| point));
        for (index, (x, y)) in all().enumerate() {
            finite(*x, || format!("x of point {index}"))?;
            finite(*y, || format!("y of point {index}"))?;
        }
        let none = PlotError::Empty { plot: "scatter", what: "points" };
        if all().next().is_none() {
            return Err(none);
        }
        let range = |values: Vec<f64>, fixed: Option<Extent>| {
            if let Some(fixed) = fixed {
                return Ok(fixed.widened());
            }
            let extent = Extent::of(values)?.ok_or_else(|| none.clone())?.widened();
            let room = extent.length() * 0.05;
            Extent::new(extent.low() - room, extent.high() + room)
        };
        let x = range(all().map(|point| point.0).collect(), self.ranges.0)?;
        Ok((x, range(all().map(|point| point.1).collect(), self.ranges.1)?))
    }
}

/// The part of the line `y = intercept + slope · x` within both ranges, in data units.
fn clipped(intercept: f64, slope: f64, x: Extent, y: Extent) -> Option<(Point, Point)> {
    let (mut low, mut high) = (x.low(), x.high());
    if slope == 0.0 {
        return y.contains(intercept).then_some(((low, intercept), (high, intercept)));
    }
    let (a, b) = ((y.low() - intercept) / slope, (y.high() - intercept) / slope);
    low = low.max(a.min(b));
    high = high.min(a.max(b));
    (low < high).then_some(((low, intercept + slope * low), (high, intercept + slope * high)))
}

impl Plot for Scatter {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let (x, y) = self.extents()?;
        let (width, height) = self.size;
        let left = Axis::of_numbers(Side::Left, TEXT_SIZE, y, height, self.y_title.as_ref());
        let bottom = Axis::of_numbers(Side::Bottom, TEXT_SIZE, x, width, self.x_title.as_ref());
        let top = left.overhang(height).0.ceil().max(1.0);
        let frame = Frame { x: left.reach(), y: top, width, height };
        let place = |(a, b): Point| (frame.x + width * x.position(a), frame.y + height * (1.0 - y.position(b)));

        let rule = Stroke::new(RULE, 1.0);
        let vertical = bottom.places().map(|at| {
            let x = frame.x + at;
            Node::Line { from: (x, frame.y), to: (x, frame.bottom()), stroke: rule }
        });
        let horizontal = left.places().map(|at| {
            let y = frame.y + at;
            Node::Line { from: (frame.x, y), to: (frame.right(), y), stroke: rule }
        });
        let mut nodes: Vec<Node> = vertical.chain(horizontal).collect();

        let inside = |&(a, b): &Point| x.contains(a) && y.contains(b);
        let places: Vec<Point> = self.points.iter().filter(|point| inside(point)).map(|&point| place(point)).collect();
        // More points are drawn fainter and smaller, so that dense regions keep their shape.
        let crowd = (places.len() as f64 / 200.0).max(1.0);
        let (radius, opacity) = ((3.6 / crowd.powf(0.12)).max(2.0), (0.75 / crowd.powf(0.4)).clamp(0.12, 0.75));
        let dot = Style::fill(self.color).with_opacity(opacity);
        nodes.extend(places.iter().map(|&center| Node::Circle { center, radius, style: dot.clone() }));

        let mut taken = Vec::new();
        if let Some((intercept, slope)) = self.line {
            finite(intercept, || "intercept of the line".to_owned())?;
            finite(slope, || "slope of the line".to_owned())?;
            if let Some((from, to)) = clipped(intercept, slope, x, y) {
                let (from, to) = (place(from), place(to));
                // A white rim lets the line stand out of the cloud in gray print too.
                for (color, width) in [(Color::WHITE, 4.5), (Color::RED, 2.2)] {
                    nodes.push(Node::Line { from, to, stroke: Stroke::new(color, width) });
                }
                taken.extend((0..=40).map(|step| {
                    let t = f64::from(step) / 40.0;
                    (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))
                }));
            }
        }
        let highlights: Vec<_> = self.highlights.iter().filter(|(point, _)| inside(point)).collect();
        let marks: Vec<Point> = highlights.iter().map(|(point, _)| place(*point)).collect();
        let notes = self.notes_frame(frame, &places, &taken, &marks);
        let mut boxes: Vec<Frame> = notes.into_iter().collect();
        if let Some(notes) = notes {
            let paper = Style::fill(Color::WHITE).with_opacity(0.88);
            nodes.push(Node::Rect { frame: notes, radius: 3.0, style: paper });
            for (index, note) in self.notes.iter().enumerate() {
                let at = (notes.x + 6.0, notes.y + 6.0 + index as f64 * TEXT_SIZE * 1.5);
                nodes.push(Text::new(at, TEXT_SIZE * 1.05, note).aligned(Anchor::Start, Baseline::Top).into());
            }
        }
        for &center in &marks {
            let style = Style::fill(Color::RED).with_stroke(Color::WHITE, 1.2);
            nodes.push(Node::Circle { center, radius: 5.0, style });
        }
        for ((_, label), &center) in highlights.iter().zip(&marks) {
            let text = beside(center, label, frame, &boxes, &[&places, &taken, &marks]);
            boxes.push(text.frame());
            nodes.push(text.into());
        }
        nodes.push(frame.drawn(Style::stroke(Color::INK, 1.0)));
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let said: Vec<String> = self.notes.iter().map(Label::plain_text).collect();
        Ok(Drawing {
            width: frame.right() + bottom.overhang(width).1.ceil().max(1.0),
            height: frame.bottom() + bottom.reach(),
            frame,
            text_size: TEXT_SIZE,
            title: "scatter plot".to_owned(),
            description: format!("Scatter plot of {}. {}", counted(places.len(), "point"), said.join("; "))
                .trim_end()
                .to_owned(),
            nodes,
        })
    }
}

impl Scatter {
    /// The corner of `frame` whose box for the notes covers the fewest points, counting what matters more tenfold.
    fn notes_frame(&self, frame: Frame, points: &[Point], line: &[Point], marks: &[Point]) -> Option<Frame> {
        let size = TEXT_SIZE * 1.05;
        let width = self.notes.iter().map(|note| note.width(size)).fold(0.0, f64::max) + 12.0;
        let height = (self.notes.len() as f64 - 1.0) * TEXT_SIZE * 1.5 + size * 0.95 + 12.0;
        let inner = frame.inset(5.0);
        let corner = |right: bool, low: bool| Frame {
            x: if right { inner.right() - width } else { inner.x },
            y: if low { inner.bottom() - height } else { inner.y },
            width,
            height,
        };
        let corners = [corner(true, false), corner(false, false), corner(false, true), corner(true, true)];
        let covered = |corner: &Frame| {
            let count = |points: &[Point]| points.iter().filter(|&&point| corner.holds(point)).count();
            count(points) + 10 * (count(line) + count(marks))
        };
        corners.into_iter().filter(|_| !self.notes.is_empty()).min_by_key(covered)
    }
}

/// A label at the side of `center` where it covers least and stays within `frame`.
fn beside(center: Point, label: &Label, frame: Frame, boxes: &[Frame], points: &[&[Point]]) -> Text {
    let candidates = [
        (8.0, 0.0, Anchor::Start),
        (-8.0, 0.0, Anchor::End),
        (0.0, -12.0, Anchor::Middle),
        (0.0, 12.0, Anchor::Middle),
        (7.0, -10.0, Anchor::Start),
        (7.0, 10.0, Anchor::Start),
        (-7.0, -10.0, Anchor::End),
        (-7.0, 10.0, Anchor::End),
    ];
    let texts = candidates.map(|(dx, dy, anchor)| {
        let text = Text::new((center.0 + dx, center.1 + dy), TEXT_SIZE, label).aligned(anchor, Baseline::Middle);
        Text { halo: Some(Color::WHITE), ..text }
    });
    let cost = |text: &Text| {
        let own = text.frame();
        let outside = own.width * own.height - own.overlap(frame.inset(2.0));
        let crossed: f64 = boxes.iter().map(|other| own.overlap(*other)).sum();
        let covered =
            points.iter().flat_map(|points| points.iter()).filter(|&&point| own.inset(-4.0).holds(point)).count();
        outside * 100.0 + crossed * 100.0 + covered as f64
    };
    let cheapest = texts.into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
    cheapest.unwrap_or_else(|| Text::new(center, TEXT_SIZE, label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_scatter() {
        let plot = Scatter::new(vec![(0.0, 1.0), (0.5, 0.75), (1.0, 0.0)])
            .axis_titles("POWER_{_H_}", "_y_")
            .line(1.1, -1.0)
            .note("_α_ = −0.545 ± 0.005")
            .highlight((0.5, 0.75), "start")
            .frame_size(160.0, 120.0);
        insta::assert_snapshot!(plot.scene().unwrap().to_svg());
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        let unit = Extent::new(0.0, 1.0).unwrap();
        insta::assert_snapshot!(Scatter::new(vec![]).ranges(unit, unit).scene().unwrap_err(), @"scatter has no points; give at least one");
        let nan = Scatter::new(vec![(0.0, 0.0), (1.0, f64::NAN)]).scene();
        insta::assert_snapshot!(nan.unwrap_err(), @"y of point 1 is `NaN`; leave out what has no finite value");
        let line = Scatter::new(vec![(0.0, 0.0)]).line(0.0, f64::INFINITY).scene();
        insta::assert_snapshot!(line.unwrap_err(), @"slope of the line is `inf`; leave out what has no finite value");
    }

    proptest! {
        #[test]
        fn any_points_give_a_scene_or_a_typed_error(points in prop::collection::vec((any::<f64>(), any::<f64>()), 0..6)) {
            let finite = points.iter().all(|(x, y)| x.abs() < 1e300 && y.abs() < 1e300);
            let empty = points.is_empty();
            let scene = Scatter::new(points).scene();
            prop_assert!(scene.is_ok() == (finite && !empty) || !finite);
            prop_assert!(scene.map_or(true, |scene| !scene.to_svg().contains("NaN")));
        }

        #[test]
        fn the_line_stays_within_the_ranges(intercept in -3.0..3.0_f64, slope in -9.0..9.0_f64) {
            let unit = Extent::new(0.0, 1.0).unwrap();
            if let Some((from, to)) = clipped(intercept, slope, unit, unit) {
                for (x, y) in [from, to] {
                    prop_assert!((-1e-9..=1.0 + 1e-9).contains(&x) && (-1e-9..=1.0 + 1e-9).contains(&y));
                }
            }
        }
    }
}
