//! What the labels of trained agents promise, by exact solutions of the environments.

use dunamis_envs::{Environment, load};
use dunamis_mdp::{Criterion, StateId};
use dunamis_solve::solve_exact;
use std::collections::BTreeSet;

struct TrainedAgent {
    environment: Environment,
    optimal: Vec<bool>,
}

impl TrainedAgent {
    fn new(specification: &str) -> Self {
        let environment = load(specification).unwrap();
        let criterion = Criterion::Discounted(environment.discount().unwrap().clone());
        let optimal = solve_exact(&environment.mdp().unwrap(), &criterion).unwrap().optimal;
        TrainedAgent { environment, optimal }
    }

    fn labeled(&self, label: &str) -> BTreeSet<StateId> {
        self.environment.labels().get(label).unwrap_or_default().iter().copied().collect()
    }

    /// Where some states lead to in one step, by optimal actions or by all.
    fn next(&self, states: &BTreeSet<StateId>, only_optimal: bool) -> BTreeSet<StateId> {
        let model = self.environment.model();
        let pairs = states.iter().flat_map(|&state| model.available().pairs(state));
        let taken = pairs.filter(|&pair| !only_optimal || self.optimal[pair]);
        taken.flat_map(|pair| model.number_row(pair).map(|(next, _)| StateId::new(next))).collect()
    }

    /// All states reached from some states, these included.
    fn reached(&self, mut states: BTreeSet<StateId>) -> BTreeSet<StateId> {
        loop {
            let next = self.next(&states, false);
            if next.is_subset(&states) {
                return states;
            }
            states.extend(next);
        }
    }

    /// The actions that are optimal at the only state of a label.
    fn choices(&self, label: &str) -> Vec<&str> {
        let state = self.labeled(label).into_iter().next().unwrap();
        let model = self.environment.model();
        let pairs = model.available().pairs(state).filter(|&pair| self.optimal[pair]);
        pairs.map(|pair| &model.actions()[model.available().action(pair).index()]).collect()
    }
}

const CLOSED: [&str; 10] = [
    "shutdown-setting",
    "shutdown-setting:recurrent=1,training=1",
    "shutdown-setting:recurrent=3,distance=1+2+3,return=3+2+1,reach=1/2",
    "shutdown-setting:return-to-training=true",
    "coin-run",
    "coin-run:training=4+2+3,columns=6,rows=2,start=3,coin=1",
    "coin-run:noise=1/4",
    "cheese-maze:size=5,corner=2",
    "cheese-maze:size=3,corner=1,mazes=1,held-out=3",
    "corrigibility-button",
];

const OPEN: [&str; 2] = ["closure-gap", "shutdown-setting:leave-training=true"];

#[test]
fn labels_mean_what_they_say() {
    for specification in CLOSED.into_iter().chain(OPEN) {
        let agent = TrainedAgent::new(specification);
        let (train, new) = (agent.labeled("train"), agent.labeled("new"));
        assert_eq!(new.len(), 1, "{specification}");
        assert!(train.is_disjoint(&new), "{specification}");
        assert!(agent.labeled("init").is_subset(&train) && !agent.labeled("init").is_empty(), "{specification}");
        assert!(
            agent.next(&train, true).is_subset(&train),
            "{specification}: training is closed under what is learned"
        );
        let closed = agent.next(&train, false).is_subset(&train);
        assert_eq!(closed, CLOSED.contains(&specification), "{specification}");
        let overlap = !agent.reached(new).is_disjoint(&train);
        assert_eq!(overlap, specification.contains("return-to-training"), "{specification}");
        // Training says something: some action is not optimal there.
        let model = agent.environment.model();
        assert!(
            train.iter().flat_map(|&s| model.available().pairs(s)).any(|pair| !agent.optimal[pair]),
            "{specification}"
        );
    }
}

#[test]
fn shutdown_is_collected_once() {
    for specification in CLOSED.into_iter().chain(OPEN) {
        let agent = TrainedAgent::new(specification);
        let (terminal, sink) = (agent.labeled("shutdown"), agent.labeled("sink"));
        let shutdowns =
            usize::from(!specification.starts_with("coin-run") && !specification.starts_with("cheese-maze"));
        assert_eq!((terminal.len(), sink.len()), (shutdowns, shutdowns), "{specification}");
        assert_eq!(agent.next(&terminal, false), sink, "{specification}");
        assert_eq!(agent.next(&sink, false), sink, "{specification}");
        let reward = agent.environment.reward().unwrap().values();
        assert!(sink.iter().all(|state| reward[state.index()] == 0.0), "{specification}");
        if let Some(&terminal) = terminal.first() {
            let new = agent.labeled("new");
            assert!(agent.next(&new, false).contains(&terminal), "{specification}");
            assert!(!agent.labeled("train").contains(&terminal), "{specification}");
        }
    }
}

/// The goals that the agents are trained with are those that their designers want, also in the new situation.
#[test]
fn training_goals_accept_shutdown_and_find_coin_and_cheese() {
    assert_eq!(TrainedAgent::new("shutdown-setting").choices("new"), ["shutdown"]);
    assert_eq!(TrainedAgent::new("shutdown-setting").choices("init"), ["t1"]);
    assert_eq!(TrainedAgent::new("corrigibility-button").choices("new"), ["comply"]);
    assert_eq!(TrainedAgent::new("corrigibility-button").choices("init"), ["work"]);
    assert_eq!(TrainedAgent::new("closure-gap").choices("new"), ["shutdown"]);
    assert_eq!(TrainedAgent::new("closure-gap").choices("init"), ["t"]);
    assert_eq!(TrainedAgent::new("coin-run").choices("new"), ["left"]);
    assert_eq!(TrainedAgent::new("coin-run").choices("init"), ["right"]);
    for held_out in 0..4 {
        let maze = TrainedAgent::new(&format!("cheese-maze:size=5,corner=2,mazes=1,held-out={held_out}"));
        assert_eq!(maze.choices("cheese").len(), 1);
        assert_eq!(maze.choices("new").len(), 1, "the way through a maze is unique");
    }
}
