//! Text inside the disk of a vertex.

use crate::Label;
use crate::arrow::RADIUS;
use crate::label::Script;
use crate::scene::{Point, Text};

/// Smallest size at which a name is read without effort.
const EASY: f64 = 9.5;
/// Distance of lines, in units of the font size.
const LEADING: f64 = 1.12;

/// A label in a disk, with a value under it if it has one: on one line, or on several where that makes it larger.
pub(crate) fn disk_text(center: Point, label: &Label, value: Option<String>) -> Vec<Text> {
    let (raise, room) = if value.is_some() { (7.5, 1.6) } else { (0.0, 1.75) };
    let size = (room * RADIUS / label.width(1.0).max(0.1)).min(16.0);
    let value = value.map(Label::plain);
    if size < EASY
        && let Some((larger, broken)) = broken(label, value.as_ref()).filter(|(larger, _)| *larger > size)
    {
        let middle = (broken.len() as f64 - 1.0) / 2.0;
        let line = |(index, line)| {
            let y = center.1 + (index as f64 - middle) * LEADING * larger;
            Text::new((center.0, y), larger, line)
        };
        return broken.into_iter().enumerate().map(line).collect();
    }
    let mut lines = vec![Text::new((center.0, center.1 - raise), size, label)];
    lines.extend(value.map(|value| {
        let size = (1.6 * RADIUS / value.width(1.0)).min(11.5);
        Text::new((center.0, center.1 + 9.5), size, value)
    }));
    lines
}

/// The lines of a long plain name, and of a value under it, as large as they may be; broken where its parts meet, or else
/// between its words.
fn broken(label: &Label, value: Option<&Label>) -> Option<(f64, Vec<Label>)> {
    let [span] = label.spans() else { return None };
    if span.script != Script::Line {
        return None;
    }
    let mut best: Option<(f64, Vec<Label>)> = None;
    for breaks in [&['^', '|'][..], &['^', '|', ' ', '-', '_', '/', ',']] {
        let parts: Vec<&str> = span.text.split_inclusive(breaks).collect();
        for count in 2..=parts.len().min(4) {
            let mut lines = balanced(&parts, count);
            lines.extend(value.cloned());
            let size = fitting(&lines);
            if best.as_ref().is_none_or(|(known, _)| size > *known) {
                best = Some((size, lines));
            }
        }
        if best.as_ref().is_some_and(|(size, _)| *size >= EASY) {
            break;
        }
    }
    best
}

/// Parts on about so many lines of about the same length, in order.
fn balanced(parts: &[&str], count: usize) -> Vec<Label> {
    // What joins parts is not needed where a line ends.
    let trimmed = |text: &str| Label::plain(text.trim().trim_end_matches(['^', '|']));
    let width = |text: &str| trimmed(text).width(1.0);
    let total: f64 = parts.iter().map(|part| width(part)).sum();
    let (mut lines, mut line, mut done) = (Vec::new(), String::new(), 0.0);
    for part in parts {
        // A part belongs to the line in which its middle lies.
        let middle = done + width(part) / 2.0;
        if !line.is_empty() && middle >= total * (lines.len() + 1) as f64 / count as f64 {
            lines.push(trimmed(&std::mem::take(&mut line)));
        }
        line.push_str(part);
        done += width(part);
    }
    lines.push(trimmed(&line));
    lines
}

/// The size at which lines just fit into the disk.
fn fitting(lines: &[Label]) -> f64 {
    let middle = (lines.len() as f64 - 1.0) / 2.0;
    let sizes = lines.iter().enumerate().map(|(index, line)| {
        // The corners of a line that is `a` wide and reaches `b` from the middle, in units of its size, lie on the rim.
        let (a, b) = (line.width(1.0) / 2.0, (index as f64 - middle).abs() * LEADING + 0.36);
        0.93 * RADIUS / a.hypot(b)
    });
    sizes.fold(16.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_broken_where_their_parts_meet() {
        let lines = |name: &str| {
            let texts = disk_text((0.0, 0.0), &Label::plain(name), None);
            texts.iter().map(|text| text.label.plain_text()).collect::<Vec<_>>()
        };
        assert_eq!(lines("start"), ["start"]);
        assert_eq!(lines("(0, 0)_H^(0, 2)_A"), ["(0, 0)_H", "(0, 2)_A"]);
        assert_eq!(lines("work, disabled"), ["work,", "disabled"]);
        assert_eq!(lines("unpronounceable"), ["unpronounceable"]);
    }

    #[test]
    fn lines_stay_inside_the_disk() {
        for name in ["a-rather-long-name-of-a-state", "(10, 12)_H^(11, 15)_A", "one two three four five six"] {
            let values = [None, Some("−0.75".to_owned())];
            for text in values.into_iter().flat_map(|value| disk_text((0.0, 0.0), &Label::plain(name), value)) {
                let frame = text.aligned(crate::scene::Anchor::Middle, crate::scene::Baseline::Middle).frame();
                for (x, y) in [(frame.x, frame.y), (frame.right(), frame.bottom())] {
                    assert!(x.hypot(y) < RADIUS + 1.0, "{name}: {frame:?}");
                }
            }
        }
    }
}
