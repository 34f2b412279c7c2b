//! The part of Graphviz's language that graph libraries write: nodes and arrows with attributes, without subgraphs.

use crate::format::FormatError;
use std::borrow::Cow;
use std::collections::HashMap;

/// A directed graph as its text says it, with the place (byte) of everything.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) arrows: Vec<Arrow>,
    numbers: HashMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) place: usize,
    /// The attribute `lost`, and its place.
    pub(super) lost: Option<(String, usize)>,
}

#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) place: usize,
    /// The attribute `weight`, and its place.
    pub(super) weight: Option<(String, usize)>,
}

/// One piece of the text.
#[derive(Clone, Debug, PartialEq)]
enum Token<'a> {
    Name {
        text: Cow<'a, str>,
        quoted: bool,
    },
    Arrow,
    /// One of `{ } [ ] ; , = : +`.
    Sign(char),
    End,
}

struct Reader<'a> {
    text: &'a str,
    /// Bytes read, beyond the token ahead.
    position: usize,
    token: Token<'a>,
    /// Where the token ahead starts.
    start: usize,
}

/// The extension of all such files.
pub(super) const PART: &str = "gv";

/// The line and column, from 1, of a byte of a text.
pub(super) fn line_and_column(text: &str, place: usize) -> (usize, usize) {
    let before = text.get(..place).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

pub(super) fn syntax(text: &str, place: usize, found: impl Into<String>, expected: impl Into<String>) -> FormatError {
    let (line, column) = line_and_column(text, place);
    FormatError::Syntax { part: PART, line, column, found: found.into(), expected: expected.into() }
}

/// A name as messages show it.
pub(super) fn shown(name: &str) -> String {
    let short: String = name.chars().take(60).collect();
    let dots = if short.len() < name.len() { "..." } else { "" };
    format!("`{}{dots}`", short.escape_debug())
}

type Attributes = Vec<(String, String, usize)>;

impl Graph {
    /// Reads a text.
    pub(super) fn parse(text: &str) -> Result<Self, FormatError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader { text, position: 0, token: Token::End, start: 0 };
        reader.advance()?;
        if reader.keyword("strict") {
            reader.advance()?;
        }
        if !reader.keyword("digraph") {
            return Err(reader.error("`strict digraph {` or `digraph {`"));
        }
        reader.advance()?;
        if let Token::Name { .. } = reader.token {
            reader.advance()?;
        }
        reader.sign('{', "`{`")?;
        let mut graph = Graph::default();
        while reader.token != Token::Sign('}') {
            if reader.token == Token::Sign(';') {
                reader.advance()?;
            } else {
                graph.statement(&mut reader)?;
            }
        }
        reader.advance()?;
        match reader.token {
            Token::End => Ok(graph),
            _ => Err(reader.error("the end of the file")),
        }
    }

    fn statement(&mut self, reader: &mut Reader<'_>) -> Result<(), FormatError> {
        const STATEMENT: &str = "a node such as `\"[state]\"`, an arrow or `}`";
        if reader.token == Token::Sign('{') || reader.keyword("subgraph") {
            return Err(reader.error("nodes and arrows without subgraphs"));
        }
        let defaults = ["graph", "node", "edge"].iter().any(|word| reader.keyword(word));
        let (name, place) = reader.name(STATEMENT)?;
        if defaults {
            reader.attributes()?;
            return Ok(());
        }
        if reader.token == Token::Sign('=') {
            reader.advance()?;
            reader.name("a value")?;
            return Ok(());
        }
        reader.port()?;
        let mut last = self.node(name, place);
        let first_arrow = self.arrows.len();
        while reader.token == Token::Arrow {
            let place = reader.start;
            reader.advance()?;
            let (name, to_place) = reader.name("the node that the arrow points to")?;
            reader.port()?;
            let to = self.node(name, to_place);
            self.arrows.push(Arrow { from: last, to, place, weight: None });
            last = to;
        }
        let attributes = reader.attributes()?;
        let find = |key: &str| {
            let found = attributes.iter().rev().find(|(known, _, _)| known == key);
            found.map(|(_, value, place)| (value.clone(), *place))
        };
        if self.arrows.len() == first_arrow {
            self.nodes[last].lost = find("lost").or(self.nodes[last].lost.take());
        } else {
            for arrow in &mut self.arrows[first_arrow..] {
                arrow.weight = find("weight");
            }
        }
        Ok(())
    }

    /// The number of a node, which is added if it is new.
    fn node(&mut self, name: String, place: usize) -> usize {
        if let Some(&number) = self.numbers.get(&name) {
            return number;
        }
        self.numbers.insert(name.clone(), self.nodes.len());
        self.nodes.push(Node { name, place, lost: None });
        self.nodes.len() - 1
    }
}

impl<'a> Reader<'a> {
    fn keyword(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name { text, quoted: false } if text.eq_ignore_ascii_case(word))
    }

    fn error(&self, expected: &str) -> FormatError {
        let found = match &self.token {
            Token::Name { text, .. } => shown(text),
            Token::Arrow => "`->`".into(),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end of the file".into(),
        };
        syntax(self.text, self.start, found, expected)
    }

    fn sign(&mut self, sign: char, expected: &str) -> Result<(), FormatError> {
        if self.token == Token::Sign(sign) { self.advance() } else { Err(self.error(expected)) }
    }

    /// A name, with its place; several quoted texts may be joined by `+`.
    fn name(&mut self, expected: &str) -> Result<(String, usize), FormatError> {
        let place = self.start;
        let Token::Name { text, quoted } = &self.token else { return Err(self.error(expected)) };
        let (mut name, quoted) = (text.to_string(), *quoted);
        self.advance()?;
        while quoted && self.token == Token::Sign('+') {
            self.advance()?;
            match &self.token {
                Token::Name { text, quoted: true } => name.push_str(text),
                _ => return Err(self.error("a text between quotation marks")),
            }
            self.advance()?;
        }
        Ok((name, place))
    }

    /// The port of a node, which means nothing here.
    fn port(&mut self) -> Result<(), FormatError> {
        while self.token == Token::Sign(':') {
            self.advance()?;
            self.name("a port")?;
        }
        Ok(())
    }

    fn attributes(&mut self) -> Result<Attributes, FormatError> {
        let mut attributes = Vec::new();
        while self.token == Token::Sign('[') {
            self.advance()?;
            while self.token != Token::Sign(']') {
                let (key, _) = self.name("an attribute such as `weight=1` or `]`")?;
                self.sign('=', "`=`")?;
                let (value, place) = self.name("the value of the attribute")?;
                attributes.push((key, value, place));
                if matches!(self.token, Token::Sign(',' | ';')) {
                    self.advance()?;
                }
            }
            self.advance()?;
        }
        Ok(attributes)
    }

    /// Goes on to the next token.
    fn advance(&mut self) -> Result<(), FormatError> {
        self.skip_blanks()?;
        self.start = self.position;
        let rest = &self.text[self.position..];
        let Some(first) = rest.chars().next() else {
            self.token = Token::End;
            return Ok(());
        };
        let (token, length) = match first {
            _ if rest.starts_with("->") => (Token::Arrow, 2),
            '{' | '}' | '[' | ']' | ';' | ',' | '=' | ':' | '+' => (Token::Sign(first), 1),
            '"' => self.quoted(rest)?,
            _ => {
                let belongs = |c: char| c.is_alphanumeric() || c == '_' || c == '.' || !c.is_ascii();
                // A minus sign begins a number, and an arrow otherwise.
                let end = rest.char_indices().find(|&(i, c)| !(belongs(c) || (i == 0 && c == '-')));
                let length = end.map_or(rest.len(), |(end, _)| end);
                if length == 0 || &rest[..length] == "-" {
                    let found = if rest.starts_with("--") { "`--`".into() } else { shown(&first.to_string()) };
                    let expected =
                        if rest.starts_with("--") { "`->`" } else { "a name, which stands between quotation marks" };
                    return Err(syntax(self.text, self.start, found, expected));
                }
                (Token::Name { text: Cow::Borrowed(&rest[..length]), quoted: false }, length)
            }
        };
        self.token = token;
        self.position += length;
        Ok(())
    }

    /// A text between quotation marks, in which a backslash spells a quotation mark, a backslash or continues the line.
    fn quoted(&self, rest: &'a str) -> Result<(Token<'a>, usize), FormatError> {
        let bytes = rest.as_bytes();
        let mut end = 1;
        let mut escapes = false;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => {
                    escapes = true;
                    end += 2;
                }
                _ => end += 1,
            }
        }
        if bytes.get(end) != Some(&b'"') {
            return Err(syntax(
                self.text,
                self.start,
                "a quotation mark without its partner",
                "`\"` at the end of the name",
            ));
        }
        let inner = &rest[1..end];
        let text = if escapes { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) };
        Ok((Token::Name { text, quoted: true }, end + 1))
    }

    fn skip_blanks(&mut self) -> Result<(), FormatError> {
        loop {
            let rest = &self.text[self.position..];
            let trimmed = rest.trim_start();
            self.position += rest.len() - trimmed.len();
            // Lines of a preprocessor count as comments.
            let at_line_start = self.text[..self.position].ends_with('\n') || self.position == 0;
            if trimmed.starts_with("//") || (trimmed.starts_with('#') && at_line_start) {
                self.position += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                let Some(end) = trimmed.find("*/") else {
                    return Err(syntax(self.text, self.position, "a comment without its end", "`*/`"));
                };
                self.position += end + 2;
            } else {
                return Ok(());
            }
        }
    }
}

/// A text without the backslashes before quotation marks, backslashes and line ends.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some('"' | '\\')) => plain.extend(rest.next()),
            ('\\', Some('\n')) => {
                rest.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}
