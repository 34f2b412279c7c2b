//! Laws of maps, gridworlds and generators.

use crate::strategies::{grid, noise};
use dunamis_envs::{Forest, Grid, Move, Noise, Rectangle, load};
use dunamis_mdp::{Number, Rational, RewardKind};
use proptest::prelude::*;

/// The probabilities of a move, by moves carried out, in the order of actions.
fn moves(grid: &str, noise: &Noise, state: &str, action: &str) -> Vec<(String, String)> {
    let grid: Grid = grid.parse().unwrap();
    let model = grid.model(noise).unwrap();
    let state = model.state(state).unwrap();
    let pair = model.available().find(state, model.action(action).unwrap()).unwrap();
    let row = model.exact_row(pair).into_iter();
    row.map(|(next, p)| {
        let to = Move::ALL.into_iter().find(|&to| grid.target(state, to) == Some(next)).unwrap();
        (to.to_string(), p.to_string())
    })
    .collect()
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(a, b)| (a.into(), b.into())).collect()
}

#[test]
fn unbiased_noise_is_shared_by_all_available_moves() {
    let noise = Noise::new(number("3/10")).unwrap();
    // A corner has 3 moves: 0.1 each, and 0.7 on top of the chosen one.
    assert_eq!(
        moves("...\n...\n...", &noise, "(0, 0)", "down"),
        pairs(&[("stay", "1/10"), ("right", "1/10"), ("down", "4/5")])
    );
}

#[test]
fn biased_directions_get_their_own_share() {
    let noise = Noise::new(number("1/2")).unwrap().biased(Move::Up, number("1/5")).unwrap();
    // In the middle the other four share 0.3.
    assert_eq!(
        moves("...\n...\n...", &noise, "(1, 1)", "stay"),
        pairs(&[("up", "1/5"), ("left", "3/40"), ("stay", "23/40"), ("right", "3/40"), ("down", "3/40")])
    );
    // At the top edge the bias goes to staying, which shares nothing else.
    assert_eq!(
        moves("...\n...\n...", &noise, "(0, 0)", "down"),
        pairs(&[("stay", "1/5"), ("right", "3/20"), ("down", "13/20")])
    );
}

#[test]
fn where_every_move_is_biased_the_rest_is_shared_by_all() {
    let noise = Noise::new(number("1/2")).unwrap();
    let noise = noise.biased(Move::Up, number("1/10")).unwrap().biased(Move::Right, number("1/5")).unwrap();
    // Left of two cells: right 0.2, stay 0.1 for the blocked up, and 0.1 more for both; staying keeps 0.5.
    assert_eq!(moves("..", &noise, "(0, 0)", "stay"), pairs(&[("stay", "7/10"), ("right", "3/10")]));
    // A single cell is always left to itself.
    assert_eq!(moves(".", &noise, "(0, 0)", "stay"), pairs(&[("stay", "1")]));
}

#[test]
fn biases_added_up_in_floating_point_are_accepted() {
    let noise = Noise::new(0.3).unwrap().biased(Move::Up, 0.1).unwrap().biased(Move::Left, 0.2).unwrap();
    assert!("...\n...\n...".parse::<Grid>().unwrap().model(&noise).unwrap().is_exact());
}

#[test]
fn rectangles_may_be_spanned_by_any_two_corners() {
    let grid = Grid::new(4, 5).unwrap();
    let cut = grid.cut(Rectangle::new((1, 1), (2, 3))).unwrap();
    assert_eq!(cut.to_string(), ".....\n.###.\n.###.\n.....\n");
    for (corner, opposite) in [((2, 3), (1, 1)), ((1, 3), (2, 1)), ((2, 1), (1, 3))] {
        assert_eq!(grid.cut(Rectangle::new(corner, opposite)).unwrap(), cut);
    }
    assert_eq!(cut.cut(Rectangle::new((1, 2), (2, 4))).unwrap().cells().len(), 12);
}

#[test]
fn maps_of_windows_files_are_read() {
    assert_eq!("..\r\n#.\r\n".parse::<Grid>().unwrap(), "..\n#.".parse().unwrap());
}

#[test]
fn forest_is_the_usual_example() {
    let forest = Forest::new(3).environment().unwrap();
    let model = forest.model();
    let rows: Vec<_> = (0..6).map(|pair| (model.row(pair).0.to_vec(), model.row(pair).1.to_vec())).collect();
    let wait = |next| (vec![0, next], vec![0.1, 0.9]);
    let cut = || (vec![0], vec![1.0]);
    assert_eq!(rows, [wait(1), cut(), wait(2), cut(), wait(2), cut()]);
    assert_eq!(forest.reward().unwrap().values(), [0.0, 0.0, 0.0, 1.0, 4.0, 2.0]);
    assert_eq!(load("forest").unwrap().model(), model);
    assert!(model.is_exact());
}

#[test]
fn garnet_has_the_counts_and_laws_it_claims() {
    let environment = load("garnet:states=2000,actions=4-10,branching=4-10,seed=5").unwrap();
    let model = environment.model();
    let (mut actions, mut successors) = ([0usize; 11], [0usize; 11]);
    for s in model.state_ids() {
        actions[model.available().at(s).len()] += 1;
        for pair in model.available().pairs(s) {
            successors[model.row(pair).0.len()] += 1;
        }
    }
    let pairs = model.available().len() as f64;
    assert_eq!((&actions[..4], &successors[..4]), ([0; 4].as_slice(), [0; 4].as_slice()));
    // Seven equally likely counts: each within 5 standard errors.
    let within = |count: usize, total: f64| {
        let p: f64 = 1.0 / 7.0;
        (count as f64 - total * p).abs() < 5.0 * (total * p * (1.0 - p)).sqrt()
    };
    assert!(actions[4..].iter().all(|&count| within(count, 2000.0)), "{actions:?}");
    assert!(successors[4..].iter().all(|&count| within(count, pairs)), "{successors:?}");
    // Every state is as likely a successor as any other: chi-square with 1999 degrees of freedom, 5 standard deviations.
    let mut hits = vec![0.0; 2000];
    model.matrix().indices().iter().for_each(|&next| hits[next as usize] += 1.0);
    let expected = model.matrix().nnz() as f64 / 2000.0;
    let chi2: f64 = hits.iter().map(|hit: &f64| (hit - expected).powi(2) / expected).sum();
    assert!((chi2 - 1999.0).abs() < 5.0 * (2.0f64 * 1999.0).sqrt(), "{chi2}");
    // Dirichlet(1): E p = 1/b and E p² = 2/(b(b+1)), checked for b = 4 where Var p² = 24·6/(4·5·6·7) − 0.01 < 0.162.
    let fours: Vec<f64> = (0..model.available().len())
        .filter(|&k| model.row(k).0.len() == 4)
        .flat_map(|k| model.row(k).1.to_vec())
        .collect();
    let second = fours.iter().map(|p| p * p).sum::<f64>() / fours.len() as f64;
    assert!((second - 0.1).abs() < 5.0 * 0.4 / (fours.len() as f64).sqrt(), "{second}");
    assert!(model.is_exact());
    let reward = environment.reward().unwrap();
    assert_eq!(reward.kind(), RewardKind::StateAction);
    let mean = reward.values().iter().sum::<f64>() / pairs;
    let variance = reward.values().iter().map(|r| r * r).sum::<f64>() / pairs - mean * mean;
    assert!(
        mean.abs() < 5.0 / pairs.sqrt() && (variance - 1.0).abs() < 5.0 * (2.0 / pairs).sqrt(),
        "{mean} {variance}"
    );
}

#[test]
fn garnet_depends_on_its_seed_only() {
    let build = |seed| load(&format!("garnet:states=30,seed={seed}")).unwrap();
    assert_eq!(build(1).model(), build(1).model());
    assert_ne!(build(1).model(), build(2).model());
    assert_eq!(build(1).reward(), build(1).reward());
}

proptest! {
    #[test]
    fn maps_round_trip(grid in grid()) {
        prop_assert_eq!(grid.to_string().parse::<Grid>().unwrap(), grid);
    }

    #[test]
    fn states_and_cells_correspond(grid in grid()) {
        for row in 0..grid.rows() + 2 {
            for column in 0..grid.columns() + 2 {
                if let Some(state) = grid.state_at((row, column)) {
                    prop_assert_eq!(grid.cell(state), (row, column));
                }
            }
        }
        let mut sorted = grid.cells().to_vec();
        sorted.sort_unstable();
        prop_assert_eq!(sorted.as_slice(), grid.cells());
    }

    #[test]
    fn every_move_is_legal_and_staying_always_is(grid in grid()) {
        let model = grid.model(&Noise::none()).unwrap();
        prop_assert!(model.is_deterministic());
        let map: Vec<Vec<char>> = grid.to_string().lines().map(|line| line.chars().collect()).collect();
        let is_open = |row: i64, column: i64| {
            let cell = usize::try_from(row).ok().zip(usize::try_from(column).ok());
            cell.and_then(|(r, c)| map.get(r)?.get(c)).is_some_and(|&cell| cell == '.')
        };
        for s in model.state_ids() {
            let (r, c) = grid.cell(s);
            prop_assert_eq!(&model.states()[s.index()], format!("({r}, {c})"));
            let (r, c) = (r as i64, c as i64);
            let expected: Vec<(String, String)> =
                [("up", r - 1, c), ("down", r + 1, c), ("left", r, c - 1), ("right", r, c + 1), ("stay", r, c)]
                    .into_iter()
                    .filter(|&(_, r, c)| is_open(r, c))
                    .map(|(name, r, c)| (name.into(), format!("({r}, {c})")))
                    .collect();
            let actual: Vec<(String, String)> = model
                .available()
                .pairs(s)
                .map(|pair| {
                    let action = &model.actions()[model.available().action(pair).index()];
                    (action.to_owned(), model.states()[model.row(pair).0[0] as usize].to_owned())
                })
                .collect();
            prop_assert_eq!(actual, expected);
        }
    }

    #[test]
    fn noisy_rows_sum_to_exactly_one(grid in grid(), noise in noise()) {
        let model = grid.model(&noise).unwrap();
        prop_assert!(model.is_exact() && !model.leaks());
        let kept = Rational::from_integer(1.into()) - noise.level().exact();
        for s in model.state_ids() {
            for pair in model.available().pairs(s) {
                let name = &model.actions()[model.available().action(pair).index()];
                let chosen = Move::ALL.into_iter().find(|to| to.name() == name).unwrap();
                let target = grid.target(s, chosen).unwrap();
                let row = model.exact_row(pair);
                let at = |state| row.iter().find(|(next, _)| *next == state).map(|(_, p)| p.clone()).unwrap_or_default();
                prop_assert!(at(target) >= kept);
                // An available bias is a lower bound too, and no outcome is farther than one step.
                for to in Move::ALL {
                    if let (Some(bias), Some(next)) = (noise.bias(to), grid.target(s, to)) {
                        prop_assert!(at(next) >= bias.exact());
                    }
                }
                prop_assert!(row.iter().all(|(next, _)| Move::ALL.into_iter().any(|to| grid.target(s, to) == Some(*next))));
            }
        }
    }

    #[test]
    fn parsing_a_map_never_panics(text in "[.#x \r\n]{0,40}|\\PC{0,40}") {
        let _ = text.parse::<Grid>();
    }

    #[test]
    fn loading_never_panics(text in "(grid|garnet|forest|candy|maze-7x7)?:?([a-z0-9-]{0,9}=?[-0-9./e]{0,6},?){0,3}|\\PC{0,40}") {
        let _ = load(&text);
    }

    #[test]
    fn a_specification_loads_the_same_again(states in 2..20usize, seed in 0..50u64) {
        let environment = load(&format!("garnet: seed = {seed} , states={states},branching=2")).unwrap();
        prop_assert_eq!(environment.name(), format!("garnet:states={states},branching=2,seed={seed}"));
        let again = load(environment.name()).unwrap();
        prop_assert_eq!((again.model(), again.name()), (environment.model(), environment.name()));
    }
}
