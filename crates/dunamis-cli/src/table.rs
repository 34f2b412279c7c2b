//! Tables in plain text, aligned by the width that characters have on a terminal.

use unicode_width::UnicodeWidthStr;

/// Columns of a terminal that output fits into.
pub(crate) const WIDTH: usize = 100;

/// Least width into which a last column is broken.
const LEAST: usize = 20;

/// Where the cells of a column go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// To the left: text.
    Left,
    /// To the right: numbers.
    Right,
}

/// Rows of cells under headings; text in the last column is broken into lines so that the table fits [`WIDTH`].
#[derive(Clone, Debug)]
pub(crate) struct Table {
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new<T: Into<String>>(columns: impl IntoIterator<Item = (T, Align)>) -> Self {
        let (headings, align): (Vec<_>, Vec<_>) =
            columns.into_iter().map(|(heading, align)| (heading.into(), align)).unzip();
        Table { align, rows: vec![headings] }
    }

    /// Adds a row with one cell per column; missing cells are empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        let mut cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        cells.resize(self.align.len(), String::new());
        self.rows.push(cells);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.align.len();
        let mut widths: Vec<usize> =
            (0..columns).map(|c| self.rows.iter().map(|row| row[c].width()).max().unwrap_or(0)).collect();
        let before: usize = widths[..columns - 1].iter().map(|width| width + 2).sum();
        widths[columns - 1] = widths[columns - 1].min(WIDTH.saturating_sub(before).max(LEAST));
        for row in &self.rows {
            let last = wrap(&row[columns - 1], widths[columns - 1]);
            for (l, text) in last.iter().enumerate() {
                let mut line = String::new();
                for c in 0..columns {
                    let cell = if c + 1 == columns { text.as_str() } else { &row[c] };
                    let cell = if l > 0 && c + 1 < columns { "" } else { cell };
                    let space = " ".repeat(widths[c].saturating_sub(cell.width()));
                    let gap = if c == 0 { "" } else { "  " };
                    match self.align[c] {
                        Align::Left => line.extend([gap, cell, &space]),
                        Align::Right => line.extend([gap, &space, cell]),
                    }
                }
                writeln!(f, "{}", line.trim_end())?;
            }
        }
        Ok(())
    }
}

/// A number with this many decimals, without a sign where nothing is left of it.
pub(crate) fn decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|b| matches!(b, b'0' | b'.')) => digits.to_owned(),
        _ => text,
    }
}

/// A number of things, such as `1 sample` and `2 samples`.
pub(crate) fn counted(count: impl Into<u64>, thing: &str) -> String {
    match count.into() {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// Breaks text between words into lines of at most this width; a longer word has a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("never empty");
        if line.is_empty() {
            word.clone_into(line);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_display_width() {
        let mut table = Table::new([("state", Align::Left), ("γ", Align::Right), ("note", Align::Left)]);
        table.row(["δυναμις", "0.9", "ok"]);
        table.row(["力", "10", ""]);
        insta::assert_snapshot!(table.to_string(), @r"
        state      γ  note
        δυναμις  0.9  ok
        力        10
        ");
    }

    #[test]
    fn the_last_column_is_broken() {
        let mut table = Table::new([("name", Align::Left), ("what", Align::Left)]);
        table.row(["a", &"many words ".repeat(20)]);
        let text = table.to_string();
        assert!(text.lines().count() > 3, "{text}");
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
    }

    #[test]
    fn numbers_and_counts() {
        assert_eq!([0.5, -0.5, -0.0001, 0.0, -1.0].map(|x| decimals(x, 2)), ["0.50", "-0.50", "0.00", "0.00", "-1.00"]);
        assert_eq!([0_u64, 1, 2].map(|n| counted(n, "state")), ["0 states", "1 state", "2 states"]);
    }

    #[test]
    fn long_words_stay_whole() {
        assert_eq!(wrap("a indivisible b", 4), ["a", "indivisible", "b"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
