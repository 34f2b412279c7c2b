//! Arrows between round vertices.

use std::f64::consts::{PI, TAU};

use crate::color::Color;
use crate::scene::{Dash, Node, Point, Step, Style};

/// Radius of a vertex.
pub(crate) const RADIUS: f64 = 27.0;
/// Length and half width of an arrowhead.
const HEAD: (f64, f64) = (10.0, 4.2);
/// Half the angle between the ends of a loop.
const LOOP: f64 = 0.42;

pub(crate) fn unit_vector(from: Point, to: Point) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length > 0.0 { (dx / length, dy / length) } else { (1.0, 0.0) }
}

pub(crate) fn toward(angle: f64) -> Point {
    (angle.cos(), angle.sin())
}

pub(crate) fn along(from: Point, direction: Point, length: f64) -> Point {
    (from.0 + direction.0 * length, from.1 + direction.1 * length)
}

/// The rim of a vertex; arrows that end there have a head or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rim {
    pub(crate) center: Point,
    pub(crate) radius: f64,
    pub(crate) head: bool,
}

/// A curve from one vertex to another: start, two control points, foot and tip of the arrowhead, which are one place where
/// there is no head.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrow {
    pub(crate) start: Point,
    controls: (Point, Point),
    foot: Point,
    pub(crate) tip: Point,
}

impl Arrow {
    /// From rim to rim, bowed sideways by about `bow` pixels, leftwards as seen along the arrow.
    pub(crate) fn bowed(from: Rim, to: Rim, bow: f64) -> Self {
        let (dx, dy) = (to.center.0 - from.center.0, to.center.1 - from.center.1);
        let turn = (3.0 * bow / dx.hypot(dy)).atan();
        let heading = dy.atan2(dx);
        let (out, home) = (toward(heading - turn), toward(heading + turn + PI));
        let start = along(from.center, out, from.radius);
        let gap = if to.head { (to.radius + 1.0, to.radius + 1.0 + HEAD.0) } else { (to.radius, to.radius) };
        let (tip, foot) = (along(to.center, home, gap.0), along(to.center, home, gap.1));
        let third = (foot.0 - start.0).hypot(foot.1 - start.1) / 3.0;
        Self { start, controls: (along(start, out, third), along(foot, home, third)), foot, tip }
    }

    /// From a vertex back to itself, bulging in the direction of `angle`.
    pub(crate) fn looped(at: Point, angle: f64, reach: f64) -> Self {
        let (out, home) = (toward(angle - 1.6 * LOOP), toward(angle + 1.6 * LOOP));
        let start = along(at, toward(angle - LOOP), RADIUS);
        let tip = along(at, toward(angle + LOOP), RADIUS + 1.0);
        let foot = along(tip, home, HEAD.0);
        Self { start, controls: (along(start, out, reach), along(tip, home, reach)), foot, tip }
    }

    pub(crate) fn at(&self, t: f64) -> Point {
        let (a, (b, c), d) = (self.start, self.controls, self.foot);
        let s = 1.0 - t;
        let blend =
            |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
        (blend(a.0, b.0, c.0, d.0), blend(a.1, b.1, c.1, d.1))
    }

    pub(crate) fn nodes(&self, color: Color, dash: Dash) -> Vec<Node> {
        let line = vec![Step::Move(self.start), Step::Curve(self.controls.0, self.controls.1, self.foot)];
        // Dots of the width of a line are hardly seen.
        let width = if dash == Dash::Dotted { 2.4 } else { 1.5 };
        let mut nodes = vec![Node::Path { steps: line, style: Style::stroke(color, width).dashed(dash) }];
        if self.foot != self.tip {
            let ahead = unit_vector(self.foot, self.tip);
            let side = |sign: f64| along(self.foot, (-ahead.1, ahead.0), sign * HEAD.1);
            let head = vec![Step::Move(self.tip), Step::Line(side(1.0)), Step::Line(side(-1.0)), Step::Close];
            nodes.push(Node::Path { steps: head, style: Style::fill(color) });
        }
        nodes
    }
}

/// The middle of the widest gap between some directions; upwards where there are none or several gaps tie with it.
pub(crate) fn free_direction(taken: &[f64]) -> f64 {
    let clearance = |angle: f64| {
        let apart = |other: &f64| (angle - other + PI).rem_euclid(TAU) - PI;
        taken.iter().map(|other| apart(other).abs()).fold(PI, f64::min)
    };
    // Sixteenths of a turn, the upward one first.
    let candidates = (0..16).map(|step| -PI / 2.0 + f64::from(step) * TAU / 16.0);
    candidates.fold(-PI / 2.0, |best, angle| if clearance(angle) > clearance(best) + 1e-9 { angle } else { best })
}

pub(crate) fn distance_to_segment(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let t = ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
    let t = t.clamp(0.0, 1.0);
    (point.0 - from.0 - t * dx).hypot(point.1 - from.1 - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_point_away_from_arrows() {
        assert_eq!(free_direction(&[]), -PI / 2.0);
        assert!((free_direction(&[-PI / 2.0]) - PI / 2.0).abs() < 1e-9);
        assert!((free_direction(&[0.0]).abs() - PI).abs() < 1e-9);
    }

    #[test]
    fn arrows_end_at_the_rim() {
        let rim = |x| Rim { center: (x, 0.0), radius: RADIUS, head: true };
        let arrow = Arrow::bowed(rim(0.0), rim(200.0), 16.0);
        let distance = (arrow.tip.0 - 200.0).hypot(arrow.tip.1);
        assert!((distance - RADIUS - 1.0).abs() < 1e-9 && (arrow.start.0.hypot(arrow.start.1) - RADIUS).abs() < 1e-9);
        assert!(arrow.at(0.5).1 < -12.0, "leftwards of an arrow to the right is up");
    }
}
