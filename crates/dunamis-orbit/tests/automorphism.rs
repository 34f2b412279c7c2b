//! Involutions of states against all of them, and against the enumeration of policies.

use dunamis_mdp::{StateId, TransitionModel};
use dunamis_orbit::{AutomorphismSearch, NoCopies, OptionSet, Permutation, Permute};
use dunamis_solve::VisitDistributionSet;
use proptest::prelude::*;

/// For every state and action, two successors that are equally likely, or one.
type Moves = Vec<Vec<(usize, usize)>>;

fn model(moves: &Moves) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let states: Vec<StateId> = (0..moves.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (state, actions) in moves.iter().enumerate() {
        for (action, &(x, y)) in actions.iter().enumerate() {
            let (name, state) = (format!("a{action}"), states[state]);
            if x == y {
                builder.transition(state, &name, states[x], 1.0).unwrap();
            } else {
                builder.transition(state, &name, states[x], 0.5).unwrap();
                builder.transition(state, &name, states[y], 0.5).unwrap();
            }
        }
    }
    builder.build().unwrap()
}

/// Three actions in state 0, and at most two elsewhere.
fn any_moves() -> impl Strategy<Value = Moves> {
    (4..=6_usize).prop_flat_map(|states| {
        let row = prop_oneof![3 => (0..states).prop_map(|x| (x, x)), 1 => (0..states, 0..states)];
        let later = prop_oneof![3 => (1..states).prop_map(|x| (x, x)), 1 => (1..states, 1..states)];
        let first = prop::collection::vec(later.clone(), 3);
        let others = prop::collection::vec(prop::collection::vec(prop_oneof![1 => row, 3 => later], 1..=2), states - 1);
        (first, others).prop_map(|(first, others)| [vec![first], others].concat())
    })
}

/// States behind action 0 that are mirrored behind action 1, with shared states, further actions behind 1, and now and then a
/// move that is changed.
fn mirrored_moves() -> impl Strategy<Value = Moves> {
    (2..=3_usize, 1..=2_usize).prop_flat_map(|(half, shared)| {
        let own = 1..=half + shared;
        let row = prop_oneof![2 => own.clone().prop_map(|x| (x, x)), 1 => (own.clone(), own)];
        let states = 1 + shared + 2 * half;
        let rows = prop::collection::vec(prop::collection::vec(row, 1..=2), half + shared);
        let any = (1..states, 0..2_usize, 1..states);
        (rows, any.clone(), prop::option::weighted(0.2, any)).prop_map(move |(rows, more, changed)| {
            // Shared states come first and lead to shared ones only, then the one half, then the other.
            let mirror = |x: usize| if x > shared { x + half } else { x };
            let inside = |state: usize, x: usize| if state <= shared { 1 + x % shared } else { x };
            let mut moves: Moves = vec![vec![(shared + 1, shared + 1), (shared + 1 + half, shared + 1 + half), (1, 1)]];
            let own = (1..).zip(&rows);
            let own: Moves =
                own.map(|(s, rows)| rows.iter().map(|&(x, y)| (inside(s, x), inside(s, y))).collect()).collect();
            let image = own[shared..].iter().map(|rows| rows.iter().map(|&(x, y)| (mirror(x), mirror(y))).collect());
            let image: Moves = image.collect();
            moves.extend(own);
            moves.extend(image);
            if more.0 > shared + half {
                moves[more.0].push((more.2, more.2));
            }
            if let Some((state, action, to)) = changed {
                let last = moves[state].len() - 1;
                moves[state][action.min(last)] = (to, to);
            }
            moves
        })
    })
}

fn moves() -> impl Strategy<Value = Moves> {
    prop_oneof![any_moves(), mirrored_moves()]
}

fn involutions(size: usize) -> Vec<Permutation> {
    let mut all = vec![Vec::new()];
    for i in 1..size {
        let more: Vec<Vec<(usize, usize)>> = all
            .iter()
            .flat_map(|pairs: &Vec<(usize, usize)>| {
                let free = |k: usize| pairs.iter().all(|&(p, q)| k != p && k != q);
                (i + 1..size)
                    .filter(move |&j| free(i) && free(j))
                    .map(|j| [&pairs[..], &[(i, j)]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
        all.extend(more);
    }
    all.into_iter().map(|pairs| Permutation::swaps(size, pairs).unwrap()).collect()
}

fn functions(model: &TransitionModel, pair: usize) -> OptionSet<dunamis_orbit::RationalFunction> {
    let set =
        VisitDistributionSet::with_choice(model, StateId::new(0), pair, VisitDistributionSet::DEFAULT_LIMIT).unwrap();
    OptionSet::visit_distributions(&set)
}

proptest! {
    #[test]
    fn found_exactly_when_there_is_one(moves in moves(), keep in any::<bool>(), frozen in prop::option::of(1..4_usize)) {
        let model = model(&moves);
        let mut search = AutomorphismSearch::new(&model, 0, 1).unwrap();
        if keep {
            search = search.keeping(2).unwrap();
        }
        if let Some(frozen) = frozen {
            search = search.permuting((0..moves.len()).filter(|&state| state != frozen));
        }
        let permitted = |by: &Permutation| frozen.is_none_or(|frozen| by.image(frozen) == frozen);
        let possible = involutions(moves.len()).into_iter().any(|by| permitted(&by) && search.check(&by).is_ok());
        match search.find() {
            Ok(by) => {
                prop_assert!(possible && permitted(&by));
                prop_assert!(functions(&model, 0).permuted(&by).is_subset(&functions(&model, 1)));
                if keep {
                    prop_assert_eq!(functions(&model, 2).permuted(&by), functions(&model, 2));
                }
            }
            Err(refusal) => {
                prop_assert!(!possible);
                prop_assert_eq!(refusal, NoCopies::NoAutomorphism);
            }
        }
    }
}

#[test]
fn left_is_embedded_in_right() {
    let model = dunamis_envs::load("case-study").unwrap().model().clone();
    let pair = |action| model.available().find(model.state("★").unwrap(), model.action(action).unwrap()).unwrap();
    let search = AutomorphismSearch::new(&model, pair("ℓ◁"), pair("r▷")).unwrap().keeping(pair("∅")).unwrap();
    let by = search.find().unwrap();
    insta::assert_snapshot!(by, @"(2 3)(4 6)(5 7)");
    search.check(&by).unwrap();
    let wrong: Permutation = "(2 3)".parse::<Permutation>().unwrap().extended(8).unwrap();
    insta::assert_snapshot!(search.check(&wrong).unwrap_err(), @"the row of state-action pair 4 is not taken to a row of the image of its state");
    insta::assert_snapshot!(search.check(&"(0 1)".parse().unwrap()).unwrap_err(), @"the permutation is not an involution of the states that keeps the one where the choice is made");
    let converse = AutomorphismSearch::new(&model, pair("r▷"), pair("ℓ◁")).unwrap().find().unwrap_err();
    insta::assert_snapshot!(converse, @"no involution of the states takes the rows that one action leads to to rows that the other leads to");
    insta::assert_snapshot!(AutomorphismSearch::new(&model, pair("ℓ◁"), 10).unwrap_err(), @"there is no state with the state-action pairs 1 and 10");
    assert!(matches!(search.limit(1).find(), Err(NoCopies::Limit { limit: 1 })));
}

/// Two square rooms of `side`² cells behind the doors of one state; the second has a way out at its far corner.
fn rooms(side: usize) -> TransitionModel {
    let cells = side * side;
    let mut moves: Moves = vec![vec![(1, 1), (1 + cells, 1 + cells)]];
    for room in 0..2 {
        let number = |row: usize, column: usize| 1 + room * cells + row * side + column;
        for (row, column) in (0..cells).map(|cell| (cell / side, cell % side)) {
            let up = number(row.saturating_sub(1), column);
            let left = number(row, column.saturating_sub(1));
            let (down, right) = (number((row + 1).min(side - 1), column), number(row, (column + 1).min(side - 1)));
            let mut actions = vec![(up, up), (left, left), (down, down), (right, right)];
            if room == 1 && row + column == 2 * (side - 1) {
                actions.push((1 + 2 * cells, 1 + 2 * cells));
            }
            moves.push(actions);
        }
    }
    moves.push(vec![(1 + 2 * cells, 1 + 2 * cells)]);
    model(&moves)
}

#[test]
fn a_room_in_a_room_with_a_way_out() {
    let side = 12;
    let model = rooms(side);
    let by = AutomorphismSearch::new(&model, 0, 1).unwrap().find().unwrap();
    assert_eq!(by.cycles().len(), side * side);
    assert_eq!(AutomorphismSearch::new(&model, 1, 0).unwrap().find(), Err(NoCopies::NoAutomorphism));
}
