//! Exact analyses: their configs, their runs and their errors.

use crate::errors::chain;
use dunamis_experiment::{Analysis, AnalysisRun, Damage, ExperimentError, OptionSets, analyze};

const CANDY: &str = r#"
name = "candy"
environment.name = "candy"
options.states = ["start"]

[probability]
states = ["start"]
discounts = [0, "1/2", 1]

[empowerment]
states = ["start", "wait"]
steps = 2

[[embedding]]
name = "candy into waiting"
from = "start"
from-action = "candy"
into = "start"
into-action = "wait"

[[comparison]]
name = "wait"
state = "start"
a = ["candy"]
b = ["wait"]
rewards = [[0, 0, 1, 1]]
worst = true
copies = true

[[comparison]]
name = "outcomes"
a = [[1, 0, 0]]
b = [[0, 1, 0], [0, 0, 1]]
rules = ["optimal", "boltzmann:temperature=1", "satisficing:threshold=3"]
rewards = [[10, 5, 0]]
list = true

[[comparison]]
name = "counts"
a = 2
b = "51"
"#;

fn run(text: &str) -> (tempfile::TempDir, AnalysisRun) {
    let runs = tempfile::tempdir().unwrap();
    let run = analyze(&text.parse().unwrap(), runs.path(), &()).unwrap();
    (runs, run)
}

#[test]
fn everything_about_candy() {
    let (runs, run) = run(CANDY);
    let results = &run.results;
    let options = &results.options[0];
    assert_eq!((options.visit_distributions.len(), options.recurrent_distributions.len()), (3, 3));
    assert!(options.dominated_pairs.is_empty());
    let chances: Vec<_> = results.probability.iter().map(|record| (&*record.power, &*record.optimal["wait"])).collect();
    // POWER is 2/3 + γ²/12, and waiting is optimal with probability 1/2 + γ/6.
    assert_eq!(chances, [("2/3", "1/2"), ("11/16", "7/12"), ("3/4", "2/3")]);
    assert_eq!(results.probability[1].average_value.as_deref(), Some("19/16"));
    let reachable: Vec<_> = results.empowerment.iter().map(|record| (&*record.state, record.reachable)).collect();
    assert_eq!(reachable, [("start", Some(2)), ("start", Some(3)), ("wait", Some(2)), ("wait", Some(2))]);
    // Under a discount waiting takes a step longer: no function of one is a rearrangement of one of the other.
    assert!(results.embeddings[0].involutions.is_empty());
    let wait = &results.comparisons[0];
    assert_eq!(wait.coordinates, ["wait", "candy", "choc", "hug"]);
    let orbit = &wait.orbits[0];
    let counts = [&orbit.greater, &orbit.less, &orbit.equal].map(|count| count.as_deref().unwrap());
    assert_eq!((counts, &*orbit.weak, orbit.ratio.as_deref()), (["3", "1", "2"], "5/6", Some("3")));
    assert_eq!((&*wait.worst[0].weak, wait.worst[0].ratio.as_deref()), ("2/3", Some("2")));
    let copies = wait.copies.as_ref().unwrap();
    assert_eq!((copies.count, copies.exhaustive, &*copies.bound, copies.slots), (2, true, "2/3", Some((1, 2))));
    let outcomes = &results.comparisons[1];
    let favored = |rule: usize| {
        let listed = &outcomes.orbits[rule].rearrangements;
        listed.iter().map(|element| element.b.value > element.a.value).collect::<Vec<_>>()
    };
    assert_eq!((favored(0), favored(1)), (favored(1), vec![true, true, true, true, false, false]));
    let satisficing = &outcomes.orbits[2];
    assert_eq!((satisficing.greater.as_deref(), satisficing.less.as_deref()), (Some("2"), Some("0")));
    assert_eq!(satisficing.ratio, None);
    let counts = &results.comparisons[2];
    assert_eq!(counts.floor_bound.as_deref().zip(counts.fractional_bound.as_deref()), Some(("25/26", "51/53")));

    let again = analyze(&CANDY.parse().unwrap(), runs.path(), &()).unwrap();
    assert!(again.reused && !run.reused && again.results == run.results);
    let resolved = Analysis::from_toml(&run.analysis.to_toml(), "resolved.toml").unwrap();
    assert_eq!(resolved, run.analysis);
    assert_eq!(resolved, CANDY.parse().unwrap());
}

#[test]
fn names_do_not_count_but_what_is_asked_does() {
    let key = |text: String| {
        let runs = tempfile::tempdir().unwrap();
        analyze(&text.parse().unwrap(), runs.path(), &()).unwrap().key
    };
    let small = |name: &str, b: &str| format!("name = '{name}'\n[[comparison]]\nname = 'x'\na = 1\nb = {b}\n");
    assert_eq!(key(small("one", "2")), key(small("other", "2")));
    assert_ne!(key(small("one", "2")), key(small("one", "3")));
}

#[test]
fn damaged_runs_are_replaced() {
    let text = "name = 'x'\n[[comparison]]\nname = 'x'\na = 1\nb = 2\nworst = true\n";
    let (runs, first) = run(text);
    let file = first.path.join("comparisons.json");
    let content = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, content.replace("2/3", "3/4")).unwrap();
    let error = AnalysisRun::load(&first.path).unwrap_err();
    let ExperimentError::Damaged { source: Damage::Hash { file }, .. } = error else { panic!("{error}") };
    assert_eq!(file, "comparisons.json");
    let again = analyze(&text.parse().unwrap(), runs.path(), &()).unwrap();
    assert!(!again.reused && again.replaced.is_some());
    assert_eq!(again.results, first.results);
}

#[test]
fn errors() {
    let candy = |rest: &str| format!("name = 'x'\nenvironment.name = 'candy'\n{rest}");
    let set = |rest: &str| candy(&format!("[[comparison]]\nname = 'y'\n{rest}"));
    let gap = |rest: &str| format!("name = 'x'\nenvironment.name = 'closure-gap'\n[[goals]]\nname = 'g'\n{rest}");
    let watch =
        |rest: &str| format!("name = 'x'\nenvironment.name = 'closure-gap'\nlikelihood = [{{ name = 'l', {rest} }}]");
    let search =
        |rest: &str| format!("name = 'x'\nenvironment.name = 'grid-3x3'\ntransition = [{{ name = 't', {rest} }}]");
    let configs = [
        "name = 'x'".to_owned(),
        "name = 'x'\n[powr]\ndiscount = 0.5".to_owned(),
        "name = 'x'\noptions.states = ['start']".to_owned(),
        candy("options.state = ['start']"),
        candy("options.states = ['strat']"),
        candy("options.states = [1]"),
        candy("probability.states = ['start']"),
        candy("probability.discounts = [0, 1.5]"),
        candy("probability = { discounts = [1], at-one = 'averag' }"),
        candy("empowerment.states = ['start']"),
        candy("empowerment.steps = 65"),
        candy("comparison = [3]"),
        candy("embedding = [{ name = 'e', from = 'start' }]"),
        candy("embedding = [{ name = 'e', from = 'start', into = 'start', into-action = 'stay' }]"),
        set("a = ['candy']"),
        set("a = ['candy']\nb = ['weit']\nstate = 'start'"),
        set("a = []\nb = ['wait']\nstate = 'start'"),
        set("a = ['candy']\nb = ['wait']\nstate = 'start'\nc = [[1]]"),
        set("a = ['candy']\nb = ['wait']\nstate = 'start'\ndiscount = -1"),
        set("a = [[1, 0]]\nb = [[0, 1], [0, 1]]"),
        set("a = [[1, 0]]\nb = [[0, 1]]\nc = [[1, 0]]"),
        set("a = [[1, 0]]\nb = [[0, 1]]\nrewards = [[1, 2, 3]]"),
        set("a = [[1, 0]]\nb = [[0, 1]]\nlist = true"),
        set("a = [[1, 0]]\nb = [[0, 1]]\ndiscount = 0.5"),
        set("a = [[1, 0]]\nb = [[0, 1]]\nrules = ['optimal', 'boltzman']"),
        set("a = 1\nb = 0"),
        set("a = 1\nb = 'many'"),
        set("a = 1\nb = 2\nrewards = [[1, 2, 3]]"),
        "name = 'x'\n[[transition]]\nname = 't'\nh = ['start']\ndiscounts = [0.1, 0.2]".to_owned(),
        search("discounts = [0.1, 0.9]"),
        search("h = ['(0, 0)']"),
        search("h = ['(0, 0)'], discounts = [0.9, 0.1]"),
        search("h = ['(0, 3)'], discounts = [0.1, 0.9]"),
        search("h = ['(0, 0)'], discounts = [0.1, 0.9], agent = 'B'"),
        search("h = ['(0, 0)'], discounts = [0.1, 0.9], width = 0"),
        search("h = ['(0, 0)'], discounts = [0.1, 0.9], reward.high = -1"),
        search("h = ['(0, 0)'], a = ['(0, 0)'], collision = 'leak', discounts = [0.1, 0.9]"),
        candy("orbit-lemma = [{ name = 'l', rows = [] }]"),
        candy("orbit-lemma = [{ name = 'l', rows = [[1, 2, 0, 1], [2, 1, 1]] }]"),
        candy("orbit-lemma = [{ name = 'l', rows = [[1, 2, 0, 1], [2, 2, 1, 0]] }]"),
        candy("orbit-lemma = [{ name = 'l', rows = [[1, 2, 0, 1]], involutions = ['(0 1'] }]"),
        "name = 'x'\n[[comparison]]\nname = 'y'\nstate = 'start'\na = ['candy']\nb = ['wait']".to_owned(),
        "name = 'x'\n[[goals]]\nname = 'g'".to_owned(),
        candy("[[goals]]\nname = 'g'"),
        candy("likelihood = [{ name = 'l', context = 'new' }]"),
        candy("likelihood = [{ name = 'l', features = ['new'] }]"),
        watch("features = ['news'], context = 'new'"),
        watch("features = ['new'], context = 'old'"),
        watch("features = ['new'], context = 'new', places = ['closure-gap', 'gap']"),
        watch("features = ['new'], context = 'new', trajectory = 3"),
        gap("label = ['new']"),
        gap("labels = ['train', 'neu']"),
        gap("unobserved = ['T', 'tt']"),
        gap("rewards = [[1, 0, 2]]"),
        gap("discounts = [0.5, 1]"),
        gap("reading = 'within'"),
        gap("low = 'none'"),
        gap("low = 1"),
        gap("highest = { t = 0 }"),
        gap("highest = { T = 2, tt = 1 }"),
    ];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.toml");
    let report = configs.iter().map(|text| {
        std::fs::write(&path, text).unwrap();
        match Analysis::load(&path) {
            Ok(_) => format!("worked: {text}\n\n"),
            Err(error) => format!("{}\n\n", chain(&error)),
        }
    });
    let report = report.collect::<String>();
    insta::assert_snapshot!(report.replace(&format!("{}/", directory.path().display()), ""));
}

#[test]
fn worst_orbits_say_whether_they_are_exact() {
    let worst = |text: &str| {
        let (_runs, run) = run(&format!("name = 'x'\n[[comparison]]\nname = 'y'\nworst = true\n{text}"));
        let worst = run.results.comparisons[0].worst[0].clone();
        (worst.weak, worst.exact)
    };
    assert_eq!(worst("a = 2\nb = 3"), ("3/5".to_owned(), true));
    assert_eq!(worst("a = [['1/2', '1/2', 0, 0]]\nb = [[0, 0, 1, 0], [0, 0, 0, 1]]"), ("1/2".to_owned(), true));
    // The bound of a rule that looks at more than the order of utilities is only the worst of what was tried.
    assert!(!worst("a = 1\nb = 2\nrules = ['boltzmann:temperature=1']").1);
    let runs = tempfile::tempdir().unwrap();
    let many = "name = 'x'\n[[comparison]]\nname = 'y'\na = 1\nb = '1001'\nworst = true";
    let error = analyze(&many.parse().unwrap(), runs.path(), &()).unwrap_err();
    insta::assert_snapshot!(error, @"worst orbits are searched for among at most 1000 outcomes on each side: remove `worst`, both laws hold anyway");
}

#[test]
fn the_orbit_lemma_needs_its_last_condition() {
    // B is favored where the utilities are an even rearrangement, and both copies are worth what it is.
    let table = |copies: usize| {
        let row = |(element, b): (&str, u8)| format!("[{element}, {}, {b}{}]", 1 - b, format!(", {b}").repeat(copies));
        let elements = [("1, 2, 3", 1), ("1, 3, 2", 0), ("2, 1, 3", 0), ("2, 3, 1", 1), ("3, 1, 2", 1), ("3, 2, 1", 0)];
        let rows: Vec<String> = elements.into_iter().map(row).collect();
        let involutions = ["'(0 1)'", "'(0 2)'"][..copies].join(", ");
        format!("[[orbit-lemma]]\nname = 'l'\ninvolutions = [{involutions}]\nrows = [{}]\n", rows.join(", "))
    };
    let (_runs, run) = run(&format!("name = 'parity'\n{}{}", table(2), table(1)));
    let lemma = &run.results.lemmas[0];
    assert_eq!((&*lemma.greater, &*lemma.less, &*lemma.equal, lemma.ratio.as_deref()), ("3", "3", "0", Some("1")));
    insta::assert_snapshot!(lemma.refusal.as_ref().unwrap(), @"condition 4 of the orbit lemma fails for copy 1 under permutation 0 at (1, 2, 3)");
    assert_eq!(run.results.lemmas[1].refusal, None);
}

#[test]
fn counts_keep_their_digits() {
    let digits = format!("1{}", "0".repeat(53));
    let (_runs, run) = run(&format!("name = 'x'\n[[comparison]]\nname = 'y'\na = 1\nb = '{digits}'\n"));
    let OptionSets::Counts { b, .. } = &run.analysis.comparisons[0].sets else { panic!("counts") };
    assert_eq!(*b, digits);
    assert_eq!(run.results.comparisons[0].fractional_bound, Some(format!("{digits}/{}1", &digits[..53])));
}

/// A swap of rewards outside of training undoes what was learned, unless optimal means optimal within training.
#[test]
fn goals_with_and_without_the_closure_gap() {
    let text = "name = 'gap'\nenvironment.name = 'closure-gap'\n[[goals]]\nname = 'g'\nhigh = 5\n\
                rewards = [[1, 0, '2/5', 5], [1, 0, 5, '2/5']]";
    for (reading, compatible) in [("all-actions", [true, false]), ("within-training", [true, true])] {
        let (runs, run) = run(&format!("{text}\nreading = '{reading}'"));
        let goals = &run.results.goals[0];
        assert_eq!(goals.rewards, ["t", "n", "b", "T"]);
        assert_eq!((&goals.left_by_policy, goals.left_by_actions.as_deref()), (&None, Some("t --n--> n")));
        let thresholds: Vec<_> = goals.thresholds.iter().map(|t| (&*t.state, &*t.threshold, t.revisited)).collect();
        assert_eq!(thresholds, [("n", "never", false), ("b", "0", true)]);
        let [at] = goals.discounts.as_slice() else { panic!("{goals:?}") };
        assert_eq!(
            (&*at.discount, at.given.iter().map(|given| given.compatible).collect::<Vec<_>>()),
            ("9/10", compatible.to_vec())
        );
        assert_eq!(at.given.iter().map(|given| &*given.choices["n"][0]).collect::<Vec<_>>(), ["shutdown", "b"]);
        assert_eq!(at.given[1].choices["t"], ["n"]);
        assert_eq!(at.given.iter().map(|given| &*given.learned["t"]).collect::<Vec<_>>(), ["10", "10"]);
        let values = at.given.iter().map(|given| (&*given.values["t"]["t"], &*given.values["t"]["n"]));
        assert_eq!(values.collect::<Vec<_>>(), [("10", "101/20"), ("767/20", "83/2")]);
        let verdict = at.verdict.as_ref().unwrap();
        let certified = reading == "within-training";
        assert_eq!((verdict.bound.is_some(), verdict.condition.is_some()), (certified, !certified), "{verdict:?}");
        let again = analyze(&run.analysis, runs.path(), &()).unwrap();
        assert!(again.reused && again.results == run.results);
        assert_eq!(Analysis::from_toml(&run.analysis.to_toml(), "resolved.toml").unwrap(), run.analysis);
    }
}

/// Loops at hand: P(shutdown) = (1 − γ)^k / (k + 1), and what is certified, predicted and counted agrees.
#[test]
fn goals_avoid_shutdown() {
    let text = "name = 'x'\nenvironment.name = 'shutdown-setting:recurrent=2,training=1'\n[[goals]]\nname = 'g'\n\
                discounts = [0.5, '9/10']\nsamples = 500\norbits = true\nrewards = [[0, 1, 0, 1, 0, 0], [0, 1, 0, 1, 1, 1]]";
    let (_runs, exact) = run(text);
    let shutdown = ["1/12", "1/300"];
    for (at, expected) in exact.results.goals[0].discounts.iter().zip(shutdown) {
        let prediction = at.prediction.as_ref().unwrap();
        let chance = |action: &str| {
            let of = prediction.actions.iter().find(|chance| chance.actions == [action]).unwrap();
            of.chance.as_ref().unwrap().exact.clone().unwrap()
        };
        assert_eq!((chance("shutdown").as_str(), prediction.samples), (expected, None));
        assert_eq!(chance("r1"), chance("r2"));
        assert_eq!(at.verdict.as_ref().unwrap().bound.as_deref(), Some("2/3"));
        assert_eq!(at.counts.as_ref().unwrap().recurrent, ["r1", "r2"]);
        for given in &at.given {
            let orbit = given.orbit.as_ref().unwrap();
            assert!(orbit.avoid >= 2 * orbit.shutdown && orbit.avoid > 0, "{orbit:?}");
        }
    }
    let (_runs, uneven) = run(&format!("{text}\nhighest = {{ off = 4 }}"));
    let at = &uneven.results.goals[0].discounts[0];
    assert_eq!(at.verdict.as_ref().unwrap().condition.as_deref(), Some("equal-bounds"));
    let prediction = at.prediction.as_ref().unwrap();
    assert_eq!(prediction.samples, Some(500));
    // Shutdown is worth more than 2, which is the most that a loop can be, half of the time.
    let avoidance = prediction.avoidance.as_ref().unwrap();
    assert!(avoidance.low < 0.5 && avoidance.exact.is_none(), "{avoidance:?}");
    assert_eq!(Analysis::from_toml(&uneven.analysis.to_toml(), "resolved.toml").unwrap(), uneven.analysis);
}

/// Who knows what agents want predicts them better; places are pooled, and bytes are the same again.
#[test]
fn beliefs_about_agents_are_compared() {
    let maze = "cheese-maze:size=3,corner=1,mazes=1";
    let text = format!(
        "name = 'x'\nenvironment.name = '{maze}'\n[[likelihood]]\nname = 'l'\nfeatures = ['cheese', 'corner']\n\
         context = 'corner'\nhorizon = 6\ntrajectories = 30\npolicies = 60\ntremble = '1/5'\n"
    );
    let (runs, one) = run(&text);
    let likelihood = &one.results.likelihoods[0];
    assert_eq!((likelihood.places, likelihood.cells.len()), (1, likelihood.kinds.len().pow(2)));
    let cell = |watched: &str, believed: &str| {
        let number = |name: &str| likelihood.kinds.iter().position(|kind| kind == name).unwrap();
        &likelihood.cells[number(watched) * likelihood.kinds.len() + number(believed)]
    };
    let loss = cell("seeks cheese", "uniform goals").against_own;
    assert!(loss.mean + 3.0 * loss.std_error.unwrap() < 0.0, "{loss:?}");
    assert_eq!(cell("seeks cheese", "seeks cheese").against_own.mean, 0.0);
    let pooled = format!("{text}places = ['{maze},held-out=1', '{maze},held-out=2']");
    let first = analyze(&pooled.parse().unwrap(), runs.path(), &()).unwrap();
    assert_eq!(first.results.likelihoods[0].places, 3);
    assert_ne!(first.key, one.key);
    let (_elsewhere, second) = run(&pooled);
    assert_eq!(second.results, first.results);
    assert_eq!(Analysis::from_toml(&first.analysis.to_toml(), "resolved.toml").unwrap(), first.analysis);
}

/// Labels are no part of a model, but decide what was trained.
#[test]
fn labels_enter_the_key_of_goals() {
    let model = |label: &str| {
        format!(
            r#"{{"schema": 1, "discount": "9/10", "states": ["a", "b", "c"], "rewards": {{"a": 1}},
            "labels": {{"train": ["{label}"], "new": ["c"]}},
            "transitions": [{{"from": "a", "action": "a", "to": "a", "probability": 1}},
            {{"from": "b", "action": "b", "to": "b", "probability": 1}},
            {{"from": "c", "action": "c", "to": "c", "probability": 1}}]}}"#
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let key = |label: &str| {
        std::fs::write(directory.path().join("model.json"), model(label)).unwrap();
        let text = "name = 'x'\nenvironment.name = 'model.json'\n[[goals]]\nname = 'g'";
        let analysis = Analysis::from_toml(text, directory.path().join("x.toml")).unwrap();
        analyze(&analysis, directory.path().join("runs"), &()).unwrap().key
    };
    assert_eq!(key("a"), key("a"));
    assert_ne!(key("a"), key("b"));
}

#[test]
fn transitions_are_read_back() {
    let (runs, run) = run(
        "name = 'x'\nenvironment.name = 'grid-3x3'\n[[transition]]\nname = 'corner'\nh = ['(0, 0)']\ndiscounts = [0.2, 0.8]\n\
         samples = 64\ncollision = 'leak'\nseed-policy = '0.5 stay + 0.5 uniform'\nrounds = 2\nreward.high = 2",
    );
    let [record] = &run.results.transitions[..] else { panic!("one search") };
    assert_eq!((record.name.as_str(), record.samples), ("corner", 64));
    for contrast in &record.contrasts {
        assert!(contrast.best[0].starts_with("(0, 0)_H^") && !contrast.best[1].starts_with("(0, 0)_H^"));
        assert!(contrast.std_error > 0.0 && contrast.power[1] > 1.0);
    }
    assert_eq!(AnalysisRun::load(&run.path).unwrap().results, run.results);
    assert_eq!(run.analysis.to_toml().parse::<Analysis>().unwrap(), run.analysis);
    assert!(analyze(&run.analysis, runs.path(), &()).unwrap().reused);
}
