//! Likelihoods are probabilities, nobody predicts a kind of agent better than who believes in it, and standard errors are true.

use dunamis_envs::load;
use dunamis_goals::{
    Behavior, Belief, Calibration, ContextMixture, Estimate, Features, GoalBounds, GoalError, GoalLaw, GoalSet,
    GoalSettings, LikelihoodSettings, LikelihoodTable, LogLikelihood, Policies, Rationality, SamplerSettings, Training,
    Trajectory, agent_kinds,
};
use dunamis_mdp::{Discount, Rational, StateId, TransitionModel};
use dunamis_sampling::{FiniteSupport, IndependentRewards, Marginal, Seed};
use std::sync::Arc;

/// Four rooms around a hall; in one of them a step may go astray.
fn rooms() -> Arc<TransitionModel> {
    let mut builder = TransitionModel::builder();
    let ids: Vec<StateId> = ["hall", "a", "b", "c"].iter().map(|name| builder.state(name).unwrap()).collect();
    for (k, &room) in ids.iter().enumerate().skip(1) {
        builder.transition(ids[0], &format!("to {k}"), room, 1.0).unwrap();
        builder.transition(room, "stay", room, 1.0).unwrap();
    }
    builder.transition(ids[1], "back", ids[0], 0.75).unwrap();
    builder.transition(ids[1], "back", ids[2], 0.25).unwrap();
    builder.transition(ids[2], "back", ids[0], 1.0).unwrap();
    Arc::new(builder.build().unwrap())
}

fn discount() -> Discount {
    "0.9".parse().unwrap()
}

fn uniform(states: usize) -> GoalLaw {
    Arc::new(IndependentRewards::identical(states, Marginal::UNIT).unwrap())
}

fn fixed(goals: &[&[f64]]) -> GoalLaw {
    Arc::new(FiniteSupport::new(goals.iter().map(|goal| goal.to_vec()).collect()).unwrap())
}

/// Kinds of agents in the rooms.
fn kinds() -> Vec<(String, Behavior)> {
    let mixture = ContextMixture::new(vec![0, 1, 1, 0], vec![uniform(4), fixed(&[&[0.0, 0.0, 1.0, 0.0]])]).unwrap();
    let kinds = [
        ("random", Behavior::Random),
        ("uniform", Behavior::Goals(uniform(4))),
        ("b", Behavior::Goals(fixed(&[&[0.0, 0.2, 1.0, 0.0]]))),
        ("b or c", Behavior::Goals(fixed(&[&[0.0, 0.0, 1.0, 0.2], &[0.0, 0.0, 0.0, 1.0], &[0.3; 4]]))),
        ("actor and critic", Behavior::ActorCritic { actor: uniform(4), critic: uniform(4), step: 1.0 }),
        ("contexts", Behavior::Contexts(mixture)),
    ];
    kinds.map(|(name, kind)| (name.to_owned(), kind)).into()
}

fn policies(model: &Arc<TransitionModel>, kind: &Behavior, rationality: Rationality) -> Policies {
    Policies::new(model, StateId::new(0), &discount(), kind, rationality).unwrap()
}

fn believe(kind: &Policies, seen: &[Trajectory], count: u64, seed: u64) -> Belief {
    kind.believe(seen, count, Seed::new(seed), &()).unwrap()
}

fn watch(kind: &Policies, horizon: u64, count: u64, seed: u64) -> Vec<Trajectory> {
    kind.trajectories(horizon, count, Seed::new(seed), &()).unwrap()
}

/// All ways to take some actions, with the probability that chance plays along.
fn everything(model: &TransitionModel, start: usize, horizon: usize) -> Vec<(Trajectory, f64)> {
    let mut all: Vec<(Vec<usize>, usize, f64)> = vec![(Vec::new(), start, 1.0)];
    for _ in 0..horizon {
        let mut longer = Vec::new();
        for (pairs, state, chance) in all {
            for pair in model.available().pairs(StateId::new(state)) {
                let (next, probability) = model.row(pair);
                for (&next, p) in next.iter().zip(probability) {
                    longer.push(([&pairs[..], &[pair]].concat(), next as usize, chance * p));
                }
            }
        }
        all = longer;
    }
    all.into_iter().map(|(pairs, _, chance)| (Trajectory::new(model, pairs).unwrap(), chance)).collect()
}

fn rationalities() -> [Rationality; 3] {
    [Rationality::tremble(0.1).unwrap(), Rationality::boltzmann(0.2).unwrap(), Rationality::boltzmann(1e-5).unwrap()]
}

#[test]
fn likelihoods_are_probabilities_and_nobody_knows_better() {
    let model = rooms();
    let all = everything(&model, 0, 5);
    let trajectories: Vec<Trajectory> = all.iter().map(|(trajectory, _)| trajectory.clone()).collect();
    for rationality in rationalities() {
        let logs: Vec<Vec<f64>> = (kinds().iter())
            .map(|(_, kind)| {
                LogLikelihood::new(&believe(&policies(&model, kind, rationality), &trajectories, 50, 3)).trajectories
            })
            .collect();
        for (row, own) in logs.iter().enumerate() {
            let probability: Vec<f64> = own.iter().zip(&all).map(|(log, (_, chance))| log.exp() * chance).collect();
            assert!((probability.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{row}");
            let expected = |logs: &[f64]| -> f64 { probability.iter().zip(logs).map(|(p, log)| p * log).sum() };
            for (column, other) in logs.iter().enumerate() {
                let loss = expected(own) - expected(other);
                assert!(loss >= -1e-12, "{row} {column}: {loss}");
                assert!(row == column || loss > 1e-4, "{row} {column}: {loss}");
            }
        }
    }
}

#[test]
fn special_kinds() {
    let model = rooms();
    let goal: &[f64] = &[0.1, 0.5, 0.9, 0.2];
    let [law, other] = [fixed(&[goal]), fixed(&[&[0.7, 0.1, 0.0, 0.3]])];
    let seeker = Behavior::Goals(Arc::clone(&law));
    // Nobody listens to the critic; or there is one region, with one component.
    let deaf = Behavior::ActorCritic { actor: Arc::clone(&law), critic: Arc::clone(&other), step: 0.0 };
    let single = Behavior::Contexts(ContextMixture::new(vec![0; 4], vec![Arc::clone(&law)]).unwrap());
    let sure = ContextMixture::new(vec![0, 1, 1, 0], vec![other, law]).unwrap();
    let sure = Behavior::Contexts(sure.with_weights(vec![vec![0.0, 2.0]; 2]).unwrap());
    let draw = |kind: &Behavior, rationality| policies(&model, kind, rationality).draw(3, Seed::new(3)).unwrap();
    for rationality in rationalities() {
        let expected = draw(&seeker, rationality);
        for kind in [&deaf, &single, &sure] {
            let found = draw(kind, rationality);
            for (p, q) in expected[0].iter().zip(&found[2]) {
                assert!((p - q).abs() < 1e-9, "{p} {q}");
            }
        }
    }
    // A goal's scale and origin do not matter.
    let scaled: Vec<f64> = goal.iter().map(|x| 7.0 * x - 2.0).collect();
    let scaled = draw(&Behavior::Goals(fixed(&[&scaled])), rationalities()[1]);
    let plain = draw(&seeker, rationalities()[1]);
    assert!(scaled[0].iter().zip(&plain[0]).all(|(p, q)| (p - q).abs() < 1e-9));
    // Who does not care chooses anything.
    let even = draw(&Behavior::Goals(fixed(&[&[0.4; 4]])), rationalities()[0]);
    assert_eq!(even, draw(&Behavior::Random, rationalities()[0]));
}

#[test]
fn standard_errors_of_draws() {
    let model = rooms();
    let law = Behavior::Goals(uniform(4));
    let kind = policies(&model, &law, rationalities()[0]);
    let seen = watch(&kind, 8, 40, 1);
    let all: Vec<LogLikelihood> = (0..60).map(|seed| LogLikelihood::new(&believe(&kind, &seen, 100, seed))).collect();
    let means: Vec<f64> = all.iter().map(|one| one.mean.mean).collect();
    let spread = Estimate::of(&means);
    let actual = spread.std_error * 60_f64.sqrt();
    let told = all.iter().map(|one| one.draws_std_error).sum::<f64>() / 60.0;
    assert!((0.7..1.4).contains(&(told / actual)), "{told} {actual}");
    // With a hundred times as many draws there is hardly any bias.
    let truth = LogLikelihood::new(&believe(&kind, &seen, 10_000, 99));
    let told = all.iter().map(|one| one.draws_bias).sum::<f64>() / 60.0;
    let actual = truth.mean.mean - spread.mean;
    assert!((told - actual).abs() < 4.0 * spread.std_error + 0.3 * told, "{told} {actual}");
    // Half of the draws know less.
    let halved = Estimate::of_differences(&means, &all.iter().map(|one| one.halved).collect::<Vec<_>>());
    assert!(halved.mean > 0.0 && (truth.halved - truth.mean.mean).abs() < 0.1 * halved.mean, "{halved:?}");
    assert!(truth.draws_std_error < 0.2 * all[0].draws_std_error && truth.effective > all[0].effective);
}

#[test]
fn who_knows_the_kind_is_calibrated() {
    let (model, rationality) = (rooms(), rationalities()[0]);
    for (name, kind) in kinds() {
        let kind = policies(&model, &kind, rationality);
        let seen = watch(&kind, 6, 600, 7);
        let own = Calibration::new(&believe(&kind, &seen, 2_000, 8));
        for bin in own.bins.iter().filter(|bin| bin.count > 50) {
            let error = (bin.predicted - bin.observed.mean).abs();
            assert!(error < 5.0 * bin.observed.std_error + 0.02, "{name}: {bin:?}");
        }
        assert!(own.expected_error.mean < 0.04, "{name}: {:?}", own.expected_error);
        // A choice in the hall is among three actions, and one in a room with a way back among two.
        let predictions: u64 = own.bins.iter().map(|bin| bin.count).sum();
        assert!((2 * own.steps..=3 * own.steps).contains(&predictions));
        let other = |kind| Calibration::new(&believe(&policies(&model, &kind, rationality), &seen, 1, 9));
        let none = other(Behavior::Random);
        assert_eq!(none.steps, own.steps);
        if name == "b" {
            // Whoever gives all actions the same probability is calibrated, but knows nothing.
            assert!(none.expected_error.mean < 1e-9 && none.brier.mean > own.brier.mean + 0.2, "{none:?}");
        }
        if name == "random" {
            // Whoever sees a goal in everything is often wrong.
            let sure = other(Behavior::Goals(fixed(&[&[0.0, 0.2, 1.0, 0.0]])));
            assert!(sure.expected_error.mean > 0.2 && sure.brier.mean > own.brier.mean + 0.2, "{sure:?}");
        }
    }
}

#[test]
fn weights_of_contexts_are_found() {
    let (model, rationality) = (rooms(), rationalities()[0]);
    let components =
        vec![fixed(&[&[0.0, 1.0, 0.0, 0.0]]), fixed(&[&[0.0, 0.0, 1.0, 0.0]]), fixed(&[&[0.0, 0.0, 0.0, 1.0]])];
    let even = ContextMixture::new(vec![0, 1, 1, 0], components).unwrap();
    let weights = vec![vec![0.7, 0.3, 0.0], vec![0.1, 0.5, 0.4]];
    let kind = Behavior::Contexts(even.clone().with_weights(weights.clone()).unwrap());
    let seen = watch(&policies(&model, &kind, rationality), 8, 2_000, 5);
    let (start, seed) = (StateId::new(0), Seed::new(6));
    let fitted = even.clone().fitted(&model, start, &discount(), rationality, &seen, 1, seed, &()).unwrap();
    for (found, expected) in fitted.weights().iter().flatten().zip(weights.iter().flatten()) {
        assert!((found - expected).abs() < 0.06, "{:?}", fitted.weights());
    }
    let mean = |mixture: ContextMixture| {
        let kind = policies(&model, &Behavior::Contexts(mixture), rationality);
        LogLikelihood::new(&believe(&kind, &seen, 20_000, 7)).mean.mean
    };
    assert!(mean(fitted) > mean(even) + 0.05);
}

#[test]
fn features_of_proximity() {
    let model = rooms();
    let targets = vec![("b".to_owned(), vec![StateId::new(2)]), ("hall".to_owned(), vec![StateId::new(0)])];
    let features = Features::proximity(&model, &targets).unwrap();
    let expected = [[(1, 2), (1, 2), (1, 1), (0, 1)], [(1, 1), (1, 2), (1, 2), (0, 1)]];
    let expected = expected.map(|row| row.map(|(n, d): (i64, i64)| Rational::new(n.into(), d.into())));
    assert_eq!(features.values(), expected);
}

/// Agents that were trained in mazes with cheese in the corner, in a new maze.
fn maze_kinds() -> (Arc<TransitionModel>, StateId, Vec<(String, Behavior)>) {
    let maze = load("cheese-maze:size=5,corner=2,mazes=2").unwrap();
    let (model, labels, gamma) = (Arc::clone(maze.model()), maze.labels(), maze.discount().unwrap());
    let states = |label: &str| labels.get(label).unwrap().to_vec();
    let training =
        Training::optimal(Arc::clone(&model), &states("train"), maze.reward().unwrap().clone(), gamma).unwrap();
    let goals = GoalSet::new(training, gamma, GoalSettings::default()).unwrap();
    let settings = SamplerSettings::default();
    let features =
        Features::proximity(&model, &["cheese", "corner"].map(|label| (label.to_owned(), states(label)))).unwrap();
    let weights =
        GoalBounds::uniform(2, Rational::from_integer((-1).into()), Rational::from_integer(1.into())).unwrap();
    let corner = states("corner");
    let regions = model.state_ids().map(|state| usize::from(corner.contains(&state))).collect();
    let kinds = agent_kinds(&goals, &features, &weights, regions, &settings).unwrap();
    (model, states("new")[0], kinds)
}

fn maze_table(rationality: Rationality, seed: u64) -> LikelihoodTable {
    let (model, start, kinds) = maze_kinds();
    let settings = LikelihoodSettings {
        discount: discount(),
        rationality,
        start,
        horizon: 10,
        trajectories: 40,
        policies: 400,
        seed: Seed::new(seed),
    };
    LikelihoodTable::new(&model, &kinds, &settings, &()).unwrap()
}

#[test]
fn a_table_for_the_maze() {
    let table = maze_table(Rationality::tremble(0.1).unwrap(), 1);
    let kinds = table.kinds().len();
    assert_eq!(table.cells().len(), kinds * kinds);
    let number = |name: &str| table.kinds().iter().position(|kind| kind == name).unwrap();
    let [uniform, featurized] = ["uniform goals", "featurized goals"].map(number);
    for cell in table.cells() {
        let own = cell.watched == cell.believed;
        assert_eq!(cell.log_likelihood.trajectories.len(), 40);
        assert!(!own || cell.against_own == Estimate { mean: 0.0, std_error: 0.0 });
        // No belief does better than the true one, beyond what chance explains.
        let slack = 5.0 * (cell.against_own.std_error + cell.log_likelihood.draws_std_error) + 0.5;
        assert!(cell.against_own.mean < slack, "{cell:?}");
        assert_eq!(cell.believed == 0, cell.against_random.mean.abs() < 1e-9);
    }
    // Agents who want the cheese are predicted far better by those who know the features than by uniform goals.
    let loss = table.cell(featurized, uniform).unwrap().against_own;
    assert!(loss.mean + 5.0 * loss.std_error < -1.0);
    // Where goals are uniform, to believe in features costs.
    assert!(table.cell(uniform, featurized).unwrap().against_own.mean < -1.0);
    assert!(table.cell(kinds, 0).is_none());

    let other = maze_table(Rationality::tremble(0.1).unwrap(), 2);
    let pooled = LikelihoodTable::pooled(&[table.clone(), other.clone()]).unwrap();
    for ((both, a), b) in pooled.cells().iter().zip(table.cells()).zip(other.cells()) {
        let means = [a, b].map(|cell| cell.log_likelihood.mean.mean);
        assert_eq!(both.log_likelihood.mean, Estimate::of(&means));
        assert_eq!(both.calibration.steps, a.calibration.steps + b.calibration.steps);
        assert_eq!(both.log_likelihood.trajectories.len(), 80);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| maze_table(Rationality::boltzmann(0.1).unwrap(), 1))
    };
    let [one, three] = [1, 3].map(|threads| serde_json::to_string(&run(threads)).unwrap());
    assert_eq!(one, three);
}

#[test]
fn refusals_name_the_fix() {
    let model = rooms();
    let three = Behavior::Goals(uniform(3));
    let fast = Behavior::ActorCritic { actor: uniform(4), critic: uniform(4), step: f64::NAN };
    let refused = |kind: &Behavior| {
        Policies::new(&model, StateId::new(0), &discount(), kind, rationalities()[0]).map(|_| ()).unwrap_err()
    };
    let mixture = || ContextMixture::new(vec![0, 1, 1, 0], vec![uniform(4)]).unwrap();
    let law = Behavior::Goals(uniform(4));
    // From room c there is no way back.
    let kind_in_c = Policies::new(&model, StateId::new(3), &discount(), &law, rationalities()[0]).unwrap();
    let hall = Trajectory::new(&model, vec![0]).unwrap();
    let table = |start, policies| {
        let (discount, start) = (discount(), StateId::new(start));
        let settings = LikelihoodSettings {
            discount,
            rationality: rationalities()[0],
            start,
            horizon: 1,
            trajectories: 1,
            policies,
            seed: Seed::new(0),
        };
        LikelihoodTable::new(&model, &kinds(), &settings, &()).unwrap_err()
    };
    let messages = [
        Rationality::tremble(0.0).unwrap_err(),
        Rationality::boltzmann(f64::NAN).unwrap_err(),
        refused(&three),
        refused(&fast),
        ContextMixture::new(vec![0; 4], Vec::new()).unwrap_err(),
        ContextMixture::new(vec![0, 9], vec![uniform(2)]).unwrap_err(),
        mixture().with_weights(vec![vec![1.0]]).unwrap_err(),
        mixture().with_weights(vec![vec![1.0], vec![-1.0]]).unwrap_err(),
        Trajectory::new(&model, vec![0, 99]).unwrap_err(),
        Trajectory::new(&model, vec![0, 1]).unwrap_err(),
        policies(&model, &law, rationalities()[0]).believe(&[], 0, Seed::new(0), &()).map(|_| ()).unwrap_err(),
        kind_in_c.believe(&[hall], 1, Seed::new(0), &()).map(|_| ()).unwrap_err(),
        table(9, 1),
        table(0, 0),
        LikelihoodTable::pooled(&[]).unwrap_err(),
        Features::proximity(&model, &[("x".into(), vec![StateId::new(4)])]).unwrap_err(),
    ];
    insta::assert_snapshot!(messages.map(|error: GoalError| error.to_string()).join("\n"), @r"
    the probability of a tremble is 0, but must be from 0.000000001 to 1
    the temperature is NaN, but must be from 0.000001 to 1000000
    3 rewards are given, where the model has 4 states without its sinks
    the step of the actor is NaN, but must be at least 0 and finite
    a mixture of goals needs at least one component and one region, and regions numbered below the number of states
    a mixture of goals needs at least one component and one region, and regions numbered below the number of states
    the weights of region 1 must be at least 0, not all 0, and one for each component
    the weights of region 1 must be at least 0, not all 0, and one for each component
    there is no state-action pair number 99: the model has 8 pairs, counted from 0
    action number 1 of the trajectory is taken in a state where the one before does not lead
    nothing is drawn: ask for at least one trajectory, one step and one policy
    state-action pair number 0 cannot be reached from where agents start
    there is no state number 9: the model has 4 states, counted from 0
    nothing is drawn: ask for at least one trajectory, one step and one policy
    only tables of the same kinds of agents have a common one: name at least one, all with the same kinds
    there is no state number 4: the model has 4 states, counted from 0
    ");
}
