//! The five moves of a gridworld.

use std::fmt;

/// A move of a gridworld. Row 0 is at the top and column 0 at the left.
///
/// The order of the variants is the order of the actions at every state: up, down, left, right, stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// To the column before.
    Left,
    /// To the next column.
    Right,
    /// Nowhere.
    Stay,
}

impl Move {
    /// All moves, in the order of actions.
    pub const ALL: [Move; 5] = [Move::Up, Move::Down, Move::Left, Move::Right, Move::Stay];

    /// The name of the action.
    pub fn name(self) -> &'static str {
        match self {
            Move::Up => "up",
            Move::Down => "down",
            Move::Left => "left",
            Move::Right => "right",
            Move::Stay => "stay",
        }
    }

    /// The cell (row, column) that the move leads to on an endless quarter-plane; `None` beyond its top or left edge.
    pub fn target(self, (row, column): (usize, usize)) -> Option<(usize, usize)> {
        match self {
            Move::Up => Some((row.checked_sub(1)?, column)),
            Move::Down => Some((row.checked_add(1)?, column)),
            Move::Left => Some((row, column.checked_sub(1)?)),
            Move::Right => Some((row, column.checked_add(1)?)),
            Move::Stay => Some((row, column)),
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
