//! Reading text line by line and word by word, with the place of everything.

use super::FormatError;
use dunamis_mdp::{ModelError, Number};

/// The text of a file.
pub(super) fn utf8<'a>(part: &'static str, bytes: &'a [u8]) -> Result<&'a str, FormatError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let last = valid.rsplit('\n').next().unwrap_or_default();
        FormatError::Encoding { part, line: valid.matches('\n').count() + 1, column: last.chars().count() + 1 }
    })
}

/// A line that is read word by word; words are separated by blanks.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// The extension of the file.
    part: &'static str,
    /// From 1.
    number: usize,
    text: &'a str,
    /// Bytes read so far.
    position: usize,
}

/// The lines of a text that are neither blank nor comments.
pub(super) fn lines<'a>(
    part: &'static str,
    text: &'a str,
    comment: Option<&'a str>,
) -> impl Iterator<Item = Line<'a>> + Clone {
    let lines = text.lines().enumerate().map(move |(i, text)| Line { part, number: i + 1, text, position: 0 });
    lines.filter(move |line| {
        let text = line.text.trim_start();
        !text.is_empty() && !comment.is_some_and(|comment| text.starts_with(comment))
    })
}

/// The error that a text ends too early.
pub(super) fn unfinished(part: &'static str, text: &str, expected: impl Into<String>) -> FormatError {
    FormatError::Syntax {
        part,
        line: text.lines().count() + 1,
        column: 1,
        found: "the end of the file".into(),
        expected: expected.into(),
    }
}

/// What is wrong with a finished model, at the first line that begins with `start` and the state in question.
pub(super) fn locate<'a>(
    lines: impl Iterator<Item = Line<'a>>,
    start: Option<&str>,
    source: ModelError,
) -> FormatError {
    let (ModelError::RowSum { state, .. } | ModelError::StateWithoutAction { state }) = &source else {
        return source.into();
    };
    let of_state = |mut line: Line<'a>| {
        let first = line.next()?;
        let word = if start.is_some() { line.next()? } else { first };
        (word.text == state && start.is_none_or(|start| start == first.text)).then_some(word)
    };
    let mut lines = lines;
    match lines.find_map(of_state) {
        Some(word) => word.meaning(source),
        None => source.into(),
    }
}

impl<'a> Line<'a> {
    /// What is left of the line, without blanks around it.
    pub(super) fn rest(&self) -> &'a str {
        self.text[self.position..].trim()
    }

    /// The next word, if there is one.
    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        let rest = &self.text[self.position..];
        let start = self.position + (rest.len() - rest.trim_start().len());
        let length = self.text[start..].find(char::is_whitespace).unwrap_or(self.text.len() - start);
        self.position = start + length;
        (length > 0).then(|| Word { line: *self, start, text: &self.text[start..start + length] })
    }

    /// Goes on to the next word.
    pub(super) fn skip_blanks(&mut self) {
        let rest = &self.text[self.position..];
        self.position += rest.len() - rest.trim_start().len();
    }

    /// The next `length` bytes as a word.
    pub(super) fn take(&mut self, length: usize) -> Word<'a> {
        let start = self.position;
        self.position += length;
        Word { line: *self, start, text: &self.text[start..start + length] }
    }

    /// The next word.
    pub(super) fn word(&mut self, expected: &str) -> Result<Word<'a>, FormatError> {
        self.next().ok_or_else(|| self.error(self.text.len(), "the end of the line", expected))
    }

    /// All words up to a comment, with some character as a word of its own wherever it stands.
    pub(super) fn words(self, alone: char, comment: char) -> Vec<Word<'a>> {
        let end = self.text.find(comment).unwrap_or(self.text.len());
        let mut words = Vec::new();
        let mut start = None;
        for (place, c) in self.text[..end].char_indices().chain([(end, ' ')]) {
            let is_single = c == alone;
            if is_single || c.is_whitespace() {
                let word = start.take().map(|start| Word { line: self, start, text: &self.text[start..place] });
                words.extend(word);
                if is_single {
                    words.push(Word { line: self, start: place, text: &self.text[place..place + c.len_utf8()] });
                }
            } else if start.is_none() {
                start = Some(place);
            }
        }
        words
    }

    /// Nothing more.
    pub(super) fn end(&mut self, expected: &str) -> Result<(), FormatError> {
        self.next().map_or(Ok(()), |word| Err(word.error(expected)))
    }

    fn error(&self, start: usize, found: impl Into<String>, expected: impl Into<String>) -> FormatError {
        let column = self.text[..start].chars().count() + 1;
        let (found, expected) = (found.into(), expected.into());
        FormatError::Syntax { part: self.part, line: self.number, column, found, expected }
    }
}

/// A word and its place.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    line: Line<'a>,
    start: usize,
    pub(super) text: &'a str,
}

impl Word<'_> {
    /// The same without blanks at its end.
    pub(super) fn trimmed(self) -> Self {
        Word { text: self.text.trim_end(), ..self }
    }

    /// The error that something else should stand here.
    pub(super) fn error(&self, expected: impl Into<String>) -> FormatError {
        let shown: String = self.text.chars().take(40).collect();
        let dots = if shown.len() < self.text.len() { "..." } else { "" };
        self.line.error(self.start, format!("`{}{dots}`", shown.escape_debug()), expected)
    }

    /// The error that what stands here is impossible.
    pub(super) fn meaning(&self, source: ModelError) -> FormatError {
        let column = self.line.text[..self.start].chars().count() + 1;
        FormatError::Meaning { part: self.line.part, line: self.line.number, column, source }
    }

    /// A whole number.
    pub(super) fn count(&self, expected: &str) -> Result<usize, FormatError> {
        let digits = self.text.bytes().all(|byte| byte.is_ascii_digit());
        self.text.parse().ok().filter(|_| digits).ok_or_else(|| self.error(expected))
    }

    /// A whole number below a limit.
    pub(super) fn below(&self, limit: usize, what: &str) -> Result<usize, FormatError> {
        let expected = || format!("{what} below {limit}");
        self.text.parse().ok().filter(|&number| number < limit).ok_or_else(|| self.error(expected()))
    }

    /// A decimal number or a fraction.
    pub(super) fn number(&self, expected: &str) -> Result<Number, FormatError> {
        self.text.parse().map_err(|source| match source {
            dunamis_mdp::NumberError::Syntax { .. } => self.error(expected),
            source => self.meaning(ModelError::Number { place: expected.into(), source }),
        })
    }
}
