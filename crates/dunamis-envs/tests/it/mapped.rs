//! Models in files that are used where they lie: what happens to the files.

use dunamis_envs::{EnvError, FormatError, ImplicitEnvironment, ImplicitGarnet, ImplicitGrid, MappedMdp, RowSource};
use dunamis_mdp::ImplicitMdp;
use std::fs;
use std::path::Path;

/// Four blocks of states, the last one smaller than the others.
fn garnet() -> ImplicitGarnet {
    ImplicitGarnet::new(3500, 2, 2, Some(5), 3).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

/// A model whose last row is none.
struct Broken;

impl ImplicitMdp for Broken {
    fn states(&self) -> u64 {
        5000
    }
    fn actions(&self, _: u64) -> usize {
        1
    }
    fn row(&self, state: u64, _: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
        visit(state + 1, 1.0);
        0.0
    }
}

impl RowSource for Broken {
    fn action_names(&self) -> Vec<String> {
        vec!["on".into()]
    }
    fn action_id(&self, _: u64, _: usize) -> usize {
        0
    }
}

#[test]
fn a_file_is_complete_or_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.dmdp");
    let written = MappedMdp::create(&path, &garnet()).unwrap();
    assert_eq!((written.pairs, written.transitions, written.size), (7000, 14_000, fs::metadata(&path).unwrap().len()));
    let mapped = MappedMdp::open(&path).unwrap();
    // The bytes depend on the rows alone, and a file that is in use may be replaced.
    let before = fs::read(&path).unwrap();
    MappedMdp::create(&path, &mapped).unwrap();
    assert!(fs::read(&path).unwrap() == before);
    let error = MappedMdp::create(&path, &Broken).unwrap_err();
    assert_eq!(error.to_string(), "action 0 of state 4999: found the successor 5000, expected states below 5000");
    assert!(fs::read(&path).unwrap() == before);
    assert_eq!(names(folder.path()), ["model.dmdp"]);
    assert!(mapped.unchanged().is_ok());
    assert_eq!(mapped.stored().unwrap(), garnet().stored().unwrap());
    assert!(matches!(MappedMdp::create(folder.path().join("no/model.dmdp"), &garnet()), Err(EnvError::Write { .. })));
    assert!(matches!(MappedMdp::open(folder.path().join("none.dmdp")), Err(EnvError::Read { .. })));
}

#[test]
fn files_that_change_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.dmdp");
    MappedMdp::create(&path, &ImplicitGrid::new(9, 9, 0.5, 0).unwrap()).unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    assert!(cfg!(not(unix)) || permissions.readonly());
    let mapped = MappedMdp::open(&path).unwrap();
    assert!(mapped.unchanged().is_ok());
    #[expect(clippy::permissions_set_readonly_false, reason = "the folder is temporary")]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).unwrap();
    let longer = [fs::read(&path).unwrap(), vec![0; 64]].concat();
    // Written into, not replaced: all that the model has is still there, so that nothing is lost but trust.
    fs::write(&path, longer).unwrap();
    assert!(matches!(mapped.unchanged(), Err(FormatError::Changed)));
    assert!(matches!(MappedMdp::open(&path), Err(EnvError::File { .. })));
}

#[test]
fn a_part_of_a_file_is_opened_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.dmdp");
    MappedMdp::create(&path, &garnet()).unwrap();
    let row = |model: &MappedMdp, state: u64| {
        let mut row = Vec::new();
        let reward = model.row(state, 1, |next, probability| row.push((next, probability)));
        (reward, row)
    };
    let whole = MappedMdp::open(&path).unwrap();
    let part = MappedMdp::open_part(&path, |states| states / 2..states).unwrap();
    for state in [1024, 1750, 3499] {
        assert_eq!(row(&part, state), row(&whole, state));
    }
    for state in [0, 1023, 3500, u64::MAX] {
        assert!(row(&part, state).0.is_nan() && row(&part, state).1.is_empty());
    }
    assert_eq!(part.action_name(0, 1), Some("a1"));
    // Damage in the first block concerns those only who use it.
    let mut bytes = fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    let damaged = folder.path().join("damaged.dmdp");
    fs::write(&damaged, bytes).unwrap();
    assert!(MappedMdp::open_part(&damaged, |states| states / 2..states).is_ok());
    let error = MappedMdp::open(&damaged).unwrap_err();
    let EnvError::File { source, .. } = &error else { panic!("{error}") };
    assert!(matches!(&**source, EnvError::Format(FormatError::Damaged { place }) if place == "block 0"), "{source}");
}

#[test]
fn paths_are_specifications() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.DMDP");
    let grid = ImplicitGrid::new(4, 3, 0.5, 0).unwrap();
    MappedMdp::create(&path, &grid).unwrap();
    let environment = ImplicitEnvironment::load(path.to_str().unwrap()).unwrap().unwrap();
    let ImplicitEnvironment::Mapped(mapped) = &environment else { panic!("{environment:?}") };
    for state in 0..12 {
        for action in 0..grid.actions(state) {
            assert_eq!(environment.action_name(state, action), grid.move_of(state, action).unwrap().name());
        }
    }
    assert_eq!((environment.state("11"), environment.state("12"), environment.state("s1")), (Some(11), None, None));
    assert_eq!(environment.state_name(7), "7");
    insta::assert_snapshot!(mapped, @"
    12 states, 46 state-action pairs, 182 transitions
    1984 bytes, 165.3 per state; used where the file lies

    lists of actions  1 byte per state: it is one of 9
    first pairs       2 bytes per state (4 in blocks of 65536 pairs)
    first transitions 2 bytes per pair (4 in blocks of 65536 transitions)
    successors        4 bytes per transition
    probabilities     1 byte per transition: each is one of 6
    lost mass         0 bytes: it is the same for all
    rewards           8 bytes per state
    ");
}
