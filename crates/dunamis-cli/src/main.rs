//! The `dunamis` command.

fn main() {}
