//! Maps: none panics, what is read is written as it was, and its cells become states.
#![no_main]

use dunamis_envs::{Environment, Grid, Noise};

/// Most cells that become a model: enough for every shape that matters to the code.
const CELLS: usize = 64;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(grid) = text.parse::<Grid>() else { return };
    let map = grid.to_string();
    assert_eq!(map.lines().collect::<Vec<_>>(), text.trim_end_matches(['\r', '\n']).lines().collect::<Vec<_>>());
    assert_eq!(map.parse::<Grid>().as_ref().ok(), Some(&grid));
    if grid.cells().len() <= CELLS {
        let cells = grid.cells().len();
        let environment = Environment::gridworld("map", grid, &Noise::none()).expect("every grid is a gridworld");
        assert_eq!(environment.model().states().len(), cells);
    }
});
