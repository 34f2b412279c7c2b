//! Text with italics, bold, subscripts and superscripts, measured with the bundled font.
//!
//! The markup is small and total: every string is a label.
//!
//! | write | to get |
//! |---|---|
//! | `_s_` | *s* in italics; the marks must stand at the borders of a word, so `snake_case` stays as it is |
//! | `*a*` | **a** in bold |
//! | `POWER_{H}` | a subscript; `POWER_{_H_}` has it in italics, `_s_{1}` has only the *s* |
//! | `10^{−3}` | a superscript |
//! | `\_`, `\*`, `\^`, `\\` | the mark itself |
//!
//! A mark without its partner stands for itself.

use crate::font::Face;

/// Where a span stands relative to its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Script {
    /// On the line.
    #[default]
    Line,
    /// Lowered and smaller.
    Sub,
    /// Raised and smaller.
    Super,
}

impl Script {
    /// Font size relative to the line's.
    pub(crate) fn size(self) -> f64 {
        if self == Self::Line { 1.0 } else { 0.7 }
    }

    /// How far the baseline moves down, in units of the line's font size.
    pub(crate) fn drop(self) -> f64 {
        match self {
            Self::Line => 0.0,
            Self::Sub => 0.2,
            Self::Super => -0.36,
        }
    }
}

/// A stretch of text in one face on one level.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Span {
    /// The characters.
    pub text: String,
    /// The face they are set in.
    pub face: Face,
    /// The level they stand on.
    pub script: Script,
}

/// One line of text with italics, bold, subscripts and superscripts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Label {
    spans: Vec<Span>,
}

impl Label {
    /// Reads the [markup](self).
    ///
    /// ```
    /// use dunamis_plot::Label;
    /// assert_eq!(Label::parse("POWER_{_H_}(_s_, _γ_ = 0.1)").plain_text(), "POWER_H(s, γ = 0.1)");
    /// assert_eq!(Label::parse("snake_case").plain_text(), "snake_case");
    /// ```
    pub fn parse(markup: &str) -> Self {
        let characters: Vec<char> = markup.chars().collect();
        let mut label = Self::default();
        label.read(&characters, Face::Regular, Script::Line, 0);
        label
    }

    /// The text as it is, without markup.
    pub fn plain(text: impl Into<String>) -> Self {
        let mut label = Self::default();
        label.push(&text.into(), Face::Regular, Script::Line);
        label
    }

    fn push(&mut self, text: &str, face: Face, script: Script) {
        match self.spans.last_mut() {
            _ if text.is_empty() => (),
            Some(last) if last.face == face && last.script == script => last.text.push_str(text),
            _ => self.spans.push(Span { text: text.to_owned(), face, script }),
        }
    }

    fn read(&mut self, characters: &[char], face: Face, script: Script, depth: usize) {
        // Marks nested deeper than any notation are taken as text, so that no input can exhaust the stack.
        if depth > 8 {
            return self.push(&characters.iter().collect::<String>(), face, script);
        }
        let mut rest = 0;
        while rest < characters.len() {
            let tail = &characters[rest..];
            let before = rest.checked_sub(1).map(|index| characters[index]);
            match tail {
                ['\\', mark @ ('_' | '*' | '^' | '\\' | '{' | '}'), ..] => {
                    self.push(&mark.to_string(), face, script);
                    rest += 2;
                }
                ['_' | '^', '{', ..] if mark_opens_script(tail) => {
                    let end = closing_brace(tail).unwrap_or(tail.len());
                    let level = if tail[0] == '_' { Script::Sub } else { Script::Super };
                    self.read(&tail[2..end], face, level, depth + 1);
                    rest += end + 1;
                }
                ['_' | '*', ..] if closing_mark(before, tail).is_some() => {
                    let end = closing_mark(before, tail).unwrap_or(tail.len());
                    let inner = if tail[0] == '_' { Face::Italic } else { Face::Bold };
                    self.read(&tail[1..end], inner, script, depth + 1);
                    // In `_s_{1}` one mark both ends the italics and begins the subscript.
                    let shared = mark_opens_script(&tail[end..]);
                    rest += end + usize::from(!shared);
                }
                [character, ..] => {
                    self.push(&character.to_string(), face, script);
                    rest += 1;
                }
                [] => break,
            }
        }
    }

    /// The spans in reading order; neighbors differ in face or level.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The characters without faces, for screen readers and messages; `_` and `^` stand before subscripts and superscripts.
    pub fn plain_text(&self) -> String {
        let marked = |span: &Span| match span.script {
            Script::Line => span.text.clone(),
            Script::Sub => format!("_{}", span.text),
            Script::Super => format!("^{}", span.text),
        };
        self.spans.iter().map(marked).collect()
    }

    /// Width in pixels when set in `size` pixels.
    pub fn width(&self, size: f64) -> f64 {
        self.spans.iter().map(|span| span.face.width(&span.text) * span.script.size() * size).sum()
    }

    /// This label followed by another.
    #[must_use]
    pub fn followed_by(mut self, other: &Self) -> Self {
        for span in &other.spans {
            self.push(&span.text, span.face, span.script);
        }
        self
    }

    /// This label with every regular span in bold.
    #[must_use]
    pub fn bold(mut self) -> Self {
        for span in &mut self.spans {
            if span.face == Face::Regular {
                span.face = Face::Bold;
            }
        }
        self
    }

    /// Breaks the label at spaces into lines of at most `width` pixels when set in `size` pixels.
    ///
    /// A word wider than the line has a line to itself.
    pub fn wrap(&self, size: f64, width: f64) -> Vec<Self> {
        let mut lines = vec![Self::default()];
        for word in self.words() {
            let line = lines.last_mut().filter(|line| {
                line.is_empty() || line.width(size) + Face::Regular.width(" ") * size + word.width(size) <= width
            });
            if let Some(line) = line {
                if !line.is_empty() {
                    let face = line.spans.last().map_or(Face::Regular, |span| span.face);
                    line.push(" ", face, Script::Line);
                }
                *line = std::mem::take(line).followed_by(&word);
            } else {
                lines.push(word);
            }
        }
        lines
    }

    fn words(&self) -> Vec<Self> {
        let mut words = vec![Self::default()];
        for span in &self.spans {
            for (index, piece) in span.text.split(' ').enumerate() {
                if index > 0 {
                    words.push(Self::default());
                }
                if let Some(word) = words.last_mut() {
                    word.push(piece, span.face, span.script);
                }
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }
}

impl From<&str> for Label {
    fn from(markup: &str) -> Self {
        Self::parse(markup)
    }
}

impl From<String> for Label {
    fn from(markup: String) -> Self {
        Self::parse(&markup)
    }
}

impl From<&Label> for Label {
    fn from(label: &Label) -> Self {
        label.clone()
    }
}

/// Index of the brace that closes `tail[1]`.
fn closing_brace(tail: &[char]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, character) in tail.iter().enumerate().skip(1) {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(index),
            '}' => depth -= 1,
            _ => (),
        }
    }
    None
}

fn mark_opens_script(tail: &[char]) -> bool {
    matches!(tail, ['_' | '^', '{', ..]) && closing_brace(tail).is_some()
}

/// Index of the mark that closes `tail[0]`, where both stand at the borders of a word.
fn closing_mark(before: Option<char>, tail: &[char]) -> Option<usize> {
    let mark = *tail.first()?;
    let opens =
        before.is_none_or(|c| !c.is_alphanumeric()) && tail.get(1).is_some_and(|c| !c.is_whitespace() && *c != mark);
    if !opens {
        return None;
    }
    (2..tail.len()).find(|&index| {
        let after = tail.get(index + 1);
        tail[index] == mark
            && tail[index - 1] != '\\'
            && !tail[index - 1].is_whitespace()
            && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(markup: &str) -> String {
        let spans = Label::parse(markup).spans.into_iter();
        spans.map(|span| format!("{:?}/{:?}:{}", span.face, span.script, span.text)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn markup() {
        insta::assert_snapshot!(shape("POWER_{_H_}(_s_, _γ_ = 0.1)"), @"Regular/Line:POWER|Italic/Sub:H|Regular/Line:(|Italic/Line:s|Regular/Line:, |Italic/Line:γ|Regular/Line: = 0.1)");
        insta::assert_snapshot!(shape("*(a)* 10^{−3} of snake_case"), @"Bold/Line:(a)|Regular/Line: 10|Regular/Super:−3|Regular/Line: of snake_case");
        insta::assert_snapshot!(shape(r"\_not\_ 2 * 3 * 4 _open"), @"Regular/Line:_not_ 2 * 3 * 4 _open");
        insta::assert_snapshot!(shape("_x_{1}_y__{2} _z_^{3}"), @"Italic/Line:x|Regular/Sub:1|Italic/Line:y|Regular/Sub:2|Regular/Line: |Italic/Line:z|Regular/Super:3");
    }

    proptest! {
        #[test]
        fn every_string_is_a_label(markup in r"[a-c_*^{}\\ ]{0,24}") {
            let label = Label::parse(&markup);
            prop_assert!(label.plain_text().chars().count() <= markup.chars().count());
            prop_assert!(label.width(10.0) >= 0.0);
        }

        #[test]
        fn plain_labels_keep_every_character(text in ".{0,24}") {
            prop_assert_eq!(Label::plain(text.clone()).plain_text(), text);
        }

        #[test]
        fn wrapping_keeps_the_words_and_the_width(text in "[a-z]{1,8}( [a-z]{1,8}){0,12}", width in 60.0..200.0_f64) {
            let lines = Label::plain(text.clone()).wrap(10.0, width);
            let joined: Vec<String> = lines.iter().map(Label::plain_text).collect();
            prop_assert_eq!(joined.join(" "), text);
            prop_assert!(lines.iter().all(|line| line.width(10.0) <= width || !line.plain_text().contains(' ')));
        }
    }
}
