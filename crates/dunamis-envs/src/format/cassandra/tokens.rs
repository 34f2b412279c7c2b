//! Words and colons, wherever lines end.

use super::super::FormatError;
use super::super::text::{Word, lines, unfinished};

/// The words of a text, with colons as words of their own and without comments.
pub(super) struct Tokens<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
    position: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let words = lines("mdp", text, Some("#")).flat_map(|line| line.words(':', '#')).collect();
        Tokens { text, words, position: 0 }
    }

    /// The next word, left where it is.
    pub(super) fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.position).copied()
    }

    /// The next word, if there is one.
    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek();
        self.position += usize::from(word.is_some());
        word
    }

    /// The next word.
    pub(super) fn word(&mut self, expected: &str) -> Result<Word<'a>, FormatError> {
        self.next().ok_or_else(|| unfinished("mdp", self.text, expected))
    }

    /// Whether this word comes next, which is then read.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|word| word.text == text);
        self.position += usize::from(found);
        found
    }

    /// A colon.
    pub(super) fn colon(&mut self) -> Result<(), FormatError> {
        let word = self.word("`:`")?;
        if word.text == ":" { Ok(()) } else { Err(word.error("`:`")) }
    }

    /// The words up to the next statement.
    pub(super) fn list(&mut self) -> &[Word<'a>] {
        let first = self.position;
        let rest = &self.words[first..];
        let length = rest.iter().position(|word| super::STATEMENTS.contains(&word.text)).unwrap_or(rest.len());
        self.position += length;
        &self.words[first..self.position]
    }
}
